"""The transaction_ids that rows have by themselves."""

import hashlib
import json
from dataclasses import fields, replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.conftest import APP_ID, Keys
from tests.support.independent import private_pem
from zhima_cli.batch.ids import RowIds
from zhima_cli.core.keys import PrivateKey, load_private_key
from zhima_cli.core.parameters import Content, is_transaction_id
from zhima_cli.mock.scripted import script_in_transaction_id

CONTENT = Content(
    product_code="w1010100000000002978",
    biz_code="FACE",
    identity_param='{"cert_name":"收委","cert_no":"260104197909275964"}',
    merchant_config=None,
    ext_biz_param=None,
    linked_merchant_id=None,
)
# Whatever a row says otherwise is another transaction.
OTHERS = (
    replace(CONTENT, product_code="FACE"),
    replace(CONTENT, biz_code="w1010100000000002978"),
    replace(CONTENT, product_code="FACE", biz_code="w1010100000000002978"),
    replace(CONTENT, identity_param="{}"),
    replace(CONTENT, merchant_config="{}"),
    replace(CONTENT, ext_biz_param="{}"),
    replace(CONTENT, linked_merchant_id="{}"),
    replace(CONTENT, linked_merchant_id="null"),
)


def loaded(key: rsa.RSAPrivateKey, form: serialization.PrivateFormat | None = None) -> PrivateKey:
    """Return the key as zhima reads it."""
    if form is None:
        return load_private_key(private_pem(key).encode(), "")
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return load_private_key(pem, "")


def ids(keys: Keys, batch: str = "people.csv", prefix: str = "ZHIMA") -> RowIds:
    """Return the ids of a batch."""
    return RowIds(loaded(keys.app), APP_ID, batch, prefix)


@pytest.mark.parametrize("prefix", ["ZHIMA", "A", "A_23456789"])
def test_an_id_fills_its_32_characters(keys: Keys, prefix: str) -> None:
    made = ids(keys, prefix=prefix).transaction_id(CONTENT)
    assert made.startswith(prefix)
    assert len(made) == 32
    assert is_transaction_id(made)


def test_an_id_is_made_as_it_is_described(keys: Keys) -> None:
    """Computed anew here: an id that changed would have people initialized twice."""
    numbers = keys.app.private_numbers()
    prime = min(numbers.p, numbers.q).to_bytes(128, "big")
    key = hashlib.sha256(b"zhima transaction_id of a row\0" + prime).digest()
    row = [APP_ID, *(getattr(CONTENT, field.name) for field in fields(CONTENT))]

    def digits(*head: str) -> str:
        text = json.dumps([*head, *row], ensure_ascii=False, separators=(",", ":"))
        return hashlib.blake2b(text.encode(), digest_size=32, key=key).hexdigest()

    made = ids(keys)
    assert made.transaction_id(CONTENT) == "ZHIMAJ" + digits("transaction_id", "people.csv")[:26]
    assert made.content(CONTENT) == digits("content", "")[:32]


@pytest.mark.parametrize(
    "form",
    [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL],
    ids=["PKCS8", "PKCS1"],
)
def test_the_form_of_the_key_does_not_matter(keys: Keys, form: serialization.PrivateFormat) -> None:
    again = RowIds(loaded(keys.app, form), APP_ID, "people.csv", "ZHIMA")
    assert again.transaction_id(CONTENT) == ids(keys).transaction_id(CONTENT)


def test_the_order_of_the_primes_does_not_matter(keys: Keys) -> None:
    n = keys.app.private_numbers()
    turned = rsa.RSAPrivateNumbers(
        p=n.q,
        q=n.p,
        d=n.d,
        dmp1=n.dmq1,
        dmq1=n.dmp1,
        iqmp=rsa.rsa_crt_iqmp(n.q, n.p),
        public_numbers=n.public_numbers,
    ).private_key()
    assert RowIds(loaded(turned), APP_ID, "people.csv", "ZHIMA").content(CONTENT) == ids(
        keys
    ).content(CONTENT)


def test_other_content_another_batch_and_another_key_give_other_ids(keys: Keys) -> None:
    made = [ids(keys).transaction_id(content) for content in (CONTENT, *OTHERS)]
    made.append(ids(keys, batch="people2.csv").transaction_id(CONTENT))
    made.append(
        RowIds(loaded(keys.stranger), APP_ID, "people.csv", "ZHIMA").transaction_id(CONTENT)
    )
    assert len(set(made)) == len(made) == len(OTHERS) + 3


def test_content_is_known_again_in_any_batch_under_the_same_key_alone(keys: Keys) -> None:
    made = [ids(keys).content(content) for content in (CONTENT, *OTHERS)]
    assert len(set(made)) == len(made)
    assert ids(keys, "other", "OTHER").content(CONTENT) == made[0]
    assert RowIds(loaded(keys.stranger), APP_ID, "people.csv", "ZHIMA").content(CONTENT) != made[0]


def test_a_batch_may_have_any_files_name(keys: Keys) -> None:
    names = ("b\udcff.csv", "b\udcfe.csv", "收.csv")
    assert len({ids(keys, name).transaction_id(CONTENT) for name in names}) == 3


@pytest.mark.parametrize("prefix", ["ZHIMA", "MOCK_", "MOCK_4", "FORGE", "TRUNCATE", "UNSIGNE"])
def test_no_id_asks_the_mock_gateway_for_an_answer(keys: Keys, prefix: str) -> None:
    made = ids(keys, prefix=prefix)
    for number in range(300):
        made_id = made.transaction_id(replace(CONTENT, identity_param=str(number)))
        assert script_in_transaction_id(made_id) is None, made_id


def test_nothing_of_the_key_is_shown(keys: Keys) -> None:
    assert "key" not in repr(ids(keys))
