"""The command line that makes an open call again."""

import shlex
from collections.abc import Iterable

from zhima_cli.core.again import NamedValue
from zhima_cli.core.sources import option_name


def try_again_command(options: Iterable[NamedValue]) -> str:
    """Return the command line for a POSIX shell.

    It holds no personal data: zhima asks for that, and it has to be the same again.
    """
    words = (
        option_name(name) if value is None else f"{option_name(name)}={value}"
        for name, value in options
    )
    return shlex.join(["zhima", "init-cert", *words])
