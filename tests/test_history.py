"""The record: what is written down before and after a call, for whose eyes, and what if it fails.

The file is read with sqlite3 alone, and by its bytes.
"""

import contextlib
import json
import os
import re
import sqlite3
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import APP_ID, Account
from tests.support.canaries import NAME, NUMBER, TOKEN, make_canaries
from tests.support.canaries import PERSON as SECRET_PERSON
from tests.support.exchange import Line, closed_port, http_answer, peer
from tests.support.independent import BIZ_NO, read_request, signed_answer
from tests.support.long import long, one_in
from tests.support.program import (
    PERSON,
    Result,
    process_variables,
    run_inside,
    run_process,
    zhima_command,
)
from tests.support.record import (
    COLUMNS,
    Answer,
    Row,
    Time,
    biz_no,
    brief,
    change,
    ever_new,
    history_of,
    in_turn,
    init_cert_timed,
    refusal,
    rows,
    said,
    success,
    unsigned,
)
from tests.support.stub import Said, Seen, Stub, stub_gateway
from zhima_cli.core.history import open_history

# "ZHIM", and the version that is written now.
APPLICATION_ID, VERSION = 0x5A48494D, 2
NOW = "2026-11-24T19:07:50Z"
T1 = "--transaction-id=T1"


def row_of(gateway: str, **other: object) -> Row:
    """Return the row of a call that is being sent, with what is different in it."""
    values: Row = {
        "id": 1,
        "started": NOW,
        "updated": NOW,
        "profile": "default",
        "app_id": APP_ID,
        "gateway": gateway,
        "method": "zhima.customer.certification.initialize",
        "transaction_id": "T1",
        "product_code": "w1010100000000002978",
        "biz_code": "FACE",
        "attempts": 1,
        "state": "sending",
        "biz_no": None,
        "code": None,
        "sub_code": None,
        "verified": None,
        "content": None,
    }
    assert other.keys() <= values.keys()
    return values | other


@contextlib.contextmanager
def served(account: Account, answer: Callable[[Seen], Said] | Said | bytes) -> Iterator[Stub]:
    """Serve the answer to a profile that records, and that tries nothing again."""
    with stub_gateway(answer) as stub:
        account.write(True, gateway=stub.url, retries="0")
        yield stub


# --- before it is sent ----------------------------------------------------------------------------


def test_a_call_is_written_down_before_anything_is_sent(account: Account) -> None:
    """At the moment the connection is made the row is there for every other process to read."""
    found: list[list[Row]] = []

    def talk(line: Line) -> None:
        found.append(rows(history_of(account)))
        line.read_request()
        found.append(rows(history_of(account)))
        line.send(http_answer(signed_answer(account.keys.alipay)))

    account.write(True)
    with peer(talk) as gateway:
        result = account.init_cert(T1, f"--gateway={gateway.http}")
    assert (result.status, result.out, result.err) == (0, f"{BIZ_NO}\n", "")
    assert found == [[row_of(gateway.http)]] * 2


def test_what_is_not_a_default_is_written_down_as_it_is_sent(account: Account) -> None:
    found: list[list[Row]] = []

    def answer(_: Seen) -> Said:
        found.append(rows(history_of(account)))
        return Said(signed_answer(account.keys.alipay))

    with served(account, answer) as stub:
        arguments = ("--app-id=2099", "--product-code=w2", "--biz-code=SMART_FACE")
        result = account.init_cert("--transaction-id=T_2", *arguments)
    assert result.status == 0
    expected = row_of(
        stub.url, transaction_id="T_2", app_id="2099", product_code="w2", biz_code="SMART_FACE"
    )
    assert found == [[expected]]


def test_a_transaction_id_that_zhima_made_is_written_down(account: Account) -> None:
    found: list[object] = []

    def answer(request: Seen) -> Said:
        sent = read_request(request.query, request.body).biz_content["transaction_id"]
        found.extend([sent, *(row["transaction_id"] for row in rows(history_of(account)))])
        return Said(signed_answer(account.keys.alipay))

    with served(account, answer):
        result = account.init_cert()
    assert result.status == 0
    sent, *recorded = found
    assert recorded == [sent]
    assert result.err == f"zhima: sending with transaction_id {sent}\n"


def test_what_is_written_is_on_the_disk_before_zhima_goes_on(tmp_path: Path) -> None:
    """SQLite waits for the disk, for the folder's entry of the journal too, as 3 (EXTRA) says.

    No test can cut the power; this one sees to it that nobody trades it for speed.
    """
    with open_history(tmp_path / "history.db") as history:
        connection = history._connection
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
    assert synchronous == 3
    assert journal in ("delete", "truncate", "persist", "wal")


def test_a_dry_run_and_wrong_input_are_no_calls(account: Account) -> None:
    with served(account, b"") as stub:
        shown = account.init_cert(T1, "--dry-run")
        wrong = account.init_cert(T1, "--charset=latin-1")
    assert (shown.status, wrong.status) == (0, 2)
    assert stub.seen == []
    assert not history_of(account).exists()


# --- when its answer is known ---------------------------------------------------------------------

Make = Callable[[Account], Answer]
ENDINGS: dict[str, tuple[Make, int, Row]] = {
    "success": (
        lambda a: signed_answer(a.keys.alipay),
        0,
        {"state": "success", "biz_no": BIZ_NO, "code": "10000", "verified": 1},
    ),
    "refused by the interface": (
        lambda a: refusal(a, "40004", "BIZ_ERROR"),
        4,
        {"state": "refused", "code": "40004", "sub_code": "BIZ_ERROR", "verified": 1},
    ),
    "refused by the gateway": (
        lambda a: refusal(a, "40002", "isv.invalid-app-id"),
        5,
        {"state": "refused", "code": "40002", "sub_code": "isv.invalid-app-id", "verified": 1},
    ),
    "refused, unsigned": (
        lambda _: unsigned("40002", "isv.invalid-signature"),
        5,
        {"state": "refused", "code": "40002", "sub_code": "isv.invalid-signature", "verified": 0},
    ),
    "temporary by its code": (
        lambda a: refusal(a, "40004", "SYSTEM_ERROR"),
        6,
        {"state": "unknown", "code": "40004", "sub_code": "SYSTEM_ERROR", "verified": 1},
    ),
    "temporary by its HTTP status": (lambda _: Said(b"", 503), 6, {"state": "unknown"}),
    "broken off": (lambda _: ConnectionAbortedError(), 6, {"state": "unknown"}),
    "success unsigned": (lambda _: unsigned("10000", ""), 7, {"state": "unknown"}),
    "success of another's": (
        lambda a: signed_answer(a.keys.stranger),
        7,
        {"state": "unknown"},
    ),
    "garbage": (lambda _: b"<html>", 7, {"state": "unknown"}),
}


@pytest.mark.parametrize(("make", "status", "changed"), ENDINGS.values(), ids=ENDINGS)
def test_what_a_call_came_to(account: Account, make: Make, status: int, changed: Row) -> None:
    clock = Time()

    def answer(_: Seen) -> Said:
        clock.passed += 7
        return said(make(account))

    with served(account, answer) as stub:
        result = init_cert_timed(account, clock)
    assert result.status == status
    expected = row_of(stub.url, updated="2026-11-24T19:07:57Z", **changed)
    assert rows(history_of(account)) == [expected]


def test_a_call_that_could_not_be_sent_is_open(account: Account) -> None:
    account.write(True, retries="0")
    with closed_port() as port:
        result = account.init_cert(T1, f"--gateway=http://127.0.0.1:{port}/gateway.do")
    assert result.status == 6
    assert brief(history_of(account)) == [("T1", 1, "unknown", None)]


# --- whose eyes -----------------------------------------------------------------------------------


@contextlib.contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_file_and_folder_are_the_users_alone_from_the_start(account: Account) -> None:
    history = history_of(account)
    modes: list[int] = []

    def answer(_: Seen) -> Said:
        modes.extend([mode(history), mode(history.parent)])
        return Said(signed_answer(account.keys.alipay))

    with served(account, answer), umask(0):
        result = account.init_cert(T1)
    assert (result.status, modes) == (0, [0o600, 0o700])
    assert sorted(path.name for path in history.parent.iterdir()) == ["history.db"]


def test_a_history_that_others_could_read_is_made_private(account: Account) -> None:
    history = history_of(account)
    with served(account, ever_new(account)):
        assert account.init_cert(T1).status == 0
        history.chmod(0o664)
        assert account.init_cert("--transaction-id=T2").status == 0
        assert mode(history) == 0o600
        history.chmod(0o644)
        listed = run_inside(["history"], account.home)
    assert listed.out.count("\n") == 2
    assert mode(history) == 0o600


def test_an_empty_file_becomes_a_private_history(account: Account) -> None:
    history = account.home / "made-by-touch.db"
    history.touch(0o644)
    with served(account, ever_new(account)):
        result = account.init_cert(T1, f"--history={history}")
    assert (result.status, result.err) == (0, "")
    assert brief(history) == [("T1", 1, "success", biz_no(0))]
    assert mode(history) == 0o600


def test_a_folder_that_was_there_keeps_its_mode(account: Account) -> None:
    folder = account.home / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    with served(account, ever_new(account)):
        result = account.init_cert(T1, f"--history={folder / 'h.db'}")
    assert result.status == 0
    assert (mode(folder), mode(folder / "h.db")) == (0o755, 0o600)


IDENTITY = json.dumps(
    {
        "identity_type": "CERT_INFO",
        "cert_type": "IDENTITY_CARD",
        "cert_name": NAME,
        "cert_no": NUMBER,
    },
    ensure_ascii=False,
)


def secrets_in(data: bytes, account: Account) -> list[str]:
    """Return what of a person, a token or a key the bytes hold, in any usual encoding."""
    canaries = make_canaries(account.keys.app)
    texts = [data.decode(encoding, "replace") for encoding in ("latin-1", "utf-8", "gbk")]
    # Two bytes a character, from an even place or an odd one.
    texts += [data[at:].decode(f"utf-16-{end}", "replace") for at in (0, 1) for end in ("le", "be")]
    return [secret for text in texts for secret in canaries.found_in(text)]


@pytest.mark.parametrize(
    ("by", "charset", "end"),
    one_in(
        3,
        (
            (by, charset, end)
            for by, charset in (
                ("options", "utf-8"),
                ("options", "gbk"),
                ("identity-param", "utf-8"),
                ("variables", "utf-8"),
            )
            for end in ("success", "refusal", "temporary", "untrusted")
        ),
    ),
)
def test_no_byte_of_a_person_a_token_or_a_key_is_in_the_record(
    account: Account, by: str, end: str, charset: str
) -> None:
    """Not before the call, not in the journal while its answer is written, and not after it."""
    history = history_of(account)
    journal = history.with_name("history.db-journal")
    kept: list[bytes] = []
    caught = threading.Event()
    holders: list[threading.Thread] = []

    def answer(request: Seen) -> Said:
        reader = sqlite3.connect(history, isolation_level=None, check_same_thread=False)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM call").fetchone()
        kept.append(history.read_bytes())

        def hold() -> None:
            # What reads keeps zhima from deleting the journal; SQLite waits for it.
            until = time.monotonic() + 4
            while time.monotonic() < until and not caught.is_set():
                with contextlib.suppress(FileNotFoundError):
                    data = journal.read_bytes()
                    if b"T1" in data:
                        kept.append(data)
                        caught.set()
            reader.close()

        holders.append(threading.Thread(target=hold))
        holders[0].start()
        return {
            "success": Said(signed_answer(account.keys.alipay, charset=charset)),
            "refusal": Said(refusal(account, "40004", "BIZ_ERROR")),
            "temporary": Said(request.body, 500),
            "untrusted": Said(request.body + request.query.encode()),
        }[end]

    token = f"--app-auth-token={TOKEN}"
    arguments, variables = {
        "options": (SECRET_PERSON, {}),
        "identity-param": ((f"--identity-param={IDENTITY}", token), {}),
        "variables": ((), {"ZHIMA_CERT_NAME": NAME, "ZHIMA_CERT_NO": NUMBER}),
    }[by]
    with stub_gateway(answer) as stub:
        account.write(True, gateway=stub.url, retries="0", charset=charset, app_auth_token=TOKEN)
        result = account.init_cert(T1, *arguments, person=(), variables=variables)
    assert result.status == {"success": 0, "refusal": 4, "temporary": 6, "untrusted": 7}[end]
    # What was sent has them, so the search finds them where they are.
    assert {NUMBER, TOKEN} <= set(
        secrets_in(stub.seen[0].body + stub.seen[0].query.encode(), account)
    )
    holders[0].join()
    assert caught.is_set()
    kept += [path.read_bytes() for path in history.parent.iterdir()]
    assert len(kept) == 3
    assert all(b"T1" in data for data in kept)
    assert secrets_in(b"\n".join(kept), account) == []


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16-le", "utf-16-be"])
def test_the_search_finds_a_name_in_every_encoding(account: Account, encoding: str) -> None:
    assert secrets_in(b"SQLite format 3\0" + f" {NAME} ".encode(encoding), account) != []


# --- where ----------------------------------------------------------------------------------------

DEFAULT = ".local/state/zhima/history.db"


@pytest.mark.parametrize(
    ("arguments", "variables", "in_profile", "expected"),
    [
        ((), {}, None, DEFAULT),
        ((), {"XDG_STATE_HOME": "{home}/xdg"}, None, "xdg/zhima/history.db"),
        ((), {"XDG_STATE_HOME": "relative"}, None, DEFAULT),
        ((), {"ZHIMA_HISTORY": ""}, None, DEFAULT),
        ((), {}, "calls.db", ".config/zhima/calls.db"),
        ((), {}, "../deep/er/calls.db", ".config/deep/er/calls.db"),
        ((), {}, "~/calls.db", "calls.db"),
        ((), {"ZHIMA_HISTORY": "{home}/v.db"}, None, "v.db"),
        ((), {"ZHIMA_HISTORY": "~/v.db"}, "calls.db", "v.db"),
        ((), {"ZHIMA_HISTORY": "{home}/v.db"}, False, "v.db"),
        (("--history={home}/f.db",), {}, None, "f.db"),
        (("--history=~/f.db",), {"ZHIMA_HISTORY": "{home}/v.db"}, "calls.db", "f.db"),
        (("--history={home}/f.db",), {}, False, "f.db"),
        ((), {}, False, None),
        (("--no-history",), {}, None, None),
        (("--no-history",), {"ZHIMA_HISTORY": "{home}/v.db"}, "calls.db", None),
    ],
    ids=str,
)
def test_the_flag_wins_over_the_variable_over_the_profile_over_the_platforms_place(
    account: Account,
    arguments: Sequence[str],
    variables: Mapping[str, str],
    in_profile: str | bool | None,
    expected: str | None,
) -> None:
    home = str(account.home)
    with served(account, ever_new(account)) as stub:
        if in_profile is not None:
            with account.config.open("a", encoding="utf-8") as config:
                config.write(f"history = {json.dumps(in_profile)}\n")
        result = account.init_cert(
            T1,
            *(argument.replace("{home}", home) for argument in arguments),
            variables={name: value.replace("{home}", home) for name, value in variables.items()},
        )
    assert (result.status, result.err, len(stub.seen)) == (0, "", 1)
    found = sorted(str(path.relative_to(home)) for path in account.home.rglob("*.db"))
    assert found == ([os.path.normpath(expected)] if expected else [])
    if expected:
        assert brief(account.home / expected) == [("T1", 1, "success", biz_no(0))]


def test_a_relative_flag_is_relative_to_the_working_folder(account: Account) -> None:
    with served(account, ever_new(account)):
        result = account.init_cert_process(T1, "--history=here.db")
    assert result.status == 0
    assert brief(account.home / "here.db") == [("T1", 1, "success", biz_no(0))]


@pytest.mark.parametrize(
    ("arguments", "variables", "expected"),
    [
        ((), {}, None),
        long(("--history={home}/m.db",), {}, "m.db"),
        long((), {"ZHIMA_HISTORY": "{home}/m.db"}, "m.db"),
    ],
    ids=["not asked", "--history", "ZHIMA_HISTORY"],
)
def test_the_mock_profile_is_recorded_only_when_asked(
    tmp_path: Path, arguments: Sequence[str], variables: Mapping[str, str], expected: str | None
) -> None:
    result = run_inside(
        [
            *("init-cert", "--profile=mock", T1, *PERSON),
            *(argument.replace("{home}", str(tmp_path)) for argument in arguments),
        ],
        tmp_path,
        {name: value.replace("{home}", str(tmp_path)) for name, value in variables.items()},
    )
    assert result.status == 0
    assert [path.name for path in tmp_path.rglob("*.db")] == ([expected] if expected else [])
    if expected:
        (row,) = rows(tmp_path / expected)
        assert (row["profile"], row["state"], row["biz_no"]) == (
            "mock",
            "success",
            result.out.strip(),
        )


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--history=",), 2, "--history is empty"),
        (("--no-history", "--history=x.db"), 2, "--no-history and --history exclude each other"),
        (
            ("--no-history", "--require-history"),
            2,
            "--no-history and --require-history exclude each other",
        ),
        (("--no-history=1",), 2, "--no-history takes no value"),
        (("--require-history=1",), 2, "--require-history takes no value"),
        (("--resend=1",), 2, "--resend takes no value"),
    ],
    ids=str,
)
def test_options_that_make_no_sense_are_refused(
    account: Account, arguments: Sequence[str], status: int, words: str
) -> None:
    with served(account, ever_new(account)) as stub:
        result = account.init_cert(T1, *arguments)
    assert (result.status, stub.seen) == (status, [])
    assert words in result.err
    assert list(account.home.rglob("*.db")) == []


@pytest.mark.parametrize("value", ["true", "1", '""'])
def test_a_profiles_history_that_is_no_path_is_refused(account: Account, value: str) -> None:
    with served(account, ever_new(account)) as stub:
        with account.config.open("a", encoding="utf-8") as config:
            config.write(f"history = {value}\n")
        result = account.init_cert(T1)
    assert (result.status, stub.seen) == (3, [])
    assert "profiles.default.history" in result.err


# --- what file it is ------------------------------------------------------------------------------


def pragma(path: Path, name: str) -> object:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_the_file_says_whose_it_is_and_of_what_version(account: Account) -> None:
    with served(account, ever_new(account)):
        account.init_cert(T1)
    history = history_of(account)
    assert pragma(history, "application_id") == APPLICATION_ID
    assert pragma(history, "user_version") == VERSION
    assert pragma(history, "integrity_check") == "ok"
    assert tuple(rows(history)[0]) == COLUMNS


# The statements of version 1, as they were.
VERSION_1 = (
    "CREATE TABLE call (id INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL,"
    " updated TEXT NOT NULL, profile TEXT NOT NULL, app_id TEXT NOT NULL, gateway TEXT NOT NULL,"
    " method TEXT NOT NULL, transaction_id TEXT NOT NULL, product_code TEXT NOT NULL,"
    " biz_code TEXT NOT NULL, attempts INTEGER NOT NULL, state TEXT NOT NULL, biz_no TEXT,"
    " code TEXT, sub_code TEXT, verified INTEGER)",
    "CREATE INDEX call_by_transaction ON call (app_id, transaction_id)",
    "CREATE INDEX call_by_biz_no ON call (biz_no)",
    "CREATE INDEX call_by_time ON call (started)",
    f"PRAGMA application_id = {APPLICATION_ID}",
    "PRAGMA user_version = 1",
)


def test_a_history_of_version_1_is_gone_on_with(account: Account) -> None:
    """What is in it stays; a call that was under way is continued."""
    history = account.home / "old.db"
    names = [name for name in COLUMNS if name != "content"]
    with served(account, ever_new(account)) as stub:
        done = row_of(
            stub.url, transaction_id="T0", state="success", biz_no="ZM0", code="10000", verified=1
        )
        under_way = row_of(stub.url, id=2, started="2026-11-23T01:02:03Z")
        with contextlib.closing(sqlite3.connect(history, isolation_level=None)) as connection:
            for statement in VERSION_1:
                connection.execute(statement)
            for row in (done, under_way):
                marks = ", ".join("?" * len(names))
                values = [row[name] for name in names]
                connection.execute(f"INSERT INTO call VALUES ({marks})", values)  # noqa: S608 -- own
        option = f"--history={history}"
        listed = run_inside(["history", option], account.home)
        assert pragma(history, "user_version") == VERSION
        assert rows(history) == [done, under_way]
        refused = account.init_cert("--transaction-id=T0", option)
        result = init_cert_timed(account, Time(), option)
    assert (listed.status, listed.err, listed.out.count("\n")) == (0, "", 2)
    assert (refused.status, "ZM0" in refused.err) == (2, True)
    assert (result.status, result.out, len(stub.seen)) == (0, f"{biz_no(0)}\n", 1)
    changed = {"attempts": 2, "state": "success", "biz_no": biz_no(0), "code": "10000"}
    assert rows(history) == [done, under_way | changed | {"verified": 1}]
    assert tuple(rows(history)[0]) == COLUMNS
    assert pragma(history, "integrity_check") == "ok"


def _foreign_table(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE messages (text)")
    connection.execute("INSERT INTO messages VALUES ('precious')")


def _foreign_application(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA application_id = 252006674")


def _foreign_version(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA user_version = 1")


def _newer(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.execute("CREATE TABLE call (id INTEGER PRIMARY KEY, something_new TEXT)")


NOT_OURS: dict[str, tuple[Callable[[sqlite3.Connection], None], str]] = {
    "another's tables": (_foreign_table, "is not a history of zhima's"),
    "another's application_id": (_foreign_application, "is not a history of zhima's"),
    "another's version": (_foreign_version, "is not a history of zhima's"),
    "of a newer zhima": (_newer, "is of a newer zhima (version 3; this one knows 2)"),
}


@pytest.mark.parametrize(("make", "words"), NOT_OURS.values(), ids=NOT_OURS)
def test_a_database_that_is_not_ours_is_refused_and_left_alone(
    account: Account, make: Callable[[sqlite3.Connection], None], words: str
) -> None:
    path = account.home / "other.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        make(connection)
    before = path.read_bytes()
    option = f"--history={path}"
    with served(account, ever_new(account)) as stub:
        called = account.init_cert(T1, option)
        required = account.init_cert(T1, option, "--require-history", "--output=json")
    listed = run_inside(["history", option], account.home)
    pruned = run_inside(["history", "prune", "--before=1m", "--yes", option], account.home)
    assert (called.status, called.out) == (0, f"{biz_no(0)}\n")
    assert called.err.startswith("zhima: warning: ")
    assert (required.status, required.json["kind"], required.json["sent"]) == (3, "config", "no")
    assert len(stub.seen) == 1
    assert (listed.status, listed.out) == (3, "")
    assert (pruned.status, pruned.out) == (3, "")
    for text in (called.err, str(required.json["description"]), listed.err, pruned.err):
        assert words in text
        assert str(path) in text
    assert path.read_bytes() == before
    assert sorted(account.home.glob("other.db*")) == [path]


@pytest.mark.parametrize("command", ["init-cert", "history"])
@pytest.mark.parametrize("kind", ["text", "database"])
def test_a_file_that_is_not_ours_keeps_its_mode(account: Account, kind: str, command: str) -> None:
    """A path that was mistyped must not lock others out of their file."""
    path = account.home / "theirs"
    if kind == "text":
        path.write_text("root:x:0:0:root:/root:/bin/sh\n" * 20, encoding="utf-8")
    else:
        change(path, "CREATE TABLE messages (text)")
    path.chmod(0o644)
    with served(account, ever_new(account)):
        if command == "init-cert":
            assert account.init_cert(T1, f"--history={path}").status == 0
        else:
            assert run_inside(["history", f"--history={path}"], account.home).status == 3
    assert mode(path) == 0o644


# --- where it cannot be written -------------------------------------------------------------------


def _text(path: Path) -> None:
    path.write_text("hello\n" * 100, encoding="ascii")


def _damaged(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)


def _half(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE call (id INTEGER PRIMARY KEY)")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _circle(path: Path) -> None:
    path.symlink_to(path)


UNUSABLE: dict[str, Callable[[Path], None]] = {
    "a folder in its place": lambda path: path.mkdir(),
    "a pipe in its place": lambda path: os.mkfifo(path),
    "text in its place": _text,
    "a damaged database": _damaged,
    "columns that are missing": _half,
    "the full device": lambda path: path.symlink_to("/dev/full"),
    "a link in a circle": _circle,
}


@pytest.fixture(params=list(UNUSABLE.values()), ids=list(UNUSABLE))
def unusable(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A history that cannot be opened or written, by root neither."""
    path = tmp_path / "unusable"
    make: Callable[[Path], None] = request.param
    make(path)
    return path


def test_a_history_that_cannot_be_used_costs_a_warning_and_not_the_call(
    account: Account, unusable: Path
) -> None:
    with served(account, ever_new(account)):
        result = account.init_cert(T1, f"--history={unusable}")
    assert (result.status, result.out) == (0, f"{biz_no(0)}\n")
    assert result.err.startswith("zhima: warning: ")
    assert str(unusable) in result.err
    assert result.err.count("\n") == 1
    assert "Traceback" not in result.err


def test_a_history_that_is_required_and_cannot_be_used_stops_the_call(
    account: Account, unusable: Path
) -> None:
    with served(account, ever_new(account)) as stub:
        option = f"--history={unusable}"
        result = account.init_cert(T1, option, "--require-history", "--output=json")
        plain = account.init_cert(T1, option, "--require-history")
    assert stub.seen == []
    values = [result.json[name] for name in ("kind", "sent", "biz_no", "transaction_id")]
    assert (result.status, values) == (3, ["config", "no", None, "T1"])
    assert (plain.status, plain.out) == (3, "")
    assert str(unusable) in plain.err
    assert "nothing was sent" in plain.err


@pytest.mark.parametrize("command", [(), ("show", "T1"), ("export",), ("prune", "--before=1m")])
def test_a_history_that_cannot_be_used_is_not_shown_either(
    account: Account, unusable: Path, command: Sequence[str]
) -> None:
    result = run_inside(["history", *command, f"--history={unusable}"], account.home)
    assert (result.status, result.out) == (3, "")
    assert str(unusable) in result.err
    assert "exit status 3" in result.err


def test_a_path_that_no_file_can_have(account: Account) -> None:
    option = "--history=" + "x" * 300
    with served(account, ever_new(account)) as stub:
        called = account.init_cert(T1, option)
        required = account.init_cert(T1, option, "--require-history")
    listed = run_inside(["history", option], account.home)
    assert (called.status, called.out, len(stub.seen)) == (0, f"{biz_no(0)}\n", 1)
    assert (required.status, listed.status) == (3, 3)
    assert "cannot be used: File name too long" in called.err
    assert "cannot be used: File name too long" in listed.err


def test_a_folder_that_cannot_be_made(account: Account) -> None:
    (account.home / ".local").write_text("a file", encoding="utf-8")
    with served(account, ever_new(account)) as stub:
        called = account.init_cert(T1)
        required = account.init_cert(T1, "--require-history")
    assert (called.status, called.out, len(stub.seen)) == (0, f"{biz_no(0)}\n", 1)
    assert str(history_of(account)) in called.err
    assert required.status == 3


def test_a_disk_that_is_full(account: Account) -> None:
    """A limit on the size of files stands for it: writing fails in the same places."""
    with served(account, ever_new(account)):
        done = subprocess.run(
            ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", zhima_command(), "init-cert", *PERSON, T1],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            # Python itself would leave bytecode cut off at the limit, for every later run to read.
            env=process_variables(account.home, PYTHONDONTWRITEBYTECODE="1"),
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stdout.decode()) == (0, f"{biz_no(0)}\n")
    assert done.stderr.decode().startswith("zhima: warning: The history ")
    assert b"Traceback" not in done.stderr


def test_a_history_that_another_process_keeps_locked_is_waited_for_a_few_seconds(
    account: Account,
) -> None:
    history = history_of(account)
    with served(account, ever_new(account)) as stub:
        assert account.init_cert("--transaction-id=T0").status == 0
        with contextlib.closing(sqlite3.connect(history, isolation_level=None)) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            begun = time.monotonic()
            result = account.init_cert(T1, "--require-history")
            took = time.monotonic() - begun
        again = account.init_cert(T1, "--require-history")
    assert result.status == 3
    assert "database is locked" in result.err
    assert 1 < took < 10
    assert (again.status, len(stub.seen)) == (0, 2)


TRIGGER = (
    "CREATE TRIGGER no_more BEFORE UPDATE ON call BEGIN SELECT RAISE(FAIL, 'out of order'); END"
)


def test_an_answer_that_cannot_be_recorded_is_printed_with_a_warning(account: Account) -> None:
    def answer(_: Seen) -> Said:
        change(history_of(account), TRIGGER)
        return Said(signed_answer(account.keys.alipay))

    with served(account, answer):
        result = account.init_cert(T1)
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
    assert result.err.startswith("zhima: warning: The history ")
    assert "out of order" in result.err
    assert brief(history_of(account)) == [("T1", 1, "sending", None)]


@pytest.mark.parametrize("output", ["plain", "pretty", "json"])
def test_a_success_that_must_be_recorded_and_cannot_ends_with_8(
    account: Account, output: str
) -> None:
    def answer(_: Seen) -> Said:
        change(history_of(account), TRIGGER)
        return Said(signed_answer(account.keys.alipay))

    with served(account, answer):
        result = account.init_cert(T1, "--require-history", f"--output={output}")
    assert result.status == 8
    assert BIZ_NO in (result.out if output == "json" else result.err)
    if output == "json":
        names = ("ok", "kind", "sent", "biz_no", "verified")
        assert [result.json[n] for n in names] == [False, "unwritten", "answered", BIZ_NO, True]
        assert "could not be recorded in the history" in str(result.json["description"])
    else:
        assert result.out == ""
        # The panel breaks its lines.
        assert "(out of order)" in re.sub(r"[\s│]+", " ", result.err)


def test_a_refusal_that_must_be_recorded_and_cannot_stays_a_refusal(account: Account) -> None:
    def answer(_: Seen) -> Said:
        change(history_of(account), TRIGGER)
        return Said(refusal(account, "40004", "BIZ_ERROR"))

    with served(account, answer):
        result = account.init_cert(T1, "--require-history")
    assert result.status == 4
    assert "out of order" in result.err


# --- the same transaction again -------------------------------------------------------------------


@pytest.mark.parametrize("output", ["plain", "json", "pretty"])
def test_a_transaction_that_has_its_biz_no_is_refused_and_told_it(
    account: Account, output: str
) -> None:
    with served(account, ever_new(account)) as stub:
        first = account.init_cert(T1)
        before = history_of(account).read_bytes()
        again = account.init_cert(T1, f"--output={output}")
    assert (first.status, again.status) == (0, 2)
    assert len(stub.seen) == 1
    said = str(again.json["description"]) if output == "json" else again.err
    assert biz_no(0) in said
    if output == "json":
        values = [again.json[name] for name in ("kind", "sent", "biz_no", "transaction_id")]
        assert values == ["usage", "no", None, "T1"]
        assert "--resend" in str(again.json["solution"])
    else:
        assert again.out == ""
        assert "--resend" in again.err
    assert history_of(account).read_bytes() == before


def test_another_application_may_use_the_same_transaction_id(account: Account) -> None:
    with served(account, ever_new(account)) as stub:
        assert account.init_cert(T1).status == 0
        other = account.init_cert(T1, "--app-id=2099")
    assert (other.status, other.out, len(stub.seen)) == (0, f"{biz_no(1)}\n", 2)
    assert [(row["app_id"], row["biz_no"]) for row in rows(history_of(account))] == [
        (APP_ID, biz_no(0)),
        ("2099", biz_no(1)),
    ]


def test_another_profile_of_the_same_application_may_not(account: Account) -> None:
    with served(account, ever_new(account)) as stub:
        assert account.init_cert(T1).status == 0
        text = account.config.read_text(encoding="utf-8").replace("profiles.default", "profiles.b")
        account.config.write_text(text, encoding="utf-8")
        other = account.init_cert(T1, "--profile=b")
    assert (other.status, len(stub.seen)) == (2, 1)


def test_resend_sends_and_keeps_both(account: Account) -> None:
    with served(account, ever_new(account)) as stub:
        assert account.init_cert(T1).status == 0
        result = account.init_cert(T1, "--resend")
        without = account.init_cert(T1)
    assert (result.status, result.out) == (0, f"{biz_no(1)}\n")
    assert brief(history_of(account)) == [
        ("T1", 1, "success", biz_no(0)),
        ("T1", 1, "success", biz_no(1)),
    ]
    assert (without.status, len(stub.seen)) == (2, 2)


def test_resend_may_get_the_same_biz_no(account: Account) -> None:
    """The gateway may keep what it did for a transaction_id; that is no replay."""
    with served(account, signed_answer(account.keys.alipay)):
        assert account.init_cert(T1).status == 0
        result = account.init_cert(T1, "--resend")
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
    assert {row["biz_no"] for row in rows(history_of(account))} == {BIZ_NO}
    assert {row["state"] for row in rows(history_of(account))} == {"success"}


def test_resend_that_fails_keeps_the_old_biz_no(account: Account) -> None:
    with served(account, in_turn(success(account, biz_no(0)), Said(b"", 503))):
        assert account.init_cert(T1).status == 0
        result = account.init_cert(T1, "--resend")
    assert result.status == 6
    assert brief(history_of(account)) == [
        ("T1", 1, "success", biz_no(0)),
        ("T1", 1, "unknown", None),
    ]


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_an_open_record_is_continued(account: Account, state: str) -> None:
    clock = Time()
    with served(account, in_turn(Said(b"", 503), success(account, biz_no(0)))) as stub:
        assert init_cert_timed(account, clock).status == 6
        # What a kill leaves behind.
        change(history_of(account), "UPDATE call SET state = ?", [state])
        clock.passed = 60
        result = init_cert_timed(account, clock)
    assert (result.status, result.out, len(stub.seen)) == (0, f"{biz_no(0)}\n", 2)
    assert result.err == ""
    assert rows(history_of(account)) == [
        row_of(
            stub.url,
            updated="2026-11-24T19:08:50Z",
            attempts=2,
            state="success",
            biz_no=biz_no(0),
            code="10000",
            verified=1,
        )
    ]


def test_a_continued_record_is_sending_again_meanwhile(account: Account) -> None:
    states: list[list[tuple[object, ...]]] = []

    def answer(_: Seen) -> Said:
        states.append(brief(history_of(account)))
        return Said(b"", 503)

    with served(account, answer):
        for _ in range(3):
            assert account.init_cert(T1).status == 6
    assert states == [[("T1", n, "sending", None)] for n in (1, 2, 3)]
    assert brief(history_of(account)) == [("T1", 3, "unknown", None)]


def test_what_a_first_try_was_answered_does_not_stay_behind(account: Account) -> None:
    answers = in_turn(refusal(account, "40004", "SYSTEM_ERROR"), ConnectionAbortedError())
    with served(account, answers) as stub:
        assert account.init_cert(T1).status == 6
        assert account.init_cert(T1).status == 6
    assert rows(history_of(account)) == [row_of(stub.url, attempts=2, state="unknown")]


def test_a_refused_transaction_begins_a_new_record(account: Account) -> None:
    answers = in_turn(refusal(account, "40004", "BIZ_ERROR"), success(account, biz_no(0)))
    with served(account, answers):
        assert account.init_cert(T1).status == 4
        assert account.init_cert(T1).status == 0
    assert brief(history_of(account)) == [
        ("T1", 1, "refused", None),
        ("T1", 1, "success", biz_no(0)),
    ]


def test_without_a_history_the_same_transaction_goes_out_again(account: Account) -> None:
    with served(account, ever_new(account)) as stub:
        assert account.init_cert(T1).status == 0
        result = account.init_cert(T1, "--no-history")
    assert (result.status, result.out, len(stub.seen)) == (0, f"{biz_no(1)}\n", 2)
    assert brief(history_of(account)) == [("T1", 1, "success", biz_no(0))]


# --- an old answer sent again ---------------------------------------------------------------------


@pytest.mark.parametrize("output", ["plain", "json", "pretty"])
def test_a_biz_no_of_another_transaction_is_not_believed(account: Account, output: str) -> None:
    """Its signature holds: it covers the node alone, and says nothing of the transaction."""
    with served(account, signed_answer(account.keys.alipay)) as stub:
        assert account.init_cert(T1).status == 0
        result = account.init_cert("--transaction-id=T2", f"--output={output}")
    assert (result.status, len(stub.seen)) == (7, 2)
    assert BIZ_NO not in result.out + result.err
    if output == "json":
        names = ("ok", "kind", "sent", "retryable", "verified", "biz_no", "code", "attempts")
        values = [result.json[name] for name in names]
        assert values == [False, "untrusted", "answered", False, False, None, None, 1]
    else:
        assert result.out == ""
    first, second = rows(history_of(account))
    assert (first["transaction_id"], first["state"], first["biz_no"]) == ("T1", "success", BIZ_NO)
    assert second == row_of(stub.url, id=2, transaction_id="T2", state="unknown")


def test_a_replayed_biz_no_is_told_in_words(account: Account) -> None:
    with served(account, signed_answer(account.keys.alipay)):
        assert account.init_cert(T1).status == 0
        result = account.init_cert("--transaction-id=T2")
    assert "biz_no belongs to another transaction" in result.err
    assert "exit status 7" in result.err


def test_a_biz_no_of_another_application_is_a_replayed_one_too(account: Account) -> None:
    with served(account, signed_answer(account.keys.alipay)):
        assert account.init_cert(T1).status == 0
        result = account.init_cert("--transaction-id=T2", "--app-id=2099")
    assert (result.status, result.out) == (7, "")


# --- several at once ------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, long(8)])
def test_of_many_processes_at_once_none_loses_a_row(account: Account, count: int) -> None:
    """They also race to make the file."""
    names = [f"T{number}" for number in range(count)]
    together = threading.Barrier(len(names), timeout=60)
    answer = ever_new(account)

    def when_all_are_here(request: Seen) -> Said:
        together.wait()
        return answer(request)

    def call(name: str) -> Result:
        return account.init_cert_process(f"--transaction-id={name}", "--timeout=60")

    with served(account, when_all_are_here), ThreadPoolExecutor(len(names)) as pool:
        results = list(pool.map(call, names))
    assert [(result.status, result.err) for result in results] == [(0, "")] * len(names)
    recorded = {row["transaction_id"]: row["biz_no"] for row in rows(history_of(account))}
    assert recorded == {
        name: result.out.strip() for name, result in zip(names, results, strict=True)
    }
    assert len(rows(history_of(account))) == len(names)
    assert pragma(history_of(account), "integrity_check") == "ok"


@contextlib.contextmanager
def two_at_once(account: Account, *answers: bytes | Exception) -> Iterator[list[Result]]:
    """Make the same call twice at once; the first is answered and ends before the second."""
    both, first_is_over = threading.Barrier(2, timeout=30), threading.Event()
    arrived = threading.Event()
    order = enumerate(answers)

    def answer(_: Seen) -> Said:
        at, given = next(order)  # the second is not there yet when the first takes its own
        arrived.set()
        both.wait()
        if at > 0:
            first_is_over.wait(30)
        return said(given)

    results: list[Result] = []
    with served(account, answer), ThreadPoolExecutor(2) as pool:
        first = pool.submit(account.init_cert, T1, "--timeout=30")
        assert arrived.wait(30)
        second = pool.submit(account.init_cert, T1, "--timeout=30")
        results.append(first.result(60))
        first_is_over.set()
        results.append(second.result(60))
        yield results


@pytest.mark.parametrize("end", ["unknown", "refused"])
def test_a_success_is_never_overwritten_by_a_later_end_of_the_same_call(
    account: Account, end: str
) -> None:
    late: bytes | Exception = ConnectionAbortedError()
    if end == "refused":
        late = refusal(account, "40004", "BIZ_ERROR")
    with two_at_once(account, success(account, biz_no(0)), late) as results:
        statuses = [result.status for result in results]
    assert statuses == [0, {"unknown": 6, "refused": 4}[end]]
    assert results[0].out == f"{biz_no(0)}\n"
    assert brief(history_of(account)) == [("T1", 2, "success", biz_no(0))]


def test_two_biz_nos_for_the_same_call_are_both_kept(account: Account) -> None:
    with two_at_once(account, success(account, biz_no(0)), success(account, biz_no(1))) as results:
        outs = [(result.status, result.out) for result in results]
    assert outs == [(0, f"{biz_no(0)}\n"), (0, f"{biz_no(1)}\n")]
    kept = [(row["state"], row["biz_no"]) for row in rows(history_of(account))]
    assert kept == [("success", biz_no(0)), ("success", biz_no(1))]


def test_the_same_biz_no_twice_is_kept_once(account: Account) -> None:
    with two_at_once(account, success(account, biz_no(0)), success(account, biz_no(0))) as results:
        outs = [(result.status, result.out) for result in results]
    assert outs == [(0, f"{biz_no(0)}\n")] * 2
    assert brief(history_of(account)) == [("T1", 2, "success", biz_no(0))]


def test_a_process_that_ended_while_it_wrote_leaves_a_record_that_works(account: Account) -> None:
    """A hot journal of a writer that was killed in the middle of its transaction."""
    history = history_of(account)
    with served(account, ever_new(account)):
        assert account.init_cert(T1).status == 0
        writer = (
            "import os, signal, sqlite3, sys\n"
            "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
            "c.execute('PRAGMA cache_size = 1')\n"
            "c.execute('BEGIN IMMEDIATE')\n"
            "c.execute(\"UPDATE call SET biz_no = 'half', profile = zeroblob(50000)\")\n"
            'c.execute("INSERT INTO call SELECT id + 1, started, updated, zeroblob(50000), '
            "app_id, gateway, method, 'T_half', product_code, biz_code, attempts, state, biz_no, "
            'code, sub_code, verified, content FROM call")\n'
            "os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        subprocess.run(["python3", "-c", writer, str(history)], timeout=60, check=False)
        assert history.with_name("history.db-journal").stat().st_size > 0
        result = account.init_cert("--transaction-id=T2")
    assert (result.status, result.err) == (0, "")
    assert brief(history) == [("T1", 1, "success", biz_no(0)), ("T2", 1, "success", biz_no(1))]


def test_zhima_as_a_process_records_in_the_platforms_place(account: Account) -> None:
    with served(account, ever_new(account)):
        result = run_process(["init-cert", *PERSON, T1], account.home)
    assert (result.status, result.out) == (0, f"{biz_no(0)}\n")
    assert brief(history_of(account)) == [("T1", 1, "success", biz_no(0))]
    assert (mode(history_of(account)), mode(history_of(account).parent)) == (0o600, 0o700)
