"""How the command line is put: options, values, words, commands, help, and what is wrong there."""

import json
import re

import pytest

from tests.conftest import Account
from tests.support.independent import BIZ_NO
from tests.support.input import answering, refusal, sent, shown
from tests.support.program import PERSON, Result, run_inside, run_process

VALUE_OPTIONS = (
    *("--config", "-c", "--profile", "-p", "--transaction-id", "--product-code", "--biz-code"),
    *("--cert-name", "--cert-no", "--cert-type", "--identity-type", "--identity-param"),
    *("--merchant-config", "--ext-biz-param", "--linked-merchant-id", "--app-auth-token"),
    *("--gateway", "--app-id", "--private-key-file", "--alipay-public-key-file", "--sign-type"),
    *("--app-cert-file", "--alipay-cert-file", "--alipay-root-cert-file", "--encrypt-key-file"),
    *("--charset", "--timeout", "--retries", "--deadline", "--history"),
    *("--output", "-o", "--lang"),
)
FLAGS = (
    *("--no-history", "--require-history", "--resend", "--dry-run", "--redact", "--verbose"),
    *("--debug", "--help", "-h"),
)
OF_ONE_PERSON = ("--transaction-id", "--cert-name", "--cert-no", "--identity-param")
OPTIONS = {
    "init-cert": (*VALUE_OPTIONS, *FLAGS),
    "init-certs": (
        *("--out", "--format", "--batch", "--jobs", "--rate", "--encoding"),
        *("--skip-invalid", "--dry-run"),
        *(option for option in VALUE_OPTIONS if option not in OF_ONE_PERSON),
        *("--debug", "--help", "-h"),
    ),
    "mock-gateway": (
        *(
            "--port",
            "--write-profile",
            "--app-public-key-file",
            "--with-certificates",
            "--with-encryption",
        ),
        *("--lang", "--debug", "--help", "-h"),
    ),
    # zhima explain
    "explain": ("--output", "-o", "--lang", "--debug", "--help", "-h"),
    # zhima profiles
    "profiles": (
        *("--config", "-c", "--profile", "-p", "--product-code", "--biz-code"),
        *("--linked-merchant-id", "--app-auth-token", "--gateway", "--app-id"),
        *("--private-key-file", "--alipay-public-key-file", "--app-cert-file"),
        *("--alipay-cert-file", "--alipay-root-cert-file", "--encrypt-key-file", "--sign-type"),
        *("--charset", "--timeout", "--retries", "--deadline", "--history"),
        *("--output", "-o", "--lang", "--debug", "--help", "-h"),
    ),
    "doctor": (
        *("--config", "-c", "--profile", "-p", "--online", "--gateway", "--app-id"),
        *("--private-key-file", "--alipay-public-key-file", "--app-cert-file"),
        *("--alipay-cert-file", "--alipay-root-cert-file", "--encrypt-key-file", "--sign-type"),
        *("--charset", "--timeout", "--history", "--output", "-o", "--lang", "--debug"),
        *("--help", "-h"),
    ),
    "verify-response": (
        *("--config", "-c", "--profile", "-p", "--private-key-file", "--alipay-public-key-file"),
        *("--alipay-cert-file", "--alipay-root-cert-file", "--encrypt-key-file", "--sign-type"),
        *("--charset", "--output", "-o", "--lang", "--debug", "--help", "-h"),
    ),
    # zhima configure, zhima keygen
    "configure": (
        *("--config", "-c", "--profile", "-p", "--app-id", "--gateway", "--private-key-file"),
        *("--alipay-public-key-file", "--app-cert-file", "--alipay-cert-file"),
        *("--alipay-root-cert-file", "--encrypt-key-file", "--sign-type", "--charset"),
        *("--inline-keys", "--default", "--dry-run", "--output", "-o", "--lang", "--debug"),
        *("--help", "-h"),
    ),
    "keygen": ("--out", "--bits", "--output", "-o", "--lang", "--debug", "--help", "-h"),
    None: ("--version", "--lang", "--help", "-h"),
}
NAME, NUMBER = "收委", "260104197909275964"


def _usage_error(account: Account, *arguments: str) -> Result:
    """Run ``init-cert`` for real, against a gateway that must see nothing."""
    with answering(account) as stub:
        result = account.init_cert(*arguments)
        assert stub.seen == []
    assert (result.status, result.out) == (2, "")
    return result


# --- options ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "shown_option", "nearest"),
    [
        ("--cert-nam=x", "--cert-nam", "--cert-name"),
        ("--certno=x", "--certno", "--cert-no"),
        ("--dryrun", "--dryrun", "--dry-run"),
        ("--private-key=x", "--private-key", "--private-key-file"),
        ("--cert_name=x", None, "--cert-name"),
        ("--Output=json", None, "--output"),
        ("-x", "-x", None),
        ("--zzzzzz", "--…", None),
    ],
)
def test_an_unknown_option_is_refused_with_the_nearest_one_if_there_is_one(
    account: Account, typed: str, shown_option: str | None, nearest: str | None
) -> None:
    result = _usage_error(account, typed)
    if shown_option is not None:
        assert f"error: {shown_option} is no option of this command" in result.err
    assert "is no option of this command" in result.err
    guess = "" if nearest is None else f"Did you mean {nearest}? "
    assert f"what to do: {guess}--help lists all options.\n" in result.err


@pytest.mark.parametrize(
    ("typed", "secret"),
    [
        pytest.param(f"--cert-name{NAME}", NAME, id="name-without-equals-sign"),
        pytest.param(f"--cert-no{NUMBER}", NUMBER, id="number-without-equals-sign"),
        pytest.param(f"--cert-no:{NUMBER}", NUMBER, id="number-behind-a-colon"),
        pytest.param(f"--cert-n={NUMBER}", NUMBER, id="unknown-with-value"),
        pytest.param(f"--{NUMBER}", NUMBER, id="number-as-option"),
        pytest.param(f"-{NUMBER}", NUMBER, id="number-as-short-option"),
        pytest.param(f"-{NAME}", "收", id="name-as-short-option"),
        pytest.param(f"–cert-name={NAME}", NAME, id="en-dash"),
        pytest.param(f"—cert-no={NUMBER}", NUMBER, id="em-dash"),
        pytest.param(f"--dry-run={NUMBER}", NUMBER, id="flag-with-value"),
        pytest.param('--identity-param{"cert_no":"1234567"}', "1234567", id="json-glued"),
        pytest.param("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN", "MIIEvQIBADAN", id="key"),
    ],
)
@pytest.mark.parametrize("more", [(), ("--debug",)], ids=["plain", "debug"])
def test_what_is_glued_to_a_wrong_option_is_not_shown(
    account: Account, typed: str, secret: str, more: tuple[str, ...]
) -> None:
    result = _usage_error(account, typed, *more)
    assert secret not in result.err


@pytest.mark.parametrize("option", VALUE_OPTIONS)
def test_an_option_without_its_value_is_refused(account: Account, option: str) -> None:
    result = _usage_error(account, option)
    assert f"error: {option} needs a value" in result.err


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("value", ["no", ""])
def test_a_flag_with_a_value_is_refused(account: Account, flag: str, value: str) -> None:
    """As ``--dry-run=no`` it could mean anything; it must not send."""
    glued = value or "x" if flag == "-h" else f"={value}"
    result = _usage_error(account, f"{flag}{glued}")
    assert f"error: {flag} takes no value" in result.err


@pytest.mark.parametrize("option", VALUE_OPTIONS)
@pytest.mark.parametrize("value", ["--dry-run", "--"])
def test_a_value_that_begins_with_two_dashes_is_refused_as_a_word_of_its_own(
    account: Account, option: str, value: str
) -> None:
    """The worst of it would be ``--cert-name --dry-run``: sent for real, for a wrong name."""
    result = _usage_error(account, option, value)
    assert f"The value of {option} begins with -" in result.err
    assert f"{option}=VALUE" in result.err


@pytest.mark.parametrize("value", ["--help", "-h", "--cert-no=1", "--zzzzzz", "-p"])
def test_any_option_is_refused_as_a_value(account: Account, value: str) -> None:
    result = _usage_error(account, "--cert-name", value)
    assert "The value of --cert-name begins with -" in result.err


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("--cert-name", "cert_name"),
        ("--cert-no", "cert_no"),
        ("--cert-type", "cert_type"),
        ("--identity-type", "identity_type"),
        ("--product-code", "product_code"),
        ("--biz-code", "biz_code"),
        ("--linked-merchant-id", "linked_merchant_id"),
        ("--app-auth-token", "app_auth_token"),
        ("--app-id", "app_id"),
    ],
)
def test_a_value_that_begins_with_two_dashes_is_taken_behind_an_equals_sign(
    account: Account, option: str, name: str
) -> None:
    with answering(account) as stub:
        person = [text for text in PERSON if not text.startswith(f"{option}=")]
        result = account.init_cert("--transaction-id=A", f"{option}=--dry-run", person=person)
    assert (result.status, result.out) == (0, f"{BIZ_NO}\n")
    # It is none of a card's numbers, which is told.
    assert result.err.startswith("zhima: warning: cert_no: ") == (name == "cert_no")
    assert sent(stub).find(name) == "--dry-run"


@pytest.mark.parametrize("option", ["--config", "--private-key-file", "--alipay-public-key-file"])
def test_a_files_name_may_begin_with_two_dashes_behind_an_equals_sign(
    account: Account, option: str
) -> None:
    result = account.init_cert("--output=json", f"{option}=--dry-run")
    assert refusal(result, "config").names("--dry-run: No such file or directory")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--cert-name", NAME, "--cert-no", NUMBER),
        ("--cert-name", NAME, f"--cert-no={NUMBER}"),
        (f"--cert-name={NAME}", "--cert-no", NUMBER),
    ],
    ids=["apart", "mixed", "mixed-the-other-way"],
)
def test_a_value_may_stand_apart_or_behind_an_equals_sign(
    account: Account, arguments: tuple[str, ...]
) -> None:
    result = account.init_cert("--dry-run", "-ojson", *arguments, person=())
    assert shown(result).identity["cert_name"] == NAME
    assert shown(result).identity["cert_no"] == NUMBER


def test_an_equals_sign_in_a_value_is_part_of_it(account: Account) -> None:
    result = account.init_cert("--dry-run", "-ojson", "--cert-name=a=b", person=(PERSON[1],))
    assert shown(result).identity["cert_name"] == "a=b"


@pytest.mark.parametrize("glue", [("-p", "live"), ("-plive",)], ids=["apart", "glued"])
def test_short_options(account: Account, glue: tuple[str, ...]) -> None:
    text = account.config.read_text(encoding="utf-8").replace("default", "live")
    other = account.home / "other.toml"
    other.write_text(text, encoding="utf-8")
    other.chmod(0o600)
    form = tuple(part.replace("p", "o", 1).replace("live", "json") for part in glue)
    file = tuple(part.replace("p", "c", 1).replace("live", str(other)) for part in glue)
    result = account.init_cert("--dry-run", *form, *glue, *file)
    assert (result.status, result.json["profile"]) == (0, "live")


def test_several_faults_of_the_command_line_are_said_at_once(account: Account) -> None:
    result = _usage_error(
        account, "word", "--zzzzzz", "--dry-run=1", "--charset", "--debug", "--app-id"
    )
    for piece in (
        "--… is no option",
        "a word that belongs to no option",
        "--dry-run takes no value",
        "The value of --charset begins with -",
        "--app-id needs a value",
    ):
        assert result.err.count(piece) == 1
    assert result.err.count("  error: ") == 5


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("init-cert --confg own.toml", id="value-of-a-misspelt-option"),
        pytest.param("init-cert --zzzzzz own.toml", id="value-of-an-unknown-option"),
        pytest.param("verify-response --zzzzzz own.toml", id="value-or-word"),
        pytest.param("history show --confg own.toml T1", id="value-of-a-misspelt-option-and-word"),
        pytest.param("init-cert --retries -1", id="negative-number"),
        pytest.param("init-cert --retries -1 --dry-run", id="negative-number-and-option"),
        pytest.param("init-cert --lang --dry-run", id="option-as-language"),
        pytest.param("init-cert --output", id="no-form"),
        pytest.param("--lang", id="no-language"),
        pytest.param("--zzzzzz own.toml init-cert", id="value-before-the-command"),
        pytest.param("--zzzzzz", id="option-and-no-command"),
        pytest.param("explain 7 4", id="word-too-many"),
        pytest.param("doctor nonsense", id="word-where-none-is-taken"),
    ],
)
def test_one_fault_is_told_once(account: Account, arguments: str) -> None:
    result = _run(account, *arguments.split())
    assert (result.status, result.out) == (2, "")
    assert result.err.count("  error: ") == 1
    assert "own.toml" not in result.err


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        ("--zzzzzz init-cert", 1),
        ("init-cert --zzzzzz", 2),
        ("--lang en init-cert --cert-no 1 --zzzzzz", 6),
        ("history show T1 --dry-run --zzzzzz", 5),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_place_of_an_unknown_option_is_told_by_its_number(
    account: Account, arguments: str, number: int, lang: str
) -> None:
    words = arguments.replace("en", lang).split()
    result = _run(account, *words, ZHIMA_LANG=lang)
    place = {"en": f" (word {number} after zhima)", "zh": f"（zhima 之后的第 {number} 个词）"}
    assert words[number - 1] == "--zzzzzz"
    assert place[lang] in result.err


@pytest.mark.parametrize("misspelt", ["--dry-rn", "--app-ib=1"])
def test_a_word_that_is_no_value_of_a_misspelt_option_is_told_of(
    account: Account, misspelt: str
) -> None:
    result = _usage_error(account, misspelt, "word")
    assert "a word that belongs to no option" in result.err
    assert result.err.count("  error: ") == 2


def test_a_misspelt_option_in_the_place_of_a_value_is_told_of(account: Account) -> None:
    result = _usage_error(account, "--cert-name", "--certno=1")
    assert "The value of --cert-name begins with -" in result.err
    assert "--certno is no option of this command" in result.err


@pytest.mark.parametrize("arguments", ["explain 7 4", "verify-response a b", "completion bash x"])
def test_a_word_too_many_is_told_of_with_those_that_are_taken(
    account: Account, arguments: str
) -> None:
    result = _run(account, *arguments.split())
    taken = {"explain": "CODE", "verify-response": "FILE", "completion": "SHELL"}
    word = taken[arguments.split()[0]]
    assert (
        f"There is one word too many: besides options, this command takes only {word}" in result.err
    )
    assert "belongs to no option" not in result.err


# --- words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        pytest.param([NAME], id="word"),
        pytest.param(["--", NAME], id="behind-two-dashes"),
        pytest.param(["--", f"--cert-name={NAME}"], id="option-behind-two-dashes"),
        pytest.param(["--dry-run", NAME], id="behind-a-flag"),
        pytest.param([f"--cert-type={NAME}", NUMBER, NAME], id="two"),
        pytest.param(["-", NAME], id="behind-a-dash"),
        pytest.param([""], id="empty"),
    ],
)
def test_a_word_that_belongs_to_no_option_is_refused_and_not_shown(
    account: Account, words: list[str]
) -> None:
    """It may be half of a name that was typed without quotes."""
    result = _usage_error(account, *words)
    assert "There is a word that belongs to no option" in result.err
    assert NAME not in result.err
    assert NUMBER not in result.err


def test_two_dashes_may_end_the_options(account: Account) -> None:
    assert shown(account.init_cert("--dry-run", "-ojson", "--")).identity["cert_name"] == NAME


# --- commands --------------------------------------------------------------------------------


def _run(account: Account, *arguments: str, **variables: str) -> Result:
    return run_inside(arguments, account.home, variables)


@pytest.mark.parametrize("arguments", [(), ("--lang=en",), ("--lang", "en"), ("--",)])
def test_no_command_is_refused_with_those_that_there_are(
    account: Account, arguments: tuple[str, ...]
) -> None:
    result = _run(account, *arguments)
    assert (result.status, result.out) == (2, "")
    assert "No command was given" in result.err
    assert "init-cert, init-certs, mock-gateway" in result.err


@pytest.mark.parametrize("word", ["initcert", "init", NAME, NUMBER, "", "INIT-CERT"])
def test_an_unknown_command_is_refused_with_those_that_there_are_and_not_shown(
    account: Account, word: str
) -> None:
    result = _run(account, word, *PERSON)
    assert (result.status, result.out) == (2, "")
    assert "zhima has no such command" in result.err
    assert "init-cert, init-certs, mock-gateway" in result.err
    assert not word or word in ("init", "initcert", "INIT-CERT") or word not in result.err


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        ("initcert", "zhima init-cert"),
        ("INIT-CERT", "zhima init-cert"),
        ("init_certs", "zhima init-certs"),
        ("--lang=en histroy", "zhima history"),
        ("config", "zhima configure"),
        ("history shw", "zhima history show"),
        ("history --limit=5 purne", "zhima history prune"),
    ],
)
def test_a_misspelt_command_is_refused_with_the_one_that_is_like_it(
    account: Account, arguments: str, meant: str
) -> None:
    result = _run(account, *arguments.split(), *PERSON)
    assert (result.status, result.out) == (2, "")
    assert f"what to do: Did you mean {meant}? The commands are: " in result.err
    assert arguments.split()[-1] not in result.err.replace(meant, "").replace("configure", "")


@pytest.mark.parametrize("arguments", ["收委", "260104197909275964", "zhang", "history li"])
def test_what_is_like_no_command_is_refused_without_a_guess(
    account: Account, arguments: str
) -> None:
    result = _run(account, *arguments.split())
    assert "Did you mean" not in result.err
    assert "The commands are: " in result.err


def test_an_option_of_the_command_before_it_is_refused(account: Account) -> None:
    result = _run(account, "--dry-run", "init-cert", *PERSON)
    assert (result.status, result.out) == (2, "")
    assert "--… is no option of this command" in result.err


@pytest.mark.parametrize("arguments", [("--lang=zh", "init-cert"), ("--lang", "zh", "init-cert")])
def test_the_language_may_be_chosen_before_the_command(
    account: Account, arguments: tuple[str, ...]
) -> None:
    result = _run(account, *arguments, "--zzzzzz")
    assert result.status == 2
    assert "--… 不是本命令的选项" in result.err


def test_the_last_choice_of_a_language_counts(account: Account) -> None:
    result = _run(account, "--lang=zh", "init-cert", "--lang=en", "--zzzzzz")
    assert "--… is no option" in result.err


# --- help and version ------------------------------------------------------------------------

_CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("help_option", ["--help", "-h"])
@pytest.mark.parametrize("command", OPTIONS, ids=str)
def test_help_lists_every_option_in_the_language(
    account: Account, command: str | None, help_option: str, lang: str
) -> None:
    arguments = [help_option] if command is None else [command, help_option]
    result = _run(account, *arguments, ZHIMA_LANG=lang)
    assert (result.status, result.err) == (0, "")
    words = re.findall(r"(?<!\S)--?[a-z][a-z-]*", result.out)
    for option in OPTIONS[command]:
        assert option in words
    explained = [line for line in result.out.splitlines() if re.match(r"\s+--?[a-z]", line)]
    assert len(explained) == len([option for option in OPTIONS[command] if len(option) > 2])
    # The examples are the same in both languages, the person's name among them.
    assert (_CHINESE.search(result.out.replace(NAME, "")) is not None) is (lang == "zh")


def test_the_help_of_zhima_lists_the_commands(account: Account) -> None:
    result = _run(account, "--help")
    assert "init-cert" in result.out
    assert "mock-gateway" in result.out


@pytest.mark.parametrize(
    "variable",
    [
        *("CONFIG", "PROFILE", "PRODUCT_CODE", "BIZ_CODE", "CERT_NAME", "CERT_NO", "CERT_TYPE"),
        *("IDENTITY_TYPE", "LINKED_MERCHANT_ID", "APP_AUTH_TOKEN", "GATEWAY", "APP_ID"),
        *("PRIVATE_KEY_FILE", "ALIPAY_PUBLIC_KEY_FILE", "SIGN_TYPE", "CHARSET", "TIMEOUT"),
        *("OUTPUT", "LANG"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_help_names_every_variable(account: Account, variable: str, lang: str) -> None:
    result = _run(account, "init-cert", "--help", ZHIMA_LANG=lang)
    assert f"[ZHIMA_{variable}]" in re.sub(r"\s+", " ", result.out)


def test_help_goes_before_what_is_wrong(account: Account) -> None:
    """Whoever asks for help may be in the middle of getting the command right."""
    result = account.init_cert("--zzzzzz", "--charset=x", "--help")
    assert (result.status, result.err) == (0, "")
    assert "--cert-name" in result.out


@pytest.mark.parametrize("arguments", [("--version",), ("--lang=zh", "--version")])
def test_version(account: Account, arguments: tuple[str, ...]) -> None:
    result = _run(account, *arguments)
    assert (result.status, result.err) == (0, "")
    assert re.fullmatch(r"zhima \d+\.\d+\.\d+\n", result.out)


def test_the_installed_program_and_the_module_are_the_same(account: Account) -> None:
    assert run_process(["--version"], account.home) == _run(account, "--version")


# --- choices that are known before the rest --------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "variables", "subject", "choices"),
    [
        pytest.param(("-o", "xml"), {}, "--output", "pretty, plain, json, curl", id="-o"),
        pytest.param(("-oxml",), {}, "--output", "pretty, plain, json, curl", id="-o-glued"),
        pytest.param(("--output=xml",), {}, "--output", "pretty, plain, json", id="--output"),
        pytest.param(("--output=",), {}, "--output", "pretty, plain, json", id="--output-empty"),
        pytest.param(("--lang", "fr"), {}, "--lang", "zh, en", id="--lang"),
        pytest.param(("--lang=",), {}, "--lang", "zh, en", id="--lang-empty"),
        pytest.param((), {"ZHIMA_OUTPUT": "xml"}, "ZHIMA_OUTPUT", "pretty, plain", id="output-env"),
        pytest.param((), {"ZHIMA_LANG": "fr"}, "ZHIMA_LANG", "zh, en", id="lang-env"),
    ],
)
def test_a_form_or_language_that_there_is_not_is_refused(
    account: Account,
    arguments: tuple[str, ...],
    variables: dict[str, str],
    subject: str,
    choices: str,
) -> None:
    with answering(account) as stub:
        result = account.init_cert(*arguments, variables=variables)
        assert stub.seen == []
    assert (result.status, result.out) == (2, "")
    is_empty = any(argument.endswith("=") for argument in arguments)
    wrong = "is empty" if is_empty else "has a value that there is not"
    assert f"error: {subject} {wrong}" in result.err
    assert is_empty or choices in result.err


@pytest.mark.parametrize(
    "arguments",
    ["explain 7", "profiles", "doctor", "history", "history show T1", "keygen", "init-certs x.csv"],
)
@pytest.mark.parametrize("way", ["option", "variable"])
def test_a_form_of_requests_alone_is_not_offered_where_there_is_none(
    account: Account, arguments: str, way: str
) -> None:
    option, variables = (["--output=yaml"], {}) if way == "option" else ([], {"ZHIMA_OUTPUT": "x"})
    result = _run(account, *arguments.split(), *option, **variables)
    assert (result.status, result.out) == (2, "")
    assert "Choose one of: pretty, plain, json.\n" in result.err


@pytest.mark.parametrize("variables", [{"ZHIMA_OUTPUT": "xml"}, {"ZHIMA_LANG": "fr"}])
def test_a_right_flag_makes_up_for_a_wrong_variable(
    account: Account, variables: dict[str, str]
) -> None:
    with answering(account):
        result = account.init_cert(
            "--output=plain", "--lang=en", "--transaction-id=A", variables=variables
        )
    assert result == Result(0, f"{BIZ_NO}\n", "")


@pytest.mark.parametrize("value", ["JSON", "Json"])
def test_a_form_is_taken_in_any_case(account: Account, value: str) -> None:
    with answering(account):
        result = account.init_cert(f"--output={value}")
    assert result.json["biz_no"] == BIZ_NO


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (("-o", "curl"), {}),
        ((), {"ZHIMA_OUTPUT": "curl"}),
    ],
    ids=["flag", "variable"],
)
def test_curl_is_for_dry_runs_only(
    account: Account, arguments: tuple[str, ...], variables: dict[str, str]
) -> None:
    with answering(account) as stub:
        result = account.init_cert(*arguments, variables=variables)
        assert stub.seen == []
    assert (result.status, result.out) == (2, "")
    assert "Add --dry-run" in result.err


def test_redact_is_for_dry_runs_only(account: Account) -> None:
    result = _usage_error(account, "--redact")
    assert "--redact is for --dry-run only" in result.err


# --- for scripts -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("init-cert", "--zzzzzz", "-o", "json"), id="unknown-option"),
        pytest.param(("init-cert", "-ojson", "word"), id="word"),
        pytest.param(("init-cert", "--output=json", "--cert-name"), id="no-value"),
        pytest.param(("init-cert", "--cert-name", "--output=json"), id="option-as-value"),
        pytest.param(("init-cert", "--output", "json", "--lang=fr"), id="no-such-language"),
        pytest.param(("init-cert", "--output=json", "--timeout=0"), id="value"),
        pytest.param(("init-certificate", "--output=json"), id="unknown-command"),
        pytest.param(("--output=json",), id="no-command"),
    ],
)
def test_wrong_usage_gives_one_json_object(account: Account, arguments: tuple[str, ...]) -> None:
    result = _run(account, *arguments)
    refused = refusal(result, "usage")
    assert result.err == ""
    assert all((*refused.descriptions, *refused.solutions))
    assert len(refused.descriptions) == len(refused.solutions)
    assert list(json.loads(result.out)) == [
        *("schema", "ok", "kind", "biz_no", "transaction_id", "code", "msg", "sub_code"),
        *("sub_msg", "description", "solution", "retryable", "verified", "sent", "profile"),
        *("mock", "attempts"),
    ]


def test_wrong_usage_gives_json_by_the_variable_too(account: Account) -> None:
    result = _run(account, "init-cert", "--zzzzzz", ZHIMA_OUTPUT="json")
    assert refusal(result, "usage").names("--… is no option of this command")


def test_wrong_usage_in_a_process_is_the_same(account: Account) -> None:
    arguments = ["init-cert", "--cert-name", "--dry-run", "-o", "json"]
    inside = run_inside(arguments, account.home)
    assert run_process(arguments, account.home) == inside
    assert refusal(inside, "usage").names("The value of --cert-name begins with -")
