"""JSON for programs: one object on one line. Its names are a promise to scripts."""

import json
from typing import TYPE_CHECKING

from zhima_cli.core.kinds import Kind, Sent
from zhima_cli.core.outcome import Outcome
from zhima_cli.output.report import describe
from zhima_cli.output.screen import Screen
from zhima_cli.words.language import Language

if TYPE_CHECKING:
    from zhima_cli.core.request import Request

SCHEMA = 1


def show_outcome(outcome: Outcome, language: Language, screen: Screen) -> None:
    """Write the outcome as a JSON object; a field that does not apply is null."""
    screen.json(fields_of(outcome, language))


def fields_of(outcome: Outcome, language: Language) -> dict[str, str | int | bool | None]:
    """Return the outcome's fields by their names; one that does not apply is None."""
    answer = outcome.answer
    sentences = describe(outcome, language)
    return {
        "schema": SCHEMA,
        "ok": outcome.kind is Kind.SUCCESS,
        "kind": outcome.kind.value,
        "biz_no": outcome.biz_no,
        "transaction_id": outcome.call.transaction_id,
        "code": answer.code if answer else None,
        "msg": answer.msg if answer else None,
        "sub_code": answer.sub_code if answer else None,
        "sub_msg": answer.sub_msg if answer else None,
        "description": "\n".join(s.what for s in sentences) or None,
        "solution": "\n".join(s.remedy for s in sentences) or None,
        "retryable": None if outcome.kind is Kind.SUCCESS else outcome.retryable,
        "verified": _verified(outcome),
        "sent": outcome.sent.value,
        "profile": outcome.call.profile,
        "mock": outcome.mock,
        "attempts": outcome.attempts,
    }


def show_request(request: "Request", profile: str, *, mock: bool, screen: Screen) -> None:
    """Write a dry run's request as a JSON object."""
    params = {param.name: param.value for param in request.params}
    screen.json(
        {
            "schema": SCHEMA,
            "dry_run": True,
            "http_method": "POST",
            "url": request.url,
            "headers": {header.name: header.value for header in request.headers},
            "body": request.body.decode("ascii"),
            "params": {**params, "sign": request.sign},
            "biz_content": json.loads(request.biz_content),
            "string_to_sign": request.string_to_sign,
            "profile": profile,
            "mock": mock,
        }
    )


def _verified(outcome: Outcome) -> bool | None:
    if outcome.answer:
        return outcome.answer.verified
    is_answered = outcome.sent is Sent.ANSWERED and outcome.kind is Kind.UNTRUSTED
    return False if is_answered else None
