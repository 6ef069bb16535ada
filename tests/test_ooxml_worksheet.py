"""Worksheet parts: read as others read them, edited as they were written."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest
import python_calamine
from openpyxl.worksheet.formula import ArrayFormula

from targetcal_xl.ooxml import Package, Worksheet
from targetcal_xl.ooxml.cells import Cell, Spot
from targetcal_xl.ooxml.limits import Counted
from targetcal_xl.problems import Refused
from targetcal_xl.workbook.engines.closed import open_closed
from tests.support import office
from tests.support.books import OTHER, SHEET, TAB, as_openpyxl, changed_parts, parts_of, rich_book, with_sheet
from tests.support.validator import sound


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rich_book(tmp_path_factory.mktemp("books") / "计划 plan.xlsx")


@pytest.fixture(scope="module")
def resaved(made: Path) -> Path:
    return office.convert(made, "xlsx")


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / made.name
    copy.write_bytes(made.read_bytes())
    return copy


def _as_openpyxl_reads(path: Path, data_only: bool) -> Mapping[str, Mapping[Spot, object]]:
    book = as_openpyxl(path, data_only=data_only)
    return {
        sheet.title: {
            (cell.row, cell.column): cell.value.text if isinstance(cell.value, ArrayFormula) else cell.value
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }
        for sheet in book.worksheets
    }


@pytest.mark.parametrize("source", ["made", "resaved"])
def test_values_and_formulas_are_those_that_openpyxl_reads(
    source: str, request: pytest.FixtureRequest
) -> None:
    path = request.getfixturevalue(source)
    book = open_closed(path)
    assert list(book.sheets) == [TAB, OTHER]
    values, formulas = (_as_openpyxl_reads(path, data_only) for data_only in (True, False))
    for sheet in book.sheets:
        grid = book.grid(sheet)
        held = {spot: cell.value for spot, cell in grid.items() if cell.value not in (None, "")}
        assert held == {spot: _resolved(value) for spot, value in values[sheet].items() if value != ""}
        said = {
            spot: f"={cell.formula}"
            for spot, cell in grid.items()
            if cell.formula is not None and (cell.array is None or cell.array[0] == spot)
        }
        of_theirs = {spot: v for spot, v in formulas[sheet].items() if spot in said}
        assert said == of_theirs
        assert len(said) == sum(v != values[sheet].get(s) for s, v in formulas[sheet].items())


def _resolved(value: object) -> object:
    """openpyxl resolves no escape but that of the underscore."""
    return value.replace("_x0001_", "\x01") if isinstance(value, str) else value


@pytest.mark.parametrize("source", ["made", "resaved"])
def test_values_are_those_that_calamine_reads(source: str, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(source)
    book, other = (
        open_closed(path),
        python_calamine.CalamineWorkbook.from_filelike(BytesIO(path.read_bytes())),
    )
    for sheet in book.sheets:
        rows = other.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        theirs = {(r, c): v for r, row in enumerate(rows, 1) for c, v in enumerate(row, 1) if v != ""}
        ours = {spot: cell.value for spot, cell in book.grid(sheet).items() if cell.value not in (None, "")}
        assert {s: v for s, v in ours.items() if not str(v).startswith("#")} == theirs


def test_names_are_those_that_point_to_one_cell_for_the_whole_workbook(made: Path, resaved: Path) -> None:
    for path in (made, resaved):
        assert open_closed(path).names == {"tc.here": (TAB, (3, 2)), "tc.there": (OTHER, (2, 1))}


def test_a_sheets_bytes_are_fetched_again_only_where_it_is_composed(made: Path) -> None:
    package, fetched = Package(made.read_bytes(), made.name), list[str]()

    def read() -> bytes:
        fetched.append("fetched")
        return package.read("xl/worksheets/sheet1.xml")

    sheet = Worksheet(read, "sheet1", [""] * 1000, Counted())
    assert len(sheet.grid) > 1 and sheet.protection is not None
    assert fetched == ["fetched"], "as a large book's sheets take a quarter of the memory"
    sheet.protect({"sheet": "1"})
    assert b'<sheetProtection sheet="1"/>' in sheet.composed() and len(fetched) == 2


def test_a_sheet_that_is_not_there_is_refused_by_name(made: Path) -> None:
    with pytest.raises(Refused, match="renamed or deleted"):
        open_closed(made).grid("华北")


_FOREIGN = """<?xml version="1.0" encoding="UTF-8"?>
<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>\r
  <x:row spans='1:2'><x:c><x:v>1</x:v></x:c><x:c t='str' r = 'C1'><x:v>a\r\nb</x:v></x:c></x:row>\r
  <x:row r="3"> <x:c r="B3" t="inlineStr"> <x:is><x:r><x:t>one </x:t></x:r><x:r><x:t>two</x:t></x:r>
    <x:rPh sb="0" eb="1"><x:t>no</x:t></x:rPh></x:is></x:c></x:row>
  <x:row r="4"/>
</x:sheetData></x:worksheet>"""


@pytest.fixture
def foreign(path: Path) -> Path:
    """A sheet as other programs may write it: prefixes, no references, CRLF, single quotes, phonetics."""
    return changed_parts(path, {"xl/worksheets/sheet2.xml": _FOREIGN.encode()})


def test_a_sheet_written_in_other_ways_reads_alike(foreign: Path) -> None:
    assert open_closed(foreign).grid(OTHER) == {
        (1, 1): Cell(1.0),
        (1, 3): Cell("a\nb"),
        (3, 2): Cell("one two"),
    }


def test_a_sheet_written_in_other_ways_is_edited_in_its_own_ways(foreign: Path) -> None:
    book = open_closed(foreign)
    cells = {
        (1, 1): Cell(2.0),
        (1, 2): Cell("x"),
        (2, 1): Cell(True),
        (4, 1): Cell(4.0),
        (9, 9): Cell(9.0, "8+1"),
    }
    book.set(OTHER, cells)
    book.save()
    again = open_closed(foreign)
    assert {spot: again.grid(OTHER)[spot] for spot in cells} == cells
    assert as_openpyxl(foreign)[OTHER]["B3"].value == "one two"
    edited = parts_of(foreign)["xl/worksheets/sheet2.xml"].decode()
    kept = _FOREIGN.split("<x:c><x:v>1</x:v></x:c>")[1].split('<x:row r="4"/>', maxsplit=1)[0]
    assert all(piece.strip() in edited for piece in kept.split("</x:row>\r\n"))


def test_phonetic_guides_and_runs_of_shared_strings_are_one_text(path: Path) -> None:
    strings = parts_of(path)["xl/sharedStrings.xml"].decode()
    runs = "<r><rPr><b/></rPr><t>东</t></r><r><t xml:space='preserve'> 京</t></r>"
    rich = f"<si>{runs}<rPh sb='0' eb='1'><t>no</t></rPh></si>"
    changed_parts(path, {"xl/sharedStrings.xml": strings.replace("<si><t>text</t></si>", rich).encode()})
    assert open_closed(path).grid(TAB)[1, 1] == Cell("东 京")


@pytest.fixture
def shared(path: Path) -> Path:
    """Three cells filled down: C2:C4 share B2*2, as Excel may write it."""
    master = r'\1><f t="shared" ref="C2:C4" si="0">B2*2</f><v>0</v></c>'
    member = r'\1><f t="shared" si="0"/><v>9</v></c>'
    with_sheet(path, r'(<c r="C2"[^>]*)>.*?</c>', master)
    with_sheet(path, r'(<c r="C3") t="str">.*?</c>', member)
    return with_sheet(path, r'(<c r="C4") t="b">.*?</c>', member)


def test_every_member_of_a_shared_formula_has_a_formula_of_its_own(shared: Path) -> None:
    grid, theirs = open_closed(shared).grid(TAB), as_openpyxl(shared)[TAB]
    assert [f"={grid[row, 3].formula}" for row in (2, 3, 4)] == ["=B2*2", "=B3*2", "=B4*2"]
    assert [theirs.cell(row, 3).value for row in (2, 3, 4)] == ["=B2*2", "=B3*2", "=B4*2"]


@pytest.mark.parametrize("row", [2, 3, 4])
def test_a_shared_formula_that_loses_a_cell_leaves_the_others_theirs(shared: Path, row: int) -> None:
    book = open_closed(shared)
    before = book.grid(TAB)
    book.set(TAB, {(row, 3): Cell(1.0)})
    book.save()
    assert open_closed(shared).grid(TAB) == {**before, (row, 3): Cell(1.0)}
    assert b"shared" not in parts_of(shared)[SHEET]
    assert sound(shared)


@pytest.mark.parametrize(
    ("old", "new", "code", "cell"),
    [
        (r'<row r="3"', '<row r="1"', "file_twice", ""),
        (r'<row r="3"', '<row r="2"', "file_twice", ""),
        (r'<row r="3"', '<row r="x"', "file_disorder", ""),
        (r'<row r="3"', '<row r="1048577"', "file_disorder", ""),
        (r"(<sheetData>)", r'\1<row r="9"/>', "file_disorder", ""),
        (r'<c r="B2"', '<c r="A2"', "file_twice", "!A2"),
        (r'<c r="B2"', '<c r="B3"', "file_disorder", "!B3"),
        (r'<c r="B2"', '<c r="D2"', "file_disorder", "!C2"),
        (r'<c r="B2"', '<c r="XFE2"', "file_disorder", "!XFE2"),
        (r'<c r="B2"', '<c r=""', "file_disorder", "!B2"),
        (r'<c r="B2"([^>]*)><v>0', r'<c r="B2"\1><v>zero', "file_no_value", "!B2"),
        (r'<c r="B2"([^>]*)><v>0', r'<c r="B2"\1><v>2_20', "file_no_value", "!B2"),
        (r'<c r="B2"([^>]*)><v>0', r'<c r="B2"\1><v>1e999', "file_no_value", "!B2"),
        (r'<c r="B2"([^>]*)><v>0', r'<c r="B2"\1><v>1</v><v>0', "file_twice", "!B2"),
        (r'<c r="B2"([^>]*)><v>0', r'<c r="B2" t="b"\1><v>2', "file_no_value", "!B2"),
        (r'<c r="B2"([^>]*)><v>0', r'<c r="B2" t="huh"\1><v>2', "file_no_value", "!B2"),
        (r'<c r="B2"([^>]*)><v>0', r'<c r="B2"\1><is><t>a</t></is><v>0', "file_misplaced", "!B2"),
        (r'<c r="B2"([^>]*)><v>0</v>', r'<c r="B2" t="inlineStr"\1><v>0</v><is/>', "file_misplaced", "!B2"),
        (r'<c r="B2"([^>]*)><v>0</v>', r'<c r="B2" t="inlineStr"\1><is/><is/>', "file_twice", "!B2"),
        (r'<c r="B2"([^>]*)><v>0', r'<c r="B2"\1><c r="C2"/><v>0', "file_misplaced", "!B2"),
        (r'<c r="B2"([^>]*)><v>0', r'<c r="B2"\1><f>1</f><f>2</f><v>0', "file_twice", "!B2"),
        (r'<c r="B2"([^>]*)><v>0', r'<c r="B2"\1><v>0<v>1</v>', "file_misplaced", "!B2"),
        (r'<c r="B2"([^>]*)><v>0', r'<c r="B2"\1><f t="shared" si="7"/><v>0', "file_shared_formula", "!B2"),
        (r'<c r="B2"([^>]*)><v>0', r'<c r="B2"\1><f t="shared"/><v>0', "file_shared_formula", "!B2"),
        (r't="s"><v>0<', r't="s"><v>99999<', "file_no_value", "!A1"),
        (r't="s"><v>0<', r't="s"><v>-1<', "file_no_value", "!A1"),
        (r"(<sheetData>)", r'\1<c r="A1"/>', "file_misplaced", ""),
        (r"(</sheetData>)", r"\1<sheetData/>", "file_twice", ""),
        (r"<sheetData>(.*)</sheetData>", r"<x><sheetData>\1</sheetData></x>", "file_misplaced", ""),
        (r"<sheetData>.*</sheetData>", "", "file_damaged", ""),
        (r"(<sheetData)>", r'\1 xmlns="urn:other">', "file_damaged", ""),
    ],
)
def test_what_makes_no_sense_or_two_is_refused_with_part_and_cell(
    path: Path, old: str, new: str, code: str, cell: str
) -> None:
    book = open_closed(with_sheet(path, old, new))
    with pytest.raises(Refused) as refused:
        book.grid(TAB)
    (problem,) = refused.value.problems
    assert (problem.code, problem.where) == (code, f"{path.name}: {SHEET}{cell}")
    assert all(problem.sentence(language) for language in ("en", "zh-CN"))


@pytest.mark.parametrize("markup", ["<!-- x -->", "<?x y?>"])
def test_markup_in_the_middle_of_a_value_is_refused_by_name(path: Path, markup: str) -> None:
    book = open_closed(with_sheet(path, r"(<v>)0(</v>)", rf"\g<1>0{markup}\2"))
    with pytest.raises(Refused, match=r"A1: .*edit safely"):
        book.grid(TAB)


def test_comments_instructions_and_sections_are_read_as_xml_says_and_stay(path: Path) -> None:
    odd = '<!-- <c r="A1"><v>9</v></c> --><?x <c r="A1"/>?>'
    with_sheet(path, '(<c r="B2"[^>]*)><v>0</v></c>', rf"{odd}\1>{odd}<v><![CDATA[4]]>2</v>{odd}</c>{odd}")
    with_sheet(path, r'(<row r="3")', rf"{odd}\1")
    book = open_closed(path)
    assert book.grid(TAB)[2, 2] == Cell(42.0)
    book.set(TAB, {(2, 1): Cell("new"), (2, 3): Cell(1.0)})
    book.lock_cells(TAB, [(2, 2)], False)
    book.save()
    assert parts_of(path)[SHEET].count(odd.encode()) == 5
    assert [open_closed(path).grid(TAB)[2, column].value for column in (1, 2, 3)] == ["new", 42.0, 1.0]
