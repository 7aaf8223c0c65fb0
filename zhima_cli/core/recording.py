"""Records a call around its making, and goes on without where the history cannot be written."""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from zhima_cli.core.errors import HistoryError, Problem, Reason
from zhima_cli.core.history import History, open_history
from zhima_cli.core.kinds import Kind
from zhima_cli.core.outcome import Outcome, distrust, leave_unwritten
from zhima_cli.core.records import Result, State, Subject
from zhima_cli.core.request import METHOD
from zhima_cli.core.settings import Settings

# A name of letters, without a run of digits that could be part of a document's number.
_CODE = re.compile(r"(?!.*[0-9]{6})[A-Za-z0-9._-]{1,64}")
_STATES = {
    Kind.SUCCESS: State.SUCCESS,
    Kind.BUSINESS: State.REFUSED,
    Kind.GATEWAY: State.REFUSED,
}


@dataclass(frozen=True)
class Entry:
    """The open record of one call. Its methods raise HistoryError."""

    history: History
    id: int
    subject: Subject

    def count_attempt(self, now: datetime) -> None:
        """Write down that the call is about to be sent once more."""
        self.history.count_attempt(self.id, now)

    def finish(self, outcome: Outcome, now: datetime) -> Outcome:
        """Write down what the call came to, and return it; a replayed answer is not believed."""
        is_new = self.history.finish(self.id, self.subject, _result(outcome), now)
        return outcome if is_new else distrust(outcome, Reason.BIZ_NO_REPLAYED)

    def leave(self, now: datetime) -> None:
        """Write down that it is not known what becomes of the call."""
        self.history.finish(self.id, self.subject, Result(State.UNKNOWN), now)


@dataclass(frozen=True)
class Recording:
    """The open record of one call; ``entry`` is None where nothing is recorded."""

    entry: Entry | None
    now: Callable[[], datetime]
    warn: Callable[[Problem], None]
    required: bool

    def count_attempt(self) -> None:
        """Write down that the call is about to be sent once more."""
        if self.entry is None:
            return
        try:
            self.entry.count_attempt(self.now())
        except HistoryError as error:
            self._tell(error)

    def finish(self, outcome: Outcome) -> Outcome:
        """Write down what the call came to, and return it.

        A replayed answer becomes one not to be trusted; a success that has to be recorded and
        could not becomes UNWRITTEN.
        """
        if self.entry is None:
            return outcome
        try:
            return self.entry.finish(outcome, self.now())
        except HistoryError as error:
            if self.required and outcome.kind is Kind.SUCCESS:
                return leave_unwritten(outcome, Reason.RESULT_UNRECORDED, error.problems[0].found)
            self._tell(error)
            return outcome

    def _tell(self, error: HistoryError) -> None:
        for problem in error.problems:
            self.warn(problem)


@contextlib.contextmanager
def recording(
    settings: Settings, now: Callable[[], datetime], warn: Callable[[Problem], None]
) -> Iterator[Recording]:
    """Write down that the call is about to be sent, and yield its record.

    ``warn`` is told where it cannot be written. Raises HistoryError instead where the history is
    required, and InputError where the transaction has its biz_no already.
    """
    with contextlib.ExitStack() as stack:
        entry = None
        if settings.history is not None:
            subject = subject_of(settings)
            try:
                with contextlib.ExitStack() as opening:
                    history = opening.enter_context(open_history(settings.history))
                    record = history.begin(subject, now(), resend=settings.resend)
                    entry = Entry(history, record, subject)
                    # Where it failed it is closed by now, lest it keep others from writing.
                    stack.enter_context(opening.pop_all())
            except HistoryError as error:
                if settings.require_history:
                    raise
                for problem in error.problems:
                    warn(problem)
        yield Recording(entry, now, warn, settings.require_history)


def subject_of(settings: Settings) -> Subject:
    """Return what the record of the call is about."""
    return Subject(
        profile=settings.profile,
        app_id=settings.account.app_id,
        gateway=settings.account.gateway,
        method=METHOD,
        transaction_id=settings.parameters.transaction_id,
        product_code=settings.parameters.product_code,
        biz_code=settings.parameters.biz_code,
    )


def code_like(text: str | None) -> str | None:
    """Return ``text`` if it is like a code: what answers unsigned might echo the request."""
    return text if text is not None and _CODE.fullmatch(text) else None


def _result(outcome: Outcome) -> Result:
    answer = outcome.answer
    return Result(
        state=_STATES.get(outcome.kind, State.UNKNOWN),
        biz_no=outcome.biz_no,
        code=code_like(answer.code) if answer else None,
        sub_code=code_like(answer.sub_code) if answer else None,
        verified=answer.verified if answer else None,
    )
