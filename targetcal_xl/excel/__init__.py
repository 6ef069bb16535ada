"""The names that the macros of workbooks call: they stay for as long as such books do."""

from __future__ import annotations

from ..buttons import pressed

__all__ = ["pressed"]
