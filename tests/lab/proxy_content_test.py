"""Pages that pass through the proxy are read: phrases, self-labels, codings and charsets of real
servers, and what a child sees in place of a page that is closed."""

import gzip
import json
import re
import socket
import subprocess
import unittest
from pathlib import Path

import lab
from proxy_servers import (SWITCH, SWITCHED, Scripted, caddy, nginx, read_all, read_answer,
                           slow_page, web_socket_echo)
from servers import Knot, zone_text

PAGES = Path(__file__).resolve().parent.parent / "pages"


def some_page(kind, language, start):
    """The first page of tests/pages whose name starts so."""
    found = sorted((PAGES / kind / language).glob(f"{start}*.html"))
    assert found, f"{kind}/{language}/{start}"
    return found[0]


def packed(program, octets):
    return subprocess.run([*program], input=octets, capture_output=True, check=True).stdout


def zeros(program):
    """300 MB of nothing, packed."""
    return subprocess.run(f"head -c {300 << 20} /dev/zero | {program}", shell=True,
                          capture_output=True, check=True).stdout


class Reader(unittest.TestCase):
    """A child whose pages are read, before a server that a test puts up: cls.web is its port."""

    @classmethod
    def setUpClass(cls):
        cls.knot = Knot(cls.addClassCleanup, {"example": zone_text("www A 127.0.0.1\n")})
        cls.bad = some_page("harmful", "en", "gambling").read_bytes()
        korean = some_page("harmful", "ko", "gambling").read_text(encoding="utf-8")
        cls.bad_korean = korean.encode()
        cls.bad_euc_kr = re.sub(r"utf-8", "euc-kr", korean, flags=re.I).encode("cp949", "replace")
        cls.benign = some_page("benign", "en", "gambling").read_bytes()
        cls.serve()
        cls.port, cls.proxy = lab.free_port(), lab.free_port()
        cls.filter = lab.Filter(cls.addClassCleanup)
        cls.filter.start(lab.base_config(
            cls.port, cls.knot.port, workers=1,
            dns=lab.dns_section(cls.port, cls.knot.port, rebinding={"protect": False}),
            site={"name": "Kim family", "languages": ["ko", "en"]},
            profiles={"little": {"age": 8, "log": "blocked"}},
            proxy={"mode": "explicit", "listen": [f"127.0.0.1:{cls.proxy}"]}))

    def get(self, path, *more):
        """Status and body."""
        done = subprocess.run(
            ["curl", "-s", "-m", "30", "-x", f"http://127.0.0.1:{self.proxy}", "-w", "\n%{http_code}",
             *more, f"http://www.example:{self.web}/{path}"], capture_output=True, check=False)
        body, _, status = done.stdout.rpartition(b"\n")
        return int(status), body

    def assert_closed(self, path, *more):
        status, body = self.get(path, "-H", "Accept-Language: en", *more)
        self.assertEqual((status, b"This page is closed" in body), (403, True), path)


class Nginx(Reader):
    # What filters on the device itself ask a site for (age-de.xml).
    AGE = (b'<?xml version="1.0" encoding="ISO-8859-1"?>\n<age-declaration version="3.0">'
           b'<default-age>18</default-age></age-declaration>\n')

    @classmethod
    def serve(cls):
        files = {"bad.html": cls.bad, "good.html": cls.benign, "bad_ko.html": cls.bad_korean,
                 "bad_euc_kr.html": cls.bad_euc_kr, "bad.gz.html": gzip.compress(cls.bad),
                 "good.gz.html": gzip.compress(cls.benign),
                 "bad.zst.html": packed(["zstd", "-q", "-c"], cls.bad),
                 "bad.br.html": packed(["brotli", "-c"], cls.bad),
                 "lies.html": b"this is no gzip at all" * 100,
                 "lies.br.html": gzip.compress(cls.bad), "lies.zst.html": cls.bad,
                 "hidden.html": gzip.compress(cls.bad),
                 "bomb.gz.html": zeros("gzip -1"), "bomb.br.html": zeros("brotli -1"),
                 "bomb.zst.html": zeros("zstd -q"),
                 "rta.html": b"<html><head><meta name=rating content=RTA-5042-1996-1400-1577-RTA>"
                             b"</head><body>Hello</body></html>",
                 "image.png": cls.bad, "label/image.png": b"a picture", "age-de.xml": cls.AGE}
        cls.web, _ = nginx(cls.addClassCleanup, files, more=(
            "location ~ [.]gz[.]html$ { add_header Content-Encoding gzip; }\n"
            "location ~ [.]zst[.]html$ { add_header Content-Encoding zstd; }\n"
            "location ~ [.]br[.]html$ { add_header Content-Encoding br; }\n"
            "location = /lies.html { add_header Content-Encoding gzip; }\n"
            "location ^~ /label/ { add_header Rating RTA-5042-1996-1400-1577-RTA; }\n"
            "location ~ [.]png$ { default_type image/png; types { } }\n"))

    def test_a_harmful_page_is_closed_and_one_that_speaks_of_it_is_not(self):
        self.assert_closed("bad.html")
        self.assertEqual(self.get("good.html"), (200, self.benign))
        event = lab.wait_until(lambda: [one for one in self.filter.events()
                                        if one["kind"] == "http_body"
                                        and one["category"] == "gambling"], "an event")[0]
        self.assertEqual(event["verdict"], "block")
        self.assertRegex(event["rule"], "^phrases/gambling/en/")

    def test_codings_and_charsets_do_not_hide_it(self):
        for path in ("bad_ko.html", "bad_euc_kr.html", "bad.gz.html", "bad.zst.html",
                     "bad.br.html"):
            self.assert_closed(path)
        self.assertEqual(self.get("good.gz.html", "--compressed"), (200, self.benign))

    def test_a_page_that_says_itself_that_it_is_for_adults_is_closed(self):
        self.assert_closed("rta.html")

    def test_whatever_says_so_in_its_head_is_closed(self):
        status, body = self.get("label/image.png", "-H", "Accept-Language: en")
        self.assertEqual((status, b"This page is closed" in body), (403, True))
        status, body = self.get("label/image.png", "-I")
        self.assertEqual((status, b"403 Forbidden" in body), (403, True))

    def test_the_label_file_of_a_site_passes_to_who_asks_for_it(self):
        self.assertEqual(self.get("age-de.xml"), (200, self.AGE))

    def test_a_slow_page_ends_where_it_tells_and_says_why(self):
        page = self.benign + b"<p>And so on.</p>" * 200 + self.bad
        first = len(page) - len(self.bad)
        asked = []
        for framing in ("length", "chunked", "close"):
            server = Scripted(self.addCleanup, slow_page(page, framing=framing, first=first,
                                                         pause_s=4, seconds=3))
            asked.append((framing, subprocess.Popen(
                ["curl", "-s", "-N", "-m", "30", "-x", f"http://127.0.0.1:{self.proxy}",
                 "-H", "Accept-Language: ko", f"http://www.example:{server.port}/"],
                stdout=subprocess.PIPE)))
        for framing, curl in asked:
            said = curl.communicate()[0]
            self.assertTrue(said.startswith(self.benign), framing)
            self.assertNotIn(self.bad[-200:], said, framing)
            self.assertIn('<div role="alert" lang="ko"', said[-1024:].decode(), framing)
            self.assertEqual(curl.returncode, 0 if framing == "close" else 18, "looks unfinished")

    def test_a_slow_page_that_has_told_by_then_is_replaced(self):
        server = Scripted(self.addCleanup, slow_page(self.bad + b"<p>more</p>" * 5000,
                                                     first=len(self.bad), seconds=6))
        done = subprocess.run(["curl", "-s", "-m", "30", "-x", f"http://127.0.0.1:{self.proxy}",
                               "-H", "Accept-Language: en",
                               f"http://www.example:{server.port}/"], capture_output=True,
                              check=False)
        self.assertIn(b"This page is closed", done.stdout)
        self.assertNotIn(self.bad[:100], done.stdout)

    def test_a_harmful_page_that_is_cut_short_is_closed(self):
        server = Scripted(self.addCleanup, lambda _head, connection: connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000000\r\n\r\n"
            + self.bad))
        done = subprocess.run(["curl", "-s", "-m", "30", "-x", f"http://127.0.0.1:{self.proxy}",
                               "-w", "%{http_code}", f"http://www.example:{server.port}/"],
                              capture_output=True, check=False)
        self.assertTrue(done.stdout.endswith(b"403"))

    def test_what_is_no_text_passes_unread(self):
        self.assertEqual(self.get("image.png")[0], 200)

    def test_what_lies_of_its_coding_is_closed_to_a_child(self):
        for path in ("lies.html", "lies.br.html", "lies.zst.html"):
            self.assertEqual(self.get(path)[0], 403, path)
        # A packed body that says nothing of it is octets to the browser, too.
        self.assertEqual(self.get("hidden.html")[0], 200)

    def test_a_bomb_is_closed_and_does_not_go_off(self):
        self.get("good.gz.html")
        before = lab.resident_bytes(self.filter.pid())
        for path in ("bomb.gz.html", "bomb.br.html", "bomb.zst.html"):
            self.assertEqual(self.get(path)[0], 403, path)
        self.assertLess(lab.resident_bytes(self.filter.pid()) - before, 20 << 20)

    def test_the_page_is_in_the_language_of_who_reads_it(self):
        _, korean = self.get("bad.html", "-H", "Accept-Language: ko-KR,ko;q=0.9")
        self.assertIn('lang="ko"', korean.decode())
        _, french = self.get("bad.html", "-H", "Accept-Language: fr")
        self.assertIn('lang="ko"', french.decode(), "the site's first language")
        headers = self.get("bad.html", "-i")[1].decode().split("\r\n\r\n")[0].lower()
        self.assertIn("frame-ancestors 'none'", headers)
        self.assertEqual(headers.count("content-type:"), 1)

    def test_explain_tells_what_counted(self):
        done = lab.run("explain", "--config", self.filter.config_path, "--profile", "little",
                          "--json", "--page", some_page("harmful", "en", "gambling"),
                          "http://www.example/")
        told = json.loads(done.stdout.splitlines()[0])
        self.assertEqual((told["verdict"], told["category"]), ("block", "gambling"))


class Caddy(Reader):
    """Another server, which packs what it sends."""

    @classmethod
    def serve(cls):
        cls.sockets = Scripted(cls.addClassCleanup, web_socket_echo)
        files = {"good.html": cls.benign, "bad.html": cls.bad, "bad_euc_kr.html": cls.bad_euc_kr}
        for name, page in (("good.html", cls.benign), ("bad.html", cls.bad)):
            files[f"packed/{name}"] = page
            files[f"packed/{name}.br"] = packed(["brotli", "-c"], page)
        cls.web = caddy(cls.addClassCleanup, files, cls.sockets.port)

    CODINGS = (("", "zstd"), ("", "gzip"), ("packed/", "br"), ("", "identity"))

    def test_pages_in_every_coding_are_read(self):
        for folder, coding in self.CODINGS:
            fields = ("-H", f"Accept-Encoding: {coding}", "-H", "Accept-Language: en")
            status, said = self.get(f"{folder}good.html", "-i", *fields)
            head = said.split(b"\r\n\r\n", 1)[0].lower()
            if coding != "identity":
                self.assertIn(f"content-encoding: {coding}".encode(), head)
            self.assertEqual(self.get(f"{folder}good.html", "--compressed", *fields),
                             (200, self.benign))
            status, said = self.get(f"{folder}bad.html", *fields)
            self.assertEqual((status, b"This page is closed" in said), (403, True), coding)

    def test_a_page_in_euc_kr_is_read(self):
        for coding in ("zstd", "gzip", "identity"):
            self.assert_closed("bad_euc_kr.html", "-H", f"Accept-Encoding: {coding}")

    def test_a_web_socket_echoes(self):
        with socket.create_connection(("127.0.0.1", self.proxy), 20) as connection:
            connection.sendall((f"GET http://www.example:{self.web}/ws HTTP/1.1\r\n"
                                f"Host: www.example:{self.web}\r\n{SWITCH}\r\n").encode())
            status, head, _ = read_answer(connection, has_body=False)
            self.assertEqual((status, SWITCHED in head), (101, True))
            for text in (b"hello", b"x" * 100_000):
                connection.sendall(text)
                got = b""
                while len(got) < len(text):
                    got += connection.recv(65536)
                self.assertEqual(got, text)

    def request(self, path):
        return (f"GET http://www.example:{self.web}/{path} HTTP/1.1\r\n"
                f"Host: www.example:{self.web}\r\n\r\n").encode()

    def test_a_page_that_is_closed_ends_a_pipeline(self):
        with socket.create_connection(("127.0.0.1", self.proxy), 20) as connection:
            connection.sendall(self.request("good.html") * 2 + self.request("bad.html")
                               + self.request("good.html"))
            first, second, closed = read_all(connection).split(b"HTTP/1.1 ")[1:]
        for good in (first, second):
            self.assertTrue(good.startswith(b"200 ") and good.endswith(self.benign))
        self.assertTrue(closed.startswith(b"403 "))
        self.assertIn(b"Connection: close", closed)

    def test_kept_connections_are_judged_page_by_page(self):
        with socket.create_connection(("127.0.0.1", self.proxy), 20) as connection:
            for _ in range(3):
                connection.sendall(self.request("good.html"))
                self.assertEqual(read_answer(connection)[2], self.benign)
            connection.sendall(self.request("bad.html"))
            self.assertEqual(read_answer(connection)[0], 403)


if __name__ == "__main__":
    unittest.main()
