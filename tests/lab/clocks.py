"""A wall clock that a test may set under a running filter, and the stub resolver of a device."""

import datetime
import math
import os
import socket
import time

import lab

# Debian's libfaketime: what the program is told of the wall clock is the machine's plus an offset
# that stands in a file. Clocks that nobody sets (since boot, monotonic) stay as they are.
LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


class Clock:
    """The wall clock that a filter is started with. Whole seconds apart from the machine's, so that
    seconds begin together."""

    def __init__(self, folder, at=None):
        self.path = folder.path / "clock"
        self.offset_s = 0
        self.set(at) if at else self.shift(0)

    def set(self, at):
        """at: a datetime with a zone. It is that time then, or up to a second later."""
        self.shift(math.ceil(at.timestamp() - self.time()))

    def shift(self, by_s):
        self.offset_s += by_s
        beside = self.path.with_suffix(".new")
        beside.write_text(f"{self.offset_s:+d}\n")
        beside.rename(self.path)  # the program reads it at any moment

    def time(self):
        """Seconds since 1970, as the filter sees them."""
        return time.time() + self.offset_s

    def wait_until(self, at):
        time.sleep(max(0.0, at.timestamp() - self.time()))

    def environment(self):
        """For the filter's process."""
        preload = LIBRARY
        options = os.environ.get("ASAN_OPTIONS", "")
        return {**os.environ, "LD_PRELOAD": preload, "FAKETIME_NO_CACHE": "1",
                "FAKETIME_TIMESTAMP_FILE": str(self.path), "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "ASAN_OPTIONS": f"verify_asan_link_order=0:{options}"}


def seoul(hour, minute, second=0, day=4):
    """A moment in March 2027, in Seoul; the 4th is a Thursday."""
    zone = datetime.timezone(datetime.timedelta(hours=9))
    return datetime.datetime(2027, 3, day, hour, minute, second, tzinfo=zone)


class CachingStub:
    """unbound(8) as the resolver of a device: it asks the filter and remembers what it is told."""

    CONFIG = """
server:
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: "{folder}/unbound.pid"
    use-syslog: no
    do-daemonize: no
    module-config: "iterator"
    num-threads: 1
    interface: 127.0.0.1@{port}
    do-not-query-localhost: no
    local-zone: "example." nodefault
remote-control:
    control-enable: no
forward-zone:
    name: "."
    forward-addr: 127.0.0.1@{to}
"""

    def __init__(self, add_cleanup, to):
        self.port = lab.free_port()
        folder = lab.Folder(add_cleanup)
        folder.write("unbound.conf", self.CONFIG.format(folder=folder.path, port=self.port, to=to))
        self.process = lab.Process(folder, ["/usr/sbin/unbound", "-d", "-c", "unbound.conf"], "unbound")
        add_cleanup(self.process.kill)
        lab.wait_until(self._accepts, "unbound starts")

    def _accepts(self):
        if not self.process.is_running():
            raise AssertionError(f"unbound: {self.process.err()}")
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True
