"""Collects from typer's objects what there is to say of a command."""

from collections.abc import Mapping

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from zhima_cli.cli.arguments import HELP_OPTIONS
from zhima_cli.core.commands import Argument, Command, Option
from zhima_cli.words.examples import EXAMPLES


def describe(
    command: TyperCommand | TyperGroup, words: tuple[str, ...], helps: Mapping[str, str]
) -> Command:
    """Return what there is to say of ``command``, to which ``words`` lead, in one language.

    ``helps`` has the words by ``zhima COMMAND``, by the name of a parameter, or by both together
    where one command's parameter means something of its own. Raises KeyError for what has none.
    """
    name = " ".join(words)
    inner: Mapping[str, object] = command.commands if isinstance(command, TyperGroup) else {}
    arguments, options = [], []
    for param in command.params:
        key = param.name or ""
        text = helps.get(f"{name} {key}") or helps[key]
        if isinstance(param, TyperArgument):
            placeholder = param.metavar or key.upper()
            arguments.append(Argument(key, placeholder, param.required, text))
        elif isinstance(param, TyperOption):
            metavar = None if param.is_flag else param.metavar or key.upper()
            options.append(Option(key, tuple(param.opts), metavar, text))
    options.append(Option("help", HELP_OPTIONS, None, helps["help"]))
    return Command(
        words=words,
        help=helps[name],
        arguments=tuple(arguments),
        options=tuple(options),
        commands=tuple(
            describe(each, (*words, called), helps)
            for called, each in inner.items()
            if isinstance(each, TyperCommand | TyperGroup)
        ),
        needs_command=isinstance(command, TyperGroup) and not command.invoke_without_command,
        examples=EXAMPLES.get(name, ()),
    )
