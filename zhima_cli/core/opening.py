"""Opens what a call's settings come from, the profile among it; no key is read yet."""

from pathlib import Path

from zhima_cli.core.choosing import Choice, asked_profile, existing_config, usual_profile
from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.profile import (
    MOCK_PROFILE,
    ConfigFile,
    Profile,
    no_config,
    read_config,
    shown_name,
)
from zhima_cli.core.sources import Source, Sources, expand_home, option_name, variable_name

_NO_PROFILE = frozenset({Reason.NO_CONFIG_FILE, Reason.NO_SUCH_PROFILE})


def resolve_history(options: Options, surroundings: Surroundings) -> Path:
    """Return where calls are recorded, for looking at them. Raises InputError.

    The profile of the options need not be there any more: records outlive it.
    """
    sources = open_sources(options, surroundings)
    path = find_history(sources, surroundings)
    if any(problem.reason not in _NO_PROFILE for problem in sources.problems):
        raise InputError(*sources.problems)
    return path or surroundings.default_history


def open_sources(options: Options, surroundings: Surroundings) -> Sources:
    """Return the sources of everything, the profile's among them if it can be read.

    Where it cannot, they are told so, as of a fault of ``profile``.
    """
    profile = Profile()
    problems: tuple[Problem, ...] = ()
    try:
        profile = _load_profile(options, surroundings)
    except InputError as error:
        problems = error.problems
    sources = Sources(
        options, surroundings.variables, profile, surroundings.home, surroundings.files
    )
    if problems:
        sources.fail("profile", *problems)
    return sources


def _load_profile(options: Options, surroundings: Surroundings) -> Profile:
    asked = asked_profile(options, surroundings)
    if asked and asked.name == MOCK_PROFILE:
        return Profile(MOCK_PROFILE)
    path = existing_config(options, surroundings)
    config = read_config(path, surroundings.files) if path else None
    profile, problems = find_profile(asked or usual_profile(config), config, options, surroundings)
    if problems:
        raise InputError(*problems)
    return profile


def find_profile(
    choice: Choice, config: ConfigFile | None, options: Options, surroundings: Surroundings
) -> tuple[Profile, tuple[Problem, ...]]:
    """Return what is right in the profile that was chosen, and what is wrong.

    ``config`` is None where there is no file. Then, and where the file has no profile of the
    usual name, flags and environment may have all that is needed.
    """
    if choice.name == MOCK_PROFILE:
        return Profile(MOCK_PROFILE), ()
    is_asked_for = choice.source is not Source.DEFAULT
    if config is None:
        path = surroundings.default_config
        unseen = no_config(shown_name(choice.name), path) if is_asked_for else None
        return Profile(choice.name, path), (unseen,) if unseen else ()
    app_id = options.app_id or surroundings.variables.get(variable_name("app_id"))
    if app_id and not is_asked_for and choice.name not in config.names:
        return Profile(path=config.path), ()
    return config.look_into(choice.name)


def find_history(sources: Sources, surroundings: Surroundings) -> Path | None:
    """Return where the call is recorded; the mock gateway's only where that is asked for."""
    options = sources.options
    if options.no_history:
        for name, is_given in (
            ("history", options.history is not None),
            ("require_history", options.require_history),
        ):
            if is_given:
                names = option_name("no_history"), option_name(name)
                sources.fail(name, Problem(Kind.USAGE, Reason.EXCLUDES, *names))
        return None
    given = sources.find("history")
    if given is not None:
        config = sources.profile.path if given.kind is Kind.CONFIG else None
        folder = config.parent if config else Path()
        return folder / expand_home(given.value, sources.home)
    is_off = sources.profile.history is False or sources.profile.name == MOCK_PROFILE
    if is_off and not options.require_history:
        return None
    return surroundings.default_history
