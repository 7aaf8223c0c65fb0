"""Certificates with unusual names and numbers, made here: nothing of them is Alipay's."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

_C, _O, _OU, _CN = (
    NameOID.COUNTRY_NAME,
    NameOID.ORGANIZATION_NAME,
    NameOID.ORGANIZATIONAL_UNIT_NAME,
    NameOID.COMMON_NAME,
)
_PLAIN = ((_C, "CN"), (_O, "Ant Financial"), (_OU, "Certification Authority"), (_CN, "Class 2 R1"))

Parts = Sequence[tuple[x509.ObjectIdentifier, str]]


@dataclass(frozen=True)
class Naming:
    """The issuer's name, part by part as the certificate has it, and the serial number."""

    parts: Parts = _PLAIN
    number: int = 0x2088_1234_5678_9ABC
    # How many of the first parts stand together in one relative name.
    together: int = 1

    @property
    def name(self) -> x509.Name:
        """The issuer's name."""
        attributes = [x509.NameAttribute(oid, value) for oid, value in self.parts]
        first = x509.RelativeDistinguishedName(attributes[: self.together])
        others = [x509.RelativeDistinguishedName([a]) for a in attributes[self.together :]]
        return x509.Name([first, *others])


def _named(common_name: str) -> Naming:
    return Naming((*_PLAIN[:3], (_CN, common_name)))


NAMINGS: Mapping[str, Naming] = {
    "as Alipay's": Naming(),
    "Chinese": Naming(((_C, "CN"), (_O, "蚂蚁金服"), (_OU, "认证中心"), (_CN, "证书·一级"))),
    "commas, plus, semicolon": _named("a, b+c;d"),
    "quotes, backslash, brackets": _named('"a" \\ <b>=c'),
    "number sign first": _named("#1 authority"),
    "spaces around": _named("  a  b  "),
    "number 1": Naming(number=1),
    "number of 20 bytes": Naming(number=2**158 + 12345678901234567890),
    "number whose first bit is set": Naming(number=2**127),
    "most specific part first": Naming(tuple(reversed(_PLAIN))),
    "several OUs": Naming((*_PLAIN[:3], (_OU, "Second"), (_OU, "Third"), _PLAIN[3])),
    "no OU": Naming((*_PLAIN[:2], _PLAIN[3])),
    "province and city": Naming(
        (
            _PLAIN[0],
            (NameOID.STATE_OR_PROVINCE_NAME, "浙江"),
            (NameOID.LOCALITY_NAME, "杭州"),
            *_PLAIN[1:],
        )
    ),
    "several parts in one": Naming(((_OU, "a"), (_OU, "b"), *_PLAIN), together=2),
    "domain components": Naming(((NameOID.DOMAIN_COMPONENT, "cn"), *_PLAIN)),
    "e-mail address": Naming((*_PLAIN, (NameOID.EMAIL_ADDRESS, "ca@example.com"))),
    "serial number in the name": Naming((*_PLAIN, (NameOID.SERIAL_NUMBER, "42"))),
}


@functools.cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def make(
    naming: Naming,
    key: rsa.RSAPrivateKey | None = None,
    subject: x509.Name | None = None,
    *,
    by_ec: bool = False,
) -> x509.Certificate:
    """Make a certificate that an issuer of this name signed; its own, and CA, without ``key``.

    It is valid from 2000 until 2199, lest a test depends on the day.
    """
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject or naming.name)
        .issuer_name(naming.name)
        .public_key((key or _key()).public_key())
        .serial_number(naming.number)
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2199, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=key is None, path_length=None), critical=True)
    )
    if by_ec:
        return builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return builder.sign(_key(), hashes.SHA256())


def pem(*certificates: x509.Certificate) -> str:
    """Return them as Alipay's bundle has them, an empty line between each."""
    return "\n".join(c.public_bytes(Encoding.PEM).decode("ascii") for c in certificates)


def bundle(naming: Naming) -> list[x509.Certificate]:
    """Return roots: one of this name, one that has nothing to do with RSA, and a plain one."""
    return [make(naming), make(_named("elliptic"), by_ec=True), make(_named("R2"))]
