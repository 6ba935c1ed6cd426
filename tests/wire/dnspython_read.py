"""Reads DNS packets with dnspython and says what it saw, a line a thing, for tests to compare.

usage: dnspython_read.py walk FOLDER      what dnspython reads in every file of the folder
       dnspython_read.py same BEFORE AFTER  do the answers in AFTER say what those in BEFORE say?
       dnspython_read.py names FOLDER     the names in presentation form, as wire form

walk prints, tab-separated:
  P file
  Q name type class             a question
  R owner type class ttl size   a record's fixed part, in order, as far as dnspython came
  V index value                 what stands in record `index`, for the types that Haetae reads
  E ok | E exception            whether dnspython took the whole message
Names are lower-case wire form in hexadecimal, so that no notation can differ.
"""

import sys
from pathlib import Path

import dns.message
import dns.name
import dns.rdatatype
import dns.wire

T = dns.rdatatype


class TracingParser(dns.wire.Parser):
    """dnspython's own parser, which also notes what it reads."""

    def __init__(self, wire, current=0):
        super().__init__(wire, current)
        self.questions, self.records, self.values = [], [], {}
        self.question_count = 0
        self.last_name = None

    def get_name(self, origin=None):
        self.last_name = super().get_name(origin)
        return self.last_name

    def get_struct(self, form):
        values = super().get_struct(form)
        if form == "!HHHHHH":
            self.question_count = values[2]
        elif form == "!HH" and len(self.questions) < self.question_count and not self.records:
            self.questions.append((hex_of(self.last_name), *values))
        elif form == "!HHIH":
            self.records.append((hex_of(self.last_name), *values))
        return values


dns.wire.Parser = TracingParser


def hex_of(name):
    return name.canonicalize().to_wire().hex()


def value_of(rdata):
    """What Haetae reads of a record, or None for types that it does not look into."""
    if rdata.rdtype in (T.A, T.AAAA) and rdata.rdclass == 1:
        return rdata.to_wire().hex()
    if rdata.rdtype in (T.CNAME, T.NS, T.PTR, T.DNAME):
        return hex_of(rdata.target)
    if rdata.rdtype == T.SOA:
        numbers = (rdata.serial, rdata.refresh, rdata.retry, rdata.expire, rdata.minimum)
        return " ".join([hex_of(rdata.mname), hex_of(rdata.rname), *map(str, numbers)])
    if rdata.rdtype in (T.SVCB, T.HTTPS) and rdata.rdclass == 1:
        keys = " ".join(str(int(key)) for key in sorted(rdata.params))
        return f"{rdata.priority} {hex_of(rdata.target)} {keys}".rstrip()
    if rdata.rdtype == T.RRSIG:
        return str(int(rdata.type_covered))
    return None


def read(wire):
    """(parser, error): what dnspython read, and why it stopped."""
    made = []
    original_init = dns.message._WireReader.__init__
    original_rdata = dns.rdata.from_wire_parser

    def noting_init(self, *args, **kwargs):
        original_init(self, *args, **kwargs)
        made.append(self.parser)

    def noting_rdata(rdclass, rdtype, parser, origin=None):
        index = len(parser.records) - 1
        rdata = original_rdata(rdclass, rdtype, parser, origin)
        if parser.current == parser.end:
            parser.values[index] = value_of(rdata)
        return rdata

    dns.message._WireReader.__init__ = noting_init
    dns.rdata.from_wire_parser = noting_rdata
    try:
        dns.message.from_wire(wire, one_rr_per_rrset=True)
        error = "ok"
    except Exception as exception:  # whatever it refuses with is its answer
        error = type(exception).__name__
    finally:
        dns.message._WireReader.__init__ = original_init
        dns.rdata.from_wire_parser = original_rdata
    return made[0], error


def walk(folder):
    for path in sorted(Path(folder).iterdir()):
        parser, error = read(path.read_bytes())
        print("P", path.name, sep="\t")
        for question in parser.questions:
            print("Q", *question, sep="\t")
        for record in parser.records:
            print("R", *record, sep="\t")
        for index, value in sorted(parser.values.items()):
            if value is not None:
                print("V", index, value, sep="\t")
        print("E", error, sep="\t")


DROPPED = {T.OPT, T.RRSIG, T.NSEC, T.NSEC3}
DROPPED_AT_THE_END = {T.TSIG, T.TKEY, T.SIG}


def said(message, asked):
    """What a message says, in a form that does not depend on compression."""
    lines = []
    for number, section in enumerate(message.sections[1:]):
        for rrset in section:
            explicit = number == 0 and asked in (rrset.rdtype, T.ANY)
            if rrset.rdtype in DROPPED and not explicit:
                continue
            if number == 2 and rrset.rdtype in DROPPED_AT_THE_END:
                continue
            for rdata in rrset:
                # Canonical form (RFC 4034, section 6.2): a pointer to a name in other letter case
                # says the same.
                data = rdata.to_digestable(origin=dns.name.root).hex()
                lines.append((number, hex_of(rrset.name), int(rrset.rdtype), rrset.ttl, data))
    return lines


def same(before, after):
    """Prints the name of every pair and: same, differs, unreadable (after) or skipped (before)."""
    for path in sorted(Path(after).iterdir()):
        try:
            old = dns.message.from_wire((Path(before) / path.name).read_bytes(),
                                        one_rr_per_rrset=True)
        except Exception as exception:
            print(path.name, "skipped", type(exception).__name__, sep="\t")
            continue
        try:
            new = dns.message.from_wire(path.read_bytes(), one_rr_per_rrset=True)
        except Exception as exception:
            print(path.name, "unreadable", type(exception).__name__, sep="\t")
            continue
        asked = old.question[0].rdtype
        agree = old.question == new.question and said(old, asked) == said(new, asked)
        print(path.name, "same" if agree else "differs", "", sep="\t")


def names(folder):
    """Each file is a name in presentation form; prints its name and the wire form or the error."""
    for path in sorted(Path(folder).iterdir()):
        text = path.read_bytes().decode("latin-1")
        try:
            result = hex_of(dns.name.from_text(text))
        except Exception as exception:
            result = type(exception).__name__
        print(path.name, result, sep="\t")


if __name__ == "__main__":
    {"walk": walk, "same": same, "names": names}[sys.argv[1]](*sys.argv[2:])
