"""An authority of the lab and the certificates that it signs, made by openssl's own commands."""

import base64
import hashlib
import subprocess
from datetime import datetime, timedelta, timezone

import lab

CONFIG = """
[ca]
default_ca = lab
[lab]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = anything
copy_extensions = copy
[anything]
commonName = optional
"""


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"openssl {arguments[0]}: {done.stderr.decode()}")
    return done.stdout


def when(days):
    """So many days from now, as openssl writes times."""
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


class Certificate:
    """Files of a certificate and its key."""

    def __init__(self, path, key):
        self.path, self.key = path, key

    def pin(self):
        """As RFC 7858, section 4.2, has it."""
        key = openssl("x509", "-in", self.path, "-noout", "-pubkey")
        der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=key,
                             capture_output=True, check=True).stdout
        return base64.b64encode(hashlib.sha256(der).digest()).decode()


def self_signed(folder, stem, alt, days=30):
    """alt: subject alternative names, as "DNS:dot.example,IP:127.0.0.1"."""
    path, key = folder.path / f"{stem}.pem", folder.path / f"{stem}.key"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", key, "-out", path, "-subj", f"/CN={stem}", "-days", days,
            "-addext", f"subjectAltName={alt}")
    return Certificate(path, key)


class Authority:
    def __init__(self, add_cleanup, name="Lab authority"):
        self.folder = lab.Folder(add_cleanup)
        self.folder.write("index", "")
        self.config = self.folder.write("ca.conf", CONFIG.format(folder=self.folder.path))
        self.path, self.key = self.folder.path / "ca.pem", self.folder.path / "ca.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", self.key, "-out", self.path, "-subj", f"/CN={name}", "-days", 30)

    def issue(self, stem, alt, from_days=-1, to_days=30):
        """A certificate that is valid from and to so many days from now."""
        path, key = self.folder.path / f"{stem}.pem", self.folder.path / f"{stem}.key"
        request = self.folder.path / f"{stem}.csr"
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", key, "-out", request, "-subj", f"/CN={stem}",
                "-addext", f"subjectAltName={alt}")
        openssl("ca", "-batch", "-notext", "-config", self.config, "-cert", self.path,
                "-keyfile", self.key, "-in", request, "-out", path,
                "-startdate", when(from_days), "-enddate", when(to_days))
        return Certificate(path, key)
