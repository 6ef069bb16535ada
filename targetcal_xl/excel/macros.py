"""The macros of a workbook: our text from `xl`, filled in from the tables, and xlwings' own module."""

from __future__ import annotations

from importlib.resources import files
from string import Template

from ..workbook import Macros, Module, SheetButton
from .buttons import BUTTONS, Button
from .ribbon import GROUPS, ribbon
from .vba_text import our_text, quoted, vba_words
from .wrappers import functions_module

_SETTINGS = {"ADD_WORKBOOK_TO_PYTHONPATH": "false", "UDF MODULES": "targetcal_xl.excel.functions"}
"""Nothing that happens to lie beside the workbook is ever imported."""


def macros(language: str) -> Macros:
    """Everything that makes a workbook one with macros, in a language."""
    return Macros(
        modules=(
            Module("ThisWorkbook", "workbook", our_text("vba/ThisWorkbook.cls")),
            *(
                Module(name, "standard", our_text(f"vba/{name}.bas"))
                for name in ("TargetCal", "TargetCalQuestions")
            ),
            Module("TargetCalButtons", "standard", _buttons(language)),
            Module("TargetCalFunctions", "standard", functions_module(language)),
            Module("xlwings", "standard", _xlwings("xlwings.bas")),
            Module("Dictionary", "class", _xlwings("addin/Dictionary.cls")),
        ),
        ribbon=ribbon(our_text("ribbon.xml"), language),
        buttons=tuple(
            tuple(_sheet_button(each, language) for each in BUTTONS if each.group == group)
            for group in GROUPS
        ),
        settings=_SETTINGS,
    )


def _xlwings(name: str) -> str:
    """A file of the installed xlwings, which carries its licence notice in its head."""
    return files("xlwings").joinpath(name).read_text("utf-8")


def _sheet_button(button: Button, language: str) -> SheetButton:
    return SheetButton(f"Press_{button.code}", button.caption(language))


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
