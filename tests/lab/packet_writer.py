"""Packets made by hand: a TCP and UDP of our own over raw frames, from an address that no kernel
owns. It does what no kernel would: tells two things at one place, cuts, reorders, and lies.

    wire = packet_writer.Wire(device, "eth0", device.mac, router_mac, ("192.168.7.77", ...))
    talk = packet_writer.Talk(wire, "192.0.2.80", 443)
    talk.open()
    talk.put(hello[:5])
    talk.put(hello[5:], at=5, ttl=2)
    talk.listen(1)
"""

import itertools
import random
import socket
import struct
import time

ETHERTYPES = {4: 0x0800, 6: 0x86dd}
ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58
HOP_BY_HOP, FRAGMENT, DESTINATION_OPTIONS = 0, 44, 60
FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
PACKET_OUTGOING = 4
MSS = bytes((2, 4, 5, 0xb4))
MD5 = bytes((19, 18)) + bytes(16)  # a signature (RFC 2385) that nobody has a key for

_ports = itertools.cycle(range(20000, 60000))


def version_of(address):
    return 6 if ":" in address else 4


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def checksum(octets):
    """The internet checksum (RFC 1071)."""
    octets += bytes(len(octets) % 2)
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def pseudo_header(source, destination, protocol, size):
    return packed(source) + packed(destination) + struct.pack("!IxxxB", size, protocol)


def timestamps(value, echo):
    """The option of RFC 7323."""
    return bytes((1, 1, 8, 10)) + struct.pack("!II", value & 0xffffffff, echo)


def tcp_segment(source, destination, ports, sequence, ack, flags, payload=b"", options=b"",
                urgent=0, spoilt=False):
    """spoilt: its checksum is wrong."""
    options += bytes(-len(options) % 4)
    words = 5 + len(options) // 4
    head = struct.pack("!HHIIBBHHH", *ports, sequence & 0xffffffff, ack & 0xffffffff, words << 4,
                       flags, 64240, 0, urgent) + options
    size = len(head) + len(payload)
    total = checksum(pseudo_header(source, destination, TCP, size) + head + payload)
    total ^= 0x5555 if spoilt else 0
    return head[:16] + struct.pack("!H", total) + head[18:] + payload


def udp_datagram(source, destination, ports, payload, spoilt=False):
    head = struct.pack("!HHHH", *ports, 8 + len(payload), 0)
    total = checksum(pseudo_header(source, destination, UDP, 8 + len(payload)) + head + payload)
    total ^= 0x5555 if spoilt else 0
    return head[:6] + struct.pack("!H", total or 0xffff) + payload


def ip_packets(source, destination, protocol, payload, ttl=64, extensions=(), pieces=None):
    """IP packets that carry the payload. extensions: types of IPv6 headers before it, each with one
    padding option. pieces: [(offset, end)] of fragments in the order of sending, or None for one
    whole packet."""
    for kind in reversed(extensions):
        payload = struct.pack("!BBBB4x", protocol, 0, 1, 4) + payload
        protocol = kind
    number = random.getrandbits(32)
    if pieces is None:
        return [ip_packet(source, destination, protocol, payload, ttl)]
    return [ip_packet(source, destination, protocol, payload[start:end], ttl,
                      (number, start, end < len(payload))) for start, end in pieces]


def ip_packet(source, destination, protocol, payload, ttl, part=None):
    """part: (number, offset, others follow) of a fragment."""
    if version_of(source) == 6:
        if part:
            number, offset, more = part
            payload = struct.pack("!BxHI", protocol, offset | more, number) + payload
            protocol = FRAGMENT
        return (struct.pack("!IHBB", 6 << 28, len(payload), protocol, ttl) + packed(source) +
                packed(destination) + payload)
    number, offset, more = part or (random.getrandbits(16), 0, False)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), number & 0xffff,
                       offset // 8 | (0x2000 if more else 0), ttl, protocol, 0)
    head += packed(source) + packed(destination)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def in_pieces(total, size, reverse=False):
    """Fragments of so many octets each, a multiple of 8, for ip_packets()."""
    pieces = [(start, min(start + size, total)) for start in range(0, total, size)]
    return pieces[::-1] if reverse else pieces


class Incoming:
    """A packet as it came: of TCP or UDP, or an ICMP error about one of ours."""

    def __init__(self, packet):
        is_v4 = packet[0] >> 4 == 4
        size = (packet[0] & 15) * 4 if is_v4 else 40
        self.protocol = packet[9] if is_v4 else packet[6]
        family = socket.AF_INET if is_v4 else socket.AF_INET6
        self.source = socket.inet_ntop(family, packet[12:16] if is_v4 else packet[8:24])
        end = struct.unpack_from("!H", packet, 2)[0] if is_v4 else \
            40 + struct.unpack_from("!H", packet, 4)[0]
        body = packet[size:end]
        self.source_port = self.destination_port = self.flags = 0
        self.refused_port = None  # of ours, which an ICMP error speaks of
        self.payload, self.options = b"", b""
        if self.protocol == TCP:
            (self.source_port, self.destination_port, self.sequence, self.ack, words,
             self.flags) = struct.unpack_from("!HHIIBB", body)
            self.options, self.payload = body[20:(words >> 4) * 4], body[(words >> 4) * 4:]
        elif self.protocol == UDP:
            self.source_port, self.destination_port = struct.unpack_from("!HH", body)
            self.payload = body[8:]
        elif (self.protocol, body[0]) in ((ICMP, 3), (ICMP6, 1)):
            self.refused_port = struct.unpack_from("!H", body, 8 + (20 if is_v4 else 40))[0]

    def timestamp(self):
        """What its timestamp option says; 0 if it has none."""
        at = 0
        while at + 1 < len(self.options):
            kind = self.options[at]
            if kind == 8:
                return struct.unpack_from("!I", self.options, at + 2)[0]
            at += 1 if kind <= 1 else max(self.options[at + 1], 2)
        return 0


class Wire:
    """A place's interface, raw. gateway_mac: to whom everything is sent; it must know our
    addresses by permanent neighbour entries."""

    def __init__(self, place, interface, mac, gateway_mac, addresses):
        self.addresses = addresses
        self._own = [packed(one) for one in addresses]
        self._macs = bytes.fromhex((gateway_mac + mac).replace(":", ""))
        every = socket.htons(3)
        with place.inside():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, every)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
            self._socket.bind((interface, 0))
        place.add_cleanup(self._socket.close)

    def own_address(self, peer):
        return next(one for one in self.addresses if version_of(one) == version_of(peer))

    def send(self, packet):
        kind = struct.pack("!H", ETHERTYPES[packet[0] >> 4])
        self._socket.send(self._macs + kind + packet)

    def receive(self, within_s):
        """The next packet to one of our addresses; None if there is none in time."""
        end = time.monotonic() + within_s
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                frame, about = self._socket.recvfrom(1 << 17)
            except TimeoutError:
                return None
            if about[2] == PACKET_OUTGOING or frame[12:14] not in (b"\x08\x00", b"\x86\xdd"):
                continue
            packet = frame[14:]
            if (packet[16:20] if packet[0] >> 4 == 4 else packet[24:40]) in self._own:
                return Incoming(packet)
        return None


class Talk:
    """One side of a TCP connection. Places in the stream count from its first octet, 0."""

    def __init__(self, wire, peer, port, peer_port=None, has_timestamps=False):
        """To the peer's port; or, with peer_port, from this one to that."""
        self.wire, self.peer, self.own = wire, peer, wire.own_address(peer)
        self.ports = (port, peer_port) if peer_port else (next(_ports), port)
        self.first = random.getrandbits(32)  # the sequence number of place 0
        self.expected = 0  # what we acknowledge
        self.acked = 0  # how much of our stream is acknowledged
        self.received = b""
        self.ended = None  # "reset", "closed", "refused" or "unanswered"
        self.stream = b""  # what we say, as put() knows it; sent again where it is lost
        self.clock = random.getrandbits(24) + (1 << 24) if has_timestamps else None
        self.peer_clock = 0

    # ---- Sending.

    def put(self, payload=b"", at=0, flags=PSH | ACK, options=b"", spoilt=False, urgent=0,
            clock_moves=0, ack=None, **how):
        """One segment. how: ttl, extensions and pieces, as in ip_packets()."""
        if self.clock is not None:
            options += timestamps(self.clock + clock_moves, self.peer_clock)
        segment = tcp_segment(self.own, self.peer, self.ports, self.first + at,
                              (self.expected if ack is None else ack) if flags & ACK else 0, flags,
                              payload, options, urgent, spoilt)
        for packet in ip_packets(self.own, self.peer, TCP, segment, **how):
            self.wire.send(packet)

    def say(self, octets, **how):
        """More of the stream, in order, as a kernel would."""
        self.put(octets, at=len(self.stream), **how)
        self.stream += octets

    # ---- Connecting.

    def open(self, data=b"", options=b"", within_s=2):
        """As a client: three packets. data: octets on the SYN, which is sent without them where it
        gets no answer (RFC 7413, section 4.1.3). Where no SYN-ACK comes, `ended` says so, and
        whatever is sent goes nowhere."""
        self.put(data, at=-1, flags=SYN, options=MSS + options)
        answer = self.next(within_s / 2)
        if answer is None and not self.ended:
            self.put(at=-1, flags=SYN, options=MSS)
            answer = self.next(within_s / 2)
        if answer is None or answer.flags & (SYN | ACK) != SYN | ACK:
            self.ended = self.ended or "unanswered"
            return self
        self.expected = answer.sequence + 1
        self.acked = 0
        self.take(answer)
        self.put(flags=ACK)
        return self

    # ---- Listening.

    def next(self, within_s):
        """The connection's next packet, or None."""
        end = time.monotonic() + within_s
        while (left := end - time.monotonic()) > 0:
            packet = self.wire.receive(left)
            if packet is None:
                break
            if packet.refused_port == self.ports[0]:
                self.ended = "refused"
                break
            if (packet.source, packet.source_port, packet.destination_port) != \
                    (self.peer, *self.ports[::-1]) or packet.protocol != TCP:
                continue
            if self.clock is not None:
                self.clock += 1
                self.peer_clock = packet.timestamp() or self.peer_clock
            if packet.flags & RST:
                self.ended = "reset"
                break
            return packet
        return None

    def take(self, packet):
        """Keeps and acknowledges what it brings."""
        if packet.flags & ACK:
            acked = packet.ack - self.first & 0xffffffff
            self.acked = max(self.acked, acked if acked < 1 << 31 else 0)
        if packet.sequence == self.expected & 0xffffffff and packet.payload:
            self.received += packet.payload
            self.expected += len(packet.payload)
            self.put(at=len(self.stream), flags=ACK)
        if packet.flags & FIN:
            self.ended = "closed"

    def listen(self, within_s, until=lambda: False, repeats=False):
        """Until the connection ends or until() holds. repeats: sends what was not acknowledged once
        more, every 0.4 s, as kernels do sooner or later."""
        end = time.monotonic() + within_s
        again = time.monotonic() + 0.4
        while not self.ended and not until() and time.monotonic() < end:
            packet = self.next(min(end, again) - time.monotonic() if repeats
                               else end - time.monotonic())
            if packet:
                self.take(packet)
            elif repeats and time.monotonic() >= again:
                again = time.monotonic() + 0.4
                if self.acked < len(self.stream):
                    self.put(self.stream[self.acked:self.acked + 1400], at=self.acked)
        return self.ended


class Datagrams:
    """A UDP socket of our own; it remembers what it sent."""

    def __init__(self, wire, peer, port):
        self.wire, self.peer, self.own = wire, peer, wire.own_address(peer)
        self.ports = (next(_ports), port)
        self.ended = None
        self._sent = []

    def put(self, payload, spoilt=False, **how):
        self._sent.append((payload, spoilt, how))
        self._send(payload, spoilt, **how)

    def repeat(self):
        """Everything once more, as where it was lost."""
        for payload, spoilt, how in self._sent:
            self._send(payload, spoilt, **how)

    def _send(self, payload, spoilt, **how):
        datagram = udp_datagram(self.own, self.peer, self.ports, payload, spoilt)
        for packet in ip_packets(self.own, self.peer, UDP, datagram, **how):
            self.wire.send(packet)

    def next(self, within_s):
        """The next datagram's octets; None if none came in time, or it was refused: see `ended`."""
        end = time.monotonic() + within_s
        while (left := end - time.monotonic()) > 0:
            packet = self.wire.receive(left)
            if packet is None:
                return None
            if packet.refused_port == self.ports[0]:
                self.ended = "refused"
                return None
            if packet.protocol == UDP and (packet.source_port, packet.destination_port) == \
                    self.ports[::-1]:
                return packet.payload
        return None
