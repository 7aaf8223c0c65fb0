"""What there is to say of a command: the one source of its help, its completion and the manual."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """An option: ``name`` is the parameter's, ``metavar`` is None for one that takes no value."""

    name: str
    spellings: tuple[str, ...]
    metavar: str | None
    help: str


@dataclass(frozen=True)
class Argument:
    """A word of the command's own that is no option."""

    name: str
    metavar: str
    is_required: bool
    help: str


@dataclass(frozen=True)
class Command:
    """A command with all below it. ``words`` lead to it: ``("zhima", "history", "show")``.

    Where ``needs_command``, it is nothing without one of its ``commands``. The ``examples`` are
    command lines.
    """

    words: tuple[str, ...]
    help: str
    arguments: tuple[Argument, ...]
    options: tuple[Option, ...]
    commands: tuple["Command", ...]
    needs_command: bool
    examples: tuple[str, ...]

    @property
    def name(self) -> str:
        """How it is called: ``zhima history show``."""
        return " ".join(self.words)

    def option(self, spelling: str) -> Option | None:
        """Return the option that is spelt so."""
        return next((each for each in self.options if spelling in each.spellings), None)

    def inner(self, word: str) -> "Command | None":
        """Return the command directly below this one that is called so."""
        return next((each for each in self.commands if each.words[-1] == word), None)

    def every(self) -> Iterator["Command"]:
        """Yield this command and all below it, in the order of the help."""
        yield self
        for command in self.commands:
            yield from command.every()
