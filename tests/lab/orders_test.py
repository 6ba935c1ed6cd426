"""What guardians say to the running filter: it is done on all workers, kept over restarts, power cuts
and reloads, and taken from nobody else."""

import json
import os
import random
import shutil
import socket
import subprocess
import threading
import time
import unittest

import lab
from lab import ask, rcode, records
from servers import Knot, zone_text

WORKERS = 4
ZONES = {name: zone_text("@ A 192.0.2.1\nwww A 192.0.2.1\n")
         for name in ("example", "youtube.com", "wikipedia.org", "bing.com", "pornhub.com")}
MINJI, JUN, PARENT = "127.0.0.2", "127.0.0.3", "127.0.0.4"
PROFILES = {"minji": {"block": ["adult"], "services": {"block": ["youtube"]},
                      "deny": ["wikipedia.org"], "safe_search": "strict"},
            "jun": {"block": ["adult"], "focus": {"allow": ["wikipedia.org"]}},
            "parents": {"age": "adult"}}


class Ordered(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.knot = Knot(cls.addClassCleanup, ZONES)

    def setUp(self):
        self.port = lab.free_port()
        self.filter = lab.Filter(self.addCleanup)
        self.journal = self.filter.folder.path / "state/standing.journal"

    def config(self, profiles=PROFILES, **changes):
        devices = [{"name": name, "address": address, "profile": name}
                   for name, address in (("minji", MINJI), ("jun", JUN), ("parents", PARENT))
                   if name in profiles]
        return lab.base_config(self.port, self.knot.port, **{
            "workers": WORKERS, "profiles": profiles, "devices": devices,
            "default_profile": next(iter(profiles)), **changes})

    def run_order(self, *words, **options):
        return lab.run(*words, "--config", self.filter.config_path, **options)

    def order(self, *words, code=0, **options):
        """What it says on standard output and error."""
        done = self.run_order(*words, **options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def status(self):
        return json.loads(self.order("status", "--json"))

    def on(self):
        """What is on: (profile, what, thing), sorted."""
        rows = []
        for profile in self.status()["profiles"]:
            rows += [e for e in (profile["pause"], profile["focus"], *profile["grants"]) if e]
        return sorted((row["profile"], row["what"], row["thing"]) for row in rows)

    def code(self, source, name="www.example"):
        """The one code that all workers answer with."""
        codes = {rcode(ask(self.port, name, source=source)) for _ in range(10 * WORKERS)}
        self.assertEqual(len(codes), 1, f"{name}: {codes}")
        return codes.pop()


class Orders(Ordered):
    def setUp(self):
        super().setUp()
        self.filter.start(self.config())

    def test_a_pause_is_real_on_all_workers_when_the_command_returns(self):
        for _ in range(20):
            self.order("pause", "minji", "30m")
            self.assertEqual(self.code(MINJI), "NXDOMAIN")
            self.order("resume", "minji")
            self.assertEqual(self.code(MINJI), "NOERROR")
        self.assertEqual(self.code(JUN), "NOERROR")

    def test_all_means_children(self):
        said = self.order("pause", "all", "until", "07:00")
        self.assertIn("jun and minji are paused until 07:00", said)
        self.assertIn("`all` does not mean parents", said)
        self.assertEqual([self.code(who) for who in (MINJI, JUN, PARENT)],
                         ["NXDOMAIN", "NXDOMAIN", "NOERROR"])
        self.order("resume", "all")
        self.assertEqual(self.code(JUN), "NOERROR")

    def test_focus_leaves_what_it_allows(self):
        self.order("focus", "jun", "1h")
        self.assertEqual(self.code(JUN), "NXDOMAIN")
        self.assertEqual(self.code(JUN, "www.wikipedia.org"), "NOERROR")
        self.assertEqual(self.code(MINJI), "NOERROR")
        self.order("focus", "jun", "off")
        self.assertEqual(self.code(JUN), "NOERROR")

    def test_grants_open_what_they_name_and_are_taken_back(self):
        for words, name in ((("site", "wikipedia.org"), "www.wikipedia.org"),
                            (("service", "YouTube"), "www.youtube.com"),
                            (("category", "adult"), "www.pornhub.com")):
            with self.subTest(words=words):
                self.assertEqual(self.code(MINJI, name), "NXDOMAIN")
                self.order("grant", "minji", *words, "1h")
                self.assertEqual(self.code(MINJI, name), "NOERROR")
                self.assertLessEqual(
                    max(lab.ttls(ask(self.port, name, source=MINJI).answer)), 60)
                self.order("revoke", "minji", *words)
                self.assertEqual(self.code(MINJI, name), "NXDOMAIN")

    def test_safe_search_is_lifted_only_by_who_says_so(self):
        def led_away():
            return bool(records(ask(self.port, "www.bing.com", source=MINJI), "CNAME"))
        self.assertTrue(led_away())
        self.order("grant", "minji", "site", "bing.com", "10m")
        self.assertTrue(led_away())
        self.order("grant", "minji", "site", "bing.com", "10m", "--no-safe-search")
        self.assertFalse(led_away())
        self.order("revoke", "minji")
        self.assertTrue(led_away())

    def test_status_shows_what_is_on(self):
        self.order("pause", "jun")
        self.order("grant", "minji", "service", "youtube", "15m")
        said = self.order("status")
        self.assertIn("jun: paused until it is ended [1]", said)
        self.assertRegex(said, r"minji: may use service youtube until .*\(Asia/Seoul\) \[2\]")
        self.assertEqual(self.on(), [("jun", "pause", None), ("minji", "service", "youtube")])
        status = self.status()
        self.assertTrue(status["clock_is_set"])
        self.assertRegex(status["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$")

    def test_mistakes_are_told_with_what_was_meant(self):
        for words, told in ((("pause", "minij"), "no profile 'minij'; did you mean 'minji'?"),
                            (("grant", "minji", "service", "yutube", "1h"),
                             "no service 'yutube'; did you mean 'youtube'?"),
                            (("pause", "minji", "until", "25:00"), "'25:00' is not a time"),
                            (("grant", "minji", "site", "wikipedia.org"), "for how long?"),
                            (("revoke", "99"), "nothing that is on has the number 99")):
            self.assertIn(told, self.order(*words, code=1))
        self.assertEqual(self.on(), [])

    def test_a_filter_that_does_not_run_is_told(self):
        self.filter.stop()
        self.assertIn("no filter is running", self.order("pause", "minji", code=1))
        self.assertFalse((self.filter.folder.path / "state/control.sock").exists())


class Kept(Ordered):
    """Nothing that was acknowledged is lost."""

    def test_over_a_restart_and_a_kill(self):
        self.filter.start(self.config())
        self.order("pause", "minji", "30m")
        self.order("focus", "jun")
        self.order("grant", "jun", "site", "wikipedia.org", "1h")
        self.order("revoke", "3")
        before = self.status()["profiles"]
        for end in (self.filter.stop, self.filter.kill):
            end()
            self.filter.start()
            self.assertEqual(self.code(MINJI), "NXDOMAIN")
            after = self.status()["profiles"]
            for old, new in zip(before, after):
                for key in ("profile", "pause", "focus", "grants"):
                    self.assertEqual(self.without_fractions(new[key]),
                                     self.without_fractions(old[key]))

    @staticmethod
    def without_fractions(entry):
        """Ends are kept by the time since boot: the last millisecond may round to another second."""
        if isinstance(entry, dict):
            return {k: v for k, v in entry.items() if k not in ("from", "until")}
        return entry

    def test_over_kills_under_load(self):
        """Kills it at any moment between and within commands, while devices ask."""
        self.filter.start(self.config())
        asking = threading.Event()
        self.addCleanup(asking.set)
        threading.Thread(target=self.ask_until, args=(asking,), daemon=True).start()
        chance = random.Random(20270304)
        believed, doubtful, acknowledged = set(), set(), 0
        for _ in range(10):
            stop_at = time.monotonic() + chance.uniform(0.05, 0.5)
            killer = threading.Timer(stop_at - time.monotonic(), self.filter.kill)
            killer.start()
            while self.filter.process.is_running():
                site = f"s{chance.randrange(30)}.example"
                word = "revoke" if ("minji", "site", site) in believed else "grant"
                done = self.run_order(word, "minji", "site", site,
                                      *(["2h"] if word == "grant" else []))
                change = ("minji", "site", site)
                if done.returncode == 0:
                    (believed.add if word == "grant" else believed.discard)(change)
                    doubtful.discard(change)
                    acknowledged += 1
                else:
                    doubtful.add(change)  # it may have been written before the kill
            killer.join()
            self.filter.start()
            self.assertNotIn("is damaged", self.filter.err())
            on = set(self.on())
            self.assertEqual(on - doubtful, believed - doubtful)
            believed = on
            doubtful = set()
        self.assertGreater(acknowledged, 20)

    def ask_until(self, done):
        while not done.is_set():
            try:
                ask(self.port, "www.example", source=JUN, within_s=0.2)
            except Exception:  # pylint: disable=broad-except
                time.sleep(0.01)

    def test_over_a_reload_that_reorders_profiles(self):
        self.filter.start(self.config())
        self.order("pause", "minji")
        self.order("grant", "jun", "category", "adult", "1h")
        for _ in range(6):
            profiles = dict(reversed(PROFILES.items()))
            self.filter.reload(self.config(profiles))
            self.assertEqual(self.code(MINJI), "NXDOMAIN")
            self.assertEqual(self.code(PARENT), "NOERROR")
            self.assertEqual(self.code(JUN, "www.pornhub.com"), "NOERROR")
            self.filter.reload(self.config(PROFILES))
            self.assertEqual(self.code(MINJI), "NXDOMAIN")

    def test_nobody_slips_through_a_reload(self):
        self.filter.start(self.config())
        self.order("pause", "minji")
        done, leaked = threading.Event(), []

        def watch():
            while not done.is_set():
                if rcode(ask(self.port, "www.example", source=MINJI)) != "NXDOMAIN":
                    leaked.append(time.monotonic())
                if rcode(ask(self.port, "www.example", source=PARENT)) != "NOERROR":
                    leaked.append(time.monotonic())
        threads = [threading.Thread(target=watch) for _ in range(2)]
        for thread in threads:
            thread.start()
        for turn in range(12):
            items = list(PROFILES.items())
            self.filter.reload(self.config(dict(items[turn % 3:] + items[:turn % 3])))
        done.set()
        for thread in threads:
            thread.join()
        self.assertEqual(leaked, [])

    def test_over_a_profile_that_goes_and_comes_back(self):
        self.filter.start(self.config())
        self.order("pause", "minji")
        without = {name: rules for name, rules in PROFILES.items() if name != "minji"}
        said = self.filter.reload(self.config(without))
        self.assertIn("of minji wait", said)
        self.assertIn("waiting: pause of minji", self.order("status"))
        self.filter.reload(self.config())
        self.assertEqual(self.code(MINJI), "NXDOMAIN")
        self.filter.reload(self.config(without))
        self.order("resume", "minji")
        self.filter.reload(self.config())
        self.assertEqual(self.code(MINJI), "NOERROR")

    def test_over_a_damaged_journal_up_to_the_damage(self):
        self.filter.start(self.config())
        self.order("pause", "minji")
        self.order("pause", "jun")
        self.filter.stop()
        whole = self.journal.read_bytes()
        for content, minji, told in ((whole[:-10], "NXDOMAIN", "half a record"),
                                     (whole[:-10] + b"\xff" * 10, "NXDOMAIN", "half a record"),
                                     (whole.replace(b" jun ", b" jum "), "NXDOMAIN", "damaged"),
                                     (b"\0" * 4096, "NOERROR", "first line"),
                                     (whole.replace(b"standing 1", b"standing 9"), "NOERROR",
                                      "first line")):
            self.journal.write_bytes(content)
            self.filter.start()
            lines = [line for line in self.filter.err().splitlines() if "journal" in line]
            self.assertEqual(len(lines), 1, lines)
            self.assertIn(told, lines[0])
            self.assertEqual(self.code(MINJI), minji)
            self.assertEqual(self.code(JUN), "NOERROR")
            aside = self.journal.with_name("standing.journal.damaged")
            self.assertEqual(aside.read_bytes(), content)
            # And it is whole again.
            self.order("pause", "jun")
            self.filter.kill()
            self.filter.start()
            self.assertNotIn("journal", self.filter.err())
            self.assertEqual(self.code(JUN), "NXDOMAIN")
            self.filter.stop()


class FullDisk(Ordered):
    """The state folder is a small file system of its own, in a mount namespace of the filter's."""

    @unittest.skipUnless(os.geteuid() == 0, "needs root for a mount of its own")
    def test_what_cannot_be_kept_is_said_and_done_all_the_same(self):
        self.filter.configure(self.config())
        state = self.filter.folder.path / "state"
        state.mkdir()
        go = ("mount -t tmpfs -o size=4m none state && exec "
              f"{lab.HAETAE} serve --config haetae.yaml")
        self.filter.process = lab.Process(self.filter.folder,
                                          ["unshare", "--mount", "sh", "-c", go], "serve")
        lab.wait_until(self.filter.is_ready, "ready")
        inside = f"/proc/{self.filter.pid()}/root{state}"
        self.enter = ["nsenter", "--mount", "--root", "--target", str(self.filter.pid())]
        self.ordered_inside("pause", "minji")
        with open(f"{inside}/ballast", "wb") as ballast:
            try:
                while True:
                    ballast.write(b"x" * 65536)
                    ballast.flush()
            except OSError:
                pass
            # The last page of the journal has room for a record or two.
            done = None
            for turn in range(200):
                done = self.ordered_inside("grant", "jun", "site", f"s{turn}.example", "1h")
                if done.returncode != 0:
                    break
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("jun may use site", done.stdout)
        self.assertIn("not kept", done.stderr)
        self.assertIn("No space left on device", done.stderr)
        done = self.ordered_inside("pause", "jun")
        self.assertEqual(done.returncode, 3)
        self.assertEqual(self.code(JUN), "NXDOMAIN")
        os.unlink(f"{inside}/ballast")
        lab.wait_until(lambda: "standing.journal: kept" in self.filter.err(), "it is kept after all")
        with open(f"{inside}/standing.journal", "rb") as journal:
            self.assertIn(b" pause jun ", journal.read())
        self.assertEqual(self.ordered_inside("resume", "jun").returncode, 0)

    def ordered_inside(self, *words):
        return subprocess.run([*self.enter, str(lab.HAETAE), *words, "--config",
                               str(self.filter.config_path)], capture_output=True, text=True,
                              timeout=lab.PATIENCE_S, check=False)


class Socket(Ordered):
    """The control socket and whoever comes to it."""

    def setUp(self):
        super().setUp()
        self.filter.start(self.config())
        self.path = self.filter.folder.path / "state/control.sock"

    def connect(self):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(client.close)
        client.connect(str(self.path))  # waits while the queue is full
        client.settimeout(lab.PATIENCE_S)
        return client

    def say(self, line):
        client = self.connect()
        try:
            client.sendall(line)
        except OSError:
            pass  # refused before it was read
        return self.answer(client)

    @staticmethod
    def answer(client):
        text = b""
        try:
            while chunk := client.recv(65536):
                text += chunk
        except ConnectionResetError:
            pass  # it was closed before all that was sent was read
        return json.loads(text) if text else None

    def test_is_for_its_owner_and_group_only(self):
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o660)

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
    def test_nobody_else_may_give_orders(self):
        self.open_path()
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        said = self.as_user(nobody, "pause", "minji")
        self.assertEqual(said.returncode, 1)
        self.assertIn("you may not talk to the filter", said.stderr)
        # Even where the file's mode lets anybody in.
        self.path.chmod(0o666)
        said = self.as_user(nobody, "pause", "minji")
        self.assertEqual(said.returncode, 1)
        self.assertIn("nobody may not give the filter orders", said.stderr)
        self.assertEqual(self.code(MINJI), "NOERROR")

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
    def test_members_of_the_configured_group_may(self):
        self.open_path()
        games = ["setpriv", "--reuid=65534", "--regid=65534"]
        self.filter.reload(self.config(control={"group": "games"}))
        for member in (["--groups=60"], ["--regid=60", "--clear-groups"]):
            words = games + member if member[0].startswith("--groups") else games[:2] + member
            said = self.as_user(words, "pause", "minji", "1m")
            self.assertEqual(said.returncode, 0, said.stderr)
        said = self.as_user([*games, "--clear-groups"], "resume", "minji")
        self.assertEqual(said.returncode, 1)
        self.filter.reload(self.config())
        self.assertEqual(self.as_user([*games, "--groups=60"], "resume", "minji").returncode, 1)
        said = self.filter.reload(self.config(control={"group": "no-such-group"}))
        self.assertIn("has no group 'no-such-group'", said)

    def open_path(self):
        """Temporary folders are closed to others."""
        for folder in (self.filter.folder.path, self.path.parent):
            folder.chmod(0o755)

    def as_user(self, prefix, *words):
        # Where the program itself stands may be closed to others.
        program = self.filter.folder.path / "haetae"
        if not program.exists():
            shutil.copy(lab.HAETAE, program)
            program.chmod(0o755)
        return subprocess.run([*prefix, str(program), *words, "--config",
                               str(self.filter.config_path)], capture_output=True, text=True,
                              timeout=lab.PATIENCE_S, check=False,
                              env={**os.environ, "HAETAE_RULES": str(lab.ROOT / "rules")})

    def test_broken_requests_are_refused_with_a_reason(self):
        for line, told in ((b"\n", "JSON"), (b"hello\n", "JSON"), (b"[]\n", "object"),
                           (b"{}\n", "command"), (b'{"command":7}\n', "command"),
                           (b'{"command":"pause","words":"minji"}\n', "words"),
                           (b'{"command":"pause","words":[1]}\n', "words"),
                           (b'{"command":"explode"}\n', "no command 'explode'"),
                           (b'{"command":"pause"}\n', "whose?"),
                           (b"\xff\xfe\n", "JSON"), (b"[" * 10000 + b"\n", "JSON"),
                           (b"x" * 20000, "too long")):
            answer = self.say(line)
            self.assertFalse(answer["ok"], line[:40])
            self.assertIn(told, answer["error"])
        self.assertEqual(self.on(), [])

    def test_clients_that_hang_hurt_nobody(self):
        hanging = [self.connect() for _ in range(40)]
        for client in hanging[:8]:
            client.sendall(b'{"command":')
        since = time.monotonic()
        self.assertEqual(self.code(MINJI), "NOERROR")

        def accepted():
            return self.run_order("pause", "minji").returncode == 0
        lab.wait_until(accepted, "a place is free", within_s=12)
        self.assertLess(time.monotonic() - since, 8)
        self.assertTrue(self.filter.process.is_running())

    def test_a_client_that_goes_away_hurts_nobody(self):
        for _ in range(50):
            client = self.connect()
            client.sendall(b'{"command":"status"}\n')
            client.close()
        self.assertTrue(self.status()["profiles"])

    def test_what_a_killed_filter_left_is_replaced(self):
        self.filter.kill()
        self.assertTrue(self.path.exists())
        self.filter.start()
        self.order("pause", "minji")

    def test_a_second_filter_is_told_that_one_is_running(self):
        done = lab.run("serve", "--config", self.filter.config_path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("a filter is already running", done.stderr)
        self.order("pause", "minji")
        self.assertEqual(self.code(MINJI), "NXDOMAIN")

    def test_it_filters_even_where_the_socket_cannot_be(self):
        self.filter.stop()
        self.filter.folder.write("taken", "a file")
        for path, told in (("taken", "this is no socket"), ("no/such/folder/s", "No such file"),
                           ("x" * 120, "too many for a socket's path")):
            self.filter.start(self.config(control={"path": path}))
            self.assertIn("no commands are taken", self.filter.err())
            self.assertIn(told, self.filter.err())
            self.assertEqual(self.code(MINJI), "NOERROR")
            self.filter.stop()
        self.assertEqual((self.filter.folder.path / "taken").read_text(), "a file")

    def test_the_socket_may_stand_elsewhere(self):
        self.filter.stop()
        self.filter.start(self.config(control={"path": "orders.sock"}))
        self.order("pause", "minji")
        self.assertEqual(self.code(MINJI), "NXDOMAIN")
        self.assertTrue((self.filter.folder.path / "orders.sock").is_socket())


if __name__ == "__main__":
    unittest.main()
