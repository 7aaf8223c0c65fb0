"""The command line that makes an open call again."""

import shlex
from collections.abc import Iterable


def try_again_command(options: Iterable[tuple[str, str]]) -> str:
    """Return the command line for a POSIX shell.

    It holds no personal data: zhima asks for that, and it has to be the same again.
    """
    words = (f"--{name.replace('_', '-')}={value}" for name, value in options)
    return shlex.join(["zhima", "init-cert", *words])
