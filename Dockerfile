# Two images from one file; docs/reference/image.md says what is in them and how they are run.
#   docker build --target probe  -t crosscheck:dev .       what runs in pods: Node's binary, its libraries, certificates, one bundle; no shell, no root
#   docker build --target runner -t crosscheck-runner .    the command line with what the lab needs: nft, ip, unshare
# Without --target it is the probe. Builds from one commit and one base image have the same layers, whenever they are made.

FROM node:24-bookworm-slim AS packages
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM packages AS build-probe
ARG SOURCE_DATE_EPOCH=0
COPY checks checks
COPY probe probe
COPY scripts/build-probe.ts scripts/compile-probe.ts scripts/licences.ts scripts/
# What V8 compiles is made here, once: a third less processor time whenever a probe starts.
RUN node scripts/build-probe.ts /image/probe.cjs && node scripts/compile-probe.ts /image/probe.cjs
# The certificates are Node's own list, the same on every machine that builds. `--dereference`: libraries are links to their versions.
RUN set -eu; mkdir -p /image/etc/ssl/certs /image/usr/local/bin; \
    cp /usr/local/bin/node /image/usr/local/bin/; \
    ldd /usr/local/bin/node | grep -o '/[^ ]*' | sort -u | xargs -I{} cp --parents --dereference {} /image; \
    node -p "require('node:tls').rootCertificates.join('\n')" > /image/etc/ssl/certs/ca-certificates.crt; \
    [ ! -e /usr/local/LICENSE ] || cat /usr/local/LICENSE >> /image/THIRD-PARTY-LICENSES.txt; \
    echo 'probe:x:65532:65532::/:/none' > /image/etc/passwd; \
    find /image -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

FROM scratch AS probe
COPY --from=build-probe /image /
# docs/reference/probe.md says what each flag and MALLOC_ARENA_MAX is for; with a heap of 32 MiB a full batch would end the process.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt MALLOC_ARENA_MAX=1
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=2s CMD ["/usr/local/bin/node", "-e", "require('node:http').get('http://127.0.0.1:28172/healthz', (r) => process.exit(r.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
ENTRYPOINT ["/usr/local/bin/node", "--expose-gc", "--max-semi-space-size=4", "--max-old-space-size=48", "--use-openssl-ca", "/start.cjs"]

FROM packages AS build-runner
ARG SOURCE_DATE_EPOCH=0
COPY checks checks
COPY policy policy
COPY fabric fabric
COPY lab lab
COPY lint lint
COPY probe probe
COPY runner runner
COPY scripts scripts
COPY bin bin
COPY LICENSE ./
RUN node scripts/build.ts
# What the package on npm holds, and its one dependency.
RUN set -eu; npm prune --omit=dev --ignore-scripts --no-audit --no-fund; \
    mkdir -p /image/usr/local/bin /image/work /image/opt/crosscheck; \
    cp -r package.json LICENSE bin dist node_modules /image/opt/crosscheck/; \
    rm /image/opt/crosscheck/node_modules/.package-lock.json; \
    ln -s ../../../opt/crosscheck/bin/crosscheck.js /image/usr/local/bin/crosscheck; \
    find /image -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

FROM node:24-bookworm-slim AS runner
ARG SOURCE_DATE_EPOCH=0
# What package managers write down of this very minute would make every build another image, and so would the mark of a file that is gone: their
# caches and logs are put back as they were. /dev/shm is no part of the image.
RUN set -eu; touch /dev/shm/start; cp -a --parents /var/cache /var/log /dev/shm; \
    apt-get update; DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nftables iproute2; \
    apt-get clean; find /var/cache /var/log /var/lib/apt/lists -type f -newer /dev/shm/start -delete; cp -a /dev/shm/var /; \
    find /var/lib/apt/lists -type f -delete; \
    find /etc /root /run /tmp /usr /var -xdev -newer /dev/shm/start -not -path /etc/hosts -not -path /etc/hostname -not -path /etc/resolv.conf \
      -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
COPY --from=build-runner /image /
WORKDIR /work
ENTRYPOINT ["/usr/local/bin/crosscheck"]

# The probe again, because the last stage is what a build without --target makes.
FROM probe
