"""The entry of the program ``zhima``, and of ``python -m zhima_cli``."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn, TextIO


def main() -> int:
    """Run zhima on the process's own arguments and streams; return the exit status."""
    try:
        return _run()
    except KeyboardInterrupt:
        # Before there is a language or a form to say it in.
        os.write(2, b"zhima: interrupted; nothing was sent (exit status 130)\n")
        return 130


def _run() -> int:
    import signal  # all of it takes long enough to be interrupted

    from zhima_cli.cli.app import run
    from zhima_cli.cli.environment import process_environment
    from zhima_cli.core.errors import Terminated

    def terminate(_number: int, _frame: object) -> "NoReturn":
        raise Terminated

    signal.signal(signal.SIGTERM, terminate)
    environment = process_environment()
    status = run(sys.argv[1:], environment)
    for stream in (environment.stdout, environment.stderr):
        _settle(stream)
    return status


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
    sys.exit(main())
