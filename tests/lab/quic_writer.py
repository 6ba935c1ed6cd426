"""QUIC Initial packets made by hand (RFC 9000, RFC 9001, RFC 9369): a real client's hello, sealed
anew in whatever frames, packets and datagrams."""

import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION1, VERSION2, DRAFT27 = 0x00000001, 0x6b3343cf, 0xff00001b
GREASE_VERSION = 0x1a2a3a4a
DATAGRAM_BYTES = 1200
PADDING, PING = b"\x00", b"\x01"
SALTS = {VERSION1: "38762cf7f55934b34d179ae6a4c80cadccbb7f0a",
         VERSION2: "0dede3def700a6db819381be6e269dcbf9bd2ed9",
         DRAFT27: "c3eef712c72ebb5a11a7d2432bb46365bef9f502"}


def varint(number):
    if number < 1 << 6:
        return bytes((number,))
    return struct.pack("!H", number | 0x4000) if number < 1 << 14 else \
        struct.pack("!I", number | 0x80000000)


def read_varint(octets, at):
    size = 1 << (octets[at] >> 6)
    number = int.from_bytes(octets[at:at + size], "big") & (1 << 8 * size - 2) - 1
    return number, at + size


def expand(secret, label, size):
    """HKDF-Expand-Label (RFC 8446, section 7.1) with no context, of one block at most."""
    label = b"tls13 " + label
    info = struct.pack("!HB", size, len(label)) + label + b"\x00\x01"
    return hmac.new(secret, info, hashlib.sha256).digest()[:size]


class Keys:
    """A client's keys of Initials that go to a connection id (RFC 9001, section 5.2)."""

    def __init__(self, destination_id, version=VERSION1):
        salt = bytes.fromhex(SALTS.get(version, SALTS[VERSION1]))
        first = hmac.new(salt, destination_id, hashlib.sha256).digest()
        client = expand(first, b"client in", 32)
        label = b"quicv2 " if version == VERSION2 else b"quic "
        self.aead = AESGCM(expand(client, label + b"key", 16))
        self.iv = expand(client, label + b"iv", 12)
        self._head_key = expand(client, label + b"hp", 16)

    def nonce(self, number):
        return bytes(a ^ b for a, b in zip(self.iv, number.to_bytes(12, "big")))

    def mask(self, sample):
        return Cipher(algorithms.AES(self._head_key), modes.ECB()).encryptor().update(sample)


def crypto(offset, octets):
    """A CRYPTO frame."""
    return b"\x06" + varint(offset) + varint(len(octets)) + octets


def initial(destination_id, source_id, frames, number=0, version=VERSION1, token=b"", size=None):
    """A sealed Initial. size: padded to so many octets; None: not at all."""
    def head_of(plain_bytes):
        kind = 0xd0 if version == VERSION2 else 0xc0
        return (struct.pack("!BI", kind | 1, version) + bytes((len(destination_id),)) +
                destination_id + bytes((len(source_id),)) + source_id + varint(len(token)) + token +
                struct.pack("!H", 0x4000 | 2 + plain_bytes + 16) + struct.pack("!H", number))
    if size:
        frames += PADDING * (size - len(head_of(0)) - len(frames) - 16)
    head, keys = head_of(len(frames)), Keys(destination_id, version)
    sealed = keys.aead.encrypt(keys.nonce(number), frames, head)
    mask = keys.mask(sealed[2:18])
    hidden = bytes(a ^ b for a, b in zip(head[-2:], mask[1:3]))
    return bytes((head[0] ^ mask[0] & 0x0f,)) + head[1:-2] + hidden + sealed


def open_initial(packet):
    """(source id, plaintext) of a client's first Initial of version 1."""
    at = 6 + packet[5]
    destination_id = packet[6:at]
    source_id = packet[at + 1:at + 1 + packet[at]]
    token_bytes, at = read_varint(packet, at + 1 + packet[at])
    size, at = read_varint(packet, at + token_bytes)
    keys = Keys(destination_id)
    mask = keys.mask(packet[at + 4:at + 20])
    first = packet[0] ^ mask[0] & 0x0f
    number_bytes = (first & 3) + 1
    number = bytes(a ^ b for a, b in zip(packet[at:at + number_bytes], mask[1:]))
    head = bytes((first,)) + packet[1:at] + number
    return source_id, keys.aead.decrypt(keys.nonce(int.from_bytes(number, "big")),
                                        packet[at + number_bytes:at + size], head)


def crypto_of(plaintext):
    """{offset: octets} of the CRYPTO frames among padding and pings."""
    found, at = {}, 0
    while at < len(plaintext):
        if plaintext[at] in (0, 1):
            at += 1
            continue
        if plaintext[at] != 6:
            raise AssertionError(f"frame {plaintext[at]} in a hello")
        offset, at = read_varint(plaintext, at + 1)
        size, at = read_varint(plaintext, at)
        found[offset] = plaintext[at:at + size]
        at += size
    return found


class Hello:
    """What a real client says first, for any name. datagrams: its first ones; name: theirs."""

    def __init__(self, datagrams, name):
        parts = {}
        for datagram in datagrams:
            self.source_id, plaintext = open_initial(datagram)
            parts.update(crypto_of(plaintext))
        self._octets = b"".join(octets for _, octets in sorted(parts.items()))
        self._name = name
        if self._octets.count(name) != 1 or \
                len(self._octets) != 4 + int.from_bytes(self._octets[1:4], "big"):
            raise AssertionError("not the whole hello")

    def with_name(self, name):
        """The TLS message (RFC 8446, section 4.1.2) with every length that the name changes."""
        more, at = len(name) - len(self._name), self._octets.index(self._name)
        extensions = 4 + 2 + 32  # behind head, version and random: three lists, then they
        for length_bytes in (1, 2, 1):
            size = int.from_bytes(self._octets[extensions:extensions + length_bytes], "big")
            extensions += length_bytes + size
        out = bytearray(self._octets)
        # Of the message, the extensions, the one with the name, its list, and the name.
        for place, size in ((1, 3), (extensions, 2), (at - 7, 2), (at - 5, 2), (at - 2, 2)):
            value = int.from_bytes(out[place:place + size], "big") + more
            out[place:place + size] = value.to_bytes(size, "big")
        return bytes(out).replace(self._name, name)


def fresh_id(size=8):
    return os.urandom(size)
