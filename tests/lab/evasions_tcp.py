"""What tools against filters do with a hello of TLS, in TLS, TCP and IP: one function a trick. Each
sends through an Attempt, and returns when everything was sent."""

import time

import packet_writer
from attempts import APART_S, BEFORE_SERVER, TlsClient, Trick
from packet_writer import ACK, DESTINATION_OPTIONS, FIN, HOP_BY_HOP, MD5, PSH, RST, SYN, URG


# ---- TCP: how the hello is cut, and in which order it comes.

def whole(a):
    hello = a.hello()
    a.open().say(hello)


def cut_at(a, at):
    hello = a.hello()
    talk = a.open()
    talk.say(hello[:at])
    talk.say(hello[at:])


def every_byte(a):
    return range(1, len(a.hello()))


def in_name(a):
    """Three parts, the middle one of the name alone, with time between."""
    hello = a.hello()
    at = hello.index(a.host.encode())
    talk = a.open()
    for start, end in ((0, at + 3), (at + 3, at + 9), (at + 9, None)):
        talk.say(hello[start:end])
        time.sleep(APART_S)


def reversed_segments(a):
    hello = a.hello()
    talk = a.open()
    talk.stream = hello
    for at in reversed(range(0, len(hello), 60)):
        talk.put(hello[at:at + 60], at=at)


def one_octet_a_segment(a):
    hello = a.hello()
    talk = a.open()
    for at in range(len(hello)):
        talk.say(hello[at:at + 1])


def overlap_before_first(a):
    hello = a.hello()
    talk = a.open()
    talk.stream = hello
    talk.put(b"GET /" + hello[:50], at=-5)
    talk.put(hello[50:], at=50)


def overlap_of_equal(a):
    hello = a.hello()
    at = hello.index(a.host.encode())
    talk = a.open()
    talk.stream = hello
    talk.put(hello[:at + 5], at=0)
    talk.put(hello[at - 20:], at=at - 20)


def overlap_of_other(a):
    """Two second halves, and the first one last."""
    hello, decoy = a.hello(), a.decoy_hello()
    at = hello.index(a.host.encode())
    talk = a.open()
    talk.stream = hello
    talk.put(hello[at:], at=at)
    talk.put(decoy[at:], at=at)
    talk.put(hello[:at], at=0)


# ---- TCP: decoys that the filter sees and the server does not.

def decoy(has_timestamps=False, at=0, is_far=False, **how):
    """A hello with an allowed name, sent so, and then the real one in its place."""
    def send(a):
        hello, other = a.hello(), a.decoy_hello()
        talk = a.open(has_timestamps)
        more = {"ack": talk.expected + (1 << 20)} if is_far else {}
        talk.put(other, at=-len(other) if at else 0, **how, **more)
        time.sleep(APART_S)
        talk.say(hello)
    return send


def decoy_with_forged_receipt(a):
    """The filter hears from "the server" that it received the decoy: the client says so itself."""
    hello, other = a.hello(), a.decoy_hello()
    talk = a.open(True)
    talk.put(other, clock_moves=-1 << 20)
    time.sleep(APART_S)
    receipt = packet_writer.tcp_segment(
        a.server, talk.own, talk.ports[::-1], talk.expected, talk.first + len(other), ACK,
        options=packet_writer.timestamps(talk.peer_clock, talk.clock))
    for packet in packet_writer.ip_packets(a.server, talk.own, packet_writer.TCP, receipt):
        talk.wire.send(packet)
    time.sleep(APART_S)
    talk.say(hello)


def decoy_of_nothing(a):
    """What is no hello at all."""
    hello = a.hello()
    talk = a.open()
    talk.put(b"SSH-2.0-x\r\n".ljust(len(hello), b"x"), ttl=BEFORE_SERVER)
    time.sleep(APART_S)
    talk.say(hello)


def decoy_of_second_half(a):
    """The name's end alone is told twice."""
    hello, other = a.hello(), a.decoy_hello()
    at = hello.index(a.host.encode()) + 2
    talk = a.open()
    talk.say(hello[:at])
    talk.put(other[at:], at=at, ttl=BEFORE_SERVER)
    time.sleep(APART_S)
    talk.say(hello[at:])


def false_end(flags, **how):
    """The connection is over, says who only wants the filter to hear it."""
    def send(a):
        hello = a.hello()
        at = hello.index(a.host.encode()) + 2
        talk = a.open()
        talk.say(hello[:at])
        talk.put(at=at, flags=flags, **how)
        time.sleep(APART_S)
        talk.say(hello[at:])
    return send


def urgent_octet(a):
    """An octet in the name's middle that servers take out of the stream (RFC 6093)."""
    hello = a.hello()
    a.tls = None
    at = hello.index(a.host.encode()) + 3
    talk = a.open()
    talk.say(hello[:at] + b"x", flags=PSH | ACK | URG, urgent=at + 1)
    talk.say(hello[at:])


# ---- TCP: how a connection begins.

def decoy_on_syn(a):
    hello, other = a.hello(), a.decoy_hello()
    talk = a.begin()
    talk.open(data=other)
    talk.acked = 0
    talk.say(hello)


def split_handshake(acknowledges):
    """Both ends open it (RFC 9293, section 3.5): who is the client? acknowledges: the server's SYN
    follows on an acknowledgement."""
    def send(a):
        hello = a.hello()
        talk, server = a.begin(), a.begin_split()
        talk.put(at=-1, flags=SYN, options=packet_writer.MSS)
        if not (packet := server.next(1)):
            return
        server.expected = packet.sequence + 1
        if acknowledges:
            server.put(at=-1, flags=ACK)
        server.put(at=-1, flags=SYN, options=packet_writer.MSS)
        while (packet := talk.next(1)) and not packet.flags & SYN:
            pass
        if not packet:
            return
        talk.expected = packet.sequence + 1
        talk.put(at=-1, flags=SYN | ACK, options=packet_writer.MSS)
        server.next(1)
        server.put(flags=ACK)
        talk.next(1)
        talk.say(hello)
    return send


def same_ports(a):
    """Another connection, once an allowed one has ended."""
    hello = a.hello()
    first = a.begin()
    first.open().say(a.decoy_hello())
    first.listen(1, lambda: first.received)
    first.put(at=len(first.stream), flags=FIN | ACK)
    first.listen(1)
    first.put(at=len(first.stream) + 1, flags=RST)
    time.sleep(APART_S)
    talk = a.begin()
    talk.ports = first.ports
    talk.open().say(hello)


FAST_OPEN = bytes((34, 2))  # asks for a cookie (RFC 7413); this server wants none


def hello_on_syn(a):
    hello = a.hello()
    talk = a.begin()
    talk.stream = hello
    talk.open(data=hello, options=FAST_OPEN)


def half_on_syn(a):
    hello = a.hello()
    at = hello.index(a.host.encode()) + 3
    talk = a.begin()
    talk.open(data=hello[:at], options=FAST_OPEN)
    talk.stream = hello[:at]
    if talk.acked < at:
        talk.put(hello[:at], at=0)
    talk.say(hello[at:])


# ---- TLS.

def record(octets):
    return b"\x16\x03\x01" + len(octets).to_bytes(2, "big") + octets


def records(size, from_name=False):
    def send(a):
        message = a.hello()[5:]
        cut = message.index(a.host.encode()) + 4 if from_name else size
        starts = [0, cut] if from_name else range(0, len(message), size)
        ends = [cut, len(message)] if from_name else range(size, len(message) + size, size)
        octets = b"".join(record(message[s:e]) for s, e in zip(starts, ends))
        talk = a.open()
        for at in range(0, len(octets), 1400):
            talk.say(octets[at:at + 1400])
    return send


def records_in_segments(a):
    """Each record's head apart from its octets."""
    message = a.hello()[5:]
    cut = message.index(a.host.encode()) + 4
    talk = a.open()
    for part in (message[:cut], message[cut:]):
        octets = record(part)
        talk.say(octets[:5])
        talk.say(octets[5:])


def mixed_case(a):
    octets = a.renamed("".join(c.upper() if i % 2 else c for i, c in enumerate(a.host)))
    a.open().say(octets)


def trailing_dot(a):
    a.tls = TlsClient(a.host + ".")
    a.open().say(a.tls.hello)


# ---- IP.

def with_extensions(*kinds):
    def send(a):
        hello = a.hello()
        a.open().say(hello, extensions=kinds)
    return send


def in_fragments(size, **how):
    def send(a):
        hello = a.hello()
        pieces = packet_writer.in_pieces(20 + len(hello), size, **how)
        a.open().say(hello, pieces=pieces)
    return send


def fragments_overlap(a):
    hello = a.hello()
    total = 20 + len(hello)
    a.open().say(hello, pieces=[(0, 104), (96, total // 8 * 8), (total // 8 * 8, total)])


TRICKS = [
    Trick("hello in one segment", "tls", whole),
    Trick("hello in one segment, IPv6", "tls", whole, version=6),
    Trick("cut at every byte", "tls", cut_at, of=every_byte),
    Trick("cut inside the name", "tls", in_name),
    Trick("segments reversed", "tls", reversed_segments),
    Trick("one byte a segment", "tls", one_octet_a_segment),
    Trick("overlap before the first byte", "tls", overlap_before_first, is_natural=False),
    Trick("overlap that says the same", "tls", overlap_of_equal),
    Trick("overlap that says something else", "tls", overlap_of_other, is_natural=False),
    Trick("decoy with low TTL", "tls", decoy(ttl=BEFORE_SERVER), is_natural=False,
          needs_strict=True),
    Trick("decoy with low hop limit, IPv6", "tls", decoy(ttl=BEFORE_SERVER), is_natural=False,
          needs_strict=True, version=6),
    Trick("decoy of the second half with low TTL", "tls", decoy_of_second_half, is_natural=False,
          needs_strict=True),
    Trick("decoy of another protocol with low TTL", "tls", decoy_of_nothing, is_natural=False,
          needs_strict=True),
    Trick("decoy with bad checksum", "tls", decoy(spoilt=True), is_natural=False),
    Trick("decoy with old sequence", "tls", decoy(at=-1), is_natural=False),
    Trick("decoy with md5 option", "tls", decoy(options=MD5), is_natural=False, needs_strict=True),
    Trick("decoy with old timestamp", "tls", decoy(True, clock_moves=-1 << 20), is_natural=False,
          needs_strict=True),
    Trick("decoy whose receipt is forged", "tls", decoy_with_forged_receipt, is_natural=False,
          needs_strict=True),
    Trick("decoy whose receipt is forged, IPv6", "tls", decoy_with_forged_receipt,
          is_natural=False, needs_strict=True, version=6),
    Trick("decoy that acknowledges the future", "tls", decoy(is_far=True), is_natural=False,
          needs_strict=True),
    Trick("decoy without ACK", "tls", decoy(flags=PSH), is_natural=False),
    Trick("reset with low TTL amid the hello", "tls", false_end(RST | ACK, ttl=BEFORE_SERVER),
          is_natural=False),
    Trick("reset with bad checksum amid the hello", "tls", false_end(RST | ACK, spoilt=True),
          is_natural=False),
    Trick("FIN with low TTL amid the hello", "tls", false_end(FIN | ACK, ttl=BEFORE_SERVER),
          is_natural=False),
    Trick("urgent octet in the name", "tls", urgent_octet, is_natural=False),
    Trick("decoy on the SYN", "tls", decoy_on_syn, is_natural=False),
    Trick("hello on the SYN", "tls", hello_on_syn, server="fast"),
    Trick("half of the hello on the SYN", "tls", half_on_syn, server="fast"),
    Trick("hello on the SYN, which the server does not take", "tls", hello_on_syn),
    Trick("split handshake", "tls", split_handshake(False), is_natural=False, server="bare"),
    Trick("split handshake of four", "tls", split_handshake(True), is_natural=False, server="bare"),
    Trick("same ports again", "tls", same_ports),
    Trick("two TLS records", "tls", records(0, from_name=True)),
    Trick("TLS records of 16 bytes", "tls", records(16)),
    Trick("TLS records of one byte", "tls", records(1)),
    Trick("TLS records, their heads in segments of their own", "tls", records_in_segments),
    Trick("mixed-case name", "tls", mixed_case),
    Trick("trailing dot", "tls", trailing_dot),
    Trick("IPv6 hop-by-hop options", "tls", with_extensions(HOP_BY_HOP), version=6),
    Trick("IPv6 destination options", "tls", with_extensions(DESTINATION_OPTIONS), version=6),
    Trick("IPv6 both options, twice", "tls", with_extensions(
        HOP_BY_HOP, DESTINATION_OPTIONS, DESTINATION_OPTIONS), version=6),
    Trick("IPv4 fragments", "tls", in_fragments(104)),
    Trick("IPv4 fragments of 8 bytes, reversed", "tls", in_fragments(8, reverse=True)),
    Trick("IPv4 fragments that overlap", "tls", fragments_overlap, is_natural=False),
    Trick("IPv6 fragments", "tls", in_fragments(104), version=6),
    Trick("IPv6 fragments of 8 bytes, reversed", "tls", in_fragments(8, reverse=True), version=6),
]
