"""The options that make the same call again, none of them personal."""

from zhima_cli.core.options import Options
from zhima_cli.core.profile import MOCK_PROFILE
from zhima_cli.core.records import Subject

# Beside those that the record of a call has. The person and the token have to be given again.
_REPEATED = (
    "config",
    "history",
    "private_key_file",
    "alipay_public_key_file",
    "app_cert_file",
    "alipay_cert_file",
    "alipay_root_cert_file",
    "encrypt_key_file",
    "sign_type",
    "charset",
    "linked_merchant_id",
    "cert_type",
    "identity_type",
    "merchant_config",
)
_REPEATED_FLAGS = ("no_history", "require_history", "resend")

# The value of a flag is None.
NamedValue = tuple[str, str | None]


def options_of_same_call(subject: Subject, options: Options) -> tuple[NamedValue, ...]:
    """Return names and values of the options of the call that ``subject`` is about.

    The application, the gateway and the codes are among them: the profile may have others by
    then, or the call had its own. ``options`` are those that the call was made with, as far as
    they are known.
    """
    recorded: list[NamedValue] = [("profile", subject.profile)]
    recorded.append(("transaction_id", subject.transaction_id))
    if subject.profile != MOCK_PROFILE:
        recorded += [("app_id", subject.app_id), ("gateway", subject.gateway)]
    recorded += [("product_code", subject.product_code), ("biz_code", subject.biz_code)]
    given = ((name, getattr(options, name)) for name in _REPEATED)
    flags = ((name, None) for name in _REPEATED_FLAGS if getattr(options, name))
    # What was read from standard input is not there to be read again.
    return (*recorded, *((n, v) for n, v in given if v not in (None, "-")), *flags)
