"""``zhima profiles``: the profiles, and where each of their settings comes from."""

import typer

from zhima_cli.cli.declarations import (
    CharsetOption,
    ConfigOption,
    DebugOption,
    FileOption,
    LangOption,
    NumberOption,
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


def profiles(
    context: typer.Context,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    product_code: TextOption = None,
    biz_code: TextOption = None,
    linked_merchant_id: TextOption = None,
    app_auth_token: TextOption = None,
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
    retries: NumberOption = None,
    deadline: SecondsOption = None,
    history: FileOption = None,
    output: OutputOption = None,  # noqa: ARG001 -- the presentation has it
    lang: LangOption = None,  # noqa: ARG001 -- likewise
    debug: DebugOption = False,  # noqa: ARG001 -- the session has it
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
    with session.viewing() as screen:
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
