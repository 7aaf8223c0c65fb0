"""``zhima profiles``: the profiles, and where each of their settings comes from."""

from typing import Annotated

import typer

from zhima_cli.cli.session import Session
from zhima_cli.core.kinds import EXIT_STATUS, Kind
from zhima_cli.core.options import Options
from zhima_cli.output.form import Form

_Text = Annotated[str | None, typer.Option(metavar="TEXT")]
_File = Annotated[str | None, typer.Option(metavar="PATH")]


def profiles(
    context: typer.Context,
    config: Annotated[str | None, typer.Option("--config", "-c", metavar="PATH")] = None,
    profile: Annotated[str | None, typer.Option("--profile", "-p", metavar="NAME")] = None,
    product_code: _Text = None,
    biz_code: _Text = None,
    linked_merchant_id: _Text = None,
    app_auth_token: _Text = None,
    gateway: Annotated[str | None, typer.Option(metavar="URL")] = None,
    app_id: _Text = None,
    private_key_file: _File = None,
    alipay_public_key_file: _File = None,
    app_cert_file: _File = None,
    alipay_cert_file: _File = None,
    alipay_root_cert_file: _File = None,
    encrypt_key_file: _File = None,
    sign_type: Annotated[str | None, typer.Option(metavar="RSA2|RSA")] = None,
    charset: Annotated[str | None, typer.Option(metavar="CHARSET")] = None,
    timeout: Annotated[str | None, typer.Option(metavar="SECONDS")] = None,
    retries: Annotated[str | None, typer.Option(metavar="N")] = None,
    deadline: Annotated[str | None, typer.Option(metavar="SECONDS")] = None,
    history: _File = None,
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FORM")] = None,  # noqa: ARG001 -- the presentation has it
    lang: Annotated[str | None, typer.Option(metavar="zh|en")] = None,  # noqa: ARG001 -- likewise
    debug: Annotated[bool, typer.Option("--debug")] = False,  # noqa: ARG001 -- the session has it
) -> int:
    """List the profiles as a call with these options would have them; return the exit status."""
    from zhima_cli.core.profiles import list_profiles  # no other command needs it
    from zhima_cli.output import profiles as forms

    session: Session = context.obj
    session.check()
    form = session.form()
    options = Options(
        config=config,
        profile=profile,
        product_code=product_code,
        biz_code=biz_code,
        linked_merchant_id=linked_merchant_id,
        app_auth_token=app_auth_token,
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
        retries=retries,
        deadline=deadline,
        history=history,
    )
    listing = list_profiles(options, session.surroundings)
    with session.writing() as screen:
        if form is Form.JSON:
            forms.show_json(listing, session.words, screen)
        elif form is Form.PLAIN:
            forms.show_lines(listing, screen)
        else:
            forms.show_pretty(listing, session.words, screen)
    if form is Form.PLAIN:
        for line in forms.problem_lines(listing, session.words):
            session.log(line)
    return EXIT_STATUS[Kind.SUCCESS]
