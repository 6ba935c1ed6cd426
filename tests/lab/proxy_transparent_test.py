"""The web proxy where no device knows of it: the router leads port 80 to it, and servers see the
device's own address."""

import contextlib
import socket
import ssl
import tempfile
import time
import unittest

import lab
from gate_house import BAD, GOOD, NGINX, RAW, RAW6, GateTest
from listeners import serve_each
from proxy_servers import read_answer

PAGE = "This page is closed"
BIG, GREETER = "203.0.113.84", "203.0.113.85"
GIGABYTE, BLOCK_BYTES = 1 << 30, 1 << 20


class Led(GateTest):
    """By REDIRECT: the lab's bridges show their packets to the rules early, as with Docker beside."""

    @classmethod
    def config(cls, minji=None, **gate):
        config = super().config(minji, **gate)
        config["proxy"] = {"mode": "transparent", "listen": ["0.0.0.0:8118", "[::]:8118"]}
        return config

    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        def who(connection, peer):
            with contextlib.suppress(OSError), connection:
                while connection.recv(65536):
                    said = peer[0].encode()
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                                       % (len(said), said))
        with cls.net.internet.inside():
            for address in (RAW, RAW6):
                serve_each(cls.addClassCleanup, address, 80, who)
            serve_each(cls.addClassCleanup, BIG, 80, cls.give_gigabyte)
            serve_each(cls.addClassCleanup, GREETER, 80, cls.greet)

    @classmethod
    def greet(cls, connection, _peer):
        with contextlib.suppress(OSError), connection:
            connection.sendall(b"220 mail.example\r\n")
            while said := connection.recv(65536):
                connection.sendall(b"250 " + said)

    @classmethod
    def give_gigabyte(cls, connection, _peer):
        """A file that has holes, so that it takes no room, and something behind each of them."""
        with contextlib.suppress(OSError), connection, tempfile.TemporaryFile() as file:
            for number in range(GIGABYTE // BLOCK_BYTES):
                file.seek(number * BLOCK_BYTES)
                file.write(number.to_bytes(8, "big"))
            file.truncate(GIGABYTE)
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % GIGABYTE)
            connection.sendfile(file)

    def setUp(self):
        super().setUp()
        self.assertTrue(self.net.router.filter.process.is_running())

    def page(self, device, host, address=NGINX, path="/4k", *more):
        target = f"[{address}]" if ":" in address else address
        done = device.run("curl", "-s", "-m", "10", *more, "--resolve", f"{host}:80:{target}",
                          "-w", "\n%{http_code}", f"http://{host}{path}", check=False, within_s=30)
        body, _, status = done.stdout.rpartition("\n")
        return status, body

    def proxied(self):
        text = self.net.router.run("curl", "-s", "http://127.0.0.1:8480/metrics").stdout
        return next(float(line.split()[1]) for line in text.splitlines()
                    if line.startswith("haetae_proxy_requests_total "))

    def rules(self):
        return (self.net.router.run("ip", "rule").stdout
                + self.net.router.run("ip", "-6", "rule").stdout)

    def open(self, device, address=NGINX):
        with device.inside():
            connection = socket.create_connection((address, 80), timeout=10)
        self.addCleanup(connection.close)
        return connection

    def test_a_page_passes_and_a_blocked_one_is_explained(self):
        before = self.proxied()
        self.assertEqual(self.page(self.net.child_a, GOOD), ("200", "x" * 4096))
        status, body = self.page(self.net.child_a, BAD)
        self.assertEqual(status, "403")
        self.assertIn(PAGE, body)
        self.assertEqual(self.page(self.net.child_b, BAD)[0], "200", "another profile")
        self.assertEqual(self.proxied(), before + 3)

    def who_is_seen(self, address):
        """(the device's own address, what the server sees)"""
        connection = self.open(self.net.child_a, address)
        own = connection.getsockname()[0]
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {GOOD}\r\n\r\n".encode())
        return own, read_answer(connection)[2].decode()

    def test_whom_servers_see(self):
        for address in (RAW, RAW6):
            own, seen = self.who_is_seen(address)
            self.assertTrue(seen)
            self.assertNotEqual(seen, own)

    def test_the_second_request_of_a_connection_is_judged(self):
        connection = self.open(self.net.child_a)
        connection.sendall(f"GET /4k HTTP/1.1\r\nHost: {GOOD}\r\n\r\n".encode())
        self.assertEqual(read_answer(connection)[0], 200)
        connection.sendall(f"GET /4k HTTP/1.1\r\nHost: {BAD}\r\n\r\n".encode())
        self.assertEqual(read_answer(connection)[0], 403)

    def test_a_long_download_comes_whole(self):
        status, body = self.page(self.net.child_a, GOOD, NGINX, "/64m")
        self.assertEqual((status, len(body)), ("200", 64 << 20))

    def test_a_gigabyte_comes_whole_while_the_filter_is_reloaded(self):
        router = self.net.router
        router.filter.reload()  # what that takes is not of the download
        pid = router.filter.pid()
        connection = self.open(self.net.child_a, BIG)
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {GOOD}\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        room = memoryview(bytearray(BLOCK_BYTES))
        before = lab.resident_bytes(pid, "VmRSS")
        for number in range(GIGABYTE // BLOCK_BYTES):
            got = 0
            while got < BLOCK_BYTES:
                more = connection.recv_into(room[got:])
                self.assertTrue(more)
                got += more
            self.assertEqual((int.from_bytes(room[:8], "big"), any(room[8:4096])), (number, False))
            if number in (256, 512):
                self.assertIn("haetae: reloaded", router.filter.reload())
        self.assertLess(lab.resident_bytes(pid, "VmRSS") - before, 40 << 20)

    def test_tls_on_port_80_is_judged_by_its_name(self):
        connection = self.open(self.net.child_a)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with self.assertRaises(OSError):
            context.wrap_socket(connection, server_hostname=BAD)

    def test_a_server_that_speaks_first_is_heard(self):
        connection = self.open(self.net.child_a, GREETER)
        began = time.monotonic()
        self.assertEqual(connection.recv(100), b"220 mail.example\r\n")
        self.assertLess(time.monotonic() - began, 6)
        connection.sendall(b"EHLO me\r\n")
        self.assertEqual(connection.recv(100), b"250 EHLO me\r\n")

    def test_nobody_uses_it_as_an_explicit_one(self):
        gateway = self.net.child_a.run("ip", "route", "show", "default").stdout.split()[2]
        done = self.net.child_a.run("curl", "-s", "-m", "5", "-x", f"http://{gateway}:8118",
                                    f"http://{NGINX}/4k", check=False, within_s=20)
        self.assertEqual(done.stdout, "")

    def test_the_rules_come_and_go_with_the_firewall(self):
        router = self.net.router
        shown = router.run(lab.HAETAE, "firewall", "show", "--config",
                           router.filter.config_path, check=False).stdout
        self.assertIn(self.HOW, shown)
        self.assertIn("the rules stand as planned", shown)
        router.run(lab.HAETAE, "firewall", "remove")
        self.assertNotIn("fwmark", self.rules())
        self.assertEqual(self.page(self.net.child_a, BAD)[0], "200", "as without the filter")
        said = router.filter.reload()
        self.assertIn("haetae: reloaded", said)
        lab.wait_until(lambda: self.page(self.net.child_a, BAD)[0] == "403", "the rules stand")

    def test_without_the_filter_connections_are_refused_or_pass(self):
        self.net.router.filter.kill()
        time.sleep(4)
        self.assertEqual(self.page(self.net.child_a, GOOD)[0], "000", "when_down: closed")
        self.start(when_down="open")
        self.assertEqual(self.page(self.net.child_a, BAD)[0], "403")
        self.net.router.filter.kill()
        time.sleep(4)
        self.assertEqual(self.page(self.net.child_a, BAD)[0], "200", "when_down: open")
        self.start()

    HOW = "by REDIRECT, since what crosses a bridge"


class LedWithItsAddress(Led):
    """By tproxy."""

    HOW = "web connections go to the proxy by tproxy"

    @classmethod
    def start(cls, **changes):
        for family in ("", "6"):
            cls.net.router.sysctl(f"bridge/bridge-nf-call-ip{family}tables", 0)
        return super().start(**changes)

    def test_whom_servers_see(self):
        for address in (RAW, RAW6):
            own, seen = self.who_is_seen(address)
            self.assertEqual(seen, own)

    def test_a_rule_of_routing_stands(self):
        self.assertEqual(self.rules().count("fwmark 0x30000000/0x70000000"), 2)


if __name__ == "__main__":
    unittest.main()
