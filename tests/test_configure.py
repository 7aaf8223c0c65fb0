"""``zhima configure`` with options: what it writes, what it leaves alone, and what it refuses."""

import base64
import fcntl
import os
import stat
import subprocess
import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import APP_ID, Account, Keys
from tests.support.independent import private_pem, public_pem
from tests.support.mock_client import mock_keys
from tests.support.openssl import bare_base64
from tests.support.program import (
    NOW,
    PERSON,
    Result,
    process_variables,
    run_inside,
    zhima_command,
)
from zhima_cli.core.config_change import OpenedConfig, make_change, write_change
from zhima_cli.core.draft import Draft, Setting
from zhima_cli.core.errors import InputError, Reason
from zhima_cli.core.profile import parse_config
from zhima_cli.mock.certificates import make_certificates
from zhima_cli.mock.server import serve

COMMENTED = """\
# My own file.
default_profile = 'live'   # not the sandbox

[profiles.live]
  app_id = '1'  # of the shop
  history = false
  timeout = 20

# The sandbox; its keys are worth nothing.
[profiles.sandbox]
app_id = "9021"
"""


@pytest.fixture
def files(account: Account) -> Account:
    """An account without a configuration, its keys in files of the home folder."""
    account.config.unlink()
    account.config.parent.rmdir()
    for name, text in (
        ("app.pem", private_pem(account.keys.app)),
        ("alipay.pem", public_pem(account.keys.alipay)),
        ("own.pem", public_pem(account.keys.app)),
    ):
        (account.home / name).write_text(text)
        (account.home / name).chmod(0o600)
    return account


def configure(files: Account, *arguments: str, stdin: bytes = b"", **variables: str) -> Result:
    """Run ``zhima configure`` inside this process."""
    return run_inside(["configure", *arguments], files.home, variables, stdin)


def complete(files: Account) -> tuple[str, ...]:
    """Return the options that every profile needs."""
    return (
        f"--app-id={APP_ID}",
        f"--private-key-file={files.home}/app.pem",
        f"--alipay-public-key-file={files.home}/alipay.pem",
    )


def given(files: Account, text: str | bytes, mode: int = 0o600) -> bytes:
    """Write the configuration file as somebody's editor left it."""
    files.config.parent.mkdir(parents=True)
    files.config.write_bytes(text if isinstance(text, bytes) else text.encode())
    files.config.chmod(mode)
    return files.config.read_bytes()


def mode(path: Path) -> int:
    """Return the file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def names_beside(files: Account) -> list[str]:
    """Return the names of what is in the configuration's folder."""
    return sorted(entry.name for entry in files.config.parent.iterdir())


# --- what it writes --------------------------------------------------------------------------


def test_what_it_writes_makes_a_call_at_once(files: Account, keys: Keys) -> None:
    with serve(0, mock_keys(keys), lambda _line: None) as url:
        result = configure(files, *complete(files), f"--gateway={url}")
        call = files.init_cert("--no-history")
    assert result.status == 0, result
    assert (call.status, call.out[:6]) == (0, "ZMMOCK")
    lines = [
        f'app_id = "{APP_ID}"',
        f'private_key_file = "{files.home}/app.pem"',
        f'alipay_public_key_file = "{files.home}/alipay.pem"',
        f'gateway = "{url}"',
    ]
    assert files.config.read_text() == "\n".join(["[profiles.default]", *lines, ""])
    assert (mode(files.config), mode(files.config.parent)) == (0o600, 0o700)
    assert result.out.splitlines() == ["[profiles.default]", *(f"+ {line}" for line in lines)]
    assert result.err.splitlines() == [
        f"zhima: configuration written: {files.config}",
        "zhima: next: zhima doctor --profile default",
        "zhima: next: zhima init-cert --profile default --dry-run",
    ]


def test_a_path_is_typed_from_the_current_folder_and_written_from_the_files(
    files: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files.home)
    (files.home / "conf").mkdir()
    os.replace(files.home / "app.pem", files.home / "conf" / "app.pem")  # noqa: PTH105 -- as the shell does
    arguments = (
        *("--config=conf/my.toml", "-p", "生产", f"--app-id={APP_ID}", "--default"),
        *("--private-key-file=conf/app.pem", "--alipay-public-key-file=~/alipay.pem"),
    )
    result = configure(files, *arguments, "--lang=zh")
    assert result.status == 0, result
    config = files.home / "conf" / "my.toml"
    assert config.read_text() == (
        'default_profile = "生产"\n\n'
        f'[profiles."生产"]\napp_id = "{APP_ID}"\nprivate_key_file = "app.pem"\n'
        'alipay_public_key_file = "~/alipay.pem"\n'
    )
    assert "下一步：zhima doctor --profile '生产' --config conf/my.toml\n" in result.err
    shown = run_inside(["init-cert", f"-c{config}", *PERSON, "--dry-run", "-ojson"], files.home)
    assert (shown.status, shown.json["profile"]) == (0, "生产")


def test_certificate_mode_takes_the_place_of_the_public_key(files: Account, keys: Keys) -> None:
    pairs = mock_keys(keys)
    certificates = make_certificates(pairs.application, pairs.gateway)
    options = []
    for option, text in (
        ("app-cert-file", certificates.app_cert),
        ("alipay-cert-file", certificates.alipay_cert),
        ("alipay-root-cert-file", certificates.alipay_root_cert),
    ):
        (files.home / f"{option}.crt").write_text(text)
        options.append(f"--{option}={files.home}/{option}.crt")
    assert configure(files, *complete(files)).status == 0
    wrong = configure(files, *options[:2], f"--alipay-root-cert-file={files.home}/alipay.pem")
    assert (wrong.status, wrong.out) == (3, "")
    assert "alipay.pem holds no certificate" in wrong.err
    with serve(0, replace(pairs, certificates=certificates), lambda _line: None) as url:
        result = configure(files, *options, f"--gateway={url}")
        assert result.status == 0, result
        assert f'- alipay_public_key_file = "{files.home}/alipay.pem"\n' in result.out
        assert "alipay_public_key" not in files.config.read_text()
        assert files.init_cert("--no-history").status == 0
    back = configure(files, complete(files)[2])
    assert back.status == 0
    assert "cert_file" not in files.config.read_text()


def test_everything_else_in_the_file_stays_to_the_letter(files: Account) -> None:
    given(files, COMMENTED)
    result = configure(files, *complete(files), "--sign-type=rsa", "--charset=GBK")
    assert result.status == 0, result
    assert files.config.read_text() == COMMENTED.replace("'1'", f'"{APP_ID}"').replace(
        "  timeout = 20\n",
        "  timeout = 20\n"
        f'  private_key_file = "{files.home}/app.pem"\n'
        f'  alipay_public_key_file = "{files.home}/alipay.pem"\n'
        '  sign_type = "RSA"\n  charset = "gbk"\n',
    )
    assert result.out.splitlines()[:3] == [
        "[profiles.live]",
        '- app_id = "1"',
        f'+ app_id = "{APP_ID}"',
    ]


def test_a_new_profile_stands_at_the_end(files: Account) -> None:
    given(files, COMMENTED.rstrip("\n"))  # and the last line has no end
    assert configure(files, "-p", "third", *complete(files), "--default").status == 0
    text = files.config.read_text()
    start = COMMENTED.replace("'live'", '"third"') + f'\n[profiles.third]\napp_id = "{APP_ID}"\n'
    assert text.startswith(start), text


def test_line_ends_and_a_byte_order_mark_stay(files: Account) -> None:
    old = b"\xef\xbb\xbf" + COMMENTED.replace("\n", "\r\n").encode()
    given(files, old)
    assert configure(files, *complete(files)).status == 0
    new = files.config.read_bytes()
    assert new.startswith(b"\xef\xbb\xbf# My own file.\r\n")
    assert new.count(b"\r\n") == new.count(b"\n") == old.count(b"\n") + 2


def test_nothing_to_change_is_said_and_the_file_is_not_touched(files: Account) -> None:
    configure(files, *complete(files))
    before = files.config.stat()
    content = files.config.read_bytes()
    result = configure(files, *complete(files))
    assert (result.status, result.out) == (0, "")
    assert result.err.startswith("zhima: nothing to change: the profile is so already\n")
    after = files.config.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert files.config.read_bytes() == content


def test_a_dry_run_shows_all_and_writes_nothing(files: Account) -> None:
    stdin = private_pem(files.keys.app).encode()
    arguments = (*complete(files), "--private-key-file=-", "--dry-run")
    result = configure(files, *arguments, stdin=stdin)
    assert result.status == 0
    assert '+ private_key_file = "app_private_key.pem"\n' in result.out
    assert result.err == "zhima: dry run: nothing was written\n"
    assert not files.config.parent.exists()


def test_json_tells_the_same(files: Account) -> None:
    given(files, f'[profiles.default]\nprivate_key = "{bare_base64(private_pem(files.keys.app))}"')
    result = configure(files, *complete(files), "-o", "json")
    assert result.json == {
        "schema": 1,
        "dry_run": False,
        "config": str(files.config),
        "profile": "default",
        "changed": True,
        "changes": [
            {"key": "app_id", "before": None, "after": APP_ID},
            {"key": "private_key", "before": "set", "after": None},
            {"key": "private_key_file", "before": None, "after": f"{files.home}/app.pem"},
            {
                "key": "alipay_public_key_file",
                "before": None,
                "after": f"{files.home}/alipay.pem",
            },
        ],
        "key_files": [],
    }


@pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o600, 0o600), (0o400, 0o400)])
def test_its_permissions_are_never_wider(files: Account, before: int, after: int) -> None:
    given(files, COMMENTED, before)
    assert configure(files, *complete(files)).status == 0
    assert mode(files.config) == after


def test_it_stays_its_owners(files: Account) -> None:
    """Who runs the tests can give it to somebody else as root alone."""
    given(files, COMMENTED)
    owner, group = (12345, 12346) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown(files.config, owner, group)
    key = base64.b64encode(bytes(16))
    assert configure(files, *complete(files), "--encrypt-key-file=-", stdin=key).status == 0
    for path in (files.config, files.config.parent / "live_encrypt_key.txt"):
        found = path.stat()
        assert (found.st_uid, found.st_gid, mode(path)) == (owner, group, 0o600)


def test_of_two_changes_at_once_none_is_lost(files: Account) -> None:
    """The second finds the file locked or changed, or made by the first, and is refused."""

    def is_written(name: str) -> bool:
        data = files.config.read_bytes() if files.config.exists() else None
        opened = OpenedConfig(files.config, name, data, parse_config(files.config, data or b""))
        barrier.wait()
        draft = Draft(opened.profile, files.home, NOW).answer(Setting.APP_ID, APP_ID)
        try:
            write_change(make_change(opened, draft.finish(inline=False), default=False))
        except InputError as error:
            assert error.problems[0].reason in (Reason.CONFIG_CHANGED, Reason.CONFIG_LOCKED)
            return False
        return True

    for number in range(40):
        barrier = threading.Barrier(2, timeout=60)
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(is_written, (f"{number}a", f"{number}b"))) == [False, True]
        if number < 20:
            files.config.unlink()
    assert files.config.read_text().count("app_id") == 20
    assert names_beside(files) == ["config.toml"]


def test_a_file_that_is_kept_locked_is_not_waited_for(files: Account) -> None:
    """As by ``flock config.toml zhima configure``, which would wait for itself."""
    before = given(files, COMMENTED)
    with files.config.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        result = configure(files, *complete(files))
    assert result.status == 3
    assert f"error: {files.config} is kept locked by another program" in result.err
    assert files.config.read_bytes() == before
    assert names_beside(files) == ["config.toml"]
    assert configure(files, *complete(files)).status == 0


def test_a_gateway_that_stands_there_by_its_name_stays(files: Account) -> None:
    given(files, '[profiles.default]\ngateway = "SandBox"\n')
    result = configure(files, *complete(files), "--gateway=sandbox")
    assert result.status == 0
    assert "gateway =" not in result.out
    assert 'gateway = "SandBox"' in files.config.read_text()


def test_a_link_stays_and_what_it_leads_to_is_written(files: Account) -> None:
    given(files, "")
    target = files.home / "dotfiles.toml"
    files.config.rename(target)
    files.config.symlink_to("../../dotfiles.toml")
    assert configure(files, *complete(files)).status == 0
    assert files.config.is_symlink()
    assert target.read_text().startswith("[profiles.default]\n")
    assert names_beside(files) == ["config.toml"]
    assert files.init_cert("--dry-run").status == 0


# --- keys that come themselves ---------------------------------------------------------------


@pytest.mark.parametrize("form", ["pem", "base64"])
def test_a_key_from_standard_input_gets_a_file_of_its_own(files: Account, form: str) -> None:
    pem = private_pem(files.keys.app)
    stdin = (pem if form == "pem" else bare_base64(pem)).encode()
    result = configure(files, *complete(files), "--private-key-file=-", stdin=stdin)
    assert result.status == 0, result
    path = files.config.parent / "app_private_key.pem"
    assert (path.read_text(), mode(path)) == (pem, 0o600)
    assert f"zhima: key written: {path}\n" in result.err
    assert 'private_key_file = "app_private_key.pem"\n' in files.config.read_text()
    assert bare_base64(pem)[40:80] not in result.out + result.err
    assert files.init_cert("--dry-run").status == 0
    again = configure(files, "--private-key-file=-", stdin=stdin)
    assert (again.status, again.out) == (0, "")  # the same key needs no second file


def test_another_keys_file_is_never_overwritten(files: Account) -> None:
    given(files, "")
    (files.config.parent / "app_private_key.pem").write_text("somebody's own")
    (files.config.parent / "app_private_key_2.pem").symlink_to("nowhere")
    stdin = private_pem(files.keys.app).encode()
    assert configure(files, *complete(files), "--private-key-file=-", stdin=stdin).status == 0
    assert (files.config.parent / "app_private_key.pem").read_text() == "somebody's own"
    assert (files.config.parent / "app_private_key_3.pem").read_bytes() == stdin


def test_a_key_stands_in_the_file_itself_only_if_asked(files: Account) -> None:
    key = private_pem(files.keys.app)
    arguments = ("--private-key-file=-", "--inline-keys", "--encrypt-key-file", "none")
    result = configure(files, *complete(files), *arguments, stdin=key.encode())
    assert result.status == 0, result
    assert "+ private_key = (set)\n" in result.out
    table = tomllib.loads(files.config.read_text())["profiles"]["default"]
    assert table["private_key"] == bare_base64(key)
    assert "private_key_file" not in table
    assert names_beside(files) == ["config.toml"]
    assert bare_base64(key)[40:80] not in result.out + result.err
    assert files.init_cert("--dry-run").status == 0


def test_the_key_of_content_encryption_comes_and_goes(files: Account) -> None:
    key = base64.b64encode(bytes(range(16))).decode()
    options = (*complete(files), "-p", "a.b")
    result = configure(files, *options, "--encrypt-key-file=-", stdin=f"{key}\n".encode())
    assert (result.status, key in result.out + result.err) == (0, False)
    assert (files.config.parent / "a.b_encrypt_key.txt").read_text() == f"{key}\n"
    assert '[profiles."a.b"]\n' in files.config.read_text()
    wrong = configure(files, "-pa.b", "--encrypt-key-file=-", stdin=key[:-4].encode())
    assert (wrong.status, "is no AES key" in wrong.err) == (3, True)
    assert configure(files, "-pa.b", "--encrypt-key-file=none").status == 0
    assert "encrypt_key" not in files.config.read_text()


def test_what_others_can_read_is_warned_of_unless_it_was_put_right(files: Account) -> None:
    given(files, "", 0o644)
    stdin = private_pem(files.keys.app).encode()
    arguments = (*complete(files), "--private-key-file=-", "--inline-keys")
    assert "warning" not in configure(files, *arguments, stdin=stdin).err
    (files.home / "app.pem").chmod(0o640)
    result = configure(files, *complete(files))
    assert result.status == 0
    warning = f"Others can read the secret in {files.home}/app.pem (mode 0640)"
    assert f"zhima: warning: {warning} - Run: chmod 600 on that file.\n" in result.err


# --- what it refuses -------------------------------------------------------------------------


def test_whatever_is_missing_is_named_by_its_option(files: Account) -> None:
    """Neither the environment's variables, which are no part of a profile, nor a guess helps."""
    files.config.parent.mkdir()
    (files.config.parent / "app_private_key.pem").write_text(private_pem(files.keys.app))
    result = configure(files, ZHIMA_APP_ID=APP_ID)
    assert (result.status, result.out) == (2, "")
    for option in ("--app-id", "--private-key-file", "--alipay-public-key-file"):
        assert f"error: {option} is missing\n  what to do: Give {option}.\n" in result.err
    partly = configure(files, *complete(files)[:2], f"--app-cert-file={files.home}/alipay.pem")
    assert partly.status == 3
    assert not files.config.exists()


@pytest.mark.parametrize(
    ("option", "status", "said"),
    [
        ("--app-id=" + "1" * 33, 2, "--app-id is too long: 33 characters"),
        ("--app-id=", 2, "--app-id is empty"),
        ("--app-id=\udcff", 2, "--app-id holds something that is no text"),
        ("--private-key-file=own.pem", 3, "is a public key (SPKI RSA public key) where"),
        ("--private-key-file=no.pem", 3, "no.pem: No such file or directory"),
        ("--private-key-file=", 3, "--private-key-file is empty"),
        ("--alipay-public-key-file=own.pem", 3, "is the application's own public key"),
        ("--alipay-public-key-file=app.pem", 3, "is a private key (PKCS#8 RSA private key)"),
        ("--gateway=http://example.com/", 2, "--gateway is not https"),
        ("--gateway=production?", 2, "--gateway is no address of a gateway"),
        ("--sign-type=RSA3", 2, "--sign-type has a value that there is not"),
        ("--charset=big5", 2, "--charset has a value that there is not"),
        ("--profile=mock", 2, "--profile mock: this name belongs to zhima's own profile"),
        ("--profile=a b", 2, "--profile is no name for a profile"),
        ("--profile=", 2, "--profile is empty"),
        ("--config=", 2, "--config is empty"),
        ("--output=curl", 2, "--output has a value that there is not"),
        ("--app-cert-file=x", 2, "--alipay-public-key-file and --app-cert-file exclude each other"),
    ],
)
def test_a_wrong_answer_is_refused_and_nothing_written(
    files: Account, option: str, status: int, said: str
) -> None:
    before = given(files, COMMENTED)
    if option.endswith(".pem"):
        name, _, file = option.partition("=")
        option = f"{name}={files.home}/{file}"
    result = configure(files, *complete(files), option)
    assert (result.status, result.out) == (status, ""), result
    assert said in result.err
    assert files.config.read_bytes() == before
    assert names_beside(files) == ["config.toml"]


def test_what_is_wrong_with_a_key_from_standard_input_is_told_of_its_option(
    files: Account,
) -> None:
    own = public_pem(files.keys.app).encode()
    for stdin, words in ((b"", "is not a usable key"), (own, "is the application's own")):
        result = configure(files, *complete(files)[:2], "--alipay-public-key-file=-", stdin=stdin)
        assert result.status == 3
        assert f"error: --alipay-public-key-file {words}" in result.err


def test_standard_input_is_one_key_only(files: Account) -> None:
    result = configure(files, "--private-key-file=-", "--alipay-public-key-file=-")
    assert result.status == 2
    said = "Only one option can read standard input: --private-key-file, --alipay-public-key-file"
    assert said in result.err
    assert "Give the others the names of files." in result.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[profiles.default]\napp_id = 1 2\n", "is not valid TOML (line 2, column 12)"),
        ("[profiles.default]\napp_id = 1\n", "app_id is of the TOML type integer"),
        ("[profiles.default]\nappid = '1'\n", "has an unknown key appid"),
        (b"[profiles.default]\n# \xff\n", "is not UTF-8 text"),
        ("profiles.default.app_id = '1'\n", "is written in a way that zhima cannot change"),
        ("profiles = {}\n", "is written in a way that zhima cannot change"),
    ],
)
def test_a_file_that_it_does_not_understand_is_not_touched(
    files: Account, text: str | bytes, said: str
) -> None:
    before = given(files, text)
    result = configure(files, *complete(files))
    assert (result.status, result.out) == (3, "")
    assert said in result.err
    assert files.config.read_bytes() == before
    assert names_beside(files) == ["config.toml"]


def test_an_inline_table_is_changed_where_it_stands(files: Account) -> None:
    given(files, "# one line\nprofiles = { default = { app_id = '1' } } # end\n")
    assert configure(files, *complete(files)).status == 0
    text = files.config.read_text()
    assert tomllib.loads(text)["profiles"]["default"]["app_id"] == APP_ID
    assert (text[:11], text[-6:]) == ("# one line\n", " # end\n"[-6:])


def test_a_pipe_is_no_configuration(files: Account) -> None:
    files.config.parent.mkdir()
    os.mkfifo(files.config)
    result = configure(files, *complete(files))
    assert (result.status, result.out) == (3, "")
    assert stat.S_ISFIFO(files.config.stat().st_mode)


def test_where_the_disk_is_full_everything_is_as_before(files: Account) -> None:
    before = given(files, "# " + "x" * 3000 + "\n")
    script = 'ulimit -f 1; exec "$0" configure "$@"'
    done = subprocess.run(
        ["sh", "-c", script, zhima_command(), *complete(files), "--encrypt-key-file=-"],
        input=base64.b64encode(bytes(16)),
        capture_output=True,
        # Python itself would leave bytecode cut off at the limit, for every later run to read.
        env=process_variables(files.home, PYTHONDONTWRITEBYTECODE="1"),
        timeout=60,
        check=False,
    )
    assert done.returncode == 3, done
    assert f"config: the file cannot be written: {files.config}: File too large" in (
        done.stderr.decode()
    )
    assert files.config.read_bytes() == before
    assert names_beside(files) == ["config.toml"]  # the AES key's file had been made before it


# What the review found


@pytest.mark.parametrize("form", ["pretty", "plain", "json"])
def test_a_key_in_the_place_of_its_file_is_not_shown(files: Account, form: str) -> None:
    key = private_pem(files.keys.app)
    line = "".join(key.splitlines()[1:-1])
    given(
        files, f'[profiles.default]\nprivate_key_file = "{line}"\ngateway = "https://u:s3cret@h"\n'
    )
    result = configure(files, *complete(files), "--gateway=sandbox", f"--output={form}")
    assert result.status == 0
    assert line[:40] not in result.out + result.err
    assert "s3cret" not in result.out + result.err
    assert "…" in result.out + result.err


def test_a_key_file_that_was_lost_is_written_again(files: Account) -> None:
    key = private_pem(files.keys.app).encode()
    options = [o for o in complete(files) if "private" not in o]
    assert configure(files, *options, "--private-key-file=-", stdin=key).status == 0
    written = files.config.parent / "app_private_key.pem"
    written.unlink()
    assert configure(files, *options, "--private-key-file=-", stdin=key).status == 0
    assert written.read_bytes().strip() == key.strip()


def test_a_key_file_that_others_can_read_is_warned_of_though_it_was_there(files: Account) -> None:
    key = private_pem(files.keys.app).encode()
    options = [o for o in complete(files) if "private" not in o]
    configure(files, *options, "--private-key-file=-", stdin=key)
    written = files.config.parent / "app_private_key.pem"
    written.chmod(0o644)
    result = configure(files, *options, "--private-key-file=-", stdin=key)
    assert f"{written} (mode 0644)" in result.err


@pytest.mark.parametrize(
    "app_id", ["abc", "20140723", f"{APP_ID} ", "２０１４０７２３００００７１４８"]
)
def test_an_app_id_is_16_digits(files: Account, app_id: str) -> None:
    result = configure(files, *complete(files)[1:], f"--app-id={app_id}")
    assert result.status == 2
    assert "--app-id is not an application's id" in result.err
    assert not files.config.exists()
