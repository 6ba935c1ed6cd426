"""One try of a trick: names, hellos, requests and connections for those who hide them. The tricks
stand in evasions_tcp.py, evasions_http.py and evasions_quic.py."""

import ssl
import time
from dataclasses import dataclass
from typing import Callable

import packet_writer
import quic_writer

PORTS = {"tls": 443, "http": 80, "quic": 443}
BEFORE_SERVER = 2  # a TTL that passes the router and ends at the provider's
APART_S = 0.03


@dataclass(frozen=True)
class Trick:
    """is_natural: a real client may send so, and what is allowed must arrive. needs_strict: without
    the strict profile the forbidden name arrives. works: it arrives where no gate is. of: what is
    tried in turn (at one trick), given to send()."""

    title: str
    kind: str  # "tls", "http" or "quic"
    send: Callable
    is_natural: bool = True
    needs_strict: bool = False
    works: bool = True
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
            self.split.listen(within_s, lambda: self.split.received >= self.talk.stream)
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
