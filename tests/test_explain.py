"""``zhima explain``: every code and exit status, by each of its names, and what leads there."""

import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import Account
from tests.support.independent import node_text, signed_answer
from tests.support.program import Result, run_inside, run_process
from tests.support.stub import stub_gateway
from tests.support.terminal import cells
from tests.test_codes import BARE_ROWS, GATEWAY_ROWS, INTERFACE_ROWS, STATUS, Row
from zhima_cli.core.errors import InputError, InternalError, Problem, Reason, ZhimaError
from zhima_cli.core.kinds import EXIT_STATUS, Kind, Sent
from zhima_cli.core.outcome import Answer, Call, Outcome, conclude, fail
from zhima_cli.output.report import report
from zhima_cli.words.language import Language

ROWS = [*BARE_ROWS, *INTERFACE_ROWS, *GATEWAY_ROWS]
BUSINESS_ROWS = [row for row in [*BARE_ROWS, *INTERFACE_ROWS] if row.code == "40004"]
SHARED = "isv.decryption-error-unknown"
RETRYABLE = {
    **dict.fromkeys(("temporary", "interrupted", "terminated"), True),
    **dict.fromkeys(("internal", "usage", "config", "business", "untrusted", "unwritten"), False),
    **dict.fromkeys(("success", "gateway")),
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder without anything in it."""
    return tmp_path


def explain(home: Path, *arguments: str) -> Result:
    """Run ``zhima explain`` inside this process."""
    return run_inside(["explain", *arguments], home)


def explained(home: Path, *arguments: str) -> list[dict[str, object]]:
    """Return what is explained, as JSON."""
    result = explain(home, "--output=json", *arguments)
    assert (result.status, result.err, result.json["schema"]) == (0, "", 1)
    explanations = result.json["explanations"]
    assert isinstance(explanations, list)
    return explanations


def fields(row: Row) -> dict[str, object]:
    """Return a row of the tables as it has to be explained in Chinese, but for its solution."""
    return {
        "code": row.code,
        "sub_code": row.sub_code,
        "kind": row.kind,
        "exit_status": STATUS[row.kind],
        "description": row.description,
        "retryable": row.retryable,
    }


def names(explanations: list[dict[str, object]]) -> list[tuple[object, object]]:
    """Return the codes of explanations."""
    return [(each["code"], each["sub_code"]) for each in explanations]


def test_every_row_of_the_tables_is_explained(home: Path) -> None:
    for row in ROWS:
        name = f"{row.code}:{row.sub_code}" if row.sub_code else row.code
        (first, *others) = explained(home, name, "--lang=zh")
        solution = first.pop("solution")
        assert first == fields(row)
        assert solution == row.solution or row.solution is None
        assert solution
        assert not others or row.sub_code is None


@pytest.mark.parametrize(
    "spelling",
    [
        *("ARRANGEMENT_ERROR", "arrangement_error", "Arrangement-Error", "arrangement.error"),
        *("40004:ARRANGEMENT_ERROR", "40004:arrangement-error", " ARRANGEMENT_ERROR\n"),
        *("ZHIMA.ARRANGEMENT_ERROR", "acq.arrangement_error"),
    ],
)
def test_a_sub_code_is_found_however_it_is_spelt(home: Path, spelling: str) -> None:
    assert names(explained(home, spelling)) == [("40004", "ARRANGEMENT_ERROR")]


def test_a_sub_code_of_the_gateways_may_be_spelt_as_the_mock_takes_it(home: Path) -> None:
    found = explained(home, "ISV_invalid_SIGNATURE")
    assert names(found) == [("40002", "isv.invalid-signature")]


def test_a_code_shows_all_its_rows_what_goes_for_any_other_first(home: Path) -> None:
    assert names(explained(home, "40004")) == [(row.code, row.sub_code) for row in BUSINESS_ROWS]


def test_a_sub_code_of_two_rows_shows_both_and_with_its_code_the_one(home: Path) -> None:
    assert names(explained(home, SHARED)) == [("40002", SHARED), ("40003", SHARED)]
    assert names(explained(home, f"40003:{SHARED}")) == [("40003", SHARED)]


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.value)
def test_an_exit_status_and_its_kind_are_the_same(home: Path, kind: Kind) -> None:
    (by_status,) = explained(home, str(EXIT_STATUS[kind]))
    assert explained(home, kind.value.upper()) == [by_status]
    assert by_status.pop("description")
    assert by_status.pop("solution")
    assert by_status == {
        "code": None,
        "sub_code": None,
        "kind": kind.value,
        "exit_status": EXIT_STATUS[kind],
        "retryable": RETRYABLE[kind.value],
    }


def test_the_code_of_a_success_is_exit_status_0(home: Path) -> None:
    assert explained(home, "10000") == explained(home, "0")


def test_plain_is_lines(home: Path) -> None:
    assert explain(home, "ARRANGEMENT_ERROR") == Result(
        0,
        "code: 40004\n"
        "sub_code: ARRANGEMENT_ERROR\n"
        "meaning: The contract is not in order\n"
        "what to do: Make sure that the product code is right, and that the contract is in force "
        "and includes the permission for this business\n"
        "trying again: does not help as it is\n"
        "exit status: 4 (business) - Refused by the interface\n",
        "",
    )
    blocks = explain(home, "40004", "--lang=zh").out.split("\n\n")
    assert len(blocks) == len(BUSINESS_ROWS)
    assert blocks[0].startswith("code: 40004\nsub_code: 其他\n含义：业务处理失败\n")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", [40, 80])
def test_pretty_is_a_panel_that_fits(home: Path, columns: int, lang: str) -> None:
    arguments = ["explain", SHARED, "--output=pretty", f"--lang={lang}"]
    result = run_inside(arguments, home, {"COLUMNS": str(columns)})
    assert (result.status, result.err) == (0, "")
    lines = result.out.splitlines()
    assert {cells(line) <= columns for line in lines} == {True}, result.out
    titles = [line.strip("╭╮─ ") for line in lines if line.startswith("╭")]
    assert titles == [f"40002:{SHARED}", f"40003:{SHARED}"]
    assert ("Try again" if lang == "en" else "重试") in result.out


# --- what is unknown -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("ARANGEMENT_ERROR", "ARRANGEMENT_ERROR"),
        ("isv.invalid-signatur", "isv.invalid-signature"),
        ("untrustd", "untrusted"),
        ("4004", "40004"),
    ],
)
def test_a_near_miss_is_shown_with_the_nearest(home: Path, typed: str, nearest: str) -> None:
    result = explain(home, typed)
    assert (result.status, result.out) == (2, "")
    assert f"that zhima knows ({typed})\n" in result.err
    assert f"Did you mean {nearest}?" in result.err


@pytest.mark.parametrize(
    "typed", ["收委", "yuchibiaoli", "340207198811243091", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "-"]
)
def test_what_is_not_like_a_code_is_not_shown(home: Path, typed: str) -> None:
    result = explain(home, typed)
    assert (result.status, result.out) == (2, "")
    assert typed not in result.err.replace("- ", "")
    assert "error: CODE is no code, exit status or kind that zhima knows\n" in result.err
    assert "zhima explain alone lists them all" in result.err


def test_what_is_near_but_holds_more_is_not_shown(home: Path) -> None:
    result = explain(home, "ARRANGEMENT_ERROR 收委")
    assert "收" not in result.err
    assert "Did you mean ARRANGEMENT_ERROR?" in result.err


def test_a_number_that_is_no_status_is_shown(home: Path) -> None:
    assert "that zhima knows (99)" in explain(home, "99").err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("",), "CODE is empty"),
        (("7", "8"), "There is one word too many"),
        (("7", "--output=curl"), "--output has a value that there is not"),
        (("7", "--lang=fr"), "--lang has a value that there is not"),
    ],
)
def test_wrong_usage(home: Path, arguments: tuple[str, ...], said: str) -> None:
    result = explain(home, *arguments)
    assert (result.status, result.out) == (2, "")
    assert f"error: {said}" in result.err


# --- the list --------------------------------------------------------------------------------


def test_the_list_has_everything_once_by_a_name_that_explains_it(home: Path) -> None:
    result = explain(home)
    assert (result.status, result.err) == (0, "")
    lines = [line.split("\t") for line in result.out.splitlines()]
    statuses = [(str(EXIT_STATUS[kind]), kind.value) for kind in Kind]
    assert [(name, kind) for name, _, kind, _ in lines[: len(statuses)]] == statuses
    found = []
    for name, status, kind, _ in lines[len(statuses) :]:
        first, *others = explained(home, name)
        assert not others or name == first["code"]
        assert (status, kind) == (str(first["exit_status"]), first["kind"])
        found.append((str(first["code"]), first["sub_code"] is not None, first["sub_code"]))
    assert [each[:2] for each in found] == sorted(each[:2] for each in found)
    assert sorted(found, key=str) == sorted(
        ((row.code, row.sub_code is not None, row.sub_code) for row in ROWS), key=str
    )
    assert len(explained(home)) == len(lines)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", [24, 40, 80, 200])
def test_the_pretty_list_breaks_no_name(home: Path, columns: int, lang: str) -> None:
    result = run_inside(
        ["explain", "--output=pretty", f"--lang={lang}"], home, {"COLUMNS": str(columns)}
    )
    assert (result.status, result.err) == (0, "")
    lines = [line.rstrip() for line in result.out.splitlines()]
    for row in GATEWAY_ROWS:
        name = f"{row.code}:{SHARED}" if row.sub_code == SHARED else f"{row.sub_code}"
        assert any(re.match(rf"  {re.escape(name)}(  |$)", line) for line in lines), name
    too_wide = [line for line in lines[:-1] if cells(line) > columns]
    assert all(re.fullmatch(r"  [\w.:-]+", line) for line in too_wide), too_wide
    assert (too_wide == []) == (columns >= 80)
    # Where there is room, there is a line for each, and nine groups.
    assert columns < 200 or len(lines) == len(Kind) + len(ROWS) + 1 + 1


# --- what leads there ------------------------------------------------------------------------


def command(outcome: Outcome, language: Language = Language.EN) -> str:
    """Return the last command line of an outcome's report."""
    return report(outcome, language).commands[-1].value


def refused(code: str, sub_code: str) -> Outcome:
    """Return what a refusal makes of a call."""
    return conclude(Call(), Answer(code, "", sub_code, "", None, verified=True, mock=False))


def test_every_refusal_leads_to_its_row(home: Path) -> None:
    for row in ROWS:
        outcome = refused(row.code, row.sub_code or "NEW_SUB_CODE")
        line = command(outcome)
        assert line == command(outcome, Language.ZH)
        zhima, explain_word, *code = shlex.split(line)
        assert (zhima, explain_word) == ("zhima", "explain")
        assert names(explained(home, *code))[0] == (row.code, row.sub_code), line


def test_a_code_that_no_table_knows_leads_to_the_exit_status() -> None:
    assert command(refused("49999", "x; rm -rf /")) == "zhima explain 5"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError(Problem(Kind.USAGE, Reason.NO_COMMAND)), 2),
        (InputError(Problem(Kind.CONFIG, Reason.NO_CONFIG_FILE)), 3),
        (InternalError(ValueError(), Sent.NO), 1),
    ],
    ids=["usage", "config", "internal"],
)
def test_a_problem_of_zhimas_own_leads_to_the_exit_status(error: ZhimaError, status: int) -> None:
    assert command(fail(Call(), error)) == f"zhima explain {status}"


@pytest.mark.parametrize("form", ["pretty", "plain"])
def test_the_line_of_a_failure_works_as_it_is(account: Account, form: str) -> None:
    node = node_text(code="40003", msg="Insufficient", sub_code=SHARED, sub_msg="no")
    with stub_gateway(signed_answer(account.keys.alipay, node)) as stub:
        account.write(gateway=stub.url)
        variables = {"COLUMNS": "40"}
        failed = account.init_cert(f"--output={form}", "--lang=zh", variables=variables)
    line = failed.err.splitlines()[-1].strip()
    assert line == f"详情：zhima explain 40003:{SHARED}"
    words = shlex.split(line.removeprefix("详情："))
    assert "Check that the encryption key" in run_process(words[1:], account.home).out


def test_a_success_and_json_have_no_such_line(account: Account) -> None:
    with stub_gateway(signed_answer(account.keys.alipay)) as stub:
        account.write(gateway=stub.url)
        result = account.init_cert("--output=pretty")
    assert "explain" not in result.out + result.err
    assert "explain" not in account.init_cert("--output=json", "--timeout=no").out
