"""``zhima profiles``: what a call would use, where it comes from, and nothing that is secret."""

import hashlib
import json
import re
import subprocess
from collections.abc import Mapping
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.conftest import APP_ID, Account
from tests.support.canaries import TOKEN, make_canaries
from tests.support.independent import private_pem, public_pem
from tests.support.long import long
from tests.support.program import NOW, Result, run_inside
from tests.support.terminal import cells

ENCRYPT_KEY = "aa4BtZ4tspm2wnXLb1ThQA=="
FORMS = ["pretty", "plain", "json"]
MOCK_SETTINGS = [
    *("sign_type", "charset", "timeout", "retries", "deadline", "history", "app_auth_token"),
    *("linked_merchant_id", "product_code", "biz_code", "transaction_prefix"),
]

Fields = dict[str, object]


def profiles(
    account: Account, *arguments: str, variables: Mapping[str, str] | None = None
) -> Result:
    """Run ``zhima profiles`` inside this process."""
    return run_inside(["profiles", *arguments], account.home, variables)


def listing(
    account: Account, *arguments: str, variables: Mapping[str, str] | None = None
) -> dict[str, Fields]:
    """Return the profiles by their names, each with its settings by theirs, from JSON."""
    result = profiles(account, "--output=json", *arguments, variables=variables)
    assert (result.status, result.err, result.json["schema"]) == (0, "", 1)
    listed = result.json["profiles"]
    assert isinstance(listed, list)
    for profile in listed:
        profile["settings"] = {setting.pop("name"): setting for setting in profile["settings"]}
    return {profile["name"]: profile for profile in listed}


def setting(
    account: Account, name: str, *arguments: str, variables: Mapping[str, str] | None = None
) -> Fields:
    """Return one setting of the profile ``default``, without what is null or false of it."""
    profile = listing(account, "--profile=default", *arguments, variables=variables)["default"]
    settings = profile["settings"]
    assert isinstance(settings, dict)
    return {key: value for key, value in settings[name].items() if value not in (None, False)}


def write(account: Account, text: str) -> None:
    """Write the configuration file."""
    account.config.write_text(text, encoding="utf-8")


def faults(profile: Fields) -> str:
    """Return what is wrong with a profile, in words."""
    found = profile["faults"]
    assert isinstance(found, list)
    return "\n".join(f"{fault['description']} - {fault['solution']}" for fault in found)


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    """Run openssl."""
    return subprocess.run(
        ["openssl", *arguments], input=given, capture_output=True, check=True, timeout=60
    ).stdout


# --- where a setting comes from --------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "in_file", "in_environment", "typed", "default"),
    [
        ("app_id", "2021000000000001", "2021000000000002", "2021000000000003", None),
        ("sign_type", "RSA", "RSA", "RSA", "RSA2"),
        ("charset", "gbk", "gb2312", "GBK", "utf-8"),
        ("timeout", "20", "30.5", "40", "15"),
        ("retries", "3", "4", "0", "2"),
        ("deadline", "90", "91", "92", "60"),
        ("linked_merchant_id", "2088721630869411", "2088721630869412", "2088721630869413", None),
        ("product_code", "w1", "w2", "w3", "w1010100000000002978"),
        ("biz_code", "B1", "B2", "B3", "FACE"),
        (
            "gateway",
            "https://a.example/gateway.do",
            "https://b.example/gateway.do",
            "http://127.0.0.1:1/gateway.do",
            "https://openapi.alipay.com/gateway.do",
        ),
    ],
)
def test_a_setting_by_flag_then_environment_then_file_then_default(
    account: Account,
    name: str,
    in_file: str,
    in_environment: str,
    typed: str,
    default: str | None,
) -> None:
    option, variable = f"--{name.replace('_', '-')}", f"ZHIMA_{name.upper()}"
    variables = {variable: in_environment}
    if name != "app_id":
        account.write(True)
        expected = {"source": "default", "value": default} if default else {}
        assert setting(account, name, variables={variable: ""}) == expected
    account.write(True, **{name: in_file})
    assert setting(account, name) == {"source": "file", "place": name, "value": in_file}
    assert setting(account, name, variables=variables) == {
        "source": "environment",
        "place": variable,
        "value": in_environment,
    }
    assert setting(account, name, f"{option}={typed}", variables=variables) == {
        "source": "flag",
        "place": option,
        "value": typed.lower() if name == "charset" else typed,
    }


def test_a_deadline_is_as_long_as_the_timeout_unless_it_is_set(account: Account) -> None:
    assert setting(account, "deadline", "--timeout=80") == {"source": "default", "value": "80"}


def test_the_prefix_comes_from_the_file_alone(account: Account) -> None:
    account.write(transaction_prefix="ZGYD")
    variables = {"ZHIMA_TRANSACTION_PREFIX": "NO"}
    assert setting(account, "transaction_prefix", variables=variables) == {
        "source": "file",
        "place": "transaction_prefix",
        "value": "ZGYD",
    }


@pytest.mark.parametrize(
    ("remembers", "arguments", "expected"),
    [
        (False, (), {"source": "file", "place": "history", "value": "false"}),
        (True, (), {"source": "default", "value": "{home}/.local/state/zhima/history.db"}),
        (False, ("--history=~/h",), {"source": "flag", "place": "--history", "value": "{home}/h"}),
    ],
)
def test_the_history(
    account: Account, remembers: bool, arguments: tuple[str, ...], expected: dict[str, str]
) -> None:
    account.write(remembers)
    expected = {name: text.format(home=account.home) for name, text in expected.items()}
    assert setting(account, "history", *arguments) == expected
    assert not (account.home / ".local").exists()


def test_a_path_of_the_file_starts_at_its_folder_and_a_typed_one_here(account: Account) -> None:
    folder = account.config.parent
    (folder / "app.pem").write_text(private_pem(account.keys.app))
    write(account, '[profiles.default]\nprivate_key_file = "app.pem"\nhistory = "h.db"\n')
    in_file = setting(account, "private_key")
    assert (in_file["place"], in_file["path"]) == ("private_key_file", f"{folder}/app.pem")
    assert setting(account, "history")["value"] == f"{folder}/h.db"
    variables = {"ZHIMA_PRIVATE_KEY": public_pem(account.keys.app)}
    typed = setting(account, "private_key", "--private-key-file=no.pem", variables=variables)
    assert typed == {"source": "flag", "place": "--private-key-file", "path": "no.pem"} | {
        "wrong": True
    }


# --- keys by their fingerprints --------------------------------------------------------------


def test_keys_by_the_fingerprint_that_openssl_gives(account: Account) -> None:
    for name, key in (
        ("private_key", account.keys.app),
        ("alipay_public_key", account.keys.alipay),
    ):
        der = openssl("pkey", "-pubin", "-outform", "der", given=public_pem(key).encode())
        digest = openssl("dgst", "-sha256", given=der).decode().split()[-1]
        shown = setting(account, name)
        assert shown == {"source": "file", "place": name, "sha256": digest}


def test_a_key_of_the_environment_is_named_by_its_variable(account: Account) -> None:
    variables = {"ZHIMA_PRIVATE_KEY": private_pem(account.keys.stranger)}
    shown = setting(account, "private_key", variables=variables)
    assert (shown["source"], shown["place"]) == ("environment", "ZHIMA_PRIVATE_KEY")
    assert shown["sha256"] != setting(account, "private_key")["sha256"]


def make_certificate(
    name: str, key: rsa.RSAPrivateKey, issuer: str, signer: rsa.RSAPrivateKey
) -> str:
    """Make a certificate, as PEM."""
    subject, by = (
        x509.Name(
            [
                x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "CN"),
                x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name),
            ]
        )
        for common_name in (name, issuer)
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def test_certificates_by_their_serial_numbers_as_openssl_reads_them(account: Account) -> None:
    keys, folder = account.keys, account.config.parent
    for name, text in (
        ("app", make_certificate("app", keys.app, "root", keys.stranger)),
        ("alipay", make_certificate("alipay", keys.alipay, "root", keys.stranger)),
        ("alipay_root", make_certificate("root", keys.stranger, "root", keys.stranger)),
    ):
        (folder / f"{name}.crt").write_text(text)
    key = json.dumps(private_pem(keys.app))
    files = "".join(f'{n}_cert_file = "{n}.crt"\n' for n in ("app", "alipay", "alipay_root"))
    write(account, f'[profiles.default]\napp_id = "1"\nprivate_key = {key}\n{files}')
    profile = listing(account)["default"]
    assert faults(profile) == ""
    for name in ("app", "alipay", "alipay_root"):
        path = folder / f"{name}.crt"
        options = ("-noout", "-issuer", "-nameopt", "RFC2253", "-serial")
        shown = openssl("x509", "-in", str(path), *options).decode()
        found = re.fullmatch(r"issuer=(CN=root,C=CN)\nserial=([0-9A-F]+)\n", shown)
        assert found
        text = f"{found[1]}{int(found[2], 16)}"
        number = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        assert setting(account, f"{name}_cert_file") == {
            "source": "file",
            "place": f"{name}_cert_file",
            "path": str(path),
            "serial_number": number,
        }
    assert setting(account, "alipay_public_key") == {}


def test_a_token_and_the_encrypt_key_only_as_set(account: Account) -> None:
    account.write(app_auth_token=TOKEN, encrypt_key=ENCRYPT_KEY)
    for name in ("app_auth_token", "encrypt_key"):
        assert setting(account, name) == {"source": "file", "place": name}
    for form in FORMS:
        result = profiles(account, f"--output={form}")
        assert TOKEN not in result.out
        assert ENCRYPT_KEY not in result.out


# --- which profile ---------------------------------------------------------------------------

TWO = '[profiles.default]\napp_id = "1"\n[profiles.live]\napp_id = "2"\n'


@pytest.mark.parametrize(
    ("head", "arguments", "variables", "name", "source"),
    [
        ("", (), {}, "default", "default"),
        ('default_profile = "live"\n', (), {}, "live", "file"),
        ('default_profile = "live"\n', (), {"ZHIMA_PROFILE": "default"}, "default", "environment"),
        ("", ("-p", "live"), {"ZHIMA_PROFILE": "default"}, "live", "flag"),
        ('default_profile = "mock"\n', (), {}, "mock", "file"),
    ],
)
def test_the_profile_that_is_used_and_why(
    account: Account,
    head: str,
    arguments: tuple[str, ...],
    variables: dict[str, str],
    name: str,
    source: str,
) -> None:
    write(account, head + TWO)
    result = profiles(account, "-ojson", *arguments, variables=variables)
    assert result.json["default"] == {"name": name, "source": source}
    assert result.json["config"] == str(account.config)
    listed = listing(account, *arguments, variables=variables)
    assert list(listed) == (["live"] if arguments else ["default", "live", "mock"])
    assert [n for n, profile in listed.items() if profile["default"]] == [name]
    if name == "mock":
        return  # a call would make keys, which takes long
    # A call uses the same.
    key = {"ZHIMA_PRIVATE_KEY": private_pem(account.keys.app)}
    called = account.init_cert("--dry-run", "-ojson", *arguments, variables={**variables, **key})
    assert called.json["profile"] == name


def test_mock_needs_no_file_and_brings_its_account(account: Account) -> None:
    write(account, "not TOML")
    listed = listing(account, "--profile=mock", variables={"ZHIMA_APP_ID": "1"})
    mock = listed["mock"]
    assert list(listed) == ["mock"]
    assert (mock["mock"], mock["faults"], list(mock["settings"])) == (True, [], MOCK_SETTINGS)  # type: ignore[call-overload]  # JSON, as it came


def test_mock_refuses_the_options_of_an_account(account: Account) -> None:
    listed = listing(account, "--app-id=3")
    assert "--app-id does not go with the profile mock" in faults(listed["mock"])
    assert faults(listed["default"]) == ""


def test_one_profile_reads_no_other_profiles_keys(account: Account) -> None:
    broken = '[profiles.broken]\nprivate_key_file = "no.pem"\n'
    write(account, account.config.read_text(encoding="utf-8") + broken)
    listed = listing(account, "--profile=default")
    assert list(listed) == ["default"]
    assert "no.pem" not in json.dumps(listed)
    assert "no.pem" in faults(listing(account)["broken"])


# --- what is wrong ---------------------------------------------------------------------------


WRONG = [
    ('app_di = "1"\n', "has an unknown key app_di"),
    ("app_id = 1\n", "profiles.odd.app_id is of the TOML type integer"),
    ('app_id = "1"\n', "private_key is not set"),
    ('charset = "latin-1"\n', "profiles.odd.charset has a value that there is not"),
    ('timeout = "soon"\n', "profiles.odd.timeout is not a number"),
    ('transaction_prefix = "a b"\n', "profiles.odd.transaction_prefix is not 1 to 10"),
    ('private_key = "x"\nprivate_key_file = "y"\n', "are both set"),
    ('gateway = "http://a.example/"\n', "profiles.odd.gateway is not https"),
    ('product_code = ""\n', "profiles.odd.product_code is empty"),
]


def write_beside(account: Account, text: str) -> None:
    """Add a profile ``odd`` to the one that is right."""
    right = account.config.read_text(encoding="utf-8")
    write(account, f"{right}[profiles.odd]\n{text}")


@pytest.mark.parametrize(("text", "fault"), WRONG)
def test_a_wrong_profile_is_listed_with_its_faults(account: Account, text: str, fault: str) -> None:
    write_beside(account, text)
    listed = listing(account)
    assert list(listed) == ["default", "odd", "mock"]
    assert fault in faults(listed["odd"])
    assert [faults(listed[name]) for name in ("default", "mock")] == ["", ""]


@pytest.mark.parametrize(
    ("text", "fault"), [WRONG[0], WRONG[3], *(long(*each) for each in WRONG[1:3] + WRONG[4:])]
)
def test_the_faults_of_a_wrong_profile_are_shown(account: Account, text: str, fault: str) -> None:
    write_beside(account, text)
    plain, pretty = profiles(account), profiles(account, "-opretty", variables={"COLUMNS": "300"})
    assert (plain.status, pretty.status, pretty.err) == (0, 0, "")
    assert re.search(rf"^zhima: odd: error: .*{re.escape(fault)}", plain.err, re.MULTILINE)
    assert re.search(rf"^  error: .*{re.escape(fault)}", pretty.out, re.MULTILINE)


def test_what_is_right_of_a_wrong_profile_is_shown(account: Account) -> None:
    write(account, '[profiles.default]\napp_id = "1"\ncharset = 8\nproduct_cod = "w"\n')
    profile = listing(account)["default"]
    assert faults(profile).count("\n") == 1
    assert setting(account, "app_id") == {"source": "file", "place": "app_id", "value": "1"}


def test_a_profile_that_is_no_table_is_listed(account: Account) -> None:
    write(account, "[profiles]\ndefault = 1\n")
    assert "profiles.default is of the TOML type integer" in faults(listing(account)["default"])


def test_a_key_that_others_can_read_is_a_warning(account: Account) -> None:
    account.config.chmod(0o644)
    profile = listing(account)["default"]
    assert "mode 0644" in json.dumps(profile["warnings"])
    assert "default: warning: Others can read" in profiles(account).err


def test_a_default_that_there_is_not_is_listed_as_such(account: Account) -> None:
    write(account, 'default_profile = "lvie"\n' + TWO)
    listed = listing(account)
    assert list(listed) == ["default", "live", "mock", "lvie"]
    assert "has no profile lvie" in faults(listed["lvie"])


def test_without_a_file_the_default_is_told_what_it_lacks(account: Account) -> None:
    account.config.unlink()
    listed = listing(account)
    assert list(listed) == ["mock", "default"]
    assert "there is no configuration file" in faults(listed["default"])
    variables = {
        "ZHIMA_APP_ID": APP_ID,
        "ZHIMA_PRIVATE_KEY": private_pem(account.keys.app),
        "ZHIMA_ALIPAY_PUBLIC_KEY": public_pem(account.keys.alipay),
    }
    assert faults(listing(account, variables=variables)["default"]) == ""
    assert profiles(account, "-opretty").out.startswith("configuration file: none\n")


@pytest.mark.parametrize(
    ("text", "arguments", "status", "said"),
    [
        (None, ("--config=none.toml",), 3, "none.toml: No such file"),
        (None, ("--profile=none",), 3, "has no profile none"),
        ("[profiles\n", (), 3, "is not valid TOML"),
        ("profile = 1\n", (), 3, "unknown key profile"),
        ("[profiles.mock]\n", (), 3, "profiles.mock: this name belongs"),
        (None, ("--profile=",), 2, "--profile is empty"),
        (None, ("--output=curl",), 2, "--output has a value that there is not"),
    ],
)
def test_what_cannot_be_listed_is_an_error(
    account: Account, text: str | None, arguments: tuple[str, ...], status: int, said: str
) -> None:
    if text is not None:
        write(account, text)
    result = profiles(account, *arguments)
    assert (result.status, result.out) == (status, "")
    assert said in result.err


# --- nothing secret --------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", long("pretty"), long("plain")])
def test_a_key_in_any_place_is_never_shown(account: Account, form: str) -> None:
    canaries = make_canaries(account.keys.app)
    quoted = json.dumps(canaries.bare)
    keys = (
        *("app_id", "private_key", "private_key_file", "alipay_public_key", "charset", "gateway"),
        *("alipay_public_key_file", "app_cert_file", "encrypt_key", "encrypt_key_file", "history"),
        *("sign_type", "timeout", "app_auth_token", "linked_merchant_id", "product_code"),
        *("biz_code", "transaction_prefix", "nonsense"),
    )
    tables = [f"[profiles.p{at}]\n{key} = {quoted}\n" for at, key in enumerate(keys)]
    tables += [f"[profiles.{quoted}]\napp_id = 1\n{quoted} = 1\n"]
    for head in ("", f"default_profile = {quoted}\n"):
        write(account, head + "".join(tables))
        for arguments in ((), (f"--private-key-file={canaries.bare}", f"--history={canaries.pem}")):
            result = profiles(account, f"--output={form}", *arguments)
            assert result.status == 0
            assert canaries.found_in(result.out + result.err) == []
    write(account, TWO)
    for option in (f"--config={canaries.bare}", f"--profile={canaries.bare}"):
        result = profiles(account, f"--output={form}", option)
        assert result.status == 3
        assert canaries.found_in(result.out + result.err) == []


# --- the forms -------------------------------------------------------------------------------


def test_plain_is_a_line_a_setting(account: Account) -> None:
    result = profiles(account, "--timeout=20")
    assert (result.status, result.err) == (0, "")
    lines = [line.split("\t") for line in result.out.splitlines()]
    assert {len(line) for line in lines} == {7}
    assert {(line[0], line[1]) for line in lines} == {("*", "default"), ("", "mock")}
    own = {line[2]: line[3:] for line in lines if line[1] == "default"}
    digest = setting(account, "private_key")["sha256"]
    assert own["private_key"] == ["file", "private_key", "set", f"SHA256 {digest}"]
    assert own["timeout"] == ["flag", "--timeout", "20", ""]
    assert own["charset"] == ["default", "", "utf-8", ""]
    assert own["app_auth_token"] == ["", "", "", ""]
    assert [line[2] for line in lines if line[1] == "mock"] == MOCK_SETTINGS


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("used, since none is named", "not set: ", "default", "file", "set")),
        ("zh", ("使用中：没有另行指定", "未设置：", "默认", "文件", "已设置")),
    ],
)
def test_pretty_breaks_no_value(
    account: Account, columns: int, lang: str, words: tuple[str, ...]
) -> None:
    result = profiles(
        account, "--output=pretty", f"--lang={lang}", variables={"COLUMNS": str(columns)}
    )
    assert (result.status, result.err) == (0, "")
    assert [word for word in words if word not in result.out] == []
    lines = result.out.splitlines()
    own = [f"    SHA256 {setting(account, 'private_key')['sha256']}"]
    if columns == 40:
        gateway = "https://openapi.alipay.com/gateway.do"
        own += [f"  app_id  {words[3]}  {APP_ID}", f"  gateway  {words[2]}", f"    {gateway}"]
    assert [line for line in own if line not in lines] == []
    # What a person may copy is left to the terminal to wrap.
    copied = re.compile(r"\S+(?:: |：)/|.* /|    (SHA256|https)")
    assert all(cells(line) <= columns or copied.match(line) for line in lines)
