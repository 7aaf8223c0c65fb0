"""What a client does in every call alike: each habit is that of the listed clients and no other."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.comparison import differences
from tests.comparison.clients import CLIENTS
from tests.comparison.differences import KEY_FORMS_REFUSED, Habit
from tests.comparison.loopback import STUB
from tests.comparison.request_cases import KEY_FORMS
from tests.comparison.single_calls import Bench, Single, compact
from tests.conftest import Account
from tests.support.mock_client import IDENTITY, as_json, content
from tests.support.program import run_process

CONTENT = compact(content())
DOTTED = compact(content({"identity_param": as_json({**IDENTITY, "cert_name": "阿卜杜拉·买买提"})}))
TWELVE_WEST = "Etc/GMT+12"


def who(singles: Mapping[str, Single], does: Callable[[Single], bool]) -> set[str]:
    """Return the clients of which it is true."""
    return {client for client, single in singles.items() if does(single)}


def assert_habit(
    habit: Habit, singles: Mapping[str, Single], does: Callable[[Single], bool]
) -> None:
    """Assert that those and only those have the habit that are listed with it."""
    assert who(singles, does) == set(habit.clients)


@pytest.mark.parametrize("form", KEY_FORMS)
def test_a_client_reads_the_listed_forms_of_a_key(bench: Bench, form: str) -> None:
    key = bench.app.private_forms[form]
    singles = bench.call(private_key=key, key_form=form)
    refusing = who(singles, lambda single: single.wire is None)
    assert refusing == {client for client in CLIENTS if form in KEY_FORMS_REFUSED[client]}
    verdicts = {singles[client].result.verdict for client in set(CLIENTS) - refusing}
    assert verdicts == {"biz_no ZM201612013000000393900404029253"}


def hours_from_utc(timestamp: str) -> int:
    """Return by how many hours a timestamp made just now is off UTC."""
    stamped = datetime.strptime(timestamp, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return round((stamped - datetime.now(UTC)).total_seconds() / 3600)


def test_the_timestamp_is_beijing_time_wherever_the_machine_is(
    bench: Bench, account: Account
) -> None:
    singles = bench.call(zone=TWELVE_WEST)
    is_local = -12
    assert_habit(
        differences.LOCAL_TIME,
        singles,
        lambda single: hours_from_utc(single.params["timestamp"].decode()) == is_local,
    )
    person = ("--cert-name=收委", "--cert-no=260104197909275964")
    arguments = ["init-cert", *person, "--dry-run", "--output=json"]
    shown = run_process(arguments, account.home, TZ=TWELVE_WEST).json["params"]
    assert isinstance(shown, dict)
    assert hours_from_utc(shown["timestamp"]) == 8


def test_biz_content_is_the_same_json_where_a_client_writes_it(bench: Bench) -> None:
    singles = bench.call(own_json=True, biz_content=CONTENT)
    texts = {client: single.params["biz_content"].decode() for client, single in singles.items()}
    assert {text for text in texts.values() if json.loads(text) != json.loads(CONTENT)} == set()
    sorted_text = json.dumps(
        json.loads(CONTENT), ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
    escaped = json.dumps(json.loads(CONTENT), separators=(",", ":"))
    assert len({CONTENT, sorted_text, escaped}) == 3
    for text, habit in (
        (sorted_text, differences.SORTS_CONTENT),
        (escaped, differences.ESCAPES_CONTENT),
    ):
        assert {client for client in CLIENTS if texts[client] == text} == set(habit.clients)
    others = {*differences.SORTS_CONTENT.clients, *differences.ESCAPES_CONTENT.clients}
    assert {client for client in CLIENTS if texts[client] == CONTENT} == set(CLIENTS) - others


def test_the_format_that_is_sent_by_default(bench: Bench) -> None:
    singles = bench.call()
    assert_habit(differences.NO_FORMAT, singles, lambda single: "format" not in single.params)
    assert_habit(
        differences.SMALL_FORMAT, singles, lambda single: single.params.get("format") == b"json"
    )


def test_an_empty_token(bench: Bench, account: Account) -> None:
    singles = bench.call(app_auth_token="")

    def signs(single: Single) -> bool:
        return b"app_auth_token=&" in (single.result.signed or b"")

    def sends(single: Single) -> bool:
        return single.params.get("app_auth_token") == b""

    assert_habit(differences.SENDS_EMPTY_TOKEN, singles, lambda s: signs(s) and sends(s))
    assert_habit(differences.SIGNS_UNSENT_TOKEN, singles, lambda s: signs(s) and not sends(s))
    variables = {"ZHIMA_APP_AUTH_TOKEN": ""}
    shown = account.init_cert("--dry-run", "--output=json", variables=variables).json
    assert "app_auth_token" not in str(shown["string_to_sign"])
    assert "app_auth_token" not in str(shown["url"])


def test_what_stands_in_the_url(bench: Bench) -> None:
    singles = bench.call(timestamp="2026-11-25 03:07:50", format="JSON")

    def holds_all(single: Single) -> bool:
        assert single.wire is not None
        return single.wire.method == "GET" and "biz_content" in single.wire.query

    assert_habit(differences.URL_HOLDS_ALL, singles, holds_all)
    for client in set(CLIENTS) - set(differences.URL_HOLDS_ALL.clients):
        wire = singles[client].wire
        assert wire is not None
        assert (wire.method, set(wire.form)) == ("POST", {"biz_content"})


def test_a_url_with_a_port(bench: Bench) -> None:
    singles = bench.call(gateway=f"http://{STUB[0]}:{STUB[1]}/gateway.do")
    assert_habit(differences.NO_PORT, singles, lambda single: single.wire is None)


def test_a_character_that_the_charset_lacks(bench: Bench, account: Account) -> None:
    singles = bench.call(charset="gb2312", biz_content=DOTTED)
    assert_habit(
        differences.SENDS_WHAT_CHARSET_LACKS,
        singles,
        lambda single: single.wire is not None and single.params["biz_content"] == DOTTED.encode(),
    )
    refusing = set(CLIENTS) - set(differences.SENDS_WHAT_CHARSET_LACKS.clients)
    assert who(singles, lambda single: single.wire is None) == refusing
    person = ("--cert-name=阿卜杜拉·买买提", "--cert-no=260104197909275964")
    assert account.init_cert("--charset=gb2312", "--dry-run", person=person).status == 2


def test_every_habit_is_tested_here_or_beside() -> None:
    tests = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")
    )
    habits = {name for name, value in vars(differences).items() if isinstance(value, Habit)}
    assert {name for name in habits if f"differences.{name}" not in tests} == set()
