"""Shows the records of calls: as a table, as lines, as JSON or as CSV."""

import io
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields, replace

from zhima_cli.core.again import options_of_same_call
from zhima_cli.core.options import Options
from zhima_cli.core.records import Record, State, Subject
from zhima_cli.output.again import try_again_command
from zhima_cli.output.screen import Screen
from zhima_cli.words.vocabulary import Label, Vocabulary, labelled

# Below this, a table's columns would break what has to be copied whole.
_TABLE_CELLS = 76


def try_again(record: Record, options: Options) -> str | None:
    """Return the command line that makes an open call again, None for one that is settled.

    ``options`` are those that the record was found with: its files.
    """
    if record.result.state in (State.SUCCESS, State.REFUSED):
        return None
    options = replace(options, resend=record.has_success)
    return try_again_command(options_of_same_call(record.subject, options))


def fields_of(record: Record, options: Options) -> dict[str, str | int | bool | None]:
    """Return a record's fields by the names that JSON, CSV and the lines have."""
    return {
        "started": record.started,
        "updated": record.updated,
        **asdict(record.subject),
        "attempts": record.attempts,
        "state": record.result.state.value,
        "biz_no": record.result.biz_no,
        "code": record.result.code,
        "sub_code": record.result.sub_code,
        "verified": record.result.verified,
        "try_again": try_again(record, options),
    }


def show_lines(records: Iterable[Record], options: Options, screen: Screen) -> None:
    """Write a record a line, its fields apart by tabs."""
    for record in records:
        fields = map(_text, fields_of(record, options).values())
        screen.stream.write("\t".join(map(screen.safe, fields)) + "\n")


def show_json_lines(records: Iterable[Record], options: Options, screen: Screen) -> None:
    """Write a record a line, as JSON."""
    for record in records:
        screen.json(fields_of(record, options))


def show_json(records: Iterable[Record], options: Options, screen: Screen) -> None:
    """Write the records as one JSON array."""
    screen.json([fields_of(record, options) for record in records])


def show_csv(records: Iterable[Record], options: Options, screen: Screen) -> None:
    """Write the records as CSV (RFC 4180), with a header."""
    rest = iter(records)
    first = tuple(itertools.islice(rest, 1))  # before the header, should it be unreadable
    screen.stream.write(_csv_line(_FIELDS))
    for record in itertools.chain(first, rest):
        values = fields_of(record, options).values()
        screen.stream.write(_csv_line([screen.safe(_text(value)) for value in values]))


def show_table(
    records: tuple[Record, ...], options: Options, words: Vocabulary, screen: Screen
) -> None:
    """Draw the records as a table, or below each other where that is too wide."""
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    console = screen.console()
    if console.width < _TABLE_CELLS:
        for record in records:
            for name, value in _brief(record):
                label = _label(name, words)
                line = labelled(label, value)
                is_narrow = cell_len(line) > console.width
                for part in (labelled(label, "").rstrip(), value) if is_narrow else (line,):
                    screen.line(part)
            screen.line("")
    else:
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
        heads = ("started", "profile", "state", "attempts")
        started, profile, state, attempts = (_label(name, words) for name in heads)
        table.add_column(f"{started}\n{profile}", overflow="fold")
        table.add_column(f"{state}\n{attempts}", no_wrap=True)
        table.add_column("transaction_id\nbiz_no / code", overflow="fold")
        for record in records:
            style = _STYLES[record.result.state]
            how = Text(record.result.state.value, style=style).append(f"\n{record.attempts}", "")
            time = screen.safe(record.started.replace("T", " "))
            when = Text(f"{time}\n{screen.safe(record.subject.profile)}")
            what = screen.safe(record.subject.transaction_id)
            table.add_row(when, how, Text(f"{what}\n{screen.safe(_outcome(record))}"))
        with console.capture() as drawn:
            console.print(table)
        screen.stream.write(drawn.get())
    commands = [command for record in records if (command := try_again(record, options))]
    if commands:
        screen.line(labelled(words.labels[Label.TRY_AGAIN_WITH], "").rstrip())
        for command in commands:
            screen.line(f"  {command}")


def show_record(record: Record, options: Options, words: Vocabulary, screen: Screen) -> None:
    """Write one record, a line a field."""
    for name, value in fields_of(record, options).items():
        if value is None or name == "try_again":
            continue
        if name == "verified":
            answer = Label.VERIFIED_YES if value else Label.VERIFIED_NO
            screen.line(labelled(_label(name, words), words.labels[answer]))
        else:
            screen.line(labelled(_label(name, words), str(value)))
    command = try_again(record, options)
    if command:
        screen.line(labelled(words.labels[Label.TRY_AGAIN_WITH], command))


_FIELDS = (
    *("started", "updated"),
    *(f.name for f in fields(Subject)),
    *("attempts", "state", "biz_no", "code", "sub_code", "verified", "try_again"),
)
# The others are names of the protocol.
_IN_WORDS: Mapping[str, Label] = {
    "started": Label.STARTED,
    "updated": Label.UPDATED,
    "profile": Label.PROFILE,
    "gateway": Label.GATEWAY,
    "attempts": Label.ATTEMPTS,
    "state": Label.STATE,
    "verified": Label.VERIFIED,
}
_STYLES: Mapping[State, str] = {
    State.SUCCESS: "green",
    State.REFUSED: "red",
    State.UNKNOWN: "yellow",
    State.SENDING: "yellow",
}


def _label(name: str, words: Vocabulary) -> str:
    return words.labels[_IN_WORDS[name]] if name in _IN_WORDS else name


def _brief(record: Record) -> Iterator[tuple[str, str]]:
    yield "started", record.started
    yield "profile", record.subject.profile
    yield "state", record.result.state.value
    yield "attempts", str(record.attempts)
    yield "transaction_id", record.subject.transaction_id
    if record.result.biz_no:
        yield "biz_no", record.result.biz_no
    elif record.result.code:
        yield "code", _outcome(record)


def _outcome(record: Record) -> str:
    result = record.result
    return result.biz_no or " ".join(text for text in (result.code, result.sub_code) if text)


def _text(value: str | int | bool | None) -> str:
    if isinstance(value, bool):
        return json.dumps(value)
    return "" if value is None else str(value)


def _csv_line(values: Iterable[str]) -> str:
    import csv  # of use to an export alone

    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()
