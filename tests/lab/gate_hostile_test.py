#!/usr/bin/python3
"""The gate under floods: full tables, a full queue, fragments without end. What is blocked stays
blocked, other devices are not harmed, and memory is bounded; `haetae firewall remove` brings the
network back from each."""

import contextlib
import itertools
import signal
import socket
import threading
import time

import lab
import network
import packet_writer
from gate_house import BAD, GAME, GOOD, RAW, WEB, GateTest
from packet_writer import ACK, PSH, SYN, TCP, UDP

CHILD, CHILD6 = "192.168.7.77", "2001:db8:7::77"  # of a child whose packets are made by hand
NOBODY, NOBODY6 = "203.0.113.200", "2001:db8:53::200"  # what is sent there vanishes
COUNTED = f"""table inet counted {{
  counter arrived {{
  }}
  chain count {{
    type filter hook prerouting priority filter; ip daddr {NOBODY} counter name arrived;
  }}
}}
"""
FULL = 262144  # flows; the kernel's own limit where the test finds a lower one
MEMORY_BYTES = 96 << 20  # that a flood may add at most


class Hostile(GateTest):
    """The child who floods follows `minji`, the other one may go anywhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        net, router = cls.net, cls.net.router
        router.filter.kill()
        router.haetae("firewall", "remove")
        cls.wire = packet_writer.Wire(net.child_a, "eth0", net.child_a.mac, router.lan.mac,
                                      (CHILD, CHILD6))
        for address in (CHILD, CHILD6):
            router.run("ip", "neigh", "replace", address, "lladdr", net.child_a.mac, "dev",
                       "br-lan", "nud", "permanent")
        net.internet.ip(f"route add blackhole {NOBODY}/32",
                        f"route add blackhole {NOBODY6}/128")
        cls.before = cls.ruleset()

    def tearDown(self):
        """Whatever was done to it: the firewall can be taken away, and the network works."""
        running = self.net.router.filter
        if running.process.is_running():
            running.process.send(signal.SIGCONT)
        removed = self.net.router.haetae("firewall", "remove")
        self.assertEqual(removed.returncode, 0, removed.stderr)
        self.assertEqual(self.ruleset(), self.before)
        self.net.router.run("conntrack", "-F", check=False)
        self.assertEqual(self.curl(self.net.child_a, BAD)[0], 0, "as without the filter")
        running.kill()

    @classmethod
    def ruleset(cls):
        """All rules of the router, of whoever they are."""
        return [cls.net.router.run(*words).stdout for words in (
            ("nft", "-s", "list", "ruleset"), ("iptables-nft-save",), ("ip6tables-nft-save",))]

    # ---- Floods.

    def flood(self, packets):
        for packet in packets:
            with contextlib.suppress(BlockingIOError, OSError):
                self.wire.send(packet)

    @staticmethod
    def segments(count, to, flags, payload=b"", first_port=1024):
        """The first segments of so many connections; of half of them the port 80."""
        for number in range(count):
            ports = (first_port + number // 2, 443 if number % 2 else 80)
            own = CHILD6 if ":" in to else CHILD
            yield from packet_writer.ip_packets(own, to, TCP, packet_writer.tcp_segment(
                own, to, ports, 1, 1 if flags & ACK else 0, flags, payload))

    @staticmethod
    def datagrams(count, to, size=64):
        for number in range(count):
            own = CHILD6 if ":" in to else CHILD
            yield from packet_writer.ip_packets(own, to, UDP, packet_writer.udp_datagram(
                own, to, (1024 + number % 60000, 5000 + number // 60000), bytes(size)))

    @contextlib.contextmanager
    def flooded(self, packets):
        """A flood that goes on again and again as long as the block runs."""
        packets, stops = list(packets), threading.Event()

        def run():
            for packet in itertools.cycle(packets):
                if stops.is_set():
                    return
                with contextlib.suppress(OSError):
                    self.wire.send(packet)
        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            stops.set()
            thread.join()

    def passed_to_nobody(self):
        """How many packets came to NOBODY since the last call."""
        if not hasattr(self, "_counts"):
            self._counts = True
            self.net.internet.run("nft", "-f", "-", input=COUNTED)
            self.addCleanup(self.net.internet.run, "nft", "delete", "table", "inet", "counted")
        text = self.net.internet.run("nft", "reset", "counter", "inet", "counted", "arrived").stdout
        return int(text.split("packets ")[1].split()[0])

    # ---- What must hold.

    def assert_judges(self, within_s=5):
        """The blocked site is blocked, and the allowed one is there; others browse."""
        lab.wait_until(lambda: self.curl(self.net.child_a, BAD, seconds=2)[0] == 35,
                       "the blocked site is blocked", within_s)
        self.assertEqual(self.curl(self.net.child_a, GOOD)[0], 0)
        self.assertEqual(self.curl(self.net.child_b, BAD)[0], 0)

    def resident(self):
        return lab.resident_bytes(self.net.router.filter.pid(), "VmRSS")


class NewFlows(Hostile):
    def test_floods_of_new_flows_harm_no_other_device(self):
        half = self.hello(BAD)[:200]
        floods = {
            "SYNs": list(self.segments(10000, NOBODY, SYN)),
            "halves of hellos": [
                *self.segments(10000, NOBODY, SYN),
                *self.segments(10000, NOBODY, PSH | ACK, half)],
            "datagrams": list(self.datagrams(10000, NOBODY)),
            "SYNs over IPv6": list(self.segments(10000, NOBODY6, SYN)),
        }
        self.start()
        self.assert_judges()
        before = self.resident()
        for what, packets in floods.items():
            with self.subTest(what), self.flooded(packets):
                time.sleep(0.5)
                for _ in range(3):
                    code, body, took = self.curl(self.net.child_b, GOOD, "--http1.1")
                    self.assertEqual((code, body), (0, f"hello from {GOOD} over HTTP/1.1"))
                    self.assertLess(took, 2 * (10 if lab.IS_SANITIZED else 1))
                self.assertEqual(self.curl(self.net.child_a, BAD)[0], 35)
        if not lab.IS_SANITIZED:
            self.assertLess(self.resident() - before, MEMORY_BYTES)
        counted = self.metrics()
        self.assertGreater(counted["haetae_gate_packets_total"], 40000)
        self.assertLessEqual(counted["haetae_gate_held_most"], 128 * 2)
        self.assert_judges()


class Queue(Hostile):
    COUNT = 60000  # more than a queue and our buffer hold

    def stop_under_load(self, **gate):
        self.start(queue={"count": 1}, **gate)
        self.assert_judges()
        packets = list(self.datagrams(self.COUNT, NOBODY))
        self.passed_to_nobody()
        self.net.router.filter.process.send(signal.SIGSTOP)
        began = time.monotonic()
        self.flood(packets)
        self.assertLess(time.monotonic() - began, 2.5, "before the kernel knows that nobody reads")

    def test_open_lets_pass_what_finds_no_room(self):
        self.stop_under_load(when_down="open")
        passed = self.passed_to_nobody()
        self.assertGreater(passed, 1000)
        self.assertEqual(self.curl(self.net.child_a, BAD)[0], 0, "nobody is asked")
        self.net.router.filter.process.send(signal.SIGCONT)
        self.assert_judges()
        counted = self.metrics()
        self.assertAlmostEqual(counted["haetae_gate_queue_unasked_total"], passed, delta=500)

    def test_closed_drops_what_finds_no_room(self):
        self.stop_under_load(when_down="closed")
        self.assertEqual(self.passed_to_nobody(), 0)
        self.assertNotEqual(self.curl(self.net.child_b, GOOD, seconds=1)[0], 0)
        self.net.router.filter.process.send(signal.SIGCONT)
        self.assert_judges()
        counted = self.metrics()
        self.assertGreater(counted["haetae_gate_queue_unasked_total"], 1000)

    def test_open_waits_for_no_filter_that_hangs(self):
        self.start(when_down="open")
        self.assert_judges()
        self.net.router.filter.process.send(signal.SIGSTOP)
        time.sleep(3.5)
        for _ in range(3):
            code, _, took = self.curl(self.net.child_a, BAD)
            self.assertEqual(code, 0)
            self.assertLess(took, 1)
        self.net.router.filter.process.send(signal.SIGCONT)
        self.assert_judges()


if __name__ == "__main__":
    network.main()
