#!/usr/bin/python3
"""Whole devices are stopped: a pause or a bedtime ends what runs, and nobody else's."""

import socket
import time

import clocks
import lab
import network
from firewall_house import (SERVER, SERVER6, ACCEPTED, KEPT, FirewallTest, Stream, flows,
                            seconds_until_reset)

# conntrack(8) does not mark flows of UDP.
ACCEPT_UDP = """table inet marks {
  chain forward {
    type filter hook forward priority raw; udp dport 8083 ct mark set 0x10000000
  }
}
"""


class Stopped(FirewallTest):
    def setUp(self):
        with self.net.internet.inside():
            Stream(self, 8080)
            Stream(self, 8081)

    def mark(self, port, mark):
        for family in ("ipv4", "ipv6"):
            self.net.router.run("conntrack", "-U", "-f", family, "-p", "tcp", "--dport", str(port),
                                "--mark", mark, check=False)

    def order(self, *words):
        done = self.net.router.haetae(*words, "--config", str(self.net.router.filter.config_path))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_pause_ends_running_downloads_of_the_child_alone(self):
        self.start()
        child, other = self.net.child_a, self.net.child_b
        films = [self.connect(child, address, 8080) for address in (SERVER, SERVER6)]
        help_line = self.connect(child, SERVER, 8081)
        parents = self.connect(other, SERVER, 8080)
        self.mark(8080, ACCEPTED)
        self.mark(8081, KEPT)
        for one in (*films, help_line, parents):
            self.assertTrue(flows(one))
        self.order("pause", "minji", "30m")
        for one in films:
            self.assertLess(seconds_until_reset(one), 2)
        for one in (help_line, parents):
            self.assertTrue(flows(one), "what may go on does")
        self.order("resume", "minji")
        lab.wait_until(lambda: "elements" not in self.net.router.run(
            "nft", "list", "set", "inet", "haetae", "stopped_macs").stdout, "the stop's end", 2)
        again = self.connect(child, SERVER, 8080)
        self.mark(8080, ACCEPTED)
        self.assertTrue(flows(again, 1.5))

    def test_the_server_is_told_and_udp_ends_too(self):
        self.start()
        child = self.net.child_a
        with self.net.internet.inside():
            listener = socket.create_server((SERVER, 8082))
            call = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            call.bind((SERVER, 8083))
        self.addCleanup(listener.close)
        self.addCleanup(call.close)
        self.connect(child, SERVER, 8082)
        server_side, _ = listener.accept()
        self.addCleanup(server_side.close)
        with child.inside():
            phone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(phone.close)
        phone.settimeout(1)
        phone.connect((SERVER, 8083))
        phone.send(b"hello")
        _, peer = call.recvfrom(100)
        self.mark(8082, ACCEPTED)
        self.net.router.run("nft", "-f", "-", input=ACCEPT_UDP)
        self.addCleanup(self.net.router.run, "nft", "delete", "table", "inet", "marks")
        phone.send(b"hello")
        call.sendto(b"hello", peer)
        self.assertEqual(phone.recv(100), b"hello")
        self.order("pause", "minji", "30m")
        time.sleep(1)
        call.sendto(b"still there?", peer)
        with self.assertRaises(TimeoutError):
            phone.recv(100)
        with self.assertRaises(ConnectionRefusedError):
            phone.send(b"hello")
            phone.recv(100)
        with self.assertRaises(ConnectionResetError):
            server_side.settimeout(2)
            for _ in range(20):
                server_side.sendall(bytes(100))
                time.sleep(0.1)

    def test_a_fresh_temporary_address_is_stopped_too(self):
        self.start()
        child = self.net.child_a
        self.order("pause", "minji", "30m")
        time.sleep(1)
        child.fresh_temporary6(self.net.router.lan.prefix6)
        film = self.connect(child, SERVER6, 8080)
        self.mark(8080, ACCEPTED)
        self.assertLess(seconds_until_reset(film), 2)

    def test_a_stranger_is_stopped_with_the_default_profile(self):
        self.start()
        stranger = self.net.stranger
        film = self.connect(stranger, SERVER, 8080)
        self.mark(8080, ACCEPTED)
        self.assertTrue(flows(film))
        self.order("pause", "minji", "30m")
        self.assertLess(seconds_until_reset(film), 2)

    def test_a_stop_holds_for_no_longer_than_an_open_filter_lives(self):
        running = self.start({"when_down": "open"})
        self.order("pause", "minji", "30m")
        time.sleep(1)
        running.kill()
        time.sleep(3.5)
        film = self.connect(self.net.child_a, SERVER, 8080)
        self.mark(8080, ACCEPTED)
        self.assertTrue(flows(film))

    def test_bedtime_begins_during_a_download(self):
        clock = clocks.Clock(lab.Folder(self.addCleanup), clocks.seoul(20, 59))
        profiles = {"minji": {"schedule": [{"bedtime": ["21:00-07:00"]}]}, "parents": {}}
        self.net.router.start_filter(self.config(profiles=profiles), env=clock.environment())
        film = self.connect(self.net.child_a, SERVER, 8080)
        self.mark(8080, ACCEPTED)
        self.assertTrue(flows(film))
        clock.set(clocks.seoul(20, 59, 59))
        clock.wait_until(clocks.seoul(21, 0))
        self.assertLess(seconds_until_reset(film), 2)


if __name__ == "__main__":
    network.main()
