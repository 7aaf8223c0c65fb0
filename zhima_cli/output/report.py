"""Puts an outcome into words, once for every form that people read."""

from collections.abc import Iterator
from dataclasses import dataclass

from zhima_cli.core.codes import Text
from zhima_cli.core.explaining import name_of, topic_of
from zhima_cli.core.kinds import EXIT_STATUS, Kind, Sent
from zhima_cli.core.outcome import Answer, Outcome
from zhima_cli.output.again import try_again_command
from zhima_cli.words.language import Language
from zhima_cli.words.vocabulary import Label, Sentence, Vocabulary

# Their words say already whether anything was sent, and trying again is not the question.
_NOT_ABOUT_SENDING = frozenset({Kind.SUCCESS, Kind.USAGE, Kind.CONFIG, Kind.UNWRITTEN})
_LONGEST = 500
_SENT_LABELS = {
    Sent.NO: Label.SENT_NO,
    Sent.UNKNOWN: Label.SENT_UNKNOWN,
    Sent.ANSWERED: Label.SENT_ANSWERED,
}


@dataclass(frozen=True)
class Row:
    """A labelled value."""

    label: str
    value: str


@dataclass(frozen=True)
class Report:
    """An outcome in words.

    ``code`` is what the gateway refused with, ``footer`` names the exit status, and ``note`` must
    not be overlooked; ``commands`` are command lines that lead on, to be copied whole.
    """

    kind: Kind
    title: str
    code: str | None
    rows: tuple[Row, ...]
    footer: str
    note: str | None
    commands: tuple[Row, ...]


def describe(outcome: Outcome, language: Language) -> tuple[Sentence, ...]:
    """Return what is wrong and what to do about it, in words; nothing for a success."""
    if outcome.problems:
        return tuple(map(language.vocabulary.say, outcome.problems))
    if outcome.known is None:
        return ()
    known = outcome.known
    texts = (in_language(language, text) for text in (known.description, known.solution))
    return (Sentence(*texts),)


def report(outcome: Outcome, language: Language) -> Report:
    """Return the outcome in words."""
    words = language.vocabulary
    refusal = None if outcome.biz_no else outcome.answer
    return Report(
        kind=outcome.kind,
        title=words.kinds[outcome.kind],
        code=_cut(refusal.sub_code or refusal.code) if refusal else None,
        rows=tuple(_rows(outcome, language)),
        footer=f"{words.labels[Label.EXIT_STATUS]} {EXIT_STATUS[outcome.kind]}",
        note=words.labels[Label.MOCK] if outcome.mock else None,
        commands=tuple(_commands(outcome, words)),
    )


def in_language(language: Language, text: Text) -> str:
    """Return the text of the tables of codes in one language."""
    return text.zh if language is Language.ZH else text.en


def what_it_says(answer: Answer, words: Vocabulary) -> Iterator[Row]:
    """Yield the biz_no of an answer, or the gateway's codes and words where it has none."""
    if answer.biz_no:
        yield Row("biz_no", answer.biz_no)
        return
    yield Row("code", _cut(answer.code))
    if answer.sub_code:
        yield Row("sub_code", _cut(answer.sub_code))
    says = " - ".join(_cut(text) for text in (answer.msg, answer.sub_msg) if text)
    if says:
        yield Row(words.labels[Label.GATEWAY_SAYS], says)


def signature_row(answer: Answer, words: Vocabulary) -> Row:
    """Return what is known of the answer's signature."""
    label = Label.VERIFIED_YES if answer.verified else Label.VERIFIED_NO
    return Row(words.labels[Label.VERIFIED], words.labels[label])


def _commands(outcome: Outcome, words: Vocabulary) -> Iterator[Row]:
    call = outcome.call
    if outcome.retryable and call.again:
        yield Row(words.labels[Label.TRY_AGAIN_WITH], try_again_command(call.again))
    if outcome.kind is not Kind.SUCCESS:
        yield Row(words.labels[Label.MORE], f"zhima explain {name_of(topic_of(outcome))}")


def _cut(text: str) -> str:
    """Return the gateway's words, as much of them as a person can want to read."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _rows(outcome: Outcome, language: Language) -> Iterator[Row]:
    words = language.vocabulary
    labels = words.labels
    call, answer = outcome.call, outcome.answer
    if answer:
        yield from what_it_says(answer, words)
    for sentence in describe(outcome, language):
        yield Row(labels[Label.ERROR if outcome.problems else Label.DESCRIPTION], sentence.what)
        yield Row(labels[Label.SOLUTION], sentence.remedy)
    if call.transaction_id:
        yield Row("transaction_id", call.transaction_id)
    if outcome.kind not in _NOT_ABOUT_SENDING:
        yield Row(labels[Label.SENT], labels[_SENT_LABELS[outcome.sent]])
        yield Row(
            labels[Label.AGAIN], labels[Label.AGAIN_YES if outcome.retryable else Label.AGAIN_NO]
        )
    if answer:
        yield signature_row(answer, words)
    if call.profile:
        yield Row(labels[Label.PROFILE], call.profile)
    if call.gateway:
        yield Row(labels[Label.GATEWAY], call.gateway)
