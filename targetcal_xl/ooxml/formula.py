"""Formula text as files hold it."""

from __future__ import annotations

import re

from .cells import MAX_COLUMN, MAX_ROW, column_letters, column_number

# Text, quoted sheet names and bracketed names hold no references; the rest is `$A$1`, `A:A` or `1:1`.
_TOKEN = re.compile(
    r"""("[^"]*"|'[^']*'|\[[^\]]*\])"""
    r"|(?<![\w.$\\])(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})(?![\w.(!\[])"
    r"|(?<![\w.$\\])(\$?[A-Za-z]{1,3}):(\$?[A-Za-z]{1,3})(?![\w.(!\[])"
    r"|(?<![\w.$\\])(\$?[1-9][0-9]{0,6}):(\$?[1-9][0-9]{0,6})(?![\w.(!\[])"
)


def moved(formula: str, rows: int, columns: int) -> str:
    """The formula as it reads that many rows below and columns right: relative references move along."""

    def token(match: re.Match[str]) -> str:
        literal, dollar, letters, hash_, digits, *ends = match.groups()
        if literal:
            return literal
        if letters:
            return _column(dollar + letters, columns) + _row(hash_ + digits, rows)
        if ends[0]:
            return f"{_column(ends[0], columns)}:{_column(ends[1], columns)}"
        return f"{_row(ends[2], rows)}:{_row(ends[3], rows)}"

    return _TOKEN.sub(token, formula) if rows or columns else formula


def _column(said: str, by: int) -> str:
    if said.startswith("$"):
        return said
    return column_letters((column_number(said.upper().encode()) - 1 + by) % MAX_COLUMN + 1)


def _row(said: str, by: int) -> str:
    return said if said.startswith("$") else str((int(said) - 1 + by) % MAX_ROW + 1)
