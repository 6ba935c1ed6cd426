"""A house with two networks whose router has the kernel's rules around the filter: what tests of the
firewall share."""

import contextlib
import re
import socket
import time

import lab
import network
from lab import rcode
from listeners import serve_each
from servers import zone_text

BLOCKED, ALLOWED = "bet.example.net", "www.example"
# A resolver that a child might choose, and a server that children load things from.
FOREIGN, FOREIGN6 = "203.0.113.8", "2001:db8:53::8"
SERVER, SERVER6 = "203.0.113.80", "2001:db8:53::80"
# Marks of connections that the gate let through.
ACCEPTED, KEPT = 0x10000000, 0x30000000
# A help line, which is reached at any hour (rules/help.yaml).
HELP_ZONE, HELP = "1388.go.kr", "203.0.113.86"


class Stream:
    """A server that sends without end to whoever connects, as a film does."""

    def __init__(self, test, port, addresses=(SERVER, SERVER6)):
        for address in addresses:
            serve_each(test.addCleanup, address, port, self._send)

    @staticmethod
    def _send(connection, _peer):
        with contextlib.suppress(OSError), connection:
            while True:
                connection.sendall(bytes(1000))
                time.sleep(0.01)


def flows(connection, seconds=0.5):
    """Whether something comes for so long."""
    end = time.monotonic() + seconds
    connection.settimeout(seconds)
    try:
        while time.monotonic() < end:
            if not connection.recv(65536):
                return False
    except OSError:
        return False
    return True


def seconds_until_reset(connection, within_s=10):
    """How long it takes until the kernel says that the connection was reset."""
    begin = time.monotonic()
    connection.settimeout(within_s)
    try:
        while time.monotonic() < begin + within_s:
            if not connection.recv(65536):
                raise AssertionError("closed, not reset")
    except ConnectionResetError:
        return time.monotonic() - begin
    except TimeoutError:
        raise AssertionError("silence in place of a reset") from None
    raise AssertionError(f"no reset within {within_s} s")


class FirewallTest(network.NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        zones = {"example": zone_text("www A 192.0.2.1\n"),
                 "example.net": zone_text("bet A 192.0.2.2\n"),
                 HELP_ZONE: zone_text(f"www A {HELP}\n")}
        cls.net.internet.knot(zones)
        cls.net.internet.knot({**zones, "foreign": zone_text("@ A 192.0.2.99\n")},
                              listen=(FOREIGN, FOREIGN6))
        cls.foreign = (FOREIGN, FOREIGN6)

    def tearDown(self):
        if self.net.router.filter:
            self.net.router.filter.kill()
        self.net.router.haetae("firewall", "remove")

    def config(self, gate=None, **changes):
        section = {"mode": "queue", "inside": ["br-lan", "br-guests"], **(gate or {})}
        return self.net.config(**{
            "profiles": {"minji": {"deny": ["example.net"]}, "parents": {}},
            "devices": [{"name": "Tablet", "mac": self.net.child_a.mac, "profile": "minji"},
                        {"name": "Laptop", "mac": self.net.child_b.mac, "profile": "parents"}],
            "default_profile": "minji", "gate": section, **changes})

    def start(self, gate=None, **changes):
        return self.net.router.start_filter(self.config(gate, **changes))

    def answers(self, device, name, server, tcp=False, within_s=2):
        """The reply code, or None: no answer."""
        with contextlib.suppress(Exception):
            return rcode(device.ask(name, server=server, tcp=tcp, within_s=within_s))
        return None

    def listing(self):
        return self.net.router.run("nft", "-s", "-t", "list", "ruleset").stdout

    def stands(self):
        tables = self.net.router.run("nft", "list", "tables").stdout
        saved = self.net.router.run("iptables-nft-save", "-t", "mangle").stdout
        return "table inet haetae" in tables and "-j HAETAE" in saved

    def wait_until_marked(self, place, mark, *ports):
        """Until the gate there has marked all connections to servers' ports so."""
        def are_marked():
            marks = []
            for family in ("ipv4", "ipv6"):
                text = place.run("conntrack", "-L", "-f", family, check=False).stdout
                marks += [int(found[2]) for found in re.finditer(
                    r"dport=(\d+) src.* mark=(\d+)", text) if int(found[1]) in ports]
            return bool(marks) and all(one == mark for one in marks)
        lab.wait_until(are_marked, f"{mark:#x} on {ports}", 5)

    def connect(self, device, address, port, within_s=2):
        with device.inside():
            connection = socket.create_connection((address, port), timeout=within_s)
        self.addCleanup(connection.close)
        return connection

    def seconds_until_refused(self, device, address, port):
        begin = time.monotonic()
        with self.assertRaises(ConnectionRefusedError):
            self.connect(device, address, port)
        return time.monotonic() - begin
