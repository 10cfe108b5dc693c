#!/usr/bin/env bash
# Installs the packages of tool/apt.txt that are missing, on a Debian machine.
# Does nothing, quickly, when all are there.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t wanted < <(sed -e 's/#.*//' -e 's/[[:space:]]*$//' tool/apt.txt | grep -v '^[[:space:]]*$')
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "Not a Debian machine. The tests need these programs, under your system's names: ${wanted[*]}"
  exit 0
fi

missing=()
for name in "${wanted[@]}"; do
  # A package may stand for another that provides it, so ask for the state.
  if [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" != installed ]; then
    missing+=("$name")
  fi
done
[ ${#missing[@]} -eq 0 ] && exit 0

run=()
if [ "$(id -u)" != 0 ]; then
  if ! sudo -n true 2>/dev/null; then
    echo "Missing packages, and no right to install them: ${missing[*]}" >&2
    echo "Ask an administrator to run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  run=(sudo -n)
fi
export DEBIAN_FRONTEND=noninteractive
echo "Installing: ${missing[*]}"
# The lists are fetched only when a package cannot be found without them.
install=("${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}")
if ! apt-cache show "${missing[@]}" >/dev/null 2>&1 || ! "${install[@]}"; then
  "${run[@]}" apt-get update -q
  "${install[@]}"
fi
