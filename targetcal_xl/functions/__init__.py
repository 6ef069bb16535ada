"""Worksheet functions: what a cell may ask of the method."""

from __future__ import annotations

from . import definitions
from .registry import FUNCTIONS, Argument, Function, computed, reasons

__all__ = [
    "FUNCTIONS",
    "Argument",
    "Function",
    "computed",
    "definitions",
    "reasons",
]
