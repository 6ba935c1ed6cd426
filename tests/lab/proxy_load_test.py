"""What is big, slow or many passes through the web proxy: its memory stays small, and nobody waits
for somebody else."""

import hashlib
import os
import re
import select
import socket
import statistics
import subprocess
import sys
import time
import unittest

import lab
from proxy_house import House
from proxy_servers import read_answer

GIGABYTE = 1 << 30
BLOCK_BYTES = 1 << 20
PAGE = ("<html><head><title>Cats</title></head><body>"
        + "<p>The kind cat sat on the mat.</p>\n" * 2000)
FAIR = lab.ROOT / "bench/proxy_fair.py"


def write_gigabyte(path):
    """Of which no two blocks are the same; returns its SHA-1."""
    digest = hashlib.sha1()
    noise = os.urandom(BLOCK_BYTES - 8)
    with open(path, "wb") as file:
        for number in range(GIGABYTE // BLOCK_BYTES):
            block = number.to_bytes(8, "big") + noise
            digest.update(block)
            file.write(block)
    return digest.digest()


class Load(House):
    PROFILE = {"age": 8, "undecidable": "block"}

    @classmethod
    def files(cls):
        return {"64k.html": PAGE[:65536], "8m.html": PAGE * (8 * 1024 * 1024 // len(PAGE)),
                "a.html": PAGE[:2000]}

    def resident(self):
        return lab.resident_bytes(self.filter.pid(), "VmRSS")

    def open_from(self, address):
        connection = socket.socket()
        self.addCleanup(connection.close)
        connection.settimeout(20)
        # The kernel is to keep little for a reader who does not read.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        connection.bind((address, 0))
        connection.connect(("127.0.0.1", self.proxy))
        return connection

    def median_ms(self, address, times=40):
        """How long a page takes to come."""
        connection = self.open_from(address)
        took = []
        for _ in range(times):
            began = time.monotonic()
            connection.sendall(self.request(path="/a.html"))
            self.assertEqual(read_answer(connection)[0], 200)
            took.append((time.monotonic() - began) * 1000)
        return statistics.median(took)

    def test_a_gigabyte_comes_whole_while_the_filter_is_reloaded(self):
        expected = write_gigabyte(self.web_folder.path / "www/1g")
        self.addCleanup((self.web_folder.path / "www/1g").unlink)
        self.filter.reload()  # what that takes is not of the download
        connection = self.open()
        connection.sendall(self.request(path="/1g"))
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        body = head.split(b"\r\n\r\n", 1)[1]
        digest, got = hashlib.sha1(body), len(body)
        before, began = self.resident(), time.monotonic()
        room = memoryview(bytearray(BLOCK_BYTES))
        reloads = [GIGABYTE // 4, GIGABYTE // 2]
        most = before
        while got < GIGABYTE:
            more = connection.recv_into(room)
            self.assertTrue(more, f"ended after {got} octets")
            digest.update(room[:more])
            got += more
            if reloads and got > reloads[0]:
                most = max(most, self.resident())
                self.assertIn("haetae: reloaded", self.filter.reload())
                reloads.pop(0)
        took = time.monotonic() - began
        most = max(most, self.resident())
        self.assertEqual((got, digest.digest()), (GIGABYTE, expected))
        print(f"\n1 GB in {took:.1f} s, two reloads; {(most - before) / 1e6:.1f} MB more",
              file=sys.stderr)
        self.assertLess(most - before, 40 << 20)

    def test_slow_readers_neither_fill_memory_nor_slow_another_child(self):
        alone = self.median_ms("127.0.0.3")
        before = self.resident()
        readers = [self.open_from("127.0.0.2") for _ in range(40)]
        for reader in readers:
            reader.sendall(self.request(path="/8m.html"))
        end = time.monotonic() + 3
        beside = []
        while time.monotonic() < end:
            for reader in readers:  # 1 KiB a second
                self.assertTrue(reader.recv(256))
            beside.append(self.median_ms("127.0.0.3", 10))
            time.sleep(max(0, 0.25 - sum(beside[-1:]) / 100))
        more = self.resident() - before
        print(f"\n40 slow readers: {more / 1e6:.1f} MB, a page of another child takes "
              f"{statistics.median(beside):.1f} ms ({alone:.1f} alone)", file=sys.stderr)
        self.assertLess(more, 40 * 400_000)
        self.assertLess(statistics.median(beside), 3 * alone + 5)
        # All of it is still there for who reads on.
        poller = select.poll()
        poller.register(readers[0], select.POLLIN)
        got = 0
        while got < 1 << 20:
            self.assertTrue(poller.poll(20_000))
            got += len(readers[0].recv(65536))

    def test_two_thousand_connections_have_their_share(self):
        before = self.resident()
        # A page that is not looked at would be closed to this child, and its connection with it.
        done = subprocess.run(
            [FAIR, "--proxy", f"127.0.0.1:{self.proxy}", "--active", "2000", "--addresses", "20",
             "--url", f"http://127.0.0.1:{self.web}/64k.html", "--seconds", "8", "--pid",
             str(self.filter.pid())], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        print(f"\n{done.stdout.splitlines()[-1]}", file=sys.stderr)
        mean, slowest, rate = map(float, re.search(
            r"mean ([0-9.]+), slowest ([0-9.]+), ([0-9.]+) a second", done.stdout).groups())
        self.assertGreater(rate, 0)
        self.assertGreaterEqual(slowest, mean / 2)
        self.assertLess(lab.resident_bytes(self.filter.pid()) - before, 400 << 20)
        self.assertEqual(self.counter("haetae_proxy_bodies_undecidable_total"), 0)


if __name__ == "__main__":
    unittest.main()
