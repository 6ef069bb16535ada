"""One cell between XML and value."""

from __future__ import annotations

from datetime import datetime
from xml.etree import ElementTree

import openpyxl.utils
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import to_excel

from targetcal_xl.workbook.book import Cell
from targetcal_xl.workbook.cells import (
    cell_xml,
    check_cell,
    column_letters,
    column_number,
    reference,
    text_of,
    unescaped,
    value_of,
    xml_of,
)

# Texts that come near Excel's `_xHHHH_` from every side, and code points XML cannot hold.
TRICKY = st.lists(
    st.sampled_from(["_x0041_", "_x0041", "_", "x005F", "1_", "\r", "\n", "\x00", "\uffff", "&#65;", "]]>"])
    | st.sampled_from(["\ud83d", "\ude00"])
    | st.text(st.characters(), max_size=3)
).map("".join)  # fmt: skip


@given(TRICKY)
def test_any_text_comes_back_as_it_was(said: str) -> None:
    assert text_of(xml_of(said).encode()) == said


@given(TRICKY)
def test_any_text_is_well_formed_xml_that_another_parser_reads_alike(said: str) -> None:
    raw = xml_of(said).encode()
    assert ElementTree.fromstring(b"<t>" + raw + b"</t>").text in (unescaped(raw), None)


@given(st.integers(1, 16_384))
def test_columns_are_named_as_openpyxl_names_them(number: int) -> None:
    assert column_letters(number) == openpyxl.utils.get_column_letter(number)
    assert column_number(column_letters(number).encode()) == number


def test_entities_and_line_ends_are_read_as_xml_says() -> None:
    assert unescaped(b"&lt;&amp;&gt;&quot;&apos;&#65;&#x4e2d;a\r\nb\rc&#13;") == "<&>\"'A中a\nb\nc\r"


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("n", b"1.5", 1.5),
        ("n", b"1E+21", 1e21),
        ("b", b"1", True),
        ("b", b"0", False),
        ("e", b"#REF!", "#REF!"),
        ("str", b"a_x000D_&amp;", "a\r&"),
        ("s", b"1", "two"),
        ("d", b"2025-03-31T12:00:00", to_excel(datetime(2025, 3, 31, 12))),
    ],
)
def test_every_type_of_cell_is_read(kind: str, raw: bytes, value: object) -> None:
    read = value_of(kind, raw, ["one", "two"])
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "raw"), [("n", b"NaN"), ("n", b"inf"), ("n", b"x"), ("s", b"9"), ("s", b"-1")]
)
def test_a_value_that_makes_no_sense_is_not_guessed(kind: str, raw: bytes) -> None:
    with pytest.raises((ValueError, IndexError)):
        value_of(kind, raw, ["one", "two"])


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_comes_back_to_the_last_bit(number: float) -> None:
    held = ElementTree.fromstring(cell_xml("", "A1", "0", Cell(number))).findtext("v")
    assert held is not None
    assert value_of("n", held.encode(), []) == number


def test_a_whole_number_is_written_without_a_point() -> None:
    assert cell_xml("x:", "B2", "3", Cell(1180.0)) == '<x:c r="B2" s="3"><x:v>1180</x:v></x:c>'


def test_a_formula_is_written_with_its_cached_value() -> None:
    assert cell_xml("", "A1", "0", Cell("#N/A", 'A2&"<"')) == (
        '<c r="A1" t="e"><f>A2&amp;"&lt;"</f><v>#N/A</v></c>'
    )
    assert cell_xml("", "A1", "0", Cell("", "A2")) == '<c r="A1" t="str"><f>A2</f><v></v></c>'
    assert cell_xml("", "A1", "0", Cell(True, "A2")) == '<c r="A1" t="b"><f>A2</f><v>1</v></c>'


def test_text_that_looks_like_an_error_or_a_formula_stays_text() -> None:
    for said in ("#N/A", "=1+1", "+1", "-1", "@SUM"):
        assert ElementTree.fromstring(cell_xml("", "A1", "0", Cell(said))).findtext("is/t") == said


@pytest.mark.parametrize(
    ("spot", "cell", "codes"),
    [
        ((1, 1), Cell("a" * 32_767), []),
        ((1, 1), Cell("a" * 32_768), ["file_text_too_long"]),
        ((1, 1), Cell("🙂" * 16_384), ["file_text_too_long"]),
        ((1, 1), Cell(float("nan")), ["file_not_a_number"]),
        ((1, 1), Cell(float("inf"), "1" * 8_193), ["file_not_a_number", "file_formula_too_long"]),
        ((1_048_576, 16_384), Cell(1.0), []),
        ((1_048_577, 1), Cell(1.0), ["file_cell_outside"]),
        ((0, 1), Cell(1.0), ["file_cell_outside"]),
        ((1, 16_385), Cell(1.0), ["file_cell_outside"]),
    ],
)
def test_what_excel_cannot_hold_is_named(spot: tuple[int, int], cell: Cell, codes: list[str]) -> None:
    problems = check_cell("华东", spot, cell)
    assert [problem.code for problem in problems] == codes
    assert all(problem.sentence(language) for problem in problems for language in ("en", "zh-CN"))


def test_a_spot_is_named_as_on_the_sheet() -> None:
    assert reference((7, 28)) == "AB7"
