"""The person: ``identity_param``, given whole or made of its parts (the page, 请求参数)."""

import re
from collections.abc import Callable, Mapping

from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.json_options import ReadJson
from zhima_cli.core.kinds import Kind
from zhima_cli.core.sources import Given, Sources, option_name, variable_name
from zhima_cli.core.strict_json import decode, encode
from zhima_cli.core.visible import has_unseen

CERT_INFO = "CERT_INFO"
IDENTITY_CARD = "IDENTITY_CARD"
MAX_IDENTITY_PARAM = 4096

# Cards of before 1999 (GB 11643-1989) have the shorter one.
_CARD_NUMBER_LENGTHS = (18, 15)
_WEIGHTS = tuple(pow(2, 17 - at, 11) for at in range(17))


def given_identity(sources: Sources, given: Given, read_json: ReadJson) -> str | None:
    """Return the ``identity_param`` that was given whole, None where it is wrong."""
    for name in ("cert_name", "cert_no", "cert_type", "identity_type"):
        part = sources.typed(name)
        if part is not None:
            problem = Problem(Kind.USAGE, Reason.EXCLUDES, given.origin, part.origin)
            sources.fail(name, problem)
    text = read_json("identity_param", MAX_IDENTITY_PARAM)
    if text is None:
        return None
    identity = decode(text)
    assert isinstance(identity, dict)  # noqa: S101 -- the reader returns nothing else
    for name in missing_members(identity):
        problem = Problem(Kind.USAGE, Reason.IDENTITY_MEMBER, given.origin, name)
        sources.fail("identity_param", problem)
    if sources.problems:
        return None
    if identity["identity_type"] == CERT_INFO:
        name, number, cert_type = (identity[n] for n in ("cert_name", "cert_no", "cert_type"))
        _warn_of_person(sources, "identity_param", name, number, cert_type)
    return text


def assembled_identity(
    sources: Sources, charset: Charset, ask: Callable[[str], str | None] | None
) -> str | None:
    """Return an ``identity_param`` made of its parts, None where one of them is wrong.

    A missing name or number is asked for; ``ask`` is None where nobody can be asked.
    """
    identity_type = sources.text("identity_type", MAX_IDENTITY_PARAM, charset)
    cert_type = sources.text("cert_type", MAX_IDENTITY_PARAM, charset)
    name = sources.text("cert_name", MAX_IDENTITY_PARAM, charset)
    number = sources.text("cert_no", MAX_IDENTITY_PARAM, charset)
    if name is None:
        name = _ask_for(sources, "cert_name", charset, ask)
    if number is None:
        number = _ask_for(sources, "cert_no", charset, ask)
    if name is None or number is None:
        return None
    cert_type = cert_type or IDENTITY_CARD
    _warn_of_person(sources, "cert_no", name, number, cert_type)
    text = encode(
        {
            "identity_type": identity_type or CERT_INFO,
            "cert_type": cert_type,
            "cert_name": name,
            "cert_no": number,
        }
    )
    given = Given("identity_param", text, "identity_param", Kind.USAGE)
    sources.check_length(given, MAX_IDENTITY_PARAM)
    return text


def missing_members(identity: Mapping[str, object]) -> list[str]:
    """Return the members that an identity of its type needs, as text, and lacks."""
    needed = ["identity_type"]
    if identity.get("identity_type") == CERT_INFO:
        needed += ["cert_type", "cert_name", "cert_no"]
    return [n for n in needed if not isinstance(identity.get(n), str) or not identity[n]]


def _ask_for(
    sources: Sources, name: str, charset: Charset, ask: Callable[[str], str | None] | None
) -> str | None:
    if name in sources.wrong or (ask and sources.problems):
        return None  # where something else is wrong, there is no use in asking
    if ask is None:
        expected = f"{option_name(name)}, {variable_name(name)}, {option_name('identity_param')}"
        problem = Problem(Kind.USAGE, Reason.MISSING_PERSON, name, expected=expected)
        sources.fail(name, problem)
        return None
    answer = ask(name)
    if answer is None:
        problem = Problem(Kind.USAGE, Reason.UNANSWERED, name, expected=option_name(name))
        sources.fail(name, problem)
        return None
    given = Given(name, answer, option_name(name), Kind.USAGE)
    sources.check_length(given, MAX_IDENTITY_PARAM)
    sources.check_charset(given, charset)
    return answer


def _warn_of_person(
    sources: Sources, number_subject: str, name: str, number: str, cert_type: str
) -> None:
    for subject, text in (("cert_name", name), ("cert_no", number)):
        if text != text.strip() or has_unseen(text):
            sources.warn(Reason.ODD_CHARACTERS, subject)
    fault = card_number_fault(number) if cert_type == IDENTITY_CARD else None
    if fault is not None:
        sources.warn(fault, number_subject)


def card_number_fault(number: str) -> Reason | None:
    """Return what speaks against an identity card's number, spaces around it apart.

    It has 17 digits and one that checks them (GB 11643), or the 15 of a card of before 1999. A
    digit is one of ASCII's: a full-width one looks like it, and is none to the interface.
    """
    number = number.strip()
    if len(number) not in _CARD_NUMBER_LENGTHS:
        return Reason.CARD_NUMBER_LENGTH
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]|[0-9]{15}", number):
        return Reason.CARD_NUMBER_CHARACTERS
    # ISO 7064 MOD 11-2, as GB 11643 uses it.
    if len(number) == len(_WEIGHTS) + 1:
        total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
        if "10X98765432"[total % 11] != number[-1].upper():
            return Reason.CHECK_DIGIT
    return None
