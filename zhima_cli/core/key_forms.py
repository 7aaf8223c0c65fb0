"""The names of what can be given for a key (protocol.md, "Keys")."""

from enum import Enum


class KeyForm(Enum):
    """What a key turned out to be; the value is the form's usual name."""

    PKCS1_PRIVATE = "PKCS#1 RSA private key"
    PKCS8_PRIVATE = "PKCS#8 RSA private key"
    SPKI_PUBLIC = "SPKI RSA public key"
    PKCS1_PUBLIC = "PKCS#1 RSA public key"
    ENCRYPTED_PRIVATE = "encrypted private key"
    OPENSSH_PRIVATE = "OpenSSH private key"
    OPENSSH_PUBLIC = "OpenSSH public key"
    CERTIFICATE = "X.509 certificate"
    CERTIFICATE_REQUEST = "certificate request"
    OTHER_ALGORITHM = "key of another algorithm than RSA"
    BINARY = "binary data (DER?)"
    ESCAPED_LINES = r"PEM with \n written out"
    SEVERAL = "several PEM blocks"
    CUT_PEM = "incomplete PEM"
    PATH = "path of a file"
    EMPTY = "nothing"
    UNKNOWN = "neither PEM nor base64 of a key"


PRIVATE_FORMS = frozenset({KeyForm.PKCS1_PRIVATE, KeyForm.PKCS8_PRIVATE})
PUBLIC_FORMS = frozenset({KeyForm.SPKI_PUBLIC})
# What tells a private or a public key, but is not taken.
OTHER_PRIVATE_FORMS = frozenset({KeyForm.ENCRYPTED_PRIVATE, KeyForm.OPENSSH_PRIVATE})
OTHER_PUBLIC_FORMS = frozenset({KeyForm.PKCS1_PUBLIC, KeyForm.OPENSSH_PUBLIC})
