"""Changes single values of a TOML text and keeps everything else of it to the letter.

Nothing but ``zhima configure`` imports this: reading a configuration needs no such library.
"""

import tomllib
from collections.abc import MutableMapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Item, Table


@dataclass(frozen=True)
class Change:
    """A key's value before and after; None is a key that is not there."""

    key: str
    before: str | None = field(repr=False)
    after: str | None = field(repr=False)


class UneditableError(ValueError):
    """The text is written in a way in which these changes would not come out right."""


def edit(text: str, table: str, changes: Sequence[Change], top: Sequence[Change]) -> str:
    """Return ``text`` with ``changes`` in ``[profiles.TABLE]`` and ``top`` before all tables.

    A table that is not there is put at the end. Raises UneditableError.
    """
    before = tomllib.loads(text)
    expected = _expected(before, table, changes, top)
    try:
        if changes:
            is_there = table in before.get("profiles", {})
            add = _change if is_there else _append
            text = add(text, table, changes)
        for change in top:
            text = _change_top(text, change)
        # Nothing is taken on trust: not what this makes of the text, nor what the library does.
        is_right = tomllib.loads(text) == expected
    except (TOMLKitError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UneditableError from error
    if not is_right:
        raise UneditableError
    return text


def _expected(
    before: dict[str, Any], table: str, changes: Sequence[Change], top: Sequence[Change]
) -> dict[str, Any]:
    after = deepcopy(before)
    values = after.setdefault("profiles", {}).setdefault(table, {}) if changes else {}
    for target, several in ((values, changes), (after, top)):
        for change in several:
            if change.after is None:
                target.pop(change.key, None)
            else:
                target[change.key] = change.after
    return after


def _append(text: str, table: str, changes: Sequence[Change]) -> str:
    newline = _newline(text)
    lines = [_line(c.key, c.after) for c in changes if c.after is not None]
    if text.strip():
        text = text if text.endswith("\n") else text + newline
        text += newline
    header = f"[profiles.{tomlkit.key(table).as_string()}]"
    return text + newline.join([header, *lines, ""])


def _change(text: str, table: str, changes: Sequence[Change]) -> str:
    for change in changes:
        document = tomlkit.parse(text)
        values = cast("MutableMapping[str, Any]", document["profiles"])[table]
        if change.after is None:
            del values[change.key]
        elif change.before is not None or not isinstance(values, Table):
            values[change.key] = tomlkit.string(change.after)
        else:
            _add(values, change.key, change.after, _newline(text))
        text = tomlkit.dumps(document)
    return text


def _add(table: Table, key: str, value: str, newline: str) -> None:
    """Put a line behind the table's last, before the blank lines and comments that follow it.

    The library itself would put it behind these, which mostly belong to the next table.
    """
    last: Item = table
    for name, item in table.value.body:
        if name is not None:
            last = item
    trivia = last.trivia
    indent = "" if last is table else trivia.indent
    trivia.trail = (trivia.trail or newline) + indent + _line(key, value) + newline


def _change_top(text: str, change: Change) -> str:
    if change.before is None:
        newline = _newline(text)
        return f"{_line(change.key, change.after or '')}{newline}{newline}{text}"
    document = tomlkit.parse(text)
    document[change.key] = tomlkit.string(change.after or "")
    return tomlkit.dumps(document)


def _line(key: str, value: str) -> str:
    return f"{key} = {tomlkit.string(value).as_string()}"


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
