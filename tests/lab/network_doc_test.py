"""What docs/NETWORK.md tells a parent to do does what it says: its own snippets, in the house."""

import json
import re

import dns.exception

import lab
import network
from lab import rcode, records
from servers import Unbound, zone_text

PAGE = (lab.ROOT / "docs/NETWORK.md").read_text(encoding="utf-8")

ON_THE_ROUTER = 'dns:\n  listen: ["192.168.7.1:53"'


def snippets(first_line):
    """The fenced blocks of the page that begin so."""
    found = [text for text in re.findall(r"^```\w*\n(.*?)^```", PAGE, re.M | re.S)
             if text.startswith(first_line)]
    assert found, first_line
    return found


def snippet(first_line):
    return snippets(first_line)[0]


class Page(network.NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.router, cls.a = cls.net.router, cls.net.child_a
        cls.net.internet.knot({"example": zone_text("www A 192.0.2.1\n"),
                               "pornhub.com": zone_text("@ A 192.0.2.2\n")})

    def configuration(self, dns_lines):
        """A whole configuration around the page's lines of `dns`."""
        rest = self.net.config()
        upstream = json.dumps(rest.pop("dns")["upstream"])
        return "".join([dns_lines, f"  upstream: {upstream}\n",
                        *(f"{key}: {json.dumps(value)}\n" for key, value in rest.items())])

    def assert_filtered(self, servers):
        """Every one of these resolvers blocks what must be blocked and answers the rest."""
        self.assertTrue(servers)
        for server in servers:
            if server.startswith("fe80:"):
                server += "%eth0"
            with self.subTest(server):
                self.assertEqual(rcode(self.a.ask("pornhub.com", server=server)), "NXDOMAIN")
                self.assertEqual(records(self.a.ask("www.example", server=server), "A"),
                                 ["192.0.2.1"])


class OnTheRouter(Page):
    def test_devices_learn_the_router_over_both_families_and_are_filtered(self):
        self.router.start_dnsmasq(snippet("# /etc/dnsmasq.d/haetae.conf\n"))
        self.router.start_filter(self.configuration(snippet(ON_THE_ROUTER)))
        self.a.join()
        self.assertEqual((self.a.dns_servers, self.a.dns_servers6()), (["192.168.7.1"], ["fe80::1"]))
        self.assert_filtered(self.a.dns_servers + self.a.dns_servers6())

    def test_names_of_the_own_network_are_answered_and_nothing_else_is_past_the_filter(self):
        self.router.start_dnsmasq(snippet("# /etc/dnsmasq.d/haetae.conf, with local names"))
        self.router.start_filter(self.configuration(snippets(ON_THE_ROUTER)[1]))
        self.a.join()
        self.assert_filtered(self.a.dns_servers + self.a.dns_servers6())
        self.net.child_b.join("printer")
        self.assertEqual(records(self.a.ask("printer.lan"), "A"), [self.net.child_b.address])
        self.assertEqual(records(self.a.ask("31.7.168.192.in-addr.arpa", "PTR"), "PTR"),
                         ["printer.lan."])
        self.assertEqual(self.a.ask("pornhub.com", port=5354).answer, [])

    def test_closing_ports_stops_who_asks_elsewhere(self):
        elsewhere = self.net.internet.knot_address
        self.assertEqual(records(self.a.ask("pornhub.com", server=elsewhere), "A"), ["192.0.2.2"])
        self.router.run("nft", "-f", "-", input=snippet("# /etc/nftables.d/haetae-only.nft"))
        self.addCleanup(self.router.run, "nft", "delete", "table", "inet", "haetae_only")
        for tcp in (False, True):
            for port in (53, 853):
                with self.assertRaises((OSError, dns.exception.Timeout)):
                    self.a.ask("pornhub.com", server=elsewhere, port=port, tcp=tcp, within_s=1)
        self.router.start_filter(self.configuration(snippet(ON_THE_ROUTER)))
        self.assert_filtered(["192.168.7.1"])


class BesideTheRouter(Page):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.box = cls.net.device("box")

    def setUp(self):
        self.box.start_filter(self.configuration(
            snippet('dns:\n  listen: ["0.0.0.0:53", "[::]:53"]')))
        self.address6 = self.box.stable6("fd07::")

    def announce(self, address6):
        """What the router's pages do in the steps 4 and 5."""
        self.router.start_dnsmasq(
            f"port=0\ndhcp-option=option:dns-server,{self.box.address}\n"
            f"dhcp-option=option6:dns-server,[{address6}]\n")
        self.a.join()

    def test_devices_that_learn_it_over_both_families_are_filtered(self):
        for address6 in (self.address6, "fe80::ff:fe00:4"):
            self.announce(address6)
            self.assertEqual((self.a.dns_servers, self.a.dns_servers6()),
                             ([self.box.address], [address6]))
            self.assert_filtered(self.a.dns_servers + self.a.dns_servers6())

    def test_the_trap_is_real_a_router_that_announces_itself_over_ipv6_leads_past_the_filter(self):
        with self.router.inside():
            Unbound(self.addCleanup, self.net.internet.knot_address, self.router.lan.address6,
                    prefix=self.router.prefix)
        self.announce("fd00::")
        self.assertEqual(self.a.dns_servers6(), [self.router.lan.address6])
        self.assert_filtered(self.a.dns_servers)
        reply = self.a.ask("pornhub.com", server=self.a.dns_servers6()[0])
        self.assertEqual(records(reply, "A"), ["192.0.2.2"])

    def test_closing_ports_lets_the_filter_through_and_nobody_else(self):
        elsewhere = self.net.internet.knot_address
        rules = snippet("# /etc/nftables.d/haetae-only.nft")
        exception = re.search(r'`(iifname "br-lan" ether saddr != 02:00:00:00:00:04)`', PAGE)
        self.assertEqual(self.box.mac, "02:00:00:00:00:04")
        self.router.run("nft", "-f", "-", input=rules.replace('iifname "br-lan"', exception[1]))
        self.addCleanup(self.router.run, "nft", "delete", "table", "inet", "haetae_only")
        with self.assertRaises((OSError, dns.exception.Timeout)):
            self.a.ask("pornhub.com", server=elsewhere, within_s=1)
        self.assert_filtered([self.box.address, self.address6])


if __name__ == "__main__":
    network.main()
