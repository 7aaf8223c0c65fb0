"""Every row of the table of exit statuses, and every cause that the rows name."""

import io
import os
import pty
import re
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.conftest import Account
from tests.support.exchange import (
    MIB,
    TEMPORARY_ANSWERED,
    TEMPORARY_NO,
    TEMPORARY_UNKNOWN,
    UNTRUSTED_ANSWERED,
    UNTRUSTED_NO,
    Authority,
    Ending,
    Line,
    call,
    closed_port,
    ending,
    http_answer,
    peer,
)
from tests.support.independent import (
    BIZ_NO,
    NODE,
    SUCCESS,
    node_text,
    private_pem,
    sign,
    signed_answer,
)
from tests.support.long import long
from tests.support.program import PERSON, Result, process_variables, zhima_command
from tests.support.stub import Said, Seen, stub_gateway
from zhima_cli.cli.app import run
from zhima_cli.cli.environment import Environment
from zhima_cli.core.waiting import Clock

PERSONAL = ("收委", "260104197909275964")


# 0


def test_0_a_verified_biz_no(account: Account) -> None:
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        result = call(account, stub.url)
    assert ending(result) == Ending(0, "success", "answered", None, True)
    assert (result.json["ok"], result.json["biz_no"]) == (True, BIZ_NO)


def test_0_a_dry_run_that_was_shown_without_alipays_key(account: Account) -> None:
    with stub_gateway(b"") as stub:
        account.write(gateway=stub.url, alipay_public_key="")
        text = account.config.read_text(encoding="utf-8")
        account.config.write_text(text.replace('alipay_public_key = ""\n', ""), encoding="utf-8")
        result = account.init_cert("--dry-run", "--output=json")
    assert (result.status, result.json["dry_run"]) == (0, True)
    assert stub.seen == []


# 1


def run_with_a_broken_clock(account: Account, *arguments: str) -> Result:
    """Run zhima where asking for the time fails, with an error that quotes secrets."""

    def broken_clock() -> datetime:
        secret = PERSONAL[0] + account.config.read_text(encoding="utf-8")
        raise RuntimeError(secret, PERSONAL[1])

    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(3)]
    stdin, stdout, stderr = streams
    environment = Environment(
        stdin, stdout, stderr, {"LANG": "en_US.UTF-8"}, account.home, Clock(now=broken_clock)
    )
    status = run(["init-cert", *PERSON, *arguments], environment)
    texts = []
    for stream in (stdout, stderr):
        stream.seek(0)
        texts.append(stream.read())
    return Result(status, *texts)


def test_1_a_bug_is_one_line(account: Account) -> None:
    result = run_with_a_broken_clock(account)
    assert (result.status, result.out) == (1, "")
    assert "RuntimeError" in result.err
    assert result.err.count("\n") == 1
    assert "Traceback" not in result.err


def test_1_a_bug_as_json(account: Account) -> None:
    result = run_with_a_broken_clock(account, "--output=json")
    assert ending(result) == Ending(1, "internal", "no", False, None)
    assert result.err == ""


def test_1_debug_shows_where_a_bug_arose(account: Account) -> None:
    result = run_with_a_broken_clock(account, "--output=json", "--debug")
    assert ending(result) == Ending(1, "internal", "no", False, None)
    assert "builtins.RuntimeError" in result.err
    assert "test_exits.py" in result.err
    assert "broken_clock" in result.err


@pytest.mark.parametrize("arguments", [(), ("--debug",), ("--output=json", "--debug")], ids=str)
def test_1_a_bugs_message_and_variables_are_never_shown(
    account: Account, arguments: tuple[str, ...]
) -> None:
    result = run_with_a_broken_clock(account, *arguments)
    assert result.status == 1
    shown = result.out + result.err
    a_line_of_the_key = private_pem(account.keys.app).splitlines()[5]
    for secret in (*PERSONAL, "\\u6536", "PRIVATE KEY", a_line_of_the_key, "secret"):
        assert secret not in shown


# 2 and 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("--no-such-option",),
        ("--transaction-id=T-1",),
        ("--charset=latin-1",),
        ("--gateway=http://gateway.example/gateway.do",),
        ("stray",),
        ("--lang=fr",),
        ("--dry-run=1",),
    ],
    ids=str,
)
def test_2_a_wrong_option(account: Account, arguments: tuple[str, ...]) -> None:
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        account.write(gateway=stub.url)
        result = account.init_cert("--output=json", *arguments)
    assert ending(result) == Ending(2, "usage", "no", False, None)
    assert stub.seen == []


def test_2_a_missing_person(account: Account) -> None:
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        account.write(gateway=stub.url)
        result = account.init_cert("--output=json", person=())
    assert ending(result) == Ending(2, "usage", "no", False, None)
    assert stub.seen == []


@pytest.mark.parametrize(
    "settings",
    [
        {"app_id": ""},
        {"private_key": "not a key"},
        {"alipay_public_key": "not a key"},
        {"gateway": "http://gateway.example/gateway.do"},
        {"charset": "latin-1"},
        {"no_such_key": "x"},
    ],
    ids=str,
)
def test_3_an_unusable_profile(account: Account, settings: Mapping[str, str]) -> None:
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        account.write(**{"gateway": stub.url, **settings})
        result = account.init_cert("--output=json")
    assert ending(result) == Ending(3, "config", "no", False, None)
    assert stub.seen == []


def test_3_no_config_file(account: Account) -> None:
    account.config.unlink()
    result = account.init_cert("--output=json")
    assert ending(result) == Ending(3, "config", "no", False, None)


# 4 and 5; tests/test_codes.py has every code


@pytest.mark.parametrize(
    ("code", "sub_code", "expected"),
    [
        ("40004", "ARRANGEMENT_ERROR", Ending(4, "business", "answered", False, True)),
        ("40004", "UNSUPPORTED_BIZ_CODE", Ending(4, "business", "answered", False, True)),
        ("40004", "INVALID_PARAMETER", Ending(4, "business", "answered", False, True)),
        ("40004", "BIZ_ERROR", Ending(4, "business", "answered", False, True)),
        ("40004", "NOBODY_KNOWS", Ending(4, "business", "answered", False, True)),
        ("40002", "isv.invalid-signature", Ending(5, "gateway", "answered", False, True)),
        (
            "40006",
            "isv.insufficient-isv-permissions",
            Ending(5, "gateway", "answered", False, True),
        ),
        ("20001", "aop.invalid-app-auth-token", Ending(5, "gateway", "answered", False, True)),
        ("40001", "isv.missing-app-id", Ending(5, "gateway", "answered", False, True)),
        ("40002", "isv.invalid-timestamp", Ending(5, "gateway", "answered", False, True)),
        ("20000", "isp.unknow-error", Ending(6, "temporary", "answered", True, True)),
        ("40005", "isv.app-call-limited", Ending(6, "temporary", "answered", True, True)),
        ("40004", "SYSTEM_ERROR", Ending(6, "temporary", "answered", True, True)),
        ("40004", "TRANSACTION_ERROR", Ending(6, "temporary", "answered", True, True)),
    ],
)
def test_4_5_6_a_refusal_by_its_code(
    account: Account, code: str, sub_code: str, expected: Ending
) -> None:
    node = node_text(code=code, msg="No", sub_code=sub_code, sub_msg="no")
    with stub_gateway(signed_answer(account.keys.alipay, node)) as stub:
        assert ending(call(account, stub.url)) == expected


# 6


def test_6_no_connection(account: Account) -> None:
    with closed_port() as port:
        result = call(account, f"http://127.0.0.1:{port}/gateway.do")
    assert ending(result) == TEMPORARY_NO
    assert "No connection to the gateway" in str(result.json["description"])


def test_6_dns(account: Account) -> None:
    """The name is one that no DNS may ever have; where there is no DNS at all, time runs out."""
    result = call(account, "https://gateway.invalid/gateway.do", "--timeout=3")
    assert ending(result) == TEMPORARY_NO
    description = str(result.json["description"])
    assert "could not be resolved" in description or "did not answer within 3 s" in description


def test_6_time_out(account: Account) -> None:
    def talk(line: Line) -> None:
        line.read_request()
        line.stay()

    with peer(talk) as gateway:
        result = call(account, gateway.http, "--timeout=1")
    assert ending(result) == TEMPORARY_UNKNOWN
    assert "did not answer within 1 s" in str(result.json["description"])


def test_6_reset_and_the_call_is_not_made_again_by_itself(account: Account) -> None:
    def talk(line: Line) -> None:
        line.read_request()
        line.reset()

    with peer(talk) as gateway:
        result = call(account, gateway.http)
    assert ending(result) == TEMPORARY_UNKNOWN
    assert "broke off" in str(result.json["description"])
    assert len(gateway.lines) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 599])
def test_6_an_http_status_that_says_later(account: Account, status: int) -> None:
    """Whatever the body is: what stands before the gateway answers so, too."""
    with stub_gateway(Said(signed_answer(account.keys.alipay), status)) as stub:
        result = call(account, stub.url)
    assert ending(result) == TEMPORARY_ANSWERED
    assert f"HTTP status {status}" in str(result.json["description"])
    assert len(stub.seen) == 1


# 7


def _answer(node: str, signature: str | None) -> bytes:
    tail = "" if signature is None else f',"sign":"{signature}"'
    return f'{{"{NODE}":{node}{tail}}}'.encode()


REFUSAL = node_text(code="40004", msg="Business Failed", sub_code="BIZ_ERROR", sub_msg="no")

Make = Callable[[Account], bytes | Said]
UNBELIEVABLE: dict[str, Make] = {
    "signature missing on success": lambda _: _answer(SUCCESS, None),
    "signature wrong on success": lambda a: signed_answer(a.keys.stranger),
    "signature wrong on failure": lambda a: signed_answer(a.keys.stranger, REFUSAL),
    "signature of another text": lambda a: _answer(SUCCESS, sign(b"{}", a.keys.alipay)),
    "signature malformed": lambda _: _answer(SUCCESS, "ERITJKEIJKJHKKKKKKKHJEREEEEEEEEEEE"),
    "signature malformed on failure": lambda _: _answer(REFUSAL, "%%%"),
    "signature of the other type": lambda a: signed_answer(a.keys.alipay, sign_type="RSA"),
    "not JSON": lambda _: b"<html>Welcome</html>",
    "empty": lambda _: b"",
    "JSON cut short": lambda a: signed_answer(a.keys.alipay)[:-1],
    "no such node": lambda a: signed_answer(a.keys.alipay).replace(b"initialize", b"certify"),
    "success without biz_no": lambda a: signed_answer(
        a.keys.alipay, node_text(code="10000", msg="Success")
    ),
    "larger than 1 MiB": lambda a: signed_answer(a.keys.alipay).ljust(MIB + 1),
    "404": lambda _: Said(b"<html>Not Found</html>", 404),
}


@pytest.mark.parametrize("make", UNBELIEVABLE.values(), ids=UNBELIEVABLE)
def test_7_an_answer_that_cannot_be_believed(account: Account, make: Make) -> None:
    with stub_gateway(make(account)) as stub:
        result = call(account, stub.url)
        plain = account.init_cert("--transaction-id=T1", f"--gateway={stub.url}")
    assert ending(result) == UNTRUSTED_ANSWERED
    values = [result.json[name] for name in ("biz_no", "code", "msg", "sub_code", "sub_msg")]
    assert values == [None] * 5
    assert (plain.status, plain.out) == (7, "")
    assert BIZ_NO not in result.out + plain.err


def test_an_answer_of_exactly_1_mib_is_read(account: Account) -> None:
    with stub_gateway(signed_answer(account.keys.alipay).ljust(MIB)) as stub:
        result = call(account, stub.url)
    assert (result.status, result.json["biz_no"]) == (0, BIZ_NO)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_7_a_redirect_is_not_followed(account: Account, status: int) -> None:
    answer = signed_answer(account.keys.alipay)
    with peer(lambda line: line.send(http_answer(answer))) as elsewhere:
        headers = {"Location": elsewhere.http}
        with stub_gateway(Said(answer, status, headers)) as stub:
            result = call(account, stub.url)
    assert ending(result) == UNTRUSTED_ANSWERED
    assert f"HTTP status {status}" in str(result.json["description"])
    assert elsewhere.lines == []
    assert len(stub.seen) == 1


@pytest.mark.parametrize(
    ("host", "last_year", "trusted", "why"),
    [
        ("127.0.0.1", 2199, False, "local issuer"),
        ("gateway.invalid", 2199, True, "mismatch"),
        ("127.0.0.1", 2001, True, "expired"),
    ],
    ids=["nobody vouches", "another's name", "expired"],
)
def test_7_tls_that_cannot_be_verified(
    account: Account, authority: Authority, host: str, last_year: int, trusted: bool, why: str
) -> None:
    requests: list[bytes] = []

    def talk(line: Line) -> None:
        requests.append(line.read_request())
        line.send(http_answer(signed_answer(account.keys.alipay)))

    variables = {"REQUESTS_CA_BUNDLE": str(authority.bundle)} if trusted else {}
    with peer(talk, authority.server(host, last_year)) as gateway:
        result = call(account, gateway.https, variables=variables)
    assert ending(result) == UNTRUSTED_NO
    assert why in str(result.json["description"])
    assert b"".join(requests) == b""


def test_7_something_that_speaks_no_tls(account: Account) -> None:
    def talk(line: Line) -> None:
        line.connection.recv(4096)
        line.send(http_answer(signed_answer(account.keys.alipay)))

    with peer(talk) as gateway:
        result = call(account, gateway.https)
    assert ending(result) == UNTRUSTED_NO


def test_tls_that_is_verified_by_the_named_bundle_goes_through(
    account: Account, authority: Authority
) -> None:
    def talk(line: Line) -> None:
        line.read_request()
        line.send(http_answer(signed_answer(account.keys.alipay)))

    with peer(talk, authority.server("127.0.0.1")) as gateway:
        variables = {"REQUESTS_CA_BUNDLE": str(authority.bundle)}
        result = call(account, gateway.https, variables=variables)
    assert ending(result) == Ending(0, "success", "answered", None, True)


# 8


def init_cert_writing_to(stdout: int | BinaryIO, account: Account, *arguments: str) -> Result:
    """Run ``zhima init-cert`` as a process whose standard output is ``stdout``."""
    call = ("init-cert", *PERSON, "--transaction-id=T1")
    return writing_to(stdout, account, *call, *arguments)


def writing_to(stdout: int | BinaryIO, account: Account, *arguments: str) -> Result:
    """Run zhima as a process whose standard output is ``stdout``."""
    done = subprocess.run(
        [zhima_command(), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=process_variables(account.home),
        timeout=60,
        check=False,
    )
    return Result(done.returncode, "", done.stderr.decode())


@pytest.fixture
def closed_pipe() -> Iterator[int]:
    """The writing end of a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "--version",
        long("explain"),
        long("completion bash"),
        long("--lang=en --version"),
        long("init-cert --help"),
        long("explain 7 --output=json"),
        long("profiles"),
        long("doctor"),
    ],
)
def test_8_a_reader_who_has_enough_is_told_of_nothing(
    account: Account, closed_pipe: int, command: str
) -> None:
    assert writing_to(closed_pipe, account, *command.split()) == Result(8, "", "")


@pytest.mark.parametrize("command", ["--version", long("--help"), long("explain")])
def test_8_what_does_not_fit_on_the_disk_is_told_of(account: Account, command: str) -> None:
    with Path("/dev/full").open("wb") as full:
        result = writing_to(full, account, command)
    assert result.status == 8
    assert "No space left on device" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("output", ["pretty", long("plain"), long("json")])
def test_8_a_biz_no_that_nobody_reads_goes_to_standard_error(
    account: Account, closed_pipe: int, output: str
) -> None:
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        arguments = (f"--gateway={stub.url}", f"--output={output}")
        result = init_cert_writing_to(closed_pipe, account, *arguments)
    assert result.status == 8
    assert BIZ_NO in result.err
    assert "(Broken pipe)" in re.sub(r"[\s│]+", " ", result.err)  # the panel breaks its lines
    assert "Traceback" not in result.err
    assert "Exception ignored" not in result.err


def test_8_a_biz_no_that_does_not_fit_on_the_disk_goes_to_standard_error(account: Account) -> None:
    with (
        stub_gateway(signed_answer(account.keys.alipay)) as stub,
        Path("/dev/full").open("wb") as full,
    ):
        result = init_cert_writing_to(full, account, f"--gateway={stub.url}")
    assert result.status == 8
    assert BIZ_NO in result.err
    assert "No space left on device" in result.err
    assert "Traceback" not in result.err
    assert "Exception ignored" not in result.err


@pytest.mark.long
def test_8_a_dry_run_that_nobody_reads(account: Account, closed_pipe: int) -> None:
    result = init_cert_writing_to(closed_pipe, account, "--dry-run")
    assert result.status == 8
    assert "exit status 8" in result.err
    assert "Traceback" not in result.err


def test_a_refusal_that_nobody_reads_stays_a_refusal(account: Account, closed_pipe: int) -> None:
    with stub_gateway(signed_answer(account.keys.alipay, REFUSAL)) as stub:
        arguments = (f"--gateway={stub.url}", "--output=json")
        result = init_cert_writing_to(closed_pipe, account, *arguments)
    assert result.status == 4
    assert "BIZ_ERROR" in result.err
    assert "Traceback" not in result.err


# 130


def interrupted(process: "subprocess.Popen[bytes]") -> Result:
    """Interrupt the process as Ctrl-C does, and return what it left on standard output."""
    try:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    return Result(process.returncode, out.decode(), (err or b"").decode())


def start(account: Account, gateway: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [
            zhima_command(),
            "init-cert",
            *PERSON,
            "--transaction-id=T1",
            "--output=json",
            f"--gateway={gateway}",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=process_variables(account.home),
    )


def test_130_while_waiting_for_the_answer(account: Account) -> None:
    came, over = threading.Event(), threading.Event()

    def answer(_: Seen) -> Said:
        came.set()
        over.wait(30)
        return Said(b"")

    with stub_gateway(answer) as stub:
        with start(account, stub.url) as process:
            seen = came.wait(30)
            result = interrupted(process)
        over.set()
    assert seen
    assert ending(result) == Ending(130, "interrupted", "unknown", True, None)
    assert (result.json["transaction_id"], result.err) == ("T1", "")


def test_130_before_anything_was_sent(account: Account) -> None:
    """The gateway never ends the TLS handshake, so the request cannot have left."""
    came = threading.Event()

    def talk(line: Line) -> None:
        line.connection.recv(4096)
        came.set()
        line.stay()

    with peer(talk) as gateway, start(account, gateway.https) as process:
        connected = came.wait(30)
        result = interrupted(process)
    assert connected
    assert ending(result) == Ending(130, "interrupted", "no", True, None)
    assert result.json["transaction_id"] == "T1"


def test_130_while_asking_for_the_name(account: Account) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [zhima_command(), "init-cert", "--cert-no=260104197909275964", "--output=json"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=process_variables(account.home),
    ) as process:
        os.close(theirs)
        asked = b""
        while b"cert_name" not in asked and select.select([ours], [], [], 30)[0]:
            asked += os.read(ours, 1024)
        result = interrupted(process)
    os.close(ours)
    assert b"cert_name" in asked
    assert ending(result) == Ending(130, "interrupted", "no", True, None)


# All failures


@pytest.mark.parametrize(
    ("arguments", "body", "status"),
    [
        (("--charset=latin-1",), b"", 2),
        (("--profile=none",), b"", 3),
        ((), REFUSAL.encode(), 4),
        ((), b'{"code":"40002","sub_code":"isv.invalid-app-id"}', 5),
        ((), b'{"code":"20000"}', 6),
        ((), b'{"code":"10000"}', 7),
    ],
)
def test_a_failure_prints_nothing_on_standard_output_but_names_its_status(
    account: Account, arguments: tuple[str, ...], body: bytes, status: int
) -> None:
    answer = b'{"' + NODE.encode() + b'":' + body + b"}"
    with stub_gateway(answer) as stub:
        account.write(gateway=stub.url)
        result = account.init_cert("--transaction-id=T1", *arguments)
    assert (result.status, result.out) == (status, "")
    assert f"exit status {status}" in result.err
