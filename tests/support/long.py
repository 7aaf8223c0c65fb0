"""What is left to ``python -m pytest -m long``: siblings of what the quick run has."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest

_Test = TypeVar("_Test", bound=Callable[..., None])


def long(*values: object, id: str | None = None) -> Any:  # noqa: A002 -- pytest's name
    """Return values for ``pytest.mark.parametrize`` that only ``-m long`` tries."""
    return pytest.param(*values, id=id, marks=pytest.mark.long)


def one_in(step: int, values: Iterable[tuple[object, ...]]) -> list[Any]:
    """Return all values, of which the quick run tries the first of every ``step``.

    Of a product of lists, a step that has no factor in common with their lengths meets each member
    of each.
    """
    return [
        pytest.param(*value, marks=() if at % step == 0 else pytest.mark.long)
        for at, value in enumerate(values)
    ]


_PARTS = pytest.mark.parametrize("part", [1, *map(long, (2, 3, 4))], indirect=True)


def in_parts(test: _Test) -> _Test:
    """Try a property's first examples in the quick run, and three times as many by ``-m long``.

    Hypothesis derives examples from a test's name and parameters, so that each part has its own;
    the settings name how many there are in one.
    """
    marked: _Test = pytest.mark.usefixtures("part")(_PARTS(test))
    return marked
