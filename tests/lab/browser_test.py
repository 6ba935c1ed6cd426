#!/usr/bin/python3
"""A child's browser behind the filter: Chromium on a device of the house."""

import certificates
import network
import web_servers
from browser import Browser
from servers import zone_text

WEB = "203.0.113.80"
GOOD, BAD = "https://www.good.example/", "https://www.bad.example/"
# What Chromium says when a connection is refused, or ended before anything came.
ENDED = ("ERR_CONNECTION_RESET", "ERR_CONNECTION_CLOSED", "ERR_CONNECTION_REFUSED",
         "ERR_ADDRESS_UNREACHABLE", "ERR_QUIC_PROTOCOL_ERROR")
# A child who writes names into the hosts file.
HOSTS_ENTRIES = f"--host-resolver-rules=MAP *.example {WEB}"


def only_quic(*hosts):
    """HTTP/3 from the first packet on, without having been told of it over TCP."""
    return "--origin-to-force-quic-on=" + ",".join(f"{host}:443" for host in hosts)


class BrowserTest(network.NetworkTest):
    """Everybody follows `minji`, to whom bad.example is denied."""

    gate = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        authority = certificates.Authority(cls.addClassCleanup)
        cls.certificate = authority.issue("web", "DNS:*.good.example,DNS:*.bad.example")
        internet = cls.net.internet
        internet.knot({"example": zone_text(f"*.good A {WEB}\n*.bad A {WEB}\n")})
        web_servers.caddy(internet, cls.certificate, [WEB])
        cls.net.router.start_filter(cls.net.config(
            profiles={"minji": {"deny": ["bad.example"]}}, default_profile="minji", **cls.gate))

    def browser(self, **how):
        return Browser(self.net.child_a, self.certificate, **how)

    def assert_opens(self, page, protocol="h2"):
        self.assertTrue(page.ok, page)
        self.assertIn("hello from www.good.example", page.text)
        self.assertEqual(page.protocol, protocol, page)

    def assert_not_found(self, page):
        self.assertEqual(page.error, "ERR_NAME_NOT_RESOLVED", page)
        self.assertLess(page.seconds, 5)


class ThroughDns(BrowserTest):
    def test_an_allowed_page_opens_and_a_blocked_name_is_not_found(self):
        good, bad = self.browser().visit(GOOD, BAD)
        self.assert_opens(good)
        self.assert_not_found(bad)

    def test_a_child_who_does_not_ask_us_gets_everything(self):
        # What the gate is for.
        page = self.browser(arguments=[HOSTS_ENTRIES]).visit(BAD)
        self.assertIn("hello from www.bad.example", page.text)


class ThroughGate(BrowserTest):
    gate = {"gate": {"mode": "queue", "inside": ["br-lan", "br-guests"]}}

    def assert_ended(self, page, within_s=5):
        self.assertIn(page.error, ENDED, page)
        self.assertLess(page.seconds, within_s)

    def test_an_allowed_page_opens_and_a_blocked_name_is_not_found(self):
        good, bad = self.browser().visit(GOOD, BAD)
        self.assert_opens(good)
        self.assert_not_found(bad)

    def test_asking_another_resolver_changes_nothing(self):
        browser = self.browser(resolver=self.net.internet.knot_address)
        good, bad = browser.visit(GOOD, BAD)
        self.assert_opens(good)
        self.assert_not_found(bad)

    def test_a_hosts_entry_changes_nothing(self):
        good, bad = self.browser(arguments=[HOSTS_ENTRIES]).visit(GOOD, BAD)
        self.assert_opens(good)
        self.assert_ended(bad)

    def test_http_3_is_judged_alike(self):
        browser = self.browser(arguments=[HOSTS_ENTRIES, "--enable-quic",
                                          only_quic("www.good.example", "www.bad.example")])
        good, bad = browser.visit(GOOD, BAD)
        self.assert_opens(good, "h3")
        self.assert_ended(bad, 15)


if __name__ == "__main__":
    network.main()
