"""The words for people, in English. {subject}, {found} and {expected} are a problem's own."""

from zhima_cli.core.errors import Reason
from zhima_cli.core.kinds import Kind
from zhima_cli.words import english_batch as batch
from zhima_cli.words.english_endings import ENDINGS
from zhima_cli.words.english_helps import HELPS
from zhima_cli.words.vocabulary import Label, Sentence, Vocabulary

_CONTACT = "Report it with this line and what --debug shows; neither holds personal data."
_UNTRUSTED = (
    "Do not use anything of this answer. It may have been altered on its way; look at the "
    "gateway's address, the proxy and the network between."
)
_SAME_AGAIN = "Try again with the same transaction_id."

ENGLISH = Vocabulary(
    reasons={
        Reason.UNKNOWN_OPTION: Sentence(
            "{found} is no option of this command (word {subject} after zhima)",
            "--help lists all options.",
        ),
        Reason.MISSPELT_OPTION: Sentence(
            "{found} is no option of this command (word {subject} after zhima)",
            "Did you mean {expected}? --help lists all options.",
        ),
        Reason.UNKNOWN_COMMAND: Sentence(
            "zhima has no such command", "The commands are: {expected}."
        ),
        Reason.MISSPELT_COMMAND: Sentence(
            "zhima has no such command", "Did you mean {subject}? The commands are: {expected}."
        ),
        Reason.NO_COMMAND: Sentence(
            "No command was given", "The commands are: {expected}. zhima --help says more."
        ),
        Reason.OPTION_NEEDS_VALUE: Sentence(
            "{subject} needs a value", "Write it as {subject}=VALUE."
        ),
        Reason.OPTION_TAKES_NO_VALUE: Sentence(
            "{subject} takes no value", "Write {subject} alone."
        ),
        Reason.OPTION_AS_VALUE: Sentence(
            "The value of {subject} begins with -, like an option",
            "If it is meant as the value, write it as {subject}=VALUE; if not, {subject} lacks "
            "its value.",
        ),
        Reason.OPTION_IS_DUE: Sentence("{subject} is missing", "Give {subject}."),
        Reason.ARGUMENT_IS_DUE: Sentence(
            "{subject} is missing", "Give it behind the command; --help shows how."
        ),
        Reason.UNEXPECTED_ARGUMENT: Sentence(
            "There is a word that belongs to no option",
            "Every value needs its option before it; put a value with spaces in quotes.",
        ),
        Reason.ARGUMENT_TOO_MANY: Sentence(
            "There is one word too many: besides options, this command takes only {subject}",
            "Leave it out, or put its option before it; put a value with spaces in quotes.",
        ),
        Reason.OPTION_MISPLACED: Sentence(
            "{subject} stands before the command {found}", "Write it behind {found}."
        ),
        Reason.EXCLUDES: Sentence(
            "{subject} and {found} exclude each other", "Give one of the two."
        ),
        Reason.STDIN_TWICE: Sentence(
            "Only one option can read standard input: {subject}",
            "Give the others as @FILE.",
        ),
        Reason.STDIN_TWICE_FOR_KEYS: Sentence(
            "Only one option can read standard input: {subject}",
            "Give the others the names of files.",
        ),
        Reason.NEEDS_OPTION: Sentence("{subject} needs {expected}", "Add {expected}."),
        Reason.CURL_NEEDS_DRY_RUN: Sentence(
            "--output curl only shows a request",
            "Add --dry-run, or choose pretty, plain or json.",
        ),
        Reason.REDACT_NEEDS_DRY_RUN: Sentence(
            "--redact is for --dry-run only", "Add --dry-run, or leave --redact out."
        ),
        Reason.FIXED_BY_MOCK: Sentence(
            "{subject} does not go with the profile mock, which brings its own",
            "Leave {subject} out, or choose another profile.",
        ),
        # zhima explain
        Reason.UNKNOWN_CODE: Sentence(
            "{subject} is no code, exit status or kind that zhima knows ({found})",
            "zhima explain alone lists them all.",
        ),
        Reason.MISSPELT_CODE: Sentence(
            "{subject} is no code, exit status or kind that zhima knows ({found})",
            "Did you mean {expected}? zhima explain alone lists them all.",
        ),
        # questions
        Reason.UNANSWERED: Sentence(
            "The input ended before the question for {subject} was answered; nothing was done",
            "Run the command again, or give {expected} with it.",
        ),
        Reason.UNCONFIRMED: Sentence(
            "The input ended before the question was answered; nothing was deleted",
            "Run the command again to be asked again.",
        ),
        Reason.EMPTY: Sentence("{subject} is empty", "Give it a value, or leave it out."),
        Reason.MISSING: Sentence(
            "{subject} is not set",
            "Set it in {found}, or give {expected}. Without an account, try --profile mock.",
        ),
        Reason.MISSING_PERSON: Sentence(
            "{subject} is missing", "Give one of {expected}; on a terminal zhima asks for it."
        ),
        Reason.TOO_LONG: Sentence(
            "{subject} is too long: {found} characters",
            "The interface takes {expected} at most.",
        ),
        Reason.NOT_A_CHOICE: Sentence(
            "{subject} has a value that there is not", "Choose one of: {expected}."
        ),
        Reason.BAD_APP_ID: Sentence(
            "{subject} is not an application's id",
            "It is 16 digits, at the top of the application's page on the open platform.",
        ),
        Reason.NOT_A_NUMBER: Sentence("{subject} is not a number", "Give a number, such as 15."),
        Reason.OUT_OF_RANGE: Sentence("{subject} is out of range", "Allowed: {expected}."),
        Reason.NOT_A_DATE: Sentence(
            "{subject} is no date",
            "Give a date (2026-11-24), a time (2026-11-24T19:07) or a period ago (90m, 12h, 7d).",
        ),
        Reason.NO_SUCH_RECORD: Sentence(
            "There is no record of this {subject}", "zhima history lists the newest records."
        ),
        Reason.BAD_TRANSACTION_ID: Sentence(
            "{subject} is not 1 to 32 letters, digits or _",
            "Use only A-Z, a-z, 0-9 and _; or leave it out and one is made.",
        ),
        Reason.BAD_TRANSACTION_PREFIX: Sentence(
            "{subject} is not 1 to {expected} letters, digits or _",
            "Use only A-Z, a-z, 0-9 and _.",
        ),
        Reason.NOT_IN_CHARSET: Sentence(
            "{subject} cannot write the character {found}",
            "Choose a charset that can: {expected} (--charset).",
        ),
        Reason.NOT_TEXT: Sentence(
            "{subject} holds something that is no text",
            "Give it as UTF-8; look at the terminal's or the file's encoding.",
        ),
        Reason.NOT_JSON: Sentence(
            "{subject} is not JSON: {found}",
            """Give an object such as '{{"name":"value"}}', in single quotes for the shell, """
            "or @FILE.",
        ),
        Reason.CURLY_QUOTES: Sentence(
            "{subject} is not JSON: it has typographic quotes (“ ”)",
            "Write JSON's own quotes: \".",
        ),
        Reason.NOT_A_JSON_OBJECT: Sentence(
            "{subject} is JSON, but no object", """Give an object such as '{{"name":"value"}}'."""
        ),
        Reason.IDENTITY_MEMBER: Sentence(
            "{subject} lacks {found}, or it is no text", "Add {found} as a string."
        ),
        Reason.FILE_UNREADABLE: Sentence(
            "{subject}: the file cannot be read: {found}", "Check the path and its permissions."
        ),
        Reason.PIPE_WITHOUT_WRITER: Sentence(
            "{subject}: nothing writes to the pipe {found}",
            "Start what writes to it first, or name a file.",
        ),
        Reason.FILE_TOO_LARGE: Sentence(
            "{subject}: {found} is larger than {expected} bytes", "Name the right file."
        ),
        Reason.FILE_NOT_UTF8: Sentence("{subject}: {found} is not UTF-8 text", "Save it as UTF-8."),
        Reason.FILE_EXISTS: Sentence(
            "{subject}: {found} exists and was not written by zhima",
            "Name another file, or remove that one.",
        ),
        Reason.FILE_UNWRITABLE: Sentence(
            "{subject}: the file cannot be written: {found}",
            "Check the folder and its permissions.",
        ),
        Reason.NO_CONFIG_FILE: Sentence(
            "There is no profile {subject}, for there is no configuration file {found}",
            "Make it with zhima configure, or name yours with --config. Without an account, "
            "try --profile mock.",
        ),
        Reason.NOT_TOML: Sentence("{subject} is not valid TOML ({found})", "Correct the file."),
        Reason.NO_SUCH_PROFILE: Sentence(
            "{subject} has no profile {found}", "Choose one of: {expected} (--profile)."
        ),
        Reason.RESERVED_PROFILE: Sentence(
            "{subject}: this name belongs to zhima's own profile", "Give yours another name."
        ),
        Reason.UNKNOWN_KEY: Sentence(
            "{subject} has an unknown key {found}",
            "Rename it, or leave it out; keys that fit: {expected}.",
        ),
        Reason.MISSPELT_KEY: Sentence(
            "{subject} has an unknown key {found}", "Did you mean {expected}?"
        ),
        Reason.WRONG_TYPE: Sentence(
            "{subject} is of the TOML type {found}", "Give it the type {expected}."
        ),
        Reason.BOTH_FORMS: Sentence(
            "{subject} and {found} are both set", "Keep one: the key itself, or its file."
        ),
        Reason.BAD_GATEWAY_URL: Sentence(
            "{subject} is no address of a gateway",
            "Give production, sandbox, or a plain address such as {expected}, without user, query "
            "or fragment.",
        ),
        Reason.GATEWAY_NOT_HTTPS: Sentence(
            "{subject} is not https",
            "Personal data goes over https only; http is for this machine (127.0.0.1, localhost).",
        ),
        Reason.NO_CA_BUNDLE: Sentence(
            "{subject} names no usable file or folder of CA certificates",
            "Correct the variable, or unset it to use the usual ones.",
        ),
        Reason.BAD_PROXY: Sentence(
            "{subject} is no address of an HTTP proxy",
            "Give it as http://HOST:PORT or https://HOST:PORT, or unset it.",
        ),
        Reason.PORT_UNAVAILABLE: Sentence(
            "{subject}: cannot listen there: {found}",
            "Choose another port, or 0 for any that is free.",
        ),
        # zhima configure, zhima keygen
        Reason.BAD_PROFILE_NAME: Sentence(
            "{subject} is no name for a profile",
            "Use 1 to 32 letters, digits, -, _ or dots, the first of them no -.",
        ),
        Reason.CONFIG_UNEDITABLE: Sentence(
            "{subject} is written in a way that zhima cannot change without harm to the rest",
            "Give the profile a table of its own, such as [profiles.default], or edit it by hand.",
        ),
        Reason.CONFIG_CHANGED: Sentence(
            "{subject} was changed by somebody else in the meantime, so nothing was written",
            "Look at the file, then do it again.",
        ),
        Reason.CONFIG_LOCKED: Sentence(
            "{subject} is kept locked by another program, and so nothing was written",
            "Run the command again when that has ended.",
        ),
        Reason.KEY_FILE_EXISTS: Sentence(
            "{found} exists, and zhima overwrites no key",
            "Name another folder with {subject}, or move that file away first.",
        ),
        Reason.KEY_BITS: Sentence(
            "{subject} is not {expected}, the only length that zhima makes",
            "Leave {subject} out: a shorter key is not safe, and the signature of a longer one "
            "does not fit into the parameter sign.",
        ),
        Reason.PASTED: Sentence(
            "A key or a certificate was pasted where {subject} is asked for",
            "Give what is asked for, and a certificate by the name of its file.",
        ),
        Reason.HISTORY_UNUSABLE: Sentence(
            "The history {subject} cannot be used: {found}",
            "Check the file, its folder and the space there; --history names another, "
            "--no-history makes a call without it.",
        ),
        Reason.HISTORY_FOREIGN: Sentence(
            "{subject} is not a history of zhima's", "Name another file with --history."
        ),
        Reason.HISTORY_NEWER: Sentence(
            "The history {subject} is of a newer zhima (version {found}; this one knows "
            "{expected})",
            "Use the newer zhima, or name another file with --history.",
        ),
        Reason.ALREADY_INITIALIZED: Sentence(
            "{subject} has its biz_no already: {found}",
            "Use that one; for another certification, choose another transaction_id. {expected} "
            "sends it all the same.",
        ),
        Reason.KEY_FORM: Sentence(
            "{subject} is not a usable key; found: {found}",
            "What works: an RSA key, {expected}, as PEM or as bare base64 on one line.",
        ),
        Reason.KEY_BINARY: Sentence(
            "{subject} is not a usable key; found: {found}",
            "If it is a key in DER, make PEM of its file with {expected} and use FILE.pem.",
        ),
        Reason.KEY_ENCRYPTED: Sentence(
            "{subject} is not a usable key; found: {found}",
            "Decrypt its file with {expected}, which asks for the password, and use FILE.pem.",
        ),
        Reason.KEY_OPENSSH: Sentence(
            "{subject} is not a usable key; found: {found}",
            "Copy its file, convert the copy with {expected}, without a new password, and use the "
            "copy.",
        ),
        Reason.KEY_PUBLIC_FOR_PRIVATE: Sentence(
            "{subject} is a public key ({found}) where the application's private key is due",
            "Give the application's private key, PKCS#1 or PKCS#8, as the platform's key tool "
            "saved it.",
        ),
        Reason.KEY_PRIVATE_FOR_PUBLIC: Sentence(
            "{subject} is a private key ({found}) where Alipay's public key is due",
            "Copy Alipay's public key from the application's page on the open platform.",
        ),
        Reason.KEY_DAMAGED: Sentence(
            "{subject} looks like a key ({found}) but is damaged",
            "Copy it again, whole, from its source.",
        ),
        Reason.KEY_TOO_SMALL: Sentence(
            "{subject} has only {found} bits", "Use a key of 2048 bits; {expected} are the least."
        ),
        Reason.KEY_TOO_LARGE: Sentence(
            "{subject} has {found} bits, and its signature would not fit into the parameter sign",
            "Use a key of {expected} bits.",
        ),
        Reason.OWN_PUBLIC_KEY: Sentence(
            "{subject} is the application's own public key, not Alipay's",
            "Copy Alipay's public key (支付宝公钥) from the application's page on the open "
            "platform; it is shown after the application's public key was uploaded.",
        ),
        Reason.KEY_CERTIFICATE: Sentence(
            "{subject} is an {found}, not a bare key",
            "For certificate mode (公钥证书模式) set alipay_cert_file, app_cert_file and "
            "alipay_root_cert_file; otherwise copy Alipay's public key.",
        ),
        Reason.ENCRYPT_KEY_FORM: Sentence(
            "{subject} is no AES key: not base64 of 16 bytes",
            "Copy the key of 接口内容加密 from the application's page, all 24 characters of it.",
        ),
        Reason.BOTH_MODES: Sentence(
            "{subject} and {found} are both set: certificate mode, and Alipay's public key",
            "Keep what the application's page on the open platform shows: three certificates, or "
            "the public key.",
        ),
        Reason.CERT_EXTRA_MISSING: Sentence(
            "{subject} asks for certificate mode, which needs a package that is not installed",
            "Install zhima again as before, with [cert] behind what it is installed from, such as "
            "'.[cert]'; pipx needs --force.",
        ),
        Reason.CERT_UNREADABLE: Sentence(
            "{subject} holds no certificate that can be read, or one that cannot",
            "Download it again: X.509 as PEM, with its BEGIN CERTIFICATE lines.",
        ),
        Reason.CERT_NOT_RSA: Sentence(
            "{subject}: the certificate is not one of an RSA key",
            "Use the file whose name ends in RSA2.crt, or the application's certificate for RSA2.",
        ),
        Reason.CERT_EXPIRED: Sentence(
            "{subject}: the certificate ended on {found}",
            "Download the current one from the application's page, and check this machine's clock.",
        ),
        Reason.CERT_NOT_YET_VALID: Sentence(
            "{subject}: the certificate begins on {found} only", "Check this machine's clock."
        ),
        Reason.CERT_NOT_CHAINED: Sentence(
            "{subject}: the certificate does not lead to alipay_root_cert_file; no valid issuer: "
            "{found}",
            "Use the three files of one application and one gateway (the sandbox has its own), as "
            "they were downloaded.",
        ),
        Reason.CERT_OF_OTHER_KEY: Sentence(
            "{subject}: the certificate is not of the application's private key",
            "Use the certificate that was made for this key, or the key that it was made for.",
        ),
        Reason.OWN_CERTIFICATE: Sentence(
            "{subject}: this is the application's own certificate, not Alipay's",
            "Use Alipay's (alipayCertPublicKey_RSA2.crt).",
        ),
        Reason.ROOT_WITHOUT_RSA: Sentence(
            "{subject} has no certificate with an RSA signature",
            "Use Alipay's root certificates (alipayRootCert.crt), whole.",
        ),
        Reason.NAME_NOT_RESOLVED: Sentence(
            "The name of the gateway {subject} could not be resolved",
            "Check the address, DNS and the network. " + _SAME_AGAIN,
        ),
        Reason.NOT_CONNECTED: Sentence(
            "No connection to the gateway {subject} ({found})",
            "Check the network and the firewall. " + _SAME_AGAIN,
        ),
        Reason.PROXY_FAILED: Sentence(
            "The proxy did not let the call through to {subject}",
            "Check HTTPS_PROXY, ALL_PROXY and NO_PROXY, and the proxy itself. " + _SAME_AGAIN,
        ),
        Reason.TIMED_OUT: Sentence(
            "The gateway {subject} did not answer within {found} s",
            _SAME_AGAIN + " --timeout gives it longer.",
        ),
        Reason.CONNECTION_BROKEN: Sentence(
            "The connection to {subject} broke off before the answer was complete", _SAME_AGAIN
        ),
        Reason.HTTP_UNAVAILABLE: Sentence(
            "{subject} answered with HTTP status {found}", "Wait a little. " + _SAME_AGAIN
        ),
        Reason.HTTP_STATUS: Sentence(
            "{subject} answered with HTTP status {found}, as the gateway never does",
            "Check the gateway's address and the proxy.",
        ),
        Reason.NOT_HTTP: Sentence(
            "What {subject} answered is not proper HTTP",
            "Check the gateway's address and the proxy.",
        ),
        Reason.REDIRECTED: Sentence(
            "{subject} sent the call elsewhere (HTTP status {found}); it was not followed",
            "Check the gateway's address: personal data goes nowhere else.",
        ),
        Reason.TLS_NOT_VERIFIED: Sentence(
            "TLS with {subject} could not be verified ({found})",
            "Check the address and the machine's clock. Behind a proxy with a CA of its own, "
            "name the CA's file in REQUESTS_CA_BUNDLE.",
        ),
        Reason.ANSWER_COMPRESSED: Sentence(
            "{subject} compressed its answer, which was not asked for", _UNTRUSTED
        ),
        Reason.ANSWER_TOO_LARGE: Sentence(
            "The answer of {subject} is larger than {found} bytes", _UNTRUSTED
        ),
        Reason.ANSWER_NOT_IN_CHARSET: Sentence(
            "The answer is not text in {subject}",
            "Check that --charset is what the gateway answers in. " + _UNTRUSTED,
        ),
        Reason.ANSWER_NOT_JSON: Sentence("The answer is not proper JSON", _UNTRUSTED),
        Reason.ANSWER_NODE: Sentence("The answer has not exactly one {subject}", _UNTRUSTED),
        Reason.ANSWER_MEMBER: Sentence("The answer's {subject} is missing or no text", _UNTRUSTED),
        Reason.SIGNATURE_MISSING: Sentence(
            "The answer reports success unsigned, or is encrypted and unsigned", _UNTRUSTED
        ),
        Reason.SIGNATURE_MALFORMED: Sentence(
            "The answer's signature is not one line of base64", _UNTRUSTED
        ),
        Reason.SIGNATURE_WRONG: Sentence(
            "The answer's signature does not hold under Alipay's public key",
            "Check that Alipay's public key is this application's on the open platform, and "
            "that it belongs to this gateway (the sandbox has its own). " + _UNTRUSTED,
        ),
        Reason.OTHER_CERTIFICATE: Sentence(
            "The answer is signed under another certificate than alipay_cert_file, which is "
            "{subject}",
            "Download Alipay's current certificate from the application's page; it may have been "
            "renewed. " + _UNTRUSTED,
        ),
        Reason.ANSWER_ENCRYPTED: Sentence(
            "The answer is encrypted, and there is no key to decrypt it with",
            "Set encrypt_key_file in the profile: the key of 接口内容加密. " + _UNTRUSTED,
        ),
        Reason.ANSWER_UNDECRYPTABLE: Sentence(
            "The answer's signature holds, but encrypt_key does not decrypt it",
            "Check that encrypt_key is the one on the application's page. " + _UNTRUSTED,
        ),
        Reason.BIZ_NO_MISSING: Sentence("The answer has no proper biz_no", _UNTRUSTED),
        Reason.BIZ_NO_REPLAYED: Sentence(
            "The answer's biz_no belongs to another transaction in the history: an old answer "
            "was sent again",
            _UNTRUSTED,
        ),
        Reason.INTERRUPTED: Sentence("Interrupted (Ctrl-C)", _SAME_AGAIN),
        Reason.TERMINATED: Sentence("Stopped (SIGTERM)", _SAME_AGAIN),
        Reason.BUG: Sentence("A fault of zhima's own: {found}", _CONTACT),
        Reason.RESULT_UNWRITTEN: Sentence(
            "The result could not be written to standard output ({found})",
            "The call itself was made: record the biz_no above.",
        ),
        Reason.RESULT_UNRECORDED: Sentence(
            "The result could not be recorded in the history ({found})",
            "The call itself was made: record the biz_no above.",
        ),
        Reason.OUTPUT_UNWRITTEN: Sentence(
            "{subject} cannot be written to ({found})",
            "Check where the output goes, then try again.",
        ),
        Reason.CLOCK_OFF: Sentence(
            "This machine's clock is {found} minutes off the gateway's",
            "Set the clock: the gateway refuses timestamps that are too far off.",
        ),
        Reason.KEY_FILE_NOT_PRIVATE: Sentence(
            "Others can read the secret in {subject} (mode {found})",
            "Run: chmod 600 on that file.",
        ),
        Reason.KEY_SMALL: Sentence(
            "{subject} has only {found} bits", "A key of {expected} bits is recommended."
        ),
        Reason.CHECK_DIGIT: Sentence(
            "{subject}: the identity card number's last digit does not fit the others",
            "Compare it with the card.",
        ),
        Reason.CARD_NUMBER_LENGTH: Sentence(
            "{subject}: an identity card number has 18 digits, the last of which may be X; this is "
            "longer or shorter",
            "Compare it with the card.",
        ),
        Reason.CARD_NUMBER_CHARACTERS: Sentence(
            "{subject}: an identity card number has the digits 0 to 9 only, and X as the last of "
            "18; this has something else, perhaps a full-width digit or a letter",
            "Compare it with the card, and type it with half-width digits.",
        ),
        Reason.ODD_CHARACTERS: Sentence(
            "{subject} has spaces around it, or characters that do not show",
            "It is used as it is; compare it with the document.",
        ),
        Reason.REDACTED: Sentence(
            "Name, number, token and signature are masked",
            "The signature is that of the whole request and no longer matches what is shown; it "
            "could confirm a guess at what is masked, so it is not shown.",
        ),
        # zhima doctor
        Reason.FILE_OPEN_TO_OTHERS: Sentence(
            "Others can read or change {subject} (mode {found})", "Run: chmod 600 on that file."
        ),
        Reason.KEY_NOT_PRIME: Sentence(
            "The numbers of {subject} are no RSA key's: a factor is not prime",
            "Make a new key pair, and upload its public key to the open platform.",
        ),
        Reason.SIGN_TYPE_OLD: Sentence(
            "{subject} is {found}, which uses SHA-1",
            "The platform recommends RSA2; set it there and here.",
        ),
        Reason.CHARSET_NARROW: Sentence(
            "{subject} is {found}, which lacks characters of many names",
            "Use utf-8, which has them all (--charset).",
        ),
        Reason.CERT_EXPIRES_SOON: Sentence(
            "{subject}: the certificate expires on {found}",
            "Renew it on the application's page before then.",
        ),
        # zhima verify-response
        Reason.MOCK_KEYS_GONE: Sentence(
            "The keys of {subject} are made anew for each run, so that no saved answer fits them",
            "Use a profile that zhima mock-gateway --write-profile wrote, or your own.",
        ),
        Reason.REFUSAL_UNSIGNED: Sentence(
            "The answer is a refusal without a signature",
            "The gateway sends such where it cannot tell who asked (an unknown app_id, a wrong "
            "signature). What it says may help; that it is the gateway's cannot be proven.",
        ),
        Reason.NOTHING_SAVED: Sentence(
            "There is nothing to read: what was given is empty",
            "Look whether the answer was saved at all, and give the whole of it.",
        ),
        Reason.SAVED_WITH_HEADERS: Sentence(
            "HTTP headers stand before the answer",
            "Save the body alone, without curl's --include or its like.",
        ),
        Reason.ANSWER_CUT: Sentence(
            "The answer was cut: it ends before its last brace",
            "Save it whole; look for a limit of the log or the field that it was taken from.",
        ),
        Reason.NODE_ALONE: Sentence(
            "Only the inner object of the answer was saved, without the outer one that has sign",
            "Save the whole answer: without sign, nothing can be verified.",
        ),
        Reason.READ_IN_OTHER_CHARSET: Sentence(
            "The answer is in {expected}, but was read as {found} and saved so: its text "
            "is garbled",
            "Save the bytes as they came, or read them as {expected}.",
        ),
        Reason.SIGNED_IN_OTHER_CHARSET: Sentence(
            "The answer is in {found}, and its signature holds so",
            "Set --charset, or charset in the profile, to {found}.",
        ),
        Reason.CONVERTED_TO_OTHER_CHARSET: Sentence(
            "The answer was signed in {expected} and converted to {found} before it was saved",
            "Save the bytes as they came; the signature holds for {expected} only.",
        ),
        Reason.SIGN_PERCENT_ENCODED: Sentence(
            "The signature is percent-encoded, as in a URL; decoded, it holds",
            "Decode it once before it is verified.",
        ),
        Reason.SIGN_WITH_SPACES: Sentence(
            "The signature has spaces where + was; with +, it holds",
            "It was decoded as a form's value once too often: take it from the raw answer.",
        ),
        Reason.SIGN_WRAPPED: Sentence(
            "The signature is broken into lines; in one line, it holds",
            "Take it from the raw answer.",
        ),
        Reason.SIGN_CUT: Sentence(
            "The signature was cut: it has {found} bytes of {expected}",
            "Save it whole: the base64 of a 2048-bit key's signature has 344 characters.",
        ),
        Reason.SIGNED_WITH_OWN_KEY: Sentence(
            "The application's own private key signed it: it is not Alipay's answer",
            "Look where the text comes from: a test or a stub of your own, probably.",
        ),
        Reason.SIGNED_FOR_OTHER_PROFILE: Sentence(
            "Its signature holds under Alipay's public key of the profile {found}",
            "Use --profile with that name.",
        ),
        Reason.SIGNED_AS_OTHER_TYPE: Sentence(
            "The signature is of type {found}, not {expected}",
            "Set --sign-type, or sign_type in the profile, to {found}.",
        ),
        Reason.LINE_ENDS_CHANGED: Sentence(
            "The line ends within the answer were changed after it was signed",
            "Save the bytes as they came; look for a text mode, or an editor or git that converts.",
        ),
        Reason.ANSWER_REDUMPED: Sentence(
            "The answer was parsed and written anew: order, spaces or escapes changed",
            "Verify and save the raw text, before any JSON library touches it.",
        ),
        Reason.SIGNED_WITH_OTHER_SIZE: Sentence(
            "A key of {found} bits signed it; Alipay's public key here has {expected}",
            "Check that Alipay's public key is this application's on the open platform.",
        ),
        Reason.MOCK_ANSWER: Sentence(
            "A mock gateway made it, with keys of its own",
            "Use the profile that the gateway wrote (--write-profile), while it lasts.",
        ),
        Reason.MOCK_RESTARTED: Sentence(
            "A mock gateway made it, which has new keys at each start; or it was altered",
            "Use the profile of the same start (--write-profile). If you did, it was altered.",
        ),
        Reason.CHARACTERS_LOST: Sentence(
            "The answer was read in a wrong charset before it was saved, and characters are lost: "
            "U+FFFD stands for them",
            "They cannot be restored: save the answer again, the bytes as they came.",
        ),
        Reason.MARK_IGNORED: Sentence(
            "A byte-order mark stands before the answer", "It is harmless and was ignored."
        ),
        Reason.SPACE_IGNORED: Sentence(
            "Spaces or line ends stand around the answer", "They are harmless and were ignored."
        ),
        Reason.SLASH_UNESCAPED: Sentence(
            r"The signature holds with / in the place of \/",
            "Some answers are signed so; the official clients accept it, too.",
        ),
        **batch.PROBLEMS,
    },
    kinds={
        Kind.SUCCESS: "Certification initialized",
        Kind.INTERNAL: "Internal error",
        Kind.USAGE: "Wrong usage; nothing was sent",
        Kind.CONFIG: "Wrong configuration; nothing was sent",
        Kind.BUSINESS: "Refused by the interface",
        Kind.GATEWAY: "Refused by the gateway",
        Kind.TEMPORARY: "Temporary failure",
        Kind.UNTRUSTED: "The answer cannot be trusted",
        Kind.UNWRITTEN: "The result could not be written",
        Kind.INTERRUPTED: "Interrupted",
        Kind.TERMINATED: "Stopped",
    },
    endings=ENDINGS,
    labels={
        Label.ERROR: "error",
        Label.WARNING: "warning",
        Label.EXIT_STATUS: "exit status",
        Label.GATEWAY_SAYS: "gateway says",
        Label.DESCRIPTION: "meaning",
        Label.SOLUTION: "what to do",
        Label.VERIFIED: "signature",
        Label.VERIFIED_YES: "verified",
        Label.VERIFIED_NO: "none, so not verified",
        Label.AGAIN: "trying again",
        Label.AGAIN_YES: "can help; keep the same transaction_id",
        Label.AGAIN_NO: "does not help as it is",
        Label.SENT: "sent",
        Label.SENT_NO: "no: the person's data did not leave this machine",
        Label.SENT_UNKNOWN: "perhaps: the gateway may have done it",
        Label.SENT_ANSWERED: "yes, and answered",
        Label.PROFILE: "profile",
        Label.GATEWAY: "gateway",
        Label.MOCK: "MOCK: made by zhima's own mock gateway. Not a real biz_no.",
        Label.SENDING: "sending with transaction_id",
        Label.DRY_RUN: "Dry run: nothing was sent",
        Label.HEADERS: "headers",
        Label.PARAMS: "parameters",
        Label.BIZ_CONTENT: "biz_content, with the JSON in it opened",
        Label.STRING_TO_SIGN: "string that was signed",
        Label.SIGN: "sign",
        Label.BODY: "body",
        Label.ASK_CERT_NAME: "Name, as on the document (cert_name): ",
        Label.ASK_CERT_NO: "Number of the document (cert_no): ",
        Label.PAUSING: "attempt {attempt} of {of}: {why}; waiting {seconds} s",
        Label.TRYING_AGAIN: "attempt {attempt} of {of}",
        Label.ATTEMPT_ENDED: "attempt {attempt} of {of}: {why}",
        Label.TRY_AGAIN_WITH: "try again with",
        Label.NO_RECORDS: "zhima: nothing is recorded",
        Label.STARTED: "started",
        Label.UPDATED: "updated",
        Label.STATE: "state",
        Label.ATTEMPTS: "attempts",
        Label.ASK_PRUNE: "Delete {count} records? [y/N] ",
        Label.PRUNED: "records deleted: {count}",
        Label.PRUNE_LEFT: "stopped; nothing was deleted",
        Label.MOCK_READY: "mock gateway ready:",
        # zhima verify-response
        Label.SIGNATURE_HOLDS: "The signature holds",
        Label.SIGNATURE_FAILS: "The signature does not hold",
        Label.CAUSE: "likeliest cause",
        Label.NOTE: "note",
        Label.MOCK_PROFILE_WRITTEN: "profile written:",
        # zhima explain
        Label.MORE: "more",
        Label.AGAIN_DEPENDS: "can help with some codes only; each says so",
        Label.ANY_OTHER_SUB_CODE: "any other",
        Label.EXIT_STATUSES: "Exit statuses",
        # zhima profiles
        Label.CONFIG_FILE: "configuration file",
        Label.NO_FILE: "none",
        Label.CHOSEN_BY_FLAG: "used: named by --profile",
        Label.CHOSEN_BY_VARIABLE: "used: named by ZHIMA_PROFILE",
        Label.CHOSEN_BY_FILE: "used: named by default_profile",
        Label.CHOSEN_BY_DEFAULT: "used, since none is named",
        Label.OWN_PROFILE: "zhima's own: a mock gateway with keys made for it",
        Label.IN_FILE: "file",
        Label.BY_DEFAULT: "default",
        Label.IS_SET: "set",
        Label.IS_WRONG: "wrong",
        Label.NOT_SET: "not set",
        # help
        Label.USAGE: "Usage:",
        Label.ARGUMENTS: "Arguments:",
        Label.OPTIONS: "Options:",
        Label.COMMANDS: "Commands:",
        Label.EXAMPLES: "Examples:",
        Label.ANY_OPTIONS: "OPTIONS",
        Label.A_COMMAND: "COMMAND",
        # zhima configure, zhima keygen
        Label.CONFIGURING: "Profile {profile} in {path}. Enter takes what stands in brackets; "
        "Ctrl-C leaves everything as it is.",
        Label.ASK_APP_ID: "The application's id: APPID, 16 digits, at the top of the application's "
        "page on the open platform (open.alipay.com).",
        Label.ASK_GATEWAY: "The gateway: production, sandbox (which has an application and keys of "
        "its own), or an address.",
        Label.ASK_PRIVATE_KEY: "The application's private key (应用私钥): the file that zhima "
        "keygen or the platform's key tool saved, or - to paste the key unseen.",
        Label.ASK_MODE: "What the application's page shows under 开发设置, 接口加签方式: key "
        "(公钥) or cert (证书, 公钥证书模式).",
        Label.ASK_ALIPAY_PUBLIC_KEY: "Alipay's public key (支付宝公钥), not the application's own: "
        "the page shows it under 接口加签方式 once yours is saved there. Paste it here, or give "
        "its file.",
        Label.ASK_ALIPAY_ROOT_CERT: "Alipay's root certificates (支付宝根证书): "
        "alipayRootCert.crt, downloaded from the page under 接口加签方式.",
        Label.ASK_ALIPAY_CERT: "Alipay's certificate (支付宝公钥证书): "
        "alipayCertPublicKey_RSA2.crt, from the same place.",
        Label.ASK_APP_CERT: "The application's certificate (应用公钥证书): "
        "appCertPublicKey_APPID.crt, from the same place.",
        Label.ASK_ENCRYPT_KEY: "The AES key of 接口内容加密, if the page shows that it is on: its "
        "file, - to paste it unseen, or none.",
        Label.ASK_SIGN_TYPE: "The signature's algorithm: RSA2, unless the page says RSA.",
        Label.ASK_DEFAULT_PROFILE: "Use this profile wherever none is named?",
        Label.PASTE_NOW: "Paste the key now, then press Enter; it does not show.",
        Label.KEY_SHOWN: "The key may be visible on this screen: clear the screen and its "
        "scrollback. With - as the answer, what you paste does not show.",
        Label.KEY_WRITTEN: "key written:",
        Label.CONFIG_WRITTEN: "configuration written:",
        Label.CONFIG_UNCHANGED: "nothing to change: the profile is so already",
        Label.CONFIG_UNWRITTEN: "dry run: nothing was written",
        Label.CONFIG_LEFT: "stopped; nothing was written",
        Label.THEN: "next:",
        Label.PRIVATE_KEY_WRITTEN: "private key written, keep it to yourself:",
        Label.PUBLIC_KEY_WRITTEN: "public key written:",
        Label.PASTE_PUBLIC_KEY: "paste the one line of the public key into the application's page "
        "on the open platform: 开发设置, 接口加签方式, 公钥; it then shows Alipay's (支付宝公钥)",
        **batch.LABELS,
    },
    helps=HELPS,
    findings={},  # what the core calls them is English
    comma=", ",
)
