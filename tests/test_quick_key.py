"""Signatures of OpenSSL through cryptography are those of the openssl command, to the byte."""

from pathlib import Path

import pytest

from tests.support.openssl import make_key
from zhima_cli.core.keys import PrivateKey, load_private_key
from zhima_cli.core.quick_key import QuickKey
from zhima_cli.core.signature import SignType, sign

DATA = "app_id=2014&biz_content=收".encode()


@pytest.mark.parametrize("sign_type", SignType)
def test_it_signs_as_the_openssl_command_does(tmp_path: Path, sign_type: SignType) -> None:
    pair = make_key(tmp_path / "pair")
    key = load_private_key(pair.private_forms["pkcs8-pem"].encode(), "key")
    quick = QuickKey.of(key)
    assert quick.rsa is key.rsa
    signature = sign(DATA, quick, sign_type)
    assert signature == pair.sign(DATA, sign_type.value)
    assert signature == sign(DATA, key, sign_type)


def test_a_key_that_signs_otherwise_elsewhere_is_not_taken(tmp_path: Path) -> None:
    one, other = (
        load_private_key(make_key(tmp_path / name).private_forms["pkcs8-pem"].encode(), name)
        for name in ("one", "other")
    )

    class Odd(PrivateKey):
        def sign(self, digest: object) -> bytes:
            return other.sign(digest)  # type: ignore[arg-type]  # -- as it comes

    with pytest.raises(ValueError, match=r"^$"):
        QuickKey.of(Odd(one.rsa))
