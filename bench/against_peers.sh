#!/usr/bin/env bash
# Runs Haetae beside its peers in the DNS part of the bench harness, peers and floors in the same run:
#   HAETAE_BENCH=FOLDER bench/against_peers.sh [run.py options…]
# e.g. bench/against_peers.sh --rounds 3          all sizes, all peers
#      bench/against_peers.sh --sizes 100000 --rounds 1 --secs 1 --only haetae --tag smoke
# Images are compiled before the daemon is timed, as a router does when lists change; HAETAE_COLD=1
# leaves that to the timed start. Word patterns are off, since they rightly judge some of the made-up
# names of the load (the harness wants exactly the listed ones blocked); HAETAE_PATTERNS=true leaves them on.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${HAETAE_BENCH:?set it to the folder of the bench harness}"
program=${HAETAE:-$PWD/build/release/haetae}
lists=${BENCH_DATA:-/var/tmp/haetae-bench}/lists
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Placeholders in braces are filled in by the harness; the image stands beside its list.
config="workers: 1
state: {path: '{list}.haetae'}
dns: {listen: ['127.0.0.1:{port}'], upstream: {mode: forward, servers: ['127.0.0.1@{stub}']}}
lists: [{name: bench, path: '{list}', format: domains, category: adult, match: subtree}]
profiles: {all: {block: [adult], log: none}}
default_profile: all
rules: {start_lists: false, patterns: ${HAETAE_PATTERNS:-false}, path: '$PWD/rules'}
log: {events: '{dir}/events'}
"
rm -rf "$lists"/*.haetae
if [ "${HAETAE_COLD:-0}" = 0 ]; then
  for list in "$lists"/block_*.txt; do
    [ -e "$list" ] || continue # the harness's first run makes them
    sed "s#{list}#$list#g; s#{port}#1#; s#{stub}#2#; s#{dir}#$work#" <<<"$config" >"$work/build.yaml"
    "$program" lists build --config "$work/build.yaml"
  done
fi
python3 - "$work/peer.json" "$program" "$config" <<'PY'
import json, sys
path, program, config = sys.argv[1:]
json.dump({"name": "haetae", "cmd": [program, "serve", "--config", "{dir}/haetae.yaml"],
           "files": {"haetae.yaml": config}}, open(path, "w"))
PY
python3 "$HAETAE_BENCH/part1_dns/run.py" --peer-json "$work/peer.json" "$@"
