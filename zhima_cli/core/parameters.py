"""The interface's own parameters (zhima.customer.certification.initialize, 请求参数)."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from zhima_cli.core.beijing import beijing_time
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import Problem, Reason
from zhima_cli.core.identity import assembled_identity, given_identity
from zhima_cli.core.json_options import JsonReader, ReadJson
from zhima_cli.core.kinds import Kind
from zhima_cli.core.options import Surroundings
from zhima_cli.core.sources import Sources

PRODUCT_CODE = "w1010100000000002978"
BIZ_CODE = "FACE"

MAX_TRANSACTION_ID = 32
MAX_CODE = 32
MAX_MERCHANT_CONFIG = 1024
MAX_EXT_BIZ_PARAM = 4096
MAX_LINKED_MERCHANT_ID = 16

TRANSACTION_PREFIX = "ZHIMA"
_MAX_TRANSACTION_PREFIX = 10
# No vowels, so that the tail never spells a word, nor the name of an answer of the mock gateway.
_TAIL_ALPHABET = "0123456789BCDFGHJKLMNPQRSTVWXZ"


@dataclass(frozen=True)
class Content:
    """What is asked for: all parameters but the transaction_id, as they are sent.

    The three JSON ones hold JSON text. None is left out.
    """

    product_code: str
    biz_code: str
    identity_param: str = field(repr=False)
    merchant_config: str | None
    ext_biz_param: str | None = field(repr=False)
    linked_merchant_id: str | None


@dataclass(frozen=True)
class Parameters(Content):
    """The parameters as they are sent."""

    transaction_id: str


def resolve_parameters(
    sources: Sources, charset: Charset, surroundings: Surroundings
) -> Parameters | None:
    """Resolve and check the parameters; None where ``sources`` has been told of a problem.

    A missing name or number is asked for last, when nothing else is wrong.
    """
    given = given_transaction_id(sources)
    prefix = find_transaction_prefix(sources) if given is None else ""
    reader = JsonReader(sources, charset, surroundings.read_stdin)
    ask = surroundings.ask if surroundings.can_ask and not reader.stdin_is_taken else None
    content = resolve_content(sources, charset, reader.read, ask)
    if content is None:
        return None
    made = given or make_transaction_id(prefix, surroundings.now)
    return Parameters(**vars(content), transaction_id=made)


def resolve_content(
    sources: Sources,
    charset: Charset,
    read_json: ReadJson,
    ask: Callable[[str], str | None] | None,
) -> Content | None:
    """Resolve and check all but the transaction_id; None where ``sources`` knows of a problem.

    ``ask`` is None where nobody can be asked for a missing name or number.
    """
    product_code = sources.text("product_code", MAX_CODE, charset)
    biz_code = sources.text("biz_code", MAX_CODE, charset)
    linked_merchant_id = sources.text("linked_merchant_id", MAX_LINKED_MERCHANT_ID, charset)
    merchant_config = read_json("merchant_config", MAX_MERCHANT_CONFIG)
    ext_biz_param = read_json("ext_biz_param", MAX_EXT_BIZ_PARAM)
    whole = sources.typed("identity_param")
    if whole is not None:
        identity_param = given_identity(sources, whole, read_json)
    else:
        identity_param = assembled_identity(sources, charset, ask)
    if sources.problems or identity_param is None:
        return None
    return Content(
        product_code=product_code or PRODUCT_CODE,
        biz_code=biz_code or BIZ_CODE,
        identity_param=identity_param,
        merchant_config=merchant_config,
        ext_biz_param=ext_biz_param,
        linked_merchant_id=linked_merchant_id,
    )


def make_transaction_id(prefix: str, now: datetime) -> str:
    """Return a new transaction_id of 32 characters: prefix, Beijing date and time, random tail.

    The page recommends this order. ``prefix`` has at most 10 characters.
    """
    head = prefix + beijing_time(now).strftime("%Y%m%d%H%M%S")
    tail = (secrets.choice(_TAIL_ALPHABET) for _ in range(MAX_TRANSACTION_ID - len(head)))
    return head + "".join(tail)


def is_transaction_id(text: str | None) -> bool:
    """Say whether ``text`` is 1 to 32 letters, digits or underscores."""
    return text is not None and re.fullmatch(r"[A-Za-z0-9_]{1,32}", text) is not None


def given_transaction_id(sources: Sources) -> str | None:
    """Return the transaction_id that was given, right or wrong; None where one is to be made."""
    given = sources.typed("transaction_id")
    if given is None:
        return None
    if not is_transaction_id(given.value):
        sources.add(given, Reason.BAD_TRANSACTION_ID)
    return given.value


def find_transaction_prefix(sources: Sources) -> str:
    """Return how a made transaction_id begins; the default stands in for a wrong one."""
    prefix = sources.profile.transaction_prefix
    if prefix is None:
        return TRANSACTION_PREFIX
    if len(prefix) > _MAX_TRANSACTION_PREFIX or not is_transaction_id(prefix):
        origin = sources.profile_origin("transaction_prefix")
        limit = str(_MAX_TRANSACTION_PREFIX)
        problem = Problem(Kind.CONFIG, Reason.BAD_TRANSACTION_PREFIX, origin, expected=limit)
        sources.fail("transaction_prefix", problem)
        return TRANSACTION_PREFIX
    return prefix
