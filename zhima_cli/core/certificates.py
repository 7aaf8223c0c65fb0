"""Certificates (公钥证书模式): serial numbers, keys, validity and chains (protocol.md, X.509).

Nothing but certificate mode imports this, since it needs the extra `cert` of the package.
"""

import base64
import hashlib
import re
import warnings
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.keys import PublicKey, load_public_key
from zhima_cli.core.kinds import Kind

MAX_CERTIFICATE_BYTES = 256 * 1024

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_RSA_SIGNATURES = "1.2.840.113549.1.1."
# How the DER of each of those, and of an RSA key's algorithm, begins.
_RSA_DER = bytes.fromhex("06092a864886f70d0101")
_MAX_CHAIN = 8
_NOT_ISSUED = (
    ValueError,
    TypeError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.ExtensionNotFound,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


def load_certificates(data: bytes, subject: str) -> tuple[x509.Certificate, ...]:
    """Read the certificates of a PEM file, in its order.

    ``data`` is the file's content, ``subject`` names where it came from. Raises InputError where
    there is none, or one that cannot be read.
    """
    try:
        return tuple(map(_load, _blocks(data, subject)))
    except ValueError as error:
        raise _fault(Reason.CERT_UNREADABLE, subject) from error


def load_root_bundle(data: bytes, subject: str) -> tuple[x509.Certificate, ...]:
    """Like load_certificates, but without those that have nothing to do with RSA.

    Alipay's own bundles hold such, and not every version of the library can read them all.
    """
    certificates: list[x509.Certificate] = []
    for block in _blocks(data, subject):
        try:
            certificates.append(_load(block))
        except ValueError as error:
            if _has_rsa(block):
                raise _fault(Reason.CERT_UNREADABLE, subject) from error
    return tuple(certificates)


def serial_number(certificate: x509.Certificate) -> str:
    """Return the certificate's SN: the MD5 of its issuer and number (protocol.md)."""
    parts = (f"{a.rfc4514_attribute_name}={_text(a.value)}" for a in _names(certificate)[0])
    issuer = ",".join(reversed(list(parts)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a number that is zero or negative
        number = certificate.serial_number
    data = f"{issuer}{number}".encode()
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def root_serial_number(bundle: Sequence[x509.Certificate], subject: str) -> str:
    """Return the root SN: that of each certificate with an RSA signature, joined with ``_``.

    Raises InputError where ``bundle`` has none.
    """
    signed_with_rsa = [
        serial_number(certificate)
        for certificate in bundle
        if certificate.signature_algorithm_oid.dotted_string.startswith(_RSA_SIGNATURES)
    ]
    if not signed_with_rsa:
        raise _fault(Reason.ROOT_WITHOUT_RSA, subject)
    return "_".join(signed_with_rsa)


def public_key(certificate: x509.Certificate, subject: str) -> PublicKey:
    """Return the certificate's RSA key. Raises InputError where it has none that will do."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise _fault(Reason.CERT_NOT_RSA, subject)
    return load_public_key(
        key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), subject
    )


def check_validity(certificate: x509.Certificate, now: datetime, subject: str) -> None:
    """Raise InputError where ``now``, any aware time, is not within the certificate's validity."""
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now > end:
        raise _fault(Reason.CERT_EXPIRED, subject, f"{end:%Y-%m-%d}")
    if now < begin:
        raise _fault(Reason.CERT_NOT_YET_VALID, subject, f"{begin:%Y-%m-%d}")


def check_chain(
    certificates: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    now: datetime,
    subject: str,
) -> None:
    """Check that the first of ``certificates`` leads to one of ``roots``.

    The others are those that may stand between. Raises InputError that names the first issuer
    that is missing, did not sign what is said to be its, or is not valid at ``now``.
    """
    # Two may bear one name and key, and only one of them lead on: all are followed at once.
    reached, between = [certificates[0]], list(certificates[1:])
    for below in range(_MAX_CHAIN):
        for current in reached:
            if current in roots or any(_issued(root, current, below, now) for root in roots):
                return
        issuers = [o for o in between if any(_issued(o, c, below, now) for c in reached)]
        if not issuers:
            break
        reached, between = issuers, [other for other in between if other not in issuers]
    raise _fault(Reason.CERT_NOT_CHAINED, subject, _issuer_name(reached[0]))


def has_issuer(certificate: x509.Certificate, others: Sequence[x509.Certificate]) -> bool:
    """Say whether one of ``others`` bears the name of the certificate's issuer."""
    issuer, _ = _names(certificate)
    return any(_names(other)[1] == issuer for other in others)


def _load(block: bytes) -> x509.Certificate:
    """Read a certificate, its names at once: else the library does when they are asked for."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            certificate = x509.load_pem_x509_certificate(block)
        _names(certificate)
    except (TypeError, x509.InvalidVersion) as error:
        raise ValueError from error
    return certificate


def _names(certificate: x509.Certificate) -> tuple[x509.Name, x509.Name]:
    """Return the issuer's name and the subject's. Raises ValueError where they cannot be read.

    The library warns of more than 64 bytes in a name, which are but 21 Chinese characters.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return certificate.issuer, certificate.subject


def _issuer_name(certificate: x509.Certificate) -> str:
    names = _names(certificate)[0].get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return _text(names[0].value) if names else "?"


def _issued(
    issuer: x509.Certificate, certificate: x509.Certificate, below: int, now: datetime
) -> bool:
    """Say whether ``issuer`` signed this one, is valid, and may issue certificates.

    ``below`` is how many issuers the chain has below it.
    """
    try:
        extensions = issuer.extensions
        constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
        certificate.verify_directly_issued_by(issuer)
    except _NOT_ISSUED:
        return False
    usages = [e.value for e in extensions if isinstance(e.value, x509.KeyUsage)]
    may_issue = constraints.ca and all(usage.key_cert_sign for usage in usages)
    is_near = constraints.path_length is None or below <= constraints.path_length
    return (
        may_issue and is_near and issuer.not_valid_before_utc <= now <= issuer.not_valid_after_utc
    )


def _blocks(data: bytes, subject: str) -> list[bytes]:
    blocks = _PEM.findall(data)
    if not blocks or data.count(b"-----BEGIN ") != len(blocks):
        raise _fault(Reason.CERT_UNREADABLE, subject)
    return blocks


def _has_rsa(block: bytes) -> bool:
    try:
        return _RSA_DER in base64.b64decode(b"".join(block.split()[2:-2]))
    except ValueError:
        return True


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.hex()


def _fault(reason: Reason, subject: str, found: str = "") -> InputError:
    return InputError(Problem(Kind.CONFIG, reason, subject, found))
