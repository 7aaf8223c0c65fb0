"""What the comparison's tests share: the clients, the keys, and what all made of the cases."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.comparison import answer_cases
from tests.comparison.answer_cases import AnswerCase
from tests.comparison.answer_outcomes import JUDGES, judge, verdict_of_core
from tests.comparison.clients import Environment, install
from tests.comparison.driving import CallResult
from tests.comparison.encrypted_outcomes import Encrypted, run_all
from tests.comparison.request_cases import RequestCase, make_cases
from tests.comparison.request_outcomes import (
    ClientCall,
    ZhimaCall,
    make_calls,
    write_profiles,
    zhima_call,
)
from tests.comparison.serial_outcomes import Serials, number_all
from tests.comparison.single_calls import Bench
from tests.conftest import Account, Keys
from tests.support.independent import public_pem
from tests.support.openssl import OpensslKey, make_key
from zhima_cli.core.keys import load_public_key


@dataclass(frozen=True)
class Requests:
    """The cases, what zhima made of them, and what each client did."""

    cases: Sequence[RequestCase]
    zhima: Sequence[ZhimaCall]
    clients: Mapping[str, Sequence[ClientCall]]


@dataclass(frozen=True)
class Answers:
    """The answers, what zhima's core took them for, and what each client did."""

    cases: Sequence[AnswerCase]
    zhima: Sequence[str]
    clients: Mapping[str, Sequence[CallResult]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all of these tests, which are not part of the quick run."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("comparison")


@pytest.fixture(scope="session")
def environments() -> Mapping[str, Environment]:
    """The clients, installed."""
    in_parts = os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1") != "1"
    assert not in_parts, "the comparison runs in one process: python -m pytest -m comparison -n 0"
    return install()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> OpensslKey:
    """The application's key pair."""
    return make_key(tmp_path_factory.mktemp("keys") / "app")


@pytest.fixture(scope="session")
def bench(environments: Mapping[str, Environment], keys: Keys, app: OpensslKey) -> Bench:
    """The clients, ready for single calls."""
    return Bench(environments, keys, app)


@pytest.fixture(scope="session")
def requests(
    environments: Mapping[str, Environment],
    tmp_path_factory: pytest.TempPathFactory,
    keys: Keys,
    app: OpensslKey,
) -> Requests:
    """All calls, made by all."""
    account = Account(tmp_path_factory.mktemp("requests"), keys)
    write_profiles(account, app, "https://openapi.alipay.com/gateway.do")
    cases = make_cases()
    calls = [zhima_call(case, account.home, f"--profile={case.key_form}") for case in cases]
    return Requests(cases, calls, make_calls(environments, account, app, cases, calls))


@pytest.fixture(scope="session")
def answers(bench: Bench, keys: Keys) -> Answers:
    """All answers, judged by all."""
    cases = answer_cases.make_cases(keys, answer_cases.all_kinds())
    key = load_public_key(public_pem(keys.alipay).encode(), "alipay_public_key")
    verdicts = [verdict_of_core(case, key) for case in cases]
    return Answers(cases, verdicts, {name: judge(bench, name, cases) for name in JUDGES})


@pytest.fixture(scope="session")
def serials(environments: Mapping[str, Environment], app: OpensslKey) -> Serials:
    """All serial numbers, by all."""
    return number_all(environments, app)


@pytest.fixture(scope="session")
def encrypted(bench: Bench, tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Encrypted:
    """All that is encrypted, by all that can."""
    return run_all(bench, Account(tmp_path_factory.mktemp("encrypted"), keys))
