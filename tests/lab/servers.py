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
ns A 127.0.0.1
"""


def zone_text(body, minimum=300):
    """A zone's content: what every zone has, then body."""
    return HEADER.format(minimum=minimum) + body


class Knot:
    """knotd on one loopback port. zones: name -> zone file's text; those in `signed` are signed by
    Knot itself, with keys of their own."""

    CONFIG = """
server:
    rundir: {folder}
    listen: [ 127.0.0.1@{port} ]
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
    address: 127.0.0.0/8
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

    def __init__(self, add_cleanup, zones, signed=()):
        self.folder = lab.Folder(add_cleanup)
        self.folder.path.joinpath("db").mkdir()
        self.port = lab.free_port()
        config = self.CONFIG.format(folder=self.folder.path, port=self.port)
        for name, text in zones.items():
            file = f"{name or 'root'}.zone"
            self.folder.write(file, f"$ORIGIN {name}.\n{text}")
            config += f"  - domain: {name}.\n    file: {file}\n"
            if name in signed:
                config += "    dnssec-signing: on\n    dnssec-policy: lab\n"
        self.folder.write("knot.conf", config)
        self.process = lab.Process(self.folder, ["/usr/sbin/knotd", "-c", "knot.conf"], "knot")
        add_cleanup(self.process.kill)
        for name in zones:
            lab.wait_until(lambda: self._serves(name, name in signed), f"knot serves {name}")

    def _serves(self, name, is_signed):
        kind = "DNSKEY" if is_signed else "SOA"
        try:
            reply = lab.ask(self.port, f"{name}.", kind, within_s=1)
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
            dns.query.xfr("127.0.0.1", zone, port=self.port, relativize=False), relativize=False)

    def keys(self, zone):
        """The zone's DNSKEY records, as a trust anchor file has them."""
        reply = lab.ask(self.port, f"{zone}.", "DNSKEY")
        return "".join(f"{zone}. 300 IN DNSKEY {key}\n" for key in lab.records(reply, "DNSKEY"))


class Relay:
    """A wire between the filter and a server: it counts, it can be slow, and it can be cut."""

    def __init__(self, add_cleanup, to_port):
        self.to_port = to_port
        self.port = lab.free_port()
        self.asked = []  # (name, type) of every query that came
        self.slow = {}   # name, or "*" for all others -> seconds that its answers take
        self.is_cut = False
        self._is_closed = False
        self._lock = threading.Lock()
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        self._tcp = socket.create_server(("127.0.0.1", self.port), backlog=64)
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
        question = dns.message.from_wire(wire).question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        with self._lock:
            self.asked.append((name, dns.rdatatype.to_text(question.rdtype)))
        return None if self.is_cut else self.slow.get(name, self.slow.get("*", 0))

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
            out.sendto(wire, ("127.0.0.1", self.to_port))
            try:
                self._udp.sendto(out.recv(65535), client)
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
        with connection, socket.create_connection(("127.0.0.1", self.to_port)) as out:
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


def dnsperf(port, queries_path, seconds, rate, outstanding=100):
    """Runs dnsperf; returns its figures (Queries sent, completed, lost …) as a dict of text."""
    done = subprocess.run(
        ["dnsperf", "-s", "127.0.0.1", "-p", str(port), "-d", str(queries_path), "-l",
         str(seconds), "-Q", str(rate), "-q", str(outstanding), "-c", "4", "-t", "5", "-e"],
        capture_output=True, text=True, timeout=seconds + 60, check=True)
    figures = {}
    for line in done.stdout.splitlines():
        key, colon, value = line.partition(":")
        if colon and value.strip():
            figures[key.strip()] = value.strip()
    return figures
