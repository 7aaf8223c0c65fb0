"""A call in certificate mode is the same for zhima and for the clients that have the mode."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.comparison import differences
from tests.comparison.made_certificates import Naming, make, pem
from tests.comparison.request_cases import make_cases
from tests.comparison.request_outcomes import zhima_call
from tests.comparison.serial_outcomes import NUMBERING
from tests.comparison.single_calls import Bench
from tests.conftest import Account
from tests.support.independent import BIZ_NO, NODE, SUCCESS, public_pem, sign
from zhima_cli.core.answer import read_answer
from zhima_cli.core.charset import Charset
from zhima_cli.core.errors import Reason, UntrustedError
from zhima_cli.core.keys import load_public_key
from zhima_cli.core.signature import SignType

CASES = [case for case in make_cases() if case.charset == "utf-8"][::9]


def certificate(key: RSAPrivateKey, name: str) -> str:
    """Return a certificate of the key's, issued by the root."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    return pem(make(Naming(), key, subject))


@pytest.mark.parametrize("client", NUMBERING)
def test_a_client_signs_and_sends_the_same(bench: Bench, account: Account, client: str) -> None:
    app = load_pem_private_key(bench.app.private_forms["pkcs8-pem"].encode(), None)
    assert isinstance(app, RSAPrivateKey)
    certificates = {
        "app_cert": certificate(app, "application"),
        "alipay_cert": certificate(bench.keys.alipay, "Alipay"),
        "alipay_root_cert": pem(make(Naming()), make(Naming(number=77))),
    }
    files = []
    for name, text in certificates.items():
        file = account.home / f"{name}.crt"
        file.write_text(text, encoding="ascii")
        files.append(f"--{name.replace('_', '-')}-file={file}")
    key_file = account.home / "key.pem"
    key_file.write_text(bench.app.private_forms["pkcs1-pem"], encoding="ascii")
    key_file.chmod(0o600)
    account.config.unlink()
    arguments = (*files, f"--private-key-file={key_file}", "--app-id=2014072300007148")
    calls = [zhima_call(case, account.home, *arguments) for case in CASES]
    changes = [
        {**certificates, "sign_type": case.sign_type, **call.given}
        for case, call in zip(CASES, calls, strict=True)
    ]
    bodies = [
        f'{{"{NODE}":{SUCCESS},"alipay_cert_sn":"0a",'
        f'"sign":"{sign(SUCCESS.encode(), bench.keys.alipay, case.sign_type)}"}}'.encode()
        for case in CASES
    ]
    for call, single in zip(calls, bench.calls(client, changes, bodies), strict=True):
        assert single.result.signed == call.signed("utf-8")
        assert single.params == call.wire.params
        assert len(single.params["alipay_root_cert_sn"]) == 65
        # zhima does not believe what names another certificate than its own.
        assert single.result.verdict == f"biz_no {BIZ_NO}"
        assert client in differences.IGNORED_CERTIFICATE.clients
    for case, body in zip(CASES, bodies, strict=True):
        key = load_public_key(public_pem(bench.keys.alipay).encode(), "")
        with pytest.raises(UntrustedError) as refused:
            read_answer(body, Charset.UTF_8, key, SignType(case.sign_type), alipay_cert_sn="0b")
        assert [p.reason for p in refused.value.problems] == [Reason.OTHER_CERTIFICATE]
