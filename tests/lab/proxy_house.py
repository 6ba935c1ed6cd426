"""A house whose web proxy devices know of, on loopback: what tests of the explicit proxy share."""

import os
import socket
import subprocess
import unittest
import urllib.request

import lab
from proxy_servers import nginx, read_answer
from servers import Knot, zone_text

BIG_BYTES = 64 * 1024 * 1024
ZONES = {
    "example": zone_text("www A 127.0.0.1\nother A 127.0.0.1\ngone A 127.0.0.9\n"
                         "alias CNAME www.bad\nwww.bad A 127.0.0.1\nfine A 127.0.0.1\n"),
}
BLOCKED = "This page is closed"


class House(unittest.TestCase):
    """A filter that is an explicit proxy, with nginx and Knot behind it."""

    PROFILE = {"block": ["adult"], "log": "blocked", "undecidable": "block"}

    @classmethod
    def setUpClass(cls):
        cls.knot = Knot(cls.addClassCleanup, ZONES)
        cls.web, cls.web_folder = nginx(cls.addClassCleanup, cls.files())
        cls.port = lab.free_port()
        cls.proxy = lab.free_port()
        cls.admin = lab.free_port()
        cls.filter = lab.Filter(cls.addClassCleanup)
        cls.filter.folder.write("bad.txt", "bad.example\n")
        cls.filter.start(lab.base_config(
            cls.port, cls.knot.port, workers=1,
            dns=lab.dns_section(cls.port, cls.knot.port, rebinding={"protect": False}),
            lists=[{"name": "bad", "path": "bad.txt", "category": "adult", "format": "domains"}],
            profiles={"little": cls.PROFILE},
            proxy={"mode": "explicit", "listen": [f"127.0.0.1:{cls.proxy}"],
                   "direct": ["printer.example"]},
            admin={"listen": f"127.0.0.1:{cls.admin}"}))

    @classmethod
    def files(cls):
        """What nginx has: name -> content."""
        cls.big = os.urandom(1024 * 1024) * (BIG_BYTES // 1024 // 1024)
        return {"a.txt": "hello\n", "big": cls.big, "b.txt": "second\n"}

    def curl(self, *arguments, within_s=60):
        done = subprocess.run(
            ["curl", "-s", "-m", str(within_s), "-x", f"http://127.0.0.1:{self.proxy}",
             *map(str, arguments)], capture_output=True, check=False)
        return done.stdout

    def url(self, path="/a.txt", host="www.example", port=None):
        return f"http://{host}:{port or self.web}{path}"

    def open(self):
        connection = socket.create_connection(("127.0.0.1", self.proxy), timeout=20)
        self.addCleanup(connection.close)
        return connection

    def open_tunnel(self, port, host="www.example"):
        connection = self.open()
        connection.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\n"
                           f"Host: {host}:{port}\r\n\r\n".encode())
        self.assertEqual(read_answer(connection, has_body=False)[0], 200)
        return connection

    def ask(self, octets, has_body=True):
        connection = self.open()
        connection.sendall(octets)
        return read_answer(connection, has_body)

    def counter(self, name):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/metrics", timeout=10) as page:
            for line in page.read().decode().splitlines():
                if line.startswith(name + " "):
                    return float(line.split()[1])
        return 0

    def request(self, host="www.example", path="/a.txt", method="GET", more="", port=None):
        port = port or self.web
        return (f"{method} http://{host}:{port}{path} HTTP/1.1\r\nHost: {host}:{port}\r\n"
                f"{more}\r\n").encode()
