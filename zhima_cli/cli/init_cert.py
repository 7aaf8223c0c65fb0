"""``zhima init-cert``: one signed call, its verified answer."""

import contextlib
from collections.abc import Iterator
from typing import Annotated

import typer

from zhima_cli.cli.progress import Progress
from zhima_cli.cli.session import Session
from zhima_cli.core.account import Account
from zhima_cli.core.again import options_of_same_call
from zhima_cli.core.calling import make_call
from zhima_cli.core.errors import (
    InputError,
    InternalError,
    Interrupted,
    Problem,
    Reason,
    ZhimaError,
)
from zhima_cli.core.kinds import Kind, Sent
from zhima_cli.core.options import Options
from zhima_cli.core.outcome import Call, Outcome, fail
from zhima_cli.core.parameters import is_transaction_id
from zhima_cli.core.profile import MOCK_PROFILE, shown_name
from zhima_cli.core.recording import recording, subject_of
from zhima_cli.core.request import assemble
from zhima_cli.core.settings import Settings, resolve
from zhima_cli.core.sources import variable_name
from zhima_cli.output.dry_run import redact as redacted
from zhima_cli.output.form import Form
from zhima_cli.words.vocabulary import Label

_Text = Annotated[str | None, typer.Option(metavar="TEXT")]
_File = Annotated[str | None, typer.Option(metavar="PATH")]
_Json = Annotated[str | None, typer.Option(metavar="JSON")]


def init_cert(
    context: typer.Context,
    config: Annotated[str | None, typer.Option("--config", "-c", metavar="PATH")] = None,
    profile: Annotated[str | None, typer.Option("--profile", "-p", metavar="NAME")] = None,
    transaction_id: _Text = None,
    product_code: _Text = None,
    biz_code: _Text = None,
    cert_name: _Text = None,
    cert_no: _Text = None,
    cert_type: _Text = None,
    identity_type: _Text = None,
    identity_param: _Json = None,
    merchant_config: _Json = None,
    ext_biz_param: _Json = None,
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
    no_history: Annotated[bool, typer.Option("--no-history")] = False,
    require_history: Annotated[bool, typer.Option("--require-history")] = False,
    resend: Annotated[bool, typer.Option("--resend")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    redact: Annotated[bool, typer.Option("--redact")] = False,
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FORM")] = None,  # noqa: ARG001 -- the presentation has it
    lang: Annotated[str | None, typer.Option(metavar="zh|en")] = None,  # noqa: ARG001 -- likewise
    verbose: Annotated[bool, typer.Option("--verbose")] = False,  # noqa: ARG001 -- the session has it
    debug: Annotated[bool, typer.Option("--debug")] = False,  # noqa: ARG001 -- the session has it
) -> int:
    """Make the call, or under ``--dry-run`` show it; return the exit status."""
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
    with contextlib.ExitStack() as stack:

        def mock_account() -> Account:
            from zhima_cli.mock.server import mock_account as serve

            return stack.enter_context(serve())

        try:
            settings = resolve(
                options,
                session.surroundings,
                mock_account,
                dry_run=dry_run,
                found=tuple(_problems(session, dry_run=dry_run, redact=redact)),
            )
        except InputError as error:
            session.trace(error)
            return session.finish(fail(_asked(options, session), error))
        session.warn(*settings.warnings)
        if not dry_run:
            return session.finish(_call(options, settings, session))
        request = assemble(settings, session.environment.clock.now())
        if redact:
            session.warn(Problem(Kind.USAGE, Reason.REDACTED))
            request = redacted(request)
        return session.show_request(request, settings)


def _problems(session: Session, *, dry_run: bool, redact: bool) -> Iterator[Problem]:
    """Yield what is wrong with how the result is to be shown."""
    yield from session.presentation.problems
    if session.presentation.form is Form.CURL and not dry_run:
        yield Problem(Kind.USAGE, Reason.CURL_NEEDS_DRY_RUN)
    if redact and not dry_run:
        yield Problem(Kind.USAGE, Reason.REDACT_NEEDS_DRY_RUN)


def _asked(options: Options, session: Session) -> Call:
    """Return as much of a call that was never made as a script needs to tell which it was."""
    profile = options.profile or session.environment.variables.get(variable_name("profile"))
    transaction_id = options.transaction_id
    return Call(
        profile=profile and shown_name(profile),
        transaction_id=transaction_id if is_transaction_id(transaction_id) else None,
        mock=profile == MOCK_PROFILE,
    )


def _call(options: Options, settings: Settings, session: Session) -> Outcome:
    """Make the call, and have it recorded."""
    clock = session.environment.clock
    call = Call(
        profile=settings.profile,
        gateway=settings.account.gateway,
        transaction_id=settings.parameters.transaction_id,
        again=options_of_same_call(subject_of(settings), options),
        mock=settings.mock,
    )
    if options.transaction_id is None:
        session.tell(Label.SENDING, settings.parameters.transaction_id)
    try:
        with recording(settings, clock.now, session.warn) as record:
            observer = Progress(session, settings.retries)
            outcome: Outcome | None = None
            try:
                outcome = make_call(settings, call, clock, record, observer)
                session.environment.shield()
            except KeyboardInterrupt as stop:  # the one that came between the two
                outcome = outcome or fail(call, Interrupted(Sent.UNKNOWN, stop))
            outcome = record.finish(outcome)
            observer.ended(outcome)
            return outcome
    except ZhimaError as error:
        session.trace(error)
        return fail(call, error)
    except KeyboardInterrupt as stop:  # while the record was being opened
        return fail(call, Interrupted(Sent.NO, stop))
    except Exception as bug:  # whoever has to look into it needs to know of which call it was
        fault = InternalError(bug, Sent.UNKNOWN)
        session.trace(fault)
        return fail(call, fault)
