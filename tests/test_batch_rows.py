"""Rows are read as they were written, whatever the format, the encoding and the source."""

import contextlib
import csv
import io
import itertools
import json
import os
import threading
import tracemalloc
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.long import one_in
from tests.test_properties import examples, text_in
from zhima_cli.batch.row import COLUMNS, MAX_ROW_CHARACTERS, MAX_ROW_LINES, Cell, Row, RowFault
from zhima_cli.batch.rows import read_rows
from zhima_cli.batch.source import RowFormat, find_format, open_source
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.words.english import ENGLISH

HEADER = "cert_name,cert_no\n"
Read = Row | RowFault


def read(tmp_path: Path, data: bytes | str, name: str = "rows.csv") -> list[Read]:
    """Write a file, and return its rows."""
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with open_source(str(path), io.BytesIO()) as source:
        return list(read_rows(source))


def faults(tmp_path: Path, data: bytes | str, name: str = "rows.csv") -> list[Problem]:
    """Return what is wrong with the file as a whole, its folder taken out."""
    with pytest.raises(InputError) as caught:
        read(tmp_path, data, name)
    return [without(tmp_path, problem) for problem in caught.value.problems]


def without(folder: Path, problem: Problem) -> Problem:
    """Return the problem, its file named without the folder."""
    prefix = f"{folder}/"
    subject, found = problem.subject.removeprefix(prefix), problem.found.removeprefix(prefix)
    return Problem(problem.kind, problem.reason, subject, found, problem.expected)


def told(rows: list[Read], folder: Path) -> list[tuple[int, int, Reason, str, str]]:
    """Return the faults among the rows: number, line, reason, subject and what was found."""
    return [
        (row.number, row.line, problem.reason, problem.subject, problem.found)
        for row in rows
        if isinstance(row, RowFault)
        for problem in (without(folder, problem) for problem in row.problems)
    ]


def values(row: Read) -> dict[str, str]:
    """Return the cells of a row that is right."""
    assert isinstance(row, Row), row
    return {cell.name: cell.value for cell in row.cells}


def places(rows: list[Read]) -> list[tuple[int, int]]:
    """Return the numbers and the lines of the rows."""
    return [(row.number, row.line) for row in rows]


# --- what is written is read ------------------------------------------------------------------

ENCODINGS = ("utf-8", "utf-8-sig", "gbk")
# A file in GBK that is UTF-8 as well cannot be told from one.
NOT_UTF8 = "收委"


def rows_in(charset: str) -> st.SearchStrategy[list[dict[str, str]]]:
    """Return a strategy of rows that the charset can write."""
    text = text_in(charset, 12).filter(lambda text: "\0" not in text)
    row = st.fixed_dictionaries(
        {"cert_name": text, "cert_no": text}, optional=dict.fromkeys(COLUMNS[:3], text)
    )
    return st.lists(row, min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("encoding", "end"), one_in(4, itertools.product(ENCODINGS, ["\n", "\r\n", "\r"]))
)
def test_csv_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, end: str
) -> None:
    folder = tmp_path_factory.mktemp("rows")

    @given(rows_in("gbk" if encoding == "gbk" else "utf-8"))
    @examples(60)
    def check(rows: list[dict[str, str]]) -> None:
        rows = [{"cert_name": NOT_UTF8, "cert_no": "1"}, *rows]
        file = io.StringIO(newline="")
        # Python's writer quotes no line end but the one that it writes itself.
        is_usual = end == "\r\n"
        writer = csv.DictWriter(
            file,
            COLUMNS,
            lineterminator=end,
            quoting=csv.QUOTE_MINIMAL if is_usual else csv.QUOTE_ALL,
        )
        writer.writeheader()
        writer.writerows(rows)
        found = read(folder, file.getvalue().encode(encoding))
        assert [values(row) for row in found] == rows
        assert [row.number for row in found] == list(range(1, len(rows) + 1))

    check()


@pytest.mark.parametrize(
    ("encoding", "escaped"), one_in(5, itertools.product(ENCODINGS, [True, False]))
)
def test_json_lines_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, escaped: bool
) -> None:
    folder = tmp_path_factory.mktemp("rows")

    @given(rows_in("gbk" if encoding == "gbk" else "utf-8"))
    @examples(60)
    def check(rows: list[dict[str, str]]) -> None:
        rows = [{"cert_name": NOT_UTF8, "cert_no": "1"}, *rows]
        lines = [json.dumps(row, ensure_ascii=escaped) for row in rows]
        found = read(folder, "\n".join(lines).encode(encoding), "rows.jsonl")
        assert [values(row) for row in found] == rows
        assert places(found) == [(n, n) for n in range(1, len(rows) + 1)]

    check()


def test_a_row_is_of_the_line_where_it_begins(tmp_path: Path) -> None:
    text = '\ncert_name,cert_no\r\n\r\n"a\r\nb",1\r\n,\r\nc,2\rd,3'
    found = read(tmp_path, text)
    assert places(found) == [(1, 4), (2, 7), (3, 8)]
    assert values(found[0]) == {"cert_name": "a\r\nb", "cert_no": "1"}


def test_what_is_empty_is_not_given(tmp_path: Path) -> None:
    found = read(tmp_path, "cert_name,cert_no,biz_code\n,1,\na,2,FACE\n")
    assert [values(row) for row in found] == [
        {"cert_no": "1"},
        {"cert_name": "a", "cert_no": "2", "biz_code": "FACE"},
    ]
    text = '{"cert_name":"","cert_no":null,"biz_code":"FACE"}\n \t\r\n{}'
    found = read(tmp_path, text, "rows.jsonl")
    assert [values(row) for row in found] == [{"biz_code": "FACE"}, {}]
    assert places(found) == [(1, 1), (2, 3)]


def test_a_json_parameter_may_be_an_object(tmp_path: Path) -> None:
    text = json.dumps({"merchant_config": {"名": [1, "a"]}, "ext_biz_param": '{ "b": 2 }'})
    [row] = read(tmp_path, text, "rows.jsonl")
    assert values(row) == {"merchant_config": '{"名":[1,"a"]}', "ext_biz_param": '{ "b": 2 }'}


def test_a_file_may_have_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, b"") == []
    assert read(tmp_path, b"\xef\xbb\xbf\r\n") == []
    assert read(tmp_path, HEADER) == []
    assert read(tmp_path, "\n \n", "rows.jsonl") == []


def test_a_cell_does_not_show_its_value() -> None:
    assert "收委" not in repr(Row(1, 2, (Cell("cert_name", "收委"),)))


# --- the format and the encoding --------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.csv", b"{", RowFormat.CSV),
        ("a.CSV", b"{", RowFormat.CSV),
        ("a.jsonl", b"cert_name", RowFormat.JSON_LINES),
        ("a.ndjson", b"", RowFormat.JSON_LINES),
        ("a.json", b"", RowFormat.JSON_LINES),
        ("-", b'{"a"', RowFormat.JSON_LINES),
        ("a.txt", b"\xef\xbb\xbf\r\n\t {", RowFormat.JSON_LINES),
        ("-", b"cert_name", RowFormat.CSV),
        ("a.txt", b'"{', RowFormat.CSV),
        ("csv", b"", RowFormat.CSV),
    ],
)
def test_the_format_is_known_by_the_name_or_the_beginning(
    name: str, head: bytes, expected: RowFormat
) -> None:
    assert find_format(name, head) is expected


@pytest.mark.parametrize(
    ("data", "place", "column"),
    [
        pytest.param(b"ab\n\xff", 2, 1, id="no text at all"),
        pytest.param("cert_name\r\n收委,x\n".encode() + b"1\xff", 3, 2, id="nearly UTF-8"),
        pytest.param("收,\r".encode("gbk") + b"1\xff\xff", 2, 2, id="nearly GBK"),
        pytest.param(b"\xef\xbb\xbfab" + "收".encode("gbk"), 1, 4, id="a mark, but not UTF-8"),
        pytest.param("收委\n李".encode()[:-1], 2, 1, id="cut within a character"),
        pytest.param("姓名\n".encode("utf-16"), 1, 1, id="UTF-16 with a mark"),
        pytest.param("ab\n".encode("utf-16-le"), 1, 2, id="UTF-16 without"),
        pytest.param(b"x" * 70_000 + b"\r" + b"y" * 70_000 + b"\xff", 2, 70_001, id="far away"),
        pytest.param(b"x" * 65_535 + b"\r\n\xff", 2, 1, id="a line end at a seam"),
    ],
)
def test_what_is_no_text_is_told_by_its_place(
    tmp_path: Path, data: bytes, place: int, column: int
) -> None:
    [problem] = faults(tmp_path, data)
    assert problem.reason is Reason.FILE_NOT_TEXT
    assert problem.subject == f"rows.csv:{place}:{column}"


@pytest.mark.parametrize("seam", range(65_533, 65_538))
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_character_at_a_seam_is_read(tmp_path: Path, encoding: str, seam: int) -> None:
    data = (HEADER + "a" * 30 + ",1\n").encode()
    data += b"\n" * (seam - len(data)) + "收委,2".encode(encoding)
    assert values(read(tmp_path, data)[-1]) == {"cert_name": "收委", "cert_no": "2"}


def test_what_stops_being_text_after_it_was_opened_is_told(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(HEADER, encoding="ascii")
    with open_source(str(path), io.BytesIO()) as source:
        path.write_bytes(HEADER.encode() + b"a,1\n\xff")
        with pytest.raises(InputError) as caught:
            list(read_rows(source))
    assert [problem.reason for problem in caught.value.problems] == [Reason.ROWS_CHANGED]


# --- the columns ------------------------------------------------------------------------------


def test_all_that_is_wrong_with_the_columns_is_told(tmp_path: Path) -> None:
    header = " cert_name ,cert_nmae,姓名,cert_name,zhangsan,\n"
    problems = faults(tmp_path, header + "a,b,c,d,e,f\n")
    every = ", ".join(COLUMNS)
    assert [(p.reason, p.subject, p.found, p.expected) for p in problems] == [
        (Reason.UNKNOWN_COLUMN, "rows.csv:1:2", "cert_nmae", "cert_name"),
        (Reason.UNKNOWN_COLUMN, "rows.csv:1:3", "", every),
        (Reason.REPEATED_COLUMN, "rows.csv:1:4", "cert_name", ""),
        (Reason.UNKNOWN_COLUMN, "rows.csv:1:5", "", every),
        (Reason.UNKNOWN_COLUMN, "rows.csv:1:6", "", every),
        (Reason.MISSING_COLUMN, "rows.csv:1", "cert_no", ""),
    ]


def test_a_forgotten_header_shows_nobody(tmp_path: Path) -> None:
    problems = faults(tmp_path, "收委,260104197909275964\ncert_namezhangsan,1\n")
    shown = " ".join(f"{problem} {ENGLISH.say(problem)}" for problem in problems)
    assert "收委" not in shown
    assert "26010419" not in shown


@pytest.mark.parametrize("name", ["app_auth_token", "app_id", "private_key_file", "charset"])
def test_the_account_is_not_of_a_row(tmp_path: Path, name: str) -> None:
    reasons = [p.reason for p in faults(tmp_path, f"cert_name,cert_no,{name}\n")]
    assert reasons == [Reason.UNKNOWN_COLUMN]


def test_a_whole_person_needs_no_parts(tmp_path: Path) -> None:
    [row] = read(tmp_path, 'identity_param\n"{""a"":1}"\n')
    assert values(row) == {"identity_param": '{"a":1}'}


# --- rows that are wrong ----------------------------------------------------------------------


def test_the_rows_beside_a_wrong_one_are_read(tmp_path: Path) -> None:
    text = HEADER + 'a,1\nb\nc,3,\n"d"x,4\n"e,5\nf,6\n"g",7\nh,8\n'
    found = read(tmp_path, text)
    assert told(found, tmp_path) == [
        (2, 3, Reason.ROW_LENGTH, "rows.csv:3", "1"),
        (3, 4, Reason.ROW_LENGTH, "rows.csv:4", "3"),
        (4, 5, Reason.NOT_CSV, "rows.csv:5", ""),
        (5, 6, Reason.NOT_CSV, "rows.csv:6", ""),
    ]
    assert [values(row)["cert_name"] for row in found if isinstance(row, Row)] == list("afgh")
    assert places(found) == [(n, n + 1) for n in range(1, 9)]


def test_a_quote_that_is_never_closed_loses_no_row(tmp_path: Path) -> None:
    people = [f"p{n},{n}" for n in range(MAX_ROW_LINES * 2)]
    for at in (0, MAX_ROW_LINES * 2 - 1):
        text = "\n".join([*people[:at], '"lost', *people[at:]])
        found = read(tmp_path, HEADER + text)
        assert len(found) == len(people) + 1
        assert [fault[:2] for fault in told(found, tmp_path)] == [(at + 1, at + 2)]


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_a_long_line_is_one_fault(tmp_path: Path, name: str) -> None:
    is_csv = name == "rows.csv"
    head, row = (HEADER, "a,{}\n") if is_csv else ("", '{{"cert_no":"{}"}}\n')
    room = MAX_ROW_CHARACTERS - len(row.format(""))
    longer = (room + 1, MAX_ROW_CHARACTERS * 3)
    text = head + "".join(row.format("1" * size) for size in (room, *longer, 1))
    found = read(tmp_path, text, name)
    assert [type(row) for row in found] == [Row, RowFault, RowFault, Row]
    first = 2 if is_csv else 1
    assert places(found) == [(n + 1, n + first) for n in range(4)]
    assert {fault[2] for fault in told(found, tmp_path)} == {Reason.ROW_TOO_LONG}


@pytest.mark.parametrize(
    ("line", "reason", "subject", "found"),
    [
        ('{"cert_no":1}', Reason.CELL_TYPE, "rows.jsonl:1: cert_no", "number"),
        ('{"cert_no":true}', Reason.CELL_TYPE, "rows.jsonl:1: cert_no", "boolean"),
        ('{"cert_no":["a"]}', Reason.CELL_TYPE, "rows.jsonl:1: cert_no", "array"),
        ('{"cert_no":{}}', Reason.CELL_TYPE, "rows.jsonl:1: cert_no", "object"),
        ('{"merchant_config":1.5}', Reason.CELL_TYPE, "rows.jsonl:1: merchant_config", "number"),
        ('{"cert_nmae":"a"}', Reason.UNKNOWN_COLUMN, "rows.jsonl:1:1", "cert_nmae"),
        ('{"收委":"a"}', Reason.UNKNOWN_COLUMN, "rows.jsonl:1:1", ""),
        ('{"cert_no" "1"}', Reason.NOT_JSON_LINE, "rows.jsonl:1", "at character 12"),
        ("[", Reason.NOT_JSON_LINE, "rows.jsonl:1", "at character 2"),
        ('"收委"', Reason.NOT_A_JSON_OBJECT, "rows.jsonl:1", ""),
        (
            '{"cert_no":"1","cert_no":"2"}',
            Reason.NOT_JSON_LINE,
            "rows.jsonl:1",
            "two members of one object have the same name",
        ),
    ],
)
def test_a_wrong_line_of_json_is_told(
    tmp_path: Path, line: str, reason: Reason, subject: str, found: str
) -> None:
    rows = read(tmp_path, f'{line}\n{{"cert_no":"2"}}\n', "rows.jsonl")
    assert told(rows, tmp_path) == [(1, 1, reason, subject, found)]
    assert values(rows[1]) == {"cert_no": "2"}


def test_all_that_is_wrong_with_a_line_is_told(tmp_path: Path) -> None:
    rows = read(tmp_path, '{"cert_no":1,"x":2,"cert_name":[]}', "rows.jsonl")
    assert [fault[3] for fault in told(rows, tmp_path)] == [
        "rows.jsonl:1: cert_no",
        "rows.jsonl:1:2",
        "rows.jsonl:1: cert_name",
    ]


# --- where the rows come from -----------------------------------------------------------------


@contextlib.contextmanager
def pipe(data: bytes) -> Iterator[io.BufferedReader]:
    """Yield the reading end of a pipe through which ``data`` comes."""
    reading, writing = os.pipe()

    def write() -> None:
        with open(writing, "wb") as file:  # noqa: PTH123 -- of a descriptor
            file.write(data)

    writer = threading.Thread(target=write)
    writer.start()
    with open(reading, "rb") as file:  # noqa: PTH123 -- likewise
        yield file
        file.read()
        writer.join()


@pytest.mark.parametrize("rows", [3, 9_000], ids=["short", "longer than memory is for"])
def test_a_pipe_is_read_as_often_as_a_file(rows: int) -> None:
    data = HEADER.encode() + b"".join(b"%01000d,%09d\n" % (n, n) for n in range(rows))
    with pipe(data) as stdin, open_source("-", stdin) as source:
        assert source.name == "stdin"
        for _ in range(2):
            [last] = deque(read_rows(source), 1)
            assert last.number == rows
            assert values(last)["cert_no"] == f"{rows - 1:09}"


def test_standard_input_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_text('{"cert_no":"1"}', encoding="ascii")
    with path.open("rb") as stdin, open_source("-", stdin) as source:
        assert source.stream is stdin
        assert [places(list(read_rows(source))) for _ in range(2)] == [[(1, 1)]] * 2


def test_a_named_pipe_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=(f"{HEADER}a,1\n",))
    writer.start()
    with open_source(str(path), io.BytesIO()) as source:
        writer.join()
        assert [places(list(read_rows(source))) for _ in range(2)] == [[(1, 2)]] * 2


@pytest.mark.parametrize("name", ["none.csv", "."], ids=["not there", "a folder"])
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(InputError) as caught,
        open_source(str(tmp_path / name), io.BytesIO()),
    ):
        pass
    [problem] = caught.value.problems
    assert problem.reason is Reason.FILE_UNREADABLE
    assert problem.subject == "FILE"


def test_reading_may_be_left_at_any_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(HEADER + "a,1\nb,2\n", encoding="ascii")
    with open_source(str(path), io.BytesIO()) as source:
        rows = read_rows(source)
        assert next(rows).number == 1
    del rows


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    peaks = []
    for count in (1_000, 10_000):
        path.write_text(HEADER + "somebody,260104197909275964\n" * count, encoding="ascii")
        tracemalloc.start()
        with open_source(str(path), io.BytesIO()) as source:
            assert sum(1 for _ in read_rows(source)) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 256 * 1024
