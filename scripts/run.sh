#!/usr/bin/env bash
# Builds the filter and runs it in the foreground on loopback ports, without privileges:
#   scripts/run.sh [CONFIG]        default: config/haetae.yaml
# State stands under build/run. Ctrl-C ends it.
set -euo pipefail
cd "$(dirname "$0")/.."
config=$(realpath "${1:-config/haetae.yaml}")
scripts/build.sh
mkdir -p build/run
export STATE_DIRECTORY="$PWD/build/run"

cat <<'TEXT'

Haetae is starting. When it says "ready", try from another terminal:
  dig @127.0.0.1 -p 5300 pornhub.com        a blocked site: NXDOMAIN, and EDE says why
  dig @127.0.0.1 -p 5300 www.google.com     a search engine: led to its safe version
  dig @127.0.0.1 -p 5300 wikipedia.org      everything else resolves
  build/release/haetae explain --config config/haetae.yaml pornhub.com
This asks as a device that nobody has named yet. dig -b 127.0.0.2 asks as Minji, who is 8 (and asleep
from 21:00 in Seoul), -b 127.0.0.3 as Jun, who is 14, -b 127.0.0.4 as a parent. Events appear below, one JSON line each.

TEXT
# Root keeps its user but no capability, so that the tree need not be readable by anybody else.
if [ "$(id -u)" -eq 0 ]; then
  exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all \
    build/release/haetae serve --config "$config"
fi
exec build/release/haetae serve --config "$config"
