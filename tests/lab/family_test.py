"""An evening at the Kims': two children, a visitor's phone, bedtime, and a mother who relents."""

import time

import lab
import network
from clock import Clock
from lab import rcode, records
from servers import zone_text

EVENING = "2026-03-04T20:59:%02d+09:00"  # a Wednesday


class Family(network.NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net.internet.knot({"example": zone_text("* A 192.0.2.1\n* AAAA 2001:db8::1\n")})
        cls.minji, cls.jun, cls.stranger = cls.net.devices
        cls.clock = Clock(cls.addClassCleanup)
        cls.filter = cls.net.router.start_filter(cls.config(), env=cls.clock.environment)

    @classmethod
    def config(cls):
        return cls.net.config(
            {"listen": ["0.0.0.0:53", "[::]:53"]},
            profiles={"minji": {"deny": ["games.example"],
                                "schedule": [{"bedtime": ["21:00-07:00"]}]},
                      "jun": {"deny": ["bets.example"],
                              "schedule": [{"bedtime": ["23:00-06:00"]}]},
                      "newcomers": {"deny": ["games.example", "bets.example"]}},
            devices=[{"name": "Minji's tablet", "address": cls.minji.address, "profile": "minji"},
                     {"name": "Jun's phone", "address": cls.jun.address, "profile": "jun"}],
            default_profile="newcomers")


class Bedtime(Family):
    def test_it_falls_between_two_questions_and_the_answer_in_the_stubs_cache_is_gone_in_time(self):
        self.clock.set(EVENING % 55)
        stubs = {device: device.stub() for device in (self.minji, self.jun)}

        def ask(device):
            return device.ask("www.example", server=stubs[device].address)
        replies = {device: ask(device) for device in stubs}
        for reply in replies.values():
            self.assertEqual(records(reply, "A"), ["192.0.2.1"])
        self.assertLessEqual(lab.ttls(replies[self.minji].answer)[0], 5)
        self.assertEqual(lab.ttls(replies[self.jun].answer)[0], 300)
        lab.wait_until(lambda: self.clock.now().strftime("%S") < "30", "nine o'clock")
        took_s = time.monotonic()
        lab.wait_until(lambda: rcode(ask(self.minji)) == "NXDOMAIN", "bedtime")
        self.assertLess(time.monotonic() - took_s, 1.5)
        self.assertEqual(records(ask(self.jun), "A"), ["192.0.2.1"])
        self.assertEqual(rcode(self.minji.ask("www.example")), "NXDOMAIN")


if __name__ == "__main__":
    network.main()
