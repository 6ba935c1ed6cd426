#!/usr/bin/python3
"""The gate: packets judged on their way through the router, with real clients and servers."""

import socket
import struct
import time

import lab
import network
import web_servers
from gate_house import BAD, GAME, GOOD, NGINX, RAW, RAW6, STUN_BINDING, WEB, WEB6, GateTest


class Web(GateTest):
    def test_a_blocked_site_is_reset_at_once_and_others_are_not_touched(self):
        for address in (WEB, WEB6):
            code, _, took = self.curl(self.net.child_a, BAD, address=address)
            self.assertEqual(code, 35, "reset in the handshake")
            self.assertLess(took, 0.1 * (10 if lab.IS_SANITIZED else 1))
            for version, said in (("--http1.1", "HTTP/1.1"), ("--http2", "HTTP/2.0")):
                code, body, _ = self.curl(self.net.child_a, GOOD, version, address=address)
                self.assertEqual((code, body), (0, f"hello from {GOOD} over {said}"))
                code, body, _ = self.curl(self.net.child_b, BAD, version, address=address)
                self.assertEqual((code, body), (0, f"hello from {BAD} over {said}"))

    def test_http3_is_refused_for_what_is_blocked_and_works_for_the_rest(self):
        for address in (WEB, WEB6):
            said = f"hello from {GOOD} over HTTP/3.0"
            self.assertEqual(self.quic(self.net.child_a, GOOD, address), said)
            said = f"hello from {BAD} over HTTP/3.0"
            self.assertEqual(self.quic(self.net.child_b, BAD, address), said)
            self.assertEqual(self.quic(self.net.child_a, BAD, address), "")

    def test_a_refused_datagram_is_answered_so_that_browsers_fall_back(self):
        hello = self.quic_initial()
        with self.net.child_a.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect((WEB, 443))
            client.settimeout(2)
            client.send(hello)
            began = time.monotonic()
            with self.assertRaisesRegex(OSError, "No route to host|Permission denied|refused"):
                client.recv(2000)
            self.assertLess(time.monotonic() - began, 0.1 * (10 if lab.IS_SANITIZED else 1))

    def quic_initial(self):
        """The first datagram of ngtcp2's client for BAD, as a server of ours gets it."""
        catcher = web_servers.Recorder(self.net.internet, "203.0.113.83", udp_port=443,
                                       echoes=False)
        self.quic(self.net.child_b, BAD, "203.0.113.83", seconds=1)
        return catcher.datagrams[0]

    def test_an_address_literal_and_a_foreign_resolver_do_not_help(self):
        done = self.net.child_a.run("openssl", "s_client", "-connect", f"{WEB}:443", "-servername",
                                    BAD, "-CAfile", self.ca, check=False)
        self.assertNotIn("Certificate chain", done.stdout)
        done = self.net.child_a.run("openssl", "s_client", "-connect", f"{WEB}:443", "-servername",
                                    GOOD, "-CAfile", self.ca, check=False)
        self.assertIn("Certificate chain", done.stdout)

    def test_plain_http_is_judged_with_every_request_of_a_connection(self):
        client = self.connect(self.net.child_a, NGINX, 80)
        for _ in range(3):
            client.sendall(f"GET /4k HTTP/1.1\r\nHost: {GOOD}\r\n\r\n".encode())
            got = b""
            while not got.endswith(b"x" * 4096):
                got += client.recv(65536)
        client.sendall(f"GET /4k HTTP/1.1\r\nHost: {BAD}\r\n\r\n".encode())
        self.assert_reset(client)

    def test_of_plain_http_only_what_the_device_says_is_asked_about(self):
        before = self.metrics()["haetae_gate_octets_total"]
        client = self.connect(self.net.child_a, NGINX, 80)
        client.sendall(f"GET /64m HTTP/1.1\r\nHost: {GOOD}\r\n\r\n".encode())
        got = 0
        while got < 64 << 20:
            got += len(client.recv(1 << 20))
        self.assertLess(self.metrics()["haetae_gate_octets_total"] - before, 1 << 20)
        client.sendall(f"GET /4k HTTP/1.1\r\nHost: {BAD}\r\n\r\n".encode())
        self.assert_reset(client)

    def test_every_kind_of_verdict_is_counted(self):
        self.curl(self.net.child_a, BAD)
        self.curl(self.net.child_a, GOOD)
        client = self.connect(self.net.child_a, NGINX, 80)
        client.sendall(f"GET /4k HTTP/1.1\r\nHost: {GOOD}\r\n\r\n".encode())  # the next may be bad
        self.assertTrue(client.recv(100))
        counted = self.metrics()
        for name in ("packets", "passed", "accepted", "blocked", "resets_sent"):
            self.assertGreater(counted[f"haetae_gate_{name}_total"], 0, name)
        self.assertIn('haetae_gate_queue_dropped_total', str(counted))


class Pieces(GateTest):
    def test_no_server_gets_a_blocked_name_however_its_hello_is_cut(self):
        hello, name = self.hello(BAD), BAD.encode()
        at = hello.index(name)
        for raw, address in ((self.raw, RAW), (self.raw6, RAW6)):
            for cut in (1, 5, at - 1, at, at + 4, at + len(name) - 1, at + len(name)):
                client = self.connect(self.net.child_a, address)
                client.sendall(hello[:cut])
                if cut < at + len(name):
                    time.sleep(0.05)
                    client.sendall(hello[cut:])
                self.assert_reset(client)
                self.assertNotIn(name[4:], raw.octets(), f"cut at {cut}")

    def test_the_server_of_a_blocked_connection_is_told(self):
        self.raw.connections.clear()
        client = self.connect(self.net.child_a, RAW)
        client.sendall(self.hello(BAD))
        self.assert_reset(client)
        lab.wait_until(lambda: "reset" in [one[1] for one in self.raw.connections],
                       "the server hears of it", 2)

    def test_a_hello_in_pieces_that_is_allowed_arrives_whole(self):
        hello = self.hello(GOOD)
        self.raw.connections.clear()
        client = self.connect(self.net.child_a, RAW)
        client.sendall(hello[:100])
        time.sleep(0.05)
        client.sendall(hello[100:])
        got = b""
        while len(got) < len(hello):
            got += client.recv(65536)
        self.assertEqual(got, hello)

    def test_a_slow_hello_is_let_through_piece_by_piece_but_never_the_whole_name(self):
        hello, name = self.hello(BAD), BAD.encode()
        self.raw.connections.clear()
        client = self.connect(self.net.child_a, RAW)
        at = hello.index(name) + 6
        client.sendall(hello[:at])
        lab.wait_until(lambda: self.raw.octets() == hello[:at], "what is held is let go", 3)
        client.sendall(hello[at:])
        self.assert_reset(client)
        self.assertEqual(self.raw.octets(), hello[:at])
        self.assertGreater(self.metrics()["haetae_gate_held_too_long_total"], 0)

    def test_a_protocol_whose_client_waits_for_an_answer_is_not_stopped(self):
        client = self.connect(self.net.child_a, GAME, 5222)
        client.sendall(b"GET")  # what could become HTTP, and does not go on
        self.assertEqual(client.recv(100), b"GET")


class Others(GateTest):
    def test_calls_and_games_are_not_touched(self):
        for port in (3478, 3074):
            with self.net.child_a.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
                one.connect((GAME, port))
                one.settimeout(2)
                for number in range(20):
                    sent = STUN_BINDING if port == 3478 else b"game" + bytes([number]) * 60
                    one.send(sent)
                    self.assertEqual(one.recv(2000), sent)

    def test_a_printer_in_the_other_network_of_the_house_is_reached(self):
        guest = self.net.device("visitor", lan=self.net.router.guests)
        printer = web_servers.Recorder(guest, guest.address, tcp_port=9100)
        client = self.connect(self.net.child_a, guest.address, 9100)
        client.sendall(b"%!PS")
        self.assertEqual(client.recv(100), b"%!PS")
        self.assertEqual(printer.octets(), b"%!PS")

    def test_an_error_message_about_a_connection_does_not_open_it(self):
        """The kernel counts such a message to the connection that it speaks of."""
        hello = self.hello(BAD)
        client = self.connect(self.net.child_a, RAW)
        client.sendall(hello[:100])
        (source, port) = client.getsockname()
        inner = struct.pack("!BBHHHBBH4s4sHHI", 0x45, 0, 60, 1, 0, 64, 6, 0, socket.inet_aton(RAW),
                            socket.inet_aton(source), 443, port, 0)
        unreachable = struct.pack("!BBHI", 3, 3, 0, 0) + inner
        checksum = sum(struct.unpack(f"!{len(unreachable) // 2}H", unreachable))
        checksum = (checksum & 0xffff) + (checksum >> 16)
        checksum = ~((checksum & 0xffff) + (checksum >> 16)) & 0xffff
        unreachable = unreachable[:2] + struct.pack("!H", checksum) + unreachable[4:]
        with self.net.child_a.inside(), socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                                      socket.IPPROTO_ICMP) as raw:
            raw.sendto(unreachable, (RAW, 0))
        time.sleep(0.1)
        client.sendall(hello[100:])
        self.assert_reset(client)

    def test_two_thousand_connections_at_once(self):
        count, hello = 2000, self.hello(GOOD)
        clients = [self.connect(self.net.child_a, RAW) for _ in range(count)]
        for client in clients:
            client.sendall(hello)
        for client in clients:
            got = b""
            client.settimeout(10)
            while len(got) < len(hello):
                got += client.recv(65536)
        self.assertEqual(self.metrics()["haetae_gate_queue_dropped_total"], 0)
        began = time.monotonic()
        late = self.connect(self.net.child_a, RAW)
        late.sendall(self.hello(BAD))
        self.assert_reset(late)
        self.assertLess(time.monotonic() - began, 1)


class Edits(GateTest):
    def test_an_edit_of_the_policy_cuts_live_connections_of_whom_it_concerns(self):
        for address in (RAW, RAW6):
            self.start()
            mine, also_mine = (self.open(self.net.child_a, name, address)
                               for name in ("www.soon.example", GOOD))
            other = self.open(self.net.child_b, "www.soon.example", address)
            self.net.router.filter.reload(
                self.config(minji={"deny": ["bad.example", "soon.example"]}))
            self.cut_within(mine, 2)
            for client in (also_mine, other):
                self.assertEqual(self.talk(client, b"not concerned"), b"not concerned")
            self.assertEqual(self.metrics()["haetae_gate_judged_otherwise_total"], 1)
            told = lab.wait_until(self.blocked, "an event", 5)
            self.assertEqual([(one["device"], one["name"], one["reason"]) for one in told],
                             [("tablet", "www.soon.example", "denied_by_guardian")])
            self.assertEqual((told[0]["kind"], told[0]["rule"]), ("tls_name", "||soon.example^"))

    def test_a_download_over_plain_http_is_cut_by_an_edit_of_the_policy(self):
        self.start()
        client = self.connect(self.net.child_a, NGINX, 80)
        client.sendall(f"GET /64m HTTP/1.1\r\nHost: {GOOD}\r\n\r\n".encode())
        self.assertGreater(len(client.recv(4096)), 0)
        self.net.router.filter.reload(
            self.config(minji={"deny": ["bad.example", "good.example"]}))
        lab.wait_until(lambda: self.metrics()["haetae_gate_judged_otherwise_total"] == 1, "judged",
                       within_s=2)
        self.assert_reset(client, within_s=1)

    def blocked(self):
        """The events of what was blocked."""
        return [one for one in self.net.router.filter.events() if one["verdict"] == "block"]

    def test_connections_of_an_earlier_run_are_judged_again(self):
        self.start()
        child, running = self.net.child_a, self.net.router.filter
        for name, kind in (("www.soon.example", "A"), ("www.fine.example", "AAAA")):
            child.ask(name, kind)
        soon, fine = self.open(child, "www.soon.example"), self.open(child, "www.fine.example",
                                                                     RAW6)
        nameless = self.connect(child, GAME, 5222)
        self.talk(nameless, self.hello(GOOD))  # at an address that no answer told
        running.stop()
        for client in (soon, fine, nameless):
            self.assertEqual(self.talk(client, b"goes on"), b"goes on")
        # What was denied while nobody ran, and what is denied while it runs again.
        running.start(self.config(minji={"deny": ["bad.example", "soon.example"]}))
        self.cut_within(soon, 2)
        for client in (fine, nameless):
            self.assertEqual(self.talk(client, b"goes on"), b"goes on")
        self.assertGreaterEqual(self.metrics()["haetae_gate_flows_taken_up_total"], 2)
        self.assertEqual([one["name"] for one in lab.wait_until(self.blocked, "an event", 5)],
                         ["www.soon.example"])
        running.reload(self.config(minji={"deny": ["bad.example", "fine.example"]}))
        self.cut_within(fine, 2)
        self.assertEqual(self.talk(nameless, b"goes on"), b"goes on")

    def test_a_network_that_is_named_by_its_interface_keeps_its_profile(self):
        networks = [{"interface": "br-guests", "profile": "guests"}]
        guests = {"deny": ["good.example"]}
        config = self.config()
        config["profiles"]["guests"], config["networks"] = guests, networks
        self.net.router.run("conntrack", "-F", check=False)
        self.net.router.start_filter(config)
        guest = self.net.device("guest", lan=self.net.router.guests)
        theirs = self.open(guest, BAD)
        blocked = self.connect(guest, RAW)
        blocked.sendall(self.hello(GOOD))
        self.assert_reset(blocked)
        config["profiles"]["guests"] = {"deny": ["good.example", "soon.example"]}
        self.net.router.filter.reload(config)
        time.sleep(1)
        self.assertEqual(self.talk(theirs, b"not concerned"), b"not concerned")

    def test_a_pause_cuts_what_runs_and_its_end_opens_again(self):
        self.start()
        mine = self.open(self.net.child_a, GOOD)
        other = self.open(self.net.child_b, GOOD)
        config = self.net.router.filter.config_path
        done = self.net.router.haetae("pause", "minji", "30m", "--config", config)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.cut_within(mine, 2)
        told = lab.wait_until(self.blocked, "an event", 5)
        self.assertEqual([(one["name"], one["reason"]) for one in told], [(GOOD, "paused")])
        self.assertEqual(self.talk(other, b"not concerned"), b"not concerned")
        code, _, _ = self.curl(self.net.child_a, GOOD)
        self.assertNotEqual(code, 0)
        self.net.router.haetae("resume", "minji", "--config", config)
        lab.wait_until(lambda: self.curl(self.net.child_a, GOOD)[0] == 0, "open again", 2)


class Failures(GateTest):
    def test_says_that_another_program_has_the_queue(self):
        router = self.net.router
        second = lab.Filter(self.addCleanup, prefix=router.prefix)
        config = self.config()
        config["dns"]["listen"] = [f"{self.net.router.lan.address}:5353"]
        config["admin"] = {"listen": "127.0.0.1:8481"}
        second.start(config)
        self.assertIn("queue 4660 of netfilter cannot be read: another program has it",
                      second.err())
        code, _, _ = self.curl(self.net.child_a, BAD)
        self.assertEqual(code, 35, "the first one still judges")


    def test_says_which_right_it_lacks_and_answers_dns(self):
        router = self.net.router
        only = "-all,+net_bind_service,+net_raw"
        poor = lab.Filter(self.addCleanup, prefix=(
            *router.prefix, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            f"--inh-caps={only}", f"--ambient-caps={only}", f"--bounding-set={only}"))
        poor.folder.path.chmod(0o777)
        config = self.config(queue={"first": 5000})
        config["dns"]["listen"] = [f"{router.lan.address}:5353"]
        config["admin"] = {"listen": "127.0.0.1:8481"}
        poor.start(config)
        self.assertIn("packets are not judged: queue 5000 of netfilter cannot be read: no "
                      "permission; the program needs CAP_NET_ADMIN", poor.err())
        reply = self.net.child_b.ask(GOOD, port=5353)
        self.assertEqual(lab.records(reply, "A"), [WEB])


if __name__ == "__main__":
    network.main()
