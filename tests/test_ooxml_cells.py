"""One cell between XML and value."""

from __future__ import annotations

from datetime import datetime
from xml.etree import ElementTree

import openpyxl.utils
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import to_excel

from targetcal_xl.ooxml.cells import (
    Cell,
    block,
    cell_name,
    cell_xml,
    check_cell,
    column_letters,
    column_number,
    is_index,
    number_of,
    resolved,
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
    held = ElementTree.fromstring(f"<t>{xml_of(said)}</t>").text
    assert resolved(held or "") == said


@given(st.integers(1, 16_384))
def test_columns_are_named_as_openpyxl_names_them(number: int) -> None:
    assert column_letters(number) == openpyxl.utils.get_column_letter(number)
    assert column_number(column_letters(number).encode()) == number


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("b", "1", True),
        ("b", "true", True),
        ("b", "0", False),
        ("b", "false", False),
        ("e", "#REF!", "#REF!"),
        ("str", "a_x000D_&", "a\r&"),
        ("d", "2025-03-31T12:00:00", to_excel(datetime(2025, 3, 31, 12))),
        ("d", "2025-03-31T12:00:00.500Z", to_excel(datetime(2025, 3, 31, 12, 0, 0, 500_000))),
        ("d", "2025-03-31", to_excel(datetime(2025, 3, 31))),
        ("d", "06:00:00", 0.25),
        ("d", "06:00", 0.25),
    ],
)
def test_every_type_of_cell_is_read(kind: str, raw: str, value: object) -> None:
    read = value_of(kind, raw)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    "said",
    ["NaN", "inf", "x", "2_20", "1e999", " 1", "1 ", "0x1F", "１２", "1,5", "", "1e", "--1", "1.2.3"],
)
def test_a_number_that_no_spreadsheet_writes_is_not_guessed(said: str) -> None:
    with pytest.raises(ValueError):
        number_of(said)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("b", "2"),
        ("b", "TRUE"),
        ("b", "yes"),
        ("x", "1"),
        ("d", "31.03.2025"),
        ("d", "2025-W14-1"),
        ("d", "20250331"),
        ("d", "1000"),
        ("d", "1899-12-31"),
        ("d", "1900-02-28"),
        ("d", "2025-03-31T12:00:00+08:00"),
        ("d", "24:30:00"),
        ("d", ""),
        ("e", ""),
    ],
)
def test_a_value_that_makes_no_sense_or_two_is_not_guessed(kind: str, said: str) -> None:
    with pytest.raises((ValueError, LookupError)):
        value_of(kind, said)


@pytest.mark.parametrize("said", ["-1", "1_0", "x", "", "٣", "1" * 5_000])
def test_only_a_place_in_a_list_is_one(said: str) -> None:
    assert not is_index(said)
    assert is_index("0") and is_index("12")


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("A1:C3", ((1, 1), (3, 3))),
        ("b2", ((2, 2), (2, 2))),
        ("$A$1:XFD1048576", ((1, 1), (1_048_576, 16_384))),
    ],
)
def test_a_block_is_told_by_its_corners(said: str, place: object) -> None:
    assert block(said) == place


@pytest.mark.parametrize("said", ["", "1:2", "A:C", "B2:A1", "A0", "XFE1", "A1048577", "A1:B2:C3", "A1 B2"])
def test_what_is_no_block_is_no_block(said: str) -> None:
    with pytest.raises(ValueError, match="ref"):
        block(said)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_comes_back_to_the_last_bit(number: float) -> None:
    held = ElementTree.fromstring(cell_xml("", "A1", "0", Cell(number))).findtext("v")
    assert held is not None
    assert number_of(held) == number


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
    assert cell_name((7, 28)) == "AB7"
