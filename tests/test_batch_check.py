"""What a row asks for, and what is wrong with it: the rules of a single call, told by the place."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import APP_ID, Keys
from tests.support.independent import private_pem
from tests.support.long import in_parts, long
from tests.support.program import NOW
from tests.test_properties import examples
from zhima_cli.batch.check import Batch, CheckedRow, check_rows, resolve_batch, resolve_row
from zhima_cli.batch.row import COLUMNS, Cell, Row, RowFault
from zhima_cli.batch.source import open_source
from zhima_cli.batch.survey import Survey, survey
from zhima_cli.core.account import Account
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.keys import PrivateKey, load_private_key
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.parameters import Parameters, resolve_parameters
from zhima_cli.core.profile import Profile
from zhima_cli.core.sources import Sources
from zhima_cli.words.chinese import CHINESE
from zhima_cli.words.english import ENGLISH

PERSON = {"cert_name": "收委", "cert_no": "260104197909275964"}
WHOLE = json.dumps({"identity_type": "CERT_INFO", "cert_type": "IDENTITY_CARD", **PERSON})
HEADER = "cert_name,cert_no\n"


def nothing() -> bytes:
    """Stand for a standard input that must not be read."""
    raise AssertionError


@pytest.fixture(scope="module")
def key(keys: Keys) -> PrivateKey:
    """The application's private key."""
    return load_private_key(private_pem(keys.app).encode(), "")


def batch_of(
    key: PrivateKey,
    options: Options | None = None,
    variables: Mapping[str, str] | None = None,
    profile: Profile | None = None,
    charset: Charset = Charset.UTF_8,
) -> Batch:
    """Return what the rows of a file share."""
    sources = Sources(options or Options(), variables or {}, profile or Profile(), Path())
    account = Account(APP_ID, key, None, "https://gateway.invalid/")
    return resolve_batch(sources, charset, nothing, account, "batch")


def options_of(values: Mapping[str, Any]) -> Options:
    """Return the options that have these values."""
    return Options(**values)


def row_of(cells: Mapping[str, str]) -> Row:
    """Return the row of line 12."""
    return Row(11, 12, tuple(Cell(name, value) for name, value in cells.items()))


def right(cells: Mapping[str, str], batch: Batch) -> CheckedRow:
    """Return a row that is right, checked."""
    checked = resolve_row(row_of(cells), "rows.csv", batch)
    assert isinstance(checked, CheckedRow), checked
    return checked


def wrong(cells: Mapping[str, str], batch: Batch) -> tuple[Problem, ...]:
    """Return what is wrong with a row."""
    checked = resolve_row(row_of(cells), "rows.csv", batch)
    assert isinstance(checked, RowFault), checked
    assert (checked.number, checked.line) == (11, 12)
    return checked.problems


def identity(parameters: Parameters) -> dict[str, Any]:
    """Return the person as it is sent."""
    read: dict[str, Any] = json.loads(parameters.identity_param)
    return read


# --- the rules are those of a single call -----------------------------------------------------

ODD = st.text(st.sampled_from('收委a1X{}":,-@\u202e𠮷 \ud800'), min_size=1, max_size=12)
VALUES: Mapping[str, st.SearchStrategy[str]] = {
    "transaction_id": st.sampled_from(["ORDER_1", "a" * 33, "a-b"]) | ODD,
    "identity_param": st.sampled_from(
        [WHOLE, f" {WHOLE}\n", '{"identity_type":"CERT_INFO"}', "[]", "{“a”:1}", "@file", "-", " "]
    ),
    "merchant_config": st.sampled_from(['{"a":"b"}', '{"a":"\\ud800"}', "{}x"]) | ODD,
    "ext_biz_param": st.sampled_from(['{"收":[1]}', '{"a":"' + "x" * 5000 + '"}']) | ODD,
    "cert_name": st.sampled_from(["收委", " 收委", "x" * 5000]) | ODD,
    "cert_no": st.sampled_from(["260104197909275964", "260104197909275965"]) | ODD,
}
CELLS = st.dictionaries(st.sampled_from(COLUMNS), st.just("")).flatmap(
    lambda names: st.fixed_dictionaries(
        {name: VALUES.get(name, st.sampled_from(["CODE", "c" * 40]) | ODD) for name in names}
    )
)
# A row tells these in words of its own.
OF_A_ROW = {
    Reason.MISSING_PERSON: Reason.CELL_IS_DUE,
    Reason.NOT_JSON: Reason.CELL_NOT_JSON,
}


@in_parts
@given(CELLS | CELLS.map(lambda cells: {**PERSON, **cells}), st.sampled_from(Charset))
@examples(125)
def test_a_row_is_checked_as_a_single_call_is(
    key: PrivateKey, cells: dict[str, str], charset: Charset
) -> None:
    """A row is compared with a call whose options have the same values."""
    if any(value.startswith(("@", "-")) for value in cells.values()):
        return  # to a row these are text like any other, to a JSON option they are not
    batch = batch_of(key, charset=charset)
    checked = resolve_row(row_of(cells), "rows.csv", batch)
    sources = Sources(options_of(cells), {}, Profile(), Path())
    surroundings = Surroundings({}, Path(), Path(), Path(), NOW, nothing, False, lambda _: None)
    single = resolve_parameters(sources, charset, surroundings)
    if isinstance(checked, RowFault):
        assert single is None
        reasons = [OF_A_ROW.get(p.reason, p.reason) for p in sources.problems]
        assert [problem.reason for problem in checked.problems] == reasons
    else:
        assert single is not None
        made = checked.parameters.transaction_id
        assert checked.parameters == replace(single, transaction_id=made)
        assert made == cells.get("transaction_id", made)
        reasons = [problem.reason for problem in sources.warnings]
        assert [problem.reason for problem in checked.warnings] == reasons


@pytest.mark.parametrize(
    ("cells", "reason", "subject", "found", "expected"),
    [
        ({"cert_no": "1"}, Reason.CELL_IS_DUE, "cert_name", "", "cert_name"),
        ({"cert_name": "a"}, Reason.CELL_IS_DUE, "cert_no", "", "cert_no"),
        (
            {**PERSON, "biz_code": "x" * 33},
            *(Reason.TOO_LONG, "biz_code", "33", "32"),
        ),
        ({**PERSON, "transaction_id": "a-b"}, Reason.BAD_TRANSACTION_ID, "transaction_id", "", ""),
        (
            {**PERSON, "merchant_config": "{“a”:1}"},
            *(Reason.CURLY_QUOTES, "merchant_config", "at character 2", ""),
        ),
        (
            {**PERSON, "ext_biz_param": "{"},
            *(Reason.CELL_NOT_JSON, "ext_biz_param", "at character 2", ""),
        ),
        (
            {"identity_param": WHOLE, "cert_no": "1"},
            *(Reason.EXCLUDES, "identity_param", "cert_no", ""),
        ),
        (
            {"identity_param": "{}"},
            *(Reason.IDENTITY_MEMBER, "identity_param", "identity_type", ""),
        ),
        (
            {**PERSON, "cert_name": "𠮷a"},
            *(Reason.NOT_IN_CHARSET, "cert_name (gbk)", "𠮷 (U+20BB7)", "utf-8"),
        ),
        (
            {"cert_name": "x" * 2100, "cert_no": "1" * 2100},
            *(Reason.TOO_LONG, "identity_param", "4285", "4096"),
        ),
    ],
)
def test_what_is_wrong_is_told_by_its_place(
    key: PrivateKey, cells: dict[str, str], reason: Reason, subject: str, found: str, expected: str
) -> None:
    [problem] = wrong(cells, batch_of(key, charset=Charset.GBK))
    assert (problem.reason, problem.subject) == (reason, f"rows.csv:12: {subject}")
    assert (problem.found, problem.expected) == (found, expected)


def test_all_that_is_wrong_with_a_row_is_told(key: PrivateKey) -> None:
    problems = wrong({"transaction_id": "-", "biz_code": "x" * 40, "cert_no": "1"}, batch_of(key))
    assert [problem.subject.rpartition(" ")[2] for problem in problems] == [
        "transaction_id",
        "biz_code",
        "cert_name",
    ]


def test_what_is_odd_is_told_by_its_place(key: PrivateKey) -> None:
    checked = right({"cert_name": " 收委", "cert_no": "260104197909275965"}, batch_of(key))
    assert [(p.reason, p.subject) for p in checked.warnings] == [
        (Reason.ODD_CHARACTERS, "rows.csv:12: cert_name"),
        (Reason.CHECK_DIGIT, "rows.csv:12: cert_no"),
    ]


def test_a_number_of_a_wrong_length_is_told_by_its_place(key: PrivateKey) -> None:
    row = {"cert_name": "收委", "cert_no": "26010419790927596"}
    checked = right(row, batch_of(key))
    assert [(p.reason, p.subject) for p in checked.warnings] == [
        (Reason.CARD_NUMBER_LENGTH, "rows.csv:12: cert_no"),
    ]
    assert right({**row, "cert_type": "PASSPORT"}, batch_of(key)).warnings == ()


@pytest.mark.parametrize("whole", [False, True], ids=["cert_no", "identity_param"])
def test_a_character_that_no_number_has_is_told_by_its_place(key: PrivateKey, whole: bool) -> None:
    row = {"cert_name": "收委", "cert_no": "26010419790927596４", "cert_type": "IDENTITY_CARD"}
    subject = "cert_no"
    if whole:
        row = {"identity_param": json.dumps({**row, "identity_type": "CERT_INFO"})}
        subject = "identity_param"
    assert [(p.reason, p.subject, p.found) for p in right(row, batch_of(key)).warnings] == [
        (Reason.CARD_NUMBER_CHARACTERS, f"rows.csv:12: {subject}", ""),
    ]


# --- what stands behind a row -----------------------------------------------------------------

ROW = {"product_code": "ROW", "biz_code": "ROW", "linked_merchant_id": "ROW"}
OPTION = dict.fromkeys(ROW, "OPTION")
VARIABLES = {f"ZHIMA_{name.upper()}": "VARIABLE" for name in ROW}
PROFILE = dict.fromkeys(ROW, "PROFILE")


@pytest.mark.parametrize(
    ("row", "options", "variables", "profile", "expected"),
    [
        (ROW, OPTION, VARIABLES, PROFILE, "ROW"),
        ({}, OPTION, VARIABLES, PROFILE, "OPTION"),
        ({}, {}, VARIABLES, PROFILE, "VARIABLE"),
        ({}, {}, {}, PROFILE, "PROFILE"),
    ],
    ids=["row", "option", "variable", "profile"],
)
def test_a_row_comes_before_options_variables_and_profile(
    key: PrivateKey,
    row: dict[str, str],
    options: dict[str, str],
    variables: dict[str, str],
    profile: dict[str, Any],
    expected: str,
) -> None:
    batch = batch_of(key, options_of(options), variables, Profile(**profile))
    parameters = right({**PERSON, **row}, batch).parameters
    assert {getattr(parameters, name) for name in ROW} == {expected}


@pytest.mark.parametrize("name", ["cert_type", "identity_type"])
def test_the_kind_of_document_may_be_one_for_all(key: PrivateKey, name: str) -> None:
    batch = batch_of(key, options_of({name: "OPTION"}))
    assert identity(right(PERSON, batch).parameters)[name] == "OPTION"
    assert identity(right({**PERSON, name: "ROW"}, batch).parameters)[name] == "ROW"
    batch = batch_of(key, variables={f"ZHIMA_{name.upper()}": "VARIABLE"})
    assert identity(right(PERSON, batch).parameters)[name] == "VARIABLE"
    # A person who is given whole has a kind of document, which is no contradiction.
    assert right({"identity_param": WHOLE}, batch).parameters.identity_param == WHOLE


@pytest.mark.parametrize("name", ["merchant_config", "ext_biz_param"])
def test_json_may_be_one_for_all_even_from_a_file(
    key: PrivateKey, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "all.json"
    file.write_text('{"all":1}\n', encoding="ascii")
    batch = batch_of(key, options_of({name: f"@{file}"}))
    file.unlink()  # it is read once
    assert getattr(right(PERSON, batch).parameters, name) == '{"all":1}'
    cells = {**PERSON, name: '{"row":1}'}
    assert getattr(right(cells, batch).parameters, name) == '{"row":1}'


@pytest.mark.parametrize("name", ["identity_param", "merchant_config", "ext_biz_param"])
def test_a_row_makes_zhima_read_nothing(key: PrivateKey, tmp_path: Path, name: str) -> None:
    file = tmp_path / "whole.json"
    file.write_text(WHOLE, encoding="utf-8")
    person = {} if name == "identity_param" else PERSON
    for value in (f"@{file}", "-"):
        [problem] = wrong({**person, name: value}, batch_of(key))
        assert problem.reason is Reason.CELL_NOT_JSON


def test_a_person_of_the_environment_is_not_every_rows(key: PrivateKey) -> None:
    variables = {f"ZHIMA_{name.upper()}": "1" for name in COLUMNS if "cert_n" in name}
    variables |= {"ZHIMA_TRANSACTION_ID": "ORDER_1", "ZHIMA_IDENTITY_PARAM": WHOLE}
    batch = batch_of(key, variables=variables)
    assert [problem.reason for problem in wrong({}, batch)] == [Reason.CELL_IS_DUE] * 2
    assert right(PERSON, batch).parameters.transaction_id != "ORDER_1"


def test_all_that_is_wrong_for_every_row_is_told_once(key: PrivateKey) -> None:
    options = Options(biz_code="x" * 33, merchant_config="{", cert_type="")
    profile = Profile(transaction_prefix="a-b")
    with pytest.raises(InputError) as caught:
        batch_of(key, options, profile=profile)
    assert [(p.reason, p.subject.rpartition(".")[2]) for p in caught.value.problems] == [
        (Reason.TOO_LONG, "--biz-code"),
        (Reason.EMPTY, "--cert-type"),
        (Reason.NOT_JSON, "--merchant-config"),
        (Reason.BAD_TRANSACTION_PREFIX, "transaction_prefix"),
    ]


# --- nobody is shown --------------------------------------------------------------------------

SECRETS = ("收委李", "260104197909275964")
SHREDS = st.lists(
    st.sampled_from([*SECRETS, *COLUMNS, *'{}[]":,@-\r\n', "“", "\u202e", "\0", "x" * 5000]),
    max_size=12,
).map("".join)


def every_problem(data: bytes, name: str, folder: Path, batch: Batch) -> Iterator[Problem]:
    """Yield all that is wrong or odd with a file."""
    path = folder / name
    path.write_bytes(data)
    problems: list[Problem] = []
    try:
        with open_source(str(path), io.BytesIO()) as source:
            survey(source, batch, problems.append, problems.append)
    except InputError as error:
        problems.extend(error.problems)
    yield from problems


@pytest.mark.parametrize("name", ["rows.csv", long("rows.jsonl")])
def test_no_problem_shows_a_person(
    key: PrivateKey, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    batch = batch_of(key)
    found: set[Reason] = set()
    heads = ["", HEADER, "transaction_id,identity_param,ext_biz_param,cert_no\n"]
    members = st.dictionaries(
        st.sampled_from([*COLUMNS, *SECRETS]), st.sampled_from(SECRETS) | st.just(1) | SHREDS
    ).map(lambda row: json.dumps(row, ensure_ascii=False))
    lines = st.lists(SHREDS | members, min_size=1, max_size=4).map("\n".join)

    @given(st.sampled_from(heads), lines, st.sampled_from(["utf-8", "gbk", "utf-16"]))
    @examples(300)
    def check(head: str, text: str, encoding: str) -> None:
        data = ((head if name == "rows.csv" else "") + text).encode(encoding, "replace")
        for problem in every_problem(data, name, folder, batch):
            found.add(problem.reason)
            for shown in (repr(problem), repr(ENGLISH.say(problem)), repr(CHINESE.say(problem))):
                assert not any(secret in shown for secret in SECRETS)

    check()
    assert len(found) >= 8  # it is not one fault all the time


# --- a whole file -----------------------------------------------------------------------------


def check_file(tmp_path: Path, text: str, batch: Batch, name: str = "r.csv") -> list[Any]:
    """Write a file, and return its rows checked."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with open_source(str(path), io.BytesIO()) as source:
        return list(check_rows(source, batch))


def test_the_second_of_two_same_rows_is_wrong(key: PrivateKey, tmp_path: Path) -> None:
    text = "cert_name,cert_no,transaction_id\na,1,\nb,2,A\na,1,\nb,2,B\nc,3,A\na,1,A\na,1,C\n"
    rows = check_file(tmp_path, text, batch_of(key))
    found = {
        row.line: (problem.reason, problem.subject, problem.found)
        for row in rows
        if isinstance(row, RowFault)
        for problem in row.problems
    }
    file = tmp_path / "r.csv"
    assert found == {
        4: (Reason.DUPLICATE_ROW, f"{file}:4", "2"),
        6: (Reason.DUPLICATE_ROW, f"{file}:6", "3"),
        7: (Reason.DUPLICATE_ROW, f"{file}:7", "3"),
    }


def test_two_readings_give_the_same(key: PrivateKey, tmp_path: Path) -> None:
    text = HEADER + "a,1\nb\nc,3\na,1\n"
    first, second = (check_file(tmp_path, text, batch_of(key)) for _ in range(2))
    assert first == second
    assert [type(row) for row in first] == [CheckedRow, RowFault, CheckedRow, RowFault]


def test_a_survey_tells_and_counts_every_row(key: PrivateKey, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    number = PERSON["cert_no"]
    text = f",\n, {number}\n a,{number}\nb\na,{number}\n a,{number}\n"
    path.write_text(HEADER + text, encoding="ascii")
    told: list[Problem] = []
    warned: list[Problem] = []
    with open_source(str(path), io.BytesIO()) as source:
        counted = survey(source, batch_of(key), told.append, warned.append)
    assert counted == Survey(rows=5, faulty=3)
    assert [(problem.reason, problem.subject) for problem in told] == [
        (Reason.CELL_IS_DUE, f"{path}:3: cert_name"),
        (Reason.ROW_LENGTH, f"{path}:5"),
        (Reason.DUPLICATE_ROW, f"{path}:7"),
    ]
    assert [(problem.reason, problem.subject) for problem in warned] == [
        (Reason.ODD_CHARACTERS, f"{path}:4: cert_name")
    ]


@pytest.mark.parametrize("text", ["", HEADER, "\n,,\n"])
def test_a_file_without_rows_is_wrong(key: PrivateKey, tmp_path: Path, text: str) -> None:
    [problem] = every_problem(text.encode(), "rows.csv", tmp_path, batch_of(key))
    assert (problem.reason, problem.subject) == (Reason.NO_ROWS, str(tmp_path / "rows.csv"))


_FILL = """
import os, resource
from zhima_cli.batch.duplicates import finding_duplicates
from zhima_cli.core.errors import InputError
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    with finding_duplicates() as duplicates:
        for line in range(1_000_000):
            assert duplicates.first_line(str(line), line) is None
except InputError as error:
    print(line > 10_000, os.listdir(), *(p.reason.name for p in error.problems))
"""


def test_a_full_disk_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    """What is remembered of the rows needs room where the system has it for temporary files."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", _FILL],
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path), "SQLITE_TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        check=False,
        timeout=300,
    )
    assert (done.stdout, done.stderr) == ("True [] FILE_UNWRITABLE\n", "")


_SURVEY = """
import io, pathlib, re, sys
from zhima_cli.batch.check import resolve_batch
from zhima_cli.batch.source import open_source
from zhima_cli.batch.survey import survey
from zhima_cli.core.account import Account
from zhima_cli.core.charset import Charset
from zhima_cli.core.keys import load_private_key
from zhima_cli.core.options import Options
from zhima_cli.core.profile import Profile
from zhima_cli.core.sources import Sources
path, key = map(pathlib.Path, sys.argv[1:])
sources = Sources(Options(), {}, Profile(), path.parent)
key = load_private_key(key.read_bytes(), "")
account = Account("2014", key, None, "")
batch = resolve_batch(sources, Charset.UTF_8, bytes, account, "batch")
with open_source(str(path), io.BytesIO()) as source:
    found = survey(source, batch, print, print)
# Not getrusage(): there a process begins with the most that its parent had.
status = pathlib.Path("/proc/self/status").read_text()
print(found.rows, found.faulty, *re.findall("^VmHWM:\\s+(\\d+) kB$", status, re.M))
"""


@pytest.mark.skipif(
    not Path("/proc/self/status").is_file(), reason="the peak is found as Linux tells of it"
)
@pytest.mark.large
def test_a_million_rows_take_the_memory_of_a_thousand(keys: Keys, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text(private_pem(keys.app), encoding="ascii")
    peaks = []
    for count in (1_000, 1_000_000):
        path = tmp_path / f"{count}.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write(HEADER)
            file.writelines(f"收委,{number:015}\n" for number in range(count))
        done = subprocess.run(
            [sys.executable, "-c", _SURVEY, str(path), str(key)],
            capture_output=True,
            text=True,
            check=True,
            timeout=1800,
        )
        rows, faulty, peak = map(int, done.stdout.split())
        assert (rows, faulty) == (count, 0)
        peaks.append(peak)
        path.unlink()
    assert peaks[1] < peaks[0] + 20 * 1024  # KiB
