#!/usr/bin/env python3
"""Does the live tap keep up with everything that tcpreplay can send from one core?

    bench/tap_rate.py CAPTURE [--names FILE] [--rounds 3] [--loop 1] [--mbps N] [--enforce]

Needs root. Two network namespaces with a wire (veth) between them: tcpreplay alone on core 0 sends
the capture as fast as it can (or at N Mbit/s), `haetae serve` with one worker of the tap alone on
core 1 listens, judges and writes an event of every request. Printed for each round: packets a second
that tcpreplay reached, frames that the tap was given, frames that the kernel dropped, requests and
events, processor time a frame; with --names (a file of host names, one a line) how many of
those stand in no event. The capture of part 2 of the bench harness comes with such a file (.sni).
"""

import argparse
import json
import re
import subprocess
import sys
import time
import unittest
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/lab"))
import lab  # noqa: E402
import network  # noqa: E402
from places import Place, command  # noqa: E402

METRICS = "127.0.0.1:8480"
INSPECT = 'haetae_inspect_{}_total{{home="tap"}}'


def processor_ns(pid):
    """Processor time of each thread so far."""
    return {task.name: int((task / "schedstat").read_text().split()[0])
            for task in Path(f"/proc/{pid}/task").iterdir()}


class Tap:
    """A box with a mirror port at eth1, whose other end is at eth0 of the sender."""

    def __init__(self, add_cleanup, options):
        stem = f"haetae-lab.{network.os.getpid()}.{network.start_of(network.os.getpid())}.1"
        self.sender = Place(add_cleanup, f"{stem}.sender")
        self.box = Place(add_cleanup, f"{stem}.box")
        command("ip", "link", "add", "eth0", "netns", self.sender.name, "type", "veth",
                "peer", "name", "eth1", "netns", self.box.name)
        # Frames of a capture may be longer than a wire's: cards join segments.
        for place, interface in ((self.sender, "eth0"), (self.box, "eth1")):
            place.ip("link set lo up", f"link set {interface} mtu 65535 addrgenmode none up")
        tap = {"interface": "eth1", "workers": 1}
        if options.enforce:
            # Resets find nobody: what they cost is measured.
            tap |= {"enforce": True, "reset_interface": "eth1"}
        self.events_path = lab.Folder(add_cleanup).path / "events"
        self.filter = self.box.start_filter(lab.base_config(
            5300, 5301, workers=1, tap=tap, admin={"listen": METRICS},
            profiles={"little": {"block": ["adult", "gambling"], "log": "all",
                                 "log_reason": "a measurement"}},
            log={"events": str(self.events_path)}))
        self.pid = self.filter.pid()
        command("taskset", "-a", "-cp", "1", self.pid)
        lab.wait_until(lambda: "listening to interface 'eth1'" in self.filter.err(), "it listens")

    def numbers(self):
        text = self.box.run("curl", "-s", "-m", "5", f"http://{METRICS}/metrics").stdout
        return {name: float(value)
                for name, value in re.findall(r"^(haetae_\S+) (\S+)$", text, re.MULTILINE)}

    def wait_until_done(self):
        """Until it has taken all that the kernel holds, and written it down."""
        before = None
        while before != (now := self.numbers()):
            before = now
            time.sleep(1.5)  # the kernel is asked for drops every second
        return now

    def round(self, options):
        before, ran = self.wait_until_done(), processor_ns(self.pid)
        rate = ["--mbps", str(options.mbps)] if options.mbps else ["--topspeed"]
        out = self.sender.run("taskset", "-c", "0", "tcpreplay", "--intf1", "eth0", *rate,
                              "--preload-pcap", "--loop", str(options.loop), options.capture,
                              within_s=900).stdout
        after, ran_after = self.wait_until_done(), processor_ns(self.pid)
        def grown(name):
            return int(after[name] - before[name])
        sent, seconds = re.search(r"Actual: (\d+) packets .* sent in ([\d.]+) seconds", out).groups()
        failed = int(re.search(r"Failed packets:\s+(\d+)", out)[1])
        packets = grown("haetae_tap_packets_total")
        threads = sorted(ran_after[task] - ran.get(task, 0) for task in ran_after)
        print(f"tcpreplay: {int(sent):,} packets at {int(sent) / float(seconds):,.0f} a second, "
              f"{failed:,} refused; tap: {packets:,} frames, "
              f"{grown('haetae_tap_dropped_total'):,} dropped by the kernel, "
              f"{grown('haetae_tap_packets_unread_total'):,} unread, "
              f"{threads[-1] / max(1, packets):,.0f} ns of its thread a frame, "
              f"{sum(threads[:-1]) / max(1, packets):,.0f} ns of the event writer's and others; "
              f"{grown(INSPECT.format('requests')):,} requests, "
              f"{grown('haetae_events_written_total'):,} events, "
              f"{grown(INSPECT.format('events_lost')):,} events lost; "
              f"{grown('haetae_tap_resets_sent_total'):,} resets", flush=True)

    def missing(self, names_path):
        """Names that stand in no event, and events whose name is withheld as sensitive."""
        wanted = set(names_path.read_text(encoding="utf-8").lower().split())
        withheld = 0
        with open(self.events_path, encoding="utf-8") as events:
            for line in events:
                event = json.loads(line)
                wanted.discard(event["name"])
                withheld += event["name"] is None and event["kind"] != "address"
        return wanted, withheld


def measure(add_cleanup, options):
    network.need_root()
    network.remove_leftovers()
    tap = Tap(add_cleanup, options)
    for _ in range(options.rounds):
        tap.round(options)
    if options.names:
        missing, withheld = tap.missing(options.names)
        print(f"names of {options.names.name} in no event: {len(missing)} {sorted(missing)[:5]}; "
              f"events whose name is withheld as sensitive: {withheld}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("capture", type=Path)
    parser.add_argument("--names", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--loop", type=int, default=1, help="times that a round sends the capture")
    parser.add_argument("--mbps", type=int, help="in place of as fast as it can")
    parser.add_argument("--enforce", action="store_true", help="reset what is blocked, too")
    options = parser.parse_args()
    options.capture = options.capture.resolve()
    with ExitStack() as stack:
        try:
            measure(stack.callback, options)
        except unittest.SkipTest as skipped:
            sys.exit(str(skipped))


if __name__ == "__main__":
    main()
