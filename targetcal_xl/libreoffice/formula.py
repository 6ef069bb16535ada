"""Formulas between Excel's spelling and the one that UNO reads and writes.

`SUM('My tab'!A1:B2,{1,2;3,4},(A1,B1))` is `SUM($'My tab'.A1:B2;{1;2|3;4};(A1~B1))` there. LibreOffice's
own FormulaParser would cost a call for each formula and loses error constants.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

_TEXT = r'(?P<text>"(?:[^"]|"")*")'
_ERROR = r"(?P<error>#(?:N/A|DIV/0!|NAME\?|NULL!|NUM!|REF!|VALUE!))"
_REST = r"(?P<call>[^\W\d][\w.]*\()|(?P<open>[({])|(?P<close>[)}])"
_NAME = r"(?P<name>[\w\\][\w.\\?]*)"
_EXCEL = re.compile(
    rf"{_TEXT}|(?P<sheet>(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)|{_ERROR}|{_REST}|{_NAME}|(?P<part>[,;])|(?P<other>.)",
    re.DOTALL,
)
_UNO = re.compile(
    rf"{_TEXT}|(?P<sheet>\$?(?:'(?:[^']|'')+'|[^\W\d]\w*)\.(?=\$?[A-Z]{{1,3}}\$?\d+(?![\w.])|\#REF!))|"
    rf"{_ERROR}|{_REST}|{_NAME}|(?P<part>[;|~])|(?P<other>.)",
    re.DOTALL,
)
_TRUTHS = ("TRUE", "FALSE")
"""Functions in the one spelling, where bare they would be numbers, and either in the other."""
_Parts = Mapping[str, Mapping[str, str]]
_TO_UNO = {"(": {",": "~"}, "{": {",": ";", ";": "|"}, "call": {",": ";"}}
_TO_EXCEL = {"(": {"~": ","}, "{": {";": ",", "|": ";"}, "call": {";": ","}}


@lru_cache(1 << 16)
def to_uno(formula: str) -> str:
    """An Excel formula, without or with `=`, as UNO spells it."""
    return _respelt(_EXCEL, formula.replace("_xlfn.", ""), _TO_UNO, lambda sheet: f"${_quoted(sheet[:-1])}.")


@lru_cache(1 << 16)
def to_excel(formula: str) -> str:
    """A formula of UNO's as Excel spells it; the braces of an array formula are not part of it."""
    if formula.startswith("{=") and formula.endswith("}"):
        formula = formula[1:-1]
    return _respelt(_UNO, formula, _TO_EXCEL, lambda sheet: f"{_quoted(sheet[:-1].lstrip('$'))}!")


def _quoted(sheet: str) -> str:
    return sheet if sheet.startswith("'") else f"'{sheet}'"


def _respelt(tokens: re.Pattern[str], formula: str, parts: _Parts, sheet: Callable[[str], str]) -> str:
    """Every token in its new spelling; what a separator means is told by the bracket it stands in."""
    spelt, inside = [], ["("]
    for token in tokens.finditer(formula):
        kind, said = token.lastgroup, token[0]
        if kind in ("call", "open"):
            inside.append("call" if kind == "call" else said)
        elif kind == "close" and len(inside) > 1:
            inside.pop()
        elif kind == "name" and said.upper() in _TRUTHS:
            said += "()"
        elif kind == "part":
            said = parts[inside[-1]].get(said, said)
        elif kind == "sheet":
            said = sheet(said)
        spelt.append(said)
    return "".join(spelt)
