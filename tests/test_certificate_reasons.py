"""What is said of certificates by themselves: the reason, the place, and what was found."""

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from zhima_cli.core.certificates import (
    check_chain,
    check_validity,
    load_certificates,
    load_root_bundle,
    public_key,
    root_serial_number,
    serial_number,
)
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAY = timedelta(days=1)
PLACE = "the place"
RSA_OID = bytes.fromhex("06092a864886f70d0101")


def certify(*names: x509.NameAttribute[str | bytes]) -> x509.Certificate:
    """Make a certificate that an EC key signs for itself, with a number of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(names)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .sign(key, hashes.SHA256())
    )


def block(content: bytes) -> bytes:
    """Return what looks like a certificate in PEM, with lines of 48 bytes."""
    text = base64.b64encode(content)
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return b"\n".join([b"-----BEGIN CERTIFICATE-----", *lines, b"-----END CERTIFICATE-----", b""])


NAMELESS = certify(x509.NameAttribute(NameOID.ORGANIZATION_NAME, "测试"))
NAMED = certify(x509.NameAttribute(NameOID.COMMON_NAME, "测试"))

WRONG: dict[str, tuple[Callable[[], object], Reason, str]] = {
    "nothing": (lambda: load_certificates(b"", PLACE), Reason.CERT_UNREADABLE, ""),
    "no certificate": (
        lambda: load_certificates(block(b"x"), PLACE),
        Reason.CERT_UNREADABLE,
        "",
    ),
    "no roots": (lambda: load_root_bundle(b"", PLACE), Reason.CERT_UNREADABLE, ""),
    "no base64": (
        lambda: load_root_bundle(block(b"x" * 60).replace(b"4\n---", b"\n---"), PLACE),
        Reason.CERT_UNREADABLE,
        "",
    ),
    "no RSA signature": (lambda: root_serial_number([NAMED], PLACE), Reason.ROOT_WITHOUT_RSA, ""),
    "no RSA key": (lambda: public_key(NAMED, PLACE), Reason.CERT_NOT_RSA, ""),
    "expired": (
        lambda: check_validity(NAMED, NOW + 2 * DAY, PLACE),
        Reason.CERT_EXPIRED,
        "2026-11-25",
    ),
    "not yet valid": (
        lambda: check_validity(NAMED, NOW - 2 * DAY, PLACE),
        Reason.CERT_NOT_YET_VALID,
        "2026-11-23",
    ),
    "no chain": (
        lambda: check_chain([NAMED], [NAMELESS], NOW, PLACE),
        Reason.CERT_NOT_CHAINED,
        "测试",
    ),
    "no chain, no name": (
        lambda: check_chain([NAMELESS], [NAMED], NOW, PLACE),
        Reason.CERT_NOT_CHAINED,
        "?",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_by_its_reason_and_place(name: str) -> None:
    act, reason, found = WRONG[name]
    with pytest.raises(InputError) as caught:
        act()
    assert caught.value.problems == (Problem(Kind.CONFIG, reason, PLACE, found),)
    assert caught.value.kind is Kind.CONFIG


@pytest.mark.parametrize("at", [0, 38, 43, 47, 60, 110], ids=str)
def test_an_unreadable_root_with_anything_of_rsas_is_refused(at: int) -> None:
    """Wherever it stands, across the end of a line as well."""
    zeros = bytes(120)
    good = NAMED.public_bytes(serialization.Encoding.PEM)
    assert load_root_bundle(block(zeros) + good, PLACE) == (NAMED,)
    content = (zeros[:at] + RSA_OID + zeros[at:])[:120]
    assert RSA_OID in content
    with pytest.raises(InputError):
        load_root_bundle(good + block(content), PLACE)


def test_a_name_that_is_bytes_is_written_in_hexadecimal() -> None:
    unique = NameOID.X500_UNIQUE_IDENTIFIER
    certificate = certify(
        x509.NameAttribute(unique, b"\x0a\xff", _ASN1Type.BitString),
        x509.NameAttribute(NameOID.COMMON_NAME, "测试"),
    )
    expected = hashlib.md5(
        f"CN=测试,{unique.dotted_string}=0aff4711".encode(), usedforsecurity=False
    )
    assert serial_number(certificate) == expected.hexdigest()
