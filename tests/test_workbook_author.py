"""A new workbook: what is in it, who may write where, and how it helps without a macro."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import Cell as FoundCell
from openpyxl.worksheet.worksheet import Worksheet

from targetcal_xl.calibration.vocabulary import MetricKind
from targetcal_xl.language import LANGUAGES, text
from targetcal_xl.workbook import entered, open_book, read, region_sheet, write_book
from targetcal_xl.workbook.captions import caption
from targetcal_xl.workbook.layout import default_places
from targetcal_xl.workbook.places import Places
from targetcal_xl.workbook.shapes import Owner
from tests.support.samples import sample_standing, scaled_standing

_STANDING = sample_standing()
_CREATED = dt.datetime(2025, 1, 2, tzinfo=dt.UTC)
_R1 = region_sheet("R1")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def path(language: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new workbook."""
    path = tmp_path_factory.mktemp("author") / "targets.xlsx"
    write_book(path, _STANDING, language, created=_CREATED)
    return path


@pytest.fixture(scope="module")
def places(language: str) -> Places:
    return default_places(_STANDING.inputs, language)


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    """The same as openpyxl sees it."""
    return openpyxl.load_workbook(path)


def _cell(book: openpyxl.Workbook, places: Places, row: str, column: str) -> FoundCell:
    found = book[places.tabs[_R1]].cell(*places.spot(_R1, "lines", row, column))
    assert isinstance(found, FoundCell)
    return found


def _conditions(sheet: Worksheet, at: str) -> Iterator[str]:
    for area in sheet.conditional_formatting:
        if at in area:
            yield from (formula for rule in area.rules for formula in rule.formula)


def test_it_holds_finance_s_inputs_and_nothing_that_nobody_said(path: Path, language: str) -> None:
    assert read(open_book(path), _STANDING.inputs, language).values == entered(_STANDING.inputs)


def test_equal_plans_make_equal_bytes(path: Path, language: str, tmp_path: Path) -> None:
    write_book(tmp_path / "again.xlsx", sample_standing(), language, created=_CREATED)
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_people_may_write_in_their_own_cells_and_nowhere_else(
    book: openpyxl.Workbook, places: Places
) -> None:
    owners = (Owner.MANAGER, Owner.FINANCE)  # the superior's open with the lock, but for their messages
    for sheet in places.sheets.values():
        page = book[places.tabs[sheet.code]]
        assert page.protection.sheet and page.protection.password is None
        own = {field.spot for field in sheet.fields if field.owner in owners}
        for table in sheet.tables:
            place = places.table(sheet.code, table.code)
            mine = (c for c in table.columns if c.owner in owners or c.kind == "message")
            columns = [place.columns[c.code] for c in mine]
            own |= {(row, at) for row in place.rows.values() for at in columns}
        cells = [cell for row in page.iter_rows() for cell in row if isinstance(cell, FoundCell)]
        assert {(c.row, c.column) for c in cells if not c.protection.locked} == own, sheet.code


def test_cells_of_one_owner_look_alike_and_unlike_the_others(book: openpyxl.Workbook, places: Places) -> None:
    columns = {column.code: column.owner for column in places.sheets[_R1].table("lines").columns}
    fills: dict[Owner, set[str]] = {}
    for code, owner in columns.items():
        fills.setdefault(owner, set()).add(str(_cell(book, places, "R1-1", code).fill.fgColor.rgb))
    assert all(len(colours) == 1 for colours in fills.values())
    assert len({next(iter(fills[owner])) for owner in (Owner.MANAGER, Owner.SUPERIOR, Owner.TOOL)}) == 3


def test_codes_are_out_of_sight_and_captions_in_it(
    book: openpyxl.Workbook, places: Places, language: str
) -> None:
    for code, tab in places.tabs.items():
        page = book[tab]
        assert page.row_dimensions[1].hidden and page.column_dimensions["A"].hidden
        assert not page.sheet_view.showGridLines
        for table in places.sheets[code].tables:
            row = places.table(code, table.code).head
            assert page.row_dimensions[row - 1].hidden
            assert bool(page.row_dimensions[row].hidden) == table.hidden
    head = places.table(_R1, "lines")
    shown = book[places.tabs[_R1]].cell(head.head, head.columns["basis"]).value
    assert shown == text("workbook.column.basis", language)


def test_only_what_can_be_meant_can_be_typed(book: openpyxl.Workbook, places: Places, language: str) -> None:
    rules = {str(rule.sqref): rule for rule in book[places.tabs[_R1]].data_validations.dataValidation}
    areas = {column: _area(places, column) for column in ("declared", "decision", "basis")}
    declared = rules[areas["declared"]]
    assert declared.type == "custom" and len(declared.formula1) <= 255
    decisions = ",".join(caption(code, language) for code in ("accept", "counter", "return"))
    assert rules[areas["decision"]].formula1 == f'"{decisions}"'
    assert rules[areas["basis"]].prompt == text("workbook.prompt.basis", language)


@pytest.mark.parametrize("is_share", [True, False])
def test_only_who_declares_a_share_is_told_how_one_is_written(
    tmp_path: Path, language: str, is_share: bool
) -> None:
    kind: MetricKind = "ratio" if is_share else "mean"
    standing = scaled_standing(0.001, 0.001, kind)
    write_book(tmp_path / "targets.xlsx", standing, language, created=_CREATED)
    book = openpyxl.load_workbook(tmp_path / "targets.xlsx")
    rules = [rule for page in book for rule in page.data_validations.dataValidation]
    asked = [rule.prompt for rule in rules if rule.promptTitle == text("workbook.column.declared", language)]
    assert len(asked) == len(standing.inputs.plan.regions)
    assert {"0.946" in str(prompt) for prompt in asked} == {is_share}


def _area(places: Places, column: str) -> str:
    place = places.table(_R1, "lines")
    letter = openpyxl.utils.get_column_letter(place.columns[column])
    return f"{letter}{min(place.rows.values())}:{letter}{max(place.rows.values())}"


def test_a_missing_reason_an_objection_and_a_sealed_tab_are_told_by_colour(
    book: openpyxl.Workbook, places: Places, language: str
) -> None:
    page = book[places.tabs[_R1]]
    basis, flag = (_cell(book, places, "R1-2", code).coordinate for code in ("basis", "flag"))
    assert any(text("workbook.column.basis", language) in said for said in _conditions(page, basis))
    assert any(caption("returned", language) in said for said in _conditions(page, basis))
    assert any(text("workbook.flag.objection", language) in said for said in _conditions(page, flag))


_A4 = {"landscape": (11.69 - 0.8) * 96, "portrait": (8.27 - 0.8) * 96}
"""Pixels side by side on A4."""


def _printed(page: Worksheet) -> list[tuple[int, int]]:
    """The first and last column of each area that is printed."""
    if not page.print_area:
        return [(2, int(page.max_column))]
    areas = (area.rpartition("!")[2].replace("$", "") for area in page.print_area.split(","))
    ends = map(openpyxl.utils.range_boundaries, areas)
    return [(int(left), int(right)) for left, _, right, _ in ends]


def _width(page: Worksheet, at: int) -> float:
    """A column's width in pixels; widths of equal neighbours are kept once."""
    for one in page.column_dimensions.values():
        if one.min and one.min <= at <= one.max and one.width:
            return float(one.width * 7)
    return 64.0


def test_every_sheet_goes_on_a4_large_enough_to_read_with_a_footer(
    book: openpyxl.Workbook, places: Places
) -> None:
    for code, tab in places.tabs.items():
        page = book[tab]
        across = "portrait" if code == "guide" else "landscape"
        assert (page.page_setup.orientation, page.page_setup.paperSize) == (across, 9)
        fits = bool(page.sheet_properties.pageSetUpPr and page.sheet_properties.pageSetUpPr.fitToPage)
        wide = max(sum(_width(page, at) for at in range(left, right + 1)) for left, right in _printed(page))
        assert wide <= _A4[across] / 0.6 if fits else page.page_setup.scale >= 60
        assert page.print_area or code in ("letters", "audit")
        assert page.oddFooter.right.text
    assert len(book[places.tabs["guide"]].row_breaks.brk) == 3
    assert book[places.tabs[_R1]].freeze_panes is not None
    assert book[places.tabs["audit"]].print_title_rows


def test_its_charts_draw_from_the_cells_of_their_own_sheet(path: Path, places: Places) -> None:
    with zipfile.ZipFile(path) as package:
        charts = [package.read(name).decode() for name in package.namelist() if "/charts/chart" in name]
    tabs = {code: tab for code, tab in places.tabs.items() if code.startswith("region:")}
    drawn = [set(re.findall(r"<c:f>'?([^'!<]+)'?!", chart)) for chart in charts]
    assert all(len(sheets) == 1 for sheets in drawn)
    owners = sorted(sheets.pop() for sheets in drawn)
    codes = ("dashboard", "dashboard", "progress", "progress", "evaluation", "evaluation", "backtest")
    whole = [places.tabs[code] for code in codes]  # the path is on the dashboard as well
    assert owners == sorted([*tabs.values(), *tabs.values(), *whole])


def test_charts_of_many_regions_show_the_largest_and_a_cloud(tmp_path: Path) -> None:
    many = sample_standing((1,) * 60, periods=5)
    write_book(tmp_path / "many.xlsx", many, "en", created=_CREATED)
    with zipfile.ZipFile(tmp_path / "many.xlsx") as package:
        charts = [package.read(name).decode() for name in package.namelist() if "/charts/chart" in name]
    [cloud] = [chart for chart in charts if "<c:scatterChart>" in chart]
    assert cloud.count("<c:ser>") == 1
    [largest] = [chart for chart in charts if "The 20 largest of 60 regions" in chart]
    drawn = {int(row) - 1 for row in re.findall(r"\$B\$(\d+)", largest)}
    regions = default_places(many.inputs, "en").table("dashboard", "regions")
    suggested = many.baseline.suggested
    wanted = sorted(range(60), key=lambda place: suggested[place], reverse=True)[:20]
    assert drawn == {regions.rows[many.inputs.plan.regions[place].code] - 1 for place in wanted}


def test_every_role_has_its_page_in_the_guide(book: openpyxl.Workbook, places: Places, language: str) -> None:
    said = [str(cell.value) for row in book[places.tabs["guide"]].iter_rows() for cell in row if cell.value]
    for role in ("manager", "superior", "finance", "hr"):
        assert text(f"workbook.guide.{role}", language) in said
        assert set(text(f"workbook.guide.{role}.steps", language, step="1").splitlines()) <= set(said)
