"""haetae replay over captures: real ones if there are any, and ones that are cut, packed and broken."""

import csv
import gzip
import json
import os
import struct
import subprocess
import unittest
from collections import defaultdict
from pathlib import Path

import lab

KEYS = {"input", "verdict", "reason", "category", "list", "rule", "profile", "until", "also",
        "capture", "packet", "time", "proto", "src", "sport", "dst", "dport", "host", "url",
        "device", "unread", "technique"}
CHILD, SERVER = (192, 168, 7, 21), (192, 0, 2, 80)
NOON = 1772420400  # Monday, 2 March 2026, 12:00 in Seoul


def ipv4(protocol, payload):
    return struct.pack("!BBHHHBBH4B4B", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0, *CHILD,
                       *SERVER) + payload


def query(name):
    labels = b"".join(bytes([len(one)]) + one.encode() for one in name.split("."))
    message = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", 1, 1)
    return ipv4(17, struct.pack("!4H", 50000, 53, 8 + len(message), 0) + message)


def get(host, path, port=40000):
    text = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    return ipv4(6, struct.pack("!HHIIBBHHH", port, 80, 1, 1, 0x50, 0x18, 65535, 0, 0) + text)


def pcap(frames, began=NOON):
    octets = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101)
    for i, frame in enumerate(frames):
        octets += struct.pack("<IIII", began + i, 0, len(frame), len(frame)) + frame
    return octets


class Replay(unittest.TestCase):
    def setUp(self):
        self.folder = lab.Folder(self.addCleanup)
        self.folder.write("bets.txt", "bet.example\n")
        self.folder.write("pages.txt", "good.example/bad\n")
        self.config = self.folder.write("haetae.yaml", lab.as_text(lab.base_config(
            5300, 5301, site={"timezone": "Asia/Seoul"},
            rules={"start_lists": False, "patterns": False},
            lists=[{"name": "bets", "path": "bets.txt", "category": "gambling"},
                   {"name": "pages", "path": "pages.txt", "category": "adult", "format": "urls"}],
            profiles={"minji": {"block": ["gambling", "adult"],
                                "schedule": [{"days": ["mon"], "bedtime": ["21:00-07:00"]}]},
                      "parent": {}},
            devices=[{"name": "Tablet", "address": "192.168.7.21", "profile": "minji"}],
            default_profile="parent")))

    def write(self, name, octets):
        path = Path(self.folder.path, name)
        path.write_bytes(octets)
        return path

    def replay(self, *arguments, code=0):
        done = lab.run("replay", "--config", self.config, *arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def lines(self, *arguments, code=0):
        text = self.replay("--json", *arguments, code=code).stdout
        return [json.loads(line) for line in text.splitlines()]

    def test_judges_each_request_as_its_device_and_says_why(self):
        capture = self.write("a.pcap", pcap([query("www.bet.example"), get("good.example", "/"),
                                             get("good.example", "/bad/1", 40001)]))
        rows = self.lines(capture)
        for row in rows:
            self.assertEqual(set(row), KEYS)
            self.assertEqual((row["profile"], row["device"]), ("minji", "Tablet"))
            self.assertEqual(row["capture"], str(capture))
        self.assertEqual([row["packet"] for row in rows], [1, 2, 3])
        self.assertEqual([(row["proto"], row["input"], row["verdict"]) for row in rows],
                         [("dns", "www.bet.example", "block"),
                          ("http", "http://good.example/", "allow"),
                          ("http", "http://good.example/bad/1", "block")])
        self.assertEqual([row["rule"] for row in rows],
                         ["||bet.example^", None, "||good.example/bad^"])
        self.assertEqual(rows[0]["time"], "2026-03-02T12:00:00+09:00")

    def test_judges_as_of_the_captures_own_time(self):
        night = self.write("night.pcap", pcap([query("good.example")], began=NOON + 10 * 3600))
        self.assertEqual(self.lines(night)[0]["reason"], "bedtime")

    def other(self, name="other.yaml", **sections):
        """The same family with other rules."""
        config = json.loads(json.dumps(lab.base_config(
            5300, 5301, site={"timezone": "Asia/Seoul"},
            rules={"start_lists": False, "patterns": False},
            lists=[{"name": "bets", "path": "bets.txt", "category": "gambling"},
                   {"name": "more", "path": "more.txt", "category": "games"}],
            profiles={"minji": {"block": ["gambling", "games"], "allow": ["free.example"],
                                "deny": ["denied.example"]},
                      "parent": {}},
            devices=[{"name": "Tablet", "address": "192.168.7.21", "profile": "minji"}],
            default_profile="parent")))
        config.update(sections)
        self.folder.write("more.txt", "game.example\n")
        return self.folder.write(name, lab.as_text(config))

    def test_compares_two_policies_and_tells_only_what_changes(self):
        capture = self.write("a.pcap", pcap([
            query("good.example"),                                # the same
            query("www.bet.example"),                             # the same
            query("game.example"), query("denied.example"),       # newly blocked
            get("good.example", "/bad/1", 40001),                 # newly allowed
            query("free.example")]))                              # for another reason
        done = self.replay("--json", "--compare", self.other(), capture)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        side = {"verdict", "reason", "category", "list", "rule", "profile", "until", "also",
                "device"}
        for row in rows:
            self.assertEqual(set(row), {"input", "was", "would_be", "capture", "packet", "time",
                                        "proto", "src", "sport", "dst", "dport", "host", "url",
                                        "device", "unread", "technique"})
            self.assertEqual((set(row["was"]), set(row["would_be"])), (side, side))
        self.assertEqual([(row["packet"], row["input"], row["was"]["reason"],
                           row["would_be"]["reason"]) for row in rows],
                         [(3, "game.example", "no_rule_matched", "category"),
                          (4, "denied.example", "no_rule_matched", "denied_by_guardian"),
                          (5, "http://good.example/bad/1", "category", "no_rule_matched"),
                          (6, "free.example", "no_rule_matched", "allowed_by_guardian")])
        self.assertEqual(rows[0]["would_be"]["category"], "games")
        for told in ("4 of 6 requests would be judged differently", "newly blocked: 2",
                     "newly allowed: 1", "for another reason: 1",
                     "by device: Tablet (minji) 2", "by category: denied_by_guardian 1, games 1",
                     "most often: denied.example 1, game.example 1"):
            self.assertIn(told, done.stderr)

    def test_compares_for_a_person_to_read(self):
        capture = self.write("a.pcap", pcap([query("game.example"), query("good.example")]))
        text = self.replay("--compare", self.other(), capture).stdout
        self.assertEqual(text.count("\n"), 1)
        self.assertIn("game.example: was allowed (no_rule_matched), would be BLOCKED (category; games;"
                      " more; ||game.example^)", text)
        self.assertEqual(self.replay("--compare", self.config, capture).stdout, "")

    def test_says_which_configuration_lacks_the_profile(self):
        capture = self.write("a.pcap", pcap([query("game.example")]))
        other = self.other(profiles={"jun": {}, "parent": {}}, devices=[])
        said = self.replay("--compare", other, "--profile", "minji", capture, code=2).stderr
        self.assertIn("other.yaml: no such profile: 'minji'; --profile must be in both", said)
        said = self.replay("--compare", other, "--profile", "jun", capture, code=2).stderr
        self.assertIn("haetae.yaml: no such profile: 'jun'", said)
        gone = self.folder.path / "gone.yaml"
        self.assertIn("gone.yaml", self.replay("--compare", gone, capture, code=2).stderr)

    def test_leaves_the_lists_of_the_first_configuration_compiled(self):
        capture = self.write("a.pcap", pcap([query("game.example")]))
        self.replay(capture)
        images = sorted(self.folder.path.glob("**/*.image"))
        before = [path.stat().st_mtime_ns for path in images]
        self.assertNotEqual(images, [])
        self.replay("--compare", self.other(), capture)
        self.assertEqual([path.stat().st_mtime_ns for path in images], before)

    def test_judges_searches_and_pages_by_patterns(self):
        config = self.folder.write("words.yaml", lab.as_text(lab.base_config(
            5300, 5301, rules={"start_lists": False},
            profiles={"minji": {"block": ["adult"]}}, default_profile="minji")))
        capture = self.write("a.pcap", pcap([
            get("www.bing.com", "/search?q=Free+P%6Frn", 40001),
            get("www.bing.com", "/search?q=sussex+university", 40002),
            get("site.example", "/free_porn/1", 40003),
            get("www.bing.com", "/search?q=how+to+kill+myself", 40004)]))
        done = lab.run("replay", "--config", config, "--json", capture)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([row["verdict"] for row in rows], ["block", "allow", "block", "allow"])
        self.assertEqual([row["rule"] for row in rows],
                         ["search/adult/en/porn@word", None, "url/adult/en/free-porn@word", None])
        self.assertEqual((rows[3]["input"], rows[3]["url"]), ("www.bing.com", None))

    def test_judges_everything_as_one_profile_when_told(self):
        capture = self.write("a.pcap", pcap([query("www.bet.example")]))
        self.assertEqual(self.lines("--profile", "parent", capture)[0]["verdict"], "allow")
        self.assertIn("no such profile", self.replay("--profile", "x", capture, code=2).stderr)

    def test_reads_packed_captures_and_several(self):
        octets = pcap([query("www.bet.example")])
        plain = self.write("a.pcap", octets)
        packed = self.write("b.pcap.gz", gzip.compress(octets))
        subprocess.run(["zstd", "-q", plain, "-o", plain.with_suffix(".zst")], check=True)
        done = self.replay("--names", plain, packed, plain.with_suffix(".zst"))
        self.assertEqual(done.stdout.splitlines(), ["www.bet.example"] * 3)
        self.assertIn("3 requests in 3 flows, 3 packets", done.stderr)
        self.assertIn("3 blocked", done.stderr)
        self.assertIn("blocked by category: gambling 3", done.stderr)

    def test_keeps_what_was_read_of_a_cut_capture_and_says_where_it_ends(self):
        octets = pcap([query("www.bet.example"), query("good.example")])
        capture = self.write("cut.pcap", octets[:-5])
        done = self.replay("--names", capture, code=2)
        self.assertEqual(done.stdout.splitlines(), ["www.bet.example"])
        self.assertRegex(done.stderr, r"cut\.pcap.*packet 2")

    def test_says_what_is_no_capture(self):
        self.assertIn("text.pcap", self.replay(self.write("text.pcap", b"no capture"), code=2).stderr)
        self.assertIn("gone.pcap", self.replay(self.folder.path / "gone.pcap", code=2).stderr)

    def test_finds_every_name_of_real_captures_that_two_others_found(self):
        data = lab.data_folder(self)
        captures = sorted((data / "pcaps").glob("*.pcap*"))
        done = lab.run("replay", "--config", self.config, "--json", *captures)
        found = defaultdict(set)
        for line in done.stdout.splitlines():
            row = json.loads(line)
            found[os.path.basename(row["capture"]), row["proto"]].add(row["host"].rstrip("."))
        with open(data / "pcaps/expectations.tsv", encoding="utf-8") as file:
            wanted = [row for row in csv.DictReader(file, delimiter="\t") if "," in row["origin"]]
        self.assertGreater(len(wanted), 500)
        missing = [row for row in wanted
                   if row["hostname"] not in found[row["pcap"], row["proto"]]]
        self.assertEqual(missing, [])


if __name__ == "__main__":
    unittest.main()
