"""Runs one target under atheris; ``python -m tests.fuzz`` starts this as a process of its own."""

import sys

import atheris

# What is to be covered: zhima, and what it reads with, so far as that is Python.
INSTRUMENTED = ["zhima_cli", "tomllib", "Crypto.Util.asn1", "Crypto.PublicKey"]


def main(name: str, options: list[str]) -> None:
    """Fuzz the target of that name until libFuzzer's ``options`` end it."""
    with atheris.instrument_imports(include=INSTRUMENTED):
        from tests.fuzz.targets import TARGETS
    atheris.Setup([sys.argv[0], *options], TARGETS[name].check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
