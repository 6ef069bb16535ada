"""Calibrate sales targets in the spreadsheet that everyone already has open."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - from its source it may be run by any Python
    _THIS = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    raise SystemExit(f"targetcal-xl needs Python 3.11 or later; this is {_THIS}.")

__version__ = "0.10.0"
