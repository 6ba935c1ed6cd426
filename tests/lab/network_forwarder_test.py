"""Forwarders in the house that tell the filter who asks: dnsmasq, as routers have it, and dnsdist,
as schools and providers do. The devices are known by their real MAC addresses."""

import itertools
import socket
import time

import dns.edns
import dns.message
import dns.query

import forwarders
import lab
import network
from forwarders import Dnsdist, mac, option
from lab import errors, rcode, records
from servers import zone_text

FILTER = "127.0.0.1", 5300
DISCARD = 9  # RFC 863: nobody listens there
DNSMASQ = """listen-address=192.168.7.1
no-resolv
no-hosts
cache-size=0
server=127.0.0.1#5300
dhcp-option=option:dns-server,0.0.0.0
"""


class House(network.NetworkTest):
    """child_a's MAC is a parent's, who is blocked nothing; child_b's is nobody's."""

    names = itertools.count()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net.internet.knot({"example": zone_text("www A 192.0.2.1\n*.bet A 192.0.2.2\n")})
        cls.parent, cls.child, cls.router = cls.net.child_a, cls.net.child_b, cls.net.router

    def serve(self, *sends):
        """Only the router itself may ask, and it is believed in what it sends."""
        self.router.start_filter(self.net.config(
            {"listen": [f"{FILTER[0]}:{FILTER[1]}"], "allow_from": ["127.0.0.0/8", "192.168.7.0/24"],
             "trusted_peers": [{"cidr": "127.0.0.1", "sends": list(sends)}]},
            profiles={"little": {"deny": ["bet.example"]}, "parent": {}},
            devices=[{"name": "phone", "mac": self.parent.mac, "id": "cpe-17",
                      "address": self.parent.address, "profile": "parent"}]))

    def ask(self, device, options=(), port=53, source=None):
        """Who the device is taken for."""
        query = dns.message.make_query(f"n{next(self.names)}.bet.example", "A", use_edns=0,
                                       options=list(options))
        with device.inside():
            reply = dns.query.udp(query, self.router.lan.address, port=port, source=source,
                                  timeout=lab.PATIENCE_S)
        if rcode(reply) == "NXDOMAIN":
            return "child"
        self.assertEqual(records(reply, "A"), ["192.0.2.2"], errors(reply))
        return "parent"


class Dnsmasq(House):
    def start(self, lines, *sends):
        self.serve(*sends)
        self.router.start_dnsmasq(DNSMASQ + lines)

    def test_it_tells_the_mac_in_all_three_ways(self):
        for line, sends in (("add-mac", "mac"), ("add-mac=text", "mac_text"),
                            ("add-mac=base64", "mac_text")):
            self.start(f"{line}\nstrip-mac\n", sends)
            with self.subTest(line):
                self.assertEqual(self.ask(self.parent), "parent")
                self.assertEqual(self.ask(self.child), "child")
                self.assertEqual(self.ask(self.net.stranger), "child")

    def test_a_child_that_claims_to_be_a_parent_is_still_a_child(self):
        claims = [mac(self.parent.mac), option(forwarders.MAC_TEXT, self.parent.mac),
                  option(forwarders.CPE_ID, "cpe-17")]
        for line, sends in (("add-mac", "mac"), ("add-mac=text", "mac_text")):
            self.start(f"{line}\nstrip-mac\n", sends)
            for claim in claims:
                with self.subTest(line=line, claim=claim):
                    self.assertEqual(self.ask(self.child, [claim]), "child")
            self.assertEqual(self.ask(self.child, claims), "child")
            self.assertEqual(self.ask(self.parent, [mac(self.child.mac)]), "parent")

    def test_it_tells_the_name_of_a_router(self):
        self.start("add-cpe-id=cpe-17\n", "cpe_id")
        self.assertEqual(self.ask(self.child), "parent")
        self.assertEqual(self.ask(self.child, [option(forwarders.CPE_ID, "cpe-18")]), "parent")
        self.start("add-cpe-id=cpe-18\n", "cpe_id")
        self.assertEqual(self.ask(self.parent), "child")
        self.assertEqual(self.ask(self.child, [option(forwarders.CPE_ID, "cpe-17")]), "child")

    def test_what_it_says_is_not_believed_unless_it_is_written(self):
        self.start("add-mac\nstrip-mac\n", "cpe_id")
        self.assertEqual(self.ask(self.parent), "child")

    def test_neither_macs_nor_networks_leave_the_house(self):
        relay = self.net.internet.relay()
        self.start("add-mac\nstrip-mac\nadd-cpe-id=cpe-17\nadd-subnet=32,128\n", "mac", "cpe_id")
        self.router.filter.reload(self.router_config(relay))
        self.assertEqual(self.ask(self.parent), "parent")
        self.assertTrue(relay.wires)
        for wire in relay.wires:
            self.assertEqual(list(dns.message.from_wire(wire).options), [])
            self.assertNotIn(bytes.fromhex(self.parent.mac.replace(":", "")), wire)
            self.assertNotIn(b"cpe-17", wire)

    def router_config(self, relay):
        return self.net.config(
            {"listen": [f"{FILTER[0]}:{FILTER[1]}"], "upstream": {"servers": [relay.address]},
             "trusted_peers": [{"cidr": "127.0.0.1", "sends": ["mac", "cpe_id"]}]},
            profiles={"little": {"deny": ["bet.example"]}, "parent": {}},
            devices=[{"name": "phone", "mac": self.parent.mac, "profile": "parent"}])


class Balancer(House):
    def come_with_address(self, device, address):
        """Asks for the router's MAC, as whoever comes does first; the router hears from that who
        has the address now. (A device that knows the router already would not ask: that depends on
        how long ago it last spoke, not on the filter.)"""
        device.ip("neigh flush dev eth0")
        with device.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.bind((address, 0))
            out.sendto(b"", (self.router.lan.address, DISCARD))
        lab.wait_until(
            lambda: device.mac in self.router.run("ip", "neigh", "show", address).stdout,
            "the router knows who has the address")
        time.sleep(0.5)  # and the filter, which is told of it, a moment later

    def start(self, lines, *sends):
        self.serve(*sends)
        self.router.start_dnsmasq()
        with self.router.inside():
            return Dnsdist(self.addCleanup, f"{FILTER[0]}:{FILTER[1]}",
                           "useProxyProtocol=true, source='127.0.0.1'", lines,
                           self.router.lan.address, self.router.prefix)

    def test_dnsdist_tells_address_and_mac(self):
        dnsdist = self.start("addAction(AllRule(), SetMacAddrAction(65001))", "proxy", "mac")
        self.assertEqual(self.ask(self.parent, port=dnsdist.port), "parent")
        self.assertEqual(self.ask(self.child, port=dnsdist.port), "child")

    def test_a_neighbour_behind_a_balancer_is_known_by_its_mac(self):
        dnsdist = self.start("", "proxy")
        for _ in range(2):
            self.assertEqual(self.ask(self.parent, port=dnsdist.port), "parent")
            self.assertEqual(self.ask(self.child, port=dnsdist.port), "child")

    def test_a_child_on_a_parents_address_stays_a_child_behind_a_balancer(self):
        dnsdist = self.start("", "proxy")
        # Last of all, the router forgets the child there: the next filter would learn it so.
        self.addCleanup(self.router.ip, "neigh flush all")
        self.parent.ip("link set eth0 down")
        self.addCleanup(self.parent.ip, "link set eth0 up")
        address = f"{self.parent.address}/24"
        self.child.add_address(address)
        self.addCleanup(self.child.remove_address, address)
        self.router.ip("neigh flush all")
        self.come_with_address(self.child, self.parent.address)
        for _ in range(2):
            self.assertEqual(self.ask(self.child, port=dnsdist.port, source=self.parent.address),
                             "child")


if __name__ == "__main__":
    network.main()
