"""Says what a report of pip-audit comes to: `judge_audit.py REPORT.json`.

Exit status 0: every package was looked up and none has a known vulnerability; 1: some have; 2: none
is known to have, but not every package was looked up.
"""

import json
import sys
from pathlib import Path


def judge(report: Path) -> tuple[int, list[str]]:
    """Return the exit status, and what there is to say."""
    try:
        packages = json.loads(report.read_text(encoding="utf-8"))["dependencies"]
    except (OSError, ValueError, KeyError, TypeError):
        packages = []
    if not packages:
        return 2, ["the advisory database could not be asked; this says nothing about any package"]
    vulnerable = [
        f"{package['name']} {package['version']}: {found['id']}, mended in "
        f"{', '.join(found['fix_versions']) or 'no version'}"
        for package in packages
        for found in package.get("vulns", [])
    ]
    unknown = [package["skip_reason"] for package in packages if "vulns" not in package]
    said = [*unknown, *vulnerable]
    if unknown:
        said.append(f"{len(unknown)} of {len(packages)} packages could not be looked up")
    if said:
        return 1 if vulnerable else 2, said
    return 0, [f"{len(packages)} packages, none with a known vulnerability"]


if __name__ == "__main__":
    status, lines = judge(Path(sys.argv[1]))
    for line in lines:
        print(f"audit: {line}")
    sys.exit(status)
