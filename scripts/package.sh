#!/usr/bin/env bash
# Builds the Debian package: build/release/package/haetae_VERSION_ARCH.deb.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh
(cd build/release && cpack --config CPackConfig.cmake >package.log 2>&1) || { cat build/release/package.log >&2; exit 1; }
ls build/release/package/haetae_*.deb
