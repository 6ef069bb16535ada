"""Workbooks with macros, broken on purpose: lint or validator finds every one of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.buttons import macros
from targetcal_xl.ooxml import Module
from targetcal_xl.ooxml.vba import ModuleKind, vba_project
from tests.support import validator
from tests.support.books import changed_parts, parts_of
from tests.support.exploring import few
from tests.support.macros import book_with
from tests.support.olevba import modules_of
from tests.support.vbalint import misuses
from tests.support.xllint import lint

Parts = dict[str, bytes]
Break = Callable[[Parts], Parts]
"""Gives the parts that are different in the broken file; nothing where there was a part."""

_PROJECT, _BOOK, _DASHBOARD = "xl/vbaProject.bin", "xl/workbook.xml", "xl/worksheets/sheet2.xml"
_TYPES, _ROOT, _RELS = "[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"
_PLAIN = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RIBBON, _DRAWING = "customUI/customUI14.xml", "xl/drawings/vmlDrawing1.vml"


@pytest.fixture(scope="module")
def sound_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return book_with(macros("zh-CN"), tmp_path_factory.mktemp("sound") / "plan.xlsm")


def _text(part: str, old: str, new: str) -> Break:
    """A part with the first match of a pattern replaced."""

    def broken(parts: Parts) -> Parts:
        text = parts[part].decode()
        changed = re.sub(old, new, text, count=1, flags=re.DOTALL)
        assert changed != text
        return {part: changed.encode()}

    return broken


def _without(part: str) -> Break:
    return lambda parts: {part: None}  # type: ignore[dict-item]


def _bytes(change: Callable[[bytes], bytes]) -> Break:
    """The VBA project's file, changed as bytes."""
    return lambda parts: {_PROJECT: change(parts[_PROJECT])}


def _code(name: str, old: str, new: str) -> Break:
    """The VBA project built again with a module's code changed."""
    return _modules(
        lambda held: [
            Module(one.name, one.kind, _replaced(one.text, old, new)) if one.name == name else one
            for one in held
        ]
    )


def _replaced(text: str, old: str, new: str) -> str:
    changed = text.replace(old, new)
    assert changed != text
    return changed


def _modules(change: Callable[[list[Module]], list[Module]]) -> Break:
    """The VBA project built again from other modules."""

    def broken(parts: Parts) -> Parts:
        ours = {one.name: one for one in macros("zh-CN").modules}
        held = [ours.get(name, Module(name, "sheet")) for name in modules_of(parts[_PROJECT])]
        return {_PROJECT: vba_project(change(held))}

    return broken


def _more(kind: ModuleKind, text: str = "") -> Break:
    return _modules(lambda held: [*held, Module("More", kind, text)])


def _less(name: str) -> Break:
    return _modules(lambda held: [one for one in held if one.name != name])


def _renamed(name: str, to: str) -> Break:
    return _modules(lambda held: [replace(one, name=to) if one.name == name else one for one in held])


_SPILLING = """    Dim here As Range
    If here.HasSpill Then Set here = here.SpillingToRange
    PersonHere ="""
_ITSELF = """= CVErr(2042)
    Dim here As Object
    Set here = Application.Caller
    Elsewhere = here.Value2"""
_STATUS = """    Application.StatusBar = "..."
    For k = LBound"""

_BROKEN = {
    "project missing": _without(_PROJECT),
    "project empty": _bytes(lambda _: b""),
    "project cut off": _bytes(lambda raw: raw[:3000]),
    "project of another kind": _bytes(lambda _: b"PK\x03\x04 no compound file"),
    "project without its directory": _bytes(lambda raw: raw.replace("dir\0".encode("utf-16-le"), bytes(8))),
    "project's modules overwritten": _bytes(lambda raw: raw[:512] + bytes(4096) + raw[4608:]),
    "project's content type": _text(_TYPES, "application/vnd.ms-office.vbaProject", "application/xml"),
    "nothing points to the project": _text(_RELS, '<Relationship [^>]*vbaProject"[^>]*/>', ""),
    "pointer to no project": _text(_RELS, "vbaProject.bin", "vba.bin"),
    "workbook type of a plain file": _text(_TYPES, r"vnd.ms-excel.sheet.macroEnabled", _PLAIN),
    "workbook's code name unknown": _text(_BOOK, 'codeName="ThisWorkbook"', 'codeName="Workbook1"'),
    "workbook's code name missing": _text(_BOOK, ' codeName="ThisWorkbook"', ""),
    "sheet's code name unknown": _text(_DASHBOARD, 'codeName="SheetDashboard"', 'codeName="Sheet99"'),
    "sheet's code name twice": _text(_DASHBOARD, 'codeName="SheetDashboard"', 'codeName="SheetGuide"'),
    "sheet's code name missing": _text(_DASHBOARD, ' codeName="SheetDashboard"', ""),
    "sheet's module missing": _less("SheetDashboard"),
    "module of no sheet": _more("sheet"),
    "workbook's module missing": _less("ThisWorkbook"),
    "module of the buttons missing": _less("TargetCalButtons"),
    "module with a number first": _renamed("TargetCal", "1TargetCal"),
    "module named after the project": _renamed("TargetCal", "VBAProject"),
    "module with a long name": _renamed("TargetCal", "T" * 32),
    "button's macro missing": _code("TargetCalButtons", "Sub Press_lock()", "Sub Press_lok()"),
    "button's macro private": _code("TargetCalButtons", "Public Sub Press_lock", "Private Sub Press_lock"),
    "button's macro twice": _more("standard", "Sub Press_lock()\nEnd Sub\n"),
    "button bound to nothing": _text(_DRAWING, "Press_confirm", "Press_confirmed"),
    "ribbon callback missing": _code("TargetCalButtons", "Sub Ribbon_check(", "Sub Ribbon_checked("),
    "ribbon callback misspelt": _text(_RIBBON, 'onAction="Ribbon_follow"', 'onAction="Ribon_follow"'),
    "ribbon button without action": _text(_RIBBON, ' onAction="Ribbon_follow"', ""),
    "ribbon id twice": _text(_RIBBON, 'id="targetcal.check"', 'id="targetcal.lock"'),
    "ribbon of no known kind": _text(_RIBBON, "2009/07/customui", "2010/07/customui"),
    "ribbon of 2007 under the newer pointer": _text(_RIBBON, "2009/07/customui", "2006/01/customui"),
    "ribbon cut off": _text(_RIBBON, "</customUI>", ""),
    "nothing points to the ribbon": _text(_ROOT, '<Relationship Id="ribbon".*?/>', ""),
    "pointer to no ribbon": _without(_RIBBON),
    "line that goes on without a blank": _code("TargetCalButtons", "Array( _", "Array(_"),
    "procedure without its end": _code("TargetCalQuestions", "True\nEnd Function", "True"),
    "function that ends as a sub": _code("TargetCalQuestions", "End Function", "End Sub"),
    "condition without its end": _code("TargetCalQuestions", "    End If\n", ""),
    "argument with a word of VBA's": _code("TargetCalFunctions", "step_", "step"),
    "line of more than 1,023 signs": _code("TargetCal", "Option Explicit", "' " + "x" * 1024),
    "member newer than Excel 2016": _code("TargetCalQuestions", "    PersonHere =", _SPILLING),
    "function that reads its own cell": _code("TargetCalFunctions", "= CVErr(2042)", _ITSELF),
    "status bar never given back": _code("TargetCal", "    For k = LBound", _STATUS),
    "sheet that may be a chart's": _code("TargetCalQuestions", "Here().Cells(", "ActiveSheet.Cells("),
    "quote that is not closed": _code("TargetCalButtons", '"zh-CN"', '"zh-CN'),
}  # fmt: skip


@pytest.mark.parametrize("name", few(_BROKEN, [*_BROKEN][::4]))
def test_a_broken_workbook_with_macros_is_caught(name: str, sound_book: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsm"
    changed_parts(sound_book, _BROKEN[name](parts_of(sound_book)), path)
    assert lint(path) or validator.faults(path)


def test_the_same_workbook_is_sound_before_it_is_broken(sound_book: Path) -> None:
    assert lint(sound_book) == []
    assert validator.faults(sound_book) == []


def test_a_project_built_again_unchanged_is_sound(sound_book: Path, tmp_path: Path) -> None:
    same = changed_parts(
        sound_book, _modules(lambda held: held)(parts_of(sound_book)), tmp_path / "same.xlsm"
    )
    assert lint(same) == []


@pytest.mark.parametrize(
    "code",
    [
        "Sub A()\n    Dim here As Object\n    here.HasSpill\nEnd Sub\n",
        "Sub A(ByVal here As Variant)\n    here(1, 2).Formula2 = 1\nEnd Sub\n",
        "Sub A()\n    Application.StatusBar = 1\n    B\n    Application.StatusBar = False\nEnd Sub\n",
        "Function A()\n    A = Application.Caller.Address\nEnd Function\n",
        "Sub A()\n    ' Application.Caller.Value would be a circle\nEnd Sub\n",
        "Sub A()\n    B ActiveSheet.Name\nEnd Sub\n",
    ],
)
def test_code_that_any_excel_since_2016_takes_is_left_alone(code: str) -> None:
    assert list(misuses(code)) == []


@pytest.mark.parametrize(
    "code",
    [
        "Function A(ByVal here As Range)\n    A = here.SpillParent\nEnd Function\n",
        "Sub A()\n    x = WorksheetFunction.XLookup(1, y, z)\nEnd Sub\n",
        "Sub A()\n    ThisWorkbook.AutoSaveOn = False\nEnd Sub\n",
        "Function A()\n    A = Application.Caller.Text\nEnd Function\n",
        "Function A()\n    A = Application.Caller.Offset(0, 0).Formula\nEnd Function\n",
        "Sub A()\n    x = ActiveSheet.Cells(1, 1)\nEnd Sub\n",
        "Sub A()\n    Application.EnableEvents = False\n    Application.Cursor = xlWait\nEnd Sub\n",
    ],
)
def test_code_that_only_fails_in_somebody_s_excel_is_caught(code: str) -> None:
    assert len(list(misuses(code))) == 1
