"""What many calls have in common is resolved once, by the same rules as a single call's."""

from dataclasses import fields

import pytest

from tests.conftest import Account
from tests.support.surroundings import no_mock, surroundings_of
from zhima_cli.core.account import Account as ResolvedAccount
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.parameters import resolve_parameters
from zhima_cli.core.settings import Setup, resolve, resolve_setup, settings_for

NAME, NUMBER = "收委", "260104197909275964"
TOO_LONG = "x" * 50


@pytest.fixture
def surroundings(account: Account) -> Surroundings:
    return surroundings_of(account, {"ZHIMA_TIMEOUT": "3"})


def reasons(error: InputError) -> list[Reason]:
    return [problem.reason for problem in error.problems]


def test_a_setup_and_its_parameters_are_what_a_single_call_has(
    account: Account, surroundings: Surroundings
) -> None:
    account.write(app_auth_token="token", charset="gbk")  # noqa: S106 -- nobody's
    options = Options(
        transaction_id="T1", cert_name=NAME, cert_no=NUMBER, retries="5", deadline="7", resend=True
    )
    setup, sources = resolve_setup(options, surroundings, no_mock, dry_run=False)
    parameters = resolve_parameters(sources, setup.charset, surroundings)
    assert parameters is not None
    single = resolve(options, surroundings, no_mock, dry_run=False)
    assert settings_for(setup, parameters) == single
    assert (setup.timeout, setup.retries, setup.charset.value) == (3, 5, "gbk")
    assert "parameters" not in {field.name for field in fields(Setup)}


def test_a_setup_needs_no_person(surroundings: Surroundings) -> None:
    with pytest.raises(InputError) as single:
        resolve(Options(), surroundings, no_mock, dry_run=False)
    assert set(reasons(single.value)) == {Reason.MISSING_PERSON}
    setup, sources = resolve_setup(Options(), surroundings, no_mock, dry_run=False)
    assert (setup.profile, sources.problems) == ("default", [])


def test_all_that_is_wrong_with_a_setup_is_told_at_once(surroundings: Surroundings) -> None:
    before = Problem(Kind.USAGE, Reason.CURL_NEEDS_DRY_RUN)
    options = Options(
        charset="x", retries="y", app_auth_token=TOO_LONG, biz_code=TOO_LONG, transaction_id="-"
    )
    with pytest.raises(InputError) as of_setup:
        resolve_setup(options, surroundings, no_mock, found=(before,), dry_run=False)
    with pytest.raises(InputError) as single:
        resolve(options, surroundings, no_mock, dry_run=False, found=(before,))
    found = of_setup.value.problems
    assert found[0] == before
    subjects = [problem.subject for problem in found[1:]]
    assert subjects == ["--charset", "--retries", "--app-auth-token"]
    # What is wrong with the parameters comes after it.
    assert single.value.problems[: len(found)] == found
    rest = single.value.problems[len(found) :]
    names = ["--transaction-id", "--biz-code", "cert_name", "cert_no"]
    assert [problem.subject for problem in rest] == names


def test_the_mock_gateway_is_started_for_its_own_profile_when_nothing_is_wrong(
    account: Account, surroundings: Surroundings
) -> None:
    usual, _ = resolve_setup(Options(), surroundings, no_mock, dry_run=False)
    started: list[ResolvedAccount] = []

    def mock_account() -> ResolvedAccount:
        started.append(usual.account)
        return usual.account

    with pytest.raises(InputError):
        resolve_setup(
            Options(profile="mock", retries="y"), surroundings, mock_account, dry_run=False
        )
    assert started == []
    account.config.unlink()
    setup, _ = resolve_setup(Options(profile="mock"), surroundings, mock_account, dry_run=False)
    assert (setup.mock, setup.account, started) == (True, usual.account, [usual.account])
