"""What forwarders and load balancers write in front of queries and into them, and dnsdist."""

import socket
import struct
import subprocess

import dns.edns
import dns.exception

import lab

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
PROXY, LOCAL = 0x21, 0x20
UDP, TCP = 2, 1
MAC, MAC_TEXT, CPE_ID, UMBRELLA, UMBRELLA_DEVICE = 65001, 65073, 65074, 20292, 26946


def header(command, family, body):
    """A PROXY header, version 2: family as its octet, whatever stands in body."""
    return SIGNATURE + struct.pack("!BBH", command, family, len(body)) + body


def addresses(source, port=40000, to="192.0.2.53"):
    """The body of a header: both of one family."""
    if ":" in source:
        to = "2001:db8::53" if ":" not in to else to
        return (socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, to)
                + struct.pack("!HH", port, 53))
    return socket.inet_aton(source) + socket.inet_aton(to) + struct.pack("!HH", port, 53)


def proxy(source, protocol=UDP, values=b""):
    """A good header for that client."""
    family = (0x20 if ":" in source else 0x10) | protocol
    return header(PROXY, family, addresses(source) + values)


def crc32c(octets):
    crc = 0xffffffff
    for octet in octets:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def with_checksum(source, wrong_by=0):
    """A header that holds its checksum, or another number."""
    value = b"\x03\0\4"
    zeroed = proxy(source, values=value + bytes(4))
    return proxy(source, values=value + struct.pack("!I", crc32c(zeroed) ^ wrong_by))


def option(code, value):
    return dns.edns.GenericOption(code, value.encode() if isinstance(value, str) else value)


def mac(text):
    return option(MAC, bytes.fromhex(text.replace(":", "")))


def ident(address=None, device=None):
    """Umbrella's option as dnsmasq --umbrella writes it."""
    value = b"ODNS\1\0" + b"\0\x08" + struct.pack("!I", 12345678)
    if address:
        value += b"\0\x10" + socket.inet_aton(address)
    if device:
        value += b"\0\x40" + bytes.fromhex(device)
    return option(UMBRELLA, value)


class Dnsdist:
    """dnsdist on 127.0.0.1 or elsewhere, in front of the filter. server: what newServer{} gets
    beside the address; lines: more of its configuration; is_served: the filter answers it. It stands in the network namespace that
    `prefix` leads into; whoever makes it must be there too."""

    def __init__(self, add_cleanup, to, server, lines="", address="127.0.0.1", prefix=(),
                 is_served=True):
        self.address, self.port = address, lab.free_port()
        self.folder = lab.Folder(add_cleanup)
        self.folder.write("dnsdist.conf", f"""
setLocal('{address}:{self.port}')
setACL({{'0.0.0.0/0', '::/0'}})
newServer({{address='{to}', checkName='www.example.', checkInterval=1, {server}}})
{lines}
""")
        # Its own log goes to standard output, which names what it could not read.
        self.process = lab.Process(self.folder, [*prefix, "dnsdist", "--supervised",
                                                 "--disable-syslog", "-C", "dnsdist.conf"],
                                   "dnsdist")
        add_cleanup(self.process.kill)
        lab.wait_until(self._answers if is_served else self._listens, "dnsdist passes queries on")

    def _listens(self):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            return probe.connect_ex((self.address, self.port)) == 0

    def _answers(self):
        if not self.process.is_running():
            raise AssertionError(f"dnsdist: {self.process.out()}{self.process.err()}")
        try:
            self.ask("www.example", within_s=1)
        except (OSError, dns.exception.Timeout):
            return False
        return True

    def ask(self, name, kind="A", **how):
        return lab.ask(self.port, name, kind, server=self.address, **how)


def kdig(*words):
    """What kdig(1) prints."""
    return subprocess.run(["kdig", *map(str, words)], capture_output=True, text=True,
                          timeout=lab.PATIENCE_S, check=False).stdout
