#!/usr/bin/python3
"""Connections that hide their name have the one that DNS told their device for the address, also
after a restart (lib/policy/resolved.h)."""

import socket
import ssl

import certificates
import network
import web_servers
from servers import zone_text

WEB, ELSEWHERE = "203.0.113.84", "203.0.113.85"


class HiddenNames(network.NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        internet = cls.net.internet
        internet.knot({"example": zone_text(f"late A {WEB}\nother A {ELSEWHERE}\n")})
        certificate = certificates.Authority(cls.addClassCleanup).issue("web", "DNS:late.example")
        web_servers.caddy(internet, certificate, [WEB, ELSEWHERE])

    def config(self, deny=()):
        return self.net.config(profiles={"minji": {"deny": list(deny)}}, default_profile="minji",
                               gate={"mode": "queue", "inside": ["br-lan", "br-guests"]})

    def is_reset(self, device, address):
        """Whether a TLS connection that names no host is reset. Caddy greets every client, and
        complains of one without a name."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with device.inside(), socket.create_connection((address, 443), timeout=10) as connection:
            try:
                context.wrap_socket(connection).close()
            except ConnectionResetError:
                return True
            except ssl.SSLError:
                pass  # it got an answer, which is all that matters here
            return False

    def test_they_are_judged_by_the_name_that_dns_told_the_device(self):
        one, other = self.net.child_a, self.net.child_b
        gate = self.net.router.start_filter(self.config())
        one.ask("late.example")
        self.assertFalse(self.is_reset(one, WEB), "nothing is said of the name yet")
        gate.reload(self.config(["late.example"]))
        self.assertTrue(self.is_reset(one, WEB))
        self.assertFalse(self.is_reset(one, ELSEWHERE), "another site's address")
        self.assertFalse(self.is_reset(other, WEB), "the other device never asked for the name")

        self.assertEqual(gate.stop(), 0)
        saved = gate.folder.path / "state" / "resolved"
        self.assertEqual(saved.stat().st_mode & 0o777, 0o600)
        gate.start()
        self.assertFalse(saved.exists(), "it is kept for no longer than it is needed")
        self.assertTrue(self.is_reset(one, WEB), "it is remembered over the restart")
        self.assertFalse(self.is_reset(other, WEB))

    def test_a_file_that_is_broken_costs_no_start(self):
        gate = self.net.router.start_filter(self.config())
        gate.stop()
        gate.folder.write("state/resolved", b"haetae names 1\n and nothing more")
        gate.start()
        self.assertIn("judged by address until", gate.err())


if __name__ == "__main__":
    network.main()
