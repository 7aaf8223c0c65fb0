"""The serial numbers of the made certificates, by each client that has the mode and by zhima."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.comparison.clients import OFFICIAL_NODE, OTHER_PYTHON, Environment
from tests.comparison.driving import drive
from tests.comparison.made_certificates import NAMINGS, Naming, bundle, make, pem
from tests.support.openssl import OpensslKey
from zhima_cli.core.certificates import (
    load_certificates,
    load_root_bundle,
    root_serial_number,
    serial_number,
)

NUMBERING = (OFFICIAL_NODE, OTHER_PYTHON)
# Each client's and zhima's: app_cert_sn and alipay_root_cert_sn.
Pair = tuple[str | None, str | None]


@dataclass(frozen=True)
class Serials:
    """Of each naming, both serial numbers: zhima's, and each client's."""

    zhima: Mapping[str, Pair]
    clients: Mapping[str, Mapping[str, Pair]]


def number_all(environments: Mapping[str, Environment], app: OpensslKey) -> Serials:
    """Let all tell the serial numbers of the same certificates."""
    texts = {row: (pem(make(naming)), pem(*bundle(naming))) for row, naming in NAMINGS.items()}
    plain = pem(make(Naming()))
    lines = [
        {
            "do": "serial_numbers",
            "certificate": certificate,
            "root": root,
            "plain": plain,
            "private_key": app.private_forms["pkcs1-pem"],
        }
        for certificate, root in texts.values()
    ]
    results = drive(environments, dict.fromkeys(NUMBERING, lines))
    return Serials(
        {row: _zhima(*pair) for row, pair in texts.items()},
        {
            client: {
                row: (result["certificate"], result["root"])
                for row, result in zip(texts, results[client], strict=True)
            }
            for client in NUMBERING
        },
    )


def _zhima(certificate: str, root: str) -> Pair:
    (leaf,) = load_certificates(certificate.encode(), "app_cert_file")
    roots = load_root_bundle(root.encode(), "alipay_root_cert_file")
    return serial_number(leaf), root_serial_number(roots, "alipay_root_cert_file")
