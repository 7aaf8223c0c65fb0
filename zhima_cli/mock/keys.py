"""Keys for a mock gateway and for the application that may call it, made afresh each time."""

import base64
import secrets
from dataclasses import dataclass, field

from Crypto.PublicKey import RSA

from zhima_cli.core.content_encryption import EncryptKey
from zhima_cli.core.keys import PrivateKey, PublicKey
from zhima_cli.core.serial_numbers import SerialNumbers

_BITS = 2048


@dataclass(frozen=True)
class KeyPair:
    """An RSA key pair; its repr shows nothing of it."""

    rsa: RSA.RsaKey = field(repr=False)

    @property
    def private(self) -> PrivateKey:
        """The half that signs."""
        return PrivateKey(self.rsa)

    @property
    def public(self) -> PublicKey:
        """The half that verifies."""
        return PublicKey(self.rsa.public_key())

    @property
    def private_text(self) -> str:
        """The private key as the platform's key tool writes it: PKCS#8, bare base64."""
        return base64.b64encode(self.rsa.export_key("DER", pkcs=8)).decode("ascii")

    @property
    def public_text(self) -> str:
        """The public key as the platform's page shows it: SPKI, bare base64."""
        return base64.b64encode(self.rsa.public_key().export_key("DER")).decode("ascii")


@dataclass(frozen=True)
class KnownKey:
    """The public half of a pair whose private half its owner alone has."""

    public: PublicKey


@dataclass(frozen=True)
class MockCertificates:
    """Certificates of both pairs, as PEM in the form that Alipay hands its own out in."""

    serial_numbers: SerialNumbers
    app_cert: str
    alipay_cert: str
    alipay_root_cert: str


def make_encrypt_key() -> EncryptKey:
    """Make a key for content encryption."""
    return EncryptKey(secrets.token_bytes(16))


@dataclass(frozen=True)
class MockKeys:
    """The application's keys, and those that the gateway signs its answers with.

    The application's are a pair made for it, or as much as the gateway has to know of its own.
    ``encrypt_key`` is both sides'; with ``certificates`` the application is in certificate mode.
    """

    application: KeyPair | KnownKey
    gateway: KeyPair
    encrypt_key: EncryptKey = field(default_factory=make_encrypt_key)
    certificates: MockCertificates | None = None

    @property
    def encrypt_key_text(self) -> str:
        """The key as the platform's page shows it."""
        return base64.b64encode(self.encrypt_key.data).decode("ascii")


def make_pair() -> KeyPair:
    """Make a pair of 2048 bits; takes about a quarter of a second."""
    return KeyPair(RSA.generate(_BITS))
