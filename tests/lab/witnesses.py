"""Servers that tell what reached them: real ones, with a look at the octets that the kernel gave
them. A witness knows a connection by its client's port."""

import json
import socket
import ssl
import threading

import lab
from listeners import serve_each

NGINX = """daemon off; master_process off; worker_processes 1;
pid {folder}/pid; error_log {folder}/err;
events {{ worker_connections 8192; }}
http {{
    access_log off; keepalive_timeout 60;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    server {{ listen 127.0.0.1:8080 backlog=1024; default_type text/plain;
             return 200 "<$host>"; }}
}}
"""
CADDYFILE = """{{
    admin off
    auto_https off
    debug
    servers {{
        protocols h1 h2 h3
    }}
}}
https:// {{
    bind {addresses}
    tls {certificate} {key}
    respond "hello"
}}
"""


class Connection:
    """What a witness saw of one."""

    def __init__(self):
        self.octets = b""  # from the client
        self.names = []  # the server's own reading
        self.talked = False  # they understood each other: TLS's application data, HTTP's answer


class Witness:
    """A TCP server on its addresses. serve(connection, socket) of a subclass does the rest.
    takes_fast: also data on SYNs (RFC 7413)."""

    def __init__(self, place, addresses, port, takes_fast=False):
        self.connections = {}  # client's port -> Connection
        for address in addresses:
            with place.inside():
                serve_each(place.add_cleanup, address, port, self._guard, takes_fast)

    def _guard(self, client, peer):
        seen = self.connections[peer[1]] = Connection()
        with client:
            try:
                client.settimeout(20)
                self.serve(seen, client)
            except OSError:
                pass  # what was seen until then is written down

    def serve(self, seen, client):
        raise NotImplementedError


class TlsSide:
    """A server's end of TLS, fed with octets: OpenSSL's reading of them."""

    def __init__(self, certificate, seen):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.path, certificate.key)
        context.sni_callback = lambda _, name, __: seen.names.append(name)
        self.seen = seen
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)

    def feed(self, octets):
        """Returns what the server says to that; application data is said back."""
        self.seen.octets += octets
        self._in.write(octets)
        try:
            self._tls.do_handshake()
            while text := self._tls.read(65536):
                self.seen.talked = True
                self._tls.write(text)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:  # it answers with an alert
            pass
        return self._out.read()


class TlsWitness(Witness):
    """OpenSSL."""

    def __init__(self, place, addresses, certificate, takes_fast=False):
        self._certificate = certificate
        super().__init__(place, addresses, 443, takes_fast)

    def serve(self, seen, client):
        side = TlsSide(self._certificate, seen)
        while octets := client.recv(65536):
            client.sendall(side.feed(octets))


class HttpWitness(Witness):
    """nginx."""

    def __init__(self, place, addresses):
        folder = lab.Folder(place.add_cleanup)
        folder.path.chmod(0o755)
        folder.write("nginx.conf", NGINX.format(folder=folder.path))
        place.start(["nginx", "-p", folder.path, "-c", "nginx.conf"], "nginx", folder)
        self._place = place
        lab.wait_until(lambda: self._connect(may_fail=True), "nginx starts").close()
        super().__init__(place, addresses, 80)

    def _connect(self, may_fail=False):
        with self._place.inside():
            try:
                return socket.create_connection(("127.0.0.1", 8080), timeout=20)
            except OSError:
                if may_fail:
                    return None
                raise

    def serve(self, seen, client):
        server = self._connect()
        threading.Thread(target=self._answer, args=(seen, server, client), daemon=True).start()
        with server:
            while octets := client.recv(65536):
                seen.octets += octets
                server.sendall(octets)

    @staticmethod
    def _answer(seen, server, client):
        try:
            while octets := server.recv(65536):
                seen.talked = True
                seen.names += [part.split(b">")[0].decode() for part in octets.split(b"<")[1:]
                               if octets.startswith(b"HTTP/1.1 200")]
                client.sendall(octets)
        except OSError:
            pass  # one of the two is gone


class QuicWitness:
    """Caddy, which tells in its log for which name it chose a certificate."""

    def __init__(self, place, addresses, certificate):
        folder = lab.Folder(place.add_cleanup)
        folder.write("Caddyfile", CADDYFILE.format(addresses=" ".join(addresses),
                                                   certificate=certificate.path,
                                                   key=certificate.key))
        self._process = place.start(["env", f"HOME={folder.path}", "caddy", "run", "--adapter",
                                     "caddyfile", "--config", "Caddyfile"], "caddy", folder)
        lab.wait_until(lambda: "serving initial configuration" in self._process.err() or
                       not self._process.is_running(), "caddy starts")

    def names(self):
        """All it was asked for until now."""
        lines = (json.loads(line) for line in self._process.err().splitlines()
                 if line.startswith("{"))
        return [line.get("identifier") for line in lines if line.get("logger") == "tls.handshake"]
