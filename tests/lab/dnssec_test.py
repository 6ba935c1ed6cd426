"""Recursion with validation, against a Knot DNS that signs: secure, insecure and bogus answers.

What libunbound does that one would not expect is listed in docs/UNBOUND.md; each fact there names
the test that holds it.
"""

import socket
import unittest

import dns.flags
import dns.message
import dns.rdatatype

import lab
from lab import ask, errors, has, rcode, records
from servers import Knot, Relay, framed, read_framed, zone_text


class Signed(unittest.TestCase):
    """Stub zones lead to a Knot that signs; the trust anchor holds its keys."""

    @classmethod
    def setUpClass(cls):
        signer = Knot(cls.addClassCleanup, {
            "secure.example": zone_text(
                "www A 192.0.2.1\nalias CNAME www\ninside A 192.0.2.7\n"),
            "bogus.example": zone_text("www A 192.0.2.1\nok A 192.0.2.2\n"),
        }, signed=("secure.example", "bogus.example"))
        bogus = signer.transfer("bogus.example.").to_text(relativize=False)
        assert "www.bogus.example. 300 IN A 192.0.2.1" in bogus
        cls.knot = Knot(cls.addClassCleanup, {
            "secure.example": signer.transfer("secure.example.").to_text(relativize=False),
            # A record changed after it was signed.
            "bogus.example": bogus.replace("www.bogus.example. 300 IN A 192.0.2.1",
                                           "www.bogus.example. 300 IN A 192.0.2.66"),
            "plain.example": zone_text("www A 192.0.2.3\nwww HTTPS 1 . alpn=h2\n"),
            "bing.com": zone_text("strict A 192.0.2.80\nwww A 192.0.2.81\n"),
        })
        cls.relay = Relay(cls.addClassCleanup, cls.knot.port)
        cls.port = lab.free_port()
        cls.filter = lab.Filter(cls.addClassCleanup)
        cls.filter.folder.write("anchor.key",
                                signer.keys("secure.example") + signer.keys("bogus.example"))
        cls.filter.start(cls.config())

    @classmethod
    def config(cls, **changes):
        zones = ("secure.example", "bogus.example", "plain.example", "bing.com")
        section = {
            "upstream": {"mode": "recurse"}, "trust_anchor": "anchor.key",
            "stub_zones": [{"zone": zone, "server": f"127.0.0.1@{cls.relay.port}"}
                           for zone in zones], **changes}
        return lab.base_config(cls.port, 0, workers=1,
                               profiles={"little": {"safe_search": "strict"}},
                               dns=lab.dns_section(cls.port, 0, **section))

    def ask(self, name, kind="A", **how):
        return ask(self.port, name, kind, **how)

    def test_a_secure_answer_is_marked_for_those_who_ask(self):
        for how, is_marked in (({}, False), ({"ad": True}, True), ({"do": True}, True),
                               ({"do": True, "cd": True}, True)):
            for _ in range(2):  # from the upstream, then from the cache
                with self.subTest(how=how):
                    reply = self.ask("www.secure.example", **how)
                    self.assertEqual(records(reply, "A"), ["192.0.2.1"])
                    self.assertEqual(has(reply, dns.flags.AD), is_marked)

    def test_signatures_are_given_only_to_those_who_set_do(self):
        for _ in range(2):
            self.assertEqual(records(self.ask("alias.secure.example"), "RRSIG"), [])
            self.assertEqual(len(records(self.ask("alias.secure.example", do=True), "RRSIG")), 2)
        self.assertTrue(records(self.ask("secure.example", "DNSKEY"), "DNSKEY"))

    def test_proofs_of_absence_are_given_only_to_those_who_set_do(self):
        for name in ("none.secure.example", "www.secure.example"):
            kinds = {do: {r.rdtype for r in self.ask(name, "MX", do=do).authority}
                     for do in (False, True)}
            self.assertEqual(kinds[False], {dns.rdatatype.SOA})
            self.assertIn(dns.rdatatype.NSEC, kinds[True])
        self.assertTrue(has(self.ask("none.secure.example", do=True), dns.flags.AD))

    def test_answers_that_come_inside_the_call_are_counted_right(self):
        # The form with signatures is another entry of our cache, but not of libunbound's, which
        # answers before ub_resolve_event() returns.
        self.ask("inside.secure.example")
        count = self.relay.count("inside.secure.example")
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as stream:
            stream.sendall(framed(lab.query("inside.secure.example", do=True).to_wire()))
            stream.shutdown(socket.SHUT_WR)
            self.assertEqual(records(dns.message.from_wire(read_framed(stream)), "A"),
                             ["192.0.2.7"])
            self.assertIsNone(read_framed(stream), "nothing is waited for any more")
        self.assertEqual(self.relay.count("inside.secure.example"), count)

    def test_a_bogus_answer_is_servfail_with_its_reason(self):
        for how in ({}, {"do": True}, {"ad": True}):
            for _ in range(2):
                reply = self.ask("www.bogus.example", **how)
                self.assertEqual((rcode(reply), reply.answer), ("SERVFAIL", []))
                self.assertIn(lab.EDE_BOGUS, errors(reply))
        self.assertEqual(records(self.ask("ok.bogus.example"), "A"), ["192.0.2.2"])

    def test_who_sets_cd_gets_the_bogus_packet_unmarked_and_nobody_else_does(self):
        for _ in range(2):
            reply = self.ask("www.bogus.example", cd=True, do=True)
            self.assertEqual((rcode(reply), records(reply, "A")), ("NOERROR", ["192.0.2.66"]))
            self.assertTrue(records(reply, "RRSIG"))
            self.assertFalse(has(reply, dns.flags.AD))
            self.assertTrue(has(reply, dns.flags.CD))
            self.assertEqual(rcode(self.ask("www.bogus.example")), "SERVFAIL")
            self.assertEqual(rcode(self.ask("www.bogus.example", do=True)), "SERVFAIL")

    def test_an_unsigned_zone_without_an_anchor_is_insecure_and_resolves(self):
        reply = self.ask("www.plain.example", do=True)
        self.assertEqual(records(reply, "A"), ["192.0.2.3"])
        self.assertFalse(has(reply, dns.flags.AD))

    def test_what_we_change_is_never_marked_authentic(self):
        for kind in ("A", "HTTPS"):
            reply = self.ask("www.bing.com", kind, do=True, ad=True)
            self.assertEqual(rcode(reply), "NOERROR")
            self.assertFalse(has(reply, dns.flags.AD))
            self.assertEqual(records(reply, "RRSIG"), [])

    def test_without_dnssec_nothing_is_checked(self):
        port = lab.free_port()
        config = self.config(dnssec=False, listen=[f"127.0.0.1:{port}"])
        lab.Filter(self.addCleanup).start(config)
        reply = ask(port, "www.bogus.example")
        self.assertEqual((rcode(reply), records(reply, "A")), ("NOERROR", ["192.0.2.66"]))

    def test_a_trust_anchor_that_cannot_be_used_is_told_at_start(self):
        for content, name in (("this is no key\n", "bad.key"), (None, "missing.key")):
            filter_ = lab.Filter(self.addCleanup)
            if content:
                filter_.folder.write(name, content)
            filter_.configure(self.config(trust_anchor=name,
                                          listen=[f"127.0.0.1:{lab.free_port()}"]))
            filter_.launch()
            self.assertEqual(filter_.process.child.wait(lab.PATIENCE_S), 1)
            self.assertRegex(filter_.err(), rf"haetae: dns\.trust_anchor .*{name} cannot be used")

    def test_a_reload_with_a_trust_anchor_that_cannot_be_used_keeps_the_old_one(self):
        self.filter.folder.write("bad.key", "this is no key\n")
        said = self.filter.reload(self.config(trust_anchor="bad.key"))
        self.assertRegex(said, "not reloaded: dns.trust_anchor .*bad.key cannot be used")
        self.assertEqual(rcode(self.ask("www.bogus.example")), "SERVFAIL")
        self.filter.reload(self.config())


if __name__ == "__main__":
    unittest.main()
