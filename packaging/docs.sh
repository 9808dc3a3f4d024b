#!/bin/sh
# Builds the guide as a site into resources/guide, from which Help opens it and the wheel takes it.
# Its tools are in build/docs-tools, because nothing else needs them. A link that leads nowhere fails the build.
set -eu

cd "$(dirname "$0")/.."
sh packaging/setup.sh run

tools=build/docs-tools
stamp=$(pwd; cat requirements-docs.lock)
if [ "$(cat "$tools/stamp" 2>/dev/null)" != "$stamp" ]; then
    echo "Installing what requirements-docs.lock lists"
    .venv/bin/python -m venv --clear "$tools"
    "$tools/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --require-hashes \
        -r requirements-docs.lock
    echo "$stamp" >"$tools/stamp"
fi

"$tools/bin/python" -m sphinx --fail-on-warning --keep-going --quiet --fresh-env \
    --doctree-dir build/docs-trees --builder html docs build/docs-site
rm -rf resources/guide build/docs-site/_sources build/docs-site/.buildinfo build/docs-site/objects.inv
mv build/docs-site resources/guide
echo "The guide is in resources/guide/index.html"
