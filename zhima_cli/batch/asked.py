"""What is asked of a batch: the options that single calls have not."""

from dataclasses import dataclass
from pathlib import Path, PurePath

from zhima_cli.batch.encoding import ENCODINGS
from zhima_cli.batch.source import STDIN, RowFormat
from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.json_options import JSON_PARAMETERS
from zhima_cli.core.kinds import Kind
from zhima_cli.core.numbers import Range, fault_of
from zhima_cli.core.options import Options
from zhima_cli.core.sources import option_name

_JOBS = Range(default=64, above=0, most=256, whole=True)
_RATE = Range(default=0, above=0, most=10_000, whole=False)
_MAX_BATCH_NAME = 128


@dataclass(frozen=True)
class Asked:
    """The values of ``zhima init-certs``'s own options, unchecked. None was not given."""

    file: str
    out: str | None = None
    format: str | None = None
    batch: str | None = None
    jobs: str | None = None
    rate: str | None = None
    encoding: str | None = None
    skip_invalid: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Plan:
    """How a file is to be sent.

    ``out`` is the file of results, None for standard output; ``batch`` the name that the made
    transaction_ids depend on; ``jobs`` how many calls are made at a time; ``rate`` how many in a
    second at the most, None for no bound; ``encoding`` the file's, None where it is to be found.
    """

    file: str
    out: Path | None
    format: RowFormat
    batch: str
    jobs: int
    rate: float | None
    encoding: str | None
    skip_invalid: bool
    dry_run: bool


def make_plan(asked: Asked, options: Options) -> tuple[Plan, tuple[Problem, ...]]:
    """Return the plan, and what is wrong with what is asked; defaults stand in for that."""
    problems: list[Problem] = []
    for name in JSON_PARAMETERS:
        if asked.file == STDIN and getattr(options, name) == STDIN:
            subject = f"FILE, {option_name(name)}"
            problems.append(Problem(Kind.USAGE, Reason.STDIN_TWICE, subject))
    row_format = _format(asked, problems)
    name = asked.batch if asked.batch is not None else PurePath(asked.file).name
    if asked.batch is None and asked.file == STDIN:
        problems.append(Problem(Kind.USAGE, Reason.BATCH_NEEDS_NAME, "--batch"))
    elif not name:
        problems.append(Problem(Kind.USAGE, Reason.EMPTY, "--batch"))
    elif len(name) > _MAX_BATCH_NAME:
        found, limit = str(len(name)), str(_MAX_BATCH_NAME)
        problems.append(Problem(Kind.USAGE, Reason.TOO_LONG, "--batch", found, limit))
    if asked.out == "":
        problems.append(Problem(Kind.USAGE, Reason.EMPTY, "--out"))
    plan = Plan(
        file=asked.file,
        out=Path(asked.out) if asked.out else None,
        format=row_format,
        batch=name,
        jobs=int(_number(asked.jobs, "--jobs", _JOBS, problems)),
        encoding=_encoding(asked, problems),
        rate=_rate(asked, problems),
        skip_invalid=asked.skip_invalid,
        dry_run=asked.dry_run,
    )
    return plan, tuple(problems)


def _encoding(asked: Asked, problems: list[Problem]) -> str | None:
    encoding = asked.encoding.lower() if asked.encoding is not None else None
    if encoding is None or encoding in ENCODINGS:
        return encoding
    expected = ", ".join(ENCODINGS)
    problems.append(Problem(Kind.USAGE, Reason.NOT_A_CHOICE, "--encoding", expected=expected))
    return None


def _format(asked: Asked, problems: list[Problem]) -> RowFormat:
    if asked.format is None:
        is_csv = asked.out is not None and asked.out.lower().endswith(".csv")
        return RowFormat.CSV if is_csv else RowFormat.JSON_LINES
    try:
        return RowFormat(asked.format)
    except ValueError:
        expected = ", ".join(each.value for each in RowFormat)
        problems.append(Problem(Kind.USAGE, Reason.NOT_A_CHOICE, "--format", expected=expected))
        return RowFormat.JSON_LINES


def _rate(asked: Asked, problems: list[Problem]) -> float | None:
    text = asked.rate.removesuffix("/s") if asked.rate is not None else None
    if text is not None and fault_of(text, _RATE) is Reason.NOT_A_NUMBER:
        problems.append(Problem(Kind.USAGE, Reason.NOT_A_RATE, "--rate"))
        return None
    return _number(text, "--rate", _RATE, problems) or None


def _number(text: str | None, option: str, allowed: Range, problems: list[Problem]) -> float:
    if text is None:
        return allowed.default
    reason = fault_of(text, allowed)
    if reason is None:
        return float(text)
    expected = str(allowed) if reason is Reason.OUT_OF_RANGE else ""
    problems.append(Problem(Kind.USAGE, reason, option, expected=expected))
    return allowed.default
