"""The filter in a house: every device reaches it, in every way that devices have."""

import network
from lab import records
from servers import zone_text


class Reach(network.NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net.internet.knot({"example": zone_text("www A 192.0.2.1\n")})
        cls.net.router.start_filter(cls.net.config())

    def test_every_device_reaches_the_router_over_ipv4_and_ipv6(self):
        for device in self.net.devices:
            for server in (device.lan.address, device.lan.address6):
                for tcp in (False, True):
                    with self.subTest(device=device.name, server=server, tcp=tcp):
                        reply = device.ask("www.example", server=server, tcp=tcp)
                        self.assertEqual(records(reply, "A"), ["192.0.2.1"])


if __name__ == "__main__":
    network.main()
