"""Helpers of the lab tests: the real program, started and asked as its users would.

Everything here runs on loopback with high ports and needs no root; network.py builds a whole house
of network namespaces, which does. The program under test is named by
$HAETAE, by default build/release/haetae. A build with sanitizers is slower: limits on time that an
issue does not name are relaxed for it.
"""

import atexit
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import dns.edns
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

ROOT = Path(__file__).resolve().parents[2]
HAETAE = Path(os.environ.get("HAETAE", ROOT / "build/release/haetae")).resolve()
IS_SANITIZED = b"__asan_init" in HAETAE.read_bytes()
PATIENCE_S = 120 if IS_SANITIZED else 30

# Where the program keeps state if a configuration does not say so, or cannot be read: never in the
# system's own folder.
_STATE = tempfile.mkdtemp(prefix="haetae-lab-state-")
atexit.register(shutil.rmtree, _STATE, ignore_errors=True)
os.environ["STATE_DIRECTORY"] = _STATE

# Compiled patterns of the first filter of a test, by their digest. To compile and to sync them is
# most of a start in a fresh folder: the filters that follow find them in theirs.
_PATTERNS = Path(tempfile.mkdtemp(prefix="haetae-lab-patterns-"))
atexit.register(shutil.rmtree, _PATTERNS, ignore_errors=True)

# Extended DNS Errors (RFC 8914).
EDE_STALE, EDE_FORGED, EDE_BOGUS, EDE_BLOCKED, EDE_FILTERED = 3, 4, 6, 15, 17
EDE_PROHIBITED, EDE_STALE_NXDOMAIN, EDE_NO_REACHABLE, EDE_NETWORK = 18, 19, 22, 23


def free_port():
    """A port that is free for UDP and TCP on both loopbacks, outside the range that the kernel
    hands out to others."""
    for _ in range(1000):
        port = random.randrange(20000, 32000)
        try:
            for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    with socket.socket(family, kind) as probe:
                        if family == socket.AF_INET6:
                            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                        probe.bind((address, port))
            return port
        except OSError:
            continue
    raise RuntimeError("no free port")


def wait_until(is_so, what, within_s=PATIENCE_S):
    """Returns the first true value of is_so(); fails after within_s."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        value = is_so()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {within_s} s")


class Folder:
    """A temporary folder; removed at the end of the test or class that made it."""

    def __init__(self, add_cleanup):
        self.path = Path(tempfile.mkdtemp(prefix="haetae-lab-"))
        add_cleanup(shutil.rmtree, self.path, ignore_errors=True)

    def write(self, name, content):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


def base_config(port, upstream_port, **changes):
    """A small home with one strict profile; changes replace whole sections."""
    config = {
        "site": {"name": "lab", "kind": "home", "timezone": "Asia/Seoul"},
        "workers": 2,
        "state": {"path": "state"},
        "dns": dns_section(port, upstream_port),
        "profiles": {"little": {"block": ["adult", "gambling"]}},
        "default_profile": "little",
    }
    config.update(changes)
    return config


def dns_section(port, upstream_port, **changes):
    section = {
        "listen": [f"127.0.0.1:{port}", f"[::1]:{port}"],
        "upstream": {"mode": "forward", "servers": [f"127.0.0.1@{upstream_port}"]},
    }
    section.update(changes)
    return section


# How base_config() says where state is, in as_text().
STATE_LINE = b'"path": "state"'


def as_text(config):
    """JSON is YAML too."""
    return config if isinstance(config, (str, bytes)) else json.dumps(config, indent=1)


class Process:
    """A child whose standard output and error stand in files."""

    def __init__(self, folder, arguments, name, **options):
        self.out_path = folder.path / f"{name}.out"
        self.err_path = folder.path / f"{name}.err"
        with open(self.out_path, "ab") as out, open(self.err_path, "ab") as err:
            self.child = subprocess.Popen(
                [str(a) for a in arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                cwd=folder.path, **options)

    def out(self):
        return self.out_path.read_text(errors="replace")

    def err(self):
        return self.err_path.read_text(errors="replace")

    def is_running(self):
        return self.child.poll() is None

    def send(self, number):
        self.child.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        """Ends it; returns its exit code (minus the signal's number if that killed it)."""
        if self.is_running():
            self.send(number)
        try:
            return self.child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise AssertionError(f"does not end after signal {number}: {self.err()}") from None

    def kill(self):
        if self.is_running():
            self.child.kill()
        self.child.wait()


class Filter:
    """`haetae serve` with a configuration of its own. prefix: words that stand before the program,
    as those that lead into a network namespace."""

    def __init__(self, add_cleanup, folder=None, prefix=(), program=HAETAE, **options):
        self.folder = folder or Folder(add_cleanup)
        self.config_path = self.folder.path / "haetae.yaml"
        self.prefix = prefix
        self.program = program
        self.options = options
        self.process = None
        add_cleanup(self.kill)

    def configure(self, config):
        self.folder.write("haetae.yaml", as_text(config))

    def launch(self):
        """Starts it and does not wait."""
        for old in ("serve.err", "serve.out"):
            (self.folder.path / old).unlink(missing_ok=True)
        self._lend_patterns()
        self.process = Process(self.folder, [*self.prefix, self.program, "serve", "--config",
                                             self.config_path], "serve", **self.options)
        return self

    def start(self, config=None):
        if config is not None:
            self.configure(config)
        # A resolver beside us may ask from the very port that we chose, for a moment.
        for tries_left in (2, 1, 0):
            self.launch()
            wait_until(lambda: self.is_ready() or not self.process.is_running(), "ready or an end")
            if self.is_ready():
                self._keep_patterns()
                return self
            if tries_left == 0 or "answers on this port already" not in self.err():
                break
            time.sleep(0.5)
        raise AssertionError(f"did not start: {self.err()}")

    def _lend_patterns(self):
        """Only into a folder that this user's filter is about to make as its state."""
        state = self.folder.path / "state"
        config = self.config_path.read_bytes() if self.config_path.is_file() else b""
        if state.exists() or "setpriv" in self.prefix or STATE_LINE not in config:
            return
        for path in _PATTERNS.iterdir():
            state.mkdir(exist_ok=True)
            shutil.copy(path, state)

    def _keep_patterns(self):
        for path in self.folder.path.glob("state/patterns-*.db"):
            if not (_PATTERNS / path.name).exists():
                shutil.copy(path, _PATTERNS)

    def is_ready(self):
        return "ready" in self.err().splitlines()

    def err(self):
        return self.process.err()

    def reload(self, config=None):
        """Sends SIGHUP; returns what it says about that, once it has."""
        said = len(self.err())
        if config is not None:
            self.configure(config)
        self.process.send(signal.SIGHUP)

        def outcome():
            text = self.err()[said:]
            done = "haetae: reloaded\n" in text or "haetae: not reloaded" in text
            return text if done and text.endswith("\n") else None
        return wait_until(outcome, "the outcome of a reload")

    def events(self):
        """The events that stand in its standard output so far."""
        return [json.loads(line) for line in self.process.out().splitlines()]

    def pid(self):
        return self.process.child.pid

    def stop(self):
        return self.process.stop()

    def kill(self):
        if self.process is not None:
            self.process.kill()


def run(*arguments, stdin=None, within_s=PATIENCE_S, prefix=(), **options):
    """A subcommand of the program; the result has returncode, stdout and stderr as text."""
    return subprocess.run([*prefix, str(HAETAE), *map(str, arguments)], input=stdin,
                          capture_output=True, text=True, timeout=within_s, check=False, **options)


def query(name, kind="A", edns=True, do=False, cd=False, ad=False, payload=1232):
    message = dns.message.make_query(name, kind, use_edns=0 if edns else -1, want_dnssec=do,
                                     payload=payload)
    if cd:
        message.flags |= dns.flags.CD
    if ad:
        message.flags |= dns.flags.AD
    return message


def ask(port, name, kind="A", server="127.0.0.1", tcp=False, source=None, within_s=PATIENCE_S,
        **how):
    """One question over UDP or TCP. Over UDP an answer from another address than the one asked is
    an error; a truncated one is returned as it is."""
    send = dns.query.tcp if tcp else dns.query.udp
    return send(query(name, kind, **how), server, port=port, source=source, timeout=within_s)


def rcode(reply):
    return dns.rcode.to_text(reply.rcode())


def errors(reply):
    """The Extended DNS Errors of a reply: code -> text."""
    return {int(o.code): o.text or "" for o in reply.options
            if isinstance(o, dns.edns.EDEOption)}


def records(reply, kind):
    """The data of all records of one type in the answer section, as text, sorted."""
    wanted = dns.rdatatype.from_text(kind)
    return sorted(data.to_text() for rrset in reply.answer if rrset.rdtype == wanted
                  for data in rrset)


def ttls(section):
    return [rrset.ttl for rrset in section]


def has(reply, flag):
    return bool(reply.flags & flag)


def resident_bytes(pid, field="VmHWM"):
    """The most memory that a running process ever held (VmHWM), or holds now (VmRSS)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    return 0


def data_folder(test):
    """The folder of real lists and captures; skips the test where there is none, and fails it where
    one was named."""
    named = os.environ.get("HAETAE_DATA")
    folder = Path(named) if named else ROOT.parent / "shared/data"
    if not folder.is_dir():
        if named:
            test.fail(f"HAETAE_DATA: no folder {named}")
        test.skipTest("NO REAL DATA: set HAETAE_DATA to the folder of lists and captures")
    return folder
