"""What there are words for in the list of ``zhima doctor``; nothing else loads them."""

from collections.abc import Mapping
from dataclasses import dataclass

from zhima_cli.core.checks import Note, Topic
from zhima_cli.core.errors import Reason
from zhima_cli.words.language import Language
from zhima_cli.words.vocabulary import Sentence


@dataclass(frozen=True)
class CheckWords:
    """The words of one language. {found} in a note is a check's own.

    ``sentences`` go before those of a call, which speak of making it again.
    """

    titles: Mapping[Topic, str]
    notes: Mapping[Note, str]
    sentences: Mapping[Reason, Sentence]
    summary: str


def check_words(language: Language) -> CheckWords:
    """Return the words of the language; the other language's are not loaded."""
    if language is Language.ZH:
        from zhima_cli.words.chinese_checks import CHINESE

        return CHINESE
    from zhima_cli.words.english_checks import ENGLISH

    return ENGLISH
