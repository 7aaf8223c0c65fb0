"""All commands that zhima has, whatever they are."""

import functools

from zhima_cli.cli.app import build
from zhima_cli.cli.help import describe
from zhima_cli.core.commands import Command
from zhima_cli.words.language import Language


@functools.cache
def every_command(language: Language = Language.EN) -> tuple[Command, ...]:
    """Return what there is to say of each, in one language."""
    return tuple(describe(build(), ("zhima",), language.vocabulary.helps).every())


COMMANDS = tuple(command.name for command in every_command())
EXAMPLES = tuple((c.name, example) for c in every_command() for example in c.examples)
