# The probe's image: Node's binary with the libraries that it needs, certificates and one bundle; no shell, no package manager, no root.
#   docker build -t crosscheck:dev .                                   (the target `probe`, which is the last one)

FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY checks checks
COPY probe probe
COPY scripts/build-probe.ts scripts/build-probe.ts
RUN node scripts/build-probe.ts /image/probe.cjs
RUN set -eu; mkdir -p /image/etc/ssl/certs /image/usr/local/bin; \
    cp /usr/local/bin/node /image/usr/local/bin/; \
    ldd /usr/local/bin/node | grep -o '/[^ ]*' | sort -u | xargs -I{} cp --parents --dereference {} /image; \
    if [ -e /etc/ssl/certs/ca-certificates.crt ]; then cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/; fi; \
    echo 'probe:x:65532:65532::/:/none' > /image/etc/passwd; \
    find /image -exec touch --no-dereference --date=@0 {} +

FROM scratch AS probe
COPY --from=build /image /
# docs/probe.md says what each flag and MALLOC_ARENA_MAX is for; with a heap of 32 MiB a full batch would end the process.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt MALLOC_ARENA_MAX=1
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=2s CMD ["/usr/local/bin/node", "-e", "require('node:http').get('http://127.0.0.1:28172/healthz', (r) => process.exit(r.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
ENTRYPOINT ["/usr/local/bin/node", "--expose-gc", "--max-semi-space-size=4", "--max-old-space-size=48", "--use-openssl-ca", "/probe.cjs"]
