"""A wall clock that a test may set under a running filter."""

import datetime
import math
import os
import struct
import time

import lab

# Made of tests/lab/set_clock.cc, beside the program.
LIBRARY = lab.HAETAE.parent / "libhaetae_set_clock.so"


class Clock:
    """The wall clock that a filter is started with. Whole seconds apart from the machine's, so that
    seconds begin together."""

    def __init__(self, folder, at=None):
        self.path = folder.path / "clock"
        self.path.write_bytes(bytes(8))
        self.offset_s = 0
        self.set(at) if at else self.shift(0)

    def set(self, at):
        """at: a datetime with a zone. It is that time then, or up to a second later."""
        self.shift(math.ceil(at.timestamp() - self.time()))

    def shift(self, by_s):
        self.offset_s += by_s
        with open(self.path, "r+b") as file:
            file.write(struct.pack("=q", self.offset_s))  # in place: the program has it mapped

    def time(self):
        """Seconds since 1970, as the filter sees them."""
        return time.time() + self.offset_s

    def wait_until(self, at):
        time.sleep(max(0.0, at.timestamp() - self.time()))

    def environment(self):
        """For the filter's process."""
        if not LIBRARY.exists():
            raise AssertionError(f"{LIBRARY} is missing: build the target haetae_set_clock")
        options = os.environ.get("ASAN_OPTIONS", "")
        return {**os.environ, "LD_PRELOAD": str(LIBRARY), "HAETAE_CLOCK_OFFSET": str(self.path),
                "ASAN_OPTIONS": f"verify_asan_link_order=0:{options}"}


def seoul(hour, minute, second=0, day=4):
    """A moment in March 2027, in Seoul; the 4th is a Thursday."""
    zone = datetime.timezone(datetime.timedelta(hours=9))
    return datetime.datetime(2027, 3, day, hour, minute, second, tzinfo=zone)
