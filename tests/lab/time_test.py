"""Time in the running filter: bedtime falls between two questions, clocks are set, boards wake up in
1970. What a device was told before an edge must be gone when it comes."""

import datetime
import time
import unittest
import zoneinfo

import dns.flags

import lab
from clocks import Clock, seoul
from lab import ask, errors, rcode, records
from servers import Knot, Unbound, zone_text

WORKERS = 4
ZONES = {"example": zone_text("".join(f"n{i} A 192.0.2.{i}\n" for i in range(1, 100)))}
# The machine and the filter are not asked at one moment.
SLACK_S = 0.5 if lab.IS_SANITIZED else 0.2


class Timed(unittest.TestCase):
    """A filter whose wall clock the test sets."""

    at = seoul(20, 0)
    zones, signed = ZONES, ()

    @classmethod
    def setUpClass(cls):
        cls.knot = Knot(cls.addClassCleanup, cls.zones, signed=cls.signed)

    def setUp(self):
        self.port = lab.free_port()
        folder = lab.Folder(self.addCleanup)
        self.clock = Clock(folder, self.at)
        self.filter = lab.Filter(self.addCleanup, folder=folder, env=self.clock.environment())
        self.filter.start(self.config())

    def config(self, **changes):
        schedule = [{"bedtime": ["21:00-07:00"]}]
        return lab.base_config(self.port, self.knot.port, **{
            "workers": WORKERS, "profiles": {"little": {"schedule": schedule}}, **changes})

    def ask(self, name="n1.example", port=None, **how):
        return ask(port or self.port, name, **how)

    def caching_stub(self):
        """The resolver of a device: it asks the filter and remembers what it is told."""
        return Unbound(self.addCleanup, f"127.0.0.1@{self.port}", "127.0.0.1", lab.free_port())

    def order(self, *words, code=0):
        done = lab.run(*words, "--config", self.filter.config_path)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def ask_all_workers(self, name="n1.example"):
        """The answers to one question from so many ports that every worker has its share."""
        return [self.ask(name) for _ in range(12 * WORKERS)]

    def wait_for_beat(self):
        """Until the filter has looked at a clock that was set."""
        lab.wait_until(lambda: "the clock was set" in self.filter.err(), "it sees the clock")


class Bedtime(Timed):
    def test_it_falls_between_two_questions_on_all_workers(self):
        for edge, before, after in ((seoul(21, 0), "NOERROR", "NXDOMAIN"),
                                    (seoul(7, 0, day=5), "NXDOMAIN", "NOERROR")):
            with self.subTest(edge=edge):
                self.clock.set(edge - datetime.timedelta(seconds=3))
                for reply in self.ask_all_workers():
                    self.assertEqual(rcode(reply), before)
                self.clock.wait_until(edge - datetime.timedelta(seconds=SLACK_S))
                self.assertEqual(rcode(self.ask()), before)
                self.clock.wait_until(edge)
                for reply in self.ask_all_workers():
                    self.assertEqual(rcode(reply), after)

    def test_nobody_is_told_to_remember_beyond_it(self):
        self.clock.set(seoul(20, 59, 50))
        edge = seoul(21, 0).timestamp()
        while self.clock.time() < edge - 0.1:
            for reply in (self.ask(), self.ask("none.example")):
                left = edge - self.clock.time() + SLACK_S
                for ttl in lab.ttls(reply.answer) + lab.ttls(reply.authority):
                    self.assertLessEqual(ttl, left)
            time.sleep(0.3)

    def test_what_a_caching_stub_knows_is_gone_in_time(self):
        stub = self.caching_stub()
        self.clock.set(seoul(20, 59, 53))
        edge = seoul(21, 0).timestamp()
        last_answer, first_block, from_cache = 0.0, None, 0
        while self.clock.time() < edge + 2.5:
            asked_at = self.clock.time()
            reply = self.ask(port=stub.port)
            if rcode(reply) == "NOERROR":
                last_answer = asked_at
                from_cache += lab.ttls(reply.answer)[0] < int(edge - asked_at) - 1
            elif first_block is None:
                first_block = self.clock.time()
            time.sleep(0.05)
        self.assertLess(last_answer, edge + SLACK_S)
        self.assertIsNotNone(first_block)
        self.assertLess(first_block, edge + 1)
        self.assertGreater(last_answer, edge - 1.5, "and not long before, either")

    def test_fifteen_more_minutes_at_nine_are_real_and_end(self):
        stub = self.caching_stub()
        self.clock.set(seoul(21, 0, 5))
        self.assertEqual(rcode(self.ask(port=stub.port)), "NXDOMAIN")
        self.assertIn("little may stay up until 21:15", self.order("grant", "little", "bedtime", "15m"))
        since = time.monotonic()
        for reply in self.ask_all_workers():
            self.assertEqual(rcode(reply), "NOERROR")
            self.assertLessEqual(max(lab.ttls(reply.answer)), 60)
        lab.wait_until(lambda: rcode(self.ask(port=stub.port)) == "NOERROR", "the yes is real")
        self.assertLess(time.monotonic() - since, 3.5)  # 2 s, and the stub counts whole ones
        # A length of time is not ended by a clock that is set: the end is waited for.
        self.order("revoke", "little", "bedtime")
        self.order("grant", "little", "bedtime", "4s")
        end = self.clock.time() + 4
        last_answer = 0.0
        while self.clock.time() < end + 2:
            asked_at = self.clock.time()
            # The stub may remember n1 from the grant that was taken back.
            if rcode(self.ask("n2.example", port=stub.port)) == "NOERROR":
                last_answer = asked_at
            time.sleep(0.05)
        self.assertLess(last_answer, end + SLACK_S)
        self.assertGreater(last_answer, end - 2)
        for reply in self.ask_all_workers():
            self.assertEqual(rcode(reply), "NXDOMAIN")

    def test_fifteen_more_minutes_before_nine_count_from_nine(self):
        self.clock.set(seoul(20, 40))
        self.assertIn("little may stay up until 21:15", self.order("grant", "little", "bedtime", "15m"))
        for at, wanted in ((seoul(20, 59, 58), "NOERROR"), (seoul(21, 0), "NOERROR"),
                           (seoul(21, 14, 57), "NOERROR"), (seoul(21, 15), "NXDOMAIN")):
            self.clock.set(at)
            self.assertEqual(rcode(self.ask()), wanted, at)


class DaylightSaving(Timed):
    """Berlin, the nights of 28 March and 31 October 2027: 02:00 is 03:00, 03:00 is 02:00 again."""

    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    at = datetime.datetime(2027, 3, 27, 20, 0, tzinfo=zone)

    def config(self, **changes):
        return super().config(
            site={"name": "lab", "kind": "home", "timezone": "Europe/Berlin"},
            profiles={"little": {"schedule": [{"bedtime": ["21:00-02:30"]}]}}, **changes)

    def test_bedtime_follows_the_clock_on_the_wall(self):
        utc = datetime.timezone.utc
        for edge, before, after in (
                (datetime.datetime(2027, 3, 27, 20, 0, tzinfo=utc), "NOERROR", "NXDOMAIN"),
                # 02:30 does not happen: bedtime ends where the clock jumps over it.
                (datetime.datetime(2027, 3, 28, 1, 0, tzinfo=utc), "NXDOMAIN", "NOERROR"),
                # 21:00 is an hour earlier now.
                (datetime.datetime(2027, 3, 28, 19, 0, tzinfo=utc), "NOERROR", "NXDOMAIN"),
                # 02:30 happens twice: the first one counts.
                (datetime.datetime(2027, 10, 31, 0, 30, tzinfo=utc), "NXDOMAIN", "NOERROR"),
                (datetime.datetime(2027, 10, 31, 20, 0, tzinfo=utc), "NOERROR", "NXDOMAIN")):
            with self.subTest(edge=edge):
                self.clock.set(edge - datetime.timedelta(seconds=2))
                for reply in self.ask_all_workers():
                    self.assertEqual(rcode(reply), before)
                    for ttl in lab.ttls(reply.answer):
                        self.assertLessEqual(ttl, 2)
                self.clock.wait_until(edge)
                for reply in self.ask_all_workers():
                    self.assertEqual(rcode(reply), after)


class Clocks(Timed):
    """Somebody sets the clock of the machine."""

    at = seoul(12, 0)

    def test_a_pause_of_seconds_is_neither_shortened_nor_lengthened(self):
        for step_s in (+7200, -7200):
            with self.subTest(step_s=step_s):
                self.order("pause", "little", "5s")
                end = time.monotonic() + 5
                self.clock.shift(step_s)
                time.sleep(1.5)
                while time.monotonic() < end - SLACK_S:
                    self.assertEqual(rcode(self.ask()), "NXDOMAIN")
                    time.sleep(0.2)
                time.sleep(2 * SLACK_S + 0.6)
                for reply in self.ask_all_workers():
                    self.assertEqual(rcode(reply), "NOERROR")

    def test_a_pause_until_a_time_of_day_follows_the_clock(self):
        self.order("pause", "little", "until", "12:30")
        self.clock.set(seoul(12, 29, 57))
        self.assertEqual(rcode(self.ask()), "NXDOMAIN")
        self.clock.wait_until(seoul(12, 30))
        self.assertEqual(rcode(self.ask()), "NOERROR")

    def test_an_answer_lives_no_longer_because_the_clock_was_set_back(self):
        # libunbound counts by the wall clock.
        self.filter.reload(self.config(dns=lab.dns_section(
            self.port, 0, upstream={"mode": "recurse"}, dnssec=False,
            stub_zones=[{"zone": "example", "server": f"127.0.0.1@{self.knot.port}"}])))
        self.assertEqual(max(lab.ttls(self.ask("n2.example").answer)), 300)
        self.clock.shift(-3600)
        self.wait_for_beat()
        time.sleep(0.2)
        self.assertLessEqual(max(lab.ttls(self.ask("n2.example").answer)), 300)

    def test_it_is_said_once_that_the_clock_was_set(self):
        self.clock.shift(+3600)
        self.wait_for_beat()
        time.sleep(1.5)
        self.assertEqual(self.filter.err().count("the clock was set forward by 3600 s"), 1)


class Awakening(Timed):
    """A board without a battery: 1970 until a time server answers."""

    at = datetime.datetime(1970, 1, 1, 0, 5, tzinfo=datetime.timezone.utc)
    zones = {"pool.ntp.org": zone_text("0 A 192.0.2.123\n"),
             "cloudflare.com": zone_text("time CNAME ntp.example.\n"),
             "example": zone_text("ntp A 192.0.2.124\nwww A 192.0.2.1\n")}
    signed = tuple(zones)

    def config(self, **changes):
        self.filter.folder.write("anchor.key", "".join(map(self.knot.keys, self.zones)))
        # In six hours, where the machine's clock stands now.
        at = datetime.datetime.now(zoneinfo.ZoneInfo("Asia/Seoul")) + datetime.timedelta(hours=6)
        bedtime = f"{at:%H:%M}-{at + datetime.timedelta(hours=1):%H:%M}"
        section = {
            "upstream": {"mode": "recurse"}, "trust_anchor": "anchor.key",
            "stub_zones": [{"zone": zone, "server": f"127.0.0.1@{self.knot.port}"}
                           for zone in self.zones]}
        return super().config(
            dns=lab.dns_section(self.port, 0, **section),
            profiles={"little": {"schedule": [{"bedtime": [bedtime]}]}, "free": {}},
            devices=[{"name": "free", "address": "127.0.0.9", "profile": "free"}], **changes)

    def test_the_time_can_be_asked_for_and_everything_else_waits_for_it(self):
        reply = self.ask("0.pool.ntp.org")
        self.assertEqual(records(reply, "A"), ["192.0.2.123"])
        self.assertFalse(lab.has(reply, dns.flags.AD))
        self.assertEqual(records(self.ask("time.cloudflare.com"), "A"), ["192.0.2.124"],
                         "nor may its alias be checked")
        # Bedtime, as far as anybody knows; and where there is none, no signature holds yet.
        self.assertEqual(rcode(self.ask("www.example")), "NXDOMAIN")
        reply = self.ask("www.example", source="127.0.0.9")
        self.assertEqual(rcode(reply), "SERVFAIL")
        self.assertIn(lab.EDE_BOGUS, errors(reply))
        said = self.order("status")
        self.assertIn("the clock of this machine is not set yet", said)

        self.clock.set(datetime.datetime.now(datetime.timezone.utc))
        self.assertEqual(records(self.ask("www.example"), "A"), ["192.0.2.1"])
        reply = self.ask("time.cloudflare.com", do=True)
        self.assertEqual(records(reply, "A"), ["192.0.2.124"])
        self.assertTrue(lab.has(self.ask("www.example", do=True), dns.flags.AD))

    def test_a_guardians_word_counts_at_once(self):
        self.assertIn("this machine's clock is not set yet; say how long",
                      self.order("pause", "free", "until", "07:00", code=1))
        self.order("grant", "little", "bedtime", "3s")
        self.assertNotEqual(rcode(self.ask("www.example", source="127.0.0.9")), "NXDOMAIN")
        self.assertEqual(rcode(self.ask("www.example")), "SERVFAIL", "no longer bedtime")
        time.sleep(3.7)
        self.assertEqual(rcode(self.ask("www.example")), "NXDOMAIN")
        self.order("pause", "free", "3s")
        self.assertEqual(rcode(self.ask("www.example", source="127.0.0.9")), "NXDOMAIN")
        time.sleep(3.7)
        self.assertEqual(rcode(self.ask("www.example", source="127.0.0.9")), "SERVFAIL")


if __name__ == "__main__":
    unittest.main()
