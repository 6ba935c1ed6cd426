#!/usr/bin/python3
"""What the gate costs, in one run: bulk traffic beside plain and conntrack-only forwarding, with
and without segmentation offloads, and the processor time of the daemon for each new flow; both also
with `gate.strict`.

    bench/gate_cost.py [--rounds 5] [--seconds 3] [--rate 2000] [--most 10000] [--before PROGRAM]

In a house of network namespaces (tests/lab/network.py; needs root) a child talks to the internet
through the router. The daemon runs alone on core 0, the load on core 1. Flows are opened by
bench/gate_flows.cc: a TLS hello in one segment and in two, as OpenSSL writes it, and a QUIC Initial
of ngtcp2's client. A veth pair has no hardware queue: who sends a packet also carries it on, up to
the other end's sockets, and a verdict sends. So the daemon's time is told twice: with all that, and
with packets handed to core 1 (RPS), as a network card's interrupts do, where it is our own. The
floor is a program that accepts the first packet that says something, unread: what the kernel takes
for asking at all.
"""

import argparse
import contextlib
import json
import re
import ssl
import statistics
import subprocess
import sys
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/lab"))
import lab  # noqa: E402
import network  # noqa: E402
import web_servers  # noqa: E402

SERVER, HOST = "203.0.113.80", "www.good.example"
CORE_OF_LOAD = ("taskset", "-c", "1")
OURS = ("ours", "strict", "before")
CONNTRACK_ONLY = """table inet gate_cost {
    chain forward { type filter hook forward priority 0; ct mark 1 accept; }
}
"""
# What a device says first is asked about, and nothing else of its connection; ports come again.
FLOOR = """table inet gate_cost {
    chain begins {
        type filter hook forward priority mangle - 10;
        meta l4proto udp @th,64,8 & 0xc0 == 0xc0 ct mark set 0
    }
    chain forward { type filter hook forward priority mangle + 10; meta mark 1 ct mark set 1; }
}
"""
FLOOR_ASKS = ("iptables-nft", "-t", "mangle", "-A", "FORWARD", "-m", "connmark", "--mark", "0",
              "-m", "conntrack", "--ctdir", "ORIGINAL", "-m", "length", "--length", "61:65535",
              "-j", "NFQUEUE", "--queue-num", "7")


def run_time_ns(pid):
    """Processor time of all threads so far, system time included."""
    return sum(int((task / "schedstat").read_text().split()[0])
               for task in Path(f"/proc/{pid}/task").iterdir())


class Bench:
    def __init__(self, add_cleanup, options):
        self.options = options
        self.folder = lab.Folder(add_cleanup)
        self.tool = self.folder.path / "gate_flows"
        subprocess.run(["c++", "-std=c++20", "-O2", "-o", self.tool, ROOT / "bench/gate_flows.cc",
                        "-lnetfilter_queue", "-lmnl"], check=True)
        self.net = network.Network(add_cleanup)
        time.sleep(2)  # until all links have their addresses for sure
        self.child, self.router, self.internet = (self.net.child_a, self.net.router,
                                                  self.net.internet)
        self.internet.knot({"example": network_zone()})
        for words in (["iperf3", "-s", "-B", SERVER], [self.tool, "serve", "tcp", SERVER, 443],
                      [self.tool, "serve", "udp", SERVER, 443]):
            self.internet.start([*CORE_OF_LOAD, *words], "server")
        self.hellos = self.write_hellos(add_cleanup)
        self.filter = self.config_path = None

    def write_hellos(self, add_cleanup):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname=HOST)
        with contextlib.suppress(ssl.SSLWantReadError):
            client.do_handshake()
        hello = outgoing.read()
        catcher = web_servers.Recorder(self.internet, "203.0.113.83", udp_port=443, echoes=False)
        hosts = self.folder.write("hosts", f"203.0.113.83 {HOST}\n")
        self.child.run("unshare", "-m", "sh", "-c", f'mount --bind {hosts} /etc/hosts && exec "$@"',
                       "sh", "timeout", 2, "gtlsclient", "-q", HOST, 443, f"https://{HOST}/",
                       check=False)
        half = len(hello) // 2
        return {"one segment": ("tcp", [self.folder.write("whole", hello)]),
                "two segments": ("tcp", [self.folder.write("first", hello[:half]),
                                         self.folder.write("second", hello[half:])]),
                "HTTP/3": ("udp", [self.folder.write("initial", catcher.datagrams[0])])}

    # ---- Modes.

    def mode(self, name):
        """plain, conntrack, floor, ours, strict, or before: another program of ours."""
        if self.filter:
            self.filter.stop()
            if self.config_path:
                self.router.haetae("firewall", "remove", "--config", self.config_path)
        self.filter = self.config_path = None
        self.router.run("nft", "flush", "ruleset")
        if name == "conntrack":
            self.router.run("nft", "-f", "-", input=CONNTRACK_ONLY)
        if name == "floor":
            self.router.run("nft", "-f", "-", input=FLOOR)
            self.router.run(*FLOOR_ASKS)
            self.filter = self.router.start(["taskset", "-c", "0", self.tool, "accept", 7], "floor")
        if name in OURS:
            self.filter = self.router.start_filter(self.net.config(
                workers=1, profiles={"little": {"deny": ["bad.example"], "log": "none"}},
                admin={"listen": "127.0.0.1:8480"},
                gate={"mode": "queue", "inside": ["br-lan"], "when_down": "closed",
                      "strict": name == "strict"}),
                program=self.options.before if name == "before" else lab.HAETAE)
            self.config_path = self.filter.config_path
            subprocess.run(["taskset", "-a", "-cp", "0", str(self.pid())],
                           stdout=subprocess.DEVNULL, check=True)

    def steer(self, is_on):
        """Whether core 1 carries on what a veth receives."""
        for place in (self.child, self.router, self.internet):
            place.run("sh", "-c", f"for f in /sys/class/net/*/queues/rx-0/rps_cpus; do "
                                  f"echo {2 if is_on else 0} >$f; done")

    def offload(self, is_on):
        """Whether links carry segments of up to 64 KB, which a network card cuts up."""
        to = "on" if is_on else "off"
        for place in (self.child, self.router, self.internet):
            for link in place.run("ls", "/sys/class/net").stdout.split():
                place.run("ethtool", "-K", link, "tso", to, "gso", to, "gro", to, "tx", to, "sg",
                          to, check=False)

    def counter(self, name):
        text = self.router.run("curl", "-s", "http://127.0.0.1:8480/metrics").stdout
        return float(re.search(rf"^haetae_gate_{name} (\S+)$", text, re.M).group(1))

    def pid(self):
        return getattr(self.filter, "process", self.filter).child.pid

    # ---- Measuring.

    def iperf(self):
        """Gbit/s, and what both ends' processes took for a Gbit in ms: they carry packets on."""
        out = self.child.run(*CORE_OF_LOAD, "iperf3", "-c", SERVER, "-t", self.options.seconds,
                             "-J", within_s=60).stdout
        end = json.loads(out)["end"]
        gbps = end["sum_received"]["bits_per_second"] / 1e9
        percent = end["cpu_utilization_percent"]
        return gbps, (percent["host_total"] + percent["remote_total"]) * 10 / gbps

    def flows(self, kind, rate, seconds):
        """What gate_flows says, and the daemon's processor time if it runs."""
        protocol, files = self.hellos[kind]
        before = run_time_ns(self.pid()) if self.filter else 0
        out = self.child.run(*CORE_OF_LOAD, self.tool, "send", protocol, SERVER, 443, rate, seconds,
                             *files, within_s=60).stdout
        took = run_time_ns(self.pid()) - before if self.filter else 0
        return {**json.loads(out), "took_ns": took}

    def idle_ns_per_s(self):
        before, began = run_time_ns(self.pid()), time.monotonic()
        time.sleep(2)
        return (run_time_ns(self.pid()) - before) / (time.monotonic() - began)

    def bulk(self):
        self.compare_bulk("bulk")

    def bulk_small(self):
        self.offload(False)
        self.compare_bulk("bulk without offloads")
        self.offload(True)

    def compare_bulk(self, what):
        told = {"plain": [], "conntrack": [], "ours": [], "strict": []}
        for i in range(self.options.rounds):
            for name in sorted(told, reverse=i % 2 == 1):
                self.mode(name)
                told[name].append(self.iperf())
        for name, ours in told.items():
            pairs = list(zip(ours, told["conntrack"]))
            rate, cost = (statistics.median(one[k] for one in ours) for k in (0, 1))
            share, dearer = (statistics.median(a[k] / b[k] for a, b in pairs) for k in (0, 1))
            print(f"{what}, {name}: {rate:.2f} Gbit/s, {share:.3f} of conntrack-only; {cost:.0f} "
                  f"ms of both ends a Gbit, {dearer:.3f} of conntrack-only", flush=True)

    def cost(self):
        modes = ["floor", "ours", "strict"] + (["before"] if self.options.before else [])
        costs = {}
        for i in range(self.options.rounds):
            for mode in sorted(modes, reverse=i % 2 == 1):
                self.mode(mode)
                idle = self.idle_ns_per_s()
                for is_steered in (False, True):
                    self.steer(is_steered)
                    for kind in self.hellos:
                        told = self.flows(kind, self.options.rate, self.options.seconds)
                        took_ns = told["took_ns"] - idle * told["seconds"]
                        costs.setdefault((kind, is_steered, mode), []).append(
                            took_ns / told["answered"] / 1e3)
                self.steer(False)
        for (kind, is_steered, mode), all_us in sorted(costs.items()):
            where = "core 1" if is_steered else "whoever sends"
            pairs = zip(all_us, costs[kind, is_steered, "floor"])
            print(f"{kind}, carried on by {where}, {mode}: {statistics.median(all_us):.1f} us "
                  f"({min(all_us):.1f} to {max(all_us):.1f}) of the program's a flow, "
                  f"{statistics.median(a / b for a, b in pairs):.2f} of the floor "
                  f"({self.options.rate}/s)", flush=True)

    def latency(self):
        medians = {"conntrack": [], "ours": []}
        for i in range(self.options.rounds):
            for name in sorted(medians, reverse=i % 2 == 1):
                self.mode(name)
                medians[name].append(self.flows("one segment", 200, self.options.seconds)["p50_us"])
        ours, theirs = (statistics.median(medians[one]) for one in ("ours", "conntrack"))
        print(f"connect, hello and answer: {theirs:.0f} us conntrack-only, {ours:.0f} us with the "
              f"gate: {ours - theirs:+.0f} us", flush=True)

    def most(self):
        self.mode("ours")
        self.steer(True)
        told = self.flows("one segment", self.options.most, self.options.seconds)
        dropped = self.counter("queue_dropped_total") + self.counter("queue_unasked_total")
        print(f"{told['begun'] / self.options.seconds:.0f} flows/s: {told['answered']} of "
              f"{told['begun']} answered, {dropped:.0f} packets found the queue full, p99 "
              f"{told['p99_us'] / 1000:.1f} ms", flush=True)


def network_zone():
    from servers import zone_text
    return zone_text(f"*.good A {SERVER}\n")


def measure(add_cleanup, options):
    bench = Bench(add_cleanup, options)
    for part in (bench.cost, bench.most, bench.latency, bench.bulk, bench.bulk_small):
        if not options.only or part.__name__ in options.only:
            part()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--most", type=int, default=10000)
    parser.add_argument("--only", nargs="*", help="cost, most, latency, bulk, bulk_small")
    parser.add_argument("--before", type=Path, help="an older program, beside this one at cost")
    options = parser.parse_args()

    class Run(unittest.TestCase):
        def test(self):
            measure(self.addCleanup, options)
    result = unittest.TextTestRunner(stream=sys.stderr, verbosity=0).run(Run("test"))
    sys.exit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
