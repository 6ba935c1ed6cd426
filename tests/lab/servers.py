"""Upstreams of the lab: Knot DNS as authoritative server, and a wire to it that can be cut."""

import socket
import struct
import subprocess
import threading
import time

import dns.message
import dns.query
import dns.rdatatype
import dns.zone

import lab

HEADER = """$TTL 300
@ SOA ns admin 1 3600 600 86400 {minimum}
@ NS ns
ns A {name_server}
"""


def zone_text(body, minimum=300, name_server="127.0.0.1"):
    """A zone's content: what every zone has, then body."""
    return HEADER.format(minimum=minimum, name_server=name_server) + body


class Knot:
    """knotd on one loopback port, or elsewhere on `listen`, addresses of the network namespace that
    `prefix` leads into; whoever asks such a one must be there too. zones: name -> zone file's text
    ("" is the root); those in `signed` are signed by Knot itself, with keys of their own."""

    CONFIG = """
server:
    rundir: {folder}
    listen: [ {listen} ]
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: warning
database:
    storage: {folder}/db
policy:
  - id: lab
    single-type-signing: on
    nsec3: off
acl:
  - id: all
    address: [ 0.0.0.0/0, ::/0 ]
    action: transfer
template:
  - id: default
    storage: {folder}
    zonefile-sync: -1
    journal-content: none
    zonefile-load: whole
    acl: all
zone:
"""

    def __init__(self, add_cleanup, zones, signed=(), listen=("127.0.0.1",), port=None, prefix=()):
        self.folder = lab.Folder(add_cleanup)
        self.folder.path.joinpath("db").mkdir()
        self.address = listen[0]
        self.port = port or lab.free_port()
        config = self.CONFIG.format(folder=self.folder.path,
                                    listen=", ".join(f"{a}@{self.port}" for a in listen))
        for name, text in zones.items():
            file = f"{name or 'root'}.zone"
            self.folder.write(file, f"$ORIGIN {name}.\n{text}")
            config += f"  - domain: {name}.\n    file: {file}\n"
            if name in signed:
                config += "    dnssec-signing: on\n    dnssec-policy: lab\n"
        self.folder.write("knot.conf", config)
        self.process = lab.Process(self.folder, [*prefix, "/usr/sbin/knotd", "-c", "knot.conf"],
                                   "knot")
        add_cleanup(self.process.kill)
        for name in zones:
            lab.wait_until(lambda: self._serves(name, name in signed), f"knot serves {name}")

    def _serves(self, name, is_signed):
        kind = "DNSKEY" if is_signed else "SOA"
        try:
            reply = lab.ask(self.port, f"{name}.", kind, server=self.address, within_s=0.1)
        except OSError:
            return False
        except dns.exception.Timeout:
            return False
        if not self.process.is_running():
            raise AssertionError(f"knot: {self.process.err()}")
        return bool(lab.records(reply, kind))

    def transfer(self, zone):
        """The zone as it is served, signatures included."""
        return dns.zone.from_xfr(
            dns.query.xfr(self.address, zone, port=self.port, relativize=False), relativize=False)

    def keys(self, zone):
        """The zone's DNSKEY records, as a trust anchor file has them."""
        reply = lab.ask(self.port, f"{zone}.", "DNSKEY", server=self.address)
        return "".join(f"{zone}. 300 IN DNSKEY {key}\n" for key in lab.records(reply, "DNSKEY"))


class Relay:
    """A wire between the filter and a server: it counts, it can be slow, it can be cut, and it can
    lie. It stands in the network namespace in which it is made."""

    def __init__(self, add_cleanup, to_port, to_address="127.0.0.1", address="127.0.0.1",
                 port=None):
        self.to = (to_address, to_port)
        self.address = address
        self.port = port or lab.free_port()
        self.asked = []  # (name, type) of every query that came
        self.wires = []  # the same as they came
        # name, or "*" for all others -> seconds from when it was first asked for to its answers
        self.slow = {}
        self.lies = {}   # name -> what is sent instead: (socket, answer, client) -> nothing
        self.is_cut = False
        self._since = {}  # name -> when it was first asked for
        self._is_closed = False
        self._lock = threading.Lock()
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind((address, self.port))
        self._tcp = socket.create_server((address, self.port), backlog=64)
        add_cleanup(self.close)
        for loop in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=loop, daemon=True).start()

    def close(self):
        self._is_closed = True
        for one in (self._udp, self._tcp):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def count(self, name, kind=None):
        """How often the name was asked for."""
        with self._lock:
            return sum(1 for n, k in self.asked if n == name and kind in (None, k))

    def _note(self, wire):
        """Seconds to wait before the answer; None if there is to be none."""
        name, kind = asked_name(wire), dns.message.from_wire(wire).question[0].rdtype
        now = time.monotonic()
        with self._lock:
            self.asked.append((name, dns.rdatatype.to_text(kind)))
            self.wires.append(wire)
            since = self._since.setdefault(name, now)
        # As at a resolver that is still busy with a question when it is asked again.
        busy = self.slow.get(name, self.slow.get("*", 0))
        return None if self.is_cut else max(0, since + busy - now)

    def _serve_udp(self):
        while True:
            try:
                wire, client = self._udp.recvfrom(65535)
            except OSError:
                return
            if self._is_closed:
                return
            threading.Thread(target=self._answer_udp, args=(wire, client), daemon=True).start()

    def _answer_udp(self, wire, client):
        wait_s = self._note(wire)
        if wait_s is None:
            return
        time.sleep(wait_s)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.settimeout(5)
            out.sendto(wire, self.to)
            try:
                answer = out.recv(65535)
                lie = self.lies.get(asked_name(wire))
                if lie:
                    lie(self._udp, answer, client)
                else:
                    self._udp.sendto(answer, client)
            except OSError:
                pass

    def _serve_tcp(self):
        while True:
            try:
                connection, _ = self._tcp.accept()
            except OSError:
                return
            threading.Thread(target=self._answer_tcp, args=(connection,), daemon=True).start()

    def _answer_tcp(self, connection):
        with connection, socket.create_connection(self.to) as out:
            try:
                while (wire := read_framed(connection)) is not None:
                    wait_s = self._note(wire)
                    if wait_s is None:
                        continue
                    time.sleep(wait_s)
                    out.sendall(framed(wire))
                    connection.sendall(framed(read_framed(out)))
            except OSError:
                pass


class Unbound:
    """unbound(8) in front of another server, as a resolver without validation. It stands in the
    network namespace that `prefix` leads into; whoever makes it must be there too."""

    CONFIG = """
server:
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: "{folder}/unbound.pid"
    use-syslog: no
    do-daemonize: no
    module-config: "iterator"
    num-threads: 1
    access-control: 0.0.0.0/0 allow
    access-control: ::/0 allow
    do-not-query-localhost: no
    local-zone: "example." nodefault
    interface: {address}@{port}
{server}
remote-control:
    control-enable: no
forward-zone:
    name: "."
    forward-addr: {to}
"""

    def __init__(self, add_cleanup, to, address, port=53, server="", prefix=()):
        self.address, self.port = address, port
        self.folder = lab.Folder(add_cleanup)
        self.folder.write("unbound.conf", self.CONFIG.format(
            folder=self.folder.path, address=address, port=port, to=to, server=server))
        self.process = lab.Process(self.folder, [*prefix, "/usr/sbin/unbound", "-d", "-c",
                                                 "unbound.conf"], "unbound")
        add_cleanup(self.process.kill)
        lab.wait_until(self._accepts, "unbound starts")

    def _accepts(self):
        if not self.process.is_running():
            raise AssertionError(f"unbound: {self.process.err()}")
        try:
            socket.create_connection((self.address, self.port), timeout=1).close()
        except OSError:
            return False
        return True


def dot_resolver(add_cleanup, certificate, to, address, port=853, prefix=()):
    """An Unbound that speaks DNS over TLS with a certificates.Certificate."""
    lines = (f'    tls-service-key: "{certificate.key}"\n'
             f'    tls-service-pem: "{certificate.path}"\n    tls-port: {port}\n')
    return Unbound(add_cleanup, to, address, port, lines, prefix)


def asked_name(wire):
    """The name that a message asks for, in lower case, without its final dot."""
    return dns.message.from_wire(wire).question[0].name.to_text(omit_final_dot=True).lower()


def framed(wire):
    return struct.pack("!H", len(wire)) + wire


def read_exactly(stream, size):
    data = b""
    while len(data) < size:
        part = stream.recv(size - len(data))
        if not part:
            return None
        data += part
    return data


def read_framed(stream):
    """One DNS message of a TCP stream; None at its end."""
    head = read_exactly(stream, 2)
    return None if head is None else read_exactly(stream, struct.unpack("!H", head)[0])


def dnsperf(port, queries_path, seconds, rate, outstanding=100, server="127.0.0.1", mode="udp",
            prefix=()):
    """Runs dnsperf; returns its figures (Queries sent, completed, lost …) as a dict of text."""
    done = subprocess.run(
        [*prefix, "dnsperf", "-s", server, "-m", mode, "-p", str(port), "-d", str(queries_path), "-l",
         str(seconds), "-Q", str(rate), "-q", str(outstanding), "-c", "4", "-t", "5", "-e"],
        capture_output=True, text=True, timeout=seconds + 60, check=True)
    figures = {}
    for line in done.stdout.splitlines():
        key, colon, value = line.partition(":")
        if colon and value.strip():
            figures[key.strip()] = value.strip()
    return figures
