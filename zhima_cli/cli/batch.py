"""Makes the calls of ``zhima init-certs``."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from zhima_cli.batch.asked import Asked, Plan, make_plan
from zhima_cli.batch.check import Batch, resolve_batch
from zhima_cli.batch.run import Results, Run
from zhima_cli.batch.source import RowSource, open_source
from zhima_cli.batch.survey import Survey, survey
from zhima_cli.batch.tally import Tally
from zhima_cli.cli.batch_progress import batch_progress
from zhima_cli.cli.environment import IsStopped
from zhima_cli.cli.session import Session
from zhima_cli.core.account import Account
from zhima_cli.core.errors import (
    InputError,
    InternalError,
    Interrupted,
    Problem,
    Reason,
    ZhimaError,
)
from zhima_cli.core.kinds import EXIT_STATUS, Kind, Sent
from zhima_cli.core.options import Options
from zhima_cli.core.outcome import Call, fail
from zhima_cli.core.settings import Setup, resolve_setup
from zhima_cli.output.report import report
from zhima_cli.output.results import ResultsStream, open_results
from zhima_cli.output.summary import summary, unfinished
from zhima_cli.words.vocabulary import Label

# So many wrong rows are told of one by one at a terminal; others would push them off the screen.
_MOST_FAULTY = 50


def run_batch(options: Options, asked: Asked, session: Session) -> int:
    """Check the rows of the file, then send them; return the exit status."""
    session.form()  # there is no request to be shown as curl
    plan, problems = make_plan(asked, options)
    with contextlib.ExitStack() as stack:

        def mock_account() -> Account:
            from zhima_cli.mock.server import mock_account as serve

            return stack.enter_context(serve())

        setup, sources = resolve_setup(
            options,
            session.surroundings,
            mock_account,
            dry_run=plan.dry_run,
            found=(*session.presentation.problems, *problems),
        )
        session.warn(*setup.warnings)
        if setup.app_auth_token is not None and asked.batch is None:
            # The same rows for another merchant are other transactions; tokens change.
            raise InputError(Problem(Kind.USAGE, Reason.BATCH_NEEDS_MERCHANT, "--batch"))
        setup = _recorded(setup, session)
        stdin = session.environment.stdin.buffer
        source = stack.enter_context(open_source(plan.file, stdin, plan.encoding))
        read_stdin = session.surroundings.read_stdin
        batch = resolve_batch(sources, setup.charset, read_stdin, setup.account, plan.batch)
        found = _look_through(source, batch, session)
        if found.faulty and (plan.dry_run or not plan.skip_invalid):
            counts = str(found.faulty), str(found.rows)
            raise InputError(Problem(Kind.USAGE, Reason.ROWS_INVALID, source.name, *counts))
        if plan.dry_run:
            session.tell(Label.BATCH_CHECKED, str(found.rows))
            return EXIT_STATUS[Kind.SUCCESS]
        environment = session.environment
        is_stopped = environment.defer_stop()
        run = Run(
            source,
            batch,
            found,
            setup,
            plan,
            environment.clock,
            environment.processors(),
            environment.variables,
            is_stopped,
        )
        return _send(run, is_stopped, session)


def _look_through(source: RowSource, batch: Batch, session: Session) -> Survey:
    """Check all rows, and say what is wrong: of all of them, unless a person reads it."""
    if not session.err.is_terminal:
        return survey(source, batch, session.point_out, session.warn)
    session.tell(Label.BATCH_CHECKING, source.name)
    found = survey(source, batch, session.point_out, session.warn, _MOST_FAULTY)
    if found.faulty > _MOST_FAULTY:
        text = session.words.labels[Label.BATCH_MORE_FAULTY]
        session.log(f"zhima: {text.format(count=found.faulty - _MOST_FAULTY)}")
    return found


def _recorded(setup: Setup, session: Session) -> Setup:
    """Return the setup with a history: without one, nobody would know after an interruption."""
    if setup.history is not None or setup.mock:
        return setup
    history = session.surroundings.default_history
    session.warn(Problem(Kind.CONFIG, Reason.BATCH_RECORDED, str(history)))
    return replace(setup, history=history)


def _send(run: Run, is_stopped: IsStopped, session: Session) -> int:
    """Send the rows, and sum up what they came to; return the exit status."""
    tally = Tally()
    stop = None
    fault: ZhimaError | None = None
    try:
        with (
            _results(run.plan, run.setup, session) as results,
            batch_progress(session, run.found.rows, tally, run.plan) as watcher,
        ):
            stop = run.send(results, watcher, tally)
    except ZhimaError as error:
        fault = error
    except KeyboardInterrupt as again:
        fault = Interrupted(Sent.UNKNOWN, again)
    except Exception as bug:  # what was sent is to be summed up all the same
        fault = InternalError(bug, Sent.UNKNOWN)
    session.environment.shield()
    ended = tally.counts.total()
    signal = is_stopped()
    if fault is None and signal is not None and ended < run.found.rows:
        fault = Interrupted(Sent.UNKNOWN, signal)
    if tally.has_mock:
        session.log(f"zhima: {session.words.labels[Label.MOCK]}")
    if ended or fault is None:
        for line in summary(tally, run.found.rows, session.words):
            session.log(f"zhima: {line}")
    is_left = ended < run.found.rows or tally.of_kind(Kind.TEMPORARY) > 0
    if is_left and (fault is None or isinstance(fault, Interrupted)):
        if fault is not None:
            session.log(f"zhima: {session.words.kinds[fault.kind]}")
        for line in unfinished(stop if ended < run.found.rows else None, session.words):
            session.log(f"zhima: {line}")
    if fault is None:
        return EXIT_STATUS[tally.gravest]
    session.trace(fault)
    if not isinstance(fault, Interrupted):
        said = report(fail(Call(), fault), session.presentation.language)
        is_before = fault.problems[0].reason is Reason.RESULTS_OF_OTHER_ROWS
        if ended and not is_before:  # a single call's title says that nothing was sent
            said = replace(said, title=session.words.labels[Label.BATCH_BROKEN_OFF])
        session.show_failure(said)
    return EXIT_STATUS[fault.kind]


@contextlib.contextmanager
def _results(plan: Plan, setup: Setup, session: Session) -> Iterator[Results]:
    """Yield where the results go. Raises InputError, UnwrittenError."""
    language = session.presentation.language
    if plan.out is None:
        yield ResultsStream(session.environment.stdout, plan.format, language)
        return
    with open_results(plan.out, plan.format, language, setup.profile) as file:
        yield file
