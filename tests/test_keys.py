"""Keys in every form that works, and in every one that is refused, with the form by its name."""

import base64
import datetime
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.conftest import APP_ID, Account, Keys
from tests.support.independent import BIZ_NO, private_pem, public_pem
from tests.support.input import Refusal, answering, dry_run, refusal, sent
from tests.support.long import long
from tests.support.program import Result

# --- forms that work -------------------------------------------------------------------------


def _bare(pem: str) -> str:
    """Return what stands between a PEM's first and last line, on one line."""
    return "".join(line for line in pem.splitlines() if not line.startswith("-----"))


def pkcs1_pem(key: rsa.RSAPrivateKey) -> str:
    """Return the private key as PKCS#1 PEM."""
    return key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    ).decode()


STYLES: dict[str, Callable[[str], str]] = {
    "pem": lambda pem: pem,
    "bare": _bare,
    "bare-with-line-end": lambda pem: _bare(pem) + "\n",
    "bare-on-many-lines": lambda pem: "\n".join(pem.splitlines()[1:-1]),
    "windows": lambda pem: pem.replace("\n", "\r\n"),
    "bare-windows": lambda pem: _bare(pem) + "\r\n",
    "byte-order-mark": lambda pem: "\ufeff" + pem,
    "bare-byte-order-mark": lambda pem: "\ufeff" + _bare(pem),
    "blank-lines": lambda pem: f"\n\n{pem.replace(chr(10), chr(10) * 2)}\n \n",
    "indented": lambda pem: "".join(f"    {line}\t\n" for line in pem.splitlines()),
    "in-one-line": lambda pem: pem.replace("\n", " "),
    "no-last-line-end": lambda pem: pem.rstrip("\n"),
    "bare-with-spaces": lambda pem: "  " + re.sub(r"(.{70})", r"\1 ", _bare(pem)) + "\t",
}
PRIVATE_FORMS = {"pkcs1": pkcs1_pem, "pkcs8": private_pem}


def _write_secret(folder: Path, data: bytes | str, name: str = "key") -> Path:
    file = folder / name
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    file.chmod(0o600)
    return file


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("form", PRIVATE_FORMS)
def test_a_private_key_signs_in_every_form_that_works(
    account: Account, tmp_path: Path, form: str, style: str
) -> None:
    """From a file and from the profile."""
    text = STYLES[style](PRIVATE_FORMS[form](account.keys.app))
    account.write(private_key=private_pem(account.keys.stranger))
    file = _write_secret(tmp_path, text)
    from_file = dry_run(account, f"--private-key-file={file}")
    account.write(private_key=text)
    from_profile = dry_run(account)
    assert from_file.request.is_signed_by(account.keys.app)
    assert from_profile.request.is_signed_by(account.keys.app)


@pytest.mark.parametrize("style", STYLES)
def test_alipays_key_verifies_in_every_form_that_works(
    account: Account, tmp_path: Path, style: str
) -> None:
    text = STYLES[style](public_pem(account.keys.alipay))
    file = _write_secret(tmp_path, text)
    with answering(account, alipay_public_key=public_pem(account.keys.stranger)):
        from_file = account.init_cert("--transaction-id=A", f"--alipay-public-key-file={file}")
    with answering(account, alipay_public_key=text):
        from_profile = account.init_cert("--transaction-id=A")
    assert from_file == from_profile == Result(0, f"{BIZ_NO}\n", "")


@pytest.mark.parametrize("style", ["pem", "bare", "windows"])
def test_the_environment_may_hold_both_keys(account: Account, style: str) -> None:
    variables = {
        "ZHIMA_PRIVATE_KEY": STYLES[style](private_pem(account.keys.app)),
        "ZHIMA_ALIPAY_PUBLIC_KEY": STYLES[style](public_pem(account.keys.alipay)),
    }
    stranger = account.keys.stranger
    with answering(
        account, private_key=private_pem(stranger), alipay_public_key=public_pem(stranger)
    ) as stub:
        result = account.init_cert("--transaction-id=A", variables=variables)
    assert result == Result(0, f"{BIZ_NO}\n", "")
    assert sent(stub).request.is_signed_by(account.keys.app)


# --- openssl's own ---------------------------------------------------------------------------


def _openssl(*arguments: str, data: bytes = b"") -> bytes:
    done = subprocess.run(
        ["openssl", *arguments], input=data, capture_output=True, check=True, timeout=60
    )
    return done.stdout


@pytest.mark.parametrize("command", ["pkey -traditional", "pkcs8 -topk8 -nocrypt"])
def test_a_key_as_openssl_writes_it_signs_what_openssl_verifies(
    account: Account, tmp_path: Path, command: str
) -> None:
    pem = _openssl(*command.split(), data=private_pem(account.keys.app).encode())
    file = _write_secret(tmp_path, pem)
    given = dry_run(account, f"--private-key-file={file}")
    public = _write_secret(tmp_path, public_pem(account.keys.app), "public")
    signature = _write_secret(tmp_path, base64.b64decode(given.params["sign"]), "signature")
    verified = _openssl(
        *("dgst", "-sha256", "-verify", str(public), "-signature", str(signature)),
        data=given.request.string_to_sign,
    )
    assert verified == b"Verified OK\n"


# --- sizes -----------------------------------------------------------------------------------


def _of_bits(bits: int) -> str:
    """Make a private key by openssl, which makes smaller ones than cryptography does."""
    return _openssl("genrsa", str(bits)).decode()


def _public_of(pem: str) -> str:
    return _openssl("pkey", "-pubout", data=pem.encode()).decode()


@pytest.fixture(scope="module", params=[3072, long(4096)])
def too_large(request: pytest.FixtureRequest) -> tuple[str, int]:
    """Return a private key of more than 2048 bits, and of how many."""
    return _of_bits(request.param), request.param


def test_a_private_key_of_1024_bits_signs_with_a_warning(account: Account, tmp_path: Path) -> None:
    pem = _of_bits(1024)
    file = _write_secret(tmp_path, pem)
    with answering(account) as stub:
        result = account.init_cert("--transaction-id=A", f"--private-key-file={file}")
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
    assert result.err.startswith("zhima: warning: ")
    assert "1024 bits" in result.err
    assert "2048" in result.err
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert sent(stub).request.is_signed_by(key)


@pytest.mark.parametrize("bits", [512, 1023])
def test_a_private_key_that_is_too_small_is_refused(account: Account, bits: int) -> None:
    pem = _of_bits(bits)
    refused = _refused_private(account, pem)
    assert refused.names(f"has only {bits} bits")
    assert "2048" in refused.text


@pytest.mark.parametrize("bits", [512, 1023])
def test_a_public_key_that_is_too_small_is_refused(account: Account, bits: int) -> None:
    refused = _refused_public(account, _public_of(_of_bits(bits)))
    assert refused.names(f"has only {bits} bits")


def test_a_private_key_of_more_than_2048_bits_is_refused(
    account: Account, too_large: tuple[str, int]
) -> None:
    """Its signature has 512 characters or more, and the page allows ``sign`` 344."""
    pem, bits = too_large
    refused = _refused_private(account, pem)
    assert refused.names(f"has {bits} bits")
    assert "sign" in refused.descriptions[0]
    assert "2048 bits" in refused.solutions[0]


def test_alipays_key_may_have_more_than_2048_bits(
    account: Account, too_large: tuple[str, int]
) -> None:
    """The gateway's answers have no such bound: it is taken, and found not to be the signer's."""
    with answering(account, alipay_public_key=_public_of(too_large[0])):
        result = account.init_cert("--transaction-id=A", "-ojson")
    assert (result.status, result.json["sent"]) == (7, "answered")


# --- forms that are refused ------------------------------------------------------------------

PASSWORD = BestAvailableEncryption(b"password")


@dataclass(frozen=True)
class Wrong:
    """Things that get put where a key is due, made of one key."""

    keys: Keys

    @cached_property
    def pem(self) -> str:
        """A proper private key."""
        return private_pem(self.keys.app)

    @cached_property
    def encrypted_pkcs8(self) -> bytes:
        """What ``openssl genpkey -aes256`` writes."""
        return self.keys.app.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, PASSWORD)

    @cached_property
    def encrypted_pkcs1(self) -> bytes:
        """What ``openssl genrsa -aes256`` used to write: with Proc-Type and DEK-Info."""
        return self.keys.app.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, PASSWORD)

    @cached_property
    def encrypted_bare(self) -> str:
        """The encrypted key without its first and last line."""
        return _bare(self.encrypted_pkcs8.decode())

    @cached_property
    def openssh_private(self) -> bytes:
        """What ssh-keygen writes."""
        return self.keys.app.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())

    @cached_property
    def openssh_public(self) -> bytes:
        """What ssh-keygen writes beside it."""
        return self.keys.app.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)

    @cached_property
    def pkcs1_public(self) -> bytes:
        """A public key in the form that neither side uses."""
        return self.keys.alipay.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1)

    @cached_property
    def pkcs1_public_bare(self) -> str:
        """The same without its first and last line."""
        return _bare(self.pkcs1_public.decode())

    @cached_property
    def spki_public(self) -> str:
        """A proper public key."""
        return public_pem(self.keys.alipay)

    @cached_property
    def certificate(self) -> bytes:
        """What the platform's certificate mode uses."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "zhima")])
        start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.keys.app.public_key())
            .serial_number(1)
            .not_valid_before(start)
            .not_valid_after(start + datetime.timedelta(days=3650))
            .sign(self.keys.app, hashes.SHA256())
        )
        return built.public_bytes(Encoding.PEM)

    @cached_property
    def certificate_bare(self) -> str:
        """The same without its first and last line."""
        return _bare(self.certificate.decode())

    @cached_property
    def certificate_request(self) -> bytes:
        """What the platform's key tool writes on the way to a certificate."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "zhima")])
        builder = x509.CertificateSigningRequestBuilder().subject_name(name)
        return builder.sign(self.keys.app, hashes.SHA256()).public_bytes(Encoding.PEM)

    @cached_property
    def certificate_request_bare(self) -> str:
        """The same without its first and last line."""
        return _bare(self.certificate_request.decode())

    @cached_property
    def _ec(self) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    @cached_property
    def ec_pkcs8(self) -> bytes:
        """A private key that is not RSA's."""
        return self._ec.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @cached_property
    def ec_sec1(self) -> bytes:
        """The same in EC's own form."""
        return self._ec.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        )

    @cached_property
    def ec_with_parameters(self) -> bytes:
        """What ``openssl ecparam -genkey`` writes: two blocks."""
        return _openssl("ecparam", "-name", "prime256v1", "-genkey")

    @cached_property
    def ec_bare(self) -> str:
        """The same on one line, short enough for a path."""
        return _bare(self.ec_pkcs8.decode())

    @cached_property
    def ec_public(self) -> bytes:
        """Its public half."""
        return self._ec.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @cached_property
    def der(self) -> bytes:
        """A proper private key, but not as text."""
        return self.keys.app.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    @cached_property
    def der_pkcs1(self) -> bytes:
        """The same in the other form."""
        return self.keys.app.private_bytes(
            Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        )

    @cached_property
    def der_public(self) -> bytes:
        """A proper public key, but not as text."""
        return self.keys.alipay.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )

    @cached_property
    def several(self) -> str:
        """Two proper keys: which one is meant?"""
        return self.pem + private_pem(self.keys.stranger)

    @cached_property
    def several_with_parameters(self) -> str:
        """Two proper keys, behind what belongs to neither."""
        return self.ec_with_parameters.decode() + self.pem

    @cached_property
    def several_public(self) -> str:
        """Two proper public keys."""
        return self.spki_public + public_pem(self.keys.stranger)

    @cached_property
    def without_end(self) -> str:
        """A key that was copied but for its last line."""
        return self.pem[: self.pem.index("-----END")]

    @cached_property
    def without_begin(self) -> str:
        """A key that was copied but for its first line."""
        return self.pem[self.pem.index("\n") + 1 :]

    @cached_property
    def public_without_end(self) -> str:
        """A public key that was copied but for its last line."""
        return self.spki_public[: self.spki_public.index("-----END")]

    @cached_property
    def without_middle(self) -> str:
        """A key that lost lines on the way; what is left is still base64."""
        lines = self.pem.splitlines()
        return "\n".join((*lines[:5], *lines[-3:]))

    @cached_property
    def without_tail(self) -> str:
        """A bare key that was cut short, as a form with a limited field does it."""
        return _bare(self.pem)[:1000]

    @cached_property
    def public_without_tail(self) -> str:
        """A bare public key that was cut short."""
        return _bare(self.spki_public)[:200]

    @cached_property
    def escaped(self) -> str:
        """A key with its line ends written as two characters, as .env files have it."""
        return self.pem.replace("\n", r"\n")

    @cached_property
    def public_escaped(self) -> str:
        """The same for a public key."""
        return self.spki_public.replace("\n", r"\n")

    path = "keys/app_private_key.pem"
    empty = ""
    blank = " \r\n\t\n"
    garbage = "please put the key here"
    garbage_base64 = base64.b64encode(b"please put the key here, and nothing else").decode()


@pytest.fixture(scope="session")
def wrong(keys: Keys) -> Wrong:
    """Everything that is no usable key."""
    return Wrong(keys)


# What is put there, and the words by which it is to be recognized.
WRONG_PRIVATE = {
    "encrypted_bare": "encrypted",
    "certificate": "certificate",
    "certificate_bare": "certificate",
    "certificate_request": "certificate request",
    "certificate_request_bare": "certificate request",
    "ec_pkcs8": "another algorithm than RSA",
    "ec_sec1": "another algorithm than RSA",
    "ec_with_parameters": "another algorithm than RSA",
    "ec_bare": "another algorithm than RSA",
    "ec_public": "another algorithm than RSA",
    "several": "several PEM blocks",
    "several_with_parameters": "several PEM blocks",
    "without_end": "incomplete PEM",
    "without_begin": "incomplete PEM",
    "escaped": r"\n written out",
    "path": "path of a file",
    "empty": "nothing",
    "blank": "nothing",
    "garbage": "neither PEM nor base64",
    "garbage_base64": "neither PEM nor base64",
}
WRONG_PUBLIC = {
    "openssh_public": "OpenSSH public key",
    "certificate_request": "certificate request",
    "pkcs1_public": "PKCS#1 RSA public key",
    "pkcs1_public_bare": "PKCS#1 RSA public key",
    "ec_public": "another algorithm than RSA",
    "ec_pkcs8": "another algorithm than RSA",
    "several_public": "several PEM blocks",
    "public_without_end": "incomplete PEM",
    "public_escaped": r"\n written out",
    "path": "path of a file",
    "empty": "nothing",
    "garbage": "neither PEM nor base64",
    "garbage_base64": "neither PEM nor base64",
}


def _pieces(data: bytes | str) -> Iterator[str]:
    """Yield every piece of 16 characters of a key's base64, line by line and across lines."""
    text = base64.b64encode(data).decode() if isinstance(data, bytes) else data
    if isinstance(data, bytes) and data[:1] != b"\x30":  # text as bytes, not DER
        text = data.decode("ascii")
    lines = [line for line in text.replace(r"\n", "\n").split("\n") if not line.startswith("---")]
    body = re.sub(r"[^A-Za-z0-9+/=]", "", "".join(lines))
    for at in range(len(body) - 15):
        yield body[at : at + 16]


def _text(data: bytes | str) -> str:
    return data if isinstance(data, str) else data.decode("latin-1")


def _shows_nothing_of(data: bytes | str, *results: Result) -> bool:
    """Say whether no piece of the key is in any output, a panel's frame and folding aside."""
    shown = "".join(result.out + result.err for result in results)
    unframed = re.sub(r"[\s│╭╮╰╯─]", "", shown)
    return not any(piece in shown or piece in unframed for piece in _pieces(data))


def _refusals(account: Account, *arguments: str, key: bytes | str) -> Refusal:
    """Run for a person and for a program, look for the key, and return how it was refused."""
    results = [
        account.init_cert(*arguments, "--debug", f"--output={form}") for form in ("pretty", "json")
    ]
    assert [result.status for result in results] == [3, 3]
    assert _shows_nothing_of(key, *results)
    assert results[0].out == ""
    return refusal(Result(3, results[1].out, ""), "config")


def _refused_private(account: Account, key: bytes | str) -> Refusal:
    file = _write_secret(account.home, key)
    refused = _refusals(account, f"--private-key-file={file}", key=key)
    assert f"--private-key-file: {file}" in refused.descriptions[0]
    return refused


def _refused_public(account: Account, key: bytes | str) -> Refusal:
    file = _write_secret(account.home, key)
    refused = _refusals(account, f"--alipay-public-key-file={file}", key=key)
    assert f"--alipay-public-key-file: {file}" in refused.descriptions[0]
    return refused


@pytest.mark.parametrize(("name", "found"), WRONG_PRIVATE.items(), ids=list(WRONG_PRIVATE))
def test_what_is_no_private_key_is_refused_by_its_name(
    account: Account, wrong: Wrong, name: str, found: str
) -> None:
    refused = _refused_private(account, getattr(wrong, name))
    assert refused.names("is not a usable key; found: ")
    assert found in refused.descriptions[0].partition("; found: ")[2]
    assert (
        "an RSA key, PKCS#1, PKCS#8, as PEM or as bare base64 on one line" in refused.solutions[0]
    )


@pytest.mark.parametrize(("name", "found"), WRONG_PUBLIC.items(), ids=list(WRONG_PUBLIC))
def test_what_is_no_public_key_is_refused_by_its_name(
    account: Account, wrong: Wrong, name: str, found: str
) -> None:
    refused = _refused_public(account, getattr(wrong, name))
    assert refused.names("is not a usable key; found: ")
    assert found in refused.descriptions[0].partition("; found: ")[2]
    assert "an RSA key, SPKI, as PEM or as bare base64 on one line" in refused.solutions[0]


def _convert(refused: Refusal, key: Path, *arguments: str) -> bytes:
    """Do to the key's file what the remedy says, and return the key that comes of it."""
    found = re.search(r"openssl pkey [^,]+ -out FILE\.pem", refused.solutions[0])
    assert found
    command = [word.replace("FILE", str(key)) for word in found[0].split()]
    _openssl(*command[1:], *arguments)
    return key.with_name(f"{key.name}.pem").read_bytes()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("encrypted_pkcs8", "encrypted private key"),
        ("encrypted_pkcs1", "encrypted private key"),
        ("der", "binary data (DER?)"),
        ("der_pkcs1", "binary data (DER?)"),
    ],
)
def test_the_command_that_makes_a_usable_private_key_is_told(
    account: Account, wrong: Wrong, name: str, found: str
) -> None:
    refused = _refused_private(account, getattr(wrong, name))
    assert refused.names(f"is not a usable key; found: {found}")
    is_encrypted = name.startswith("encrypted")
    password = ("-passin", "pass:password") if is_encrypted else ()
    assert ("asks for the password" in refused.solutions[0]) == is_encrypted
    made = _convert(refused, account.home / "key", *password)
    file = _write_secret(account.home, made, "converted")
    assert dry_run(account, f"--private-key-file={file}").request.is_signed_by(account.keys.app)


def test_the_command_that_makes_a_usable_public_key_is_told(account: Account, wrong: Wrong) -> None:
    refused = _refused_public(account, wrong.der_public)
    assert refused.names("is not a usable key; found: binary data (DER?)")
    assert _convert(refused, account.home / "key").decode() == wrong.spki_public


def test_how_an_openssh_key_is_converted_is_told(account: Account, wrong: Wrong) -> None:
    refused = _refused_private(account, wrong.openssh_private)
    assert refused.names("is not a usable key; found: OpenSSH private key")
    assert "convert the copy with ssh-keygen -p -m PEM -f COPY" in refused.solutions[0]


@pytest.mark.parametrize("name", ["certificate", "certificate_bare"])
def test_a_certificate_in_the_place_of_a_public_key_points_to_certificate_mode(
    account: Account, wrong: Wrong, name: str
) -> None:
    refused = _refused_public(account, getattr(wrong, name))
    assert refused.names("is an X.509 certificate, not a bare key")
    assert "alipay_cert_file, app_cert_file and alipay_root_cert_file" in refused.solutions[0]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("spki_public", "SPKI RSA public key"),
        ("pkcs1_public", "PKCS#1 RSA public key"),
        ("openssh_public", "OpenSSH public key"),
    ],
)
def test_a_public_key_where_the_private_is_due_is_told(
    account: Account, wrong: Wrong, name: str, found: str
) -> None:
    refused = _refused_private(account, getattr(wrong, name))
    assert refused.names(f"is a public key ({found}) where the application's private key is due")
    assert "PKCS#1 or PKCS#8" in refused.solutions[0]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("pem", "PKCS#8 RSA private key"),
        ("encrypted_pkcs8", "encrypted private key"),
        ("encrypted_pkcs1", "encrypted private key"),
        ("openssh_private", "OpenSSH private key"),
    ],
)
def test_a_private_key_where_alipays_is_due_is_told(
    account: Account, wrong: Wrong, name: str, found: str
) -> None:
    refused = _refused_public(account, getattr(wrong, name))
    assert refused.names(f"is a private key ({found}) where Alipay's public key is due")
    assert "Copy Alipay's public key" in refused.solutions[0]


@pytest.mark.parametrize("name", ["without_middle", "without_tail"])
def test_a_damaged_private_key_is_refused(account: Account, wrong: Wrong, name: str) -> None:
    refused = _refused_private(account, getattr(wrong, name))
    assert len(refused.descriptions) == 1
    assert re.search("damaged|incomplete|neither PEM nor base64", refused.descriptions[0])


def test_a_damaged_public_key_is_refused(account: Account, wrong: Wrong) -> None:
    refused = _refused_public(account, wrong.public_without_tail)
    assert len(refused.descriptions) == 1
    assert re.search("damaged|incomplete|neither PEM nor base64", refused.descriptions[0])


@pytest.mark.parametrize("name", ["der", "path", "escaped", "encrypted_pkcs1", "ec_bare"])
def test_a_wrong_key_in_the_profile_or_the_environment_is_named_there(
    account: Account, wrong: Wrong, name: str
) -> None:
    key = _text(getattr(wrong, name))
    variables = {"ZHIMA_PRIVATE_KEY": key}
    by_variable = account.init_cert("-ojson", variables=variables)
    assert refusal(by_variable, "config").names("ZHIMA_PRIVATE_KEY is not a usable key")
    account.write(private_key=key)
    by_profile = account.init_cert("-ojson")
    assert refusal(by_profile, "config").names("profiles.default.private_key is not a usable key")
    assert _shows_nothing_of(key, by_variable, by_profile)


def test_both_wrong_keys_are_told_at_once(account: Account, wrong: Wrong) -> None:
    account.write(private_key=wrong.spki_public, alipay_public_key=wrong.pem)
    refused = refusal(account.init_cert("-ojson"), "config")
    assert refused.names(
        "profiles.default.private_key is a public key",
        "profiles.default.alipay_public_key is a private key",
    )


# --- the commonest mistake -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "what"),
    [("en", "is the application's own public key, not Alipay's"), ("zh", "是应用自己的公钥")],
    ids=["en", "zh"],
)
@pytest.mark.parametrize("style", ["pem", "bare"])
def test_the_own_public_key_in_the_place_of_alipays_is_told(
    account: Account, style: str, lang: str, what: str
) -> None:
    with answering(account, alipay_public_key=STYLES[style](public_pem(account.keys.app))) as stub:
        result = account.init_cert("-ojson", f"--lang={lang}")
        assert stub.seen == []
    refused = refusal(result, "config")
    assert refused.names(f"profiles.default.alipay_public_key {what}")
    assert "支付宝公钥" in refused.solutions[0]


# --- a key where something else is due -------------------------------------------------------

MISPLACED = ("pem", "bare", "escaped", "part", "ec", "ed25519")


def _misplaced(wrong: Wrong, style: str) -> str:
    if style == "ec":
        return wrong.ec_bare
    if style == "ed25519":
        # The key behind PKCS#8's fixed first bytes.
        return base64.b64encode(
            bytes.fromhex("302e020100300506032b657004220420") + b"k" * 32
        ).decode()
    if style == "escaped":
        return wrong.escaped
    if style == "part":
        return _bare(wrong.pem)[300:420]
    return STYLES[style](wrong.pem)


@pytest.mark.parametrize("style", MISPLACED)
@pytest.mark.parametrize(
    "option", ["--private-key-file", "--alipay-public-key-file", "--config", "--profile"]
)
def test_a_key_typed_where_a_name_is_due_is_not_shown(
    account: Account, wrong: Wrong, option: str, style: str
) -> None:
    key = _misplaced(wrong, style)
    refused = _refusals(account, f"{option}={key}", key=key)
    assert len(refused.descriptions) == 1


@pytest.mark.parametrize("style", MISPLACED)
@pytest.mark.parametrize("name", ["ZHIMA_PRIVATE_KEY_FILE", "ZHIMA_ALIPAY_PUBLIC_KEY_FILE"])
def test_a_key_in_a_files_variable_is_not_shown(
    account: Account, wrong: Wrong, name: str, style: str
) -> None:
    key = _misplaced(wrong, style)
    result = account.init_cert("-ojson", "--debug", variables={name: key})
    assert refusal(Result(result.status, result.out, ""), "config").names(name)
    assert _shows_nothing_of(key, result)


@pytest.mark.parametrize("style", MISPLACED)
@pytest.mark.parametrize("name", ["private_key_file", "alipay_public_key_file"])
def test_a_key_as_a_files_name_in_the_profile_is_not_shown(
    account: Account, wrong: Wrong, name: str, style: str
) -> None:
    """Its folder stands before it in the path that is tried."""
    key = _misplaced(wrong, style)
    account.config.write_text(
        f"[profiles.default]\napp_id = \"{APP_ID}\"\n{name} = '''{key}'''\n", encoding="utf-8"
    )
    result = account.init_cert("-ojson", "--debug")
    refused = refusal(Result(result.status, result.out, ""), "config")
    assert any(f"profiles.default.{name}" in text for text in refused.descriptions)
    assert _shows_nothing_of(key, result)


@pytest.mark.parametrize("style", ["pem", "bare"])
@pytest.mark.parametrize(
    "option", ["--transaction-id", "--app-id", "--gateway", "--sign-type", "--charset", "--timeout"]
)
def test_a_key_as_another_options_value_is_not_shown(
    account: Account, wrong: Wrong, option: str, style: str
) -> None:
    key = _misplaced(wrong, style)
    result = account.init_cert("-oplain", "--debug", f"{option}={key}")
    assert result.status == 2
    assert _shows_nothing_of(key, result)


@pytest.mark.parametrize("style", MISPLACED)
def test_a_key_as_a_word_of_its_own_is_not_shown(
    account: Account, wrong: Wrong, style: str
) -> None:
    key = _misplaced(wrong, style)
    result = account.init_cert("-oplain", "--debug", key)
    assert result.status == 2
    assert _shows_nothing_of(key, result)


def test_a_successful_call_shows_nothing_of_the_key(account: Account) -> None:
    with answering(account):
        results = [
            account.init_cert(*more, "--debug", f"--output={form}")
            for form in ("pretty", "plain", "json", "curl")
            for more in ((), ("--dry-run",))
            if form != "curl" or more
        ]
    assert [result.status for result in results] == [0] * 7
    assert _shows_nothing_of(private_pem(account.keys.app), *results)
    assert _shows_nothing_of(pkcs1_pem(account.keys.app), *results)


def test_the_search_for_key_material_finds_it(wrong: Wrong) -> None:
    """The helper that the tests above stand on."""
    line = wrong.pem.splitlines()[3]
    assert not _shows_nothing_of(wrong.pem, Result(0, f"│ {line[:10]} │\n│ {line[10:]} │", ""))
    assert not _shows_nothing_of(wrong.escaped, Result(0, "", line))
    assert not _shows_nothing_of(wrong.der, Result(0, "", _bare(wrong.pem)[200:220]))
    assert _shows_nothing_of(wrong.pem, Result(0, line[:15], "!"))
