"""``zhima init-cert``: one signed call, its verified answer."""

from typing import Annotated

import typer

from zhima_cli.cli.declarations import (
    CharsetOption,
    ConfigOption,
    DebugOption,
    FileOption,
    JsonOption,
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
from zhima_cli.core.options import Options


def init_cert(
    context: typer.Context,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    transaction_id: TextOption = None,
    product_code: TextOption = None,
    biz_code: TextOption = None,
    cert_name: TextOption = None,
    cert_no: TextOption = None,
    cert_type: TextOption = None,
    identity_type: TextOption = None,
    identity_param: JsonOption = None,
    merchant_config: JsonOption = None,
    ext_biz_param: JsonOption = None,
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
    no_history: Annotated[bool, typer.Option("--no-history")] = False,
    require_history: Annotated[bool, typer.Option("--require-history")] = False,
    resend: Annotated[bool, typer.Option("--resend")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    redact: Annotated[bool, typer.Option("--redact")] = False,
    output: OutputOption = None,  # noqa: ARG001 -- the presentation has it
    lang: LangOption = None,  # noqa: ARG001 -- likewise
    verbose: Annotated[bool, typer.Option("--verbose")] = False,  # noqa: ARG001 -- the session has it
    debug: DebugOption = False,  # noqa: ARG001 -- the session has it
) -> int:
    """Make the call, or under ``--dry-run`` show it; return the exit status."""
    # It reads keys and signs; the help and a line that was mistyped are not to wait for that.
    from zhima_cli.cli.one_call import run_call

    session: Session = context.obj
    options = Options(
        config=config,
        profile=profile,
        transaction_id=transaction_id,
        product_code=product_code,
        biz_code=biz_code,
        cert_name=cert_name,
        cert_no=cert_no,
        cert_type=cert_type,
        identity_type=identity_type,
        identity_param=identity_param,
        merchant_config=merchant_config,
        ext_biz_param=ext_biz_param,
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
        no_history=no_history,
        require_history=require_history,
        resend=resend,
    )
    return run_call(options, session, dry_run=dry_run, redact=redact)
