"""What became of the input: the request that it gave, or the words in which it was refused."""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.conftest import Account
from tests.support.independent import ReadRequest, read_request, signed_answer
from tests.support.program import PERSON, Result
from tests.support.stub import Stub, stub_gateway

TRANSACTION_ID = "ZGYD201610252323000001234"


@dataclass(frozen=True)
class Given:
    """A request that was made of the input, wherever it was seen."""

    gateway: str
    params: Mapping[str, str]

    @property
    def request(self) -> ReadRequest:
        """The request as a gateway reads it."""
        return ReadRequest(self.params)

    @property
    def identity(self) -> dict[str, str]:
        """What ``identity_param`` holds."""
        identity: dict[str, str] = json.loads(self.request.biz_content["identity_param"])
        return identity

    def find(self, name: str) -> str | None:
        """Return the value of the parameter ``name``, on whichever level it is sent."""
        if name == "gateway":
            return self.gateway
        for level in (self.params, self.request.biz_content, self.identity):
            if name in level:
                return level[name]
        return None


def shown(result: Result) -> Given:
    """Return the request of a dry run as JSON."""
    assert result.status == 0, result
    params = result.json["params"]
    assert isinstance(params, dict)
    return Given(str(result.json["url"]).partition("?")[0], params)


def dry_run(
    account: Account,
    *arguments: str,
    person: Sequence[str] = PERSON,
    variables: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> Given:
    """Run ``zhima init-cert --dry-run`` and return the request that it shows."""
    return shown(
        account.init_cert(
            "--dry-run",
            "--output=json",
            *arguments,
            person=person,
            variables=variables,
            stdin=stdin,
        )
    )


@contextlib.contextmanager
def answering(account: Account, **settings: str) -> Iterator[Stub]:
    """Serve successes, and write the account's profile with that gateway and ``settings``."""
    sign_type = settings.get("sign_type", "RSA2")
    with stub_gateway(signed_answer(account.keys.alipay, sign_type=sign_type)) as stub:
        account.write(gateway=stub.url, **settings)
        yield stub


def sent(stub: Stub) -> Given:
    """Return the one request that the gateway saw."""
    assert len(stub.seen) == 1
    request = read_request(stub.seen[0].query, stub.seen[0].body)
    return Given(stub.url, request.params)


@dataclass(frozen=True)
class Refusal:
    """What was wrong and what to do about it, problem by problem."""

    descriptions: tuple[str, ...]
    solutions: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join((*self.descriptions, *self.solutions))

    def names(self, *pieces: str) -> bool:
        """Say whether there are as many problems as pieces, each with one of them in its words."""
        return len(pieces) == len(self.descriptions) and all(
            any(piece in description for description in self.descriptions) for piece in pieces
        )


def refusal(result: Result, kind: str) -> Refusal:
    """Read a run with ``--output=json`` that ended before anything was sent."""
    value = result.json
    assert result.status == {"usage": 2, "config": 3}[kind], result
    assert (value["ok"], value["kind"], value["sent"], value["biz_no"]) == (False, kind, "no", None)
    texts = (str(value[name]).split("\n") for name in ("description", "solution"))
    return Refusal(*map(tuple, texts))


def json_of(length: int, start: str = '{"k":"', fill: str = "x") -> str:
    """Return a JSON object of exactly ``length`` characters."""
    end = '"}'
    return start + fill * (length - len(start) - len(end)) + end
