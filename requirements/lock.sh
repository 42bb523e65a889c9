#!/bin/sh
# Writes the lock files: exact versions with hashes for every platform, no index address.
# Versions already locked stay; `--upgrade` takes the newest.
set -eu
cd "$(dirname "$0")/.."
compile() {
    output=$1
    shift
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
        pyproject.toml "$@" --output-file "$output"
}
compile requirements/runtime.txt --extra build "$@"
compile requirements/test.txt --extra build --extra test --constraint requirements/runtime.txt "$@"
compile requirements/bench.txt --extra build --extra test --extra bench --constraint requirements/test.txt "$@"
