"""What an answer leads to is judged: chains of names, addresses, services, and ways into the house.

The zones are served by a real Knot; the filter forwards to it, or resolves and validates by itself.
"""

import json
import unittest

import dns.flags
import dns.rdatatype

import lab
from lab import ask, errors, has, rcode, records
from servers import Knot, zone_text

PARENT = "127.0.0.9"  # asks from here; everybody else is the child
# An ECH configuration is opaque to everybody between browser and server.
ECH = "AEX+DQBBpQAgACB/"

ZONES = {
    "site.example": zone_text(
        "www A 192.0.2.1\n"
        "cdn CNAME edge.cdn.example.\n"
        "tracked CNAME www.bad.example.\n"
        "deep CNAME a.hop.example.\n"
        "*.wild CNAME www.bad.example.\n"
        "moved DNAME bad.example.\n"
        "listed A 203.0.113.7\n"
        "listed6 AAAA 2001:db8:bad::7\n"
        "far CNAME listed.cdn.example.\n"
        "court CNAME www.order.example.\n"
        "alias HTTPS 0 pool.bad.example.\n"
        "svc HTTPS 1 svc.bad.example. alpn=h2\n"
        "hint HTTPS 1 . alpn=h2 ipv4hint=192.0.2.1,203.0.113.7\n"
        f"ech HTTPS 1 . alpn=h2 ipv4hint=192.0.2.1 ech={ECH}\n"
        f"must HTTPS 1 . mandatory=ech alpn=h2 ech={ECH}\n"
        f"_svc SVCB 1 . alpn=h2 ech={ECH}\n"
        "home A 192.168.1.1\n"
        "home6 AAAA fd00::1\n"
        "homehint HTTPS 1 . ipv4hint=192.168.1.1\n"
        "nat64 AAAA 64:ff9b::c0a8:101\n"
        "null A 0.0.0.0\n"
        "null AAAA ::\n"
        "mixed A 0.0.0.0\nmixed A 192.0.2.1\n"
        "inside CNAME nas.lan.\n"),
    "hop.example": zone_text("a CNAME b.cdn.example.\n"),
    "cdn.example": zone_text(
        "edge A 192.0.2.2\nb CNAME www.bad.example.\nlisted A 203.0.113.8\nlate A 192.0.2.3\n"),
    "bad.example": zone_text("www A 192.0.2.66\nx A 192.0.2.67\npool A 192.0.2.68\nsvc A 192.0.2.69\n"),
    "order.example": zone_text("www A 192.0.2.70\n"),
    "school.example": zone_text(
        "www CNAME www.bad.example.\nfiles A 203.0.113.9\n"
        "court CNAME www.order.example.\nrouter A 192.168.1.1\n"),
    "kfsp.or.kr": zone_text("www CNAME www.order.example.\nchat A 203.0.113.10\n"),
    "lan": zone_text("nas A 192.168.1.9\n"),
    "nas.example": zone_text("photos A 192.168.1.9\n"),
}


def config(port, upstream_port, dns=None, **changes):
    return lab.base_config(port, upstream_port, **{
        "dns": lab.dns_section(port, upstream_port, **{
            "rebinding": {"allow": ["nas.example"]}, **(dns or {})}),
        "lists": [
            {"name": "bad-sites", "path": "bad.txt", "category": "gambling", "format": "domains"},
            {"name": "bad-addresses", "path": "addresses.txt", "category": "gambling",
             "format": "addresses"},
            {"name": "orders", "path": "orders.txt", "category": "illegal"},
        ],
        "profiles": {
            "little": {"block": ["gambling"], "log": "blocked", "allow": ["school.example"]},
            "parent": {"block": []},
        },
        "devices": [{"name": "laptop", "address": PARENT, "profile": "parent"}],
        **changes})


def write_lists(folder):
    folder.write("bad.txt", "bad.example\n")
    folder.write("addresses.txt", "# hosts of casinos\n203.0.113.0/24\n2001:db8:bad::/48 ; all\n"
                                  "192.168.0.0/16\n0.0.0.0/0\n")
    folder.write("orders.txt", "order.example\n")


class House(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.knot = Knot(cls.addClassCleanup, ZONES)
        cls.port = lab.free_port()
        cls.filter = lab.Filter(cls.addClassCleanup)
        write_lists(cls.filter.folder)
        cls.filter.start(config(cls.port, cls.knot.port))

    def ask(self, name, kind="A", **how):
        return ask(self.port, name, kind, **how)

    def assert_blocked(self, name, kind, text, code=lab.EDE_FILTERED, **how):
        for _ in range(3):  # from the upstream, then from the cache of either worker
            reply = self.ask(name, kind, **how)
            self.assertEqual(rcode(reply), "NXDOMAIN", name)
            self.assertEqual(reply.answer, [], name)
            self.assertEqual(errors(reply), {code: text}, name)
            self.assertEqual(lab.ttls(reply.authority), [2], name)

    def event_of(self, name):
        def found():
            return [e for e in self.filter.events() if e["name"] == name]
        return lab.wait_until(found, f"an event of {name}")[0]


class Chains(House):
    def test_what_leads_nowhere_bad_resolves(self):
        self.assertEqual(records(self.ask("www.site.example"), "A"), ["192.0.2.1"])
        reply = self.ask("cdn.site.example")
        self.assertEqual(records(reply, "CNAME"), ["edge.cdn.example."])
        self.assertEqual(records(reply, "A"), ["192.0.2.2"])

    def test_a_chain_to_a_blocked_name_is_a_block_of_the_question(self):
        for name in ("tracked.site.example", "deep.site.example", "any.wild.site.example",
                     "x.moved.site.example"):
            with self.subTest(name=name):
                self.assert_blocked(name, "A", "gambling; bad-sites")

    def test_the_event_names_what_decided(self):
        self.ask("deep.site.example", "AAAA")
        event = self.event_of("deep.site.example")
        self.assertEqual(
            {key: event[key] for key in ("kind", "answer", "reason", "category", "list", "rule")},
            {"kind": "dns_answer", "answer": "www.bad.example", "reason": "category",
             "category": "gambling", "list": "bad-sites", "rule": "||bad.example^"})
        self.ask("far.site.example")
        event = self.event_of("far.site.example")
        self.assertEqual((event["answer"], event["list"], event["rule"]),
                         ("203.0.113.8", "bad-addresses", "203.0.113.0/24"))

    def test_addresses_of_a_list_are_a_block(self):
        for name, kind in (("listed.site.example", "A"), ("listed6.site.example", "AAAA"),
                           ("far.site.example", "A")):
            with self.subTest(name=name):
                self.assert_blocked(name, kind, "gambling; bad-addresses")

    def test_services_are_judged_by_host_and_hints(self):
        for name, text in (("alias.site.example", "gambling; bad-sites"),
                           ("svc.site.example", "gambling; bad-sites"),
                           ("hint.site.example", "gambling; bad-addresses")):
            with self.subTest(name=name):
                self.assert_blocked(name, "HTTPS", text)

    def test_a_parent_is_led_where_the_answer_leads_but_for_what_the_law_closes(self):
        self.assertEqual(records(self.ask("tracked.site.example", source=PARENT), "A"),
                         ["192.0.2.66"])
        self.assertEqual(records(self.ask("listed.site.example", source=PARENT), "A"),
                         ["203.0.113.7"])
        self.assert_blocked("court.site.example", "A", "illegal; orders", code=16, source=PARENT)

    def test_an_allow_covers_the_chain_and_the_addresses_of_its_site(self):
        self.assertEqual(records(self.ask("www.school.example"), "A"), ["192.0.2.66"])
        self.assertEqual(records(self.ask("files.school.example"), "A"), ["203.0.113.9"])

    def test_an_allow_covers_neither_illegal_content_nor_rebinding(self):
        self.assert_blocked("court.school.example", "A", "illegal; orders", code=16)
        self.assert_blocked("router.school.example", "A", "rebinding", code=lab.EDE_BLOCKED)

    def test_a_help_line_is_reached_whatever_else_its_servers_hold(self):
        self.assertEqual(records(self.ask("www.kfsp.or.kr"), "A"), ["192.0.2.70"])
        self.assertEqual(records(self.ask("chat.kfsp.or.kr"), "A"), ["203.0.113.10"])

    def test_ech_is_stripped_for_a_child_and_kept_for_a_parent(self):
        for name, kind in (("ech.site.example", "HTTPS"), ("_svc.site.example", "SVCB")):
            for do in (False, True):
                child = self.ask(name, kind, do=do)
                parent = self.ask(name, kind, do=do, source=PARENT)
                self.assertNotIn("ech", records(child, kind)[0])
                self.assertIn('alpn="h2"', records(child, kind)[0])
                self.assertIn(f'ech="{ECH}"', records(parent, kind)[0])
        self.assertEqual(records(self.ask("must.site.example", "HTTPS"), "HTTPS"), [])
        self.assertEqual(
            len(records(self.ask("must.site.example", "HTTPS", source=PARENT), "HTTPS")), 1)


class Rebinding(House):
    def test_no_site_of_the_internet_leads_into_the_house(self):
        for name, kind in (("home.site.example", "A"), ("home6.site.example", "AAAA"),
                           ("homehint.site.example", "HTTPS"), ("nat64.site.example", "AAAA"),
                           ("mixed.site.example", "A"), ("inside.site.example", "A")):
            for source in (None, PARENT):
                with self.subTest(name=name, source=source):
                    self.assert_blocked(name, kind, "rebinding", code=lab.EDE_BLOCKED,
                                        source=source)
        event = self.event_of("home.site.example")
        self.assertEqual((event["reason"], event["answer"]), ("rebinding", "192.168.1.1"))

    def test_zones_of_the_house_and_excepted_names_do(self):
        self.assertEqual(records(self.ask("nas.lan"), "A"), ["192.168.1.9"])
        self.assertEqual(records(self.ask("photos.nas.example"), "A"), ["192.168.1.9"])

    def test_null_addresses_of_a_filter_upstream_are_no_address(self):
        for kind in ("A", "AAAA"):
            reply = self.ask("null.site.example", kind)
            self.assertEqual((rcode(reply), reply.answer), ("NOERROR", []))
            self.assertEqual(errors(reply), {lab.EDE_FORGED: "null address from upstream"})

    def test_protection_can_be_switched_off_and_a_stub_zone_is_the_house(self):
        self.ask("home.site.example")
        said = self.filter.reload(config(self.port, self.knot.port,
                                         dns={"rebinding": {"protect": False}}))
        self.assertIn("haetae: reloaded", said)
        self.assertEqual(records(self.ask("home.site.example"), "A"), ["192.168.1.1"])
        said = self.filter.reload(config(self.port, self.knot.port, dns={
            "stub_zones": [{"zone": "site.example", "server": f"127.0.0.1@{self.knot.port}"}]}))
        self.assertIn("haetae: reloaded", said)
        self.assertEqual(records(self.ask("home.site.example"), "A"), ["192.168.1.1"])
        self.filter.reload(config(self.port, self.knot.port))
        self.assert_blocked("home.site.example", "A", "rebinding", code=lab.EDE_BLOCKED)


class Reloads(House):
    def test_a_cached_answer_is_judged_anew_after_a_deny_for_a_name_of_its_chain(self):
        for _ in range(32):  # each worker keeps answers of its own: all of them must be asked
            self.assertEqual(records(self.ask("cdn.site.example"), "A"), ["192.0.2.2"])
        denies = config(self.port, self.knot.port)
        denies["profiles"]["little"]["deny"] = ["cdn.example"]
        self.assertIn("haetae: reloaded", self.filter.reload(denies))
        self.knot.process.stop()  # nothing can come from there
        for _ in range(4):
            reply = self.ask("cdn.site.example")
            self.assertEqual((rcode(reply), errors(reply)),
                             ("NXDOMAIN", {lab.EDE_FILTERED: "denied_by_guardian; profile:little"}))
        self.filter.reload(config(self.port, self.knot.port))
        self.assertEqual(records(self.ask("cdn.site.example"), "A"), ["192.0.2.2"])


class Watching(House):
    def test_a_watching_list_blocks_nothing_and_says_what_it_would(self):
        watching = config(self.port, self.knot.port)
        for each in watching["lists"][:2]:
            each["mode"] = "watch"
        self.assertIn("haetae: reloaded", self.filter.reload(watching))
        for name in ("tracked.site.example", "listed.site.example"):
            self.assertEqual(rcode(self.ask(name)), "NOERROR")
            event = self.event_of(name)
            self.assertEqual((event["verdict"], event["watched"], event["reason"]),
                             ("allow", True, "category"))
        self.assertEqual(self.event_of("tracked.site.example")["answer"], "www.bad.example")


class Signed(unittest.TestCase):
    """Recursion with validation: what we put in place of a signed answer is not signed."""

    def test_a_changed_answer_has_neither_signatures_nor_ad(self):
        signed = {"secure.example": zone_text(
            "good A 192.0.2.1\nlisted A 203.0.113.7\nchain CNAME deep\ndeep A 203.0.113.8\n"
            f"ech HTTPS 1 . alpn=h2 ech={ECH}\n")}
        knot = Knot(self.addCleanup, signed, signed=("secure.example",))
        port = lab.free_port()
        filter_ = lab.Filter(self.addCleanup)
        write_lists(filter_.folder)
        filter_.folder.write("anchor.key", knot.keys("secure.example"))
        filter_.start(config(port, 0, workers=1, dns={
            "upstream": {"mode": "recurse"}, "trust_anchor": "anchor.key",
            "stub_zones": [{"zone": "secure.example", "server": f"127.0.0.1@{knot.port}"}]}))
        for _ in range(2):
            good = ask(port, "good.secure.example", do=True)
            self.assertTrue(has(good, dns.flags.AD))
            self.assertEqual(len(records(good, "RRSIG")), 1)
            for name in ("listed.secure.example", "chain.secure.example"):
                for how in ({"do": True}, {"do": True, "cd": True}, {"ad": True}):
                    reply = ask(port, name, **how)
                    self.assertEqual((rcode(reply), reply.answer), ("NXDOMAIN", []))
                    self.assertFalse(has(reply, dns.flags.AD))
                    kinds = {r.rdtype for r in reply.authority}
                    self.assertEqual(kinds, {dns.rdatatype.SOA})
            stripped = ask(port, "ech.secure.example", "HTTPS", do=True)
            self.assertEqual(records(stripped, "HTTPS"), ['1 . alpn="h2"'])
            self.assertEqual(records(stripped, "RRSIG"), [])
            self.assertFalse(has(stripped, dns.flags.AD))
            whole = ask(port, "ech.secure.example", "HTTPS", do=True, source=PARENT)
            self.assertTrue(has(whole, dns.flags.AD))
            self.assertEqual(len(records(whole, "RRSIG")), 1)


class Explained(unittest.TestCase):
    def setUp(self):
        self.folder = lab.Folder(self.addCleanup)
        write_lists(self.folder)
        self.config = self.folder.write("haetae.yaml", lab.as_text(config(1053, 1054)))

    def explain(self, *arguments):
        return lab.run("explain", "--config", self.config, *arguments)

    def test_an_address_is_explained_with_its_list_network_and_line(self):
        said = self.explain("203.0.113.7")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("203.0.113.7: BLOCKED for little", said.stdout)
        self.assertIn("list      bad-addresses, line 2", said.stdout)
        self.assertIn("rule      203.0.113.0/24", said.stdout)

    def test_the_json_of_an_address_has_the_keys_of_a_name(self):
        said = self.explain("--json", "203.0.113.7", "2001:db8:bad::1", "http://[2001:db8::1]/x",
                            "192.0.2.1")
        lines = [json.loads(line) for line in said.stdout.splitlines()]
        self.assertEqual([(line["verdict"], line["rule"]) for line in lines],
                         [("block", "203.0.113.0/24"), ("block", "2001:db8:bad::/48"),
                          ("allow", None), ("allow", None)])
        self.assertEqual(set(lines[0]), {"input", "verdict", "reason", "category", "list", "rule",
                                         "profile", "until", "also"})

    def test_the_report_counts_addresses_and_tells_what_no_list_may_block(self):
        self.assertEqual(lab.run("lists", "build", "--config", self.config).returncode, 0)
        said = lab.run("lists", "report", "--config", self.config).stdout
        self.assertIn("bad-addresses (gambling): 2 rules from 5 lines, format addresses", said)
        self.assertIn("2 of the rules are addresses and networks", said)
        self.assertIn("192.168.0.0/16 is local or no address of a site", said)
        self.assertIn("0.0.0.0/0 would block a large part of the internet", said)


if __name__ == "__main__":
    unittest.main()
