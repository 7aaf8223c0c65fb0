"""Puts into words what was found of a saved answer."""

from collections.abc import Iterator

from zhima_cli.core.errors import Reason
from zhima_cli.core.kinds import EXIT_STATUS, Kind
from zhima_cli.core.verifying import Verdict
from zhima_cli.output.machine import SCHEMA
from zhima_cli.output.report import Report, Row, signature_row, what_it_says
from zhima_cli.output.screen import Screen
from zhima_cli.words.language import Language
from zhima_cli.words.vocabulary import Label, Sentence, Vocabulary, labelled


def show_json(verdict: Verdict, profile: str, language: Language, screen: Screen) -> None:
    """Write the verdict as one JSON object; a field that does not apply is null."""
    answer = verdict.answer
    sentences = _reasons(verdict, language.vocabulary)
    screen.json(
        {
            "schema": SCHEMA,
            "ok": verdict.problem is None,
            "kind": verdict.kind.value,
            "verified": verdict.holds,
            "biz_no": answer.biz_no if answer else None,
            "code": answer.code if answer else None,
            "msg": answer.msg if answer else None,
            "sub_code": answer.sub_code if answer else None,
            "sub_msg": answer.sub_msg if answer else None,
            "reason": _name(verdict.problem.reason) if verdict.problem else None,
            "cause": _name(verdict.cause.reason) if verdict.cause else None,
            "description": "\n".join(s.what for s in sentences) or None,
            "solution": "\n".join(s.remedy for s in sentences) or None,
            "notes": [_name(note.reason) for note in verdict.notes],
            "profile": profile,
            "mock": answer is not None and answer.mock,
        }
    )


def report(verdict: Verdict, profile: str, language: Language) -> Report:
    """Return the verdict in words."""
    words = language.vocabulary
    kind = verdict.kind
    if verdict.problem is None:
        title = words.labels[Label.SIGNATURE_HOLDS]
    else:
        title = words.kinds[kind] if verdict.holds else words.labels[Label.SIGNATURE_FAILS]
    answer = verdict.answer
    more = Row(words.labels[Label.MORE], f"zhima explain {EXIT_STATUS[kind]}")
    return Report(
        kind=kind,
        title=title,
        code=None,
        rows=(*_rows(verdict, words), Row(words.labels[Label.PROFILE], profile)),
        footer=f"{words.labels[Label.EXIT_STATUS]} {EXIT_STATUS[kind]}",
        note=words.labels[Label.MOCK] if answer and answer.mock else None,
        commands=() if kind is Kind.SUCCESS else (more,),
    )


def show_lines(report: Report, screen: Screen) -> None:
    """Write an answer whose signature holds, a line a row."""
    for row in report.rows:
        screen.line(labelled(row.label, row.value))
    if report.note:
        screen.line(report.note)


def _rows(verdict: Verdict, words: Vocabulary) -> Iterator[Row]:
    if verdict.answer:
        yield signature_row(verdict.answer, words)
        yield from what_it_says(verdict.answer, words)
    for label, sentence in zip((Label.ERROR, Label.CAUSE), _reasons(verdict, words), strict=False):
        yield Row(words.labels[label], sentence.what)
        # Of two remedies, the cause's is the one that helps.
        if label is Label.CAUSE or verdict.cause is None:
            yield Row(words.labels[Label.SOLUTION], sentence.remedy)
    for note in map(words.say, verdict.notes):
        yield Row(words.labels[Label.NOTE], f"{note.what} - {note.remedy}")


def _reasons(verdict: Verdict, words: Vocabulary) -> list[Sentence]:
    return [words.say(p) for p in (verdict.problem, verdict.cause) if p is not None]


def _name(reason: Reason) -> str:
    return reason.name.lower()
