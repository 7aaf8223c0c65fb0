"""The configuration file: where it is looked for, what it may hold, and what is refused of it."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import APP_ID, Account
from tests.support.independent import BIZ_NO, private_pem, public_pem, signed_answer
from tests.support.input import answering, dry_run, refusal, sent, shown
from tests.support.long import long
from tests.support.nobody import as_nobody
from tests.support.program import (
    PERSON,
    Result,
    process_variables,
    run_inside,
    run_process,
    zhima_command,
)
from tests.support.stub import stub_gateway

DRY_RUN = ("init-cert", *PERSON, "--dry-run", "--output=json")


def write_profiles(
    path: Path, account: Account, profiles: Mapping[str, str], head: str = ""
) -> Path:
    """Write a configuration file: for each profile's name its app_id, all with the same key."""
    key = json.dumps(private_pem(account.keys.app))
    tables = (
        f'[profiles.{name}]\napp_id = "{app_id}"\nprivate_key = {key}\n'
        for name, app_id in profiles.items()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + "\n".join(tables), encoding="utf-8")
    path.chmod(0o600)
    return path


def write_text(account: Account, text: str, profile: str = "") -> None:
    """Write the configuration file from raw TOML, ``profile`` added to the profile ``default``."""
    account.write()
    if profile:
        text += account.config.read_text(encoding="utf-8") + profile
    account.config.write_text(text, encoding="utf-8")


# --- which file ------------------------------------------------------------------------------


def test_the_file_is_in_the_home_folder_by_default(account: Account) -> None:
    write_profiles(account.home / ".config/zhima/config.toml", account, {"default": "at_home"})
    assert dry_run(account).params["app_id"] == "at_home"


def test_the_file_is_in_xdg_config_home_where_that_is_set(account: Account, tmp_path: Path) -> None:
    write_profiles(tmp_path / "xdg/zhima/config.toml", account, {"default": "in_xdg"})
    given = dry_run(account, variables={"XDG_CONFIG_HOME": str(tmp_path / "xdg")})
    assert given.params["app_id"] == "in_xdg"


def test_a_relative_xdg_config_home_is_ignored(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The standard says so, and otherwise something would be loaded from the current folder."""
    write_profiles(tmp_path / "xdg/zhima/config.toml", account, {"default": "in_xdg"})
    monkeypatch.chdir(tmp_path)
    given = dry_run(account, variables={"XDG_CONFIG_HOME": "xdg"})
    assert given.params["app_id"] == APP_ID


def test_nothing_is_loaded_from_the_current_folder(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a configuration, nor variables, nor code."""
    here = account.home / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    account.config.unlink()
    for name in ("config.toml", "zhima.toml", ".zhima.toml", "zhima/config.toml"):
        write_profiles(here / name, account, {"default": "from_here"})
    (here / ".env").write_text("ZHIMA_APP_ID=from_here\n", encoding="utf-8")
    for name in ("requests", "rich", "typer", "zhima_cli", "sitecustomize"):
        (here / f"{name}.py").write_text("raise SystemExit(99)\n", encoding="utf-8")
    refused = refusal(run_inside(DRY_RUN, account.home), "config")
    assert refused.names("no configuration file")
    (here / ".config").mkdir()
    # A process starts in its home folder here.
    assert refusal(run_process(DRY_RUN, here), "config").names("no configuration file")


@pytest.mark.parametrize("spelling", ["--config={}", "-c{}"])
def test_a_file_is_named_by_flag(account: Account, tmp_path: Path, spelling: str) -> None:
    other = write_profiles(tmp_path / "other.toml", account, {"default": "by_flag"})
    third = write_profiles(tmp_path / "third.toml", account, {"default": "by_variable"})
    given = dry_run(account, spelling.format(other), variables={"ZHIMA_CONFIG": str(third)})
    assert given.params["app_id"] == "by_flag"


def test_a_file_is_named_by_variable(account: Account, tmp_path: Path) -> None:
    other = write_profiles(tmp_path / "other.toml", account, {"default": "by_variable"})
    given = dry_run(account, variables={"ZHIMA_CONFIG": str(other)})
    assert given.params["app_id"] == "by_variable"


@pytest.mark.parametrize("variables", [{}, {"ZHIMA_CONFIG": "~/own/z.toml"}], ids=["flag", "env"])
def test_a_tilde_is_the_home_folder(account: Account, variables: dict[str, str]) -> None:
    write_profiles(account.home / "own/z.toml", account, {"default": "at_tilde"})
    flags = [] if variables else ["--config=~/own/z.toml"]
    assert dry_run(account, *flags, variables=variables).params["app_id"] == "at_tilde"


# --- which profile ---------------------------------------------------------------------------

PROFILES = {"default": "app_default", "live": "app_live", "test": "app_test"}


@pytest.mark.parametrize(
    ("head", "flags", "variables", "app_id"),
    [
        pytest.param("", [], {}, "app_default", id="default"),
        pytest.param('default_profile = "live"\n', [], {}, "app_live", id="default_profile"),
        pytest.param(
            'default_profile = "live"\n', [], {"ZHIMA_PROFILE": "test"}, "app_test", id="variable"
        ),
        pytest.param(
            'default_profile = "live"\n',
            ["--profile=default"],
            {"ZHIMA_PROFILE": "test"},
            "app_default",
            id="flag",
        ),
        pytest.param("", ["-p", "live"], {}, "app_live", id="short-flag"),
        pytest.param("", ["-plive"], {}, "app_live", id="short-flag-glued"),
    ],
)
def test_the_profile_by_flag_then_environment_then_file(
    account: Account, head: str, flags: list[str], variables: dict[str, str], app_id: str
) -> None:
    write_profiles(account.config, account, PROFILES, head)
    assert dry_run(account, *flags, variables=variables).params["app_id"] == app_id


def test_the_name_of_a_profile_may_be_chinese(account: Account) -> None:
    key = json.dumps(private_pem(account.keys.app))
    text = f'[profiles."芝麻"]\napp_id = "app_zhima"\nprivate_key = {key}\n'
    account.config.write_text(text, encoding="utf-8")
    assert dry_run(account, "--profile=芝麻").params["app_id"] == "app_zhima"


def test_a_profile_that_there_is_not_is_refused_with_those_that_there_are(account: Account) -> None:
    write_profiles(account.config, account, {"live": "a", "test": "b"})
    refused = refusal(run_inside([*DRY_RUN, "--profile=prod"], account.home), "config")
    assert refused.names("has no profile prod")
    assert "live, test, mock" in refused.solutions[0]


def test_default_profile_may_name_a_missing_one_only_to_be_told_so(account: Account) -> None:
    write_profiles(account.config, account, {"live": "a"}, 'default_profile = "lvie"\n')
    assert refusal(run_inside(DRY_RUN, account.home), "config").names("has no profile lvie")


def test_a_profile_named_without_a_file_is_refused(account: Account) -> None:
    account.config.unlink()
    refused = refusal(run_inside([*DRY_RUN, "--profile=live"], account.home), "config")
    assert refused.names("There is no profile live")
    assert str(account.config) in refused.text
    assert "--profile mock" in refused.text


@pytest.mark.long
def test_the_profile_mock_needs_no_file(account: Account) -> None:
    account.config.unlink()
    result = run_inside([*DRY_RUN], account.home, {"ZHIMA_PROFILE": "mock"})
    assert (result.json["profile"], result.json["mock"]) == ("mock", True)


def test_a_profile_mock_in_a_file_is_refused(account: Account) -> None:
    """It would be taken for the built-in one, or the built-in one for it."""
    write_profiles(account.config, account, {"default": "a", "mock": "b"})
    assert refusal(run_inside(DRY_RUN, account.home), "config").names("profiles.mock")


# --- what a profile holds --------------------------------------------------------------------


def test_every_key_of_a_profile_takes_effect(account: Account) -> None:
    """All at once, as a gateway sees them; the keys' files have tests of their own."""
    settings = {
        "sign_type": "RSA",
        "charset": "gbk",
        "timeout": "30",
        "app_auth_token": "201510BBaabdb44d8fd04607abf8d5931ec75D84",
        "linked_merchant_id": "2088721630869411",
        "product_code": "w0000000000000000001",
        "biz_code": "SMART_FACE",
        "transaction_prefix": "ZGYD",
        "app_id": "2021000000000001",
    }
    with stub_gateway(signed_answer(account.keys.alipay, sign_type="RSA", charset="gbk")) as stub:
        account.write(gateway=stub.url, **settings)
        result = account.init_cert()
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
    given = sent(stub)
    assert given.request.is_signed_by(account.keys.app)
    assert (given.find("transaction_id") or "").startswith("ZGYD2026")
    for name in settings.keys() - {"timeout", "transaction_prefix"}:
        assert given.find(name) == settings[name]


@pytest.mark.parametrize("value", ["30", "30.5", '"30"'])
def test_timeout_may_be_a_number_or_text(account: Account, value: str) -> None:
    write_text(account, "", f"timeout = {value}\n")
    assert dry_run(account).params["app_id"] == APP_ID


@pytest.mark.parametrize(
    "value",
    [
        *("0", "-1", "601", "inf", "nan", '"soon"', '""'),
        pytest.param("0x" + "f" * 9999, id="more-digits-than-python-writes"),
    ],
)
def test_a_timeout_of_no_use_is_refused_by_its_place(account: Account, value: str) -> None:
    write_text(account, "", f"timeout = {value}\n")
    assert refusal(run_inside(DRY_RUN, account.home), "config").names("profiles.default.timeout")


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        pytest.param("", "app.pem", id="beside-the-file"),
        pytest.param("keys", "keys/app.pem", id="in-a-folder-below"),
        pytest.param("../../keys", "../../keys/app.pem", id="in-a-folder-above"),
    ],
)
def test_a_key_file_is_looked_for_from_the_files_folder(
    account: Account, folder: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the current folder is; the one here holds a wrong key by the same name."""
    key_folder = account.config.parent / folder
    key_folder.mkdir(parents=True, exist_ok=True)
    (key_folder / "app.pem").write_text(private_pem(account.keys.app), encoding="utf-8")
    (key_folder / "app.pem").chmod(0o600)
    elsewhere = account.home / "a/b/c"
    elsewhere.mkdir(parents=True)
    wrong = elsewhere / name
    wrong.parent.mkdir(parents=True, exist_ok=True)
    wrong.write_text(private_pem(account.keys.stranger), encoding="utf-8")
    text = f'[profiles.default]\napp_id = "{APP_ID}"\nprivate_key_file = "{name}"\n'
    account.config.write_text(text, encoding="utf-8")
    monkeypatch.chdir(elsewhere)
    assert dry_run(account).request.is_signed_by(account.keys.app)


def test_key_files_may_begin_with_a_tilde(account: Account) -> None:
    for name, text in (
        ("app.pem", private_pem(account.keys.app)),
        ("alipay.pem", public_pem(account.keys.alipay)),
    ):
        (account.home / name).write_text(text, encoding="utf-8")
        (account.home / name).chmod(0o600)
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        account.config.write_text(
            f'[profiles.default]\napp_id = "{APP_ID}"\ngateway = "{stub.url}"\n'
            'private_key_file = "~/app.pem"\nalipay_public_key_file = "~/alipay.pem"\n',
            encoding="utf-8",
        )
        result = account.init_cert("--transaction-id=A")
    assert (result.status, result.out, result.err) == (0, f"{BIZ_NO}\n", "")
    assert sent(stub).request.is_signed_by(account.keys.app)


@pytest.mark.parametrize("name", ["private_key", "alipay_public_key"])
def test_a_key_and_its_file_exclude_each_other_in_a_profile(account: Account, name: str) -> None:
    account.write(**{f"{name}_file": "some.pem"})
    refused = refusal(account.init_cert("-ojson"), "config")
    assert refused.names(f"profiles.default.{name}_file are both set")


@pytest.mark.parametrize("name", ["ZHIMA_PRIVATE_KEY", "ZHIMA_ALIPAY_PUBLIC_KEY"])
def test_a_key_and_its_file_exclude_each_other_in_the_environment(
    account: Account, name: str
) -> None:
    variables = {name: "some key", f"{name}_FILE": "some.pem"}
    refused = refusal(account.init_cert("-ojson", variables=variables), "config")
    assert refused.names(f"{name} and {name}_FILE are both set")


# --- what is wrong in a profile --------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("appid", "app_id"),
        ("app-id", "app_id"),
        ("APP_ID", "app_id"),
        ("private_keyfile", "private_key_file"),
        ("alipay_key", "alipay_public_key"),
        ("signtype", "sign_type"),
        ("time_out", "timeout"),
        ("prefix", "transaction_prefix"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(
    account: Account, key: str, nearest: str
) -> None:
    write_text(account, "", f'{key} = "x"\n')
    refused = refusal(run_inside(DRY_RUN, account.home), "config")
    assert refused.names(f"profiles.default has an unknown key {key}")
    assert refused.solutions == (f"Did you mean {nearest}?",)


@pytest.mark.parametrize("key", ["foo", "output", "url"])
def test_an_unknown_key_that_is_near_none_is_refused_with_all_that_there_are(
    account: Account, key: str
) -> None:
    write_text(account, "", f'{key} = "x"\n')
    refused = refusal(run_inside(DRY_RUN, account.home), "config")
    assert refused.names(f"profiles.default has an unknown key {key}")
    assert refused.solutions[0].startswith("Rename it, or leave it out; keys that fit: app_id, ")
    assert refused.solutions[0].endswith(", transaction_prefix.")
    write_text(account, f'{key} = "x"\n', "# as it is\n")
    refused = refusal(run_inside(DRY_RUN, account.home), "config")
    assert refused.names(f"{account.config} has an unknown key {key}")
    assert refused.solutions[0].endswith("keys that fit: default_profile, profiles.")


def test_an_unknown_key_beside_the_profiles_is_refused(account: Account) -> None:
    """``app_id`` above the first table is the likely slip."""
    write_text(account, 'default_profil = "default"\n', "# as it is\n")
    refused = refusal(run_inside(DRY_RUN, account.home), "config")
    assert refused.names("unknown key default_profil")
    assert refused.solutions == ("Did you mean default_profile?",)


def test_all_that_is_wrong_in_a_profile_is_said_at_once_in_its_order(account: Account) -> None:
    write_text(account, "", 'zzz = 1\nappid = "x"\nsign_type = 1\ncharset = true\naaa = 2\n')
    refused = refusal(run_inside(DRY_RUN, account.home), "config")
    assert refused.names("key zzz", "key appid", "key aaa", "default.sign_type", "default.charset")
    places = [refused.text.index(f"key {key}") for key in ("zzz", "appid", "aaa")]
    assert places == sorted(places)


TEXT_KEYS = (
    "app_id",
    "private_key",
    "private_key_file",
    "alipay_public_key",
    "alipay_public_key_file",
    "sign_type",
    "charset",
    "gateway",
    "app_auth_token",
    "linked_merchant_id",
    "product_code",
    "biz_code",
    "transaction_prefix",
)


@pytest.mark.parametrize("key", TEXT_KEYS)
def test_a_key_that_is_no_text_is_refused(account: Account, key: str) -> None:
    """An app_id without quotes is a number to TOML: the commonest of these."""
    account.config.write_text(f"[profiles.default]\n{key} = 2014072300007148\n", encoding="utf-8")
    refused = refusal(run_inside(DRY_RUN, account.home), "config")
    assert any(
        f"profiles.default.{key} is of the TOML type integer" in text
        for text in refused.descriptions
    )
    assert "Give it the type string." in refused.solutions
    assert "2014072300007148" not in refused.text


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("1.5", "float"),
        ("true", "boolean"),
        ('["x"]', "array"),
        ('{ x = "x" }', "table"),
        ("2026-11-25", "date"),
        ("03:07:50", "time"),
        ("2026-11-25T03:07:50Z", "date"),
    ],
)
def test_the_type_that_was_found_is_named(account: Account, value: str, found: str) -> None:
    write_text(account, "", f"biz_code = {value}\n")
    refused = refusal(run_inside(DRY_RUN, account.home), "config")
    assert refused.names("profiles.default.biz_code is of the TOML type")
    assert found in refused.descriptions[0]


@pytest.mark.parametrize("value", ["true", "[15]", "{ s = 15 }", "03:07:50"])
def test_a_timeout_that_is_neither_number_nor_text_is_refused(account: Account, value: str) -> None:
    write_text(account, "", f"timeout = {value}\n")
    refused = refusal(run_inside(DRY_RUN, account.home), "config")
    assert refused.names("profiles.default.timeout is of the TOML type")
    assert refused.solutions == ("Give it the type number.",)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        pytest.param("default_profile = 1\n", "default_profile", id="default_profile"),
        pytest.param("profiles = 1\n", "profiles", id="profiles"),
        pytest.param("profiles = []\n", "profiles", id="profiles-array"),
        pytest.param("[profiles]\ndefault = 1\n", "profiles.default", id="profile"),
        pytest.param("[[profiles.default]]\n", "profiles.default", id="profile-array"),
    ],
)
def test_a_table_that_is_none_is_refused(account: Account, text: str, subject: str) -> None:
    account.config.write_text(text, encoding="utf-8")
    refused = refusal(run_inside(DRY_RUN, account.home), "config")
    assert refused.names(f"{account.config}: {subject} is of the TOML type")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[profiles]\n", "[profiles.other]\n"])
def test_a_file_without_the_profile_is_refused(account: Account, text: str) -> None:
    account.config.write_text(text, encoding="utf-8")
    refused = refusal(run_inside(DRY_RUN, account.home), "config")
    assert refused.names("has no profile default")


def test_what_a_profile_lacks_is_named_all_at_once(account: Account) -> None:
    account.config.write_text("[profiles.default]\n", encoding="utf-8")
    refused = refusal(account.init_cert("-ojson"), "config")
    assert refused.names("app_id is not", "private_key is not", "alipay_public_key is not")
    for place in ("--app-id", "ZHIMA_PRIVATE_KEY", "ZHIMA_ALIPAY_PUBLIC_KEY"):
        assert place in refused.text


# --- what is wrong with the file -------------------------------------------------------------

CANARY = "c3VwZXItc2VjcmV0LWNhbmFyeQ"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"[profiles.default]\n\nprivate_key = {CANARY}+/=\n", id="no-quotes"),
        pytest.param(f'[profiles.default]\n\n"{CANARY}" "\n', id="no-equals-sign"),
        pytest.param(f'[a]\n\nb = "{CANARY}\n', id="no-closing-quote"),
        pytest.param(f'[a]\nb = "{CANARY}"\nb = "{CANARY}"\n', id="twice"),
        pytest.param(f'[a]\n\nb = "\\q{CANARY}"\n', id="bad-escape"),
    ],
)
@pytest.mark.parametrize("more", [(), ("--debug",)], ids=["plain", "debug"])
def test_what_is_not_toml_is_refused_by_line_and_never_quoted(
    account: Account, text: str, more: tuple[str, ...]
) -> None:
    account.config.write_text(text, encoding="utf-8")
    result = run_inside([*DRY_RUN, *more], account.home)
    refused = refusal(result, "config")
    assert refused.names(f"{account.config} is not valid TOML (line 3")
    assert CANARY[:8] not in result.out + result.err


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a = " + "[" * 30_000 + "]" * 30_000, id="arrays"),
        pytest.param("a = " + "{x=" * 15_000 + "1" + "}" * 15_000, id="inline-tables"),
        pytest.param("[a" + ".a" * 5_000 + "]", id="headers"),
        pytest.param("a = " + "1" * 60_000, id="digits"),
        pytest.param("a = 2026-13-45", id="no-such-date"),
    ],
)
def test_a_file_without_end_is_refused(account: Account, text: str) -> None:
    account.config.write_text(text, encoding="utf-8")
    refused = refusal(run_inside(DRY_RUN, account.home), "config")
    assert len(refused.descriptions) == 1
    assert str(account.config) in refused.text


def test_a_file_without_end_is_refused_before_it_fills_the_memory(account: Account) -> None:
    """The library's reader needs gigabytes for a dotted key of that many parts."""
    account.config.write_text("a" + ".a" * 30_000 + " = 1", encoding="utf-8")
    limited = 'ulimit -v 400000 && exec "$0" "$@"'
    done = subprocess.run(
        ["sh", "-c", limited, zhima_command(), *DRY_RUN],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=process_variables(account.home),
        timeout=60,
        check=False,
    )
    result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert str(account.config) in refusal(result, "config").text


@pytest.mark.parametrize(
    "script",
    [
        # What `--config <(...)` comes to.
        pytest.param('cat "$0" | "$@" --config=/dev/stdin', id="of-the-shell"),
        pytest.param(
            'mkfifo pipe; cat "$0" > pipe & "$@" --config=pipe; status=$?; kill $!; exit $status',
            id="with-a-name",
        ),
        # A writer may ask for a password first.
        long('sleep 4 | cat - "$0" | "$@" --config=/dev/stdin', id="slow"),
    ],
)
def test_a_pipe_is_read(account: Account, tmp_path: Path, script: str) -> None:
    done = subprocess.run(
        ["sh", "-c", script, account.config, zhima_command(), *DRY_RUN],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=process_variables(account.home),
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    assert shown(Result(done.returncode, done.stdout.decode(), "")).params["app_id"] == APP_ID


@pytest.mark.parametrize(
    ("option", "value", "status"),
    [
        ("--config", "pipe", 3),
        long("--private-key-file", "pipe", 3),
        long("--merchant-config", "@pipe", 2),
    ],
)
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(
    account: Account, option: str, value: str, status: int
) -> None:
    os.mkfifo(account.home / "pipe")
    result = run_process([*DRY_RUN, f"{option}={value}"], account.home)
    assert result.status == status
    assert f"{option.removeprefix('--')}: nothing writes to the pipe pipe" in result.out


@pytest.mark.parametrize("excess", [0, 1])
def test_a_file_may_have_64_kib(account: Account, excess: int) -> None:
    start = account.config.read_bytes() + b"#"
    account.config.write_bytes(start + b"x" * (64 * 1024 + excess - len(start)))
    result = run_inside(DRY_RUN, account.home)
    if excess:
        refused = refusal(result, "config")
        assert refused.names(f"{account.config} is larger than 65536 bytes")
    else:
        assert shown(result).params["app_id"] == APP_ID


def test_a_byte_order_mark_is_read_over(account: Account) -> None:
    account.config.write_bytes(b"\xef\xbb\xbf" + account.config.read_bytes())
    assert dry_run(account).params["app_id"] == APP_ID


def test_windows_line_ends_are_read_over(account: Account) -> None:
    account.config.write_bytes(account.config.read_bytes().replace(b"\n", b"\r\n"))
    assert dry_run(account).params["app_id"] == APP_ID


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_a_file_that_is_not_utf_8_is_refused(account: Account, encoding: str) -> None:
    text = "# 芝麻认证\n" + account.config.read_text(encoding="utf-8")
    account.config.write_bytes(text.encode(encoding))
    refused = refusal(run_inside(DRY_RUN, account.home), "config")
    assert refused.names(f"{account.config} is not UTF-8 text")


@pytest.mark.parametrize("source", ["default", "flag", "variable"])
def test_a_folder_in_the_files_place_is_refused(account: Account, source: str) -> None:
    account.config.unlink()
    account.config.mkdir()
    path = str(account.config)
    flags = [f"--config={path}"] if source == "flag" else []
    variables = {"ZHIMA_CONFIG": path} if source == "variable" else {}
    refused = refusal(run_inside([*DRY_RUN, *flags], account.home, variables), "config")
    assert refused.names(f"{path}: Is a directory")


@pytest.mark.parametrize("source", ["flag", "variable"])
def test_a_named_file_that_there_is_not_is_refused(account: Account, source: str) -> None:
    """Though the default file is there: it was not asked for."""
    path = str(account.home / "nowhere.toml")
    flags = [f"--config={path}"] if source == "flag" else []
    variables = {"ZHIMA_CONFIG": path} if source == "variable" else {}
    refused = refusal(run_inside([*DRY_RUN, *flags], account.home, variables), "config")
    assert refused.names(f"{path}: No such file")


def test_no_file_at_all_is_said_in_one_sentence(account: Account) -> None:
    account.config.unlink()
    refused = refusal(account.init_cert("-ojson"), "config")
    assert refused.names(f"no configuration file {account.config}")
    assert "--profile mock" in refused.solutions[0]


# --- without a file --------------------------------------------------------------------------


@pytest.mark.parametrize("with_other_profiles", [False, True], ids=["no-file", "other-profiles"])
def test_the_environment_alone_is_enough(account: Account, with_other_profiles: bool) -> None:
    account.config.unlink()
    if with_other_profiles:
        write_profiles(account.config, account, {"live": "from_file"})
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        result = account.init_cert(
            "--transaction-id=A",
            variables={
                "ZHIMA_APP_ID": "from_variable",
                "ZHIMA_PRIVATE_KEY": private_pem(account.keys.app),
                "ZHIMA_ALIPAY_PUBLIC_KEY": public_pem(account.keys.alipay),
                "ZHIMA_GATEWAY": stub.url,
            },
        )
    assert (result.status, result.out, result.err) == (0, f"{BIZ_NO}\n", "")
    given = sent(stub)
    assert given.params["app_id"] == "from_variable"
    assert given.request.is_signed_by(account.keys.app)


@pytest.mark.parametrize("missing", ["app_id", "private_key", "alipay_public_key"])
def test_what_the_environment_lacks_without_a_file_is_named(account: Account, missing: str) -> None:
    account.config.unlink()
    variables = {
        "ZHIMA_APP_ID": APP_ID,
        "ZHIMA_PRIVATE_KEY": private_pem(account.keys.app),
        "ZHIMA_ALIPAY_PUBLIC_KEY": public_pem(account.keys.alipay),
    }
    variables.pop(f"ZHIMA_{missing.upper()}")
    refused = refusal(account.init_cert("-ojson", variables=variables), "config")
    assert refused.names(f"{missing} is not set")
    assert f"ZHIMA_{missing.upper()}" in refused.solutions[0]


def test_a_broken_file_is_not_passed_over_for_the_environments_sake(account: Account) -> None:
    account.config.write_text("[profiles.default\n", encoding="utf-8")
    variables = {
        "ZHIMA_APP_ID": APP_ID,
        "ZHIMA_PRIVATE_KEY": private_pem(account.keys.app),
        "ZHIMA_ALIPAY_PUBLIC_KEY": public_pem(account.keys.alipay),
    }
    refused = refusal(account.init_cert("-ojson", variables=variables), "config")
    assert refused.names("is not valid TOML")


# --- who can read the key --------------------------------------------------------------------


def _use_key_file(account: Account, mode: int) -> Path:
    """Write the private key into a file of that mode, and a profile that names it."""
    file = account.config.parent / "app.pem"
    file.write_text(private_pem(account.keys.app), encoding="utf-8")
    file.chmod(mode)
    account.config.write_text(
        f'[profiles.default]\napp_id = "{APP_ID}"\nprivate_key_file = "app.pem"\n',
        encoding="utf-8",
    )
    account.config.chmod(0o644)  # there is no secret in it
    return file


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o440, 0o666])
def test_a_key_file_that_others_can_read_gets_a_warning(account: Account, mode: int) -> None:
    file = _use_key_file(account, mode)
    result = account.init_cert("--dry-run", "-ojson")
    assert result.err.startswith("zhima: warning: ")
    assert result.err.count("\n") == 1
    assert f"{file} (mode {mode:04o})" in result.err
    assert "chmod 600" in result.err
    assert shown(result).request.is_signed_by(account.keys.app)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700, 0o622])
def test_a_key_file_that_others_cannot_read_gets_none(account: Account, mode: int) -> None:
    _use_key_file(account, mode)
    result = account.init_cert("--dry-run")
    assert (result.status, result.err) == (0, "")


@pytest.mark.parametrize("source", ["flag", "variable"])
def test_a_key_file_named_elsewhere_gets_the_warning_too(account: Account, source: str) -> None:
    file = _use_key_file(account, 0o644)
    account.write()
    flags = [f"--private-key-file={file}"] if source == "flag" else []
    variables = {"ZHIMA_PRIVATE_KEY_FILE": str(file)} if source == "variable" else {}
    result = account.init_cert("--dry-run", *flags, variables=variables)
    assert result.status == 0
    assert f"{file} (mode 0644)" in result.err


@pytest.mark.parametrize("mode", [0o640, 0o644])
def test_a_configuration_with_a_key_in_it_that_others_can_read_gets_a_warning(
    account: Account, mode: int
) -> None:
    account.config.chmod(mode)
    result = account.init_cert("--dry-run")
    assert result.status == 0
    assert f"{account.config} (mode {mode:04o})" in result.err


def test_a_configuration_with_a_token_in_it_that_others_can_read_gets_a_warning(
    account: Account,
) -> None:
    _use_key_file(account, 0o600)
    with account.config.open("a") as file:
        file.write('app_auth_token = "T"\n')
    result = account.init_cert("--dry-run")
    assert result.status == 0
    assert f"{account.config} (mode 0644)" in result.err


def test_a_file_with_two_secrets_gets_one_warning(account: Account) -> None:
    account.write(app_auth_token="T")  # noqa: S106 -- its value is of no account
    account.config.chmod(0o644)
    result = account.init_cert("--dry-run")
    assert (result.status, result.err.count("(mode 0644)")) == (0, 1)


def test_a_key_in_the_place_of_a_profiles_name_is_not_shown(account: Account) -> None:
    result = account.init_cert("--profile=wPxuEd6tvu9aWn5+kKvN7w==")
    assert result.status == 3
    assert "wPxuEd6t" not in result.out + result.err


def test_a_public_key_file_that_others_can_read_is_as_it_should_be(account: Account) -> None:
    file = account.home / "alipay.pem"
    file.write_text(public_pem(account.keys.alipay), encoding="utf-8")
    file.chmod(0o644)
    with answering(account):
        result = account.init_cert("--transaction-id=A", f"--alipay-public-key-file={file}")
    assert (result.status, result.err) == (0, "")


def test_a_configuration_that_nobody_lets_one_see_is_not_said_to_be_absent(
    account: Account,
) -> None:
    """Nor is it missed where the environment has all that is needed, as in many a container."""
    folder = account.config.parent
    variables = {
        "ZHIMA_APP_ID": APP_ID,
        "ZHIMA_PRIVATE_KEY": private_pem(account.keys.app),
        "ZHIMA_NO_HISTORY": "true",
    }
    assert account.init_cert("--dry-run", variables=variables).status == 0
    assert account.init_cert("--config=none").status == 3
    folder.chmod(0)
    try:
        with as_nobody():
            refused = account.init_cert()
            fine = account.init_cert("--dry-run", variables=variables)
    finally:
        folder.chmod(0o700)
    assert refused.status == 3
    assert f"config: the file cannot be read: {account.config}: Permission denied" in refused.err
    assert fine.status == 0


@pytest.mark.parametrize(
    ("name", "host"),
    [("sandbox", "openapi-sandbox.dl.alipaydev.com"), ("Production", "openapi.alipay.com")],
)
def test_the_platforms_gateways_have_names(account: Account, name: str, host: str) -> None:
    account.write(gateway=name)
    assert dry_run(account).gateway == f"https://{host}/gateway.do"
    assert dry_run(account, f"--gateway={name}").gateway == f"https://{host}/gateway.do"
