"""Origins of the proxy's lab: nginx, and servers that say over the wire what a test wants, however
wrong."""

import hashlib
import base64
import socket
import threading
import time

import lab
from listeners import serve_each

NGINX = """daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/err;
user root;
events {{ worker_connections 8192; }}
http {{
    access_log off; keepalive_timeout 300; keepalive_requests 100000000; client_max_body_size 0;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5; sendfile on; default_type text/html;
    server {{
        listen {address}:{port} backlog=4096; root {folder}/www;
        location /up/ {{ dav_methods PUT; create_full_put_path on; }}
        location = /nothing {{ return 204; }}
        location = /who {{ return 200 "$remote_addr $host $http_x_hop"; }}
{more}
    }}
}}
"""

CADDYFILE = """{{
    admin off
    auto_https off
    servers {{
        protocols h1
    }}
}}
http://:{port} {{
    bind 127.0.0.1
    root * {folder}/www
    header /*euc_kr* Content-Type "text/html; charset=euc-kr"
    handle /ws {{
        reverse_proxy 127.0.0.1:{socket_port}
    }}
    handle /packed/* {{
        file_server {{
            precompressed br zstd
        }}
    }}
    handle {{
        encode zstd gzip
        file_server
    }}
}}
"""


def caddy(add_cleanup, files, socket_port):
    """Caddy without TLS, speaking HTTP/1.1; returns its port. It packs what it sends, in zstd or
    gzip; below packed/ lie files that are packed in br already. socket_port: of the server behind
    /ws."""
    folder = lab.Folder(add_cleanup)
    for name, content in files.items():
        folder.write(f"www/{name}", content)
    port = lab.free_port()
    folder.write("Caddyfile", CADDYFILE.format(port=port, folder=folder.path,
                                               socket_port=socket_port))
    process = lab.Process(folder, ["env", f"HOME={folder.path}", "caddy", "run", "--adapter",
                                   "caddyfile", "--config", "Caddyfile"], "caddy")
    add_cleanup(process.kill)
    lab.wait_until(lambda: answers("127.0.0.1", port) or not process.is_running(), "Caddy starts")
    if not process.is_running():
        raise AssertionError(f"caddy: {process.err()}")
    return port


def nginx(add_cleanup, files, address="127.0.0.1", port=None, prefix=(), more=""):
    """nginx without TLS; returns (port, folder). files: name -> content; more: of its server."""
    folder = lab.Folder(add_cleanup)
    for name, content in files.items():
        folder.write(f"www/{name}", content)
    (folder.path / "www/up").mkdir(parents=True)
    port = port or lab.free_port()
    folder.write("nginx.conf", NGINX.format(folder=folder.path, address=address, port=port,
                                                  more=more))
    process = lab.Process(folder, [*prefix, "nginx", "-p", folder.path, "-c", "nginx.conf"],
                          "nginx")
    add_cleanup(process.kill)
    if not prefix:
        lab.wait_until(lambda: answers(address, port), "nginx starts")
    return port, folder


def answers(address, port):
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0


class Scripted:
    """A server that answers each request head with what `say(head, connection)` gives: octets to
    send, or None to close. Remembers the heads that reached it."""

    def __init__(self, add_cleanup, say, address="127.0.0.1", port=None):
        self.port = port or lab.free_port()
        self.say = say
        self.heads = []
        self.connections = 0
        self._lock = threading.Lock()
        serve_each(add_cleanup, address, self.port, self._serve)

    def _serve(self, connection, _peer):
        with self._lock:
            self.connections += 1
        with connection:
            connection.settimeout(20)
            buffer = b""
            try:
                while True:
                    while b"\r\n\r\n" not in buffer:
                        more = connection.recv(65536)
                        if not more:
                            return
                        buffer += more
                    head, buffer = buffer.split(b"\r\n\r\n", 1)
                    with self._lock:
                        self.heads.append(head.decode("latin-1"))
                    said = self.say(head.decode("latin-1"), connection)
                    if said is None:
                        return
                    connection.sendall(said)
            except OSError:
                return


SWITCH = ("Connection: Upgrade\r\nUpgrade: websocket\r\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n")
SWITCHED = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # the answer to that key (RFC 6455, section 1.3)


def slow_page(page, fields=b"", framing="length", first=0, pause_s=0, seconds=5):
    """What Scripted says: a page whose octets from `first` on come later, in so many seconds."""
    def say(_head, connection):
        told = {"length": b"Content-Length: %d\r\n" % len(page),
                "chunked": b"Transfer-Encoding: chunked\r\n", "close": b""}[framing]
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
                           + fields + told + b"\r\n")
        count = 20
        step = -(-(len(page) - first) // count)
        pieces = [page[:first], *(page[at:at + step] for at in range(first, len(page), step))]
        for number, piece in enumerate(pieces):
            if piece and framing == "chunked":
                piece = b"%x\r\n%s\r\n" % (len(piece), piece)
            connection.sendall(piece)
            time.sleep(seconds / count if number else pause_s)
        if framing == "chunked":
            connection.sendall(b"0\r\n\r\n")
    return say


def web_socket_echo(head, connection):
    """Answers the handshake (RFC 6455, section 4.2.2), then echoes octets as they come."""
    key = next(line.split(":", 1)[1].strip() for line in head.split("\r\n")
               if line.lower().startswith("sec-websocket-key:"))
    digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
    connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                       b"Connection: Upgrade\r\nSec-WebSocket-Accept: "
                       + base64.b64encode(digest) + b"\r\n\r\n")
    while True:
        more = connection.recv(65536)
        if not more:
            return None
        connection.sendall(more)


def read_answer(connection, has_body=True):
    """One response with a length or without a body: (status, head, body)."""
    buffer = b""
    while b"\r\n\r\n" not in buffer:
        more = connection.recv(65536)
        if not more:
            return None, buffer.decode("latin-1"), b""
        buffer += more
    head, body = buffer.split(b"\r\n\r\n", 1)
    text = head.decode("latin-1")
    lengths = [int(line.split(":")[1]) for line in text.split("\r\n")
               if line.lower().startswith("content-length:")]
    want = lengths[0] if has_body and lengths else 0
    while len(body) < want:
        more = connection.recv(65536)
        if not more:
            break
        body += more
    return int(text.split(" ")[1]), text, body


def read_all(connection):
    buffer = b""
    while True:
        try:
            more = connection.recv(65536)
        except ConnectionResetError:
            return buffer
        if not more:
            return buffer
        buffer += more
