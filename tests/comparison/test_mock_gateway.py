"""zhima's mock gateway takes every client's request, and gives each the same number as zhima."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.comparison.clients import CLIENTS, OFFICIAL_NODE, Environment
from tests.comparison.differences import REQUESTS
from tests.comparison.mock_outcomes import Asked, ask, mock_gateway, one_of_each, utf_8_of_each
from tests.comparison.serial_outcomes import NUMBERING


@pytest.fixture(scope="module")
def asked(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, list[Asked]]:
    """What the gateway answered to all, a call of each class and sign_type."""
    with mock_gateway(tmp_path_factory.mktemp("mock")) as setup:
        return ask(environments, setup, CLIENTS, one_of_each())


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_gets_the_number_that_zhima_gets(
    asked: Mapping[str, list[Asked]], client: str
) -> None:
    for each in asked[client]:
        assert each.zhima.startswith("biz_no ZMMOCK")
        is_listed = any(client in d.clients and each.case.row in d.rows for d in REQUESTS)
        if is_listed:  # it sent other content, in no charset or under another name
            assert each.client.startswith("failure ") or each.client == "refused", each
        else:
            assert each.client == each.zhima, each


def test_in_certificate_mode(environments: Mapping[str, Environment], tmp_path: Path) -> None:
    with mock_gateway(tmp_path, "--with-certificates") as setup:
        asked = ask(environments, setup, NUMBERING, utf_8_of_each())
    for client in NUMBERING:
        assert [each.client for each in asked[client]] == [each.zhima for each in asked[client]]


def test_with_content_encryption(environments: Mapping[str, Environment], tmp_path: Path) -> None:
    """The client's answer is decrypted, but not verified: it cannot do both."""
    with mock_gateway(tmp_path, "--with-encryption") as setup:
        changes = {"encrypt_key": setup.profile["encrypt_key"], "validate_sign": False}
        asked = ask(environments, setup, [OFFICIAL_NODE], utf_8_of_each(), **changes)
    calls = asked[OFFICIAL_NODE]
    assert [each.client for each in calls] == [each.zhima for each in calls]
