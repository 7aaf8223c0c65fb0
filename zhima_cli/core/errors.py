"""The one hierarchy of errors. An error carries its diagnosis as data; the words are elsewhere."""

import traceback
from dataclasses import dataclass
from enum import Enum, auto

from zhima_cli.core.kinds import Kind, Sent
from zhima_cli.core.terminated import Terminated


class Reason(Enum):
    """Everything that zhima itself can find wrong, or worth a warning."""

    # the command line
    UNKNOWN_OPTION = auto()
    MISSPELT_OPTION = auto()
    UNKNOWN_COMMAND = auto()
    MISSPELT_COMMAND = auto()
    NO_COMMAND = auto()
    OPTION_NEEDS_VALUE = auto()
    OPTION_TAKES_NO_VALUE = auto()
    OPTION_AS_VALUE = auto()
    OPTION_IS_DUE = auto()
    OPTION_MISPLACED = auto()
    ARGUMENT_IS_DUE = auto()
    UNEXPECTED_ARGUMENT = auto()
    ARGUMENT_TOO_MANY = auto()
    EXCLUDES = auto()
    STDIN_TWICE = auto()
    STDIN_TWICE_FOR_KEYS = auto()
    NEEDS_OPTION = auto()
    CURL_NEEDS_DRY_RUN = auto()
    REDACT_NEEDS_DRY_RUN = auto()
    FIXED_BY_MOCK = auto()
    # zhima explain
    UNKNOWN_CODE = auto()
    MISSPELT_CODE = auto()
    # questions
    UNANSWERED = auto()
    UNCONFIRMED = auto()
    # values, wherever they come from
    EMPTY = auto()
    MISSING = auto()
    MISSING_PERSON = auto()
    TOO_LONG = auto()
    NOT_A_CHOICE = auto()
    BAD_APP_ID = auto()
    NOT_A_NUMBER = auto()
    OUT_OF_RANGE = auto()
    NOT_A_DATE = auto()
    NO_SUCH_RECORD = auto()
    BAD_TRANSACTION_ID = auto()
    BAD_TRANSACTION_PREFIX = auto()
    NOT_IN_CHARSET = auto()
    NOT_TEXT = auto()
    NOT_JSON = auto()
    CURLY_QUOTES = auto()
    NOT_A_JSON_OBJECT = auto()
    IDENTITY_MEMBER = auto()
    # files
    FILE_UNREADABLE = auto()
    PIPE_WITHOUT_WRITER = auto()
    FILE_TOO_LARGE = auto()
    FILE_NOT_UTF8 = auto()
    FILE_EXISTS = auto()
    FILE_UNWRITABLE = auto()
    # the configuration
    NO_CONFIG_FILE = auto()
    NOT_TOML = auto()
    NO_SUCH_PROFILE = auto()
    RESERVED_PROFILE = auto()
    UNKNOWN_KEY = auto()
    MISSPELT_KEY = auto()
    WRONG_TYPE = auto()
    BOTH_FORMS = auto()
    BAD_GATEWAY_URL = auto()
    GATEWAY_NOT_HTTPS = auto()
    NO_CA_BUNDLE = auto()
    BAD_PROXY = auto()
    PORT_UNAVAILABLE = auto()
    # zhima configure, zhima keygen
    BAD_PROFILE_NAME = auto()
    CONFIG_UNEDITABLE = auto()
    CONFIG_CHANGED = auto()
    CONFIG_LOCKED = auto()
    KEY_FILE_EXISTS = auto()
    KEY_BITS = auto()
    PASTED = auto()
    # the history
    HISTORY_UNUSABLE = auto()
    HISTORY_FOREIGN = auto()
    HISTORY_NEWER = auto()
    ALREADY_INITIALIZED = auto()
    # zhima init-certs
    FILE_NOT_TEXT = auto()
    NO_ROWS = auto()
    UNKNOWN_COLUMN = auto()
    REPEATED_COLUMN = auto()
    MISSING_COLUMN = auto()
    NOT_CSV = auto()
    NOT_JSON_LINE = auto()
    ROW_TOO_LONG = auto()
    ROW_LENGTH = auto()
    CELL_TYPE = auto()
    NOT_A_RATE = auto()
    BATCH_NEEDS_NAME = auto()
    BATCH_UNRECORDED = auto()
    BATCH_RECORDED = auto()
    BATCH_NEEDS_MERCHANT = auto()
    ROWS_CHANGED = auto()
    NOT_A_FILE = auto()
    ROWS_INVALID = auto()
    TRANSACTION_OF_OTHER = auto()
    RESULTS_OF_OTHER_ROWS = auto()
    RESULTS_IN_USE = auto()
    CELL_NOT_JSON = auto()
    CELL_IS_DUE = auto()
    DUPLICATE_ROW = auto()
    # keys
    KEY_FORM = auto()
    KEY_BINARY = auto()
    KEY_ENCRYPTED = auto()
    KEY_OPENSSH = auto()
    KEY_PUBLIC_FOR_PRIVATE = auto()
    KEY_PRIVATE_FOR_PUBLIC = auto()
    KEY_DAMAGED = auto()
    KEY_TOO_SMALL = auto()
    KEY_TOO_LARGE = auto()
    OWN_PUBLIC_KEY = auto()
    KEY_CERTIFICATE = auto()
    ENCRYPT_KEY_FORM = auto()
    # certificates
    BOTH_MODES = auto()
    CERT_EXTRA_MISSING = auto()
    CERT_UNREADABLE = auto()
    CERT_NOT_RSA = auto()
    CERT_EXPIRED = auto()
    CERT_NOT_YET_VALID = auto()
    CERT_NOT_CHAINED = auto()
    CERT_OF_OTHER_KEY = auto()
    OWN_CERTIFICATE = auto()
    ROOT_WITHOUT_RSA = auto()
    # the exchange
    NAME_NOT_RESOLVED = auto()
    NOT_CONNECTED = auto()
    PROXY_FAILED = auto()
    TIMED_OUT = auto()
    CONNECTION_BROKEN = auto()
    HTTP_UNAVAILABLE = auto()
    HTTP_STATUS = auto()
    NOT_HTTP = auto()
    REDIRECTED = auto()
    TLS_NOT_VERIFIED = auto()
    ANSWER_COMPRESSED = auto()
    ANSWER_TOO_LARGE = auto()
    # the answer
    ANSWER_NOT_IN_CHARSET = auto()
    ANSWER_NOT_JSON = auto()
    ANSWER_NODE = auto()
    ANSWER_MEMBER = auto()
    SIGNATURE_MISSING = auto()
    SIGNATURE_MALFORMED = auto()
    SIGNATURE_WRONG = auto()
    OTHER_CERTIFICATE = auto()
    ANSWER_ENCRYPTED = auto()
    ANSWER_UNDECRYPTABLE = auto()
    BIZ_NO_MISSING = auto()
    BIZ_NO_REPLAYED = auto()
    # endings that are not the gateway's
    INTERRUPTED = auto()
    TERMINATED = auto()
    BUG = auto()
    RESULT_UNWRITTEN = auto()
    RESULT_UNRECORDED = auto()
    OUTPUT_UNWRITTEN = auto()
    # warnings
    KEY_FILE_NOT_PRIVATE = auto()
    KEY_SMALL = auto()
    CHECK_DIGIT = auto()
    CARD_NUMBER_LENGTH = auto()
    CARD_NUMBER_CHARACTERS = auto()
    ODD_CHARACTERS = auto()
    REDACTED = auto()
    CLOCK_OFF = auto()
    # zhima doctor
    FILE_OPEN_TO_OTHERS = auto()
    KEY_NOT_PRIME = auto()
    SIGN_TYPE_OLD = auto()
    CHARSET_NARROW = auto()
    CERT_EXPIRES_SOON = auto()
    # zhima verify-response
    MOCK_KEYS_GONE = auto()
    REFUSAL_UNSIGNED = auto()
    NOTHING_SAVED = auto()
    SAVED_WITH_HEADERS = auto()
    ANSWER_CUT = auto()
    NODE_ALONE = auto()
    READ_IN_OTHER_CHARSET = auto()
    SIGNED_IN_OTHER_CHARSET = auto()
    CONVERTED_TO_OTHER_CHARSET = auto()
    SIGN_PERCENT_ENCODED = auto()
    SIGN_WITH_SPACES = auto()
    SIGN_WRAPPED = auto()
    SIGN_CUT = auto()
    SIGNED_WITH_OWN_KEY = auto()
    SIGNED_FOR_OTHER_PROFILE = auto()
    SIGNED_AS_OTHER_TYPE = auto()
    LINE_ENDS_CHANGED = auto()
    ANSWER_REDUMPED = auto()
    SIGNED_WITH_OTHER_SIZE = auto()
    MOCK_ANSWER = auto()
    MOCK_RESTARTED = auto()
    CHARACTERS_LOST = auto()
    MARK_IGNORED = auto()
    SPACE_IGNORED = auto()
    SLASH_UNESCAPED = auto()


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, with what a person needs to mend it.

    ``kind`` says which exit status it leads to, ``subject`` what is wrong or where (an option, a
    variable, a key of a profile, a file), ``found`` what stands there and ``expected`` what would
    do. None of them ever holds personal data or key material.
    """

    kind: Kind
    reason: Reason
    subject: str = ""
    found: str = ""
    expected: str = ""


class ZhimaError(Exception):
    """A call that ended without an answer of the gateway."""

    def __init__(self, kind: Kind, problems: tuple[Problem, ...], sent: Sent) -> None:
        super().__init__(", ".join(problem.reason.name for problem in problems))
        self.kind = kind
        self.problems = problems
        self.sent = sent


class InputError(ZhimaError):
    """Options, environment, profile or keys are wrong; nothing was sent.

    It holds all that is wrong at once. Its kind is USAGE as soon as one problem is.
    """

    def __init__(self, *problems: Problem) -> None:
        kinds = {problem.kind for problem in problems}
        kind = Kind.USAGE if Kind.USAGE in kinds else Kind.CONFIG
        super().__init__(kind, problems, Sent.NO)


class TemporaryError(ZhimaError):
    """The gateway could not be reached, or did not answer; the same call may be tried again.

    ``retry_after`` is how long the gateway asked to wait first, in seconds.
    """

    def __init__(
        self,
        sent: Sent,
        reason: Reason,
        subject: str = "",
        found: str = "",
        retry_after: float = 0.0,
    ) -> None:
        problem = Problem(Kind.TEMPORARY, reason, subject, found)
        super().__init__(Kind.TEMPORARY, (problem,), sent)
        self.retry_after = retry_after


class UntrustedError(ZhimaError):
    """Whatever answered cannot be believed to be the gateway."""

    def __init__(self, sent: Sent, reason: Reason, subject: str = "", found: str = "") -> None:
        problem = Problem(Kind.UNTRUSTED, reason, subject, found)
        super().__init__(Kind.UNTRUSTED, (problem,), sent)


class Interrupted(ZhimaError):  # noqa: N818 -- an ending that was asked for, not an error
    """The call was stopped while it was under way, ``by`` Ctrl-C or SIGTERM."""

    def __init__(self, sent: Sent, by: KeyboardInterrupt) -> None:
        kind, reason = (
            (Kind.TERMINATED, Reason.TERMINATED)
            if isinstance(by, Terminated)
            else (Kind.INTERRUPTED, Reason.INTERRUPTED)
        )
        super().__init__(kind, (Problem(kind, reason),), sent)


class UnwrittenError(ZhimaError):
    """What results go to, ``subject``, did not take them."""

    def __init__(self, found: str, subject: str = "stdout") -> None:
        problem = Problem(Kind.UNWRITTEN, Reason.OUTPUT_UNWRITTEN, subject, found)
        super().__init__(Kind.UNWRITTEN, (problem,), Sent.NO)


class ReaderLeft(UnwrittenError):  # noqa: N818 -- whoever left has what was wanted
    """Nobody reads standard output any more, as behind ``| head``, and nothing is lost by it."""


class InternalError(ZhimaError):
    """A fault of zhima's own, told by its type and place: its message may quote personal data."""

    def __init__(self, bug: Exception, sent: Sent) -> None:
        frames = traceback.extract_tb(bug.__traceback__)
        where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
        found = f"{type(bug).__name__}{where}"
        problem = Problem(Kind.INTERNAL, Reason.BUG, found=found)
        super().__init__(Kind.INTERNAL, (problem,), sent)
        self.__cause__ = bug


class HistoryError(ZhimaError):
    """The record of calls cannot be read or written. ``subject`` is its path."""

    def __init__(self, reason: Reason, subject: str, found: str = "", expected: str = "") -> None:
        problem = Problem(Kind.CONFIG, reason, subject, found, expected)
        super().__init__(Kind.CONFIG, (problem,), Sent.NO)
