"""The password of locked tabs."""

from __future__ import annotations

import os

from ..ledger import Log
from ..ooxml import RandomWord

PASSWORD_VARIABLE = "TARGETCAL_PASSWORD"  # noqa: S105 - the name of a variable


def has_own_password() -> bool:
    """Whether the person has set a password."""
    return bool(os.environ.get(PASSWORD_VARIABLE))


def sheet_password(ledger: Log) -> str:
    """What the environment says, else the ledger's own: whoever may record may also open what is locked.

    An open workbook is written to by its program, which asks for the password that a file does not need.
    """
    return os.environ.get(PASSWORD_VARIABLE) or RandomWord(ledger.secret)
