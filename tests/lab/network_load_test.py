"""A busy house: reloads and power cuts under load lose nothing that was promised, and let nothing
through."""

import signal
import threading

import dns.exception

import lab
import network
from lab import rcode, records
from servers import zone_text

RATE = 300 if lab.IS_SANITIZED else 3000
SECONDS = 6


class Load(network.NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.router, cls.a, cls.b = cls.net.router, cls.net.child_a, cls.net.child_b
        cls.net.internet.knot({"example": zone_text("* A 192.0.2.1\nshort 1 A 192.0.2.2\n")})

    def setUp(self):
        # From the cache, from upstream each second, blocked by a list of ours and by one that came
        # with the program.
        self.folder = lab.Folder(self.addCleanup)
        names = [f"n{i}.example" for i in range(50)] + ["short.example"]
        names += ["bet.example", "pornhub.com"] * 5
        self.queries = self.folder.write("queries", "".join(f"{name} A\n" for name in names))
        self.filter = self.router.start_filter(self.config(), {"bets.txt": "bet.example\n"})
        self.blocked_count, self.let_through = 0, []

    def config(self):
        return self.net.config(lists=[
            {"name": "bets", "path": "bets.txt", "category": "gambling"}])

    def in_background(self, function, *arguments, **how):
        """Runs it meanwhile; returns what waits for its result."""
        results = []
        thread = threading.Thread(
            target=lambda: results.append(function(*arguments, **how)), daemon=True)
        thread.start()

        def result():
            thread.join()
            return results[0]
        return result

    def load(self, seconds=SECONDS):
        """dnsperf in both children's rooms, one over UDP on IPv4, one over TCP on IPv6; returns what
        waits for their figures."""
        running = [self.in_background(self.a.dnsperf, "192.168.7.1", self.queries, seconds, RATE),
                   self.in_background(self.b.dnsperf, "fd07::1", self.queries, seconds, RATE // 3,
                                      mode="tcp")]
        return lambda: [one() for one in running]

    def watch_blocked(self, stop):
        """Asks for blocked names until stop is set; keeps every answer that holds an address."""
        while not stop.is_set():
            for name in ("bet.example", "pornhub.com", "www.bet.example"):
                try:
                    reply = self.net.stranger.ask(name, within_s=0.3)
                except (OSError, dns.exception.Timeout):
                    continue
                if rcode(reply) == "NXDOMAIN":
                    self.blocked_count += 1
                else:
                    self.let_through.append((name, rcode(reply), records(reply, "A")))

    def assert_blocked_all_along(self):
        self.assertEqual(self.let_through, [])
        self.assertGreater(self.blocked_count, 50)

    def test_reloads_under_load_lose_no_answer_and_let_nothing_through(self):
        figures, stop = self.load(), threading.Event()
        self.addCleanup(stop.set)
        watched = self.in_background(self.watch_blocked, stop)
        for i in range(4):
            self.filter.folder.write("bets.txt", f"bet.example\nbet{i}.example\n")
            self.assertIn("haetae: reloaded", self.filter.reload())
            self.assertEqual(rcode(self.net.stranger.ask(f"bet{i}.example")), "NXDOMAIN")
        for one in figures():
            self.assertEqual(one["Queries lost"].split()[0], "0", one)
            self.assertEqual(one["Queries sent"], one["Queries completed"].split()[0], one)
            self.assertNotIn("SERVFAIL", one["Response codes"])
        stop.set()
        watched()
        self.assert_blocked_all_along()

    def test_what_a_reload_promised_outlives_kill_9_under_load(self):
        figures, stop = self.load(), threading.Event()
        self.addCleanup(stop.set)
        watched = self.in_background(self.watch_blocked, stop)
        for i in range(2):
            self.filter.folder.write("bets.txt", f"bet.example\nbet{i}.example\n")
            self.assertIn("haetae: reloaded", self.filter.reload())
            self.filter.process.send(signal.SIGKILL)
            self.filter.process.child.wait()
            self.filter.start()
            self.assertEqual(rcode(self.net.stranger.ask(f"bet{i}.example")), "NXDOMAIN")
        figures()
        stop.set()
        watched()
        self.assert_blocked_all_along()
        for one in self.load(2)():
            self.assertEqual(one["Queries lost"].split()[0], "0", one)


if __name__ == "__main__":
    network.main()
