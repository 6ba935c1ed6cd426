#!/usr/bin/python3
"""The gate under floods: full tables, a full queue, fragments without end. What is blocked stays
blocked, other devices are not harmed, and memory is bounded; `haetae firewall remove` brings the
network back from each."""

import contextlib
import itertools
import signal
import threading
import time
from pathlib import Path

import lab
import network
import packet_writer
from gate_house import BAD, GOOD, RAW, RAW6, GateTest
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
        tasks = Path(f"/proc/{self.net.router.filter.pid()}/task")
        lab.wait_until(lambda: all((one / "stat").read_text().split()[2] == "T"
                                   for one in tasks.iterdir()), "all threads stand still")
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


class Fragments(Hostile):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What never comes to an end is forgotten sooner than after half a minute.
        cls.net.router.sysctl("ipv4/ipfrag_time", 2)
        cls.net.router.sysctl("netfilter/nf_conntrack_frag6_timeout", 2)

    @staticmethod
    def junk(count):
        """Datagrams that never become whole: without an end, without a start, in the smallest
        pieces, and with pieces that contradict each other."""
        kinds = itertools.cycle((((0, 1400),), ((1400, 2000),), ((0, 8), (16, 24)),
                                 ((0, 1024), (512, 1600)), ((8, 16), (0, 24), (16, 32))))
        for number, pieces in zip(range(count), kinds):
            own, to = ((CHILD, NOBODY), (CHILD6, NOBODY6))[number % 2]
            extensions = () if own == CHILD or number % 4 == 1 else (
                packet_writer.HOP_BY_HOP, packet_writer.DESTINATION_OPTIONS)
            datagram = packet_writer.udp_datagram(own, to, (1024 + number, 443), bytes(2000))
            yield from packet_writer.ip_packets(own, to, UDP, datagram, pieces=pieces,
                                                extensions=extensions)

    def say_in_fragments(self, hello, address, pieces, **how):
        """A connection whose hello comes in these fragments; what comes back of it in time."""
        talk = packet_writer.Talk(self.wire, address, 443)
        talk.open()
        talk.say(hello, pieces=pieces, **how)
        talk.listen(1.5, lambda: len(talk.received) >= len(hello))
        return talk

    def ways(self, size):
        """Of a segment with so many octets of hello behind 20 of header."""
        total = size + 20
        at = total // 2 // 8 * 8
        return {"in order": packet_writer.in_pieces(total, 128),
                "reversed": packet_writer.in_pieces(total, 128, reverse=True),
                # RFC 8200, section 4.5: the first one holds all headers.
                "tiny": [(0, 40), *((start + 40, end + 40) for start, end in
                                    packet_writer.in_pieces(total - 40, 8))],
                "overlapping": [(0, at + 64), (at, total)],
                "never finished": packet_writer.in_pieces(total, 128)[:-1]}

    def test_floods_of_unfinished_fragments_open_nothing_and_harm_nobody(self):
        self.start()
        bad, good = self.hello(BAD), self.hello(GOOD)
        options = (packet_writer.HOP_BY_HOP, packet_writer.DESTINATION_OPTIONS)
        with self.flooded(self.junk(8000)):
            time.sleep(0.5)
            for _ in range(3):
                self.assertEqual(self.curl(self.net.child_b, GOOD)[0], 0)
            for address, more in ((RAW, {}), (RAW6, {}), (RAW6, {"extensions": options})):
                size = len(bad) + 8 * len(more.get("extensions", ()))
                for pieces in self.ways(size).values():
                    self.say_in_fragments(bad, address, pieces, **more)
        time.sleep(3)
        for address, more in ((RAW, {}), (RAW6, {}), (RAW6, {"extensions": options})):
            for way in ("in order", "reversed", "tiny"):
                size = len(good) + 8 * len(more.get("extensions", ()))
                talk = self.say_in_fragments(good, address, self.ways(size)[way], **more)
                self.assertEqual(talk.received, good, f"{address} {way}")
                pieces = self.ways(len(bad) + size - len(good))[way]
                talk = self.say_in_fragments(bad, address, pieces, **more)
                self.assertEqual(talk.ended, "reset", f"{address} {way}")
        for recorder in (self.raw, self.raw6):
            self.assertNotIn(BAD.encode()[4:], recorder.octets())
        self.assert_judges()


class Table(Hostile):
    """The kernel's table of connections is full: by connections that it does not give up for new
    ones, written into it; its size is one for all networks of a machine."""

    def fill(self, percent):
        limit = int(self.net.router.run("sysctl", "-n", "net.netfilter.nf_conntrack_max").stdout)
        if limit > FULL:
            self.skipTest(f"NOT RUN: this kernel's table has room for {limit} connections")
        folder = lab.Folder(self.addCleanup)
        lines = (f"-A -s {CHILD} -d 198.18.{n >> 16}.{n >> 8 & 255} -p udp --sport "
                 f"{1 + (n & 255)} --dport 9 -t 600 -u SEEN_REPLY,ASSURED\n"
                 for n in range(limit * percent // 100))
        flows = folder.write("flows", "".join(lines))
        self.net.router.run("conntrack", "-R", flows, check=False)

    def test_a_table_that_fills_up_keeps_room_for_other_devices(self):
        running = self.start()
        self.assert_judges()
        self.fill(76)
        lab.wait_until(lambda: "table of connections fills up" in running.err(), "it is told", 5)
        lab.wait_until(lambda: "ipv4" in self.net.router.run(
            "nft", "list", "set", "inet", "haetae", "crowded").stdout, "it is crowded", 2)
        before = self.metrics()["haetae_gate_connections_now"]
        for to in (NOBODY, NOBODY6):
            self.flood(self.datagrams(20000, to))
        self.assertLess(self.metrics()["haetae_gate_connections_now"] - before, 1000)
        self.assertNotEqual(self.curl(self.net.child_a, GOOD, seconds=1)[0], 0, "its share is used")
        for host in (GOOD, BAD):
            self.assertEqual(self.curl(self.net.child_b, host)[0], 0)
        self.net.router.run("conntrack", "-F", check=False)
        lab.wait_until(lambda: "ipv4" not in self.net.router.run(
            "nft", "list", "set", "inet", "haetae", "crowded").stdout, "there is room", 5)
        self.assert_judges()

    def test_a_full_table_is_told_and_opens_nothing(self):
        for when_down in ("closed", "open"):
            with self.subTest(when_down):
                running = self.start(when_down=when_down)
                self.assert_judges()
                mine, others = (self.open(child, GOOD) for child in (self.net.child_a,
                                                                     self.net.child_b))
                self.fill(101)
                # A connection that ended may leave its room to a new one.
                lab.wait_until(lambda: self.curl(self.net.child_b, BAD, seconds=1)[0] != 0,
                               "the table has no room", 10)
                self.assertNotEqual(self.curl(self.net.child_a, BAD, seconds=1)[0], 0)
                for client in (mine, others):
                    self.assertEqual(self.talk(client, b"goes on"), b"goes on")
                lab.wait_until(lambda told=running: "the kernel's table of connections is full" in
                               told.err(), "it is told", 10)
                self.net.router.run("conntrack", "-F", check=False)
                self.assert_judges()
                lab.wait_until(lambda told=running: "has room again" in told.err(), "told", 10)


class Rules(Hostile):
    def test_rules_that_somebody_flushed_judge_again_and_cut_nothing(self):
        self.start(when_down="open")
        self.assert_judges()
        mine = self.open(self.net.child_a, GOOD)
        for how in (("nft", "flush", "ruleset"), ("iptables-nft", "-t", "mangle", "-F")):
            time.sleep(2.1)  # once every two seconds somebody may
            self.net.router.run(*how)
            self.assert_judges()
            self.assertEqual(self.talk(mine, b"goes on"), b"goes on")
        self.assertIn("they are put up again", self.net.router.filter.err())

    def test_a_second_filter_judges_once_the_first_was_killed(self):
        first = self.start()
        config = self.config()
        config["dns"]["listen"] = [f"{self.net.router.lan.address}:5353"]
        config["admin"] = {"listen": "127.0.0.1:8481"}
        second = lab.Filter(self.addCleanup, prefix=self.net.router.prefix).start(config)
        self.assertIn("another program has it", second.err())
        self.assertIn(f"haetae (pid {first.pid()}) keeps the firewall", second.err())
        health = self.net.router.run("curl", "-s", "http://127.0.0.1:8481/healthz").stdout
        self.assertIn("packets are not judged: queue 4660 of netfilter is another program's",
                      health)
        self.assert_judges()
        mine = self.open(self.net.child_a, GOOD)
        first.kill()
        lab.wait_until(lambda: "packets of queue 4660 are judged now" in second.err() and
                       "the firewall stands now" in second.err(), "it takes over", 10)
        self.assert_judges()
        self.assertEqual(self.talk(mine, b"goes on"), b"goes on")
        self.net.router.filter = second
        health = self.net.router.run("curl", "-s", "http://127.0.0.1:8481/healthz").stdout
        self.assertNotIn("judged", health)


class NoQueue(Hostile):
    """Without nft's queue and without iptables, nobody hands packets to the filter."""

    HIDE = ("unshare", "-m", "sh", "-c",
            'mount --bind /dev/null /usr/sbin/xtables-nft-multi && exec "$@"', "sh")

    def start_without(self, **gate):
        router = self.net.router
        probe = router.run("nft", "-c", "-f", "-", check=False, input=(
            "table inet tried {\n chain c {\n type filter hook forward priority 0; queue to 1\n"
            " }\n}\n"))
        if probe.returncode == 0:
            self.skipTest("NOT RUN: this kernel's nftables queue by themselves")
        router.run("conntrack", "-F", check=False)
        router.filter = lab.Filter(self.addCleanup, prefix=(*router.prefix, *self.HIDE))
        return router.filter.start(self.config(**gate))

    def test_open_says_so_and_leads_dns(self):
        running = self.start_without(when_down="open")
        self.assertIn("connections are not judged, only DNS is", running.err())
        self.assertIn("install iptables", running.err())
        self.assertEqual(self.curl(self.net.child_a, BAD)[0], 0)
        self.assertEqual(lab.rcode(self.net.child_a.ask(BAD, server="203.0.113.99")), "NXDOMAIN")

    def test_closed_says_so_and_refuses(self):
        running = self.start_without(when_down="closed")
        self.assertIn("what nobody can judge is refused", running.err())
        for host in (GOOD, BAD):
            self.assertNotEqual(self.curl(self.net.child_b, host, seconds=2)[0], 0)
        self.assertEqual(lab.rcode(self.net.child_b.ask(GOOD)), "NOERROR")


if __name__ == "__main__":
    network.main()
