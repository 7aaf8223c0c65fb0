"""A mock gateway with a test's own keys, and a client of it made from protocol.md alone."""

import contextlib
import http.client
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from Crypto.PublicKey import RSA

from tests.conftest import APP_ID, Keys
from tests.support.independent import holds, new_key, private_pem, sign
from zhima_cli.mock.keys import KeyPair, MockKeys
from zhima_cli.mock.server import serve

METHOD = "zhima.customer.certification.initialize"
# The page's own sample.
IDENTITY = {
    "identity_type": "CERT_INFO",
    "cert_type": "IDENTITY_CARD",
    "cert_name": "收委",
    "cert_no": "260104197909275964",
}

# What the mock gateway answers with: the node, and behind it the signature, if any.
_ANSWER = re.compile(
    r'\{"(?P<name>\w+)":(?P<node>\{.*\})(?:,"sign":"(?P<sign>[A-Za-z0-9+/=]+)")?\}', re.DOTALL
)

Changes = Mapping[str, object]
Fields = list[tuple[str, str]]


def quick_keys(keys: Keys) -> Keys:
    """Return keys with a short one for the application: loading it is most of a call's time."""
    return Keys(new_key(1024), keys.alipay, keys.stranger)


def mock_keys(keys: Keys) -> MockKeys:
    """Give the mock gateway the test's keys, so that both sides of it are known."""
    return MockKeys(_pair(private_pem(keys.app)), _pair(private_pem(keys.alipay)))


def _pair(pem: str) -> KeyPair:
    return KeyPair(RSA.import_key(pem))


@contextlib.contextmanager
def served_mock(keys: Keys) -> Iterator["Client"]:
    """Serve a mock gateway and yield a client of it."""
    log: list[str] = []
    with serve(0, mock_keys(keys), log.append) as url:
        yield Client(url, keys, log)


@dataclass(frozen=True)
class MockAnswer:
    """An answer, taken apart without parsing what is signed."""

    charset: str
    name: str
    node_text: str
    node: dict[str, str]
    signature: str | None

    def is_signed_by_gateway(self, keys: Keys, sign_type: str) -> bool:
        """Say whether the signature is Alipay's over the node as it stands."""
        assert self.signature is not None
        data = self.node_text.encode(self.charset)
        return holds(data, self.signature, keys.alipay, sign_type)


@dataclass(frozen=True)
class Client:
    """Calls the gateway at ``url`` for the application ``keys.app``.

    ``log`` is what the gateway logs, where the test is in the same process.
    """

    url: str
    keys: Keys
    log: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        """The gateway's port."""
        port = urlsplit(self.url).port
        assert port is not None
        return port

    def call(
        self,
        common: Changes | None = None,
        own: Changes | None = None,
        biz_content: str | None = None,
    ) -> MockAnswer:
        """Make a right call, but for changes in the common and the interface's own parameters.

        None leaves a parameter out. ``biz_content`` replaces all the interface's own ones.
        """
        params = common_parameters(common, biz_content or content(own))
        charset = params.get("charset", "utf-8")
        if "sign" not in (common or {}):
            params["sign"] = signature(params, self.keys)
        form = [("biz_content", params.pop("biz_content"))] if "biz_content" in params else []
        return self.send(encode(list(params.items()), charset), encode(form, charset))

    def send(self, query: str, form: str) -> MockAnswer:
        """Send a query and a form as they are; the answer must be a whole one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        with contextlib.closing(connection):
            target = f"{urlsplit(self.url).path}?{query}"
            connection.request("POST", target, form.encode("latin-1"), headers)
            response = connection.getresponse()
            content_type = response.headers["Content-Type"]
            body = response.read()
        assert response.status == http.client.OK
        mime, _, charset = content_type.partition(";charset=")
        assert mime == "application/json"
        match = _ANSWER.fullmatch(body.decode(charset))
        assert match is not None, body
        node = json.loads(match["node"])
        return MockAnswer(charset, match["name"], match["node"], node, match["sign"])


def content(changes: Changes | None = None) -> str:
    """Return a biz_content with these changes; None leaves a member out."""
    members = {
        "transaction_id": "ZGYD201610252323000001234",
        "product_code": "w1010100000000002978",
        "biz_code": "FACE",
        "identity_param": as_json(IDENTITY),
        **(changes or {}),
    }
    return as_json({name: value for name, value in members.items() if value is not None})


def as_json(value: object) -> str:
    """Return JSON text, its characters as they are."""
    return json.dumps(value, ensure_ascii=False)


def common_parameters(changes: Changes | None, biz_content: str) -> dict[str, str]:
    """Return every parameter but ``sign``, with these changes; None leaves one out."""
    params = {
        "app_id": APP_ID,
        "method": METHOD,
        "format": "JSON",
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": "2026-11-25 03:07:50",
        "version": "1.0",
        "biz_content": biz_content,
        **(changes or {}),
    }
    return {name: str(value) for name, value in params.items() if value is not None}


def signature(params: Mapping[str, str], keys: Keys, sign_type: str | None = None) -> str:
    """Sign the parameters as protocol.md says, as well as a wrong sign_type or charset lets."""
    names = sorted(name for name, value in params.items() if name != "sign" and value)
    text = "&".join(f"{name}={params[name]}" for name in names)
    known_charset = params.get("charset") in ("utf-8", "gbk", "gb2312", "GBK")
    known_type = params.get("sign_type") in ("RSA", "RSA2")
    return sign(
        text.encode(params["charset"] if known_charset else "utf-8"),
        keys.app,
        sign_type or (params["sign_type"] if known_type else "RSA2"),
    )


def encode(fields: Fields, charset: str) -> str:
    """Percent-encode the fields in the charset, in utf-8 where there is no such charset."""
    known = charset in ("utf-8", "gbk", "gb2312", "GBK")
    return urlencode(fields, encoding=charset if known else "utf-8")
