"""The password of locked tabs."""

from __future__ import annotations

import os
import secrets
from functools import cache

PASSWORD_VARIABLE = "TARGETCAL_PASSWORD"  # noqa: S105 - the name of a variable


@cache
def sheet_password() -> str:
    """What the environment says, else a random one that nobody needs to know: `unlock` works without."""
    return os.environ.get(PASSWORD_VARIABLE) or secrets.token_urlsafe(18)
