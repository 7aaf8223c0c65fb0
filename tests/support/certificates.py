"""Certificates of a test's own, by the library cryptography, in files like those Alipay gives.

What Alipay's own files hold, and this knows how to make: roots of algorithms that the library does
not know or refuses, beside RSA ones; serials of 16 bytes; Chinese names; an application's
certificate without its issuer's; leaves without any extension.
"""

import base64
import hashlib
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tests.support.independent import new_key

if TYPE_CHECKING:
    from tests.conftest import Account

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

COUNTRY, ORGANIZATION = "CN", "测试支付（杭州）有限公司"
UNIT, COMMON_NAME = NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.COMMON_NAME
# 16 bytes, as Alipay's serials are.
SERIAL = 0x20F1_6A19_7C55_33DE_90AB_CDEF_0123_4567

# The DER of: prime256v1, ecdsa-with-SHA256; SM2's curve, SM2 with SM3 (GM/T 0006); NULL.
_P256, _ECDSA = bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a8648ce3d040302")
_SM2_CURVE, _SM2 = bytes.fromhex("06082a811ccf5501822d"), bytes.fromhex("06082a811ccf55018375")
_NULL = bytes.fromhex("0500")

FILES = ("app_cert_file", "alipay_cert_file", "alipay_root_cert_file")
ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Holder:
    """A certificate and the key that it is of."""

    certificate: x509.Certificate
    key: Key = field(repr=False)

    @property
    def pem(self) -> str:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")

    @property
    def der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


def new_ec_key() -> ec.EllipticCurvePrivateKey:
    """Make an EC key: at once, unlike an RSA one."""
    return ec.generate_private_key(ec.SECP256R1())


def full_name(common_name: str) -> x509.Name:
    """Return a name of four parts, as Alipay's are."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, COUNTRY),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(UNIT, "Certification Authority"),
            x509.NameAttribute(COMMON_NAME, common_name),
        ]
    )


def certify(
    name: str | x509.Name,
    key: Key,
    issuer: Holder | None = None,
    *,
    extensions: tuple[x509.ExtensionType, ...] = (),
    serial: int = SERIAL,
    valid: tuple[datetime, datetime] = ALWAYS,
    public_key: PublicKey | None = None,
) -> Holder:
    """Certify ``key`` or, in its place, ``public_key``; without an issuer ``key`` signs itself."""
    subject = full_name(name) if isinstance(name, str) else name
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(public_key or key.public_key())
        .serial_number(serial)
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return Holder(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def is_authority(path_length: int | None = None) -> tuple[x509.ExtensionType, ...]:
    """Return the extension that makes a certificate's holder an issuer."""
    return (x509.BasicConstraints(ca=True, path_length=path_length),)


def pem(der: bytes) -> str:
    """Return the DER of a certificate as PEM."""
    text = base64.encodebytes(der).decode("ascii")
    return f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"


def sm2_like(name: str) -> str:
    """Return the PEM of a root whose curve and signature algorithm are SM2's."""
    der = certify(name, new_ec_key(), extensions=is_authority()).der
    return pem(_replaced(_replaced(der, _P256, _SM2_CURVE, 1), _ECDSA, _SM2, 2))


def ecdsa_with_null(name: str) -> str:
    """Return the PEM of a root whose ECDSA AlgorithmIdentifier has parameters, which are NULL."""
    der = certify(name, new_ec_key(), extensions=is_authority()).der
    identifier = bytes([0x30, len(_ECDSA)]) + _ECDSA
    with_null = bytes([0x30, len(_ECDSA + _NULL)]) + _ECDSA + _NULL
    body = _replaced(_lengthened(der[4:], 2), identifier, with_null, 2)
    return pem(_lengthened(der[:4] + body, 4))


def _replaced(der: bytes, old: bytes, new: bytes, times: int) -> bytes:
    assert der.count(old) == times
    return der.replace(old, new)


def _lengthened(der: bytes, more: int) -> bytes:
    """Return the DER with a length of its first SEQUENCE that is ``more`` than it was."""
    assert der[:2] == b"\x30\x82"
    length = int.from_bytes(der[2:4]) + more
    return der[:2] + length.to_bytes(2) + der[4:]


@dataclass(frozen=True)
class Hierarchy:
    """Certificates as Alipay's are: roots, an issuer each for applications and for Alipay, leaves.

    ``class1`` issued the application's, ``class2`` Alipay's. ``bundle`` is the root file: of four
    algorithms, with blank lines between, without a line end at its end.
    """

    root: Holder
    other_root: Holder
    class1: Holder
    class2: Holder
    app: Holder
    alipay: Holder
    bundle: str

    @property
    def files(self) -> dict[str, str]:
        """What the three files hold, by the names of their settings."""
        texts = (self.app.pem, self.alipay.pem + self.class2.pem, self.bundle)
        return dict(zip(FILES, texts, strict=True))


def make_hierarchy(
    app_key: rsa.RSAPrivateKey, alipay_key: rsa.RSAPrivateKey, root_key: rsa.RSAPrivateKey
) -> Hierarchy:
    """Make certificates of these keys."""
    root = certify("Test Root R1", root_key, extensions=is_authority(), serial=SERIAL + 1)
    other_root = certify("Test Root R2", root_key, extensions=is_authority(), serial=SERIAL + 2)
    class1 = certify("Test Class 1 R1", new_key(1024), root, extensions=is_authority())
    class2 = certify("Test Class 2 R1", new_key(1024), root, extensions=is_authority())
    app = certify("2088000000000000-2014072300007148", app_key, class1)
    alipay = certify("支付(测试)网络技术有限公司-2088000000000001", alipay_key, class2)
    odd = (sm2_like("Test Root SM2"), ecdsa_with_null("Test Root ECC"))
    bundle = "\n".join((root.pem, *odd, other_root.pem)).rstrip("\n")
    return Hierarchy(root, other_root, class1, class2, app, alipay, bundle)


@dataclass(frozen=True)
class Certified:
    """An account in certificate mode, its files beside the configuration's."""

    account: "Account"
    hierarchy: Hierarchy

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self.account.config.parent

    def write(self, files: Mapping[str, str | bytes] | None = None, **settings: str | None) -> None:
        """Write the profile and the files: the hierarchy's, but for ``files``."""
        names = {name: f"{name}.crt" for name in FILES}
        self.account.write(**{"alipay_public_key": None, **names, **settings})
        for name, content in {**self.hierarchy.files, **(files or {})}.items():
            data = content.encode() if isinstance(content, str) else content
            (self.folder / names[name]).write_bytes(data)


def openssl_serial_number(file: Path) -> str:
    """Return the SN of protocol.md, of the issuer and the number that openssl reads in the file."""
    lines = openssl_text(
        file, "-issuer", "-serial", "-nameopt", "dn_rev,sep_comma_plus,utf8,sname"
    ).splitlines()
    issuer, number = (line.partition("=")[2] for line in lines)
    return hashlib.md5(f"{issuer}{int(number, 16)}".encode(), usedforsecurity=False).hexdigest()


def openssl_text(file: Path, *options: str) -> str:
    """Return what ``openssl x509`` prints of the certificate."""
    done = subprocess.run(
        ["openssl", "x509", "-noout", "-in", str(file), *options],
        capture_output=True,
        timeout=60,
        check=True,
    )
    return done.stdout.decode("utf-8")
