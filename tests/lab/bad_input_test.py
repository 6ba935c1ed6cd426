"""Whatever people, lists and machines get wrong is told in a line that says what to do."""

import os
import signal
import socket
import subprocess
import time
import unittest

import lab

GOOD = lab.as_text(lab.base_config(5300, 53))


class BadInput(unittest.TestCase):
    def setUp(self):
        self.folder = lab.Folder(self.addCleanup)

    def serve(self, config, code=1, **options):
        """What `serve` says before it gives up."""
        filter_ = lab.Filter(self.addCleanup, self.folder, **options)
        filter_.configure(config)
        filter_.launch()
        self.assertEqual(filter_.process.child.wait(lab.PATIENCE_S), code, filter_.err())
        return filter_.err()

    def check(self, text):
        """The faults that `check` tells; `serve` tells the same."""
        file = self.folder.write("haetae.yaml", text)
        done = lab.run("check", "--config", file)
        self.assertEqual(done.returncode, 1, done.stderr)
        return done.stderr


class Configurations(BadInput):
    def test_each_mistake_has_its_line_and_a_hint(self):
        head = "profiles: {little: {block: [adult]}}\ndefault_profile: little\n"
        for name, lines, told in (
                ("an unknown key", "colour: red\n", r":3: colour: "),
                ("a misspelt key", "dns: {lisen: ['127.0.0.1:53']}\n", r":3: dns\.lisen: .*listen"),
                ("a duplicate key", "site: {name: a}\nsite: {name: b}\n",
                 r":4: 'site' is written twice .*line 3; keep one"),
                ("a bad CIDR", "networks: [{cidr: 192.168.7.0/40, profile: little}]\n",
                 r":3: networks\[0\]\.cidr: '192\.168\.7\.0/40'.*192\.168\.7\.0/24"),
                ("a bad address", "devices: [{name: a, address: 1.2.3, profile: little}]\n",
                 r":3: devices\[0\]\.address: '1\.2\.3'"),
                ("a missing list", "lists: [{name: a, path: gone.txt, category: adult}]\n",
                 r":3: lists\[0\]\.path: there is no file '.*gone\.txt'"),
                ("an unknown category", "lists: [{name: a, path: b, category: adlut}]\n",
                 r":3: lists\[0\]\.category: .*adlut.*adult"),
                ("a list's name that would leave the state folder",
                 "lists: [{name: ../../x, path: haetae.yaml, category: adult}]\n",
                 r":3: lists\[0\]\.name: '\.\./\.\./x'.*adult-one"),
                ("an unknown profile", "devices: [{name: a, address: 1.2.3.4, profile: litle}]\n",
                 r":3: devices\[0\]\.profile: .*litle.*little"),
                ("devices with one name",
                 "devices:\n- {name: a, address: 192.0.2.1, profile: little}\n"
                 "- {name: a, address: 192.0.2.2, profile: little}\n", r":5: devices.*'a'"),
                ("devices with one address",
                 "devices:\n- {name: a, address: 192.0.2.1, profile: little}\n"
                 "- {name: b, address: 192.0.2.1, profile: little}\n",
                 r":5: devices.*192\.0\.2\.1"),
                ("the whole internet", "dns: {allow_from: [0.0.0.0/0]}\n",
                 r":3: dns\.allow_from: .*public: true"),
                ("a port that is none", "dns: {listen: ['127.0.0.1:99999']}\n",
                 r":3: dns\.listen.*99999.*65535"),
                ("a zone that is none", "dns: {stub_zones: [{zone: 'a..b', server: 1.2.3.4}]}\n",
                 r":3: dns\.stub_zones\[0\]\.zone: 'a\.\.b'.*lan\.example"),
                ("a tab", "dns:\n\tlisten: []\n", r":4: .*tab"),
                ("an open bracket", "dns: [\n", r"haetae\.yaml:\d+: "),
                ("a NUL octet", "site: {name: 'a\0b'}\n", r"haetae\.yaml:3: ")):
            with self.subTest(name):
                self.assertRegex(self.check(head + lines), told)

    def test_bad_times_and_days(self):
        for entry, told in (("{bedtime: ['25:00-07:00']}",
                             "'25:00' is not a time; use 00:00 to 24:00"),
                            ("{bedtime: ['21:60-07:00']}", "'21:60' is not a time"),
                            ("{bedtime: [late]}", "'late'"),
                            ("{days: [mo], bedtime: ['21:00-07:00']}", "'mo'.*mon"),
                            ("{from: 2026-02-30, bedtime: ['21:00-07:00']}", "'2026-02-30'")):
            with self.subTest(entry):
                said = self.check(f"profiles: {{x: {{schedule: [{entry}]}}}}\n"
                                  "default_profile: x\n")
                self.assertRegex(said, rf"haetae\.yaml:1: profiles\.x\.schedule.*{told}")

    def test_files_that_are_no_configuration(self):
        for content in (b"", b"\0" * 1000, os.urandom(1000), b"\xff\xfe" + b"a: b\n" * 10,
                        b"[" * 100_000, b"a: &a [*a, *a]\n",
                        b"x" * 5_000_000):
            said = self.check(content)
            self.assertRegex(said, r"haetae\.yaml", content[:20])
            self.assertLess(len(said), 100_000)

    def test_no_file_at_all(self):
        for command in (["check"], ["serve"], ["lists", "build"]):
            done = lab.run(*command, "--config", self.folder.path / "none.yaml")
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, r"none\.yaml.*")

    def test_serve_tells_what_check_tells_and_ends(self):
        said = self.serve(GOOD.replace('"block"', '"blok"'))
        self.assertRegex(said, r"haetae\.yaml:\d+: profiles\.little\.blok: ")

    def test_the_command_line_alone_says_how_to_go_on(self):
        for arguments in ([], ["serve"], ["nonsense"], ["lists"], ["explain", "--config", "x"]):
            done = lab.run(*arguments)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("--help", done.stderr)


class BadLists(BadInput):
    def build(self, content, name="a.txt", **entry):
        """Compiles one list between two good things; returns what is said of it."""
        self.folder.write(name, content)
        file = self.folder.write("haetae.yaml", lab.as_text(lab.base_config(
            5300, 53, lists=[{"name": "a", "path": name, "category": "adult", **entry}])))
        built = lab.run("lists", "build", "--config", file)
        self.assertEqual(built.returncode, 0, built.stderr)
        return built.stderr, lab.run("lists", "report", "--config", file).stdout

    def test_what_is_no_list_is_refused_by_name(self):
        page = "<!DOCTYPE html>\n<html><body>404 not found</body></html>\n" * 20
        for content, told in ((page, "HTML"), ("", "empty"), ("\0\1\2\3" * 1000, "binary"),
                              (os.urandom(5000), "binary")):
            said, report = self.build(content)
            self.assertRegex(said, rf"list a is refused: .*(?i:{told})")
            self.assertRegex(report, rf"(?i){told}")

    def test_packed_lists_that_are_cut_or_broken_are_refused(self):
        good = "".join(f"x{i}.example\n" for i in range(5000))
        packed = subprocess.run(["zstd", "-q", "-c"], input=good.encode(), check=True,
                                capture_output=True).stdout
        for content in (packed[:len(packed) // 2], b"\x28\xb5\x2f\xfd" + os.urandom(500)):
            said, _ = self.build(content, "a.txt.zst")
            self.assertRegex(said, "list a is refused: ")

    def test_a_list_that_went_bad_keeps_its_last_good_rules(self):
        self.build("good.example\n")
        said, _ = self.build("<html>gone</html>\n" * 10)
        self.assertIn("list a is refused", said)
        done = lab.run("explain", "--config", self.folder.path / "haetae.yaml", "--json",
                       "good.example")
        self.assertIn('"verdict":"block"', done.stdout)

    def test_nul_octets_and_bad_lines_are_skipped_and_reported(self):
        # Behind the head: a list that starts with NUL octets is no text at all.
        head = "".join(f"x{i}.example\n" for i in range(10_000))
        said, report = self.build(head + "one.example\ntwo\0.example\n..\n" + "y" * 5000
                                  + "\nthree.example\n")
        self.assertEqual(said, "")
        self.assertRegex(report, r"a \(adult\): 10,002 rules from 10,005 lines.* 3 skipped")
        for told in ("holds a NUL octet", "not a host name", "longer than a line may be"):
            self.assertIn(told, report)
        for name, verdict in (("one.example", "block"), ("three.example", "block"),
                              ("two.example", "allow")):
            done = lab.run("explain", "--config", self.folder.path / "haetae.yaml", "--json", name)
            self.assertIn(f'"verdict":"{verdict}"', done.stdout)

    def test_a_line_of_100_megabytes_costs_no_memory(self):
        path = self.folder.path / "a.txt"
        with open(path, "wb") as out:
            out.write(b"one.example\n")
            for _ in range(100):
                out.write(b"z" * (1 << 20))
            out.write(b"\ntwo.example\n")
        file = self.folder.write("haetae.yaml", lab.as_text(lab.base_config(
            5300, 53, lists=[{"name": "a", "path": "a.txt", "category": "adult"}])))
        self.folder.write("empty.txt", "one.example\ntwo.example\n")
        least = self.peak_of_build(self.folder.write("least.yaml", lab.as_text(lab.base_config(
            5300, 53, state={"path": "state2"},
            lists=[{"name": "a", "path": "empty.txt", "category": "adult"}]))))
        peak = self.peak_of_build(file)
        if not lab.IS_SANITIZED:
            self.assertLess(peak - least, 4 << 20)
        done = lab.run("explain", "--config", file, "--json", "two.example", "one.example")
        self.assertEqual(done.stdout.count('"verdict":"block"'), 2)

    def peak_of_build(self, file):
        """The most memory that `lists build` held, in octets."""
        child = subprocess.Popen([lab.HAETAE, "lists", "build", "--config", file],
                                 stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(child.returncode, 0)
        return usage.ru_maxrss * 1024


class BadMachines(BadInput):
    def test_a_port_in_use_is_named_and_what_to_do(self):
        for kind, protocol in ((socket.SOCK_DGRAM, "UDP"), (socket.SOCK_STREAM, "TCP")):
            port = lab.free_port()
            with socket.socket(socket.AF_INET, kind) as other:
                other.bind(("127.0.0.1", port))
                if kind == socket.SOCK_STREAM:
                    other.listen()
                said = self.serve(lab.base_config(port, 53))
            self.assertRegex(said, rf"haetae: dns\.listen 127\.0\.0\.1:{port} \({protocol}\): "
                                   "another program answers on this port already; stop it")

    def test_a_second_filter_on_the_same_port_does_not_share_it(self):
        port = lab.free_port()
        lab.Filter(self.addCleanup).start(lab.base_config(port, 53))
        self.assertIn("another program answers on this port", self.serve(lab.base_config(port, 53)))

    def test_an_address_of_another_machine(self):
        config = lab.base_config(5300, 53, dns={"listen": ["192.0.2.1:5300"]})
        self.assertIn("dns.listen 192.0.2.1:5300 (UDP): this machine has no such address; see `ip",
                      self.serve(config))

    def test_no_permission_to_bind(self):
        with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding="ascii") as start:
            if int(start.read()) <= 53:
                self.skipTest("this kernel lets everybody bind port 53")
        drop = [] if os.geteuid() else ["setpriv", "--no-new-privs", "--inh-caps=-all",
                                        "--bounding-set=-all"]
        file = self.folder.write("haetae.yaml", lab.as_text(lab.base_config(
            5300, 53, dns={"listen": ["127.0.0.77:53"]})))
        done = subprocess.run([*drop, lab.HAETAE, "serve", "--config", file], check=False,
                              capture_output=True, text=True, timeout=lab.PATIENCE_S)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"dns\.listen 127\.0\.0\.77:53 \(UDP\): no permission .*"
                                      "CAP_NET_BIND_SERVICE")

    def test_a_state_folder_that_cannot_be_made(self):
        self.folder.write("file", "")
        said = self.serve(lab.base_config(5300, 53, state={"path": "file/state"}))
        self.assertRegex(said, r"state\.path: '.*/file' is a file; name a folder")

    def test_an_event_file_that_cannot_be_written(self):
        said = self.serve(lab.base_config(lab.free_port(), 53, log={"events": "no/such/e.jsonl"}))
        self.assertRegex(said, r"log\.events.*no/such/e\.jsonl cannot be written.*make its folder")

    def test_a_rules_folder_that_is_none(self):
        said = self.serve(lab.base_config(5300, 53, rules={"path": "nothing"}))
        self.assertRegex(said, r"rules\.path: there is no such folder")

    def test_a_reader_of_events_that_goes_away_is_not_the_end(self):
        port = lab.free_port()
        file = self.folder.write("haetae.yaml", lab.as_text(lab.base_config(port, 53)))
        with open(self.folder.path / "err", "wb") as err:
            child = subprocess.Popen([lab.HAETAE, "serve", "--config", file], stderr=err,
                                     stdout=subprocess.PIPE)
        self.addCleanup(child.kill)
        lab.wait_until(lambda: b"ready" in (self.folder.path / "err").read_bytes(), "ready")
        child.stdout.close()
        for _ in range(3):
            self.assertEqual(lab.rcode(lab.ask(port, "pornhub.com")), "NXDOMAIN")
            time.sleep(0.1)
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(lab.PATIENCE_S), 0)


if __name__ == "__main__":
    unittest.main()
