"""Content encryption by itself, with the library cryptography on the other side."""

import base64

import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from zhima_cli.core.content_encryption import (
    EncryptKey,
    decrypt,
    encrypt,
    load_encrypt_key,
)
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind

KEY = bytes(range(16))
CIPHER = Cipher(algorithms.AES(KEY), modes.CBC(bytes(16)))
TEXTS = [b"", b"a", b"x" * 15, b"x" * 16, b"x" * 17, "收委".encode(), "收委".encode("gbk")]


def encrypted(data: bytes) -> str:
    """Return what protocol.md makes of ``data``."""
    padder, encryptor = padding.PKCS7(128).padder(), CIPHER.encryptor()
    padded = padder.update(data) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


@pytest.mark.parametrize("data", TEXTS, ids=range(len(TEXTS)))
def test_what_is_encrypted_is_what_another_library_makes_of_it(data: bytes) -> None:
    assert encrypt(data, EncryptKey(KEY)) == encrypted(data)


@pytest.mark.parametrize("data", TEXTS, ids=range(len(TEXTS)))
def test_what_another_library_encrypted_is_read(data: bytes) -> None:
    assert decrypt(encrypted(data), EncryptKey(KEY)) == data


@pytest.mark.parametrize(
    "stray", ["\n", " ", "-", "\\", "收"], ids=["line end", "space", "dash", "backslash", "Chinese"]
)
def test_nothing_but_base64_is_decrypted(stray: str) -> None:
    text = encrypted(b"data")
    with pytest.raises(ValueError):
        decrypt(text[:8] + stray + text[8:], EncryptKey(KEY))


@pytest.mark.parametrize("form", ["{}", " {}\r\n"], ids=["bare", "space around"])
def test_a_key_is_read_of_its_base64(form: str) -> None:
    text = form.format(base64.b64encode(KEY).decode())
    assert load_encrypt_key(text.encode(), "encrypt_key") == EncryptKey(KEY)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"x",
        base64.b64encode(KEY[:15]),
        base64.b64encode(KEY + b"x"),
        base64.b64encode(KEY)[:8] + b"-" + base64.b64encode(KEY)[8:],
        KEY,
    ],
    ids=["nothing", "no base64", "short", "long", "stray character", "bytes"],
)
def test_what_is_no_key_is_told_by_its_place(text: bytes) -> None:
    with pytest.raises(InputError) as caught:
        load_encrypt_key(text, "the place")
    assert caught.value.problems == (Problem(Kind.CONFIG, Reason.ENCRYPT_KEY_FORM, "the place"),)
    assert caught.value.kind is Kind.CONFIG
