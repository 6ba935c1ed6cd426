#!/usr/bin/env bash
# clang-tidy over the sources that differ from a base:
#   scripts/tidy_changed.sh [BASE]      default: the commit before HEAD; includes what is not committed
# All files: cmake --build build/release --target tidy
set -euo pipefail
cd "$(dirname "$0")/.."
base=${1:-HEAD~1}
git rev-parse -q --verify "$base" >/dev/null 2>&1 || base=$(git hash-object -t tree /dev/null)
mapfile -t files < <(git diff --name-only --diff-filter=d "$base" -- 'lib/*.cc' 'daemon/*.cc' 2>/dev/null)
[ ${#files[@]} -gt 0 ] || { echo "no source changed"; exit 0; }
printf '%s\n' "${files[@]}" | xargs -P 2 -n 4 clang-tidy-19 --quiet -p build/release 2>/dev/null
