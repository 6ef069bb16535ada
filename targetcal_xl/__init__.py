"""Calibrate sales targets in the spreadsheet that everyone already has open."""

__version__ = "0.1.0"
