"""``zhima doctor``: checks a profile and the machine, and says how to mend what is wrong."""

import contextlib
from typing import TYPE_CHECKING, Annotated

import typer

from zhima_cli.cli.declarations import (
    CharsetOption,
    ConfigOption,
    DebugOption,
    FileOption,
    LangOption,
    OutputOption,
    ProfileOption,
    SecondsOption,
    SignTypeOption,
    TextOption,
    UrlOption,
)
from zhima_cli.cli.session import Session
from zhima_cli.core.kinds import EXIT_STATUS, Kind
from zhima_cli.core.options import Options
from zhima_cli.output.form import Form

if TYPE_CHECKING:
    from zhima_cli.core.account import Account


def doctor(
    context: typer.Context,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    online: Annotated[bool, typer.Option("--online")] = False,
    gateway: UrlOption = None,
    app_id: TextOption = None,
    private_key_file: FileOption = None,
    alipay_public_key_file: FileOption = None,
    app_cert_file: FileOption = None,
    alipay_cert_file: FileOption = None,
    alipay_root_cert_file: FileOption = None,
    encrypt_key_file: FileOption = None,
    sign_type: SignTypeOption = None,
    charset: CharsetOption = None,
    timeout: SecondsOption = None,
    history: FileOption = None,
    output: OutputOption = None,  # noqa: ARG001 -- the presentation has it
    lang: LangOption = None,  # noqa: ARG001 -- likewise
    debug: DebugOption = False,  # noqa: ARG001 -- the session has it
) -> int:
    """Make all checks and list them; return the exit status."""
    from zhima_cli.core.checks import is_healthy
    from zhima_cli.core.doctor import examine
    from zhima_cli.core.kept_connection import reach
    from zhima_cli.output import checks as output_checks

    session: Session = context.obj
    session.check()
    form = session.form()
    options = Options(
        config=config,
        profile=profile,
        gateway=gateway,
        app_id=app_id,
        private_key_file=private_key_file,
        alipay_public_key_file=alipay_public_key_file,
        app_cert_file=app_cert_file,
        alipay_cert_file=alipay_cert_file,
        alipay_root_cert_file=alipay_root_cert_file,
        encrypt_key_file=encrypt_key_file,
        sign_type=sign_type,
        charset=charset,
        timeout=timeout,
        history=history,
    )
    with contextlib.ExitStack() as stack:

        def mock_account() -> "Account":
            from zhima_cli.mock.server import mock_account as serve

            return stack.enter_context(serve())

        found = tuple(
            examine(options, session.surroundings, mock_account, reach if online else None)
        )
    with session.viewing() as screen:
        if form is Form.JSON:
            output_checks.show_json(found, session.presentation.language, screen)
        elif form is Form.PLAIN:
            output_checks.show_lines(found, session.presentation.language, screen)
        else:
            output_checks.show_list(found, session.presentation.language, screen)
    if is_healthy(found):
        return EXIT_STATUS[Kind.SUCCESS]
    if form is Form.PLAIN:
        # Each line of standard output is a finding.
        session.log(f"zhima: {output_checks.more_line(session.presentation.language)}")
    return EXIT_STATUS[Kind.CONFIG]
