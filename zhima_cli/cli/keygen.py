"""``zhima keygen``: a key pair for an application, its public half to be pasted on the platform."""

from typing import Annotated

import typer

from zhima_cli.cli.declarations import DebugOption, LangOption, OutputOption
from zhima_cli.cli.session import Session
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import EXIT_STATUS, Kind
from zhima_cli.core.sources import expand_home, typed_path
from zhima_cli.output.form import Form
from zhima_cli.output.machine import SCHEMA
from zhima_cli.words.vocabulary import Label

_FOLDER = "--out"
_BITS = "--bits"


def keygen(
    context: typer.Context,
    out: Annotated[str | None, typer.Option(_FOLDER, metavar="DIR")] = None,
    bits: Annotated[str | None, typer.Option(_BITS, metavar="N")] = None,
    output: OutputOption = None,  # noqa: ARG001 -- the presentation has it
    lang: LangOption = None,  # noqa: ARG001 -- likewise
    debug: DebugOption = False,  # noqa: ARG001 -- the session has it
) -> int:
    """Write both keys, show the public one; return the exit status."""
    from zhima_cli.core.key_pair import KEY_BITS, KeyFiles, make_key_pair  # cryptography

    session: Session = context.obj
    session.check()
    form = session.form()
    if bits not in (None, str(KEY_BITS)):
        raise InputError(Problem(Kind.USAGE, Reason.KEY_BITS, _BITS, expected=str(KEY_BITS)))
    if out == "":
        raise InputError(Problem(Kind.USAGE, Reason.EMPTY, _FOLDER))
    environment = session.environment
    folder = environment.config_file.parent if out is None else expand_home(out, environment.home)
    files = KeyFiles(folder)
    files.check(_FOLDER)
    pair = make_key_pair()
    files.write(pair, _FOLDER)
    session.tell(Label.PRIVATE_KEY_WRITTEN, str(files.private))
    session.tell(Label.PUBLIC_KEY_WRITTEN, str(files.public))
    with session.writing() as screen:
        if form is Form.JSON:
            screen.json(
                {
                    "schema": SCHEMA,
                    "private_key_file": str(files.private),
                    "public_key_file": str(files.public),
                    "public_key": pair.public_line,
                }
            )
        else:
            screen.line(pair.public_line)
    session.log(f"zhima: {session.words.labels[Label.PASTE_PUBLIC_KEY]}")
    session.tell_next("configure", "--private-key-file", typed_path(files.private))
    return EXIT_STATUS[Kind.SUCCESS]
