"""The subcommands that people and scripts call: explain, check, lists."""

import json
import random
import time
import unittest

import lab

KEYS = {"input", "verdict", "reason", "category", "list", "rule", "profile", "until", "also"}
BAND = {"block": ["adult", "gambling"], "safe_search": "strict",
        "services": {"block": ["tiktok"]}, "allow": ["school.example", "=one.example"],
        "deny": ["denied.example"],
        "schedule": [{"days": ["sun", "mon", "tue", "wed", "thu"], "bedtime": ["21:00-07:00"]}]}

# Outside of bedtime, whenever the test runs.
NOON = ("--at", "2026-03-02T12:00:00+09:00")


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = lab.Folder(cls.addClassCleanup)
        cls.folder.write("bets.txt", "# names\nbet.example\nbad line here\nother.example\n")
        cls.folder.write("more.txt", "||bet.example^\n")
        cls.config = cls.folder.write("haetae.yaml", lab.as_text(lab.base_config(
            5300, 53, profiles={"little": BAND, "big": {}},
            devices=[{"name": "Tablet", "address": "192.168.7.21", "profile": "big"}],
            lists=[{"name": "bets", "path": "bets.txt", "category": "gambling"},
                   {"name": "more", "path": "more.txt", "category": "gambling"}])))

    def explain(self, *arguments, stdin=None, code=0):
        done = lab.run("explain", "--config", self.config, *arguments, stdin=stdin)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def judged(self, *arguments, **how):
        lines = self.explain("--json", *arguments, **how).stdout.splitlines()
        return [json.loads(line) for line in lines]


class Explain(Commands):
    def test_every_key_stands_in_every_line(self):
        for line in self.judged("bet.example", "free.example", "www.google.com", "tiktok.com",
                                "https://user@WWW.bet.example:8443/path?q#f", "not a name",
                                "192.0.2.1", code=2):
            self.assertLessEqual(KEYS, set(line), line)
            self.assertEqual("error" in line, line["verdict"] is None)

    def test_a_blocked_name(self):
        line, = self.judged("www.bet.example", *NOON)
        self.assertEqual(
            {k: line[k] for k in ("input", "verdict", "reason", "category", "list", "rule",
                                  "profile", "also")},
            {"input": "www.bet.example", "verdict": "block", "reason": "category",
             "category": "gambling", "list": "bets", "rule": "||bet.example^",
             "profile": "little",
             "also": [{"category": "gambling", "list": "more", "rule": "||bet.example^"}]})

    def test_each_reason_has_its_words(self):
        at = NOON
        for name, verdict, reason in (
                ("free.example", "allow", "no_rule_matched"),
                ("x.school.example", "allow", "allowed_by_guardian"),
                ("one.example", "allow", "allowed_by_guardian"),
                ("x.one.example", "allow", "no_rule_matched"),
                ("denied.example", "block", "denied_by_guardian"),
                ("www.tiktok.com", "block", "service_blocked"),
                ("www.google.com", "rewrite", "safe_search"),
                ("http://bet.example/", "block", "category"),
                ("한국.bet.example", "block", "category")):
            with self.subTest(name=name):
                line, = self.judged(name, *at)
                self.assertEqual((line["verdict"], line["reason"]), (verdict, reason))

    def test_bedtime_is_judged_at_the_time_given_and_says_until_when(self):
        for at, verdict, reason, until in (
                ("2026-03-02T21:30:00+09:00", "block", "bedtime", "2026-03-03T07:00:00+09:00"),
                ("2026-03-02T12:30:00Z", "block", "bedtime", "2026-03-03T07:00:00+09:00"),
                ("2026-03-02T20:59:59+09:00", "allow", "no_rule_matched",
                 "2026-03-02T21:00:00+09:00"),
                ("2026-03-06T22:00:00+09:00", "allow", "no_rule_matched", None)):
            with self.subTest(at=at):
                line, = self.judged("free.example", "--at", at)
                self.assertEqual((line["verdict"], line["reason"]), (verdict, reason))
                if until:
                    self.assertEqual(line["until"], until)

    def test_who_asks_decides(self):
        for who, verdict in ((("--profile", "big"), "allow"), (("--profile", "little"), "block"),
                             (("--device", "Tablet"), "allow"),
                             (("--address", "192.168.7.21"), "allow"),
                             (("--address", "192.168.7.99"), "block"), ((), "block")):
            line, = self.judged("bet.example", *who)
            self.assertEqual(line["verdict"], verdict, who)

    def test_who_or_what_is_unknown_is_told(self):
        for arguments, told in ((("--profile", "nobody"), "no such profile: 'nobody'"),
                                (("--device", "x"), "no such device: 'x'"),
                                (("--address", "300.1.1.1"), "is not an address"),
                                (("--at", "yesterday"), "is no time"),
                                (("--type", "QQ"), "is no record type")):
            self.assertIn(told, self.explain(*arguments, "bet.example", code=2).stderr)

    def test_a_person_reads_where_the_rule_stands(self):
        text = self.explain("bet.example", *NOON).stdout
        self.assertIn("bet.example: BLOCKED for little", text)
        self.assertIn("bets, line 2", text)

    def test_words_of_a_search_and_of_a_page(self):
        config = self.folder.write("words.yaml", lab.as_text(lab.base_config(
            5300, 5301, rules={"start_lists": False},
            profiles={"little": {"block": ["adult", "bypass"], "allow": ["allowed.example"]}},
            default_profile="little")))
        urls = ["http://www.bing.com/search?q=free+porn", "http://www.bing.com/search?q=essex",
                "http://www.bing.com/search?q=%EC%95%BC%EB%8F%99", "http://site.example/free_porn/",
                "http://allowed.example/free_porn/", "http://www.bing.com/search?q=free+vpn",
                "http://www.bing.com/search?q=i+want+to+die"]
        done = lab.run("explain", "--config", config, "--json", *urls)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(row["reason"], row["category"]) for row in rows],
                         [("pattern", "adult"), ("no_rule_matched", None), ("pattern", "adult"),
                          ("pattern", "adult"), ("allowed_by_guardian", None),
                          ("pattern", "bypass"), ("no_rule_matched", None)])
        self.assertEqual((rows[0]["list"], rows[0]["rule"]),
                         ("patterns", "search/adult/en/porn@word"))
        self.assertEqual([row.get("help") for row in rows], [None] * 6 + ["self-harm"])
        text = lab.run("explain", "--config", config, "https://www.bing.com/search?q=porn").stdout
        self.assertIn("Of https:// the filter sees the host alone", text)
        text = lab.run("explain", "--config", config, urls[-1]).stdout
        self.assertIn("The words call for help (self-harm)", text)

    def test_standard_input_gives_one_line_for_each_line(self):
        inputs = ["bet.example", "free.example", "", "bad name", "http://bet.example/x"]
        lines = self.judged("-", *NOON, stdin="\n".join(inputs) + "\n", code=2)
        self.assertEqual([line["input"] for line in lines], inputs)
        self.assertEqual([line["verdict"] for line in lines],
                         ["block", "allow", None, None, "block"])
        self.assertEqual(self.explain("-", stdin="").stdout, "")

    def test_octets_that_are_no_text_come_back_as_json(self):
        done = lab.subprocess.run([str(lab.HAETAE), "explain", "--config", str(self.config), "-"],
                                  input=b"\xff\xfe.example\n\0\nbet.example", check=False,
                                  capture_output=True, timeout=lab.PATIENCE_S)
        lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
        self.assertEqual([lines[0]["verdict"], lines[1]["input"], lines[2]["verdict"]],
                         [None, "\0", "block"])
        self.assertEqual(done.returncode, 2)

    def test_a_million_lines_a_minute(self):
        draw = random.Random(1)
        count = 100_000
        names = [f"{draw.choice(['www', 'a.b', 'cdn'])}.{draw.randrange(10**6)}."
                 f"{draw.choice(['bet.example', 'free.example', 'example.com'])}"
                 for _ in range(count)]
        self.explain("bet.example")  # compiles the lists, once
        since = time.monotonic()
        done = self.explain("-", stdin="\n".join(names) + "\n")
        took_s = time.monotonic() - since
        self.assertEqual(done.stdout.count("\n"), count)
        if not lab.IS_SANITIZED:
            self.assertLess(took_s, 60 * count / 1_000_000)

    def test_a_faulty_configuration_ends_with_two(self):
        bad = self.folder.write("bad.yaml", "profiles: 3\n")
        done = lab.run("explain", "--config", bad, "bet.example")
        self.assertEqual(done.returncode, 2)
        self.assertIn("bad.yaml:1: profiles: ", done.stderr)


class Check(Commands):
    def test_a_good_configuration_ends_with_zero(self):
        done = lab.run("check", "--config", self.config)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"haetae\.yaml: good: 2 profiles, 1 devices, \d+ lists")

    def test_every_fault_is_told_at_once(self):
        bad = self.folder.write("bad.yaml", "profiles: {little: {blok: [adult]}}\n"
                                            "default_profile: littel\n"
                                            "dns: {listen: ['127.0.0.1:99999']}\n")
        done = lab.run("check", "--config", bad)
        self.assertEqual(done.returncode, 1)
        for told in (r"bad\.yaml:1: .*blok.*block", r"bad\.yaml:2: .*littel.*little",
                     r"bad\.yaml:3: dns\.listen.*99999"):
            self.assertRegex(done.stderr, told)

    def test_sections_that_do_nothing_yet_are_warned_of(self):
        config = lab.base_config(5300, 53, profiles={
            "little": {"quotas": [{"service": "youtube", "minutes_per_day": 60}]}})
        file = self.folder.write("quotas.yaml", lab.as_text(config))
        done = lab.run("check", "--config", file)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"warning: .*profiles\.little\.quotas")

    def test_the_shipped_configurations_are_good(self):
        for file in sorted((lab.ROOT / "config").glob("*.yaml")):
            with self.subTest(file=file.name):
                self.assertEqual(lab.run("check", "--config", file).returncode, 0)


class Lists(Commands):
    def test_build_report_and_stat(self):
        built = lab.run("lists", "build", "--config", self.config)
        self.assertEqual(built.returncode, 0, built.stderr)
        self.assertRegex(built.stdout, r"lists\.image: \d+ names from \d+ rules of \d+ lists")
        report = lab.run("lists", "report", "--config", self.config)
        self.assertEqual(report.returncode, 0)
        self.assertRegex(report.stdout, r"(?m)^.*\bbets\b.*2")
        self.assertIn("bad line here", report.stdout)
        stat = lab.run("lists", "stat", "--config", self.config)
        self.assertEqual(stat.returncode, 0)
        self.assertRegex(stat.stdout, r"(?m)^state +current$")
        self.assertRegex(stat.stdout, r"(?m)^list +bets +gambling +2 rules$")

    def test_before_the_first_build_it_says_what_to_do(self):
        folder = lab.Folder(self.addCleanup)
        file = folder.write("haetae.yaml", lab.as_text(lab.base_config(5300, 53)))
        for action in ("report", "stat"):
            done = lab.run("lists", action, "--config", file)
            self.assertEqual(done.returncode, 1)
            self.assertIn("lists build", done.stderr)

    def test_an_image_older_than_its_lists_is_told(self):
        folder = lab.Folder(self.addCleanup)
        folder.write("a.txt", "one.example\n")
        file = folder.write("haetae.yaml", lab.as_text(lab.base_config(
            5300, 53, lists=[{"name": "a", "path": "a.txt", "category": "adult"}])))
        self.assertEqual(lab.run("lists", "build", "--config", file).returncode, 0)
        folder.write("a.txt", "two.example\n")
        self.assertIn("older than its lists", lab.run("lists", "stat", "--config", file).stdout)
        # explain judges by the lists as they are now.
        done = lab.run("explain", "--config", file, "--json", "two.example")
        self.assertEqual(json.loads(done.stdout)["list"], "a")


if __name__ == "__main__":
    unittest.main()
