"""The entry of the program ``zhima``, and of ``python -m zhima_cli``."""

import gc
import os
import sys

from zhima_cli import __version__

TYPE_CHECKING = False  # what typing has, without the time that importing it takes
if TYPE_CHECKING:
    from typing import NoReturn, TextIO

_OBJECTS_BETWEEN_COLLECTIONS = 50_000


def main() -> "NoReturn":
    """Run zhima on the process's own arguments and streams, and end with its exit status."""
    try:
        if sys.argv[1:] == ["--version"]:
            _show_version()
        _heed_signals()
        _run(None)
    except KeyboardInterrupt as stop:
        _run(stop)


def _show_version() -> None:
    """Show it and end, before anything else is imported; return where it cannot be shown.

    Then the program, which tries the same, deals with it.
    """
    if sys.stdout is None:
        return
    try:
        # Not print(): what could not be written would stay in the stream, and fail again.
        os.write(sys.stdout.fileno(), f"zhima {__version__}{os.linesep}".encode("ascii"))
    except OSError:
        return
    os._exit(0)


def _heed_signals() -> None:
    """Let the first SIGINT or SIGTERM end what is under way, and no other disturb its ending."""
    import signal

    from zhima_cli.core.terminated import Terminated

    numbers = [
        number
        for number in (signal.SIGINT, signal.SIGTERM)
        if signal.getsignal(number) is not signal.SIG_IGN
    ]

    def stop(number: int, _frame: object) -> "NoReturn":
        for each in numbers:
            # Not SIG_IGN: one that has come already would then be told of as an error.
            signal.signal(each, lambda _number, _frame: None)
        if number == signal.SIGTERM:
            raise Terminated
        _leave_line()
        raise KeyboardInterrupt

    for number in numbers:
        signal.signal(number, stop)


def _leave_line() -> None:
    """End the line that a terminal has put ^C on: what is said next is to begin one."""
    try:
        if sys.stderr is not None and sys.stderr.isatty():
            os.write(sys.stderr.fileno(), b"\n")
    except OSError:
        return


def _run(stop: KeyboardInterrupt | None) -> "NoReturn":
    """Run zhima, or say that it was stopped before it could."""
    # Nearly all that a run makes lasts until its end, so looking for garbage so soon (every 700
    # objects) costs a twentieth of it and finds nothing.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    from zhima_cli.cli.app import run, say_stopped  # takes long enough to be interrupted
    from zhima_cli.cli.environment import process_environment

    environment = process_environment()
    arguments = sys.argv[1:]
    if stop is None:
        status = run(arguments, environment)
    else:
        status = say_stopped(arguments, environment, stop)
    for stream in (environment.stdout, environment.stderr):
        _settle(stream)
    # The interpreter's own way to end gives the signals their defaults back, and a late one would
    # kill the process with another status than the one that goes with what was shown.
    os._exit(status)


def _settle(stream: "TextIO") -> None:
    """Flush, and drop what cannot be written: zhima has said so, the interpreter need not."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    # ``python -m`` looks for modules in the current folder first; zhima loads nothing from there.
    if sys.path[:1] == [os.getcwd()]:  # noqa: PTH109 -- pathlib itself would come from there
        del sys.path[0]
    main()
