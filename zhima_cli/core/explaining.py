"""What can be explained: the codes of both tables, and how a call can end."""

import re

from zhima_cli.core.codes import ALL_CODES, INTERFACE_CODES, KnownCode
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import EXIT_STATUS, Kind
from zhima_cli.core.nearest import nearest
from zhima_cli.core.outcome import RETRYABLE_KINDS, SUCCESS_CODE, Outcome

Topic = KnownCode | Kind

_MARKS = re.compile("[-._]+")
# No name has more letters, and one misspelt not many more.
_LONGEST = 64
_NUMBER = re.compile("[0-9]{1,5}")
_WORD = re.compile("[A-Za-z0-9._:-]+")
# By how many letters a misspelt name may be too long to be shown.
_MISSPELLING = 2
_SUB_CODES = tuple(row.sub_code for row in ALL_CODES)


def all_topics() -> tuple[Topic, ...]:
    """Return everything: the kinds by their exit status, then the rows by their code.

    A code's row without a sub_code stands before those with one.
    """
    rows = sorted(ALL_CODES, key=lambda row: (row.code, row.sub_code is not None))
    return (*Kind, *rows)


def name_of(topic: Topic) -> str:
    """Return the one name by which find_topics finds a topic.

    A kind's is its exit status, a row's its sub_code, with the code before it where two rows
    share the sub_code. Of a row without a sub_code it is the code, which stands for all of its.
    """
    if isinstance(topic, Kind):
        return str(EXIT_STATUS[topic])
    if topic.sub_code is None:
        return topic.code
    is_shared = _SUB_CODES.count(topic.sub_code) > 1
    return f"{topic.code}:{topic.sub_code}" if is_shared else topic.sub_code


def find_topics(text: str) -> tuple[Topic, ...]:
    """Return everything that ``text`` may mean, in any case and with ``-``, ``.``, ``_`` alike.

    It is a code, a sub_code, both as ``CODE:SUB_CODE``, an exit status or a kind. A business
    sub_code may have a namespace before it (protocol.md, "The response"). Raises InputError.
    """
    if not text.strip():
        raise InputError(Problem(Kind.USAGE, Reason.EMPTY, "CODE"))
    wanted = _fold(text)
    found = tuple(topic for topic in all_topics() if wanted in map(_fold, _names(topic)))
    if found:
        return found
    without_namespace = _fold(text.rpartition(".")[2])
    business = tuple(row for row in INTERFACE_CODES if _fold(name_of(row)) == without_namespace)
    if not business:
        raise InputError(_unknown(text))
    return business


def topic_of(outcome: Outcome) -> Topic:
    """Return what explains best why a call ended as it did."""
    known = outcome.known
    return known if known is not None and known in ALL_CODES else outcome.kind


def may_succeed_again(topic: Topic) -> bool | None:
    """Say whether the same call, made again later, can succeed.

    None where there is nothing to be tried again, or where it depends on the code.
    """
    if isinstance(topic, KnownCode):
        return topic.retryable
    if topic in RETRYABLE_KINDS:
        return True
    depends = any(row.retryable for row in ALL_CODES if row.kind is topic)
    return None if depends or topic is Kind.SUCCESS else False


def _names(topic: Topic) -> tuple[str, ...]:
    if isinstance(topic, Kind):
        names = (str(EXIT_STATUS[topic]), topic.value)
        return (*names, SUCCESS_CODE) if topic is Kind.SUCCESS else names
    if topic.sub_code is None:
        return (topic.code,)
    return (topic.sub_code, topic.code, f"{topic.code}:{topic.sub_code}")


def _fold(text: str) -> str:
    return _MARKS.sub("-", text.strip().lower())


def _unknown(text: str) -> Problem:
    """Return that ``text`` is unknown. Unless it is like a code, it may be anything: not shown."""
    names = {_fold(name): name for topic in all_topics() for name in _names(topic)}
    folded = nearest(_fold(text[:_LONGEST]), names)
    if folded is None:
        found = text if _NUMBER.fullmatch(text) else ""
        return Problem(Kind.USAGE, Reason.UNKNOWN_CODE, "CODE", found)
    meant = names[folded]
    is_like = _WORD.fullmatch(text) and len(text) <= len(meant) + _MISSPELLING
    return Problem(Kind.USAGE, Reason.MISSPELT_CODE, "CODE", text if is_like else "", meant)
