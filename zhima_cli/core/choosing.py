"""Which configuration file is read, and which of its profiles is used."""

from dataclasses import dataclass
from pathlib import Path

from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.kinds import Kind
from zhima_cli.core.options import Options, Surroundings
from zhima_cli.core.profile import DEFAULT_PROFILE, ConfigFile, is_absent
from zhima_cli.core.sources import Source, expand_home, option_name, variable_name


@dataclass(frozen=True)
class Choice:
    """The name of the profile that is used, and where that stands."""

    name: str
    source: Source


def asked_profile(options: Options, surroundings: Surroundings) -> Choice | None:
    """Return the profile that was asked for outside the file. Raises InputError."""
    for name, value in (("config", options.config), ("profile", options.profile)):
        if value == "":
            # A script's variable that is unset must not choose another account.
            raise InputError(Problem(Kind.USAGE, Reason.EMPTY, option_name(name)))
    if options.profile:
        return Choice(options.profile, Source.FLAG)
    variable = surroundings.variables.get(variable_name("profile"))
    return Choice(variable, Source.ENVIRONMENT) if variable else None


def config_path(options: Options, surroundings: Surroundings) -> Path:
    """Return the configuration file that is read, if it is there."""
    named = _named_config(options, surroundings)
    return expand_home(named, surroundings.home) if named else surroundings.default_config


def existing_config(options: Options, surroundings: Surroundings) -> Path | None:
    """Return the configuration file's path; None where none is named and none in its place."""
    path = config_path(options, surroundings)
    return None if not _named_config(options, surroundings) and is_absent(path) else path


def usual_profile(config: ConfigFile | None) -> Choice:
    """Return the profile that is used where none was asked for."""
    if config is not None and config.default_profile:
        return Choice(config.default_profile, Source.FILE)
    return Choice(DEFAULT_PROFILE, Source.DEFAULT)


def _named_config(options: Options, surroundings: Surroundings) -> str | None:
    return options.config or surroundings.variables.get(variable_name("config"))
