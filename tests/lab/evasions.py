"""What tools against filters do with a forbidden hello, request or datagram: one function a trick.

Each sends through an Attempt, which knows a host's name, another one that is allowed (the decoy),
and how to write both; it returns when everything was sent."""

import random
import ssl
import time
from dataclasses import dataclass
from typing import Callable

import packet_writer
import quic_writer
from packet_writer import ACK, DESTINATION_OPTIONS, FIN, HOP_BY_HOP, MD5, PSH, RST, SYN, URG

PORTS = {"tls": 443, "http": 80, "quic": 443}
BEFORE_SERVER = 2  # a TTL that passes the router and ends at the provider's
APART_S = 0.03


@dataclass(frozen=True)
class Trick:
    """is_natural: a real client may send so, and what is allowed must arrive. needs_strict: without
    the strict profile the forbidden name arrives. of: what is tried in turn (at one trick), given
    to send()."""

    title: str
    kind: str  # "tls", "http" or "quic"
    send: Callable
    is_natural: bool = True
    needs_strict: bool = False
    version: int = 4  # of IP
    server: str = ""  # "fast": takes data on SYNs; "bare": of our own; else what kernels are
    of: Callable = None


class Attempt:
    """One try of a trick. host and decoy: names of equal length."""

    def __init__(self, wires, server, kind, host, decoy, quic_hello=None):
        self.wire, self.far_wire = wires  # the client's, the server's
        self.server, self.port = server, PORTS[kind]
        self.host, self.decoy = host, decoy
        self.quic_hello = quic_hello
        self.talk = None
        self.quic = None
        self.tls = None
        self.split = None  # the server's side of a connection, where it is of our own, too

    # ---- TCP.

    def open(self, has_timestamps=False, **how):
        self.talk = packet_writer.Talk(self.wire, self.server, self.port,
                                       has_timestamps=has_timestamps)
        self.talk.open(**how)
        return self.talk

    def begin(self):
        """A connection that is not opened yet."""
        self.talk = packet_writer.Talk(self.wire, self.server, self.port)
        return self.talk

    def begin_split(self):
        """The server's side of begin()'s connection."""
        self.split = packet_writer.Talk(self.far_wire, self.talk.own, self.port,
                                        peer_port=self.talk.ports[0])
        return self.split

    def hello(self):
        """What OpenSSL says first; finish() goes on with it."""
        self.tls = TlsClient(self.host)
        return self.tls.hello

    def decoy_hello(self):
        return TlsClient(self.decoy).hello

    def renamed(self, instead):
        """A hello with the name written otherwise, in as many octets: nobody can finish it."""
        hello = self.hello()
        self.tls = None
        return hello.replace(self.host.encode(), instead.encode())

    def head(self, host=None, target="/", before="", line="Host: {}\r\n"):
        """A request; before: what stands ahead of it. line: that of the host."""
        return (f"{before}GET {target} HTTP/1.1\r\n" + line.format(host or self.host) +
                "User-Agent: x\r\n\r\n").encode()

    def finish(self, within_s):
        """Lets the connection go on as far as it does; returns how it ended, or None."""
        if self.quic:
            return self.finish_quic(within_s)
        if self.split:
            self.split.listen(within_s)
            return self.split.ended
        if self.tls:
            return self.tls.finish(self.talk, within_s)
        self.talk.listen(within_s, lambda: self.talk.received, repeats=True)
        return self.talk.ended

    # ---- QUIC.

    def finish_quic(self, within_s):
        """Until a server's hello comes, which stands in a large datagram."""
        end = time.monotonic() + within_s
        while not self.quic.ended and time.monotonic() < end:
            answer = self.quic.next(0.25)
            if answer and len(answer) >= quic_writer.DATAGRAM_BYTES:
                break
            if answer is None and not self.quic.ended:
                self.quic.repeat()
        return self.quic.ended

    def datagrams(self):
        self.quic = packet_writer.Datagrams(self.wire, self.server, self.port)
        return self.quic

    def initial(self, frames, name=None, destination_id=None, **how):
        how = {"size": quic_writer.DATAGRAM_BYTES, **how}
        if isinstance(frames, tuple):  # of the hello of `name`, from one octet to another
            frames = quic_writer.crypto(frames[0], self.quic_octets(name)[slice(*frames)])
        return quic_writer.initial(destination_id or self.quic_id, self.quic_hello.source_id,
                                   frames, **how)

    def quic_octets(self, name=None):
        return self.quic_hello.with_name((name or self.host).encode())

    @property
    def quic_id(self):
        if not hasattr(self, "_quic_id"):
            self._quic_id = quic_writer.fresh_id()
        return self._quic_id


class TlsClient:
    """OpenSSL's end of TLS."""

    def __init__(self, host):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_hostname=host)
        self._step()
        self.hello = self._out.read()
        self.talked = False

    def _step(self):
        try:
            self._tls.do_handshake()
            return True
        except ssl.SSLWantReadError:
            return False

    def finish(self, talk, within_s):
        """The handshake, and one word there and back."""
        end, has_asked, given = time.monotonic() + within_s, False, 0
        while not talk.ended and not self.talked and time.monotonic() < end:
            talk.listen(end - time.monotonic(), lambda: len(talk.received) > given, repeats=True)
            self._in.write(talk.received[given:])
            given = len(talk.received)
            try:
                if self._step() and not has_asked:
                    self._tls.write(b"are you there?")
                    has_asked = True
                if said := self._out.read():
                    talk.say(said)
                self.talked = has_asked and bool(self._tls.read(100))
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError:
                break  # the server answers another hello than this one
        return talk.ended


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


# ---- HTTP.

def request(**how):
    def send(a):
        a.open().say(a.head(**how))
    return send


def two_hosts(forbidden_first):
    def send(a):
        hosts = (a.host, a.decoy) if forbidden_first else (a.decoy, a.host)
        a.open().say(a.head(line="Host: {}\r\nHost: {}\r\n".replace("{}", hosts[0], 1)
                            .replace("{}", hosts[1], 1)))
    return send


def absolute_target(a):
    a.open().say(a.head(a.decoy, target=f"http://{a.host}/"))


def absolute_other(a):
    a.open().say(a.head(a.host, target=f"http://{a.decoy}/"))


def mixed_case_host(a):
    a.open().say(a.head(a.host.title(), line="hOsT: {}\r\n"))


def second_request(a):
    talk = a.open()
    talk.say(a.head(a.decoy))
    talk.listen(2, lambda: talk.received)
    talk.received = b""
    talk.say(a.head())


def pipelined(a):
    a.open().say(a.head(a.decoy) * 3 + a.head())


def pipelined_cut(a):
    octets = a.head(a.decoy) * 2 + a.head()
    at = octets.index(a.host.encode()) + 4
    talk = a.open()
    talk.say(octets[:at])
    talk.say(octets[at:])


def behind_body(a):
    body = (f"POST / HTTP/1.1\r\nHost: {a.decoy}\r\nTransfer-Encoding: chunked\r\n\r\n"
            "3\r\nabc\r\n0\r\n\r\n").encode()
    a.open().say(body + a.head())


def http_decoy(has_timestamps=False, **how):
    def send(a):
        talk = a.open(has_timestamps)
        talk.put(a.head(a.decoy), **how)
        time.sleep(APART_S)
        talk.say(a.head())
    return send


def long_head(a):
    head = f"GET / HTTP/1.1\r\n{'X-Fill: ' + 'x' * 4000}\r\n" + \
        f"{'Y-Fill: ' + 'y' * 7000}\r\n" + f"{'Z-Fill: ' + 'z' * 7000}\r\nHost: {a.host}\r\n\r\n"
    octets = head.encode()
    talk = a.open()
    for at in range(0, len(octets), 1400):
        talk.say(octets[at:at + 1400])


# ---- QUIC.

def quic_whole(a):
    a.datagrams().put(a.initial((0, None)))


def quic_shuffled(a):
    """One packet of many CRYPTO frames in no order, with pings between."""
    octets = a.quic_octets()
    parts = [quic_writer.crypto(at, octets[at:at + 20]) for at in range(0, len(octets), 20)]
    random.Random(7).shuffle(parts)
    a.datagrams().put(a.initial(quic_writer.PING.join(parts)))


def quic_split(order):
    """Two datagrams, cut inside the name."""
    def send(a):
        at = a.quic_octets().index(a.host.encode()) + 3
        both = [a.initial((0, at)), a.initial((at, None), number=1)]
        quic = a.datagrams()
        for i in order:
            quic.put(both[i])
    return send


def quic_overlapping(a):
    octets = a.quic_octets()
    at = octets.index(a.host.encode())
    a.datagrams().put(a.initial(quic_writer.crypto(at - 10, octets[at - 10:]) +
                                quic_writer.crypto(0, octets[:at + 10])))


def quic_junk_first(is_same_id):
    def send(a):
        quic = a.datagrams()
        junk = a.initial(quic_writer.PING, destination_id=None if is_same_id else
                         quic_writer.fresh_id(), number=9)
        quic.put(junk[:200] + random.randbytes(len(junk) - 200))
        quic.put(a.initial((0, None)))
    return send


def quic_many_junk(a):
    quic = a.datagrams()
    for _ in range(12):
        junk = a.initial(quic_writer.PING, destination_id=quic_writer.fresh_id())
        quic.put(junk[:100] + random.randbytes(len(junk) - 100))
    quic.put(a.initial((0, None)))


def quic_decoy(id_size=8, **how):
    """An Initial with an allowed name that the server throws away. id_size: of a connection id of
    its own; None: it has the real one's."""
    packet = {k: how.pop(k) for k in ("size", "version") if k in how}

    def send(a):
        quic = a.datagrams()
        decoy_id = quic_writer.fresh_id(id_size) if id_size else None
        quic.put(a.initial((0, None), a.decoy, decoy_id, **packet), **how)
        time.sleep(APART_S)
        quic.put(a.initial((0, None)))
    return send


def quic_grease_version(a):
    """As clients try versions: the server lists its own, and the client takes one of them."""
    quic = a.datagrams()
    quic.put(a.initial((0, None), version=quic_writer.GREASE_VERSION))
    quic.next(1)
    quic.put(a.initial((0, None)))


def quic_coalesced(a):
    at = a.quic_octets().index(a.host.encode()) + 3
    parts = [a.initial((0, at), size=None), a.initial((at, None), number=1, size=None)]
    parts.append(a.initial(quic_writer.PING, number=2,
                           size=quic_writer.DATAGRAM_BYTES - sum(map(len, parts))))
    a.datagrams().put(b"".join(parts))


def quic_coalesced_decoy(a):
    """The second packet of the datagram belongs to another connection."""
    parts = [a.initial((0, None), a.decoy, size=None)]
    parts.append(a.initial((0, None), None, quic_writer.fresh_id(),
                           size=quic_writer.DATAGRAM_BYTES - len(parts[0])))
    a.datagrams().put(b"".join(parts))


def quic_second_connection(a):
    """After an allowed one, from the same port."""
    quic = a.datagrams()
    quic.put(a.initial((0, None), a.decoy, quic_writer.fresh_id()))
    quic.next(1)
    time.sleep(APART_S)
    quic.put(a.initial((0, None)))


def quic_fragments(a):
    datagram = a.initial((0, None))
    a.datagrams().put(datagram, pieces=packet_writer.in_pieces(8 + len(datagram), 104))


def quic_extensions(a):
    a.datagrams().put(a.initial((0, None)), extensions=(HOP_BY_HOP, DESTINATION_OPTIONS))


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

    Trick("request in one segment", "http", request()),
    Trick("mixed-case host and header", "http", mixed_case_host),
    Trick("host with a trailing dot", "http", request(line="Host: {}.\r\n")),
    Trick("host with a port", "http", request(line="Host: {}:80\r\n")),
    Trick("two Hosts, the forbidden first", "http", two_hosts(True), is_natural=False),
    Trick("two Hosts, the forbidden second", "http", two_hosts(False), is_natural=False),
    Trick("no space", "http", request(line="Host:{}\r\n")),
    Trick("tab", "http", request(line="Host:\t{}\t\r\n")),
    Trick("space before the colon", "http", request(line="Host : {}\r\n"), is_natural=False),
    Trick("folded line", "http", request(line="Host:\r\n {}\r\n"), is_natural=False),
    Trick("leading blank line", "http", request(before="\r\n")),
    Trick("leading bare newline", "http", request(before="\n"), is_natural=False),
    Trick("lines end in newlines alone", "http", request(line="Host: {}\n"), is_natural=False),
    Trick("absolute URI against Host", "http", absolute_target),
    Trick("Host against absolute URI", "http", absolute_other),
    Trick("keep-alive, second request", "http", second_request),
    Trick("pipelined requests", "http", pipelined),
    Trick("pipelined requests, cut inside the name", "http", pipelined_cut),
    Trick("behind a chunked body", "http", behind_body),
    Trick("decoy with low TTL", "http", http_decoy(ttl=BEFORE_SERVER), is_natural=False,
          needs_strict=True),
    Trick("decoy with md5 option", "http", http_decoy(options=MD5), is_natural=False,
          needs_strict=True),
    Trick("decoy with old timestamp", "http", http_decoy(True, clock_moves=-1 << 20),
          is_natural=False, needs_strict=True),
    Trick("decoy with bad checksum", "http", http_decoy(spoilt=True), is_natural=False),
    Trick("behind 18 KB of other headers", "http", long_head, is_natural=False),

    Trick("QUIC hello in one datagram", "quic", quic_whole),
    Trick("QUIC hello in one datagram, IPv6", "quic", quic_whole, version=6),
    Trick("shuffled CRYPTO frames", "quic", quic_shuffled),
    Trick("CRYPTO split over two datagrams", "quic", quic_split((0, 1))),
    Trick("CRYPTO split, second datagram first", "quic", quic_split((1, 0))),
    Trick("CRYPTO frames that overlap", "quic", quic_overlapping),
    Trick("junk Initial first", "quic", quic_junk_first(True), is_natural=False),
    Trick("junk Initial of another id first", "quic", quic_junk_first(False), is_natural=False),
    Trick("twelve junk Initials first", "quic", quic_many_junk, is_natural=False),
    Trick("decoy with low TTL", "quic", quic_decoy(ttl=BEFORE_SERVER), is_natural=False),
    Trick("decoy with bad checksum", "quic", quic_decoy(spoilt=True), is_natural=False),
    Trick("decoy in a short datagram", "quic", quic_decoy(size=None), is_natural=False),
    Trick("decoy of the same id with low TTL", "quic", quic_decoy(None, ttl=BEFORE_SERVER),
          is_natural=False, needs_strict=True),
    Trick("decoy of the same id with bad checksum", "quic", quic_decoy(None, spoilt=True),
          is_natural=False),
    Trick("decoy of the same id in a short datagram", "quic", quic_decoy(None, size=None),
          is_natural=False),
    Trick("decoy with a short connection id", "quic", quic_decoy(id_size=4), is_natural=False),
    Trick("decoy of a version that the server lacks", "quic",
          quic_decoy(version=quic_writer.DRAFT27), is_natural=False),
    Trick("decoy of a version that nobody knows", "quic",
          quic_decoy(version=0x5a5b5c5d), is_natural=False),
    Trick("version negotiation", "quic", quic_grease_version),
    Trick("coalesced Initials", "quic", quic_coalesced),
    Trick("coalesced with a decoy's Initial", "quic", quic_coalesced_decoy, is_natural=False),
    Trick("second connection from the same port", "quic", quic_second_connection),
    Trick("IPv4 fragments", "quic", quic_fragments),
    Trick("IPv6 options", "quic", quic_extensions, version=6),
]
