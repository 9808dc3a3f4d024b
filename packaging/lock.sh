#!/bin/sh
# Writes the lock files: names, versions and hashes for every platform and Python from 3.11 on, and no addresses.
# usage: lock.sh [--upgrade]
set -eu

cd "$(dirname "$0")/.."
sh packaging/setup.sh run

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
.venv/bin/python -m venv "$tools"
"$tools/bin/python" -m pip install --quiet --disable-pip-version-check uv

compile() {
    "$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --no-header "$@" pyproject.toml
}
compile "$@" -o requirements.lock
compile "$@" --group dev -c requirements.lock -o requirements-dev.lock
"$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-annotate --no-header "$@" --group docs -o requirements-docs.lock
# The same without hashes: pip checks hashes of everything or of nothing, and a folder that it installs from has none.
sed -n '/^[a-z]/ s/ *\\$//p' requirements.lock >packaging/constraints.txt
