"""The same with QUIC's Initials."""

import random
import time

import packet_writer
import quic_writer
from attempts import APART_S, BEFORE_SERVER, Trick
from packet_writer import DESTINATION_OPTIONS, HOP_BY_HOP


def quic_whole(a):
    a.datagrams().put(a.initial((0, None)))


def quic_shuffled(a):
    """One packet of many CRYPTO frames in no order, with pings between."""
    octets = a.quic_octets()
    parts = [quic_writer.crypto(at, octets[at:at + 20]) for at in range(0, len(octets), 20)]
    random.Random(7).shuffle(parts)
    a.datagrams().put(a.initial(quic_writer.PING.join(parts)))


def quic_split(order):
    """Two datagrams, cut inside the name."""
    def send(a):
        at = a.quic_octets().index(a.host.encode()) + 3
        both = [a.initial((0, at)), a.initial((at, None), number=1)]
        quic = a.datagrams()
        for i in order:
            quic.put(both[i])
    return send


def quic_overlapping(a):
    octets = a.quic_octets()
    at = octets.index(a.host.encode())
    a.datagrams().put(a.initial(quic_writer.crypto(at - 10, octets[at - 10:]) +
                                quic_writer.crypto(0, octets[:at + 10])))


def quic_junk_first(is_same_id):
    def send(a):
        quic = a.datagrams()
        junk = a.initial(quic_writer.PING, destination_id=None if is_same_id else
                         quic_writer.fresh_id(), number=9)
        quic.put(junk[:200] + random.randbytes(len(junk) - 200))
        quic.put(a.initial((0, None)))
    return send


def quic_many_junk(a):
    quic = a.datagrams()
    for _ in range(12):
        junk = a.initial(quic_writer.PING, destination_id=quic_writer.fresh_id())
        quic.put(junk[:100] + random.randbytes(len(junk) - 100))
    quic.put(a.initial((0, None)))


def quic_decoy(id_size=8, **how):
    """An Initial with an allowed name that the server throws away. id_size: of a connection id of
    its own; None: it has the real one's."""
    packet = {k: how.pop(k) for k in ("size", "version") if k in how}

    def send(a):
        quic = a.datagrams()
        decoy_id = quic_writer.fresh_id(id_size) if id_size else None
        quic.put(a.initial((0, None), a.decoy, decoy_id, **packet), **how)
        time.sleep(APART_S)
        quic.put(a.initial((0, None)))
    return send


def quic_grease_version(a):
    """As clients try versions: the server lists its own, and the client takes one of them."""
    quic = a.datagrams()
    quic.put(a.initial((0, None), version=quic_writer.GREASE_VERSION))
    quic.next(1)
    quic.put(a.initial((0, None)))


def quic_coalesced(a):
    at = a.quic_octets().index(a.host.encode()) + 3
    parts = [a.initial((0, at), size=None), a.initial((at, None), number=1, size=None)]
    parts.append(a.initial(quic_writer.PING, number=2,
                           size=quic_writer.DATAGRAM_BYTES - sum(map(len, parts))))
    a.datagrams().put(b"".join(parts))


def quic_coalesced_decoy(a):
    """The second packet of the datagram belongs to another connection."""
    parts = [a.initial((0, None), a.decoy, size=None)]
    parts.append(a.initial((0, None), None, quic_writer.fresh_id(),
                           size=quic_writer.DATAGRAM_BYTES - len(parts[0])))
    a.datagrams().put(b"".join(parts))


def quic_second_connection(a):
    """After an allowed one, from the same port."""
    quic = a.datagrams()
    quic.put(a.initial((0, None), a.decoy, quic_writer.fresh_id()))
    quic.next(1)
    time.sleep(APART_S)
    quic.put(a.initial((0, None)))


def quic_fragments(a):
    datagram = a.initial((0, None))
    a.datagrams().put(datagram, pieces=packet_writer.in_pieces(8 + len(datagram), 104))


def quic_extensions(a):
    a.datagrams().put(a.initial((0, None)), extensions=(HOP_BY_HOP, DESTINATION_OPTIONS))


TRICKS = [
    Trick("QUIC hello in one datagram", "quic", quic_whole),
    Trick("QUIC hello in one datagram, IPv6", "quic", quic_whole, version=6),
    Trick("shuffled CRYPTO frames", "quic", quic_shuffled),
    Trick("CRYPTO split over two datagrams", "quic", quic_split((0, 1))),
    Trick("CRYPTO split, second datagram first", "quic", quic_split((1, 0))),
    Trick("CRYPTO frames that overlap", "quic", quic_overlapping),
    Trick("junk Initial first", "quic", quic_junk_first(True), is_natural=False),
    Trick("junk Initial of another id first", "quic", quic_junk_first(False), is_natural=False),
    Trick("twelve junk Initials first", "quic", quic_many_junk, is_natural=False),
    Trick("decoy with low TTL", "quic", quic_decoy(ttl=BEFORE_SERVER), is_natural=False),
    Trick("decoy with bad checksum", "quic", quic_decoy(spoilt=True), is_natural=False),
    Trick("decoy in a short datagram", "quic", quic_decoy(size=None), is_natural=False),
    Trick("decoy of the same id with low TTL", "quic", quic_decoy(None, ttl=BEFORE_SERVER),
          is_natural=False, needs_strict=True),
    Trick("decoy of the same id with bad checksum", "quic", quic_decoy(None, spoilt=True),
          is_natural=False),
    Trick("decoy of the same id in a short datagram", "quic", quic_decoy(None, size=None),
          is_natural=False),
    Trick("decoy with a short connection id", "quic", quic_decoy(id_size=4), is_natural=False),
    Trick("decoy of a version that the server lacks", "quic",
          quic_decoy(version=quic_writer.DRAFT27), is_natural=False),
    Trick("decoy of a version that nobody knows", "quic",
          quic_decoy(version=0x5a5b5c5d), is_natural=False),
    Trick("version negotiation", "quic", quic_grease_version),
    Trick("coalesced Initials", "quic", quic_coalesced),
    Trick("coalesced with a decoy's Initial", "quic", quic_coalesced_decoy, is_natural=False,
          works=False),
    Trick("second connection from the same port", "quic", quic_second_connection),
    Trick("IPv4 fragments", "quic", quic_fragments),
    Trick("IPv6 options", "quic", quic_extensions, version=6),

]
