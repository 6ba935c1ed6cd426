#!/usr/bin/python3
"""Whole devices are stopped: a pause or a bedtime ends what runs, and nobody else's."""

import socket
import time

import clocks
import lab
import network
from firewall_house import (ACCEPTED, HELP, HELP_ZONE, KEPT, SERVER, SERVER6, FirewallTest,
                            Stream, flows, seconds_until_reset)

class Stopped(FirewallTest):
    def setUp(self):
        self.net.router.run("conntrack", "-F", check=False)
        with self.net.internet.inside():
            Stream(self, 8080)
            Stream(self, 8081, (HELP,))

    def films(self, device, *addresses):
        """Downloads that the gate has let through."""
        films = [self.connect(device, address, 8080) for address in addresses]
        for film in films:
            self.assertTrue(flows(film))
        self.wait_until_marked(self.net.router, ACCEPTED, 8080)
        return films

    def order(self, *words):
        done = self.net.router.haetae(*words, "--config", str(self.net.router.filter.config_path))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_pause_ends_running_downloads_of_the_child_alone(self):
        self.start()
        child, other = self.net.child_a, self.net.child_b
        child.ask(f"www.{HELP_ZONE}")
        films = self.films(child, SERVER, SERVER6)
        help_line = self.connect(child, HELP, 8081)
        (parents,) = self.films(other, SERVER)
        self.assertTrue(flows(help_line))
        self.wait_until_marked(self.net.router, KEPT, 8081)
        self.order("pause", "minji", "30m")
        for one in films:
            self.assertLess(seconds_until_reset(one), 2)
        for one in (help_line, parents):
            self.assertTrue(flows(one), "what may go on does")
        self.order("resume", "minji")
        lab.wait_until(lambda: "elements" not in self.net.router.run(
            "nft", "list", "set", "inet", "haetae", "stopped_macs").stdout, "the stop's end", 2)
        self.assertTrue(flows(self.connect(child, SERVER, 8080), 1.5))

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
        for _ in range(10):  # after some octets the server alone speaks
            server_side.sendall(bytes(100))
            time.sleep(0.02)
        call.sendto(b"hello", peer)
        self.assertEqual(phone.recv(100), b"hello")
        self.wait_until_marked(self.net.router, ACCEPTED, 8082, 8083)
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
        child.fresh_temporary6(self.net.router.lan.prefix6)
        (film,) = self.films(child, SERVER6)
        self.order("pause", "minji", "30m")
        self.assertLess(seconds_until_reset(film), 2)
        child.fresh_temporary6(self.net.router.lan.prefix6)
        with self.assertRaises(OSError):
            self.assertFalse(flows(self.connect(child, SERVER6, 8080), 2))
            raise ConnectionResetError

    def test_a_stranger_is_stopped_with_the_default_profile(self):
        self.start()
        stranger = self.net.stranger
        (film,) = self.films(stranger, SERVER)
        self.order("pause", "minji", "30m")
        self.assertLess(seconds_until_reset(film), 2)

    def test_a_stop_holds_for_no_longer_than_an_open_filter_lives(self):
        running = self.start({"when_down": "open"})
        self.order("pause", "minji", "30m")
        time.sleep(1)
        running.kill()
        time.sleep(3.5)
        self.assertTrue(flows(self.connect(self.net.child_a, SERVER, 8080)))

    def test_bedtime_begins_during_a_download(self):
        clock = clocks.Clock(lab.Folder(self.addCleanup), clocks.seoul(20, 59))
        profiles = {"minji": {"schedule": [{"bedtime": ["21:00-07:00"]}]}, "parents": {}}
        self.net.router.start_filter(self.config(profiles=profiles), env=clock.environment())
        (film,) = self.films(self.net.child_a, SERVER)
        clock.set(clocks.seoul(20, 59, 59))
        clock.wait_until(clocks.seoul(21, 0))
        self.assertLess(seconds_until_reset(film), 2)


if __name__ == "__main__":
    network.main()
