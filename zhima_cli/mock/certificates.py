"""Certificates for a mock gateway, in a chain like Alipay's: root, two issuers, one of each each.

Nothing but certificate mode imports this, since it needs the extra `cert` of the package.
"""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from zhima_cli.core.certificates import root_serial_number, serial_number
from zhima_cli.core.serial_numbers import SerialNumbers
from zhima_cli.mock.gateway import APP_ID
from zhima_cli.mock.keys import KeyPair, KnownKey, MockCertificates

_VALIDITY = timedelta(days=365)


def make_certificates(application: KeyPair | KnownKey, gateway: KeyPair) -> MockCertificates:
    """Make certificates that are valid for a year; takes about half a second."""
    root_key, app_issuer_key, alipay_issuer_key = (
        rsa.generate_private_key(65537, 2048) for _ in range(3)
    )
    root = _issue("ZHIMA MOCK Authority R1", root_key.public_key(), None, root_key)
    alipay_issuer = _issue(
        "ZHIMA MOCK Authority Class 2 R1", alipay_issuer_key.public_key(), root, root_key
    )
    app_issuer = _issue(
        "ZHIMA MOCK Authority Class 1 R1", app_issuer_key.public_key(), root, root_key
    )
    alipay = _issue("支付宝(模拟)", _public_key(gateway), alipay_issuer, alipay_issuer_key)
    app = _issue(f"MOCK-{APP_ID}", _public_key(application), app_issuer, app_issuer_key)
    return MockCertificates(
        SerialNumbers(
            serial_number(app), root_serial_number([root], "root"), serial_number(alipay)
        ),
        app_cert=_pem(app),
        alipay_cert=_pem(alipay, alipay_issuer),
        alipay_root_cert=_pem(root),
    )


def _public_key(pair: KeyPair | KnownKey) -> rsa.RSAPublicKey:
    key = pair.public.rsa
    return rsa.RSAPublicNumbers(key.e, key.n).public_key()


def _issue(
    name: str,
    key: rsa.RSAPublicKey,
    issuer: x509.Certificate | None,
    issuer_key: rsa.RSAPrivateKey,
) -> x509.Certificate:
    """Issue a certificate; without ``issuer`` it is its own. Issuers are called authorities."""
    parts = (
        (x509.NameOID.COUNTRY_NAME, "CN"),
        (x509.NameOID.ORGANIZATION_NAME, "ZHIMA MOCK"),
        (x509.NameOID.ORGANIZATIONAL_UNIT_NAME, "Not Alipay"),
        (x509.NameOID.COMMON_NAME, name),
    )
    subject = x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _VALIDITY)
        .not_valid_after(now + _VALIDITY)
        .add_extension(x509.BasicConstraints("Authority" in name, None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def _pem(*certificates: x509.Certificate) -> str:
    return "".join(c.public_bytes(Encoding.PEM).decode("ascii") for c in certificates)
