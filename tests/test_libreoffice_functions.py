"""Worksheet functions in a real LibreOffice, with the extension installed as a person installs it."""

from __future__ import annotations

import datetime as dt
import signal
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from defusedxml import ElementTree

from targetcal_xl.buttons import BUTTONS
from targetcal_xl.calibration import Standing, compute_baseline
from targetcal_xl.functions import FUNCTIONS
from targetcal_xl.language import LANGUAGES
from targetcal_xl.libreoffice import build_extension, install, remove, status
from targetcal_xl.libreoffice.bridge import Office, start_office, values
from targetcal_xl.ooxml.cells import column_letters
from targetcal_xl.problems import Refused
from targetcal_xl.workbook import open_book, read, write_book
from tests.support import calc
from tests.support.samples import PERIOD, sample_standing


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    profile = calc.with_extension(tmp_path_factory.mktemp("functions") / "profile 配置")
    with calc.running(profile) as running:
        yield running


@pytest.fixture(scope="module")
def standing() -> Standing:
    return sample_standing()


@pytest.fixture
def authored(standing: Standing, tmp_path: Path) -> Path:
    path = tmp_path / "目标 targets.xlsx"
    write_book(path, standing, "zh-CN", created=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    return path


def _suggestion(path: Path, standing: Standing) -> str:
    """What a person types to have the suggestions of this very book, as Excel spells it."""
    reading = read(open_book(path), standing.inputs, "zh-CN")
    sheets = {"history": "history", "events": "history", "readings": "drivers"}
    sheets |= {"indicators": "settings", "drivers": "settings"}
    ranges = []
    for table, sheet in sheets.items():
        place = reading.places.table(sheet, table)
        last = f"{column_letters(max(place.columns.values()))}{max(place.rows.values())}"
        ranges.append(f"${reading.places.sheet_name(sheet)}.A{place.head - 1}:{last}")
    return ";".join(ranges)


def test_suggestions_are_the_commands_and_follow_the_history(
    office: Office, authored: Path, standing: Standing
) -> None:
    lines = len(standing.inputs.plan.lines)
    reading = read(open_book(authored), standing.inputs, "zh-CN")
    first = reading.places.table("history", "history")
    with calc.document(office, authored) as book:
        book.getSheets().insertNewByName("试算", 0)
        cell, history = calc.sheet(book, "试算"), calc.sheet(book, reading.places.sheet_name("history"))
        call = f'TC_BASELINE("{PERIOD}";{_suggestion(authored, standing)})'
        cell(f"B2:B{lines + 1}").setArrayFormula(f"={call}")
        found = [row[0] for row in cell(f"B2:B{lines + 1}").getDataArray()]
        assert found == standing.baseline.suggested.tolist()

        past = standing.inputs.history
        row, column = next(iter(first.rows.values())), first.columns[str(past.periods[-1])]
        value = history(f"{column_letters(column)}{row}")
        value.setValue(value.getValue() * 2)
        doubled = past.values.copy()
        doubled[0, -1] *= 2
        changed = compute_baseline(replace(standing.inputs, history=replace(past, values=doubled)))
        found = [row[0] for row in cell(f"B2:B{lines + 1}").getDataArray()]
        assert found == changed.suggested.tolist()
        assert found[0] != standing.baseline.suggested[0]


def test_a_saved_formula_has_the_plain_name_and_its_value(
    office: Office, authored: Path, standing: Standing, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.xlsx"
    with calc.document(office, authored) as book:
        book.getSheets().insertNewByName("试算", 0)
        calc.sheet(book, "试算")("A1").setFormula("=TC_DEVIATION(90;100)")
        book.storeToURL(saved.as_uri(), values(FilterName="Calc MS Excel 2007 XML"))
    first = ElementTree.fromstring(zipfile.ZipFile(saved).read("xl/worksheets/sheet1.xml"))
    formula, value = (first.find(f".//{{*}}c[@r='A1']/{{*}}{tag}").text for tag in ("f", "v"))
    assert formula == "TC_DEVIATION(90,100)"
    assert float(value) == pytest.approx(-0.1)
    with calc.document(office, saved) as book:
        assert calc.sheet(book)("A1").getValue() == pytest.approx(-0.1)


def test_error_values_and_reasons_stand_in_cells(office: Office) -> None:
    with calc.document(office) as book:
        cell = calc.sheet(book)
        for at, formula in enumerate(
            ("TC_DEVIATION(1;0)", 'TC_BASELINE("x";A9:B10)', "TC_SPLIT(1.5;A9:A10)")
        ):
            cell(f"A{at + 1}").setFormula(f"={formula}")
        cell("B1").setFormula('=TC_WHY("TC_DEVIATION";1;0)')
        assert [cell(f"A{at}").getString() for at in (1, 2, 3)] == ["#DIV/0!", "#VALUE!", "#NUM!"]
        assert cell("B1").getString().startswith("#DIV/0! suggested: The suggestion is 0")


def test_blank_cells_and_arguments_left_out_are_what_they_are(office: Office) -> None:
    with calc.document(office) as book:
        cell = calc.sheet(book)
        cell("A1").setValue(90)
        for at, formula in enumerate(("(A1;100;)", "(A9;100)", "(A1:A2;100)"), 1):
            cell(f"B{at}:B{at}").setArrayFormula(f"=TC_DEVIATION{formula}")
        assert cell("B1").getValue() == pytest.approx(-0.1)
        assert cell("B2").getString() == ""
        assert cell("B3").getValue() == pytest.approx(-0.1)
        cell("C1").setFormula("=TC_OBJECTION(A1;100;;-1)")
        assert cell("C1").getValue() == 0


def test_every_function_can_be_called(office: Office) -> None:
    with calc.document(office) as book:
        cell = calc.sheet(book)
        for at, name in enumerate(FUNCTIONS, 1):
            cell(f"A{at}").setFormula(f"={name}(1)")
        shown = [cell(f"A{at}").getString() for at, _ in enumerate(FUNCTIONS, 1)]
        assert "#NAME?" not in shown
        assert "Err:511" not in shown


def test_a_server_that_was_killed_is_started_again(office: Office) -> None:
    with calc.document(office) as book:
        cell = calc.sheet(book)
        cell("A2").setValue(90)
        cell("A1").setFormula("=TC_DEVIATION(A2;100)")
        assert cell("A1").getValue() == pytest.approx(-0.1)
        (server,) = calc.servers(office)
        calc.send(server, signal.SIGKILL)
        cell("A2").setValue(80)
        assert cell("A1").getValue() == pytest.approx(-0.2)
        assert calc.servers(office) not in ([], [server])


def test_a_server_that_hangs_costs_one_wait_and_shows_as_an_error_and_the_next_ends_with_libreoffice(
    tmp_path: Path,
) -> None:
    hasty = calc.with_extension(tmp_path / "hasty", patience=1.0, rest=2.5)
    with calc.running(hasty) as office, calc.document(office) as book:
        cell = calc.sheet(book)
        for row in range(1, 51):
            cell(f"A{row}").setFormula("=TC_DEVIATION(B1;100)")
        cell("C1").setFormula('=TC_WHY("TC_DEVIATION";B1;100)')
        cell("B1").setValue(60)
        assert calc.shows(book, "A50", -0.4)
        (server,) = calc.servers(office)
        calc.send(server, signal.SIGSTOP)
        cell("B1").setValue(70)
        # A second one that is asked would be a new server, which answers.
        assert {cell(f"A{row}").getString() for row in range(1, 51)} == {"#N/A"}
        assert "does not answer" in cell("C1").getString()
        assert calc.gone(server)
        cell("B1").setValue(75)
        assert calc.shows(book, "A50", -0.25)
        (server,) = calc.servers(office)
    assert calc.gone(server)


def test_installing_again_removing_and_looking(tmp_path: Path) -> None:
    assert status(tmp_path / "no profile").installed == ""
    place = calc.with_extension(tmp_path / "profile")
    first, again = status(place), install("zh-CN", place)
    assert first.installed == again.installed != ""
    with calc.running(place) as office, calc.document(office) as book:
        calc.sheet(book)("A1").setFormula("=TC_DEVIATION(90;100)")
        assert calc.sheet(book)("A1").getValue() == pytest.approx(-0.1)
    assert remove(place).installed == ""
    assert remove(place).installed == ""
    with calc.running(place) as office, calc.document(office) as book:
        calc.sheet(book)("A1").setFormula("=TC_DEVIATION(90;100)")
        assert calc.sheet(book)("A1").getString() == "#NAME?"


@pytest.mark.parametrize(("deaths", "codes"), [(1, []), (2, ["office_ended"])])
def test_a_libreoffice_that_ends_at_its_extensions_is_started_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deaths: int, codes: list[str]
) -> None:
    started: list[Office] = []

    def start(profile: Path) -> Office:
        started.append(office := start_office(profile))
        if len(started) <= deaths:
            calc.kill(office)
        return office

    monkeypatch.setattr(import_module("targetcal_xl.libreoffice.install"), "start_office", start)
    place = tmp_path / "profile"
    try:
        found = install("en", place).problems
    except Refused as refused:
        found = refused.problems
    assert [problem.code for problem in found] == codes
    assert len(started) == 2
    assert bool(status(place).installed) is not bool(codes)


def test_a_python_that_is_gone_is_found_out(tmp_path: Path) -> None:
    place = calc.with_extension(tmp_path / "profile", python="no-such-python")
    assert [problem.code for problem in status(place).problems] == ["office_python"]
    with calc.running(place) as office, calc.document(office) as book:
        cell = calc.sheet(book)
        cell("A1").setFormula("=TC_DEVIATION(90;100)")
        assert cell("A1").getString() == "#N/A"


def test_a_python_in_a_folder_of_any_name_is_found_and_computes(tmp_path: Path) -> None:
    python = tmp_path / "目标 校准" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', "utf-8")
    python.chmod(0o755)
    place = calc.with_extension(tmp_path / "profile", python=str(python))
    assert (status(place).python, status(place).problems) == (str(python), ())
    with calc.running(place) as office, calc.document(office) as book:
        cell = calc.sheet(book)
        cell("A1").setFormula("=TC_DEVIATION(90;100)")
        assert cell("A1").getValue() == pytest.approx(-0.1)


def test_two_builds_of_the_extension_are_alike(tmp_path: Path) -> None:
    for name in ("one", "two"):
        build_extension(tmp_path / name, "en")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_menu_and_toolbar_have_every_button_in_both_languages(tmp_path: Path) -> None:
    build_extension(tmp_path / "e.oxt", "en")
    root = ElementTree.fromstring(zipfile.ZipFile(tmp_path / "e.oxt").read("Addons.xcu"))
    said = [value.text for value in root.iter("value")]
    for button in BUTTONS:
        assert said.count(f"targetcal.command:{button.code}") == 2
        for language in LANGUAGES:
            assert said.count(button.caption(language)) >= 2
    assert all(said)
