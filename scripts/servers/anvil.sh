#!/usr/bin/env bash
# Puts real EVM nodes for development into a folder, for tests, and prints the paths of what
# starts them: anvil on the first line, hardhat on the second. Nothing outside of the folder
# changes, and a second run does nothing.
#
#     scripts/servers/anvil.sh [FOLDER]     FOLDER is target/servers by default
#
# anvil speaks both dialects of traces; its package for the machine carries the program itself.
# Hardhat 2 knows no traces of blocks and no receipts of blocks, as many nodes. It needs Node.js
# to run; where it cannot be had, the second line is missing and the exit code is 0 all the same.
#
# Exit code: 0 when anvil is there, 75 when it cannot be had here (the reason is the last line on
# standard error), 2 for wrong usage.
set -euo pipefail

ANVIL_VERSION=1.7.1
HARDHAT_VERSION=2.29.1
SECONDS_MAX=300

cannot() {
  echo "anvil.sh: no EVM node for tests: $1" >&2
  exit 75
}

[ $# -le 1 ] || { echo "usage: scripts/servers/anvil.sh [FOLDER]" >&2; exit 2; }
folder=${1:-"$(dirname "${BASH_SOURCE[0]}")/../../target/servers"}
mkdir -p "$folder/anvil" "$folder/hardhat"
folder=$(cd "$folder" && pwd)
anvil=$folder/anvil/anvil
hardhat=$folder/hardhat/hardhat

# What a package runs at its installation is not wanted: it would fetch from elsewhere.
install_package() {
  command -v npm >/dev/null || return 1
  [ -f "$1/package.json" ] || echo '{"private": true}' >"$1/package.json"
  timeout "$SECONDS_MAX" npm install --prefix "$1" --ignore-scripts --no-audit --no-fund \
    --save-exact "$2" >&2
}

machine() {
  case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) echo linux-amd64 ;;
  Linux-aarch64) echo linux-arm64 ;;
  Darwin-x86_64) echo darwin-amd64 ;;
  Darwin-arm64) echo darwin-arm64 ;;
  *) return 1 ;;
  esac
}

if ! { [ -x "$anvil" ] && "$anvil" --version >/dev/null 2>&1; }; then
  machine=$(machine) || cannot "there is no anvil for $(uname -s) on $(uname -m)"
  command -v npm >/dev/null || cannot "npm is not installed"
  package=@foundry-rs/anvil-$machine
  install_package "$folder/anvil" "$package@$ANVIL_VERSION" ||
    cannot "the npm registry gives no $package $ANVIL_VERSION"
  program=$folder/anvil/node_modules/$package/bin/anvil
  [ -f "$program" ] || cannot "$package holds no program"
  chmod +x "$program"
  "$program" --version >/dev/null 2>&1 || cannot "anvil does not run on this machine"
  ln -sf "$program" "$anvil"
fi
echo "$anvil"

if ! [ -x "$hardhat" ]; then
  if command -v node >/dev/null && install_package "$folder/hardhat" "hardhat@$HARDHAT_VERSION"; then
    echo 'module.exports = { networks: { hardhat: { throwOnTransactionFailures: false } } };' >"$folder/hardhat/hardhat.config.js"
    cat >"$hardhat.new" <<SCRIPT
#!/bin/sh
cd "$folder/hardhat"
export HARDHAT_DISABLE_TELEMETRY_PROMPT=true HARDHAT_EXPERIMENTAL_ALLOW_NON_LOCAL_INSTALLATION=true
exec node node_modules/hardhat/internal/cli/bootstrap.js node "\$@"
SCRIPT
    chmod +x "$hardhat.new"
    mv "$hardhat.new" "$hardhat"
  else
    echo "anvil.sh: no hardhat: Node.js is missing, or the npm registry gives no hardhat" >&2
    exit 0
  fi
fi
echo "$hardhat"
