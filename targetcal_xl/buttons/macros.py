"""The macros of a workbook: our text from `xl`, filled in from the tables, and xlwings' own module."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from string import Template

from ..commands import BUTTONS, Button, Group
from ..language import text
from ..ooxml import Module
from ..workbook import Macros, SheetButton
from .ribbon import GROUPS, ribbon
from .vba_text import our_text, quoted, vba_words
from .wrappers import functions_module

_SETTINGS = {"ADD_WORKBOOK_TO_PYTHONPATH": "false", "PYTHONPATH": "%SystemRoot%"}
"""Nothing that lies beside the workbook is ever imported, nor from a folder that some setting names.

Without a folder xlwings puts the current one first; this one only an administrator can write to.
"""
_ACROSS = 6


def macros(language: str) -> Macros:
    """Everything that makes a workbook one with macros, in a language."""
    return Macros(
        modules=(
            Module("ThisWorkbook", "workbook", our_text("vba/ThisWorkbook.cls")),
            Module("TargetCal", "standard", _pressing(language)),
            Module("TargetCalQuestions", "standard", our_text("vba/TargetCalQuestions.bas")),
            Module("TargetCalButtons", "standard", _buttons(language)),
            Module("TargetCalFunctions", "standard", functions_module(language)),
            Module("xlwings", "standard", _xlwings("xlwings.bas")),
            Module("Dictionary", "class", _xlwings("addin/Dictionary.cls")),
        ),
        ribbon=ribbon(our_text("ribbon.xml"), language),
        buttons=tuple(row for group in GROUPS for row in _rows(group, language)),
        settings=_SETTINGS,
    )


def _pressing(language: str) -> str:
    """The module that starts Python, with the words for why it does not."""
    words = {code: quoted(vba_words(text(f"excel.{code}", language))) for code in ("beside", "unset")}
    return Template(our_text("vba/TargetCal.bas")).substitute(words)


def _xlwings(name: str) -> str:
    """A file of the installed xlwings, which carries its licence notice in its head."""
    return files("xlwings").joinpath(name).read_text("utf-8")


def _rows(group: Group, language: str) -> Iterator[tuple[SheetButton, ...]]:
    """A group's sheet buttons, in rows that are not wider than the dashboard."""
    row = [
        SheetButton(f"Press_{button.code}", button.caption(language))
        for button in BUTTONS
        if button.group == group
    ]
    yield from (tuple(row[at : at + _ACROSS]) for at in range(0, len(row), _ACROSS))


def _buttons(language: str) -> str:
    one = Template(our_text("vba/button.bas"))
    subs = (
        one.substitute(
            code=button.code,
            caption=quoted(vba_words(button.caption(language))),
            questions=_questions(button, language),
        )
        for button in BUTTONS
    )
    return Template(our_text("vba/TargetCalButtons.bas")).substitute(language=language, macros="".join(subs))


def _questions(button: Button, language: str) -> str:
    said = (f"{ask.code} {ask.kind} {vba_words(ask.question(language))}" for ask in button.asks)
    return ",".join(f" _\n        {quoted(question)}" for question in said)
