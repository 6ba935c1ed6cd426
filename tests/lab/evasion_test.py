#!/usr/bin/python3
"""Evasions: tricks that hide a forbidden name from the gate, against servers that tell what reached
them. If the server received the name, the gate failed; and what is allowed must arrive."""

import itertools
import os
import socket
import time
import unittest

import certificates
import evasions_http
import evasions_quic
import evasions_tcp
import lab
import network
import packet_writer
import quic_writer
import web_servers
import witnesses
from attempts import Attempt
from places import Place, command
from servers import zone_text

TRICKS = evasions_tcp.TRICKS + evasions_http.TRICKS + evasions_quic.TRICKS
FAR, FAR6 = "192.0.2.80", "2001:db8:99::80"
QUIC, QUIC6 = "192.0.2.81", "2001:db8:99::81"
FAST = "192.0.2.82"  # takes data on SYNs
BARE = "192.0.2.99"  # of a server of our own: no kernel owns it
CHILD, CHILD6 = "192.168.7.77", "2001:db8:7::77"  # of a child, as well
ROUTER_MAC, FAR_MAC = "02:00:00:00:99:01", "02:00:00:00:99:02"
FORBIDDEN, ALLOWED = "n{:04}.bad.example", "n{:04}.fun.example"
TELLS = "HAETAE_TELL" in os.environ  # a line for each trick
ENOUGH_S = 1.0  # for what arrives, and for what is held and let go
SPEED = 10 if lab.IS_SANITIZED else 1


class Outcome:
    """What became of a trick."""

    def __init__(self):
        self.ended = set()  # how connections ended for the client
        self.names = set()  # that the server read
        self.leaked = False  # the forbidden name reached the server
        self.arrived = True  # the allowed one did, each time

    def __str__(self):
        leaked, arrived = "LEAKED" if self.leaked else "-", "arrived" if self.arrived else "stopped"
        return f"{leaked:7} {arrived:8} {self.ended} {self.names or '{}'}"


class Evasions(network.NetworkTest):
    """child_a follows `minji`, to whom bad.example is denied. The servers stand one hop behind the
    provider's router: what expires there never reaches them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        net = cls.net
        cls.certificate = certificates.Authority(cls.addClassCleanup).issue(
            "web", "DNS:*.fun.example,DNS:*.bad.example")
        cls.far = cls.build_far()
        cls.tls = witnesses.TlsWitness(cls.far, (FAR, FAR6), cls.certificate)
        cls.fast = witnesses.TlsWitness(cls.far, (FAST,), cls.certificate, takes_fast=True)
        cls.http = witnesses.HttpWitness(cls.far, (FAR, FAR6))
        cls.quic = witnesses.QuicWitness(cls.far, (QUIC, QUIC6), cls.certificate)
        cls.wires = (packet_writer.Wire(net.child_a, "eth0", net.child_a.mac, net.router.lan.mac,
                                        (CHILD, CHILD6)),
                     packet_writer.Wire(cls.far, "eth0", FAR_MAC, ROUTER_MAC, (BARE,)))
        for address in (CHILD, CHILD6):
            net.router.run("ip", "neigh", "replace", address, "lladdr", net.child_a.mac, "dev",
                           "br-lan", "nud", "permanent")
        # Refusals come as fast as tricks are tried.
        net.router.sysctl("ipv4/icmp_ratelimit", 0)
        net.router.sysctl("ipv6/icmp/ratelimit", 0)
        net.internet.knot({"example": zone_text(f"www.fun A {FAR}\n")})
        cls.quic_hello = cls.catch_quic_hello()
        cls.numbers = itertools.count(1)

    @classmethod
    def build_far(cls):
        internet = cls.net.internet
        far = Place(cls.addClassCleanup, internet.name.replace("internet", "far"))
        command("ip", "link", "add", "far", "netns", internet.name, "address", ROUTER_MAC, "type",
                "veth", "peer", "name", "eth0", "address", FAR_MAC, "netns", far.name)
        internet.sysctl("ipv4/ip_forward", 1)
        internet.sysctl("ipv6/conf/all/forwarding", 1)
        internet.ip("addr add 192.0.2.1/24 dev far", "addr add 2001:db8:99::1/64 dev far nodad",
                    "link set far up",
                    f"neigh replace {BARE} lladdr {FAR_MAC} dev far nud permanent")
        far.ip("link set lo up", *(f"addr add {one}/24 dev eth0" for one in (FAR, QUIC, FAST)),
               *(f"addr add {one}/64 dev eth0 nodad" for one in (FAR6, QUIC6)), "link set eth0 up",
               "route add default via 192.0.2.1", "route add default via 2001:db8:99::1")
        far.sysctl("ipv4/tcp_fastopen", 0x203)  # data on SYNs is taken, without cookies
        return far

    @classmethod
    def catch_quic_hello(cls):
        """What ngtcp2's client says first; it asks for localhost where it is given an address."""
        catcher = web_servers.Recorder(cls.far, FAR, udp_port=4433, echoes=False)
        cls.far.run("timeout", 1, "gtlsclient", "-q", "--no-quic-dump", FAR, 4433,
                    "https://x.example/", check=False)
        return quic_writer.Hello(catcher.datagrams[:1], b"localhost")

    @classmethod
    def start(cls, **gate):
        cls.net.router.run("conntrack", "-F", check=False)
        cls.net.router.start_filter(cls.net.config(
            profiles={"minji": {"deny": ["bad.example"], "undecidable": "block"}},
            devices=[{"name": "tablet", "mac": cls.net.child_a.mac, "profile": "minji"}],
            default_profile="minji",
            admin={"listen": "127.0.0.1:8480"},
            gate={"mode": "queue", "inside": ["br-lan"], "when_down": "closed", **gate}))

    # ---- One trick.

    def attempt(self, trick, pattern):
        number = next(self.numbers)
        named = {"fast": FAST, "bare": BARE}
        v4, v6 = (QUIC, QUIC6) if trick.kind == "quic" else (FAR, FAR6)
        server = named.get(trick.server, v4 if trick.version == 4 else v6)
        return Attempt(self.wires, server, trick.kind, pattern.format(number),
                       ALLOWED.format(number + 5000),
                       self.quic_hello)

    def tries(self, trick, pattern):
        """[(Attempt, how it ended)] of all that the trick tries; where nothing is to be stopped, every
        16th."""
        if trick.of is None:
            attempt = self.attempt(trick, pattern)
            trick.send(attempt)
            return [(attempt, attempt.finish(ENOUGH_S * SPEED))]
        done = []
        first = self.attempt(trick, pattern)
        stops = pattern is FORBIDDEN and self.net.router.filter
        for value in trick.of(first)[::1 if stops else 16]:
            attempt = Attempt(self.wires, first.server, trick.kind, first.host, first.decoy)
            trick.send(attempt, value)
            done.append((attempt, attempt.finish(ENOUGH_S * SPEED)))
        return done

    def saw(self, trick, attempt):
        """(The name reached the server, names that it read)."""
        host = attempt.host
        if trick.kind == "quic":
            names = [name for name in self.quic.names() if name in (host, attempt.decoy)]
            return host in names, names
        seen = witnesses.Connection()
        if attempt.split:
            witnesses.TlsSide(self.certificate, seen).feed(attempt.split.received)
        else:
            witness = {"": self.tls, "fast": self.fast}[trick.server]
            witness = self.http if trick.kind == "http" else witness
            seen = witness.connections.get(attempt.talk.ports[0], seen)
        names = [name.lower().removesuffix(".") for name in seen.names if name]
        return host in names or host.encode() in seen.octets.lower(), names

    def run_tricks(self, tricks):
        """{trick: Outcome}; each with the forbidden name, and with an allowed one."""
        bad = {trick: self.tries(trick, FORBIDDEN) for trick in tricks}
        good = {trick: self.tries(trick, ALLOWED) for trick in tricks}
        time.sleep(0.5)
        outcomes = {}
        for trick in tricks:
            outcome = outcomes[trick] = Outcome()
            for attempt, ended in bad[trick]:
                has_name, names = self.saw(trick, attempt)
                outcome.leaked |= has_name
                outcome.names.update(names)
                outcome.ended.add(ended)
            outcome.arrived = all(self.saw(trick, attempt)[0] for attempt, _ in good[trick])
            if TELLS:
                print(f"\n{trick.kind:5} {trick.title:50} {outcome}")
        return outcomes

    def judge(self, outcomes, leaks):
        for trick, outcome in outcomes.items():
            with self.subTest(f"{trick.kind}: {trick.title}"):
                self.assertEqual(outcome.leaked, leaks(trick), "the forbidden name arrived")
                if trick.is_natural:
                    self.assertTrue(outcome.arrived, "what is allowed must arrive")

    def test_every_trick_works_where_nobody_looks(self):
        self.assertIsNone(self.net.router.filter, "tests run in the order of their names")
        for trick, outcome in self.run_tricks(TRICKS).items():
            with self.subTest(f"{trick.kind}: {trick.title}"):
                self.assertEqual(outcome.leaked, trick.works, "without the gate")

    def test_with_the_gate_few_work(self):
        self.start(strict=False)
        self.judge(self.run_tricks(TRICKS), lambda trick: trick.needs_strict)

    def test_with_the_strict_gate_none_works(self):
        self.start(strict=True)
        self.judge(self.run_tricks(TRICKS), lambda trick: False)

    def test_with_unresolved_refused_only_named_addresses_are_within_reach(self):
        self.start(unresolved="refuse", unresolved_except=[f"{QUIC}/32"])
        child = self.net.child_a

        def connects(address):
            with child.inside(), socket.socket() as client:
                client.settimeout(5)
                return client.connect_ex((address, 443)) == 0
        self.assertFalse(connects(FAR), "before it was asked for")
        child.ask("www.fun.example")
        self.assertTrue(connects(FAR))
        self.assertFalse(connects(FAST), "a neighbour of it that nobody named")
        self.assertTrue(connects(QUIC), "excepted")


if __name__ == "__main__":
    network.main()
