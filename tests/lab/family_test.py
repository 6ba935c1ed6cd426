"""An evening at the Kims', on their real network: bedtime falls while a tablet's own resolver still
remembers, and fifteen more minutes are fifteen."""

import lab
import network
from clocks import Clock, seoul
from lab import rcode, records
from servers import zone_text


class Evening(network.NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net.internet.knot({"example": zone_text("* A 192.0.2.1\n")})
        cls.minji, cls.jun, cls.stranger = cls.net.devices
        cls.clock = Clock(lab.Folder(cls.addClassCleanup), seoul(20, 59, 50))
        cls.filter = cls.net.router.start_filter(cls.config(), env=cls.clock.environment())
        cls.stubs = {device: device.stub() for device in cls.net.devices}

    @classmethod
    def config(cls):
        bedtime = {"minji": "21:00-07:00", "jun": "23:00-06:00"}
        return cls.net.config(
            profiles={**{name: {"schedule": [{"bedtime": [hours]}]}
                         for name, hours in bedtime.items()}, "newcomers": {}},
            devices=[{"name": "Minji's tablet", "address": cls.minji.address, "profile": "minji"},
                     {"name": "Jun's phone", "address": cls.jun.address, "profile": "jun"}],
            default_profile="newcomers")

    def ask(self, device, name):
        """Through the device's own caching resolver."""
        return device.ask(name, server=self.stubs[device].address)

    def order(self, *words):
        done = self.net.router.haetae(*words, "--config", self.filter.config_path,
                                      env=self.clock.environment())
        self.assertEqual(done.returncode, 0, done.stderr)

    def is_on(self, device, name="www.example"):
        return records(self.ask(device, name), "A") == ["192.0.2.1"]

    def assert_changes(self, device, to_on, within_s, name="www.example"):
        lab.wait_until(lambda: self.is_on(device, name) == to_on, f"on: {to_on}",
                       lab.PATIENCE_S if lab.IS_SANITIZED else within_s)

    def test_bedtime_then_fifteen_more_minutes_then_bedtime(self):
        self.clock.set(seoul(20, 59, 55))
        self.assertTrue(self.is_on(self.minji))
        self.assertTrue(self.is_on(self.jun))
        self.clock.wait_until(seoul(21, 0))
        # unbound keeps a record for the second in which it ends, too.
        self.assert_changes(self.minji, to_on=False, within_s=2)
        self.assertEqual(rcode(self.minji.ask("www.example")), "NXDOMAIN")

        # Said as a time of day, since a length of time would not care for our setting the clock.
        self.order("grant", "minji", "bedtime", "until", "21:15")
        self.assertTrue(records(self.minji.ask("www.example"), "A"))
        # What is blocked is asked anew after two seconds.
        self.assert_changes(self.minji, to_on=True, within_s=4)

        # The filter's clock goes on to just before the end. The stub's does not: another name.
        self.clock.set(seoul(21, 14, 50))
        self.assertTrue(self.is_on(self.minji, "late.example"))
        self.clock.wait_until(seoul(21, 15))
        self.assert_changes(self.minji, to_on=False, within_s=4, name="late.example")

        # All the while nobody else was concerned.
        self.assertTrue(self.is_on(self.jun))
        self.assertTrue(self.is_on(self.stranger))


if __name__ == "__main__":
    network.main()
