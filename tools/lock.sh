#!/bin/sh
# Writes requirements.lock anew from pyproject.toml: every package with its hashes, for all
# systems and Python versions, without the address of an index.
set -eu
cd "$(dirname "$0")/.."
sh tools/setup.sh
tool=build/lock-tool
[ -x "$tool/bin/uv" ] || {
    .venv/bin/python -m venv "$tool"
    "$tool/bin/python" -m pip install -qq --disable-pip-version-check "uv>=0.9"
}
"$tool/bin/uv" pip compile pyproject.toml --extra dev --upgrade --quiet \
    --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-header --output-file build/requirements.lock
{
    echo "# Made by \"make lock\" from pyproject.toml; do not edit by hand."
    cat build/requirements.lock
} >requirements.lock
