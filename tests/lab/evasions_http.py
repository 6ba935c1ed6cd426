"""The same with HTTP requests."""

import time

from attempts import APART_S, BEFORE_SERVER, Trick
from packet_writer import MD5


def request(**how):
    def send(a):
        a.open().say(a.head(**how))
    return send


def two_hosts(forbidden_first):
    def send(a):
        hosts = (a.host, a.decoy) if forbidden_first else (a.decoy, a.host)
        a.open().say(a.head(line="Host: {}\r\nHost: {}\r\n".replace("{}", hosts[0], 1)
                            .replace("{}", hosts[1], 1)))
    return send


def absolute_target(a):
    a.open().say(a.head(a.decoy, target=f"http://{a.host}/"))


def absolute_other(a):
    a.open().say(a.head(a.host, target=f"http://{a.decoy}/"))


def mixed_case_host(a):
    a.open().say(a.head(a.host.title(), line="hOsT: {}\r\n"))


def second_request(a):
    talk = a.open()
    talk.say(a.head(a.decoy))
    talk.listen(2, lambda: talk.received)
    talk.received = b""
    talk.say(a.head())


def pipelined(a):
    a.open().say(a.head(a.decoy) * 3 + a.head())


def pipelined_cut(a):
    octets = a.head(a.decoy) * 2 + a.head()
    at = octets.index(a.host.encode()) + 4
    talk = a.open()
    talk.say(octets[:at])
    talk.say(octets[at:])


def behind_body(a):
    body = (f"POST / HTTP/1.1\r\nHost: {a.decoy}\r\nTransfer-Encoding: chunked\r\n\r\n"
            "3\r\nabc\r\n0\r\n\r\n").encode()
    a.open().say(body + a.head())


def http_decoy(has_timestamps=False, **how):
    def send(a):
        talk = a.open(has_timestamps)
        talk.put(a.head(a.decoy), **how)
        time.sleep(APART_S)
        talk.say(a.head())
    return send


def long_head(a):
    head = f"GET / HTTP/1.1\r\n{'X-Fill: ' + 'x' * 4000}\r\n" + \
        f"{'Y-Fill: ' + 'y' * 7000}\r\n" + f"{'Z-Fill: ' + 'z' * 7000}\r\nHost: {a.host}\r\n\r\n"
    octets = head.encode()
    talk = a.open()
    for at in range(0, len(octets), 1400):
        talk.say(octets[at:at + 1400])


TRICKS = [
    Trick("request in one segment", "http", request()),
    Trick("mixed-case host and header", "http", mixed_case_host),
    Trick("host with a trailing dot", "http", request(line="Host: {}.\r\n")),
    Trick("host with a port", "http", request(line="Host: {}:80\r\n")),
    Trick("two Hosts, the forbidden first", "http", two_hosts(True), is_natural=False),
    Trick("two Hosts, the forbidden second", "http", two_hosts(False), is_natural=False),
    Trick("no space", "http", request(line="Host:{}\r\n")),
    Trick("tab", "http", request(line="Host:\t{}\t\r\n")),
    Trick("space before the colon", "http", request(line="Host : {}\r\n"), is_natural=False),
    Trick("folded line", "http", request(line="Host:\r\n {}\r\n"), is_natural=False),
    Trick("leading blank line", "http", request(before="\r\n")),
    Trick("leading bare newline", "http", request(before="\n"), is_natural=False),
    Trick("lines end in newlines alone", "http", request(line="Host: {}\n"), is_natural=False),
    Trick("absolute URI against Host", "http", absolute_target),
    Trick("Host against absolute URI", "http", absolute_other),
    Trick("keep-alive, second request", "http", second_request),
    Trick("pipelined requests", "http", pipelined),
    Trick("pipelined requests, cut inside the name", "http", pipelined_cut),
    Trick("behind a chunked body", "http", behind_body),
    Trick("decoy with low TTL", "http", http_decoy(ttl=BEFORE_SERVER), is_natural=False,
          needs_strict=True),
    Trick("decoy with md5 option", "http", http_decoy(options=MD5), is_natural=False,
          needs_strict=True),
    Trick("decoy with old timestamp", "http", http_decoy(True, clock_moves=-1 << 20),
          is_natural=False, needs_strict=True),
    Trick("decoy with bad checksum", "http", http_decoy(spoilt=True), is_natural=False),
    Trick("behind 18 KB of other headers", "http", long_head, is_natural=False),
]
