"""Everything in a workbook has a code, and is found by it wherever people have moved it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import SUPPORT_ITEM, Group, Limits, Value, is_support
from targetcal_xl.language import LANGUAGES
from targetcal_xl.ooxml import Cell, Spot
from targetcal_xl.workbook import Book, open_book, write_book
from targetcal_xl.workbook.captions import CHOICES, caption, line_captions, meant, shown, tab_names
from targetcal_xl.workbook.finding import find_places
from targetcal_xl.workbook.layout import default_places, layout
from targetcal_xl.workbook.places import Lost, Places
from targetcal_xl.workbook.shapes import Kind, name_of, region_sheet
from tests.support.samples import sample_inputs, sample_standing

_INPUTS = sample_inputs()
_TAB = "华东大区"
_CREATED = dt.datetime(2025, 1, 2, tzinfo=dt.UTC)
_LINES = default_places(_INPUTS, "zh-CN").table(region_sheet("R1"), "lines")


@dataclass
class _Book:
    """As much of a book as finding takes."""

    grids: dict[str, dict[Spot, Cell]]
    names: dict[str, tuple[str, Spot]]
    path: Path = field(default=Path("book.xlsx"))

    hidden: frozenset[str] = frozenset()

    @property
    def sheets(self) -> tuple[str, ...]:
        return tuple(self.grids)

    def grid(self, sheet: str) -> Mapping[Spot, Cell]:
        return self.grids[sheet]

    def rename(self, old: str, new: str) -> None:
        self.grids = {new if tab == old else tab: grid for tab, grid in self.grids.items()}
        self.names = {n: (new if tab == old else tab, spot) for n, (tab, spot) in self.names.items()}

    def insert(self, row: int, column: int, count: int) -> None:
        """Put empty rows above a row and empty columns left of a column of the tab, as people do."""

        def moved(spot: Spot) -> Spot:
            return spot[0] + count * (spot[0] >= row), spot[1] + count * (spot[1] >= column)

        self.grids[_TAB] = {moved(spot): cell for spot, cell in self.grids[_TAB].items()}
        self.names = {n: (tab, moved(at) if tab == _TAB else at) for n, (tab, at) in self.names.items()}

    def swap(self, one: int, other: int) -> None:
        """Change the places of two rows of the tab."""
        rows = {one: other, other: one}
        self.grids[_TAB] = {(rows.get(r, r), c): cell for (r, c), cell in self.grids[_TAB].items()}


@pytest.fixture(scope="module", params=LANGUAGES)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A new workbook and its language."""
    path = tmp_path_factory.mktemp("book") / "targets.xlsx"
    write_book(path, sample_standing(), request.param, created=_CREATED)
    return path, request.param


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> _Book:
    """A new workbook, in memory."""
    path = tmp_path_factory.mktemp("book") / "targets.xlsx"
    write_book(path, sample_standing(), "zh-CN", created=_CREATED)
    book = open_book(path)
    return _Book({tab: dict(book.grid(tab)) for tab in book.sheets}, dict(book.names))


@pytest.fixture
def book(original: _Book) -> _Book:
    """A copy to spoil."""
    return replace(
        original, grids={t: dict(g) for t, g in original.grids.items()}, names=dict(original.names)
    )


def _found(book: _Book) -> tuple[Places, list[tuple[str, str]]]:
    places = find_places(cast(Book, book), _INPUTS, "zh-CN")
    return places, [(problem.code, problem.where) for problem in places.problems]


def test_a_new_workbook_is_found_as_it_was_laid_out(written: tuple[Path, str]) -> None:
    path, language = written
    found, laid_out = find_places(open_book(path), _INPUTS, language), default_places(_INPUTS, language)
    assert found.problems == ()
    assert (found.language, found.tabs, found.fields) == (language, laid_out.tabs, laid_out.fields)
    assert found.tables == laid_out.tables


def test_every_cell_that_people_fill_has_a_key_of_its_own_that_leads_to_it() -> None:
    places = default_places(_INPUTS, "en")
    leads = {
        table.key(row, column.code): (sheet.code, places.spot(sheet.code, table.code, row, column.code))
        for sheet in layout(_INPUTS)
        for table in sheet.tables
        for column in table.columns
        for row in table.rows
        if column.owner.is_person
    }
    cells = list(leads.values())
    assert len(set(cells)) == len(cells) > 200
    assert {key: places.find(key) for key in leads} == leads
    assert places.find(("R1", None, "status")) == places.field("status", "R1")


_CODES = st.sampled_from(
    (
        *("S01", "S02", "E01", "M01", "W01", "P01", "R1", "R2", "HD", "x", "last_year", "part.trend"),
        *("suggested", "allotment", "status", "declared", "line", "coast", "search", "market", "decision"),
    )
)


@given(st.lists(_CODES, min_size=7, max_size=7, unique=True), st.lists(_CODES, min_size=9, max_size=9))
def test_whatever_codes_a_plan_has_no_two_cells_share_a_key(own: list[str], other: list[str]) -> None:
    plan = sample_inputs((2, 1)).plan
    regions = tuple(replace(r, code=code) for r, code in zip(plan.regions, other[:2], strict=True))
    if regions[0].code == regions[1].code:
        return
    home = dict(zip(("R1", "R2"), regions, strict=True))
    lines = tuple(
        replace(line, code=code, region=home[line.region].code, limits=Limits(low=1))
        for line, code in zip(plan.lines, own[:3], strict=True)
    )
    drivers = tuple(replace(d, code=code) for d, code in zip(plan.drivers, own[4:], strict=True))
    named = {d.code: new.code for d, new in zip(plan.drivers, drivers, strict=True)}
    indicators = tuple(replace(item, driver=named[item.driver]) for item in plan.indicators)
    groups = (Group(own[0], "一组", regions[0].code),)
    plan = replace(plan, regions=regions, lines=lines, drivers=drivers, indicators=indicators, groups=groups)
    inputs = replace(sample_inputs((2, 1)), plan=plan)
    keys = [
        (region, row, field)
        for sheet in layout(inputs)
        for region, row, field in (
            *((sheet.region, None, item.code) for item in sheet.fields),
            *(
                table.key(row, column.code)
                for table in sheet.tables
                for row in table.rows
                for column in table.columns
            ),
        )
    ]
    assert len(set(keys)) == len(keys)
    places = default_places(inputs, "en")
    tab = region_sheet(regions[0].code)
    for row, column, table in ((lines[0].code, "declared", "lines"), ("S01", "what", "supports")):
        assert places.find((regions[0].code, row, column)) == (tab, places.spot(tab, table, row, column))
    assert all(is_support(field) == (field in SUPPORT_ITEM) for _, _, field in keys)


def test_no_two_cells_of_a_new_workbook_overlap() -> None:
    places = default_places(_INPUTS, "en")
    for sheet in layout(_INPUTS):
        spots = [field.spot for field in sheet.fields]
        for table in sheet.tables:
            place = places.table(sheet.code, table.code)
            spots += [(row, at) for row in place.rows.values() for at in place.columns.values()]
        assert len(set(spots)) == len(spots), sheet.code


@given(st.integers(2, 40), st.integers(2, 12), st.integers(1, 3))
def test_inserted_rows_and_columns_are_taken_in_stride(
    original: _Book, row: int, column: int, count: int
) -> None:
    book = replace(original, grids=dict(original.grids))
    before, _ = _found(book)
    book.insert(row, column, count)
    after, problems = _found(book)
    assert problems == []
    for key in (("R1", "R1-2", "declared"), ("R1", "S03", "what"), ("R1", None, "submitter")):
        (_, (r, c)), (_, spot) = before.find(key), after.find(key)
        assert spot == (r + count * (r >= row), c + count * (c >= column))


def test_rows_that_were_sorted_are_found(book: _Book) -> None:
    first, second = _LINES.rows["R1-1"], _LINES.rows["R1-2"]
    book.swap(first, second)
    places, problems = _found(book)
    assert places.spot(region_sheet("R1"), "lines", "R1-1", "declared")[0] == second
    assert problems == []


def test_a_deleted_row_is_missed(book: _Book) -> None:
    row = _LINES.rows["R1-2"]
    book.grids[_TAB] = {spot: cell for spot, cell in book.grids[_TAB].items() if spot[0] != row}
    places, problems = _found(book)
    assert [code for code, _ in problems] == ["row_missing"]
    with pytest.raises(Lost):
        places.spot(region_sheet("R1"), "lines", "R1-2", "declared")


def test_a_copied_row_and_an_invented_one_are_not_taken_for_lines(book: _Book) -> None:
    below = max(_LINES.rows.values()) + 1
    book.grids[_TAB] |= {(below, 1): Cell("R1-1"), (below + 1, 1): Cell("R9-9")}
    places, problems = _found(book)
    assert places.table(region_sheet("R1"), "lines") == _LINES
    assert problems == [("row_twice", f"{_TAB}!A{below}"), ("row_unknown", f"{_TAB}!A{below + 1}")]


def test_lost_columns_tables_and_names_are_each_missed(book: _Book) -> None:
    spot = (_LINES.head - 1, _LINES.columns["basis"])
    del book.grids[_TAB][spot], book.names["tc.R1.status"]
    supports = default_places(_INPUTS, "zh-CN").table(region_sheet("R1"), "supports")
    del book.grids[_TAB][supports.head - 1, 1]
    codes = {code for code, _ in _found(book)[1]}
    assert {"column_missing", "table_missing", "field_missing"} <= codes


def test_a_renamed_tab_is_found(book: _Book) -> None:
    book.rename(_TAB, "我的大区")
    places, problems = _found(book)
    assert places.sheet_name(region_sheet("R1")) == "我的大区"
    assert problems == []


def test_a_tab_under_another_s_name_is_named(book: _Book) -> None:
    book.rename(_TAB, "x")
    book.rename("华南大区", _TAB)
    assert _found(book)[1] == [("sheet_misnamed", _TAB)]


def test_a_hidden_tab_is_named_where_a_strange_one_is_seen_instead(book: _Book) -> None:
    book.hidden = frozenset({_TAB})
    assert _found(book)[1] == []
    book.grids[f"{_TAB}!"] = {}
    assert _found(book)[1] == [("sheet_hidden", _TAB)]


@pytest.mark.parametrize("code", ["tc.R2.status", "tc.R1.submitter", "tc.hq_target"])
def test_a_name_that_points_to_another_s_cell_is_named(book: _Book, code: str) -> None:
    book.names[code] = book.names["tc.R1.status"]
    assert _found(book)[1]


def test_a_column_and_a_table_that_stand_twice_are_named(book: _Book) -> None:
    book.grids[_TAB] |= {(_LINES.head - 1, 60): Cell("declared"), (200, 1): Cell("#lines")}
    codes = [code for code, _ in _found(book)[1]]
    assert codes == ["table_twice", "column_twice"]


def test_codes_that_some_program_took_for_numbers_are_still_codes() -> None:
    codes = iter(("001", "1e2", "3.50", *map(str, range(10, 99))))
    lines = tuple(replace(line, code=next(codes)) for line in _INPUTS.plan.lines)
    inputs = replace(_INPUTS, plan=replace(_INPUTS.plan, lines=lines))
    places = default_places(inputs, "zh-CN")
    place, tab = places.table("baseline", "baseline"), places.tabs["baseline"]
    grid = {(1, 1): Cell("sheet:baseline"), (place.head - 1, 1): Cell("#baseline")}
    grid |= {(row, 1): Cell(float(code)) for code, row in place.rows.items()}
    found = find_places(cast(Book, _Book({tab: grid}, {})), inputs, "zh-CN")
    assert found.table("baseline", "baseline").rows == place.rows


def test_of_a_copied_tab_the_first_counts(book: _Book) -> None:
    book.grids[f"{_TAB} (2)"] = dict(book.grids[_TAB])
    places, problems = _found(book)
    assert places.sheet_name(region_sheet("R1")) == _TAB
    assert problems == [("sheet_twice", f"{_TAB} (2)")]


def test_a_deleted_tab_is_missed(book: _Book) -> None:
    del book.grids[_TAB]
    book.names = {name: at for name, at in book.names.items() if at[0] != _TAB}
    places, problems = _found(book)
    assert [code for code, _ in problems] == ["sheet_missing"]
    assert region_sheet("R1") not in places.tabs


@given(st.lists(st.text(min_size=1, max_size=40), min_size=3, max_size=3))
def test_whatever_regions_are_called_their_tabs_have_names_that_excel_takes(names: list[str]) -> None:
    regions = tuple(replace(r, name=n) for r, n in zip(_INPUTS.plan.regions, names, strict=True))
    tabs = list(tab_names(replace(_INPUTS.plan, regions=regions), "en").values())
    assert len({tab.casefold() for tab in tabs}) == len(tabs)
    for tab in tabs:
        assert 1 <= len(tab.encode("utf-16-le")) // 2 <= 31 and not set(tab) & set("[]:*?/\\")
        assert not tab.startswith("'") and not tab.endswith("'") and tab.casefold() != "history"


def test_a_region_s_field_has_a_name_of_its_own() -> None:
    assert name_of("hq_target") == "tc.hq_target"
    assert name_of("status", "华东") == "tc.华东.status"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_choice_means_the_same_in_every_language(language: str) -> None:
    assert {code: meant(f" {caption(code, language)} ", "choice") for code in CHOICES} == {
        c: c for c in CHOICES
    }
    assert meant(caption("no", language).upper(), "flag") is False


@given(st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31)))
def test_a_date_comes_back_from_its_cell(date: dt.date) -> None:
    cell = shown(date.isoformat(), "date", "en")
    assert isinstance(cell, float)
    assert meant(cell, "date") == meant(cell + 0.75, "date") == date.isoformat()


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [(" \n", "text", None), ("sooner", "date", "sooner"), ("maybe", "choice", "maybe"), (7.0, "number", 7.0)],
)
def test_what_cannot_be_understood_comes_back_as_it_is(cell: str | float, kind: Kind, value: Value) -> None:
    assert meant(cell, kind) == value


def test_lines_of_one_name_are_told_apart() -> None:
    lines = _INPUTS.plan.lines
    plan = replace(_INPUTS.plan, lines=(*lines[:-1], replace(lines[-1], name=lines[0].name)))
    captions = line_captions(plan, [lines[0].code, lines[1].code, lines[-1].code])
    assert captions[lines[0].code] == f"{lines[0].name} ({lines[0].code})"
    assert captions[lines[1].code] == lines[1].name
    assert len(set(captions.values())) == 3
