#!/usr/bin/python3
"""The kernel's rules around the filter, in a house with two networks: DNS is led to us whoever it
was sent to, encrypted DNS to others is refused, and the network comes back whatever
happens to us."""

import signal
import socket
import sys
import time

import lab
import network
from firewall_house import (BLOCKED, ALLOWED, FOREIGN, FOREIGN6, SERVER, SERVER6, FirewallTest,
                            Stream, flows)

IP_RECVTTL = 12  # linux/in.h

# Rules that are none of ours, such as a router has.
OTHERS_NFT = """
table inet house {
  set guests { type ether_addr; elements = { 02:00:00:00:00:77 } }
  chain forward {
    type filter hook forward priority filter; policy accept; ether saddr @guests drop;
  }
  chain nat {
    type nat hook postrouting priority srcnat; policy accept; oifname "none0" masquerade;
  }
}
"""
OTHERS_IPTABLES = """*mangle
-A FORWARD -o none0 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
COMMIT
*filter
:HOUSE - [0:0]
-A FORWARD -i none0 -j HOUSE
-A HOUSE -j DROP
COMMIT
"""


class Dns(FirewallTest):
    def test_what_is_sent_to_others_is_answered_by_us(self):
        self.start()
        child = self.net.child_a
        for server in self.foreign:
            for tcp in (False, True):
                self.assertEqual(self.answers(child, BLOCKED, server, tcp), "NXDOMAIN", server)
                self.assertEqual(self.answers(child, ALLOWED, server, tcp), "NOERROR", server)
                # Only the foreign resolver has this zone: nobody asks it any more.
                self.assertNotEqual(self.answers(child, "foreign", server, tcp), "NOERROR", server)
        # By the programs that people use for it.
        self.assertIn("NXDOMAIN", child.dig(f"@{FOREIGN}", BLOCKED))
        self.assertIn("NXDOMAIN", child.dig("-6", f"@{FOREIGN6}", "+tcp", BLOCKED))

    def test_each_device_keeps_its_own_profile(self):
        self.start()
        for server in self.foreign:
            self.assertEqual(self.answers(self.net.child_a, BLOCKED, server), "NXDOMAIN")
            self.assertEqual(self.answers(self.net.child_b, BLOCKED, server), "NOERROR")

    def test_all_of_the_routers_own_addresses_answer(self):
        self.start()
        child, router = self.net.child_a, self.net.router
        for server in (router.lan.address, router.lan.address6, f"{router.lan.prefix6}1",
                       router.outside_address, f"{router.lan.link_local}%eth0"):
            self.assertEqual(self.answers(child, BLOCKED, server), "NXDOMAIN", server)

    def test_a_second_network_is_led_too(self):
        visitor = self.net.device("visitor", lan=self.net.router.guests)
        self.start()
        for server in (FOREIGN, visitor.lan.address6):
            self.assertEqual(self.answers(visitor, BLOCKED, server), "NXDOMAIN")

    def test_a_child_without_ipv4_is_led_too(self):
        child = self.net.device("six")
        self.start()
        child.run("ip", "-4", "addr", "flush", "dev", "eth0")
        for tcp in (False, True):
            self.assertEqual(self.answers(child, BLOCKED, FOREIGN6, tcp), "NXDOMAIN")
            self.assertEqual(self.answers(child, ALLOWED, FOREIGN6, tcp), "NOERROR")

    def test_a_family_in_which_nobody_listens_is_refused(self):
        self.start(dns={"listen": ["192.168.7.1:53"],
                        "upstream": {"servers": [self.net.internet.knot_address]}})
        child = self.net.child_a
        self.assertEqual(self.answers(child, BLOCKED, FOREIGN), "NXDOMAIN")
        self.assertLess(self.seconds_until_refused(child, FOREIGN6, 53), 0.5)

    def test_a_listener_for_every_address_is_led_to(self):
        self.start(dns={"listen": ["0.0.0.0:5300", "[::]:5300"],
                        "upstream": {"servers": [self.net.internet.knot_address]}})
        for server in self.foreign:
            self.assertEqual(self.answers(self.net.child_a, BLOCKED, server), "NXDOMAIN", server)

    def test_encrypted_dns_to_others_is_refused_at_once(self):
        self.start()
        child = self.net.child_a
        for server in self.foreign:
            self.assertLess(self.seconds_until_refused(child, server, 853), 0.5)
            family = socket.AF_INET6 if ":" in server else socket.AF_INET
            begin = time.monotonic()
            with child.inside(), socket.socket(family, socket.SOCK_DGRAM) as quic:
                quic.settimeout(2)
                quic.connect((server, 853))
                quic.send(bytes(1200))
                with self.assertRaises(ConnectionRefusedError):
                    quic.recv(100)
            self.assertLess(time.monotonic() - begin, 0.5)

    def test_encrypted_dns_may_be_allowed(self):
        self.start({"dot": "allow"})
        with self.net.internet.inside():
            listener = socket.create_server((FOREIGN, 853))
        self.addCleanup(listener.close)
        self.connect(self.net.child_a, FOREIGN, 853)

    def test_dns_may_be_left_where_it_goes(self):
        self.start({"dns": False})
        # Only the foreign resolver has this zone.
        self.assertEqual(self.answers(self.net.child_a, "foreign", FOREIGN), "NOERROR")


class Untouched(FirewallTest):
    def setUp(self):
        router = self.net.router
        router.run("nft", "-f", "-", input=OTHERS_NFT)
        router.run("iptables-nft-restore", "--noflush", input=OTHERS_IPTABLES)
        self.addCleanup(router.run, "nft", "flush", "ruleset")

    def test_rules_of_others_stay_as_they_are(self):
        before = self.listing()
        running = self.start()
        self.assertTrue(self.stands())
        others = self.net.router.run("nft", "-s", "list", "table", "inet", "house").stdout
        self.assertIn("02:00:00:00:00:77", others)
        self.assertEqual(running.stop(), 0)
        self.assertTrue(self.stands(), "they stay when the filter ends")
        removed = self.net.router.haetae("firewall", "remove")
        self.assertEqual(removed.returncode, 0, removed.stderr)
        self.assertEqual(self.listing(), before)

    def test_a_strict_firewall_evens_what_would_expire_on_its_way(self):
        self.start({"strict": True})
        with self.net.internet.inside():
            far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            far.bind((SERVER, 8084))
            Stream(self, 8080)
        self.addCleanup(far.close)
        far.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
        far.settimeout(2)
        with self.net.child_a.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near:
            near.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 2)
            near.sendto(b"hello", (SERVER, 8084))
        _, ancillary, _, _ = far.recvmsg(100, 100)
        self.assertEqual(int.from_bytes(ancillary[0][2][:4], sys.byteorder), 64)
        for address in (SERVER, SERVER6):
            self.assertTrue(flows(self.connect(self.net.child_a, address, 8080)))

    def test_a_printer_of_the_other_network_is_reached(self):
        printer = self.net.device("printer", lan=self.net.router.guests)
        with printer.inside():
            listeners = [socket.create_server((address, 9100), family=family)
                         for address, family in ((printer.address, socket.AF_INET),
                                                 (printer.stable6("fd08::"), socket.AF_INET6))]
        for one in listeners:
            self.addCleanup(one.close)
        self.start()
        for _ in range(2):
            self.connect(self.net.child_a, printer.address, 9100)
            self.connect(self.net.child_a, printer.stable6("fd08::"), 9100)
            self.net.router.filter.kill()


class WhenDown(FirewallTest):
    def setUp(self):
        with self.net.internet.inside():
            Stream(self, 8080)

    def kill(self):
        self.net.router.filter.process.send(signal.SIGKILL)
        self.net.router.filter.process.child.wait()
        return time.monotonic()

    def seconds_until(self, is_so, killed, within_s=10):
        lab.wait_until(is_so, "the network works", within_s)
        return time.monotonic() - killed

    def test_open_leads_dns_to_the_upstream_and_lets_all_pass(self):
        running = self.start({"when_down": "open"})
        child, lan = self.net.child_a, self.net.router.lan
        self.assertEqual(self.answers(child, BLOCKED, lan.address), "NXDOMAIN")
        killed = self.kill()
        took = self.seconds_until(
            lambda: self.answers(child, BLOCKED, lan.address, within_s=0.3) == "NOERROR", killed)
        self.assertLess(took, 4)
        # Nobody but the foreign resolver has this zone.
        self.assertEqual(self.answers(child, "foreign", FOREIGN), "NOERROR")
        self.assertEqual(self.answers(child, ALLOWED, lan.address, tcp=True), "NOERROR")
        for address in (SERVER, SERVER6):
            self.assertTrue(flows(self.connect(child, address, 8080)))
        running.start()
        for server in (lan.address, FOREIGN):
            self.assertEqual(self.answers(child, BLOCKED, server), "NXDOMAIN", server)

    def test_open_leads_to_the_servers_that_are_named_for_it(self):
        self.start({"when_down": "open", "when_down_dns": [FOREIGN, FOREIGN6]})
        killed = self.kill()
        child, lan = self.net.child_a, self.net.router.lan
        for server in (lan.address, lan.address6):
            took = self.seconds_until(lambda to=server: self.answers(
                child, "foreign", to, within_s=0.3) == "NOERROR", killed)
            self.assertLess(took, 4)

    def test_a_clean_end_is_known_at_once(self):
        running = self.start({"when_down": "open"})
        running.stop()
        stopped = time.monotonic()
        took = self.seconds_until(lambda: self.answers(
            self.net.child_a, BLOCKED, self.net.router.lan.address, within_s=0.3) == "NOERROR",
            stopped)
        self.assertLess(took, 1)

    def test_closed_refuses_what_is_new_and_answers_no_dns(self):
        running = self.start({"when_down": "closed"})
        child, lan = self.net.child_a, self.net.router.lan
        self.assertEqual(self.answers(child, ALLOWED, FOREIGN), "NOERROR")
        self.kill()
        time.sleep(3.5)
        for server in (lan.address, FOREIGN, FOREIGN6):
            self.assertIsNone(self.answers(child, ALLOWED, server, within_s=1), server)
        for address in (SERVER, SERVER6):
            self.assertLess(self.seconds_until_refused(child, address, 8080), 0.5)
        running.start()
        self.assertEqual(self.answers(child, ALLOWED, FOREIGN), "NOERROR")

    def test_a_resolver_that_always_asks_from_one_port_is_led_too(self):
        for server in self.foreign:
            family = socket.AF_INET6 if ":" in server else socket.AF_INET
            with self.net.child_a.inside(), socket.socket(family, socket.SOCK_DGRAM) as stub:
                stub.settimeout(2)
                stub.connect((server, 53))
                stub.send(lab.query("foreign").to_wire())
                self.assertEqual(stub.recv(500)[3] & 15, 0, "the foreign resolver answers")
                self.start()
                stub.send(lab.query(BLOCKED).to_wire())
                self.assertEqual(stub.recv(500)[3] & 15, 3, "NXDOMAIN of ours")
            self.tearDown()

    def test_an_old_conversation_with_a_foreign_resolver_ends(self):
        with self.net.child_a.inside():
            talk = socket.create_connection((FOREIGN, 53), timeout=2)
        self.addCleanup(talk.close)
        self.start()
        query = lab.query("foreign").to_wire()
        with self.assertRaises(OSError):
            talk.sendall(len(query).to_bytes(2, "big") + query)
            if not talk.recv(100):
                raise ConnectionResetError


class Kept(FirewallTest):
    def assert_put_back(self, running):
        lab.wait_until(self.stands, "the rules stand again", within_s=3)
        lab.wait_until(lambda: "they are put up again" in running.err(), "it is told", within_s=3)
        self.assertEqual(self.answers(self.net.child_a, BLOCKED, FOREIGN), "NXDOMAIN")

    def test_rules_that_somebody_flushed_are_put_back(self):
        running = self.start(admin={"listen": "127.0.0.1:8480"})
        for how in (("nft", "flush", "ruleset"), ("nft", "delete", "table", "inet", "haetae"),
                    ("nft", "flush", "table", "inet", "haetae"),
                    ("iptables-nft", "-t", "mangle", "-F")):
            time.sleep(2.1)  # once every two seconds somebody may
            self.net.router.run(*how)
            if how[1] != "-t":
                lab.wait_until(lambda: self.answers(self.net.child_a, BLOCKED, FOREIGN,
                                                    within_s=0.3) == "NXDOMAIN", how, within_s=3)
            self.assert_put_back(running)
        text = self.net.router.run("curl", "-s", "http://127.0.0.1:8480/metrics").stdout
        self.assertRegex(text, r"haetae_firewall_put_back_total [4-9]")
        self.assertIn("haetae_firewall_stands 1", text)

    def test_changes_of_others_are_no_concern(self):
        running = self.start()
        self.addCleanup(self.net.router.run, "nft", "flush", "ruleset")
        for i in range(5):
            self.net.router.run("nft", "add", "table", "inet", f"other{i}")
            time.sleep(0.3)
        time.sleep(2.5)
        self.assertNotIn("put up again", running.err())

    def test_remove_brings_the_network_back_even_with_a_broken_configuration(self):
        running = self.start({"when_down": "closed"})
        running.configure("gate: [")
        removed = self.net.router.haetae("firewall", "remove")
        self.assertEqual(removed.returncode, 0, removed.stderr)
        self.assertIn("taken away", removed.stdout)
        time.sleep(2)
        self.assertEqual(self.listing(), "", "it is not put up again by itself")
        self.assertEqual(self.answers(self.net.child_a, "foreign", FOREIGN), "NOERROR")
        self.assertTrue(running.process.is_running())
        running.reload(self.config())
        lab.wait_until(self.stands, "a reload puts the rules up", within_s=3)

    def test_remove_works_without_a_filter_and_twice(self):
        running = self.start({"when_down": "closed"})
        running.kill()
        for told in ("are taken away", "no rules of the filter stood"):
            removed = self.net.router.haetae("firewall", "remove")
            self.assertEqual(removed.returncode, 0, removed.stderr)
            self.assertIn(told, removed.stdout)
        self.assertEqual(self.listing(), "")

    def test_a_filter_without_gate_takes_away_what_was_left(self):
        self.start({"when_down": "closed"})
        running = self.start({"mode": "off"})
        self.assertIn("the rules that were left are taken away", running.err())
        self.assertEqual(self.listing(), "")

    def test_a_second_filter_says_who_keeps_the_firewall(self):
        first = self.start()
        second = lab.Filter(self.addCleanup, prefix=self.net.router.prefix)
        second.start(self.config(dns={"listen": ["192.168.7.1:5399"]}))
        self.assertRegex(second.err(), rf"haetae \(pid {first.pid()}\) keeps the firewall")
        applied = self.net.router.haetae("firewall", "apply", "--config", str(second.config_path))
        self.assertEqual(applied.returncode, 1)
        self.assertIn("keeps the firewall", applied.stderr)
        first.stop()
        lab.wait_until(lambda: "the firewall stands now" in second.err(), "its turn", within_s=8)

    def test_show_says_whether_the_rules_stand(self):
        running = self.start()
        def show():
            return self.net.router.haetae("firewall", "show", "--config", str(running.config_path))
        shown = show()
        self.assertEqual(shown.returncode, 0, shown.stdout)
        self.assertRegex(shown.stdout, r"good +the rules stand as planned; haetae \(pid \d+\)")
        self.assertIn("NFQUEUE", shown.stdout)
        running.configure(self.config({"dot": "allow"}))
        self.assertIn("not those of this configuration", show().stdout)
        running.reload()
        lab.wait_until(lambda: "as planned" in show().stdout, "the reload's rules stand", 3)

    def test_apply_stands_without_a_filter(self):
        running = self.start()
        config = str(running.config_path)
        running.kill()
        self.net.router.haetae("firewall", "remove")
        for _ in range(2):
            applied = self.net.router.haetae("firewall", "apply", "--config", config)
            self.assertEqual(applied.returncode, 0, applied.stderr)
            self.assertTrue(self.stands())


if __name__ == "__main__":
    network.main()
