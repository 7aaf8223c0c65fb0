"""``zhima doctor``: each check finds what it is for, stops at nothing, and makes nothing."""

import base64
import json
import math
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.conftest import APP_ID, Account, Keys
from tests.support.certified import certificate, write_certificates
from tests.support.exchange import Authority, Line, closed_port, peer, tunnel_to
from tests.support.independent import new_key, private_pem, public_pem
from tests.support.input import answering
from tests.support.nobody import as_nobody
from tests.support.program import NOW, Result, run_inside, run_process
from tests.support.terminal import cells, run_in_terminal
from zhima_cli.core.account import Account as AccountInUse
from zhima_cli.core.checks import Note, State, Topic
from zhima_cli.core.doctor import examine
from zhima_cli.core.doctor_keys import signs_and_verifies
from zhima_cli.core.errors import HistoryError, Reason
from zhima_cli.core.history_file import check_history
from zhima_cli.core.keys import PrivateKey, load_private_key, load_public_key
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.signature import SignType
from zhima_cli.words.checks import check_words
from zhima_cli.words.language import Language

TOKEN = "201510BBb507dc9f5efe41a0"  # noqa: S105 -- of nobody
ONLINE = ("gateway_name", "gateway_connection", "gateway_tls", "clock")


def doctor(home: Path, *arguments: str, variables: dict[str, str] | None = None) -> Result:
    """Run ``zhima doctor`` inside this process."""
    return run_inside(["doctor", *arguments], home, variables)


class Found:
    """The checks of a run, by their names."""

    def __init__(self, result: Result) -> None:
        value = result.json
        checks = value["checks"]
        assert isinstance(checks, list)
        self.status = result.status
        self.by_name = {check["name"]: check for check in checks}
        assert len(self.by_name) == len(checks)
        states = {check["state"] for check in checks}
        assert states <= {"ok", "warning", "error", "skipped"}
        assert (value["schema"], value["ok"]) == (1, "error" not in states)
        assert result.status == (3 if "error" in states else 0)
        assert result.err == ""
        for check in checks:
            is_wrong = check["state"] in ("warning", "error")
            assert bool(check["remedy"]) == is_wrong, check

    def state(self, name: str) -> str:
        """Return a check's state."""
        return str(self.by_name[name]["state"])

    def what(self, name: str) -> str:
        """Return a check's words."""
        return str(self.by_name[name]["what"])

    def names(self, state: str) -> set[str]:
        """Return the names of the checks in that state."""
        return {name for name in self.by_name if self.state(name) == state}


def found(home: Path, *arguments: str, **variables: str) -> Found:
    """Run the checks and return them."""
    return Found(doctor(home, "-o", "json", *arguments, variables=variables))


# --- all is well -------------------------------------------------------------------------------


def test_all_is_well(account: Account) -> None:
    account.write(True)
    before = sorted(account.home.rglob("*"))
    checks = found(account.home)
    assert (checks.status, checks.names("skipped")) == (0, set(ONLINE))
    assert checks.names("warning") | checks.names("error") == set()
    assert checks.what("config_file") == str(account.config)
    assert checks.what("config_mode").endswith("(mode 0600)")
    assert checks.what("app_id") == APP_ID
    assert checks.what("private_key") == "PKCS#8 RSA private key"
    assert checks.what("private_key_size") == "2048 bits"
    assert checks.what("alipay_public_key") == "SPKI RSA public key"
    history = account.home / ".local" / "state" / "zhima" / "history.db"
    assert checks.what("history") == f"{history} will be made by the first call"
    assert f"Python {sys.version.split()[0]}" in checks.what("versions")
    for package in ("zhima 0", "OpenSSL ", "requests 2", "typer 0", "rich ", "cryptography "):
        assert package in checks.what("versions")
    assert sorted(account.home.rglob("*")) == before


@pytest.mark.parametrize("option", ["--private-key-file", "--alipay-public-key-file", "--config"])
def test_what_comes_through_a_pipe_is_well_too(account: Account, option: str) -> None:
    """What the shell's ``<(...)`` comes to; a pipe can be read only once."""
    account.write(True)
    private, public = (account.home / name for name in ("private.pem", "public.pem"))
    private.write_text(private_pem(account.keys.app))
    public.write_text(public_pem(account.keys.alipay))
    file = {"--private-key-file": private, "--alipay-public-key-file": public}
    result = run_process(
        ["doctor", "-o", "json", f"{option}=/dev/stdin"],
        account.home,
        stdin=file.get(option, account.config).read_bytes(),
    )
    checks = Found(result)
    assert (checks.status, checks.names("error")) == (0, set())


def test_the_mock_profile(tmp_path: Path) -> None:
    checks = found(tmp_path, "--profile", "mock", "--online")
    assert set(checks.by_name) == checks.names("ok")
    assert checks.what("gateway").startswith("http://127.0.0.1:")
    assert {*ONLINE, "key_pair", "versions"} < set(checks.by_name)
    assert list(tmp_path.iterdir()) == []


def test_what_the_mock_profile_does_not_take(tmp_path: Path, keys: Keys) -> None:
    surroundings = Surroundings(
        variables={},
        default_config=tmp_path / "config.toml",
        default_history=tmp_path / "history.db",
        home=tmp_path,
        now=NOW,
        read_stdin=lambda: b"",
        can_ask=False,
        ask=lambda _name: None,
    )
    mock = AccountInUse(
        APP_ID,
        load_private_key(private_pem(keys.app).encode(), "key"),
        load_public_key(public_pem(keys.alipay).encode(), "key"),
        "http://127.0.0.1:9/gateway.do",
    )
    options = Options(profile="mock", app_id="1")
    checks = examine(options, surroundings, lambda: mock, None)
    wrong = [check for check in checks if check.state is State.ERROR]
    assert [check.topic for check in wrong] == [Topic.PROFILE]
    assert [problem.reason for problem in wrong[0].problems] == [Reason.FIXED_BY_MOCK]


def test_everything_from_the_environment(account: Account) -> None:
    account.config.unlink()
    checks = found(
        account.home,
        ZHIMA_APP_ID=APP_ID,
        ZHIMA_PRIVATE_KEY=private_pem(account.keys.app),
        ZHIMA_ALIPAY_PUBLIC_KEY=public_pem(account.keys.alipay),
    )
    assert checks.status == 0
    assert "stand in for it" in checks.what("config_file")
    assert checks.what("private_key_mode") == "in no file: ZHIMA_PRIVATE_KEY"


# --- the file and the profile ------------------------------------------------------------------


def test_nothing_is_configured(tmp_path: Path) -> None:
    checks = found(tmp_path)
    assert checks.names("error") == {"config_file"}
    assert "there is no configuration file" in checks.what("config_file")
    assert checks.names("ok") == {"gateway", "proxy", "ca", "versions"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("broken", ["zzz = 1", "["])
def test_no_gateway_is_guessed_where_the_profile_that_names_it_is_not_read(
    account: Account, broken: str
) -> None:
    """The one that zhima takes by default would be another, and --online would ask it."""
    gateway = "http://127.0.0.1:9/gateway.do"
    account.write(gateway=gateway)
    with account.config.open("a") as file:
        file.write(f"{broken}\n")
    checks = found(account.home, "--online")
    assert {"gateway", "proxy", "ca", *ONLINE} <= checks.names("skipped")
    assert found(account.home, f"--gateway={gateway}").what("gateway") == gateway


def test_a_configuration_behind_a_closed_folder(account: Account) -> None:
    account.write(gateway="http://127.0.0.1:9/gateway.do")
    variables = {
        "ZHIMA_APP_ID": APP_ID,
        "ZHIMA_PRIVATE_KEY": private_pem(account.keys.app),
        "ZHIMA_ALIPAY_PUBLIC_KEY": public_pem(account.keys.alipay),
    }
    found(account.home, "--config=none")  # imports all that it needs
    account.config.parent.chmod(0)
    try:
        with as_nobody():
            unread = found(account.home, "--online")
            stood_in = found(account.home, **variables)
    finally:
        account.config.parent.chmod(0o700)
    assert unread.names("error") == {"config_file"}
    assert "Permission denied" in unread.what("config_file")
    assert {"gateway", *ONLINE} <= unread.names("skipped")
    assert stood_in.state("config_file") == "warning"
    assert stood_in.what("private_key_mode") == "in no file: ZHIMA_PRIVATE_KEY"


def test_an_app_id_that_the_platform_never_gave_is_warned_of(account: Account) -> None:
    account.write(app_id="1")
    checks = found(account.home)
    assert (checks.status, checks.state("app_id")) == (0, "warning")
    assert "is not an application's id" in checks.what("app_id")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("not TOML", "config_file"),
        ("[profiles.other]\n", "profile"),
        ("[profiles.default]\nprivate_kee = 'x'\n", "profile"),
        ("[profiles.default]\ntimeout = true\n", "profile"),
    ],
    ids=["toml", "no-such", "unknown-key", "type"],
)
def test_a_file_or_profile_that_cannot_be_read(account: Account, text: str, wrong: str) -> None:
    account.config.write_text(text)
    checks = found(account.home)
    assert checks.names("error") == {wrong}
    assert checks.state("private_key") == "skipped"
    assert checks.state("charset") == "skipped"
    assert checks.what("other_settings").startswith("not checked, as this is not right: ")
    assert checks.state("versions") == "ok"


@pytest.mark.parametrize("missing", ["app_id", "private_key", "alipay_public_key"])
def test_a_profile_that_is_not_complete(account: Account, missing: str) -> None:
    lines = account.config.read_text().splitlines()
    account.config.write_text("\n".join(line for line in lines if f"{missing} =" not in line))
    checks = found(account.home)
    assert checks.names("error") == {"profile"}
    assert checks.what("profile") == f"{missing} is not set"
    assert checks.state(missing) == "skipped"


@pytest.mark.parametrize("mode", [0o640, 0o602])
def test_files_that_others_can_read_or_change(account: Account, mode: int) -> None:
    key = account.home / "key.pem"
    key.write_text(private_pem(account.keys.app))
    key.chmod(mode)
    encrypt_key = account.home / "encrypt.txt"
    encrypt_key.write_text(base64.b64encode(bytes(16)).decode())
    encrypt_key.chmod(mode)
    account.config.chmod(mode)
    checks = found(account.home, f"--private-key-file={key}", f"--encrypt-key-file={encrypt_key}")
    modes = {"config_mode", "private_key_mode", "encrypt_key_mode"}
    assert (checks.status, checks.names("warning")) == (0, modes)
    assert all(f"(mode {mode:04o})" in checks.what(name) for name in modes)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("timeout", "soon", "is not a number"),
        ("product_code", "x" * 33, "is too long"),
        ("transaction_prefix", "a b", "is not 1 to 10"),
        ("app_auth_token", "x" * 41, "is too long"),
    ],
)
def test_any_other_setting_that_a_call_would_be_refused_for(
    account: Account, name: str, value: str, words: str
) -> None:
    account.write(**{name: value})
    checks = found(account.home)
    assert checks.names("error") == {"other_settings"}
    assert name in checks.what("other_settings")
    assert words in checks.what("other_settings")
    assert value not in json.dumps(checks.by_name)


# --- keys --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("nonsense", "neither PEM nor base64"),
        (None, "is a public key"),
    ],
)
def test_a_private_key_that_is_none(account: Account, value: str | None, words: str) -> None:
    account.write(private_key=value or public_pem(account.keys.app))
    checks = found(account.home)
    assert checks.names("error") == {"private_key"}
    assert words in checks.what("private_key")
    dependent = {"private_key_size", "private_key_numbers", "key_pair", "other_than_own"}
    assert dependent < checks.names("skipped")


@pytest.mark.parametrize(
    ("bits", "state"), [(1024, "warning"), (4484, "error")], ids=["small", "large"]
)
def test_the_size_of_the_private_key(account: Account, bits: int, state: str) -> None:
    # Two primes of Mersenne, which are known: to find as large ones takes seconds.
    large = _key_of(2**2281 - 1, 2**2203 - 1)
    account.write(private_key=private_pem(new_key(bits) if bits == 1024 else large))
    checks = found(account.home)
    assert checks.names(state) == {"private_key_size"}
    assert str(bits) in checks.what("private_key_size")
    assert checks.what("private_key") == "PKCS#8 RSA private key"


def _key_of(p: int, q: int) -> rsa.RSAPrivateKey:
    e = 65537
    d = pow(e, -1, math.lcm(p - 1, q - 1))
    public = rsa.RSAPublicNumbers(e, p * q)
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), public
    )
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def _not_prime() -> int:
    """Return a number of Carmichael's, which RSA takes for a prime until its factors are sought."""
    k = 316846530361974492131859809247669836310587498754881
    return (6 * k + 1) * (12 * k + 1) * (18 * k + 1)


def test_a_factor_that_is_not_prime(account: Account) -> None:
    """The key signs, and a call would not notice."""
    q = new_key(1024).private_numbers().q
    account.write(private_key=private_pem(_key_of(_not_prime(), q)))
    checks = found(account.home)
    assert checks.names("error") == {"private_key_numbers"}
    assert "a factor is not prime" in checks.what("private_key_numbers")
    assert checks.state("key_pair") == "ok"


def test_a_pair_that_does_not_fit(account: Account) -> None:
    good = load_private_key(private_pem(account.keys.app).encode(), "key").rsa
    assert signs_and_verifies(PrivateKey(good), SignType.RSA2)
    bad = type(good)(n=good.n + 2, e=good.e, d=good.d, p=good.p, q=good.q, u=good.u)
    assert not signs_and_verifies(PrivateKey(bad), SignType.RSA2)


def test_the_own_public_key_in_alipays_place(account: Account) -> None:
    account.write(alipay_public_key=public_pem(account.keys.app))
    checks = found(account.home)
    assert checks.names("error") == {"other_than_own"}
    assert checks.state("alipay_public_key") == "ok"


def test_an_encrypt_key(account: Account) -> None:
    account.write(encrypt_key=base64.b64encode(bytes(16)).decode())
    assert found(account.home).what("encrypt_key") == "content is encrypted with AES-128"
    account.write(encrypt_key=base64.b64encode(bytes(15)).decode())
    assert found(account.home).names("error") == {"encrypt_key"}


def test_sign_type_and_charset(account: Account) -> None:
    account.write(sign_type="RSA", charset="gb2312")
    checks = found(account.home)
    assert (checks.status, checks.names("warning")) == (0, {"sign_type", "charset"})
    wrong = found(account.home, "--sign-type=MD5", "--charset=big5")
    assert wrong.names("error") == {"sign_type", "charset"}


# --- certificates ------------------------------------------------------------------------------


def test_certificates(account: Account) -> None:
    year, week = NOW + timedelta(days=365), NOW + timedelta(days=7)
    write_certificates(account, year, week)
    checks = found(account.home)
    assert (checks.status, checks.names("warning")) == (0, {"alipay_cert"})
    assert "expires on 2026-12-01" in checks.what("alipay_cert")
    assert checks.what("app_cert") == "valid until 2027-11-24"
    assert checks.what("alipay_root_cert") == "readable certificates: 1"
    assert checks.what("verification") == "by certificates"
    assert "alipay_public_key" not in checks.by_name


def test_certificates_that_are_wrong(account: Account) -> None:
    year = NOW + timedelta(days=365)
    write_certificates(account, year, NOW - timedelta(days=1))
    expired = found(account.home)
    assert expired.names("error") == {"alipay_cert"}
    assert "ended on 2026-11-23" in expired.what("alipay_cert")
    folder = account.config.parent
    write_certificates(account, year, year)
    (folder / "app.crt").write_text(
        certificate("app", account.keys.alipay, account.keys.stranger, year)
    )
    assert found(account.home).names("error") == {"app_cert"}
    write_certificates(account, year, year)
    (folder / "alipay.crt").write_text(
        certificate("alipay", account.keys.alipay, account.keys.app, year)
    )
    unchained = found(account.home)
    assert unchained.names("error") == {"alipay_cert"}
    assert "the root" in unchained.what("alipay_cert")
    both = found(account.home, ZHIMA_ALIPAY_PUBLIC_KEY=public_pem(account.keys.alipay))
    assert both.names("error") == {"verification", "alipay_cert"}


def test_a_certificate_that_is_missing(account: Account) -> None:
    write_certificates(account, NOW + timedelta(days=365), NOW + timedelta(days=365))
    lines = account.config.read_text().splitlines()
    account.config.write_text("\n".join(line for line in lines if "app_cert" not in line))
    checks = found(account.home)
    assert checks.names("error") == {"profile"}
    assert checks.what("profile") == "app_cert_file is not set"
    assert checks.state("app_cert") == "skipped"


# --- the network -------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["http://example.com/gateway.do", "gateway.do"])
def test_an_address_that_is_not_allowed(account: Account, url: str) -> None:
    checks = found(account.home, f"--gateway={url}", "--online")
    assert checks.names("error") == {"gateway"}
    assert {"proxy", "ca", *ONLINE} <= checks.names("skipped")


def test_which_variables_apply(account: Account, authority: Authority) -> None:
    direct = found(account.home)
    assert direct.what("proxy") == "none: the connection is direct"
    assert "certifi" in direct.what("ca")
    variables = {
        "HTTPS_PROXY": "http://user:secret@127.0.0.1:9",
        "REQUESTS_CA_BUNDLE": str(authority.bundle),
    }
    result = doctor(account.home, "-o", "json", variables=variables)
    checks = Found(result)
    assert checks.what("proxy") == "as HTTPS_PROXY says"
    assert checks.what("ca") == "as REQUESTS_CA_BUNDLE says"
    assert "secret" not in result.out
    exempt = found(account.home, **variables, NO_PROXY="openapi.alipay.com")
    assert exempt.what("proxy") == "none: NO_PROXY exempts the gateway"
    wrong = found(account.home, HTTPS_PROXY="ftp://x", CURL_CA_BUNDLE="/no/such/file")
    assert wrong.names("error") == {"proxy", "ca"}


def test_online_asks_for_the_head_alone(account: Account, authority: Authority) -> None:
    requests: list[bytes] = []

    def talk(line: Line) -> None:
        requests.append(line.read_head())
        line.send(b"HTTP/1.1 405 No\r\nContent-Length: 0\r\nDate: " + _date(0) + b"\r\n\r\n")

    with peer(talk, authority.server("127.0.0.1")) as server:
        account.write(gateway=server.https)
        checks = found(account.home, "--online", REQUESTS_CA_BUNDLE=str(authority.bundle))
    assert (checks.status, checks.names("skipped")) == (0, set())
    assert checks.what("gateway_tls") == "the gateway's certificate is verified"
    (request,) = requests
    assert request.startswith(b"HEAD /gateway.do HTTP/1.1\r\n")
    assert APP_ID.encode() not in request


def _date(minutes: int) -> bytes:
    moment = datetime.now(NOW.tzinfo) + timedelta(minutes=minutes)
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT").encode()


@pytest.mark.parametrize(
    ("date", "state", "words"),
    [
        (lambda: b"Date: " + _date(60) + b"\r\n", "warning", "60 minutes off"),
        (lambda: b"Date: " + _date(-60) + b"\r\n", "warning", "60 minutes off"),
        (lambda: b"", "skipped", "does not tell its time"),
        (lambda: b"Date: soon\r\n", "skipped", "does not tell its time"),
    ],
    ids=["ahead", "behind", "none", "nonsense"],
)
def test_the_clock(account: Account, date: Callable[[], bytes], state: str, words: str) -> None:
    def talk(line: Line) -> None:
        line.read_head()
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + date() + b"\r\n")

    with peer(talk) as server:
        account.write(gateway=server.http)
        checks = found(account.home, "--online")
    assert checks.status == 0
    assert checks.state("clock") == state
    assert words in checks.what("clock")


def test_a_gateway_whose_certificate_nobody_vouches_for(
    account: Account, authority: Authority
) -> None:
    with peer(lambda _line: None, authority.server("127.0.0.1")) as server:
        account.write(gateway=server.https)
        checks = found(account.home, "--online")
    assert checks.names("error") == {"gateway_tls"}
    assert checks.state("gateway_connection") == "ok"
    assert checks.what("clock") == "not checked, as this is not right: TLS"


def test_nobody_listens(account: Account) -> None:
    with closed_port() as port:
        account.write(gateway=f"http://127.0.0.1:{port}/gateway.do")
        checks = found(account.home, "--online")
    assert checks.names("error") == {"gateway_connection"}
    assert "transaction_id" not in json.dumps(checks.by_name["gateway_connection"])
    assert {"gateway_tls", "clock"} <= checks.names("skipped")


def test_a_name_that_there_is_not(account: Account) -> None:
    checks = found(account.home, "--online", "--gateway=https://gateway.invalid/gateway.do")
    assert checks.names("error") == {"gateway_name"}
    assert set(ONLINE) - {"gateway_name"} <= checks.names("skipped")


def test_a_gateway_that_never_answers(account: Account) -> None:
    with peer(Line.stay) as server:
        account.write(gateway=server.http)
        checks = found(account.home, "--online", "--timeout=0.05")
    assert checks.names("error") == {"gateway_connection"}
    assert "did not answer within 0.05 seconds" in checks.what("gateway_connection")
    assert checks.state("gateway_name") == "skipped"


def test_through_a_proxy(account: Account, authority: Authority) -> None:
    heads: list[bytes] = []

    def talk(line: Line) -> None:
        line.read_head()
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with (
        peer(talk, authority.server("gateway.invalid")) as server,
        peer(tunnel_to(server.port, heads)) as proxy,
    ):
        checks = found(
            account.home,
            "--online",
            "--gateway=https://gateway.invalid/gateway.do",
            HTTPS_PROXY=f"127.0.0.1:{proxy.port}",
            REQUESTS_CA_BUNDLE=str(authority.bundle),
        )
    assert checks.status == 0
    assert checks.what("gateway_name") == "the proxy looks it up"
    assert heads[0].startswith(b"CONNECT gateway.invalid:443 ")


# --- the history -------------------------------------------------------------------------------


def history(account: Account, path: Path) -> tuple[str, str]:
    """Return what is said of the history at that path."""
    checks = found(account.home, f"--history={path}")
    assert checks.status == 0
    return checks.state("history"), checks.what("history")


def test_a_history_that_is_there(account: Account) -> None:
    path = account.home / "history.db"
    with answering(account):
        assert account.init_cert(f"--history={path}").status == 0
    before = path.read_bytes()
    assert history(account, path) == ("ok", f"{path} can be written")
    assert path.read_bytes() == before
    assert [file.name for file in account.home.iterdir() if "history" in file.name] == [path.name]


def test_a_history_that_cannot_be_used(account: Account) -> None:
    folder = account.home / "folder"
    folder.mkdir()
    text = account.home / "text"
    text.write_text("no database at all, but long enough to be looked at")
    for path, words in (
        (folder, "is not a history of zhima's"),
        (text / "history.db", "Not a directory"),
        (text, "file is not a database"),
    ):
        state, what = history(account, path)
        assert (state, words in what) == ("warning", True), what


def test_a_folder_that_cannot_be_written() -> None:
    with as_nobody(), pytest.raises(HistoryError) as raised:
        check_history(Path("/of-a-test-of-zhima/history.db"))
    assert [problem.found for problem in raised.value.problems] == ["Permission denied"]


def test_a_full_disk(tmp_path: Path) -> None:
    """Or one that has less room than is needed."""
    more = shutil.disk_usage(tmp_path).total + 1
    for path in (tmp_path / "history.db", tmp_path / "new" / "history.db"):
        assert not check_history(path)
        with pytest.raises(HistoryError) as raised:
            check_history(path, room=more)
        assert [problem.found for problem in raised.value.problems] == ["No space left on device"]


def test_no_history(account: Account) -> None:
    account.write()
    assert found(account.home).what("history") == "calls are not recorded"


# --- how it looks ------------------------------------------------------------------------------


def test_the_forms(account: Account) -> None:
    account.write(alipay_public_key=public_pem(account.keys.app))
    plain = doctor(account.home)
    assert (plain.status, plain.err) == (3, "zhima: more: zhima explain 3\n")
    rows = [line.split("\t") for line in plain.out.splitlines()]
    assert {len(row) for row in rows} == {4}
    assert ["ok", "private_key_size", "2048 bits", ""] in rows
    (wrong,) = [row for row in rows if row[0] == "error"]
    assert wrong[1] == "other_than_own"
    pretty = doctor(account.home, "-o", "pretty")
    assert pretty.status == 3
    assert "✓ private key size" in pretty.out
    assert "✗ not your own key" in pretty.out
    assert "- clock" in pretty.out
    *_, summary, more = pretty.out.splitlines()
    assert summary.strip() == "errors: 1, warnings: 0, not checked: 4"
    assert (more, pretty.err) == ("more: zhima explain 3", "")
    assert doctor(account.home, "-o", "curl").status == 2


def test_what_is_right_leads_nowhere(account: Account) -> None:
    account.write(sign_type="RSA")
    for form in ("plain", "pretty"):
        result = doctor(account.home, "-o", form)
        assert (result.status, result.err, "zhima explain" in result.out) == (0, "", False)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", ["40", "80"])
def test_no_line_is_wider_than_the_terminal(account: Account, lang: str, columns: str) -> None:
    account.write(sign_type="RSA", alipay_public_key=public_pem(account.keys.app))
    result = doctor(account.home, "-o", "pretty", "--lang", lang, variables={"COLUMNS": columns})
    assert max(map(cells, result.out.splitlines())) <= int(columns)


def test_marks_where_the_charset_lacks_them(account: Account) -> None:
    result = run_inside(
        ["doctor", "-o", "pretty"], account.home, {"PYTHONIOENCODING": "gbk"}, encoding="gbk"
    )
    assert "+ private key size" in result.out
    assert "\\u" not in result.out


def test_no_key_is_shown(account: Account) -> None:
    account.write(encrypt_key=base64.b64encode(b"0123456789abcdef").decode(), app_auth_token=TOKEN)
    secrets = [*private_pem(account.keys.app).splitlines()[1:-1], "MDEyMzQ1Njc4", TOKEN]
    for form in ("pretty", "plain", "json"):
        result = doctor(account.home, "-o", form, "--debug")
        assert [s for s in secrets if s in result.out + result.err] == []


def test_in_a_terminal(account: Account) -> None:
    watched = run_in_terminal(["doctor", "--lang", "zh"], account.home, 40)
    lines = watched.screen.splitlines()
    assert watched.status == 0
    assert "\x1b[32m✓" in lines[0]
    assert "配置文件" in lines[0]
    assert "错误：0，警告：0，未检查：4" in lines[-1]


# --- words -------------------------------------------------------------------------------------


def _words() -> Iterator[tuple[str, str]]:
    for lang in Language:
        words = check_words(lang)
        for member, text in (*words.titles.items(), *words.notes.items()):
            yield f"{lang.value} {member}", text


def test_there_are_words_for_every_topic_and_note() -> None:
    for lang in Language:
        words = check_words(lang)
        assert (set(words.titles), set(words.notes)) == (set(Topic), set(Note))
        titles = list(words.titles.values())
        assert len(set(titles)) == len(titles)
    english, chinese = (check_words(lang) for lang in (Language.EN, Language.ZH))
    assert set(english.sentences) == set(chinese.sentences)
    for note in Note:
        assert ("{found}" in english.notes[note]) == ("{found}" in chinese.notes[note]), note
    assert [name for name, text in _words() if not text or text != text.strip()] == []
