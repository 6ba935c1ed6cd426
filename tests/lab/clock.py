"""A wall clock for one program under test, which a test sets as it likes (wall_clock.cc). It runs on
at its usual pace; the clocks that nobody sets (monotonic, since boot) are the machine's own."""

import datetime
import mmap
import os
import struct
import subprocess

import lab

SOURCE = lab.ROOT / "tests/lab/wall_clock.cc"


class Clock:
    """`start_filter(…, env=clock.environment)` gives a program this clock, and lab.run() likewise."""

    def __init__(self, add_cleanup):
        folder = lab.Folder(add_cleanup)
        library = folder.path / "wall_clock.so"
        subprocess.run(["c++", "-std=c++20", "-O1", "-shared", "-fPIC", SOURCE, "-o", library],
                       check=True)
        self._ahead = datetime.timedelta()
        with open(folder.write("offset", bytes(8)), "r+b") as file:
            self._offset = mmap.mmap(file.fileno(), 8)
        self.environment = {**os.environ, "LD_PRELOAD": str(library),
                            "WALL_CLOCK": str(folder.path / "offset"),
                            # A program with sanitizers wants its own library loaded first.
                            "ASAN_OPTIONS": "verify_asan_link_order=0"}

    def now(self):
        return datetime.datetime.now(datetime.timezone.utc) + self._ahead

    def set(self, moment):
        """moment: "2026-03-04T20:59:55+09:00"."""
        self.advance((datetime.datetime.fromisoformat(moment) - self.now()).total_seconds())

    def advance(self, seconds):
        """Jumps; backwards, if negative."""
        self._ahead += datetime.timedelta(seconds=seconds)
        nanos = self._ahead // datetime.timedelta(microseconds=1) * 1000
        self._offset[:] = struct.pack("=q", nanos)
