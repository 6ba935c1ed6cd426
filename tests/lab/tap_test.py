"""The live tap on a mirror port: what it sees, what it resets, and what it says when it cannot.

    child_a ── port to-child_a ┬─ br-lan (router) ─┬── internet: TLS and HTTP servers
                               │ copies            └── box, eth0: resets leave here
                               └───────────────────── box, eth1: `haetae serve` listens here

A reset must reach the child before the server's answer does: afterwards the child wants another
sequence number. Servers here wait for ANSWER_DELAY_S before they answer, far longer than a reset
takes on any machine that tests run on, so the tests do not depend on who is faster; one test lets
the server win on purpose."""

import contextlib
import json
import re
import signal
import socket
import ssl
import threading
import time
import unittest
from pathlib import Path

import certificates
import lab
import network
from lab import rcode
from listeners import serve_each
from places import command
from servers import zone_text

BLOCKED, ALLOWED = "blocked.example", "allowed.example"
SERVER, SERVER6 = "203.0.113.80", "2001:db8:53::80"
ANSWER_DELAY_S = 1
METRICS = "127.0.0.1:8480"
CAP_NET_RAW = 13

# Both directions of the child's port, copied as a switch's mirror port does. (tc's mirred would do
# the same, but not every kernel has it.)
MIRROR = """
add table netdev mirror
add chain netdev mirror in {{ type filter hook ingress device {port} priority 0; }}
add rule netdev mirror in dup to {to}
add chain netdev mirror out {{ type filter hook egress device {port} priority 0; }}
add rule netdev mirror out dup to {to}
"""


class Server:
    """Answers on one port of the internet's two addresses, with TLS if it has a certificate; delay_s
    before it begins to answer. Every connection is told "pong" for what it sends."""

    def __init__(self, test, port, certificate=None, delay_s=0):
        self.delay_s = delay_s
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate.path, certificate.key)
        for address in (SERVER, SERVER6):
            serve_each(test.addCleanup, address, port, self._serve)

    def _serve(self, connection, _peer):
        with contextlib.suppress(OSError), connection:
            time.sleep(self.delay_s)
            if not self.context:
                return self._talk(connection)
            with self.context.wrap_socket(connection, server_side=True) as secured:
                return self._talk(secured)

    @staticmethod
    def _talk(connection):
        while connection.recv(4096):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong")


class Tapped(network.NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.child, cls.router, cls.internet = cls.net.child_a, cls.net.router, cls.net.internet
        cls.internet.knot({"example": zone_text("www A 192.0.2.1")})
        cls.box = cls.net.device("box")
        cls.authority = certificates.Authority(cls.addClassCleanup)
        cls.certificate = cls.authority.issue("web", f"DNS:{BLOCKED},DNS:{ALLOWED}")
        cls.plug()

    @classmethod
    def plug(cls):
        """Puts the mirror port's wire in."""
        command("ip", "link", "add", "eth1", "netns", cls.box.name, "type", "veth",
                "peer", "name", "mirror", "netns", cls.router.name)
        cls.router.ip("link set mirror up")
        cls.box.ip("link set eth1 up")
        cls.router.run("nft", "-f", "-", input=MIRROR.format(port="to-child_a", to="mirror"))

    @classmethod
    def unplug(cls):
        """Pulls the network card out of the box."""
        cls.router.run("nft", "delete table netdev mirror")
        cls.box.ip("link del eth1")

    def start(self, **tap):
        config = self.net.config(
            {"listen": [f"{self.box.address}:53"]},
            admin={"listen": METRICS},
            tap={"interface": "eth1", "workers": 2, **tap},
            profiles={"little": {"deny": [BLOCKED], "log": "all", "log_reason": "a test"}},
            devices=[{"name": "tablet", "mac": self.child.mac, "profile": "little"}])
        return self.box.start_filter(config)

    def start_listening(self, **tap):
        found = self.start(**tap)
        lab.wait_until(lambda: "haetae: tap: listening to interface 'eth1'" in found.err(),
                       "the tap listens")
        return found

    def serve(self, port, certificate=None, delay_s=ANSWER_DELAY_S):
        with self.internet.inside():
            return Server(self, port, certificate, delay_s)

    def connect(self, address, port):
        with self.child.inside():
            connection = socket.create_connection((address, port), timeout=lab.PATIENCE_S)
        self.addCleanup(connection.close)
        return connection

    def tls(self, name, address=SERVER, port=443):
        """A TLS connection of the child's that has shaken hands."""
        context = ssl.create_default_context(cafile=self.authority.path)
        connection = context.wrap_socket(self.connect(address, port), server_hostname=name)
        self.addCleanup(connection.close)
        return connection

    def says_pong(self, connection, request=b"ping"):
        connection.sendall(request)
        return connection.recv(4096).endswith(b"pong")

    def http(self, name, address=SERVER):
        return self.says_pong(self.connect(address, 80),
                              f"GET / HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())

    def event(self, name, kind):
        """The first event of the kind for the name, once it is there."""
        def found():
            return next((e for e in self.box.filter.events()
                         if e["name"] == name and e["kind"] == kind), None)
        return lab.wait_until(found, f"an event of {name}, {kind}")

    def number(self, name):
        text = self.box.run("curl", "-s", "-m", "5", f"http://{METRICS}/metrics").stdout
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
        self.assertIsNotNone(found, f"{name} in {text}")
        return float(found[1])


class Watching(Tapped):
    """Without enforce."""

    def test_names_in_flight_become_events_and_nothing_is_harmed(self):
        self.start_listening()
        self.serve(443, self.certificate, delay_s=0)
        self.serve(80, delay_s=0)
        for address in (SERVER, SERVER6):
            for name in (BLOCKED, ALLOWED):
                with self.subTest(name=name, address=address):
                    self.assertTrue(self.says_pong(self.tls(name, address)))
                    self.assertTrue(self.http(name, address))
        for kind in ("tls_name", "http_url"):
            for name, verdict in ((BLOCKED, "block"), (ALLOWED, "allow")):
                with self.subTest(name=name, kind=kind):
                    event = self.event(name, kind)
                    self.assertEqual((event["device"], event["verdict"]), ("tablet", verdict))
        peers = {e["peer"] for e in self.box.filter.events() if e["name"] == BLOCKED}
        self.assertIn(self.child.address, peers)
        self.assertTrue(any(":" in peer for peer in peers), peers)
        self.assertEqual(self.number("haetae_tap_resets_sent_total"), 0)
        self.assertEqual(self.number('haetae_inspect_tls_hellos_total{home="tap"}'), 4)
        self.assertEqual(self.number('haetae_inspect_http_requests_total{home="tap"}'), 4)
        self.assertEqual(self.number('haetae_inspect_blocked_total{home="tap"}'), 4)

    def test_dns_that_passes_by_is_an_event_and_goes_on(self):
        self.start_listening()
        reply = self.child.ask(f"www.{BLOCKED}", server=self.internet.knot_address)
        self.assertEqual(rcode(reply), "NXDOMAIN")  # as the server has it
        self.assertEqual(self.event(f"www.{BLOCKED}", "dns_name")["verdict"], "block")
        self.assertTrue(lab.has(reply, 0x0400), "the server's own authoritative answer")

    def test_a_filter_leaves_packets_out(self):
        self.start_listening(filter="tcp and port 80")
        self.serve(443, self.certificate, delay_s=0)
        self.serve(80, delay_s=0)
        self.assertTrue(self.says_pong(self.tls(ALLOWED)))
        self.assertTrue(self.http(ALLOWED))
        self.event(ALLOWED, "http_url")
        self.assertEqual(self.number('haetae_inspect_tls_hellos_total{home="tap"}'), 0)

    def test_raw_sockets_are_given_up_where_nothing_is_listened_to(self):
        def has_right():
            status = Path(f"/proc/{self.box.filter.pid()}/status").read_text(encoding="ascii")
            return bool(int(re.search(r"^CapPrm:\s+(\w+)$", status, re.MULTILINE)[1], 16)
                        & 1 << CAP_NET_RAW)
        self.start_listening()
        self.assertTrue(has_right())
        self.start(interface="")
        self.assertFalse(has_right())

    def test_what_the_kernel_drops_is_counted_and_told(self):
        self.start_listening(workers=1)
        with self.child.inside():
            out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(out.close)
        self.box.filter.process.send(signal.SIGSTOP)
        for _ in range(80_000):  # 110 MB: more than its ring holds
            out.sendto(bytes(1400), (SERVER, 9))
        self.box.filter.process.send(signal.SIGCONT)
        lab.wait_until(lambda: self.number("haetae_tap_dropped_total") > 0, "drops are counted")
        lab.wait_until(lambda: "frames of interface 'eth1' were dropped" in self.box.filter.err(),
                       "drops are told")


    def test_the_doctor_looks_at_the_mirror_port(self):
        def finding():
            done = self.box.haetae("doctor", "--json", "--config", self.box.filter.config_path)
            return next(f for f in json.loads(done.stdout)["findings"] if f["topic"] == "tap")
        self.start_listening()
        self.serve(80, delay_s=0)
        stop = threading.Event()
        self.addCleanup(stop.set)

        def talk():
            with contextlib.suppress(OSError):
                while not stop.wait(0.02):
                    self.http(ALLOWED)
        threading.Thread(target=talk, daemon=True).start()
        lab.wait_until(lambda: finding()["level"] == "good", "connections are seen")
        self.unplug()
        self.addCleanup(self.plug)
        self.assertIn("interface 'eth1' cannot be tapped: there is none", finding()["text"])


class Enforcing(Tapped):
    def setUp(self):
        self.start_listening(enforce=True, reset_interface="eth0")

    def test_a_blocked_tls_connection_is_reset_and_an_allowed_one_is_not(self):
        self.serve(443, self.certificate)
        for address in (SERVER, SERVER6):
            with self.subTest(address=address):
                began = time.monotonic()
                with self.assertRaises(ConnectionResetError):
                    self.tls(BLOCKED, address)
                self.assertLess(time.monotonic() - began, ANSWER_DELAY_S)
                self.assertTrue(self.says_pong(self.tls(ALLOWED, address)))
        self.assertEqual(self.event(BLOCKED, "tls_name")["verdict"], "block")
        self.assertGreaterEqual(self.number("haetae_tap_resets_sent_total"), 4)
        self.assertEqual(self.number("haetae_tap_resets_failed_total"), 0)

    def test_a_blocked_http_request_is_reset_and_an_allowed_one_is_not(self):
        self.serve(80)
        for address in (SERVER, SERVER6):
            with self.subTest(address=address):
                with self.assertRaises(ConnectionResetError):
                    self.http(BLOCKED, address)
                self.assertTrue(self.http(ALLOWED, address))

    def test_the_server_is_told_too(self):
        with self.internet.inside():
            listener = socket.create_server((SERVER, 443))
        self.addCleanup(listener.close)
        listener.settimeout(lab.PATIENCE_S)
        failed = threading.Thread(target=self.assertRaises,
                                  args=(ConnectionResetError, self.tls, BLOCKED), daemon=True)
        failed.start()
        connection, _ = listener.accept()
        self.addCleanup(connection.close)
        connection.settimeout(lab.PATIENCE_S)
        with self.assertRaises(ConnectionResetError):
            while connection.recv(4096):
                pass
        failed.join(lab.PATIENCE_S)

    def test_a_connection_that_won_the_race_ends_when_it_pauses(self):
        # Each packet of it makes resets that fit what the ends want after it.
        self.serve(443, self.certificate, delay_s=0)
        # A program that writes when the reset came finds the connection closed.
        with self.assertRaises((ConnectionError, ssl.SSLEOFError)):
            connection = self.tls(BLOCKED)
            while True:
                connection.sendall(b"ping")
                connection.recv(4096)
                time.sleep(0.1)

    def test_resets_end_with_their_interface_and_come_back_with_it(self):
        self.serve(80)
        self.box.ip("link set eth0 down")
        self.assertTrue(self.http(BLOCKED))
        told = "haetae: tap: no resets leave from interface 'eth0': it is down"
        lab.wait_until(lambda: told in self.box.filter.err(), "it is told")
        self.assertGreater(self.number("haetae_tap_faulty"), 0)
        self.assertGreater(self.number("haetae_tap_resets_failed_total"), 0)
        self.box.ip("link set eth0 up")
        lab.wait_until(lambda: self.number("haetae_tap_faulty") == 0, "it is tried again")
        with self.assertRaises(ConnectionResetError):
            self.http(BLOCKED)


class Interface(Tapped):
    def listening_count(self):
        return self.box.filter.err().count("haetae: tap: listening to interface 'eth1'")

    def assert_dns_is_answered(self):
        self.assertEqual(rcode(self.child.ask("www.example", server=self.box.address)), "NOERROR")

    def test_it_may_come_late_go_away_and_come_back(self):
        self.unplug()
        filter_ = self.start(enforce=True, reset_interface="eth0")
        none = "haetae: tap: interface 'eth1' cannot be tapped: there is none"
        lab.wait_until(lambda: none in filter_.err(), "it is told")
        self.assert_dns_is_answered()
        self.plug()
        lab.wait_until(lambda: self.listening_count() == 1, "it is found")
        self.serve(80)
        with self.assertRaises(ConnectionResetError):
            self.http(BLOCKED)
        self.unplug()
        gone = "haetae: tap: interface 'eth1' can no longer be tapped"
        lab.wait_until(lambda: gone in filter_.err(), "it is told that it went")
        self.assert_dns_is_answered()
        self.plug()
        lab.wait_until(lambda: self.listening_count() == 2, "it is found again")
        with self.assertRaises(ConnectionResetError):
            self.http(BLOCKED)

    def test_one_that_is_down_costs_nothing_and_is_seen_when_it_is_up(self):
        self.start_listening()
        self.box.ip("link set eth1 down")
        before = self.number("process_cpu_seconds_total")
        time.sleep(2)
        self.assertLess(self.number("process_cpu_seconds_total") - before, 0.5)
        self.box.ip("link set eth1 up")
        self.serve(80, delay_s=0)

        def is_seen():
            self.assertTrue(self.http(ALLOWED))
            return self.number('haetae_inspect_http_requests_total{home="tap"}') > 0
        lab.wait_until(is_seen, "it is seen")


class Check(unittest.TestCase):
    def test_a_filter_that_is_none_is_named_with_its_line(self):
        folder = lab.Folder(self.addCleanup)
        path = folder.write("haetae.yaml", "default_profile: kid\nprofiles: {kid: {age: 7-9}}\n"
                                           "tap:\n  interface: eth1\n  filter: tcp prot 443\n")
        done = lab.run("check", "--config", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{path}:5: tap.filter: 'tcp prot 443' is not one of pcap-filter(7): ",
                      done.stderr)


if __name__ == "__main__":
    network.main()
