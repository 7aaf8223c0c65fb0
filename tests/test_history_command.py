"""``zhima history``: what is listed, shown, exported and deleted, and the way to try again."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.conftest import APP_ID, Account, Keys
from tests.support.canaries import make_canaries
from tests.support.independent import read_request
from tests.support.long import long
from tests.support.person import CTRL_C, at_terminal
from tests.support.program import PERSON, Result, process_variables, run_inside, run_process
from tests.support.program import zhima_command as zhima
from tests.support.record import (
    Row,
    Time,
    biz_no,
    brief,
    change,
    history_of,
    in_turn,
    refusal,
    rows,
    run_at_keyboard,
    run_timed,
    success,
)
from tests.support.stub import Said, Stub, stub_gateway
from tests.support.terminal import cells, run_in_terminal

DAY = 86400.0
FIELDS = (
    *("started", "updated", "profile", "app_id", "gateway", "method", "transaction_id"),
    *("product_code", "biz_code", "attempts", "state", "biz_no", "code", "sub_code", "verified"),
    "try_again",
)
# As long as a transaction_id can be.
LONG = "ZGYD2016102523230000012340000032"
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


# --- a history with one record of each kind -------------------------------------------------------


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Path:
    """A history of five calls, made by zhima, a day apart: three in one profile, two in another."""
    account = Account(tmp_path_factory.mktemp("past"), keys)
    calls: tuple[tuple[str, str, Said | bytes, tuple[str, ...]], ...] = (
        ("T_success", "default", success(account, biz_no(0)), ()),
        ("T_refused", "default", refusal(account, "40004", "BIZ_ERROR"), ()),
        (LONG, "sandbox", Said(b"", 503), ("--product-code=w2", "--biz-code=SMART_FACE")),
        ("T_sending", "sandbox", Said(b"", 503), ()),
        ("T_success", "default", success(account, biz_no(1)), ("--resend",)),
    )
    for at, (name, profile, answer, options) in enumerate(calls):
        with stub_gateway(answer) as stub:
            account.write(True, retries="0")
            text = account.config.read_text(encoding="utf-8")
            account.config.write_text(
                text.replace("profiles.default", f"profiles.{profile}"), encoding="utf-8"
            )
            run_timed(
                [
                    *("init-cert", *PERSON, f"--transaction-id={name}", f"--profile={profile}"),
                    *(f"--gateway={stub.url}", *options),
                ],
                account.home,
                Time(passed=at * DAY),
            )
    history = history_of(account)
    # What a kill leaves behind, and a gateway that does not change from run to run.
    change(history, "UPDATE call SET state = 'sending' WHERE transaction_id = 'T_sending'")
    change(history, "UPDATE call SET gateway = 'http://127.0.0.1:1/gateway.do'")
    return history


def expected(day: int, name: str, state: str, **other: object) -> Row:
    """Return a record of that history as it is to be shown."""
    time = f"2026-11-{24 + day}T19:07:50Z"
    row: Row = dict.fromkeys(FIELDS)
    row |= {
        "started": time,
        "updated": time,
        "profile": "default",
        "app_id": APP_ID,
        "gateway": "http://127.0.0.1:1/gateway.do",
        "method": "zhima.customer.certification.initialize",
        "transaction_id": name,
        "product_code": "w1010100000000002978",
        "biz_code": "FACE",
        "attempts": 1,
        "state": state,
    }
    assert other.keys() <= row.keys()
    return row | other


SAME_PLACE = f"--app-id={APP_ID} --gateway=http://127.0.0.1:1/gateway.do"
OLD = expected(0, "T_success", "success", biz_no=biz_no(0), code="10000", verified=True)
REFUSED = expected(1, "T_refused", "refused", code="40004", sub_code="BIZ_ERROR", verified=True)
UNKNOWN = expected(
    2,
    LONG,
    "unknown",
    profile="sandbox",
    product_code="w2",
    biz_code="SMART_FACE",
    try_again=f"zhima init-cert --profile=sandbox --transaction-id={LONG} {SAME_PLACE} "
    "--product-code=w2 --biz-code=SMART_FACE",
)
SENDING = expected(
    3,
    "T_sending",
    "sending",
    profile="sandbox",
    try_again=f"zhima init-cert --profile=sandbox --transaction-id=T_sending {SAME_PLACE} "
    "--product-code=w1010100000000002978 --biz-code=FACE",
)
NEW = expected(4, "T_success", "success", biz_no=biz_no(1), code="10000", verified=True)
ALL = [NEW, SENDING, UNKNOWN, REFUSED, OLD]


@pytest.fixture
def home(tmp_path: Path, past: Path) -> Path:
    """A home folder with that history in its place, and no configuration file."""
    history = tmp_path / ".local" / "state" / "zhima" / "history.db"
    history.parent.mkdir(parents=True)
    shutil.copy(past, history)
    return tmp_path


def recorded(home: Path) -> Path:
    """Return the history of that home folder."""
    return home / ".local" / "state" / "zhima" / "history.db"


def names(home: Path) -> list[object]:
    """Return whose records there still are, the oldest first."""
    return [row["transaction_id"] for row in rows(recorded(home))]


def history(home: Path, *arguments: str) -> Result:
    """Run ``zhima history`` in this process, four days and an hour after the first record."""
    return run_timed(["history", *arguments], home, Time(passed=4 * DAY + 3600))


def listed(home: Path, *arguments: str) -> list[Row]:
    """Run it for JSON, and return what it lists."""
    result = history(home, *arguments, "--output=json")
    assert (result.status, result.err, result.out.count("\n")) == (0, "", 1)
    found = json.loads(result.out)
    assert isinstance(found, list)
    return found


def cell(value: object) -> str:
    """Return a value as lines and CSV have it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


# --- the list -------------------------------------------------------------------------------------


def test_json_is_an_array_with_the_newest_first(home: Path) -> None:
    found = listed(home)
    assert found == ALL
    assert [tuple(row) for row in found] == [FIELDS] * 5


def test_plain_is_a_line_a_record_apart_by_tabs_without_a_header(home: Path) -> None:
    for arguments in ((), ("--output=plain",)):
        result = history(home, *arguments)
        assert (result.status, result.err) == (0, "")
        assert [line.split("\t") for line in result.out.splitlines()] == [
            [cell(row[name]) for name in FIELDS] for row in ALL
        ]


def test_of_the_same_second_the_later_comes_first(home: Path) -> None:
    change(recorded(home), "UPDATE call SET started = '2026-11-24T19:07:50Z'")
    assert [row["transaction_id"] for row in listed(home)] == [row["transaction_id"] for row in ALL]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("--state=success",), [NEW, OLD]),
        (("--state=refused",), [REFUSED]),
        (("--state=unknown",), [UNKNOWN]),
        (("--state=sending",), [SENDING]),
        (("--profile=sandbox",), [SENDING, UNKNOWN]),
        (("-p", "default"), [NEW, REFUSED, OLD]),
        (("--profile=nobody",), []),
        (("--since=2026-11-27T00:00Z",), [NEW, SENDING]),
        (("--since=2026-11-27T19:07:50+00:00",), [NEW, SENDING]),
        (("--since=2026-11-28T03:07:51+08:00",), [NEW]),
        (("--since=3d",), [NEW, SENDING, UNKNOWN]),
        (("--since=25h",), [NEW, SENDING]),
        (("--since=24h",), [NEW]),
        (("--since=61m",), [NEW]),
        (("--since=59m",), []),
        (("--limit=1",), [NEW]),
        (("--limit=4",), [NEW, SENDING, UNKNOWN, REFUSED]),
        (("--limit=99999999999999999999",), ALL),
        (("--state=success", "--limit=1"), [NEW]),
        (("--state=success", "--since=2026-11-25", "--profile=default"), [NEW]),
        (("--state=success", "--profile=sandbox"), []),
    ],
    ids=str,
)
def test_filters(home: Path, arguments: Sequence[str], found: list[Row]) -> None:
    assert listed(home, *arguments) == found


def test_twenty_are_listed_unless_more_are_asked_for(home: Path) -> None:
    columns = ", ".join(name for name in rows(recorded(home))[0] if name != "id")
    copy = f"INSERT INTO call ({columns}) SELECT {columns} FROM call"  # noqa: S608 -- the test's own
    for _ in range(3):
        change(recorded(home), copy)
    assert [len(listed(home, *limit)) for limit in ((), ("--limit=40",), ("--limit=99",))] == [
        20,
        40,
        40,
    ]
    assert history(home, "export", "--format=jsonl").out.count("\n") == 40


@pytest.mark.parametrize("zone", ["Asia/Shanghai", long("America/New_York")])
def test_a_time_without_a_zone_is_the_machines(home: Path, zone: str) -> None:
    local = {"Asia/Shanghai": "2026-11-29T03:07", "America/New_York": "2026-11-28T14:07"}[zone]
    outputs = [
        run_process(["history", f"--since={local}:{seconds}"], home, TZ=zone).out.count("\n")
        for seconds in ("50", "51")
    ]
    assert outputs == [1, 0]


@pytest.mark.parametrize(
    ("output", "out", "err"),
    [
        ("plain", "", ""),
        ("json", "[]\n", ""),
        ("pretty", "", "zhima: nothing is recorded\n"),
    ],
)
@pytest.mark.parametrize("is_there", [False, True], ids=["no file", "no record"])
def test_an_empty_history(tmp_path: Path, is_there: bool, output: str, out: str, err: str) -> None:
    if is_there:
        (tmp_path / "h.db").touch()
    result = history(tmp_path, f"--history={tmp_path / 'h.db'}", f"--output={output}")
    assert (result.status, result.out, result.err) == (0, out, err)
    assert (tmp_path / "h.db").exists() is is_there


def test_listing_does_not_make_a_file_or_a_folder(tmp_path: Path) -> None:
    assert history(tmp_path).status == 0
    assert history(tmp_path, "export").status == 0
    assert history(tmp_path, "prune", "--before=1d", "--yes").status == 0
    assert list(tmp_path.iterdir()) == []


def test_the_list_is_that_of_the_profiles_own_file(account: Account, past: Path) -> None:
    account.write(True, history="../own.db")
    shutil.copy(past, account.config.parent.parent / "own.db")
    assert listed(account.home) == ALL
    other = account.home / "empty.db"
    assert listed(account.home, f"--history={other}") == []


def test_looking_works_where_calls_are_not_recorded(account: Account, past: Path) -> None:
    """``history = false`` stops the writing; what was written before is still there."""
    account.write()
    history_of(account).parent.mkdir(parents=True)
    shutil.copy(past, history_of(account))
    assert "history = false" in account.config.read_text(encoding="utf-8")
    assert listed(account.home) == ALL


# --- on a terminal --------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", long("en")])
def test_a_table_on_a_terminal(home: Path, lang: str) -> None:
    watched = run_in_terminal(["history", f"--lang={lang}"], home, 80)
    assert watched.status == 0
    assert "\x1b[" in watched.screen
    screen = ESCAPES.sub("", watched.screen)
    again = {"en": "try again with:", "zh": "重试命令："}[lang]
    table, commands = screen.split(again)
    lines = table.splitlines()
    assert max(map(cells, lines)) <= 80
    assert "─" * 40 in table
    head = " ".join(table.split("─")[0].split())
    assert (
        head
        == {
            "en": "started state transaction_id profile attempts biz_no / code",
            "zh": "开始时间 状态 transaction_id 配置 次数 biz_no / code",
        }[lang]
    )
    assert "…" not in table
    assert table.count("default") == 3
    for row in ALL:
        time = str(row["started"]).replace("T", " ")
        (at,) = (n for n, line in enumerate(lines) if line.split("  ")[0].strip() == time)
        first, second = (re.split(r"\s{2,}", line.strip()) for line in lines[at : at + 2])
        assert first[1:] == [row["state"], row["transaction_id"]]
        assert second[:2] == [row["profile"], str(row["attempts"])]
    for value in (biz_no(0), biz_no(1), "40004 BIZ_ERROR"):
        assert sum(value in line for line in lines) == 1
    assert [line.strip() for line in commands.splitlines() if line.strip()] == [
        SENDING["try_again"],
        UNKNOWN["try_again"],
    ]


# The longest sub_code that the gateway has.
SUB_CODE = "isv.decryption-error-not-valid-encrypt-type"


def test_a_long_code_does_not_push_a_state_or_an_id_off_the_table(home: Path) -> None:
    change(
        recorded(home),
        "UPDATE call SET code = '40002', sub_code = ?, transaction_id = ? WHERE state = 'refused'",
        [SUB_CODE, LONG],
    )
    watched = run_in_terminal(["history", "--state=refused"], home, 80)
    screen = ESCAPES.sub("", watched.screen)
    assert watched.status == 0
    assert max(map(cells, screen.splitlines())) <= 80
    for value in ("2026-11-25 19:07:50Z", "refused", LONG):
        assert value in screen
    assert f"40002{SUB_CODE}" in re.sub(r"\s", "", screen)
    assert "…" not in screen


@pytest.mark.parametrize("lang", ["en", long("zh")])
def test_a_narrow_terminal_has_a_line_a_field(home: Path, lang: str) -> None:
    watched = run_in_terminal(["history", f"--lang={lang}"], home, 40)
    assert watched.status == 0
    screen = ESCAPES.sub("", watched.screen)
    again = {"en": "try again with:", "zh": "重试命令："}[lang]
    records, _, commands = screen.partition(again)
    assert max(map(cells, records.splitlines())) <= 40
    blocks = [block.replace(":\n", ": ").splitlines() for block in records.strip().split("\n\n")]
    assert len(blocks) == len(ALL)
    shown = ("started", "profile", "state", "attempts", "transaction_id")
    labels = {
        "en": [f"{name}: " for name in shown],
        "zh": ["开始时间：", "配置：", "状态：", "次数：", "transaction_id: "],
    }[lang]
    for block, row in zip(blocks, ALL, strict=True):
        values = [cell(row[name]) for name in shown]
        assert block[:5] == [f"{a}{b}" for a, b in zip(labels, values, strict=True)]
        if row["biz_no"]:
            assert block[5:] == [f"biz_no: {row['biz_no']}"]
    assert str(UNKNOWN["try_again"]) in commands


def test_no_colour_where_it_is_not_wanted(home: Path) -> None:
    watched = run_in_terminal(["history"], home, 80, variables={"NO_COLOR": "1"})
    assert watched.status == 0
    assert LONG in watched.screen
    assert "\x1b" not in watched.screen


def test_a_pipe_gets_lines_though_the_rest_is_a_terminal(home: Path) -> None:
    watched = run_in_terminal(["history"], home, 80, piped="stdout")
    assert (watched.status, watched.screen) == (0, "")
    assert watched.piped == history(home).out


# --- show -----------------------------------------------------------------------------------------


def test_show_has_every_record_of_the_transaction(home: Path) -> None:
    assert listed(home, "show", "T_success") == [NEW, OLD]
    result = history(home, "show", "T_success")
    assert (result.status, result.err) == (0, "")
    blocks = [block.splitlines() for block in result.out.split("\n\n")]
    assert blocks == [
        [
            "signature: verified" if name == "verified" else f"{name}: {cell(row[name])}"
            for name in FIELDS
            if row[name] is not None
        ]
        for row in (NEW, OLD)
    ]


NAMES_OF_THE_GATEWAY = {
    *("app_id", "method", "transaction_id", "product_code", "biz_code"),
    *("biz_no", "code", "sub_code"),
}


@pytest.mark.parametrize("output", ["plain", "pretty"])
@pytest.mark.parametrize("name", ["T_success", "T_refused", LONG])
def test_show_in_chinese_has_english_names_of_the_gateway_alone(
    home: Path, output: str, name: str
) -> None:
    result = history(home, "show", name, "--lang=zh", f"--output={output}")
    assert (result.status, result.err) == (0, "")
    heads = {re.split("[:：]", line)[0] for line in result.out.splitlines() if line}
    english = {head for head in heads if head.isascii()}
    shown = {key for row in ALL if row["transaction_id"] == name for key, v in row.items() if v}
    assert english == shown & NAMES_OF_THE_GATEWAY
    chinese = {"开始时间", "更新时间", "配置", "网关", "次数", "状态"}
    assert heads - english == chinese | ({"重试命令"} if name == LONG else {"签名"})


@pytest.mark.parametrize(
    ("lang", "line"), [("en", "signature: none, so not verified"), ("zh", "签名：没有签名，未验证")]
)
def test_show_says_of_an_answer_without_a_signature_that_it_has_none(
    home: Path, lang: str, line: str
) -> None:
    change(recorded(home), "UPDATE call SET verified = 0 WHERE state = 'refused'")
    assert line in history(home, "show", "T_refused", f"--lang={lang}").out.splitlines()


@pytest.mark.parametrize(("lang", "again"), [("en", "try again with: "), ("zh", "重试命令：")])
def test_show_has_the_way_to_try_again(home: Path, lang: str, again: str) -> None:
    result = history(home, "show", LONG, f"--lang={lang}")
    assert result.status == 0
    assert result.out.splitlines()[-1] == f"{again}{UNKNOWN['try_again']}"
    assert "try_again" not in result.out


def test_show_in_a_profile(home: Path) -> None:
    assert listed(home, "show", "T_success", "--profile=default") == [NEW, OLD]
    assert history(home, "show", "T_success", "--profile=sandbox").status == 2


@pytest.mark.parametrize("name", ["T_nobody", "T_succes", "%", ""])
@pytest.mark.parametrize("is_there", [True, False], ids=["history", "no history"])
def test_show_of_what_is_not_there(home: Path, is_there: bool, name: str) -> None:
    if not is_there:
        recorded(home).unlink()
    result = history(home, "show", name)
    assert (result.status, result.out) == (2, "")
    assert "There is no record of this TRANSACTION_ID" in result.err


# --- export ---------------------------------------------------------------------------------------


def test_export_as_csv(home: Path) -> None:
    result = history(home, "export", "--format=csv")
    assert (result.status, result.err) == (0, "")
    found = list(csv.DictReader(io.StringIO(result.out)))
    assert found == [{name: cell(value) for name, value in row.items()} for row in ALL]
    assert history(home, "export").out == result.out


def test_export_as_json_lines(home: Path) -> None:
    result = history(home, "export", "--format=jsonl")
    assert (result.status, result.err) == (0, "")
    assert [json.loads(line) for line in result.out.splitlines()] == ALL


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("--state=success",), [NEW, OLD]),
        (("--profile=sandbox",), [SENDING, UNKNOWN]),
        (("--since=25h",), [NEW, SENDING]),
        (("--since=1m",), []),
    ],
    ids=str,
)
def test_export_of_some(home: Path, arguments: Sequence[str], found: list[Row]) -> None:
    result = history(home, "export", "--format=jsonl", *arguments)
    assert [json.loads(line) for line in result.out.splitlines()] == found
    as_csv = history(home, "export", *arguments)
    assert len(list(csv.DictReader(io.StringIO(as_csv.out)))) == len(found)


@pytest.mark.parametrize("is_there", [True, False], ids=["no record", "no file"])
def test_an_export_of_nothing_still_has_its_header(home: Path, is_there: bool) -> None:
    """A program that reads the CSV by its names must not fail on a day without calls."""
    if is_there:
        change(recorded(home), "DELETE FROM call")
    else:
        recorded(home).unlink()
    result = history(home, "export", "--format=csv")
    assert (result.status, result.out) == (0, ",".join(FIELDS) + "\n")
    assert history(home, "export", "--format=jsonl").out == ""


def test_csv_with_what_csv_has_to_quote(home: Path) -> None:
    profile = 'a "quoted", name'
    change(recorded(home), "UPDATE call SET profile = ? WHERE state = 'refused'", [profile])
    result = history(home, "export", "--format=csv", "--state=refused")
    (found,) = csv.DictReader(io.StringIO(result.out))
    assert found["profile"] == profile


@pytest.mark.parametrize(
    "command",
    [
        "history",
        long("history --output=pretty"),
        long("history --output=json"),
        long(f"history show {LONG}"),
        "history export",
    ],
)
def test_8_where_nobody_reads_it(home: Path, command: str) -> None:
    """Half an export may be taken for the whole; what was only looked at can be had again."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [zhima(), *command.split()],
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=subprocess.PIPE,
            env=process_variables(home),
            timeout=60,
            check=False,
        )
    finally:
        os.close(writer)
    said = done.stderr.decode()
    assert done.returncode == 8
    assert ("Broken pipe" in said) is (command == "history export")
    assert "Traceback" not in said
    assert "Exception ignored" not in said


# --- prune ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "left"),
    [
        ("2026-11-26T00:00Z", [LONG, "T_sending", "T_success"]),
        ("2026-11-26T19:07:50Z", [LONG, "T_sending", "T_success"]),
        ("2026-11-26T19:07:51Z", ["T_sending", "T_success"]),
        ("2026-11-27T03:07:51+08:00", ["T_sending", "T_success"]),
        ("20261127T190749Z", ["T_sending", "T_success"]),
        ("2d", ["T_sending", "T_success"]),
        ("49h", [LONG, "T_sending", "T_success"]),
        ("2941m", [LONG, "T_sending", "T_success"]),
        ("90d", ["T_success", "T_refused", LONG, "T_sending", "T_success"]),
        ("0m", []),
        ("9999-12-31", []),
        ("2000-01-01", ["T_success", "T_refused", LONG, "T_sending", "T_success"]),
    ],
)
def test_prune_deletes_what_began_before(home: Path, before: str, left: list[str]) -> None:
    result = history(home, "prune", f"--before={before}", "--yes")
    assert (result.status, result.err) == (0, "")
    assert result.out == f"records deleted: {5 - len(left)}\n"
    assert names(home) == left


@pytest.mark.parametrize("before", ["0026-11-24", "0001-01-01", "0999-12-31T23:59:59Z"])
def test_a_year_that_lacks_digits_is_long_ago(home: Path, before: str) -> None:
    """A slip of the finger must not delete everything, nor hide it."""
    result = history(home, "prune", f"--before={before}", "--yes")
    assert len(names(home)) == 5
    assert result.out in ("records deleted: 0\n", "")
    assert result.status in (0, 2)
    since = history(home, f"--since={before}")
    assert (since.status, since.out.count("\n")) in ((0, 5), (2, 0))


@pytest.mark.parametrize("answer", ["y", "Y", "yes", " yes ", "是"])
def test_prune_asks_a_person_who_agrees(home: Path, answer: str) -> None:
    result = run_at_keyboard(
        ["history", "prune", "--before=2026-11-26T00:00Z"], home, Time(), f"{answer}\n"
    )
    assert "Delete 2 records? [y/N] " in result.err
    assert (result.status, result.out) == (0, "records deleted: 2\n")
    assert names(home) == [LONG, "T_sending", "T_success"]


@pytest.mark.parametrize("answer", ["n", "no", "", "j", "yikes", "Y es"])
def test_prune_asks_a_person_who_does_not(home: Path, answer: str) -> None:
    result = run_at_keyboard(
        ["history", "prune", "--before=2026-11-26T00:00Z"], home, Time(), f"{answer}\n"
    )
    assert "Delete 2 records? [y/N] " in result.err
    assert (result.status, result.out) == (0, "records deleted: 0\n")
    assert len(names(home)) == 5


def test_prune_asks_in_the_chosen_language(home: Path) -> None:
    result = run_at_keyboard(
        ["history", "prune", "--before=0m", "--lang=zh"], home, Time(passed=9 * DAY), "是\n"
    )
    assert "删除 5 条记录？[y/N] " in result.err
    assert (result.status, result.out) == (0, "已删除的记录：5\n")


def test_prune_asks_a_person_who_leaves(home: Path) -> None:
    end_of_input = "\x04"
    result = run_at_keyboard(
        ["history", "prune", "--before=2026-11-26T00:00Z"], home, Time(), end_of_input
    )
    assert (result.status, result.out) == (2, "")
    assert "The input ended before the question was answered; nothing was deleted" in result.err
    assert "--yes" not in result.err
    assert len(names(home)) == 5


def test_prune_asks_a_person_who_presses_ctrl_c(home: Path) -> None:
    with at_terminal(home, "history", "prune", "--before=2100-01-01") as terminal:
        terminal.wait_for(" records? [y/N] ")
        terminal.type(CTRL_C)
        result = terminal.finish()
    assert (result.status, result.out) == (130, "")
    # The terminal sends the signal before it shows ^C, which may so come late.
    said = result.err.replace("^C", "")
    assert said.endswith(" records? [y/N] \nzhima: stopped; nothing was deleted\n")
    assert len(names(home)) == 5


def test_prune_does_not_ask_about_nothing_nor_where_it_was_told(home: Path) -> None:
    nothing = run_at_keyboard(["history", "prune", "--before=2000-01-01"], home, Time())
    assert (nothing.status, nothing.out, nothing.err) == (0, "records deleted: 0\n", "")
    told = run_at_keyboard(
        ["history", "prune", "--before=2026-11-26T00:00Z", "--yes"], home, Time()
    )
    assert (told.status, told.out, told.err) == (0, "records deleted: 2\n", "")


def test_prune_without_a_person_needs_yes(home: Path) -> None:
    result = history(home, "prune", "--before=2026-11-26T00:00Z")
    assert (result.status, result.out) == (2, "")
    assert "--yes is missing" in result.err
    assert len(names(home)) == 5


def test_prune_needs_a_date(home: Path) -> None:
    result = history(home, "prune", "--yes")
    assert (result.status, result.out) == (2, "")
    assert "--before is missing" in result.err
    assert len(names(home)) == 5


def test_prune_of_a_profile_leaves_the_others(home: Path) -> None:
    """In every other command of ``history``, --profile chooses the records."""
    result = history(home, "prune", "--before=0m", "--yes", "--profile=sandbox")
    assert names(home) == ["T_success", "T_refused", "T_success"] or result.status == 2
    assert {"T_success", "T_refused"} <= set(names(home))


def test_what_was_pruned_is_gone_from_the_file(home: Path) -> None:
    assert LONG.encode() in recorded(home).read_bytes()
    assert history(home, "prune", "--before=0m", "--yes").status == 0
    assert rows(recorded(home)) == []
    assert history(home, "show", LONG).status == 2


def test_options_before_the_command_are_not_dropped(home: Path, past: Path) -> None:
    """``zhima history --history OTHER prune`` must not empty the history in its usual place."""
    other = home / "other.db"
    shutil.copy(past, other)
    result = history(home, f"--history={other}", "prune", "--before=0m", "--yes")
    assert len(names(home)) == 5
    assert (result.status == 2 and len(rows(other)) == 5) or rows(other) == []


# --- trying again ---------------------------------------------------------------------------------


def in_shell(command: str, home: Path) -> Result:
    """Run a printed command line as a user does, who has the name and number in variables."""
    person = dict(zip(("ZHIMA_CERT_NAME", "ZHIMA_CERT_NO"), _values(PERSON), strict=True))
    path = f"{Path(zhima()).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=process_variables(home, **person) | {"PATH": path},
        cwd=home,
        timeout=60,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def _values(options: Sequence[str]) -> list[str]:
    return [option.partition("=")[2] for option in options]


def call_that_fails_first(
    account: Account, profile: str, *options: str
) -> tuple[Stub, Result, list[Result]]:
    """Make a call that is left open, run the printed command line; return both, and the gateway."""
    answers = in_turn(Said(b"", 503), success(account, biz_no(0)))
    with stub_gateway(answers) as stub:
        account.write(True, gateway=stub.url, retries="0")
        text = account.config.read_text(encoding="utf-8")
        account.config.write_text(
            text.replace("profiles.default", f"profiles.{json.dumps(profile)}"), encoding="utf-8"
        )
        call = ("init-cert", *PERSON, "--transaction-id=T1", f"--profile={profile}", *options)
        failed = run_inside(call, account.home)
        found = listed(account.home)
        printed = [str(row["try_again"]) for row in found]
        printed += re.findall(r"try again with: (.*)\n", failed.err)
        return stub, failed, [in_shell(command, account.home) for command in printed[:1]]


@pytest.mark.parametrize("profile", ["it's $HOME `mine`", long("--lang"), long('余 "Ünïted"')])
def test_the_command_line_runs_as_it_is_printed_and_settles_the_record(
    account: Account, profile: str
) -> None:
    options = ("--product-code=w1 2$3", "--biz-code=it's")
    stub, failed, (again,) = call_that_fails_first(account, profile, *options)
    assert failed.status == 6
    assert (again.status, again.out) == (0, f"{biz_no(0)}\n")
    assert brief(history_of(account)) == [("T1", 2, "success", biz_no(0))]
    first, second = (read_request(seen.query, seen.body) for seen in stub.seen)
    assert first.biz_content == second.biz_content


def test_the_failing_call_prints_the_same_command_line(account: Account) -> None:
    with stub_gateway(Said(b"", 503)) as stub:
        account.write(True, gateway=stub.url, retries="0")
        plain = account.init_cert("--transaction-id=T1", "--biz-code=X")
        (row,) = listed(account.home)
    command = (
        f"zhima init-cert --profile=default --transaction-id=T1 --app-id={APP_ID} "
        f"--gateway={stub.url} --product-code=w1010100000000002978 --biz-code=X"
    )
    assert row["try_again"] == command
    assert f"  try again with: {command}\n" in plain.err


@pytest.mark.parametrize("moved", ["--config", "--gateway", long("--history"), long("--app-id")])
def test_the_command_line_makes_the_same_call_whatever_options_it_had(
    account: Account, moved: str
) -> None:
    """To another gateway, the person's data must not go; in another file, it stays open."""
    answers = in_turn(Said(b"", 503), success(account, biz_no(0)))
    with stub_gateway(answers) as stub, stub_gateway(Said(b"", 503)) as other:
        account.write(True, gateway=stub.url, retries="0")
        history_file, option = history_of(account), ""
        if moved == "--config":
            option = f"--config={account.config.rename(account.home / 'mine.toml')}"
        elif moved == "--history":
            history_file = account.home / "mine.db"
            option = f"--history={history_file}"
        elif moved == "--gateway":
            account.write(True, gateway=other.url, retries="0")
            option = f"--gateway={stub.url}"
        else:
            option = "--app-id=2099"
        failed = account.init_cert("--transaction-id=T1", option)
        (command,) = re.findall(r"try again with: (.*)\n", failed.err)
        again = in_shell(command, account.home)
    assert failed.status == 6
    assert (again.status, again.out, other.seen) == (0, f"{biz_no(0)}\n", [])
    assert brief(history_file) == [("T1", 2, "success", biz_no(0))]
    sent = [read_request(seen.query, seen.body).params["app_id"] for seen in stub.seen]
    assert sent[0] == sent[1]


@pytest.mark.parametrize("output", ["plain", "json", "pretty"])
def test_no_form_has_personal_data(account: Account, output: str) -> None:
    canaries = make_canaries(account.keys.app)
    with stub_gateway(Said(b"", 503)) as stub:
        account.write(True, gateway=stub.url, retries="0")
        failed = account.init_cert(
            "--transaction-id=T1", f"--output={output}", "--cert-name=尉迟骉鹂"
        )
    shown = history(account.home, f"--output={output}")
    assert (failed.status, shown.status) == (6, 0)
    assert "T1" in shown.out
    for text in (failed.out, failed.err, shown.out, shown.err):
        assert canaries.found_in(text) == []
        assert "260104197909275964" not in text


# --- what must not reach a terminal ---------------------------------------------------------------

EVIL = "x\x1b[2J\t\u202eevil\x07"


@pytest.fixture
def evil(home: Path) -> Iterator[Path]:
    """A history whose texts act on a terminal: a profile's name can, and a gateway's codes."""
    change(
        recorded(home),
        "UPDATE call SET profile = ?, sub_code = ?, code = ? WHERE state IN ('refused', 'unknown')",
        [EVIL, EVIL, "4\n5"],
    )
    yield home


@pytest.mark.parametrize(
    "command",
    [
        ("--output=plain",),
        ("--output=json",),
        ("--output=pretty",),
        ("show", "T_refused"),
        ("show", "T_refused", "--output=json"),
        ("show", LONG),
        ("export", "--format=csv"),
        ("export", "--format=jsonl"),
    ],
    ids=" ".join,
)
def test_what_acts_on_a_terminal_is_escaped(evil: Path, command: Sequence[str]) -> None:
    result = history(evil, *command)
    assert (result.status, result.err) == (0, "")
    for character in "\x1b\u202e\x07":
        assert character not in result.out
    assert r"\u001b" in result.out


def test_a_tab_in_a_value_is_not_one_more_field(evil: Path) -> None:
    lines = history(evil, "--output=plain").out.splitlines()
    assert [line.count("\t") for line in lines] == [len(FIELDS) - 1] * len(ALL)


def test_json_reads_back_what_was_recorded(evil: Path) -> None:
    (row,) = listed(evil, "--state=refused")
    assert (row["profile"], row["sub_code"], row["code"]) == (EVIL, EVIL, "4\n5")
    line = history(evil, "export", "--format=jsonl", "--state=refused").out
    assert json.loads(line) == row


@pytest.mark.parametrize("columns", [80, 40])
def test_a_real_terminal_gets_colours_and_no_other_control(evil: Path, columns: int) -> None:
    watched = run_in_terminal(["history"], evil, columns)
    assert watched.status == 0
    assert r"x\u001b[2J" in re.sub(r"[\s]", "", ESCAPES.sub("", watched.screen))
    assert set(ESCAPES.sub("", watched.screen)) & set("\x1b\u202e\x07\t") == set()


# --- what makes no sense --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--state=lost",), "--state has a value that there is not"),
        (("--state=",), "--state has a value that there is not"),
        (("--state=SUCCESS!",), "--state has a value that there is not"),
        (("--limit=0",), "--limit is out of range"),
        (("--limit=-1",), "--limit is out of range"),
        (("--limit=1.5",), "--limit is out of range"),
        (("--limit=many",), "--limit is out of range"),
        (("--limit=٣",), "--limit is out of range"),
        (("--limit=",), "--limit is out of range"),
        (("--output=curl",), "--output has a value that there is not"),
        (("--output=xml",), "--output has a value that there is not"),
        (("--lang=fr",), "--lang has a value that there is not"),
        (("--history=",), "--history is empty"),
        (("--config=",), "--config is empty"),
        (("--profile=",), "--profile is empty"),
        (("--yes",), "no option of this command"),
        (("--since",), "--since needs a value"),
        (("purge",), "The commands are: show, export, prune"),
        (("show",), "TRANSACTION_ID is missing"),
        (("show", "T1", "T2"), "There is one word too many"),
        (("show", "T1", "--output=curl"), "--output has a value that there is not"),
        (("show", "T1", "--limit=1"), "no option of this command"),
        (("export", "--format=xml"), "--format has a value that there is not"),
        (("export", "--format="), "--format has a value that there is not"),
        (("export", "--state=lost"), "--state has a value that there is not"),
        (("export", "--limit=5"), "no option of this command"),
        (("prune", "--before=0m", "--yes=1"), "--yes takes no value"),
        (("prune", "--before=0m", "--yes", "stray"), "a word that belongs to no option"),
    ],
    ids=str,
)
def test_wrong_options_are_refused(home: Path, arguments: Sequence[str], words: str) -> None:
    result = history(home, *arguments)
    assert (result.status, result.out) == (2, "")
    assert words in result.err
    assert len(names(home)) == 5


@pytest.mark.parametrize(
    "date",
    [
        *("", "yesterday", "2026-13-01", "2026-02-30", "24.11.2026", "2026-11-24T25:00", "7"),
        *("7w", "d", "-7d", "1.5d", "٧d", "999999d", "7D", "0000-01-01", "10000-01-01", "now"),
    ],
)
@pytest.mark.parametrize("command", ["list", "export", "prune"])
def test_what_is_no_date_is_refused(home: Path, command: str, date: str) -> None:
    arguments = {
        "list": (f"--since={date}",),
        "export": ("export", f"--since={date}"),
        "prune": ("prune", "--yes", f"--before={date}"),
    }[command]
    result = history(home, *arguments)
    assert (result.status, result.out) == (2, "")
    option = "--before" if command == "prune" else "--since"
    assert f"{option} is no date" in result.err
    assert len(names(home)) == 5


@pytest.mark.parametrize(
    ("zone", "date"),
    [("America/New_York", "9999-12-31T23:59"), long("Asia/Shanghai", "0001-01-01")],
)
def test_a_date_at_the_end_of_all_time_is_no_fault_of_zhimas(
    home: Path, zone: str, date: str
) -> None:
    result = run_process(["history", f"--since={date}"], home, TZ=zone)
    assert result.status in (0, 2)
    assert "Internal error" not in result.err


def test_a_broken_configuration_is_told(home: Path) -> None:
    config = home / ".config" / "zhima" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[profiles\n", encoding="utf-8")
    result = history(home)
    assert (result.status, result.out) == (3, "")
    assert "is not valid TOML" in result.err


@pytest.mark.parametrize(
    "command", [(), ("show", "T_success"), ("export",), ("prune", "--before=0m", "--yes")], ids=str
)
def test_a_damaged_file_is_told_and_left_as_it_is(home: Path, command: Sequence[str]) -> None:
    data = bytearray(recorded(home).read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    recorded(home).write_bytes(data)
    result = history(home, *command)
    assert (result.status, result.out) == (3, "")
    assert str(recorded(home)) in result.err
    assert "Traceback" not in result.err
    assert recorded(home).read_bytes() == bytes(data)


def test_help_of_each_command(tmp_path: Path) -> None:
    for command in ((), ("show",), ("export",), ("prune",)):
        result = run_inside(["history", *command, "--help"], tmp_path)
        assert (result.status, result.err) == (0, "")
        assert result.out.startswith(f"Usage: {' '.join(('zhima', 'history', *command))} ")


def test_the_module_runs_it_too(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zhima_cli", "history", "--limit=1", "--output=json"],
        capture_output=True,
        env=process_variables(home),
        timeout=60,
        check=False,
    )
    assert (done.returncode, json.loads(done.stdout)) == (0, [NEW])
