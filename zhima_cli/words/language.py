"""Which language zhima speaks."""

import re
from collections.abc import Mapping
from enum import Enum

from zhima_cli.words.vocabulary import Vocabulary

# A language, and what follows it in a locale's name (zh_CN.UTF-8) or a language tag (zh-CN).
_NAME = re.compile(r"([A-Za-z]+)([_.@-].*)?", re.DOTALL)
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


def named_language(name: str) -> Language | None:
    """Return the language that ``name`` begins with: ``zh``, ``zh-CN``, ``zh_CN.UTF-8``."""
    match = _NAME.fullmatch(name)
    return next((each for each in Language if match and each.value == match[1].lower()), None)


def language_of_locale(variables: Mapping[str, str]) -> Language:
    """Return the language of the POSIX locale: the first variable that is set decides."""
    locale = next((variables[name] for name in _LOCALE_VARIABLES if variables.get(name)), "")
    return named_language(locale) or Language.EN
