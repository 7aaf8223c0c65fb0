"""Trying again: what is, what is not, how often, after which pauses, and what is said meanwhile.

Pauses take no time here: the clock that zhima measures them with is a parameter, and a test's own.
The last part is a model of the rules, compared with what zhima does for whatever a gateway answers.
"""

import contextlib
import itertools
import json
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.conftest import Account, Keys
from tests.support.exchange import (
    Line,
    http_answer,
    make_authority,
    peer,
)
from tests.support.independent import (
    BIZ_NO,
    node_text,
    read_request,
    signed_answer,
)
from tests.support.long import in_parts, long
from tests.support.program import PERSON, Result, process_variables, run_inside, zhima_command
from tests.support.record import (
    Answer,
    Time,
    biz_no,
    brief,
    change,
    history_of,
    in_turn,
    init_cert_timed,
    refusal,
    rows,
    run_at_keyboard,
    run_timed,
    said,
    success,
    unsigned,
)
from tests.support.stub import Said, Seen, Stub, stub_gateway
from tests.support.terminal import run_in_terminal
from zhima_cli.core.waiting import Clock

DOWN = Said(b"", 503)
TRYING_AGAIN = ("init-cert", *PERSON, "--transaction-id=T1")


@contextlib.contextmanager
def served(account: Account, *answers: Answer, **profile: str) -> Iterator[Stub]:
    """Serve the answers in turn to a profile that records and tries again."""
    with stub_gateway(in_turn(*answers)) as stub:
        account.write(True, gateway=stub.url, **profile)
        yield stub


def json_call(account: Account, time: Time, *arguments: str) -> dict[str, object]:
    """Make the call, with its outcome as JSON, the exit status among its fields."""
    result = init_cert_timed(account, time, "--output=json", *arguments)
    return {**result.json, "exit": result.status, "err": result.err}


def fields(outcome: dict[str, object], *names: str) -> list[object]:
    return [outcome[name] for name in names]


# --- what is tried again --------------------------------------------------------------------------

Make = Callable[[Account], Answer]
TEMPORARY: dict[str, Make] = {
    "429": lambda _: Said(b"", 429),
    "500": lambda _: Said(b"", 500),
    "502 with a page": lambda _: Said(b"<html>Bad Gateway</html>", 502),
    "503": lambda _: DOWN,
    "504": lambda _: Said(b"", 504),
    "closed without an answer": lambda _: ConnectionAbortedError(),
    "cut short": lambda a: Said(signed_answer(a.keys.alipay), length=10000),
    "20000 isp.unknow-error": lambda a: refusal(a, "20000", "isp.unknow-error"),
    "20000 aop.unknow-error": lambda a: refusal(a, "20000", "aop.unknow-error"),
    "40004 SYSTEM_ERROR": lambda a: refusal(a, "40004", "SYSTEM_ERROR"),
    "40004 TRANSACTION_ERROR": lambda a: refusal(a, "40004", "TRANSACTION_ERROR"),
    "40005 isv.app-call-limited": lambda a: refusal(a, "40005", "isv.app-call-limited"),
    "20000 unsigned": lambda _: unsigned("20000", "isp.unknow-error"),
}


@pytest.mark.parametrize("make", TEMPORARY.values(), ids=TEMPORARY)
def test_what_is_temporary_is_tried_again_until_it_works(account: Account, make: Make) -> None:
    with served(account, make(account), make(account), success(account, BIZ_NO)) as stub:
        outcome = json_call(account, Time())
    assert fields(outcome, "exit", "kind", "biz_no", "attempts", "err") == [
        *(0, "success", BIZ_NO, 3, "")
    ]
    assert len(stub.seen) == 3
    assert brief(history_of(account)) == [("T1", 3, "success", BIZ_NO)]


@pytest.mark.parametrize("make", TEMPORARY.values(), ids=TEMPORARY)
def test_what_stays_temporary_is_given_up_after_two_retries(account: Account, make: Make) -> None:
    with served(account, make(account)) as stub:
        outcome = json_call(account, Time())
    assert fields(outcome, "exit", "kind", "biz_no", "attempts", "retryable", "err") == [
        *(6, "temporary", None, 3, True, "")
    ]
    assert len(stub.seen) == 3
    assert brief(history_of(account)) == [("T1", 3, "unknown", None)]


def test_a_refused_connection_is_tried_again(account: Account) -> None:
    """The gateway comes back while zhima waits for the second time."""
    account.write(True)
    answer = http_answer(signed_answer(account.keys.alipay))
    with socket.socket() as gateway, ThreadPoolExecutor(1) as pool:

        def serve() -> None:
            connection, _ = gateway.accept()
            with connection:
                line = Line(connection, threading.Event())
                line.read_request()
                line.send(answer)

        def come_back() -> None:
            if len(clock.pauses) == 2:
                gateway.listen()
                pool.submit(serve)

        # Whoever connects to a socket that does not listen is refused.
        gateway.bind(("127.0.0.1", 0))
        gateway.settimeout(30)
        clock = Time(meanwhile=come_back)
        port = gateway.getsockname()[1]
        outcome = json_call(account, clock, f"--gateway=http://127.0.0.1:{port}/gateway.do")
    assert fields(outcome, "exit", "kind", "attempts", "sent") == [0, "success", 3, "answered"]
    assert len(clock.pauses) == 2


def test_a_name_that_is_not_resolved_is_tried_again(account: Account) -> None:
    account.write(True)
    clock = Time()
    outcome = json_call(
        account, clock, "--gateway=https://gateway.invalid/gateway.do", "--timeout=1", "--retries=1"
    )
    assert fields(outcome, "exit", "kind", "sent", "attempts") == [6, "temporary", "no", 2]
    assert len(clock.pauses) == 1


def test_a_time_out_is_tried_again(account: Account) -> None:
    def talk(line: Line) -> None:
        line.read_request()
        if len(gateway.lines) < 2:
            line.stay()
        line.send(http_answer(signed_answer(account.keys.alipay)))

    account.write(True)
    with peer(talk) as gateway:
        outcome = json_call(account, Time(), f"--gateway={gateway.http}", "--timeout=0.5")
    assert fields(outcome, "exit", "kind", "attempts") == [0, "success", 2]


def test_a_reset_is_tried_again(account: Account) -> None:
    def talk(line: Line) -> None:
        line.read_request()
        line.reset()

    account.write(True)
    with peer(talk) as gateway:
        outcome = json_call(account, Time(), f"--gateway={gateway.http}", "--retries=3")
    assert fields(outcome, "exit", "kind", "attempts", "sent") == [6, "temporary", 4, "unknown"]
    assert len(gateway.lines) == 4


def test_a_handshake_that_breaks_off_is_tried_again(account: Account) -> None:
    """No certificate was seen to be wrong: the connection ended, before anything was sent."""

    def talk(line: Line) -> None:
        line.connection.recv(4096)

    account.write(True)
    with peer(talk) as gateway:
        outcome = json_call(account, Time(), f"--gateway={gateway.https}")
    assert fields(outcome, "exit", "kind", "attempts", "sent") == [6, "temporary", 3, "no"]


# --- what is not ----------------------------------------------------------------------------------

FINAL: dict[str, tuple[Make, int]] = {
    "success": (lambda a: signed_answer(a.keys.alipay), 0),
    "refused by the interface": (lambda a: refusal(a, "40004", "BIZ_ERROR"), 4),
    "an unknown sub_code": (lambda a: refusal(a, "40004", "NOBODY_KNOWS"), 4),
    "refused by the gateway": (lambda a: refusal(a, "40002", "isv.invalid-signature"), 5),
    "no permission": (lambda a: refusal(a, "40006", "isv.insufficient-isv-permissions"), 5),
    "refused, unsigned": (lambda _: unsigned("40002", "isv.invalid-app-id"), 5),
    "a success unsigned": (lambda _: unsigned("10000", ""), 7),
    "another's signature": (lambda a: signed_answer(a.keys.stranger), 7),
    "another's signature on a temporary refusal": (
        lambda a: signed_answer(a.keys.stranger, node_text(code="20000", sub_code="x")),
        7,
    ),
    "garbage": (lambda _: b"<html>Welcome</html>", 7),
    "nothing": (lambda _: b"", 7),
    "404": (lambda _: Said(b"", 404), 7),
    "a redirect": (lambda _: Said(b"", 302, {"Location": "https://gateway.invalid/"}), 7),
    "a redirect with Retry-After": (lambda _: Said(b"", 301, {"Retry-After": "1"}), 7),
}


@pytest.mark.parametrize(("make", "status"), FINAL.values(), ids=FINAL)
def test_what_is_final_is_never_tried_again(account: Account, make: Make, status: int) -> None:
    clock = Time()
    with served(account, make(account)) as stub:
        outcome = json_call(account, clock, "--retries=9")
    assert fields(outcome, "exit", "attempts") == [status, 1]
    assert (len(stub.seen), clock.pauses) == (1, [])


@pytest.mark.parametrize(("make", "status"), FINAL.values(), ids=FINAL)
def test_what_is_final_ends_the_retries(account: Account, make: Make, status: int) -> None:
    with served(account, DOWN, make(account)) as stub:
        outcome = json_call(account, Time(), "--retries=9")
    assert fields(outcome, "exit", "attempts", "sent") == [status, 2, "answered"]
    assert len(stub.seen) == 2
    assert rows(history_of(account))[0]["attempts"] == 2


@pytest.mark.parametrize(
    ("host", "last_year", "trusted"),
    [("127.0.0.1", 2199, False), ("gateway.invalid", 2199, True), ("127.0.0.1", 2001, True)],
    ids=["nobody vouches", "another's name", "expired"],
)
def test_tls_that_cannot_be_verified_is_never_tried_again(
    account: Account, tmp_path: Path, host: str, last_year: int, trusted: bool
) -> None:
    account.write(True)
    clock = Time()
    authority = make_authority(tmp_path)
    variables = {"REQUESTS_CA_BUNDLE": str(authority.bundle)} if trusted else {}
    with peer(lambda line: line.stay(), authority.server(host, last_year)) as gateway:
        arguments = [*TRYING_AGAIN, f"--gateway={gateway.https}", "--output=json", "--retries=9"]
        result = run_timed(arguments, account.home, clock, variables)
    values = [result.json[name] for name in ("kind", "sent", "attempts")]
    assert (result.status, values) == (7, ["untrusted", "no", 1])
    assert (len(gateway.lines), clock.pauses) == (1, [])


def test_plain_http_where_tls_is_due_is_never_tried_again(account: Account) -> None:
    def talk(line: Line) -> None:
        line.connection.recv(4096)
        line.send(http_answer(signed_answer(account.keys.alipay)))

    account.write(True)
    with peer(talk) as gateway:
        outcome = json_call(account, Time(), f"--gateway={gateway.https}", "--retries=9")
    assert fields(outcome, "exit", "sent", "attempts") == [7, "no", 1]
    assert len(gateway.lines) == 1


def test_what_is_wrong_before_the_call_has_no_attempts(account: Account) -> None:
    with served(account, DOWN) as stub:
        outcome = json_call(account, Time(), "--charset=latin-1")
    assert fields(outcome, "exit", "attempts") == [2, 0]
    assert stub.seen == []


# --- the same content, a fresh timestamp and signature --------------------------------------------


@pytest.mark.parametrize("sign_type", ["RSA2", "RSA"])
def test_each_attempt_is_the_same_call_signed_afresh(account: Account, sign_type: str) -> None:
    arguments = (
        *("--retries=3", f"--sign-type={sign_type}", "--app-auth-token=token"),
        *("--ext-biz-param", '{"a": "b"}', "--linked-merchant-id=m"),
    )
    clock = Time(fraction=1.0)
    with served(account, DOWN) as stub:
        outcome = json_call(account, clock, *arguments)
    assert outcome["attempts"] == 4
    calls = [read_request(seen.query, seen.body) for seen in stub.seen]
    assert all(call.is_signed_by(account.keys.app) for call in calls)
    assert [call.params["timestamp"] for call in calls] == [
        *("2026-11-25 03:07:50", "2026-11-25 03:07:51"),
        *("2026-11-25 03:07:53", "2026-11-25 03:07:57"),
    ]
    assert len({call.params["sign"] for call in calls}) == 4
    assert len({call.params["biz_content"] for call in calls}) == 1
    assert calls[0].biz_content["transaction_id"] == "T1"
    fresh = ("timestamp", "sign")
    rest = [{n: v for n, v in call.params.items() if n not in fresh} for call in calls]
    assert rest == [rest[0]] * 4


def test_a_transaction_id_that_zhima_made_stays_the_same(account: Account) -> None:
    with served(account, DOWN) as stub:
        result = run_timed(["init-cert", *PERSON, "--output=json"], account.home, Time())
    ids = {read_request(s.query, s.body).biz_content["transaction_id"] for s in stub.seen}
    assert ids == {result.json["transaction_id"]}
    assert len(stub.seen) == 3


# --- how often ------------------------------------------------------------------------------------


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_as_many_sends_as_retries_and_one(account: Account, retries: int) -> None:
    clock = Time()
    with served(account, DOWN) as stub:
        outcome = json_call(account, clock, f"--retries={retries}")
    assert outcome["attempts"] == len(stub.seen) == retries + 1
    assert len(clock.pauses) == retries


@pytest.mark.parametrize(
    ("flag", "variable", "in_profile", "sends"),
    [
        (None, None, None, 3),
        (None, None, "0", 1),
        (None, None, "4", 5),
        (None, "1", "4", 2),
        (None, "0", None, 1),
        (None, "", "4", 5),
        ("3", "1", "4", 4),
        ("0", "1", "4", 1),
    ],
)
def test_the_flag_wins_over_the_variable_over_the_profile(
    account: Account, flag: str | None, variable: str | None, in_profile: str | None, sends: int
) -> None:
    with served(account, DOWN) as stub:
        if in_profile is not None:
            with account.config.open("a", encoding="utf-8") as config:
                config.write(f"retries = {in_profile}\n")
        arguments = [*TRYING_AGAIN, *([f"--retries={flag}"] if flag else [])]
        variables = {} if variable is None else {"ZHIMA_RETRIES": variable}
        result = run_timed(arguments, account.home, Time(), variables)
    assert (result.status, len(stub.seen)) == (6, sends)


@pytest.mark.parametrize("name", ["retries", "deadline"])
@pytest.mark.parametrize("value", ["-1", "x", "nan", "inf", "1e9", "1,5", ""])
def test_a_number_that_makes_no_sense_is_refused(account: Account, name: str, value: str) -> None:
    option = f"--{name}"
    with served(account, DOWN) as stub:
        flag = run_timed([*TRYING_AGAIN, f"{option}={value}"], account.home, Time())
        by_variable = {f"ZHIMA_{name.upper()}": value or "x"}
        variable = run_timed(TRYING_AGAIN, account.home, Time(), by_variable)
    assert (flag.status, variable.status, stub.seen) == (2, 2, [])
    assert option in flag.err
    assert f"ZHIMA_{name.upper()}" in variable.err


@pytest.mark.parametrize(
    ("argument", "status"),
    [
        *(("--retries=1.5", 2), ("--retries=101", 2), ("--retries=100", 0)),
        *(("--deadline=0", 2), ("--deadline=86401", 2), ("--deadline=9.5", 0)),
        *(("--deadline=86400", 0), ("--retries", 2), ("--deadline", 2)),
    ],
)
def test_the_bounds_of_the_numbers(account: Account, argument: str, status: int) -> None:
    with served(account, success(account, BIZ_NO)) as stub:
        result = init_cert_timed(account, Time(), argument)
    assert (result.status, len(stub.seen)) == (status, 1 if status == 0 else 0)


@pytest.mark.parametrize(
    "line", ["retries = 1.5", "retries = -1", "deadline = 0", "retries = true"]
)
def test_a_profiles_number_that_makes_no_sense_is_its_fault(account: Account, line: str) -> None:
    with served(account, DOWN) as stub:
        with account.config.open("a", encoding="utf-8") as config:
            config.write(f"{line}\n")
        result = init_cert_timed(account, Time())
    assert (result.status, stub.seen) == (3, [])
    assert f"profiles.default.{line.partition(' ')[0]}" in result.err


# --- the pauses -----------------------------------------------------------------------------------


@pytest.mark.parametrize("fraction", [0.0, 0.25, 1.0])
def test_the_jitter_is_full_and_its_bound_doubles_up_to_ten_seconds(
    account: Account, fraction: float
) -> None:
    clock = Time(fraction)
    with served(account, DOWN):
        outcome = json_call(account, clock, "--retries=6", "--deadline=600")
    assert outcome["attempts"] == 7
    assert clock.bounds == [1, 2, 4, 8, 10, 10]
    assert clock.pauses == [bound * fraction for bound in clock.bounds]


def test_the_jitter_of_a_real_run_is_spread_over_all_of_it() -> None:
    """A thousand draws miss one of the tenths by chance once in 10 ** 44 runs."""
    drawn = [Clock().jitter(10.0) for _ in range(1000)]
    assert all(0 <= seconds <= 10 for seconds in drawn)
    assert {int(seconds) for seconds in drawn} >= set(range(10))


def test_the_clock_of_a_real_run_is_the_machines() -> None:
    clock = Clock()
    first, before = clock.elapsed(), datetime.now(UTC)
    clock.wait(0.01)
    assert clock.elapsed() >= first + 0.01
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().tzinfo is not None


@pytest.mark.parametrize(
    ("status", "header", "least"),
    [
        (429, "7", 7.0),
        (500, "7", 7.0),
        (503, "7", 7.0),
        (503, "0", 0.0),
        (503, "1.5", 0.0),
        (503, "-7", 0.0),
        (503, "soon", 0.0),
        (503, "", 0.0),
        (503, "Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        (503, "Wed, 99 Nov 2026 00:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_the_least_pause(
    account: Account, status: int, header: str, least: float
) -> None:
    clock = Time(fraction=0.5)
    with served(account, Said(b"", status, {"Retry-After": header}), success(account, BIZ_NO)):
        outcome = json_call(account, clock)
    assert fields(outcome, "exit", "attempts") == [0, 2]
    assert clock.pauses == [max(0.5, least)]


def test_a_longer_jitter_stays_above_retry_after(account: Account) -> None:
    clock = Time(fraction=1.0)
    later = Said(b"", 503, {"Retry-After": "3"})
    with served(account, later):
        json_call(account, clock, "--retries=4")
    assert clock.pauses == [3, 3, 4, 8]


def test_retry_after_as_a_date(account: Account) -> None:
    """The date is the machine's own clock and half a minute; the run takes less than half of it."""
    clock = Time()
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    with served(account, Said(b"", 503, {"Retry-After": date}), success(account, BIZ_NO)):
        outcome = json_call(account, clock)
    assert fields(outcome, "exit", "attempts") == [0, 2]
    (pause,) = clock.pauses
    assert 15 < pause <= 30


def test_retry_after_is_forgotten_with_the_next_answer(account: Account) -> None:
    clock = Time()
    with served(account, Said(b"", 503, {"Retry-After": "7"}), DOWN):
        json_call(account, clock)
    assert clock.pauses == [7, 0]


# --- the bound on the whole -----------------------------------------------------------------------


@pytest.mark.parametrize("header", ["60", "61", "999999999999999999999"])
def test_a_retry_after_beyond_the_deadline_is_given_up_at_once(
    account: Account, header: str
) -> None:
    clock = Time()
    with served(account, Said(b"", 503, {"Retry-After": header})) as stub:
        outcome = json_call(account, clock)
    assert fields(outcome, "exit", "kind", "attempts", "retryable") == [6, "temporary", 1, True]
    assert (len(stub.seen), clock.pauses) == (1, [])


def test_a_retry_after_date_beyond_the_deadline_is_given_up_too(account: Account) -> None:
    clock = Time()
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    with served(account, Said(b"", 503, {"Retry-After": date})):
        outcome = json_call(account, clock)
    assert (outcome["attempts"], clock.pauses) == (1, [])


@pytest.mark.parametrize(
    ("deadline", "pauses"),
    [
        ("60", [1, 2, 4, 8, 10, 10, 10, 10]),
        ("27.5", [1, 2, 4, 8, 10]),
        ("25", [1, 2, 4, 8]),
        ("7", [1, 2]),
        ("1", []),
    ],
)
def test_the_deadline_bounds_all_attempts_with_their_pauses(
    account: Account, deadline: str, pauses: list[float]
) -> None:
    clock = Time(fraction=1.0)
    with served(account, DOWN) as stub:
        outcome = json_call(account, clock, "--retries=100", f"--deadline={deadline}")
    assert clock.pauses == pauses
    assert clock.passed < float(deadline)
    assert outcome["attempts"] == len(stub.seen) == len(pauses) + 1
    assert fields(outcome, "exit", "kind") == [6, "temporary"]


def test_the_deadline_is_sixty_seconds_unless_it_is_said(account: Account) -> None:
    clock = Time(fraction=1.0)
    with served(account, DOWN):
        json_call(account, clock, "--retries=100")
    assert clock.passed == 55


def test_a_deadline_of_the_variable_and_of_the_profile(account: Account) -> None:
    with served(account, DOWN, retries="100", deadline="4") as stub:
        in_profile = Time(fraction=1.0)
        json_call(account, in_profile)
        by_variable = Time(fraction=1.0)
        run_timed(TRYING_AGAIN, account.home, by_variable, {"ZHIMA_DEADLINE": "8"})
    assert (in_profile.pauses, by_variable.pauses) == ([1, 2], [1, 2, 4])
    assert len(stub.seen) == 3 + 4


def test_time_that_the_answers_take_counts(account: Account) -> None:
    clock = Time(fraction=1.0)

    def slow(_: Seen) -> Said:
        clock.passed += 12
        return DOWN

    with stub_gateway(slow) as stub:
        account.write(True, gateway=stub.url)
        outcome = json_call(account, clock, "--retries=100", "--deadline=40")
    # 12, 1, 12, 2, 12: a pause of four would reach 43.
    assert (outcome["attempts"], clock.pauses) == (3, [1, 2])


def test_the_deadline_cuts_an_exchange_short(account: Account) -> None:
    """In real time: the answer never comes, and the time-out alone would be a minute."""

    def talk(line: Line) -> None:
        line.read_request()
        line.stay()

    account.write(True)
    with peer(talk) as gateway:
        outcome = json_call(
            account,
            Time(),
            f"--gateway={gateway.http}",
            "--timeout=60",
            "--deadline=0.5",
            "--retries=0",
        )
    assert fields(outcome, "exit", "kind", "sent") == [6, "temporary", "unknown"]
    assert "did not answer within 0.5 s" in str(outcome["description"])


@pytest.mark.parametrize("oversleep", [59.0, 3600.0])
def test_a_pause_that_took_longer_than_the_deadline_ends_the_call(
    account: Account, oversleep: float
) -> None:
    """Stopped with Ctrl-Z, or the machine was asleep."""
    clock = Time(fraction=1.0, oversleep=oversleep)
    with served(account, DOWN) as stub:
        outcome = json_call(account, clock)
    assert fields(outcome, "exit", "kind", "retryable") == [6, "temporary", True]
    assert outcome["attempts"] == len(stub.seen) == 1
    assert brief(history_of(account)) == [("T1", 1, "unknown", None)]


def test_a_record_that_fails_on_the_way_stops_nothing(account: Account) -> None:
    answers = in_turn(DOWN, success(account, BIZ_NO))

    def answer(request: Seen) -> Said:
        if len(stub.seen) == 1:
            refuse = "SELECT RAISE(FAIL, 'out of order')"
            change(
                history_of(account), f"CREATE TRIGGER t BEFORE UPDATE ON call BEGIN {refuse}; END"
            )
        return answers(request)

    with stub_gateway(answer) as stub:
        account.write(True, gateway=stub.url)
        result = init_cert_timed(account, Time())
    assert (result.status, result.out, len(stub.seen)) == (0, f"{BIZ_NO}\n", 2)
    assert "out of order" in result.err


# --- whether it was sent --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kinds", "sent"),
    [
        (("refused",), "no"),
        (("refused", "refused"), "no"),
        (("broken",), "unknown"),
        (("broken", "refused"), "unknown"),
        (("refused", "broken"), "unknown"),
        (("down",), "answered"),
        (("down", "refused"), "unknown"),
        (("refused", "down"), "answered"),
        (("broken", "down"), "answered"),
        (("down", "broken"), "unknown"),
    ],
    ids=str,
)
def test_what_an_earlier_attempt_may_have_sent_is_not_forgotten(
    account: Account, kinds: Sequence[str], sent: str
) -> None:
    """TLS that breaks off in the handshake stands for a connection that never stood."""
    left = list(kinds)
    authority = make_authority(account.home)
    tls = authority.server("127.0.0.1")

    def talk(line: Line) -> None:
        kind = left.pop(0)
        if kind == "refused":
            line.connection.recv(4096)
            return
        with tls.wrap_socket(line.connection, server_side=True) as line.connection:
            line.read_request()
            if kind == "down":
                line.send(http_answer(b"", "503 Service Unavailable"))

    account.write(True)
    with peer(talk) as gateway:
        arguments = [*TRYING_AGAIN, f"--gateway={gateway.https}", "--output=json"]
        result = run_timed(
            [*arguments, f"--retries={len(kinds) - 1}"],
            account.home,
            Time(),
            {"REQUESTS_CA_BUNDLE": str(authority.bundle)},
        )
    assert (result.status, result.json["sent"], left) == (6, sent, [])
    assert result.json["attempts"] == len(kinds)


# --- what is said meanwhile -----------------------------------------------------------------------


def attempts_told(err: str) -> list[int]:
    """Return of each line that tells of an attempt which it was."""
    return [int(number) for number in re.findall(r"^zhima: .*?\battempt (\d+) of 3", err, re.M)]


def test_nothing_is_said_in_a_pipe(account: Account) -> None:
    with served(account, DOWN, DOWN, success(account, BIZ_NO)):
        result = init_cert_timed(account, Time())
    assert (result.status, result.out, result.err) == (0, f"{BIZ_NO}\n", "")


def test_verbose_says_in_a_pipe_why_and_how_long_it_waits(account: Account) -> None:
    busy = refusal(account, "40004", "SYSTEM_ERROR")
    with served(account, Said(b"", 503, {"Retry-After": "7"}), busy, success(account, BIZ_NO)) as s:
        result = init_cert_timed(account, Time(fraction=0.5), "--verbose")
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
    assert f"attempt 1 of 3: {s.url} answered with HTTP status 503; waiting 7.0 s" in result.err
    assert "attempt 2 of 3: The system is busy; waiting 1.0 s" in result.err


@pytest.mark.parametrize("failures", [0, 1, 2, 3])
def test_verbose_is_one_line_per_attempt(account: Account, failures: int) -> None:
    """As many lines as attempts, each of another one, whatever the last came to."""
    answers: list[Answer] = [*[DOWN] * failures, success(account, BIZ_NO)]
    with served(account, *answers) as stub:
        result = init_cert_timed(account, Time(), "--verbose")
    assert attempts_told(result.err) == list(range(1, len(stub.seen) + 1))


def test_verbose_says_it_in_chinese(account: Account) -> None:
    busy = refusal(account, "40004", "SYSTEM_ERROR")
    with served(account, busy, success(account, BIZ_NO)):
        result = init_cert_timed(account, Time(fraction=0.5), "--verbose", "--lang=zh")
    assert re.search("第 1 次（共 3 次）.{1,2}系统繁忙；等待 0.5 秒", result.err)


def test_verbose_goes_with_json(account: Account) -> None:
    with served(account, DOWN, success(account, BIZ_NO)):
        outcome = json_call(account, Time(), "--verbose")
    assert fields(outcome, "exit", "attempts") == [0, 2]
    assert "attempt 1 of 3" in str(outcome["err"])


def test_a_terminal_sees_what_is_happening(account: Account) -> None:
    with served(account, DOWN, DOWN, success(account, BIZ_NO)) as stub:
        result = run_at_keyboard(TRYING_AGAIN, account.home, Time(fraction=1.0))
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
    why = f"{stub.url} answered with HTTP status 503"
    said = " ".join(result.err.split())  # a line may end at any space
    for piece in (f"attempt 1 of 3: {why}; waiting 1.0 s", "attempt 2 of 3", "attempt 3 of 3"):
        assert piece in said


def test_a_terminal_sees_nothing_of_a_call_that_works(account: Account) -> None:
    with served(account, success(account, BIZ_NO)):
        result = run_at_keyboard(TRYING_AGAIN, account.home, Time())
    assert (result.status, result.out, result.err) == (0, f"{BIZ_NO}\n", "")


def test_a_terminal_with_the_result_in_a_pipe_sees_it_as_it_happens(account: Account) -> None:
    later = Said(b"", 503, {"Retry-After": "1"})
    with served(account, later, success(account, BIZ_NO)):
        watched = run_in_terminal(TRYING_AGAIN, account.home, 80, piped="stdout")
    assert (watched.status, watched.piped) == (0, f"{BIZ_NO}\n")
    said = " ".join(watched.screen.split())
    assert "HTTP status 503; waiting 1.0 s" in said
    assert "attempt 2 of 3" in said


def test_what_is_said_has_no_control_characters_of_the_gateways(account: Account) -> None:
    evil = refusal(account, "20000", "isp.\x1b[2Junknow")
    with served(account, evil, success(account, BIZ_NO)):
        result = init_cert_timed(account, Time(), "--verbose")
    assert "\x1b" not in result.err


# --- the clocks -----------------------------------------------------------------------------------


def dated(account: Account, minutes: float) -> Callable[[Line], None]:
    """Return a gateway whose clock is ahead of this machine's."""

    def talk(line: Line) -> None:
        line.read_request()
        date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
        line.send(http_answer(signed_answer(account.keys.alipay), "200 OK", f"Date: {date}"))

    return talk


@pytest.mark.parametrize(("minutes", "told"), [(7, "7"), (-7, "7"), (180, "180"), (-600, "600")])
def test_clocks_that_are_apart_get_a_warning(account: Account, minutes: float, told: str) -> None:
    account.write(True)
    with peer(dated(account, minutes)) as gateway:
        result = init_cert_timed(account, Time(), f"--gateway={gateway.http}")
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
    assert result.err.startswith(
        f"zhima: warning: This machine's clock is {told} minutes off the gateway's"
    )
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("minutes", [0, 4, -4])
def test_clocks_that_are_near_get_none(account: Account, minutes: float) -> None:
    account.write(True)
    with peer(dated(account, minutes)) as gateway:
        result = init_cert_timed(account, Time(), f"--gateway={gateway.http}")
    assert (result.status, result.err) == (0, "")


@pytest.mark.parametrize("date", ["", "now", "Wed, 99 Nov 2026 00:00:00 GMT", "x" * 9000])
def test_a_date_that_is_none_gets_none(account: Account, date: str) -> None:
    def talk(line: Line) -> None:
        line.read_request()
        line.send(http_answer(signed_answer(account.keys.alipay), "200 OK", f"Date: {date}"))

    account.write(True)
    with peer(talk) as gateway:
        result = init_cert_timed(account, Time(), f"--gateway={gateway.http}")
    assert (result.status, result.err) == (0, "")


def test_the_clocks_are_told_once_however_often_it_is_tried(account: Account) -> None:
    body = refusal(account, "40002", "isv.invalid-timestamp")
    busy = refusal(account, "40004", "SYSTEM_ERROR")

    def talk(line: Line) -> None:
        line.read_request()
        date = format_datetime(datetime.now(UTC) + timedelta(minutes=90), usegmt=True)
        answer = body if len(gateway.lines) > 2 else busy
        line.send(http_answer(answer, "200 OK", f"Date: {date}"))

    account.write(True)
    with peer(talk) as gateway:
        result = init_cert_timed(account, Time(), f"--gateway={gateway.http}")
    assert (result.status, len(gateway.lines)) == (5, 3)
    assert result.err.count("clock is 90 minutes off") == 1


# --- stopped while it waits -----------------------------------------------------------------------

STOPS = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
by_signal = pytest.mark.parametrize(
    ("number", "status", "kind"), STOPS, ids=[number.name for number, _, _ in STOPS]
)


def stopped(account: Account, number: signal.Signals, *arguments: str) -> Result:
    """Start the call as a process, wait until it pauses, and send it the signal."""
    with subprocess.Popen(
        [zhima_command(), *TRYING_AGAIN, "--verbose", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=process_variables(account.home),
    ) as process:
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        try:
            assert process.stderr is not None
            told = process.stderr.readline()
            process.send_signal(number)
            out, err = process.communicate()
        finally:
            watchdog.cancel()
            process.kill()
    assert b"attempt 1 of 3" in told
    return Result(process.returncode, out.decode(), err.decode())


@by_signal
@pytest.mark.parametrize("output", [long("json"), "plain"])
def test_a_signal_during_a_pause_ends_it_at_once(
    account: Account, output: str, number: signal.Signals, status: int, kind: str
) -> None:
    later = Said(b"", 503, {"Retry-After": "50"})
    with served(account, later) as stub:
        result = stopped(account, number, f"--output={output}", "--biz-code=X")
    assert (result.status, len(stub.seen)) == (status, 1)
    assert "Traceback" not in result.err
    assert brief(history_of(account)) == [("T1", 1, "unknown", None)]
    if output == "json":
        names = ("ok", "kind", "sent", "attempts", "retryable", "transaction_id", "biz_no")
        values = [result.json[name] for name in names]
        assert values == [False, kind, "answered", 1, True, "T1", None]
    else:
        assert result.out == ""
        assert f"exit status {status}" in result.err
        assert "  transaction_id: T1\n" in result.err
        command = "zhima init-cert --profile=default --transaction-id=T1 --app-id="
        assert re.search(f"^  try again with: {command}.* --biz-code=X$", result.err, re.M)


@pytest.mark.parametrize(("number", "status", "kind"), [STOPS[0], long(*STOPS[1])])
def test_a_signal_while_the_answer_is_waited_for(
    account: Account, number: signal.Signals, status: int, kind: str
) -> None:
    """The second attempt is under way: the first was answered, the second is not yet."""
    second, over = threading.Event(), threading.Event()

    def answer(_: Seen) -> Said:
        if len(stub.seen) == 1:
            return Said(b"", 503, {"Retry-After": "0"})
        second.set()
        over.wait(60)
        return said(ConnectionAbortedError())

    with stub_gateway(answer) as stub:
        account.write(True, gateway=stub.url)
        with subprocess.Popen(
            [zhima_command(), *TRYING_AGAIN, "--output=json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=process_variables(account.home),
        ) as process:
            came = second.wait(60)
            before = brief(history_of(account))
            process.send_signal(number)
            try:
                out, err = process.communicate(timeout=30)
            finally:
                process.kill()
                over.set()
    result = Result(process.returncode, out.decode(), err.decode())
    assert came
    assert before == [("T1", 2, "sending", None)]
    values = [result.json[name] for name in ("kind", "sent", "attempts", "transaction_id")]
    assert (result.status, values, result.err) == (status, [kind, "unknown", 2, "T1"], "")
    assert brief(history_of(account)) == [("T1", 2, "unknown", None)]


# --- a model of the rules, and whatever a gateway answers -----------------------------------------


@dataclass(frozen=True)
class Reply:
    """One answer of a gateway, and what is to become of it by the rules.

    ``takes`` is how many seconds pass until it comes, ``after`` what its Retry-After says, and
    ``sent`` what the connection itself shows of the request.
    """

    name: str
    status: int
    state: str
    sent: str = "answered"
    code: str | None = None
    sub_code: str | None = None
    verified: int | None = None
    takes: int = 0
    after: int | None = None

    def body(self, account: Account, biz_no: str) -> bytes | None:
        """Return the whole HTTP answer, None where the connection just ends."""
        if self.name == "close":
            return None
        if self.name == "http":
            later = [] if self.after is None else [f"Retry-After: {self.after}"]
            return http_answer(b"", f"{self.code} Later", *later)
        if self.name == "success":
            return http_answer(success(account, biz_no))
        if self.name == "forged":
            node = node_text(code="10000", msg="Success", biz_no=biz_no)
            return http_answer(signed_answer(account.keys.stranger, node))
        if self.name == "replayed":
            return http_answer(success(account, BIZ_NO))
        if self.name == "cut":
            whole = http_answer(success(account, biz_no))
            return whole[:-20]
        if self.name == "garbage":
            return http_answer(b"<html>")
        if self.name == "redirect":
            return http_answer(b"", "302 Found", "Location: https://gateway.invalid/")
        assert self.code is not None and self.sub_code is not None
        if self.verified:
            return http_answer(refusal(account, self.code, self.sub_code))
        return http_answer(unsigned(self.code, self.sub_code))

    @property
    def is_temporary(self) -> bool:
        """Whether the rules have it tried again."""
        return self.status == 6


def _coded(status: int, code: str, sub_code: str) -> st.SearchStrategy[Reply]:
    state = "unknown" if status == 6 else "refused"
    return st.builds(
        lambda verified, takes: Reply(
            "coded", status, state, "answered", code, sub_code, verified, takes
        ),
        st.sampled_from([1, 0]),
        TAKES,
    )


TAKES = st.sampled_from([0, 0, 1, 5, 20])
_TEMPORARY = st.one_of(
    st.builds(
        lambda code, takes, after: Reply("http", 6, "unknown", code=code, takes=takes, after=after),
        st.sampled_from(["429", "500", "503", "599"]),
        TAKES,
        st.sampled_from([None, None, 0, 1, 3, 15, 59, 60, 3600]),
    ),
    st.builds(lambda takes: Reply("close", 6, "unknown", "unknown", takes=takes), TAKES),
    st.builds(lambda takes: Reply("cut", 6, "unknown", "unknown", takes=takes), TAKES),
    _coded(6, "20000", "isp.unknow-error"),
    _coded(6, "40004", "SYSTEM_ERROR"),
    _coded(6, "40005", "isv.app-call-limited"),
)
_FINAL = st.one_of(
    st.builds(
        lambda takes: Reply("success", 0, "success", "answered", "10000", None, 1, takes), TAKES
    ),
    _coded(4, "40004", "BIZ_ERROR"),
    _coded(5, "40002", "isv.invalid-app-id"),
    _coded(5, "40006", "isv.insufficient-isv-permissions"),
    st.builds(
        Reply,
        st.sampled_from(["forged", "garbage", "redirect", "replayed"]),
        st.just(7),
        st.just("unknown"),
    ),
)


@dataclass(frozen=True)
class Script:
    """What a gateway answers in turn, and how the call is made."""

    replies: list[Reply]
    retries: int
    deadline: int
    fraction: float


SCRIPTS = st.builds(
    Script,
    st.lists(st.one_of(_TEMPORARY, _TEMPORARY, _TEMPORARY, _FINAL), min_size=6, max_size=6),
    st.integers(0, 5),
    st.sampled_from([5, 10, 25, 40, 60, 600]),
    st.sampled_from([0.0, 1.0]),
)


@dataclass
class Expected:
    """What the rules make of a script."""

    sends: int = 0
    pauses: list[float] = field(default_factory=list)
    stamps: list[int] = field(default_factory=list)
    sent: str = "no"
    last: Reply | None = None


def by_the_rules(script: Script) -> Expected:
    """Go through the rules as the documentation has them."""
    expected = Expected()
    passed = 0
    for reply in script.replies:
        expected.sends += 1
        expected.stamps.append(passed)
        passed += reply.takes
        expected.last = reply
        # An answer settles whether it was sent; without one it is open.
        expected.sent = reply.sent
        if not reply.is_temporary or expected.sends == script.retries + 1:
            return expected
        pause = max(
            int(min(10, 2 ** (expected.sends - 1)) * script.fraction),
            reply.after or 0,
        )
        if passed + pause >= script.deadline:
            return expected
        expected.pauses.append(pause)
        passed += pause
    raise AssertionError("a script of six answers is enough for five retries")


@dataclass
class Gateway:
    """Plays a script to each call, and keeps what it saw."""

    account: Account
    number: int = 0
    script: list[Reply] = field(default_factory=list)
    clock: Time = field(default_factory=Time)
    seen: list[bytes] = field(default_factory=list)

    def talk(self, line: Line) -> None:
        """Answer one request."""
        self.seen.append(line.read_request())
        reply = self.script.pop(0)
        self.clock.passed += reply.takes
        body = reply.body(self.account, biz_no(self.number))
        if body is not None:
            line.send(body)

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Of each request, the timestamp and the transaction_id."""
        found = []
        for request in self.seen:
            head, _, body = request.partition(b"\r\n\r\n")
            query = head.split(b" ", 2)[1].decode("ascii").partition("?")[2]
            call = read_request(query, body)
            assert call.is_signed_by(self.account.keys.app)
            found.append((call.params["timestamp"], call.biz_content["transaction_id"]))
        return found


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Gateway]:
    """Serve scripts, in one home folder for all examples: each is a transaction of its own.

    The history holds a success of another transaction already, for an answer to be replayed.
    """
    account = Account(tmp_path_factory.mktemp("scripted"), keys)
    gateway = Gateway(account)
    with peer(gateway.talk) as served_peer:
        account.write(True, gateway=served_peer.http)
        gateway.script = [Reply("replayed", 0, "success")]
        first = run_inside(["init-cert", *PERSON, "--transaction-id=OLD"], account.home)
        assert first.out == f"{BIZ_NO}\n"
        yield gateway


# Each example is a transaction of its own.
NUMBERS = itertools.count(1)
# What is left for an exchange is real time; a machine may be busy.
LEAST_SECONDS = 5


@in_parts
@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(SCRIPTS)
def test_whatever_the_gateway_answers_the_rules_hold(scripted: Gateway, script: Script) -> None:
    expected = by_the_rules(script)
    assume(script.deadline - expected.stamps[-1] >= LEAST_SECONDS)
    last = expected.last
    assert last is not None
    gateway = scripted
    gateway.number = next(NUMBERS)
    gateway.script, gateway.seen = list(script.replies), []
    gateway.clock = Time(script.fraction)
    name = f"T{gateway.number}"
    result = run_timed(
        [
            *("init-cert", *PERSON, f"--transaction-id={name}", "--output=json"),
            *(f"--retries={script.retries}", f"--deadline={script.deadline}", "--timeout=600"),
        ],
        gateway.account.home,
        gateway.clock,
    )

    # the sends, each the same transaction with a timestamp of its own
    stamp = datetime(2026, 11, 25, 3, 7, 50, tzinfo=UTC)
    stamps = [f"{stamp + timedelta(seconds=s):%Y-%m-%d %H:%M:%S}" for s in expected.stamps]
    assert gateway.calls == [(stamp, name) for stamp in stamps]
    # the pauses, and how far the jitter may go
    assert gateway.clock.pauses == expected.pauses
    bounds = [min(10.0, 2.0**k) for k in range(len(gateway.clock.bounds))]
    assert gateway.clock.bounds == bounds
    # what is said in the end
    number = biz_no(gateway.number) if last.status == 0 else None
    value = json.loads(result.out)
    assert (result.status, value["attempts"], value["sent"], value["biz_no"], result.err) == (
        *(last.status, expected.sends, expected.sent, number, ""),
    )
    # the record
    recorded = [row for row in rows(history_of(gateway.account)) if row["transaction_id"] == name]
    names = ("attempts", "state", "biz_no", "code", "sub_code", "verified")
    is_coded = last.name in ("coded", "success")
    assert [tuple(row[n] for n in names) for row in recorded] == [
        (
            *(expected.sends, last.state, number),
            *((last.code, last.sub_code, last.verified) if is_coded else (None, None, None)),
        )
    ]


@pytest.mark.parametrize("seconds", ["1e-9", "1e-6"])
def test_a_deadline_that_nothing_can_keep_is_a_time_out(account: Account, seconds: str) -> None:
    over = threading.Event()

    def answer(_: Seen) -> Said:
        over.wait(30)
        return Said(b"")

    with stub_gateway(answer) as stub:
        account.write(True, gateway=stub.url)
        result = account.init_cert(f"--deadline={seconds}", "--output=json")
        over.set()
    assert (result.status, result.json["kind"]) == (6, "temporary")
