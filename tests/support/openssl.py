"""The ``openssl`` command as the other side: it makes keys, signs, and verifies.

What a request said is rebuilt here from the bytes that came, by protocol.md alone.
"""

import base64
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote_to_bytes

# The digest of each sign_type, as openssl spells it.
DIGESTS = {"RSA": "-sha1", "RSA2": "-sha256"}

_PERCENT_ENCODED = re.compile(r"(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})+")


@dataclass(frozen=True)
class OpensslKey:
    """A key pair of openssl's making, as files in ``folder``."""

    folder: Path

    @cached_property
    def private_forms(self) -> dict[str, str]:
        """The private key in each form that protocol.md names."""
        private = self.folder / "private.pem"
        pkcs1 = _openssl("pkey", "-traditional", "-in", str(private)).decode()
        pkcs8 = _openssl("pkcs8", "-topk8", "-nocrypt", "-in", str(private)).decode()
        assert pkcs1.startswith("-----BEGIN RSA PRIVATE KEY-----\n")
        assert pkcs8.startswith("-----BEGIN PRIVATE KEY-----\n")
        return {
            "pkcs1-pem": pkcs1,
            "pkcs8-pem": pkcs8,
            "pkcs1-base64": bare_base64(pkcs1),
            "pkcs8-base64": bare_base64(pkcs8),
        }

    @cached_property
    def public_forms(self) -> dict[str, str]:
        """The public key in each form that protocol.md names."""
        pem = (self.folder / "public.pem").read_text(encoding="ascii")
        assert pem.startswith("-----BEGIN PUBLIC KEY-----\n")
        return {"spki-pem": pem, "spki-base64": bare_base64(pem)}

    def sign(self, data: bytes, sign_type: str) -> str:
        """Return the signature of ``data`` as base64, as ``openssl dgst -sign`` makes it."""
        key = str(self.folder / "private.pem")
        signature = _openssl("dgst", DIGESTS[sign_type], "-sign", key, given=data)
        return base64.b64encode(signature).decode("ascii")

    def verifies(self, data: bytes, signature: str, sign_type: str) -> bool:
        """Say whether ``openssl dgst -verify`` takes ``signature``, base64, for this key's."""
        file = self.folder / "signature.bin"
        file.write_bytes(base64.b64decode(signature, validate=True))
        key = str(self.folder / "public.pem")
        done = subprocess.run(
            ["openssl", "dgst", DIGESTS[sign_type], "-verify", key, "-signature", str(file)],
            input=data,
            capture_output=True,
            timeout=60,
            check=False,
        )
        said = (done.returncode, done.stdout.strip())
        assert said in ((0, b"Verified OK"), (1, b"Verification failure")), done
        return done.returncode == 0


def make_key(folder: Path) -> OpensslKey:
    """Let openssl make a key pair of 2048 bits in ``folder``."""
    folder.mkdir(parents=True)
    private, public = str(folder / "private.pem"), str(folder / "public.pem")
    bits = ("-pkeyopt", "rsa_keygen_bits:2048")
    _openssl("genpkey", "-algorithm", "RSA", *bits, "-out", private)
    _openssl("pkey", "-in", private, "-pubout", "-out", public)
    return OpensslKey(folder)


def bare_base64(pem: str) -> str:
    """Return what stands between a PEM block's armour, on one line, without a line end."""
    return "".join(line for line in pem.splitlines() if not line.startswith("-----"))


@dataclass(frozen=True)
class Wire:
    """A request as it came: every parameter as bytes, none of them decoded from the charset."""

    query: dict[str, bytes]
    form: dict[str, bytes]

    @property
    def string_to_sign(self) -> bytes:
        """The string to be signed: joined from the bytes that came, whatever they mean."""
        params = {name: value for name, value in self._params.items() if name != "sign"}
        return b"&".join(name.encode() + b"=" + params[name] for name in sorted(params))

    @property
    def params(self) -> dict[str, str]:
        """Every parameter as text."""
        charset = self.query["charset"].decode("ascii")
        return {name: value.decode(charset) for name, value in self._params.items()}

    @property
    def _params(self) -> dict[str, bytes]:
        assert not self.query.keys() & self.form.keys()
        return self.query | self.form


def read_wire(query: str, body: bytes) -> Wire:
    """Take a request apart. Whatever is not percent-encoded to the letter is refused."""
    return Wire(_pairs(query), _pairs(body.decode("ascii")))


def _pairs(encoded: str) -> dict[str, bytes]:
    pairs: dict[str, bytes] = {}
    for pair in encoded.split("&"):
        name, equals, value = pair.partition("=")
        assert equals and _PERCENT_ENCODED.fullmatch(value), f"not percent-encoded: {pair!r}"
        assert re.fullmatch(r"[a-z_]+", name) and name not in pairs, f"an odd name: {name!r}"
        pairs[name] = unquote_to_bytes(value)
    return pairs


def _openssl(*arguments: str, given: bytes = b"") -> bytes:
    done = subprocess.run(
        ["openssl", *arguments], input=given, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout
