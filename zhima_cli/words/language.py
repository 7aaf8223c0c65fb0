"""Which language zhima speaks."""

from collections.abc import Mapping
from enum import Enum

from zhima_cli.words.vocabulary import Vocabulary

_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


class Language(Enum):
    """The value is what ``--lang`` takes."""

    ZH = "zh"
    EN = "en"

    @property
    def vocabulary(self) -> Vocabulary:
        """All of the language's words; the other language's are not loaded."""
        if self is Language.ZH:
            from zhima_cli.words.chinese import CHINESE

            return CHINESE
        from zhima_cli.words.english import ENGLISH

        return ENGLISH


def language_of_locale(variables: Mapping[str, str]) -> Language:
    """Return the language of the POSIX locale: the first variable that is set decides."""
    locale = next((variables[name] for name in _LOCALE_VARIABLES if variables.get(name)), "")
    return Language.ZH if locale.lower().startswith("zh") else Language.EN
