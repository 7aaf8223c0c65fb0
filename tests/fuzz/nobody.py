"""A key of nobody's, always the same, so that what the fuzzer found can be found again."""

import base64

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_P = int(
    "e409d8679bb5c9a6bfd410bd564b7ba70d3873e99aa3a0432fc8dc10fd7a3f32"
    "b75e34818485ee2a3bc54c104472f8144975f5a9bd67a9df9bd92d3d82483697",
    16,
)
_Q = int(
    "d67d1e319c6c620e40a9995d0436d4ec2ace07ac97ff86c35e3201141fcd1dbb"
    "87cac3de050107f9fc01763481bdeaa63548c5aa4f8da7eaedcf4d54c57f9963",
    16,
)
_E = 65537
_PIECE = 40


def _key() -> rsa.RSAPrivateKey:
    d = pow(_E, -1, (_P - 1) * (_Q - 1))
    public = rsa.RSAPublicNumbers(_E, _P * _Q)
    return rsa.RSAPrivateNumbers(
        _P, _Q, d, d % (_P - 1), d % (_Q - 1), pow(_Q, -1, _P), public
    ).private_key()


KEY = _key()
_PLAIN = serialization.NoEncryption()
_DER = serialization.Encoding.DER
PKCS1 = KEY.private_bytes(_DER, serialization.PrivateFormat.TraditionalOpenSSL, _PLAIN)
PKCS8 = KEY.private_bytes(_DER, serialization.PrivateFormat.PKCS8, _PLAIN)
SPKI = KEY.public_key().public_bytes(_DER, serialization.PublicFormat.SubjectPublicKeyInfo)
PKCS1_PUBLIC = KEY.public_key().public_bytes(_DER, serialization.PublicFormat.PKCS1)


def pem(der: bytes, label: str) -> str:
    """Return the DER as PEM."""
    text = base64.b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def _pieces() -> frozenset[str]:
    texts = [base64.b64encode(der).decode() for der in (PKCS1, PKCS8)]
    texts += [f(n) for n in (_P, _Q, KEY.private_numbers().d) for f in (str, "{:x}".format)]
    return frozenset(text[at : at + _PIECE] for text in texts for at in range(len(text) - _PIECE))


_PIECES = _pieces()


def shows_key(text: str) -> bool:
    """Say whether 40 characters in a row of the private key stand in ``text``."""
    return any(text[at : at + _PIECE] in _PIECES for at in range(len(text) - _PIECE + 1))
