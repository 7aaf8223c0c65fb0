"""What a test's options are resolved in: an account's home, and nobody to ask."""

from collections.abc import Mapping
from typing import NoReturn

from tests.conftest import Account
from tests.support.program import NOW
from zhima_cli.core.options import Surroundings


def no_mock() -> NoReturn:
    """Stand where the mock gateway would be started."""
    raise AssertionError("the mock gateway is not to be started")


def surroundings_of(account: Account, variables: Mapping[str, str] | None = None) -> Surroundings:
    """Return the surroundings of whoever has this account."""
    return Surroundings(
        variables=variables or {},
        default_config=account.config,
        default_history=account.home / "history.db",
        home=account.home,
        now=NOW,
        read_stdin=bytes,
        can_ask=False,
        ask=lambda _name: None,
    )
