#!/usr/bin/python3
"""Whose device is it? Real devices in a house: by MAC over both families, by address, by network;
strangers that take an address; a provider that renumbers."""

import time

import lab
import network

CHILD_A_MAC, CHILD_B_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
NAMES = ("www.example", "bet.example.net", "www.school.example.org")


def zones():
    return {"example": "www A 192.0.2.1\n", "example.net": "bet A 192.0.2.2\n",
            "example.org": "www.school A 192.0.2.3\n"}


class Identity(network.NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net.internet.knot({zone: network_zone(body) for zone, body in zones().items()})

    def start(self, devices, **changes):
        config = self.net.config(
            profiles={"minji": {"deny": ["bet.example.net"]}, "jun": {"deny": ["example.org"]},
                      "parents": {}, "strict": {"unknown": "block"}, "guests": {"deny": ["example"]}},
            devices=devices, default_profile="strict", **changes)
        return self.net.router.start_filter(config)

    def blocked(self, device, server=None, source=None, tcp=False):
        """Which of NAMES this device may not have."""
        answers = (device.ask(name, server=server, source=source, tcp=tcp) for name in NAMES)
        return tuple(lab.rcode(one) == "NXDOMAIN" for one in answers)

    MINJI, JUN, PARENT, STRANGER = ((False, True, False), (False, False, True),
                                    (False, False, False), (True, True, True))

    def by_mac(self):
        return [{"name": "Minji's tablet", "mac": CHILD_A_MAC, "profile": "minji"},
                {"name": "Jun's phone", "mac": CHILD_B_MAC, "profile": "jun"}]

    def test_knows_children_by_mac_over_both_families_and_both_transports(self):
        self.start(self.by_mac())
        lan = self.net.router.lan
        for tcp in (False, True):
            for device, wanted in ((self.net.child_a, self.MINJI), (self.net.child_b, self.JUN),
                                   (self.net.stranger, self.STRANGER)):
                for server in (lan.address, lan.address6):
                    self.assertEqual(self.blocked(device, server, tcp=tcp), wanted,
                                     f"{device.name} {server} tcp={tcp}")

    def start_without_privilege(self, devices):
        """As the service runs: a user of no rights, who may bind port 53 and nothing else."""
        router = self.net.router
        if router.filter:
            router.filter.kill()
        only = "-all,+net_bind_service"
        router.filter = lab.Filter(self.addCleanup, prefix=(
            *router.prefix, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            f"--inh-caps={only}", f"--ambient-caps={only}", f"--bounding-set={only}"))
        router.filter.folder.path.chmod(0o777)
        router.filter.start(self.net.config(
            profiles={"minji": {"deny": ["bet.example.net"]}, "jun": {"deny": ["example.org"]},
                      "strict": {"unknown": "block"}},
            devices=devices, default_profile="strict"))

    def test_decides_the_very_first_packet_of_a_fresh_address(self):
        self.start(self.by_mac())
        self.decides_first_packets()

    def test_decides_the_very_first_packet_without_privilege(self):
        self.start_without_privilege(self.by_mac())
        self.decides_first_packets()
        for device, wanted in ((self.net.child_a, self.MINJI), (self.net.child_b, self.JUN)):
            self.net.router.run("ip", "neigh", "flush", "dev", self.net.router.lan.bridge)
            self.assertEqual(self.blocked(device), wanted)

    def decides_first_packets(self):
        lan = self.net.router.lan
        for device, wanted in ((self.net.child_a, self.MINJI), (self.net.child_b, self.JUN)):
            for round_ in range(3):
                address = device.fresh_temporary6(lan.ula)
                # The router has never heard of the address: what it might hold is thrown away.
                self.net.router.run("ip", "neigh", "flush", "dev", lan.bridge, check=False)
                first = time.monotonic()
                reply = device.ask("bet.example.net", server=lan.address6, source=address)
                took = time.monotonic() - first
                is_blocked = lab.rcode(reply) == "NXDOMAIN"
                self.assertEqual(is_blocked, wanted[1], f"{device.name} {address} round {round_}")
                self.assertLess(took, 1.0)

    def test_an_unknown_mac_that_takes_a_parents_address_stays_unknown(self):
        parent = self.net.child_b
        for known_by, device in (
                ("address", {"name": "Mother", "address": parent.address}),
                ("both", {"name": "Mother", "mac": parent.mac, "address": parent.address}),
                ("mac", {"name": "Mother", "mac": parent.mac})):
            router = self.start([{**device, "profile": "parents"}])
            self.assertEqual(self.blocked(parent), self.PARENT, known_by)
            parent.leave()
            thief = self.net.stranger
            thief.take_address(parent.address)
            try:
                self.assertEqual(self.blocked(thief, source=parent.address), self.STRANGER, known_by)
                self.assertEqual(self.blocked(thief, source=parent.address, tcp=True),
                                 self.STRANGER, known_by)
            finally:
                thief.remove_address(f"{parent.address}/24")
                parent.come_back()
            # She is back, and is herself again.
            self.assertEqual(self.blocked(parent), self.PARENT, known_by)
            if known_by == "address":
                lab.wait_until(lambda run=router: "Mother" in run.err(), "it is told", within_s=5)

    def test_remembers_the_first_holder_of_an_address_over_a_restart(self):
        parent, thief = self.net.child_b, self.net.stranger
        running = self.start([{"name": "Mother", "address": parent.address, "profile": "parents"}])
        self.assertEqual(self.blocked(parent), self.PARENT)
        running.stop()
        parent.leave()
        self.net.router.run("ip", "neigh", "flush", "dev", self.net.router.lan.bridge, check=False)
        running.start()
        thief.take_address(parent.address)
        try:
            self.assertEqual(self.blocked(thief, source=parent.address), self.STRANGER)
        finally:
            thief.remove_address(f"{parent.address}/24")
            parent.come_back()

    def test_knows_a_network_by_its_interface(self):
        visitor = self.net.device("visitor", lan=self.net.router.guests)
        self.start(self.by_mac(), networks=[{"interface": "br-guests", "profile": "guests"}])
        for tcp in (False, True):
            for server in (visitor.lan.address, visitor.lan.address6):
                self.assertEqual(self.blocked(visitor, server, tcp=tcp), (True, False, False))
        self.assertEqual(self.blocked(self.net.child_a), self.MINJI)

    def test_follows_a_provider_that_renumbers_within_a_second(self):
        self.start(self.by_mac())
        lan, child = self.net.router.lan, self.net.child_a
        self.net.renumber("2001:db8:77::")
        source = child.stable6("2001:db8:77::")
        # Outside the private networks: only the interface's new prefix lets it ask.
        answered = time.monotonic() + 1
        while time.monotonic() < answered:
            reply = child.ask("bet.example.net", server=lan.address6, source=source)
            if lab.rcode(reply) != "REFUSED":
                break
        self.assertEqual(lab.rcode(reply), "NXDOMAIN")
        lan_old = child.ask("www.example", server=lan.address6, source=child.stable6(lan.ula))
        self.assertEqual(lab.rcode(lan_old), "NOERROR")

    def test_lists_the_devices_seen_with_the_names_they_told_dhcp(self):
        running = self.start(self.by_mac(),
                             devices_seen={"leases": [str(self.net.router.leases_path)]})
        for device in (self.net.child_a, self.net.stranger):
            self.blocked(device)
        time.sleep(1.5)
        running.stop()
        shown = self.net.router.haetae("devices", "--config", str(running.config_path), "--json")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        rows = {row["mac"]: row for row in __import__("json").loads(shown.stdout)}
        self.assertEqual(rows[CHILD_A_MAC]["device"], "Minji's tablet")
        self.assertEqual(rows[CHILD_A_MAC]["profile"], "minji")
        self.assertIn(self.net.child_a.address,
                      [one["address"] for one in rows[CHILD_A_MAC]["addresses"]])
        stranger = rows[self.net.stranger.mac]
        self.assertIsNone(stranger["device"])
        self.assertEqual(stranger["profile"], "strict")
        self.assertEqual(stranger["name"], "stranger")
        self.assertTrue(stranger["made_up"])


def network_zone(body):
    import servers
    return servers.zone_text(body)


if __name__ == "__main__":
    network.main()
