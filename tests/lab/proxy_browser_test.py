#!/usr/bin/python3
"""What a child sees in Chromium where the router leads its plain HTTP to the proxy."""

import os
from pathlib import Path

import lab
import network
from browser import Browser
from gate_house import BAD, GOOD, NGINX, RAW, GateTest
from proxy_content_test import some_page
from proxy_servers import Scripted, slow_page

# Where a person may look at the pictures afterwards; else they go with the test.
PICTURES = os.environ.get("HAETAE_PICTURES")
# A child who writes names into the hosts file; Chromium is not to try TLS first.
HOSTS_ENTRIES = (f"--host-resolver-rules=MAP *.example {NGINX}", "--disable-features=HttpsUpgrades")


class InChromium(GateTest):
    @classmethod
    def config(cls, minji=None, **gate):
        config = super().config({"age": 8, "undecidable": "block", **(minji or {})}, **gate)
        config["site"] = {"name": "Kim family", "timezone": "Asia/Seoul", "languages": ["en", "ko"]}
        config["proxy"] = {"mode": "transparent", "listen": ["0.0.0.0:8118", "[::]:8118"]}
        return config

    FILES = {"bad.html": some_page("harmful", "en", "gambling").read_bytes(),
             "bad_ko.html": some_page("harmful", "ko", "gambling").read_bytes(),
             "good.html": some_page("benign", "en", "gambling").read_bytes()}

    def visit(self, *visits):
        browser = Browser(self.net.child_a, self.certificate, arguments=HOSTS_ENTRIES)
        pictures = Path(PICTURES or lab.Folder(self.addCleanup).path)
        return browser.visit(*(
            {"url": f"http://{host}/{path}", "context": {"locale": language}, "check": is_ours,
             "screenshot": str(pictures / f"led-{host}-{Path(path).stem}-{language}.png")}
            for host, path, language, is_ours in visits))

    def test_the_page_is_told_in_the_childs_language(self):
        good, *closed = self.visit(
            (GOOD, "good.html", "en", False), (BAD, "good.html", "en", True),
            (BAD, "good.html", "ko", True), (GOOD, "bad.html", "en", True),
            (GOOD, "bad.html", "ko", True), (GOOD, "bad_ko.html", "ko", True))
        self.assertEqual((good.error, good.status), (None, 200))
        self.assertNotIn("Kim family", good.text)
        for page, language in zip(closed, ("en", "ko", "en", "ko", "ko")):
            self.assertEqual((page.error, page.status, page.problems), (None, 403, []), page)
            self.assertEqual(page.language, language)
            title = {"en": "This page is closed", "ko": "이 페이지는 닫혀 있어요"}[language]
            self.assertIn(title, page.text)

    def test_a_slow_page_is_covered_where_it_tells(self):
        page = (b"<!DOCTYPE html><title>Cats</title><h1>Cats</h1><div style='color: red'><p>Cats."
                + b"<p>And so on.</p>" * 300 + b"<!-- " + self.FILES["good.html"]
                + b" --><table><tr><td>" + self.FILES["bad.html"])
        with self.net.internet.inside():
            Scripted(self.addCleanup, slow_page(page, framing="chunked", pause_s=4, seconds=3,
                                                first=len(page) - len(self.FILES["bad.html"])),
                     address=RAW, port=80)
        browser = Browser(self.net.child_a, self.certificate, arguments=(
            f"--host-resolver-rules=MAP *.example {RAW}", "--disable-features=HttpsUpgrades"))
        picture = Path(PICTURES or lab.Folder(self.addCleanup).path) / "led-slow-ko.png"
        page = browser.visit({"url": f"http://{GOOD}/", "context": {"locale": "ko"},
                              "awaits": "[role=alert]", "screenshot": str(picture)})
        self.assertIn("이 페이지는 닫혀 있어요", page.text or "", page)


if __name__ == "__main__":
    network.main()
