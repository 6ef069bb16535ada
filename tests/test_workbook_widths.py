"""Every number fits into its column, whatever the metric, its size and the language."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Literal

import openpyxl
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from targetcal_xl.language import LANGUAGES
from targetcal_xl.workbook import write_book
from tests.support.exploring import explores
from tests.support.samples import scaled_standing

_AT = dt.datetime(2025, 1, 6, tzinfo=dt.UTC)


_LARGER = {
    '0\\.0,"万"': (1e4, "0.0", "万万"),
    '#,##0.00,,"M"': (1e6, ",.00", "M"),
    '#,##0,"k"': (1e3, ",", "k"),
}


def _told(value: float, form: str) -> str:
    """A number as a spreadsheet shows it; our own reading of the few formats that there are."""
    if form in _LARGER:
        unit, form, sign = _LARGER[form]
        return _told(value / unit, form) + sign
    share = value * 100 if form.endswith("%") else value
    places = len(form.rstrip("%").partition(".")[2])
    exact = Decimal(f"{share:.15g}").quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return (f"{exact:,f}" if "," in form else f"{exact:f}") + "%" * form.endswith("%")


def _numbers(page: Worksheet) -> Iterator[tuple[Cell, str]]:
    for cell in page._cells.values():
        if isinstance(cell.value, int | float) and not isinstance(cell.value, bool) and cell.row > 1:
            form = str(cell.number_format)
            known = form in _LARGER or re.fullmatch(r"(#,##)?0(\.0+)?%?", form)
            yield cell, _told(float(cell.value), form) if known else f"{cell.value:g}"


def _rooms(page: Worksheet) -> dict[str, float]:
    """The width of every column, and of what is merged, by where that begins."""
    wide = {
        get_column_letter(k): float(one.width)
        for one in page.column_dimensions.values()
        for k in range(one.min, min(one.max, 200) + 1)
    }
    merged = {
        area.coord.partition(":")[0]: sum(
            wide.get(get_column_letter(k), 8.43) for k in range(area.min_col, area.max_col + 1)
        )
        for area in page.merged_cells.ranges
    }
    return wide | merged


def _too_narrow(path: Path) -> list[str]:
    found = []
    for page in openpyxl.load_workbook(path, data_only=True).worksheets:
        rooms = _rooms(page)
        for cell, said in _numbers(page):
            room = rooms.get(cell.coordinate, rooms.get(cell.column_letter, 8.43))
            if len(said) * (1.25 if cell.font.b else 1.0) + 1 > room:
                found.append(f"{page.title}!{cell.coordinate}: {said} in {room}")
    return found


@example(1e6, 9, "sum", "zh-CN")
@example(1e-3, 3, "mean", "en")
@settings(max_examples=8 if explores() else 2, deadline=None)
@given(
    st.sampled_from([1e-3, 0.5, 1.0, 25.0, 1e4, 1e6]),
    st.integers(0, 9),
    st.sampled_from(["sum", "mean"]),
    st.sampled_from(LANGUAGES),
)
def test_every_number_of_a_new_book_fits_into_its_column(
    step: float, size: int, kind: Literal["sum", "mean"], language: str
) -> None:
    largest = min(step * 10**size * 3.7, 1e12)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        write_book(path, scaled_standing(largest, step, kind), language, created=_AT)
        assert _too_narrow(path) == []
