"""``zhima completion``: the script that makes a shell ask zhima what fits, at each Tab.

Typer brings scripts of its own. They evaluate what zhima answers (zsh), give Tab another meaning in
every program (PowerShell), do not complete ``--option=value``, and load rich for each Tab.

The script sets ``_ZHIMA_COMPLETE`` to the words before the one under the cursor, a line each,
``zhima`` itself the first, and ``_ZHIMA_WORD`` to what is typed of that one. Not as arguments: what
was typed may be a person's, and a process's arguments are for all users to see. zhima answers with
a line for each value that fits: the value and, behind a tab, what it is.
"""

from typing import Annotated

import typer

from zhima_cli.cli.declarations import DebugOption, LangOption
from zhima_cli.cli.session import Session
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind

ASKED = "_ZHIMA_COMPLETE"
WORD = "_ZHIMA_WORD"
SCRIPTS = {
    "bash": "zhima.bash",
    "zsh": "zhima.zsh",
    "fish": "zhima.fish",
    "powershell": "zhima.ps1",
}


def completion(
    context: typer.Context,
    shell: Annotated[str, typer.Argument(metavar="SHELL")],
    lang: LangOption = None,  # noqa: ARG001 -- the presentation has it
    debug: DebugOption = False,  # noqa: ARG001 -- the session has it
) -> int:
    """Print the script for a shell; return the exit status."""
    from importlib import resources  # every run imports this module

    session: Session = context.obj
    session.check()
    if shell not in SCRIPTS:
        problem = Problem(Kind.USAGE, Reason.NOT_A_CHOICE, "SHELL", expected=", ".join(SCRIPTS))
        raise InputError(problem)
    script = resources.files("zhima_cli.cli").joinpath("shells", SCRIPTS[shell])
    return session.show(script.read_text(encoding="utf-8"))
