"""What docs/security.md promises of content encryption and certificate mode."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.x509.oid import NameOID

from tests.conftest import Account, Keys
from tests.support.canaries import NAME, NUMBER
from tests.support.exchange import UNTRUSTED_ANSWERED, ending
from tests.support.independent import BIZ_NO, NODE, SUCCESS, private_pem, sign, signed_answer
from tests.support.program import NOW, Result
from tests.support.stub import stub_gateway
from zhima_cli.core.content_encryption import load_encrypt_key

KEY = base64.b64encode(b"\x00canary\xffAES-keys").decode()
OTHER_KEY = base64.b64encode(bytes(range(16))).decode()


def encrypted(data: bytes, key: str = KEY, *, padded: bool = True) -> str:
    """Return what protocol.md makes of ``data``, by another library than zhima's."""
    if padded:
        padder = padding.PKCS7(128).padder()
        data = padder.update(data) + padder.finalize()
    iv = bytes(16)
    cipher = Cipher(algorithms.AES(base64.b64decode(key)), modes.CBC(iv)).encryptor()
    return base64.b64encode(cipher.update(data) + cipher.finalize()).decode()


def ask(account: Account, body: bytes, *arguments: str) -> Result:
    """Make an encrypted call that is answered with ``body``."""
    with stub_gateway(body) as stub:
        account.write(gateway=stub.url, encrypt_key=KEY)
        return account.init_cert("-ojson", "--transaction-id=A", *arguments)


# Content encryption


def test_an_encrypted_answer_is_believed(account: Account) -> None:
    """Else what follows would hold for a program that believes none."""
    body = signed_answer(account.keys.alipay, json.dumps(encrypted(SUCCESS.encode())))
    assert ask(account, body).json["biz_no"] == BIZ_NO


# Texts that this key never encrypted, whatever it is that shows it.
UNDECRYPTABLE = {
    "nothing": "",
    "no base64": "%%%%",
    "no whole block": base64.b64encode(bytes(15)).decode(),
    "padding of 0": encrypted(bytes(16), padded=False),
    "padding of 17": encrypted(b"\x11" * 32, padded=False),
    "padding that differs": encrypted(b"a" * 13 + b"\x01\x02\x03", padded=False),
    "of another key": encrypted(SUCCESS.encode(), OTHER_KEY),
    "no text": encrypted(b"\xff\xfe"),
    "no JSON": encrypted(b"<html>"),
    "an array": encrypted(b"[]"),
    "a number": encrypted(b"1"),
    "encrypted twice": encrypted(json.dumps(encrypted(SUCCESS.encode())).encode()),
}


def test_every_way_not_to_decrypt_looks_the_same(account: Account) -> None:
    """No oracle: neither the status nor a word tells which step failed."""
    results = {
        name: ask(account, signed_answer(account.keys.alipay, json.dumps(text)), "--debug")
        for name, text in UNDECRYPTABLE.items()
    }
    assert {ending(result) for result in results.values()} == {UNTRUSTED_ANSWERED}
    assert len({(result.out, result.err) for result in results.values()}) == 1, results


@pytest.mark.parametrize("forge", ["stranger", "unsigned"])
def test_nothing_is_decrypted_before_its_signature_holds(account: Account, forge: str) -> None:
    """Else whoever is on the way could ask, a byte at a time, what the text holds."""

    def body(text: str) -> bytes:
        node = json.dumps(text)
        if forge == "unsigned":
            return f'{{"{NODE}":{node}}}'.encode()
        return signed_answer(account.keys.stranger, node)

    texts = [encrypted(SUCCESS.encode()), *UNDECRYPTABLE.values()]
    results = [ask(account, body(text), "--debug") for text in texts]
    assert {ending(result) for result in results} == {UNTRUSTED_ANSWERED}
    assert len({(result.out, result.err) for result in results}) == 1


def test_the_person_leaves_encrypted_only(account: Account) -> None:
    body = signed_answer(account.keys.alipay, json.dumps(encrypted(SUCCESS.encode())))
    with stub_gateway(body) as stub:
        account.write(gateway=stub.url, encrypt_key=KEY)
        person = (f"--cert-name={NAME}", f"--cert-no={NUMBER}")
        assert account.init_cert(person=person).status == 0
    (seen,) = stub.seen
    sent = "\n".join([seen.query, json.dumps(seen.headers), seen.body.decode()])
    assert NUMBER not in sent
    assert "cert_n" not in sent
    assert "encrypt_type=AES" in seen.query


def _shows(secret: str, *results: Result) -> bool:
    squeezed = ["".join((result.out + result.err).split()) for result in results]
    data = base64.b64decode(secret)
    return any(text in shown for shown in squeezed for text in (secret, data.hex(), repr(data)))


FORMS = ("pretty", "plain", "json")


def test_the_encrypt_key_is_never_shown(account: Account) -> None:
    body = signed_answer(account.keys.alipay, json.dumps(encrypted(SUCCESS.encode())))
    dry_run = [("--dry-run",), ("--dry-run", "--redact")]
    with stub_gateway(body) as stub:
        account.write(gateway=stub.url, encrypt_key=KEY)
        good = [
            account.init_cert("--debug", f"--output={form}", *more)
            for form in (*FORMS, "curl")
            for more in ([] if form == "curl" else [()]) + dry_run
        ]
    account.write(encrypt_key=f"{KEY}{KEY}")
    spoilt = [account.init_cert("--debug", f"--output={form}") for form in FORMS]
    account.write(encrypt_key_file=KEY)
    misplaced = [account.init_cert("--debug", f"--output={form}") for form in FORMS]
    assert [one.status for one in good] == [0] * 11
    assert [one.status for one in spoilt] == [3] * 3
    assert [one.status for one in misplaced] == [3] * 3
    assert not _shows(KEY, *good, *spoilt)
    assert not _shows(KEY, *misplaced)
    assert not _shows(KEY, Result(0, repr(load_encrypt_key(KEY.encode(), "key")), ""))
    assert _shows(KEY, Result(0, f"│ {KEY[:9]} │\n {KEY[9:]}".replace("│", ""), ""))


@pytest.mark.parametrize("place", ["configuration", "file"])
def test_an_encrypt_key_that_others_can_read_gets_a_warning(
    account: Account, keys: Keys, place: str
) -> None:
    # The private key is elsewhere, lest the warning is about that.
    variables = {"ZHIMA_PRIVATE_KEY": private_pem(keys.app)}
    file = account.home / "aes.txt"
    file.write_text(KEY, encoding="utf-8")
    setting = (
        f'encrypt_key = "{KEY}"' if place == "configuration" else 'encrypt_key_file = "~/aes.txt"'
    )
    account.config.write_text(f'[profiles.default]\napp_id = "1"\n{setting}\n', encoding="utf-8")
    read = account.config if place == "configuration" else file
    read.chmod(0o644)
    result = account.init_cert("--dry-run", variables=variables)
    assert result.status == 0
    assert f"{read} (mode 0644)" in result.err
    read.chmod(0o600)
    assert account.init_cert("--dry-run", variables=variables).err == ""


# Certificate mode

Signer = tuple[str, rsa.RSAPrivateKey]


def certificate(
    name: str,
    key: rsa.RSAPrivateKey,
    issuer: Signer,
    *,
    ca: bool = False,
    days: int = 30,
) -> bytes:
    """Return a certificate as PEM, valid from a year before the test's time."""
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer[0])]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=365))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer[1], hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def certificates(keys: Keys, **changed: bytes) -> dict[str, bytes]:
    """Return the three files: Alipay's and the application's, both issued by the one root."""
    root = ("Root", keys.stranger)
    return {
        "app_cert_file": certificate("App", keys.app, root),
        "alipay_cert_file": certificate("Alipay", keys.alipay, root),
        "alipay_root_cert_file": certificate("Root", keys.stranger, root, ca=True),
        **changed,
    }


def call(account: Account, files: dict[str, bytes], body: bytes) -> tuple[Result, int]:
    """Make a call in certificate mode; return how it ended, and how many requests there were."""
    settings = {}
    for name, data in files.items():
        (account.home / name).write_bytes(data)
        settings[name] = str(account.home / name)
    with stub_gateway(body) as stub:
        account.write(gateway=stub.url, **settings)
        text = account.config.read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith("alipay_public_key ")]
        account.config.write_text("\n".join(lines), encoding="utf-8")
        result = account.init_cert("-ojson", "--transaction-id=A")
        return result, len(stub.seen)


def test_in_certificate_mode_an_answer_is_believed(account: Account) -> None:
    result, seen = call(account, certificates(account.keys), signed_answer(account.keys.alipay))
    assert (result.json["biz_no"], seen) == (BIZ_NO, 1)


FAULTY: dict[str, Callable[[Keys], dict[str, bytes]]] = {
    "Alipay's has expired": lambda keys: {
        "alipay_cert_file": certificate("Alipay", keys.alipay, ("Root", keys.stranger), days=-1)
    },
    "Alipay's is signed by another key in the root's name": lambda keys: {
        "alipay_cert_file": certificate("Alipay", keys.alipay, ("Root", keys.app))
    },
    "Alipay's is of another issuer": lambda keys: {
        "alipay_cert_file": certificate("Alipay", keys.alipay, ("Nobody", keys.stranger))
    },
    "the root may not issue": lambda keys: {
        "alipay_root_cert_file": certificate("Root", keys.stranger, ("Root", keys.stranger))
    },
    "the root has expired": lambda keys: {
        "alipay_root_cert_file": certificate(
            "Root", keys.stranger, ("Root", keys.stranger), ca=True, days=-1
        )
    },
    "the application's is of another key": lambda keys: {
        "app_cert_file": certificate("App", keys.alipay, ("Root", keys.stranger))
    },
    "the application's has expired": lambda keys: {
        "app_cert_file": certificate("App", keys.app, ("Root", keys.stranger), days=-1)
    },
    "the application's is signed by another key in the root's name": lambda keys: {
        "app_cert_file": certificate("App", keys.app, ("Root", keys.alipay))
    },
    "Alipay's is the application's own": lambda keys: {
        "alipay_cert_file": certificate("App", keys.app, ("Root", keys.stranger))
    },
}


@pytest.mark.parametrize("change", FAULTY.values(), ids=FAULTY)
def test_certificates_that_do_not_hang_together_stop_the_call(
    account: Account, change: Callable[[Keys], dict[str, bytes]]
) -> None:
    files = certificates(account.keys, **change(account.keys))
    result, seen = call(account, files, signed_answer(account.keys.alipay))
    assert (result.status, result.json["kind"], seen) == (3, "config", 0)


def test_an_answer_that_names_another_certificate_is_not_believed(account: Account) -> None:
    signature = sign(SUCCESS.encode(), account.keys.alipay)
    body = f'{{"{NODE}":{SUCCESS},"alipay_cert_sn":"{"0" * 32}","sign":"{signature}"}}'
    result, _ = call(account, certificates(account.keys), body.encode())
    assert ending(result) == UNTRUSTED_ANSWERED
    assert BIZ_NO not in result.out
