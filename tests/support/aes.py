"""Content encryption by protocol.md alone: by the library cryptography, and by openssl."""

import base64
import subprocess

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY = bytes.fromhex("c0ffee11deadbeef5a5a7e7e90abcdef")
KEY_TEXT = base64.b64encode(KEY).decode("ascii")
OTHER_KEY = KEY[::-1]

_IV = bytes(16)


def padded(data: bytes) -> bytes:
    """Return the data with PKCS#7 padding."""
    padder = padding.PKCS7(128).padder()
    return padder.update(data) + padder.finalize()


def encrypt(data: bytes, key: bytes = KEY) -> str:
    """Return the data encrypted, as base64."""
    return encrypt_blocks(padded(data), key)


def encrypt_blocks(blocks: bytes, key: bytes = KEY) -> str:
    """Return whole blocks encrypted as they are, without padding, as base64."""
    encryptor = Cipher(algorithms.AES(key), modes.CBC(_IV)).encryptor()
    return base64.b64encode(encryptor.update(blocks) + encryptor.finalize()).decode("ascii")


def decrypt(text: str, key: bytes = KEY) -> bytes:
    """Return what the base64 text holds; its padding has to be right."""
    decryptor = Cipher(algorithms.AES(key), modes.CBC(_IV)).decryptor()
    blocks = decryptor.update(base64.b64decode(text, validate=True)) + decryptor.finalize()
    unpadder = padding.PKCS7(128).unpadder()
    return unpadder.update(blocks) + unpadder.finalize()


def openssl(direction: str, data: bytes, key: bytes = KEY) -> bytes:
    """Return what ``openssl enc`` makes of base64 (direction ``-d``) or of data (``-e``)."""
    done = subprocess.run(
        ["openssl", "enc", direction, "-aes-128-cbc", "-K", key.hex(), "-iv", "0" * 32, "-a", "-A"],
        input=data,
        capture_output=True,
        timeout=60,
        check=True,
    )
    return done.stdout
