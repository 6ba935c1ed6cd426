#!/usr/bin/python3
"""A child's browser behind the filter: Chromium on a device of the house."""

import certificates
import network
import web_servers
from browser import Browser
from servers import zone_text

WEB = "203.0.113.80"


class BrowserTest(network.NetworkTest):
    """child_a follows `minji`, to whom bad.example is denied."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        authority = certificates.Authority(cls.addClassCleanup)
        cls.certificate = authority.issue("web", "DNS:*.good.example,DNS:*.bad.example")
        internet = cls.net.internet
        internet.knot({"example": zone_text(f"*.good A {WEB}\n*.bad A {WEB}\n")})
        web_servers.caddy(internet, cls.certificate, [WEB])
        cls.net.router.start_filter(cls.config())
        cls.browser = Browser(cls.net.child_a, cls.certificate)

    @classmethod
    def config(cls, **changes):
        return cls.net.config(profiles={"minji": {"deny": ["bad.example"]}}, default_profile="minji",
                              **changes)

    def test_an_allowed_page_opens_and_a_blocked_name_is_not_found(self):
        good, bad = self.browser.visit("https://www.good.example/", "https://www.bad.example/")
        self.assertTrue(good.ok, good)
        self.assertIn("hello from www.good.example", good.text)
        self.assertEqual(bad.error, "ERR_NAME_NOT_RESOLVED", bad)
        self.assertLess(bad.seconds, 5)


if __name__ == "__main__":
    network.main()
