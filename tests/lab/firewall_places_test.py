#!/usr/bin/python3
"""Other places for the kernel's rules than root's on a router: a service without rights, a bridge;
and what the doctor and docs/DEPLOY.md say of them."""

import contextlib
import re
import socket
import threading
import time
import unittest
from pathlib import Path

import certificates
import lab
import network
import web_servers
from firewall_house import (ACCEPTED, ALLOWED, BLOCKED, FOREIGN, SERVER, SERVER6, FirewallTest,
                            Stream, flows, seconds_until_reset)
from places import Device, Place, command


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
        told = "\n".join(self.examine(running))
        self.assertRegex(told, r"good +firewall +the rules stand as planned")
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
            command("ip", "link", "add", port, "netns", cls.box.name, "type", "veth",
                    "peer", "name", far, "netns", other.name)
        net.router.ip("link set to-box master br-lan up")
        cls.box.sysctl("ipv6/conf/default/dad_transmits", 0)
        cls.box.sysctl("ipv6/conf/default/accept_ra", 0)
        cls.box.sysctl("ipv4/ip_forward", 1)  # for DNS that is led on while the filter is down
        cls.box.sysctl("ipv6/conf/all/forwarding", 1)
        for family in ("", "6"):
            cls.box.sysctl(f"bridge/bridge-nf-call-ip{family}tables", 1)
        cls.box.ip("link set lo up", "link add br0 type bridge mcast_snooping 0",
                   "link set in0 master br0 up", "link set out0 master br0 up", "link set br0 up",
                   f"addr add {cls.ADDRESS}/24 dev br0",
                   f"addr add {cls.ADDRESS6}/64 dev br0 nodad",
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

    def test_the_gate_judges_what_passes_the_bridge(self):
        authority = certificates.Authority(self.addCleanup)
        caddy = web_servers.caddy(self.net.internet, authority.issue(
            "web", "DNS:www.example,DNS:bet.example.net"), [SERVER, SERVER6])
        self.addCleanup(caddy.kill)

        def visit(host, address, *how):
            target = f"[{address}]" if ":" in address else address
            done = self.pupil.run("curl", "-sS", "--cacert", authority.path, "-m", 10, "--resolve",
                                  f"{host}:443:{target}", *how, f"https://{host}/", check=False)
            return done.returncode, done.stdout
        for gate in ({"when_down": "closed"}, {"when_down": "closed", "strict": True}):
            self.box.run("conntrack", "-F", check=False)
            self.start_box(gate)
            for address in (SERVER, SERVER6):
                begin = time.monotonic()
                self.assertEqual(visit(BLOCKED, address)[0], 35, "reset in the handshake")
                self.assertLess(time.monotonic() - begin, 1)
                for version, said in (("--http1.1", "HTTP/1.1"), ("--http2", "HTTP/2.0")):
                    self.assertEqual(visit(ALLOWED, address, version),
                                     (0, f"hello from {ALLOWED} over {said}"), (gate, address))

    def test_every_request_of_a_connection_is_judged(self):
        heard = bytearray()

        def answer(listener):
            peer, _ = listener.accept()
            with peer, contextlib.suppress(OSError):
                while octets := peer.recv(4096):
                    heard.extend(octets)
                    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        with self.net.internet.inside():
            listener = socket.create_server((SERVER, 8081))
            self.addCleanup(listener.close)
            threading.Thread(target=answer, args=(listener,), daemon=True).start()
        self.start_box({"when_down": "closed"})
        client = self.connect(self.pupil, SERVER, 8081)
        for _ in range(2):
            client.sendall(f"GET / HTTP/1.1\r\nHost: {ALLOWED}\r\n\r\n".encode())
            self.assertTrue(client.recv(4096).endswith(b"ok"))
        client.sendall(f"GET / HTTP/1.1\r\nHost: {BLOCKED}\r\n\r\n".encode())
        with self.assertRaises(ConnectionResetError):
            self.assertEqual(client.recv(4096), b"")
        self.assertNotIn(BLOCKED.encode(), heard)

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
        for film in films:
            self.assertTrue(flows(film))
        self.wait_until_marked(self.box, ACCEPTED, 8080)
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
