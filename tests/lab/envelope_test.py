"""Who asks, as trusted peers say it: EDNS options of forwarders, PROXY headers of balancers. What
they say is believed of them alone, and goes no further."""

import errno
import itertools
import socket
import time
import unittest

import dns.edns
import dns.exception
import dns.message
import dns.query

import forwarders
import lab
from forwarders import LOCAL, PROXY, TCP, Dnsdist, header, ident, mac, option, proxy
from lab import errors, rcode, records
from servers import Knot, Relay, framed, read_framed, zone_text

PARENTS_MAC, CHILDS_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
PARENTS_DEVICE = "0123456789abcdef"
PARENT, PARENT6, CHILD = "127.0.0.200", "2001:db8::200", "127.0.0.201"
# Peers, and what each is trusted to send.
FORWARDER, BALANCER, ROUTERS, UMBRELLA = "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.6"
NOBODY = "127.0.0.9"
TRUSTED = [{"cidr": FORWARDER, "sends": "mac"},
           {"cidr": BALANCER, "sends": "proxy"}, {"cidr": "::1", "sends": ["proxy"]},
           {"cidr": ROUTERS, "sends": ["cpe_id", "mac_text"]},
           {"cidr": UMBRELLA, "sends": ["umbrella", "umbrella_device"]}]
# All of them say that a parent asks.
CLAIMS = (mac(PARENTS_MAC), option(forwarders.MAC_TEXT, PARENTS_MAC),
          option(forwarders.MAC_TEXT, "AgAAAAAB"), option(forwarders.CPE_ID, "cpe-17"),
          ident(device=PARENTS_DEVICE), ident(address=PARENT),
          option(forwarders.UMBRELLA_DEVICE, b"OpenDNS" + bytes.fromhex(PARENTS_DEVICE)))


class House(unittest.TestCase):
    """A filter with one worker, so that its limits can be counted; a parent is blocked nothing."""

    names = itertools.count()

    @classmethod
    def setUpClass(cls):
        cls.knot = Knot(cls.addClassCleanup, {"example": zone_text(
            "www A 192.0.2.1\n*.bet A 192.0.2.2\n")})
        cls.relay = Relay(cls.addClassCleanup, cls.knot.port)
        cls.port = lab.free_port()
        cls.filter = lab.Filter(cls.addClassCleanup).start(cls.config())

    @classmethod
    def config(cls, trusted=TRUSTED):
        dns = lab.dns_section(cls.port, cls.relay.port, trusted_peers=trusted,
                              allow_from=["127.0.0.0/8", "::1", "2001:db8::/32"])
        phone = {"name": "phone", "profile": "parent", "mac": PARENTS_MAC, "id": "cpe-17"}
        return lab.base_config(
            cls.port, cls.relay.port, dns=dns, workers=1,
            profiles={"little": {"deny": ["bet.example"]},
                      "parent": {"log": "all", "log_reason": "a test"}},
            devices=[phone, {"name": "computer", "profile": "parent", "address": PARENT},
                     {"name": "desk", "profile": "parent", "address": PARENT6},
                     {"name": "laptop", "profile": "parent", "id": PARENTS_DEVICE}])

    @classmethod
    def query(cls, options=(), name=None):
        """A query for a name that nobody asked for yet and that only a parent gets."""
        name = name or f"n{next(cls.names)}.bet.example"
        return dns.message.make_query(name, "A", use_edns=0, options=list(options))

    def who(self, reply):
        if rcode(reply) == "REFUSED":
            return "stranger"
        if rcode(reply) == "NXDOMAIN" and lab.EDE_FILTERED in errors(reply):
            return "child"
        self.assertEqual(records(reply, "A"), ["192.0.2.2"])
        return "parent"

    def ask(self, source, options=(), tcp=False):
        send = dns.query.tcp if tcp else dns.query.udp
        return self.who(send(self.query(options), "127.0.0.1", port=self.port, source=source,
                             timeout=lab.PATIENCE_S))


class Options(House):
    def test_claims_of_others_say_nothing(self):
        for source in (NOBODY, BALANCER):
            for tcp in (False, True):
                for claim in CLAIMS:
                    if source == BALANCER:
                        reply = self.through(BALANCER, proxy(CHILD, TCP), [claim])
                        self.assertEqual(self.who(reply), "child")
                    else:
                        self.assertEqual(self.ask(source, [claim], tcp), "child", claim)
        self.assertEqual(self.ask(NOBODY, CLAIMS), "child")
        # Nor those of a trusted peer which it is not trusted with.
        self.assertEqual(self.ask(FORWARDER, [*CLAIMS[1:]]), "child")
        self.assertEqual(self.ask(ROUTERS, [CLAIMS[0]]), "child")
        self.assertEqual(self.ask(PARENT, [mac(CHILDS_MAC)]), "parent")

    def through(self, source, head, options=()):
        """A query over TCP behind a header."""
        with socket.create_connection(("127.0.0.1", self.port), source_address=(source, 0)) as out:
            out.settimeout(lab.PATIENCE_S)
            out.sendall(head + framed(self.query(options).to_wire()))
            return dns.message.from_wire(read_framed(out))

    def test_claims_of_trusted_peers_pick_the_profile(self):
        for source, claims in ((FORWARDER, CLAIMS[:1]), (ROUTERS, CLAIMS[1:4]),
                               (UMBRELLA, CLAIMS[4:])):
            for claim in claims:
                for tcp in (False, True):
                    with self.subTest(source=source, claim=claim, tcp=tcp):
                        self.assertEqual(self.ask(source, [claim], tcp), "parent")

    def test_what_is_unknown_broken_or_doubled_says_nothing(self):
        for source, options in (
                (FORWARDER, [mac(CHILDS_MAC)]), (FORWARDER, []),
                (FORWARDER, [option(forwarders.MAC, b"\2\0\0\0\0")]),
                (FORWARDER, [option(forwarders.MAC, bytes(20))]),
                (FORWARDER, [mac(PARENTS_MAC), mac(CHILDS_MAC)]),
                (FORWARDER, [mac(PARENTS_MAC), mac(PARENTS_MAC)]),
                (ROUTERS, [option(forwarders.CPE_ID, "")]),
                (ROUTERS, [option(forwarders.CPE_ID, "cpe-17\n")]),
                (ROUTERS, [option(forwarders.CPE_ID, "cpe-17" * 50)]),
                (ROUTERS, [option(forwarders.MAC_TEXT, "nominum-7")]),
                (UMBRELLA, [option(forwarders.UMBRELLA, b"ODNS\1\0\0\x10\x7f")]),
                (UMBRELLA, [option(forwarders.UMBRELLA_DEVICE, b"OpenDNS")])):
            with self.subTest(source=source, options=options):
                self.assertEqual(self.ask(source, options, tcp=True), "child")

    def test_nothing_of_a_querys_options_goes_on_or_comes_back(self):
        subnet = dns.edns.ECSOption("198.51.100.77", 32)
        everything = [*CLAIMS, subnet, option(10, b"cookies!"), option(65005, b"a secret")]
        for source in (NOBODY, FORWARDER, ROUTERS, UMBRELLA):
            for options in (everything, [mac(PARENTS_MAC), subnet], [CLAIMS[3], subnet],
                            [CLAIMS[4], subnet]):
                query = self.query(options, name=f"n{next(self.names)}.example")
                reply = dns.query.udp(query, "127.0.0.1", port=self.port, source=source,
                                      timeout=lab.PATIENCE_S)
                self.assertEqual(reply.edns, 0)
                self.assertEqual(list(reply.options), [])
        self.assertGreater(len(self.relay.wires), 10)
        for wire in self.relay.wires:
            self.assertEqual(list(dns.message.from_wire(wire).options), [])
            for secret in (b"cpe-17", b"ODNS", b"OpenDNS", b"a secret", b"cookies!",
                           bytes([2, 0, 0, 0, 0, 1]), PARENTS_MAC.encode(),
                           bytes([198, 51, 100, 77])):
                self.assertNotIn(secret, wire)

    def test_a_reload_takes_trust_away_and_gives_it_back(self):
        self.assertEqual(self.ask(FORWARDER, CLAIMS[:1]), "parent")
        self.assertIn("reloaded", self.filter.reload(self.config(TRUSTED[1:])))
        self.assertEqual(self.ask(FORWARDER, CLAIMS[:1]), "child")
        self.assertIn("reloaded", self.filter.reload(self.config()))
        self.assertEqual(self.ask(FORWARDER, CLAIMS[:1]), "parent")


class Headers(House):
    """PROXY headers, written by hand and by kdig."""

    def udp(self, head, source=BALANCER, query=None, within_s=lab.PATIENCE_S):
        """The reply to one datagram; None if there is none."""
        with socket.socket(socket.AF_INET6 if ":" in source else socket.AF_INET,
                           socket.SOCK_DGRAM) as out:
            out.bind((source, 0))
            out.settimeout(within_s)
            wire = (query or self.query()).to_wire()
            out.sendto(head + wire, ("::1" if ":" in source else "127.0.0.1", self.port))
            try:
                return dns.message.from_wire(out.recv(65535))
            except TimeoutError:
                return None

    def connect(self, source=BALANCER):
        out = socket.create_connection(("::1" if ":" in source else "127.0.0.1", self.port),
                                       source_address=(source, 0))
        out.settimeout(lab.PATIENCE_S)
        self.addCleanup(out.close)
        return out

    def over_tcp(self, head, **how):
        """The reply over a stream of its own; None if the stream is closed instead."""
        out = self.connect(**how)
        out.sendall(head + framed(self.query().to_wire()))
        try:
            wire = read_framed(out)
        except ConnectionResetError:
            return None
        return wire and dns.message.from_wire(wire)

    def test_the_client_that_a_balancer_names_is_judged(self):
        for source in (BALANCER, "::1"):
            for client, wanted in ((PARENT, "parent"), (CHILD, "child"), (PARENT6, "parent"),
                                   ("2001:db8::201", "child"), ("203.0.113.5", "stranger")):
                # A balancer may be asked over one transport and ask over another.
                for protocol in (forwarders.UDP, TCP):
                    with self.subTest(source=source, client=client, protocol=protocol):
                        head = proxy(client, protocol)
                        self.assertEqual(self.who(self.udp(head, source)), wanted)
                        self.assertEqual(self.who(self.over_tcp(head, source=source)), wanted)

    def test_events_name_the_client(self):
        self.udp(proxy(PARENT), query=self.query(name="seen.bet.example"))
        event = lab.wait_until(
            lambda: [e for e in self.filter.events() if e["name"] == "seen.bet.example"], "event")
        self.assertEqual((event[0]["peer"], event[0]["device"]), (PARENT, "computer"))

    def test_headers_with_more_in_them_are_taken(self):
        unique = b"\5\0\4\1\2\3\4"
        for head in (proxy(PARENT, values=unique + b"\4\0\0"), forwarders.with_checksum(PARENT),
                     proxy(PARENT, values=b"\xe0\0\2ab" * 100)):
            self.assertEqual(self.who(self.udp(head)), "parent")
            self.assertEqual(self.who(self.over_tcp(head)), "parent")

    def test_a_balancers_own_query_is_its_own(self):
        for body in (b"", forwarders.addresses(PARENT), b"\1\2\3"):
            head = header(LOCAL, 0 if not body else 0x11, body)
            self.assertEqual(self.who(self.udp(head)), "child")
            self.assertEqual(self.who(self.over_tcp(head)), "child")

    def test_kdig_speaks_it(self):
        for client, status in ((PARENT, "NOERROR"), (CHILD, "NXDOMAIN")):
            for words in ((), ("+tcp",)):
                said = forwarders.kdig("@127.0.0.1", "-p", self.port, "-b", BALANCER,
                                       f"+proxy={client}#40000-192.0.2.53#53", *words, "+edns",
                                       f"n{next(self.names)}.bet.example")
                self.assertIn(f"status: {status}", said, words)

    def broken(self):
        """Headers that are none, each with what is wrong."""
        good = proxy(PARENT)
        for size in range(len(good)):
            yield f"cut after {size} octets", good[:size], b""
        query = self.query().to_wire()
        yield "no header", b"", query
        for at in range(12):
            signature = bytes([good[at] ^ 1])
            yield f"a wrong octet {at}", good[:at] + signature + good[at + 1:], query
        body = forwarders.addresses(PARENT)
        yield "version 1", b"PROXY TCP4 127.0.0.200 192.0.2.1 40000 53\r\n", query
        yield "version 3", header(0x31, 0x12, body), query
        yield "an unknown command", header(0x22, 0x12, body), query
        yield "a client without address", header(PROXY, 0, b""), query
        yield "an unknown family", header(PROXY, 0x42, body), query
        yield "an unknown protocol", header(PROXY, 0x13, body), query
        yield "a socket of another machine", header(PROXY, 0x31, bytes(216)), query
        yield "IPv6 with an IPv4 address", header(PROXY, 0x22, body), query
        yield "a length beyond the datagram", good[:14] + b"\x03\xe8" + good[16:], query
        yield "a length beyond the limit", good[:14] + b"\xff\xff" + good[16:], query
        yield "no addresses", header(PROXY, 0x12, b""), query
        for values in (b"\4", b"\4\0", b"\4\0\2\0", b"\4\xff\xff", b"\3\0\0", b"garbage"):
            yield f"additional values {values}", proxy(PARENT, values=values), query
        yield "a wrong checksum", forwarders.with_checksum(PARENT, wrong_by=1), query

    def test_broken_headers_get_no_answer_over_udp(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.bind((BALANCER, 0))
            out.settimeout(lab.PATIENCE_S)
            for _, head, query in self.broken():
                out.sendto(head + query, ("127.0.0.1", self.port))
            last = self.query()
            out.sendto(proxy(PARENT) + last.to_wire(), ("127.0.0.1", self.port))
            first_answer = dns.message.from_wire(out.recv(65535))
            self.assertEqual(first_answer.id, last.id, "the only one")

    def test_broken_headers_close_a_stream(self):
        for what, head, query in self.broken():
            with self.subTest(what):
                out = self.connect()
                out.sendall(head + framed(query) if query else head)
                try:
                    # As if the balancer gave up, where more would be waited for.
                    out.shutdown(socket.SHUT_WR)
                    self.assertEqual(out.recv(100), b"")
                except OSError as error:
                    self.assertIn(error.errno, (errno.ECONNRESET, errno.ENOTCONN))

    def test_a_header_of_anybody_else_is_no_query(self):
        reply = self.udp(proxy(PARENT), source=NOBODY)
        self.assertEqual(rcode(reply), "NOTIMP", "as DNS it has an operation that nobody serves")
        self.assertEqual(self.ask(NOBODY), "child")
        out = self.connect(NOBODY)
        out.sendall(proxy(PARENT, TCP) + framed(self.query().to_wire()))
        out.settimeout(1)
        with self.assertRaises(TimeoutError):
            out.recv(1)  # as DNS it begins a message of 3338 octets

    def test_a_stream_may_bring_its_header_in_pieces(self):
        query = self.query()
        head = proxy(PARENT, TCP, values=b"\xe0\0\2ab")
        for pieces in (
                [bytes([octet]) for octet in head + framed(query.to_wire())],
                [head[:15], head[15:17], head[17:] + framed(query.to_wire())],
                [head[:16], head[16:], framed(query.to_wire())]):
            out = self.connect()
            out.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                out.sendall(piece)
                time.sleep(0.005)
            self.assertEqual(self.who(dns.message.from_wire(read_framed(out))), "parent")

    def test_a_stream_has_one_header_for_all_its_queries(self):
        out = self.connect()
        queries = [self.query() for _ in range(20)]
        out.sendall(proxy(PARENT, TCP) + b"".join(framed(q.to_wire()) for q in queries))
        replies = [dns.message.from_wire(read_framed(out)) for _ in queries]
        self.assertEqual({self.who(reply) for reply in replies}, {"parent"})
        self.assertEqual({reply.id for reply in replies}, {query.id for query in queries})

    def test_a_balancer_that_only_looks_whether_we_listen_does_no_harm(self):
        for _ in range(50):
            self.connect().close()
        self.assertEqual(self.who(self.over_tcp(proxy(PARENT, TCP))), "parent")

    def test_a_balancer_brings_more_streams_than_one_client_may(self):
        of_client, of_balancer = 200, 300
        streams = []

        def is_served(client):
            out = self.connect()
            streams.append(out)
            try:
                out.sendall(proxy(client, TCP) + framed(self.query().to_wire()))
                return read_framed(out) is not None
            except ConnectionResetError:
                return False
        self.assertTrue(all(is_served(f"127.1.{i // 100}.{i % 100}") for i in range(of_balancer)))
        self.assertTrue(all(is_served("127.2.0.1") for _ in range(of_client)))
        self.assertFalse(is_served("127.2.0.1"), "one more of a client that has as many as it may")
        self.assertTrue(is_served("127.2.0.2"))
        for out in streams:
            out.close()
        lab.wait_until(lambda: is_served("127.2.0.1"), "places come back")


class Balancer(House):
    """dnsdist in front of the filter."""

    def test_its_clients_are_told_apart_over_both_transports(self):
        dnsdist = Dnsdist(self.addCleanup, f"127.0.0.1:{self.port}",
                          f"useProxyProtocol=true, source='{BALANCER}'")
        for source, wanted in ((PARENT, "parent"), (CHILD, "child"), (PARENT, "parent")):
            for tcp in (False, True):
                name = f"n{next(self.names)}.bet.example"
                self.assertEqual(self.who(dnsdist.ask(name, source=source, tcp=tcp)), wanted)
        # What its clients write themselves is still no claim.
        reply = dns.query.udp(self.query(CLAIMS), "127.0.0.1", port=dnsdist.port, source=CHILD,
                              timeout=lab.PATIENCE_S)
        self.assertEqual(self.who(reply), "child")

    def test_without_headers_it_gets_no_answer(self):
        dnsdist = Dnsdist(self.addCleanup, f"127.0.0.1:{self.port}", f"source='{BALANCER}'",
                          is_served=False)
        with self.assertRaises(dns.exception.Timeout):
            dnsdist.ask("www.example", source=PARENT, within_s=1)

    def test_the_clients_network_that_it_adds_goes_no_further(self):
        dnsdist = Dnsdist(self.addCleanup, f"127.0.0.1:{self.port}",
                          f"useProxyProtocol=true, source='{BALANCER}', useClientSubnet=true",
                          "setECSSourcePrefixV4(32)")
        seen = len(self.relay.wires)
        self.assertEqual(self.who(dnsdist.ask(f"n{next(self.names)}.bet.example", source=PARENT)),
                         "parent")
        wires = self.relay.wires[seen:]
        self.assertTrue(wires)
        for wire in wires:
            self.assertEqual(list(dns.message.from_wire(wire).options), [])
            self.assertNotIn(socket.inet_aton(PARENT), wire)


if __name__ == "__main__":
    unittest.main()
