"""Calls in certificate mode: what is sent and signed, and which answers are believed."""

import json
from collections.abc import Callable

import pytest

from tests.conftest import Keys
from tests.support.certificates import (
    FILES,
    Certified,
    Hierarchy,
    certify,
    openssl_serial_number,
    openssl_text,
)
from tests.support.exchange import SUCCEEDED, UNTRUSTED_ANSWERED, Ending, ending
from tests.support.independent import (
    BIZ_NO,
    NODE,
    SUCCESS,
    node_text,
    private_pem,
    public_pem,
    read_request,
    sign,
    signed_answer,
)
from tests.support.openssl import OpensslKey, read_wire
from tests.support.program import Result
from tests.support.stub import Said, Seen, stub_gateway

APP, ALIPAY, ROOT = FILES
REFUSAL = node_text(code="40004", msg="Business Failed", sub_code="BIZ_ERROR", sub_msg="no")
REFUSED = Ending(4, "business", "answered", False, True)
REFUSED_UNSIGNED = REFUSED._replace(verified=False)
OTHER_SN = "0123456789abcdef0123456789abcdef"

Answer = Callable[[Seen], Said] | Said | bytes


def ask(certified: Certified, answer: Answer, *arguments: str) -> Result:
    """Make a call that gets this answer."""
    return sent(certified, answer, *arguments)[0]


def sent(certified: Certified, answer: Answer, *arguments: str) -> tuple[Result, list[Seen]]:
    """Make a call that gets this answer; return what the gateway saw, too."""
    with stub_gateway(answer) as stub:
        options = (f"--gateway={stub.url}", "--transaction-id=T1", "--output=json", *arguments)
        return certified.account.init_cert(*options), stub.seen


def answer_of(keys: Keys, members: str, node: str = SUCCESS) -> bytes:
    """Return an answer of the members' template: NODE and SIGN stand for those, signed."""
    signature = f'"sign":"{sign(node.encode(), keys.alipay)}"'
    inside = members.replace("SIGN", signature).replace("NODE", f'"{NODE}":{node}')
    return f"{{{inside}}}".encode()


@pytest.fixture(scope="module")
def alipay_sn(hierarchy: Hierarchy, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The SN of Alipay's certificate, as openssl reads it."""
    file = tmp_path_factory.mktemp("sn") / "alipay.crt"
    file.write_text(hierarchy.alipay.pem)
    return openssl_serial_number(file)


# --- the request ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("charset", "sign_type"), [("utf-8", "RSA2"), ("gbk", "RSA")])
def test_both_serial_numbers_are_sent_and_signed(
    certified: Certified, keys: Keys, charset: str, sign_type: str
) -> None:
    answer = signed_answer(keys.alipay, sign_type=sign_type, charset=charset)
    options = (f"--charset={charset}", f"--sign-type={sign_type}")
    made, [seen] = sent(certified, answer, *options)
    assert ending(made) == SUCCEEDED
    request = read_request(seen.query, seen.body)
    assert request.is_signed_by(keys.app)
    folder, tree = certified.folder, certified.hierarchy
    assert request.params["app_cert_sn"] == openssl_serial_number(folder / f"{APP}.crt")
    numbers = []
    for root in (tree.root, tree.other_root):
        (folder / "root.crt").write_text(root.pem)
        numbers.append(openssl_serial_number(folder / "root.crt"))
    assert request.params["alipay_root_cert_sn"] == "_".join(numbers)
    signed = request.string_to_sign.decode(charset)
    root_sn = request.params["alipay_root_cert_sn"]
    assert signed.startswith(
        f"alipay_root_cert_sn={root_sn}&app_cert_sn={request.params['app_cert_sn']}&app_id="
    )
    assert "app_cert_sn" in seen.query
    assert "alipay_root_cert_sn" in seen.query


def test_openssl_verifies_the_request_with_the_applications_certificate(
    certified: Certified, keys: Keys
) -> None:
    """With the file that the gateway has, and the bytes that came."""
    _, [seen] = sent(certified, signed_answer(keys.alipay))
    wire = read_wire(seen.query, seen.body)
    public = openssl_text(certified.folder / f"{APP}.crt", "-pubkey")
    (certified.folder / "public.pem").write_text(public)
    key = OpensslKey(certified.folder)
    assert key.verifies(wire.string_to_sign, wire.query["sign"].decode(), "RSA2")
    assert not key.verifies(wire.string_to_sign + b" ", wire.query["sign"].decode(), "RSA2")


def test_in_key_mode_no_serial_number_is_sent(certified: Certified, keys: Keys) -> None:
    certified.account.write()
    _, [seen] = sent(certified, signed_answer(keys.alipay))
    assert not [name for name in read_request(seen.query, seen.body).params if "cert_sn" in name]


def test_each_attempt_has_both_serial_numbers(certified: Certified, keys: Keys) -> None:
    answers = [Said(b"", status=503), Said(signed_answer(keys.alipay))]
    made, seen = sent(certified, lambda _: answers.pop(0), "--retries=1")
    assert ending(made) == SUCCEEDED
    requests = [read_request(one.query, one.body) for one in seen]
    names = ("app_cert_sn", "alipay_root_cert_sn")
    assert len(requests) == 2
    assert len({tuple(request.params[name] for name in names) for request in requests}) == 1
    assert [request for request in requests if not request.is_signed_by(keys.app)] == []


@pytest.mark.parametrize("form", ["pretty", "plain", "curl"])
def test_a_dry_run_shows_them_in_every_form(certified: Certified, form: str) -> None:
    shown = certified.account.init_cert("--dry-run", f"--output={form}", "--redact")
    number = openssl_serial_number(certified.folder / f"{APP}.crt")
    assert shown.status == 0
    assert f"app_cert_sn={number}" in shown.out
    assert "alipay_root_cert_sn=" in shown.out


# --- the answer -----------------------------------------------------------------------------------

PLACES = (
    'NODE,SIGN,"alipay_cert_sn":VALUE',
    'NODE,"alipay_cert_sn":VALUE,SIGN',
    '"alipay_cert_sn":VALUE,NODE,SIGN',
    'SIGN, "alipay_cert_sn" : VALUE ,NODE',
    'SIGN,NODE,"alipay_cert_s\\u006e":VALUE',
)


@pytest.mark.parametrize("place", PLACES)
def test_an_answer_names_alipays_certificate_wherever_it_does(
    certified: Certified, keys: Keys, alipay_sn: str, place: str
) -> None:
    right = place.replace("VALUE", f'"{alipay_sn}"')
    assert ending(ask(certified, answer_of(keys, right))) == SUCCEEDED
    assert ending(ask(certified, answer_of(keys, right, REFUSAL))) == REFUSED
    other = place.replace("VALUE", f'"{OTHER_SN}"')
    for node in (SUCCESS, REFUSAL):
        assert_of_other_certificate(ask(certified, answer_of(keys, other, node)), alipay_sn)


def assert_of_other_certificate(result: Result, alipay_sn: str) -> None:
    """Assert that nothing of the answer was believed, and that it says why."""
    assert ending(result) == UNTRUSTED_ANSWERED
    names = ("biz_no", "code", "msg", "sub_code", "sub_msg")
    assert [result.json[name] for name in names] == [None] * 5
    assert result.json["description"] == (
        "The answer is signed under another certificate than alipay_cert_file, which is "
        + alipay_sn
    )
    solution = "Download Alipay's current certificate from the application's page; it may have"
    assert str(result.json["solution"]).startswith(solution)
    assert BIZ_NO not in result.out + result.err


def test_an_answer_may_leave_its_certificate_unnamed(certified: Certified, keys: Keys) -> None:
    """Its signature is what counts."""
    assert ending(ask(certified, answer_of(keys, "NODE,SIGN"))) == SUCCEEDED
    assert ending(ask(certified, answer_of(keys, "NODE,SIGN", REFUSAL))) == REFUSED


@pytest.mark.parametrize(
    "value",
    ['""', "null", "0", "true", "[]", "{}", '["SN"]', '{"SN":"SN"}', '"SN "', '"SN_SN"', "UPPER"],
)
def test_whatever_else_is_named_is_another_certificate(
    certified: Certified, keys: Keys, alipay_sn: str, value: str
) -> None:
    value = value.replace("SN", alipay_sn).replace("UPPER", f'"{alipay_sn.upper()}"')
    answer = answer_of(keys, f'NODE,SIGN,"alipay_cert_sn":{value}')
    assert_of_other_certificate(ask(certified, answer), alipay_sn)


def test_a_certificate_named_twice_is_no_proper_json(
    certified: Certified, keys: Keys, alipay_sn: str
) -> None:
    for first, second in ((alipay_sn, OTHER_SN), (OTHER_SN, alipay_sn), (alipay_sn, alipay_sn)):
        members = f'"alipay_cert_sn":"{first}",NODE,SIGN,"alipay_cert_sn":"{second}"'
        made = ask(certified, answer_of(keys, members))
        assert ending(made) == UNTRUSTED_ANSWERED
        assert made.json["description"] == "The answer is not proper JSON"


@pytest.mark.parametrize("number", ["right", OTHER_SN])
def test_an_unsigned_answer_names_nothing_that_counts(
    certified: Certified, keys: Keys, alipay_sn: str, number: str
) -> None:
    number = alipay_sn if number == "right" else number
    members = f'NODE,"alipay_cert_sn":"{number}"'
    refused = ask(certified, answer_of(keys, members, REFUSAL))
    assert ending(refused) == REFUSED_UNSIGNED
    assert refused.json["sub_code"] == "BIZ_ERROR"
    made = ask(certified, answer_of(keys, members))
    assert ending(made) == UNTRUSTED_ANSWERED
    assert "reports success unsigned" in str(made.json["description"])


def test_only_the_key_of_alipays_certificate_verifies(
    certified: Certified, keys: Keys, alipay_sn: str
) -> None:
    """The right name over the signature of another key is of no use."""
    for key in (keys.app, keys.stranger):
        members = f'NODE,"sign":"{sign(SUCCESS.encode(), key)}","alipay_cert_sn":"{alipay_sn}"'
        made = ask(certified, answer_of(keys, members))
        assert ending(made) == UNTRUSTED_ANSWERED
        assert "signature does not hold" in str(made.json["description"])
    other = certify("支付", keys.stranger, certified.hierarchy.class2)
    certified.write({ALIPAY: other.pem + certified.hierarchy.class2.pem})
    assert ending(ask(certified, signed_answer(keys.alipay))) == UNTRUSTED_ANSWERED
    assert ending(ask(certified, signed_answer(keys.stranger))) == SUCCEEDED


def test_in_key_mode_the_name_of_a_certificate_does_not_matter(
    certified: Certified, keys: Keys
) -> None:
    certified.account.write()
    for value in (f'"{OTHER_SN}"', "[1]"):
        answer = answer_of(keys, f'NODE,SIGN,"alipay_cert_sn":{value}')
        assert ending(ask(certified, answer)) == SUCCEEDED


def test_another_certificate_is_told_to_people_in_both_languages(
    certified: Certified, keys: Keys, alipay_sn: str
) -> None:
    answer = answer_of(keys, f'NODE,SIGN,"alipay_cert_sn":"{OTHER_SN}"')
    for language, words in (("en", "signed under another certificate"), ("zh", "另一")):
        made = ask(certified, answer, "--output=plain", f"--lang={language}")
        assert (made.status, made.out) == (7, "")
        assert words in made.err
        assert alipay_sn in made.err
        assert OTHER_SN not in made.err  # it was not verified, and so is not shown


def test_the_keys_of_both_modes_are_the_same_ones(certified: Certified, keys: Keys) -> None:
    """A certificate's key is the bare key of key mode: the same answer is believed in both."""
    answer = signed_answer(keys.alipay)
    in_certificate_mode = ask(certified, answer)
    certified.account.write(
        private_key=private_pem(keys.app), alipay_public_key=public_pem(keys.alipay)
    )
    in_key_mode = ask(certified, answer)
    assert in_certificate_mode.json == in_key_mode.json
    assert json.loads(in_key_mode.out)["biz_no"] == BIZ_NO
