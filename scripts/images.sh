#!/bin/sh
# Builds the images of this checkout with Docker: crosscheck:dev, which runs in pods, and crosscheck-runner:dev, the command line. Arguments are passed to `docker build`.
set -eu
cd "$(dirname "$0")/.."
for target in probe runner; do
  case $target in probe) name=crosscheck:dev ;; runner) name=crosscheck-runner:dev ;; esac
  echo "image $name" >&2
  docker build --quiet "$@" --target "$target" --tag "$name" .
done
