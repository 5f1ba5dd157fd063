#!/usr/bin/env bash
# Puts a real Bitcoin node into a folder, for tests, and prints the path of a script that starts
# it. Nothing outside of the folder changes, and a second run does nothing.
#
#     scripts/servers/bitcoind.sh [FOLDER]     FOLDER is target/servers/bitcoind by default
#
# The node is bitcoin-knots of Debian sid, which speaks the JSON-RPC of Bitcoin Core. It is
# unpacked beside the system with every library that it needs, and runs with them.
#
# Exit code: 0 when it is there, 75 when it cannot be had here (the reason is the last line on
# standard error), 2 for wrong usage.
set -euo pipefail

MIRROR=${HAWKSHAW_DEBIAN_MIRROR:-http://deb.debian.org/debian}
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
PACKAGE=bitcoin-knots
SECONDS_MAX=300

cannot() {
  echo "bitcoind.sh: no Bitcoin node for tests: $1" >&2
  exit 75
}

[ $# -le 1 ] || { echo "usage: scripts/servers/bitcoind.sh [FOLDER]" >&2; exit 2; }
folder=${1:-"$(dirname "${BASH_SOURCE[0]}")/../../target/servers/bitcoind"}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
start=$folder/bitcoind

if [ -x "$start" ] && "$start" -version >/dev/null 2>&1; then
  echo "$start"
  exit 0
fi

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || cannot "this is no Debian"
[ -r "$KEYRING" ] || cannot "Debian's keys are not in $KEYRING (package debian-archive-keyring)"

work=$(mktemp -d "$folder/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,archives/partial,root}
echo "deb [signed-by=$KEYRING] $MIRROR sid main" >"$work/sources.list"
: >"$work/status"

# An apt of its own: its sources, its lists, and a system on which nothing is installed, so that
# every library comes along.
own_apt() {
  timeout "$SECONDS_MAX" apt-get -q -o Dir::Etc::SourceList="$work/sources.list" \
    -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
    -o Dir::State="$work" -o Dir::State::Lists="$work/lists" -o Dir::State::status="$work/status" \
    -o Dir::Cache="$work" -o Dir::Cache::Archives="$work/archives" -o Debug::NoLocking=1 \
    -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none \
    -o APT::Keep-Downloaded-Packages=1 \
    -o Acquire::Retries=2 "$@" >&2
}

own_apt update || cannot "the lists of Debian sid cannot be fetched from $MIRROR"
own_apt -y --no-install-recommends --download-only install "$PACKAGE" ||
  cannot "Debian sid gives no $PACKAGE"

find "$work/archives" -maxdepth 1 -name '*.deb' -print0 | sort -z |
  while IFS= read -r -d '' package; do dpkg-deb -x "$package" "$work/root"; done

program=$(find "$work/root" -type f -path '*/bin/bitcoind' | head -n 1)
loader=$(find "$work/root" -path '*/lib/*' -name 'ld-linux-*.so.*' | sort | tail -n 1)
[ -n "$program" ] && [ -n "$loader" ] || cannot "the packages hold no bitcoind, or no loader for it"

rm -rf "$folder/root"
mv "$work/root" "$folder/root"
program=$folder/root${program#"$work/root"}
loader=$folder/root${loader#"$work/root"}
cat >"$work/bitcoind" <<SCRIPT
#!/bin/sh
exec "$loader" --library-path "$(dirname "$loader")" "$program" "\$@"
SCRIPT
chmod +x "$work/bitcoind"
"$work/bitcoind" -version >/dev/null 2>&1 || cannot "$PACKAGE does not run on this machine"
mv "$work/bitcoind" "$start"
"$start" -version | head -n 1 >&2
echo "$start"
