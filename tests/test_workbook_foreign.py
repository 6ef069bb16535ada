"""Workbooks as other programs write them: read as others read them where the meaning is clear."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from targetcal_xl.ooxml.cells import Cell, Spot
from targetcal_xl.problems import Refused
from targetcal_xl.workbook.engines.closed import open_closed
from tests.support import office
from tests.support.bare import MAIN, bare, link, links, parts, sheet
from tests.support.books import parts_of
from tests.support.exploring import explores

_SHEET, _RELS, _MAIN = "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels", "xl/workbook.xml"
_TYPES = "[Content_Types].xml"
_END = "</Relationships>"
_PLAIN: dict[Spot, Cell] = {(1, 1): Cell("text"), (2, 1): Cell(1.0)}
Parts = dict[str, bytes]


def _renamed(old: str, new: str) -> Callable[[Parts], Parts]:
    """The same parts, one under another name in the archive."""
    return lambda held: {new if name == old else name: data for name, data in held.items()}


def _said(part: str, old: str, new: str) -> Callable[[Parts], Parts]:
    """The same parts, one of which says something in another way."""

    def change(held: Parts) -> Parts:
        assert old.encode() in held[part]
        return {**held, part: held[part].replace(old.encode(), new.encode())}

    return change


def _in_other_places(held: Parts) -> Parts:
    """Every part where nobody expects it, found by its relationship alone."""
    held = dict(held)
    main, tab = held.pop(_MAIN), held.pop(_SHEET)
    del held["xl/_rels/workbook.xml.rels"]
    strings, styles = held.pop("xl/sharedStrings.xml"), held.pop("xl/styles.xml")
    types = held["[Content_Types].xml"].replace(b"/xl/workbook.xml", b"/doc/workbook2.xml")
    types = types.replace(b"/xl/worksheets/sheet1.xml", b"/Data/a%20tab.xml")
    types = types.replace(b"/xl/s", b"/doc/deep/s")
    return held | {
        "[Content_Types].xml": types,
        "_rels/.rels": links(link(7, "officeDocument", "/doc/workbook2.xml")),
        "doc/workbook2.xml": main,
        "doc/_rels/workbook2.xml.rels": links(
            link(1, "worksheet", "../Data/a%20tab.xml"),
            link(2, "sharedStrings", "deep/../deep/sharedStrings.xml"),
            link(3, "styles", "/doc/deep/styles.xml"),
        ),
        "Data/a%20tab.xml": tab,
        "doc/deep/sharedStrings.xml": strings,
        "doc/deep/styles.xml": styles,
    }


def _prefixed(held: Parts) -> Parts:
    """Every element of the sheet, the strings and the workbook with a prefix."""
    tags = re.compile(rb"<(/?)(?=[a-zA-Z])")
    return held | {
        name: tags.sub(rb"<\1p:", held[name]).replace(b"xmlns=", b"xmlns:p=")
        for name in (_SHEET, _MAIN, "xl/sharedStrings.xml", "xl/styles.xml", _RELS, "[Content_Types].xml")
    }


def _utf16(held: Parts) -> Parts:
    said = '<?xml version="1.0" encoding="UTF-16"?>' + held[_SHEET].decode()
    return {**held, _SHEET: said.encode("utf-16")}


_ODDITIES: dict[str, Callable[[Parts], Parts]] = {
    "extent of whole rows": _said(_SHEET, "<sheetData>", '<dimension ref="1:2"/><sheetData>'),
    "extent of whole columns": _said(_SHEET, "<sheetData>", '<dimension ref="A:C"/><sheetData>'),
    "empty extent": _said(_SHEET, "<sheetData>", '<dimension ref=""/><sheetData>'),
    "unsaid extent": _said(_SHEET, "<sheetData>", "<dimension/><sheetData>"),
    "extent in lower case": _said(_SHEET, "<sheetData>", '<dimension ref="a1:a2"/><sheetData>'),
    "nonsense extent": _said(_SHEET, "<sheetData>", '<dimension ref="Sheet!#REF"/><sheetData>'),
    "no styles": lambda held: {
        **{name: data for name, data in held.items() if name != "xl/styles.xml"},
        _RELS: held[_RELS].replace(link(3, "styles", "styles.xml").encode(), b""),
        _TYPES: re.sub(rb'<Override PartName="/xl/styles[^>]*>', b"", held[_TYPES]),
    },
    "styles without formats": _said(
        "xl/styles.xml", '<cellXfs count="2"><xf xfId="0"/><xf xfId="0" applyProtection="1">'
        '<protection locked="0"/></xf></cellXfs>', ""
    ),
    "an empty table of formats": lambda held: {
        **held, "xl/styles.xml": re.sub(rb"<cellXfs.*</cellXfs>", b"<cellXfs/>", held["xl/styles.xml"])
    },
    "styles of nothing": lambda held: {**held, "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"/>'.encode()},
    "a format beyond the table": _said(_SHEET, '<c r="A2">', '<c r="A2" s="99">'),
    "a format that is no number": _said(_SHEET, '<c r="A2">', '<c r="A2" s="x">'),
    "another case of a part's name": _renamed("xl/sharedStrings.xml", "xl/SharedStrings.xml"),
    "another case of a target": _said(_RELS, "worksheets/sheet1.xml", "Worksheets/SHEET1.xml"),
    "another case of relationships": _renamed(_RELS, "xl/_RELS/Workbook.xml.rels"),
    "backslashes": lambda held: {name.replace("/", "\\"): data for name, data in held.items()},
    "backslashes in a target": _said(_RELS, "worksheets/sheet1.xml", "worksheets\\sheet1.xml"),
    "an absolute target": _said(_RELS, '"worksheets/sheet1.xml', '"/xl/worksheets/sheet1.xml'),
    "other places": _in_other_places,
    "prefixes": _prefixed,
    "a prefix of its own for one cell": _said(
        _SHEET, '<c r="A2"><v>1</v></c>', f'<y:c xmlns:y="{MAIN}" r="A2"><y:v>1</y:v></y:c>'
    ),
    "a prefix of its own for all rows": lambda held: {
        **held,
        _SHEET: re.sub(rb"(</?)(?=[a-vxz])", rb"\1y:", held[_SHEET]).replace(
            b"<y:sheetData", f'<y:sheetData xmlns:y="{MAIN}"'.encode()
        ),
    },
    "UTF-16": _utf16,
    "a byte order mark": lambda held: {**held, _SHEET: b"\xef\xbb\xbf" + held[_SHEET]},
    "references in lower case": lambda held: {
        **held, _SHEET: held[_SHEET].replace(b'"A1"', b'"a1"').replace(b'"A2"', b'"a2"')
    },
    "no references": lambda held: {**held, _SHEET: re.sub(rb' r="[^"]*"', b"", held[_SHEET])},
    "attributes in another order": _said(_SHEET, '<c r="A1" t="s">', "<c\n t = 's'\tr='A1' >"),
    "a stated type of number": _said(_SHEET, '<c r="A2">', '<c r="A2" t="n">'),
    "room for extensions": _said(_SHEET, "</v></c></row>", "</v><extLst><ext><c/></ext></extLst></c></row>"),
    "a blank cell with an empty value": _said(_SHEET, "</row><row", '<c r="B1" t="s"><v/></c></row><row'),
    "a text cell without a text": _said(_SHEET, "</row><row", '<c r="B1" t="str"/></row><row'),
    "an empty formula": _said(_SHEET, '<c r="A2"><v>', '<c r="A2"><f/><v>'),
    "a formula that says it is normal": _said(_SHEET, "<row r=\"2\">", '<row r="2" spans="1:1" x="y">'),
    "column formats without bounds": _said(_SHEET, "<sheetData>", '<cols><col style="1"/></cols><sheetData>'),
    "a name in lower case": _said(_MAIN, "Tab!$A$1", "'tab'!$a$1"),
    "external links": _said(_RELS, _END, f'<Relationship Id="x" Type="u" TargetMode="External"/>{_END}'),
}  # fmt: skip


_AFTER = _PLAIN | {(2, 1): Cell(2.0), (3, 2): Cell("new")}


def _edited(oddity: str, path: Path) -> Path:
    """A file with an oddity after two cells were written, three unlocked, and the sheet protected."""
    book = open_closed(bare(path, _ODDITIES[oddity](parts())))
    assert book.sheets == ("Tab",)
    assert book.names == {"here": ("Tab", (1, 1))}
    assert book.grid("Tab") == _PLAIN
    book.set("Tab", {(2, 1): Cell(2.0), (3, 2): Cell("new")})
    book.lock_cells("Tab", [(1, 1), (2, 1), (3, 2)], False)
    book.protect("Tab", "geheim")
    book.save()
    return path


@pytest.mark.parametrize("oddity", _ODDITIES)
def test_an_oddity_whose_meaning_is_clear_is_read_edited_and_read_again(oddity: str, tmp_path: Path) -> None:
    path = _edited(oddity, tmp_path / "odd.xlsx")
    assert open_closed(path).grid("Tab") == _AFTER


_UNKNOWN_TO_LIBREOFFICE = {
    "other places", "backslashes", "backslashes in a target", "another case of a target",
    "another case of relationships",
}  # fmt: skip


def test_libreoffice_finds_in_an_edited_oddity_what_we_wrote(tmp_path: Path) -> None:
    oddities = [oddity for oddity in _ODDITIES if oddity not in _UNKNOWN_TO_LIBREOFFICE]
    oddities = oddities[:: 1 if explores() else 3]
    paths = [_edited(oddity, tmp_path / f"{number}.xlsx") for number, oddity in enumerate(oddities)]
    for oddity, path in zip(oddities, office.convert_all(paths, "xlsx"), strict=True):
        again = openpyxl.load_workbook(path)["Tab"]
        assert [again[ref].value for ref in ("A1", "A2", "B3")] == ["text", 2, "new"], oddity
        locks = [again[ref].protection.locked for ref in ("A1", "A2", "B3", "C4")]
        assert locks == [False, False, False, True], oddity
        assert again.protection.sheet, oddity


@pytest.mark.parametrize(
    "said", ["", ' ref="1:2"', ' ref="A:C"', ' ref=""', ' ref="a1"', ' ref="A1:A2"', ' ref="A2:A1"']
)
def test_the_extent_is_renewed_whatever_it_was(said: str, tmp_path: Path) -> None:
    path = bare(tmp_path / "odd.xlsx", parts(before=f"<dimension{said}/>"))
    book = open_closed(path)
    book.set("Tab", {(3, 2): Cell("new")})
    book.save()
    assert b'<dimension ref="A1:B3"/>' in parts_of(path)[_SHEET]


@pytest.mark.parametrize(
    ("said", "value"),
    [("10:10:10", 36_610 / 86_400), ("2025-03-31", 45_747.0), ("2025-03-31T12:00:00", 45_747.5)],
)
def test_a_cell_of_a_time_is_read_and_left_alone(said: str, value: float, tmp_path: Path) -> None:
    cell = f'<c r="B2" t="d"><v>{said}</v></c>'
    path = bare(tmp_path / "odd.xlsx", parts(f'<row r="2"><c r="A2"><v>1</v></c>{cell}</row>'))
    book = open_closed(path)
    assert book.grid("Tab")[2, 2].value == pytest.approx(value, rel=1e-15)
    book.set("Tab", {(2, 1): Cell(2.0)})
    book.save()
    assert cell.encode() in parts_of(path)[_SHEET]


def test_an_array_formula_without_a_block_fills_its_own_cell(tmp_path: Path) -> None:
    row = '<row r="1"><c r="A1"><f t="array">1+1</f><v>2</v></c><c r="B1"><v>3</v></c></row>'
    path = bare(tmp_path / "odd.xlsx", parts(row))
    book = open_closed(path)
    assert book.grid("Tab") == {(1, 1): Cell(2.0, "1+1", ((1, 1), (1, 1))), (1, 2): Cell(3.0)}
    book.set("Tab", {(1, 1): Cell(5.0)})
    book.save()
    assert open_closed(path).grid("Tab")[1, 1] == Cell(5.0)


_FIRST = '<c r="A1"><f t="array" ref="A1:A2">B1:B2</f><v>2</v></c>'


@pytest.mark.parametrize(
    "second",
    [
        '<c r="A2"><f>1+1</f><v>2</v></c>',
        '<c r="A2"><f t="array" ref="A2:A3">B1:B2</f><v>2</v></c>',
    ],
)
def test_a_cell_of_an_array_formula_has_no_other(second: str, tmp_path: Path) -> None:
    rows = f'<row r="1">{_FIRST}</row><row r="2">{second}</row>'
    book = open_closed(bare(tmp_path / "two.xlsx", parts(rows)))
    with pytest.raises(Refused) as refused:
        book.grid("Tab")
    assert "A2" in refused.value.problems[0].sentence("en")


@pytest.mark.parametrize("body", ["<sheetData/>", "<sheetData></sheetData>", "<sheetData> </sheetData>"])
def test_a_sheet_without_rows_takes_in_any_number(body: str, tmp_path: Path) -> None:
    held = parts()
    held[_SHEET] = sheet().replace(sheet().partition(b">")[2].removesuffix(b"</worksheet>"), body.encode())
    path = bare(tmp_path / "odd.xlsx", held)
    book = open_closed(path)
    cells = {(3, 2): Cell("a"), (1, 1): Cell(1.0), (2, 9): Cell(True)}
    book.set("Tab", cells)
    book.lock_cells("Tab", [(7, 7), (8, 8)], False)
    book.protect("Tab", None)
    book.save()
    assert open_closed(path).grid("Tab") == cells
    assert openpyxl.load_workbook(path)["Tab"]["H8"].protection.locked is False


_NAMES = "</definedNames>"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_said(_MAIN, _NAMES, '<definedName name="HERE">Tab!$A$2</definedName>' + _NAMES), "file_twice"),
        (_said(_MAIN, "</sheets>", '<sheet name="TAB" sheetId="2" r:id="rId9"/></sheets>'), "file_damaged"),
        (_said(_MAIN, "</sheets>", '<sheet name="Two" sheetId="2" r:id="rId1"/></sheets>'), "file_twice"),
        (_said(_MAIN, "</sheets>", '<sheet name="TAB" sheetId="2" r:id="rId2"/></sheets>'), "file_twice"),
        (_said(_MAIN, "</sheets>", "</sheets><sheets/>"), "file_twice"),
        (_said(_MAIN, _NAMES, _NAMES + "<definedNames/>"), "file_twice"),
        (_said(_MAIN, 'name="Tab" ', ""), "file_damaged"),
        (_said(_MAIN, ' r:id="rId1"', ""), "file_damaged"),
        (_said(_RELS, 'Id="rId2"', 'Id="rId1"'), "file_twice"),
        (_said(_RELS, 'Id="rId2" ', ""), "file_damaged"),
        (_said(_RELS, _END, link(9, "sharedStrings", "s2.xml") + _END), "file_twice"),
        (_said("_rels/.rels", "</Relat", link(2, "officeDocument", "xl/b.xml") + "</Relat"), "file_twice"),
        (_said(_SHEET, "<sheetData>", "<sheetProtection/><sheetProtection/><sheetData>"), "file_twice"),
        (_said(_SHEET, MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"), "file_strict"),
        (_said(_SHEET, MAIN, "urn:other"), "file_damaged"),
        (_said(_SHEET, '<c r="A2">', '<c xmlns="urn:other" r="A2">'), "file_misplaced"),
        (_said(_SHEET, 'row r="2"', 'x:row xmlns:x="urn:other" r="2"'), "file_misplaced"),
        (_said("xl/sharedStrings.xml", "<si>", "<si><t>a</t><x/></si><x/><si>"), "file_misplaced"),
        (_said("xl/sharedStrings.xml", "<t>text", "<t>te<t>x</t>t"), "file_misplaced"),
        (_said("xl/sharedStrings.xml", "<t>text", "<t>te<!-- x -->xt"), "file_unusual"),
        (_renamed("xl/sharedStrings.xml", "xl/strings.xml"), "file_part_missing"),
        (_renamed(_SHEET, "xl/sheet1.xml"), "file_part_missing"),
    ],
)  # fmt: skip
def test_what_two_programs_would_read_differently_is_refused(
    change: Callable[[Parts], Parts], code: str, tmp_path: Path
) -> None:
    path = bare(tmp_path / "two.xlsx", change(parts()))
    with pytest.raises(Refused) as refused:
        book = open_closed(path)
        assert book.names is not None
        book.grid("Tab")
        book.is_protected("Tab")
    (problem,) = refused.value.problems
    assert problem.code == code
    assert all(problem.sentence(language).startswith("two.xlsx") for language in ("en", "zh-CN"))
