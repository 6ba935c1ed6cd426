#!/usr/bin/env bash
# All tests: format and lint, the release suite, the same under ASan and UBSan, some seconds of
# every fuzzer. Ends with the runner's closing lines; fails if anything failed.
#   HAETAE_DATA       folder of real lists and captures; default ../shared/data if it is there
#   FUZZ_SECONDS      for each fuzzer, default 10: all of them, two at a time, take some four minutes
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install_packages.sh all
mkdir -p build
fuzz_seconds=${FUZZ_SECONDS:-10}
failures=()

step() { printf '\n== %s (%s)\n' "$1" "$(date +%T)"; }
run() { # name, command …
  step "$1"
  "${@:2}" || failures+=("$1")
}
configure_and_build() { # preset, target …
  cmake --preset "$1" >"build/cmake-$1.log" 2>&1 || { cat "build/cmake-$1.log" >&2; return 1; }
  cmake --build "build/$1" ${2:+--target "${@:2}"} -- --quiet
}
suite() { ctest --test-dir "build/$1" --output-on-failure --no-tests=error -j4 | tee "build/ctest-$1.log" | tail -n 25; }

run "build release" configure_and_build release
run "format" cmake --build build/release --target format-check -- --quiet
run "lint of changed files" scripts/tidy_changed.sh
run "release suite" suite release
run "build with ASan and UBSan" configure_and_build asan
run "suite under ASan and UBSan" suite asan
run "build fuzzers" configure_and_build fuzz
run "fuzzers, ${fuzz_seconds} s each" scripts/fuzz.sh "$fuzz_seconds"

# What each failed test said, to be found at the end of a long log.
tell_failures() { # preset
  [ -e "build/ctest-$1.log" ] || return 0
  awk '/\*\*\*(Failed|Timeout|Exception)/ { left = 60 } /^ *Start +[0-9]+:/ || / (Passed|Not Run) / { next }
       left-- > 0' "build/ctest-$1.log" | head -n 150
}

step "closing"
tell_failures release
tell_failures asan
grep -h "tests passed" build/ctest-release.log build/ctest-asan.log || true
if [ ${#failures[@]} -gt 0 ]; then
  printf 'FAILED: %s\n' "${failures[@]}"
  exit 1
fi
echo "all passed"
