#!/usr/bin/env python3
"""What it costs a server to know its devices by their MAC and to write events, in one run.

    bench/identity_cost.py [--rounds 7] [--seconds 3] [--before PROGRAM]

In a house of network namespaces (tests/lab/network.py; needs root) a child's tablet asks as fast as
it can, 30 % of it for blocked names, the rest for cached ones. Daemons of one worker, alone on core
0, take turns; the load is on core 1. Printed is the processor time of the daemon for each query. One
daemon knows nobody and writes nothing; one knows a hundred devices by MAC, the tablet among them,
and writes an event of every blocked name. --before: another build of Haetae, which knows nobody.
"""

import argparse
import re
import statistics
import subprocess
import sys
import unittest
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/lab"))
import lab  # noqa: E402
import network  # noqa: E402
from servers import zone_text  # noqa: E402

HIT_NAMES = 5_000
LISTED_NAMES = 100_000
LISTED = "".join(f"listed{i}.example.net\n" for i in range(LISTED_NAMES))


def run_time_ns(pid):
    """Processor time of all threads so far, system time included."""
    return sum(int((task / "schedstat").read_text().split()[0])
               for task in Path(f"/proc/{pid}/task").iterdir())


class Daemon:
    def __init__(self, add_cleanup, net, port, program=lab.HAETAE, **config):
        self.port = port
        self.filter = lab.Filter(add_cleanup, prefix=net.router.prefix, program=program)
        self.filter.folder.write("big.txt", LISTED)
        self.filter.start(net.config(
            {"listen": [f"192.168.7.1:{port}"]}, workers=1,
            rules={"start_lists": False, "patterns": False},
            lists=[{"name": "big", "path": "big.txt", "category": "adult"}], **config))
        subprocess.run(["taskset", "-a", "-cp", "0", str(self.filter.pid())],
                       stdout=subprocess.DEVNULL, check=True)

    def query_us(self, tablet, names, seconds):
        """Processor time of one query, and how many a second were answered."""
        before = run_time_ns(self.filter.pid())
        out = tablet.run("taskset", "-c", "1", "dnsperf", "-s", "192.168.7.1", "-p", self.port,
                         "-d", names, "-q", "400", "-c", "20", "-l", seconds,
                         within_s=seconds + 60).stdout
        took_ns = run_time_ns(self.filter.pid()) - before
        answered = int(re.search(r"Queries completed:\s+(\d+)", out).group(1))
        return took_ns / answered / 1000, answered / seconds


def nobody(log="none"):
    return {"profiles": {"little": {"log": log, "block": ["adult"]}}, "log": {"events": "events"}}


def a_hundred(tablet):
    devices = [{"name": f"Device {i}", "mac": f"02:00:00:01:00:{i:02x}", "profile": "little"}
               for i in range(99)]
    devices.append({"name": "Tablet", "mac": tablet.mac, "profile": "little"})
    return {**nobody(log="blocked"), "devices": devices}


def query_names():
    """3 of 10 blocked, in an order that repeats after all names."""
    for i in range(50_000):
        yield f"www.listed{i * 7 % LISTED_NAMES}.example.net" if i % 10 < 3 else \
            f"h{i % HIT_NAMES}.bench.example"


def measure(add_cleanup, options):
    net = network.Network(add_cleanup)
    tablet = net.child_a
    net.internet.knot({"bench.example": zone_text("".join(
        f"h{i} A 192.0.2.{i % 250}\n" for i in range(HIT_NAMES)))})
    daemons = {"nobody known, no events": Daemon(add_cleanup, net, 5301, **nobody()),
               "known by MAC, events": Daemon(add_cleanup, net, 5302, **a_hundred(tablet))}
    if options.before:
        daemons[options.before] = Daemon(add_cleanup, net, 5303, options.before, **nobody())
    names = lab.Folder(add_cleanup).write("names", "".join(f"{one} A\n" for one in query_names()))
    figures = {name: [] for name in daemons}
    for round_ in range(-1, options.rounds):
        for name in list(daemons)[::1 if round_ % 2 else -1]:
            took_us, rate = daemons[name].query_us(tablet, names, options.seconds)
            if round_ >= 0:  # the first fills caches
                figures[name].append((took_us, rate))
    return figures


def report(figures):
    floor = None
    print("| daemon | us a query, median | least | most | queries a second | ratio |\n" + "|---" * 6
          + "|")
    for name, rounds in figures.items():
        took_us = [one for one, _ in rounds]
        median = statistics.median(took_us)
        floor = floor or median
        print(f"| {name} | {median:.2f} | {min(took_us):.2f} | {max(took_us):.2f} | "
              f"{statistics.median(rate for _, rate in rounds):,.0f} | {median / floor:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--before", help="another build of Haetae to compare with")
    options = parser.parse_args()
    with ExitStack() as stack:
        try:
            report(measure(stack.callback, options))
        except unittest.SkipTest as skipped:
            sys.exit(str(skipped))


if __name__ == "__main__":
    main()
