#!/usr/bin/env bash
# The only step of the GitHub Action (action.yml defines its inputs and outputs): installs Crosscheck, runs the scenarios, outputs the report paths.
set -uo pipefail
own=$(cd "$(dirname "$0")/.." && pwd)
give_up() { echo "::error title=Crosscheck::$*"; exit 4; }

case ${INPUT_WHERE:=lab} in
  lab | rehearse | predict) where=("--$INPUT_WHERE") ;;
  cluster) where=() ;;
  *) give_up 'where: expected lab, cluster, rehearse or predict' ;;
esac
read -r -d '' -a paths <<<"${INPUT_PATHS:-scenarios}"
read -r -d '' -a arguments <<<"${INPUT_ARGS:-}"

if [ -n "${INPUT_VERSION:-}" ]; then
  home=$RUNNER_TEMP/crosscheck
  npm install --loglevel=error --no-audit --no-fund --prefix "$home" "crosscheck@$INPUT_VERSION" || give_up "npm has no crosscheck@$INPUT_VERSION"
  program=$home/node_modules/crosscheck/bin/crosscheck.js
else
  program=$own/bin/crosscheck.js
  [ -e "$own/node_modules/.package-lock.json" ] || (cd "$own" && npm ci --loglevel=error --no-audit --no-fund --ignore-scripts) || give_up 'npm ci failed'
fi
if [ "$INPUT_WHERE" = lab ] && ! PATH=$PATH:/usr/sbin:/sbin command -v nft >/dev/null; then
  (sudo apt-get update && sudo apt-get install -y --no-install-recommends nftables iproute2) >/dev/null || give_up 'the lab needs nftables and iproute2'
fi
if [ -n "${INPUT_KIND:-}" ]; then
  docker build --quiet --target probe --tag crosscheck:action "$own" && kind load docker-image crosscheck:action --name "$INPUT_KIND" ||
    give_up "the probes' image could not be loaded into the kind cluster $INPUT_KIND"
  arguments+=(--image crosscheck:action)
fi

reports=${RUNNER_TEMP:?}/crosscheck-reports
mkdir -p "$reports"
rm -f "$reports"/*
# Text from scenarios, manifests and servers is printed while workflow commands are stopped. The annotations, which are commands, follow.
token=$(node -p 'crypto.randomUUID()')
echo "::stop-commands::$token"
node "$program" run "${where[@]}" "${arguments[@]}" \
  -o text -o github="$reports/annotations.txt" -o junit="$reports/junit.xml" -o json="$reports/report.json" -- "${paths[@]}"
code=$?
echo "::$token::"
[ ! -f "$reports/annotations.txt" ] || cat "$reports/annotations.txt"
printf '%s\n' "reports=$reports" "junit=$reports/junit.xml" "json=$reports/report.json" "exit-code=$code" >>"${GITHUB_OUTPUT:?}"
exit $code
