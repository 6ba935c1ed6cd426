#!/usr/bin/env bash
# The Debian package in a bare Debian 12: install, run, upgrade keeping the configuration, remove, purge.
#   tests/package/try_package.sh [BARE]
# BARE: a folder with a fresh `debootstrap --variant=minbase bookworm`; made if it is missing. It is copied,
# not changed. Needs root and Debian's mirrors; takes minutes, so scripts/test.sh does not run it.
set -euo pipefail
cd "$(dirname "$0")/../.."
bare=${1:-/var/tmp/haetae-bare}
[ -e "$bare/bin/sh" ] || debootstrap --variant=minbase bookworm "$bare"

scripts/package.sh >/dev/null
first=$(ls build/release/package/haetae_*.deb)
work=$(mktemp -d /var/tmp/haetae-package-XXXXXX)
root=$work/root
namespace=haetae-package-$$
daemon=
clean_up() {
  [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
  ip netns delete "$namespace" 2>/dev/null || true
  umount "$root/proc" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT

step() { printf -- '-- %s\n' "$1"; }
fail() { echo "FAILED: $1" >&2; exit 1; }
inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 "$@"; }

cp -a "$bare" "$root"
mount -t proc proc "$root/proc"
cp "$first" "$root/root/first.deb"
# The same program under a higher version: what an upgrade keeps is the package's affair.
(cd build/release && cpack --config CPackConfig.cmake -D CPACK_PACKAGE_VERSION=0.1.1 -D CPACK_PACKAGE_DIRECTORY="$work" >/dev/null 2>&1)
mv "$work"/haetae_0.1.1_*.deb "$root/root/second.deb"
ip netns add "$namespace"
ip -n "$namespace" link set lo up

step install
inside apt-get update -qq
inside apt-get install -y -qq --no-install-recommends /root/first.deb >"$work/install.log" 2>&1 || { cat "$work/install.log"; fail "it does not install"; }
grep -q "Edit /etc/haetae/haetae.yaml" "$work/install.log" || fail "nobody is told what to do next"
inside haetae check --config /etc/haetae/haetae.yaml || fail "the sample configuration has faults"

step run
ip netns exec "$namespace" chroot "$root" haetae serve --config /etc/haetae/haetae.yaml >"$work/out" 2>"$work/err" &
daemon=$!
for _ in $(seq 100); do grep -qx ready "$work/err" && break; sleep 0.1; done
grep -qx ready "$work/err" || { cat "$work/err"; fail "it does not start"; }
answer=$(ip netns exec "$namespace" dig @127.0.0.1 -p 5300 +tries=1 pornhub.com)
grep -q NXDOMAIN <<<"$answer" && grep -q "EDE: 17" <<<"$answer" || fail "a known name is not blocked: $answer"
inside haetae explain --config /etc/haetae/haetae.yaml pornhub.com | grep -q BLOCKED || fail "explain does not say BLOCKED"
kill "$daemon"
wait "$daemon" || fail "it does not end well"
daemon=

step upgrade
echo "# ours" >>"$root/etc/haetae/haetae.yaml"
inside apt-get install -y -qq /root/second.deb >"$work/upgrade.log" 2>&1 || { cat "$work/upgrade.log"; fail "it does not upgrade"; }
inside dpkg-query -W -f '${Version}' haetae | grep -qx 0.1.1 || fail "the old version is still there"
grep -qx "# ours" "$root/etc/haetae/haetae.yaml" || fail "the configuration was overwritten"

step remove
inside apt-get remove -y -qq haetae >/dev/null 2>&1
[ ! -e "$root/usr/sbin/haetae" ] || fail "the program is still there"
grep -qx "# ours" "$root/etc/haetae/haetae.yaml" || fail "removing took the configuration"
[ -e "$root/var/lib/haetae" ] || fail "removing took the state"

step purge
inside apt-get purge -y -qq haetae >/dev/null 2>&1
left=$(cd "$root" && find etc usr var/lib -path '*haetae*' ! -path 'var/lib/dpkg/*' ! -path 'var/lib/apt/*')
[ -z "$left" ] || fail "purging leaves: $left"
echo "the package installs, runs, upgrades, is removed and purged"
