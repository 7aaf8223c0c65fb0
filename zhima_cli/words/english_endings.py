"""What each exit status means and what to do, in English."""

from collections.abc import Mapping

from zhima_cli.core.kinds import Kind
from zhima_cli.words.vocabulary import Sentence

ENDINGS: Mapping[Kind, Sentence] = {
    Kind.SUCCESS: Sentence(
        "The call succeeded and its signature is verified; of another command, it did what it was "
        "asked to",
        "Record the biz_no: every later step needs it.",
    ),
    Kind.INTERNAL: Sentence(
        "A fault of zhima's own, which it did not expect",
        "Report it with the line that zhima wrote and what --debug shows; neither holds personal "
        "data.",
    ),
    Kind.USAGE: Sentence(
        "An option or a parameter is wrong or missing, or the transaction has its biz_no already",
        "Correct what the message names; --help lists the options of a command.",
    ),
    Kind.CONFIG: Sentence(
        "The profile, a key or a certificate is missing or unusable; with --require-history, the "
        "record is",
        "Correct what the message names; zhima doctor checks everything, and zhima profiles shows "
        "where each setting comes from.",
    ),
    Kind.BUSINESS: Sentence(
        "The gateway accepted the call, and the interface refused what it asks for",
        "Look up the sub_code that it refused with: zhima explain SUB_CODE.",
    ),
    Kind.GATEWAY: Sentence(
        "The gateway refused the call: its signature, permission, token or a common parameter",
        "Look up the sub_code that it refused with: zhima explain SUB_CODE.",
    ),
    Kind.TEMPORARY: Sentence(
        "There was no connection, no answer in time, or one that says to come back later",
        "Try again later with the same transaction_id: the gateway may have done the call already.",
    ),
    Kind.UNTRUSTED: Sentence(
        "Something answered that cannot be believed to be the gateway: its signature, TLS or form "
        "is wrong",
        "Use nothing of the answer. Check Alipay's public key or certificate, the gateway's "
        "address, the proxy and the network between.",
    ),
    Kind.UNWRITTEN: Sentence(
        "Standard output took nothing or, with --require-history, the result could not be recorded",
        "If a call was made, its biz_no is on standard error: record it. Then check where the "
        "output goes, and the space there.",
    ),
    Kind.INTERRUPTED: Sentence(
        "Ctrl-C stopped zhima; a call that was under way may have been done",
        "Try again with the same transaction_id, which zhima history lists.",
    ),
    Kind.TERMINATED: Sentence(
        "SIGTERM stopped zhima; a call that was under way may have been done",
        "Try again with the same transaction_id, which zhima history lists.",
    ),
}
