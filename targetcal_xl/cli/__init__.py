"""The command line: the same actions as the buttons."""

from __future__ import annotations

from .app import app, run

__all__ = ["app", "run"]
