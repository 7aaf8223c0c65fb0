"""An answer is believed by all or refused by all, or the difference is listed."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.comparison.answer_cases import GENUINE, IN_CHARSETS, NOT_GENUINE
from tests.comparison.answer_outcomes import JUDGES, program_verdict
from tests.comparison.conftest import Answers
from tests.comparison.differences import ANSWERS, ENCRYPTED, REQUESTS, SERIALS
from tests.comparison.encrypted_cases import ENCRYPTED_KINDS
from tests.comparison.made_certificates import NAMINGS
from tests.comparison.request_cases import CLASSES, row_name
from tests.comparison.verdicts import Taken, taken
from tests.conftest import Account, Keys

KINDS = (*GENUINE, *NOT_GENUINE, *IN_CHARSETS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("client", JUDGES)
def test_a_client_takes_an_answer_as_zhima_does(answers: Answers, client: str, kind: str) -> None:
    known = [d for d in ANSWERS if client in d.clients and kind in d.rows]
    assert len(known) <= 1
    for case, verdict, result in zip(
        answers.cases, answers.zhima, answers.clients[client], strict=True
    ):
        if case.kind == kind:
            pair = (taken(case, verdict), taken(case, result.verdict))
            if known:
                assert pair == (known[0].zhima, known[0].client), (case, result)
            else:
                assert verdict == result.verdict, (case, result)


@pytest.mark.parametrize("kind", KINDS)
def test_zhima_believes_what_is_genuine_and_that_alone(answers: Answers, kind: str) -> None:
    pairs = zip(answers.cases, answers.zhima, strict=True)
    found = {taken(case, verdict) for case, verdict in pairs if case.kind == kind}
    if kind in NOT_GENUINE:
        assert found == {Taken.REFUSED}
    elif kind.endswith(("failure", "error_response")):
        assert found == {Taken.FAILURE}
    else:
        assert found == {Taken.GENUINE}


def test_every_listed_class_exists() -> None:
    requests = {row_name(*one) for one in CLASSES}
    for differences, existing in (
        (ANSWERS, set(KINDS)),
        (ENCRYPTED, set(ENCRYPTED_KINDS)),
        (SERIALS, set(NAMINGS)),
        (REQUESTS, requests),
    ):
        assert {row for difference in differences for row in difference.rows} <= existing


def test_the_program_takes_each_class_as_its_core_does(
    answers: Answers, tmp_path: Path, keys: Keys
) -> None:
    """One of each class inside this process, and each fourth of those as a process."""
    account = Account(tmp_path, keys)
    account.write()
    one_each = {case.kind: number for number, case in enumerate(answers.cases)}

    def run(at: int) -> str:
        case = answers.cases[list(one_each.values())[at]]
        return program_verdict(case, account.home, as_process=at % 4 == 0)

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(run, range(len(one_each))))
    core = [answers.zhima[number] for number in one_each.values()]
    assert dict(zip(one_each, said, strict=True)) == dict(zip(one_each, core, strict=True))
