"""An account in certificate mode, its certificates made by the library cryptography."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.conftest import Account
from tests.support.program import NOW


def certificate(
    name: str,
    key: rsa.RSAPrivateKey,
    issuer: rsa.RSAPrivateKey,
    end: datetime,
    *,
    is_authority: bool = False,
) -> str:
    """Return a certificate as PEM, issued by the test's root."""
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (name, "the root")
    ]
    return (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .sign(issuer, hashes.SHA256())
        .public_bytes(Encoding.PEM)
        .decode()
    )


def write_certificates(account: Account, app_end: datetime, alipay_end: datetime) -> None:
    """Write the three certificates, and a profile that names them."""
    keys = account.keys
    far = NOW + timedelta(days=4000)
    folder = account.config.parent
    for name, text in (
        ("root.crt", certificate("the root", keys.stranger, keys.stranger, far, is_authority=True)),
        ("app.crt", certificate("app", keys.app, keys.stranger, app_end)),
        ("alipay.crt", certificate("alipay", keys.alipay, keys.stranger, alipay_end)),
    ):
        (folder / name).write_text(text)
    account.write(
        app_cert_file="app.crt", alipay_cert_file="alipay.crt", alipay_root_cert_file="root.crt"
    )
    lines = account.config.read_text().splitlines()
    account.config.write_text("\n".join(x for x in lines if "alipay_public_key" not in x) + "\n")
