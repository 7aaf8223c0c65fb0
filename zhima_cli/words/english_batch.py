"""The English words of ``zhima init-certs``."""

from collections.abc import Mapping

from zhima_cli.core.errors import Reason
from zhima_cli.words.vocabulary import Label, Sentence

PROBLEMS: Mapping[Reason, Sentence] = {
    Reason.FILE_NOT_TEXT: Sentence(
        "{subject}: from here on the file is not text in UTF-8 or GBK", "Save it as UTF-8."
    ),
    Reason.NO_ROWS: Sentence(
        "{subject} has no rows", "Give one row for each person, below the names of the columns."
    ),
    Reason.UNKNOWN_COLUMN: Sentence(
        "{subject} is the name of no column that zhima knows",
        "Rename it, or leave it out; names that fit: {expected}.",
    ),
    Reason.REPEATED_COLUMN: Sentence(
        "{subject} has the name of a column before it: {found}", "Keep one of the two."
    ),
    Reason.MISSING_COLUMN: Sentence(
        "{subject} names no column {found}",
        "The first row names the columns: cert_name and cert_no, or identity_param, among them.",
    ),
    Reason.NOT_CSV: Sentence(
        "{subject} is not CSV: a quote is not closed, or something follows one that is",
        "Put the whole value in quotes, and write each quote within it twice.",
    ),
    Reason.NOT_JSON_LINE: Sentence(
        "{subject} is not JSON: {found}", "Write each object on one line of its own."
    ),
    Reason.ROW_TOO_LONG: Sentence(
        "{subject} begins a row of more than {expected} characters or {found} lines",
        "Look for a quote that is not closed, or for a line end that is missing.",
    ),
    Reason.ROW_LENGTH: Sentence(
        "{subject} has {found} cells, but there are {expected} columns",
        "Give it as many; put a value with a comma in it in quotes.",
    ),
    Reason.CELL_TYPE: Sentence(
        "{subject} is of the JSON type {found}", "Give it the type {expected}."
    ),
    Reason.CELL_NOT_JSON: Sentence(
        "{subject} is not JSON: {found}",
        """Give an object such as {{"name":"value"}}; in CSV, in quotes, each quote within """
        "it twice.",
    ),
    Reason.CELL_IS_DUE: Sentence("{subject} is empty", "Fill in {expected}."),
    Reason.DUPLICATE_ROW: Sentence(
        "{subject} is the same transaction as line {found}",
        "Remove one of the two, or give each a transaction_id of its own.",
    ),
    Reason.NOT_A_RATE: Sentence(
        "{subject} is not a number of calls a second", "Give it as 20 or 20/s."
    ),
    Reason.BATCH_NEEDS_NAME: Sentence(
        "Rows from standard input need a name of the batch",
        "Give it one by {subject}; the same name goes on where it stopped.",
    ),
    Reason.BATCH_UNRECORDED: Sentence(
        "The history {subject} cannot be used: {found}",
        "Check the path and its permissions, or name another file by --history; without it, "
        "nobody would know after an interruption who was initialized.",
    ),
    Reason.BATCH_RECORDED: Sentence(
        "The batch is recorded in {subject}, though the profile has history = false",
        "Name another file by --history; without one, nobody would know after an interruption "
        "who was initialized.",
    ),
    Reason.BATCH_NEEDS_MERCHANT: Sentence(
        "With app_auth_token, the batch needs a name of its own",
        "Give one by {subject} that tells the merchant: the same rows for another merchant are "
        "other transactions.",
    ),
    Reason.ROWS_CHANGED: Sentence(
        "{subject} was changed while it was being sent",
        "Run the command again; rows that have their biz_no are not sent again.",
    ),
    Reason.NOT_A_FILE: Sentence(
        "{subject} is not a regular file", "Name a file, or leave the option out."
    ),
    Reason.ROWS_INVALID: Sentence(
        "{subject}: {found} of {expected} rows are wrong; nothing was sent",
        "Correct what is said above, or send the others by --skip-invalid.",
    ),
    Reason.TRANSACTION_OF_OTHER: Sentence(
        "{subject}: this transaction was sent before, with other or unknown content",
        "Give the row a transaction_id of its own, or leave it empty; zhima history show tells "
        "what the transaction came to.",
    ),
    Reason.RESULTS_OF_OTHER_ROWS: Sentence(
        "{subject}: the file holds something else than results of these rows",
        "Name another file for the results; rows that have their biz_no are not sent again.",
    ),
    Reason.RESULTS_IN_USE: Sentence(
        "{subject}: another zhima is writing to this file",
        "Wait for its end, or name another file.",
    ),
}

LABELS: Mapping[Label, str] = {
    Label.BATCH_CHECKING: "checking all rows of",
    Label.BATCH_MORE_FAULTY: "more rows that are wrong: {count}; with 2> FILE, that file has all",
    Label.BATCH_CHECKED: "nothing was sent; all rows are right:",
    Label.BATCH_SLOWED: "the gateway asks for fewer calls; going on in {seconds} s with "
    "{rate} a second",
    Label.BATCH_SUMMARY: "rows: {rows}, ended: {ended}, with a biz_no: {successes}",
    Label.BATCH_ENDING: "{count} × {kind} (zhima explain {code})",
    Label.BATCH_STOPPED_BY_REFUSALS: "stopped: rows are refused for what no row can mend (key, "
    "permission, contract)",
    Label.BATCH_STOPPED_BY_FAILURES: "stopped: too many rows failed one after the other; try "
    "again later",
    Label.BATCH_STOPPED_BY_REPLAY: "stopped: the gateway gave a biz_no that another transaction "
    "has",
    Label.BATCH_BROKEN_OFF: "Broken off; some rows had been sent",
    Label.BATCH_GOES_ON: "the same command line goes on where this one stopped",
}

HELPS: Mapping[str, str] = {
    "zhima init-certs": "Initialize a certification for each row of a file; run it again to go on.",
    "zhima init-certs file": "CSV with a header, or JSON lines; - for standard input. Columns have "
    "the page's names, such as cert_name.",
    "zhima init-certs out": "File for the results. Default: standard output.",
    "zhima init-certs format": "csv or jsonl. Default: csv if the file for results ends in .csv.",
    "batch": "Name of the batch; under the same name nobody is initialized twice. Default: the "
    "file's name.",
    "jobs": "How many calls at a time. Default: 64.",
    "rate": "How many calls a second at the most. Default: no bound.",
    "encoding": "Of the file: utf-8 or gbk. Default: found out.",
    "skip_invalid": "Leave rows out that are wrong, and send the others.",
    "zhima init-certs dry_run": "Check all rows and send nothing.",
    "zhima init-certs output": "How failures are shown: pretty, plain or json. [ZHIMA_OUTPUT]",
}
