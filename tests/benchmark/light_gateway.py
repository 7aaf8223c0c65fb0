"""A gateway that costs next to nothing: LIGHT_GATEWAY KEY_FILE ANSWERS LATENCY.

Its answers were signed before the first call, and each is given once; each is held back for
``LATENCY`` seconds. It says its port when it is ready.
"""

import asyncio
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.support.independent import node_text, signed_answer

_LENGTH = re.compile(rb"content-length: ([0-9]+)", re.IGNORECASE)


class _Connection(asyncio.Protocol):
    def __init__(self, answers: Iterator[bytes], latency: float) -> None:
        self._answers = answers
        self._latency = latency
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._received[:end])
            assert length is not None
            whole = end + 4 + int(length[1])
            if len(self._received) < whole:
                return
            self._received = self._received[whole:]
            answer = next(self._answers)
            loop = asyncio.get_running_loop()
            loop.call_later(self._latency, self._transport.write, answer)


def _answers(key: rsa.RSAPrivateKey, count: int) -> list[bytes]:
    first = time.time_ns()  # a number that another gateway gave before is a replayed one
    bodies = (
        signed_answer(key, node_text(code="10000", msg="Success", biz_no=f"ZM{number:030}"))
        for number in range(first, first + count)
    )
    return [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(b), b) for b in bodies]


async def main(key_file: str, count: str, latency: str) -> None:
    """Serve until the process is ended."""
    key = load_pem_private_key(Path(key_file).read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    answers = iter(_answers(key, int(count)))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Connection(answers, float(latency)), "127.0.0.1", 0, backlog=512
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
