"""`haetae serve` as devices and administrators meet it: answers, transports, reloads, events."""

import json
import os
import signal
import socket
import threading
import time
import unittest

import dns.flags
import dns.message
import dns.query
import dns.rdatatype

import lab
from lab import ask, errors, rcode, records
from servers import Knot, Relay, dnsperf, framed, read_framed, zone_text

EXAMPLE = zone_text(
    "www A 192.0.2.1\nwww AAAA 2001:db8::1\n"
    + "".join(f"n{i} A 192.0.2.{i}\n" for i in range(100))
    + "".join(f'big TXT "{i:02}{"x" * 200}"\n' for i in range(15))
    + "slow A 192.0.2.200\nslow2 A 192.0.2.201\nlater A 192.0.2.202\n")
ZONES = {
    "example": EXAMPLE,
    "bing.com": zone_text("strict A 192.0.2.80\nstrict AAAA 2001:db8::80\nwww A 192.0.2.81\n"),
}
PROFILE = {"block": ["adult", "gambling"], "block_bypass": True, "safe_search": "strict",
           "youtube": "moderate", "deny": ["denied.example"], "log": "blocked"}
LISTS = [{"name": "bets", "path": "bets.txt", "category": "gambling", "format": "domains"}]


class House(unittest.TestCase):
    """A filter in front of Knot, shared by the tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.knot = Knot(cls.addClassCleanup, ZONES)
        cls.relay = Relay(cls.addClassCleanup, cls.knot.port)
        cls.port = lab.free_port()
        cls.filter = lab.Filter(cls.addClassCleanup)
        cls.filter.folder.write("bets.txt", "bet.example\n")
        cls.filter.start(cls.config())

    @classmethod
    def config(cls, dns=None, profile=None, **changes):
        return lab.base_config(
            cls.port, cls.relay.port, **{
                "dns": lab.dns_section(cls.port, cls.relay.port, **(dns or {})),
                "profiles": {"little": {**PROFILE, **(profile or {})}},
                "lists": LISTS, **changes})

    def ask(self, name, kind="A", **how):
        return ask(self.port, name, kind, **how)

    def reload(self, **changes):
        said = self.filter.reload(self.config(**changes))
        self.assertIn("haetae: reloaded", said)


class Answers(House):
    def test_a_blocked_name_does_not_exist_for_two_seconds_and_says_why(self):
        for server in ("127.0.0.1", "::1"):
            for tcp in (False, True):
                with self.subTest(server=server, tcp=tcp):
                    reply = self.ask("www.pornhub.com", server=server, tcp=tcp)
                    self.assertEqual(rcode(reply), "NXDOMAIN")
                    self.assertEqual([r.rdtype for r in reply.authority], [dns.rdatatype.SOA])
                    self.assertEqual(lab.ttls(reply.authority), [2])
                    self.assertEqual(reply.authority[0][0].minimum, 2)
                    self.assertRegex(errors(reply)[lab.EDE_FILTERED], "^adult; ")

    def test_a_client_without_edns_gets_no_option(self):
        reply = self.ask("www.pornhub.com", edns=False)
        self.assertEqual((rcode(reply), reply.edns), ("NXDOMAIN", -1))

    def test_what_is_not_blocked_resolves(self):
        self.assertEqual(records(self.ask("www.example"), "A"), ["192.0.2.1"])
        self.assertEqual(records(self.ask("www.example", "AAAA", tcp=True), "AAAA"),
                         ["2001:db8::1"])

    def test_safe_search_leads_an_engine_to_the_addresses_of_its_safe_twin(self):
        for kind, address in (("A", "216.239.38.120"), ("AAAA", "2001:4860:4802:32::78")):
            reply = self.ask("www.google.com", kind)
            self.assertEqual(records(reply, kind), [address])
        self.assertEqual(records(self.ask("www.youtube.com"), "A"), ["216.239.38.119"])

    def test_safe_search_by_name_resolves_the_twin(self):
        reply = self.ask("www.bing.com")
        self.assertEqual(records(reply, "CNAME"), ["strict.bing.com."])
        self.assertEqual(records(reply, "A"), ["192.0.2.80"])
        self.assertEqual(records(self.ask("www.bing.com", "AAAA"), "AAAA"), ["2001:db8::80"])

    def test_safe_search_empties_https_records(self):
        for name in ("www.google.com", "www.bing.com"):
            reply = self.ask(name, "HTTPS")
            self.assertEqual(rcode(reply), "NOERROR")
            self.assertEqual(records(reply, "HTTPS"), [])

    def test_special_names_are_answered_here(self):
        for name, kind, wanted in (
                ("use-application-dns.net", "A", "NXDOMAIN"),
                ("mask.icloud.com", "A", "NXDOMAIN"),
                ("mask-h2.icloud.com", "AAAA", "NXDOMAIN"),
                ("_dns.resolver.arpa", "SVCB", "NOERROR"),
                ("printer.local", "A", "NXDOMAIN"),
                ("x.invalid", "A", "NXDOMAIN"),
                ("1.1.168.192.in-addr.arpa", "PTR", "NXDOMAIN")):
            with self.subTest(name=name):
                reply = self.ask(name, kind)
                self.assertEqual((rcode(reply), reply.answer), (wanted, []))
                self.assertEqual(self.relay.count(name), 0)
        self.assertEqual(records(self.ask("localhost"), "A"), ["127.0.0.1"])
        self.assertEqual(records(self.ask("localhost", "AAAA"), "AAAA"), ["::1"])

    def test_the_letter_case_of_the_question_comes_back(self):
        for name in ("wWw.ExAmPlE", "WwW.eXaMpLe", "wWw.pOrNhUb.CoM"):
            wire = lab.query(name).to_wire()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.settimeout(lab.PATIENCE_S)
                client.sendto(wire, ("127.0.0.1", self.port))
                reply = client.recv(4096)
            end = 12 + len(name) + 2 + 4
            self.assertEqual(reply[12:end], wire[12:end])

    def test_a_long_answer_is_truncated_over_udp_and_whole_over_tcp(self):
        reply = self.ask("big.example", "TXT")
        self.assertTrue(lab.has(reply, dns.flags.TC))
        self.assertLess(len(reply.to_wire()), 1232)
        whole = self.ask("big.example", "TXT", tcp=True)
        self.assertFalse(lab.has(whole, dns.flags.TC))
        self.assertEqual(len(records(whole, "TXT")), 15)

    def test_a_client_without_edns_gets_at_most_512_octets(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(lab.PATIENCE_S)
            client.sendto(lab.query("big.example", "TXT", edns=False).to_wire(),
                          ("127.0.0.1", self.port))
            reply = client.recv(65535)
        self.assertLessEqual(len(reply), 512)
        self.assertTrue(reply[2] & 0x02)

    def test_other_classes_and_transfers_are_refused(self):
        chaos = dns.message.make_query("version.bind", "TXT", "CH")
        self.assertEqual(rcode(dns.query.udp(chaos, "127.0.0.1", 5, self.port)), "REFUSED")
        self.assertEqual(rcode(self.ask("example", "AXFR", tcp=True)), "REFUSED")

    def test_a_newer_edns_version_gets_badvers(self):
        message = lab.query("www.example")
        message.use_edns(1)
        reply = dns.query.udp(message, "127.0.0.1", 5, self.port)
        self.assertEqual(rcode(reply), "BADVERS")

    def test_malformed_queries_get_formerr_or_silence_and_never_harm(self):
        good = lab.query("www.example").to_wire()
        cases = [good[:n] for n in range(len(good))]
        cases += [bytes(os.urandom(n)) for n in (1, 2, 11, 12, 13, 50, 512, 4096, 60000)]
        cases += [b"\0" * 12, good + good, good[:4] + b"\xff\xff" + good[6:],
                  good[:12] + b"\xc0\x0c" + good[14:], good[:2] + b"\x84\x00" + good[4:]]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.2)
            for case in cases:
                client.sendto(case, ("127.0.0.1", self.port))
            while True:
                try:
                    reply = client.recv(65535)
                except TimeoutError:
                    break
                self.assertTrue(reply[2] & 0x80, "a reply has QR set")
        for case in cases:
            with socket.create_connection(("127.0.0.1", self.port)) as stream:
                stream.sendall(framed(case))
        self.assertEqual(records(self.ask("www.example"), "A"), ["192.0.2.1"])

    def test_only_allow_from_may_ask(self):
        self.reload(dns={"allow_from": ["127.0.0.5/32"]})
        self.addCleanup(self.reload)
        self.assertEqual(records(self.ask("www.example", source="127.0.0.5"), "A"), ["192.0.2.1"])
        for tcp in (False, True):
            reply = self.ask("www.example", source="127.0.0.1", tcp=tcp)
            self.assertEqual(rcode(reply), "REFUSED")
            self.assertIn(lab.EDE_PROHIBITED, errors(reply))


class BlockAnswers(House):
    def answers(self, how, kinds, site="home"):
        """The answers of each type for a blocked name, when `dns.block_answer` is `how`."""
        self.reload(dns={"block_answer": how}, site={"kind": site})
        return {kind: self.ask("bet.example", kind) for kind in kinds}

    def test_nxdomain_says_category_and_list(self):
        reply = self.answers({"kind": "nxdomain"}, ["A"])["A"]
        self.assertEqual(rcode(reply), "NXDOMAIN")
        self.assertEqual(errors(reply), {lab.EDE_FILTERED: "gambling; bets"})

    def test_addresses_are_given_as_forged_and_other_types_are_empty(self):
        for how, v4, v6 in (
                ({"kind": "null_address"}, ["0.0.0.0"], ["::"]),
                ({"kind": "address", "v4": "192.0.2.66", "v6": "2001:db8::66"},
                 ["192.0.2.66"], ["2001:db8::66"]),
                ({"kind": "address", "v4": "192.0.2.66"}, ["192.0.2.66"], [])):
            replies = self.answers(how, ["A", "AAAA", "HTTPS"])
            for kind, wanted in (("A", v4), ("AAAA", v6), ("HTTPS", [])):
                with self.subTest(how=how, kind=kind):
                    reply = replies[kind]
                    self.assertEqual((rcode(reply), records(reply, kind)), ("NOERROR", wanted))
                    self.assertIn(lab.EDE_FILTERED, errors(reply))
                    self.assertEqual(lab.EDE_FORGED in errors(reply), bool(wanted))
                    self.assertEqual(set(lab.ttls(reply.answer + reply.authority)), {2})

    def test_refused(self):
        reply = self.answers({"kind": "refused"}, ["A"])["A"]
        self.assertEqual((rcode(reply), reply.answer), ("REFUSED", []))
        self.assertIn(lab.EDE_FILTERED, errors(reply))

    def test_a_school_says_blocked_by_policy(self):
        reply = self.answers({"kind": "nxdomain"}, ["A"], site="school")["A"]
        self.assertEqual(errors(reply), {lab.EDE_BLOCKED: "gambling; bets"})


class Streams(House):
    def connect(self):
        stream = socket.create_connection(("127.0.0.1", self.port), timeout=lab.PATIENCE_S)
        self.addCleanup(stream.close)
        return stream

    def test_many_queries_in_one_write_are_answered_out_of_order(self):
        self.relay.slow["slow.example"] = 0.7
        for i in range(50):
            self.ask(f"n{i}.example")
        messages = {m.id: m for m in [lab.query("slow.example")]
                    + [lab.query(f"n{i}.example") for i in range(50)]}
        stream = self.connect()
        stream.sendall(b"".join(framed(m.to_wire()) for m in messages.values()))
        order = []
        for _ in messages:
            reply = dns.message.from_wire(read_framed(stream))
            self.assertTrue(messages[reply.id].is_response(reply))
            self.assertEqual(rcode(reply), "NOERROR")
            order.append(reply.question[0].name.to_text())
        self.assertEqual(order[-1], "slow.example.")

    def test_a_half_closed_stream_still_gets_its_answers(self):
        self.relay.slow["slow2.example"] = 0.5
        stream = self.connect()
        stream.sendall(framed(lab.query("slow2.example").to_wire())
                       + framed(lab.query("www.example").to_wire()))
        stream.shutdown(socket.SHUT_WR)
        replies = [dns.message.from_wire(read_framed(stream)) for _ in range(2)]
        self.assertEqual({r.question[0].name.to_text() for r in replies},
                         {"slow2.example.", "www.example."})
        self.assertIsNone(read_framed(stream), "then the filter closes, too")

    def test_a_query_may_come_octet_by_octet(self):
        stream = self.connect()
        for octet in framed(lab.query("www.example").to_wire()):
            stream.sendall(bytes([octet]))
        self.assertEqual(rcode(dns.message.from_wire(read_framed(stream))), "NOERROR")

    def test_an_idle_stream_is_closed_after_ten_seconds_and_not_before(self):
        stream = self.connect()
        stream.sendall(framed(lab.query("www.example").to_wire()))
        read_framed(stream)
        since = time.monotonic()
        self.assertIsNone(read_framed(stream))
        self.assertGreater(time.monotonic() - since, 8)

    def test_more_queries_than_may_wait_are_all_answered(self):
        stream = self.connect()
        count = 400
        stream.sendall(b"".join(framed(lab.query(f"n{i % 100}.example").to_wire())
                                for i in range(count)))
        for _ in range(count):
            self.assertEqual(rcode(dns.message.from_wire(read_framed(stream))), "NOERROR")

    def test_clients_that_vanish_with_queries_on_their_way_do_no_harm(self):
        self.relay.slow["later.example"] = 0.3
        for _ in range(50):
            stream = socket.create_connection(("127.0.0.1", self.port))
            stream.sendall(framed(lab.query("later.example").to_wire()))
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            stream.close()
        self.assertEqual(records(self.ask("later.example"), "A"), ["192.0.2.202"])


class Wildcard(unittest.TestCase):
    def test_answers_leave_from_the_address_that_was_asked(self):
        knot = Knot(self.addCleanup, {"example": EXAMPLE})
        port = lab.free_port()
        lab.Filter(self.addCleanup).start(lab.base_config(
            port, knot.port, dns=lab.dns_section(port, knot.port,
                                                 listen=[f"0.0.0.0:{port}", f"[::]:{port}"])))
        # `ask` does not take an answer from anywhere else. www: by way of the upstream.
        for server in ("127.0.0.3", "127.0.0.1", "::1"):
            for name, wanted in (("www.example", "NOERROR"), ("pornhub.com", "NXDOMAIN")):
                self.assertEqual(rcode(ask(port, name, server=server)), wanted)
            self.assertEqual(rcode(ask(port, "n1.example", server=server, tcp=True)), "NOERROR")


class Reloads(House):
    def test_a_changed_profile_takes_effect_within_two_seconds(self):
        self.assertEqual(rcode(self.ask("www.example")), "NOERROR")
        self.filter.configure(self.config(profile={"deny": ["www.example"]}))
        since = time.monotonic()
        self.filter.process.send(signal.SIGHUP)
        lab.wait_until(lambda: rcode(self.ask("www.example")) == "NXDOMAIN", "the new rule",
                       lab.PATIENCE_S if lab.IS_SANITIZED else 2)
        self.addCleanup(self.reload)
        self.assertIn("haetae: reloaded", self.filter.err())
        self.assertLess(time.monotonic() - since, lab.PATIENCE_S)

    def test_a_changed_list_takes_effect_too(self):
        self.filter.folder.write("bets.txt", "bet.example\nn7.example\n")
        self.reload()
        self.assertEqual(rcode(self.ask("n7.example")), "NXDOMAIN")
        self.filter.folder.write("bets.txt", "bet.example\n")
        self.reload()
        self.assertEqual(rcode(self.ask("n7.example")), "NOERROR")

    def test_faults_change_nothing_and_are_told_with_file_and_line(self):
        text = lab.as_text(self.config())
        broken = text.replace('"safe_search"', '"save_search"').replace("bets.txt", "none.txt")
        said = self.filter.reload(broken)
        self.assertIn("haetae: not reloaded: the configuration has faults", said)
        line = 1 + broken[:broken.index('"save_search"')].count("\n")
        self.assertRegex(said, rf"haetae\.yaml:{line}: .*save_search.*safe_search")
        self.assertRegex(said, r"haetae\.yaml:\d+: .*none\.txt")
        self.assertEqual(rcode(self.ask("bet.example")), "NXDOMAIN")
        self.reload()

    def test_faults_while_lists_are_being_compiled_do_no_harm(self):
        names = "".join(f"a{i}.many.example\n" for i in range(300_000))
        self.filter.folder.write("many.txt", "n8.example\n" + names)
        many = {"name": "many", "path": "many.txt", "category": "gambling"}
        self.filter.configure(self.config(lists=LISTS + [many]))
        self.filter.process.send(signal.SIGHUP)
        time.sleep(0.1)
        self.assertIn("not reloaded", self.filter.reload("nonsense: [\n"))
        time.sleep(1)
        self.assertEqual(rcode(self.ask("bet.example")), "NXDOMAIN")
        self.reload()
        self.assertEqual(rcode(self.ask("n8.example")), "NOERROR")

    def test_the_last_of_many_reloads_counts(self):
        for i in range(5):
            self.filter.folder.write("bets.txt", f"bet.example\nn{20 + i}.example\n")
            self.filter.configure(self.config(profile={"deny": [f"n{30 + i}.example"]}))
            self.filter.process.send(signal.SIGHUP)
            time.sleep(0.05)
        lab.wait_until(lambda: rcode(self.ask("n24.example")) == "NXDOMAIN", "the last list")
        self.assertEqual(rcode(self.ask("n34.example")), "NXDOMAIN")
        self.assertEqual(rcode(self.ask("n33.example")), "NOERROR")
        self.filter.folder.write("bets.txt", "bet.example\n")
        self.reload()

    def test_another_upstream_is_asked_after_a_reload(self):
        other = Knot(self.addCleanup, {"example": zone_text("other A 192.0.2.99\n")})
        self.reload(dns={"upstream": {"servers": [f"127.0.0.1@{other.port}"]}})
        self.addCleanup(self.reload)
        self.assertEqual(records(self.ask("other.example"), "A"), ["192.0.2.99"])

    def test_what_a_reload_cannot_change_is_told(self):
        said = self.filter.reload(self.config(
            dns={"listen": [f"127.0.0.1:{self.port}"]}, log={"events": "events.jsonl"}, workers=1))
        self.addCleanup(self.reload)
        for key in ("dns.listen", "log.events", "workers"):
            self.assertIn(f"haetae: {key} changed: restart", said)

    def test_no_query_is_lost_under_load(self):
        names = [f"n{i}.example A" for i in range(70)] + ["bet.example A"] * 30
        for name in names[:70]:
            self.ask(name.split()[0])
        load = self.filter.folder.write("load.txt", "\n".join(names) + "\n")
        figures = {}
        seconds = 6
        runner = threading.Thread(
            target=lambda: figures.update(dnsperf(self.port, load, seconds, 20_000)))
        runner.start()
        for i in range(4):
            time.sleep(seconds / 6)
            self.filter.folder.write("bets.txt", f"bet.example\nm{i}.example\n")
            self.reload(profile={"deny": [f"m{i}.denied.example"]})
        runner.join()
        self.assertGreater(int(figures["Queries sent"]), 1000)
        self.assertEqual(figures["Queries lost"].split()[0], "0", figures)
        self.assertRegex(figures["Response codes"], r"NOERROR \d+ \((6\d|70)")


class Stops(House):
    def test_sigterm_answers_who_waits_and_ends_with_zero(self):
        self.relay.slow["slow.example"] = 1.0
        replies = []
        waiting = [threading.Thread(
            target=lambda tcp=tcp: replies.append(self.ask("slow.example", tcp=tcp)))
            for tcp in (False, True)]
        for one in waiting:
            one.start()
        lab.wait_until(lambda: self.relay.count("slow.example"), "the question upstream")
        time.sleep(0.1)
        code = self.filter.stop()
        for one in waiting:
            one.join()
        self.assertEqual([records(r, "A") for r in replies], [["192.0.2.200"]] * 2)
        self.assertEqual(code, 0, self.filter.err())


class Events(House):
    def test_one_line_for_each_blocked_query_and_none_for_others(self):
        before = len(self.filter.events())
        self.ask("bet.example", "AAAA")
        self.ask("www.bet.example", tcp=True)
        self.ask("www.example")
        self.ask("www.google.com")
        lab.wait_until(lambda: len(self.filter.events()) >= before + 2, "two events")
        time.sleep(0.2)
        # Two workers write each its own: lines may change places by some milliseconds.
        events = sorted(self.filter.events()[before:], key=lambda event: event["name"])
        self.assertEqual([(e["name"], e["type"]) for e in events],
                         [("bet.example", "AAAA"), ("www.bet.example", "A")])
        for event in events:
            self.assertEqual(
                {k: event[k] for k in ("profile", "peer", "verdict", "reason", "category", "list",
                                       "rule", "watched")},
                {"profile": "little", "peer": "127.0.0.1", "verdict": "block",
                 "reason": "category", "category": "gambling", "list": "bets",
                 "rule": "||bet.example^", "watched": False})

    def test_every_query_is_recorded_at_level_all_and_none_at_none(self):
        self.addCleanup(self.reload)
        self.reload(profile={"log": "none"})
        before = len(self.filter.events())
        self.ask("bet.example")
        self.reload(profile={"log": "all", "log_reason": "a test"})
        self.ask("www.example")
        lab.wait_until(lambda: len(self.filter.events()) > before, "the event")
        self.assertEqual([e["name"] for e in self.filter.events()[before:]], ["www.example"])


class EventFile(unittest.TestCase):
    def test_a_rotated_file_is_opened_anew_at_sighup(self):
        port = lab.free_port()
        filter_ = lab.Filter(self.addCleanup)
        filter_.folder.path.joinpath("log").mkdir()
        filter_.start(lab.base_config(port, lab.free_port(), log={"events": "log/e.jsonl"}))
        log = filter_.folder.path / "log/e.jsonl"

        def names(path):
            lines = path.read_text().splitlines() if path.exists() else []
            return [json.loads(line)["list"] for line in lines]

        ask(port, "pornhub.com")
        lab.wait_until(lambda: names(log), "the first event")
        rotated = log.rename(log.with_suffix(".1"))
        ask(port, "pornhub.com")
        lab.wait_until(lambda: len(names(rotated)) == 2, "the second event, in the old file")
        filter_.reload()
        ask(port, "pornhub.com")
        lab.wait_until(lambda: names(log), "the third event, in the new file")
        self.assertEqual((len(names(rotated)), len(names(log))), (2, 1))
        self.assertEqual(filter_.process.out(), "")


if __name__ == "__main__":
    unittest.main()
