"""The questions for a name and a number, at a real terminal: a pseudo-terminal's other end."""

import signal
from collections.abc import Sequence

import pytest

from tests.conftest import Account
from tests.support.independent import BIZ_NO
from tests.support.input import answering, refusal, sent, shown
from tests.support.long import long
from tests.support.person import CTRL_C, CTRL_D, at_terminal
from tests.support.program import Result

NAME_QUESTION = "Name, as on the document (cert_name): "
NUMBER_QUESTION = "Number of the document (cert_no): "
NAME, NUMBER = "阿卜杜拉·买买提", "260104197909275964"

DRY_RUN = ("--dry-run", "--output=json", "--transaction-id=A")


def test_a_missing_name_and_number_are_asked_for(account: Account) -> None:
    """On standard error, so that ``BIZ_NO=$(zhima init-cert)`` asks too."""
    with answering(account) as stub:
        with at_terminal(account.home, "init-cert", "--transaction-id=A") as terminal:
            terminal.wait_for(NAME_QUESTION)
            assert NUMBER_QUESTION not in terminal.seen
            terminal.type(f"{NAME}\n")
            terminal.wait_for(NUMBER_QUESTION)
            terminal.type(f"{NUMBER}\n")
            result = terminal.finish()
        assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
        identity = sent(stub).identity
    assert (identity["cert_name"], identity["cert_no"]) == (NAME, NUMBER)
    assert result.err == f"{NAME_QUESTION}{NAME}\n{NUMBER_QUESTION}{NUMBER}\n"


@pytest.mark.parametrize(
    ("given", "question", "answer", "member"),
    [
        ((f"--cert-no={NUMBER}",), NAME_QUESTION, NAME, "cert_name"),
        long((f"--cert-name={NAME}",), NUMBER_QUESTION, NUMBER, "cert_no"),
    ],
    ids=["name", "number"],
)
def test_only_what_is_missing_is_asked_for(
    account: Account, given: Sequence[str], question: str, answer: str, member: str
) -> None:
    with at_terminal(account.home, "init-cert", *DRY_RUN, *given) as terminal:
        terminal.wait_for(question)
        terminal.type(f"{answer}\n")
        result = terminal.finish()
    assert shown(Result(result.status, result.out, "")).identity[member] == answer
    assert result.err == f"{question}{answer}\n"


def test_nothing_is_asked_for_where_the_environment_has_it(account: Account) -> None:
    variables = {"ZHIMA_CERT_NAME": NAME, "ZHIMA_CERT_NO": NUMBER}
    with at_terminal(account.home, "init-cert", *DRY_RUN, variables=variables) as terminal:
        result = terminal.finish()
    assert shown(Result(result.status, result.out, "")).identity["cert_name"] == NAME
    assert result.err == ""


@pytest.mark.long
def test_the_questions_are_asked_in_chinese_too(account: Account) -> None:
    with at_terminal(account.home, "init-cert", *DRY_RUN, "--lang=zh") as terminal:
        terminal.wait_for("证件上的姓名（cert_name）：")
        terminal.type(" 收委 \n")
        terminal.wait_for("证件号码（cert_no）：")
        terminal.type(f"{NUMBER}\n")
        result = terminal.finish()
    # Nobody means the spaces that a prompt takes along.
    assert shown(Result(result.status, result.out, "")).identity["cert_name"] == "收委"


@pytest.mark.parametrize("answer", [long("", id="nothing"), pytest.param("  ", id="spaces")])
@pytest.mark.parametrize("asked", ["cert_name", long("cert_no")])
def test_an_empty_answer_is_told_of_and_the_question_asked_again(
    account: Account, asked: str, answer: str
) -> None:
    given = f"--cert-no={NUMBER}" if asked == "cert_name" else f"--cert-name={NAME}"
    question = NAME_QUESTION if asked == "cert_name" else NUMBER_QUESTION
    typed = NAME if asked == "cert_name" else NUMBER
    with at_terminal(account.home, "init-cert", *DRY_RUN, given) as terminal:
        terminal.answer(question, answer)
        terminal.answer(f"error: {asked} is missing - Give {asked}.{question}", typed)
        result = terminal.finish()
    assert shown(Result(result.status, result.out, "")).identity[asked] == typed


@pytest.mark.long
def test_an_answer_is_checked_like_an_option(account: Account) -> None:
    with at_terminal(
        account.home, "init-cert", *DRY_RUN, "--charset=gb2312", f"--cert-no={NUMBER}"
    ) as terminal:
        terminal.wait_for(NAME_QUESTION)
        terminal.type(f"{NAME}\n")
        result = terminal.finish()
    assert refusal(result, "usage").names("cannot write the character · (U+00B7)")


def test_the_end_of_input_is_an_error(account: Account) -> None:
    with answering(account) as stub:
        with at_terminal(account.home, "init-cert", "--output=json") as terminal:
            terminal.wait_for(NAME_QUESTION)
            terminal.type(CTRL_D)
            result = terminal.finish()
        assert stub.seen == []
    refused = refusal(result, "usage")
    assert refused.names("ended before the question for cert_name was answered")
    assert refused.solutions == ("Run the command again, or give --cert-name with it.",)
    assert NUMBER_QUESTION not in result.err


def test_ctrl_c_at_a_question_ends_the_call(account: Account) -> None:
    with answering(account) as stub:
        with at_terminal(account.home, "init-cert", "--output=json") as terminal:
            terminal.wait_for(NAME_QUESTION)
            terminal.type(CTRL_C)
            result = terminal.finish()
        assert stub.seen == []
    assert result.status == 130
    assert (result.json["kind"], result.json["sent"]) == ("interrupted", "no")
    assert "Traceback" not in result.err


@pytest.mark.long
def test_sigint_at_a_question_ends_the_call(account: Account) -> None:
    """As another program's kill, not as the terminal's key."""
    with at_terminal(account.home, "init-cert", "--output=json") as terminal:
        terminal.wait_for(NAME_QUESTION)
        terminal.process.send_signal(signal.SIGINT)
        result = terminal.finish()
    assert (result.status, result.json["kind"]) == (130, "interrupted")


@pytest.mark.parametrize(
    ("arguments", "variables", "subject"),
    [
        long(("--timeout=0",), {}, "usage: --timeout", id="option"),
        pytest.param(("--profile=live",), {}, "config: profile live", id="profile"),
        long(("--redact",), {}, "usage: --redact", id="combination"),
        pytest.param((), {"HTTPS_PROXY": "nonsense://"}, "config: HTTPS_PROXY", id="proxy"),
    ],
)
def test_nobody_is_asked_when_something_else_is_wrong(
    account: Account,
    arguments: Sequence[str],
    variables: dict[str, str],
    subject: str,
) -> None:
    """It would be typed for nothing; and nobody says that it is missing who would ask for it."""
    with at_terminal(
        account.home, "init-cert", "--output=json", *arguments, variables=variables
    ) as terminal:
        terminal.type(CTRL_D * 2)  # ends the input of a version that asks all the same
        result = terminal.finish()
    assert "cert_name): " not in result.err
    kind, words = subject.split(": ")
    assert refusal(result, kind).names(words)


def test_nobody_is_asked_when_standard_input_is_a_parameter(account: Account) -> None:
    """The terminal is read to its end for --merchant-config, and then there is no more."""
    with at_terminal(
        account.home, "init-cert", "--output=json", "--merchant-config=-", *DRY_RUN
    ) as terminal:
        terminal.type("{}\n" + CTRL_D)
        result = terminal.finish()
    assert "cert_name): " not in result.err
    assert refusal(result, "usage").names("cert_name is missing", "cert_no is missing")


def test_nobody_is_asked_where_the_question_would_not_be_seen(account: Account) -> None:
    with at_terminal(account.home, "init-cert", "--output=json", is_seen=False) as terminal:
        result = terminal.finish()
    assert refusal(result, "usage").names("cert_name is missing", "cert_no is missing")


@pytest.mark.parametrize("stdin", [b"", f"{NAME}\n{NUMBER}\n".encode()], ids=["empty", "text"])
def test_nobody_is_asked_where_standard_input_is_no_terminal(
    account: Account, stdin: bytes
) -> None:
    with answering(account) as stub:
        result = account.init_cert("--output=json", person=(), stdin=stdin)
        assert stub.seen == []
    assert result.err == ""
    refused = refusal(result, "usage")
    assert refused.names("cert_name is missing", "cert_no is missing")
    for way in ("--cert-name", "ZHIMA_CERT_NAME", "--identity-param"):
        assert way in refused.solutions[0]
