"""A stand-in for the program jq, of the options that the README uses: its engine is jq's own."""

import argparse
import json
import sys

import jq


def main() -> None:
    """Write what the filter makes of the JSON in the file, else of standard input."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("-r", action="store_true", dest="raw")
    parser.add_argument("filter")
    parser.add_argument("file", nargs="?", type=argparse.FileType(encoding="utf-8"))
    options = parser.parse_args()
    text = (options.file or sys.stdin).read()
    for value in jq.compile(options.filter).input_text(text):
        is_raw = options.raw and isinstance(value, str)
        print(value if is_raw else json.dumps(value, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
