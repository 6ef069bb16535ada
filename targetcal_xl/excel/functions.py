"""Worksheet functions by the name under which the macros of workbooks know them."""

from __future__ import annotations

from ..functions import definitions


def __getattr__(name: str) -> object:
    """A worksheet function, by its name in a cell."""
    return getattr(definitions, name)
