#!/usr/bin/env bash
# Installs what scripts/packages.txt names, if anything of it is missing. Asks nothing.
#   scripts/install_packages.sh          what building and running need
#   scripts/install_packages.sh all      what tests need, too
set -euo pipefail
cd "$(dirname "$0")/.."

named() { if [ "${1:-}" = all ]; then cat scripts/packages.txt; else sed '/^# testing/,$d' scripts/packages.txt; fi; }
mapfile -t wanted < <(named "$@" | sed 's/#.*//' | tr -s ' ' '\n' | sed '/^$/d')
missing=()
for package in "${wanted[@]}"; do
  # Other builds of Node.js bring their own npm and forbid Debian's.
  [ "$package" = npm ] && command -v npm >/dev/null && continue
  dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "These packages are missing; install them as root: ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
# Servers among them are for tests: none is started. A machine's own policy (policy-rc.d) stays.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod +x "$policy"
fi
echo "installing: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
