"""Examines a profile and the machine around it, without stopping at what is wrong.

Everything is resolved by what resolves it for a call; only the findings are kept apart.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from zhima_cli.core.account import (
    CERT_FILES,
    MAX_APP_ID,
    Account,
    add_missing,
    is_app_id,
    refuse_options_of_account,
)
from zhima_cli.core.charset import Charset
from zhima_cli.core.checks import (
    Check,
    Note,
    State,
    Topic,
    fine,
    skipped,
    warned,
    wrong,
)
from zhima_cli.core.choosing import config_path
from zhima_cli.core.doctor_keys import (
    examine_encrypt_key,
    examine_mode,
    examine_numbers,
    examine_private_key,
    examine_verification,
    is_set,
)
from zhima_cli.core.doctor_network import Reach, examine_network, skip_network
from zhima_cli.core.errors import HistoryError, InputError, Problem, Reason
from zhima_cli.core.kinds import Kind
from zhima_cli.core.opening import find_history, open_sources
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.profile import MOCK_PROFILE, no_config
from zhima_cli.core.settings import resolve
from zhima_cli.core.signature import SignType
from zhima_cli.core.sources import Sources
from zhima_cli.core.strict_json import encode
from zhima_cli.core.versions import versions

_OF_THE_FILE = frozenset(
    {
        Reason.EMPTY,
        Reason.FILE_UNREADABLE,
        Reason.PIPE_WITHOUT_WRITER,
        Reason.FILE_TOO_LARGE,
        Reason.FILE_NOT_UTF8,
        Reason.NOT_TOML,
        Reason.NO_CONFIG_FILE,
    }
)
# Of these, the profile has the say.
_OF_THE_PROFILE = frozenset(
    {Topic.VERIFICATION, Topic.ENCRYPT_KEY, Topic.SIGN_TYPE, Topic.CHARSET, Topic.HISTORY}
)
# In the place of a person, whom none of this is about.
_NOBODY = encode(
    {
        "identity_type": "CERT_INFO",
        "cert_type": "IDENTITY_CARD",
        "cert_name": "-",
        "cert_no": "-",
    }
)


def examine(
    options: Options,
    surroundings: Surroundings,
    mock_account: Callable[[], Account],
    reach: Reach | None,
) -> Iterator[Check]:
    """Yield all checks of what a call with these options would use, in the order to read them in.

    ``mock_account`` returns the account of the gateway that zhima carries; it is called when the
    profile is that one. ``reach`` asks a gateway for a sign of life, None leaves the network alone.
    Nothing is made or changed.
    """
    told: list[Problem] = []
    for check in _examine(options, surroundings, mock_account, reach):
        if check.topic is Topic.SETTINGS:
            # What a call would be refused for and no other check told.
            check = _rest_of(check, told)
        told.extend(check.problems)
        yield check


def _examine(
    options: Options,
    surroundings: Surroundings,
    mock_account: Callable[[], Account],
    reach: Reach | None,
) -> Iterator[Check]:
    sources = open_sources(options, surroundings)
    charset = sources.trial().choice("charset", Charset.UTF_8)
    sign_type = sources.trial().choice("sign_type", SignType.RSA2)
    if sources.profile.name == MOCK_PROFILE:
        account = mock_account()
        yield from _mock_profile(sources, account, sign_type)
        yield from _terms(sources)
        yield from examine_network(sources, account, reach)
        yield _history(sources, surroundings)
        yield _settings(options, surroundings, account)
    else:
        path = config_path(options, surroundings)
        unseen = no_config(sources.profile.name, path)
        unread = yield from _profile(sources, path, unseen)
        source = unread or Topic.PROFILE
        yield _app_id(sources, charset, source)
        private = yield from examine_private_key(sources, source)
        yield from examine_numbers(private, sign_type)
        yield from _unless(unread, examine_verification(sources, private, source, surroundings.now))
        yield from _unless(unread, examine_encrypt_key(sources))
        yield from _unless(unread, _terms(sources))
        # Without a file a call would go to production; one that is not read may say otherwise.
        is_known = sources.has("gateway") or (unseen and unseen.reason is Reason.NO_CONFIG_FILE)
        if unread and not is_known:
            yield from skip_network(unread)
        else:
            yield from examine_network(sources, None, reach)
        yield from _unless(unread, [_history(sources, surroundings)])
        if unread:
            yield skipped(Topic.SETTINGS, unread)
        else:
            yield _settings(options, surroundings, None)
    found = ", ".join(f"{name} {version or '-'}" for name, version in versions())
    yield fine(Topic.VERSIONS, Note.AS_FOUND, found)


def _unless(unread: Topic | None, checks: Iterable[Check]) -> Iterator[Check]:
    """Yield the checks; of a profile that is not read, the defaults in them say nothing."""
    for check in checks:
        is_guess = unread and check.state is State.OK and check.topic in _OF_THE_PROFILE
        yield skipped(check.topic, unread) if unread and is_guess else check


def _mock_profile(sources: Sources, account: Account, sign_type: SignType) -> Iterator[Check]:
    yield fine(Topic.CONFIG_FILE, Note.CONFIG_UNNEEDED)
    trial = sources.trial()
    refuse_options_of_account(trial)
    if trial.problems:
        yield wrong(Topic.PROFILE, trial.problems)
    else:
        yield fine(Topic.PROFILE, Note.PROFILE_COMPLETE, MOCK_PROFILE)
    yield fine(Topic.APP_ID, Note.AS_FOUND, account.app_id)
    yield fine(Topic.PRIVATE_KEY, Note.MADE_FOR_MOCK)
    yield fine(Topic.PRIVATE_KEY_SIZE, Note.BITS, str(account.private_key.rsa.size_in_bits()))
    yield from examine_numbers(account.private_key, sign_type)
    yield fine(Topic.ALIPAY_PUBLIC_KEY, Note.MADE_FOR_MOCK)


def _profile(
    sources: Sources, path: Path, unseen: Problem | None
) -> Generator[Check, None, Topic | None]:
    """Examine the file and the profile; return the topic that failed, if the profile is unknown.

    ``unseen`` is why there is no file to be seen at ``path``.
    """
    problems = sources.wrong.get("profile", [])
    if any(problem.reason in _OF_THE_FILE for problem in problems):
        yield wrong(Topic.CONFIG_FILE, problems)
        yield skipped(Topic.CONFIG_MODE, Topic.CONFIG_FILE)
        yield skipped(Topic.PROFILE, Topic.CONFIG_FILE)
        return Topic.CONFIG_FILE
    trial = sources.trial()
    _note_missing(trial)
    if unseen:
        if not any(map(sources.has, ("app_id", "private_key", "private_key_file"))):
            yield wrong(Topic.CONFIG_FILE, [unseen])
            yield skipped(Topic.PROFILE, Topic.CONFIG_FILE)
            return Topic.CONFIG_FILE
        is_absent = unseen.reason is Reason.NO_CONFIG_FILE
        absent = fine(Topic.CONFIG_FILE, Note.CONFIG_ABSENT, str(path))
        yield absent if is_absent else warned(Topic.CONFIG_FILE, unseen)
    else:
        yield fine(Topic.CONFIG_FILE, Note.AS_FOUND, str(path))
        yield examine_mode(Topic.CONFIG_MODE, path)
    if problems:
        yield wrong(Topic.PROFILE, problems)
        return Topic.PROFILE
    if trial.problems:
        yield wrong(Topic.PROFILE, trial.problems)
    else:
        yield fine(Topic.PROFILE, Note.PROFILE_COMPLETE, sources.profile.name)
    return None


def _note_missing(sources: Sources) -> None:
    """Note what a call needs and is neither set nor, as a key, kept in a file."""
    wanted = [("app_id", "app_id"), ("private_key", "private_key_file")]
    if any(map(sources.has, CERT_FILES)):
        wanted += [(name, name) for name in CERT_FILES]
    else:
        wanted.append(("alipay_public_key", "alipay_public_key_file"))
    for name, key in wanted:
        if not is_set(sources, name):
            add_missing(sources, name, key)


def _app_id(sources: Sources, charset: Charset, source: Topic) -> Check:
    trial = sources.trial()
    app_id = trial.text("app_id", MAX_APP_ID, charset)
    if trial.problems:
        return wrong(Topic.APP_ID, trial.problems)
    if app_id is None:
        return skipped(Topic.APP_ID, source)
    if not is_app_id(app_id):
        return warned(Topic.APP_ID, Problem(Kind.CONFIG, Reason.BAD_APP_ID, "app_id"))
    return fine(Topic.APP_ID, Note.AS_FOUND, app_id)


def _terms(sources: Sources) -> Iterator[Check]:
    yield _sign_type(sources)
    yield _charset(sources)


def _sign_type(sources: Sources) -> Check:
    trial = sources.trial()
    sign_type = trial.choice("sign_type", SignType.RSA2)
    if trial.problems:
        return wrong(Topic.SIGN_TYPE, trial.problems)
    if sign_type is SignType.RSA:
        problem = Problem(Kind.CONFIG, Reason.SIGN_TYPE_OLD, "sign_type", sign_type.value)
        return warned(Topic.SIGN_TYPE, problem)
    return fine(Topic.SIGN_TYPE, Note.AS_FOUND, sign_type.value)


def _charset(sources: Sources) -> Check:
    trial = sources.trial()
    charset = trial.choice("charset", Charset.UTF_8)
    if trial.problems:
        return wrong(Topic.CHARSET, trial.problems)
    if charset is Charset.GB2312:
        problem = Problem(Kind.CONFIG, Reason.CHARSET_NARROW, "charset", charset.value)
        return warned(Topic.CHARSET, problem)
    return fine(Topic.CHARSET, Note.AS_FOUND, charset.value)


def _history(sources: Sources, surroundings: Surroundings) -> Check:
    from zhima_cli.core.history_file import (
        check_history,
    )  # a call that records nothing needs none of it

    trial = sources.trial()
    path = find_history(trial, surroundings)
    if trial.problems:
        return wrong(Topic.HISTORY, trial.problems)
    if path is None:
        return fine(Topic.HISTORY, Note.HISTORY_OFF)
    try:
        is_there = check_history(path)
    except HistoryError as error:
        # A call goes on without its record, unless --require-history asks for it.
        return warned(Topic.HISTORY, *error.problems)
    note = Note.HISTORY_THERE if is_there else Note.HISTORY_TO_BE_MADE
    return fine(Topic.HISTORY, note, str(path))


def _settings(options: Options, surroundings: Surroundings, account: Account | None) -> Check:
    """Resolve the whole of a call for nobody; all that is wrong with it is in the check."""

    def mock_account() -> Account:
        assert account is not None  # noqa: S101 -- the profile is the mock gateway's
        return account

    whole = replace(options, identity_param=_NOBODY)
    try:
        resolve(whole, surroundings, mock_account, dry_run=False)
    except InputError as error:
        return wrong(Topic.SETTINGS, error.problems)
    return fine(Topic.SETTINGS, Note.SETTINGS_FIT)


def _rest_of(check: Check, told: list[Problem]) -> Check:
    """Return the check of everything without what was told already."""
    if check.state is not State.ERROR:
        return check
    rest = [problem for problem in check.problems if problem not in told]
    return wrong(check.topic, rest) if rest else fine(check.topic, Note.SETTINGS_FIT)
