"""What a batch came to, in a few lines for people."""

from collections.abc import Iterator

from zhima_cli.batch.stop_rule import Stop
from zhima_cli.batch.tally import Tally
from zhima_cli.core.kinds import EXIT_STATUS, Kind
from zhima_cli.words.vocabulary import Label, Vocabulary

_STOPS = {
    Stop.REFUSALS: Label.BATCH_STOPPED_BY_REFUSALS,
    Stop.TEMPORARY: Label.BATCH_STOPPED_BY_FAILURES,
    Stop.REPLAY: Label.BATCH_STOPPED_BY_REPLAY,
}
# More ways to end are of no use to a person.
_MOST_LINES = 20


def summary(tally: Tally, rows: int, words: Vocabulary) -> Iterator[str]:
    """Yield how many of the ``rows`` ended in which way, and how to learn more of each."""
    text = words.labels[Label.BATCH_SUMMARY]
    successes = tally.of_kind(Kind.SUCCESS)
    yield text.format(rows=rows, ended=tally.counts.total(), successes=successes)
    text = words.labels[Label.BATCH_ENDING]
    failures = [each for each in tally.counts.most_common() if each[0].kind is not Kind.SUCCESS]
    for ending, count in failures[:_MOST_LINES]:
        code = ending.code or EXIT_STATUS[ending.kind]
        yield text.format(count=count, kind=words.kinds[ending.kind], code=code)


def unfinished(stop: Stop | None, words: Vocabulary) -> Iterator[str]:
    """Yield why some rows have not ended, as far as it is for the others, and how to go on."""
    if stop is not None:
        yield words.labels[_STOPS[stop]]
    yield words.labels[Label.BATCH_GOES_ON]
