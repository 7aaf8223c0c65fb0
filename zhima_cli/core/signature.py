"""RSA and RSA2: SHA1withRSA and SHA256withRSA, PKCS#1 v1.5, as base64 (protocol.md)."""

import base64
import binascii
from enum import Enum

from Crypto.Hash import SHA1, SHA256
from Crypto.Signature import pkcs1_15

from zhima_cli.core.keys import Digest, PrivateKey, PublicKey


class SignType(Enum):
    """The page's ``sign_type``."""

    RSA2 = "RSA2"
    RSA = "RSA"


class MalformedSignatureError(ValueError):
    """The signature's text is not standard base64 on one line."""


def _digest(data: bytes, sign_type: SignType) -> Digest:
    return SHA256.new(data) if sign_type is SignType.RSA2 else SHA1.new(data)


def sign(data: bytes, key: PrivateKey, sign_type: SignType) -> str:
    """Return the signature of ``data`` as standard base64 on one line."""
    signature = key.sign(_digest(data, sign_type))
    return base64.b64encode(signature).decode("ascii")


def verify(data: bytes, signature: str, key: PublicKey, sign_type: SignType) -> bool:
    """Say whether ``signature``, as base64, is ``key``'s signature of ``data``.

    Raises MalformedSignatureError where it is not base64 to the letter.
    """
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedSignatureError from error
    # The decoder forgives misplaced padding and stray low bits.
    if not raw or base64.b64encode(raw).decode("ascii") != signature:
        raise MalformedSignatureError
    try:
        pkcs1_15.new(key.rsa).verify(_digest(data, sign_type), raw)
    except ValueError:
        return False
    return True
