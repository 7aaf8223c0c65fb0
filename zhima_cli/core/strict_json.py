"""JSON as RFC 8259 has it, without what Python's reader lets through."""

import json
from enum import Enum

# Python can read what is nested deeper than it can write it.
_MAX_DEPTH = 64
WHITE_SPACE = " \t\n\r"


class JsonFault(Enum):
    """What keeps a text from being JSON; the first is followed by the character's number."""

    SYNTAX = "at character"
    SAME_NAME = "two members of one object have the same name"
    CONSTANT = "not a JSON value"
    TOO_DEEP = "nested too deep"
    MORE = "something follows the value"


class JsonError(ValueError):
    """The text is not JSON, repeats a member's name, or nests without end."""


def _unique_members(members: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(members)
    if len(result) != len(members):
        raise JsonError(JsonFault.SAME_NAME.value)
    return result


def _refuse_constant(_name: str) -> object:
    raise JsonError(JsonFault.CONSTANT.value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(object_pairs_hook=_unique_members, parse_constant=_refuse_constant)


def skip_white_space(text: str, at: int) -> int:
    """Return the index of the first character of ``text`` from ``at`` that is no JSON space."""
    while at < len(text) and text[at] in WHITE_SPACE:
        at += 1
    return at


def decode_at(text: str, at: int) -> tuple[object, int]:
    """Read the value that begins at index ``at``; return it and the index behind it.

    Raises JsonError.
    """
    try:
        return _DECODER.raw_decode(text, at)
    except JsonError:
        raise
    except ValueError as error:
        # A number of thousands of digits is a ValueError that is no JSONDecodeError.
        # Of what was read, only the place is told: it may hold a person.
        at_error = getattr(error, "pos", at)
        raise JsonError(f"{JsonFault.SYNTAX.value} {at_error + 1}") from error
    except RecursionError:
        raise JsonError(JsonFault.TOO_DEEP.value) from None


def decode(text: str) -> object:
    """Read ``text``, which holds one value and nothing else. Raises JsonError."""
    value, end = decode_at(text, skip_white_space(text, 0))
    if skip_white_space(text, end) != len(text):
        raise JsonError(JsonFault.MORE.value)
    if _is_deep(value):
        raise JsonError(JsonFault.TOO_DEEP.value)
    return value


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(_MAX_DEPTH):
        inner: list[object] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
        if not inner:
            return False
        level = inner
    return True


def encode(value: object) -> str:
    """Return ``value`` as JSON without spaces, characters as they are."""
    return _ENCODER.encode(value)
