#!/usr/bin/env python3
"""A busy family for ten minutes: does memory stay flat, and is every question answered?

    bench/soak.py [--seconds 600] [--rate 5000] [--reload-every 10]

Runs `haetae serve` as a router in a house of network namespaces (tests/lab/network.py; needs root),
while the house's devices ask over UDP and TCP, IPv4 and IPv6: names that are cached, names that must
be fetched, names behind CNAMEs, blocked names. Every reload compiles the lists anew, changes a
profile, and, each second time, the upstream. Exits with 1 if an answer was lost or memory grew.
(dnsperf itself holds queries over TCP back by some milliseconds, whoever answers.)
"""

import argparse
import os
import sys
import threading
import time
import unittest
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/lab"))
import lab  # noqa: E402
import network  # noqa: E402
from servers import zone_text  # noqa: E402

LISTED_NAMES = 200_000
HIT_NAMES = 5_000
SAMPLE_EVERY_S = 0.5
# What the least memory between reloads may grow by, from the end of the warm-up to the end.
GROWTH_MAX = 0.02
WARM_UP_S = 120  # until caches are full; at most three quarters of the time

ZONE = "".join(f"h{i} A 192.0.2.{i % 250}\n" for i in range(HIT_NAMES)) + """
*.miss A 192.0.2.1
*.alias CNAME h1
*.brief 1 A 192.0.2.2
"""


def config(net, round_):
    """The configuration after so many reloads."""
    addresses = [net.internet.knot_address, net.internet.knot_address6]
    return net.config(
        {"upstream": {"servers": addresses if round_ // 2 % 2 else addresses[:1]}, "cache": "4 MB"},
        profiles={"minji": {"block": ["adult", "gambling"], "safe_search": "strict",
                            "deny": [f"denied{round_}.example"]},
                  "strict": {"age": "7-9"}},
        devices=[{"name": "Tablet", "address": "192.168.7.21", "profile": "minji"}],
        default_profile="strict",
        lists=[{"name": "big", "path": "big.txt", "category": "adult"}],
        log={"events": "events.jsonl"})


def big_list(round_):
    return "".join(f"listed{i}.example.net\n" for i in range(LISTED_NAMES + round_ % 2))


def loads(net, options):
    """(name, device, server, names, share of the rate, transport)."""
    misses = int(options.rate * options.seconds * 0.1) + 1000
    hits = [f"h{i}.soak.example" for i in range(HIT_NAMES)]
    blocked = [f"www.listed{i * 7}.example.net" for i in range(2000)] + ["pornhub.com"] * 100
    mixed = [name for i, hit in enumerate(hits)
             for name in (hit, f"a{i}.alias.soak.example", f"b{i % 50}.brief.soak.example")]
    return [("hits, UDP on IPv4", net.child_a, "192.168.7.1", hits, 0.5, "udp"),
            ("blocked, UDP on IPv6", net.child_b, "fd07::1", blocked, 0.15, "udp"),
            ("misses, UDP on IPv4", net.child_b, "192.168.7.1",
             [f"m{i}.miss.soak.example" for i in range(misses)], 0.1, "udp"),
            ("chains and short lives, UDP on IPv6", net.child_a, "fd07::1", mixed, 0.1, "udp"),
            ("all of it, TCP on IPv4", net.stranger, "192.168.7.1", mixed + blocked, 0.15, "tcp")]


class Loads:
    """dnsperf in the devices, all at once."""

    def __init__(self, net, options, folder):
        self.figures = {}
        self._threads = []
        for i, (name, device, server, names, share, mode) in enumerate(loads(net, options)):
            path = folder.write(f"queries{i}", "".join(f"{one} A\n" for one in names))
            self._threads.append(threading.Thread(target=self._run, args=(
                name, device, server, path, options.seconds, int(options.rate * share), mode)))
        for thread in self._threads:
            thread.start()

    def _run(self, name, device, server, path, seconds, rate, mode):
        self.figures[name] = device.dnsperf(server, path, seconds, rate, mode=mode)

    def are_running(self):
        return any(thread.is_alive() for thread in self._threads)


class Memory:
    """Samples of a process: (second, anonymous kB, resident kB, descriptors)."""

    def __init__(self, pid):
        self.samples = []
        self._proc = Path(f"/proc/{pid}")
        self._began = time.monotonic()

    def sample(self):
        fields = dict(line.split(":") for line in
                      (self._proc / "smaps_rollup").read_text().splitlines()[1:])
        kb = {key: int(value.split()[0]) for key, value in fields.items()}
        self.samples.append((time.monotonic() - self._began, kb["Anonymous"], kb["Rss"],
                             len(os.listdir(self._proc / "fd"))))

    def windows(self, size_s):
        """[(start, samples)]: the samples in parts of size_s, whole ones only."""
        count = int(self.samples[-1][0] // size_s)
        return [(i * size_s, [s for s in self.samples if i * size_s <= s[0] < (i + 1) * size_s])
                for i in range(count)]

    def troughs(self, size_s):
        """[(middle second, least anonymous kB)] of each part after the warm-up: what stays when the
        work of a reload is done."""
        warm = min(WARM_UP_S, self.samples[-1][0] * 3 / 4)
        return [(start + size_s / 2, min(s[1] for s in samples))
                for start, samples in self.windows(size_s) if start >= warm and samples]


def slope(points):
    """Least squares: units of y for each unit of x."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def soak(net, options, folder):
    """Runs the load; returns its figures, the memory's samples, the seconds that reloads took."""
    filter_ = net.router.start_filter(config(net, 0), {"big.txt": big_list(0)})
    memory, took_s, next_reload = Memory(filter_.pid()), [], options.reload_every
    began, running = time.monotonic(), Loads(net, options, folder)
    while running.are_running():
        memory.sample()
        if time.monotonic() - began > next_reload and next_reload < options.seconds:
            round_ = len(took_s) + 1
            filter_.folder.write("big.txt", big_list(round_))
            since = time.monotonic()
            said = filter_.reload(config(net, round_))
            took_s.append(time.monotonic() - since)
            next_reload += options.reload_every
            if "haetae: reloaded" not in said:
                raise AssertionError(said)
        time.sleep(SAMPLE_EVERY_S)
    return running.figures, memory, took_s


def report(figures, memory, took_s, options):
    """Prints the tables; returns whether all is well."""
    lost, failed = report_loads(figures)
    share = report_memory(memory, options)
    print(f"{len(took_s)} reloads of {LISTED_NAMES} listed names, "
          f"{sum(took_s) / max(1, len(took_s)):.2f} s each, at most {max(took_s, default=0):.2f} s")
    return lost == 0 and failed == 0 and share <= GROWTH_MAX


def report_loads(figures):
    """Prints what became of the questions; returns how many were lost and failed."""
    lost = failed = 0
    print("| load | asked | answered | lost | SERVFAIL | average ms | most ms |\n" + "|---" * 7 + "|")
    for name, one in figures.items():
        average, _, most = one["Average Latency (s)"].partition(" (")
        servfail = next((part.split()[1] for part in one["Response codes"].split(",")
                         if part.split()[0] == "SERVFAIL"), "0")
        lost += int(one["Queries lost"].split()[0])
        failed += int(servfail)
        print(f"| {name} | {one['Queries sent']} | {one['Queries completed'].split()[0]} | "
              f"{one['Queries lost'].split()[0]} | {servfail} | {float(average) * 1000:.2f} | "
              f"{float(most.split('max ')[1].rstrip(')')) * 1000:.0f} |")
    return lost, failed


def report_memory(memory, options):
    """Prints how memory went; returns its growth in all after the warm-up as a share."""
    print("\n| from second | anonymous MB, least | most | resident MB, most | descriptors |\n"
          + "|---" * 5 + "|")
    for start, part in memory.windows(max(options.seconds / 10, options.reload_every)):
        anonymous = [s[1] / 1000 for s in part]
        print(f"| {start:.0f} | {min(anonymous):.1f} | {max(anonymous):.1f} | "
              f"{max(s[2] for s in part) / 1000:.1f} | {max(s[3] for s in part)} |")
    points = memory.troughs(options.reload_every)
    if len(points) < 3:
        print("\ntoo short to tell whether memory grows")
        return 0.0
    (began, kb), (ended, _) = points[0], points[-1]
    share = slope(points) * (ended - began) / kb
    print(f"\nleast memory between reloads, from {began:.0f} s to {ended:.0f} s: "
          f"{slope(points) * 60:+.0f} kB a minute, {share:+.1%} in all; allowed {GROWTH_MAX:.0%}")
    return share


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--rate", type=int, default=5000, help="queries a second, in all")
    parser.add_argument("--reload-every", type=int, default=10, help="seconds")
    options = parser.parse_args()
    with ExitStack() as stack:
        try:
            net = network.Network(stack.callback)
        except unittest.SkipTest as skipped:
            sys.exit(str(skipped))
        net.internet.knot({"soak.example": zone_text(ZONE)})
        all_is_well = report(*soak(net, options, lab.Folder(stack.callback)), options)
    sys.exit(0 if all_is_well else 1)


if __name__ == "__main__":
    main()
