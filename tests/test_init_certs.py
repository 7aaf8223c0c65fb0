"""``zhima init-certs``: every row of a file, against a gateway that counts.

What takes processes and seconds is not in the quick run: ``python -m pytest -m long``.
"""

import csv
import io
import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import Account
from tests.support.counting import Asked, CountingGateway, Refusal, counting_gateway
from tests.support.exchange import closed_port
from tests.support.long import long
from tests.support.mock_client import served_mock
from tests.support.program import Result, process_variables, run_inside, zhima_command
from tests.support.record import change, history_of, rows
from tests.support.terminal import cells, run_in_terminal
from zhima_cli.mock.gateway import APP_ID as MOCK_APP_ID

NUMBER = "260104197909275964"


def names(count: int) -> list[str]:
    """Return so many people's names."""
    return [f"收委{at}" for at in range(1, count + 1)]


def write(account: Account, people: Sequence[str], file: str = "people.csv") -> Path:
    """Write a CSV file with a row for each."""
    path = account.home / file
    text = io.StringIO()
    table = [("cert_name", "cert_no"), *((name, NUMBER) for name in people)]
    csv.writer(text).writerows(table)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def in_the_home(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are named as a person at home would."""
    monkeypatch.chdir(account.home)


def run(account: Account, *arguments: str, stdin: bytes = b"") -> Result:
    """Run ``zhima init-certs`` inside this process, but for the one that sends."""
    return run_inside(["init-certs", *arguments], account.home, stdin=stdin)


def lines(text: str) -> list[dict[str, object]]:
    """Read JSON lines."""
    return [json.loads(line) for line in text.splitlines()]


def column(text: str, name: str) -> list[object]:
    """Return one field of every JSON line."""
    return [line[name] for line in lines(text)]


@contextmanager
def serving(
    account: Account, refuse: Callable[[Asked], Refusal | None] = lambda _asked: None
) -> Iterator[CountingGateway]:
    """Serve a counting gateway that the account's profile names."""
    with counting_gateway(account.keys.alipay, refuse) as gateway:
        account.write(True, gateway=gateway.url)
        yield gateway


def test_each_row_gets_its_biz_no_in_the_files_order(account: Account) -> None:
    people = names(50)
    write(account, people)
    with serving(account) as gateway:
        result = run(account, "people.csv")
    assert result.status == 0, result
    assert column(result.out, "row") == list(range(1, 51))
    assert column(result.out, "ok") == [True] * 50
    found = {gateway.people[str(line["transaction_id"])]: line for line in lines(result.out)}
    assert list(found) == people
    assert [line["biz_no"] for line in found.values()] == [
        gateway.biz_nos[str(line["transaction_id"])] for line in found.values()
    ]
    assert gateway.initialized == dict.fromkeys(people, 1)
    assert "rows: 50, ended: 50, with a biz_no: 50" in result.err


def test_a_row_has_the_fields_of_a_single_call(account: Account) -> None:
    write(account, ["收委"])
    with serving(account):
        batch = run(account, "people.csv")
        single = account.init_cert_process("--output=json")
    (fields,) = lines(batch.out)
    assert list(fields) == ["row", *single.json]
    for name in ("biz_no", "transaction_id"):
        del fields[name]
    del fields["row"]
    assert fields.items() <= single.json.items()


def test_connections_are_kept_open(account: Account) -> None:
    write(account, names(60))
    with serving(account) as gateway:
        assert run(account, "people.csv", "--jobs=3").status == 0
    assert len(gateway.calls) == 60
    assert gateway.connections <= 3


def test_the_same_command_line_sends_nobody_again(account: Account) -> None:
    write(account, names(5))
    with serving(account) as gateway:
        first = run(account, "people.csv")
        second = run(account, "people.csv")
    assert (first.status, second.status) == (0, 0)
    assert len(gateway.calls) == 5
    for name in ("row", "biz_no", "transaction_id", "verified", "attempts"):
        assert column(first.out, name) == column(second.out, name)


@pytest.mark.long
def test_another_batch_is_other_transactions(account: Account) -> None:
    write(account, names(3))
    with serving(account) as gateway:
        run(account, "people.csv")
        run(account, "people.csv", "--batch=2027")
    assert gateway.initialized == dict.fromkeys(names(3), 2)


@pytest.mark.long
def test_rows_may_be_moved_and_added(account: Account) -> None:
    people = names(6)
    write(account, people[:4])
    with serving(account) as gateway:
        run(account, "people.csv")
        write(account, [people[5], *reversed(people[:4]), people[4]])
        result = run(account, "people.csv")
    assert result.status == 0
    assert gateway.initialized == dict.fromkeys(people, 1)


@pytest.mark.parametrize(
    ("form", "tried"),
    [("csv", slice(1, 3)), long("csv", slice(None)), long("jsonl", slice(None))],
    ids=["csv", "csv cut anywhere", "jsonl cut anywhere"],
)
def test_a_file_of_results_goes_on_where_it_stopped(
    account: Account, form: str, tried: slice
) -> None:
    people = names(40)
    write(account, people)
    out = account.home / f"results.{form}"
    with serving(account) as gateway:
        assert run(account, "people.csv", f"--out={out}").status == 0
        whole = out.read_bytes()
        for cut in [len(whole) - 1, len(whole) // 2, 200, 30, 1, 0][tried]:
            out.write_bytes(whole[:cut])
            assert run(account, "people.csv", f"--out={out}").status == 0
            text = out.read_text(encoding="utf-8")
            again = lines(text) if form == "jsonl" else list(csv.DictReader(io.StringIO(text)))
            assert [int(str(line["row"])) for line in again] == list(range(1, 41))
            biz_nos = [gateway.people[str(line["transaction_id"])] for line in again]
            assert biz_nos == people
    assert gateway.initialized == dict.fromkeys(people, 1)
    assert len(gateway.calls) == 40


@pytest.mark.long
def test_a_complete_file_of_results_stays_as_it_is(account: Account) -> None:
    write(account, names(4))
    out = account.home / "results.csv"
    with serving(account) as gateway:
        run(account, "people.csv", "--out=results.csv")
        before = out.read_bytes()
        result = run(account, "people.csv", "--out=results.csv")
    assert result.status == 0
    assert out.read_bytes() == before
    assert len(gateway.calls) == 4
    assert "with a biz_no: 4" in result.err
    assert os.name != "posix" or out.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    ["cert_name,cert_no\n收委,1\n", "{}\n", "[1]\n", '{"row":1}\n', "\n", "x" * 3_000_000, "\0\n"],
)
def test_a_file_of_something_else_is_left_alone(account: Account, content: str) -> None:
    write(account, names(2))
    out = account.home / "results.jsonl"
    out.write_text(content, encoding="utf-8")
    with serving(account) as gateway:
        result = run(account, "people.csv", "--out=results.jsonl")
    assert result.status == 2
    assert "results.jsonl" in result.err
    assert out.read_text(encoding="utf-8") == content
    assert gateway.calls == []


def test_results_of_other_rows_are_left_alone(account: Account) -> None:
    write(account, names(3))
    write(account, ["张三", "李四"], "others.csv")
    out = account.home / "results.jsonl"
    with serving(account) as gateway:
        run(account, "people.csv", "--out=results.jsonl")
        before = out.read_bytes()
        result = run(account, "others.csv", "--out=results.jsonl")
        write(account, names(2))
        fewer = run(account, "people.csv", "--out=results.jsonl")
    assert (result.status, fewer.status) == (2, 2)
    assert out.read_bytes() == before
    assert len(gateway.calls) == 3


def test_two_runs_do_not_write_one_file(account: Account) -> None:
    write(account, names(2))
    fcntl = pytest.importorskip("fcntl", reason="Windows locks what is open by itself")
    with serving(account) as gateway, (account.home / "results.jsonl").open("w") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        result = run(account, "people.csv", "--out=results.jsonl")
    assert result.status == 2
    assert "another zhima" in result.err
    assert gateway.calls == []


def test_nothing_is_sent_unless_all_rows_are_right(account: Account) -> None:
    write(account, ["收委1", "", "收委3", ""])
    with serving(account) as gateway:
        result = run(account, "people.csv")
    assert result.status == 2
    assert result.out == ""
    assert [
        line
        for line in ("people.csv:3: cert_name", "people.csv:5: cert_name")
        if line in result.err
    ] == ["people.csv:3: cert_name", "people.csv:5: cert_name"]
    assert "2 of 4 rows are wrong" in result.err
    assert gateway.calls == []


def test_of_very_many_wrong_rows_a_terminal_shows_the_first_and_a_pipe_all(
    account: Account,
) -> None:
    write(account, ["", *names(1), *[""] * 59])
    account.write(True)
    command = ["init-certs", "people.csv", "--dry-run"]
    seen = run_in_terminal(command, account.home, 80)
    piped = run_in_terminal(command, account.home, 80, piped="stderr")
    assert (seen.status, piped.status) == (2, 2)
    told = re.compile(r"people\.csv:(\d+): cert_name")
    # The first row is line 2, and the one that is right line 3.
    assert [int(line) for line in told.findall(seen.screen)] == [2, *range(4, 53)]
    assert [int(line) for line in told.findall(piped.piped)] == [2, *range(4, 63)]
    assert "zhima: more rows that are wrong: 10; with 2> FILE, that file has all\n" in seen.screen
    assert "more rows" not in piped.piped
    for text in (seen.screen, piped.piped):
        assert "60 of 61 rows are wrong" in " ".join(text.split())


def test_fifty_wrong_rows_are_all_shown(account: Account) -> None:
    write(account, [""] * 50)
    account.write(True)
    seen = run_in_terminal(["init-certs", "people.csv", "--dry-run"], account.home, 80)
    assert seen.screen.count(": cert_name") == 50
    assert "more rows" not in seen.screen


def test_a_place_in_a_line_of_json_is_told_in_the_language_of_the_rest(account: Account) -> None:
    (account.home / "people.jsonl").write_text("[\n", encoding="utf-8")
    account.write(True)
    result = run(account, "people.jsonl", "--lang=zh")
    assert result.err.startswith("zhima: people.jsonl:1 不是 JSON：第 2 个字符处有误 - ")


def test_wrong_rows_can_be_left_out(account: Account) -> None:
    write(account, ["收委1", "", "收委3"])
    with serving(account) as gateway:
        result = run(account, "people.csv", "--skip-invalid", "--out=results.jsonl")
        again = run(account, "people.csv", "--skip-invalid", "--out=results.jsonl")
    assert (result.status, again.status) == (2, 2)
    text = (account.home / "results.jsonl").read_text(encoding="utf-8")
    assert column(text, "kind") == ["success", "usage", "success"]
    assert column(text, "sent") == ["answered", "no", "answered"]
    assert gateway.initialized == {"收委1": 1, "收委3": 1}


def test_a_dry_run_only_checks(account: Account) -> None:
    write(account, names(3))
    with serving(account) as gateway:
        right = run(account, "people.csv", "--dry-run")
        write(account, ["收委", ""])
        wrong = run(account, "people.csv", "--dry-run", "--skip-invalid")
    assert (right.status, wrong.status) == (0, 2)
    assert gateway.calls == []
    assert not history_of(account).exists()


def test_a_refusal_of_one_row_is_that_rows(account: Account) -> None:
    def refuse(asked: Asked) -> Refusal | None:
        return Refusal("40004", "INVALID_PARAMETER") if asked.person == "收委2" else None

    write(account, names(3))
    with serving(account, refuse) as gateway:
        result = run(account, "people.csv")
    assert result.status == 4
    assert column(result.out, "sub_code") == [None, "INVALID_PARAMETER", None]
    assert gateway.initialized == {"收委1": 1, "收委3": 1}
    assert "1 × Refused by the interface (zhima explain INVALID_PARAMETER)" in result.err


@pytest.mark.long
def test_a_refused_row_that_was_mended_is_sent(account: Account) -> None:
    def refuse(asked: Asked) -> Refusal | None:
        return Refusal("40004", "INVALID_PARAMETER") if asked.person == "收委2" else None

    write(account, names(5))
    with serving(account, refuse) as gateway:
        assert run(account, "people.csv", "--out=results.jsonl").status == 4
        write(account, ["收委1", "张三", "收委3", "收委4", "收委5"])
        # Which of the results would still be true, nobody could tell.
        assert run(account, "people.csv", "--out=results.jsonl").status == 2
        assert run(account, "people.csv", "--out=mended.jsonl").status == 0
    text = (account.home / "mended.jsonl").read_text(encoding="utf-8")
    assert column(text, "row") == [1, 2, 3, 4, 5]
    assert column(text, "ok") == [True] * 5
    assert len(gateway.calls) == 6


@pytest.mark.parametrize(
    ("code", "sub_code", "status"),
    [
        ("40002", "isv.invalid-signature", 5),
        long("40006", "isv.insufficient-isv-permissions", 5),
        long("40004", "ARRANGEMENT_ERROR", 4),
    ],
)
def test_what_no_row_can_mend_stops_it_early(
    account: Account, code: str, sub_code: str, status: int
) -> None:
    people = names(100)
    write(account, people)
    is_mended = threading.Event()

    def refuse(_asked: Asked) -> Refusal | None:
        return None if is_mended.is_set() else Refusal(code, sub_code)

    with serving(account, refuse) as gateway:
        result = run(account, "people.csv", "--out=results.jsonl")
        assert result.status == status
        assert 5 <= len(gateway.calls) < 20
        assert "stopped: rows are refused for what no row can mend" in result.err
        is_mended.set()
        assert run(account, "people.csv", "--out=results.jsonl").status == 0
    assert gateway.initialized == dict.fromkeys(people, 1)
    text = (account.home / "results.jsonl").read_text(encoding="utf-8")
    assert column(text, "row") == list(range(1, 101))


def test_an_answer_that_cannot_be_believed_is_the_gravest(account: Account) -> None:
    write(account, names(60))
    with counting_gateway(account.keys.stranger) as gateway:
        account.write(True, gateway=gateway.url)
        result = run(account, "people.csv")
    assert result.status == 7
    assert len(gateway.calls) < 20
    assert set(column(result.out, "biz_no")) == {None}


def test_temporary_failures_are_tried_again(account: Account) -> None:
    failed: set[str] = set()

    def refuse(asked: Asked) -> Refusal | None:
        if asked.person in failed or asked.person != "收委2":
            return None
        failed.add(asked.person)
        return Refusal(status=503)

    write(account, names(3))
    with serving(account, refuse) as gateway:
        result = run(account, "people.csv")
    assert result.status == 0
    assert column(result.out, "attempts") == [1, 2, 1]
    assert gateway.initialized == dict.fromkeys(names(3), 1)
    assert [row["attempts"] for row in rows(history_of(account))] == [1, 2, 1]


def test_what_failed_for_now_is_sent_by_the_next_run(account: Account) -> None:
    write(account, names(3))
    with closed_port() as port:
        account.write(True, gateway=f"http://127.0.0.1:{port}/gateway.do")
        result = run(account, "people.csv", "--out=results.jsonl", "--retries=0")
    assert result.status == 6
    with serving(account) as gateway:
        assert run(account, "people.csv", "--out=results.jsonl").status == 0
    assert gateway.initialized == dict.fromkeys(names(3), 1)
    text = (account.home / "results.jsonl").read_text(encoding="utf-8")
    assert column(text, "row") == [1, 2, 3]
    assert column(text, "ok") == [True] * 3


def test_a_gateway_that_is_down_is_not_asked_for_every_row(account: Account) -> None:
    write(account, names(500))
    with closed_port() as port:
        account.write(True, gateway=f"http://127.0.0.1:{port}/gateway.do")
        result = run(account, "people.csv", "--retries=0")
    assert result.status == 6
    assert len(result.out.splitlines()) < 100
    assert "stopped: too many rows failed one after the other" in result.err


@pytest.mark.long
def test_too_many_calls_slow_it_down_and_cost_no_row(account: Account) -> None:
    people = names(12)

    def refuse(asked: Asked) -> Refusal | None:
        is_limited = 5 < asked.number <= 8
        return Refusal("40005", "isv.app-call-limited") if is_limited else None

    write(account, people)
    with serving(account, refuse) as gateway:
        result = run(account, "people.csv", "--retries=0", "--jobs=4")
    assert result.status == 0, result
    assert gateway.initialized == dict.fromkeys(people, 1)
    assert "the gateway asks for fewer calls" in result.err


def test_a_transaction_of_other_content_is_not_taken_for_a_rows(account: Account) -> None:
    path = account.home / "people.csv"
    path.write_text(f"transaction_id,cert_name,cert_no\nT1,收委,{NUMBER}\n", encoding="utf-8")
    with serving(account) as gateway:
        assert run(account, "people.csv").status == 0
        path.write_text(f"transaction_id,cert_name,cert_no\nT1,张三,{NUMBER}\n", encoding="utf-8")
        result = run(account, "people.csv")
    assert result.status == 2
    assert column(result.out, "biz_no") == [None]
    assert "people.csv:2: transaction_id" in str(lines(result.out)[0]["description"])
    assert len(gateway.calls) == 1


def test_the_same_person_twice_is_told(account: Account) -> None:
    write(account, ["收委", "张三", "收委"])
    with serving(account) as gateway:
        result = run(account, "people.csv")
    assert result.status == 2
    assert "people.csv:4" in result.err
    assert gateway.calls == []


def test_standard_input_needs_a_name(account: Account) -> None:
    data = write(account, names(3)).read_bytes()
    with serving(account) as gateway:
        assert run(account, "-", stdin=data).status == 2
        assert run(account, "-", "--batch=people", stdin=data).status == 0
        assert run(account, "-", "--batch=people", stdin=data).status == 0
    assert gateway.initialized == dict.fromkeys(names(3), 1)
    assert len(gateway.calls) == 3


def test_a_history_that_cannot_be_used_ends_it_before_anything_is_sent(account: Account) -> None:
    write(account, names(3))
    (account.home / "history.db").write_text("no database", encoding="utf-8")
    with serving(account) as gateway:
        result = run(account, "people.csv", "--history=history.db")
    assert result.status == 3
    assert "--no-history" not in result.err
    assert gateway.calls == []


def test_a_profile_without_a_history_has_one_for_batches(account: Account) -> None:
    write(account, names(2))
    with counting_gateway(account.keys.alipay) as gateway:
        account.write(gateway=gateway.url)
        assert "history = false" in account.config.read_text(encoding="utf-8")
        assert run(account, "people.csv").status == 0
        assert run(account, "people.csv").status == 0
    assert len(gateway.calls) == 2


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), long(signal.SIGTERM, 143)],
)
def test_a_signal_ends_it_in_order_and_it_goes_on(
    account: Account, number: signal.Signals, status: int
) -> None:
    people = names(100)
    write(account, people)
    enough, is_told = threading.Event(), threading.Event()

    def notice(asked: Asked) -> Refusal | None:
        if asked.number >= 30:
            enough.set()
            is_told.wait(30)
        return None

    with serving(account, notice) as gateway:
        command = [zhima_command(), "init-certs", "people.csv", "--out=results.jsonl", "--jobs=2"]
        with subprocess.Popen(
            command,
            cwd=account.home,
            env=process_variables(account.home),
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert enough.wait(30)
            process.send_signal(number)
            is_told.set()
            _, err = process.communicate(timeout=30)
        assert process.returncode == status, err
        assert "Traceback" not in err
        assert "the same command line goes on where this one stopped" in err
        out = account.home / "results.jsonl"
        stopped = out.read_text(encoding="utf-8")
        assert 0 < len(lines(stopped)) < 100
        assert set(column(stopped, "ok")) == {True}
        result = run(account, "people.csv", "--out=results.jsonl")
    assert result.status == 0
    text = out.read_text(encoding="utf-8")
    assert text.startswith(stopped)
    assert column(text, "row") == list(range(1, 101))
    assert gateway.initialized == dict.fromkeys(people, 1)


def test_a_success_that_cannot_be_written_down_is_shown_all_the_same(account: Account) -> None:
    people = names(30)
    write(account, people)
    history = history_of(account)

    def spoil(asked: Asked) -> Refusal | None:
        if asked.number == 5:
            change(history, "DROP TABLE call")
        return None

    with serving(account, spoil) as gateway:
        result = run(account, "people.csv", "--jobs=1")
    assert result.status == 3
    given = {str(biz_no) for biz_no in column(result.out, "biz_no")}
    assert given == set(gateway.biz_nos.values())
    assert len(gateway.calls) < 30


@pytest.mark.long
def test_standard_output_that_is_closed_ends_it(account: Account) -> None:
    people = names(200)
    write(account, people)
    with serving(account) as gateway:
        with subprocess.Popen(
            [zhima_command(), "init-certs", "people.csv", "--jobs=2"],
            cwd=account.home,
            env=process_variables(account.home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr is not None
            err = process.stderr.read()
            assert process.wait(30) == 8, err
        assert "Traceback" not in err
        result = run(account, "people.csv")
    assert result.status == 0
    assert column(result.out, "row") == list(range(1, 201))
    assert gateway.initialized == dict.fromkeys(people, 1)


@pytest.mark.parametrize("columns", [80, 60, 40])
def test_the_bar_has_the_counts_and_leaves_room_for_what_ctrl_c_shows(
    account: Account, columns: int
) -> None:
    """In a full line the terminal's ``^C`` begins another, and the bar above it is not taken away.

    What a terminal shows of it is the terminal's own, so the room for it is looked at.
    """
    write(account, names(3))
    with serving(account):
        watched = run_in_terminal(
            ["init-certs", "people.csv", "--out=results.jsonl"], account.home, columns
        )
    assert watched.status == 0, watched
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", watched.screen)
    bars = [line for line in re.split(r"[\r\n]+", text) if re.search(r"[0-3]/3 ", line)]
    assert bars != []
    for bar in bars:
        assert re.search(r"✓ [0-3]  ✗ 0$", bar.rstrip()), bar
        assert cells(bar) + len("^C") < columns, bar


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--jobs=0"], "--jobs"),
        (["--jobs=x"], "--jobs"),
        (["--rate=0"], "--rate"),
        (["--rate=20/x"], "Give it as 20 or 20/s."),
        (["--format=xml"], "--format"),
        (["--batch="], "--batch"),
        (["--out="], "--out"),
        (["--out=/"], "--out"),
        (["--out=missing/results.csv"], "--out"),
        (["--profile=mock", "--gateway=http://127.0.0.1:1/"], "--gateway"),
    ],
)
def test_a_wrong_option_is_told(account: Account, arguments: Sequence[str], words: str) -> None:
    write(account, names(1))
    with serving(account) as gateway:
        result = run(account, "people.csv", *arguments)
    assert result.status in (2, 3)
    assert words in result.err
    assert gateway.calls == []


@pytest.mark.long
def test_a_rate_may_have_its_unit(account: Account) -> None:
    write(account, names(2))
    with serving(account):
        assert run(account, "people.csv", "--rate=50/s").status == 0


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_mock_gateway_that_a_profile_leads_to_is_told_of(account: Account, form: str) -> None:
    write(account, ["收委"])
    with served_mock(account.keys) as gateway:
        account.write(True, app_id=MOCK_APP_ID, gateway=gateway.url)
        first = run(account, "people.csv", f"--out=results.{form}")
        again = run(account, "people.csv", f"--out=results.{form}")
    assert (first.status, again.status) == (0, 0)
    for result in (first, again):
        assert result.err.splitlines()[0].startswith("zhima: MOCK: ")
    with serving(account):
        real = run(account, "people.csv", "--batch=other")
    assert (real.status, "MOCK" in real.err) == (0, False)


@pytest.mark.long
def test_the_mock_gateway_needs_no_account_and_no_history(account: Account) -> None:
    write(account, names(3))
    result = run(account, "people.csv", "--profile=mock")
    assert result.status == 0
    assert "MOCK" in result.err
    assert all(str(biz_no).startswith("ZMMOCK") for biz_no in column(result.out, "biz_no"))
    assert not history_of(account).exists()


# --- whose a result is -----------------------------------------------------------------------


def write_given(account: Account, name: str, transaction_id: str = "T1") -> None:
    """Write a file of one row that gives its transaction_id."""
    text = f"transaction_id,cert_name,cert_no\n{transaction_id},{name},{NUMBER}\n"
    (account.home / "people.csv").write_text(text, encoding="utf-8")


@pytest.mark.long
def test_a_result_that_is_there_is_not_taken_for_another_persons(account: Account) -> None:
    with serving(account) as gateway:
        write_given(account, "张三")
        assert run(account, "people.csv", "--out=results.jsonl").status == 0
        before = (account.home / "results.jsonl").read_bytes()
        write_given(account, "李四")
        result = run(account, "people.csv", "--out=results.jsonl")
    assert result.status == 2
    assert (account.home / "results.jsonl").read_bytes() == before
    assert gateway.initialized == {"张三": 1}


@pytest.mark.long
def test_a_mocks_result_is_not_taken_for_a_real_one(account: Account) -> None:
    write_given(account, "张三")
    with serving(account) as gateway:
        assert run(account, "people.csv", "--profile=mock", "--out=results.jsonl").status == 0
        result = run(account, "people.csv", "--out=results.jsonl")
    assert result.status == 2
    assert gateway.calls == []


@pytest.mark.long
def test_the_same_rows_for_another_merchant_need_a_name(account: Account) -> None:
    write(account, names(2))
    with serving(account) as gateway:
        result = run(account, "people.csv", "--app-auth-token=A")
        assert (result.status, "--batch" in result.err) == (2, True)
        for merchant in ("A", "B"):
            named = run(
                account, "people.csv", f"--app-auth-token={merchant}", f"--batch={merchant}"
            )
            assert named.status == 0
    assert gateway.initialized == dict.fromkeys(names(2), 2)


@pytest.mark.long
def test_a_batch_tells_what_it_refused_before(account: Account) -> None:
    write(account, names(3))
    with serving(account) as gateway:
        assert account.init_cert("--transaction-id=T1").status == 0
        write_given(account, "收委")
        result = run(account, "people.csv")
    assert result.status == 2
    assert "T1" not in gateway.people or gateway.people["T1"] == "收委"
    assert len(gateway.calls) == 1


# --- what may go wrong -----------------------------------------------------------------------


@pytest.mark.long
def test_a_file_that_shrinks_meanwhile_is_told(account: Account) -> None:
    path = write(account, names(5000))
    with serving(account) as gateway:
        process = subprocess.Popen(
            [zhima_command(), "init-certs", "people.csv", "--rate=100"],
            env=process_variables(account.home),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            while not gateway.calls and process.poll() is None:
                threading.Event().wait(0.01)
            path.write_text("cert_name,cert_no\n", encoding="utf-8")
            _, err = process.communicate(timeout=60)
    assert process.returncode == 2, err
    assert "was changed while it was being sent" in err


@pytest.mark.long
def test_a_disk_that_is_nearly_full_is_told(account: Account) -> None:
    write(account, names(3))
    command = f"ulimit -f 1; exec {zhima_command()} init-certs people.csv -p mock --out=r.jsonl"
    done = subprocess.run(
        ["bash", "-c", command],
        env=process_variables(account.home, PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 8, done
    assert "--out (r.jsonl) cannot be written to" in done.stderr


@pytest.mark.long
def test_a_pipe_that_nobody_writes_to_is_told(account: Account) -> None:
    os.mkfifo(account.home / "people.csv")
    result = run(account, "people.csv", "--profile=mock")
    assert result.status == 2
    assert "Traceback" not in result.err


@pytest.mark.long
def test_a_pipe_may_hold_the_rows(account: Account) -> None:
    path = account.home / "people.csv"
    data = write(account, names(3)).read_bytes()
    path.unlink()
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(data))
    writer.start()
    with serving(account) as gateway:
        assert run(account, "people.csv").status == 0
    writer.join()
    assert gateway.initialized == dict.fromkeys(names(3), 1)


@pytest.mark.long
def test_an_encoding_can_be_named(account: Account) -> None:
    path = account.home / "people.csv"
    path.write_bytes(f"cert_name,cert_no\n叶英,{NUMBER}\n".encode("gbk"))
    with serving(account) as gateway:
        assert run(account, "people.csv", "--encoding=gbk").status == 0
    assert gateway.initialized == {"叶英": 1}


@pytest.mark.long
def test_one_row_that_is_always_too_many_does_not_hold_up_the_others(account: Account) -> None:
    people = names(8)

    def refuse(asked: Asked) -> Refusal | None:
        is_poison = asked.person == "收委2"
        return Refusal("40005", "isv.app-call-limited") if is_poison else None

    write(account, people)
    with serving(account, refuse) as gateway:
        result = run(account, "people.csv", "--retries=0", "--jobs=2", "--rate=200")
    assert result.status == 6, result
    assert len(gateway.people) == 7
    assert sum(asked.person == "收委2" for asked in gateway.calls) == 11


def test_a_wait_without_end_is_bounded(account: Account) -> None:
    def refuse(_asked: Asked) -> Refusal | None:
        return Refusal(status=503, retry_after="999999999")

    write(account, names(25))
    with serving(account, refuse):
        result = run(account, "people.csv", "--deadline=1")
    assert result.status == 6


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000,
        '{"row":1e999}',
        '{"row":1,"kind":"success","code":null,"sub_code":["a"],"transaction_id":null,'
        '"profile":"default","mock":false}',
    ],
)
def test_odd_results_are_something_else(account: Account, line: str) -> None:
    write(account, names(2))
    (account.home / "results.jsonl").write_text(line + "\n", encoding="utf-8")
    with serving(account) as gateway:
        result = run(account, "people.csv", "--out=results.jsonl")
    assert result.status == 2, result
    assert gateway.calls == []


@pytest.mark.long
def test_what_the_gateway_says_at_length_can_be_read_again(account: Account) -> None:
    write(account, names(2))

    def refuse(_asked: Asked) -> Refusal | None:
        return Refusal("40004", "BIZ_ERROR", msg="x" * 200_000)

    with serving(account, refuse) as gateway:
        for _ in range(2):
            assert run(account, "people.csv", "--out=results.csv").status == 4
    assert len(gateway.calls) == 2


@pytest.mark.long
def test_a_signal_to_the_whole_group_is_for_the_first_process(account: Account) -> None:
    write(account, names(400))
    enough = threading.Event()

    def notice(asked: Asked) -> Refusal | None:
        if asked.number >= 20:
            enough.set()
        return None

    with (
        serving(account, notice),
        subprocess.Popen(
            [zhima_command(), "init-certs", "people.csv", "--out=results.jsonl", "--jobs=2"],
            env=process_variables(account.home),
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        ) as process,
    ):
        assert enough.wait(30)
        os.killpg(process.pid, signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 143, err
    assert "Internal error" not in err


def test_curl_is_no_form_for_many(account: Account) -> None:
    write(account, names(1))
    with serving(account) as gateway:
        assert run(account, "people.csv", "--output=curl").status == 2
    assert gateway.calls == []


def test_a_dry_run_needs_no_key_of_alipays(account: Account) -> None:
    write(account, names(1))
    account.write(alipay_public_key=None)
    assert run(account, "people.csv", "--dry-run").status == 0
