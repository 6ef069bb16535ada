"""The pages in a real browser: on a telephone and a desk, by day and by night, with eyes and without."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import dashboard, new
from targetcal_xl.language import LANGUAGES
from tests.support import desks
from tests.support.browser import EVERYBODY, visit
from tests.support.desks import Case


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    case = desks.locked(folder)
    case.clock.advance(days=8)
    case.run(dashboard, folder / "page.html", request.param, renews=True)
    return folder / "page.html"


@pytest.mark.parametrize(("page", "width", "dark"), EVERYBODY, indirect=["page"])
def test_the_dashboard_is_for_everybody_and_asks_nobody(width: int, dark: bool, page: Path) -> None:
    seen = visit(page, width=width, dark=dark)
    assert set(seen.asked) == {page.as_uri()}
    assert seen.errors == ()
    assert seen.wide <= width
    assert seen.faults == ()


def test_whoever_has_a_keyboard_only_reaches_every_table_that_is_wider_than_the_screen(page: Path) -> None:
    script = "[...document.querySelectorAll('.wide')].filter(one => one.tabIndex < 0).length"
    assert visit(page, width=800, play=script, axe=False).played == 0


def test_the_box_keeps_the_page_from_being_shown_anew(page: Path) -> None:
    untick = "document.getElementById('renews').click(); sessionStorage.getItem('targetcal-renews')"
    assert visit(page, play=untick, axe=False).played == "no"


def test_nothing_that_people_wrote_runs(tmp_path: Path) -> None:
    evil = '<img src=x onerror=alert(1)><script>document.title="mine"</script>'
    inputs = desks.case_inputs()
    lines = tuple(replace(line, name=f"{k}{evil}") for k, line in enumerate(inputs.plan.lines))
    case = Case(tmp_path, replace(inputs, plan=replace(inputs.plan, lines=lines)))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "en")
    case.run(dashboard, tmp_path / "page.html")
    seen = visit(tmp_path / "page.html", play="document.title", axe=False)
    assert (seen.errors, seen.played) == ((), "Dashboard · 2025Q1")
    assert len(set(seen.asked)) == 1


def test_it_is_printed_on_paper(page: Path, tmp_path: Path) -> None:
    visit(page, paper=tmp_path / "page.pdf", axe=False)
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
