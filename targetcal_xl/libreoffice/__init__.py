"""Working with the plan open in LibreOffice: the extension with our functions, menu and toolbar."""

from __future__ import annotations

from .extension import build_extension
from .install import OfficeReport, install, remove, status

__all__ = ["OfficeReport", "build_extension", "install", "remove", "status"]
