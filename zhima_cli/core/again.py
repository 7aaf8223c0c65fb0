"""The options that make the same call again, none of them personal."""

from zhima_cli.core.history import Subject
from zhima_cli.core.options import Options
from zhima_cli.core.parameters import BIZ_CODE, PRODUCT_CODE
from zhima_cli.core.profile import MOCK_PROFILE

# Beside those that the record of a call has. The person and the token have to be given again.
_REPEATED = (
    *("config", "history", "private_key_file", "alipay_public_key_file", "sign_type", "charset"),
    *("linked_merchant_id", "cert_type", "identity_type", "merchant_config"),
)

NamedValue = tuple[str, str]


def options_of_same_call(
    subject: Subject, options: Options | None = None
) -> tuple[NamedValue, ...]:
    """Return names and values of the options of the call that ``subject`` is about.

    The application and the gateway are among them: the profile may have others by then, or the
    call had its own. ``options`` are those that the call was made with, where they are known.
    """
    recorded = [("profile", subject.profile), ("transaction_id", subject.transaction_id)]
    if subject.profile != MOCK_PROFILE:
        recorded += [("app_id", subject.app_id), ("gateway", subject.gateway)]
    if subject.product_code != PRODUCT_CODE:
        recorded.append(("product_code", subject.product_code))
    if subject.biz_code != BIZ_CODE:
        recorded.append(("biz_code", subject.biz_code))
    given = ((name, getattr(options, name, None)) for name in _REPEATED)
    return (*recorded, *((name, value) for name, value in given if value is not None))
