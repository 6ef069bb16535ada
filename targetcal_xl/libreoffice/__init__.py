"""LibreOffice Calc, driven through xlwings by the code that drives Excel, and extended by what we offer."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .engine import NAME, connect, engine, start
    from .extension import build_extension
    from .install import OfficeReport, install, remove, status

__all__ = [
    "NAME",
    "OfficeReport",
    "build_extension",
    "connect",
    "engine",
    "install",
    "remove",
    "start",
    "status",
]
