"""One run of zhima: where its words and results go.

Each form of output is imported where it is chosen: a run needs one, and the help none.
"""

import contextlib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhima_cli.cli.environment import Environment
from zhima_cli.cli.presentation import Presentation
from zhima_cli.core.errors import InputError, Problem, ReaderLeft, Reason, UnwrittenError
from zhima_cli.core.files import system_words
from zhima_cli.core.kinds import EXIT_STATUS, Kind
from zhima_cli.core.options import Surroundings
from zhima_cli.core.terminated import Terminated
from zhima_cli.output.form import FORMS_OF_RESULTS, Form, names
from zhima_cli.output.screen import Screen
from zhima_cli.words.vocabulary import Label, Vocabulary, labelled

if TYPE_CHECKING:
    from zhima_cli.core.outcome import Outcome
    from zhima_cli.core.request import Request
    from zhima_cli.core.settings import Settings
    from zhima_cli.output.report import Report

# One more than any parameter may have, so that too much is seen as too much.
_MAX_STDIN_BYTES = 64 * 1024 + 1
_QUESTIONS = {"cert_name": Label.ASK_CERT_NAME, "cert_no": Label.ASK_CERT_NO}


@dataclass(frozen=True)
class Session:
    """The environment of a run and how it speaks: results to ``out``, the rest to ``err``."""

    environment: Environment
    presentation: Presentation
    debug: bool
    verbose: bool

    @property
    def surroundings(self) -> Surroundings:
        """What the core may ask of the world outside it."""
        environment = self.environment
        return Surroundings(
            variables=environment.variables,
            default_config=environment.config_file,
            default_history=environment.history_file,
            home=environment.home,
            now=environment.clock.now(),
            read_stdin=lambda: environment.stdin.buffer.read(_MAX_STDIN_BYTES),
            can_ask=environment.stdin.isatty() and environment.stderr.isatty(),
            ask=self._ask_for,
        )

    @property
    def out(self) -> Screen:
        """Standard output, for results."""
        return Screen(self.environment.stdout, self.environment.variables)

    @property
    def err(self) -> Screen:
        """Standard error, for everything else."""
        return Screen(self.environment.stderr, self.environment.variables)

    @property
    def words(self) -> Vocabulary:
        """All words of the chosen language."""
        return self.presentation.language.vocabulary

    def check(self) -> None:
        """Raise InputError where a language or form was asked for that there is not."""
        if self.presentation.problems:
            raise InputError(*self.presentation.problems)

    def form(self) -> Form:
        """Return the form for what is no request. Raises InputError for the one of requests."""
        form = self.presentation.form
        if form is Form.CURL:
            choices = names(FORMS_OF_RESULTS)
            raise InputError(Problem(Kind.USAGE, Reason.NOT_A_CHOICE, "--output", expected=choices))
        return form

    def tell(self, label: Label, text: str) -> None:
        """Say on standard error what leads to ``text``, which stays whole; as log() does."""
        with contextlib.suppress(OSError):
            self.err.lead_to(f"zhima: {self.words.labels[label]}", text)

    def tell_next(self, *words: str) -> None:
        """Say which command is to be run next, unless it cannot be shown as it has to be typed."""
        import shlex  # a call says nothing of the kind

        command = shlex.join(["zhima", *words])
        if self.err.safe(command) == command:
            self.tell(Label.THEN, command)

    def log(self, line: str) -> None:
        """Write a line to standard error, which a terminal gets in as many as it takes.

        Where standard error is closed or full, go on without.
        """
        with contextlib.suppress(OSError):
            self.err.paragraph(line)

    def warn(self, *problems: Problem) -> None:
        """Say what is not wrong but should be known."""
        for problem in problems:
            sentence = self.words.say(problem)
            said = f"{sentence.what} - {sentence.remedy}"
            self.log(f"zhima: {labelled(self.words.labels[Label.WARNING], said)}")

    def point_out(self, problem: Problem) -> None:
        """Say what is wrong, where there may be more than a run should keep in mind."""
        sentence = self.words.say(problem)
        self.log(f"zhima: {sentence.what} - {sentence.remedy}")

    def show(self, text: str) -> int:
        """Show lines that were asked for; return the exit status. Raises UnwrittenError."""
        with self.viewing() as screen:
            for line in text.splitlines():
                screen.line(line)
        return EXIT_STATUS[Kind.SUCCESS]

    def show_request(self, request: "Request", settings: "Settings") -> int:
        """Show a dry run's request; return the exit status. Raises UnwrittenError."""
        with self.writing() as screen:
            self._show_request(request, settings, screen)
        return EXIT_STATUS[Kind.SUCCESS]

    @contextlib.contextmanager
    def writing(self) -> Iterator[Screen]:
        """Yield standard output, for what is not a call's outcome. Raises UnwrittenError."""
        try:
            yield self.out
            self.environment.stdout.flush()
        except OSError as error:
            raise UnwrittenError(system_words(error)) from error

    @contextlib.contextmanager
    def viewing(self) -> Iterator[Screen]:
        """Yield standard output, for what can be shown again. Raises UnwrittenError, ReaderLeft."""
        try:
            with self.writing() as screen:
                yield screen
        except UnwrittenError as error:
            if isinstance(error.__cause__, BrokenPipeError):
                raise ReaderLeft(error.problems[0].found) from error
            raise

    def ask(self, question: str) -> str | None:
        """Ask a person; None where there is none at a terminal, or the input ends."""
        environment = self.environment
        if not (environment.stdin.isatty() and environment.stderr.isatty()):
            return None
        environment.stderr.write(self.err.safe(question))
        environment.stderr.flush()
        try:
            line = environment.stdin.readline()
        except Terminated:
            environment.stderr.write("\n")  # what is said next has a line of its own
            raise
        if not line:
            environment.stderr.write("\n")
            return None
        return line.strip()

    def complain(self, *problems: Problem) -> None:
        """Say what is wrong with an answer, before the question is asked again."""
        for problem in problems:
            sentence = self.words.say(problem)
            said = f"{sentence.what} - {sentence.remedy}"
            self.log(labelled(self.words.labels[Label.ERROR], said))

    def leave(self, label: Label, stop: KeyboardInterrupt) -> int:
        """Say that a person left a question, so that nothing was done; return the exit status."""
        self.log(f"zhima: {self.words.labels[label]}")
        return EXIT_STATUS[Kind.TERMINATED if isinstance(stop, Terminated) else Kind.INTERRUPTED]

    def finish(self, outcome: "Outcome") -> int:
        """Show what the call came to; return the exit status.

        A biz_no that cannot be written where it belongs is not lost: it goes to standard error.
        """
        self.environment.shield()
        try:
            self._show(outcome)
            self.environment.stdout.flush()
        except Exception as error:
            self.trace(error)
            if outcome.kind is Kind.SUCCESS:
                from zhima_cli.core.outcome import leave_unwritten

                outcome = leave_unwritten(outcome, Reason.RESULT_UNWRITTEN, system_words(error))
            self._show_on_stderr(outcome)
        return EXIT_STATUS[outcome.kind]

    def show_failure(self, failure: "Report") -> None:
        """Show a failure in words; where standard error is closed or full, go on without."""
        with contextlib.suppress(OSError):
            if self.presentation.form is Form.PRETTY:
                from zhima_cli.output import pretty

                pretty.show_report(failure, self.err)
            else:
                from zhima_cli.output import plain

                plain.show_failure(failure, self.err)

    def trace(self, error: BaseException) -> None:
        """Under ``--debug``, show where an error arose: places and types, never a value."""
        if not self.debug:
            return
        with contextlib.suppress(OSError):
            for line in _trace(error):
                self.err.line(line)

    def _ask_for(self, name: str) -> str | None:
        """Ask for a person's parameter until there is an answer; None where the input ends."""
        question = self.words.labels[_QUESTIONS[name]]
        while (answer := self.ask(question)) == "":
            self.complain(Problem(Kind.USAGE, Reason.OPTION_IS_DUE, name))
        return answer

    def _show(self, outcome: "Outcome") -> None:
        form = self.presentation.form
        if form is Form.JSON:
            from zhima_cli.output import machine

            machine.show_outcome(outcome, self.presentation.language, self.out)
        elif outcome.kind is not Kind.SUCCESS:
            self._show_on_stderr(outcome)
        elif form is Form.PRETTY:
            from zhima_cli.output import pretty
            from zhima_cli.output.report import report

            pretty.show_report(report(outcome, self.presentation.language), self.out)
        else:
            if outcome.mock:
                self.log(f"zhima: {self.words.labels[Label.MOCK]}")
            self.out.line(outcome.biz_no or "")

    def _show_request(self, request: "Request", settings: "Settings", screen: Screen) -> None:
        from zhima_cli.output import dry_run  # a call that is made shows no request

        form = self.presentation.form
        if form is Form.JSON:
            from zhima_cli.output import machine

            machine.show_request(request, settings.profile, mock=settings.mock, screen=screen)
        elif form is Form.CURL:
            dry_run.show_curl(request, screen)
        elif form is Form.PLAIN:
            from zhima_cli.output import plain

            plain.show_sections(dry_run.sections(request), self.words, screen)
        else:
            from zhima_cli.output import pretty

            pretty.show_sections(dry_run.sections(request), self.words, screen)

    def _show_on_stderr(self, outcome: "Outcome") -> None:
        from zhima_cli.output import plain
        from zhima_cli.output.report import report

        in_words = report(outcome, self.presentation.language)
        if outcome.kind is Kind.INTERNAL:
            with contextlib.suppress(OSError):
                plain.show_bug(in_words, self.err)
        else:
            self.show_failure(in_words)


def _trace(error: BaseException) -> Iterator[str]:
    """Yield the chain of errors; their messages may quote what they failed on, so not those."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield f"{type(cause).__module__}.{type(cause).__qualname__}"
        for frame in traceback.extract_tb(cause.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} {frame.name}"
        cause = cause.__cause__ or cause.__context__
