"""What is signed and sent is the same to the byte, or listed."""

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.comparison.clients import CLIENTS
from tests.comparison.conftest import Requests
from tests.comparison.differences import REQUESTS
from tests.comparison.request_cases import CLASSES, KEY_FORMS, SIGN_TYPES, row_name
from tests.comparison.request_outcomes import Outcome, compare
from tests.support.independent import read_request
from tests.support.openssl import OpensslKey

ROWS = [row_name(charset, kind) for charset, kind in CLASSES]


def expected(client: str, row: str) -> Outcome:
    """Return how the calls of a class are to compare."""
    is_listed = any(client in known.clients and row in known.rows for known in REQUESTS)
    return Outcome.AS_UTF_8 if is_listed else Outcome.SAME


def test_there_are_at_least_500_cases_and_they_meet(requests: Requests) -> None:
    """Every class, sign_type, key form and set of optional parameters comes with each other."""
    assert len(requests.cases) >= 500
    optional = ("app-auth-token", "merchant-config", "ext-biz-param", "linked-merchant-id")
    met = {
        (case.row, case.sign_type, case.key_form, tuple(name in case.options for name in optional))
        for case in requests.cases
    }
    rows_types_forms = {(row, sign_type, form) for row, sign_type, form, _ in met}
    assert len(rows_types_forms) == len(ROWS) * len(SIGN_TYPES) * len(KEY_FORMS)
    assert len({(row, options) for row, _, _, options in met}) == len(ROWS) * 16
    assert len({case.moment for case in requests.cases}) == len(requests.cases)


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_signs_and_sends_the_same(requests: Requests, client: str, row: str) -> None:
    pairs = zip(requests.cases, requests.zhima, requests.clients[client], strict=True)
    outcomes = [(case, compare(case, call, other)) for case, call, other in pairs]
    wrong = [(c, o) for c, o in outcomes if c.row == row and o is not expected(client, row)]
    assert wrong == []


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_believes_an_independent_signer(requests: Requests, client: str) -> None:
    """What was compared was a whole call, to its end."""
    verdicts = {call.result.verdict for call in requests.clients[client]}
    assert verdicts == {"biz_no ZM201612013000000393900404029253"}


def test_an_independent_checker_takes_what_zhima_sends(requests: Requests, app: OpensslKey) -> None:
    key = load_pem_private_key(app.private_forms["pkcs8-pem"].encode(), None)
    assert isinstance(key, RSAPrivateKey)
    for case, call in zip(requests.cases, requests.zhima, strict=True):
        read = read_request(call.query, call.body.encode("ascii"))
        assert read.is_signed_by(key), case
        assert read.biz_content["identity_param"] == case.options["identity-param"]
        assert read.biz_content["transaction_id"] == case.options["transaction-id"]
        assert read.params.get("app_auth_token") == case.options.get("app-auth-token")


def test_a_signed_byte_more_is_no_longer_the_same(requests: Requests) -> None:
    """The comparison can fail: of two calls that differ in one letter of a name, for one."""
    case, other = requests.cases[0], requests.cases[1]
    assert case.row == other.row
    client = requests.clients[CLIENTS[0]]
    assert compare(case, requests.zhima[0], client[0]) is Outcome.SAME
    assert compare(case, requests.zhima[0], client[1]) is Outcome.OTHER
