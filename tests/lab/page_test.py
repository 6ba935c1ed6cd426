#!/usr/bin/python3
"""The block page and the device's own page: the real listener, asked as browsers and others ask,
and looked at in Chromium."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import time
import unittest
import urllib.parse
from pathlib import Path

import browser
import lab
from lab import ask, rcode, records
from servers import Knot, zone_text

MINJI, JUN = "127.0.0.2", "127.0.0.3"
ZONES = {"example": zone_text("*.open A 192.0.2.1\nled CNAME hidden.game\n*.game A 192.0.2.9\n")}
# Where a person may look at the pictures afterwards; else they go with the test.
PICTURES = os.environ.get("HAETAE_PICTURES")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.fields = response.headers
        self.html = response.read().decode()

    def hidden(self, name):
        found = re.search(f'name="{name}" value="([^"]*)"', self.html)
        return found.group(1).replace("&#39;", "'") if found else None


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.knot = Knot(cls.addClassCleanup, ZONES)

    def setUp(self):
        self.port, self.page_port = lab.free_port(), lab.free_port()
        self.filter = lab.Filter(self.addCleanup)
        self.folder = self.filter.folder
        self.folder.write("games.txt", "game.example\n")
        self.folder.write("dark.txt", "dark.example\n")
        self.filter.start(self.config())

    def config(self, **changes):
        config = {
            "site": {"name": "Kim family", "timezone": "Asia/Seoul", "languages": ["ko", "en"]},
            "rules": {"start_lists": False},
            "lists": [
                {"name": "games", "path": "games.txt", "category": "games", "match": "subtree"},
                {"name": "dark", "path": "dark.txt", "category": "self-harm", "match": "subtree"}],
            "profiles": {"minji": {"block": ["games", "self-harm"]},
                         "jun": {"age": "13-15", "block": ["games"]}},
            "devices": [{"name": "Minji's tablet", "address": MINJI, "profile": "minji"},
                        {"name": "Jun's phone", "address": JUN, "profile": "jun"}],
            "default_profile": "minji",
            "page": {"listen": [f"127.0.0.1:{self.page_port}"]},
            **changes}
        return lab.base_config(self.port, self.knot.port, **config)

    def get(self, host, path="/", source=MINJI, method="GET", body=None, **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.page_port, timeout=10,
                                                source_address=(source, 0))
        self.addCleanup(connection.close)
        connection.request(method, path, body=body, headers={
            "Host": host, "Accept-Language": "en", **fields})
        return Answer(connection.getresponse())

    def own_page(self, source=MINJI, **fields):
        return self.get(f"haetae.internal:{self.page_port}", source=source, **fields)

    def press(self, page, source=MINJI, **changes):
        form = {"subject": page.hidden("subject"), "token": page.hidden("token"), **changes}
        return self.get("haetae.internal", "/ask", source, "POST", urllib.parse.urlencode(form),
                        **{"Content-Type": "application/x-www-form-urlencoded"})

    def order(self, *words):
        done = lab.run(*words, "--config", self.filter.config_path)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def asks(self):
        return json.loads(self.order("asks", "--json"))


class BlockedHosts(PageTest):
    def test_a_blocked_host_is_told_why_and_nobody_else_learns_more(self):
        page = self.get("www.game.example")
        self.assertEqual(page.status, 403)
        self.assertIn("<h1>This page is closed</h1>", page.html)
        self.assertIn("The page www.game.example did not open.", page.html)
        self.assertIn("Your parents can open it for you.", page.html)
        self.assertEqual(page.fields["Cache-Control"], "no-store")
        self.assertEqual(page.fields["Referrer-Policy"], "no-referrer")
        self.assertEqual(page.fields["X-Content-Type-Options"], "nosniff")
        policy = page.fields["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertIn(f"form-action http://haetae.internal:{self.page_port};", policy)

    def test_the_query_string_is_not_believed(self):
        page = self.get("www.open.example", "/?host=game.example&reason=locked&verdict=block")
        self.assertEqual(page.status, 503)
        self.assertIn("www.open.example is open for you now.", page.html)
        self.assertEqual(page.fields["Retry-After"], "2")

    def test_head_is_a_page_without_its_body(self):
        page = self.get("www.game.example", method="HEAD")
        self.assertEqual((page.status, page.html), (403, ""))
        self.assertGreater(int(page.fields["Content-Length"]), 1000)

    def test_an_absolute_url_in_the_first_line_counts(self):
        page = self.get("haetae.internal", "http://www.game.example/chess")
        self.assertEqual(page.status, 403)

    def test_a_sensitive_site_is_not_named_and_help_stands_there(self):
        page = self.get("www.dark.example", **{"Accept-Language": "ko"})
        self.assertNotIn("dark.example", page.html)
        self.assertIn('href="tel:109"', page.html)
        self.assertIsNone(page.hidden("token"))

    def test_what_the_answer_led_to_is_told_too(self):
        self.assertEqual(rcode(ask(self.port, "led.example", source=MINJI)), "NXDOMAIN")
        page = lab.wait_until(
            lambda: (p := self.get("led.example")).status == 403 and p, "the event to arrive", 5)
        self.assertIn("Kind of page: games", page.html)

    def test_a_grant_opens_the_page(self):
        self.assertEqual(self.get("www.game.example").status, 403)
        self.order("grant", "minji", "site", "game.example", "1h")
        page = self.get("www.game.example")
        self.assertEqual(page.status, 503)
        self.assertIn('<a href="http://www.game.example/">', page.html)

    def test_a_pause_says_until_when(self):
        self.order("pause", "minji", "until", "23:59")
        page = self.get("www.open.example")
        self.assertEqual(page.status, 403)
        self.assertIn("The internet has a break", page.html)
        self.assertRegex(page.html, "It opens again (tomorrow )?at 23:59.")

    def test_a_reload_brings_new_words_and_rules(self):
        before = self.get("www.game.example")
        said = self.filter.reload(self.config(page={"listen": [f"127.0.0.1:{self.page_port}"],
                                                    "guardian": "Mr Park"}))
        self.assertIn("haetae: reloaded", said)
        self.assertIn("Mr Park can open it", self.get("www.game.example").html)
        self.assertIn("You asked", self.press(before).html)  # open pages go on working

    def test_odd_clients_harm_nobody(self):
        for octets in (b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\n\r\n", b"\r\n" * 1000,
                       b"GET / HTTP/1.1\r\nHost: " + b"a" * 100_000,
                       b"POST /ask HTTP/1.1\r\nHost: haetae.internal\r\nContent-Length: 99999999\r\n"
                       b"\r\n", b"GET / HTTP/1.1\r\nHost: <script>\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", self.page_port), 5) as raw:
                raw.settimeout(20)
                answer = b""
                with contextlib.suppress(OSError):  # closed while we speak
                    raw.sendall(octets)
                    raw.shutdown(socket.SHUT_WR)
                    answer = raw.recv(100_000)
                self.assertNotIn(b"<script>", answer)
        self.assertEqual(self.get("www.game.example").status, 403)

    def test_a_crowd_is_served_and_a_hoarder_is_not(self):
        idle = [socket.create_connection(("127.0.0.1", self.page_port), 5) for _ in range(200)]
        try:
            self.assertEqual(self.get("www.game.example").status, 403)  # another address
        finally:
            for one in idle:
                one.close()


class OwnPage(PageTest):
    def test_a_device_sees_itself_and_nobody_else(self):
        ask(self.port, "www.game.example", source=MINJI)
        ask(self.port, "jun.game.example", source=JUN)
        page = lab.wait_until(
            lambda: (p := self.own_page()) and "www.game.example" in p.html and p,
            "the event to arrive", 5)
        self.assertEqual(page.status, 200)
        self.assertIn("This device is called Minji&#39;s tablet.", page.html)
        self.assertIn("Your rules are called minji.", page.html)
        self.assertNotIn("jun", page.html.lower())
        other = self.own_page(JUN)
        self.assertIn("Jun&#39;s phone", other.html)
        self.assertIn("No list is kept for you.", other.html)  # at 13 numbers are enough
        self.assertNotIn("game.example", other.html)

    def test_sensitive_things_never_stand_there(self):
        ask(self.port, "www.dark.example", source=MINJI)
        ask(self.port, "www.game.example", source=MINJI)
        page = lab.wait_until(
            lambda: (p := self.own_page()) and "www.game.example" in p.html and p,
            "the event to arrive", 5)
        self.assertNotIn("dark.example", page.html)

    def test_a_stranger_gets_the_default_profiles_page(self):
        page = self.own_page("127.0.0.9")
        self.assertIn("This device has no name here yet.", page.html)
        self.assertIn("Its address is 127.0.0.9.", page.html)
        self.assertIn("Your rules are called minji.", page.html)

    def test_no_foreign_name_shows_it(self):
        for host in ("evil.example", "haetae.internal.evil.example", "xhaetae.internal"):
            page = self.get(host)
            self.assertNotIn("Minji", page.html, host)
        self.assertIn("Minji", self.get("127.0.0.1").html)
        self.assertIn("Minji", self.get("[::1]:8481").html)

    def test_its_name_is_answered_by_our_dns_and_never_asked_elsewhere(self):
        for source in (MINJI, JUN):
            reply = ask(self.port, "haetae.internal", source=source)
            self.assertEqual(records(reply, "A"), ["127.0.0.1"])
        reply = ask(self.port, "haetae.internal", "AAAA")
        self.assertEqual((rcode(reply), reply.answer), ("NOERROR", []))
        self.order("pause", "minji", "5m")
        self.assertEqual(records(ask(self.port, "haetae.internal", source=MINJI), "A"),
                         ["127.0.0.1"])

    def test_there_is_nothing_else(self):
        for path in ("/metrics", "/healthz", "/api/v1/asks", "/ask", "//", "/%2e"):
            self.assertEqual(self.get("haetae.internal", path).status, 404, path)
        self.assertEqual(self.get("haetae.internal", "/", method="POST", body="x").status, 404)


class Asking(PageTest):
    def test_a_question_reaches_the_guardian(self):
        page = self.get("www.game.example")
        answer = self.press(page)
        self.assertEqual(answer.status, 200)
        self.assertIn("Your question is waiting for your parents.", answer.html)
        [one] = self.asks()
        self.assertEqual((one["asker"], one["profile"], one["host"], one["reason"],
                          one["category"]),
                         ("device Minji's tablet", "minji", "www.game.example", "category",
                          "games"))
        said = self.order("asks")
        self.assertIn("minji (device Minji's tablet) asks for www.game.example", said)
        self.assertIn("haetae grant minji site www.game.example 1h", said)

    def test_the_same_question_counts_once(self):
        page = self.get("www.game.example")
        self.press(page)
        self.assertIn("You asked that already.", self.press(page).html)
        self.assertEqual(len(self.asks()), 1)

    def test_a_token_works_for_its_own_device_and_site_alone(self):
        page = self.get("www.game.example")
        self.assertEqual(self.press(page, JUN).status, 403)
        subject = page.hidden("subject").replace("www", "other")
        self.assertEqual(self.press(page, subject=subject).status, 403)
        self.assertEqual(self.press(page, token="").status, 403)
        self.assertEqual(self.asks(), [])

    def test_who_asks_very_often_is_asked_to_wait(self):
        statuses = [self.press(self.get(f"g{i}.game.example")).status for i in range(11)]
        self.assertEqual(statuses, [200] * 10 + [429])
        self.assertEqual(len(self.asks()), 10)

    def test_time_is_asked_for_without_a_site(self):
        self.order("pause", "minji", "30m")
        self.press(self.get("www.open.example"))
        [one] = self.asks()
        self.assertEqual((one["host"], one["reason"]), (None, "paused"))

    def test_what_opened_meanwhile_is_not_asked_for(self):
        page = self.get("www.game.example")
        self.order("grant", "minji", "site", "game.example", "1h")
        self.assertIn("it is open now", self.press(page).html)
        self.assertEqual(self.asks(), [])

    def test_a_question_survives_a_power_cut_and_half_a_line(self):
        self.press(self.get("a.game.example"))
        self.filter.process.send(signal.SIGKILL)
        self.filter.process.child.wait()
        journal = self.folder.path / "state/asks.jsonl"
        with open(journal, "ab") as file:
            file.write(b'{"id":2,"when":17')
        self.filter.start()
        self.assertIn("1 lines are damaged", self.filter.err())
        self.press(self.get("b.game.example"))
        self.assertEqual([one["host"] for one in self.asks()],
                         ["a.game.example", "b.game.example"])
        self.assertEqual([json.loads(line)["id"] for line in journal.read_text().splitlines()],
                         [1, 2])

    def test_many_at_once_are_all_kept_through_a_kill(self):
        pages = [self.get(f"g{i}.game.example", source=f"127.0.1.{i}") for i in range(1, 40)]
        for i, page in enumerate(pages, 1):
            self.assertEqual(self.press(page, f"127.0.1.{i}").status, 200)
        self.filter.process.send(signal.SIGKILL)
        self.filter.process.child.wait()
        self.filter.start()
        self.assertEqual(len(self.asks()), 39)


class LedHere(PageTest):
    def config(self, **changes):
        config = super().config(**changes)
        config["dns"]["block_answer"] = {"kind": "address", "v4": "127.0.0.1"}
        return config

    def test_dns_leads_a_blocked_name_to_the_page(self):
        self.assertEqual(records(ask(self.port, "www.game.example", source=MINJI), "A"),
                         ["127.0.0.1"])


class OnAllAddresses(PageTest):
    def config(self, **changes):
        return super().config(**{"page": {"listen": [f"0.0.0.0:{self.page_port}",
                                                     f"[::]:{self.page_port}"]}, **changes})

    def test_its_name_leads_to_the_address_that_was_asked(self):
        self.assertEqual(records(ask(self.port, "haetae.internal"), "A"), ["127.0.0.1"])
        self.assertEqual(records(ask(self.port, "haetae.internal", "AAAA", server="::1"), "AAAA"),
                         ["::1"])
        with socket.create_connection(("::1", self.page_port), 5) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\nHost: haetae.internal\r\n\r\n")
            self.assertIn(b"200 OK", raw.recv(100))


class TakenPort(PageTest):
    def test_a_taken_port_is_told(self):
        other = lab.Filter(self.addCleanup)
        other.folder.write("games.txt", "")
        config = self.config()
        config["dns"] = lab.dns_section(lab.free_port(), self.knot.port)
        config["lists"] = []
        other.configure(config)
        other.launch()
        lab.wait_until(lambda: not other.process.is_running(), "an end")
        self.assertIn(f"page.listen 127.0.0.1 port {self.page_port}:", other.err())


PHONE = {"viewport": {"width": 390, "height": 844}, "deviceScaleFactor": 2}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}


class InChromium(PageTest):
    """As children see it; axe looks at every page by the rules of WCAG 2.2 AA."""

    def setUp(self):
        browser.need()
        super().setUp()
        self.pictures = Path(PICTURES or self.folder.path)
        # Chromium comes from 127.0.0.1.
        self.filter.reload(self.config(
            devices=[{"name": "민지의 태블릿", "address": "127.0.0.1", "profile": "minji"}],
            profiles={"minji": {"block": ["games", "self-harm", "adult"], "block_bypass": True,
                                "services": {"block": ["tiktok"]}, "safe_search": "strict",
                                "schedule": [{"bedtime": ["21:00-07:00"]}]}}))
        self.order("grant", "minji", "bedtime", "12h")  # whatever the clock shows

    def visit(self, *visits):
        return browser.visit_loopback(self.addCleanup, self.page_port, visits)

    def picture(self, name):
        return str(self.pictures / f"{name}.png")

    def test_every_page_is_readable_for_everybody(self):
        hosts = {"block": "www.game.example", "help": "www.dark.example",
                 "open": "www.open.example", "own": "haetae.internal"}
        ask(self.port, "www.game.example", source="127.0.0.1")
        visits = [{"url": f"http://{host}:{self.page_port}/", "check": True,
                   "screenshot": self.picture(f"{page}-{language}-{width}-{colour}"),
                   "context": {"locale": language, "colorScheme": colour, **window}}
                  for page, host in hosts.items() for language in ("en", "ko")
                  for width, window in (("phone", PHONE), ("desktop", DESKTOP))
                  for colour in ("light", "dark")]
        visits += [{"url": f"http://www.game.example:{self.page_port}/", "check": True,
                    "screenshot": self.picture(f"block-{language}-phone-light"),
                    "context": {"locale": language, **PHONE}}
                   for language in ("es", "zh-CN", "ja", "vi")]
        for asked, page in zip(visits, self.visit(*visits)):
            name = Path(asked["screenshot"]).stem
            self.assertIsNone(page.error, name)
            self.assertEqual(page.problems, [], name)
            self.assertFalse(page.is_too_wide, name)
            self.assertEqual(page.language[:2], asked["context"]["locale"][:2], name)

    def test_the_button_works_in_a_page_that_lets_no_script_in(self):
        [page] = self.visit({"url": f"http://www.game.example:{self.page_port}/", "press": "button",
                             "check": True, "screenshot": self.picture("asked-en-phone-light"),
                             "context": {"locale": "en", **PHONE}})
        self.assertIn("You asked", page.text)
        self.assertEqual(page.problems, [])
        self.assertEqual([one["host"] for one in self.asks()], ["www.game.example"])


if __name__ == "__main__":
    unittest.main()
