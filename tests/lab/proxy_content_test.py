"""Pages that pass through the proxy are read: phrases, self-labels, codings and charsets of real
servers, and what a child sees in place of a page that is closed."""

import gzip
import json
import re
import subprocess
import unittest
from pathlib import Path

import lab
from proxy_servers import nginx
from servers import Knot, zone_text

PAGES = Path(__file__).resolve().parent.parent / "pages"


def some_page(kind, language, start):
    """The first page of tests/pages whose name starts so."""
    found = sorted((PAGES / kind / language).glob(f"{start}*.html"))
    assert found, f"{kind}/{language}/{start}"
    return found[0]


def packed(program, octets):
    return subprocess.run([*program], input=octets, capture_output=True, check=True).stdout


class Content(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.knot = Knot(cls.addClassCleanup, {"example": zone_text("www A 127.0.0.1\n")})
        english = some_page("harmful", "en", "gambling").read_bytes()
        korean = some_page("harmful", "ko", "gambling").read_text(encoding="utf-8")
        benign = some_page("benign", "en", "gambling").read_bytes()
        as_euc_kr = re.sub(r"utf-8", "euc-kr", korean, flags=re.I).encode("cp949", "replace")
        cls.benign = benign
        files = {"bad.html": english, "good.html": benign, "bad_ko.html": korean,
                 "bad_euc_kr.html": as_euc_kr, "bad.gz.html": gzip.compress(english),
                 "good.gz.html": gzip.compress(benign),
                 "bad.zst.html": packed(["zstd", "-q", "-c"], english),
                 "lies.html": b"this is no gzip at all" * 100,
                 "bomb.html": gzip.compress(b" " * (300 << 20)),
                 "rta.html": b"<html><head><meta name=rating content=RTA-5042-1996-1400-1577-RTA>"
                             b"</head><body>Hello</body></html>",
                 "image.png": english}
        cls.web, _ = nginx(cls.addClassCleanup, files, more=(
            "location ~ [.]gz[.]html$ { add_header Content-Encoding gzip; }\n"
            "location ~ [.]zst[.]html$ { add_header Content-Encoding zstd; }\n"
            "location = /lies.html { add_header Content-Encoding gzip; }\n"
            "location = /bomb.html { add_header Content-Encoding gzip; }\n"
            "location ~ [.]png$ { default_type image/png; types { } }\n"))
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

    def assert_closed(self, path):
        status, body = self.get(path, "-H", "Accept-Language: en")
        self.assertEqual((status, b"This page is closed" in body), (403, True), path)

    def test_a_harmful_page_is_closed_and_one_that_speaks_of_it_is_not(self):
        self.assert_closed("bad.html")
        self.assertEqual(self.get("good.html"), (200, self.benign))
        event = lab.wait_until(lambda: [one for one in self.filter.events()
                                        if one["kind"] == "http_body"], "an event")[0]
        self.assertEqual((event["verdict"], event["category"]), ("block", "gambling"))
        self.assertRegex(event["rule"], "^phrases/gambling/en/")

    def test_codings_and_charsets_do_not_hide_it(self):
        for path in ("bad_ko.html", "bad_euc_kr.html", "bad.gz.html", "bad.zst.html"):
            self.assert_closed(path)
        self.assertEqual(self.get("good.gz.html", "--compressed"), (200, self.benign))

    def test_a_page_that_says_itself_that_it_is_for_adults_is_closed(self):
        self.assert_closed("rta.html")

    def test_what_is_no_text_passes_unread(self):
        self.assertEqual(self.get("image.png")[0], 200)

    def test_what_lies_or_unpacks_to_too_much_is_closed_to_a_child(self):
        for path in ("lies.html", "bomb.html"):
            self.assertEqual(self.get(path)[0], 403, path)

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


if __name__ == "__main__":
    unittest.main()
