"""How the options that several commands have are declared to typer."""

from typing import Annotated

import typer

ConfigOption = Annotated[str | None, typer.Option("--config", "-c", metavar="PATH")]
ProfileOption = Annotated[str | None, typer.Option("--profile", "-p", metavar="NAME")]
OutputOption = Annotated[str | None, typer.Option("--output", "-o", metavar="FORM")]
LangOption = Annotated[str | None, typer.Option("--lang", metavar="zh|en")]
DebugOption = Annotated[bool, typer.Option("--debug")]
# Of these, typer takes the name from the parameter's.
TextOption = Annotated[str | None, typer.Option(metavar="TEXT")]
FileOption = Annotated[str | None, typer.Option(metavar="PATH")]
JsonOption = Annotated[str | None, typer.Option(metavar="JSON")]
UrlOption = Annotated[str | None, typer.Option(metavar="URL")]
SignTypeOption = Annotated[str | None, typer.Option(metavar="RSA2|RSA")]
CharsetOption = Annotated[str | None, typer.Option(metavar="CHARSET")]
SecondsOption = Annotated[str | None, typer.Option(metavar="SECONDS")]
NumberOption = Annotated[str | None, typer.Option(metavar="N")]
