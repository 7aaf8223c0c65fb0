"""What the Python scripts share: the parameters, and the cut through the answer."""

import json
import time
from pathlib import Path
from urllib.parse import urlencode

NODE = "zhima_customer_certification_initialize_response"
PERSON = {"identity_type": "CERT_INFO", "cert_type": "IDENTITY_CARD"} | {
    "cert_name": "收委",
    "cert_no": "260104197909275964",
}


def parameters() -> dict[str, str]:
    """Return the parameters but for the signature."""
    content = {
        "transaction_id": f"T{time.time_ns()}",
        "product_code": "w1010100000000002978",
        "biz_code": "FACE",
        "identity_param": json.dumps(PERSON, ensure_ascii=False),
    }
    return {
        "app_id": "2014072300007148",
        "method": "zhima.customer.certification.initialize",
        "format": "JSON",
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": time.strftime("%Y-%m-%d %H:%M:%S"),
        "version": "1.0",
        "biz_content": json.dumps(content, ensure_ascii=False),
    }


def string_to_sign(params: dict[str, str]) -> bytes:
    """Return what is signed."""
    return "&".join(f"{name}={params[name]}" for name in sorted(params)).encode()


def form(params: dict[str, str]) -> bytes:
    """Return the body."""
    return urlencode(params).encode()


def signed_part(text: str) -> bytes:
    """Return the answer's node as it was signed: it stands before the signature."""
    start = text.index(f'"{NODE}":') + len(NODE) + 3
    return text[start : text.rindex(',"sign"')].encode()


def read(name: str) -> str:
    """Return the text of a key's file."""
    return Path(name).read_text(encoding="ascii")
