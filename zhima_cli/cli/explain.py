"""``zhima explain``: what a code of the tables or an exit status means, and what to do."""

from typing import Annotated

import typer

from zhima_cli.cli.declarations import DebugOption, LangOption, OutputOption
from zhima_cli.cli.session import Session
from zhima_cli.core.explaining import all_topics, find_topics
from zhima_cli.core.kinds import EXIT_STATUS, Kind
from zhima_cli.output.form import Form


def explain(
    context: typer.Context,
    code: Annotated[str | None, typer.Argument(metavar="CODE")] = None,
    output: OutputOption = None,  # noqa: ARG001 -- the presentation has it
    lang: LangOption = None,  # noqa: ARG001 -- likewise
    debug: DebugOption = False,  # noqa: ARG001 -- the session has it
) -> int:
    """Explain what is asked for, or list everything; return the exit status."""
    from zhima_cli.output import explanation  # no other command needs it

    session: Session = context.obj
    session.check()
    language, form = session.presentation.language, session.form()
    topics = all_topics() if code is None else find_topics(code)
    with session.viewing() as screen:
        if form is Form.JSON:
            explanation.show_json(topics, language, screen)
        elif form is Form.PLAIN:
            show = explanation.show_lines if code is None else explanation.show_plain
            show(topics, language, screen)
        else:
            show = explanation.show_list if code is None else explanation.show_pretty
            show(topics, language, screen)
    return EXIT_STATUS[Kind.SUCCESS]
