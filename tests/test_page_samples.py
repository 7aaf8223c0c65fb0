"""The interface's page's own request and both of its answers, through the whole program."""

import json

import pytest

from tests.conftest import APP_ID, Account
from tests.support.openssl import OpensslKey, make_key, read_wire
from tests.support.program import BEIJING_NOW
from tests.support.stub import stub_gateway

CHARSETS = ("utf-8", "gbk", "gb2312")
SIGN_TYPES = ("RSA", "RSA2")
TRANSACTION_ID = "ZGYD201610252323000001234"
BIZ_NO = "ZM201612013000000393900404029253"

# 请求示例, the argument of setBizContent, without Java's own escapes.
PAGE_BIZ_CONTENT = (
    "{"
    r'"transaction_id":"ZGYD201610252323000001234",'
    r'"product_code":"w1010100000000002978",'
    r'"biz_code":"FACE",'
    r'"identity_param":"{\"identity_type\":\"CERT_INFO\",\"cert_type\":\"IDENTITY_CARD\",'
    r'\"cert_name\":\"收委\",\"cert_no\":\"260104197909275964\"}",'
    r'"merchant_config":"{}",'
    r'"ext_biz_param":"{}",'
    r'"linked_merchant_id":"2088721630869411"'
    "  }"
)
PAGE_OPTIONS = (
    f"--transaction-id={TRANSACTION_ID}",
    "--product-code=w1010100000000002978",
    "--biz-code=FACE",
    "--merchant-config={}",
    "--ext-biz-param={}",
    "--linked-merchant-id=2088721630869411",
)
# Both ways to say who it is about.
IN_PARTS = (
    "--identity-type=CERT_INFO",
    "--cert-type=IDENTITY_CARD",
    "--cert-name=收委",
    "--cert-no=260104197909275964",
)
AS_JSON = (
    '--identity-param={"identity_type":"CERT_INFO","cert_type":"IDENTITY_CARD",'
    '"cert_name":"收委","cert_no":"260104197909275964"}',
)
PAGE_COMMON = {
    "app_id": APP_ID,
    "method": "zhima.customer.certification.initialize",
    "format": "JSON",
    "timestamp": BEIJING_NOW,
    "version": "1.0",
}

# 响应示例 and 异常示例: tabs, ``sign`` first, and a dummy text for the signature.
DUMMY = "ERITJKEIJKJHKKKKKKKHJEREEEEEEEEEEE"
PAGE_SUCCESS = """\
{
	"sign":"ERITJKEIJKJHKKKKKKKHJEREEEEEEEEEEE",
	"zhima_customer_certification_initialize_response":{
		"msg":"Success",
		"code":"10000",
		"biz_no":"ZM201612013000000393900404029253"
	}
}
"""
PAGE_FAILURE = """\
{
	"sign":"ERITJKEIJKJHKKKKKKKHJEREEEEEEEEEEE",
	"zhima_customer_certification_initialize_response":{
		"msg":"Service Currently Unavailable",
		"code":"20000",
		"sub_msg":"系统繁忙",
		"sub_code":"isp.unknow-error"
	}
}
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> OpensslKey:
    """The application's key pair."""
    return make_key(tmp_path_factory.mktemp("openssl") / "app")


@pytest.fixture(scope="module")
def alipay(tmp_path_factory: pytest.TempPathFactory) -> OpensslKey:
    """Alipay's key pair."""
    return make_key(tmp_path_factory.mktemp("openssl") / "alipay")


def signed_sample(page: str, alipay: OpensslKey, charset: str, sign_type: str) -> bytes:
    """Return the page's answer with a signature of the node's exact text for the dummy's."""
    start = page.index("{", 1)
    node = page[start : page.rindex("\n}")]
    assert node.endswith('"\n\t}')
    signature = alipay.sign(node.encode(charset), sign_type)
    assert page.count(DUMMY) == 1
    return page.replace(DUMMY, signature).encode(charset)


@pytest.mark.parametrize("identity", [IN_PARTS, AS_JSON], ids=["in-parts", "as-json"])
@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("sign_type", SIGN_TYPES)
def test_the_pages_request_is_sent_field_by_field(
    account: Account,
    app: OpensslKey,
    alipay: OpensslKey,
    sign_type: str,
    charset: str,
    identity: tuple[str, ...],
) -> None:
    with stub_gateway(signed_sample(PAGE_SUCCESS, alipay, charset, sign_type)) as stub:
        account.write(
            gateway=stub.url,
            charset=charset,
            sign_type=sign_type,
            private_key=app.private_forms["pkcs8-base64"],
            alipay_public_key=alipay.public_forms["spki-base64"],
        )
        result = account.init_cert(*PAGE_OPTIONS, person=identity)
    assert (result.status, result.out, result.err) == (0, f"{BIZ_NO}\n", "")
    assert [request.path for request in stub.seen] == ["/gateway.do"]
    request = stub.seen[0]
    content_type = request.headers["Content-Type"]
    assert content_type == f"application/x-www-form-urlencoded;charset={charset}"

    wire = read_wire(request.query, request.body)
    assert list(wire.form) == ["biz_content"]
    params = wire.params
    # As pairs, for their order: nothing is nested, the three JSON parameters are strings.
    sent, page = (
        json.loads(text, object_pairs_hook=list)
        for text in (params.pop("biz_content"), PAGE_BIZ_CONTENT)
    )
    assert sent == page
    signature = params.pop("sign")
    assert params == {**PAGE_COMMON, "charset": charset, "sign_type": sign_type}
    assert app.verifies(wire.string_to_sign, signature, sign_type)


def test_the_pages_common_parameters_are_sent_with_the_token(
    account: Account, app: OpensslKey
) -> None:
    """The request of the page with its one optional common parameter, of its full length.

    The charset is in capitals, as the page's sample in Java has it.
    """
    token = "201509BBdcba1e3347de4e75ba3fed2c9abebE36"  # noqa: S105 -- made up
    assert len(token) == 40
    with stub_gateway(b"") as stub:
        account.write(gateway=stub.url, private_key=app.private_forms["pkcs1-pem"])
        account.init_cert(
            *PAGE_OPTIONS, f"--app-auth-token={token}", "--charset=GBK", person=IN_PARTS
        )
    wire = read_wire(stub.seen[0].query, stub.seen[0].body)
    params = wire.params
    assert json.loads(params.pop("biz_content")) == json.loads(PAGE_BIZ_CONTENT)
    assert app.verifies(wire.string_to_sign, params.pop("sign"), "RSA2")
    common = {"charset": "gbk", "sign_type": "RSA2", "app_auth_token": token}
    assert params == {**PAGE_COMMON, **common}


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("sign_type", SIGN_TYPES)
def test_the_pages_success_field_by_field(
    account: Account, alipay: OpensslKey, sign_type: str, charset: str
) -> None:
    with stub_gateway(signed_sample(PAGE_SUCCESS, alipay, charset, sign_type)) as stub:
        account.write(gateway=stub.url, alipay_public_key=alipay.public_forms["spki-pem"])
        settings = (f"--charset={charset}", f"--sign-type={sign_type}", "--output=json")
        result = account.init_cert(*PAGE_OPTIONS, *settings, person=IN_PARTS)
    assert (result.status, result.err) == (0, "")
    assert result.json == {
        "schema": 1,
        "ok": True,
        "kind": "success",
        "biz_no": BIZ_NO,
        "transaction_id": TRANSACTION_ID,
        "code": "10000",
        "msg": "Success",
        "sub_code": None,
        "sub_msg": None,
        "description": None,
        "solution": None,
        "retryable": None,
        "verified": True,
        "sent": "answered",
        "attempts": 1,
        "profile": "default",
        "mock": False,
    }


@pytest.mark.parametrize(
    ("language", "description", "solution"),
    [
        ("zh", "服务暂不可用(业务系统不可用)", "稍后重试"),
        (
            "en",
            "The service is unavailable for now (the business system is)",
            "Try again later",
        ),
    ],
    ids=["zh", "en"],
)
@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("sign_type", SIGN_TYPES)
def test_the_pages_failure_field_by_field(
    account: Account,
    alipay: OpensslKey,
    sign_type: str,
    charset: str,
    language: str,
    description: str,
    solution: str,
) -> None:
    with stub_gateway(signed_sample(PAGE_FAILURE, alipay, charset, sign_type)) as stub:
        account.write(gateway=stub.url, alipay_public_key=alipay.public_forms["spki-pem"])
        settings = (f"--charset={charset}", f"--sign-type={sign_type}", "--output=json")
        result = account.init_cert(*PAGE_OPTIONS, *settings, f"--lang={language}", person=IN_PARTS)
    assert result.status == 6
    assert result.json == {
        "schema": 1,
        "ok": False,
        "kind": "temporary",
        "biz_no": None,
        "transaction_id": TRANSACTION_ID,
        "code": "20000",
        "msg": "Service Currently Unavailable",
        "sub_code": "isp.unknow-error",
        "sub_msg": "系统繁忙",
        "description": description,
        "solution": solution,
        "retryable": True,
        "verified": True,
        "sent": "answered",
        "attempts": 1,
        "profile": "default",
        "mock": False,
    }


def test_the_installed_program_prints_the_pages_success(
    account: Account, alipay: OpensslKey
) -> None:
    with stub_gateway(signed_sample(PAGE_SUCCESS, alipay, "utf-8", "RSA2")) as stub:
        account.write(gateway=stub.url, alipay_public_key=alipay.public_forms["spki-pem"])
        result = account.init_cert_process(*PAGE_OPTIONS, person=IN_PARTS)
    assert (result.status, result.out, result.err) == (0, f"{BIZ_NO}\n", "")


def test_the_installed_program_explains_the_pages_failure(
    account: Account, alipay: OpensslKey
) -> None:
    with stub_gateway(signed_sample(PAGE_FAILURE, alipay, "gbk", "RSA")) as stub:
        account.write(
            gateway=stub.url,
            charset="gbk",
            sign_type="RSA",
            alipay_public_key=alipay.public_forms["spki-pem"],
        )
        result = account.init_cert_process(*PAGE_OPTIONS, "--lang=zh", person=IN_PARTS)
    assert (result.status, result.out) == (6, "")
    for piece in (
        "isp.unknow-error",
        "20000",
        "Service Currently Unavailable",
        "系统繁忙",
        "服务暂不可用(业务系统不可用)",
        "稍后重试",
        TRANSACTION_ID,
    ):
        assert piece in result.err


@pytest.mark.parametrize("page", [PAGE_SUCCESS, PAGE_FAILURE], ids=["success", "failure"])
def test_the_pages_answers_with_the_dummy_text_for_a_signature_are_refused(
    account: Account, page: str
) -> None:
    with stub_gateway(page.encode()) as stub:
        account.write(gateway=stub.url)
        result = account.init_cert(*PAGE_OPTIONS, person=IN_PARTS)
    assert (result.status, result.out) == (7, "")
    assert "The answer's signature is not one line of base64" in result.err
