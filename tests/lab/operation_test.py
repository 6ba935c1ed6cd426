"""Looking after a filter that runs: `haetae doctor` on the router, /metrics and /healthz."""

import json
import re
import time

import lab
import network
from servers import zone_text

ANNOUNCER = """keep-in-foreground
port=0
user=root
interface=eth0
enable-ra
dhcp-range=::,constructor:eth0,ra-only
dhcp-option=option6:dns-server,[2001:db8::bad]
dhcp-leasefile=leases
pid-file=pid
log-facility=-
"""


class Doctor(network.NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net.internet.knot({"": zone_text("www.example A 192.0.2.1")}, signed=("",))

    def examine(self, **changes):
        """What the doctor finds on the router: its exit code, and its object."""
        folder = lab.Folder(self.addCleanup)
        folder.write("haetae.yaml", lab.as_text(self.net.config(**changes)))
        done = self.net.router.haetae("doctor", "--json", "--config", folder.path / "haetae.yaml")
        return done.returncode, json.loads(done.stdout)

    @staticmethod
    def faults(found):
        return {row["topic"]: row["text"] for row in found["findings"] if row["level"] == "fault"}

    def test_a_healthy_router_has_no_fault(self):
        self.addCleanup(self.net.router.start_filter(self.net.config()).kill)
        code, found = self.examine()
        self.assertEqual(self.faults(found), {})
        self.assertEqual(code, 0)
        self.assertEqual(found["standpoint"], "router")
        self.assertTrue(found["cannot_enforce"])
        texts = [row["text"] for row in found["findings"]]
        self.assertIn("the clock agrees with signatures from outside", texts)
        self.assertIn(f"{self.net.router.lan.address} port 53: the filter answers here", texts)

    def test_another_program_on_the_port_is_named(self):
        server = self.net.router.start(
            ["dnsmasq", "-k", "-C", "/dev/null", "--bind-interfaces", "--user=root",
             "--pid-file=", f"--listen-address={self.net.router.lan.address}"], "taker")
        self.addCleanup(server.kill)

        def taken():
            return self.faults(self.examine()[1]).get("port", "")
        lab.wait_until(lambda: "taken by dnsmasq (pid" in taken(), "the taker is named")
        self.assertEqual(self.examine()[0], 1)

    def test_a_silent_upstream_is_named(self):
        dns = {"upstream": {"servers": ["203.0.113.99"]}}
        code, found = self.examine(dns=dns)
        self.assertEqual(code, 1)
        self.assertIn("203.0.113.99 port 53", self.faults(found)["upstream"])

    def test_an_ipv6_resolver_of_somebody_else_is_named(self):
        folder = lab.Folder(self.addCleanup)
        folder.write("announcer.conf", ANNOUNCER)
        announcer = self.net.child_b.start(["dnsmasq", "-C", "announcer.conf"], "announcer", folder)
        self.addCleanup(announcer.kill)

        def announced():
            return self.faults(self.examine()[1]).get("announcement", "")
        text = lab.wait_until(announced, "the announcement is heard")
        self.assertIn("2001:db8::bad", text)
        self.assertIn("br-lan", text)


class Numbers(network.NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # One for all: a second one would find the port taken, sooner or later than it is asked.
        cls.net.internet.knot({"example": zone_text("www A 192.0.2.1")})

    def setUp(self):
        self.filter = self.net.router.start_filter(self.net.config(
            workers=2, admin={"listen": "127.0.0.1:8480"},
            profiles={"little": {"block": ["adult"], "mode": "watch", "deny": ["denied.example"]}}))

    def get(self, path, *options):
        return self.net.router.run("curl", "-s", "-m", "5", *options,
                                   f"http://127.0.0.1:8480{path}").stdout

    def number(self, name):
        found = re.search(rf"^{re.escape(name)} (\S+)$", self.get("/metrics"), re.MULTILINE)
        self.assertIsNotNone(found, name)
        return float(found[1])

    def test_every_question_is_counted_once_over_all_workers(self):
        for _ in range(20):
            self.net.child_a.ask("www.example")
            self.net.child_b.ask("www.example", tcp=True)
        self.assertEqual(self.number("haetae_dns_queries_total"), 40)
        self.assertEqual(self.number("haetae_dns_replies_total"), 40)
        self.assertEqual(self.number("haetae_udp_received_total"), 20)
        self.assertEqual(self.number("haetae_tcp_accepted_total"), 20)

    def test_what_mode_watch_would_block_is_counted_apart(self):
        before = self.number("haetae_dns_watched_total")
        self.net.child_a.ask("denied.example")
        self.assertEqual(self.number("haetae_dns_watched_total"), before + 1)
        self.assertEqual(self.number("haetae_dns_blocked_total"), 0)

    def test_devices_of_the_network_are_counted(self):
        self.net.child_a.ask("www.example")
        self.assertEqual(self.number("haetae_lan_netlink"), 1)
        self.assertGreaterEqual(self.number("haetae_lan_devices"), 3)
        self.assertGreaterEqual(self.number("haetae_lan_addresses"), 6)
        self.assertGreater(self.number("haetae_lan_learned_total"), 0)
        self.assertEqual(self.number("haetae_lan_netlink_forged_total"), 0)

    def test_reloads_are_counted_by_what_came_of_them(self):
        self.filter.reload("profiles: {")
        self.assertEqual(self.number('haetae_reloads_total{result="refused"}'), 1)

    def test_a_name_that_was_made_to_point_here_gets_nothing(self):
        code = self.get("/metrics", "-o", "/dev/null", "-w", "%{http_code}", "-H",
                        "Host: attacker.example")
        self.assertEqual(code, "421")

    def test_health_is_told(self):
        self.assertEqual(self.get("/healthz"), "ok\n")
        self.assertEqual(self.get("/healthz", "-o", "/dev/null", "-w", "%{http_code}"), "200")
        self.assertEqual(self.get("/other", "-o", "/dev/null", "-w", "%{http_code}"), "404")

    def test_clients_that_hang_do_not_hold_others_up(self):
        hanging = self.net.router.start(
            ["/usr/bin/python3", "-c", "import socket,time\n"
             "all=[socket.create_connection(('127.0.0.1',8480)) for _ in range(100)]\n"
             "print('open',flush=True)\ntime.sleep(60)"], "hanging")
        self.addCleanup(hanging.kill)
        lab.wait_until(lambda: "open" in hanging.out(), "the connections are open")
        # They fill all places until they are closed for their silence.
        end = time.monotonic() + 25
        while time.monotonic() < end and self.net.router.run(
                "curl", "-s", "-m", "2", "http://127.0.0.1:8480/healthz",
                check=False).stdout != "ok\n":
            time.sleep(0.5)
        self.assertEqual(self.get("/healthz"), "ok\n")


if __name__ == "__main__":
    network.main()
