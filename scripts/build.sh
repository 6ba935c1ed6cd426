#!/usr/bin/env bash
# Release build: the program is build/release/haetae.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install_packages.sh
mkdir -p build
cmake --preset release >build/cmake-release.log 2>&1 || { cat build/cmake-release.log >&2; exit 1; }
cmake --build build/release --target haetae
