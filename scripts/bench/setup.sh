#!/bin/sh
# Installs DuckDB for scripts/bench/duckdb.py under target/, from the Python package index.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
venv="${CARGO_TARGET_DIR:-$root/target}/bench-venv"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check duckdb==2.0.0
echo "$venv/bin/python"
