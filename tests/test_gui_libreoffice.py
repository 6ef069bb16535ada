"""What a person does with the mouse: the menu and the toolbar, on a book that is open in a window."""

from __future__ import annotations

from pathlib import Path

import pytest

from targetcal_xl.excel import BUTTONS
from targetcal_xl.libreoffice import install
from tests.support.desks import submitted
from tests.support.screen import screen
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
