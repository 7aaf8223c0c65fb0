"""What stands for a path in a message: the path, unless it can be a key."""

import base64
import hashlib
from pathlib import Path

import pytest

from zhima_cli.core.files import shown_path

# Long enough for any key, and the same in every run.
TEXT = base64.b64encode(b"".join(hashlib.sha512(bytes([n])).digest() for n in range(250))).decode()


@pytest.mark.parametrize(
    "path",
    [
        "/home/user/.config/zhima/app_private_key.pem",
        "/Users/ZhangSan/Library/Application Support/zhima/AppPrivateKey2048",
        r"C:\Users\Li Si\AppData\Roaming\zhima\history.db",
        "/srv/Projects/PaymentGateway/AlipaySandbox2024/keys/AppPrivateKeyRSA2",
        "/mnt/c/Users/Wang/Desktop/XiangMu/ZhiMaXinYong/miyao/siyao2048",
        "/nix/store/3hq1w2x9zs6h1p4k8abcdefgh0123456-zhima/x",
        "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T/tmpab12",
        "/home/runner/work/5f3a9c1b2d4e6f708192a3b4c5d6e7f8",
        "/builds/3f2504e04f8941d39a0c0305e82c3301/App.pem",
        "/home/runner/work/5F3A9C1B2D4E6F708192A3B4C5D6E7F8/app",
        "appCertPublicKey_2014072300007148.crt",
        "密钥/应用私钥2048.pem",
    ],
)
def test_a_path_is_shown(path: str) -> None:
    assert shown_path(Path(path)) == path


@pytest.mark.parametrize(("length", "least"), [(16, 0.9), (24, 0.95), (32, 0.98), (64, 0.999)])
def test_a_part_of_a_key_is_not_shown(length: int, least: float) -> None:
    """Short ones can look like words, and so not every one is known."""
    parts = [TEXT[at : at + length] for at in range(len(TEXT) - length)]
    hidden = [part for part in parts if shown_path(Path(part)) == "…"]
    assert len(hidden) > least * len(parts)


def test_neither_is_a_key_in_a_folder() -> None:
    assert shown_path(Path("/home/user/.config/zhima") / TEXT[:64]) == "…"
    assert shown_path(Path("keys") / f"{TEXT[:43]}=") == "…"
