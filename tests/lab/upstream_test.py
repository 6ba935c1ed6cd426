"""The filter and its upstreams: caching, silence, staleness, against a real Knot DNS.

What libunbound does that one would not expect is listed in docs/UNBOUND.md; each fact there names
the test here that holds it.
"""

import socket
import threading
import time
import unittest

import dns.flags
import dns.message
import dns.rdatatype

import lab
from lab import ask, errors, has, rcode, records
from servers import Knot, Relay, framed, read_framed, zone_text

PLAIN = zone_text(
    "www A 192.0.2.1\nwww A 192.0.2.2\nlong 3600 A 192.0.2.3\nlonger 604800 A 192.0.2.4\n"
    "short 1 A 192.0.2.5\nshort2 1 A 192.0.2.6\nbrief 3 A 192.0.2.7\n"
    "ahead 10 A 192.0.2.10\nzero 0 A 192.0.2.8\n"
    "one CNAME two\ntwo CNAME three\nthree A 192.0.2.9\nnowhere CNAME gone\n"
    "loop1 CNAME loop2\nloop2 CNAME loop1\nodd TYPE65280 \\# 3 010203\n"
    "svc HTTPS 1 . alpn=h2 ech=AEn+DQBFKwAgACABWIHUGj4u+PIggYXcR5JF0gYk3dCRioBW8uJq9H4mKAAIAAEAAQ"
    "ABAANAEnB1YmxpYy50bHMtZWNoLmRldgAA\n"
    + "".join(f'big TXT "{i:02}{"x" * 200}"\n' for i in range(15)), minimum=40)


# libunbound counts in whole seconds and keeps a record for the one in which it expires, too.
EXPIRED_S = 2.2


class Upstream(unittest.TestCase):
    """One worker, so that there is one cache, in front of a Knot that can be cut off."""

    dns = {}
    zones = {"example": PLAIN}

    @classmethod
    def setUpClass(cls):
        cls.knot = Knot(cls.addClassCleanup, cls.zones)
        cls.relay = Relay(cls.addClassCleanup, cls.knot.port)
        cls.port = lab.free_port()
        cls.filter = lab.Filter(cls.addClassCleanup).start(cls.config())

    @classmethod
    def config(cls, **changes):
        return lab.base_config(cls.port, cls.relay.port, workers=1, dns=lab.dns_section(
            cls.port, cls.relay.port, **{**cls.dns, **changes}))

    def setUp(self):
        self.relay.is_cut = False

    def ask(self, name, kind="A", **how):
        return ask(self.port, name, kind, **how)

    def timed(self, name, kind="A", **how):
        since = time.monotonic()
        reply = self.ask(name, kind, **how)
        return reply, time.monotonic() - since

    def assert_within(self, took_s, least_s, most_s):
        """A slow build under sanitizers may take longer, but not shorter."""
        self.assertGreaterEqual(took_s, least_s)
        if not lab.IS_SANITIZED:
            self.assertLess(took_s, most_s)


class Caching(Upstream):
    def test_a_second_ask_is_answered_from_the_cache_with_an_aged_ttl(self):
        first = self.ask("www.example")
        self.assertEqual(records(first, "A"), ["192.0.2.1", "192.0.2.2"])
        self.assertEqual(lab.ttls(first.answer), [300])
        count = self.relay.count("www.example")
        time.sleep(2.1)
        second = self.ask("www.example")
        self.assertEqual(records(second, "A"), ["192.0.2.1", "192.0.2.2"])
        self.assertLessEqual(lab.ttls(second.answer)[0], 298)
        self.assertEqual(self.relay.count("www.example"), count)

    def test_an_expired_answer_is_asked_for_anew_and_not_aged_away_below(self):
        # libunbound's own cache would hand back what is left of a TTL: the answer after expiry
        # must have its whole life again.
        self.assertEqual(lab.ttls(self.ask("brief.example").answer), [3])
        time.sleep(3.2)
        count = self.relay.count("brief.example")
        self.assertEqual(lab.ttls(self.ask("brief.example").answer), [3])
        self.assertEqual(self.relay.count("brief.example"), count + 1)

    def test_a_popular_answer_is_fetched_anew_before_it_ends(self):
        self.ask("ahead.example")
        time.sleep(9.2)
        for _ in range(2):
            self.ask("ahead.example")
            time.sleep(0.3)
        self.assertEqual(self.relay.count("ahead.example"), 2)
        self.assertGreater(lab.ttls(self.ask("ahead.example").answer)[0], 7)

    def test_ttl_zero_is_never_kept(self):
        for _ in range(2):
            self.assertEqual(lab.ttls(self.ask("zero.example").answer), [0])
        self.assertEqual(self.relay.count("zero.example"), 2)

    def test_a_week_is_cut_to_a_day(self):
        self.assertEqual(lab.ttls(self.ask("longer.example").answer), [86400])

    def test_a_chain_of_cnames_comes_whole(self):
        for _ in range(2):
            reply = self.ask("one.example")
            self.assertEqual(records(reply, "CNAME"), ["three.example.", "two.example."])
            self.assertEqual(records(reply, "A"), ["192.0.2.9"])
        reply = self.ask("nowhere.example")
        self.assertEqual((rcode(reply), records(reply, "CNAME")), ("NXDOMAIN", ["gone.example."]))

    def test_a_loop_of_cnames_ends(self):
        reply, took_s = self.timed("loop1.example")
        self.assertIn(rcode(reply), ("SERVFAIL", "NOERROR"))
        self.assertEqual(records(reply, "A"), [])
        self.assert_within(took_s, 0, 4)

    def test_no_such_name_is_kept_for_the_soa_minimum(self):
        self.assert_negative("none.example", "A", "NXDOMAIN")

    def test_no_such_data_is_kept_for_the_soa_minimum(self):
        self.assert_negative("www.example", "MX", "NOERROR")

    def assert_negative(self, name, kind, wanted):
        first = self.ask(name, kind)
        self.assertEqual((rcode(first), first.answer), (wanted, []))
        self.assertEqual(first.authority[0].rdtype, dns.rdatatype.SOA)
        # Below 40 where libunbound still had the zone's SOA from another negative answer.
        self.assertLessEqual(lab.ttls(first.authority)[0], 40)
        count = self.relay.count(name)
        time.sleep(1.2)
        again = self.ask(name, kind)
        self.assertLess(lab.ttls(again.authority)[0], lab.ttls(first.authority)[0])
        self.assertEqual(self.relay.count(name), count)

    def test_many_who_ask_at_once_cost_one_question(self):
        self.relay.slow["long.example"] = 0.04
        count = 20
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as stream:
            stream.sendall(framed(lab.query("long.example").to_wire()) * count)
            for _ in range(count):
                reply = dns.message.from_wire(read_framed(stream))
                self.assertEqual(records(reply, "A"), ["192.0.2.3"])
        # libunbound itself asks again when an answer is slow.
        self.assertLess(self.relay.count("long.example"), 5)

    def test_unknown_types_pass(self):
        self.assertEqual(records(self.ask("odd.example", "TYPE65280"), "TYPE65280"),
                         ["\\# 3 010203"])

    def test_an_answer_too_long_for_udp_is_fetched_over_tcp(self):
        self.assertEqual(len(records(self.ask("big.example", "TXT", tcp=True), "TXT")), 15)

    def test_https_records_lose_their_ech_keys(self):
        text = records(self.ask("svc.example", "HTTPS"), "HTTPS")[0]
        self.assertIn("h2", text)
        self.assertNotIn("ech", text)

    def test_the_id_and_the_question_are_the_clients(self):
        # libunbound's packets have id 0; dnspython checks ours.
        for _ in range(2):
            self.assertTrue(has(self.ask("wWw.example"), dns.flags.QR))

    def test_any_is_answered_with_little(self):
        reply = self.ask("www.example", "ANY")
        self.assertEqual(records(reply, "HINFO"), ['"RFC8482" ""'])


class Silence(Upstream):
    def test_a_silent_upstream_gives_servfail_with_a_reason_within_four_seconds(self):
        self.relay.is_cut = True
        reply, took_s = self.timed("lost.example")
        self.assertEqual(rcode(reply), "SERVFAIL")
        self.assertTrue({lab.EDE_NO_REACHABLE, lab.EDE_NETWORK} & set(errors(reply)))
        self.assert_within(took_s, 0, 4)

    def test_nothing_that_listens_gives_servfail_at_once_or_within_four_seconds(self):
        port = lab.free_port()
        lab.Filter(self.addCleanup).start(lab.base_config(port, lab.free_port()))
        since = time.monotonic()
        reply = ask(port, "www.example")
        self.assertEqual(rcode(reply), "SERVFAIL")
        self.assertTrue({lab.EDE_NO_REACHABLE, lab.EDE_NETWORK} & set(errors(reply)))
        self.assert_within(time.monotonic() - since, 0, 4)

    def test_a_stale_answer_comes_after_1_8_seconds_and_at_once_from_then_on(self):
        self.ask("short.example")
        time.sleep(EXPIRED_S)
        self.relay.is_cut = True
        reply, took_s = self.timed("short.example")
        self.assertEqual(records(reply, "A"), ["192.0.2.5"])
        self.assertIn(lab.EDE_STALE, errors(reply))
        self.assertIn(lab.ttls(reply.answer)[0], range(1, 31))
        self.assert_within(took_s, 1.7, 2.4)
        reply, took_s = self.timed("short.example")
        self.assertIn(lab.EDE_STALE, errors(reply))
        self.assert_within(took_s, 0, 0.5)

    def test_a_stale_no_such_name_says_so(self):
        port = lab.free_port()
        knot = Knot(self.addCleanup, {"brief.example": zone_text("", minimum=1)})
        relay = Relay(self.addCleanup, knot.port)
        lab.Filter(self.addCleanup).start(lab.base_config(port, relay.port, workers=1))
        self.assertEqual(rcode(ask(port, "x.brief.example")), "NXDOMAIN")
        time.sleep(EXPIRED_S)
        relay.is_cut = True
        reply = ask(port, "x.brief.example")
        self.assertEqual(rcode(reply), "NXDOMAIN")
        self.assertIn(lab.EDE_STALE_NXDOMAIN, errors(reply))

    def test_a_late_answer_still_fills_the_cache(self):
        self.relay.is_cut = True
        self.assertEqual(rcode(self.ask("late.example")), "SERVFAIL")
        self.relay.is_cut = False
        asked = self.relay.count("late.example")
        lab.wait_until(lambda: self.relay.count("late.example") > asked, "libunbound tries again")
        time.sleep(0.5)
        self.relay.is_cut = True
        reply, took_s = self.timed("late.example")
        self.assertEqual((rcode(reply), errors(reply)), ("NXDOMAIN", {}))
        self.assert_within(took_s, 0, 0.5)

    def test_it_recovers_when_the_upstream_comes_back(self):
        self.relay.is_cut = True
        self.assertEqual(rcode(self.ask("back.example")), "SERVFAIL")
        self.relay.is_cut = False
        lab.wait_until(lambda: rcode(self.ask("three.example")) == "NOERROR", "an answer")

    def test_upstreams_that_say_servfail_or_refused_are_failures(self):
        reply, took_s = self.timed("www.elsewhere.example.net")
        self.assertEqual(rcode(reply), "SERVFAIL")
        self.assertTrue({lab.EDE_NO_REACHABLE, lab.EDE_NETWORK} & set(errors(reply)))
        self.assert_within(took_s, 0, 4)

    def test_a_reload_with_another_upstream_does_not_fail_what_is_on_its_way(self):
        # Deleting a libunbound context fails its questions: the old one is drained first.
        self.relay.slow["short2.example"] = 1.0
        replies = []
        waiting = threading.Thread(target=lambda: replies.append(self.ask("short2.example")))
        waiting.start()
        lab.wait_until(lambda: self.relay.count("short2.example"), "the question upstream")
        other = Relay(self.addCleanup, self.knot.port)
        self.filter.reload(self.config(upstream={"servers": [f"127.0.0.1@{other.port}"]}))
        waiting.join()
        self.assertEqual(records(replies[0], "A"), ["192.0.2.6"])
        self.filter.reload(self.config())

    def test_a_reload_without_upstream_change_keeps_the_cache(self):
        self.ask("www.example")
        count = self.relay.count("www.example")
        self.filter.reload()
        self.assertEqual(records(self.ask("www.example"), "A"), ["192.0.2.1", "192.0.2.2"])
        self.assertEqual(self.relay.count("www.example"), count)


class Forwarding(Upstream):
    def test_what_a_forwarder_says_is_never_authentic(self):
        for how in ({}, {"do": True}, {"ad": True}):
            self.assertFalse(has(self.ask("www.example", **how), dns.flags.AD))

    def test_answers_come_from_a_resolver_not_from_the_zone(self):
        reply = self.ask("www.example")
        self.assertFalse(has(reply, dns.flags.AA))
        self.assertTrue(has(reply, dns.flags.RA))
        self.assertTrue(has(reply, dns.flags.RD))


if __name__ == "__main__":
    unittest.main()
