"""Exchanges that are bound in time as a whole, and that a signal ends at once."""

import contextlib
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Self, TypeVar

from zhima_cli.core.errors import Interrupted
from zhima_cli.core.exchange import Body, Connection, Reached, Received, give_up
from zhima_cli.core.network import Network
from zhima_cli.core.request import Request
from zhima_cli.core.waiting import slices

_Result = TypeVar("_Result", Received, Reached)


class _Line:
    """A thread that talks to a gateway for another.

    Neither a name look-up nor a TLS handshake can be cut short from outside: what has not ended in
    time is left behind, bound by its own time-outs, and does not keep the process alive.
    """

    def __init__(self, network: Network) -> None:
        self._connection = Connection(network)
        self._tasks: SimpleQueue[Callable[[Connection], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="zhima-exchange", daemon=True)
        self._thread.start()

    def ask(self, talk: Callable[[Connection], _Result], timeout: float) -> _Result | Exception:
        """Return what ``talk`` returns or raises. Raises Empty when the seconds have passed."""
        results: SimpleQueue[_Result | Exception] = SimpleQueue()

        def task(connection: Connection) -> None:
            try:
                results.put(talk(connection))
            except Exception as error:
                results.put(error)

        self._tasks.put(task)
        for part in slices(timeout):
            with contextlib.suppress(Empty):
                return results.get(timeout=part)
        raise Empty

    def end(self) -> None:
        """See to it that the thread ends after what it is at."""
        self._tasks.put(None)

    def join(self) -> None:
        """Wait for the thread's end."""
        self._thread.join()

    def _work(self) -> None:
        with contextlib.closing(self._connection) as connection:
            while (task := self._tasks.get()) is not None:
                task(connection)


class KeptConnection:
    """A connection to one gateway, kept open from one exchange to the next, for one thread.

    What a time-out or an interruption leaves behind is left alone, and the next exchange has a
    connection of its own.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._line: _Line | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def exchange(self, request: Request, timeout: float) -> Received:
        """POST the request and return the answer, MAX_ANSWER_BYTES at most.

        ``timeout`` bounds the whole of it, in seconds: looking the name up, connecting, and an
        answer that comes byte by byte, which requests' own time-out does not. Raises
        TemporaryError, UntrustedError, or Interrupted on a KeyboardInterrupt.
        """
        body = Body(request.body)
        return self._in_time(
            lambda connection: connection.exchange(request, body, timeout),
            body,
            request.gateway,
            timeout,
        )

    def close(self) -> None:
        """Hang up."""
        line, self._line = self._line, None
        if line is not None:
            line.end()
            line.join()

    def _in_time(
        self, talk: Callable[[Connection], _Result], body: Body, gateway: str, timeout: float
    ) -> _Result:
        """Return what ``talk`` returns. ``body`` is what it sends, and knows if it began to."""
        line, self._line = self._line, None
        try:
            line = line or _Line(self._network)
            result = line.ask(talk, timeout)
            self._line = line
        except Empty:
            raise give_up(body, gateway, timeout) from None
        except KeyboardInterrupt as stop:
            raise Interrupted(body.hold_back(), stop) from None
        finally:
            if line is not None and self._line is None:
                line.end()
        try:
            if isinstance(result, Exception):
                raise result
            return result
        finally:
            del result  # it and its traceback would keep each other, and so a socket


def reach(gateway: str, network: Network, timeout: float) -> Reached:
    """Ask the gateway for the head of its own address: no parameter, nothing signed or personal.

    ``timeout`` bounds the whole of it, in seconds. Any answer will do. Raises TemporaryError,
    UntrustedError, or Interrupted on a KeyboardInterrupt.
    """
    with KeptConnection(network) as kept:
        return kept._in_time(
            lambda connection: connection.reach(gateway, timeout), Body(b""), gateway, timeout
        )
