"""A house whose router has the gate, and the web around it: what tests of the gate share."""

import re
import socket
import ssl
import struct
import time

import certificates
import lab
import network
import web_servers
from servers import zone_text

WEB, WEB6, NGINX, RAW, GAME = ("203.0.113.80", "2001:db8:53::80", "203.0.113.81", "203.0.113.82",
                               "203.0.113.90")
RAW6 = "2001:db8:53::82"
GOOD, BAD = "www.good.example", "www.bad.example"
STUN_BINDING = struct.pack("!HHI12s", 1, 0, 0x2112a442, b"transaction!")


class GateTest(network.NetworkTest):
    """child_a follows `minji`, to whom bad.example is denied; child_b may go anywhere."""

    FILES = {}  # more of nginx: name -> content

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        authority = certificates.Authority(cls.addClassCleanup)
        cls.ca = authority.path
        cls.certificate = authority.issue("web", "DNS:*.good.example,DNS:*.bad.example")
        cls.net.internet.knot({"example": zone_text(
            f"*.good A {WEB}\n*.bad A {WEB}\n*.soon A {RAW}\n*.fine AAAA {RAW6}\n")})
        internet = cls.net.internet
        # Before a link has an address of its own for sure, its neighbours wait for a second.
        for place in (internet, cls.net.router):
            lab.wait_until(lambda here=place: any(address.startswith("fe80")
                           for address, _ in here.addresses6()), "an address of the link")
        web_servers.caddy(internet, cls.certificate, [WEB, WEB6], 64 << 20)
        web_servers.nginx(internet, cls.certificate, NGINX,
                          {"4k": "x" * 4096, "64m": b"y" * (64 << 20), **cls.FILES})
        cls.raw = web_servers.Recorder(internet, RAW, tcp_port=443)
        cls.raw6 = web_servers.Recorder(internet, RAW6, tcp_port=443)
        cls.game = web_servers.Recorder(internet, GAME, udp_port=3074, tcp_port=5222)
        cls.stun = web_servers.Recorder(internet, GAME, udp_port=3478)
        cls.start()

    @classmethod
    def config(cls, minji=None, **gate):
        return cls.net.config(
            profiles={"minji": {"deny": ["bad.example"], **(minji or {})}, "parents": {}},
            devices=[{"name": "tablet", "mac": cls.net.child_a.mac, "profile": "minji"},
                     {"name": "laptop", "mac": cls.net.child_b.mac, "profile": "parents"}],
            default_profile="minji",
            admin={"listen": "127.0.0.1:8480"},
            gate={"mode": "queue", "inside": ["br-lan", "br-guests"], "when_down": "closed", **gate})

    @classmethod
    def start(cls, **changes):
        # What the kernel keeps of the connections of tests before says nothing about this one.
        cls.net.router.run("conntrack", "-F", check=False)
        return cls.net.router.start_filter(cls.config(**changes))

    def metrics(self):
        """Every counter of the gate, by name."""
        text = self.net.router.run("curl", "-s", "http://127.0.0.1:8480/metrics").stdout
        return {name: float(value) for name, value in
                re.findall(r"^(haetae_gate_\w+(?:\{[^}]*\})?) (\S+)$", text, re.M)}

    # ---- What clients do.

    def curl(self, device, host, *more, address=WEB, path="/", seconds=10):
        """As a child with an entry in its hosts file; (exit code, what came, seconds)."""
        target = f"[{address}]" if ":" in address else address
        done = device.run("curl", "-sS", "--cacert", self.ca, "-m", seconds, "--resolve",
                          f"{host}:443:{target}", "-w", "\n%{time_total}", *more,
                          f"https://{host}{path}", check=False, within_s=60)
        body, _, took = done.stdout.rpartition("\n")
        return done.returncode, body, float(took or 0)

    def quic(self, device, host, address=WEB, seconds=5):
        """HTTP/3 by ngtcp2's client, with an entry in its hosts file; what came, or ""."""
        folder = lab.Folder(self.addCleanup)
        hosts = folder.write("hosts", f"{address} {host}\n")
        device.run("unshare", "-m", "sh", "-c", f'mount --bind {hosts} /etc/hosts && exec "$@"',
                   "sh", "timeout", seconds, "gtlsclient", "-q", "--exit-on-first-stream-close",
                   "--timeout=3s", f"--download={folder.path}", host, 443, f"https://{host}/said",
                   check=False, within_s=60)
        said = folder.path / "said"
        return said.read_text(encoding="ascii") if said.exists() else ""

    def hello(self, host):
        """A TLS hello as OpenSSL writes it."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cafile=str(self.ca))
        client = context.wrap_bio(incoming, outgoing, server_hostname=host)
        with self.assertRaises(ssl.SSLWantReadError):
            client.do_handshake()
        return outgoing.read()

    def connect(self, device, address, port=443):
        with device.inside():
            client = socket.create_connection((address, port), timeout=5)
        self.addCleanup(client.close)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    def assert_reset(self, client, within_s=0.1):
        """The connection is broken off, and that at once."""
        client.settimeout(2)
        began = time.monotonic()
        with self.assertRaises(ConnectionResetError):
            while client.recv(65536):
                pass
        self.assertLess(time.monotonic() - began, within_s * (10 if lab.IS_SANITIZED else 1))

    # ---- Connections that go on.

    def talk(self, client, text):
        client.sendall(text)
        client.settimeout(5)
        got = b""
        while len(got) < len(text):
            more = client.recv(65536)
            if not more:
                raise ConnectionResetError
            got += more
        return got

    def open(self, device, host, address=RAW):
        client = self.connect(device, address)
        hello = self.hello(host)
        self.assertEqual(self.talk(client, hello), hello)
        return client

    def cut_within(self, client, seconds):
        """How long it takes until a connection that talks is cut."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            try:
                self.talk(client, b"still here")
            except ConnectionResetError:
                return time.monotonic() - began
            time.sleep(0.02)
        self.fail(f"still open after {seconds} s")
