"""Upstreams on the internet that are dead, slow or lie, and come back: the house gets true answers or
an honest failure in time, never the lie."""

import socket
import threading
import time

import dns.message
import dns.name

import lab
import network
from lab import errors, rcode, records
from servers import Relay, zone_text

TRUE, LIE = "192.0.2.1", "192.0.2.66"
LIAR = "203.0.113.66"
FAILED = {lab.EDE_NO_REACHABLE, lab.EDE_NETWORK}


def forged(answer, rename=None):
    """The answer with a lie for its address, and with another name asked and answered if given."""
    message = dns.message.from_wire(answer)
    text = message.to_text().replace(TRUE, LIE)
    if rename:
        text = text.replace(message.question[0].name.to_text(), rename)
    message = dns.message.from_text(text)
    message.id = dns.message.from_wire(answer).id
    return message.to_wire()


def with_another_id(relay, answer, client):
    false = bytearray(forged(answer))
    false[0] ^= 0x55
    relay.sendto(false, client)


def about_another_name(relay, answer, client):
    relay.sendto(forged(answer, "other.example."), client)


def as_a_query(relay, answer, client):
    false = bytearray(forged(answer))
    false[2] &= 0x7F
    relay.sendto(false, client)


def cut_in_half(relay, answer, client):
    relay.sendto(answer[:len(answer) // 2], client)


def from_another_address(relay, answer, client):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.bind((LIAR, 53))
        out.sendto(forged(answer), client)


def from_another_port(relay, answer, client):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.bind((relay.getsockname()[0], 0))
        out.sendto(forged(answer), client)


# What anybody on the internet can send, and what only the server itself or somebody on the way can.
FROM_AFAR = (with_another_id, from_another_address, from_another_port)
FROM_NEAR = (about_another_name, as_a_query, cut_in_half)


class Upstream(network.NetworkTest):
    """A filter that forwards to Knot, through a wire that can be cut and can lie."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net.internet.knot({"example": zone_text(f"* A {TRUE}\nshort 1 A {TRUE}\n")})
        cls.relay = cls.net.internet.relay()
        cls.filter = cls.net.router.start_filter(cls.config([cls.relay.address]))

    @classmethod
    def config(cls, servers):
        return cls.net.config({"upstream": {"servers": servers}}, workers=1)

    def setUp(self):
        self.relay.is_cut = False

    def ask(self, name):
        """The reply, and the seconds that it took."""
        since = time.monotonic()
        return self.net.child_a.ask(name), time.monotonic() - since

    def ask_together(self, names):
        """name -> (reply, seconds) of questions asked at the same time."""
        replies = {}
        threads = [threading.Thread(target=lambda n=n: replies.update({n: self.ask(n)}))
                   for n in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return replies

    def assert_honest_failure(self, reply, took_s):
        self.assertEqual((rcode(reply), reply.answer), ("SERVFAIL", []))
        self.assertTrue(FAILED & set(errors(reply)), errors(reply))
        if not lab.IS_SANITIZED:
            self.assertLess(took_s, 4.2)

    def assert_true(self, reply):
        self.assertEqual((rcode(reply), records(reply, "A")), ("NOERROR", [TRUE]))

    def wait_until_back(self, stem):
        """Until names never asked before are answered truly."""
        number = iter(range(10_000))
        lab.wait_until(lambda: records(self.ask(f"{stem}{next(number)}.example")[0], "A"), "back")

    def test_a_lie_alone_is_a_failure_and_leaves_nothing_behind(self):
        names = {f"alone{i}.example": lie for i, lie in enumerate(FROM_AFAR + FROM_NEAR)}
        self.relay.lies.update(names)
        for name, (reply, took_s) in self.ask_together(names).items():
            with self.subTest(names[name].__name__):
                self.assert_honest_failure(reply, took_s)
        self.relay.lies.clear()
        self.wait_until_back("honest")
        for name in names:
            lab.wait_until(lambda: rcode(self.ask(name)[0]) == "NOERROR", name)
            self.assert_true(self.ask(name)[0])
        self.assertNotEqual(records(self.ask("other.example")[0], "A"), [LIE])

    def test_the_truth_that_comes_after_a_lie_is_taken(self):
        def with_truth(lie):
            def both(relay, answer, client):
                lie(relay, answer, client)
                time.sleep(0.05)
                relay.sendto(answer, client)
            return both
        names = {f"after{i}.example": lie for i, lie in enumerate(FROM_AFAR + FROM_NEAR)}
        self.relay.lies.update({name: with_truth(lie) for name, lie in names.items()})
        self.addCleanup(self.relay.lies.clear)
        for name, (reply, took_s) in self.ask_together(names).items():
            with self.subTest(names[name].__name__):
                # libunbound gives a server up that itself answers nonsense.
                if names[name] in FROM_NEAR and rcode(reply) == "SERVFAIL":
                    self.assert_honest_failure(reply, took_s)
                else:
                    self.assert_true(reply)

    def test_a_slow_upstream_holds_up_nobody_else(self):
        self.relay.slow["slow.example"] = 1.5
        names = ["slow.example", *(f"quick{i}.example" for i in range(20))]
        for name, (reply, took_s) in self.ask_together(names).items():
            self.assert_true(reply)
            if name == "slow.example":
                self.assertGreater(took_s, 1.4)
            elif not lab.IS_SANITIZED:
                self.assertLess(took_s, 1.2)

    def test_with_the_plug_pulled_what_is_known_is_still_answered_and_all_is_well_after(self):
        self.assert_true(self.ask("short.example")[0])
        time.sleep(2.2)
        self.net.internet.cut()
        self.addCleanup(self.net.internet.mend)
        replies = self.ask_together(["short.example", "new.example"])
        self.assertEqual(records(replies["short.example"][0], "A"), [TRUE])
        self.assertIn(lab.EDE_STALE, errors(replies["short.example"][0]))
        self.assert_honest_failure(*replies["new.example"])
        # Blocking needs no internet.
        self.assertEqual(rcode(self.ask("pornhub.com")[0]), "NXDOMAIN")
        self.net.internet.mend()
        self.wait_until_back("mended")

    def test_a_server_that_is_gone_is_told_in_time_and_found_again(self):
        closed = "203.0.113.200"
        self.filter.reload(self.config([closed]))
        self.addCleanup(lambda: self.filter.reload(self.config([self.relay.address])))
        self.assert_honest_failure(*self.ask("closed.example"))
        with self.net.internet.inside():
            Relay(self.addCleanup, 53, self.net.internet.knot_address, closed, 53)
        self.wait_until_back("reopened")

    def test_another_server_answers_when_the_first_is_silent(self):
        self.filter.reload(self.config([self.relay.address, self.net.internet.knot_address]))
        self.addCleanup(lambda: self.filter.reload(self.config([self.relay.address])))
        self.relay.is_cut = True
        for reply, took_s in self.ask_together([f"second{i}.example" for i in range(10)]).values():
            self.assert_true(reply)
            if not lab.IS_SANITIZED:
                self.assertLess(took_s, 4)


class Forged(network.NetworkTest):
    """Signed zones on the internet, one record of which was changed after signing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        signed = f"www.example. 300 IN A {TRUE}"
        anchor = cls.net.internet.tree(
            {"example": f"www A {TRUE}\nok A {TRUE}\n", "example.org": f"www A {TRUE}\n"},
            signed=("example", "example.org"), forged=[("example", signed, signed.replace(TRUE, LIE))])
        section = {"upstream": {"mode": "recurse"}, "trust_anchor": "anchor.key"}
        cls.net.router.start_filter(cls.net.config(section), {"anchor.key": anchor})

    def test_a_bogus_signature_is_a_failure_with_its_reason_and_harms_no_other_name(self):
        for device, server in ((self.net.child_a, "192.168.7.1"), (self.net.child_b, "fd07::1")):
            for tcp in (False, True):
                reply = device.ask("www.example", server=server, tcp=tcp)
                self.assertEqual((rcode(reply), reply.answer), ("SERVFAIL", []))
                self.assertIn(lab.EDE_BOGUS, errors(reply))
                for name in ("ok.example", "www.example.org"):
                    self.assertEqual(records(device.ask(name, server=server, tcp=tcp), "A"), [TRUE])


if __name__ == "__main__":
    network.main()
