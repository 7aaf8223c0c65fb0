"""The mock gateway in certificate mode and with content encryption, for any client."""

import contextlib
import http.client
import itertools
import json
import re
import signal
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import Keys
from tests.support.aes import KEY, OTHER_KEY, decrypt, encrypt, encrypt_blocks
from tests.support.certificates import (
    FILES,
    Hierarchy,
    openssl_serial_number,
    openssl_text,
)
from tests.support.independent import NODE, holds
from tests.support.mock_client import common_parameters, content, encode, mock_keys, signature
from tests.support.program import PERSON, run_inside, run_process
from tests.test_mock_command import mode, names_in, running
from zhima_cli.core.content_encryption import EncryptKey
from zhima_cli.core.errors import InputError, Reason
from zhima_cli.core.serial_numbers import SerialNumbers
from zhima_cli.mock.keys import MockCertificates, MockKeys
from zhima_cli.mock.profile import write_profile
from zhima_cli.mock.server import serve

_NUMBERS = itertools.count()
APP_SN, ROOT_SN, ALIPAY_SN = (digit * 32 for digit in "abc")
SERIAL_NUMBERS = {"app_cert_sn": APP_SN, "alipay_root_cert_sn": ROOT_SN}
MARK = "# Written by zhima mock-gateway; it is overwritten without asking."

Changes = Mapping[str, str | None]


@dataclass(frozen=True)
class Said:
    """An answer: whole, and its node as it stands in it."""

    members: Mapping[str, str]
    node_text: str

    @property
    def node(self) -> dict[str, str]:
        """The node, decrypted if it is a string."""
        value = json.loads(self.node_text)
        found: dict[str, str] = json.loads(decrypt(value)) if isinstance(value, str) else value
        return found

    @property
    def is_encrypted(self) -> bool:
        """Whether the node is a string."""
        return self.node_text.startswith('"')


@dataclass(frozen=True)
class Client:
    """Calls the gateway at ``url``, with right serial numbers or none."""

    url: str
    keys: Keys
    serial_numbers: Mapping[str, str]

    def call(self, changes: Changes | None = None, biz_content: str | None = None) -> Said:
        """Make a call, right but for changes; None leaves a parameter out. The body is signed."""
        own = biz_content or content({"transaction_id": f"T{next(_NUMBERS)}"})
        params = common_parameters({**self.serial_numbers, **(changes or {})}, own)
        params["sign"] = signature(params, self.keys)
        charset = params["charset"]
        form = encode([("biz_content", params.pop("biz_content"))], charset)
        query = encode(list(params.items()), charset)
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(address.netloc, timeout=10)
        with contextlib.closing(connection):
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", f"{address.path}?{query}", form, headers)
            body = connection.getresponse().read()
        text = body.decode(charset)
        match = re.match(r'\{"\w+":(\{.*?\}|"[^"]*")[,}]', text)
        assert match is not None, text
        said = Said(json.loads(text), match[1])
        if "sign" in said.members:
            data = match[1].encode(charset)
            assert holds(data, said.members["sign"], self.keys.alipay, params["sign_type"])
        return said

    def sub_code(self, changes: Changes | None = None, biz_content: str | None = None) -> str:
        """Return why the call is refused."""
        return self.call(changes, biz_content).node["sub_code"]


def keys_of_mock(keys: Keys, *, certified: bool) -> MockKeys:
    """Return the mock gateway's keys: the test's own, and numbers that are no certificate's."""
    certificates = MockCertificates(SerialNumbers(APP_SN, ROOT_SN, ALIPAY_SN), "", "", "")
    return replace(
        mock_keys(keys),
        encrypt_key=EncryptKey(KEY),
        certificates=certificates if certified else None,
    )


@pytest.fixture(scope="module")
def in_key_mode(keys: Keys) -> Iterator[Client]:
    """A client of a gateway whose application is in key mode."""
    with serve(0, keys_of_mock(keys, certified=False), lambda _: None) as url:
        yield Client(url, keys, {})


@pytest.fixture(scope="module")
def certified(keys: Keys) -> Iterator[Client]:
    """A client of a gateway whose application is in certificate mode."""
    with serve(0, keys_of_mock(keys, certified=True), lambda _: None) as url:
        yield Client(url, keys, SERIAL_NUMBERS)


@pytest.fixture(params=["in_key_mode", "certified"])
def client(request: pytest.FixtureRequest) -> Client:
    """A client of each."""
    made = request.getfixturevalue(request.param)
    assert isinstance(made, Client)
    return made


# --- certificate mode -----------------------------------------------------------------------------


def test_an_answer_names_the_certificate_of_its_key(certified: Client) -> None:
    success = certified.call()
    assert success.node["code"] == "10000"
    assert list(success.members) == [NODE, "sign", "alipay_cert_sn"]
    assert success.members["alipay_cert_sn"] == ALIPAY_SN
    refusal = certified.call({"version": "2.0"})
    assert refusal.node["sub_code"] == "isv.invalid-parameter"
    assert refusal.members["alipay_cert_sn"] == ALIPAY_SN
    unsigned = certified.call({"app_id": "2088"})
    assert list(unsigned.members) == [NODE]


def test_in_key_mode_no_certificate_is_named(in_key_mode: Client) -> None:
    assert list(in_key_mode.call().members) == [NODE, "sign"]


@pytest.mark.parametrize(
    "changes",
    [
        {"app_cert_sn": None},
        {"alipay_root_cert_sn": None},
        {"app_cert_sn": ""},
        {"app_cert_sn": APP_SN[:-1]},
        {"app_cert_sn": APP_SN.upper()},
        {"app_cert_sn": ROOT_SN, "alipay_root_cert_sn": APP_SN},
        {"alipay_root_cert_sn": f"{ROOT_SN}_{ROOT_SN}"},
    ],
    ids=str,
)
def test_other_serial_numbers_are_refused(certified: Client, changes: Changes) -> None:
    node = certified.call(changes).node
    assert (node["code"], node["sub_code"]) == ("40002", "isv.invalid-parameter")
    assert node["sub_msg"].endswith("app_cert_sn, alipay_root_cert_sn")


def test_each_mode_refuses_the_others_requests(certified: Client, in_key_mode: Client) -> None:
    none = dict.fromkeys(SERIAL_NUMBERS)
    assert certified.sub_code(none) == "isv.missing-signature-config"
    assert in_key_mode.sub_code(SERIAL_NUMBERS) == "isv.missing-signature-config"
    for name, value in SERIAL_NUMBERS.items():
        assert in_key_mode.sub_code({name: value}) == "isv.missing-signature-config"


def test_the_serial_numbers_are_signed(certified: Client) -> None:
    wrong = replace(certified.keys, app=certified.keys.stranger)
    assert replace(certified, keys=wrong).sub_code() == "isv.invalid-signature"


# --- content encryption ---------------------------------------------------------------------------

AES = {"encrypt_type": "AES"}


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_an_encrypted_request_gets_an_encrypted_answer(client: Client, charset: str) -> None:
    text = content({"transaction_id": f"T{next(_NUMBERS)}"})
    said = client.call({**AES, "charset": charset}, encrypt(text.encode(charset)))
    assert said.is_encrypted
    assert said.node["code"] == "10000"
    assert said.node["biz_no"].startswith("ZMMOCK")
    again = client.call({"charset": charset}, text)
    assert not again.is_encrypted
    assert again.node["biz_no"] == said.node["biz_no"]  # of the content, however it came


def test_a_refusal_of_what_was_encrypted_is_encrypted_too(client: Client) -> None:
    own = content({"transaction_id": f"MOCK_BIZ_ERROR_{next(_NUMBERS)}"})
    said = client.call(AES, encrypt(own.encode()))
    assert said.is_encrypted
    assert said.node["sub_code"] == "BIZ_ERROR"


@pytest.mark.parametrize("encrypt_type", ["aes", "AES128", "DES", " AES", ""])
def test_another_encrypt_type_is_refused(client: Client, encrypt_type: str) -> None:
    own = encrypt(content({"transaction_id": "T"}).encode())
    said = client.call({"encrypt_type": encrypt_type}, own)
    assert not said.is_encrypted
    assert (said.node["code"], said.node["sub_code"]) == ("40002", "isv.invalid-encrypt-type")


OWN = content({"transaction_id": "T"})


@pytest.mark.parametrize(
    "biz_content",
    [
        OWN,
        encrypt(OWN.encode(), OTHER_KEY),
        encrypt(OWN.encode())[:-1],
        encrypt_blocks(bytes(32)),
        encrypt(OWN.encode("gbk")),
    ],
    ids=["in the clear", "another key", "cut short", "no padding", "another charset"],
)
def test_what_does_not_decrypt_is_refused_in_the_same_words(
    client: Client, biz_content: str
) -> None:
    said = client.call(AES, biz_content)
    assert not said.is_encrypted
    assert (said.node["code"], said.node["sub_code"]) == ("40003", "isv.decryption-error-unknown")
    assert said.node_text == client.call(AES, "x").node_text


def test_a_cipher_text_without_its_type_is_no_json(client: Client) -> None:
    assert client.sub_code(None, encrypt(OWN.encode())) == "INVALID_PARAMETER"


def test_the_signature_is_looked_at_before_anything_is_decrypted(client: Client) -> None:
    wrong = replace(client, keys=replace(client.keys, app=client.keys.stranger))
    for own in (encrypt(OWN.encode()), encrypt(OWN.encode(), OTHER_KEY)):
        assert wrong.sub_code(AES, own) == "isv.invalid-signature"


# --- the profile ----------------------------------------------------------------------------------


def certified_keys(keys: Keys, hierarchy: Hierarchy) -> MockKeys:
    """Return keys with certificates, as for a profile."""
    numbers = SerialNumbers(APP_SN, ROOT_SN, ALIPAY_SN)
    return replace(
        mock_keys(keys), certificates=MockCertificates(numbers, *hierarchy.files.values())
    )


CERTIFICATES = [
    "mock.toml.alipay_cert.crt",
    "mock.toml.alipay_root_cert.crt",
    "mock.toml.app_cert.crt",
]


def test_the_certificates_are_beside_the_profile_and_written_anew(
    tmp_path: Path, keys: Keys, hierarchy: Hierarchy
) -> None:
    path = tmp_path / "mock.toml"
    made = certified_keys(keys, hierarchy)
    for _ in range(2):
        write_profile(path, "http://127.0.0.1:1/", made, "--write-profile", with_encryption=True)
        assert names_in(tmp_path) == ["mock.toml", *CERTIFICATES]
        assert [mode(tmp_path / name) for name in names_in(tmp_path)] == [0o600] * 4
        for name, text in hierarchy.files.items():
            file = tmp_path / f"mock.toml.{name.removesuffix('_file')}.crt"
            assert file.read_text() == f"{MARK}\n{text}"
            file.write_text(f"{MARK}\nolder")
            file.chmod(0o644)
    profile = tomllib.loads(path.read_text())["profiles"]["mock-gateway"]
    assert {name: profile[name] for name in FILES} == {
        name: f"mock.toml.{name.removesuffix('_file')}.crt" for name in FILES
    }
    assert "alipay_public_key" not in profile
    assert profile["encrypt_key"] == made.encrypt_key_text
    write_profile(path, "http://127.0.0.1:1/", made, "--write-profile")
    assert "encrypt_key" not in tomllib.loads(path.read_text())["profiles"]["mock-gateway"]


@pytest.mark.parametrize("name", ["mock.toml", *CERTIFICATES])
def test_no_file_is_written_where_one_of_them_is_foreign(
    tmp_path: Path, keys: Keys, hierarchy: Hierarchy, name: str
) -> None:
    foreign = tmp_path / name
    foreign.write_text(hierarchy.app.pem)
    with pytest.raises(InputError) as caught:
        write_profile(tmp_path / "mock.toml", "x", certified_keys(keys, hierarchy), "--p")
    [problem] = caught.value.problems
    assert (problem.reason, problem.found) == (Reason.FILE_EXISTS, str(foreign))
    assert names_in(tmp_path) == [name]
    assert foreign.read_text() == hierarchy.app.pem


@pytest.mark.parametrize("path", ["/", "."])
def test_beside_a_path_without_a_name_there_is_no_place(
    keys: Keys, hierarchy: Hierarchy, path: str
) -> None:
    with pytest.raises(InputError) as caught:
        write_profile(Path(path), "x", certified_keys(keys, hierarchy), "--write-profile")
    assert [problem.reason for problem in caught.value.problems] == [Reason.FILE_UNWRITABLE]


@pytest.mark.parametrize("option", ["--with-certificates", "--with-encryption"])
def test_a_mode_needs_a_profile_to_be_known_by(tmp_path: Path, option: str) -> None:
    result = run_inside(["mock-gateway", option], tmp_path)
    assert (result.status, result.out) == (2, "")
    assert f"{option} needs --write-profile PATH" in result.err


# --- the process ----------------------------------------------------------------------------------


@pytest.mark.long
def test_both_modes_as_processes(tmp_path: Path) -> None:
    """In the machine's own time: the certificates are made for a year."""
    arguments = ("--write-profile=mock.toml", "--with-certificates", "--with-encryption")
    with running(tmp_path, *arguments) as gateway:
        assert names_in(tmp_path) == ["mock.toml", *CERTIFICATES]
        assert [mode(tmp_path / name) for name in names_in(tmp_path)] == [0o600] * 4
        call = ["init-cert", *PERSON, "--config=mock.toml", "--no-history", "--output=json"]
        made = run_process([*call, "--transaction-id=T1"], tmp_path)
        dry = run_process([*call, "--dry-run"], tmp_path)
        end = gateway.stop(signal.SIGTERM)
    assert (made.status, made.json["verified"], made.json["mock"]) == (0, True, True), made
    assert end.err.splitlines()[1].startswith("T1 10000 ZMMOCK")
    assert "260104197909275964" not in end.err
    app, alipay, root = (
        tmp_path / f"mock.toml.{name}.crt"
        for name in ("app_cert", "alipay_cert", "alipay_root_cert")
    )
    params = dry.json["params"]
    assert isinstance(params, dict)
    assert params["encrypt_type"] == "AES"
    assert params["app_cert_sn"] == openssl_serial_number(app)
    assert params["alipay_root_cert_sn"] == openssl_serial_number(root)
    done = subprocess.run(
        ["openssl", "verify", "-CAfile", root, "-untrusted", alipay, alipay],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.decode().strip() == f"{alipay}: OK", done
    assert app.read_text().count("BEGIN") == 1  # as Alipay hands it out, without its issuer's
    issuer = openssl_text(app, "-issuer", "-nameopt", "sname,utf8")
    assert "Class 1" in issuer
