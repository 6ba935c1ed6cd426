"""DNS over TLS to upstream servers: a real unbound before a real Knot DNS, and servers that lie."""

import socket
import ssl
import threading
import time
import unittest

import dns.flags
import dns.message
import dns.rcode

import lab
from certificates import Authority, self_signed
from dot_servers import KEEPALIVE, PADDING, DotServer, UnboundDot, answer_to, honest, keepalive
from lab import ask, errors, rcode, records
from servers import Knot, Relay, framed, read_framed, zone_text

NAME = "dot.example"
ZONE = zone_text("www A 192.0.2.1\nbig TXT " + " ".join(f'"{"x" * 250}"' for _ in range(20))
                 + "\nalias CNAME www\n* A 192.0.2.9\n")


class Dot(unittest.TestCase):
    """A filter with one worker and its servers over TLS; every test starts its own."""

    @classmethod
    def setUpClass(cls):
        cls.authority = Authority(cls.addClassCleanup)
        cls.right = cls.authority.issue("right", f"DNS:{NAME},IP:127.0.0.1")

    def start(self, servers, upstream=None, **dns_changes):
        """servers: as in the configuration; ports stand for servers with the right name."""
        self.port = lab.free_port()
        self.filter = lab.Filter(self.addCleanup)
        self.filter.start(self.config(servers, upstream, **dns_changes))
        return self.filter

    def config(self, servers, upstream=None, **dns_changes):
        listed = [f"127.0.0.1@{s}#{NAME}" if isinstance(s, int) else s for s in servers]
        section = {"upstream": {"servers": listed, "ca_file": str(self.authority.path),
                                **(upstream or {})}, **dns_changes}
        # Lists and patterns say nothing here; without them a start is quick.
        return lab.base_config(self.port, 0, workers=1,
                               rules={"start_lists": False, "patterns": False},
                               dns=lab.dns_section(self.port, 0, **section))

    def ask(self, name, kind="A", **how):
        return ask(self.port, name, kind, **how)

    def timed(self, name):
        since = time.monotonic()
        return self.ask(name), time.monotonic() - since

    def assert_quick(self, took_s, most_s):
        if not lab.IS_SANITIZED:
            self.assertLess(took_s, most_s)

    def wait_for_line(self, part):
        return lab.wait_until(
            lambda: next((l for l in self.filter.err().splitlines() if part in l), None),
            f"a line with '{part}' in {self.filter.err()}")

    def server(self, behaviour=honest, certificate=None, **how):
        return DotServer(self.addCleanup, certificate or self.right, behaviour, **how)


class Real(Dot):
    """Behind a real unbound, all in one."""

    def setUp(self):
        self.knot = Knot(self.addCleanup, {"example": ZONE})
        self.relay = Relay(self.addCleanup, self.knot.port)
        self.unbound = UnboundDot(self.addCleanup, self.right, self.relay.port)

    def test_names_are_resolved(self):
        self.start([self.unbound.port])
        self.assertEqual(records(self.ask("www.example"), "A"), ["192.0.2.1"])
        self.assertEqual(records(self.ask("alias.example"), "A"), ["192.0.2.1"])
        self.assertEqual(rcode(self.ask("none.www.example", "AAAA")), "NXDOMAIN")
        self.assertEqual(self.ask("www.example", "AAAA").answer, [])
        self.assertGreater(len(records(self.ask("big.example", "TXT", tcp=True), "TXT")[0]), 5000)

    def test_what_a_forwarder_says_is_never_authentic(self):
        self.start([self.unbound.port])
        for how in ({}, {"do": True}, {"ad": True}):
            self.assertFalse(lab.has(self.ask("www.example", **how), dns.flags.AD))

    def test_a_server_that_dies_with_a_hundred_questions_loses_none(self):
        slow = Relay(self.addCleanup, self.knot.port)
        slow.slow["*"] = 0.2
        other = UnboundDot(self.addCleanup, self.right, slow.port)
        self.start([self.unbound.port, other.port])
        self.ask("warm.example")
        self.ask("warm2.example")
        lab.wait_until(lambda: slow.count("warm.example"), "the other server is measured")
        time.sleep(0.5)
        self.relay.is_cut = True
        names = [f"n{i}.example" for i in range(100)]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(lab.PATIENCE_S)
            for name in names:
                client.sendto(lab.query(name).to_wire(), ("127.0.0.1", self.port))
            lab.wait_until(lambda: all(self.relay.count(n) for n in names), "all are asked")
            killed_at = time.monotonic()
            self.unbound.kill()
            answered = set()
            for _ in names:
                reply = dns.message.from_wire(client.recv(4096))
                self.assertEqual(records(reply, "A"), ["192.0.2.9"])
                answered.add(reply.question[0].name.to_text(omit_final_dot=True))
            self.assertEqual(answered, set(names))
        self.assert_quick(time.monotonic() - killed_at, 3)
        count = iter(range(10000))
        lab.wait_until(lambda: rcode(self.ask(f"a{next(count)}.example")) == "NOERROR"
                       and "is not asked: no connection can be made" in self.filter.err(),
                       "the server is found dead")

        self.relay.is_cut = False
        self.unbound.start()
        lab.wait_until(lambda: self.ask(f"b{next(count)}.example")
                       and "is asked again" in self.filter.err(), "the server is asked again")

    def test_stub_zones_stay_with_their_own_server_and_leak_nothing(self):
        lan = Knot(self.addCleanup, {"lan": zone_text("printer A 192.0.2.200\n"
                                                      "away CNAME www.example.\n")})
        lan_relay = Relay(self.addCleanup, lan.port)
        self.start([self.unbound.port],
                   stub_zones=[{"zone": "lan", "server": f"127.0.0.1@{lan_relay.port}"}])
        self.assertEqual(records(self.ask("printer.lan"), "A"), ["192.0.2.200"])
        self.assertEqual(records(self.ask("www.example"), "A"), ["192.0.2.1"])
        self.assertEqual((self.relay.count("printer.lan"), lan_relay.count("www.example")), (0, 0))
        # libunbound would ask for the rest of this chain in plain DNS.
        reply, took_s = self.timed("away.lan")
        self.assertEqual(rcode(reply), "SERVFAIL")
        self.assert_quick(took_s, 1)
        self.assertEqual(lan_relay.count("www.example"), 0)


class Trust(Dot):
    """Who may answer, and what is said of who may not."""

    def assert_refused(self, server, saying):
        """No answer over this server, and one line that says why."""
        reply = self.ask("www.example")
        self.assertEqual(rcode(reply), "SERVFAIL")
        self.assertTrue({lab.EDE_NO_REACHABLE, lab.EDE_NETWORK} & set(errors(reply)))
        self.assertEqual(server.asked, [], "not one name left")
        line = self.wait_for_line("is not asked")
        self.assertIn(saying, line)
        self.assertIn(f"127.0.0.1@{server.port}", line)
        time.sleep(2)
        self.ask("again.example")
        time.sleep(2)
        self.assertEqual(self.filter.err().count("is not asked"), 1)

    def test_the_right_name_is_asked_for_and_taken(self):
        server = self.server()
        self.start([server.port])
        self.assertEqual(records(self.ask("www.example"), "A"), ["192.0.2.77"])
        self.assertEqual(server.server_names, [NAME])
        self.assertEqual(server.alpn, ["dot"])

    def test_an_address_is_enough_where_the_certificate_holds_it(self):
        server = self.server()
        self.start([{"address": "127.0.0.1", "port": server.port,
                     "tls_name": NAME}])
        self.assertEqual(rcode(self.ask("www.example")), "NOERROR")

    def test_another_name(self):
        server = self.server()
        self.start([f"127.0.0.1@{server.port}#other.example"])
        self.assert_refused(server, "its certificate is for another name")

    def test_an_expired_certificate(self):
        server = self.server(certificate=self.authority.issue("old", f"DNS:{NAME}", -30, -1))
        self.start([server.port])
        self.assert_refused(server, "its certificate has expired; is this machine's clock right?")

    def test_a_certificate_of_tomorrow(self):
        server = self.server(certificate=self.authority.issue("new", f"DNS:{NAME}", 1, 30))
        self.start([server.port])
        self.assert_refused(server, "its certificate is not valid yet; is this machine's clock")

    def test_a_self_signed_certificate(self):
        folder = lab.Folder(self.addCleanup)
        server = self.server(certificate=self_signed(folder, "self", f"DNS:{NAME}"))
        self.start([server.port])
        self.assert_refused(server, "it has signed its certificate itself; for a server of your "
                                    "own write its pin")

    def test_an_unknown_authority(self):
        stranger = Authority(self.addCleanup, "Somebody else")
        server = self.server(certificate=stranger.issue("right", f"DNS:{NAME}"))
        self.start([server.port])
        self.assert_refused(server, "nobody trusted has signed its certificate")

    def test_a_version_of_tls_that_is_too_old(self):
        server = self.server(most=ssl.TLSVersion.TLSv1_1)
        self.start([server.port])
        self.assert_refused(server, "it does not speak TLS 1.2 or later there")

    def pinned(self, server, *pins, **more):
        return {"address": "127.0.0.1", "port": server.port, "pins": list(pins), **more}

    def test_a_pin_alone_vouches_for_a_self_signed_key(self):
        certificate = self_signed(lab.Folder(self.addCleanup), "house", "DNS:house.example", 1)
        server = self.server(certificate=certificate)
        self.start([self.pinned(server, self.right.pin(), certificate.pin())])
        self.assertEqual(rcode(self.ask("www.example")), "NOERROR")

    def test_a_wrong_pin(self):
        server = self.server()
        other = self.authority.issue("other", f"DNS:{NAME}")
        self.start([self.pinned(server, other.pin())])
        self.assert_refused(server, "its key is none of the pins")

    def test_name_and_pin_must_both_be_right(self):
        server = self.server()
        other = self.authority.issue("other2", f"DNS:{NAME}")
        for entry in (self.pinned(server, other.pin(), tls_name=NAME),
                      self.pinned(server, self.right.pin(), tls_name="other.example")):
            with self.subTest(entry):
                self.start([entry])
                self.assertEqual(rcode(self.ask("www.example")), "SERVFAIL")
        self.start([self.pinned(server, self.right.pin(), tls_name=NAME)])
        self.assertEqual(rcode(self.ask("www.example")), "NOERROR")

    def test_a_bad_server_does_not_spoil_a_good_one(self):
        bad = self.server(certificate=self.authority.issue("bad", "DNS:bad.example"))
        good = self.server()
        self.start([bad.port, good.port])
        reply, took_s = self.timed("www.example")
        self.assertEqual(rcode(reply), "NOERROR")
        self.assert_quick(took_s, 1)
        self.assertEqual(bad.asked, [])

    def test_files_that_cannot_be_used_are_told_at_start_and_at_reload(self):
        server = self.server()
        self.start([server.port])
        told = self.filter.reload(self.config([server.port], {"ca_file": "nowhere.pem"}))
        self.assertIn("not reloaded: dns.upstream.ca_file", told)
        self.assertEqual(rcode(self.ask("www.example")), "NOERROR")
        self.filter.stop()
        self.filter.launch()
        self.assertEqual(self.filter.process.child.wait(lab.PATIENCE_S), 1)
        self.assertIn("name a file of certificates in PEM form", self.filter.err())


class Connections(Dot):
    def test_one_warm_connection_serves_them_all(self):
        server = self.server()
        self.start([server.port])
        for i in range(20):
            self.ask(f"n{i}.example")
        self.assertEqual((server.connections, len(server.asked)), (1, 20))

    def test_queries_are_padded_and_carry_nothing_of_the_client(self):
        server = self.server()
        self.start([server.port])
        self.ask("a.example")
        self.ask(f"{'long-' * 12}.{'name-' * 12}.example")
        message = lab.query("b.example", do=True)
        message.use_edns(0, 0, 1232, options=[
            dns.edns.ECSOption("198.51.100.0", 24), dns.edns.GenericOption(65001, b"\2\0\0\0\0\1"),
            dns.edns.GenericOption(10, b"12345678")])
        dns.query.udp(message, "127.0.0.1", port=self.port, timeout=lab.PATIENCE_S)
        self.assertEqual(server.sizes, [128, 256, 128])
        for options in server.options:
            self.assertEqual(set(options), {KEEPALIVE, PADDING})
            self.assertEqual(options[KEEPALIVE], b"")
            self.assertEqual(options[PADDING].strip(b"\0"), b"")

    def test_answers_may_come_in_any_order(self):
        def backward(stream):
            held = []
            for query in stream.queries():
                held.append(query)
                if len(held) == 20:
                    for number, one in reversed(list(enumerate(held))):
                        stream.send(answer_to(one, f"192.0.2.{number}"))
        server = self.server(backward)
        self.start([server.port])
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
            for i in range(20):
                client.sendall(framed(lab.query(f"n{i}.example").to_wire()))
                lab.wait_until(lambda: len(server.asked) > i, "the query")
            for _ in range(20):
                reply = dns.message.from_wire(read_framed(client))
                number = reply.question[0].name.labels[0].decode()[1:]
                self.assertEqual(records(reply, "A"), [f"192.0.2.{number}"])
        self.assertEqual(server.connections, 1)

    def test_a_closed_connection_is_opened_anew_by_its_ticket(self):
        def one_each(stream):
            stream.send(answer_to(next(stream.queries())))
        server = self.server(one_each)
        self.start([server.port])
        for i in range(5):
            reply, took_s = self.timed(f"n{i}.example")
            self.assertEqual(rcode(reply), "NOERROR")
            self.assert_quick(took_s, 1)
            time.sleep(0.1)
        self.assertEqual((server.connections, server.resumed), (5, 4))
        self.assertNotIn("is not asked", self.filter.err())

    def test_so_it_is_with_tls_1_2(self):
        def one_each(stream):
            stream.send(answer_to(next(stream.queries())))
        server = self.server(one_each, most=ssl.TLSVersion.TLSv1_2)
        self.start([server.port])
        for i in range(4):
            self.assertEqual(rcode(self.ask(f"n{i}.example")), "NOERROR")
            time.sleep(0.1)
        self.assertEqual((server.connections, server.resumed), (4, 3))

    def test_an_idle_connection_lasts_as_long_as_the_server_wants(self):
        def short_lived(stream):
            for query in stream.queries():
                stream.send(keepalive(answer_to(query), 2.0))
        server = self.server(short_lived)
        self.start([server.port])
        self.ask("a.example")
        since = time.monotonic()
        lab.wait_until(lambda: server.ended_at, "the end of the connection")
        self.assertGreater(server.ended_at[0] - since, 1.5)
        self.assert_quick(server.ended_at[0] - since, 3.5)
        self.assertEqual(rcode(self.ask("b.example")), "NOERROR")
        self.assertEqual(server.connections, 2)

    def test_a_server_that_wants_to_close_is_let_go(self):
        def goodbye(stream):
            for query in stream.queries():
                stream.send(keepalive(answer_to(query), 0))
        server = self.server(goodbye)
        self.start([server.port])
        for name in ("a.example", "b.example"):
            self.assertEqual(rcode(self.ask(name)), "NOERROR")
        self.assertEqual(server.connections, 2)

    def test_connections_live_through_a_reload_that_does_not_concern_them(self):
        server = self.server()
        self.start([server.port])
        self.ask("a.example")
        self.filter.reload()
        self.ask("b.example")
        self.assertEqual(server.connections, 1)

    def test_a_reload_with_other_servers_waits_for_what_is_on_its_way(self):
        def slow(stream):
            for query in stream.queries():
                time.sleep(1)
                stream.send(answer_to(query, "192.0.2.88"))
        old, new = self.server(slow), self.server()
        self.start([old.port])
        replies = []
        waiting = threading.Thread(target=lambda: replies.append(self.ask("a.example")))
        waiting.start()
        lab.wait_until(lambda: old.asked, "the question")
        self.filter.reload(self.config([new.port]))
        self.assertEqual(records(self.ask("b.example"), "A"), ["192.0.2.77"])
        waiting.join()
        self.assertEqual(records(replies[0], "A"), ["192.0.2.88"])
        lab.wait_until(lambda: old.ended_at, "the old connection is closed")

    def test_names_about_this_resolver_never_leave(self):
        server = self.server()
        self.start([server.port])
        for name in ("_dns.resolver.arpa", "resolver.arpa", "x.resolver.arpa",
                     "x._dns.resolver.arpa"):
            for kind in ("SVCB", "A"):
                reply = self.ask(name, kind)
                self.assertEqual((rcode(reply), reply.answer), ("NOERROR", []), (name, kind))
        self.assertEqual(server.asked, [])


class Hostile(Dot):
    """A server that misbehaves stands first, a good one second: every name is answered."""

    def both(self, behaviour):
        bad, good = self.server(behaviour), self.server()
        self.start([bad.port, good.port])
        return bad, good

    def assert_all_answered(self, count=5, most_s=3.0):
        for i in range(count):
            reply, took_s = self.timed(f"n{i}.example")
            self.assertEqual(records(reply, "A"), ["192.0.2.77"], i)
            self.assert_quick(took_s, most_s)

    def test_wrong_ids_are_dropped(self):
        def lies(stream):
            for query in stream.queries():
                reply = answer_to(query, "192.0.2.66")
                reply.id ^= 0x4000
                stream.send(reply)
        self.both(lies)
        self.assert_all_answered()

    def test_wrong_questions_are_dropped(self):
        def lies(stream):
            for query in stream.queries():
                other = dns.message.make_query("other.example", "A")
                other.id = query.id
                stream.send(answer_to(other, "192.0.2.66"))
                other = dns.message.make_query(query.question[0].name, "AAAA")
                other.id = query.id
                stream.send(dns.message.make_response(other))
        self.both(lies)
        self.assert_all_answered()

    def test_the_right_answer_after_lies_counts(self):
        def both_ways(stream):
            for query in stream.queries():
                wrong = answer_to(query, "192.0.2.66")
                wrong.id ^= 0x4000
                stream.send(wrong)
                stream.send(answer_to(query))
        server = self.server(both_ways)
        self.start([server.port])
        self.assert_all_answered(most_s=0.5)

    def test_letter_case_of_the_answer_is_of_no_account(self):
        def loud(stream):
            for query in stream.queries():
                shouted = dns.message.make_query(
                    query.question[0].name.to_text().upper(), query.question[0].rdtype)
                shouted.id = query.id
                stream.send(answer_to(shouted))
        server = self.server(loud)
        self.start([server.port])
        self.assert_all_answered(most_s=0.5)

    def test_half_an_answer_and_then_silence(self):
        def half(stream):
            for query in stream.queries():
                wire = framed(answer_to(query).to_wire())
                stream.raw(wire[:len(wire) // 2])
                time.sleep(60)
        self.both(half)
        self.assert_all_answered()

    def test_an_end_inside_an_answer(self):
        def half(stream):
            wire = framed(answer_to(next(stream.queries())).to_wire())
            stream.raw(wire[:len(wire) // 2])
        self.both(half)
        self.assert_all_answered(most_s=1)

    def test_an_end_without_an_answer(self):
        self.both(lambda stream: next(stream.queries()))
        self.assert_all_answered(most_s=1)

    def test_garbage(self):
        def garbage(stream):
            next(stream.queries())
            stream.raw(b"\x00\x05HTTP/" + bytes(range(256)))
            time.sleep(60)
        self.both(garbage)
        self.assert_all_answered(most_s=1)

    def test_a_message_that_is_malformed_behind_its_question(self):
        def broken(stream):
            for query in stream.queries():
                stream.send(answer_to(query).to_wire()[:-2])
        self.both(broken)
        self.assert_all_answered(most_s=1)

    def test_a_huge_length_and_little_behind_it(self):
        def huge(stream):
            next(stream.queries())
            stream.raw(b"\xff\xff" + bytes(100))
            time.sleep(60)
        self.both(huge)
        self.assert_all_answered()

    def test_silence(self):
        def silent(stream):
            for _ in stream.queries():
                pass
        bad, _ = self.both(silent)
        self.assert_all_answered()
        # From the first question that it owes an answer, others are asked first.
        _, took_s = self.timed("later.example")
        self.assert_quick(took_s, 1)
        self.assertGreater(len(bad.asked), 0)

    def test_answers_that_are_cut_over_a_stream(self):
        def cut(stream):
            for query in stream.queries():
                reply = dns.message.make_response(query)
                reply.flags |= dns.flags.TC
                stream.send(reply)
        self.both(cut)
        self.assert_all_answered(most_s=1)

    def test_servers_that_refuse_or_fail(self):
        for code in (dns.rcode.REFUSED, dns.rcode.SERVFAIL, dns.rcode.NOTIMP, dns.rcode.FORMERR):
            def failing(stream, code=code):
                for query in stream.queries():
                    reply = dns.message.make_response(query)
                    reply.set_rcode(code)
                    stream.send(reply)
            with self.subTest(code):
                self.both(failing)
                self.assert_all_answered(most_s=1)

    def test_what_all_servers_refuse_has_failed(self):
        def failing(stream):
            for query in stream.queries():
                reply = dns.message.make_response(query)
                reply.set_rcode(dns.rcode.SERVFAIL)
                stream.send(reply)
        self.start([self.server(failing).port, self.server(failing).port])
        reply, took_s = self.timed("www.example")
        self.assertEqual(rcode(reply), "SERVFAIL")
        self.assertIn(lab.EDE_NO_REACHABLE, errors(reply))
        self.assert_quick(took_s, 1)

    def test_a_server_that_never_finishes_its_handshake(self):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            good = self.server()
            self.start([mute.getsockname()[1], good.port])
            self.assert_all_answered(most_s=2)

    def test_a_server_without_tls(self):
        knot = Knot(self.addCleanup, {"example": ZONE})
        good = self.server()
        self.start([knot.port, good.port])
        self.assert_all_answered(most_s=1)

    def test_a_flood_of_answers_nobody_asked_for(self):
        def flood(stream):
            query = next(stream.queries())
            while True:
                reply = answer_to(query, "192.0.2.66")
                reply.id = (reply.id + 1) & 0x3fff
                stream.send(reply)
        bad, _ = self.both(flood)
        self.assert_all_answered(most_s=1)
        lab.wait_until(lambda: bad.ended_at, "the flood's connection is closed")


class PlainFallback(Dot):
    def setUp(self):
        self.knot = Knot(self.addCleanup, {"example": ZONE})
        self.relay = Relay(self.addCleanup, self.knot.port)
        self.dot_port = lab.free_port()
        self.plain = f"127.0.0.1@{self.relay.port}"

    def test_nothing_leaves_in_plain_dns_without_the_key(self):
        self.start([self.dot_port, self.plain])
        self.assertIn(f"warning: ", self.filter.err())
        self.assertIn("'127.0.0.1' is not asked: it is plain DNS", self.filter.err())
        for i in range(3):
            self.assertEqual(rcode(self.ask(f"n{i}.example")), "SERVFAIL")
            time.sleep(0.7)
        self.assertEqual(self.relay.asked, [])

    def test_with_the_key_plain_dns_answers_until_tls_is_back_and_both_are_told(self):
        self.start([self.dot_port, self.plain], {"plain_fallback": True})
        self.assertIn("others on the way can read and change that", self.filter.err())
        reply, took_s = self.timed("www.example")
        self.assertEqual(records(reply, "A"), ["192.0.2.1"])
        self.assert_quick(took_s, 1)
        self.wait_for_line("WARNING: no upstream server answers over TLS")
        server = self.server(port=self.dot_port)
        count = iter(range(1000))

        def is_back():
            time.sleep(0.1)
            return records(self.ask(f"b{next(count)}.example"), "A") == ["192.0.2.77"]
        lab.wait_until(is_back, "TLS is back")
        self.wait_for_line("names are asked over TLS again")
        asked = len(self.relay.asked)
        for i in range(5):
            self.assertEqual(records(self.ask(f"c{i}.example"), "A"), ["192.0.2.77"])
        self.assertEqual(len(self.relay.asked), asked)
        self.assertGreater(len(server.asked), 4)


if __name__ == "__main__":
    unittest.main()
