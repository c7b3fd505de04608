#!/bin/sh
# Builds the images of this checkout with Docker, each under `dev` and its version: crosscheck, which runs in pods, and crosscheck-runner, the command
# line. Arguments are passed to `docker build`.
set -eu
cd "$(dirname "$0")/.."
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)
for target in probe runner; do
  case $target in probe) name=crosscheck ;; runner) name=crosscheck-runner ;; esac
  echo "image $name:dev, $name:$version" >&2
  docker build --quiet "$@" --target "$target" --tag "$name:dev" --tag "$name:$version" .
done
