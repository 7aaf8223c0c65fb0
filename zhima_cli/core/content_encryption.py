"""Content encryption (接口内容加密): AES-CBC with PKCS#7 padding, as base64 (protocol.md)."""

import base64
from dataclasses import dataclass, field

from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind

ENCRYPT_TYPE = "AES"

_KEY_BYTES = 16
_BLOCK_BYTES = 16
_IV = bytes(_BLOCK_BYTES)


@dataclass(frozen=True)
class EncryptKey:
    """The application's AES key (接口内容加密密钥), 16 bytes. Its repr shows nothing of it."""

    data: bytes = field(repr=False)


def load_encrypt_key(data: bytes, subject: str) -> EncryptKey:
    """Read the key: base64 of 16 bytes on one line, as the platform shows it.

    ``data`` is the key's text as bytes, ``subject`` names where it came from. Raises InputError.
    """
    try:
        text = data.decode("utf-8-sig")  # Windows' editors put a mark first
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise InputError(Problem(Kind.CONFIG, Reason.ENCRYPT_KEY_FORM, subject))
    return EncryptKey(key)


def encrypt(data: bytes, key: EncryptKey) -> str:
    """Return ``data`` encrypted, as base64 on one line."""
    from Crypto.Cipher import AES  # here and below: importing it costs every call
    from Crypto.Util.Padding import pad

    cipher = AES.new(key.data, AES.MODE_CBC, _IV)
    return base64.b64encode(cipher.encrypt(pad(data, _BLOCK_BYTES))).decode("ascii")


def decrypt(text: str, key: EncryptKey) -> bytes:
    """Return what ``text``, as base64, holds.

    Raises ValueError; what it says must reach nobody, lest it tells of the key.
    """
    from Crypto.Cipher import AES
    from Crypto.Util.Padding import unpad

    data = base64.b64decode(text, validate=True)
    return unpad(AES.new(key.data, AES.MODE_CBC, _IV).decrypt(data), _BLOCK_BYTES)
