"""``zhima configure``: a profile from questions or options, checked and written in one go."""

from typing import Annotated

import typer

from zhima_cli.cli.declarations import (
    CharsetOption,
    ConfigOption,
    DebugOption,
    FileOption,
    LangOption,
    OutputOption,
    ProfileOption,
    SignTypeOption,
    TextOption,
    UrlOption,
)
from zhima_cli.cli.session import Session
from zhima_cli.core.options import Options


def configure(
    context: typer.Context,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    app_id: TextOption = None,
    gateway: UrlOption = None,
    private_key_file: FileOption = None,
    alipay_public_key_file: FileOption = None,
    app_cert_file: FileOption = None,
    alipay_cert_file: FileOption = None,
    alipay_root_cert_file: FileOption = None,
    encrypt_key_file: FileOption = None,
    sign_type: SignTypeOption = None,
    charset: CharsetOption = None,
    inline_keys: Annotated[bool, typer.Option("--inline-keys")] = False,
    default: Annotated[bool, typer.Option("--default")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    output: OutputOption = None,  # noqa: ARG001 -- the presentation has it
    lang: LangOption = None,  # noqa: ARG001 -- likewise
    debug: DebugOption = False,  # noqa: ARG001 -- the session has it
) -> int:
    """Change a profile, or under ``--dry-run`` show how; return the exit status."""
    session: Session = context.obj
    session.check()
    session.form()  # there is no request to show as a command
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
