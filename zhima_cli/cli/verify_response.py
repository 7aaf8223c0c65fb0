"""``zhima verify-response``: says whether a saved answer's signature holds, and if not, why."""

from pathlib import Path
from typing import Annotated

import typer

from zhima_cli.cli.declarations import (
    CharsetOption,
    ConfigOption,
    DebugOption,
    FileOption,
    LangOption,
    OutputOption,
    ProfileOption,
    SignTypeOption,
)
from zhima_cli.cli.session import Session
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.files import read_file, system_words
from zhima_cli.core.kinds import EXIT_STATUS, Kind
from zhima_cli.core.options import Options
from zhima_cli.output.form import Form

_STDIN = "-"


def verify_response(
    context: typer.Context,
    file: Annotated[str | None, typer.Argument(metavar="FILE")] = None,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    alipay_public_key_file: FileOption = None,
    alipay_cert_file: FileOption = None,
    alipay_root_cert_file: FileOption = None,
    encrypt_key_file: FileOption = None,
    private_key_file: FileOption = None,
    sign_type: SignTypeOption = None,
    charset: CharsetOption = None,
    output: OutputOption = None,  # noqa: ARG001 -- the presentation has it
    lang: LangOption = None,  # noqa: ARG001 -- likewise
    debug: DebugOption = False,  # noqa: ARG001 -- the session has it
) -> int:
    """Verify the answer and show what was found; return the exit status."""
    from zhima_cli.core.verifying import judge, other_profiles_keys, resolve_verifier
    from zhima_cli.output import verdicts

    session: Session = context.obj
    session.check()
    form = session.form()
    options = Options(
        config=config,
        profile=profile,
        private_key_file=private_key_file,
        alipay_public_key_file=alipay_public_key_file,
        alipay_cert_file=alipay_cert_file,
        alipay_root_cert_file=alipay_root_cert_file,
        encrypt_key_file=encrypt_key_file,
        sign_type=sign_type,
        charset=charset,
    )
    surroundings = session.surroundings
    verifier = resolve_verifier(options, surroundings)
    body = _read(file, session)
    session.warn(*verifier.warnings)
    verdict = judge(body, verifier, lambda: other_profiles_keys(options, surroundings))
    language = session.presentation.language
    status = EXIT_STATUS[verdict.kind]
    if form is Form.JSON:
        with session.writing() as screen:
            verdicts.show_json(verdict, verifier.profile, language, screen)
        return status
    report = verdicts.report(verdict, verifier.profile, language)
    if verdict.kind is not Kind.SUCCESS:
        session.show_failure(report)
        return status
    with session.writing() as screen:
        if form is Form.PLAIN:
            verdicts.show_lines(report, screen)
        else:
            from zhima_cli.output import pretty

            pretty.show_report(report, screen)
    return status


def _read(file: str | None, session: Session) -> bytes:
    """Return the saved answer's bytes. Raises InputError."""
    from zhima_cli.core.exchange import MAX_ANSWER_BYTES

    stdin = session.environment.stdin
    if file is not None and file != _STDIN:
        return read_file(Path(file), MAX_ANSWER_BYTES, Kind.USAGE, "FILE")
    if file is None and stdin.isatty():
        raise InputError(Problem(Kind.USAGE, Reason.ARGUMENT_IS_DUE, "FILE"))
    try:
        body = stdin.buffer.read(MAX_ANSWER_BYTES + 1)
    except OSError as error:
        found = f"{_STDIN}: {system_words(error)}"
        raise InputError(Problem(Kind.USAGE, Reason.FILE_UNREADABLE, "FILE", found)) from error
    if len(body) > MAX_ANSWER_BYTES:
        limit = str(MAX_ANSWER_BYTES)
        raise InputError(Problem(Kind.USAGE, Reason.FILE_TOO_LARGE, "FILE", _STDIN, limit))
    return body
