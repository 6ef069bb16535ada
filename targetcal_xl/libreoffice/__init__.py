"""LibreOffice Calc, driven through xlwings by the code that drives Excel."""

from __future__ import annotations

from .engine import NAME, connect, engine, start

__all__ = ["NAME", "connect", "engine", "start"]
