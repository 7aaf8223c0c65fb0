"""``zhima configure`` where a person answers, at a real terminal."""

import termios
from pathlib import Path

import pytest

from tests.conftest import APP_ID, Keys
from tests.support.independent import private_pem, public_pem
from tests.support.mock_client import mock_keys
from tests.support.openssl import bare_base64
from tests.support.person import CTRL_C, CTRL_D, Keyboard, at_terminal, inside_terminal
from zhima_cli.mock.certificates import make_certificates

CONFIG = Path(".config") / "zhima" / "config.toml"


@pytest.fixture
def home(tmp_path: Path, keys: Keys) -> Path:
    """A home folder with the application's key where zhima keygen puts it."""
    folder = (tmp_path / CONFIG).parent
    folder.mkdir(parents=True)
    (folder / "app_private_key.pem").write_text(private_pem(keys.app))
    (folder / "app_private_key.pem").chmod(0o600)
    return tmp_path


def echoes(terminal: Keyboard) -> bool:
    """Say whether the terminal shows what is typed."""
    return bool(termios.tcgetattr(terminal.keyboard_and_screen)[3] & termios.ECHO)


def test_each_answer_is_checked_at_once_and_asked_for_again(home: Path, keys: Keys) -> None:
    key = private_pem(keys.app)
    own, alipay = (bare_base64(public_pem(pair)) for pair in (keys.app, keys.alipay))
    found = home / CONFIG.parent / "app_private_key.pem"
    with inside_terminal(home, "configure") as terminal:
        terminal.answer("app_id: ", "")
        terminal.answer("error: app_id is missing - Give app_id.app_id: ", "2" * 33)
        terminal.answer("error: --app-id is too long", APP_ID)
        terminal.answer("gateway [production]: ", "sandbox")
        terminal.answer(f"private_key_file [{found}]: ", "no.pem")
        terminal.answer(f"private_key_file [{found}]: ", "-")
        terminal.wait_for("Paste the key now, then press Enter; it does not show.")
        assert not echoes(terminal)
        terminal.type(key)
        terminal.answer("mode [key]: ", "keys")
        assert echoes(terminal)
        terminal.answer("error: mode has a value that there is not", "")
        terminal.answer("alipay_public_key_file: ", own)
        terminal.answer("is the application's own public key", alipay)
        terminal.answer("encrypt_key_file [none]: ", "")
        terminal.answer("sign_type [RSA2]: ", "")
        result = terminal.finish()
    assert result.status == 0, result
    assert result.out.splitlines() == [
        "[profiles.default]",
        f'+ app_id = "{APP_ID}"',
        '+ private_key_file = "app_private_key.pem"',
        '+ alipay_public_key_file = "alipay_public_key.pem"',
        '+ gateway = "https://openapi-sandbox.dl.alipaydev.com/gateway.do"',
    ]
    assert bare_base64(key)[:60] not in result.err
    assert not [line for line in key.splitlines() if line in result.err]
    written = (home / CONFIG.parent / "alipay_public_key.pem").read_text()
    assert written == public_pem(keys.alipay)
    assert (home / CONFIG).read_text() == (result.out.replace("+ ", ""))


def test_certificates_are_asked_for_in_chinese_and_enter_keeps_the_rest(
    home: Path, keys: Keys
) -> None:
    pairs = mock_keys(keys)
    certificates = make_certificates(pairs.application, pairs.gateway)
    root, alipay, app = (home / f"{name}.crt" for name in ("root", "alipay", "app"))
    root.write_text(certificates.alipay_root_cert)
    alipay.write_text(certificates.alipay_cert)
    app.write_text(certificates.app_cert)
    key = bare_base64(private_pem(keys.app))
    old = f"[profiles.live]\nprivate_key = '{key}'\napp_id = '{APP_ID}' # 商城\n"
    (home / CONFIG).write_text(old)
    with inside_terminal(home, "configure", "--lang=zh", "-p", "live") as terminal:
        terminal.answer(f"app_id [{APP_ID}]: ", "")
        terminal.answer("gateway [production]: ", "")
        terminal.answer("private_key_file [已设置]: ", "")
        terminal.answer("mode [key]: ", "CERT")
        terminal.answer("alipay_root_cert_file: ", str(root))
        terminal.answer("alipay_cert_file: ", str(app))
        terminal.answer("这是应用自己的证书，不是支付宝的", str(alipay))
        terminal.answer("app_cert_file: ", str(alipay))
        terminal.answer("证书与应用私钥不匹配", str(app))
        terminal.answer("encrypt_key_file [none]: ", "NONE")
        terminal.answer("sign_type [RSA2]: ", "")
        terminal.answer("default_profile [y/N]: ", "是")
        result = terminal.finish()
    assert result.status == 0, result
    assert (home / CONFIG).read_text() == (
        f'default_profile = "live"\n\n{old}app_cert_file = "{app}"\n'
        f'alipay_cert_file = "{alipay}"\nalipay_root_cert_file = "{root}"\n'
    )
    assert "zhima: 下一步：zhima doctor --profile live" in result.err
    assert key[:60] not in result.err


def test_a_key_pasted_at_another_question_is_read_to_its_end_and_shown_nowhere(
    home: Path, keys: Keys
) -> None:
    """Line by line it would be the answers to all that follows, and a part of each message."""
    key = private_pem(keys.stranger)
    shown = "clear the screen and its scrollback"
    told = "A key or a certificate was pasted where"
    with inside_terminal(home, "configure") as terminal:
        terminal.answer("app_id: ", key)
        terminal.answer(f"{shown}. With - as the answer, what you paste does not show.", APP_ID)
        terminal.answer("gateway [production]: ", key)
        terminal.answer(f"{told} gateway is asked for", "")
        terminal.answer("app_private_key.pem]: ", "")
        terminal.answer("mode [key]: ", key)
        terminal.answer("error: mode has a value that there is not", "cert")
        terminal.answer("alipay_root_cert_file: ", key)
        terminal.answer(f"{told} alipay_root_cert_file is asked for", "x" * 8)
        terminal.answer("alipay_root_cert_file: ", CTRL_D)
        result = terminal.finish()
    assert result.status == 2
    told = " ".join(result.err.split())
    assert "ended before the question for alipay_root_cert_file was answered" in told
    complaints = [line for line in result.err.splitlines() if line.startswith("error: ")]
    assert len(complaints) == 5
    assert not [line for line in key.splitlines() if line in "".join(complaints)]


def test_a_part_of_a_key_that_was_pasted_is_told_of_and_the_rest_dropped(
    home: Path, keys: Keys
) -> None:
    """Base64 on lines without the first and the last of PEM: the first line is no key yet."""
    lines = "\n".join(private_pem(keys.app).splitlines()[1:-1])
    with inside_terminal(home, "configure", f"--app-id={APP_ID}") as terminal:
        terminal.answer("gateway [production]: ", "")
        terminal.answer("app_private_key.pem]: ", lines)
        terminal.wait_for("clear the screen and its")
        terminal.answer("app_private_key.pem]: ", "")
        terminal.answer("mode [key]: ", CTRL_D)
        said = terminal.finish().err
    assert said.count("the file cannot be read: …: ") == 1


def test_a_key_that_was_pasted_in_sight_is_taken_and_told_of(home: Path, keys: Keys) -> None:
    key = private_pem(keys.app)
    for pasted in (key, bare_base64(key)):
        with inside_terminal(home, "configure", f"--app-id={APP_ID}") as terminal:
            terminal.answer("gateway [production]: ", "")
            terminal.answer("app_private_key.pem]: ", pasted)
            terminal.wait_for("clear the screen and its scrollback.")
            terminal.answer("mode [key]: ", CTRL_D)
            asked, _, told = terminal.finish().err.partition("mode [key]: ")
        assert "error: " not in asked
        ways = "--alipay-public-key-file / --alipay-root-cert-file"
        assert f"or give {ways} with it." in " ".join(told.split())


def test_ctrl_c_changes_nothing_and_gives_the_echo_back(home: Path) -> None:
    with at_terminal(home, "configure", f"--app-id={APP_ID}") as terminal:
        terminal.answer("gateway [production]: ", "")
        terminal.answer("app_private_key.pem]: ", "-")
        terminal.wait_for("it does not show.")
        terminal.type(CTRL_C)
        terminal.wait_for("zhima: stopped; nothing was written")
        assert echoes(terminal)
        result = terminal.finish()
    assert (result.status, result.out) == (130, "")
    assert not (home / CONFIG).exists()


def test_the_end_of_input_changes_nothing(home: Path) -> None:
    with inside_terminal(home, "configure", f"--app-id={APP_ID}", "-o", "json") as terminal:
        terminal.answer("gateway [production]: ", "")
        terminal.wait_for("app_private_key.pem]: ")
        terminal.type(CTRL_D)
        result = terminal.finish()
    assert result.status == 2
    what = "The input ended before the question for private_key_file was answered"
    assert result.json["description"] == f"{what}; nothing was done"
    assert str(result.json["solution"]).endswith("or give --private-key-file with it.")
    assert not (home / CONFIG).exists()


def test_what_somebody_else_wrote_in_the_meantime_is_not_lost(home: Path, keys: Keys) -> None:
    (home / CONFIG).write_text("# mine\n")
    (home / "alipay.pem").write_text(public_pem(keys.alipay))
    with inside_terminal(home, "configure", f"--app-id={APP_ID}") as terminal:
        terminal.answer("gateway [production]: ", "")
        terminal.answer("app_private_key.pem]: ", "")
        terminal.answer("mode [key]: ", "")
        terminal.answer("alipay_public_key_file: ", "~/alipay.pem")
        terminal.answer("encrypt_key_file [none]: ", "")
        terminal.wait_for("sign_type [RSA2]: ")
        (home / CONFIG).write_text("# mine, edited\n")
        terminal.answer("sign_type [RSA2]: ", "")
        result = terminal.finish()
    assert (result.status, result.out) == (3, "")
    assert "was changed by somebody else in the meantime" in result.err
    assert (home / CONFIG).read_text() == "# mine, edited\n"
    names = sorted(entry.name for entry in (home / CONFIG).parent.iterdir())
    assert names == ["app_private_key.pem", "config.toml"]


def test_nothing_is_asked_where_options_suffice(home: Path, keys: Keys) -> None:
    """Such a line stands in a script, whose next line must not become an answer."""
    (home / "app.pem").write_text(private_pem(keys.app))
    (home / "app.pem").chmod(0o600)
    (home / "alipay.pem").write_text(public_pem(keys.alipay))
    options = (
        f"--app-id={APP_ID}",
        f"--private-key-file={home / 'app.pem'}",
        f"--alipay-public-key-file={home / 'alipay.pem'}",
    )
    with inside_terminal(home, "configure", *options) as terminal:
        result = terminal.finish()
    assert result.status == 0, result
    assert "]: " not in result.err
    assert (home / CONFIG).exists()
