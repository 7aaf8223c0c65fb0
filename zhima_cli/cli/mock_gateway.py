"""``zhima mock-gateway``: serves a mock gateway until it is told to stop."""

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Annotated

import typer

from zhima_cli.cli.declarations import DebugOption, FileOption, LangOption
from zhima_cli.cli.session import Session
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.files import read_file, system_words
from zhima_cli.core.kinds import EXIT_STATUS, Kind
from zhima_cli.core.sources import MAX_KEY_BYTES, expand_home
from zhima_cli.words.vocabulary import Label, led_to

if TYPE_CHECKING:
    from zhima_cli.mock.keys import KeyPair, KnownKey, MockKeys


def mock_gateway(
    context: typer.Context,
    port: Annotated[str, typer.Option(metavar="PORT", show_default=False)] = "0",
    write_profile: FileOption = None,
    app_public_key_file: FileOption = None,
    with_certificates: Annotated[bool, typer.Option("--with-certificates")] = False,
    with_encryption: Annotated[bool, typer.Option("--with-encryption")] = False,
    lang: LangOption = None,  # noqa: ARG001 -- the presentation has it
    debug: DebugOption = False,  # noqa: ARG001 -- the session has it
) -> int:
    """Serve until SIGTERM or Ctrl-C; return the exit status."""
    # The gateway verifies and serves; whoever asks for the help is not to wait for that.
    from zhima_cli.mock.keys import MockKeys, make_pair
    from zhima_cli.mock.profile import write_profile as write
    from zhima_cli.mock.server import serve

    session: Session = context.obj
    session.check()
    words = session.words.labels
    number = _port(port)
    for option, is_given in (
        ("--with-certificates", with_certificates),
        ("--with-encryption", with_encryption),
    ):
        if is_given and write_profile is None:
            problem = Problem(
                Kind.USAGE, Reason.NEEDS_OPTION, option, expected="--write-profile PATH"
            )
            raise InputError(problem)
    known = None
    if app_public_key_file is not None:
        known = _known_key(expand_home(app_public_key_file, session.environment.home))
    with _stop_signals() as stopped:
        application, gateway = known or make_pair(), make_pair()
        keys = MockKeys(application, gateway)
        if with_certificates:
            keys = _with_certificates(application, gateway)
        with contextlib.ExitStack() as stack:
            try:
                url = stack.enter_context(serve(number, keys, session.log))
            except OSError as error:
                subject = f"--port {number}"
                problem = Problem(Kind.USAGE, Reason.PORT_UNAVAILABLE, subject, system_words(error))
                raise InputError(problem) from error
            if write_profile is not None:
                path = expand_home(write_profile, session.environment.home)
                write(path, url, keys, "--write-profile", with_encryption=with_encryption)
                session.tell(Label.MOCK_PROFILE_WRITTEN, str(path))
            with session.writing() as screen:
                screen.line(led_to(words[Label.MOCK_READY], url))
            if stopped.get() == signal.SIGINT and session.err.is_terminal:
                session.log("")  # the shell's prompt is not to stand behind ^C
    return EXIT_STATUS[Kind.SUCCESS]


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 5 and int(text) < 65536:
        return int(text)
    raise InputError(Problem(Kind.USAGE, Reason.OUT_OF_RANGE, "--port", expected="0 – 65535"))


def _known_key(path: Path) -> "KnownKey":
    from zhima_cli.core.key_forms import PUBLIC_FORMS
    from zhima_cli.core.keys import identify, load_public_key
    from zhima_cli.mock.keys import KnownKey

    subject = "--app-public-key-file"
    data = read_file(path, MAX_KEY_BYTES, Kind.CONFIG, subject)
    form, _ = identify(data)
    if form not in PUBLIC_FORMS:  # what is said of Alipay's key would lead astray
        raise InputError(Problem(Kind.CONFIG, Reason.KEY_FORM, subject, form.value, "SPKI"))
    return KnownKey(load_public_key(data, subject))


def _with_certificates(application: "KeyPair | KnownKey", gateway: "KeyPair") -> "MockKeys":
    from zhima_cli.mock.keys import MockKeys

    try:
        from zhima_cli.mock.certificates import make_certificates
    except ImportError as error:
        problem = Problem(Kind.CONFIG, Reason.CERT_EXTRA_MISSING, "--with-certificates")
        raise InputError(problem) from error
    return MockKeys(application, gateway, certificates=make_certificates(application, gateway))


@contextlib.contextmanager
def _stop_signals() -> Iterator[SimpleQueue[int]]:
    """Yield a queue that SIGTERM and Ctrl-C put into, in place of what they do otherwise.

    Its ``put``, unlike an event's ``set``, may interrupt itself and ``get``.
    """
    stopped: SimpleQueue[int] = SimpleQueue()
    before = {
        number: signal.signal(number, lambda number, _frame: stopped.put(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
