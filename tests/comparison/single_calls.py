"""One call of each client, with whatever a test changes in it, and the request that came of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.comparison.clients import CLIENTS, Environment
from tests.comparison.driving import CallResult, call_line, drive_calls
from tests.comparison.loopback import STUB, require
from tests.comparison.request_outcomes import Wire, wire_of
from tests.conftest import Keys
from tests.support.independent import signed_answer
from tests.support.openssl import OpensslKey
from tests.support.stub import Said, stub_gateway

GATEWAY = f"http://{STUB[0]}"


def compact(text: str) -> str:
    """Return JSON text as zhima and the Node.js client write it."""
    return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Single:
    """What came of a client's call: its result, and the request, None where none came."""

    result: CallResult
    wire: Wire | None

    @property
    def params(self) -> dict[str, bytes]:
        """The parameters that came."""
        assert self.wire is not None, self.result
        return self.wire.params


@dataclass(frozen=True)
class Bench:
    """Where the clients make their calls."""

    environments: Mapping[str, Environment]
    keys: Keys
    app: OpensslKey

    def call(
        self, body: bytes | None = None, zone: str = "Asia/Shanghai", **changes: object
    ) -> dict[str, Single]:
        """Let each client make the call, and answer it with a success unless given a ``body``."""
        return {
            client: self.calls(client, [changes], [body or self._success], zone)[0]
            for client in CLIENTS
        }

    def calls(
        self,
        client: str,
        changes: Sequence[Mapping[str, object]],
        bodies: Sequence[bytes],
        zone: str = "Asia/Shanghai",
    ) -> list[Single]:
        """Let one client make a call with each of the changes; each gets its own answer."""
        lines = [
            call_line(self.app, self.keys.alipay, **{"gateway": f"{GATEWAY}/{number}", **change})
            for number, change in enumerate(changes)
        ]
        paths = [urlsplit(str(line["gateway"])).path for line in lines]
        said = dict(zip(paths, map(Said, bodies), strict=True))
        require(STUB)
        with stub_gateway(lambda seen: said[urlsplit(seen.path).path], STUB) as stub:
            results = drive_calls(self.environments, {client: lines}, zone)[client]
        seen = {urlsplit(request.path).path: request for request in stub.seen}
        assert len(seen) == len(stub.seen)
        return [
            Single(result, wire_of(seen.get(path)))
            for path, result in zip(paths, results, strict=True)
        ]

    @property
    def _success(self) -> bytes:
        return signed_answer(self.keys.alipay)
