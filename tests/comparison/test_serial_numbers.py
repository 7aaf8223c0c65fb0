"""The serial numbers of certificates are the same, or listed."""

import pytest

from tests.comparison import differences
from tests.comparison.clients import OFFICIAL_NODE, OFFICIAL_PYTHON, OTHER_PYTHON
from tests.comparison.differences import SERIALS
from tests.comparison.driving import drive
from tests.comparison.made_certificates import NAMINGS
from tests.comparison.serial_outcomes import NUMBERING, Serials
from tests.comparison.single_calls import Bench


def test_there_are_enough_certificates() -> None:
    assert len(NAMINGS) >= 12


@pytest.mark.parametrize("row", NAMINGS)
@pytest.mark.parametrize("client", NUMBERING)
def test_a_client_makes_the_same_serial_numbers(serials: Serials, client: str, row: str) -> None:
    is_listed = any(d.client == client and row in d.rows for d in SERIALS)
    theirs, own = serials.clients[client][row], serials.zhima[row]
    for number, other in zip(own, theirs, strict=True):
        assert number is not None
        assert other is not None
        assert len(other) == len(number)
        assert (other != number) is is_listed


def test_every_certificate_has_a_number_of_its_own(serials: Serials) -> None:
    assert len(set(serials.zhima.values())) == len(NAMINGS)


def test_which_clients_have_the_mode(bench: Bench) -> None:
    clients = (OFFICIAL_PYTHON, OTHER_PYTHON)
    found = drive(bench.environments, {client: [{"do": "settings"}] for client in clients})
    lacking = {client for client in clients if "cert" not in (found[client][0]["names"] or "")}
    assert lacking == set(differences.NO_CERTIFICATES.clients)
    assert OFFICIAL_NODE in NUMBERING
