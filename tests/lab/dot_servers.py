"""Servers of DNS over TLS for the lab: a real unbound, and one that misbehaves as a test wishes."""

import socket
import ssl
import struct
import threading
import time
import warnings

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

import lab
from servers import framed, read_framed

KEEPALIVE = 11  # RFC 7828
PADDING = 12    # RFC 7830


class UnboundDot:
    """A real resolver that speaks TLS on one loopback port and asks `upstream_port` for all names."""

    CONFIG = """
server:
    interface: 127.0.0.1@{port}
    port: {port}
    tls-port: {port}
    tls-service-pem: "{certificate.path}"
    tls-service-key: "{certificate.key}"
    access-control: 127.0.0.0/8 allow
    directory: "{folder}"
    chroot: ""
    username: ""
    pidfile: ""
    use-syslog: no
    log-time-ascii: no
    verbosity: 0
    do-daemonize: no
    do-not-query-localhost: no
    do-ip6: no
    num-threads: 1
    module-config: "iterator"
    incoming-num-tcp: 100
    num-queries-per-thread: 4096
    outgoing-range: 4096
remote-control:
    control-enable: no
forward-zone:
    name: "."
    forward-addr: 127.0.0.1@{upstream_port}
"""

    def __init__(self, add_cleanup, certificate, upstream_port, port=None):
        self.folder = lab.Folder(add_cleanup)
        self.port = port or lab.free_port()
        self.folder.write("unbound.conf", self.CONFIG.format(
            port=self.port, certificate=certificate, folder=self.folder.path,
            upstream_port=upstream_port))
        self.process = None
        add_cleanup(self.kill)
        self.start()

    def start(self):
        self.process = lab.Process(self.folder, ["/usr/sbin/unbound", "-d", "-c", "unbound.conf"],
                                   "unbound")
        lab.wait_until(self._listens, "unbound listens")

    def _listens(self):
        if not self.process.is_running():
            raise AssertionError(f"unbound: {self.process.err()}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        if self.process is not None:
            self.process.kill()


def answer_to(query, address="192.0.2.77"):
    """What an honest server says: one address for every name."""
    reply = dns.message.make_response(query, recursion_available=True)
    question = query.question[0]
    if question.rdtype == dns.rdatatype.A:
        reply.answer.append(dns.rrset.from_text(question.name, 300, "IN", "A", address))
    return reply


def keepalive(reply, timeout_s):
    """Adds how long the connection may be idle."""
    option = dns.edns.GenericOption(KEEPALIVE, struct.pack("!H", round(timeout_s * 10)))
    reply.use_edns(0, 0, 1232, options=[option])
    return reply


class Stream:
    """One connection of a DotServer."""

    def __init__(self, server, tls):
        self.server, self.tls = server, tls

    def queries(self):
        """The queries as they come, until the client closes."""
        while (wire := read_framed(self.tls)) is not None:
            query = dns.message.from_wire(wire)
            self.server.note(query, wire)
            yield query

    def send(self, message):
        self.raw(framed(message if isinstance(message, bytes) else message.to_wire()))

    def raw(self, octets):
        self.tls.sendall(octets)


def honest(stream):
    for query in stream.queries():
        stream.send(answer_to(query))


class DotServer:
    """A server of DNS over TLS that does with each connection what `behaviour(stream)` says; then
    the connection is closed."""

    def __init__(self, add_cleanup, certificate, behaviour=honest, port=None, most=None):
        self.behaviour = behaviour
        self.asked = []        # names, of every query that came
        self.sizes = []        # octets of each
        self.options = []      # EDNS options of each: {code: data}
        self.connections = 0   # that finished their handshake
        self.resumed = 0       # of those, by a ticket
        self.handshakes = 0    # that were begun
        self.ended_at = []     # when each connection ended
        self.server_names = []
        self.alpn = []
        self._open = set()
        self._lock = threading.Lock()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if most is not None:
            self._context.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                self._context.minimum_version = ssl.TLSVersion.TLSv1
                self._context.maximum_version = most
        self._context.load_cert_chain(certificate.path, certificate.key)
        self._context.set_alpn_protocols(["dot"])
        self._context.sni_callback = lambda tls, name, context: self.server_names.append(name)
        self._listener = socket.create_server(("127.0.0.1", port or lab.free_port()), backlog=128)
        self.port = self._listener.getsockname()[1]
        add_cleanup(self.close)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        """Ends at once, with all its connections."""
        for one in [self._listener, *self._open]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._listener.close()

    def note(self, query, wire):
        with self._lock:
            self.asked.append(query.question[0].name.to_text(omit_final_dot=True))
            self.sizes.append(len(wire))
            self.options.append({int(o.otype): getattr(o, "data", b"") for o in query.options})

    def count(self, name):
        with self._lock:
            return self.asked.count(name)

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection):
        self._open.add(connection)
        with self._lock:
            self.handshakes += 1
        try:
            with self._context.wrap_socket(connection, server_side=True) as tls:
                self._open.add(tls)
                with self._lock:
                    self.connections += 1
                    self.resumed += tls.session_reused
                    self.alpn.append(tls.selected_alpn_protocol())
                self.behaviour(Stream(self, tls))
                self._open.discard(tls)
        except OSError:
            pass
        finally:
            self._open.discard(connection)
            connection.close()
            with self._lock:
                self.ended_at.append(time.monotonic())
