"""Options that are JSON: the text itself, ``@FILE``, or ``-`` for standard input."""

import re
from collections.abc import Callable
from dataclasses import replace

from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.files import read_file
from zhima_cli.core.kinds import Kind
from zhima_cli.core.sources import Given, Sources, expand_home, option_name
from zhima_cli.core.strict_json import JsonError, decode

# The page's parameters that hold JSON text.
JSON_PARAMETERS = ("identity_param", "merchant_config", "ext_biz_param")
MAX_JSON_BYTES = 64 * 1024

# A typographic quote where JSON's own is due, not one within a string.
_CURLY_QUOTES = re.compile(r"[{,:]\s*[“”‘’]|[“”‘’]\s*[:,}]")


# Reads the parameter of a name, which has a number of characters at most, as JsonReader does.
ReadJson = Callable[[str, int], str | None]


class JsonReader:
    """Reads the parameters that are JSON: the text itself, ``@FILE``, or ``-``."""

    def __init__(self, sources: Sources, charset: Charset, read_stdin: Callable[[], bytes]) -> None:
        self._sources = sources
        self._charset = charset
        self._read_stdin = read_stdin
        takers = [name for name in JSON_PARAMETERS if getattr(sources.options, name) == "-"]
        self.stdin_is_taken = bool(takers)
        self._stdin_is_clear = len(takers) <= 1
        if not self._stdin_is_clear:
            subject = ", ".join(map(option_name, takers))
            sources.fail("stdin", Problem(Kind.USAGE, Reason.STDIN_TWICE, subject))

    def read(self, name: str, limit: int) -> str | None:
        """Return the JSON object's text, ``limit`` characters at most.

        None where there is none, or it is wrong.
        """
        typed = self._sources.typed(name)
        if typed is None or (typed.value == "-" and not self._stdin_is_clear):
            return None
        text = self._sources.attempt(name, lambda: self._text(typed.value, typed.origin))
        if text is None:
            return None
        return check_json(self._sources, self._charset, replace(typed, value=text), limit)

    def _text(self, flag: str, origin: str) -> str:
        if flag == "-":
            data, source = self._read_stdin(), f"{origin} (stdin)"
            if len(data) > MAX_JSON_BYTES:
                raise _usage(Reason.FILE_TOO_LARGE, source, "stdin", str(MAX_JSON_BYTES))
        elif flag.startswith("@"):
            path = expand_home(flag[1:], self._sources.home)
            data, source = read_file(path, MAX_JSON_BYTES, Kind.USAGE, origin), f"{origin}: {path}"
        else:
            return flag
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise _usage(Reason.FILE_NOT_UTF8, origin, source) from error


def check_json(sources: Sources, charset: Charset, given: Given, limit: int) -> str | None:
    """Return the JSON object's text, ``limit`` characters at most; None where it is wrong."""
    text = given.value.strip()
    given = replace(given, value=text)
    if not text:
        sources.add(given, Reason.EMPTY)
        return None
    sources.check_charset(given, charset)
    sources.check_length(given, limit)
    try:
        value = decode(text)
    except JsonError as error:
        reason = Reason.CURLY_QUOTES if _CURLY_QUOTES.search(text) else Reason.NOT_JSON
        sources.add(given, reason, str(error))
        return None
    if not isinstance(value, dict):
        sources.add(given, Reason.NOT_A_JSON_OBJECT)
        return None
    if Charset.UTF_8.can_write(text) and _has_lone_surrogate(value):
        sources.add(given, Reason.NOT_TEXT)
        return None
    return text


def _has_lone_surrogate(value: object) -> bool:
    """Say whether a string in ``value`` holds half a character, which no charset can write."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if not Charset.UTF_8.can_write(item):
                return True
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())
    return False


def _usage(reason: Reason, subject: str, found: str, expected: str = "") -> InputError:
    return InputError(Problem(Kind.USAGE, reason, subject, found, expected))
