"""Checks rows: what each asks for, over what the command line, environment and profile say."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace

from zhima_cli.batch.duplicates import finding_duplicates
from zhima_cli.batch.ids import RowIds
from zhima_cli.batch.row import Row, RowFault, place_of
from zhima_cli.batch.rows import read_rows
from zhima_cli.batch.source import RowSource
from zhima_cli.core.account import Account
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.identity import MAX_IDENTITY_PARAM
from zhima_cli.core.json_options import JsonReader, check_json
from zhima_cli.core.kinds import Kind
from zhima_cli.core.parameters import (
    MAX_CODE,
    MAX_EXT_BIZ_PARAM,
    MAX_LINKED_MERCHANT_ID,
    MAX_MERCHANT_CONFIG,
    Parameters,
    find_transaction_prefix,
    given_transaction_id,
    resolve_content,
)
from zhima_cli.core.sources import Given, Sources

# What a single call tells in words of its options.
_OF_A_ROW = {
    Reason.MISSING_PERSON: Reason.CELL_IS_DUE,
    Reason.NOT_JSON: Reason.CELL_NOT_JSON,
}


@dataclass(frozen=True)
class Defaults:
    """What rows have that do not say otherwise; None is left to the core's own default."""

    product_code: str | None
    biz_code: str | None
    cert_type: str | None
    identity_type: str | None
    merchant_config: str | None
    ext_biz_param: str | None = field(repr=False)
    linked_merchant_id: str | None


@dataclass(frozen=True)
class Batch:
    """What all rows of a file share."""

    sources: Sources = field(repr=False)
    charset: Charset
    defaults: Defaults
    ids: RowIds


@dataclass(frozen=True)
class CheckedRow:
    """A row that is right, as it is sent; ``number`` and ``line`` are as in Row."""

    number: int
    line: int
    parameters: Parameters
    warnings: tuple[Problem, ...]


def resolve_batch(
    sources: Sources,
    charset: Charset,
    read_stdin: Callable[[], bytes],
    account: Account,
    name: str,
) -> Batch:
    """Resolve and check what all rows share.

    ``name`` is the batch's: under another name, the same rows are other transactions.

    Raises InputError with all that is wrong.
    """
    reader = JsonReader(sources, charset, read_stdin)
    defaults = Defaults(
        product_code=sources.text("product_code", MAX_CODE, charset),
        biz_code=sources.text("biz_code", MAX_CODE, charset),
        cert_type=sources.text("cert_type", MAX_IDENTITY_PARAM, charset),
        identity_type=sources.text("identity_type", MAX_IDENTITY_PARAM, charset),
        merchant_config=reader.read("merchant_config", MAX_MERCHANT_CONFIG),
        ext_biz_param=reader.read("ext_biz_param", MAX_EXT_BIZ_PARAM),
        linked_merchant_id=sources.text("linked_merchant_id", MAX_LINKED_MERCHANT_ID, charset),
    )
    ids = RowIds(account.private_key, account.app_id, name, find_transaction_prefix(sources))
    if sources.problems:
        raise InputError(*sources.problems)
    return Batch(sources, charset, defaults, ids)


def check_rows(source: RowSource, batch: Batch) -> Generator[CheckedRow | RowFault, None, None]:
    """Yield all rows of the file, right or wrong; the second of two same ones is wrong.

    Take all of it in one thread, and close it.

    Raises InputError where the file as a whole is wrong, or can no longer be read.
    """
    with finding_duplicates() as duplicates:
        for row in read_rows(source):
            checked = row if isinstance(row, RowFault) else resolve_row(row, source.name, batch)
            if isinstance(checked, CheckedRow):
                first = duplicates.first_line(checked.parameters.transaction_id, row.line)
                if first is not None:
                    place = place_of(source.name, row.line)
                    problem = Problem(Kind.USAGE, Reason.DUPLICATE_ROW, place, str(first))
                    checked = RowFault(row.number, row.line, (problem,))
            yield checked


def resolve_row(row: Row, file: str, batch: Batch) -> CheckedRow | RowFault:
    """Resolve and check what a row asks for; ``file`` names the file in problems.

    A transaction_id that the row does not give is made of all else.
    """
    sources = _RowSources(row, batch)
    transaction_id = given_transaction_id(sources)
    content = resolve_content(sources, batch.charset, sources.read_json, None)
    if sources.problems or content is None:
        problems = tuple(_placed(problem, row, file) for problem in sources.problems)
        return RowFault(row.number, row.line, problems)
    parameters = Parameters(
        **vars(content), transaction_id=transaction_id or batch.ids.transaction_id(content)
    )
    warnings = tuple(_placed(warning, row, file) for warning in sources.warnings)
    return CheckedRow(row.number, row.line, parameters, warnings)


class _RowSources(Sources):
    """The cells of a row, then what all rows share; a cell's origin is its column's name."""

    def __init__(self, row: Row, batch: Batch) -> None:
        shared = batch.sources
        super().__init__(
            shared.options, shared.variables, shared.profile, shared.home, shared.files
        )
        self._charset = batch.charset
        self._defaults = batch.defaults
        self._cells = {cell.name: cell.value for cell in row.cells}

    def typed(self, name: str) -> Given | None:
        """Return the cell of that column."""
        value = self._cells.get(name)
        return None if value is None else Given(name, value, name, Kind.USAGE)

    def find(self, name: str) -> Given | None:
        """Return the cell of that column, or the value that all rows share."""
        value = self._cells.get(name) or getattr(self._defaults, name, None)
        return None if value is None else Given(name, value, name, Kind.USAGE)

    def read_json(self, name: str, limit: int) -> str | None:
        """Return a JSON parameter's text, which is always the text itself.

        What is in a file does not make zhima read other files.
        """
        given = self.find(name)
        return None if given is None else check_json(self, self._charset, given, limit)


def _placed(problem: Problem, row: Row, file: str) -> Problem:
    """Return the problem with its place in the file, in words of a file."""
    reason = _OF_A_ROW.get(problem.reason, problem.reason)
    expected = problem.subject if reason is Reason.CELL_IS_DUE else problem.expected
    subject = place_of(file, row.line, problem.subject)
    return replace(problem, reason=reason, subject=subject, expected=expected)
