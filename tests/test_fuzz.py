"""The fuzzer's targets, on what it begins with and a few changes of that.

``python -m tests.fuzz TARGET --seconds N`` fuzzes them by coverage; what it finds is added to the
seeds, and so tried here ever after.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS
from tests.test_properties import examples


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_keep_what_must_hold(name: str) -> None:
    target = TARGETS[name]
    for seed in target.seeds:
        target.check(seed)


@pytest.mark.parametrize("name", TARGETS)
@examples(60)
@given(st.data())
def test_changed_seeds_keep_what_must_hold(name: str, data: st.DataObject) -> None:
    target = TARGETS[name]
    seed = data.draw(st.sampled_from(target.seeds))
    pieces = st.sampled_from([word.encode() for word in target.words]) | st.binary(max_size=4)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(seed)))
        end = data.draw(st.integers(start, min(start + 8, len(seed))))
        seed = seed[:start] + data.draw(pieces) + seed[end:]
    target.check(seed)


def test_what_was_found_can_be_tried_again(tmp_path: Path) -> None:
    found = tmp_path / "found"
    found.write_bytes(TARGETS["json"].seeds[0])
    command = [sys.executable, "-m", "tests.fuzz", "json", "--try", str(found)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "nothing found\n", "")
