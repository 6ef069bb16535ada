"""The macros of a workbook: every button runs its own action, in text that any Excel reads."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pyopenvba.apps.excel import ExcelApplication

from targetcal_xl.actions import new, repair, verify
from targetcal_xl.buttons import BUTTONS, macros, press
from targetcal_xl.buttons.caller import typed_in_hex
from targetcal_xl.buttons.wrappers import functions_module
from targetcal_xl.desk import Desk
from targetcal_xl.functions import FUNCTIONS
from targetcal_xl.language import LANGUAGES, text
from targetcal_xl.ooxml import Cell
from targetcal_xl.problems import Refused
from targetcal_xl.workbook import BUTTONS_TAB, open_book
from tests.support import desks
from tests.support.books import parts_of
from tests.support.desks import Case
from tests.support.exploring import few
from tests.support.macros import CANCEL, ECHO, ON_WINDOWS, book_with, run_in_office, stubbed
from tests.support.recalculated import differences
from tests.support.samples import sample_inputs
from tests.support.validator import sound

_SAFELY = "import sys; sys.path[:] = filter(None, sys.path); "
_COMMAND = re.compile(
    rf"{re.escape(_SAFELY)}from targetcal_xl\.excel import pressed; "
    r"pressed\('(\w+)', '([\w-]+)', '([\w=,]*)'\)"
)


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def path(language: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return book_with(macros(language), tmp_path_factory.mktemp("macros") / "plan.xlsm", language)


def _expected(code: str, language: str) -> dict[str, str]:
    """What a button asks when every question is answered with itself."""
    (button,) = (each for each in BUTTONS if each.code == code)
    return {
        ask.code: f"{ask.kind}|{ask.question(language)}|{button.caption(language)}" for ask in button.asks
    }


@pytest.mark.parametrize("language", few(LANGUAGES, {"zh-CN"}), indirect=True)
def test_a_workbook_with_macros_is_sound(path: Path) -> None:
    assert sound(path)


@pytest.mark.parametrize("language", few(LANGUAGES, {"en"}), indirect=True)
def test_libreoffice_opens_it_and_comes_to_the_values_in_its_cells(path: Path) -> None:
    assert differences([path]) == []


def test_two_builds_are_the_same_bytes(path: Path, language: str, tmp_path: Path) -> None:
    again = book_with(macros(language), tmp_path / "again.xlsm", language)
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("language", few(LANGUAGES, {"zh-CN"}), indirect=True)
def test_a_click_on_each_sheet_button_runs_its_own_action_in_libreoffice(
    language: str, tmp_path: Path
) -> None:
    book = book_with(stubbed(language, TargetCalQuestions=ECHO), tmp_path / "book.xlsm", language)
    said = run_in_office(book, [f"click {number}" for number in range(len(BUTTONS))])
    for button, command in zip(BUTTONS, said, strict=True):
        found = _COMMAND.fullmatch(command)
        assert found is not None and found[1] == button.code and found[2] == language
        assert typed_in_hex(found[3]) == _expected(button.code, language)


@pytest.mark.parametrize("language", few(LANGUAGES, {"en"}), indirect=True)
def test_every_ribbon_button_runs_the_action_it_is_named_after(language: str, tmp_path: Path) -> None:
    book = book_with(stubbed(language, TargetCalQuestions=ECHO), tmp_path / "book.xlsm", language)
    buttons = list(_ribbon_buttons(macros(language).ribbon))
    said = run_in_office(book, [f"TargetCalButtons.{button.attrib['onAction']}" for button in buttons])
    for button, command in zip(buttons, said, strict=True):
        found = _COMMAND.fullmatch(command)
        assert found is not None and f"targetcal.{found[1]}" == button.attrib["id"]


@pytest.mark.parametrize("language", few(LANGUAGES, {"zh-CN"}), indirect=True)
def test_another_reader_of_vba_compiles_our_modules_and_runs_the_same(language: str, tmp_path: Path) -> None:
    book = book_with(
        stubbed(language, TargetCal=ON_WINDOWS, TargetCalQuestions=ECHO), tmp_path / "book.xlsm", language
    )
    office = ExcelApplication.open(book)
    for button in BUTTONS:
        office.run(f"Press_{button.code}")
        found = _COMMAND.fullmatch(str(office.sheet("xlwings.conf").value("D1")))
        assert found is not None and found[1] == button.code
        assert typed_in_hex(found[3]) == _expected(button.code, language)


def _ribbon_buttons(ribbon: str) -> Iterator[ElementTree.Element]:
    return ElementTree.fromstring(ribbon).iter("{http://schemas.microsoft.com/office/2009/07/customui}button")


def test_nothing_is_run_when_a_question_is_cancelled(tmp_path: Path) -> None:
    book = book_with(stubbed(TargetCalQuestions=CANCEL), tmp_path / "book.xlsm")
    asking = [f"TargetCalButtons.Press_{button.code}" for button in BUTTONS if button.asks]
    assert set(run_in_office(book, asking)) == {""}


def test_an_answer_in_any_script_reaches_python(tmp_path: Path) -> None:
    said = "𠮷 & '\"; import os | 50 % ^ \\ é"
    vba = "".join(f"ChrW({int.from_bytes(pair, 'big')}) & " for pair in _units(said))
    answer = ECHO.replace('kind & "|" & question & "|" & caption', f'{vba}""')
    book = book_with(stubbed(TargetCalQuestions=answer), tmp_path / "book.xlsm")
    (command,) = run_in_office(book, ["TargetCalButtons.Press_unlock"])
    found = _COMMAND.fullmatch(command)
    assert found is not None and typed_in_hex(found[3]) == {"region": said, "reason": said}


def _units(said: str) -> Iterator[bytes]:
    raw = said.encode("utf-16-be")
    return (raw[at : at + 2] for at in range(0, len(raw), 2))


class _Excel:
    """An open workbook, as far as a pressed button asks: its program shows a message."""

    def __init__(self) -> None:
        self.app, self.shown = self, list[tuple[str, str]]()

    def alert(self, prompt: str, title: str) -> None:
        self.shown.append((title, prompt))


def test_what_a_macro_has_python_do_runs_the_action_and_shows_what_came_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    excel, case = _Excel(), desks.locked(tmp_path)
    said = {"region": "R1", "reason": "数字有误 & 'quoted' \"too\""}
    hexed = "".join(f"{code}={words.encode('utf-16-be').hex().upper()}," for code, words in said.items())
    command = f"{_SAFELY}from targetcal_xl.excel import pressed; pressed('unlock', 'zh-CN', '{hexed}')"
    assert _COMMAND.fullmatch(command)
    asked: dict[str, object] = {}

    def sit(book: object, *, actor: str, **more: object) -> AbstractContextManager[Desk]:
        asked.update(more, book=book, actor=actor)
        return case.desk(actor)

    monkeypatch.setattr("xlwings.Book.caller", lambda: excel)
    monkeypatch.setattr("targetcal_xl.buttons.caller.open_live_desk", sit)
    monkeypatch.setenv("TARGETCAL_USER", "林静")
    monkeypatch.setattr(sys, "path", [*sys.path])
    exec(command)
    ((title, prompt),) = excel.shown
    assert title == "解锁" and "重新开放" in prompt
    assert (asked["book"], asked["actor"], asked["language"]) == (excel, "林静", "zh-CN")
    (entry,) = case.entries("unlock", "state")
    assert entry.reason == said["reason"]


def _functions_without_caller() -> str:
    """Our wrappers, less what LibreOffice does not know: the cell that a function is called from."""
    code = functions_module("zh-CN").replace("TypeOf Application.Caller Is Range", "False")
    return code.replace("Application.Caller", "ThisWorkbook")


def test_every_worksheet_function_hands_all_its_cells_to_python_on_windows(tmp_path: Path) -> None:
    held = stubbed(TargetCal=ON_WINDOWS, TargetCalFunctions=_functions_without_caller())
    needed = {f.name: sum(not argument.optional for argument in f.arguments) for f in FUNCTIONS.values()}
    formulas = [f"={name}({';'.join('7' * count)})" for name, count in needed.items()]
    assert run_in_office(book_with(held, tmp_path / "book.xlsm"), formulas) == [
        f"targetcal_xl.excel.functions.{f.name} of {len(f.arguments)}" for f in FUNCTIONS.values()
    ]


def test_elsewhere_a_worksheet_function_asks_nobody(tmp_path: Path) -> None:
    held = stubbed(TargetCalFunctions=_functions_without_caller())
    assert run_in_office(book_with(held, tmp_path / "book.xlsm"), ["=TC_DEVIATION(90;100)"]) == ["Error 2042"]


def test_elsewhere_the_function_that_says_why_says_it(tmp_path: Path) -> None:
    held = stubbed(TargetCalFunctions=_functions_without_caller())
    (said,) = run_in_office(book_with(held, tmp_path / "book.xlsm"), ['=TC_WHY("TC_DEVIATION")'])
    assert said == text("excel.not_on_windows", "zh-CN")


_FOREIGN = {
    "beside": ('GetDirectoryConfigFilePath = "xlwings.conf"', 'GetDirectoryConfigFilePath = "/"'),
    "unset": ('"/somewhere\\python"', '"python"'),
}


@pytest.mark.parametrize("code", _FOREIGN)
def test_python_is_not_started_where_something_else_might_be(code: str, tmp_path: Path) -> None:
    held = stubbed(TargetCal=ON_WINDOWS, TargetCalFunctions=_functions_without_caller())
    before, after = _FOREIGN[code]
    said = [replace(one, text=one.text.replace(before, after)) for one in held.modules]
    assert said != list(held.modules)
    book = book_with(replace(held, modules=tuple(said)), tmp_path / "book.xlsm")
    told = run_in_office(book, ["TargetCalButtons.Press_check", "=TC_DEVIATION(90;100)"])
    assert told == [text(f"excel.{code}", "en")] * 2


_PROBE = """
Public Sub Probe()
    Dim sheet As Object
    For Each sheet In ThisWorkbook.Worksheets
        If Left(CStr(sheet.Range("A1").Value), Len("$mark")) = "$mark" Then
            sheet.Activate
            Exit For
        End If
    Next sheet
    ThisWorkbook.Worksheets("xlwings.conf").Range("D1").Value = "of " & Suggestion("region")
End Sub
"""


@pytest.mark.parametrize(("mark", "suggested"), [("sheet:region:R2", "of R2"), ("sheet:dashboard", "of ")])
def test_the_region_of_the_open_tab_is_suggested(mark: str, suggested: str, tmp_path: Path) -> None:
    asking = next(one.text for one in macros("en").modules if one.name == "TargetCalQuestions")
    held = stubbed(TargetCalQuestions=asking + _PROBE.replace("$mark", mark))
    assert run_in_office(book_with(held, tmp_path / "book.xlsm"), ["TargetCalQuestions.Probe"]) == [suggested]


def test_every_button_of_the_table_is_on_the_ribbon_and_on_the_dashboard(path: Path, language: str) -> None:
    parts = parts_of(path)
    ribbon = list(_ribbon_buttons(parts["customUI/customUI14.xml"].decode()))
    assert [button.attrib["label"] for button in ribbon] == [each.caption(language) for each in BUTTONS]
    assert [button.attrib["supertip"] for button in ribbon] == [each.tip(language) for each in BUTTONS]
    drawing = parts["xl/drawings/vmlDrawing1.vml"].decode()
    assert re.findall(r"<x:FmlaMacro>\[0\]!Press_(\w+)</x:FmlaMacro>", drawing) == [b.code for b in BUTTONS]
    assert re.findall(r"<font [^>]*>(.*?)</font>", drawing) == [each.caption(language) for each in BUTTONS]


def test_our_vba_is_ascii_in_lines_that_the_editor_takes(language: str) -> None:
    for module in macros(language).modules:
        assert module.source.isascii()
        assert max(map(len, module.source.splitlines())) <= 1023


def test_our_own_modules_have_no_conditional_compilation() -> None:
    ours = [module for module in macros("en").modules if module.name not in ("xlwings", "Dictionary")]
    assert not any(re.search(r"^\s*#", module.source, re.MULTILINE) for module in ours)


def test_the_licences_of_what_is_built_in_stay_with_it() -> None:
    held = {module.name: module.source for module in macros("en").modules}
    assert "Copyright (C) 2014-present, Zoomer Analytics LLC." in held["xlwings"]
    assert "'Redistributions of source code must" in held["xlwings"].replace("* ", "")
    assert "@license: MIT" in held["Dictionary"]


def _after_confirming(folder: Path) -> dict[str, dict[str, str]]:
    """Button -> what is answered, for all that follows the negotiation."""
    (folder / "actuals.csv").write_text("date,line,value\n2025-01-10,R1-1,3\n", "utf-8")
    (folder / "answers.csv").write_text("region,score\n" + "R1,4\nR2,5\n" * 6, "utf-8")
    return {
        "letters": {"out": "letters"},
        "follow": {"actuals": "actuals.csv"},
        "survey": {"responses": "answers.csv"},
        "evaluate": {},
        "live": {},
        "frozen": {},
        "recalibrate": {"reason": "restated"},
        "unlock": {"region": "R1", "reason": "a number was wrong"},
        "repair": {},
    }


def test_every_action_leaves_the_macros_as_they_are(tmp_path: Path) -> None:
    case = Case(tmp_path, sample_inputs((2, 1)), book="targets.xlsm")
    stages = desks.play(case)
    next(stages)
    before = parts_of(case.path)
    assert list(stages)[-1] == "confirmed"
    for code, typed in _after_confirming(case.folder).items():
        told = press(code, typed, "en", desks.FINANCE, case.desk)
        assert "✗" not in told, told
    proof = case.run(verify)
    assert proof.verified and proof.notes == ()
    assert sound(case.path)
    kept = ("xl/vbaProject.bin", "customUI/customUI14.xml", "xl/drawings/vmlDrawing1.vml", "_rels/.rels")
    assert [parts_of(case.path)[name] for name in kept] == [before[name] for name in kept]


def test_a_tab_for_buttons_that_says_something_else_is_noted(tmp_path: Path) -> None:
    """It could have them start another program."""
    case = Case(tmp_path, sample_inputs((2, 1)), book="targets.xlsm")
    desks.begin(case)
    book = open_book(case.path)
    book.set(BUTTONS_TAB, {(3, 1): Cell("INTERPRETER_WIN"), (3, 2): Cell("evil.exe")})
    book.save()
    assert [problem.where for problem in case.run(verify).notes] == [BUTTONS_TAB]


def test_a_lost_workbook_with_macros_is_written_anew_with_them(tmp_path: Path) -> None:
    case = Case(tmp_path, sample_inputs((2, 1)), book="targets.XLSM")
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "en")
    before = parts_of(case.path)["xl/vbaProject.bin"]
    case.path.unlink()
    case.run(repair)
    assert parts_of(case.path)["xl/vbaProject.bin"] == before


def test_a_workbook_for_managers_has_no_macros(tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    assert not {"xl/vbaProject.bin", "customUI/customUI14.xml"} & set(parts_of(case.path))


def test_a_workbook_of_another_kind_is_refused(tmp_path: Path) -> None:
    case = Case(tmp_path, sample_inputs((2, 1)), book="targets.xls")
    with case.desk(create=True) as desk, pytest.raises(Refused) as refused:
        new(desk, case.inputs, "en")
    assert [problem.code for problem in refused.value.problems] == ["book_suffix"]
    assert not case.path.exists()
