"""What a change of the configuration changes, with no key shown."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from zhima_cli.core.draft import shown_value
from zhima_cli.output.machine import SCHEMA
from zhima_cli.output.screen import Screen
from zhima_cli.words.vocabulary import Label, Vocabulary

if TYPE_CHECKING:
    from zhima_cli.core.config_change import ConfigChange
    from zhima_cli.core.toml_edit import Change

_KEYS = frozenset({"private_key", "alipay_public_key", "encrypt_key"})
_IS_SET = "set"
_COLORS = {"-": "red", "+": "green"}


def show_lines(change: "ConfigChange", words: Vocabulary, screen: Screen) -> None:
    """Write the change as lines that begin with - or +."""
    for line in _lines(change, words):
        screen.line(line)


def show_colored(change: "ConfigChange", words: Vocabulary, screen: Screen) -> None:
    """Draw the same in colours."""
    from rich.text import Text

    console = screen.console()
    with console.capture() as drawn:
        for line in _lines(change, words):
            console.print(Text(screen.safe(line), style=_COLORS.get(line[0], "")), soft_wrap=True)
    screen.stream.write(drawn.get())


def show_json(change: "ConfigChange", screen: Screen, *, dry_run: bool) -> None:
    """Write the change as a JSON object; a key is "set" where there is one, else null."""
    screen.json(
        {
            "schema": SCHEMA,
            "dry_run": dry_run,
            "config": str(change.opened.path),
            "profile": change.opened.name,
            "changed": change.data is not None,
            "changes": [
                {
                    "key": each.key,
                    "before": _hidden(each.key, each.before),
                    "after": _hidden(each.key, each.after),
                }
                for each in (*change.top, *change.changes)
            ],
            "key_files": [str(file.path) for file in change.finished.files],
        }
    )


def _lines(change: "ConfigChange", words: Vocabulary) -> Iterator[str]:
    for each in change.top:
        yield from _both(each, words)
    if change.changes:
        yield f"[profiles.{change.opened.name}]"
    for each in change.changes:
        yield from _both(each, words)


def _both(change: "Change", words: Vocabulary) -> Iterator[str]:
    for sign, value in (("-", change.before), ("+", change.after)):
        if value is not None:
            is_key = change.key in _KEYS
            safe = _quoted(shown_value(change.key, value))
            shown = f"({words.labels[Label.IS_SET]})" if is_key else safe
            yield f"{sign} {change.key} = {shown}"


def _hidden(key: str, value: str | None) -> str | None:
    if value is None:
        return None
    return _IS_SET if key in _KEYS else shown_value(key, value)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
