"""A house on the internet, made of network namespaces: devices, a router with the filter, servers.

    child_a (02:00:00:00:00:01, 192.168.7.21) ─┐
    child_b (02:00:00:00:00:02, 192.168.7.31) ─┼─ br-lan ┌────────┐ eth0    eth0 ┌──────────┐
    stranger (02:00:00:00:00:03, from a pool) ─┘         │ router ├──────────────┤ internet │
    net.device("visitor", lan=net.router.guests) ─ br-guests ─────┘              └──────────┘

The router hands out addresses with dnsmasq (DHCP, router advertisements, a real leases file) and
runs `haetae serve`; the internet has Knot DNS, resolvers, DoT, and whatever a test puts there.
Nothing touches the machine's own network, and nothing outlives the test: what a killed run left
behind is removed by the next one.

    class Bedtime(network.NetworkTest):
        def test_something(self):
            self.net.internet.knot({"example": zone_text("www A 192.0.2.1")})
            self.net.router.start_filter(self.net.config())
            reply = self.net.child_a.ask("www.example")

    if __name__ == "__main__":
        network.main()
"""

import os
import re
import sys
import unittest
from pathlib import Path

import lab
from internet import Internet
from places import NETNS, Device, Place, command

# haetae-lab.PID.START.NUMBER.ROLE: the process that made it, when that started, its how-manieth.
NAME = re.compile(r"haetae-lab\.(\d+)\.(\d+)\.\d+\.\w+")
SKIPPED = 77  # the exit code by which ctest knows tests that did not run

DNSMASQ = """no-ping
dhcp-authoritative
dhcp-leasefile={folder}/dnsmasq.leases
pid-file={folder}/dnsmasq.pid
user=root
enable-ra
dhcp-host=02:00:00:00:00:01,192.168.7.21
dhcp-host=02:00:00:00:00:02,192.168.7.31
"""
# How resolvers are named, unless a test says otherwise: each bridge's own addresses.
DNSMASQ_DNS = """port=0
dhcp-option=option:dns-server,0.0.0.0
dhcp-option=option6:dns-server,[fd00::]
"""
DNSMASQ_LAN = """interface={bridge}
dhcp-range={net}.100,{net}.199,1h
dhcp-range=set:{bridge},::,constructor:{bridge},ra-only
"""


class Lan:
    """One of the router's networks: a bridge, an IPv4 /24, a ULA /64 (RFC 4193), and a /64 that the
    provider gave or None. The router is .1, ::1, ::1 and fe80::1 there. Prefixes are written as
    "2001:db8:7::"."""

    link_local = "fe80::1"

    def __init__(self, bridge, mac, net, ula, prefix6):
        self.bridge, self.mac, self.net, self.ula, self.prefix6 = bridge, mac, net, ula, prefix6
        self.address, self.address6 = f"{net}.1", f"{ula}1"

    @property
    def prefixes6(self):
        return tuple(p for p in (self.ula, self.prefix6) if p)

    def lines(self):
        """What ip(8) does to make it."""
        addresses = [f"{self.address}/24", f"{self.link_local}/64"]
        addresses += [f"{prefix}1/64" for prefix in self.prefixes6]
        # A radio is up whether somebody is near or not; a bridge without a port that is up has no
        # IPv6.
        radio, air = self.bridge.replace("br", "radio"), self.bridge.replace("br", "air")
        return [f"link add {self.bridge} address {self.mac} type bridge mcast_snooping 0",
                f"link set {self.bridge} addrgenmode none", f"link set {self.bridge} up",
                f"link add {radio} type veth peer name {air}",
                f"link set {air} addrgenmode none up",
                f"link set {radio} addrgenmode none master {self.bridge} up",
                *(f"addr add {one} dev {self.bridge}" for one in addresses)]


class Router(Place):
    """Between `lan`, `guests` and the internet (eth0: 198.51.100.7, 2001:db8:ffff::7)."""

    outside_address, outside_address6 = "198.51.100.7", "2001:db8:ffff::7"

    def __init__(self, add_cleanup, name):
        super().__init__(add_cleanup, name)
        self.lan = Lan("br-lan", "02:00:00:00:07:01", "192.168.7", "fd07::", "2001:db8:7::")
        self.guests = Lan("br-guests", "02:00:00:00:08:01", "192.168.8", "fd08::", None)
        self.folder = lab.Folder(add_cleanup)
        self.leases_path = self.folder.path / "dnsmasq.leases"
        self.dnsmasq = None

    def build(self):
        self.sysctl("ipv4/ip_forward", 1)
        self.sysctl("ipv6/conf/all/forwarding", 1)
        # Else an address is nobody's for up to a second: the kernel asks whether another has it.
        for links in ("all", "default", "eth0"):
            self.sysctl(f"ipv6/conf/{links}/accept_dad", 0)
        self.ip("link set lo up", "link set eth0 up", *self.lan.lines(), *self.guests.lines(),
                f"addr add {self.outside_address}/24 dev eth0",
                f"addr add {self.outside_address6}/64 dev eth0",
                "route add default via 198.51.100.1", "route add default via 2001:db8:ffff::1")

    def start_dnsmasq(self, dns_lines=DNSMASQ_DNS):
        """In place of the one that runs, if any. dns_lines: what it does about DNS."""
        if self.dnsmasq:
            self.dnsmasq.stop()
            self.dnsmasq.err_path.unlink()
        config = DNSMASQ.format(folder=self.folder.path) + dns_lines
        for lan in (self.lan, self.guests):
            config += DNSMASQ_LAN.format(**vars(lan))
        self.folder.write("dnsmasq.conf", config)
        self.dnsmasq = self.start(["dnsmasq", "--keep-in-foreground", "-C", "dnsmasq.conf",
                                   "--log-facility=-"], "dnsmasq", self.folder)
        lab.wait_until(lambda: "started" in self.dnsmasq.err() or not
                       self.dnsmasq.is_running(), "dnsmasq starts")
        if not self.dnsmasq.is_running():
            raise AssertionError(f"dnsmasq: {self.dnsmasq.err()}")


class Network:
    """The house. Skips the test if it may not make namespaces; where CI is true that is a failure."""

    _made = 0

    def __init__(self, add_cleanup):
        need_root()
        remove_leftovers()
        Network._made += 1
        self._stem = f"haetae-lab.{os.getpid()}.{start_of(os.getpid())}.{Network._made}"
        self.add_cleanup = add_cleanup
        self.devices = []
        self.router = Router(add_cleanup, f"{self._stem}.router")
        self.internet = Internet(add_cleanup, f"{self._stem}.internet")
        command("ip", "link", "add", "eth0", "netns", self.router.name, "type", "veth",
                "peer", "name", "eth0", "netns", self.internet.name)
        self.router.build()
        self.internet.build(self.router)
        self.router.start_dnsmasq()
        for i, role in enumerate(("child_a", "child_b", "stranger"), 1):
            self._plug(role, f"02:00:00:00:00:0{i}", self.router.lan)
        self.child_a, self.child_b, self.stranger = self.devices
        asked = [(one, one.begin_dhcp()) for one in self.devices]
        for one, process in asked:
            one.finish_dhcp(process)
            one.wait_for6()

    def device(self, role, mac=None, lan=None):
        """One more device, by default in `lan`, with its addresses."""
        mac = mac or f"02:00:00:00:00:{len(self.devices) + 1:02x}"
        device = self._plug(role, mac, lan or self.router.lan)
        device.join()
        return device

    def _plug(self, role, mac, lan):
        device = Device(self.add_cleanup, f"{self._stem}.{role}", mac, lan)
        port = f"to-{role}"[:15]
        command("ip", "link", "add", "eth0", "address", mac, "netns", device.name, "type", "veth",
                "peer", "name", port, "netns", self.router.name)
        self.router.ip(f"link set {port} addrgenmode none",
                       f"link set {port} master {lan.bridge} up")
        device.ip("link set lo up", "link set eth0 up")
        self.devices.append(device)
        return device

    def renumber(self, prefix6):
        """The provider gives the house another /64, written as "2001:db8:8::"; returns once all
        devices of `lan` have addresses below it. The old addresses are deprecated by then."""
        lan, old = self.router.lan, self.router.lan.prefix6
        lan.prefix6 = prefix6
        self.router.ip(f"addr add {prefix6}1/64 dev {lan.bridge}",
                       f"addr del {old}1/64 dev {lan.bridge}")
        self.internet.renumber(prefix6)
        for one in self.devices:
            if one.lan is lan:
                one.wait_for6()

    def config(self, dns=None, **changes):
        """lab.base_config() for the router: answers on port 53 of `lan` and `guests`, asks the
        internet's Knot. `dns` changes keys of that section, `changes` replace whole sections."""
        router = self.router
        listen = [f"{lan.address}:53" for lan in (router.lan, router.guests)]
        listen += [f"[{lan.address6}]:53" for lan in (router.lan, router.guests)]
        section = {"listen": listen, "upstream": {"servers": [self.internet.knot_address]},
                   **(dns or {})}
        return lab.base_config(53, 53, dns=section, **changes)


class NetworkTest(unittest.TestCase):
    """Tests on one network, at `net`, that stands as long as the class runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net = Network(cls.addClassCleanup)


def need_root():
    """Skips, loudly, where network namespaces cannot be made."""
    probe = f"haetae-lab.{os.getpid()}.{start_of(os.getpid())}.0.probe"
    if os.geteuid() == 0 and command("ip", "netns", "add", probe, check=False).returncode == 0:
        command("ip", "netns", "del", probe)
        return
    told = "NETWORK LAB NOT RUN: it needs root and network namespaces; run it as root to test them"
    if os.environ.get("CI") == "true":
        raise AssertionError(told)
    if not need_root.is_told:
        need_root.is_told = True
        print(f"\n*** {told} ***", file=sys.stderr)
    raise unittest.SkipTest(told)


need_root.is_told = False


def start_of(pid):
    """When a process started, in the kernel's ticks; None if it is no more."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return int(stat.rpartition(")")[2].split()[19])


def remove_leftovers():
    """Removes the namespaces of runs that were killed, and what still runs in them."""
    for path in NETNS.glob("haetae-lab.*"):
        parts = NAME.fullmatch(path.name)
        if not parts or start_of(int(parts[1])) == int(parts[2]):
            continue
        for pid in command("ip", "netns", "pids", path.name, check=False).stdout.split():
            command("kill", "-9", pid, check=False)
        command("ip", "netns", "del", path.name, check=False)


def main():
    """unittest.main() that exits with SKIPPED if nothing failed and something was skipped."""
    result = unittest.main(exit=False).result
    sys.exit(1 if not result.wasSuccessful() else SKIPPED if result.skipped else 0)
