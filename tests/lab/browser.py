"""Chromium in a place of the lab, driven by Playwright (tests/web)."""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest import SkipTest

import lab

SOURCE = lab.ROOT / "tests/web"
HOME = lab.ROOT / "build/web"
CHROMIUM = Path("/usr/bin/chromium")
# Where a command in a network namespace finds its resolver (ip-netns(8)).
NETNS_ETC = Path("/etc/netns")

# Nothing goes out but what a page asks for.
QUIET = ("--disable-background-networking", "--disable-component-update", "--no-first-run",
         "--disable-sync", "--disable-default-apps", "--no-pings")


def need():
    """Installs Playwright as tests/web/package-lock.json pins it, once. Skips the test, loudly, where
    there is no Chromium or no Playwright to be had; where CI is true that is a failure."""
    HOME.mkdir(parents=True, exist_ok=True)
    with open(HOME / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run beside each other
        told = _lacking()
    if not told:
        return
    if os.environ.get("CI") == "true":
        raise AssertionError(told)
    print(f"\n*** BROWSER NOT RUN: {told} ***", file=sys.stderr)
    raise SkipTest(told)


def _lacking():
    if not CHROMIUM.exists():
        return "there is no Chromium; install Debian's package chromium"
    wanted = (SOURCE / "package-lock.json").read_bytes()
    installed = HOME / "installed-lock.json"
    if installed.exists() and installed.read_bytes() == wanted:
        return None
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SOURCE / name, HOME / name)
    try:
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HOME, timeout=120,
                              capture_output=True, text=True, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"Playwright cannot be installed: {error}"
    if done.returncode != 0:
        return f"Playwright cannot be installed: {done.stderr.strip()}"
    installed.write_bytes(wanted)
    return None


class Browser:
    """A child's browser on a device. resolver: who it asks, by default the device's router.
    certificate: one that it believes whoever signed it. arguments: more for Chromium."""

    def __init__(self, device, certificate=None, resolver=None, arguments=()):
        need()
        self.device = device
        self.arguments = [*QUIET, *arguments]
        if certificate:
            self.arguments.append(f"--ignore-certificate-errors-spki-list={certificate.pin()}")
        self._set_resolver(resolver or device.lan.address)

    def _set_resolver(self, address):
        folder = NETNS_ETC / self.device.name
        folder.mkdir(parents=True, exist_ok=True)
        self.device.add_cleanup(_remove, folder)
        (folder / "resolv.conf").write_text(f"nameserver {address}\n", encoding="ascii")

    def visit(self, *urls, seconds=15, arguments=()):
        """What came of each page, opened in a fresh browser: ok, status, error (as
        "ERR_CONNECTION_RESET"), text, protocol ("h2", "h3"), seconds. A URL, or what visit.mjs
        takes."""
        pages = _visit(self.device.run, self.device.add_cleanup, [*self.arguments, *arguments],
                       [{"seconds": seconds, **({"url": one} if isinstance(one, str) else one)}
                        for one in urls])
        return pages[0] if len(pages) == 1 else pages


def visit_loopback(add_cleanup, port, visits):
    """Pages of a listener on loopback, whatever their host: each of visits is what visit.mjs takes,
    without `seconds`."""
    need()

    def run(*words, within_s, **how):
        return subprocess.run([str(word) for word in words], timeout=within_s, text=True,
                              capture_output=True, check=True, **how)
    arguments = [*QUIET, f"--host-resolver-rules=MAP * 127.0.0.1:{port}"]
    return _visit(run, add_cleanup, arguments, [{"seconds": 15, **one} for one in visits])


def _visit(run, add_cleanup, arguments, visits):
    asked = {"modules": str(HOME), "arguments": arguments, "visits": visits}
    home = lab.Folder(add_cleanup)
    done = run("env", f"HOME={home.path}", "node", SOURCE / "visit.mjs", input=json.dumps(asked),
               within_s=60 + sum(one["seconds"] for one in visits))
    return [SimpleNamespace(**one) for one in json.loads(done.stdout)]


def _remove(folder):
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()  # if nobody else has one
