"""A place of the lab's network: one network namespace, and the devices, router and internet made of
it. network.py puts them together."""

import contextlib
import ctypes
import socket
import struct
import subprocess
from pathlib import Path

import lab
import servers

NETNS = Path("/run/netns")
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)

# Flags of /proc/net/if_inet6 (linux/if_addr.h).
TEMPORARY, DEPRECATED, TENTATIVE = 0x01, 0x20, 0x40

# ICMPv6 types, and the option of a router advertisement that names resolvers.
ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT, RDNSS = 133, 134, 25

ETHERTYPE_IPV4, ETHERTYPE_ARP = 0x0800, 0x0806

# What udhcpc runs when it was given an address.
DHCP_SCRIPT = """#!/bin/sh
case "$1" in bound|renew) ;; *) exit 0 ;; esac
echo "$dns" >dns
ip -4 addr flush dev "$interface"
ip addr add "$ip/$mask" dev "$interface"
ip route replace default via "$router"
"""


def named_servers(message):
    """The resolvers' addresses in an ICMPv6 message; none if it is no router advertisement."""
    found, at = [], 16
    while message[0] == ROUTER_ADVERTISEMENT and at + 8 <= len(message) and message[at + 1]:
        kind, size = message[at], message[at + 1] * 8
        if kind == RDNSS:
            found += [socket.inet_ntop(socket.AF_INET6, message[i:i + 16])
                      for i in range(at + 8, at + size, 16)]
        at += size
    return found


def command(*words, check=True, **options):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False,
                          **options)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done


def enter(namespace_fd):
    """Moves the calling thread, and what it starts from then on, into a network namespace."""
    if LIBC.setns(namespace_fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Place:
    """One network namespace. `with place.inside():` runs Python code there: sockets made and threads
    started inside belong to it for good."""

    def __init__(self, add_cleanup, name):
        self.add_cleanup = add_cleanup
        self.name = name
        self.filter = None
        # Words that lead a command into the place, with /sys as it looks from there.
        self.prefix = ("ip", "netns", "exec", name)
        command("ip", "netns", "add", name)
        add_cleanup(command, "ip", "netns", "del", name)

    @contextlib.contextmanager
    def inside(self):
        with open("/proc/thread-self/ns/net", "rb") as outside, \
             open(NETNS / self.name, "rb") as here:
            enter(here.fileno())
            try:
                yield self
            finally:
                enter(outside.fileno())

    def run(self, *words, check=True, within_s=lab.PATIENCE_S, **options):
        """A command inside; the result has returncode, stdout and stderr as text."""
        return command(*self.prefix, *words, check=check, timeout=within_s, **options)

    def start(self, words, name, folder=None):
        """A server inside, ended with the test: a lab.Process."""
        process = lab.Process(folder or lab.Folder(self.add_cleanup), [*self.prefix, *words], name)
        self.add_cleanup(process.kill)
        return process

    def start_filter(self, config, files=None, **options):
        """`haetae serve` in place of the one that runs here, if any: a lab.Filter, also at
        `filter`. files: name -> content of what stands beside its configuration."""
        if self.filter:
            self.filter.kill()
        self.filter = lab.Filter(self.add_cleanup, prefix=self.prefix, **options)
        for name, content in (files or {}).items():
            self.filter.folder.write(name, content)
        return self.filter.start(config)

    def haetae(self, *arguments, **options):
        """A subcommand of the program, as lab.run() does it."""
        return lab.run(*arguments, prefix=self.prefix, **options)

    def ip(self, *lines):
        """Commands of ip(8) without the word ip, as `place.ip("link set eth0 down")`."""
        command("ip", "-n", self.name, "-batch", "-", input="".join(f"{one}\n" for one in lines))

    def sysctl(self, key, value):
        """A setting below /proc/sys/net, as `place.sysctl("ipv4/ip_forward", 1)`."""
        with self.inside():
            Path("/proc/sys/net", key).write_text(f"{value}\n", encoding="ascii")

    def add_address(self, cidr, interface="eth0"):
        self.ip(f"addr add {cidr} dev {interface}" + (" nodad" if ":" in cidr else ""))

    def remove_address(self, cidr, interface="eth0"):
        self.ip(f"addr del {cidr} dev {interface}")

    def addresses6(self, interface="eth0"):
        """[(address, flags)] that are in use on the interface, link-local ones last."""
        found = []
        with self.inside():
            text = Path("/proc/thread-self/net/if_inet6").read_text(encoding="ascii")
        for line in text.splitlines():
            digits, _, _, scope, flags, name = line.split()
            if name == interface and not int(flags, 16) & TENTATIVE:
                address = socket.inet_ntop(socket.AF_INET6, bytes.fromhex(digits))
                found.append((int(scope, 16), address, int(flags, 16)))
        return [(address, flags) for _, address, flags in sorted(found)]

    def ask(self, name, kind="A", server=None, port=53, **how):
        """One question from inside, as lab.ask() does it; source: the address to ask from."""
        with self.inside():
            return lab.ask(port, name, kind, server=server, **how)

    def dig(self, *words):
        """What dig(1) prints."""
        return self.run("dig", *words).stdout

    def kdig(self, *words):
        """What kdig(1), which also speaks DoT, prints."""
        return self.run("kdig", *words).stdout

    def dnsperf(self, server, queries_path, seconds, rate, **how):
        """Runs dnsperf inside; returns its figures."""
        return servers.dnsperf(53, queries_path, seconds, rate, server=server, prefix=self.prefix,
                               **how)


class Device(Place):
    """A tablet, a phone, a computer: one interface eth0 with a MAC address that we choose. IPv4 by
    DHCP; IPv6 by router advertisement, with temporary addresses (RFC 8981) as phones have them."""

    def __init__(self, add_cleanup, name, mac, lan):
        super().__init__(add_cleanup, name)
        self.mac = mac
        self.lan = lan
        self.address = None  # IPv4, once DHCP gave one
        self.dns_servers = []  # what DHCP said
        self.sysctl("ipv6/conf/default/use_tempaddr", 2)
        # Nothing is waited for that a test does not look at: the delay before the first router
        # solicitation, duplicate address detection, the spread of temporary lifetimes.
        self.sysctl("ipv6/conf/default/router_solicitation_delay", 0)
        self.sysctl("ipv6/conf/default/dad_transmits", 0)
        self.sysctl("ipv6/conf/default/max_desync_factor", 0)

    def ask(self, name, kind="A", server=None, port=53, **how):
        """One question, by default to the router's IPv4 address."""
        return super().ask(name, kind, server or self.lan.address, port, **how)

    def join(self, hostname=None):
        """Gets addresses as at every arrival in the network; hostname: what it calls itself."""
        self.finish_dhcp(self.begin_dhcp(hostname))
        self.wait_for6()

    def begin_dhcp(self, hostname=None):
        """Asks for an IPv4 address; returns what finish_dhcp() waits for."""
        folder = lab.Folder(self.add_cleanup)
        script = folder.write("bound.sh", DHCP_SCRIPT)
        script.chmod(0o755)
        hostname = hostname or self.name.rpartition(".")[2].replace("_", "-")
        return self.start(["udhcpc", "-i", "eth0", "-f", "-q", "-n", "-t", "5", "-T", "1",
                           "-s", script, "-x", f"hostname:{hostname}"], "dhcp", folder)

    def finish_dhcp(self, process):
        if process.child.wait(lab.PATIENCE_S) != 0:
            raise AssertionError(f"{self.name} got no address: {process.err()}")
        with self.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((self.lan.address, 53))
            self.address = probe.getsockname()[0]
        self.dns_servers = (process.out_path.parent / "dns").read_text(encoding="ascii").split()

    def wait_for6(self):
        """Until there is a stable and a temporary address below every prefix of the network."""
        def are_there():
            return all(self.stable6(p) and self.temporary6(p) for p in self.lan.prefixes6)
        if not are_there():
            # The kernel's own solicitation may have left before the bridge passed it on.
            self.solicit()
        lab.wait_until(are_there, f"{self.name}: IPv6 addresses")

    def stable6(self, prefix):
        """The address formed from the MAC below a /64 written as "2001:db8:7::"; None if none."""
        return self._first6(prefix, 0)

    def temporary6(self, prefix):
        """The present temporary address below the prefix; None if there is none."""
        return self._first6(prefix, TEMPORARY)

    def _first6(self, prefix, wanted):
        start = socket.inet_pton(socket.AF_INET6, prefix)[:8]
        return next((address for address, flags in self.addresses6()
                     if socket.inet_pton(socket.AF_INET6, address)[:8] == start
                     and flags & (TEMPORARY | DEPRECATED) == wanted), None)

    def fresh_temporary6(self, prefix):
        """Forms all its IPv6 addresses anew, as if the temporary ones' day were over; returns the
        new temporary one below the prefix. (The kernel makes new ones only beside new stable ones.)
        """
        command("ip", "-n", self.name, "-6", "addr", "flush", "dev", "eth0", "scope", "global")
        self.wait_for6()
        return self.temporary6(prefix)

    def solicit(self):
        """Sends a router solicitation (RFC 4861, section 4.1)."""
        with self._icmp6() as out:
            self._send_solicitation(out)

    def dns_servers6(self):
        """The resolvers that a router advertisement names (RFC 8106, section 5.1), or [] if none
        came within a second that names any."""
        with self._icmp6() as channel:
            channel.settimeout(1)
            self._send_solicitation(channel)
            try:
                while not (servers := named_servers(channel.recv(2000))):
                    pass
            except TimeoutError:
                return []
        return servers

    @contextlib.contextmanager
    def _icmp6(self):
        with self.inside(), socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                                          socket.IPPROTO_ICMPV6) as channel:
            channel.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
            yield channel

    def _send_solicitation(self, channel):
        channel.sendto(struct.pack("!BBHI", ROUTER_SOLICITATION, 0, 0, 0),
                       ("ff02::2", 0, 0, socket.if_nametoindex("eth0")))

    def set_mac(self, mac):
        """Comes back with another MAC address, as phones do, and addresses anew."""
        self.mac = mac
        self.ip("addr flush dev eth0", "link set eth0 down", f"link set eth0 address {mac}",
                "link set eth0 up")
        self.join()

    def leave(self):
        """Out of the house, with the old addresses forgotten."""
        self.ip("addr flush dev eth0", "link set eth0 down")

    def come_back(self):
        self.ip("link set eth0 up")
        self.join()

    def take_address(self, address):
        """Takes an IPv4 address beside its own, as another device's, and announces that as devices
        do (RFC 5227, section 2.3): an ARP request for itself, to all."""
        self.add_address(f"{address}/24")
        mac, ip = bytes.fromhex(self.mac.replace(":", "")), socket.inet_aton(address)
        request = struct.pack("!HHBBH", 1, ETHERTYPE_IPV4, 6, 4, 1) + mac + ip + bytes(6) + ip
        with self.inside(), socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as out:
            out.sendto(request, ("eth0", ETHERTYPE_ARP, 0, 0, b"\xff" * 6))

    def stub(self, server=None):
        """A caching stub resolver on 127.0.0.53, as phones and computers have one, which asks the
        router (or `server`): a servers.Unbound."""
        with self.inside():
            return servers.Unbound(self.add_cleanup, server or self.lan.address, "127.0.0.53",
                                   prefix=self.prefix)
