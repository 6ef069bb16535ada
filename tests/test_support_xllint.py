"""Every rule of the lint finds the fault it is there for, and nothing in a sound file."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from tests.support import office, validator
from tests.support.books import changed_parts, parts_of, rich_book
from tests.support.xllint import bad_formula, box, lint

_SHEET, _OTHER, _BOOK = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml"
_TYPES, _TABLE, _STRINGS = "[Content_Types].xml", "xl/tables/table1.xml", "xl/sharedStrings.xml"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return rich_book(tmp_path / "plan.xlsx")


def _broken(path: Path, part: str, old: str, new: str) -> list[str]:
    """What the lint says after the first match of a pattern in a part was replaced."""
    held = parts_of(path)[part].decode()
    changed = re.sub(old, new, held, count=1, flags=re.DOTALL)
    assert changed != held
    return lint(changed_parts(path, {part: changed.encode()}))


def test_a_sound_file_has_no_faults(path: Path) -> None:
    assert lint(path) == []


def test_what_libreoffice_writes_has_no_faults(path: Path) -> None:
    assert lint(office.convert(path, "xlsx")) == []


@pytest.mark.parametrize(
    ("part", "old", "new", "fault"),
    [
        (_SHEET, r'<row r="3"', '<row r="2"', "row 2 repeats"),
        (_SHEET, r'(<row r="3".*?</row>)(<row r="4".*?</row>)', r"\2\1", "row 3 repeats or is out of order"),
        (_SHEET, r'(<c r="B3".*?</c>)', r"\1\1", "column 2 of row 3 repeats"),
        (_SHEET, r'(<c r="A3".*?</c>)(<c r="B3".*?</c>)', r"\2\1", "column 1 of row 3 repeats or is out"),
        (_SHEET, r'<c r="B3"', '<c r="B4"', "cell of row 4 in row 3"),
        (_SHEET, r'<c r="B3" s="[0-9]+"', '<c r="B3" s="999"', "B3: style 999"),
        (_SHEET, r't="s"><v>0<', 't="s"><v>9999<', "A1: shared string 9999"),
        (_SHEET, r't="s"><v>0<', 't="s"><v>-1<', "A1: shared string -1"),
        (_SHEET, r"<f>B2\*2</f>", "<f>(B2*2</f>", "C2: formula (B2*2"),
        (_SHEET, r"<f>B2\*2</f>", "<f>=B2*2</f>", "C2: formula =B2*2"),
        (_SHEET, r'<mergeCells.*?<mergeCell ref="', r'\g<0>J2:J9"/><mergeCell ref="', "overlaps"),
        (_SHEET, r'dxfId="0"', 'dxfId="7"', "dxfId 7 out of range"),
        (_SHEET, r"<formula>1</formula>", "<formula>MAX(1</formula>", "conditional format: formula MAX(1"),
        (_SHEET, r'"yes,no"', '"' + "yes," * 64 + '"', "list too long"),
        (_SHEET, r"<dataValidation ", f'<dataValidation error="{"x" * 256}" ', "error too long"),
        (_SHEET, r"<dataValidation ", f'<dataValidation promptTitle="{"x" * 33}" ', "promptTitle too long"),
        (_SHEET, r'"yes,no"', '"yes,no', "validation B2:B7: formula"),
        (_BOOK, r">Plain!\$A\$2<", ">Gone!$A$2<", "refers to no tab: Gone!$A$2"),
        (_BOOK, r">Plain!\$A\$2<", ">'It''s gone'!$A$2<", "refers to no tab"),
        (_BOOK, r">Plain!\$A\$2<", ">SUM(Plain!$A$2<", "name tc.there: formula"),
        (_BOOK, r'name="tc.block"', 'name="TC.Here"', "name tc.here repeats"),
        (_BOOK, r'name="tc.block"', 'name="AB12"', "bad name 'AB12'"),
        (_BOOK, r'name="tc.block"', 'name="tc block"', "bad name 'tc block'"),
        (_BOOK, r'localSheetId="1"', 'localSheetId="2"', "belongs to no tab"),
        (_BOOK, r'<sheet name="Plain"', '<sheet name="Pl/ain"', "bad tab name 'Pl/ain'"),
        (_BOOK, r'<sheet name="Plain"', f'<sheet name="{"x" * 32}"', "bad tab name"),
        (_BOOK, r'r:id="rId2"', 'r:id="rId99"', "tab Plain has no part"),
        (_BOOK, r'name="tc.block"', 'name="items"', "has the name of a defined name"),
        ("xl/styles.xml", r'<cellXfs count="[0-9]+"', '<cellXfs count="99"', "cellXfs: "),
        (_STRINGS, r"<t>plain</t>", f"<t>{'x' * 32_768}</t>", "shared string of 32768"),
        (_TABLE, r'name="b"', 'name="A"', "column names repeat"),
        (_TABLE, r'name="b"', 'name="c"', "column 'c', cell 'b'"),
        (_TABLE, r'<table([^>]*) ref="J1:K3"', r'<table\1 ref="J1:L3"', "2 columns in J1:L3"),
        (_TABLE, r'<table([^>]*) ref="J1:K3"', r'<table\1 ref="J1:K1"', "no row below the header"),
        (_TYPES, r"spreadsheetml\.sheet\.main", "spreadsheetml.template.main", "does not fit .xlsx"),
        (_TYPES, r'PartName="/xl/styles.xml"', 'PartName="/xl/style.xml"', "part that is not there"),
        (_TYPES, r'<Default Extension="png"[^>]*/>', "", "no content type for xl/media/image1.png"),
        ("xl/_rels/workbook.xml.rels", r'Target="styles.xml"', 'Target="style.xml"', "which is not there"),
        (_SHEET, r"</worksheet>", "", f"{_SHEET}: no element found"),
    ],
)  # fmt: skip
def test_a_fault_is_found(path: Path, part: str, old: str, new: str, fault: str) -> None:
    assert fault in "; ".join(_broken(path, part, old, new))


def test_the_validator_lets_rows_repeat(path: Path) -> None:
    """A reason for the lint; when this fails, a newer validator may have made the rule needless."""
    assert _broken(path, _SHEET, r'<row r="3"', '<row r="2"')
    assert validator.faults(path) == []


def test_a_calculation_chain_may_name_formula_cells_only(path: Path) -> None:
    parts = parts_of(path)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    chain = f'<calcChain xmlns="{main}"><c r="C2" i="1"/><c r="C3"/><c r="B2"/></calcChain>'
    link = f'<Relationship Id="rId99" Type="{_LINK}" Target="calcChain.xml"/></Relationships>'
    rels = "xl/_rels/workbook.xml.rels"
    changed = parts[rels].replace(b"</Relationships>", link.encode())
    found = lint(changed_parts(path, {"xl/calcChain.xml": chain.encode(), rels: changed}))
    assert [fault for fault in found if "calcChain names" in fault] == [
        "calcChain names 华东 O'Neill & <区>!B2, which has no formula"
    ]


def test_table_names_may_not_repeat(path: Path) -> None:
    parts, second = parts_of(path), "xl/tables/table2.xml"
    rels = "xl/worksheets/_rels/sheet2.xml.rels"
    kind = _LINK.replace("calcChain", "table")
    link = f'<Relationship Id="rId9" Type="{kind}" Target="../tables/table2.xml"/>'
    changed = parts[rels].replace(b"</Relationships>", link.encode() + b"</Relationships>")
    found = lint(changed_parts(path, {second: parts[_TABLE], rels: changed}))
    assert {"table id 1 repeats", "table displayName items repeats"} <= set(found)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_may_not_stand_twice(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(_BOOK, b"<a/>")
    assert lint(path) == [f"duplicate zip entry {_BOOK}"]


def test_an_extension_must_fit_its_content(path: Path) -> None:
    assert "does not fit .xlsm" in "; ".join(lint(path.rename(path.with_suffix(".xlsm"))))


@pytest.mark.parametrize("formula", ["IF(A1=\"(\",'x)'!A1,{1,2})", '"a""("', "'it''s'!A1", ""])
def test_brackets_in_quotes_do_not_count(formula: str) -> None:
    assert not bad_formula(formula)


@pytest.mark.parametrize("formula", ["(A1", "A1)", ")A1(", '"a', "'a", "=A1", "1" * 8193, "{1,2"])
def test_a_formula_that_cannot_be_read_is_bad(formula: str) -> None:
    assert bad_formula(formula)


def test_a_box_is_left_top_right_bottom() -> None:
    assert (box("$B$3:AA9"), box("C4")) == ((2, 3, 27, 9), (3, 4, 3, 4))
