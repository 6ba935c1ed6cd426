"""The filter in a house: every device reaches it in every way that devices have, is judged by its
own rules, and strangers from the internet are not served."""

import dns.flags

import lab
import network
from lab import errors, has, rcode, records

ZONES = {"example": "www A 192.0.2.1\nwww AAAA 2001:db8::1\n", "bet.example.net": "@ A 192.0.2.2\n",
         "school.example.org": "www A 192.0.2.3\n"}
NOT_OURS = "203.0.113.99", "2001:db8:53::99"


class House(network.NetworkTest):
    """A filter that resolves from the root and answers on every address of the router."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anchor = cls.net.internet.tree(ZONES, signed=("example", "bet.example.net"))
        cls.router, cls.a, cls.b = cls.net.router, cls.net.child_a, cls.net.child_b
        cls.router.start_filter(cls.config(), {"anchor.key": cls.anchor})

    @classmethod
    def config(cls, dns=None, **changes):
        section = {"listen": ["0.0.0.0:53", "[::]:53"], "upstream": {"mode": "recurse"},
                   "trust_anchor": "anchor.key", **(dns or {})}
        return cls.net.config(section, **changes)

    def reload(self, *changes):
        """With changes until the end of the test."""
        self.router.filter.reload(self.config(*changes))
        self.addCleanup(lambda: self.router.filter.reload(self.config()))


class Reach(House):
    def test_every_device_reaches_the_router_over_ipv4_and_ipv6(self):
        devices = [*self.net.devices, self.net.device("visitor", lan=self.router.guests)]
        for device in devices:
            for server in (device.lan.address, device.lan.address6, "fe80::1%eth0"):
                for tcp in (False, True):
                    with self.subTest(device=device.name, server=server, tcp=tcp):
                        reply = device.ask("www.example", server=server, tcp=tcp)
                        self.assertEqual(records(reply, "A"), ["192.0.2.1"])

    def test_answers_leave_from_the_address_that_was_asked(self):
        # dnspython, like every resolver, takes no answer from another address than it asked.
        self.router.add_address("192.168.7.2/24", "br-lan")
        self.router.add_address("fd07::2/64", "br-lan")
        for server in ("192.168.7.1", "192.168.7.2", "fd07::1", "fd07::2",
                       self.router.lan.prefix6 + "1", "fe80::1%eth0",
                       self.router.guests.address, self.router.guests.address6,
                       self.router.outside_address, self.router.outside_address6):
            for tcp in (False, True):
                with self.subTest(server=server, tcp=tcp):
                    self.assertEqual(rcode(self.a.ask("www.example", server=server, tcp=tcp)),
                                     "NOERROR")

    def test_clients_of_many_makes_are_served(self):
        for client in (self.a.dig, self.a.kdig):
            for words in (("+short",), ("+short", "+tcp")):
                told = client("@192.168.7.1", "www.example", "AAAA", *words)
                self.assertEqual(told.strip(), "2001:db8::1")
        stub = self.a.stub()
        for _ in range(2):
            reply = self.a.ask("www.example", server=stub.address)
            self.assertEqual(records(reply, "A"), ["192.0.2.1"])
        self.assertEqual(rcode(self.a.ask("pornhub.com", server=stub.address)), "NXDOMAIN")

    def test_names_from_signed_zones_arrive_checked(self):
        for name, is_secure in (("www.example", True), ("www.school.example.org", False),
                                ("none.example", True)):
            reply = self.a.ask(name, do=True)
            self.assertEqual(has(reply, dns.flags.AD), is_secure, name)


class WhoMayAsk(House):
    def test_the_internet_is_refused_and_told_why(self):
        for server, source in ((self.router.outside_address, NOT_OURS[0]),
                               (self.router.outside_address6, NOT_OURS[1]),
                               (self.router.lan.prefix6 + "1", NOT_OURS[1])):
            for tcp in (False, True):
                with self.subTest(server=server, tcp=tcp):
                    reply = self.net.internet.ask("www.example", server=server, source=source,
                                                  tcp=tcp)
                    self.assertEqual((rcode(reply), reply.answer), ("REFUSED", []))
                    self.assertIn(lab.EDE_PROHIBITED, errors(reply))

    def test_every_address_that_a_device_has_may_ask(self):
        for address, _ in self.a.addresses6():
            with self.subTest(address):
                server = "fe80::1%eth0" if address.startswith("fe80:") else "fd07::1"
                source = None if address.startswith("fe80:") else address
                self.assertEqual(rcode(self.a.ask("www.example", server=server, source=source)),
                                 "NOERROR")

    def test_the_house_is_served_on_when_the_provider_renumbers(self):
        self.net.renumber("2001:db8:8::")
        source = self.a.temporary6("2001:db8:8::")
        lab.wait_until(lambda: rcode(self.a.ask("www.example", server="2001:db8:8::1",
                                                source=source)) == "NOERROR",
                       "the new prefix may ask")
        self.assertEqual(rcode(self.a.ask("www.example", server="fd07::1")), "NOERROR")

    def test_only_those_whom_the_configuration_names(self):
        self.reload({"allow_from": ["192.168.7.21", "fd07::/64"]})
        for device, server, wanted in ((self.a, "192.168.7.1", "NOERROR"),
                                       (self.b, "192.168.7.1", "REFUSED"),
                                       (self.b, "fd07::1", "NOERROR")):
            self.assertEqual(rcode(device.ask("www.example", server=server)), wanted)


class WhoseRules(House):
    """Two children, a network for guests, and everybody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visitor = cls.net.device("visitor", lan=cls.router.guests)

    @classmethod
    def config(cls, dns=None, mode="enforce"):
        child_a, child_b = cls.a.stable6("fd07::"), cls.b.stable6("fd07::")
        return super().config(
            dns, profiles={
                "minji": {"deny": ["bet.example.net"], "mode": mode},
                "jun": {"deny": ["school.example.org"], "mode": mode},
                "guests": {"deny": ["example"], "mode": mode},
                "strict": {"unknown": "block", "allow": ["example"], "mode": mode}},
            devices=[{"name": "Tablet", "address": "192.168.7.21", "profile": "minji"},
                     {"name": "Tablet, IPv6", "address": child_a, "profile": "minji"},
                     {"name": "Phone", "address": "192.168.7.31", "profile": "jun"},
                     {"name": "Phone, IPv6", "address": child_b, "profile": "jun"}],
            networks=[{"cidr": "192.168.8.0/24", "profile": "guests"},
                      {"cidr": "fd08::/64", "profile": "guests"}],
            default_profile="strict")

    # Who asks -> which of these names are blocked.
    NAMES = ("www.example", "bet.example.net", "www.school.example.org")

    def rows(self):
        return ((self.a, (False, True, False)), (self.b, (False, False, True)),
                (self.net.stranger, (False, True, True)), (self.visitor, (True, False, False)))

    def ask_all(self, blocked):
        """Each device asks each name over both families, with both transports."""
        for device, is_blocked in self.rows():
            for server, source in ((device.lan.address, None),
                                   (device.lan.address6, device.stable6(device.lan.ula))):
                for name, is_it in zip(self.NAMES, is_blocked):
                    for tcp in (False, True):
                        with self.subTest(device=device.name, server=server, name=name, tcp=tcp):
                            reply = device.ask(name, server=server, source=source, tcp=tcp)
                            self.assertEqual(rcode(reply), blocked if is_it else "NOERROR")

    def test_each_gets_its_own_answers_over_both_families(self):
        self.ask_all(blocked="NXDOMAIN")

    def test_a_cached_answer_of_one_child_is_not_given_to_the_other(self):
        for device, wanted in ((self.b, "NOERROR"), (self.a, "NXDOMAIN"), (self.b, "NOERROR")):
            self.assertEqual(rcode(device.ask("bet.example.net")), wanted)

    def test_watch_mode_blocks_nothing_and_says_in_events_what_it_would_have_blocked(self):
        self.reload({}, "watch")
        self.ask_all(blocked="NOERROR")
        # Over two families and two transports: five (device, name) pairs would have been blocked.
        events = lab.wait_until(lambda: len(self.watched()) >= 20 and self.watched(), "events")
        self.assertEqual(len(events), 20)
        self.assertEqual({(event["profile"], event["name"]) for event in events},
                         {("minji", "bet.example.net"), ("jun", "www.school.example.org"),
                          ("strict", "bet.example.net"), ("strict", "www.school.example.org"),
                          ("guests", "www.example")})

    def watched(self):
        return [event for event in self.router.filter.events() if event["watched"]]


if __name__ == "__main__":
    network.main()
