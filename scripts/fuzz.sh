#!/usr/bin/env bash
# Runs every libFuzzer target of build/fuzz over its kept seeds, two at a time:
#   scripts/fuzz.sh [SECONDS_EACH] [TARGET…]
# New inputs stay under build/fuzz-corpus; a crash is kept there too and fails the run. Copy what
# is worth keeping to tests/fuzz/seeds.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(basename -a -s .cc tests/fuzz/*_fuzz.cc)

one() { # target, seconds
  local subject=${1%_fuzz} corpus=build/fuzz-corpus/$1
  mkdir -p "$corpus"
  if ! "build/fuzz/$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
      -artifact_prefix="$corpus/" "$corpus" "tests/fuzz/seeds/$subject" >"$corpus.log" 2>&1; then
    tail -n 60 "$corpus.log"
    echo "$1: FAILED, input kept under $corpus"
    return 1
  fi
  echo "$1: $(grep -o 'stat::number_of_executed_units: .*' "$corpus.log" | grep -o '[0-9]*$') inputs, no crash"
}
export -f one
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'one "$1" "$2"' _ {} "$seconds"
