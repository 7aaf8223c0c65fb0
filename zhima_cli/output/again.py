"""The command line that makes an open call again."""

import shlex

from zhima_cli.core.parameters import BIZ_CODE, PRODUCT_CODE


def try_again_command(
    profile: str, transaction_id: str, product_code: str | None, biz_code: str | None
) -> str:
    """Return the command line for a POSIX shell.

    It holds no personal data: zhima asks for that, and it has to be the same again.
    """
    words = ["zhima", "init-cert", f"--profile={profile}", f"--transaction-id={transaction_id}"]
    if product_code not in (None, PRODUCT_CODE):
        words.append(f"--product-code={product_code}")
    if biz_code not in (None, BIZ_CODE):
        words.append(f"--biz-code={biz_code}")
    return shlex.join(words)
