"""Passwords and addresses that are secrets: from the environment, else from the keyring of the system."""

from __future__ import annotations

import os
from collections.abc import Mapping

SERVICE = "targetcal"
"""What they are kept under: `keyring set targetcal <name>`."""


def secret(variable: str, name: str, environment: Mapping[str, str] = os.environ) -> str:
    """The secret of a variable, or of a name in the keyring; empty where there is none."""
    return environment.get(variable, "").strip() or _kept(name)


def _kept(name: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, name) or ""
    except (KeyringError, RuntimeError):
        return ""
