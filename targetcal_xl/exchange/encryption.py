"""Packs that open with a password only: encrypted as spreadsheets do it, and read back before they leave."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from ..problems import Problem, Refused

_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_LABELLED: Final = "DRMEncryptedDataSpace".encode("utf-16-le")
"""What a rights management writes into a file that only its own programs can open."""


def encrypted(content: bytes, password: str, name: str) -> bytes:
    """A workbook that opens with this password; raise Refused when it could not be opened again."""
    from msoffcrypto.format.ooxml import OOXMLFile

    file = BytesIO()
    OOXMLFile(BytesIO(content)).encrypt(password, file)
    if decrypted(file.getvalue(), password, name) != content:
        raise Refused([Problem("pack_not_encrypted", name)])
    return file.getvalue()


def is_encrypted(content: bytes) -> bool:
    """Whether a file opens with a password only."""
    return content.startswith(_COMPOUND) and _ENCRYPTED in content


def decrypted(content: bytes, password: str, name: str) -> bytes:
    """What an encrypted workbook holds, and any other as it is.

    Raise Refused for one that this password does not open, or that only a rights management can open.
    """
    if not is_encrypted(content):
        return content
    if _LABELLED in content:
        raise Refused([Problem("pack_labelled", name)])
    if not password:
        raise Refused([Problem("pack_encrypted", name)])
    return _opened(content, password, name)


def _opened(content: bytes, password: str, name: str) -> bytes:
    from msoffcrypto import OfficeFile
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, ParseError

    file = BytesIO()
    try:
        locked = OfficeFile(BytesIO(content))
        locked.load_key(password=password, verify_password=True)
        locked.decrypt(file, verify_integrity=True)
    except DecryptionError as error:
        raise Refused([Problem("pack_other_password", name)]) from error
    except (FileFormatError, ParseError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refused([Problem("file_not_workbook", name)]) from error
    return file.getvalue()
