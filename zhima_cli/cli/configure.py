"""``zhima configure``: a profile from questions or options, checked and written in one go."""

from typing import Annotated

import typer

from zhima_cli.cli.session import Session
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind
from zhima_cli.core.options import Options
from zhima_cli.output.form import Form

_File = Annotated[str | None, typer.Option(metavar="PATH")]


def configure(
    context: typer.Context,
    config: Annotated[str | None, typer.Option("--config", "-c", metavar="PATH")] = None,
    profile: Annotated[str | None, typer.Option("--profile", "-p", metavar="NAME")] = None,
    app_id: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    gateway: Annotated[str | None, typer.Option(metavar="URL")] = None,
    private_key_file: _File = None,
    alipay_public_key_file: _File = None,
    app_cert_file: _File = None,
    alipay_cert_file: _File = None,
    alipay_root_cert_file: _File = None,
    encrypt_key_file: _File = None,
    sign_type: Annotated[str | None, typer.Option(metavar="RSA2|RSA")] = None,
    charset: Annotated[str | None, typer.Option(metavar="CHARSET")] = None,
    inline_keys: Annotated[bool, typer.Option("--inline-keys")] = False,
    default: Annotated[bool, typer.Option("--default")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FORM")] = None,  # noqa: ARG001 -- the presentation has it
    lang: Annotated[str | None, typer.Option(metavar="zh|en")] = None,  # noqa: ARG001 -- likewise
    debug: Annotated[bool, typer.Option("--debug")] = False,  # noqa: ARG001 -- the session has it
) -> int:
    """Change a profile, or under ``--dry-run`` show how; return the exit status."""
    session: Session = context.obj
    session.check()
    if session.presentation.form is Form.CURL:
        expected = "pretty, plain, json"
        raise InputError(Problem(Kind.USAGE, Reason.NOT_A_CHOICE, "--output", expected=expected))
    options = Options(
        config=config,
        profile=profile,
        app_id=app_id,
        gateway=gateway,
        private_key_file=private_key_file,
        alipay_public_key_file=alipay_public_key_file,
        app_cert_file=app_cert_file,
        alipay_cert_file=alipay_cert_file,
        alipay_root_cert_file=alipay_root_cert_file,
        encrypt_key_file=encrypt_key_file,
        sign_type=sign_type,
        charset=charset,
    )
    from zhima_cli.cli.setup import set_up  # no other command has to wait for it

    return set_up(options, session, inline_keys=inline_keys, default=default, dry_run=dry_run)
