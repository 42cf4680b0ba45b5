#!/usr/bin/env bash
# Renew the lock files. uv resolves for every platform at once; no registry's address is written.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() {
  local out=$1; shift
  uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
    --python-version 3.11 pyproject.toml "$@" --output-file "$out"
}
lock requirements.lock --group build --group demo
lock requirements-dev.lock --group build --group demo --group test --constraints requirements.lock
lock requirements-bench.lock --group build --group demo --group test --group bench --constraints requirements-dev.lock
uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
  --python-version 3.11 --no-deps --group photos --output-file requirements-photos.lock
