"""``zhima init-certs``: the call for every row of a file."""

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


def init_certs(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE")],
    out: FileOption = None,
    format: Annotated[str | None, typer.Option("--format", metavar="csv|jsonl")] = None,  # noqa: A002 -- the option's name
    batch: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    jobs: NumberOption = None,
    rate: Annotated[str | None, typer.Option(metavar="R/s")] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", metavar="utf-8|gbk")] = None,
    skip_invalid: Annotated[bool, typer.Option("--skip-invalid")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    product_code: TextOption = None,
    biz_code: TextOption = None,
    cert_type: TextOption = None,
    identity_type: TextOption = None,
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
    output: OutputOption = None,  # noqa: ARG001 -- the presentation has it
    lang: LangOption = None,  # noqa: ARG001 -- likewise
    debug: DebugOption = False,  # noqa: ARG001 -- the session has it
) -> int:
    """Check all rows, then make the call for each; return the exit status."""
    # It reads keys and signs; the help and a line that was mistyped are not to wait for that.
    from zhima_cli.batch.asked import Asked
    from zhima_cli.cli.batch import run_batch

    session: Session = context.obj
    asked = Asked(
        file=file,
        out=out,
        format=format,
        batch=batch,
        jobs=jobs,
        rate=rate,
        encoding=encoding,
        skip_invalid=skip_invalid,
        dry_run=dry_run,
    )
    options = Options(
        config=config,
        profile=profile,
        product_code=product_code,
        biz_code=biz_code,
        cert_type=cert_type,
        identity_type=identity_type,
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
    )
    return run_batch(options, asked, session)
