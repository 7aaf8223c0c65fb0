"""Changing a TOML text: whatever else is in it stays to the letter, and in its order."""

import json
import tomllib
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhima_cli.core.profile import PROFILE_KEYS
from zhima_cli.core.toml_edit import Change, UneditableError, edit

TARGET = "target"
KEYS = [key for key in PROFILE_KEYS if key not in ("timeout", "retries", "deadline", "history")]
# What a person may have in a value, and what TOML has to escape.
TEXT = st.text(st.sampled_from("a1收😀.#=[] '\"\\\t\n\r\x1b\x7f\u2028\ufeff"), max_size=8)
FILL = st.lists(
    st.sampled_from(["", "  ", "# a comment", "#[profiles.target]", '# app_id = "no"', "\t# 注释"]),
    max_size=3,
)
OTHERS = ["default", '"a.b"', "'生产'", "targets"]


@dataclass(frozen=True)
class Text:
    """A file's text, the lines of it that set a key of the target left out of ``rest``."""

    text: str
    values: dict[str, str]
    rest: list[str]


@st.composite
def written(draw: st.DrawFn) -> Text:
    """Write a configuration file the way that people do."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    lines = [*draw(FILL)]
    if draw(st.booleans()):
        lines.append("default_profile = 'default' # of all")
    rest, values = [*lines], {}
    for name in draw(st.permutations([*OTHERS, TARGET])):
        indent = draw(st.sampled_from(["", "  ", "\t"]))
        head = [*draw(FILL), f"{indent}[ profiles . {name} ]" if indent else f"[profiles.{name}]"]
        lines += head
        rest += head
        for key in draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=4)):
            value = draw(TEXT)
            line = f"{indent}{key}  =  {_quoted(value, draw)}{draw(st.sampled_from(['', ' # x']))}"
            lines.append(line)
            if name == TARGET:
                values[key] = value
            else:
                rest.append(line)
            between = draw(FILL)
            lines += between
            rest += between
    end = draw(st.sampled_from(["", newline]))
    return Text(newline.join(lines) + end, values, rest)


def _quoted(value: str, draw: st.DrawFn) -> str:
    if value.isprintable() and "'" not in value and draw(st.booleans()):
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


@settings(max_examples=30, deadline=None)
@given(written(), st.data())
def test_only_the_changed_keys_lines_differ(old: Text, data: st.DataObject) -> None:
    changes = [
        Change(key, old.values.get(key), after)
        for key in data.draw(st.lists(st.sampled_from(KEYS), unique=True, min_size=1, max_size=5))
        for after in [data.draw(st.none() | TEXT)]
        if after != old.values.get(key)
    ]
    new = edit(old.text, TARGET, changes, [])
    expected = dict(old.values)
    for change in changes:
        expected.pop(change.key, None)
        if change.after is not None:
            expected[change.key] = change.after
    before, after = tomllib.loads(old.text), tomllib.loads(new)
    assert after["profiles"].pop(TARGET) == expected
    before["profiles"].pop(TARGET)
    assert after == before
    # Line by line, the rest is what it was, unchanged keys of the target among it.
    changed = {change.key for change in changes}
    assert _without(new, changed) == _without(old.text, changed)


def _without(text: str, keys: set[str]) -> list[str]:
    """Return the lines without those that set one of the keys in the target's table."""
    lines, is_target = [], False
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.strip().startswith("["):
            is_target = line.strip().strip("[]").split(".")[-1].strip() == TARGET
        is_key = line.partition("=")[0].strip() in keys and "=" in line
        if not (is_target and is_key):
            lines.append(line)
    return lines if lines[-1] else lines[:-1]


@settings(max_examples=10, deadline=None)
@given(written(), TEXT)
def test_a_new_table_leaves_every_byte_where_it_was(old: Text, value: str) -> None:
    new = edit(old.text, "new", [Change("app_id", None, value)], [])
    assert new.startswith(old.text)
    assert tomllib.loads(new)["profiles"]["new"] == {"app_id": value}


@settings(max_examples=10, deadline=None)
@given(written())
def test_the_default_is_one_line(old: Text) -> None:
    before = tomllib.loads(old.text).get("default_profile")
    new = edit(old.text, TARGET, [], [Change("default_profile", before, TARGET)])
    assert tomllib.loads(new) == {**tomllib.loads(old.text), "default_profile": TARGET}
    if before is None:
        assert new.endswith(old.text)
    else:
        assert new == old.text.replace("'default' # of all", f'"{TARGET}" # of all')


@pytest.mark.parametrize(
    "text",
    [
        "[profiles]\ntarget.app_id = '1'\n",
        "profiles.target.app_id = '1'\n",
        "profiles.target = { app_id = '1' }\n[profiles.other]\n",
    ],
)
def test_what_would_not_come_out_right_is_refused_or_right(text: str) -> None:
    """The library may learn to do it; it may not do it wrong."""
    try:
        new = edit(text, TARGET, [Change("charset", None, "gbk")], [])
    except (UneditableError, tomllib.TOMLDecodeError):
        return
    assert tomllib.loads(new)["profiles"][TARGET] == {"app_id": "1", "charset": "gbk"}
