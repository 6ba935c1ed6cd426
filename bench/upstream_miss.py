#!/usr/bin/env python3
"""What a miss costs over TLS on a warm connection, beside libunbound's plain one, in the same run.

    bench/upstream_miss.py [QUERIES_A_SECOND…]

One daemon of one worker after the other, alone on core 0, asks the same unbound on core 1 for names
that nobody asked before. Printed is the processor time of the daemon for each query, median of the
rounds. Needs unbound, dnsperf and openssl.
"""

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/lab"))

import lab  # noqa: E402
from certificates import self_signed  # noqa: E402

RATES = [int(a) for a in sys.argv[1:]] or [2_000, 10_000]
ROUNDS, SECONDS = 5, 4

UNBOUND = """
server:
    interface: 127.0.0.1@{plain}
    interface: 127.0.0.1@{tls}
    port: {plain}
    tls-port: {tls}
    tls-service-pem: "{certificate.path}"
    tls-service-key: "{certificate.key}"
    access-control: 127.0.0.0/8 allow
    directory: "{folder}"
    chroot: ""
    username: ""
    pidfile: ""
    use-syslog: no
    verbosity: 0
    num-threads: 1
    module-config: "iterator"
    incoming-num-tcp: 100
    local-zone: "bench.example." redirect
    local-data: "bench.example. 300 A 192.0.2.1"
remote-control:
    control-enable: no
"""


def run_time_ns(pid):
    """Processor time of all threads so far, system time included."""
    return sum(int((task / "schedstat").read_text().split()[0])
               for task in Path(f"/proc/{pid}/task").iterdir())


def load(port, folder, rate, seconds, start):
    """New names only; returns how many were answered."""
    count = rate * seconds
    names = folder / "names"
    with open(names, "w") as file:
        file.writelines(f"n{start + i}.bench.example A\n" for i in range(count))
    out = subprocess.run(
        ["taskset", "-c", "1", "dnsperf", "-s", "127.0.0.1", "-p", str(port), "-d", names, "-Q",
         str(rate), "-q", "500", "-n", "1", "-l", str(seconds), "-c", "8"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout
    lost = int(re.search(r"Queries lost:\s+(\d+)", out).group(1))
    return int(re.search(r"Queries completed:\s+(\d+)", out).group(1)), lost


class Daemon:
    def __init__(self, add_cleanup, server):
        self.port = lab.free_port()
        self.filter = lab.Filter(add_cleanup)
        self.filter.start(lab.base_config(
            self.port, 0, workers=1, rules={"start_lists": False, "patterns": False},
            profiles={"little": {"log": "none"}}, log={"events": "events"},
            dns={"listen": [f"127.0.0.1:{self.port}"],
                 "upstream": {"servers": [server]}}))
        subprocess.run(["taskset", "-a", "-cp", "0", str(self.filter.pid())],
                       stdout=subprocess.DEVNULL, check=True)
        self.asked = 0

    def miss_us(self, folder, rate):
        """None if a query was lost: then the processor was taken away, and nothing is measured."""
        load(self.port, folder, rate, 1, self.asked)  # warms connections, tables and caches
        self.asked += rate
        before = run_time_ns(self.filter.pid())
        answered, lost = load(self.port, folder, rate, SECONDS, self.asked)
        self.asked += rate * SECONDS
        if lost > 0:
            return None
        return (run_time_ns(self.filter.pid()) - before) / answered / 1000


def main():
    cleanups = []
    add_cleanup = lambda call, *a, **k: cleanups.append((call, a, k))  # noqa: E731
    try:
        folder = lab.Folder(add_cleanup)
        certificate = self_signed(folder, "bench", "IP:127.0.0.1")
        plain, tls = lab.free_port(), lab.free_port()
        folder.write("unbound.conf", UNBOUND.format(plain=plain, tls=tls, folder=folder.path,
                                                    certificate=certificate))
        server = lab.Process(folder, ["taskset", "-c", "1", "/usr/sbin/unbound", "-d", "-c",
                                      "unbound.conf"], "unbound")
        add_cleanup(server.kill)
        time.sleep(1)
        daemons = {
            "plain": Daemon(add_cleanup, f"127.0.0.1@{plain}"),
            "tls": Daemon(add_cleanup, {"address": "127.0.0.1", "port": tls,
                                        "pins": [certificate.pin()]})}
        for rate in RATES:
            figures = {name: [] for name in daemons}
            for _ in range(ROUNDS):
                for name, daemon in daemons.items():
                    if (took_us := daemon.miss_us(folder.path, rate)) is None:
                        print(f"a round of {name} at {rate} a second lost queries: left out")
                    else:
                        figures[name].append(took_us)
            took = {name: statistics.median(each) for name, each in figures.items()}
            spread = {name: f"{min(each):.1f}-{max(each):.1f}" for name, each in figures.items()}
            print(f"{rate} a second: libunbound plain {took['plain']:.1f} us ({spread['plain']}), "
                  f"TLS {took['tls']:.1f} us ({spread['tls']}), "
                  f"ratio {took['tls'] / took['plain']:.2f}", flush=True)
    finally:
        for call, a, k in reversed(cleanups):
            call(*a, **k)


main()
