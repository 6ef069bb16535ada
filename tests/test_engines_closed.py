"""A workbook file that nobody has open: changed where asked and nowhere else."""

from __future__ import annotations

import re
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.ooxml.cells import Cell, Spot
from targetcal_xl.problems import Refused
from targetcal_xl.workbook.engines.closed import open_closed
from tests.support import office, validator
from tests.support.books import OTHER, SHEET, TAB, as_openpyxl, changed_parts, parts_of, rich_book
from tests.support.validator import sound
from tests.support.xllint import lint
from tests.test_ooxml_cells import TRICKY


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rich_book(tmp_path_factory.mktemp("books") / "计划 plan.xlsx")


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / made.name
    copy.write_bytes(made.read_bytes())
    return copy


@cache
def _plain_book(folder: Path) -> Path:
    path = folder / "plain.xlsx"
    openpyxl.Workbook().save(path)
    return path


@given(said=TRICKY)
def test_any_text_survives_in_any_cell(said: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = _plain_book(tmp_path_factory.getbasetemp())
    book = open_closed(path)
    book.set("Sheet", {(2, 2): Cell(said), (3, 3): Cell(said, "B2")})
    book.save()
    assert open_closed(path).grid("Sheet") == {(2, 2): Cell(said), (3, 3): Cell(said, "B2")}
    theirs = as_openpyxl(path, data_only=True)["Sheet"]
    assert [_resolved(theirs[ref].value or "") for ref in ("B2", "C3")] == [said, said]


def _resolved(said: str) -> str:
    """What openpyxl leaves as it stands."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), said)


_CELLS = st.dictionaries(
    st.tuples(st.integers(1, 30), st.integers(1, 16).filter(lambda column: column != 3)),
    st.builds(
        Cell,
        st.none() | st.booleans() | st.floats(-1e9, 1e9) | st.text("a区<&", max_size=3),
        st.none(),
        st.none(),
    )
    | st.builds(Cell, st.floats(-1e9, 1e9), st.just("B2*2+SUM(B3:B4)"), st.none()),
    min_size=1,
    max_size=12,
)


@given(cells=_CELLS)
def test_cells_written_are_the_only_ones_that_change(
    cells: dict[Spot, Cell], made: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "edited.xlsx"
    path.write_bytes(made.read_bytes())
    book = open_closed(path)
    before = book.grid(TAB)
    book.set(TAB, cells)
    book.save()
    after = {spot: cell for spot, cell in {**before, **cells}.items() if cell != Cell()}
    assert book.grid(TAB) == open_closed(path).grid(TAB) == after
    assert _looks(made).items() <= _looks(path).items()
    heads = {(1, 10), (1, 11)}
    assert lint(path) == [] or heads & set(cells)


def _looks(path: Path) -> dict[Spot, int]:
    """The style index of every cell that stands in the file."""
    sheet = as_openpyxl(path)[TAB]
    return {
        (cell.row, cell.column): cell.style_id for row in sheet.iter_rows() for cell in row if cell.has_style
    }


def test_a_new_cell_takes_the_format_of_its_row_else_of_its_column(path: Path) -> None:
    book = open_closed(path)
    book.set(TAB, {(19, 6): Cell(1.0), (19, 9): Cell(1.0), (21, 6): Cell(1.0), (30, 7): Cell(1.0)})
    book.save()
    sheet = as_openpyxl(path)[TAB]
    assert [sheet[ref].protection.locked for ref in ("F19", "I19", "F21", "G30")] == [
        False,
        True,
        True,
        False,
    ]
    assert sheet["F21"].font.bold


def test_a_new_cell_is_within_what_the_sheet_says_of_its_extent(path: Path) -> None:
    before, book = parts_of(path)[SHEET].decode(), open_closed(path)
    book.set(TAB, {(2, 30): Cell(1.0), (70, 1): Cell(1.0)})
    book.save()
    after = parts_of(path)[SHEET].decode()
    assert '<dimension ref="A1:AD70"/>' in after
    assert ("spans=" in _row(before, 2), "spans=" in _row(after, 2), "spans=" in _row(after, 3)) == (
        True,
        False,
        True,
    )


def _row(sheet: str, number: int) -> str:
    return str(re.findall(f'<row r="{number}"[^>]*>', sheet)[0])


def test_only_the_parts_that_had_to_change_differ_and_all_keep_their_order(path: Path) -> None:
    before = parts_of(path)
    book = open_closed(path)
    book.set(TAB, {(2, 2): Cell(7.0), (40, 3): Cell("新")})
    book.lock_cells(TAB, [(2, 1)], True)
    book.protect(TAB, "geheim")
    book.save()
    after = parts_of(path)
    assert list(after) == list(before)
    assert {name for name in before if before[name] != after[name]} == {
        SHEET,
        "xl/styles.xml",
    }
    with zipfile.ZipFile(path) as file:
        assert {info.compress_type for info in file.infolist()} == {zipfile.ZIP_DEFLATED}
    assert sound(path)


def test_the_sheet_keeps_every_byte_around_a_changed_cell(path: Path) -> None:
    before, book = parts_of(path)[SHEET], open_closed(path)
    book.set(TAB, {(2, 2): Cell(7.0)})
    book.save()
    edited = re.sub(rb'(<c r="B2"[^>]*>)<v>0</v>', rb"\1<v>7</v>", before)
    assert parts_of(path)[SHEET] == edited != before


def test_what_the_sheet_holds_already_is_not_written_again(path: Path) -> None:
    before = path.stat()
    book = open_closed(path)
    book.set(TAB, dict(book.grid(TAB)))
    book.set(TAB, {(99, 99): Cell()})
    for number in (7.0, 0.0):
        book.set(TAB, {(2, 2): Cell(number)})
    book.lock_cells(TAB, [(2, 1), (99, 6)], False)
    book.lock_cells(TAB, [(1, 1), (99, 99)], True)
    book.save()
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_truth_and_one_are_different_things(path: Path) -> None:
    book = open_closed(path)
    book.set(TAB, {(2, 4): Cell(1.0)})
    assert type(book.grid(TAB)[2, 4].value) is float
    book.save()
    assert type(open_closed(path).grid(TAB)[2, 4].value) is float


def test_a_grid_read_before_a_change_stays_as_it_was(path: Path) -> None:
    book = open_closed(path)
    before = book.grid(TAB)
    book.set(TAB, {(2, 2): Cell(7.0)})
    assert (before[2, 2], book.grid(TAB)[2, 2]) == (Cell(0.0), Cell(7.0))


def test_a_book_can_be_changed_and_saved_again_and_again(path: Path) -> None:
    book = open_closed(path)
    for number in (1.0, 2.0):
        book.set(TAB, {(2, 2): Cell(number)})
        book.save()
        assert open_closed(path).grid(TAB)[2, 2] == Cell(number)


def test_formulas_are_computed_anew_when_the_file_is_opened(path: Path) -> None:
    workbook = parts_of(path)["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', b"")
    book = open_closed(changed_parts(path, {"xl/workbook.xml": workbook}))
    book.set(TAB, {(3, 2): Cell(5.0), (2, 5): Cell(0.0, "B3*10")})
    book.save()
    assert b'fullCalcOnLoad="1"' in parts_of(path)["xl/workbook.xml"]
    assert open_closed(office.convert(path, "xlsx")).grid(TAB)[2, 5] == Cell(50.0, "B3*10")


def test_a_workbook_without_calculation_settings_gets_them_in_their_place(path: Path) -> None:
    workbook = parts_of(path)["xl/workbook.xml"]
    changed_parts(path, {"xl/workbook.xml": re.sub(rb"<calcPr[^>]*/>", b"", workbook)})
    book = open_closed(path)
    book.set(OTHER, {(1, 1): Cell(5.0)})
    book.save()
    assert sound(path)
    assert b'<calcPr fullCalcOnLoad="1"/>' in parts_of(path)["xl/workbook.xml"]


def _with_chain(path: Path) -> Path:
    parts = parts_of(path)
    main = "http://schemas.openxmlformats.org"
    chain = f'<calcChain xmlns="{main}/spreadsheetml/2006/main"><c r="C2" i="1"/></calcChain>'
    link = f"{main}/officeDocument/2006/relationships/calcChain"
    rel = f'<Relationship Id="rId99" Type="{link}" Target="calcChain.xml"/>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    entry = f'<Override PartName="/xl/calcChain.xml" ContentType="{kind}"/>'
    rels, types = "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
    return changed_parts(
        path,
        {
            "xl/calcChain.xml": chain.encode(),
            rels: parts[rels].replace(b"</Relationships>", rel.encode() + b"</Relationships>"),
            types: parts[types].replace(b"</Types>", entry.encode() + b"</Types>"),
        },
    )


@pytest.mark.parametrize(
    ("cells", "stays"),
    [({(2, 3): Cell(1.0)}, False), ({(2, 2): Cell(4.0, "1+3")}, False), ({(2, 3): Cell(4.0, "1+3")}, True)],
)
def test_the_calculation_chain_never_names_a_cell_without_a_formula(
    path: Path, cells: dict[Spot, Cell], stays: bool
) -> None:
    book = open_closed(_with_chain(path))
    book.set(TAB, cells)
    book.set(TAB, {(3, 3): Cell(1.0)} if not stays else {})
    book.save()
    assert ("xl/calcChain.xml" in parts_of(path)) is stays
    assert sound(path)


@pytest.mark.parametrize("spot", [(8, 3), (9, 3)])
def test_part_of_an_array_formula_is_not_changed(path: Path, spot: Spot) -> None:
    before, book = path.read_bytes(), open_closed(path)
    with pytest.raises(Refused) as refused:
        book.set(TAB, {spot: Cell(1.0), (1, 1): Cell("x" * 40_000)})
    assert {(p.code, p.where) for p in refused.value.problems} == {
        ("file_cell_in_array", f"{TAB}!C{spot[0]}"),
        ("file_text_too_long", f"{TAB}!A1"),
    }
    book.save()
    assert path.read_bytes() == before


def test_what_libreoffice_saved_is_edited_and_stays_sound(path: Path) -> None:
    path = office.convert(path, "xlsx")
    known = {*lint(path), *validator.faults(path)}
    book = open_closed(path)
    book.set(TAB, {(2, 2): Cell(7.0), (3, 3): Cell("no formula"), (60, 20): Cell("new")})
    book.lock_cells(TAB, [(2, 1)], True)
    book.protect(TAB, "geheim")
    book.save()
    assert {*lint(path), *validator.faults(path)} <= known
    assert as_openpyxl(path)[TAB]["T60"].value == "new"


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<workbookPr", '<workbookPr date1904="1"', "file_dates_1904"),
        (_MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main", "file_strict"),
        ("(</?)workbook(?=[ >])", r"\1document", "file_not_workbook"),
    ],
)
def test_a_workbook_that_we_would_read_wrongly_is_refused(path: Path, old: str, new: str, code: str) -> None:
    workbook = parts_of(path)["xl/workbook.xml"].decode()
    changed_parts(path, {"xl/workbook.xml": re.sub(old, new, workbook).encode()})
    with pytest.raises(Refused) as refused:
        open_closed(path)
    assert [problem.code for problem in refused.value.problems] == [code]
