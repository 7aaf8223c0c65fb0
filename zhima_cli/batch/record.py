"""The record of a batch's calls: the same file as for single ones, many calls to a write."""

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from zhima_cli.batch.check import CheckedRow
from zhima_cli.batch.ids import RowIds
from zhima_cli.batch.row import place_of
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.history import History
from zhima_cli.core.kinds import Kind
from zhima_cli.core.outcome import SUCCESS_CODE, Answer, Call, Outcome, conclude
from zhima_cli.core.parameters import Parameters
from zhima_cli.core.recording import Entry, subject_of
from zhima_cli.core.records import Known, State
from zhima_cli.core.settings import Setup, settings_for


@dataclass(frozen=True)
class BatchRecord:
    """Where the calls for a ``file`` are recorded; ``history`` is None for the mock gateway's.

    All methods raise HistoryError.
    """

    history: History | None
    file: str
    ids: RowIds
    setup: Setup
    now: Callable[[], datetime]

    def grouped(self) -> AbstractContextManager[None]:
        """Return what makes everything that is written within it one write, or none of it."""
        return self.history.grouped() if self.history else contextlib.nullcontext()

    def settled(self, row: CheckedRow, call: Call) -> Outcome | None:
        """Return what an earlier call of the same row came to; None if it is to be sent.

        Raises InputError where the transaction was another row's: what the gateway has of it is
        about somebody else.
        """
        known = self._known(row.parameters.transaction_id)
        if known is None or known.state is State.REFUSED:
            return None
        if known.content != self.ids.content(row.parameters):
            subject = place_of(self.file, row.line, "transaction_id")
            raise InputError(Problem(Kind.USAGE, Reason.TRANSACTION_OF_OTHER, subject))
        if known.biz_no is None:
            return None
        answer = Answer(SUCCESS_CODE, None, None, None, known.biz_no, verified=True, mock=False)
        return replace(conclude(call, answer), attempts=known.attempts)

    def is_of(self, row: CheckedRow, transaction_id: str | None) -> bool:
        """Say whether this transaction is for certain about what the row holds."""
        parameters = row.parameters
        if transaction_id != parameters.transaction_id:
            return False
        if transaction_id == self.ids.transaction_id(parameters):
            return True
        known = self._known(transaction_id)
        return known is not None and known.content == self.ids.content(parameters)

    def begin(self, parameters: Parameters) -> Entry | None:
        """Write down that the call is about to be sent, and return its record.

        Raises InputError where the transaction has got its biz_no meanwhile.
        """
        if self.history is None:
            return None
        subject = subject_of(settings_for(self.setup, parameters))
        content = self.ids.content(parameters)
        number = self.history.begin(subject, self.now(), resend=False, content=content)
        return Entry(self.history, number, subject)

    def _known(self, transaction_id: str) -> Known | None:
        if self.history is None:
            return None
        return self.history.known(self.setup.account.app_id, transaction_id)
