"""Sheets as programs write them are read by patterns: what these take in, the parser reads alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from targetcal_xl.ooxml import limits, scanner
from targetcal_xl.ooxml.cells import Cell, Spot
from targetcal_xl.ooxml.limits import Counted
from targetcal_xl.ooxml.markup import MAIN, Told, parsed_cells, parsed_strings
from targetcal_xl.ooxml.scanner import scanned_cells, scanned_strings
from targetcal_xl.ooxml.worksheet import Worksheet
from targetcal_xl.problems import Refused
from tests.support import office
from tests.support.bare import sheet
from tests.support.books import as_openpyxl, parts_of, rich_book

_STRINGS = [f"text {number}" for number in range(40)]

_TEXTS = st.sampled_from(
    [
        "",
        "1",
        "-2.5E-3",
        "7.",
        "大区",
        "a&amp;b",
        "&lt;&gt;&quot;&apos;",
        "&amp;lt;",
        "_x0041_",
        " x\n\ty ",
        "a>b",
        "&#34920;&#38;lt;",
    ]
)
_NUMBERS = st.one_of(st.floats(allow_nan=False, allow_infinity=False).map(repr), st.integers(0, 50).map(str))
_FORMULAS = st.builds(
    "<f{}>{}</f>".format,
    st.sampled_from(
        ["", ' aca="false"', ' t="array" ref="A1:B2"', ' t="shared" si="0" ref="A1:A9"', ' ca="1"']
    ),
    _TEXTS,
) | st.sampled_from(["<f/>", '<f t="shared" si="0"/>', "<f></f>"])
_VALUES = st.one_of(
    st.builds('{}"><f>A1</f><v>{}</v></c>'.format, st.just(""), _NUMBERS),
    st.builds('" t="s"><v>{}</v></c>'.format, st.integers(0, 41)),
    st.builds(
        '" t="{}">{}<v>{}</v></c>'.format, st.sampled_from(["str", "e", "b", "d", "n"]), _FORMULAS, _TEXTS
    ),
    st.builds('" s="3">{}<v>{}</v></c>'.format, _FORMULAS, _NUMBERS | st.just("")),
    st.builds('" t="str">{}</c>'.format, _FORMULAS),
    st.builds('" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>'.format, _TEXTS),
    st.builds('" t="inlineStr"><is><t>{}</t></is></c>'.format, _TEXTS),
    st.sampled_from(
        ['" s="1"/>', '"/>', '" />', '"><v/></c>', '"><v /></c>', '"></c>', '" t="str"><v></v></c>']
    ),
)
_MARKS = st.sampled_from(
    [
        "",
        ' spans="1:3"',
        ' spans="1:3" ht="12.75" customHeight="1"',
        ' s="4" customFormat="1" x14ac:dyDescent="0.25"',
    ]
)


@st.composite
def _rows(draw: st.DrawFn) -> str:
    """Rows as programs write them."""
    said = ""
    for row in sorted(draw(st.sets(st.integers(1, 120), max_size=5))):
        columns = sorted(draw(st.sets(st.sampled_from("ABCDEFG"), max_size=5)))
        cells = "".join(f'<c r="{column}{row}{draw(_VALUES)}' for column in columns)
        said += f'<row r="{row}"{draw(_MARKS)}' + (f">{cells}</row>" if cells else "/>")
    return said


_ODD = st.sampled_from(
    [
        "", " ", "\n", "\r", "<", ">", "/", "&", "&#10;", "&#9999999;", "&#55296;", "&#65534;", "&nbsp;",
        "]]>", "]]", "<!-- x -->", "<!--", "-->", "<?a b?>", "<![CDATA[x]]>", "<v>1</v>", "<f>A1</f>", "<c/>",
        '<c r="A1"/>',
        "<row>", "</row>", "<row/>", '<row r="9"/>', "<sheetData>", "</sheetData>", "<sheetData/>",
        "<sheetData></sheetData>", "<extLst><a/></extLst>", "<x:c/>", ' r="1"', ' xmlns="u"', ' xmlns:x="u"',
        " x:y='1'", ' cm="1"', ' a="1" a="2"', ' t="s"', '"', "'", "\x00", "\x0b", "\ufffe", "\uffff",
        "\ufffd", "\U0001f600", "1_0", "nan", "1e999", "-", "+1", "９", "0", "a", "XFE", "_x",
        "<is><t>x</t></is>",
        "<is><r><t>x</t></r></is>", "xmlns",
    ]
)  # fmt: skip


def _read(by: Callable[..., Told | None], data: bytes) -> tuple[Told, Counted] | None:
    counted = Counted(5, 7)
    try:
        told = by(data, "part", _STRINGS, counted)
    except Refused:
        return None
    return (told, counted) if told else None


def _kinds(told: Told) -> list[type]:
    return [type(cell.value) for cell in told.cells.values()]


def _expect_alike(data: bytes) -> None:
    """What patterns take in, the parser takes in alike; truth values stay some, and the order stays."""
    if found := _read(scanned_cells, data):
        wanted = _read(parsed_cells, data)
        assert wanted is not None, "the parser refuses it"
        assert found == wanted
        assert _kinds(found[0]) == _kinds(wanted[0])
        assert list(found[0].cells) == list(wanted[0].cells)


@given(_rows())
def test_rows_as_programs_write_them_are_taken_in_as_the_parser_does(rows: str) -> None:
    data = sheet(rows)
    _expect_alike(data)
    assert (_read(scanned_cells, data) is None) == (_read(parsed_cells, data) is None)


_SST = f'<sst xmlns="{MAIN}" count="9" uniqueCount="9">'
_OPENINGS = st.sampled_from(
    [
        "",
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n',
        '<?xml version="1.0"?>',
        "\ufeff",
        " ",
    ]
)
_PLAIN = st.text("aß大 _x0041&;lt#10\n\t>]", max_size=12).map(lambda said: said.replace("&", "&amp;"))


@st.composite
def _strings(draw: st.DrawFn) -> str:
    """A part with shared strings, with a thing or two somewhere that programs do not write."""
    opens = st.sampled_from(["<si><t>", '<si><t xml:space="preserve">'])
    items = [f"{draw(opens)}{text}</t></si>" for text in draw(st.lists(_PLAIN, max_size=5))]
    part = draw(_OPENINGS) + _SST + "".join(items) + "</sst>" + draw(st.sampled_from(["", "\n", "\u3000"]))
    odd = st.one_of(
        _ODD, st.sampled_from(["<si/>", "<si><t/></si>", "<si>", "</si>", "<t>", "</t></si>", "</sst>"])
    )
    for thing in draw(st.lists(odd, max_size=2)):
        at = draw(st.integers(0, len(part)))
        part = part[:at] + thing + part[at:]
    return part


@given(_strings())
@example(_SST + "<si><t>a &amp; b &lt; &#34920;_x000A_</t></si></sst>")
def test_shared_strings_are_taken_in_as_the_parser_does(part: str) -> None:
    data, counted, other = part.encode("utf-8"), Counted(5, 7), Counted(5, 7)
    found = scanned_strings(data, "part", counted)
    if found is None:
        assert counted == other
    else:
        assert (parsed_strings(data, "part", other), other) == (found, counted)


def test_shared_strings_that_programs_write_need_no_parser() -> None:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    plain = (head + _SST + '<si><t>a&amp;b</t></si><si><t xml:space="preserve"> c</t></si></sst>').encode()
    assert scanned_strings(plain, "part", Counted()) == ["a&b", " c"]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(limits, "MOST_STRINGS", 1)
        assert scanned_strings(plain, "part", Counted()) is None
        patched.setattr(limits, "MOST_STRINGS", 2)
        patched.setattr(limits, "MOST_TEXT", 4)
        assert scanned_strings(plain, "part", Counted()) is None


_SPOTS = st.tuples(st.integers(0, 5), st.integers(1, 8))
"""Some row of a sheet, or a new one below, and a column."""
_CELLS = st.sampled_from([Cell(), Cell("a<b"), Cell(2.5), Cell(True), Cell("", "A1&B1"), Cell(1.0, "A1")])


@given(_rows(), st.dictionaries(_SPOTS, _CELLS, max_size=6), st.sets(_SPOTS, max_size=6))
def test_rows_that_are_edited_come_out_as_the_parser_would_have_them(
    rows: str, cells: dict[Spot, Cell], restyled: set[Spot]
) -> None:
    data = sheet(rows.replace(' t="array" ref="A1:B2"', ""))
    if found := _read(scanned_cells, data):
        numbers = [*found[0].rows, *range(121, 127)]
        by_patterns = _edited(data, cells, restyled, numbers)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(scanner, "scanned_cells", lambda *_: None)
            assert _edited(data, cells, restyled, numbers) == by_patterns


def _edited(data: bytes, cells: dict[Spot, Cell], restyled: set[Spot], numbers: list[int]) -> bytes:
    part = Worksheet(lambda: data, "part", _STRINGS, Counted())
    part.write({(numbers[row], column): cell for (row, column), cell in cells.items()})
    part.restyle({(numbers[row], column) for row, column in restyled}, lambda style: style + 1)
    return part.composed()


@given(_rows(), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4), _ODD), min_size=1, max_size=3))
def test_what_is_odd_anywhere_is_read_as_the_parser_reads_it(
    rows: str, oddities: list[tuple[float, int, str]]
) -> None:
    data = sheet(rows).decode()
    for where, gone, odd in oddities:
        at = int(where * len(data))
        data = data[:at] + odd + data[at + gone :]
    _expect_alike(data.encode())


@given(_rows(), st.floats(0, 1), st.binary(max_size=3))
def test_bytes_that_are_no_text_are_never_taken_in(rows: str, where: float, odd: bytes) -> None:
    data = sheet(rows)
    at = int(where * len(data))
    _expect_alike(data[:at] + odd + data[at:])


_ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "data",
    [
        sheet(_ROW).replace(b"<worksheet", b"<!-- <sheetData> --><worksheet"),
        sheet(_ROW, before="<!--", after="--><sheetData/>"),
        sheet(_ROW, before="<?x ", after="?><sheetData/>"),
        sheet(_ROW, before="<![CDATA[", after="]]><sheetData/>"),
        sheet(_ROW, before="<a>", after="</a><sheetData/>"),
        b"</sheetData>" + sheet(_ROW),
        b'<?xml version="1.0" encoding="us-ascii"?>' + sheet(_ROW.replace("<v>1</v>", "<f>大</f>")),
        b'<?xml version="1.0" encoding="gbk"?>' + sheet(_ROW),
        b"<!DOCTYPE worksheet>" + sheet(_ROW),
        sheet(_ROW).replace(b' xmlns="', b' xmlns="urn:of-others:'),
        sheet('<row r="1" xmlns:q="urn:q"><c r="A1"><v>1</v></c></row>'),
        sheet('<row r="2"><c r="A2"/></row><row r="1"/>'),
        sheet('<row r="1"><c r="B1"/><c r="A1"/></row>'),
        sheet('<row r="1"><c r="A2"/></row>'),
        sheet('<row r="1"><c r="XFE1"/></row>'),
        sheet('<row r="1048577"/>'),
        sheet('<row r="1" s="1" s="1"/>'),
        sheet('<row r="1"><c r="A1" t="s"><v>40</v></c></row>'),
        sheet('<row r="1"><c r="A1"><v>1e999</v></c></row>'),
        sheet('<row r="1"><c r="A1"><is><t>x</t></is></c></row>'),
        sheet('<row r="1"><c r="A1"><f t="shared" si="9"/></c></row>'),
        sheet('<row r="1"><c r="A1"><f>a]]>b</f></c></row>'),
    ],
)  # fmt: skip
def test_what_hides_something_is_left_to_the_parser(data: bytes) -> None:
    assert scanned_cells(data, "part", _STRINGS, Counted()) is None


def test_more_than_a_plan_needs_is_left_to_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    data = sheet(
        "".join(f'<row r="{row}"><c r="A{row}" t="str"><f>A1</f><v>ab</v></c></row>' for row in range(1, 40))
    )
    assert _read(scanned_cells, data) == _read(parsed_cells, data) is not None
    for limit, most in (("MOST_CELLS", 30), ("MOST_TEXT", 100), ("MOST_IN_TEXT", 30), ("MOST_IN_TAG", 30)):
        with monkeypatch.context() as lowered:
            lowered.setattr(limits, limit, most)
            assert scanned_cells(data, "part", _STRINGS, Counted()) is None


def _sheets(path: Path) -> list[bytes]:
    return [data for name, data in parts_of(path).items() if re.match(r"xl/worksheets/[^/]+\.xml", name)]


def test_books_that_programs_have_saved_are_read_by_patterns(tmp_path: Path) -> None:
    """Or what they cost is a parser's time again: told here, as no other test would notice."""
    path = rich_book(tmp_path / "plan.xlsx")
    by_openpyxl = tmp_path / "openpyxl.xlsx"
    as_openpyxl(path).save(by_openpyxl)
    for saved in (path, by_openpyxl, office.convert(path, "xlsx")):
        for data in _sheets(saved):
            assert scanned_cells(data, "part", [""] * 1000, Counted()), (saved.name, data)
