"""The profiles there are: each setting's value, and where it comes from."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from zhima_cli.core.account import find_parts, refuse_options_of_account
from zhima_cli.core.charset import Charset
from zhima_cli.core.choosing import Choice, asked_profile, existing_config, usual_profile
from zhima_cli.core.errors import InputError, Problem
from zhima_cli.core.files import shown_path
from zhima_cli.core.keys import PrivateKey, PublicKey, fingerprint
from zhima_cli.core.numbers import find_numbers
from zhima_cli.core.opening import find_history, find_profile
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.parameters import (
    BIZ_CODE,
    MAX_CODE,
    MAX_LINKED_MERCHANT_ID,
    PRODUCT_CODE,
    find_transaction_prefix,
)
from zhima_cli.core.profile import MOCK_PROFILE, ConfigFile, read_config, shown_name
from zhima_cli.core.settings import find_app_auth_token
from zhima_cli.core.signature import SignType
from zhima_cli.core.sources import Place, Source, Sources, expand_home


@dataclass(frozen=True)
class Setting:
    """One setting, as far as it may be shown.

    ``source`` is None for what is not set and has no default. ``place`` names the option, the
    variable or the key of the profile, None for a default. ``is_wrong`` says that a fault is about
    it. ``value`` is None for what is not set, secret or wrong. ``path`` is the file of a key or
    certificate, ``sha256`` the fingerprint of a key's public half, ``serial_number`` a
    certificate's SN (protocol.md).
    """

    name: str
    source: Source | None
    place: str | None
    is_wrong: bool
    value: str | None = None
    path: str | None = None
    sha256: str | None = None
    serial_number: str | None = None


@dataclass(frozen=True)
class ListedProfile:
    """A profile with all its settings, and what is wrong or should be known."""

    name: str
    is_chosen: bool
    is_mock: bool
    settings: tuple[Setting, ...]
    faults: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class Listing:
    """The profiles of the file ``path``, and zhima's own; which of them is used, and why.

    ``path`` is None where no file was read.
    """

    path: str | None
    choice: Choice
    profiles: tuple[ListedProfile, ...]


def list_profiles(options: Options, surroundings: Surroundings) -> Listing:
    """Return every profile, or the one that ``options`` name.

    A profile that is wrong is listed with its faults. Raises InputError where the file cannot be
    read, or has no profile of that name.
    """
    asked = asked_profile(options, surroundings)
    is_one = asked is not None and asked.source is Source.FLAG
    path = existing_config(options, surroundings)
    if is_one and options.profile == MOCK_PROFILE:
        path = None  # it needs no file, so that a broken one is in nobody's way
    config = read_config(path, surroundings.files) if path else None
    choice = asked or usual_profile(config)
    names = (*(config.names if config else ()), MOCK_PROFILE)
    if is_one and choice.name not in names:
        raise InputError(*find_profile(choice, config, options, surroundings)[1])
    # The others as they are where --profile names them.
    choices = {choice.name: choice} if is_one else {n: Choice(n, Source.FLAG) for n in names}
    choices[choice.name] = choice
    listed = (
        _list(each, each is choice, config, options, surroundings) for each in choices.values()
    )
    return Listing(
        path=shown_path(config.path) if config else None,
        choice=replace(choice, name=shown_name(choice.name)),
        profiles=tuple(listed),
    )


def _list(
    choice: Choice,
    is_chosen: bool,
    config: ConfigFile | None,
    options: Options,
    surroundings: Surroundings,
) -> ListedProfile:
    profile, problems = find_profile(choice, config, options, surroundings)
    # The name stands in every fault's place, and may be a secret that was pasted there.
    profile = replace(profile, name=shown_name(profile.name))
    sources = Sources(
        options, surroundings.variables, profile, surroundings.home, surroundings.files
    )
    if problems:
        sources.fail("profile", *problems)
    is_mock = choice.name == MOCK_PROFILE
    if is_mock:
        refuse_options_of_account(sources)
    settings = tuple(_settings(sources, surroundings, is_mock=is_mock))
    return ListedProfile(
        name=profile.name,
        is_chosen=is_chosen,
        is_mock=is_mock,
        settings=settings,
        faults=tuple(sources.problems),
        warnings=tuple(sources.warnings),
    )


def _settings(sources: Sources, surroundings: Surroundings, *, is_mock: bool) -> Iterator[Setting]:
    """Yield every setting; ``sources`` is told of what is wrong.

    The mock gateway brings an account of its own.
    """
    charset = sources.choice("charset", Charset.UTF_8)
    sign_type = sources.choice("sign_type", SignType.RSA2)
    if not is_mock:
        yield from _account(sources, charset, surroundings)
    yield _text(sources, "sign_type", sign_type.value)
    yield _text(sources, "charset", charset.value)
    numbers = find_numbers(sources)
    for name, number in (
        ("timeout", numbers.timeout),
        ("retries", numbers.retries),
        ("deadline", numbers.deadline),
    ):
        yield _text(sources, name, f"{number:g}")
    history = find_history(sources, surroundings)
    yield _text(sources, "history", shown_path(history) if history else "false")
    find_app_auth_token(sources, charset)
    yield _setting(sources, "app_auth_token")
    for name, limit, default in (
        ("linked_merchant_id", MAX_LINKED_MERCHANT_ID, None),
        ("product_code", MAX_CODE, PRODUCT_CODE),
        ("biz_code", MAX_CODE, BIZ_CODE),
    ):
        yield _text(sources, name, sources.text(name, limit, charset) or default)
    prefix = find_transaction_prefix(sources)
    yield _text(sources, "transaction_prefix", prefix)


def _account(sources: Sources, charset: Charset, surroundings: Surroundings) -> Iterator[Setting]:
    parts = find_parts(sources, charset, surroundings.now, dry_run=False)
    numbers = parts.serial_numbers
    yield _text(sources, "app_id", parts.app_id)
    yield _text(sources, "gateway", parts.gateway)
    yield _key(sources, "private_key", parts.private_key)
    yield _key(sources, "alipay_public_key", parts.alipay_public_key)
    for name, serial_number in (
        ("app_cert_file", numbers.app_cert_sn if numbers else None),
        ("alipay_cert_file", numbers.alipay_cert_sn if numbers else None),
        ("alipay_root_cert_file", numbers.alipay_root_cert_sn if numbers else None),
    ):
        setting = _setting(sources, name)
        yield replace(setting, serial_number=None if setting.is_wrong else serial_number)
    yield _setting(sources, "encrypt_key", "encrypt_key_file")


def _key(sources: Sources, name: str, key: PrivateKey | PublicKey | None) -> Setting:
    setting = _setting(sources, name, f"{name}_file")
    # In certificate mode there is a key without this setting.
    is_its_own = key is not None and setting.source is not None
    return replace(setting, sha256=fingerprint(key) if key and is_its_own else None)


def _text(sources: Sources, name: str, value: str | None) -> Setting:
    """Return the setting that came to ``value``, the default if it is not set."""
    setting = _setting(sources, name)
    if setting.source is None and value is not None:
        return replace(setting, source=Source.DEFAULT, value=value)
    return replace(setting, value=None if setting.is_wrong else value)


def _setting(sources: Sources, *spellings: str) -> Setting:
    """Return where the setting stands, and no value."""
    name = spellings[0]
    is_wrong = not sources.wrong.keys().isdisjoint(spellings)
    place = sources.place(*spellings)
    if place is None:
        return Setting(name, None, None, is_wrong)
    return Setting(name, place.source, str(place), is_wrong, path=_path(sources, place))


def _path(sources: Sources, place: Place) -> str | None:
    """Return the path that stands there, if it is one; the profile's start at its own folder."""
    if not place.name.endswith("_file"):
        return None
    config = sources.profile.path if place.source is Source.FILE else None
    folder = config.parent if config else Path()
    return shown_path(folder / expand_home(str(place.value), sources.home))
