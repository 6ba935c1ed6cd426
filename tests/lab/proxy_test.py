"""The web proxy as browsers, apps and those who mean it ill meet it: explicit, on loopback."""

import gzip
import hashlib
import os
import socket
import ssl
import subprocess
import threading
import time
import unittest
import urllib.request

import lab
from certificates import Authority
from listeners import serve_each
from proxy_house import BIG_BYTES, BLOCKED, House
from proxy_servers import SWITCH, SWITCHED, Scripted, read_all, read_answer, web_socket_echo


class Pages(House):
    def test_a_page_is_fetched_by_its_name(self):
        self.assertEqual(self.curl(self.url()), b"hello\n")

    def test_a_blocked_site_is_answered_with_the_page(self):
        before = self.counter("haetae_proxy_blocked_total")
        said = self.curl("-i", self.url(host="www.bad.example")).decode()
        self.assertIn("403", said.splitlines()[0])
        self.assertIn(BLOCKED, said)
        self.assertIn("Connection: close", said)
        self.assertIn("no-store", said)
        self.assertEqual(self.counter("haetae_proxy_blocked_total"), before + 1)
        event = lab.wait_until(lambda: [e for e in self.filter.events()
                                        if e["name"] == "www.bad.example"], "the event")[0]
        self.assertEqual((event["kind"], event["verdict"], event["peer"]),
                         ("http_url", "block", "127.0.0.1"))

    def test_a_name_that_leads_to_a_blocked_one_is_blocked(self):
        said = self.curl("-i", self.url(host="alias.example")).decode()
        self.assertIn("403", said.splitlines()[0])

    def test_a_name_that_nobody_has_is_told(self):
        said = self.curl("-i", self.url(host="nobody.example")).decode()
        self.assertIn("502", said.splitlines()[0])

    def test_a_server_that_is_down_is_told(self):
        said = self.curl("-i", f"http://www.example:{lab.free_port()}/").decode()
        self.assertIn("502", said.splitlines()[0])

    def test_head_204_304_and_ranges(self):
        head = self.curl("-I", self.url()).decode()
        self.assertIn("Content-Length: 6", head)
        self.assertIn("204", self.curl("-i", self.url("/nothing")).decode().splitlines()[0])
        tag = next(line.split(": ")[1] for line in head.splitlines() if line.startswith("ETag"))
        said = self.curl("-i", "-H", f"If-None-Match: {tag}", self.url()).decode()
        self.assertIn("304", said.splitlines()[0])
        self.assertEqual(self.curl("-r", "1-3", self.url()), b"ell")

    def test_http_1_0_with_and_without_keep_alive(self):
        plain = f"GET {self.url()} HTTP/1.0\r\nHost: www.example\r\n\r\n".encode()
        connection = self.open()
        connection.sendall(plain)
        self.assertTrue(read_all(connection).endswith(b"hello\n"))
        connection = self.open()
        for _ in range(2):
            connection.sendall(plain.replace(b"\r\n\r\n", b"\r\nConnection: keep-alive\r\n\r\n"))
            status, head, body = read_answer(connection)
            self.assertEqual((status, body), (200, b"hello\n"))
        self.assertIn("keep-alive", head)

    def test_hop_fields_go_no_further(self):
        said = self.curl("-H", "Connection: X-Hop", "-H", "X-Hop: secret", self.url("/who"))
        self.assertEqual(said, b"127.0.0.1 www.example ")

    def test_the_pac_file_names_us_and_the_house(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.proxy}/proxy.pac") as page:
            self.assertEqual(page.headers["Content-Type"], "application/x-ns-proxy-autoconfig")
            text = page.read().decode()
        self.assertIn(f"PROXY 127.0.0.1:{self.proxy}", text)
        self.assertIn("printer.example", text)

    def test_it_does_not_lead_to_itself(self):
        said = self.curl("-i", f"http://127.0.0.1:{self.proxy}/a").decode()
        self.assertIn("403", said.splitlines()[0])


class Read(House):
    """Pages are judged by what they say."""

    LABEL = '<html><head><meta name="RATING" content="RTA-5042-1996-1400-1577-RTA"></head>'

    def serve(self, body, more=""):
        octets = body if isinstance(body, bytes) else body.encode()
        head = (f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{more}"
                f"Content-Length: {len(octets)}\r\n\r\n")
        server = Scripted(self.addCleanup, lambda *_: head.encode() + octets)
        return server, self.curl("-i", "--compressed", self.url("/", port=server.port)).decode()

    def test_a_page_that_says_it_is_for_adults_is_blocked(self):
        _, said = self.serve(self.LABEL + "<body>hello")
        self.assertIn("403", said.splitlines()[0])
        self.assertIn(BLOCKED, said)
        event = lab.wait_until(lambda: [e for e in self.filter.events()
                                        if e["kind"] == "http_body"], "the event")[0]
        self.assertEqual((event["name"], event["verdict"]), ("www.example", "block"))

    def test_a_packed_one_too(self):
        _, said = self.serve(gzip.compress((self.LABEL + "<body>hello").encode()),
                             "Content-Encoding: gzip\r\n")
        self.assertIn("403", said.splitlines()[0])

    def test_another_page_passes_whole(self):
        page = "<html><body>" + "<p>The kind cat sat on the mat.</p>" * 5000
        server, said = self.serve(page)
        self.assertTrue(said.endswith(page))
        self.assertIn("Accept-Encoding: deflate, gzip, br, zstd", server.heads[0])


class Connections(House):
    def test_every_request_of_a_connection_is_judged(self):
        connection = self.open()
        connection.sendall(self.request())
        self.assertEqual(read_answer(connection)[2], b"hello\n")
        connection.sendall(self.request(path="/b.txt"))
        self.assertEqual(read_answer(connection)[2], b"second\n")
        connection.sendall(self.request(host="www.bad.example"))
        self.assertEqual(read_answer(connection)[0], 403)
        self.assertEqual(read_all(connection), b"")

    def test_pipelined_requests_are_answered_in_order(self):
        connection = self.open()
        connection.sendall(self.request() + self.request(path="/b.txt")
                           + self.request(host="www.bad.example") + self.request())
        said = read_all(connection).decode()
        self.assertLess(said.index("hello"), said.index("second"))
        self.assertLess(said.index("second"), said.index(BLOCKED))
        self.assertEqual(said.count("HTTP/1.1 "), 3)

    def test_one_server_connection_serves_many_requests(self):
        server = Scripted(self.addCleanup,
                          lambda *_: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        for _ in range(3):
            self.assertEqual(self.curl(self.url("/", port=server.port),
                                       self.url("/", port=server.port)), b"okok")
        self.assertEqual(len(server.heads), 6)
        self.assertEqual(server.connections, 1)

    def test_a_safe_request_is_repeated_when_a_waiting_connection_was_closed(self):
        turns = []

        def say(_head, connection):
            turns.append(1)
            if len(turns) == 2:
                return None
            return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        server = Scripted(self.addCleanup, say)
        before = self.counter("haetae_proxy_requests_repeated_total")
        connection = self.open()
        for _ in range(2):
            connection.sendall(self.request(path="/", port=server.port))
            self.assertEqual(read_answer(connection)[2], b"ok")
        self.assertEqual(self.counter("haetae_proxy_requests_repeated_total"), before + 1)
        turns.clear()
        turns.append(1)
        connection.sendall(self.request(path="/", method="POST", more="Content-Length: 0\r\n",
                                        port=server.port))
        self.assertEqual(read_answer(connection)[0], 502)

    def test_a_web_socket_echoes(self):
        server = Scripted(self.addCleanup, web_socket_echo)
        connection = self.open()
        connection.sendall(self.request(path="/ws", port=server.port, more=SWITCH))
        status, head, _ = read_answer(connection, has_body=False)
        self.assertEqual(status, 101)
        self.assertIn(SWITCHED, head)
        for size in (1, 1000, 300_000):
            sent = os.urandom(size)
            threading.Thread(target=connection.sendall, args=(sent,)).start()
            got = b""
            while len(got) < size:
                got += connection.recv(65536)
            self.assertEqual(got, sent)

    def test_a_client_that_closes_half_gets_its_answer(self):
        connection = self.open()
        connection.sendall(self.request())
        connection.shutdown(socket.SHUT_WR)
        self.assertTrue(read_all(connection).endswith(b"hello\n"))


class Bodies(House):
    def test_a_download_comes_whole_and_unread(self):
        before = self.counter("haetae_proxy_octets_spliced_total")
        got = self.curl(self.url("/big"))
        self.assertEqual(hashlib.sha1(got).digest(), hashlib.sha1(self.big).digest())
        self.assertGreater(self.counter("haetae_proxy_octets_spliced_total") - before,
                           BIG_BYTES * 0.8)

    def test_uploads_with_a_length_and_in_chunks(self):
        path = self.web_folder.write("upload", self.big)
        for how in ([], ["-H", "Transfer-Encoding: chunked"]):
            said = self.curl("-o", "/dev/null", "-w", "%{http_code}", *how, "-T", path,
                             self.url("/up/it"))
            self.assertIn(said, (b"201", b"204"))
            stored = (self.web_folder.path / "www/up/it").read_bytes()
            self.assertEqual(hashlib.sha1(stored).digest(), hashlib.sha1(self.big).digest())
            (self.web_folder.path / "www/up/it").unlink()

    def test_expect_100_continue(self):
        said = self.curl("-i", "-H", "Expect: 100-continue", "-T",
                         self.web_folder.write("small", "x" * 100), self.url("/up/small")).decode()
        self.assertIn("100 Continue", said)
        self.assertIn("201", said)

    def test_chunks_with_trailers_pass_as_they_are(self):
        body = b"5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nX-Sum: 7\r\n\r\n"
        server = Scripted(self.addCleanup, lambda *_: (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n" + body))
        connection = self.open()
        for _ in range(2):
            connection.sendall(self.request(path="/", port=server.port))
            got = b""
            while not got.endswith(body):
                more = connection.recv(65536)
                self.assertTrue(more)
                got += more
        self.assertEqual(server.connections, 1)

    def test_a_body_until_the_end(self):
        def say(_head, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            for _ in range(20):
                connection.sendall(b"x" * 50_000)
        server = Scripted(self.addCleanup, say)
        self.assertEqual(self.curl(self.url("/", port=server.port)), b"x" * 1_000_000)

    def test_a_body_that_is_cut_short_is_not_made_whole(self):
        server = Scripted(self.addCleanup, lambda _head, connection: connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"))
        done = subprocess.run(["curl", "-s", "-x", f"http://127.0.0.1:{self.proxy}",
                               self.url("/", port=server.port)], capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (18, b"only this"))

    def test_a_slow_reader_does_not_fill_our_memory(self):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.addCleanup(connection.close)
        connection.connect(("127.0.0.1", self.proxy))
        before = lab.resident_bytes(self.filter.pid(), "VmRSS")
        connection.sendall(self.request(path="/big"))
        time.sleep(1.5)
        self.assertLess(lab.resident_bytes(self.filter.pid(), "VmRSS") - before, 8 << 20)
        got = 0
        while got < BIG_BYTES:
            more = connection.recv(1 << 20)
            self.assertTrue(more)
            got += len(more)


class Tunnels(House):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        authority = Authority(cls.addClassCleanup, "lab")
        certificate = authority.issue(
            "www", "DNS:www.example,DNS:fine.example,DNS:www.bad.example")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.path, certificate.key)
        cls.trust = authority.path
        cls.tls = lab.free_port()
        listener = socket.create_server(("127.0.0.1", cls.tls))
        cls.addClassCleanup(listener.close)

        def serve(connection):
            try:
                with context.wrap_socket(connection, server_side=True) as secure:
                    secure.recv(65536)
                    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")
            except OSError:
                pass

        def accept():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()

    def connect(self, host, port):
        connection = self.open()
        connection.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        return connection, read_answer(connection, has_body=False)[0]

    def test_tls_passes_unopened(self):
        said = self.curl("--cacert", self.trust, f"https://www.example:{self.tls}/")
        self.assertEqual(said, b"secret")

    def test_a_blocked_host_gets_no_tunnel(self):
        _, status = self.connect("www.bad.example", self.tls)
        self.assertEqual(status, 403)

    def test_a_blocked_name_in_the_hello_ends_the_tunnel(self):
        connection, status = self.connect("fine.example", self.tls)
        self.assertEqual(status, 200)
        context = ssl.create_default_context(cafile=self.trust)
        with self.assertRaises(OSError):
            context.wrap_socket(connection, server_hostname="www.bad.example")
        event = lab.wait_until(lambda: [e for e in self.filter.events()
                                        if e["kind"] == "tls_name"], "the event")[0]
        self.assertEqual(event["name"], "www.bad.example")

    def test_plain_http_inside_a_tunnel_is_judged(self):
        connection, status = self.connect("www.example", self.web)
        self.assertEqual(status, 200)
        connection.sendall(b"GET /a.txt HTTP/1.1\r\nHost: www.example\r\n\r\n")
        self.assertEqual(read_answer(connection)[2], b"hello\n")
        connection.sendall(b"GET /a.txt HTTP/1.1\r\nHost: www.bad.example\r\n\r\n")
        self.assertEqual(read_answer(connection)[0], 403)

    def test_a_server_that_speaks_first_is_heard(self):
        port = lab.free_port()

        def serve(connection, _peer):
            connection.sendall(b"220 hello\r\n")
            connection.sendall(b"you said " + connection.recv(100))
            connection.close()
        serve_each(self.addCleanup, "127.0.0.1", port, serve)
        connection = self.open()
        connection.sendall(f"CONNECT www.example:{port} HTTP/1.1\r\n"
                           f"Host: www.example:{port}\r\n\r\n".encode())
        said = b""
        while not said.endswith(b"220 hello\r\n"):  # together with our own answer, or behind it
            more = connection.recv(100)
            self.assertTrue(more, said)
            said += more
        self.assertTrue(said.startswith(b"HTTP/1.1 200 "))
        connection.sendall(b"\x01\x02\x03\x04 not http\r\n")
        self.assertEqual(read_all(connection), b"you said \x01\x02\x03\x04 not http\r\n")


class Long(House):
    def test_a_daemon_that_is_reloaded_goes_on(self):
        connection = self.open()
        connection.sendall(self.request(path="/big"))
        got = len(connection.recv(65536))
        self.assertIn("haetae: reloaded", self.filter.reload())
        while got < BIG_BYTES:
            more = connection.recv(1 << 20)
            self.assertTrue(more)
            got += len(more)

    def test_a_pause_ends_a_download(self):
        def say(_head, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            for _ in range(200):
                connection.sendall(b"x" * 100)
                time.sleep(0.1)
        server = Scripted(self.addCleanup, say)
        connection = self.open()
        connection.sendall(self.request(path="/", port=server.port))
        self.assertTrue(connection.recv(65536))
        done = lab.run("pause", "--config", self.filter.config_path, "little", "1h")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.addCleanup(lab.run, "resume", "--config", self.filter.config_path, "little")
        began = time.monotonic()
        read_all(connection)
        self.assertLess(time.monotonic() - began, 6)


if __name__ == "__main__":
    unittest.main()
