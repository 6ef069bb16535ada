"""What we offer inside the spreadsheet: worksheet functions, which `calibration` answers."""

from . import functions
from .registry import FUNCTIONS, Argument, Function, computed, reasons

__all__ = ["FUNCTIONS", "Argument", "Function", "computed", "functions", "reasons"]
