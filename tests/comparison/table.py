"""Writes docs/comparison.md: what agreed how often, and every difference that is listed."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from tests.comparison.answer_cases import AnswerCase
from tests.comparison.answer_outcomes import JUDGES
from tests.comparison.clients import (
    CLIENTS,
    NODE_UNASKED,
    OFFICIAL_NODE,
    OFFICIAL_PYTHON,
    OTHER_PYTHON,
    ROOT,
    version,
)
from tests.comparison.conftest import Answers, Requests
from tests.comparison.differences import (
    ANSWERS,
    ENCRYPTED,
    HABITS,
    KEY_FORMS_REFUSED,
    REQUESTS,
    SERIALS,
    AnswerDifference,
)
from tests.comparison.encrypted_outcomes import Encrypted
from tests.comparison.made_certificates import NAMINGS
from tests.comparison.request_outcomes import Outcome, compare
from tests.comparison.serial_outcomes import NUMBERING, Serials

FILE = ROOT / "docs" / "comparison.md"

_ABOUT = {
    OFFICIAL_PYTHON: "the platform's official client for Python",
    OFFICIAL_NODE: "the platform's official client for Node.js",
    OTHER_PYTHON: "the widely used client for Python by others",
}
_SHORT = {NODE_UNASKED: "alipay-sdk, unasked"}


def render(requests: Requests, answers: Answers, serials: Serials, encrypted: Encrypted) -> str:
    """Return the whole page."""
    parts = [
        _HEAD,
        _table(("client", "version", ""), [(f"`{c}`", version(c), _ABOUT[c]) for c in CLIENTS]),
        *_requests(requests),
        *_answers(answers),
        *_serials(serials),
        *_encrypted(encrypted),
        "## In every call\n",
        "Ways of a client that are the same in every call. Each has a test of its own.\n",
        _table(
            ("client", "what it does", "what zhima does, and why"),
            [(_names(habit.clients), habit.does, habit.why) for habit in HABITS],
        ),
    ]
    return "\n".join(parts)


_HEAD = """# zhima beside other clients

Written by the comparison's test suite; do not edit. `python -m pytest -m comparison -n 0` fails
where this page is not what it finds. With `UPDATE_COMPARISON=1` in the environment it writes the
page anew.

No test reaches the real gateway, so zhima is compared with clients that are made for it. They run
as they are, in environments of their own, against servers on this machine. A cell says in how many
cases of how many a client did the same as zhima. What is missing is listed below the table, with
the reason. A difference that is not listed fails the suite, and so does one that no longer occurs.
"""


def _requests(requests: Requests) -> Iterable[str]:
    same: Counter[tuple[str, str]] = Counter()
    total = Counter(case.row for case in requests.cases)
    for client in CLIENTS:
        for case, call, other in zip(
            requests.cases, requests.zhima, requests.clients[client], strict=True
        ):
            same[case.row, client] += compare(case, call, other) is Outcome.SAME
    yield "## Requests\n"
    yield (
        f"{len(requests.cases)} calls: each class with RSA and RSA2, with the key in each of four "
        "forms, and with every set of\nthe optional parameters. Same means: the string that was "
        "signed, the signature and every parameter\nthat arrived are the same to the byte.\n"
    )
    yield _counts(total, CLIENTS, lambda row, client: same[row, client])
    yield _table(
        ("client", "classes", "what it does", "why zhima does otherwise"),
        [(_names(d.clients), "; ".join(d.rows), d.does, d.why) for d in REQUESTS],
    )
    yield "Which forms of a private key a client reads:\n"
    yield _table(
        ("client", "refuses"),
        [(f"`{c}`", ", ".join(sorted(KEY_FORMS_REFUSED[c])) or "none") for c in CLIENTS],
    )


def _answers(answers: Answers) -> Iterable[str]:
    yield "## Answers\n"
    yield (
        f"{len(answers.cases)} answers, signed by an independent signer or made to look so. Same "
        "means: both believe the\nsame biz_no, tell the same failure, or refuse. "
        f"`{_SHORT[NODE_UNASKED]}` is the Node.js client as it is where\nvalidateSign is not set.\n"
    )
    yield from _judged(
        answers.cases,
        answers.zhima,
        {judge: [call.verdict for call in answers.clients[judge]] for judge in JUDGES},
        ANSWERS,
    )


def _encrypted(encrypted: Encrypted) -> Iterable[str]:
    calls = zip(encrypted.zhima_calls, encrypted.client_calls, strict=True)
    same = sum(other.params == call.wire.params for call, other in calls)
    yield "## Content encryption\n"
    yield (
        "The Node.js client alone can encrypt, and that in utf-8. Of "
        f"{len(encrypted.requests)} encrypted requests, "
        f"{same} are the same to the byte. Its answers:\n"
    )
    yield from _judged(
        encrypted.answers, encrypted.zhima_verdicts, encrypted.client_verdicts, ENCRYPTED
    )


def _serials(serials: Serials) -> Iterable[str]:
    yield "## Serial numbers of certificates\n"
    yield (
        f"{len(NAMINGS)} made certificates, each with a root bundle. Same means: app_cert_sn and "
        "alipay_root_cert_sn are both the same.\n"
    )
    yield _counts(
        dict.fromkeys(NAMINGS, 1),
        NUMBERING,
        lambda row, client: int(serials.clients[client][row] == serials.zhima[row]),
    )
    yield _table(
        ("client", "names", "why"),
        [(f"`{d.client}`", "; ".join(d.rows), d.why) for d in SERIALS],
    )


def _judged(
    cases: Sequence[AnswerCase],
    own: Sequence[str],
    others: Mapping[str, Sequence[str]],
    differences: Sequence[AnswerDifference],
) -> Iterable[str]:
    same: Counter[tuple[str, str]] = Counter()
    for client, verdicts in others.items():
        for case, verdict, other in zip(cases, own, verdicts, strict=True):
            same[case.kind, client] += verdict == other
    total = Counter(case.kind for case in cases)
    yield _counts(total, tuple(others), lambda row, client: same[row, client])
    yield _table(
        ("client", "classes", "zhima", "the client", "why"),
        [
            (_names(d.clients), "; ".join(d.rows), d.zhima.value, d.client.value, d.why)
            for d in differences
        ],
    )


def _counts(
    total: Mapping[str, int], clients: Sequence[str], same: Callable[[str, str], int]
) -> str:
    """Return the table of how many cases of each class are the same, with their sum below."""
    rows = [
        (row, *(f"{same(row, client)}/{count}" for client in clients))
        for row, count in total.items()
    ]
    sums = [sum(same(row, client) for row in total) for client in clients]
    rows.append(("**all**", *(f"**{sum_}/{sum(total.values())}**" for sum_ in sums)))
    return _table(("class", *(f"`{_SHORT.get(client, client)}`" for client in clients)), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    cells = ([cell.replace("|", r"\|") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


def _names(clients: Iterable[str]) -> str:
    return ", ".join(f"`{_SHORT.get(client, client)}`" for client in clients)
