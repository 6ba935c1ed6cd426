#!/usr/bin/python3
"""Many connections to an explicit proxy at once: does each get its share, and what do they cost?

  bench/proxy_fair.py --proxy 127.0.0.1:8118 --url http://127.0.0.1:8181/1k.html [--active 2000]
                      [--idle 10000] [--seconds 10] [--pid PID] [--addresses 6]

--active connections ask for the URL again and again; the slowest and the mean of their counts are
printed. --idle ones are opened first and stay silent. --pid: of the proxy, for its memory. --addresses: of
loopback that the connections come from, in turns; one has no more than 28,000 ports."""

import argparse
import resource
import select
import socket
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--proxy", required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--active", type=int, default=2000)
    parser.add_argument("--idle", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--pid", type=int)
    parser.add_argument("--addresses", type=int, default=6)
    return parser.parse_args()


def resident_mb(pid):
    if pid is None:
        return 0
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def open_many(count, proxy, addresses):
    opened = []
    for number in range(count):
        connection = socket.socket()
        connection.bind((f"127.0.{1 + number % addresses}.1", 0))
        connection.connect(proxy)
        connection.setblocking(False)
        opened.append(connection)
    return opened


def ask_again_and_again(connections, request, seconds):
    """How many answers each connection had."""
    poller = select.epoll()
    by_number = {one.fileno(): one for one in connections}
    counts = dict.fromkeys(by_number, 0)
    want = dict.fromkeys(by_number, 0)
    for one in connections:
        poller.register(one, select.EPOLLIN)
        one.send(request)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for number, _ in poller.poll(0.1):
            octets = by_number[number].recv(262144)
            if not octets:
                raise SystemExit("the proxy closed a connection")
            if want[number] == 0:
                head, _, body = octets.partition(b"\r\n\r\n")
                length = next(line.split(b":")[1] for line in head.split(b"\r\n")
                              if line.lower().startswith(b"content-length"))
                want[number] = int(length) - len(body)
            else:
                want[number] -= len(octets)
            if want[number] == 0:
                counts[number] += 1
                by_number[number].send(request)
    return list(counts.values())


def main():
    wanted = arguments()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    host, port = wanted.proxy.rsplit(":", 1)
    authority = wanted.url.split("/")[2]
    request = f"GET {wanted.url} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode()
    print(f"before {resident_mb(wanted.pid):.1f} MB")
    idle = open_many(wanted.idle, (host, int(port)), wanted.addresses)
    time.sleep(1)
    print(f"{len(idle)} idle {resident_mb(wanted.pid):.1f} MB")
    if wanted.active > 0:
        active = open_many(wanted.active, (host, int(port)), wanted.addresses)
        counts = ask_again_and_again(active, request, wanted.seconds)
        mean = sum(counts) / len(counts)
        print(f"{len(counts)} active: mean {mean:.1f}, slowest {min(counts)}, "
              f"{sum(counts) / wanted.seconds:.0f} a second, {resident_mb(wanted.pid):.1f} MB")


if __name__ == "__main__":
    main()
