"""What a person does with the mouse: menu, toolbar and sheet buttons of a book that is open in a window."""

from __future__ import annotations

from pathlib import Path

import pytest

from targetcal_xl.buttons import BUTTONS
from targetcal_xl.language import LANGUAGES
from targetcal_xl.libreoffice import install
from targetcal_xl.workbook import write_book
from targetcal_xl.workbook.layout import default_places
from targetcal_xl.workbook.shapes import region_sheet
from tests.support.clock import Clock
from tests.support.desks import submitted
from tests.support.macros import ECHO, allowing_macros, book_with, stubbed
from tests.support.samples import sample_standing
from tests.support.screen import screen, waited
from tests.support.source import ROOT

pytestmark = pytest.mark.gui
PICTURES = ROOT / "docs" / "pictures"


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("profile")
    install("en", place)
    return place


def test_a_click_in_the_menu_checks_the_open_book(profile: Path, tmp_path: Path) -> None:
    case = submitted(tmp_path)
    with screen(profile, case.path) as shown:
        shown.click("Target calibration")
        shown.picture(PICTURES / "libreoffice-menu.png")
        shown.press("Escape")
        shown.choose("Target calibration", [button.code for button in BUTTONS].index("check"))
        shown.click("Run")
        assert "No problems" in shown.read("No problems")
        shown.click("OK")


def test_a_click_on_the_toolbar_locks_what_was_submitted(profile: Path, tmp_path: Path) -> None:
    case = submitted(tmp_path)
    with screen(profile, case.path) as shown:
        shown.click("Lock")
        shown.click("Run")
        assert "locked and sealed" in shown.read("locked and sealed")
        shown.picture(PICTURES / "libreoffice-locked.png")
        shown.click("OK")
    assert case.value("R1", None, "state") == "locked"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_small_screen_shows_all_that_a_manager_works_with(
    language: str, profile: Path, tmp_path: Path
) -> None:
    standing = sample_standing()
    write_book(path := tmp_path / "targets.xlsx", standing, language, created=Clock().now)
    places = default_places(standing.inputs, language)
    tab = region_sheet("R1")
    with screen(profile, path, (1366, 768)) as shown:
        book = shown.office.desktop.getCurrentComponent()
        controller = book.getCurrentController()
        controller.setActiveSheet(book.getSheets().getByName(places.tabs[tab]))
        panes = [controller.getByIndex(at).getVisibleRange() for at in range(controller.getCount())]
        _, risk = places.spot(tab, "lines", "R1-1", "risk")
        assert max(pane.EndColumn for pane in panes) + 1 >= risk


def test_a_click_on_a_sheet_button_starts_what_it_names(tmp_path: Path) -> None:
    path = book_with(stubbed("en", TargetCalQuestions=ECHO), tmp_path / "targets.xlsm", "en")
    with screen(allowing_macros(), path) as shown:
        book = shown.office.desktop.getCurrentComponent()
        book.getCurrentController().setActiveSheet(book.getSheets().getByIndex(1))
        shown.click("Recalibrate")
        noted = book.getSheets().getByName("xlwings.conf").getCellRangeByName("D1")
        assert "recalibrate" in waited(noted.getString, "what the macro asks of Python")
