#!/usr/bin/env bash
# Runs `haetae replay` beside nDPI, tshark and the floors of reading alone in the packet part of the
# bench harness, in the same run:
#   HAETAE_BENCH=FOLDER bench/replay_beside_peers.sh [run.py options…]
# One capture of 200,000 made-up flows, 1.67 million packets; one core.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${HAETAE_BENCH:?set it to the folder of the bench harness}"
program=${HAETAE:-$PWD/build/release/haetae}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/haetae.yaml" <<CONFIG
state: {path: '$work/state'}
dns: {listen: ['127.0.0.1:1'], upstream: {servers: ['127.0.0.1@2']}}
profiles: {all: {block: [adult, gambling], log: none}}
default_profile: all
rules: {path: '$PWD/rules'}
CONFIG
"$program" lists build --config "$work/haetae.yaml"
cat >"$work/peer.json" <<PEER
{"name": "haetae replay", "cmd": ["$program", "replay", "--config", "$work/haetae.yaml", "--names", "{pcap}"]}
PEER
python3 "$HAETAE_BENCH/part2_dpi/run.py" --peer-json "$work/peer.json" "$@"
