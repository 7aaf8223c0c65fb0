"""Certificate mode up to the call: the files, their serial numbers, keys, validity and chains."""

import base64
import json
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.conftest import Account, Keys
from tests.support.certificates import (
    ALWAYS,
    COMMON_NAME,
    FILES,
    SERIAL,
    UNIT,
    Certified,
    Hierarchy,
    Holder,
    certify,
    ecdsa_with_null,
    full_name,
    is_authority,
    new_ec_key,
    openssl_serial_number,
    pem,
    sm2_like,
)
from tests.support.independent import private_pem, public_pem, signed_answer
from tests.support.program import NOW, PERSON, Result, process_variables, run_inside
from tests.support.stub import Said, stub_gateway
from zhima_cli.core.certificates import (
    load_certificates,
    load_root_bundle,
    root_serial_number,
    serial_number,
)
from zhima_cli.core.errors import InputError

APP, ALIPAY, ROOT = FILES
SECOND = timedelta(seconds=1)
NO_ISSUER = "the certificate does not lead to alipay_root_cert_file; no valid issuer: "
CA = is_authority()
NO_CA = (x509.BasicConstraints(ca=False, path_length=None),)
PAST = (ALWAYS[0], NOW - SECOND)
FUTURE = (NOW + SECOND, ALWAYS[1])
UNREADABLE = "holds no certificate that can be read, or one that cannot"

# Of the hierarchy and the keys, to what files hold in the place of the hierarchy's.
Files = dict[str, str | bytes]
Make = Callable[[Hierarchy, Keys], Files]


def dry_run(certified: Certified, *arguments: str) -> Result:
    """Show the request as JSON."""
    return certified.account.init_cert("--dry-run", "--output=json", *arguments)


def call(certified: Certified, *arguments: str) -> Result:
    """Make a call to a gateway that answers with Alipay's key."""
    with stub_gateway(signed_answer(certified.account.keys.alipay)) as stub:
        return certified.account.init_cert("--output=json", f"--gateway={stub.url}", *arguments)


def refused(certified: Certified, *arguments: str) -> list[str]:
    """Return what is wrong with the configuration, of a call that nobody would answer."""
    gateway = "--gateway=http://127.0.0.1:1/gateway.do"
    return problems(certified.account.init_cert("--output=json", gateway, *arguments))


def problems(result: Result) -> list[str]:
    """Return what is wrong with the configuration, one thing a line."""
    said = result.json
    assert (result.status, said["kind"], said["sent"]) == (3, "config", "no"), result
    return str(said["description"]).splitlines()


def only_problem(certified: Certified, name: str) -> str:
    """Return what is wrong with the file, the only thing wrong; the message begins with it."""
    [problem] = refused(certified)
    file = certified.folder / f"{name}.crt"
    origin = f"{certified.account.config}: profiles.default.{name}: {file}"
    assert problem.startswith(origin), problem
    return problem.removeprefix(origin).lstrip(": ")


def params(result: Result) -> dict[str, str]:
    """Return the parameters of a dry run."""
    assert result.status == 0, result
    found = result.json["params"]
    assert isinstance(found, dict)
    return found


def texts(*holders: Holder) -> str:
    """Return the certificates one after the other."""
    return "".join(holder.pem for holder in holders)


# --- serial numbers -------------------------------------------------------------------------------


def test_the_sn_is_of_the_issuer_from_its_end_and_the_number_in_decimal(
    hierarchy: Hierarchy,
) -> None:
    """The MD5 of CN=Test Class 1 R1,OU=…,O=…,C=CN43788791362625396183877548697576490343."""
    assert SERIAL == 43788791362625396183877548697576490343
    assert serial_number(hierarchy.app.certificate) == "ac7493f374492b99edc45632e2df9a00"


def attributes(*pairs: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """Return the name of these parts, in this order."""
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs])


COUNTRY = (NameOID.COUNTRY_NAME, "CN")
NAMES = {
    "as Alipay's": full_name("Ant Financial Certification Authority Class 1 R1"),
    "several units": attributes(
        COUNTRY, (NameOID.ORGANIZATION_NAME, "O"), (UNIT, "b"), (UNIT, "a"), (COMMON_NAME, "n")
    ),
    "units in the other order": attributes(
        COUNTRY, (NameOID.ORGANIZATION_NAME, "O"), (UNIT, "a"), (UNIT, "b"), (COMMON_NAME, "n")
    ),
    "Chinese": attributes(
        COUNTRY,
        (NameOID.ORGANIZATION_NAME, "支付宝（中国）网络技术有限公司"),
        (COMMON_NAME, "䶮骉"),
    ),
    "beyond the first plane": attributes((COMMON_NAME, "𠮷🀄")),
    "marks": attributes((NameOID.ORGANIZATION_NAME, 'a, b+c "d" \\e=<f>;#'), (COMMON_NAME, "#1")),
    "spaces at the ends": attributes((NameOID.ORGANIZATION_NAME, " O "), (COMMON_NAME, " n ")),
    "the common name first": attributes((COMMON_NAME, "n"), (UNIT, "u"), COUNTRY),
    "places": attributes(
        COUNTRY,
        (NameOID.STATE_OR_PROVINCE_NAME, "浙江"),
        (NameOID.LOCALITY_NAME, "杭州"),
        (COMMON_NAME, "n"),
    ),
    "one part": attributes((COMMON_NAME, "n")),
    "long": attributes((NameOID.ORGANIZATION_NAME, "字" * 60), (COMMON_NAME, "字" * 21)),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_sn_is_of_the_name_that_openssl_reads(tmp_path: Path, name: str) -> None:
    holder = certify(NAMES[name], new_ec_key())
    file = tmp_path / "a.crt"
    file.write_text(holder.pem)
    assert serial_number(holder.certificate) == openssl_serial_number(file)


@pytest.mark.parametrize("serial", [1, 0x0F, 2**63, 2**64 + 1, SERIAL >> 5, 2**159 - 1])
def test_the_sn_is_of_the_number_that_openssl_reads(tmp_path: Path, serial: int) -> None:
    holder = certify("n", new_ec_key(), serial=serial)
    file = tmp_path / "a.crt"
    file.write_text(holder.pem)
    assert serial_number(holder.certificate) == openssl_serial_number(file)


def test_the_root_sn_is_of_what_has_an_rsa_signature_in_the_files_order(
    tmp_path: Path, hierarchy: Hierarchy
) -> None:
    """Whatever key it is of: the signature's algorithm counts."""
    ec_key = new_ec_key()
    ec_root = certify("EC", ec_key, extensions=CA)
    signed_with_rsa = certify("EC under RSA", ec_key, hierarchy.root, serial=7)
    signed_with_ec = certify("RSA under EC", hierarchy.class1.key, ec_root, serial=8)
    bundle = [
        hierarchy.other_root.pem,
        sm2_like("SM2"),
        signed_with_ec.pem,
        signed_with_rsa.pem,
        ecdsa_with_null("ECC"),
        hierarchy.root.pem,
    ]
    expected = []
    for text in (bundle[0], bundle[3], bundle[5]):
        (tmp_path / "a.crt").write_text(text)
        expected.append(openssl_serial_number(tmp_path / "a.crt"))
    certificates = load_root_bundle("".join(bundle).encode(), "roots")
    assert root_serial_number(certificates, "roots") == "_".join(expected)
    assert len(set(expected)) == 3


# --- files like Alipay's --------------------------------------------------------------------------

WRITINGS: dict[str, Callable[[str], str]] = {
    "as they are": lambda text: text,
    "lines of Windows": lambda text: text.replace("\n", "\r\n"),
    "a byte-order mark": lambda text: f"\ufeff{text}",
    "blank lines around": lambda text: f"\n\n{text}\n\n\n",
    "words before each": lambda text: text.replace("-----BEGIN", "证书\nsubject=/CN=x\n-----BEGIN"),
    "no line end": lambda text: text.rstrip("\n"),
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_files_like_alipays_work_however_they_are_written(
    certified: Certified, writing: str, tmp_path: Path
) -> None:
    write = WRITINGS[writing]
    certified.write({name: write(text) for name, text in certified.hierarchy.files.items()})
    made = call(certified)
    assert (made.status, made.json["verified"], made.err.count("\n")) == (0, True, 1), made
    shown = params(dry_run(certified))
    numbers = []
    for holder in (
        certified.hierarchy.app,
        certified.hierarchy.root,
        certified.hierarchy.other_root,
    ):
        (tmp_path / "a.crt").write_text(holder.pem)
        numbers.append(openssl_serial_number(tmp_path / "a.crt"))
    assert shown["app_cert_sn"] == numbers[0]
    assert shown["alipay_root_cert_sn"] == "_".join(numbers[1:])


def long_named_files(tree: Hierarchy, keys: Keys) -> Files:
    """Return files with names of 22 characters and more, which the library does not like."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        name, other, longer = (
            x509.Name([x509.NameAttribute(COMMON_NAME, text, _validate=False)])
            for text in ("某" * 22, "某" * 23, "某某省" * 10)
        )
        issuer = certify(name, tree.class2.key, tree.root, extensions=CA)
        return {
            APP: certify(longer, keys.app, certify(other, tree.class1.key)).pem,
            ALIPAY: texts(certify(longer, keys.alipay, issuer), issuer),
            ROOT: f"{tree.bundle}\n{certify(name, keys.stranger).pem}",
        }


def test_long_chinese_names_are_nothing_to_warn_of(certified: Certified, keys: Keys) -> None:
    """X.520's bound is 64 bytes, and many a company's name is longer."""
    certified.write(long_named_files(certified.hierarchy, keys))
    made = call(certified, "--transaction-id=T1")
    assert (made.status, made.err) == (0, "")
    shown = params(dry_run(certified))
    assert shown["app_cert_sn"] == openssl_serial_number(certified.folder / f"{APP}.crt")


# --- chains ---------------------------------------------------------------------------------------


def key_usage(*, key_cert_sign: bool) -> x509.KeyUsage:
    """Return a key usage with or without the signing of certificates."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def class2(
    extensions: tuple[x509.ExtensionType, ...], valid: tuple[datetime, datetime] = ALWAYS
) -> Make:
    """Alipay's file, its Class 2 made anew like this."""

    def make(tree: Hierarchy, _keys: Keys) -> Files:
        key = tree.class2.key
        made = certify("Test Class 2 R1", key, tree.root, extensions=extensions, valid=valid)
        return {ALIPAY: texts(tree.alipay, made)}

    return make


def root(
    extensions: tuple[x509.ExtensionType, ...], valid: tuple[datetime, datetime] = ALWAYS
) -> Make:
    """The root file, the root made anew like this and alone."""

    def make(tree: Hierarchy, _keys: Keys) -> Files:
        key = tree.root.key
        return {ROOT: certify("Test Root R1", key, extensions=extensions, valid=valid).pem}

    return make


def chain_of(length: int) -> Make:
    """Alipay's file with so many certificates from the leaf to the one that the root issued."""

    def make(tree: Hierarchy, keys: Keys) -> Files:
        issuer, chain = tree.root, []
        for number in range(length - 1, 0, -1):
            issuer = certify(f"Issuer {number}", new_ec_key(), issuer, extensions=CA)
            chain.append(issuer)
        return {ALIPAY: texts(certify("支付", keys.alipay, issuer), *reversed(chain))}

    return make


def of_other_key(tree: Hierarchy, keys: Keys) -> Files:
    """An issuer of the right name, but another key, issued the leaf."""
    impostor = Holder(tree.class2.certificate, new_ec_key())
    return {ALIPAY: texts(certify("支付", keys.alipay, impostor), tree.class2)}


def of_own_root(_tree: Hierarchy, keys: Keys) -> Files:
    """A whole chain of the right names, whose root is in Alipay's file and not among the roots."""
    fake_root = certify("Test Root R1", new_ec_key(), extensions=CA)
    fake = certify("Test Class 2 R1", new_ec_key(), fake_root, extensions=CA)
    return {ALIPAY: texts(certify("支付", keys.alipay, fake), fake, fake_root)}


def changed(tree: Hierarchy, _keys: Keys) -> Files:
    """The last bit of the leaf's signature is another."""
    der = tree.alipay.der
    return {ALIPAY: pem(der[:-1] + bytes([der[-1] ^ 1])) + tree.class2.pem}


def in_a_loop(_tree: Hierarchy, keys: Keys) -> Files:
    """Two issuers issued each other, and there is no root above them."""
    one = certify("One", new_ec_key(), extensions=CA)
    two = certify("Two", new_ec_key(), one, extensions=CA)
    one = certify("One", one.key, two, extensions=CA)
    return {ALIPAY: texts(certify("支付", keys.alipay, one), one, two, one)}


# Each with the issuer that is missing or will not do.
BROKEN: dict[str, tuple[Make, str]] = {
    "an issuer of the same name but another key": (of_other_key, "Test Class 2 R1"),
    "a root of one's own in Alipay's file": (of_own_root, "Test Root R1"),
    "a leaf that was changed": (changed, "Test Class 2 R1"),
    "the issuer is not there": (lambda t, _: {ALIPAY: t.alipay.pem}, "Test Class 2 R1"),
    "another issuer is there": (
        lambda t, _: {ALIPAY: texts(t.alipay, t.class1)},
        "Test Class 2 R1",
    ),
    "the root is not there": (lambda t, _: {ROOT: t.other_root.pem}, "Test Root R1"),
    "a leaf signed by itself": (lambda _, k: {ALIPAY: certify("自己", k.alipay).pem}, "自己"),
    "an issuer signed by itself": (
        lambda _, k: {ALIPAY: texts(*[certify("自己", k.alipay, extensions=CA)] * 2)},
        "自己",
    ),
    "an issuer without constraints": (class2(()), "Test Class 2 R1"),
    "an issuer that is none": (class2(NO_CA), "Test Class 2 R1"),
    "an issuer whose key may not sign": (
        class2((*CA, key_usage(key_cert_sign=False))),
        "Test Class 2 R1",
    ),
    "an issuer that ended": (class2(CA, PAST), "Test Class 2 R1"),
    "an issuer yet to begin": (class2(CA, FUTURE), "Test Class 2 R1"),
    "a root without constraints": (root(()), "Test Root R1"),
    "a root that is no issuer": (root(NO_CA), "Test Root R1"),
    "a root with no issuers below": (root(is_authority(0)), "Test Root R1"),
    "a root that ended": (root(CA, PAST), "Test Root R1"),
    "a root yet to begin": (root(CA, FUTURE), "Test Root R1"),
    "a loop": (in_a_loop, "One"),
    "a chain of nine": (chain_of(9), "Test Root R1"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_alipays_certificate_has_to_lead_to_a_root(
    certified: Certified, keys: Keys, name: str
) -> None:
    make, issuer = BROKEN[name]
    certified.write(make(certified.hierarchy, keys))
    assert only_problem(certified, ALIPAY) == NO_ISSUER + issuer


def with_a_namesake(*, first: bool) -> Make:
    """Two certificates of the Class 2's key in Alipay's file, one of them from another root."""

    def make(tree: Hierarchy, _keys: Keys) -> Files:
        stranger = certify("Test Root R1", new_ec_key(), extensions=CA)
        other = certify("Test Class 2 R1", tree.class2.key, stranger, extensions=CA)
        both = [other, tree.class2] if first else [tree.class2, other]
        return {ALIPAY: texts(tree.alipay, *both)}

    return make


def beside_a_loop(tree: Hierarchy, keys: Keys) -> Files:
    """Two issuers issued each other, and the root one of them."""
    one = certify("One", new_ec_key(), tree.root, extensions=CA)
    two = certify("Two", new_ec_key(), one, extensions=CA)
    back = certify("One", one.key, two, extensions=CA)
    return {ALIPAY: texts(certify("支付", keys.alipay, two), two, back, one)}


def under_an_ec_key(tree: Hierarchy, keys: Keys) -> Files:
    """The issuer's key is none of RSA."""
    issuer = certify("EC", new_ec_key(), tree.root, extensions=CA)
    return {ALIPAY: texts(certify("支付", keys.alipay, issuer), issuer)}


def with_another_behind(tree: Hierarchy, keys: Keys) -> Files:
    """A second certificate of Alipay's name, as after a renewal, stands behind the first."""
    other = certify(tree.alipay.certificate.subject, keys.stranger, tree.class2)
    return {ALIPAY: texts(tree.alipay, other, tree.class2)}


WHOLE: dict[str, Make] = {
    "a chain of eight": chain_of(8),
    "an issuer with no issuers below": class2(is_authority(0)),
    "a root with one issuer below": root(is_authority(1)),
    "an issuer whose key may sign": class2((*CA, key_usage(key_cert_sign=True))),
    "an issuer that ends now": class2(CA, (ALWAYS[0], NOW)),
    "a root that begins now": root(CA, (NOW, ALWAYS[1])),
    "others between, the issuer last": lambda t, _: {
        ALIPAY: texts(t.alipay, t.class1, t.other_root, t.app, t.alipay, t.class2)
    },
    "a namesake of the issuer before it": with_a_namesake(first=True),
    "a namesake of the issuer behind it": with_a_namesake(first=False),
    "a loop beside the way": beside_a_loop,
    "the issuer among the roots": lambda t, _: {
        ALIPAY: t.alipay.pem,
        ROOT: texts(t.root, t.class2),
    },
    "under the root itself": lambda t, k: {ALIPAY: certify("支付", k.alipay, t.root).pem},
    "the leaf among the roots": lambda t, _: {
        ALIPAY: t.alipay.pem,
        ROOT: texts(t.other_root, t.alipay),
    },
    "an issuer's EC key": under_an_ec_key,
    "another of the same name behind it": with_another_behind,
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_certificate_that_leads_to_a_root_is_used(
    certified: Certified, keys: Keys, name: str
) -> None:
    certified.write(WHOLE[name](certified.hierarchy, keys))
    made = call(certified)
    assert (made.status, made.json["verified"]) == (0, True), made


def test_of_two_certificates_of_alipays_the_first_counts(certified: Certified, keys: Keys) -> None:
    tree = certified.hierarchy
    other = certify(tree.alipay.certificate.subject, keys.stranger, tree.class2)
    certified.write({ALIPAY: texts(other, tree.alipay, tree.class2)})
    made = call(certified)
    assert (made.status, made.json["kind"]) == (7, "untrusted")
    assert "signature does not hold" in str(made.json["description"])


# --- the application's certificate ----------------------------------------------------------------


def test_the_applications_chain_is_checked_as_far_as_its_issuers_are_there(
    certified: Certified, keys: Keys
) -> None:
    tree = certified.hierarchy
    forged, under_class2, under_root = (
        certify("2088", keys.app, Holder(issuer.certificate, new_ec_key()))
        for issuer in (tree.class1, tree.class2, tree.root)
    )
    for app, issuer in (
        (texts(tree.app, tree.class1), None),
        (certify("2088", keys.app, tree.class2).pem, None),
        (certify("2088", keys.app, tree.root).pem, None),
        (certify("2088", keys.app).pem, None),
        (forged.pem, None),  # by whom cannot be told: its issuer is in none of the files
        (texts(forged, tree.class1), "Test Class 1 R1"),
        (under_class2.pem, "Test Class 2 R1"),
        (under_root.pem, "Test Root R1"),
        (texts(tree.app, tree.class2), "Test Class 1 R1"),
    ):
        certified.write({APP: app})
        if issuer is None:
            assert call(certified).status == 0
        else:
            assert only_problem(certified, APP) == NO_ISSUER + issuer


def test_the_applications_certificate_is_of_its_private_key(
    certified: Certified, keys: Keys
) -> None:
    """Both halves of it: with another exponent it would verify nothing that the key signs."""
    tree = certified.hierarchy
    modulus = keys.app.public_key().public_numbers().n
    other_exponent = rsa.RSAPublicNumbers(3, modulus).public_key()
    words = "the certificate is not of the application's private key"
    for app in (
        certify("2088", keys.stranger, tree.class1),
        certify("2088", keys.app, tree.class1, public_key=other_exponent),
    ):
        certified.write({APP: app.pem})
        assert only_problem(certified, APP) == words
    certified.write(private_key=private_pem(keys.stranger))
    assert only_problem(certified, APP) == words


def test_certificates_in_each_others_places_are_told_apart(certified: Certified) -> None:
    tree = certified.hierarchy
    certified.write({APP: tree.files[ALIPAY], ALIPAY: texts(tree.app, tree.class1)})
    found = refused(certified)
    assert [line.rpartition(": ")[2] for line in found] == [
        "this is the application's own certificate, not Alipay's",
        "the certificate is not of the application's private key",
    ]


# --- validity -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [APP, ALIPAY])
@pytest.mark.parametrize(
    ("valid", "words"),
    [
        (PAST, "the certificate ended on 2026-11-24"),
        (FUTURE, "the certificate begins on 2026-11-24 only"),
        ((ALWAYS[0], NOW), None),
        ((NOW, ALWAYS[1]), None),
    ],
    ids=["ended", "yet to begin", "ends now", "begins now"],
)
def test_a_certificate_has_to_be_valid_now(
    certified: Certified,
    keys: Keys,
    name: str,
    valid: tuple[datetime, datetime],
    words: str | None,
) -> None:
    tree = certified.hierarchy
    app = certify("2088", keys.app, tree.class1, valid=valid)
    alipay = certify("支付", keys.alipay, tree.class2, valid=valid)
    certified.write({APP: app.pem} if name == APP else {ALIPAY: texts(alipay, tree.class2)})
    if words is None:
        assert call(certified).status == 0
    else:
        assert only_problem(certified, name) == words


# --- files that will not do -----------------------------------------------------------------------


def der_of(text: str) -> bytes:
    """Return the DER of the first certificate."""
    return base64.b64decode(text.partition("-----END")[0].partition("-----\n")[2])


UNREADABLE_FILES: dict[str, Callable[[str, Keys], str | bytes]] = {
    "nothing": lambda _text, _keys: "",
    "DER": lambda text, _keys: der_of(text),
    "bare base64": lambda text, _keys: "".join(text.splitlines()[1:-1]),
    "a private key": lambda _text, keys: private_pem(keys.app),
    "a private key behind it": lambda text, keys: f"{text}\n{private_pem(keys.app)}",
    "a private key before it": lambda text, keys: private_pem(keys.app) + text,
    "a public key": lambda _text, keys: public_pem(keys.app),
    "no end": lambda text, _keys: text[: text.index("-----END")],
    "a block without end before it": lambda text, _keys: f"-----BEGIN CERTIFICATE-----\n{text}",
    "a line missing": lambda text, _keys: text.replace(text.splitlines()[5] + "\n", "", 1),
    "no base64": lambda text, _keys: text.replace(text.splitlines()[5], "*" * 64, 1),
    "no name that is text": lambda text, _keys: pem(
        der_of(text).replace("测试".encode(), b"\xff" * 6)
    ),
    # A certificate's version is 1 or 3 (RFC 5280): 0 or 2, as it is written.
    "of version 2": lambda text, _keys: pem(
        der_of(text).replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020101"), 1)
    ),
    "zeros": lambda _text, _keys: bytes(1000),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", UNREADABLE_FILES)
def test_what_is_no_certificate_is_an_error_in_words(
    certified: Certified, keys: Keys, name: str, kind: str
) -> None:
    content = UNREADABLE_FILES[kind](certified.hierarchy.files[name], keys)
    certified.write({name: content})
    assert only_problem(certified, name) == UNREADABLE


def test_a_file_that_cannot_be_read_is_an_error_in_words(certified: Certified) -> None:
    config = certified.account.config
    for name in FILES:
        file = certified.folder / f"{name}.crt"
        certified.write({name: certified.hierarchy.files[name] + "\n" * 1024 * 1024})
        [problem] = refused(certified)
        assert problem == f"{config}: profiles.default.{name}: {file} is larger than 262144 bytes"
        certified.write()
        file.unlink()
        said = f"{config}: profiles.default.{name}: the file cannot be read: {file}: "
        assert refused(certified) == [f"{said}No such file or directory"]
        file.mkdir()
        assert refused(certified) == [f"{said}Is a directory"]
        file.rmdir()


def test_a_certificate_has_to_be_of_an_rsa_key_that_is_long_enough(
    certified: Certified, keys: Keys
) -> None:
    tree = certified.hierarchy
    # Its length alone is looked at: that it is no product of two primes does not matter.
    short = rsa.RSAPublicNumbers(65537, 2**512 - 3).public_key()
    not_rsa = "the certificate is not one of an RSA key"
    too_short = "512 bits"
    for name, text, words in (
        (ALIPAY, texts(certify("EC", new_ec_key(), tree.class2), tree.class2), not_rsa),
        (APP, certify("EC", new_ec_key()).pem, not_rsa),
        (APP, sm2_like("SM2"), not_rsa),
        (
            ALIPAY,
            texts(certify("512", keys.app, tree.class2, public_key=short), tree.class2),
            too_short,
        ),
        (APP, certify("512", keys.app, public_key=short).pem, too_short),
    ):
        certified.write({name: text})
        assert words in only_problem(certified, name)


def test_roots_without_an_rsa_signature_are_not_alipays(certified: Certified) -> None:
    for bundle in (
        sm2_like("SM2"),
        ecdsa_with_null("ECC"),
        certify("EC", new_ec_key(), extensions=CA).pem,
    ):
        certified.write({ROOT: bundle})
        assert only_problem(certified, ROOT) == "has no certificate with an RSA signature"


def test_only_a_root_without_anything_of_rsas_may_be_unreadable(certified: Certified) -> None:
    """A foreign one in the bundle is left out; one of RSA's would change the root SN."""
    odd = pem(der_of(sm2_like("x")).replace("测试".encode(), b"\xff" * 6))
    bundle = certified.hierarchy.bundle
    shown = params(dry_run(certified))
    certified.write({ROOT: f"{odd}{bundle}"})
    assert params(dry_run(certified))["alipay_root_cert_sn"] == shown["alipay_root_cert_sn"]
    assert call(certified).status == 0
    damaged = pem(certified.hierarchy.other_root.der[:-1])
    certified.write({ROOT: f"{bundle}\n{damaged}"})
    assert only_problem(certified, ROOT) == UNREADABLE
    with pytest.raises(InputError):
        load_certificates(odd.encode(), "an issuer's")


def test_every_wrong_file_is_told_at_once(certified: Certified) -> None:
    certified.write(dict.fromkeys(FILES, "nothing"))
    found = refused(certified)
    names = re.findall(r"profiles\.default\.(\w+)", "\n".join(found))
    assert sorted(names) == sorted(FILES)
    assert [line for line in found if not line.endswith(UNREADABLE)] == []


# --- where they come from -------------------------------------------------------------------------


def option_of(name: str) -> str:
    """Return the option of a setting."""
    return "--" + name.replace("_", "-")


@pytest.mark.parametrize("name", FILES)
def test_a_flag_goes_before_the_environment_and_that_before_the_profile(
    certified: Certified, name: str
) -> None:
    """Whichever comes first is used, and only that: here none of them is there."""
    option, variable = option_of(name), f"ZHIMA_{name.upper()}"
    certified.write(None, **{name: "~/in_profile.crt"})
    in_profile = f"{certified.account.config}: profiles.default.{name}"
    home = certified.account.home
    for arguments, value, origin, path in (
        ([f"{option}=/no/flag.crt"], "/no/env.crt", option, "/no/flag.crt"),
        ([], "/no/env.crt", variable, "/no/env.crt"),
        ([], "", in_profile, f"{home}/in_profile.crt"),
    ):
        result = certified.account.init_cert("-ojson", *arguments, variables={variable: value})
        words = f"the file cannot be read: {path}: No such file or directory"
        assert problems(result) == [f"{origin}: {words}"]


def test_flags_or_variables_alone_are_enough_and_begin_in_the_working_folder(
    certified: Certified, monkeypatch: pytest.MonkeyPatch
) -> None:
    certified.account.write(alipay_public_key=None)
    monkeypatch.chdir(certified.folder)
    assert call(certified, *(f"{option_of(name)}={name}.crt" for name in FILES)).status == 0
    variables = {f"ZHIMA_{name.upper()}": f"{name}.crt" for name in FILES}
    shown = certified.account.init_cert("--dry-run", "-ojson", variables=variables)
    assert params(shown)["app_cert_sn"] == serial_number(certified.hierarchy.app.certificate)


@pytest.mark.parametrize("name", FILES)
def test_one_that_is_missing_is_named(certified: Certified, name: str) -> None:
    certified.write(None, **{name: None})
    result = call(certified)
    assert problems(result) == [f"{name} is not set"]
    where = f"{certified.account.config}: profiles.default.{name}"
    remedy = f"Set it in {where}, or give {option_of(name)}, ZHIMA_{name.upper()}."
    assert str(result.json["solution"]).startswith(remedy)
    others = [other for other in FILES if other != name]
    certified.write(None, **dict.fromkeys(others))
    assert refused(certified) == [f"{other} is not set" for other in others]


@pytest.mark.parametrize("name", FILES)
def test_an_empty_path_does_not_choose_the_other_mode(certified: Certified, name: str) -> None:
    account = certified.account
    account.write(**{name: ""})
    found = refused(certified)
    assert f"{name} and alipay_public_key are both set" in found[0]
    assert f"{account.config}: profiles.default.{name} is empty" in found
    account.write()
    with_flag = call(certified, f"{option_of(name)}=")
    assert (with_flag.status, with_flag.json["kind"]) == (2, "usage")
    assert f"{option_of(name)} is empty" in str(with_flag.json["description"]).splitlines()
    certified.write(None, **{name: ""})
    assert refused(certified) == [f"{account.config}: profiles.default.{name} is empty"]


def test_of_a_profile_that_is_broken_no_file_is_said_to_be_missing(certified: Certified) -> None:
    certified.account.config.write_text("[profiles", encoding="utf-8")
    [first, second] = refused(certified, "--app-cert-file=/no/app.crt")
    assert "is not valid TOML" in first
    assert second.startswith("--app-cert-file: the file cannot be read: /no/app.crt")


def test_both_modes_at_once_are_refused_wherever_they_stand(
    certified: Certified, keys: Keys
) -> None:
    words = "are both set: certificate mode, and Alipay's public key"
    certified.write(alipay_public_key=public_pem(keys.alipay))
    for result in (call(certified), dry_run(certified)):
        assert problems(result) == [f"{APP} and alipay_public_key {words}"]
    certified.write()
    option = f"--alipay-public-key-file={certified.folder}/no.pem"
    assert refused(certified, option) == [f"{APP} and alipay_public_key_file {words}"]
    certified.account.write()
    variables = {"ZHIMA_ALIPAY_ROOT_CERT_FILE": str(certified.folder / f"{ROOT}.crt")}
    result = certified.account.init_cert("-ojson", variables=variables)
    assert problems(result)[0] == f"{ROOT} and alipay_public_key {words}"


# --- a dry run ------------------------------------------------------------------------------------


def test_a_dry_run_needs_no_certificate_of_alipays(certified: Certified) -> None:
    whole = params(dry_run(certified))
    certified.write(alipay_cert_file=None)
    shown = dry_run(certified, "--transaction-id=T1")
    assert shown.err == ""
    for name in ("app_cert_sn", "alipay_root_cert_sn"):
        assert params(shown)[name] == whole[name]


def test_a_dry_run_warns_of_what_is_wrong_with_alipays(certified: Certified, keys: Keys) -> None:
    config, tree = certified.account.config, certified.hierarchy
    old = certify("支付", keys.alipay, tree.class2, valid=PAST)
    for content, words in (
        ("nothing", UNREADABLE),
        (texts(old, tree.class2), "the certificate ended on 2026-11-24"),
        (tree.alipay.pem, NO_ISSUER + "Test Class 2 R1"),
    ):
        certified.write({ALIPAY: content})
        shown = dry_run(certified, "--transaction-id=T1")
        assert params(shown)["app_cert_sn"] == serial_number(tree.app.certificate)
        assert shown.err.startswith(f"zhima: warning: {config}: profiles.default.{ALIPAY}: ")
        assert words in shown.err
        assert shown.err.count("\n") == 1


@pytest.mark.parametrize("name", [APP, ROOT])
def test_a_dry_run_needs_the_other_two(certified: Certified, name: str) -> None:
    certified.write(None, **{name: None})
    assert problems(dry_run(certified)) == [f"{name} is not set"]
    certified.write({name: "nothing"})
    assert problems(dry_run(certified))[0].endswith(UNREADABLE)


# --- what it needs, and where it does not go ------------------------------------------------------

# Runs zhima with each list of arguments where cryptography cannot be imported.
WITHOUT_THE_EXTRA = """
import json, sys
from pathlib import Path

class Refusal:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "cryptography":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refusal())
from tests.support.program import run_inside
runs = [run_inside(arguments, Path(sys.argv[1])) for arguments in json.load(sys.stdin)]
print(json.dumps([[run.status, run.out, run.err] for run in runs]))
"""


def test_without_the_extra_only_certificate_mode_fails_and_names_it(certified: Certified) -> None:
    """One process for all: the library was not imported for any of them."""
    account = certified.account
    key_mode = account.home / "keys.toml"
    account.write()
    account.config.rename(key_mode)
    certified.write()
    base = ["init-cert", *PERSON, "--output=json"]
    runs = [
        base,
        [*base, "--dry-run"],
        ["mock-gateway", "--with-certificates", f"--write-profile={account.home}/mock.toml"],
        [*base, f"--config={key_mode}", "--dry-run"],
        ["mock-gateway", "--port=no"],
        ["init-cert", "--help"],
    ]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_EXTRA, str(account.home)],
        input=json.dumps(runs).encode(),
        capture_output=True,
        env=process_variables(account.home),
        cwd=Path(__file__).parent.parent,
        timeout=60,
        check=True,
    )
    real, dry, with_certificates, *others = (Result(*run) for run in json.loads(done.stdout))
    words = "asks for certificate mode, which needs a package that is not installed"
    for result in (real, dry):
        assert problems(result) == [f"{APP} {words}"]
        solution = (
            "Install zhima again as before, with [cert] behind what it is installed from, "
            "such as '.[cert]'; pipx needs --force."
        )
        assert result.json["solution"] == solution
    assert with_certificates.status == 3
    assert f"--with-certificates {words}" in with_certificates.err
    assert "'.[cert]'" in with_certificates.err
    assert not (account.home / "mock.toml").exists()
    assert [result.status for result in others] == [0, 2, 0]


@pytest.mark.parametrize("name", [*FILES, "encrypt_key_file"])
def test_the_mock_profile_refuses_the_files_of_a_real_account(account: Account, name: str) -> None:
    option = option_of(name)
    arguments = ["init-cert", "--profile=mock", *PERSON, f"{option}=/no/file"]
    result = run_inside(arguments, account.home)
    assert (result.status, result.out) == (2, "")
    assert f"{option} does not go with the profile mock" in result.err


def test_the_command_that_tries_again_names_the_files(
    certified: Certified, monkeypatch: pytest.MonkeyPatch
) -> None:
    certified.account.write(alipay_public_key=None)
    monkeypatch.chdir(certified.folder)
    options = [f"{option_of(name)}={name}.crt" for name in FILES]
    with stub_gateway(Said(b"", status=503)) as stub:
        result = certified.account.init_cert(f"--gateway={stub.url}", "--output=plain", *options)
    assert result.status == 6
    [again] = re.findall(r"zhima init-cert .*", result.err)
    assert [option for option in options if option not in again] == []
