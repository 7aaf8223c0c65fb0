"""Where a client does otherwise than zhima, and why zhima does as it does.

A difference that is not listed here fails, and so does one that is and does not occur.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.comparison.clients import (
    CLIENTS,
    NODE_UNASKED,
    OFFICIAL_NODE,
    OFFICIAL_PYTHON,
    OTHER_PYTHON,
)
from tests.comparison.request_cases import ASCII_KINDS, CLASSES, row_name
from tests.comparison.verdicts import Taken

# The forms of the application's private key that a client cannot read.
KEY_FORMS_REFUSED: Mapping[str, frozenset[str]] = {
    OFFICIAL_PYTHON: frozenset({"pkcs8-pem", "pkcs8-base64"}),
    OFFICIAL_NODE: frozenset(),
    OTHER_PYTHON: frozenset({"pkcs1-base64", "pkcs8-base64"}),
}


@dataclass(frozen=True)
class RequestDifference:
    """Classes of requests that these clients sign and send otherwise, all cases of them alike."""

    clients: tuple[str, ...]
    rows: tuple[str, ...]
    does: str
    why: str


REQUESTS = (
    RequestDifference(
        (OFFICIAL_NODE, OTHER_PYTHON),
        tuple(row_name(c, kind) for c, kind in CLASSES if c != "utf-8" and kind not in ASCII_KINDS),
        "signs and sends utf-8, whatever charset it names",
        "Under the charset that it names, the gateway reads another name or none. zhima writes in "
        "the charset that it names.",
    ),
)


@dataclass(frozen=True)
class AnswerDifference:
    """Classes of answers that a client takes otherwise, all cases of them alike."""

    clients: tuple[str, ...]
    rows: tuple[str, ...]
    zhima: Taken
    client: Taken
    why: str


_BOTH_PYTHON = (OFFICIAL_PYTHON, OTHER_PYTHON)
_ALL = (*CLIENTS, NODE_UNASKED)

ANSWERS = (
    # zhima accepts, the client refuses.
    AnswerDifference(
        (OFFICIAL_PYTHON, OFFICIAL_NODE),
        ("sign first", "gbk, sign first"),
        Taken.GENUINE,
        Taken.REFUSED,
        "They cut the node out by what stands around it, and expect the sign behind it. The page's "
        "own samples have it first.",
    ),
    AnswerDifference(
        (OFFICIAL_PYTHON,),
        ("certificate number between",),
        Taken.GENUINE,
        Taken.REFUSED,
        "It expects the sign right behind the node; JSON has no order.",
    ),
    AnswerDifference(
        (OFFICIAL_PYTHON,),
        ("carriage returns",),
        Taken.GENUINE,
        Taken.REFUSED,
        "It knows spaces, tabs and line feeds; JSON has carriage returns, too.",
    ),
    AnswerDifference(
        CLIENTS,
        ("escaped slash, signed without",),
        Taken.GENUINE,
        Taken.REFUSED,
        "Some answers are signed over the text without the escape, and other official clients try "
        "once more with it. zhima does, and reads the text that was signed.",
    ),
    AnswerDifference(
        (OTHER_PYTHON,),
        (
            "opening brace in a string",
            "closing brace in a string",
            "the word sign in a string",
        ),
        Taken.GENUINE,
        Taken.REFUSED,
        "It counts braces in strings, too, and cuts the node off too early or too late.",
    ),
    AnswerDifference(
        (OFFICIAL_PYTHON, OFFICIAL_NODE),
        ("unsigned failure", "unsigned error_response"),
        Taken.FAILURE,
        Taken.REFUSED,
        "The gateway cannot sign for a caller that it does not know, so zhima tells the failure, "
        "marked as not verified; it says nothing that a success could be taken from.",
    ),
    AnswerDifference(
        (OFFICIAL_NODE,),
        ("signed error_response",),
        Taken.FAILURE,
        Taken.REFUSED,
        "It cuts out what it verifies by the interface's name alone.",
    ),
    AnswerDifference(
        (OFFICIAL_NODE, OTHER_PYTHON),
        ("gbk, Chinese", "gb2312, Chinese", "gbk, second bytes that are braces and backslashes"),
        Taken.GENUINE,
        Taken.REFUSED,
        "They read every answer as utf-8; zhima reads it in the charset of the request.",
    ),
    AnswerDifference(
        (NODE_UNASKED,),
        ("gbk, second bytes that are braces and backslashes",),
        Taken.GENUINE,
        Taken.REFUSED,
        "Read as utf-8, it is no JSON.",
    ),
    AnswerDifference(
        (OTHER_PYTHON,),
        ("gbk, sign first",),
        Taken.GENUINE,
        Taken.REFUSED,
        "It reads every answer as utf-8.",
    ),
    # The client believes, zhima refuses.
    AnswerDifference(
        (NODE_UNASKED,),
        (
            "unsigned success",
            "sign null",
            "sign empty",
            "sign a number",
            "sign in the node",
            "signature with a changed bit",
            "signature cut short",
            "signature with line ends",
            "signature with marks in it",
            "signature of a stranger's key",
            "signature of the application's key",
            "signature of the other hash",
            "signature without the node's braces",
            "space put into the node",
            "failure made a success",
            "two nodes, the forged one first",
            "two signs, the good one last",
            "two signs, the good one first",
            "node and error_response",
            "signed success as error_response",
        ),
        Taken.REFUSED,
        Taken.GENUINE,
        "It verifies only where its caller asks for it (validateSign). zhima always does.",
    ),
    AnswerDifference(
        (NODE_UNASKED,),
        (
            "signature of another node",
            "two nodes, the genuine one first",
            "two nodes, both before the sign",
            "two nodes, the sign first",
            "a genuine node with two biz_no",
        ),
        Taken.REFUSED,
        Taken.FORGED,
        "It verifies only where its caller asks for it, and of two members believes the last.",
    ),
    AnswerDifference(
        (NODE_UNASKED,),
        ("forged failure", "forged error_response"),
        Taken.REFUSED,
        Taken.FAILURE,
        "It verifies only where its caller asks for it.",
    ),
    AnswerDifference(
        (OTHER_PYTHON,),
        ("forged error_response",),
        Taken.REFUSED,
        Taken.FAILURE,
        "It does not verify an error_response; a signature that does not hold is a forgery.",
    ),
    AnswerDifference(
        (OFFICIAL_NODE, OTHER_PYTHON),
        ("signature with line ends",),
        Taken.REFUSED,
        Taken.GENUINE,
        "Their decoder of base64 passes over what is none; zhima takes it to the letter.",
    ),
    AnswerDifference(
        CLIENTS,
        ("signature with marks in it",),
        Taken.REFUSED,
        Taken.GENUINE,
        "Their decoder of base64 passes over what is none; zhima takes it to the letter.",
    ),
    AnswerDifference(
        (OFFICIAL_PYTHON,),
        ("signature of the other hash",),
        Taken.REFUSED,
        Taken.GENUINE,
        "Its library takes the hash from the signature, so SHA-1 passes where RSA2 was agreed on.",
    ),
    AnswerDifference(
        _BOTH_PYTHON,
        ("two nodes, the genuine one first",),
        Taken.REFUSED,
        Taken.GENUINE,
        "They believe the first of two nodes, a JSON parser the last. Two readers of one answer "
        "must not read two things, so zhima reads none.",
    ),
    AnswerDifference(
        (OFFICIAL_NODE,),
        ("two nodes, the genuine one first",),
        Taken.REFUSED,
        Taken.FORGED,
        "It verifies the first of two nodes and believes the last: a forged success, asked to "
        "verify or not.",
    ),
    AnswerDifference(
        (OTHER_PYTHON,),
        ("two nodes, both before the sign", "two nodes, the sign first"),
        Taken.REFUSED,
        Taken.GENUINE,
        "It believes the first of two nodes, a JSON parser the last.",
    ),
    AnswerDifference(
        (OFFICIAL_NODE, OTHER_PYTHON),
        ("two signs, the good one last",),
        Taken.REFUSED,
        Taken.GENUINE,
        "They take the last of two signatures; zhima takes no member that comes twice.",
    ),
    AnswerDifference(
        (OFFICIAL_PYTHON,),
        ("two signs, the good one first",),
        Taken.REFUSED,
        Taken.GENUINE,
        "It takes the first of two signatures; zhima takes no member that comes twice.",
    ),
    AnswerDifference(
        CLIENTS,
        ("a genuine node with two biz_no",),
        Taken.REFUSED,
        Taken.FORGED,
        "They believe the last of two members. It is what was signed, but two readers could read "
        "two numbers in it, so zhima records none.",
    ),
    AnswerDifference(
        (OFFICIAL_PYTHON, OFFICIAL_NODE),
        ("node and error_response",),
        Taken.REFUSED,
        Taken.GENUINE,
        "An answer is one node. What says both that it went well and that it did not is none.",
    ),
    AnswerDifference(
        (OFFICIAL_PYTHON,),
        ("genuine node of another interface",),
        Taken.REFUSED,
        Taken.GENUINE,
        "It takes any node whose name ends in _response; Alipay signed it, but for another call.",
    ),
    AnswerDifference(
        (OFFICIAL_PYTHON,),
        ("signed success as error_response",),
        Taken.REFUSED,
        Taken.GENUINE,
        "It takes any node whose name ends in _response; a success does not come as an error.",
    ),
    AnswerDifference(
        (OFFICIAL_PYTHON,),
        (
            "node within another object",
            "text behind the answer",
            "byte order mark",
            "comma too many",
            "list around the answer",
        ),
        Taken.REFUSED,
        Taken.GENUINE,
        "It looks for the node by a pattern and never reads the whole. What is not one JSON object "
        "with one node is no answer.",
    ),
    AnswerDifference(
        _ALL,
        (
            "success without a biz_no",
            "biz_no a number",
            "biz_no of 33 characters",
            "biz_no with a line end",
        ),
        Taken.REFUSED,
        Taken.UNFIT,
        "They hand over what stands there. The page promises a string of at most 32 characters, "
        "and it is recorded and printed.",
    ),
    AnswerDifference(
        _ALL,
        ("code a number",),
        Taken.REFUSED,
        Taken.FAILURE,
        "They hand over what stands there, and whoever looks for the text 10000 does not find it.",
    ),
)


# Answers to calls with content encryption, which the Node.js client alone can make.
ENCRYPTED = (
    AnswerDifference(
        (OFFICIAL_NODE,),
        ("encrypted", "encrypted, sign first"),
        Taken.GENUINE,
        Taken.REFUSED,
        "It looks for braces to cut the node out by, and an encrypted one has none: with "
        "validateSign it refuses every encrypted answer.",
    ),
    AnswerDifference(
        (NODE_UNASKED,),
        ("encrypted, unsigned", "encrypted, signed without its quotes"),
        Taken.REFUSED,
        Taken.GENUINE,
        "It verifies only where its caller asks for it.",
    ),
    AnswerDifference(
        (NODE_UNASKED,),
        ("encrypted, forged",),
        Taken.REFUSED,
        Taken.FORGED,
        "It verifies only where its caller asks for it.",
    ),
)


@dataclass(frozen=True)
class SerialDifference:
    """Names of issuers of which a client makes another serial number."""

    client: str
    rows: tuple[str, ...]
    why: str


SERIALS = (
    SerialDifference(
        OFFICIAL_NODE,
        ("domain components", "serial number in the name"),
        "It has no short name for these parts and writes none. zhima writes DC, and the number of "
        "what has no short name. protocol.md names CN, OU, O and C alone.",
    ),
    SerialDifference(
        OFFICIAL_NODE,
        ("e-mail address",),
        "It writes E; zhima writes the number, since RFC 4514 has no short name for it. "
        "protocol.md names CN, OU, O and C alone.",
    ),
    SerialDifference(
        OTHER_PYTHON,
        (
            "most specific part first",
            "several OUs",
            "no OU",
            "province and city",
            "several parts in one",
            "domain components",
            "e-mail address",
            "serial number in the name",
        ),
        "It writes one CN, OU, O and C each, in that order, whatever the name has. zhima takes the "
        "name as it stands, as protocol.md says and the official client does.",
    ),
)


@dataclass(frozen=True)
class Habit:
    """A way of these clients that shows in no string to be signed, or in every one alike."""

    clients: tuple[str, ...]
    does: str
    why: str


LOCAL_TIME = Habit(
    CLIENTS,
    "stamps the machine's local time, unless it is given a timestamp (the official Python client "
    "cannot be given one; the test sets its clock)",
    "The gateway expects Beijing time, wherever the machine is.",
)
SORTS_CONTENT = Habit(
    (OFFICIAL_PYTHON,),
    "writes biz_content's members sorted by name, unless it is given the text",
    "The same JSON, and the signature is over the text that is sent. zhima writes the page's "
    "order.",
)
ESCAPES_CONTENT = Habit(
    (OTHER_PYTHON,),
    "writes biz_content's Chinese as \\uXXXX, unless it is given the text",
    "The same JSON. zhima writes the characters, which is what people check a dry run for.",
)
SMALL_FORMAT = Habit(
    (OFFICIAL_PYTHON,),
    "sends format=json unless told otherwise",
    "The page writes JSON.",
)
NO_FORMAT = Habit(
    (OFFICIAL_NODE, OTHER_PYTHON),
    "sends no format unless told to",
    "The page makes it optional; zhima sends what the page shows.",
)
SIGNS_UNSENT_TOKEN = Habit(
    (OFFICIAL_PYTHON,),
    "signs an empty app_auth_token, and does not send it",
    "What is empty is neither signed nor sent; this client's own signature does not hold then.",
)
SENDS_EMPTY_TOKEN = Habit(
    (OFFICIAL_NODE, OTHER_PYTHON),
    "signs and sends an empty app_auth_token",
    "What is empty is neither signed nor sent.",
)
URL_HOLDS_ALL = Habit(
    (OTHER_PYTHON,),
    "sends everything, name and number included, in the URL of a GET",
    "URLs are logged on the way. zhima sends biz_content in the body, as the official clients do.",
)
NO_PORT = Habit(
    (OFFICIAL_PYTHON,),
    "cannot call a URL that names a port",
    "zhima calls the URL that it is given.",
)
SENDS_WHAT_CHARSET_LACKS = Habit(
    (OFFICIAL_NODE, OTHER_PYTHON),
    "sends a character that the charset lacks, as utf-8",
    "It would be another name. zhima refuses and says which charset has it; the official Python "
    "client refuses with an exception.",
)
NO_CERTIFICATES = Habit(
    (OFFICIAL_PYTHON,),
    "has no certificate mode",
    "zhima has.",
)
NO_ENCRYPTION = Habit(
    (OFFICIAL_PYTHON, OTHER_PYTHON),
    "cannot encrypt: the official Python client hands text where its library takes bytes, and "
    "fails; python-alipay-sdk has no encryption",
    "zhima's is compared with the Node.js client's.",
)
UNVERIFIED_ENCRYPTION = Habit(
    (OFFICIAL_NODE,),
    "decrypts an answer, but cannot verify an encrypted one, genuine or not",
    "zhima verifies the cipher text and decrypts nothing before.",
)
IGNORED_CERTIFICATE = Habit(
    (OFFICIAL_NODE, OTHER_PYTHON),
    "believes an answer that names another certificate (alipay_cert_sn) than Alipay's that it has",
    "The answer itself says that another key is meant; zhima does not believe it.",
)

HABITS = tuple(value for value in vars().copy().values() if isinstance(value, Habit))
