"""Power cuts, full disks and broken files: the filter goes on with what it had, and the next start
finds a whole image."""

import os
import resource
import shutil
import signal
import subprocess
import time
import unittest

import lab
from lab import ask, rcode

NAMES = 300_000


class Crash(unittest.TestCase):
    def setUp(self):
        self.port = lab.free_port()
        self.filter = lab.Filter(self.addCleanup)
        self.folder = self.filter.folder
        self.image = self.folder.path / "state/lists.image"
        self.folder.write("small.txt", "old.example\n")

    def config(self, **changes):
        return lab.base_config(self.port, 53, **{"lists": [
            {"name": "small", "path": "small.txt", "category": "adult"}], **changes})

    def big_config(self):
        """With a list that takes a moment to compile."""
        big = self.folder.path / "big.txt"
        if not big.exists():
            big.write_text(self.many_names())
        return self.config(lists=[{"name": "small", "path": "small.txt", "category": "adult"},
                                  {"name": "big", "path": "big.txt", "category": "adult"}])

    @staticmethod
    def many_names():
        return "".join(f"b{i}.big.example\n" for i in range(NAMES))

    def is_blocked(self, name):
        """Asks the running filter; its upstream is dead, so anything else is SERVFAIL or late."""
        return rcode(ask(self.port, name)) == "NXDOMAIN"

    def explain(self, name):
        done = lab.run("explain", "--config", self.filter.config_path, "--json", name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return '"verdict":"block"' in done.stdout

    def assert_no_leftovers(self):
        """Nothing half-written takes up the disk once a build has gone well."""
        left = [p.name for p in self.image.parent.iterdir() if "tmp" in p.name]
        self.assertEqual(left, [])


class KilledBuilds(Crash):
    def test_kill_during_lists_build_leaves_a_whole_image_at_any_moment(self):
        self.filter.configure(self.config())
        self.assertEqual(lab.run("lists", "build", "--config",
                                 self.filter.config_path).returncode, 0)
        self.filter.configure(self.big_config())
        since = time.monotonic()
        self.assertEqual(lab.run("lists", "build", "--config",
                                 self.filter.config_path).returncode, 0)
        whole_s = time.monotonic() - since
        for part in (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95):
            with self.subTest(part=part):
                child = subprocess.Popen([lab.HAETAE, "lists", "build", "--config",
                                          self.filter.config_path], stdout=subprocess.DEVNULL)
                time.sleep(whole_s * part)
                child.kill()
                child.wait()
                stat = lab.run("lists", "stat", "--config", self.filter.config_path)
                self.assertEqual(stat.returncode, 0, stat.stderr)
                self.assertIn("current", stat.stdout)
        self.assertTrue(self.explain("b1.big.example"))
        self.assertEqual(lab.run("lists", "build", "--config",
                                 self.filter.config_path).returncode, 0)
        self.assert_no_leftovers()

    def test_killing_the_builder_of_a_reload_leaves_the_filter_as_it_was(self):
        self.filter.start(self.config())
        self.filter.configure(self.big_config())
        self.filter.process.send(signal.SIGHUP)
        builder = lab.wait_until(self.builder, "the builder")
        os.kill(builder, signal.SIGKILL)
        lab.wait_until(lambda: "not reloaded" in self.filter.err(), "its end")
        self.assertIn("the lists could not be compiled; those in use stay", self.filter.err())
        self.assertTrue(self.is_blocked("old.example"))
        self.assertIn("haetae: reloaded", self.filter.reload())
        self.assertTrue(self.is_blocked("b1.big.example"))

    def builder(self):
        """The pid of the filter's child."""
        path = f"/proc/{self.filter.pid()}/task/{self.filter.pid()}/children"
        with open(path, encoding="ascii") as children:
            text = children.read().split()
        return int(text[0]) if text else None

    def test_killing_the_filter_during_a_reload_leaves_a_whole_image(self):
        self.filter.start(self.config())
        for wait_s in (0.02, 0.2, 0.4):
            self.filter.configure(self.big_config())
            self.filter.process.send(signal.SIGHUP)
            time.sleep(wait_s)
            self.filter.kill()
            self.filter.start()
            self.assertTrue(self.is_blocked("b1.big.example"))
            self.filter.configure(self.config())
            self.filter.reload()
        # Three kills in a row would lead to the last good state; none is kept yet.
        self.assertTrue(self.is_blocked("old.example"))

    def test_a_kill_while_events_are_written_leaves_whole_lines(self):
        self.filter.start(self.config(log={"events": "events.jsonl"}))
        for _ in range(200):
            self.is_blocked("old.example")
        self.filter.kill()
        text = (self.folder.path / "events.jsonl").read_text()
        self.assertTrue(text.endswith("}\n"))


class FullDisks(Crash):
    def test_a_build_on_a_full_disk_says_so_and_the_old_image_stays(self):
        self.filter.configure(self.config())
        build = ("lists", "build", "--config", self.filter.config_path)
        self.assertEqual(lab.run(*build).returncode, 0)
        before = self.image.read_bytes()
        self.filter.configure(self.big_config())
        done = lab.run(*build, preexec_fn=self.fill_disk)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r"(?i)haetae: .*lists\.image.*"
                                      "(disk|space|too large|cannot be written)")
        self.assertEqual(self.image.read_bytes(), before)
        self.assertEqual(lab.run(*build).returncode, 0)
        self.assert_no_leftovers()

    def test_a_reload_on_a_full_disk_changes_nothing_and_the_next_start_is_whole(self):
        self.filter.options = {"preexec_fn": self.fill_disk}
        self.filter.start(self.config())
        self.folder.write("small.txt", "old.example\n" + self.many_names())
        said = self.filter.reload()
        self.assertIn("not reloaded: the lists could not be compiled", said)
        self.assertTrue(self.is_blocked("old.example"))
        self.filter.kill()
        self.filter.start()
        self.assertIn("going on with the older ones", self.filter.err())
        self.assertTrue(self.is_blocked("old.example"))

    def test_a_small_file_system_that_is_really_full(self):
        if os.geteuid() != 0:
            self.skipTest("mounting needs root")
        state = self.folder.path / "state"
        state.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", state],
                          check=False, capture_output=True).returncode != 0:
            self.skipTest("this machine does not let us mount")
        self.addCleanup(subprocess.run, ["umount", "-l", state], check=False)
        self.filter.start(self.config())
        said = self.filter.reload(self.big_config())
        self.assertIn("not reloaded: the lists could not be compiled", said)
        self.assertTrue(self.is_blocked("old.example"))
        self.filter.stop()
        self.filter.start(self.config())
        self.assertTrue(self.is_blocked("old.example"))

    @staticmethod
    def fill_disk():
        """What a child may still write: enough for the small image, not for the big one."""
        size = 512 * 1024
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


class BrokenFiles(Crash):
    def test_a_broken_image_is_told_and_made_anew(self):
        self.filter.configure(self.config())
        self.assertEqual(lab.run("lists", "build", "--config",
                                 self.filter.config_path).returncode, 0)
        told = r"haetae: .*lists\.image is .*build .*again with `haetae lists build`"
        good = self.image.read_bytes()
        middle = len(good) // 2
        for name, content in (
                ("truncated", good[:middle]), ("empty", b""),
                ("one bit", good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1:]),
                ("another file", b"#!/bin/sh\n" * 1000), ("longer", good + b"\0" * 8)):
            with self.subTest(name):
                self.image.write_bytes(content)
                stat = lab.run("lists", "stat", "--config", self.filter.config_path)
                self.assertEqual(stat.returncode, 1)
                self.assertRegex(stat.stderr, told)
                self.filter.start()
                self.assertRegex(self.filter.err(), told)
                self.assertTrue(self.is_blocked("old.example"))
                self.assertEqual(self.filter.stop(), 0)
                self.assertGreater(len(self.image.read_bytes()), 1000)

    def test_broken_reports_and_caches_do_no_harm(self):
        self.filter.start(self.config())
        self.filter.stop()
        for path in self.image.parent.iterdir():
            if path.is_file() and path != self.image:
                path.write_bytes(os.urandom(100))
        self.filter.start()
        self.assertTrue(self.is_blocked("old.example"))
        self.assertTrue(self.is_blocked("pornhub.com"))

    def test_an_image_replaced_under_the_running_filter_does_no_harm(self):
        self.filter.start(self.config())
        self.image.unlink()
        self.assertTrue(self.is_blocked("old.example"))
        self.assertIn("haetae: reloaded", self.filter.reload())
        self.assertTrue(self.is_blocked("old.example"))


class LastGood(Crash):
    """What limits::kSettledAfter keeps after a minute is put there by hand: see CrashGuard."""

    def setUp(self):
        super().setUp()
        self.filter.start(self.config())
        self.filter.stop()
        self.good = self.folder.path / "state/last_good"
        self.good.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.filter.config_path, self.good / "haetae.yaml")
        shutil.copy(self.image, self.good / "lists.image")

    def crash(self, times):
        for _ in range(times):
            self.filter.start()
            self.filter.kill()

    def test_after_three_crashes_in_a_row_it_starts_from_what_worked_last(self):
        self.folder.write("small.txt", "new.example\n")
        self.filter.configure(self.config())
        self.crash(3)
        self.filter.start()
        self.assertRegex(self.filter.err(), r"haetae: 3 starts in a row failed: starting from the "
                                            r"last configuration .*haetae\.yaml")
        self.assertTrue(self.is_blocked("old.example"))
        # A reload goes to the present configuration.
        self.assertIn("haetae: reloaded", self.filter.reload())
        self.assertTrue(self.is_blocked("new.example"))
        self.assertFalse(self.is_blocked("old.example"))

    def test_a_clean_stop_breaks_the_row(self):
        self.crash(2)
        self.filter.start()
        self.assertEqual(self.filter.stop(), 0)
        self.crash(2)
        self.filter.start()
        self.assertNotIn("in a row failed", self.filter.err())

    def test_a_configuration_that_cannot_be_read_counts_as_a_failed_start(self):
        self.filter.configure(self.config(nonsense=1))
        for _ in range(3):
            self.filter.launch()
            self.assertEqual(self.filter.process.child.wait(lab.PATIENCE_S), 1)
        self.filter.start()
        self.assertTrue(self.is_blocked("old.example"))

    def test_a_broken_last_good_image_does_not_keep_the_filter_down(self):
        (self.good / "lists.image").write_bytes(b"broken")
        self.crash(3)
        self.filter.start()
        self.assertTrue(self.is_blocked("old.example"))


if __name__ == "__main__":
    unittest.main()
