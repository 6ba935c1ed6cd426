"""The web proxy between servers and clients that say what no reader of HTTP should believe."""

import contextlib
import re
import socket
import ssl
import subprocess
import time
import unittest

import lab
from certificates import Authority
from listeners import serve_each
from proxy_house import House
from proxy_servers import Scripted, read_all, read_answer


class Shapes(House):
    """Heads and bodies with two readings."""

    REQUESTS = {
        "chunks and a length": "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "two lengths": "Content-Length: 3\r\nContent-Length: 4\r\n",
        "a folded line": "X: a\r\n b\r\n",
        "a bare LF": "X: a\nY: b\r\n",
        "a blank before the colon": "Content-Length : 3\r\n",
        "an unknown coding": "Transfer-Encoding: xchunked\r\n",
    }
    ANSWERS = {
        "chunks and a length": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"
                               b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "a folded line": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 3\r\n\r\nabc",
        "bare LF": b"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc",
        "a huge head": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        "no HTTP": b"SSH-2.0-OpenSSH\r\n",
        "an upgrade that nobody asked for": b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
        "informational answers without end": b"HTTP/1.1 102 Wait\r\n\r\n" * 100,
        "nothing": None,
    }

    def test_requests_that_can_be_read_in_two_ways_go_nowhere(self):
        server = Scripted(self.addCleanup,
                          lambda *_: b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        before = self.counter("haetae_proxy_refused_malformed_total")
        for what, more in self.REQUESTS.items():
            connection = self.open()
            connection.sendall(self.request(method="POST", more=more, port=server.port) + b"abc")
            said = read_all(connection)
            self.assertRegex(said, rb"^HTTP/1.1 40[03] ", what)
        self.assertEqual(server.heads, [])
        self.assertGreater(self.counter("haetae_proxy_refused_malformed_total"), before)

    def test_a_huge_head_is_refused(self):
        connection = self.open()
        connection.sendall(self.request(more="X: " + "a" * 40_000 + "\r\n"))
        self.assertTrue(read_all(connection).startswith(b"HTTP/1.1 431 "))

    def test_answers_that_can_be_read_in_two_ways_are_not_passed_on(self):
        for what, answer in self.ANSWERS.items():
            server = Scripted(self.addCleanup, lambda *_, said=answer: said)
            status, head, _ = self.ask(self.request(path="/", port=server.port))
            while status in (100, 102):
                status, head, _ = 502, "", b""
            self.assertEqual(status, 502, (what, head))

    def test_a_chunk_that_lies_ends_the_answer(self):
        server = Scripted(self.addCleanup, lambda *_: (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n"))
        connection = self.open()
        connection.sendall(self.request(path="/", port=server.port))
        self.assertNotIn(b"0\r\n\r\n", read_all(connection))

    def test_octets_behind_an_answer_answer_nobody(self):
        server = Scripted(self.addCleanup, lambda *_: (
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"))
        connection = self.open()
        for _ in range(2):
            connection.sendall(self.request(path="/", port=server.port))
            self.assertEqual(read_answer(connection)[2], b"ok")
        self.assertEqual(server.connections, 2)


class Neighbours(House):
    """Whatever one connection does, another child's page comes."""

    def assert_others_are_served(self, within_s=2):
        began = time.monotonic()
        self.assertEqual(self.curl(self.url()), b"hello\n")
        self.assertLess(time.monotonic() - began, within_s * (5 if lab.IS_SANITIZED else 1))

    def serve(self, head, piece=b"", pause_s=0, times=1 << 30):
        """A server that says a head, and then the same piece again and again."""
        def say(_head, connection):
            connection.sendall(head)
            for _ in range(times):
                connection.sendall(piece)
                time.sleep(pause_s)
        return Scripted(self.addCleanup, say)

    def test_bodies_without_end_take_no_more_memory_than_others(self):
        page = b"<p>the kind cat sat on the mat</p>" * 1000
        chunk = b"%x\r\n%s\r\n" % (len(page), page)
        servers = [
            self.serve(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", page),
            self.serve(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                       b"Transfer-Encoding: chunked\r\n\r\n", chunk),
            self.serve(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                       b"Content-Length: 99999999999999\r\n\r\n", page),
            self.serve(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", b"x" * 100),
            self.serve(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
                       b"X: y\r\n"),
            self.serve(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 100),
            self.serve(b"", b"HTTP/1.1 100 Continue\r\n\r\n")]
        before = lab.resident_bytes(self.filter.pid(), "VmRSS")
        connections = [self.open() for _ in servers]
        for connection, server in zip(connections, servers):
            connection.sendall(self.request(path="/", port=server.port))
        got = [0] * len(connections)
        for _ in range(30):
            for number, connection in enumerate(connections):
                with contextlib.suppress(OSError):
                    connection.settimeout(0.2)
                    got[number] += len(connection.recv(262144))
        self.assert_others_are_served()
        self.assertTrue(all(count > 100_000 for count in got[:3]), got)
        self.assertTrue(all(count < 40_000 for count in got[3:]), got)
        self.assertLess(lab.resident_bytes(self.filter.pid(), "VmRSS") - before, 16 << 20)
        for connection in connections:
            connection.close()
        self.assert_others_are_served()

    def test_bodies_that_stop_hold_nobody_up(self):
        servers = [
            self.serve(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly", b"", 30),
            self.serve(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", b"", 30),
            self.serve(b"HTTP/1.1 200", b"", 30), self.serve(b"", b"", 30)]
        for server in servers:
            for _ in range(20):
                self.open().sendall(self.request(path="/", port=server.port))
        self.assert_others_are_served()

    def test_what_a_server_ends_in_the_middle_is_not_made_whole(self):
        for said, expected in (
                (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", b"only this"),
                (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\n"
                 b"only this", b"only this"),
                (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n",
                 b"only this\r\n")):
            def say(_head, connection, octets=said):
                connection.sendall(octets)
                connection.shutdown(socket.SHUT_WR)  # and goes on to listen
                time.sleep(1)
                return b""
            server = Scripted(self.addCleanup, say)
            connection = self.open()
            connection.sendall(self.request(path="/", port=server.port))
            self.assertTrue(read_all(connection).endswith(expected), said)
        self.assert_others_are_served()

    def test_a_client_that_sends_half_a_request_gets_nothing_of_it_to_a_server(self):
        server = Scripted(self.addCleanup,
                          lambda *_: b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        for octets in (b"G", self.request(path="/", port=server.port)[:-2]):
            connection = self.open()
            connection.sendall(octets)
            connection.shutdown(socket.SHUT_WR)
            self.assertEqual(read_all(connection), b"")
        self.assertEqual(server.heads, [])
        self.assert_others_are_served()


class WrongPorts(House):
    """TLS where plain HTTP is spoken, and the other way round."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        certificate = Authority(cls.addClassCleanup, "lab").issue("www", "DNS:www.example")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.path, certificate.key)

        def serve(connection, _peer):
            with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True):
                pass
        cls.tls = lab.free_port()
        serve_each(cls.addClassCleanup, "127.0.0.1", cls.tls, serve)

    def test_a_server_that_speaks_tls_to_plain_http_is_told_as_broken(self):
        self.assertEqual(self.ask(self.request(path="/", port=self.tls))[0], 502)

    def test_plain_http_in_a_tunnel_to_a_tls_server_is_told_as_broken(self):
        connection = self.open_tunnel(self.tls)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: www.example\r\n\r\n")
        self.assertEqual(read_answer(connection)[0], 502)

    def test_tls_to_a_plain_server_fails_as_it_does_without_us(self):
        done = subprocess.run(["curl", "-sS", "-x", f"http://127.0.0.1:{self.proxy}",
                               f"https://www.example:{self.web}/a.txt"], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 35, done.stderr)  # no TLS

    def test_tls_to_the_proxy_itself_is_refused(self):
        before = self.counter("haetae_proxy_refused_malformed_total")
        with self.assertRaises(OSError):
            ssl.create_default_context().wrap_socket(self.open(), server_hostname="www.example")
        self.assertEqual(self.counter("haetae_proxy_refused_malformed_total"), before + 1)


class Messages(House):
    """Odd conversations that others collected (HAETAE_DATA/http), with the whole program between a
    client and a server that say them."""

    def setUp(self):
        archive = lab.data_folder(self) / "http/http-messages.tar.zst"
        folder = lab.Folder(self.addCleanup).path
        subprocess.run(["tar", "--zstd", "-xf", archive, "-C", folder], check=True)
        self.conversations = {}
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.conversations[path.name] = parts_of(path)
        self.assertEqual(len(self.conversations), 57)
        self.server = RawServer(self.addCleanup)
        self.good = self.open()

    def assert_unharmed(self, name):
        """The connection of another child goes on."""
        self.good.sendall(self.request())
        self.assertEqual(read_answer(self.good)[2], b"hello\n", name)

    def test_as_what_a_server_says(self):
        for name, (_, server_says) in self.conversations.items():
            self.server.says = server_says
            connection = self.open()
            connection.sendall(self.request(path="/", port=self.server.port,
                                            more="Connection: close\r\n"))
            said = read_all(connection)
            self.assertTrue(said.startswith(b"HTTP/1."), (name, said[:100]))
            connection.close()
            self.assert_unharmed(name)

    def test_as_what_a_client_says(self):
        self.server.says = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        for name, (client_says, _) in self.conversations.items():
            for connection in (self.open(), self.open_tunnel(self.server.port)):
                with contextlib.suppress(OSError):  # closed while we speak
                    connection.sendall(client_says)
                    connection.shutdown(socket.SHUT_WR)
                read_all(connection)
                connection.close()
                self.assert_unharmed(name)
        self.assertTrue(self.server.heard)

    def test_as_a_whole_conversation(self):
        for name, (client_says, server_says) in self.conversations.items():
            self.server.says = server_says
            connection = self.open_tunnel(self.server.port)
            with contextlib.suppress(OSError):
                for at in range(0, len(client_says), 100):
                    connection.sendall(client_says[at:at + 100])
                connection.shutdown(socket.SHUT_WR)
            read_all(connection)
            connection.close()
            self.assert_unharmed(name)

    def tearDown(self):
        self.assertTrue(self.filter.process.is_running(), self.filter.err())
        self.assertNotIn("ERROR: AddressSanitizer", self.filter.err())


def parts_of(path):
    """All that the client says, and all that the server says. A file without marks is both."""
    content = path.read_bytes()
    if path.suffix != ".t":
        return content, content
    sides = {b">": b"", b"<": b""}
    for part in re.split(rb"^(?=>>>|<<<)", content, flags=re.M):
        mark, _, octets = part.partition(b"\n")
        if mark:
            sides[mark[:1]] += re.sub(rb"\r?\n\Z", b"", octets)
    return sides[b">"], sides[b"<"]


class RawServer:
    """Says the same to everybody, as soon as something came, and closes."""

    def __init__(self, add_cleanup):
        self.port = lab.free_port()
        self.says = b""
        self.heard = []
        serve_each(add_cleanup, "127.0.0.1", self.port, self._serve)

    def _serve(self, connection, _peer):
        with contextlib.suppress(OSError), connection:
            connection.settimeout(5)
            self.heard.append(connection.recv(65536))
            connection.sendall(self.says)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass


if __name__ == "__main__":
    unittest.main()
