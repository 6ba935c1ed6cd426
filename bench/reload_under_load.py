#!/usr/bin/env python3
"""Reloads all real lists while queries keep coming: what is lost, what is late, what memory it takes.

    HAETAE_DATA=FOLDER bench/reload_under_load.py [QUERIES_A_SECOND] [SECONDS]

Runs the same load twice on one daemon: without and with a reload in its middle that compiles every
list anew. Needs dnsperf and dnsmasq (as the upstream) and two free ports on loopback.
"""

import csv
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HAETAE = os.environ.get("HAETAE", str(ROOT / "build/release/haetae"))
DATA = Path(os.environ.get("HAETAE_DATA", ROOT.parent / "shared/data")).resolve()
PORT, UPSTREAM = 25300, 25301
RATE = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 12


def write_config(folder):
    lines, categories = ["lists:"], set()
    with open(DATA / "lists/manifest.tsv") as manifest:
        for row in csv.DictReader(manifest, delimiter="\t"):
            if row["format"] == "url-prefixes":
                continue
            name = row["file"].split(".")[0] + "-" + row["format"]
            categories.add(row["category"])
            lines.append(f"  - {{name: {name}, path: {DATA}/lists/{row['file']}, "
                         f"category: {row['category']}, format: {row['format']}}}")
    lines.append(f"  - {{name: changing, path: {folder}/changing.txt, category: adult}}")
    (folder / "changing.txt").write_text("changing.example\n")
    (folder / "haetae.yaml").write_text("\n".join(lines) + f"""
state: {{path: {folder}/state}}
dns: {{listen: ["127.0.0.1:{PORT}"], upstream: {{servers: ["127.0.0.1@{UPSTREAM}"]}}}}
profiles: {{all: {{block: [{", ".join(sorted(categories - {"bypass"}))}], log: none}}}}
default_profile: all
log: {{events: {folder}/events}}
""")


def write_queries(folder):
    """The names of real page loads, blocked and allowed as they come."""
    packed = DATA / "popular/popular-2023-65k.tsv.zst"
    rows = subprocess.run(["zstd", "-dc", packed], stdout=subprocess.PIPE, check=True, text=True)
    names = [row.split("\t")[1] for row in rows.stdout.splitlines()[1:5001]]
    (folder / "queries.txt").write_text("".join(f"{name} A\n" for name in names))


def anonymous_kb(pid):
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Anonymous:\s+(\d+)", rollup, re.M).group(1))


def load(folder, seconds):
    out = subprocess.run(["dnsperf", "-s", "127.0.0.1", "-p", str(PORT), "-d", folder / "queries.txt",
                          "-Q", str(RATE), "-q", "2000", "-l", str(seconds), "-t", "2", "-c", "20"],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    lost = int(re.search(r"Queries lost:\s+(\d+)", out).group(1))
    qps = float(re.search(r"Queries per second:\s+([\d.]+)", out).group(1))
    late = float(re.search(r"Average Latency.*max ([\d.]+)", out).group(1))
    return {"lost": lost, "qps": round(qps), "max_ms": round(late * 1000, 1)}


def main():
    with tempfile.TemporaryDirectory(prefix="haetae-reload-") as name:
        folder = Path(name)
        write_config(folder)
        write_queries(folder)
        upstream = subprocess.Popen(
            ["dnsmasq", "-k", "-C", "/dev/null", "--port", str(UPSTREAM), "--listen-address=127.0.0.1",
             "--bind-interfaces", "--no-resolv", "--no-hosts", "--address=/#/192.0.2.1",
             "--local-ttl=86400", f"--pid-file={folder}/upstream.pid", "--user="])
        daemon = subprocess.Popen([HAETAE, "serve", "--config", folder / "haetae.yaml"],
                                  stderr=subprocess.PIPE, text=True)
        try:
            while (line := daemon.stderr.readline().strip()) != "ready":
                assert line or daemon.poll() is None, "the filter did not start"
                if line:
                    print(line, file=sys.stderr)
            load(folder, 2)  # fills the cache
            steady = anonymous_kb(daemon.pid)
            print("without reload:", load(folder, SECONDS))
            samples, reloaded = [], []

            def reload_in_the_middle():
                time.sleep(2)
                (folder / "changing.txt").write_text("changed.example\n")
                began = time.time()
                daemon.send_signal(1)
                while "reloaded" not in daemon.stderr.readline():
                    pass
                reloaded.append(round(time.time() - began, 2))

            def watch_memory():
                while not finished:
                    samples.append(anonymous_kb(daemon.pid))
                    time.sleep(0.05)

            finished = []
            threads = [threading.Thread(target=t) for t in (reload_in_the_middle, watch_memory)]
            for thread in threads:
                thread.start()
            print("with a reload: ", load(folder, SECONDS))
            finished.append(True)
            for thread in threads:
                thread.join()
            print(f"reload took {reloaded[0]} s; anonymous memory steady {steady} kB, "
                  f"at most {max(samples)} kB ({max(samples) / steady:.2f} times)")
        finally:
            daemon.terminate()
            daemon.wait()
            upstream.terminate()
            upstream.wait()


main()
