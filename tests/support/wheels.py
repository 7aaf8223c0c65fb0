"""Wheels of what is installed here: what a test installs from, since no test needs an index."""

import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def write_wheels_of_needs(name: str, folder: Path) -> None:
    """Write a wheel of each package that ``name`` needs to run, directly or not."""
    waiting, written = [name], set[str]()
    while waiting:
        for needed in _needs(waiting.pop()):
            if needed not in written:
                _write_wheel(distribution(needed), folder)
                written.add(needed)
                waiting.append(needed)


def _needs(name: str) -> Iterator[str]:
    for line in distribution(name).requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield canonicalize_name(requirement.name)


def _write_wheel(package: Distribution, folder: Path) -> None:
    """Write the files that the package was installed with into a wheel again."""
    about = package.read_text("WHEEL")
    assert about is not None
    assert package.files is not None
    tags = [line[5:].split("-") for line in about.splitlines() if line.startswith("Tag: ")]
    tag = "-".join(".".join(dict.fromkeys(part)) for part in zip(*tags, strict=True))
    name = canonicalize_name(package.metadata["Name"]).replace("-", "_")
    path = folder / f"{name}-{package.version}-{tag}.whl"
    with zipfile.ZipFile(path, "w", strict_timestamps=False) as wheel:
        for file in package.files:
            # Neither a program beside the packages nor bytecode: installers make both.
            if ".." not in file.parts and "__pycache__" not in file.parts:
                wheel.write(Path(str(file.locate())), file.as_posix())
