"""Asks a person for what a profile needs, and asks again until it will do."""

from pathlib import Path

from zhima_cli.cli.session import Session
from zhima_cli.cli.unseen import BEGIN, read_key, unseen
from zhima_cli.core.content_encryption import load_encrypt_key
from zhima_cli.core.draft import KEYS, Draft, Mode, Setting, mode_problems
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.files import is_like_key
from zhima_cli.core.key_forms import PRIVATE_FORMS, KeyForm
from zhima_cli.core.key_pair import PRIVATE_KEY_NAME
from zhima_cli.core.keys import identify
from zhima_cli.core.kinds import Kind
from zhima_cli.core.profile import is_absent
from zhima_cli.core.signature import SignType
from zhima_cli.words.vocabulary import Label

_QUESTIONS = (
    (Setting.APP_ID, Label.ASK_APP_ID),
    (Setting.GATEWAY, Label.ASK_GATEWAY),
    (Setting.PRIVATE_KEY, Label.ASK_PRIVATE_KEY),
)
_QUESTIONS_OF_MODE = (
    (Setting.ALIPAY_PUBLIC_KEY, Label.ASK_ALIPAY_PUBLIC_KEY),
    (Setting.ALIPAY_ROOT_CERT, Label.ASK_ALIPAY_ROOT_CERT),
    (Setting.ALIPAY_CERT, Label.ASK_ALIPAY_CERT),
    (Setting.APP_CERT, Label.ASK_APP_CERT),
)
_MORE_QUESTIONS = (
    (Setting.ENCRYPT_KEY, Label.ASK_ENCRYPT_KEY),
    (Setting.SIGN_TYPE, Label.ASK_SIGN_TYPE),
)
_PASTE = "-"
_NO_KEY = frozenset({KeyForm.EMPTY, KeyForm.PATH, KeyForm.UNKNOWN})
_NO_ENCRYPTION = "none"
_YES = ("y", "yes", "是")


def ask_for(draft: Draft, given: frozenset[Setting], session: Session) -> Draft:
    """Return the draft with answers to all that was not ``given`` as an option.

    Raises InputError where the input ends.
    """
    for setting, label in _QUESTIONS:
        if setting not in given:
            draft = _ask(draft, setting, label, session)
    mode = next((mode for mode in Mode if given.intersection(mode.settings)), None)
    if mode is None:
        mode = _ask_mode(draft.mode or Mode.KEY, session)
        draft = draft.choose(mode)
    for setting, label in _QUESTIONS_OF_MODE:
        if setting in mode.settings and setting not in given:
            draft = _ask(draft, setting, label, session)
    for setting, label in _MORE_QUESTIONS:
        if setting not in given:
            draft = _ask(draft, setting, label, session)
    return draft


def ask_for_default(session: Session) -> bool:
    """Ask whether the profile is to be the one that is used where none is named."""
    explain(Label.ASK_DEFAULT_PROFILE, session)
    answer = _answer("default_profile [y/N]: ", "default_profile", "--default", session)
    return answer.lower() in _YES


def paste(setting: Setting, session: Session) -> str:
    """Return a key that a person pastes unseen. Raises InputError where the input ends."""
    stdin = session.environment.stdin
    with unseen(stdin):
        session.log(session.words.labels[Label.PASTE_NOW])
        key = read_key(stdin)
    if key is None:
        raise _unanswered(setting.value, setting.option)
    return key


def explain(label: Label, session: Session, **values: str) -> None:
    """Say what is asked for and where it is found."""
    session.log("")
    session.log(session.words.labels[label].format(**values))


def _ask(draft: Draft, setting: Setting, label: Label, session: Session) -> Draft:
    explain(label, session)
    default = _default(draft, setting, session)
    question = f"{setting.value} [{default}]: " if default else f"{setting.value}: "
    while True:
        text = _answer(question, setting.value, setting.option, session)
        if not text and not default:
            session.complain(Problem(Kind.USAGE, Reason.OPTION_IS_DUE, setting.value))
            continue
        if text.startswith(BEGIN) and setting not in KEYS:
            session.complain(Problem(Kind.USAGE, Reason.PASTED, setting.value))
            continue
        if not text and not draft.has(setting):
            text = _suggested(draft, setting) or ""
        answered = _take(draft, setting, text, session) if text else draft
        problems = answered.check(setting)
        if not problems:
            return answered
        session.complain(*problems)


def _ask_mode(default: Mode, session: Session) -> Mode:
    explain(Label.ASK_MODE, session)
    choices = ", ".join(mode.value for mode in Mode)
    options = " / ".join(mode.settings[0].option for mode in Mode)
    while True:
        text = _answer(f"mode [{default.value}]: ", "mode", options, session)
        mode = next((m for m in Mode if m.value == text.lower()), None if text else default)
        if mode is None:
            problem = Problem(Kind.USAGE, Reason.NOT_A_CHOICE, "mode", expected=choices)
            session.complain(problem)
        elif problems := mode_problems(mode):
            session.complain(*problems)
        else:
            return mode


def _take(draft: Draft, setting: Setting, text: str, session: Session) -> Draft:
    """Take the answer for a value or a file's name, unless it is a key or asks to paste one."""
    if setting not in KEYS:
        return draft.answer(setting, text)
    if text == _PASTE:
        return draft.paste(setting, paste(setting, session))
    is_key = _is_encrypt_key if setting is Setting.ENCRYPT_KEY else _is_key
    is_pasted = text.startswith(BEGIN) or is_key(text)
    return draft.paste(setting, text) if is_pasted else draft.answer(setting, text)


def _form(text: str) -> KeyForm:
    form, _ = identify(text.encode("utf-8", "surrogateescape"))
    return form


def _is_key(text: str) -> bool:
    return _form(text) not in _NO_KEY


def _is_encrypt_key(text: str) -> bool:
    try:
        load_encrypt_key(text.encode("utf-8", "surrogateescape"), "")
    except InputError:
        return False
    return True


def _is_secret(text: str) -> bool:
    form = _form(text)
    if "PRIVATE KEY-----" in text or form in PRIVATE_FORMS or _is_encrypt_key(text):
        return True
    return form is KeyForm.UNKNOWN and is_like_key(text) and is_absent(Path(text))


def _default(draft: Draft, setting: Setting, session: Session) -> str | None:
    """Return what stands in brackets: what nothing but Enter takes."""
    shown = draft.shown(setting)
    if shown == "":
        return session.words.labels[Label.IS_SET]
    if shown is not None:
        return session.err.safe(shown)
    if setting is Setting.SIGN_TYPE:
        return SignType.RSA2.value
    if setting is Setting.ENCRYPT_KEY:
        return _NO_ENCRYPTION
    return _suggested(draft, setting)


def _suggested(draft: Draft, setting: Setting) -> str | None:
    """Return the private key that zhima keygen has put beside the configuration, if it has."""
    if setting is not Setting.PRIVATE_KEY or draft.stored.path is None:
        return None
    path = draft.stored.path.parent / PRIVATE_KEY_NAME
    return None if is_absent(path) else str(path)


def _answer(question: str, subject: str, option: str, session: Session) -> str:
    """Return the answer, PEM to its end: its lines are no answers to what is asked next.

    Raises InputError where the input ends: ``option`` gives what the question is for, too.
    """
    answer = session.ask(question)
    if answer is None:
        raise _unanswered(subject, option)
    stdin = session.environment.stdin
    if answer.startswith(BEGIN):
        with unseen(stdin):
            answer = read_key(stdin, answer) or ""
    if _is_secret(answer):
        # A terminal shows what is pasted before zhima reads that it is a key.
        with unseen(stdin):
            session.log("")  # the rest of the paste is dropped, and may have been cut in a line
        session.log(session.words.labels[Label.KEY_SHOWN])
    return answer


def _unanswered(subject: str, option: str) -> InputError:
    return InputError(Problem(Kind.USAGE, Reason.UNANSWERED, subject, expected=option))
