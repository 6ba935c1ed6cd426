"""A certificate authority of the lab's own, and certificates good and bad (openssl(1))."""

import subprocess

import lab


class Authority:
    """A CA; its certificate stands in the file `path`."""

    def __init__(self, add_cleanup, name="Lab CA"):
        self.folder = lab.Folder(add_cleanup)
        self.path = self.folder.path / "ca.pem"
        self._made = 0
        self._key("ca")
        self._openssl("req", "-new", "-x509", "-key", "ca.key", "-subj", f"/CN={name}",
                      "-days", "2", "-out", "ca.pem")

    def certificate(self, *names, is_expired=False):
        """A Certificate for host names and addresses."""
        self._made += 1
        stem = f"server{self._made}"
        subjects = ",".join(f"{'IP' if is_address(one) else 'DNS'}:{one}" for one in names)
        self.folder.write(f"{stem}.ext", f"subjectAltName={subjects}\n")
        self._key(stem)
        self._openssl("req", "-new", "-key", f"{stem}.key", "-subj", f"/CN={names[0]}",
                      "-out", f"{stem}.csr")
        self._openssl("x509", "-req", "-in", f"{stem}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                      "-CAcreateserial", "-extfile", f"{stem}.ext",
                      "-days", "-1" if is_expired else "2", "-out", f"{stem}.pem")
        return Certificate(self.folder.path / f"{stem}.pem", self.folder.path / f"{stem}.key")

    def _key(self, stem):
        self._openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{stem}.key")

    def _openssl(self, *words):
        done = subprocess.run(["openssl", *words], cwd=self.folder.path, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"openssl {' '.join(words)}: {done.stderr}")


class Certificate:
    """Files in PEM: the certificate and its key."""

    def __init__(self, path, key_path):
        self.path, self.key_path = path, key_path

    def pin(self):
        """The base64 of the SHA-256 of its public key, as RFC 7858 pins it."""
        done = subprocess.run(
            f"openssl x509 -in {self.path} -noout -pubkey | openssl pkey -pubin -outform DER"
            " | openssl dgst -sha256 -binary | base64",
            shell=True, check=True, capture_output=True, text=True)
        return done.stdout.strip()


def is_address(text):
    return ":" in text or text.replace(".", "").isdigit()
