"""What this computer has: its system, Excel and LibreOffice."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .computer import Computer, this_computer
    from .excel import Finding, book_health, excel_health, mend
    from .soffice import address, end_soffice, find_program, find_soffice, run_soffice, start_soffice

__all__ = [
    "Computer",
    "Finding",
    "address",
    "book_health",
    "end_soffice",
    "excel_health",
    "find_program",
    "find_soffice",
    "mend",
    "run_soffice",
    "start_soffice",
    "this_computer",
]
