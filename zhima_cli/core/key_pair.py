"""A new RSA key pair for an application, in the forms that its tools and the platform take."""

import base64
from dataclasses import dataclass, field
from pathlib import Path

from Crypto.PublicKey import RSA

from zhima_cli.core.errors import InputError, Problem, Reason
from zhima_cli.core.files import system_words
from zhima_cli.core.keys import MAX_SIGNING_BITS
from zhima_cli.core.kinds import Kind
from zhima_cli.core.new_files import PRIVATE, PUBLIC, all_or_none

# RSA2 asks for as many, fewer are no longer safe, and more make a signature too long for `sign`.
KEY_BITS = MAX_SIGNING_BITS
PRIVATE_KEY_NAME = "app_private_key.pem"
PUBLIC_KEY_NAME = "app_public_key.pem"


@dataclass(frozen=True)
class KeyPair:
    """A new key pair (应用私钥, 应用公钥). Its repr shows nothing of it.

    ``private_pem`` is PKCS#8, ``public_pem`` SPKI; ``public_line`` is the latter as bare base64 on
    one line, as the platform's page takes it.
    """

    private_pem: str = field(repr=False)
    public_pem: str = field(repr=False)
    public_line: str = field(repr=False)


@dataclass(frozen=True)
class KeyFiles:
    """Where a key pair is kept."""

    folder: Path

    @property
    def private(self) -> Path:
        """The file of the private key."""
        return self.folder / PRIVATE_KEY_NAME

    @property
    def public(self) -> Path:
        """The file of the public key."""
        return self.folder / PUBLIC_KEY_NAME

    def check(self, subject: str) -> None:
        """Raise InputError where one of the files is there already, be it only as a link.

        ``subject`` names the option that the folder is of.
        """
        for path in (self.private, self.public):
            try:
                path.lstat()
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (OSError, ValueError) as error:
                raise _unwritable(path, subject, error) from error
            raise InputError(Problem(Kind.USAGE, Reason.KEY_FILE_EXISTS, subject, str(path)))

    def write(self, pair: KeyPair, subject: str) -> None:
        """Write both files or neither, and the folder where it is missing. Raises InputError."""
        path = self.folder
        try:
            with all_or_none() as new:
                new.folder(path)
                path = self.private
                new.file(path, pair.private_pem.encode("ascii"), PRIVATE)
                path = self.public
                new.file(path, pair.public_pem.encode("ascii"), PUBLIC)
        except (OSError, ValueError) as error:
            raise _unwritable(path, subject, error) from error


def make_key_pair() -> KeyPair:
    """Make a key pair of KEY_BITS; takes about half a second."""
    key = RSA.generate(KEY_BITS)
    public = key.public_key()
    return KeyPair(
        private_pem=_pem(key.export_key("PEM", pkcs=8)),
        public_pem=_pem(public.export_key("PEM")),
        public_line=base64.b64encode(public.export_key("DER")).decode("ascii"),
    )


def _pem(data: bytes) -> str:
    return data.decode("ascii") + "\n"


def _unwritable(path: Path, subject: str, error: Exception) -> InputError:
    found = f"{path}: {system_words(error)}"
    return InputError(Problem(Kind.USAGE, Reason.FILE_UNWRITABLE, subject, found))
