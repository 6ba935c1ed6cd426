"""The internet of the lab: its wire to the house, its servers, and a tree of names from the root."""

import dns.dnssec
import dns.rdata

import servers
from places import Place

# Where every resolver that is built with the root hints begins (https://www.iana.org/domains/root).
ROOT_ADDRESSES = {
    "a": ("198.41.0.4", "2001:503:ba3e::2:30"), "b": ("199.9.14.201", "2001:500:200::b"),
    "c": ("192.33.4.12", "2001:500:2::c"), "d": ("199.7.91.13", "2001:500:2d::d"),
    "e": ("192.203.230.10", "2001:500:a8::e"), "f": ("192.5.5.241", "2001:500:2f::f"),
    "g": ("192.112.36.4", "2001:500:12::d0d"), "h": ("198.97.190.53", "2001:500:1::53"),
    "i": ("192.36.148.17", "2001:7fe::53"), "j": ("192.58.128.30", "2001:503:c27::2:30"),
    "k": ("193.0.14.129", "2001:7fd::1"), "l": ("199.7.83.42", "2001:500:9f::42"),
    "m": ("202.12.27.33", "2001:dc3::35"),
}


class Internet(Place):
    """198.51.100.1 and 2001:db8:ffff::1 on the wire to the router. Behind it, every address below
    203.0.113.0/24 and 2001:db8:53::/64 is a server's, if one binds it."""

    knot_address, knot_address6 = "203.0.113.53", "2001:db8:53::53"

    def build(self, router):
        self.router = router
        self.prefix6 = router.lan.prefix6
        self.sysctl("ipv6/conf/default/dad_transmits", 0)
        self.sysctl("ipv6/ip_nonlocal_bind", 1)
        self.ip("link set lo up", "route add local 203.0.113.0/24 dev lo",
                "route add local 2001:db8:53::/64 dev lo",
                *(f"route add local {address} dev lo" for pair in ROOT_ADDRESSES.values()
                  for address in pair))
        self.mend()

    def mend(self):
        """Connects the house; it is so at first."""
        via, via6 = self.router.outside_address, self.router.outside_address6
        self.ip("link set eth0 up", "addr replace 198.51.100.1/24 dev eth0",
                "addr replace 2001:db8:ffff::1/64 dev eth0 nodad",
                f"route replace 192.168.0.0/16 via {via}", f"route replace fd00::/8 via {via6}",
                f"route replace {self.prefix6}/64 via {via6}")

    def cut(self):
        """Pulls the plug: nothing comes or goes any more."""
        self.ip("link set eth0 down")

    def renumber(self, prefix6):
        """Leads another prefix to the house, and the old one no more."""
        self.ip(f"route del {self.prefix6}/64")
        self.prefix6 = prefix6
        self.mend()

    def knot(self, zones, signed=(), listen=(knot_address, knot_address6), port=53):
        """A servers.Knot; its methods are to be called `with internet.inside()`."""
        with self.inside():
            return servers.Knot(self.add_cleanup, zones, signed, listen, port, self.prefix)

    def relay(self, to=knot_address, address="203.0.113.54", port=53):
        """A servers.Relay with an address of its own in front of a server's port 53."""
        with self.inside():
            return servers.Relay(self.add_cleanup, 53, to, address, port)

    def dot(self, certificate, to=knot_address, address="203.0.113.85", port=853):
        """A resolver that speaks DNS over TLS with a certificates.Certificate: a servers.Unbound."""
        with self.inside():
            return servers.dot_resolver(self.add_cleanup, certificate, to, address, port,
                                        self.prefix)

    def tree(self, zones, signed=(), forged=()):
        """Serves zones (name -> body; none below another) and a signed root that delegates to them:
        a resolver needs no upstream but the root hints. forged: (zone, text, what stands there
        instead), put in after signing. Returns the root's trust anchor, as a file has it."""
        texts = {zone: servers.zone_text(body, name_server=self.knot_address)
                 for zone, body in zones.items()}
        with self.inside():
            signer = servers.Knot(self.add_cleanup, texts, signed, (self.knot_address,), 53,
                                  self.prefix)
            served = {zone: signer.transfer(f"{zone}.").to_text(relativize=False)
                      for zone in zones}
            delegations = "".join(self._delegation(zone, signer.keys(zone)) for zone in zones)
            signer.process.stop()
        for zone, text, instead in forged:
            if text not in served[zone]:
                raise AssertionError(f"no {text!r} in {served[zone]}")
            served[zone] = served[zone].replace(text, instead)
        self.knot(served)
        roots = "".join(f"@ NS {letter}.root-servers.net.\n{letter}.root-servers.net. A {v4}\n"
                        f"{letter}.root-servers.net. AAAA {v6}\n"
                        for letter, (v4, v6) in ROOT_ADDRESSES.items())
        soa = "$TTL 300\n@ SOA a.root-servers.net. admin. 1 3600 600 86400 300\n"
        listen = [address for pair in ROOT_ADDRESSES.values() for address in pair]
        root = self.knot({"": soa + roots + delegations}, ("",), listen)
        with self.inside():
            return root.keys("")

    def _delegation(self, zone, keys):
        """What the root says of a zone: its server, and the digests of its keys if it has any."""
        lines = f"{zone}. NS ns.{zone}.\nns.{zone}. A {self.knot_address}\n"
        for line in keys.splitlines():
            key = dns.rdata.from_text("IN", "DNSKEY", line.partition(" DNSKEY ")[2])
            lines += f"{zone}. DS {dns.dnssec.make_ds(zone + '.', key, 'SHA256')}\n"
        return lines
