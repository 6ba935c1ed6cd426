#!/usr/bin/python3
"""The kernel's rules around the filter, in a house with two networks: DNS is led to us whoever it
was sent to, encrypted DNS to others is refused, whole devices are stopped, and the network comes
back whatever happens to us."""

import contextlib
import re
import signal
import socket
import sys
import threading
import time
import unittest
from pathlib import Path

import clocks
import lab
import network
from lab import rcode
from places import Device, Place, command
from servers import zone_text

BLOCKED, ALLOWED = "bet.example.net", "www.example"
# A resolver that a child might choose, and a server that children load things from.
FOREIGN, FOREIGN6 = "203.0.113.8", "2001:db8:53::8"
SERVER, SERVER6 = "203.0.113.80", "2001:db8:53::80"
ACCEPTED, KEPT = "0x10000000/0x30000000", "0x30000000/0x30000000"

IP_RECVTTL = 12  # linux/in.h

# Rules that are none of ours, such as a router has.
OTHERS_NFT = """
table inet house {
  set guests { type ether_addr; elements = { 02:00:00:00:00:77 } }
  chain forward { type filter hook forward priority filter; policy accept; ether saddr @guests drop; }
  chain nat { type nat hook postrouting priority srcnat; policy accept; oifname "none0" masquerade; }
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

# conntrack(8) does not mark flows of UDP.
ACCEPT_UDP = """table inet marks {
  chain forward {
    type filter hook forward priority raw; udp dport 8083 ct mark set 0x10000000
  }
}
"""


class Stream:
    """A server that sends without end to whoever connects, as a film does."""

    def __init__(self, test, port):
        for address in (SERVER, SERVER6):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            listener = socket.create_server((address, port), family=family)
            test.addCleanup(listener.close)
            test.addCleanup(listener.shutdown, socket.SHUT_RDWR)  # wakes its thread
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._send, args=(connection,), daemon=True).start()

    @staticmethod
    def _send(connection):
        with contextlib.suppress(OSError), connection:
            while True:
                connection.sendall(bytes(1000))
                time.sleep(0.01)


def flows(connection, seconds=0.5):
    """Whether something comes for so long."""
    end = time.monotonic() + seconds
    connection.settimeout(seconds)
    try:
        while time.monotonic() < end:
            if not connection.recv(65536):
                return False
    except OSError:
        return False
    return True


def seconds_until_reset(connection, within_s=10):
    """How long it takes until the kernel says that the connection was reset."""
    begin = time.monotonic()
    connection.settimeout(within_s)
    try:
        while time.monotonic() < begin + within_s:
            if not connection.recv(65536):
                raise AssertionError("closed, not reset")
    except ConnectionResetError:
        return time.monotonic() - begin
    except TimeoutError:
        raise AssertionError("silence in place of a reset") from None
    raise AssertionError(f"no reset within {within_s} s")


class FirewallTest(network.NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        zones = {"example": zone_text("www A 192.0.2.1\n"),
                 "example.net": zone_text("bet A 192.0.2.2\n")}
        cls.net.internet.knot(zones)
        cls.net.internet.knot({**zones, "foreign": zone_text("@ A 192.0.2.99\n")},
                              listen=(FOREIGN, FOREIGN6))
        cls.foreign = (FOREIGN, FOREIGN6)

    def tearDown(self):
        if self.net.router.filter:
            self.net.router.filter.kill()
        self.net.router.haetae("firewall", "remove")

    def config(self, gate=None, **changes):
        section = {"mode": "queue", "inside": ["br-lan", "br-guests"], **(gate or {})}
        return self.net.config(**{
            "profiles": {"minji": {"deny": ["example.net"]}, "parents": {}},
            "devices": [{"name": "Tablet", "mac": self.net.child_a.mac, "profile": "minji"},
                        {"name": "Laptop", "mac": self.net.child_b.mac, "profile": "parents"}],
            "default_profile": "minji", "gate": section, **changes})

    def start(self, gate=None, **changes):
        return self.net.router.start_filter(self.config(gate, **changes))

    def answers(self, device, name, server, tcp=False, within_s=2):
        """The reply code, or None: no answer."""
        with contextlib.suppress(Exception):
            return rcode(device.ask(name, server=server, tcp=tcp, within_s=within_s))
        return None

    def listing(self):
        return self.net.router.run("nft", "-s", "-t", "list", "ruleset").stdout

    def stands(self):
        tables = self.net.router.run("nft", "list", "tables").stdout
        saved = self.net.router.run("iptables-nft-save", "-t", "mangle").stdout
        return "table inet haetae" in tables and "-A FORWARD -j HAETAE" in saved

    def connect(self, device, address, port, within_s=2):
        with device.inside():
            connection = socket.create_connection((address, port), timeout=within_s)
        self.addCleanup(connection.close)
        return connection

    def seconds_until_refused(self, device, address, port):
        begin = time.monotonic()
        with self.assertRaises(ConnectionRefusedError):
            self.connect(device, address, port)
        return time.monotonic() - begin


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
        self.assertRegex(shown.stdout, r"good +the rules stand as planned; haetae \(pid \d+\) keeps")
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


class Stopped(FirewallTest):
    def setUp(self):
        with self.net.internet.inside():
            Stream(self, 8080)
            Stream(self, 8081)

    def mark(self, port, mark):
        for family in ("ipv4", "ipv6"):
            self.net.router.run("conntrack", "-U", "-f", family, "-p", "tcp", "--dport", str(port),
                                "--mark", mark, check=False)

    def order(self, *words):
        done = self.net.router.haetae(*words, "--config", str(self.net.router.filter.config_path))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_pause_ends_running_downloads_of_the_child_alone(self):
        self.start()
        child, other = self.net.child_a, self.net.child_b
        films = [self.connect(child, address, 8080) for address in (SERVER, SERVER6)]
        help_line = self.connect(child, SERVER, 8081)
        parents = self.connect(other, SERVER, 8080)
        self.mark(8080, ACCEPTED)
        self.mark(8081, KEPT)
        for one in (*films, help_line, parents):
            self.assertTrue(flows(one))
        self.order("pause", "minji", "30m")
        for one in films:
            self.assertLess(seconds_until_reset(one), 2)
        for one in (help_line, parents):
            self.assertTrue(flows(one), "what may go on does")
        self.order("resume", "minji")
        lab.wait_until(lambda: "elements" not in self.net.router.run(
            "nft", "list", "set", "inet", "haetae", "stopped_macs").stdout, "the stop's end", 2)
        again = self.connect(child, SERVER, 8080)
        self.mark(8080, ACCEPTED)
        self.assertTrue(flows(again, 1.5))

    def test_the_server_is_told_and_udp_ends_too(self):
        self.start()
        child = self.net.child_a
        with self.net.internet.inside():
            listener = socket.create_server((SERVER, 8082))
            call = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            call.bind((SERVER, 8083))
        self.addCleanup(listener.close)
        self.addCleanup(call.close)
        self.connect(child, SERVER, 8082)
        server_side, _ = listener.accept()
        self.addCleanup(server_side.close)
        with child.inside():
            phone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(phone.close)
        phone.settimeout(1)
        phone.connect((SERVER, 8083))
        phone.send(b"hello")
        _, peer = call.recvfrom(100)
        self.mark(8082, ACCEPTED)
        self.net.router.run("nft", "-f", "-", input=ACCEPT_UDP)
        self.addCleanup(self.net.router.run, "nft", "delete", "table", "inet", "marks")
        phone.send(b"hello")
        call.sendto(b"hello", peer)
        self.assertEqual(phone.recv(100), b"hello")
        self.order("pause", "minji", "30m")
        time.sleep(1)
        call.sendto(b"still there?", peer)
        with self.assertRaises(TimeoutError):
            phone.recv(100)
        with self.assertRaises(ConnectionRefusedError):
            phone.send(b"hello")
            phone.recv(100)
        with self.assertRaises(ConnectionResetError):
            server_side.settimeout(2)
            for _ in range(20):
                server_side.sendall(bytes(100))
                time.sleep(0.1)

    def test_a_fresh_temporary_address_is_stopped_too(self):
        self.start()
        child = self.net.child_a
        self.order("pause", "minji", "30m")
        time.sleep(1)
        child.fresh_temporary6(self.net.router.lan.prefix6)
        film = self.connect(child, SERVER6, 8080)
        self.mark(8080, ACCEPTED)
        self.assertLess(seconds_until_reset(film), 2)

    def test_a_stranger_is_stopped_with_the_default_profile(self):
        self.start()
        stranger = self.net.stranger
        film = self.connect(stranger, SERVER, 8080)
        self.mark(8080, ACCEPTED)
        self.assertTrue(flows(film))
        self.order("pause", "minji", "30m")
        self.assertLess(seconds_until_reset(film), 2)

    def test_a_stop_holds_for_no_longer_than_an_open_filter_lives(self):
        running = self.start({"when_down": "open"})
        self.order("pause", "minji", "30m")
        time.sleep(1)
        running.kill()
        time.sleep(3.5)
        film = self.connect(self.net.child_a, SERVER, 8080)
        self.mark(8080, ACCEPTED)
        self.assertTrue(flows(film))

    def test_bedtime_begins_during_a_download(self):
        clock = clocks.Clock(lab.Folder(self.addCleanup), clocks.seoul(20, 59))
        profiles = {"minji": {"schedule": [{"bedtime": ["21:00-07:00"]}]}, "parents": {}}
        self.net.router.start_filter(self.config(profiles=profiles), env=clock.environment())
        film = self.connect(self.net.child_a, SERVER, 8080)
        self.mark(8080, ACCEPTED)
        self.assertTrue(flows(film))
        clock.set(clocks.seoul(20, 59, 59))
        clock.wait_until(clocks.seoul(21, 0))
        self.assertLess(seconds_until_reset(film), 2)


class Privilege(FirewallTest):
    """As the service runs: a user of no rights who may bind its port and change the network."""

    NET_ADMIN = 1 << 12  # linux/capability.h

    def start_as_service(self, gate=None):
        router, only = self.net.router, "-all,+net_bind_service,+net_admin"
        router.filter = lab.Filter(self.addCleanup, prefix=(
            *router.prefix, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            "--no-new-privs", f"--inh-caps={only}", f"--ambient-caps={only}",
            f"--bounding-set={only}"))
        router.filter.folder.path.chmod(0o777)
        return router.filter.start(self.config(gate))

    def privileges(self, running):
        """Of every thread, and what it could get: their union."""
        union = 0
        for status in Path(f"/proc/{running.pid()}/task").glob("*/status"):
            for digits in re.findall(r"Cap(?:Inh|Prm|Eff|Amb):\s+(\w+)", status.read_text("ascii")):
                union |= int(digits, 16)
        return union

    def test_the_service_puts_its_rules_up_without_being_root(self):
        running = self.start_as_service()
        self.assertTrue(self.stands(), running.err())
        self.assertEqual(self.answers(self.net.child_a, BLOCKED, FOREIGN), "NXDOMAIN")
        self.net.router.run("nft", "flush", "ruleset")
        lab.wait_until(self.stands, "the rules stand again", within_s=4)

    def test_it_lets_go_of_the_network_where_the_gate_is_off(self):
        self.start({"when_down": "closed"}).kill()
        running = self.start_as_service({"mode": "off"})
        self.assertEqual(self.listing(), "", "what was left it takes away before")
        self.assertEqual(self.privileges(running) & self.NET_ADMIN, 0)

    def test_a_filter_that_may_not_says_so_and_answers(self):
        router, only = self.net.router, "-all,+net_bind_service"
        router.filter = lab.Filter(self.addCleanup, prefix=(
            *router.prefix, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            f"--inh-caps={only}", f"--ambient-caps={only}", f"--bounding-set={only}"))
        router.filter.folder.path.chmod(0o777)
        running = router.filter.start(self.config(admin={"listen": "127.0.0.1:8480"}))
        self.assertIn("this user may not change the firewall", running.err())
        self.assertEqual(self.answers(self.net.child_a, BLOCKED, router.lan.address), "NXDOMAIN")
        health = router.run("curl", "-s", "http://127.0.0.1:8480/healthz").stdout
        self.assertIn("the firewall does not stand", health)


class Doctor(FirewallTest):
    def examine(self, running):
        done = self.net.router.haetae("doctor", "--config", str(running.config_path))
        return [line for line in done.stdout.splitlines() if " firewall " in line]

    def test_it_says_whether_the_rules_stand(self):
        running = self.start()
        self.assertRegex("\n".join(self.examine(running)), r"good +firewall +the rules stand as planned")
        self.assertEqual(self.net.router.haetae("firewall", "remove").returncode, 0)
        self.assertRegex("\n".join(self.examine(running)), r"warning +firewall +no rules of ours")


class Page(unittest.TestCase):
    def test_every_configuration_of_the_page_is_good(self):
        page = (lab.ROOT / "docs/DEPLOY.md").read_text(encoding="utf-8")
        blocks = re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S)
        self.assertEqual(len(blocks), 3)
        folder = lab.Folder(self.addCleanup)
        for block in blocks:
            file = folder.write("page.yaml", block + "default_profile: kid\nprofiles: {kid: {}}\n")
            checked = lab.run("check", "--config", file)
            self.assertEqual(checked.returncode, 0, checked.stderr)
            self.assertNotIn("warning", checked.stderr)


class Bridge(FirewallTest):
    """A box between the pupils' switch and the school's router: frames pass it, nothing is routed.

        pupil ── in0 ┐ br0 (box: 192.168.7.5, 2001:db8:7::5) ┌ out0 ── br-lan (router)
    """

    ADDRESS, ADDRESS6 = "192.168.7.5", "2001:db8:7::5"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        net, lan = cls.net, cls.net.router.lan
        cls.box = Place(net.add_cleanup, f"{net.router.name.rpartition('.')[0]}.box")
        cls.pupil = Device(net.add_cleanup, f"{net.router.name.rpartition('.')[0]}.pupil",
                           "02:00:00:00:00:51", lan)
        for port, other, far in (("in0", cls.pupil, "eth0"), ("out0", net.router, "to-box")):
            command("ip", "link", "add", port, "netns", cls.box.name, "type", "veth", "peer", "name",
                    far, "netns", other.name)
        net.router.ip("link set to-box master br-lan up")
        cls.box.sysctl("ipv6/conf/default/dad_transmits", 0)
        cls.box.sysctl("ipv6/conf/default/accept_ra", 0)
        cls.box.sysctl("ipv4/ip_forward", 1)  # for DNS that is led on while the filter is down
        cls.box.sysctl("ipv6/conf/all/forwarding", 1)
        for family in ("", "6"):
            cls.box.sysctl(f"bridge/bridge-nf-call-ip{family}tables", 1)
        cls.box.ip("link set lo up", "link add br0 type bridge mcast_snooping 0",
                   "link set in0 master br0 up", "link set out0 master br0 up", "link set br0 up",
                   f"addr add {cls.ADDRESS}/24 dev br0", f"addr add {cls.ADDRESS6}/64 dev br0",
                   f"route add default via {lan.address}", f"route add default via {lan.prefix6}1")
        cls.pupil.ip(f"link set eth0 address {cls.pupil.mac}", "link set lo up", "link set eth0 up")
        cls.pupil.join()

    def tearDown(self):
        if self.box.filter:
            self.box.filter.kill()
        self.box.haetae("firewall", "remove")

    def start_box(self, gate=None):
        config = self.config({"inside": ["br0"], **(gate or {})},
                             devices=[{"name": "Chromebook", "mac": self.pupil.mac,
                                       "profile": "minji"}],
                             dns={"listen": [f"{self.ADDRESS}:53", f"[{self.ADDRESS6}]:53"]})
        return self.box.start_filter(config)

    def test_dns_is_led_to_the_box_and_encrypted_dns_refused(self):
        self.start_box()
        pupil = self.pupil
        for server in (*self.foreign, self.ADDRESS, self.ADDRESS6, pupil.lan.address):
            for tcp in (False, True):
                self.assertEqual(self.answers(pupil, BLOCKED, server, tcp), "NXDOMAIN", server)
        for server in self.foreign:
            self.assertLess(self.seconds_until_refused(pupil, server, 853), 0.5)
        # Those who are no pupils do not pass the box.
        self.assertEqual(self.answers(self.net.child_a, "foreign", FOREIGN), "NOERROR")

    def test_the_network_itself_goes_on(self):
        self.start_box()
        self.pupil.join()  # DHCP and router advertisements pass
        with self.net.child_a.inside():
            printer = socket.create_server((self.net.child_a.address, 9100))
        self.addCleanup(printer.close)
        self.connect(self.pupil, self.net.child_a.address, 9100)

    def test_a_pause_ends_downloads_over_both_families(self):
        with self.net.internet.inside():
            Stream(self, 8080)
        running = self.start_box()
        films = [self.connect(self.pupil, address, 8080) for address in (SERVER, SERVER6)]
        for family in ("ipv4", "ipv6"):
            self.box.run("conntrack", "-U", "-f", family, "-p", "tcp", "--dport", "8080", "--mark",
                         ACCEPTED)
        for film in films:
            self.assertTrue(flows(film))
        done = self.box.haetae("pause", "minji", "30m", "--config", str(running.config_path))
        self.assertEqual(done.returncode, 0, done.stderr)
        for film in films:
            self.assertLess(seconds_until_reset(film), 2)

    def test_it_opens_when_the_filter_is_down(self):
        running = self.start_box({"when_down": "open"})
        self.assertEqual(self.answers(self.pupil, BLOCKED, self.ADDRESS), "NXDOMAIN")
        running.kill()
        killed = time.monotonic()
        lab.wait_until(lambda: self.answers(self.pupil, BLOCKED, self.ADDRESS, within_s=0.3) ==
                       "NOERROR", "the box leads DNS on", 10)
        self.assertLess(time.monotonic() - killed, 4)
        self.assertEqual(self.answers(self.pupil, "foreign", FOREIGN), "NOERROR")

    def test_a_bridge_that_hides_its_packets_is_told(self):
        self.box.sysctl("bridge/bridge-nf-call-ip6tables", 0)
        self.addCleanup(self.box.sysctl, "bridge/bridge-nf-call-ip6tables", 1)
        running = self.start_box()
        self.assertIn("what passes the bridge br0 over IPv6 does not come to the rules",
                      running.err())


if __name__ == "__main__":
    network.main()
