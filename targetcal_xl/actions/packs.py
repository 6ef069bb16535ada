"""The passwords of packs: a secret of the region, or else one of the plan."""

from __future__ import annotations

import re

from ..outbox import secret

VARIABLE = "TARGETCAL_PACK_PASSWORD"


def pack_password(region: str = "") -> str:
    """What opens a region's pack, from the environment or the keyring; empty where there is none.

    `TARGETCAL_PACK_PASSWORD_HD` is that of region `HD`, `TARGETCAL_PACK_PASSWORD` that of all others.
    """
    own = f"{VARIABLE}_{re.sub(r'[^A-Za-z0-9]', '_', region).upper()}"
    return (secret(own, f"pack {region}") if region else "") or secret(VARIABLE, "pack")
