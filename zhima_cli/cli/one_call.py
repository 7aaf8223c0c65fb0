"""Makes the one call of ``zhima init-cert``, or shows it."""

import contextlib
from collections.abc import Iterator

from zhima_cli.cli.progress import Progress
from zhima_cli.cli.session import Session
from zhima_cli.core.account import Account
from zhima_cli.core.again import options_of_same_call
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
from zhima_cli.core.request import assemble
from zhima_cli.core.settings import Settings, resolve
from zhima_cli.core.sources import variable_name
from zhima_cli.output.form import Form
from zhima_cli.words.vocabulary import Label


def run_call(options: Options, session: Session, *, dry_run: bool, redact: bool) -> int:
    """Make the call, or under a ``dry_run`` show it; return the exit status.

    To ``redact`` is to show it without what is personal.
    """
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
            from zhima_cli.output.dry_run import redact as redacted  # as above

            request = redacted(request)
        return session.show_request(request, settings)


def _problems(session: Session, *, dry_run: bool, redact: bool) -> Iterator[Problem]:
    """Yield what is wrong with how the result is to be shown."""
    yield from session.presentation.problems_of_request
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
    # HTTP and SQLite: a dry run, and a call that is refused before it is made, need neither.
    from zhima_cli.core.calling import make_call
    from zhima_cli.core.recording import recording, subject_of

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
