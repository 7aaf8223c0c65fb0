"""Looks the command line over before typer does: all that is wrong at once, and in words.

Typer takes whatever follows an option for its value: of ``--cert-name --dry-run`` it would make a
name and send for real. Here a value that begins with ``-`` counts only as ``--option=value``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.kinds import Kind
from zhima_cli.core.nearest import nearest

HELP_OPTIONS = ("--help", "-h")

_LETTERS = re.compile(r"[a-z-]+")
# By how many letters a misspelt option may be too long.
_MISSPELLING = 2


@dataclass(frozen=True)
class Grammar:
    """The options of one command, with whether each takes a value, and its other words.

    Of the words, those that may be left out stand apart, and behind the others.
    """

    takes_value: Mapping[str, bool]
    words: tuple[str, ...]
    optional_words: tuple[str, ...] = ()

    def end_of_options(self, arguments: Sequence[str]) -> int:
        """Return the index of the first of the arguments that is no option nor its value."""
        at = 0
        while at < len(arguments) and arguments[at].startswith("-"):
            option, attached = split_argument(arguments[at])
            at += 2 if self.takes_value.get(option, False) and attached is None else 1
        return min(at, len(arguments))

    def problems(self, arguments: Sequence[str], before: int) -> Iterator[Problem]:
        """Yield everything that is wrong with how the arguments are put.

        ``before`` them stand so many words of the command line, the program's name not counted.
        What follows from another fault is not told of.
        """
        pending = list(arguments)
        # The last are those that may be values of options that there are not.
        words = doubtful = 0
        while pending:
            argument = pending.pop(0)
            if argument == "--":
                words += len(pending)
                break
            if not argument.startswith("-") or argument == "-":
                words += 1
                continue
            option, attached = split_argument(argument)
            if option not in self.takes_value:
                meant = nearest(option, self.takes_value)
                yield _unknown(option, meant, before + len(arguments) - len(pending))
                may_take_value = meant is None or self.takes_value[meant]
                if attached is None and may_take_value and pending and is_value(pending[0]):
                    pending.pop(0)
                    if meant is None:
                        doubtful += 1
            elif not self.takes_value[option]:
                if attached is not None:
                    yield Problem(Kind.USAGE, Reason.OPTION_TAKES_NO_VALUE, option)
            elif attached is None:
                if not pending:
                    yield Problem(Kind.USAGE, Reason.OPTION_NEEDS_VALUE, option)
                elif not is_value(pending[0]):
                    yield Problem(Kind.USAGE, Reason.OPTION_AS_VALUE, option)
                    if not self._is_like_option(pending[0]):
                        pending.pop(0)
                else:
                    pending.pop(0)
        for word in self.words[words + doubtful :]:
            yield Problem(Kind.USAGE, Reason.ARGUMENT_IS_DUE, word)
        takes = (*self.words, *self.optional_words)
        if words > len(takes):
            reason = Reason.ARGUMENT_TOO_MANY if takes else Reason.UNEXPECTED_ARGUMENT
            yield Problem(Kind.USAGE, reason, " ".join(takes))

    def asks_for(self, options: Sequence[str], arguments: Sequence[str]) -> bool:
        """Say whether one of ``options``, which take no value, is among the arguments."""
        for argument, before in zip(arguments, ["", *arguments], strict=False):
            if argument == "--":
                return False
            if argument in options and not self.takes_value.get(before, False):
                return True
        return False

    def _is_like_option(self, argument: str) -> bool:
        option, _ = split_argument(argument)
        return (
            argument == "--"
            or option in self.takes_value
            or nearest(option, self.takes_value) is not None
        )


def _unknown(option: str, meant: str | None, word: int) -> Problem:
    # Anything more than a misspelling may be a value that lost its `=`: a name, a number.
    is_misspelt = meant and len(option) <= len(meant) + _MISSPELLING
    is_short = len(option) == len("-x")
    is_harmless = (is_misspelt or is_short) and _LETTERS.fullmatch(option)
    found = option if is_harmless else f"{option[: len(option) - len(option.lstrip('-'))]}…"
    reason = Reason.MISSPELT_OPTION if meant else Reason.UNKNOWN_OPTION
    return Problem(Kind.USAGE, reason, str(word), found, meant or "")


def is_value(argument: str) -> bool:
    """Say whether the argument may be a value as a word of its own."""
    return not argument.startswith("-") or argument == "-"


def split_argument(argument: str) -> tuple[str, str | None]:
    """Return the option and the value that is attached to it, if any."""
    if argument.startswith("--"):
        option, equals, value = argument.partition("=")
        return option, value if equals else None
    return argument[:2], argument[2:] or None
