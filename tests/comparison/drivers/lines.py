"""What the Python drivers share: the loop over lines, and how a verdict is written."""

import base64
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

METHOD = "zhima.customer.certification.initialize"

Case = dict[str, Any]
REFUSED = "refused"
# Far more than a call takes, lest a busy machine is taken for a refusal.
SECONDS = 60


def serve(does: Mapping[str, Callable[[Case], Mapping[str, object]]]) -> None:
    """Answer each case on standard input with one line; ``do`` names what to do with it."""
    for line in sys.stdin:
        case = json.loads(line)
        sys.stdout.write(json.dumps(does[case["do"]](case)) + "\n")


def result(signed: bytes | None, verdict: str, why: str = "") -> Mapping[str, object]:
    """Return a call's result: what was signed, what the answer was taken for, and why."""
    shown = None if signed is None else base64.b64encode(signed).decode("ascii")
    return {"signed": shown, "verdict": verdict, "why": why[:300]}


def verdict_on(node: Mapping[str, object]) -> str:
    """Return what a node that the client handed over says."""
    if node.get("code") == "10000":
        return f"biz_no {node.get('biz_no', '(none)')}"
    return f"failure {node.get('code')} {node.get('sub_code', '')}".strip()
