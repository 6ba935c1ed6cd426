#!/usr/bin/python3
"""The gate: packets judged on their way through the router, with real clients and servers."""

import json
import re
import select
import socket
import ssl
import struct
import threading
import time
import unittest

import certificates
import lab
import network
import web_servers
from servers import zone_text

WEB, WEB6, NGINX, RAW, GAME = ("203.0.113.80", "2001:db8:53::80", "203.0.113.81", "203.0.113.82",
                               "203.0.113.90")
RAW6 = "2001:db8:53::82"
GOOD, BAD = "www.good.example", "www.bad.example"
STUN_BINDING = struct.pack("!HHI12s", 1, 0, 0x2112a442, b"transaction!")


class GateTest(network.NetworkTest):
    """child_a follows `minji`, to whom bad.example is denied; child_b may go anywhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        authority = certificates.Authority(cls.addClassCleanup)
        cls.ca = authority.path
        cls.certificate = authority.issue("web", "DNS:*.good.example,DNS:*.bad.example")
        cls.net.internet.knot({"example": zone_text("*.good A " + WEB + "\n*.bad A " + WEB + "\n")})
        internet = cls.net.internet
        # Before a link has an address of its own for sure, its neighbours wait for a second.
        for place in (internet, cls.net.router):
            lab.wait_until(lambda here=place: any(address.startswith("fe80")
                           for address, _ in here.addresses6()), "an address of the link")
        web_servers.caddy(internet, cls.certificate, [WEB, WEB6], 64 << 20)
        web_servers.nginx(internet, cls.certificate, NGINX, {"4k": "x" * 4096, "64m": b"y" * (64 << 20)})
        cls.raw = web_servers.Recorder(internet, RAW, tcp_port=443)
        cls.raw6 = web_servers.Recorder(internet, RAW6, tcp_port=443)
        cls.game = web_servers.Recorder(internet, GAME, udp_port=3074, tcp_port=5222)
        cls.stun = web_servers.Recorder(internet, GAME, udp_port=3478)
        cls.start()

    @classmethod
    def config(cls, minji=None, **gate):
        return cls.net.config(
            profiles={"minji": {"deny": ["bad.example"], **(minji or {})}, "parents": {}},
            devices=[{"name": "tablet", "mac": cls.net.child_a.mac, "profile": "minji"},
                     {"name": "laptop", "mac": cls.net.child_b.mac, "profile": "parents"}],
            default_profile="minji",
            admin={"listen": "127.0.0.1:8480"},
            gate={"mode": "queue", "inside": ["br-lan", "br-guests"], "when_down": "closed", **gate})

    @classmethod
    def start(cls, **changes):
        # What the kernel keeps of the connections of tests before says nothing about this one.
        cls.net.router.run("conntrack", "-F", check=False)
        return cls.net.router.start_filter(cls.config(**changes))

    def metrics(self):
        """Every counter of the gate, by name."""
        text = self.net.router.run("curl", "-s", "http://127.0.0.1:8480/metrics").stdout
        return {name: float(value) for name, value in
                re.findall(r"^(haetae_gate_\w+(?:\{[^}]*\})?) (\S+)$", text, re.M)}

    # ---- What clients do.

    def curl(self, device, host, *more, address=WEB, path="/", seconds=10):
        """As a child with an entry in its hosts file; (exit code, what came, seconds)."""
        target = f"[{address}]" if ":" in address else address
        done = device.run("curl", "-sS", "--cacert", self.ca, "-m", seconds, "--resolve",
                          f"{host}:443:{target}", "-w", "\n%{time_total}", *more,
                          f"https://{host}{path}", check=False, within_s=60)
        body, _, took = done.stdout.rpartition("\n")
        return done.returncode, body, float(took or 0)

    def quic(self, device, host, address=WEB, seconds=5):
        """HTTP/3 by ngtcp2's client, with an entry in its hosts file; what came, or ""."""
        folder = lab.Folder(self.addCleanup)
        hosts = folder.write("hosts", f"{address} {host}\n")
        device.run("unshare", "-m", "sh", "-c", f'mount --bind {hosts} /etc/hosts && exec "$@"',
                   "sh", "timeout", seconds, "gtlsclient", "-q", "--exit-on-first-stream-close",
                   "--timeout=3s", f"--download={folder.path}", host, 443, f"https://{host}/said",
                   check=False, within_s=60)
        said = folder.path / "said"
        return said.read_text(encoding="ascii") if said.exists() else ""

    def hello(self, host):
        """A TLS hello as OpenSSL writes it."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cafile=str(self.ca))
        client = context.wrap_bio(incoming, outgoing, server_hostname=host)
        with self.assertRaises(ssl.SSLWantReadError):
            client.do_handshake()
        return outgoing.read()

    def connect(self, device, address, port=443):
        with device.inside():
            client = socket.create_connection((address, port), timeout=5)
        self.addCleanup(client.close)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    def assert_reset(self, client, within_s=0.1):
        """The connection is broken off, and that at once."""
        client.settimeout(2)
        began = time.monotonic()
        with self.assertRaises(ConnectionResetError):
            while client.recv(65536):
                pass
        self.assertLess(time.monotonic() - began, within_s * (10 if lab.IS_SANITIZED else 1))


class Web(GateTest):
    def test_a_blocked_site_is_reset_at_once_and_others_are_not_touched(self):
        for address in (WEB, WEB6):
            code, _, took = self.curl(self.net.child_a, BAD, address=address)
            self.assertEqual(code, 35, "reset in the handshake")
            self.assertLess(took, 0.1 * (10 if lab.IS_SANITIZED else 1))
            for version, said in (("--http1.1", "HTTP/1.1"), ("--http2", "HTTP/2.0")):
                code, body, _ = self.curl(self.net.child_a, GOOD, version, address=address)
                self.assertEqual((code, body), (0, f"hello from {GOOD} over {said}"))
                code, body, _ = self.curl(self.net.child_b, BAD, version, address=address)
                self.assertEqual((code, body), (0, f"hello from {BAD} over {said}"))

    def test_http3_is_refused_for_what_is_blocked_and_works_for_the_rest(self):
        for address in (WEB, WEB6):
            said = f"hello from {GOOD} over HTTP/3.0"
            self.assertEqual(self.quic(self.net.child_a, GOOD, address), said)
            said = f"hello from {BAD} over HTTP/3.0"
            self.assertEqual(self.quic(self.net.child_b, BAD, address), said)
            self.assertEqual(self.quic(self.net.child_a, BAD, address), "")

    def test_a_refused_datagram_is_answered_so_that_browsers_fall_back(self):
        hello = self.quic_initial()
        with self.net.child_a.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect((WEB, 443))
            client.settimeout(2)
            client.send(hello)
            began = time.monotonic()
            with self.assertRaisesRegex(OSError, "No route to host|Permission denied|refused"):
                client.recv(2000)
            self.assertLess(time.monotonic() - began, 0.1 * (10 if lab.IS_SANITIZED else 1))

    def quic_initial(self):
        """The first datagram of ngtcp2's client for BAD, as a server of ours gets it."""
        catcher = web_servers.Recorder(self.net.internet, "203.0.113.83", udp_port=443,
                                       echoes=False)
        self.quic(self.net.child_b, BAD, "203.0.113.83", seconds=1)
        return catcher.datagrams[0]

    def test_an_address_literal_and_a_foreign_resolver_do_not_help(self):
        done = self.net.child_a.run("openssl", "s_client", "-connect", f"{WEB}:443", "-servername",
                                    BAD, "-CAfile", self.ca, check=False)
        self.assertNotIn("Certificate chain", done.stdout)
        done = self.net.child_a.run("openssl", "s_client", "-connect", f"{WEB}:443", "-servername",
                                    GOOD, "-CAfile", self.ca, check=False)
        self.assertIn("Certificate chain", done.stdout)

    def test_plain_http_is_judged_with_every_request_of_a_connection(self):
        client = self.connect(self.net.child_a, NGINX, 80)
        for _ in range(3):
            client.sendall(f"GET /4k HTTP/1.1\r\nHost: {GOOD}\r\n\r\n".encode())
            got = b""
            while not got.endswith(b"x" * 4096):
                got += client.recv(65536)
        client.sendall(f"GET /4k HTTP/1.1\r\nHost: {BAD}\r\n\r\n".encode())
        self.assert_reset(client)

    def test_every_kind_of_verdict_is_counted(self):
        self.curl(self.net.child_a, BAD)
        self.curl(self.net.child_a, GOOD)
        counted = self.metrics()
        for name in ("packets", "passed", "accepted", "blocked", "resets_sent"):
            self.assertGreater(counted[f"haetae_gate_{name}_total"], 0, name)
        self.assertIn('haetae_gate_queue_dropped_total', str(counted))


class Pieces(GateTest):
    def test_no_server_gets_a_blocked_name_however_its_hello_is_cut(self):
        hello, name = self.hello(BAD), BAD.encode()
        at = hello.index(name)
        for raw, address in ((self.raw, RAW), (self.raw6, RAW6)):
            for cut in (1, 5, at - 1, at, at + 4, at + len(name) - 1, at + len(name)):
                client = self.connect(self.net.child_a, address)
                client.sendall(hello[:cut])
                if cut < at + len(name):
                    time.sleep(0.05)
                    client.sendall(hello[cut:])
                self.assert_reset(client)
                self.assertNotIn(name[4:], raw.octets(), f"cut at {cut}")

    def test_the_server_of_a_blocked_connection_is_told(self):
        self.raw.connections.clear()
        client = self.connect(self.net.child_a, RAW)
        client.sendall(self.hello(BAD))
        self.assert_reset(client)
        lab.wait_until(lambda: "reset" in [one[1] for one in self.raw.connections],
                       "the server hears of it", 2)

    def test_a_hello_in_pieces_that_is_allowed_arrives_whole(self):
        hello = self.hello(GOOD)
        self.raw.connections.clear()
        client = self.connect(self.net.child_a, RAW)
        client.sendall(hello[:100])
        time.sleep(0.05)
        client.sendall(hello[100:])
        got = b""
        while len(got) < len(hello):
            got += client.recv(65536)
        self.assertEqual(got, hello)

    def test_a_slow_hello_is_let_through_piece_by_piece_but_never_the_whole_name(self):
        hello, name = self.hello(BAD), BAD.encode()
        self.raw.connections.clear()
        client = self.connect(self.net.child_a, RAW)
        at = hello.index(name) + 6
        client.sendall(hello[:at])
        lab.wait_until(lambda: self.raw.octets() == hello[:at], "what is held is let go", 3)
        client.sendall(hello[at:])
        self.assert_reset(client)
        self.assertEqual(self.raw.octets(), hello[:at])
        self.assertGreater(self.metrics()["haetae_gate_held_too_long_total"], 0)

    def test_a_protocol_whose_client_waits_for_an_answer_is_not_stopped(self):
        client = self.connect(self.net.child_a, GAME, 5222)
        client.sendall(b"GET")  # what could become HTTP, and does not go on
        self.assertEqual(client.recv(100), b"GET")


class Others(GateTest):
    def test_calls_and_games_are_not_touched(self):
        for port in (3478, 3074):
            with self.net.child_a.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
                one.connect((GAME, port))
                one.settimeout(2)
                for number in range(20):
                    sent = STUN_BINDING if port == 3478 else b"game" + bytes([number]) * 60
                    one.send(sent)
                    self.assertEqual(one.recv(2000), sent)

    def test_a_printer_in_the_other_network_of_the_house_is_reached(self):
        guest = self.net.device("visitor", lan=self.net.router.guests)
        printer = web_servers.Recorder(guest, guest.address, tcp_port=9100)
        client = self.connect(self.net.child_a, guest.address, 9100)
        client.sendall(b"%!PS")
        self.assertEqual(client.recv(100), b"%!PS")
        self.assertEqual(printer.octets(), b"%!PS")

    def test_an_error_message_about_a_connection_does_not_open_it(self):
        """The kernel counts such a message to the connection that it speaks of."""
        hello = self.hello(BAD)
        client = self.connect(self.net.child_a, RAW)
        client.sendall(hello[:100])
        (source, port) = client.getsockname()
        inner = struct.pack("!BBHHHBBH4s4sHHI", 0x45, 0, 60, 1, 0, 64, 6, 0, socket.inet_aton(RAW),
                            socket.inet_aton(source), 443, port, 0)
        unreachable = struct.pack("!BBHI", 3, 3, 0, 0) + inner
        checksum = sum(struct.unpack(f"!{len(unreachable) // 2}H", unreachable))
        checksum = (checksum & 0xffff) + (checksum >> 16)
        checksum = ~((checksum & 0xffff) + (checksum >> 16)) & 0xffff
        unreachable = unreachable[:2] + struct.pack("!H", checksum) + unreachable[4:]
        with self.net.child_a.inside(), socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                                      socket.IPPROTO_ICMP) as raw:
            raw.sendto(unreachable, (RAW, 0))
        time.sleep(0.1)
        client.sendall(hello[100:])
        self.assert_reset(client)

    def test_two_thousand_connections_at_once(self):
        count, hello = 2000, self.hello(GOOD)
        clients = [self.connect(self.net.child_a, RAW) for _ in range(count)]
        for client in clients:
            client.sendall(hello)
        for client in clients:
            got = b""
            client.settimeout(10)
            while len(got) < len(hello):
                got += client.recv(65536)
        self.assertEqual(self.metrics()["haetae_gate_queue_dropped_total"], 0)
        began = time.monotonic()
        late = self.connect(self.net.child_a, RAW)
        late.sendall(self.hello(BAD))
        self.assert_reset(late)
        self.assertLess(time.monotonic() - began, 1)


class Edits(GateTest):
    def talk(self, client, text):
        client.sendall(text)
        client.settimeout(5)
        got = b""
        while len(got) < len(text):
            more = client.recv(65536)
            if not more:
                raise ConnectionResetError
            got += more
        return got

    def open(self, device, host, address=RAW):
        client = self.connect(device, address)
        hello = self.hello(host)
        self.assertEqual(self.talk(client, hello), hello)
        return client

    def cut_within(self, client, seconds):
        """How long it takes until a connection that talks is cut."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            try:
                self.talk(client, b"still here")
            except ConnectionResetError:
                return time.monotonic() - began
            time.sleep(0.02)
        self.fail(f"still open after {seconds} s")

    def test_an_edit_of_the_policy_cuts_live_connections_of_whom_it_concerns(self):
        for address in (RAW, RAW6):
            self.start()
            mine, also_mine = (self.open(self.net.child_a, name, address)
                               for name in ("www.soon.example", GOOD))
            other = self.open(self.net.child_b, "www.soon.example", address)
            self.net.router.filter.reload(
                self.config(minji={"deny": ["bad.example", "soon.example"]}))
            self.cut_within(mine, 2)
            for client in (also_mine, other):
                self.assertEqual(self.talk(client, b"not concerned"), b"not concerned")
            self.assertEqual(self.metrics()["haetae_gate_judged_otherwise_total"], 1)

    def test_a_network_that_is_named_by_its_interface_keeps_its_profile(self):
        networks = [{"interface": "br-guests", "profile": "guests"}]
        guests = {"deny": ["good.example"]}
        config = self.config()
        config["profiles"]["guests"], config["networks"] = guests, networks
        self.net.router.run("conntrack", "-F", check=False)
        self.net.router.start_filter(config)
        guest = self.net.device("guest", lan=self.net.router.guests)
        theirs = self.open(guest, BAD)
        blocked = self.connect(guest, RAW)
        blocked.sendall(self.hello(GOOD))
        self.assert_reset(blocked)
        config["profiles"]["guests"] = {"deny": ["good.example", "soon.example"]}
        self.net.router.filter.reload(config)
        time.sleep(1)
        self.assertEqual(self.talk(theirs, b"not concerned"), b"not concerned")

    def test_a_pause_cuts_what_runs_and_its_end_opens_again(self):
        self.start()
        mine = self.open(self.net.child_a, GOOD)
        other = self.open(self.net.child_b, GOOD)
        config = self.net.router.filter.config_path
        done = self.net.router.haetae("pause", "minji", "30m", "--config", config)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.cut_within(mine, 2)
        self.assertEqual(self.talk(other, b"not concerned"), b"not concerned")
        code, _, _ = self.curl(self.net.child_a, GOOD)
        self.assertNotEqual(code, 0)
        self.net.router.haetae("resume", "minji", "--config", config)
        code, body, _ = self.curl(self.net.child_a, GOOD, "--http1.1")
        self.assertEqual((code, body), (0, f"hello from {GOOD} over HTTP/1.1"))


class Failures(GateTest):
    def test_says_that_another_program_has_the_queue(self):
        router = self.net.router
        second = lab.Filter(self.addCleanup, prefix=router.prefix)
        config = self.config()
        config["dns"]["listen"] = [f"{self.net.router.lan.address}:5353"]
        config["admin"] = {"listen": "127.0.0.1:8481"}
        second.start(config)
        self.assertIn("queue 4660 of netfilter cannot be read: another program has it",
                      second.err())
        code, _, _ = self.curl(self.net.child_a, BAD)
        self.assertEqual(code, 35, "the first one still judges")


if __name__ == "__main__":
    network.main()
