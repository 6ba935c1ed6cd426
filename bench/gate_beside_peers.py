#!/usr/bin/python3
"""Runs the gate beside the packet-filter modes of the bench harness, all taking turns in one run.

    HAETAE_BENCH=FOLDER bench/gate_beside_peers.py [--only MODE...] [--strict] [run.py options...]

e.g. bench/gate_beside_peers.py --rounds 3 --only conntrack "first packets, connmark bypass" haetae

As root. The harness's own runner makes the three network namespaces, the load and the table; it
takes no peers by file, so it is run from its text with one more mode: the daemon in the router's
namespace. Its flows are plain HTTP by address literal, of which every request is judged; its bulk
flow is of no protocol that we know, and is settled by its first octets.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("HAETAE", ROOT / "build/release/haetae")).resolve()
NAME = "haetae"
CONFIG = """site: {{name: bench, kind: home, timezone: UTC}}
workers: 1
state: {{path: {folder}/state}}
dns: {{listen: ["127.0.0.1:5399"], upstream: {{mode: forward, servers: ["127.0.0.1@5398"]}}}}
profiles: {{little: {{deny: [bad.example], log: none}}}}
default_profile: little
# No DNS is asked here; to lead it to a filter that listens on loopback alone would be a fault.
gate: {{mode: queue, inside: [r0], when_down: closed, dns: false, strict: {strict}}}
admin: {{listen: "127.0.0.1:8480"}}
"""
START = ('if cmd: v = start([V, *cmd], prefix=("ip", "netns", "exec", R), '
         'log=web + "/verdict.log"); time.sleep(0.2)')
RULES = 'rules("firstpay" if'
STOP = "acc.setdefault(name, []).append(x); stop(v)"
MODES_END = 'web = DATA + "/run/p5web"'


class Peer:
    """The daemon in the router's namespace."""

    def __init__(self, folder, is_strict):
        self.folder = Path(folder)
        self.config = self.folder / "haetae.yaml"
        self.config.write_text(CONFIG.format(folder=folder, strict=str(is_strict).lower()))

    def start(self, start, place):
        """start: the harness's own, which pins to core 0. Fails if no packets will be judged."""
        log = self.folder / "log"
        log.unlink(missing_ok=True)
        process = start([str(PROGRAM), "serve", "--config", str(self.config)],
                        prefix=("ip", "netns", "exec", place), log=str(log))
        end = time.monotonic() + 20
        while "\nready" not in "\n" + log.read_text(encoding="utf-8"):
            if process.poll() is not None or time.monotonic() > end:
                sys.exit(f"haetae does not start: {log.read_text(encoding='utf-8')}")
            time.sleep(0.05)
        return process

    def judged(self, place):
        """Packets that the gate was asked about so far."""
        text = subprocess.run(["ip", "netns", "exec", place, "curl", "-s",
                               "http://127.0.0.1:8480/metrics"], check=True, capture_output=True,
                              text=True).stdout
        return next(float(line.split()[1]) for line in text.splitlines()
                    if line.startswith("haetae_gate_packets_total "))

    def stop(self, stop, process, place):
        asked = self.judged(place)
        stop(process)
        subprocess.run(["ip", "netns", "exec", place, str(PROGRAM), "firewall", "remove", "--config",
                        str(self.config)], check=True, stdout=subprocess.DEVNULL)
        if asked == 0:
            sys.exit("haetae was asked about no packet at all: the figures say nothing")
        print(f"haetae was asked about {asked:.0f} packets", flush=True)


def with_one_more_mode(text):
    """The runner's text, with the daemon as a mode."""
    changes = ((START, f'if name == "{NAME}": v = peer.start(start, R)\n{" " * 16}el{START}'),
               (RULES, f'rules("plain" if name == "{NAME}" else "firstpay" if'),
               (STOP, f'acc.setdefault(name, []).append(x)\n{" " * 16}if name == "{NAME}": '
                      f'peer.stop(stop, v, R)\n{" " * 16}else: stop(v)'),
               (MODES_END, f'MODES.append(("{NAME}", None))\n'
                           f'MODES = [m for m in MODES if not only or m[0] in only]\n{MODES_END}'))
    for old, new in changes:
        if text.count(old) != 1:
            sys.exit(f"part5_kernel/run.py is another one than this was written for: {old}")
        text = text.replace(old, new)
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=[], help="names of the runner's modes")
    parser.add_argument("--strict", action="store_true", help="with gate.strict")
    options, others = parser.parse_known_args()
    if "HAETAE_BENCH" not in os.environ:
        sys.exit("HAETAE_BENCH: set it to the folder of the bench harness")
    runner = Path(os.environ["HAETAE_BENCH"]).resolve() / "part5_kernel/run.py"
    sys.argv = [str(runner), *others]
    with tempfile.TemporaryDirectory(prefix="haetae-bench-") as folder:
        names = {"__name__": "__main__", "__file__": str(runner), "only": options.only,
                 "peer": Peer(folder, options.strict)}
        text = with_one_more_mode(runner.read_text(encoding="utf-8"))
        exec(compile(text, str(runner), "exec"), names)  # pylint: disable=exec-used


if __name__ == "__main__":
    main()
