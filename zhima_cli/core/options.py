"""What was typed, and what may be asked of the world around a call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from zhima_cli.core.files import Files


@dataclass(frozen=True, repr=False)
class Options:
    """The values of ``zhima init-cert``'s options, unchecked, named like the page's parameters.

    None is an option that was not given.
    """

    config: str | None = None
    profile: str | None = None
    transaction_id: str | None = None
    product_code: str | None = None
    biz_code: str | None = None
    cert_name: str | None = None
    cert_no: str | None = None
    cert_type: str | None = None
    identity_type: str | None = None
    identity_param: str | None = None
    merchant_config: str | None = None
    ext_biz_param: str | None = None
    linked_merchant_id: str | None = None
    app_auth_token: str | None = None
    gateway: str | None = None
    app_id: str | None = None
    private_key_file: str | None = None
    alipay_public_key_file: str | None = None
    app_cert_file: str | None = None
    alipay_cert_file: str | None = None
    alipay_root_cert_file: str | None = None
    encrypt_key_file: str | None = None
    sign_type: str | None = None
    charset: str | None = None
    timeout: str | None = None
    retries: str | None = None
    deadline: str | None = None
    history: str | None = None
    no_history: bool = False
    require_history: bool = False
    resend: bool = False
    output: str | None = None
    lang: str | None = None


@dataclass(frozen=True)
class Surroundings:
    """What resolving the options may ask of the world outside the core.

    ``variables`` is the environment, ``default_config`` the file that is read where none is
    named, ``default_history`` the one that calls are recorded in, ``home`` what ``~`` means,
    ``now`` the time of the call. ``read_stdin`` returns all of standard input. Where somebody
    ``can_ask``, ``ask`` returns what a person typed for the parameter of that name, which is not
    nothing, and None where the input ended. ``files`` reads what the options name.
    """

    variables: Mapping[str, str] = field(repr=False)
    default_config: Path
    default_history: Path
    home: Path
    now: datetime
    read_stdin: Callable[[], bytes]
    can_ask: bool
    ask: Callable[[str], str | None]
    files: Files = field(default_factory=Files, repr=False)
