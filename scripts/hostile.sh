#!/usr/bin/env bash
# Tries the service as it is built with requests that mean harm, on loopback and for at most three
# minutes. Needs Python 3 (without it the test is left out, with a word) and, for schemathesis,
# the package index of Python the first time.
#
#   scripts/hostile.sh [PROGRAM]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Programs are started from other folders: their paths have to be whole.
target=$(realpath --canonicalize-missing "${CARGO_TARGET_DIR:-target}")
program=${1:-}
if ! command -v python3 >/dev/null; then
  echo "   LEFT OUT: the hostile tests of the service need Python 3"
  exit 0
fi
if [ -z "$program" ]; then
  cargo build --quiet --package hawkshaw
  program=$target/debug/hawkshaw
fi
program=$(realpath "$program")

packages=$target/hostile
wanted=scripts/hostile/requirements.txt
schemathesis=$packages/python/bin/schemathesis
if ! cmp -s "$wanted" "$packages/installed.txt" || [ ! -x "$schemathesis" ]; then
  mkdir -p "$packages"
  rm -f "$packages/installed.txt"
  if python3 -m venv --clear "$packages/python" >/dev/null 2>&1 &&
    timeout 120 "$packages/python/bin/python" -m pip install --quiet --disable-pip-version-check \
      --requirement "$wanted" >/dev/null 2>&1; then
    cp "$wanted" "$packages/installed.txt"
  else
    echo "   LEFT OUT: schemathesis cannot be installed; the other hostile tests are made"
    schemathesis=
  fi
fi

exec timeout 180 python3 scripts/hostile/hostile.py "$program" "$schemathesis"
