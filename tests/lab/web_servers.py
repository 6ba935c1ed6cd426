"""Web servers of the lab's internet: Caddy with HTTP/1.1, 2 and 3 on a certificate of our own
authority, nginx, and servers that remember every octet that reached them."""

import socket
import threading

import lab
from listeners import serve_each

CADDYFILE = """{{
    admin off
    auto_https off
    servers {{
        protocols h1 h2 h3
    }}
}}
https:// {{
    bind {addresses}
    tls {certificate} {key}
    header Content-Type text/plain
    handle /big {{
        root * {folder}
        file_server
    }}
    respond "hello from {{http.request.host}} over {{http.request.proto}}"
}}
"""

NGINX = """daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/err;
events {{ worker_connections 8192; }}
http {{
    access_log off; keepalive_timeout 300; keepalive_requests 100000;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    server {{ {listen} root {folder}/www; default_type text/plain;
             ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_session_cache off; }}
}}
"""


def caddy(place, certificate, addresses, big_bytes=0):
    """Caddy on port 443, TCP and UDP, of these addresses: a lab.Process."""
    folder = lab.Folder(place.add_cleanup)
    folder.write("big", b"x" * big_bytes)
    folder.write("Caddyfile", CADDYFILE.format(addresses=" ".join(addresses), folder=folder.path,
                                               certificate=certificate.path, key=certificate.key))
    process = place.start(["env", f"HOME={folder.path}", "caddy", "run", "--adapter", "caddyfile",
                           "--config", "Caddyfile"], "caddy", folder)
    lab.wait_until(lambda: "serving initial configuration" in process.err() or
                   not process.is_running(), "caddy starts")
    if not process.is_running():
        raise AssertionError(f"caddy: {process.err()}")
    return process


def nginx(place, certificate, address, files):
    """nginx with TLS on port 443 and without on port 80 of an IPv4 address; files: name ->
    content."""
    folder = lab.Folder(place.add_cleanup)
    for name, content in files.items():
        folder.write(f"www/{name}", content)
    for parent in (folder.path, folder.path / "www"):
        parent.chmod(0o755)
    listen = f"listen {address}:443 ssl backlog=4096; listen {address}:80 backlog=4096;"
    folder.write("nginx.conf", NGINX.format(folder=folder.path, listen=listen,
                                            certificate=certificate.path, key=certificate.key))
    process = place.start(["nginx", "-p", folder.path, "-c", "nginx.conf"], "nginx", folder)

    def answers():
        with place.inside(), socket.socket() as probe:
            return probe.connect_ex((address, 80)) == 0
    lab.wait_until(answers, "nginx starts")
    return process


class Recorder:
    """Remembers what reached it. TCP: of each connection all octets, and how it ended; UDP: all
    datagrams, each answered with itself if `echoes`."""

    def __init__(self, place, address, tcp_port=None, udp_port=None, echoes=True):
        self.place = place
        self.connections = []  # [octets so far, None | "closed" | "reset"]
        self.datagrams = []
        self.echoes = echoes
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with place.inside():
            if tcp_port:
                serve_each(place.add_cleanup, address, tcp_port, self._read)
            if udp_port:
                self._udp = socket.socket(family, socket.SOCK_DGRAM)
                self._udp.bind((address, udp_port))
                place.add_cleanup(self._udp.close)
                threading.Thread(target=self._echo, daemon=True).start()

    def octets(self):
        """All that reached it over TCP."""
        return b"".join(one[0] for one in self.connections)

    def _read(self, connection, _peer):
        entry = [b"", None]
        self.connections.append(entry)
        with connection:
            try:
                while octets := connection.recv(65536):
                    entry[0] += octets
                    if self.echoes:
                        connection.sendall(octets)
                entry[1] = "closed"
            except ConnectionResetError:
                entry[1] = "reset"
            except OSError:
                entry[1] = "failed"

    def _echo(self):
        while True:
            try:
                octets, client = self._udp.recvfrom(65536)
                self.datagrams.append(octets)
                if self.echoes:
                    self._udp.sendto(octets, client)
            except OSError:
                return
