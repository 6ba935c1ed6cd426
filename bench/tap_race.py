#!/usr/bin/env python3
"""How long after a blocked request a tap's reset is there: what a server's answer has to beat.

    bench/tap_race.py [--requests 300]

Needs root. In the house of tests/lab/tap_test.py a child asks a server that waits for a name that is
blocked, again and again; printed is the time from its request to the reset, in milliseconds.
"""

import argparse
import statistics
import sys
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/lab"))
import tap_test  # noqa: E402

PAUSE_S = 0.02


class Race(tap_test.Tapped):
    requests = 300

    def runTest(self):
        self.start_listening(enforce=True, reset_interface="eth0")
        self.serve(80)
        took_ms = sorted(self.one() for _ in range(self.requests))
        print(f"{len(took_ms)} requests; ms to the reset: median {statistics.median(took_ms):.2f}, "
              f"9 of 10 within {took_ms[len(took_ms) * 9 // 10]:.2f}, longest {took_ms[-1]:.2f}")

    def one(self):
        connection = self.connect(tap_test.SERVER, 80)
        time.sleep(PAUSE_S)  # until the handshake's packets are judged
        began = time.monotonic()
        with self.assertRaises(ConnectionResetError):
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {tap_test.BLOCKED}\r\n\r\n".encode())
            connection.recv(4096)
        connection.close()
        return (time.monotonic() - began) * 1000


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=Race.requests)
    Race.requests = parser.parse_args().requests
    unittest.TextTestRunner().run(unittest.TestSuite([Race()]))
