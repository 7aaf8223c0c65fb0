"""What there are words for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.kinds import Kind

_NUMBER = re.compile("[0-9]+")
# What is expected is a list of zhima's own names, with this between them.
_BETWEEN = ", "
_LISTS = frozenset(
    {
        *(Reason.UNKNOWN_COMMAND, Reason.NO_COMMAND, Reason.NOT_A_CHOICE, Reason.UNKNOWN_COLUMN),
        *(Reason.MISSING, Reason.MISSING_PERSON, Reason.NOT_IN_CHARSET, Reason.KEY_FORM),
        *(Reason.UNKNOWN_KEY, Reason.MISSPELT_COMMAND),
    }
)


# Those whose ``found`` is the core's own words, and nothing from outside that may look like them.
_FINDINGS = frozenset(
    {
        *(Reason.NOT_JSON, Reason.NOT_JSON_LINE, Reason.CELL_NOT_JSON, Reason.NOT_TOML),
        *(Reason.KEY_FORM, Reason.KEY_DAMAGED, Reason.KEY_BINARY, Reason.KEY_ENCRYPTED),
        *(Reason.KEY_OPENSSH, Reason.KEY_CERTIFICATE),
        *(Reason.KEY_PUBLIC_FOR_PRIVATE, Reason.KEY_PRIVATE_FOR_PUBLIC),
    }
)


class Label(Enum):
    """The small words around a result."""

    ERROR = auto()
    WARNING = auto()
    EXIT_STATUS = auto()
    GATEWAY_SAYS = auto()
    DESCRIPTION = auto()
    SOLUTION = auto()
    VERIFIED = auto()
    VERIFIED_YES = auto()
    VERIFIED_NO = auto()
    AGAIN = auto()
    AGAIN_YES = auto()
    AGAIN_NO = auto()
    SENT = auto()
    SENT_NO = auto()
    SENT_UNKNOWN = auto()
    SENT_ANSWERED = auto()
    PROFILE = auto()
    GATEWAY = auto()
    MOCK = auto()
    SENDING = auto()
    DRY_RUN = auto()
    HEADERS = auto()
    PARAMS = auto()
    BIZ_CONTENT = auto()
    STRING_TO_SIGN = auto()
    SIGN = auto()
    BODY = auto()
    ASK_CERT_NAME = auto()
    ASK_CERT_NO = auto()
    PAUSING = auto()
    TRYING_AGAIN = auto()
    ATTEMPT_ENDED = auto()
    TRY_AGAIN_WITH = auto()
    NO_RECORDS = auto()
    STARTED = auto()
    UPDATED = auto()
    STATE = auto()
    ATTEMPTS = auto()
    ASK_PRUNE = auto()
    PRUNED = auto()
    PRUNE_LEFT = auto()
    MOCK_READY = auto()
    MOCK_PROFILE_WRITTEN = auto()
    # zhima init-certs
    BATCH_CHECKING = auto()
    BATCH_CHECKED = auto()
    BATCH_MORE_FAULTY = auto()
    BATCH_SLOWED = auto()
    BATCH_SUMMARY = auto()
    BATCH_ENDING = auto()
    BATCH_STOPPED_BY_REFUSALS = auto()
    BATCH_STOPPED_BY_FAILURES = auto()
    BATCH_STOPPED_BY_REPLAY = auto()
    BATCH_BROKEN_OFF = auto()
    BATCH_GOES_ON = auto()
    # zhima explain
    MORE = auto()
    AGAIN_DEPENDS = auto()
    ANY_OTHER_SUB_CODE = auto()
    EXIT_STATUSES = auto()
    # zhima profiles
    CONFIG_FILE = auto()
    NO_FILE = auto()
    CHOSEN_BY_FLAG = auto()
    CHOSEN_BY_VARIABLE = auto()
    CHOSEN_BY_FILE = auto()
    CHOSEN_BY_DEFAULT = auto()
    OWN_PROFILE = auto()
    IN_FILE = auto()
    BY_DEFAULT = auto()
    IS_SET = auto()
    IS_WRONG = auto()
    NOT_SET = auto()
    # help
    USAGE = auto()
    ARGUMENTS = auto()
    OPTIONS = auto()
    COMMANDS = auto()
    EXAMPLES = auto()
    ANY_OPTIONS = auto()
    A_COMMAND = auto()
    # zhima verify-response
    SIGNATURE_HOLDS = auto()
    SIGNATURE_FAILS = auto()
    CAUSE = auto()
    NOTE = auto()
    # zhima configure, zhima keygen
    CONFIGURING = auto()
    ASK_APP_ID = auto()
    ASK_GATEWAY = auto()
    ASK_PRIVATE_KEY = auto()
    ASK_MODE = auto()
    ASK_ALIPAY_PUBLIC_KEY = auto()
    ASK_ALIPAY_ROOT_CERT = auto()
    ASK_ALIPAY_CERT = auto()
    ASK_APP_CERT = auto()
    ASK_ENCRYPT_KEY = auto()
    ASK_SIGN_TYPE = auto()
    ASK_DEFAULT_PROFILE = auto()
    PASTE_NOW = auto()
    KEY_SHOWN = auto()
    KEY_WRITTEN = auto()
    CONFIG_WRITTEN = auto()
    CONFIG_UNCHANGED = auto()
    CONFIG_UNWRITTEN = auto()
    CONFIG_LEFT = auto()
    THEN = auto()
    PRIVATE_KEY_WRITTEN = auto()
    PUBLIC_KEY_WRITTEN = auto()
    PASTE_PUBLIC_KEY = auto()


@dataclass(frozen=True)
class Sentence:
    """What is wrong, and what to do about it."""

    what: str
    remedy: str


@dataclass(frozen=True)
class Vocabulary:
    """All the words of one language.

    ``kinds`` are titles, ``endings`` say more: what an exit status means, and what to do.
    ``helps`` are by the name of a command or an option. ``findings`` are by what the core calls
    what it found, with N for each number; they have places for the numbers. ``comma`` is between
    the names of a list.
    """

    reasons: Mapping[Reason, Sentence]
    kinds: Mapping[Kind, str]
    endings: Mapping[Kind, Sentence]
    labels: Mapping[Label, str]
    helps: Mapping[str, str]
    findings: Mapping[str, str]
    comma: str

    def say(self, problem: Problem) -> Sentence:
        """Return the problem in words."""
        return self.fill(self.reasons[problem.reason], problem)

    def fill(self, sentence: Sentence, problem: Problem) -> Sentence:
        """Return the sentence with the problem's own values in the places for them."""
        if problem.reason in _FINDINGS:
            problem = replace(problem, found=self._finding(problem.found))
        problem = self._listing(problem)
        return Sentence(_fill(sentence.what, problem), _fill(sentence.remedy, problem))

    def _listing(self, problem: Problem) -> Problem:
        if problem.reason in _LISTS:
            return replace(problem, expected=problem.expected.replace(_BETWEEN, self.comma))
        if problem.reason in (Reason.STDIN_TWICE, Reason.STDIN_TWICE_FOR_KEYS):
            return replace(problem, subject=problem.subject.replace(_BETWEEN, self.comma))
        return problem

    def _finding(self, found: str) -> str:
        if found in self.findings:
            return self.findings[found]
        shape = _NUMBER.sub("N", found)
        if shape in self.findings:
            return self.findings[shape].format(*_NUMBER.findall(found))
        return found


def labelled(label: str, value: str) -> str:
    """Return the value behind its label. A name of the protocol's has the same colon everywhere."""
    return f"{label}: {value}" if label.isascii() else f"{label}：{value}"


def bracketed(words: str, value: str) -> str:
    """Return the value in brackets behind the words; Chinese words have full-width ones."""
    return f"{words} ({value})" if value.isascii() else f"{words}（{value}）"


def led_to(words: str, value: str) -> str:
    """Return the value behind the words that lead to it; a full-width colon needs no space."""
    return f"{words}{value}" if words.endswith("：") else f"{words} {value}"


def _fill(template: str, problem: Problem) -> str:
    if not problem.found:
        # A problem does not always know all that there is to say.
        template = template.replace(" ({found})", "").replace("（{found}）", "")
    return template.format(subject=problem.subject, found=problem.found, expected=problem.expected)
