"""A currency or multiple that stands only in a cell's number format is judged as one that is written."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from targetcal_xl.connect.amounts import amount_told
from targetcal_xl.connect.form import LINES, PLAN, POSTS
from targetcal_xl.connect.form_answers import answer_meant
from targetcal_xl.connect.number_format import as_shown
from targetcal_xl.connect.table_file import TableFile
from targetcal_xl.connect.tables import read_table


@pytest.mark.parametrize(
    ("code", "value", "said"),
    [
        ('"￥"#,##0.00', 12000.0, "￥12000"),
        ('"¥"#,##0;[Red]\\-"¥"#,##0', -5.0, "¥-5"),
        ("[$￥-804]#,##0.00", 12000.5, "￥12000.5"),
        ("[$USD] #,##0", 3.0, "USD3"),
        ("#,##0 [$€-407]", 7.0, "7€"),
        ("$#,##0_);($#,##0)", -7.0, "$-7"),
        ('_ "¥"* #,##0.00_ ;_ "¥"* \\-#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ', 8.0, "¥8"),
        ('#,##0"元"', 9.0, "9元"),
        ('General"万元"', 1.5, "1.5万元"),
        ('0.0"万"', 1.2, "1.2万"),
        ('0!.0,"万"', 12000.0, "1.2万"),
        ('0"."0,"万元"', 12000.0, "1.2万元"),
        ('#!.0000"万"', 12000.0, "1.2万"),
        ("#,##0.00", 12000.0, None),
        ("0%", 0.5, "50%"),
        ("0.0%", 0.07, "7%"),
        ('0.0"%"', 94.0, "94%"),
        ('0.0%"元"', 0.5, None),
        ("# ?/?", 0.5, None),
        ("0.00E+00", 5.0, None),
        ('#,##0"家"', 5.0, None),
        ('"No. "0', 5.0, None),
        ("000-0000", 5551234.0, None),
        ("[$-409]#,##0", 5.0, None),
        ("@", 5.0, None),
        ("", 5.0, None),
    ],
)
def test_what_a_format_writes_beside_a_number(code: str, value: float, said: str | None) -> None:
    assert as_shown(value, code) == said


_MONEY = {'"￥"#,##0.00': 1.0, '#,##0"元"': 1.0, "[$CNY] 0": 1.0, '0.00"万元"': 1e4, '0!.0,"万元"': 1.0}
"""Formats of yuan, and how many yuan a 1 in such a cell is."""


@example(0.5, '0!.0,"万元"', "元")
@given(st.floats(0.01, 1e9), st.sampled_from([*_MONEY]), st.sampled_from(["元", "万元"]))
def test_a_cell_counts_in_the_plans_unit_however_its_format_says_its_currency(
    value: float, code: str, unit: str
) -> None:
    said = as_shown(value, code)
    amount = amount_told(said or "")
    assert amount is not None and "CNY" in amount.currencies
    found, fault = answer_meant(PLAN.item("hq_target"), str(said), unit)
    size = {"元": 1.0, "万元": 1e4}[unit]
    assert fault == "" and found == pytest.approx(value * _MONEY[code] / size, rel=1e-12)


def _table(path: Path, *cells: tuple[float, str]) -> TableFile:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["line", "value"])
    for row, (value, code) in enumerate(cells, 2):
        sheet.append([f"L{row}", value])
        sheet.cell(row, 2).number_format = code
    said = BytesIO()
    book.save(said)
    path.write_bytes(said.getvalue())
    return read_table(path, ("line", "value"))


def test_a_column_is_judged_by_its_formats_as_by_what_is_written(tmp_path: Path) -> None:
    yuan = _table(tmp_path / "yuan.xlsx", (12000, '"￥"#,##0'), (35000, "[$￥-804]#,##0.00"), (-500, '0"元"'))
    np.testing.assert_allclose(yuan.numbers("value", unit="万元"), [1.2, 3.5, -0.05])
    assert not [*yuan.problems]
    mixed = _table(tmp_path / "mixed.xlsx", (12000, '"￥"#,##0'), (35000, "#,##0"), (8, "[$$-409]#,##0"))
    mixed.numbers("value", unit="元")
    (problem,) = mixed.problems
    assert problem.code == "csv_currencies" and "no currency (row 3: 35000)" in problem.sentence("en")
    dollars = _table(tmp_path / "dollars.xlsx", (12000, "[$USD] #,##0"))
    dollars.numbers("value", unit="元")
    assert [problem.code for problem in dollars.problems] == ["csv_other_currency"]
    plain = _table(tmp_path / "plain.xlsx", (12000, "#,##0.00"), (0.5, "0%"), (7, '0"家"'))
    np.testing.assert_allclose(plain.numbers("value", unit="元"), [12000, 0.5, 7])


@pytest.mark.parametrize(
    ("said", "unit", "meant"),
    [
        *(("1.2万", "万元", (1.2, "")), ("1.2万", "元", (12000, "")), ("￥12,000", "万元", (1.2, ""))),
        *(
            ("1.2万元", "万元", (1.2, "")),
            ("1200", "万元", (1200, "")),
            ("$5", "家", (None, "csv_other_currency")),
        ),
        *(("$12,000", "万元", (None, "csv_other_currency")), ("many", "元", (None, "csv_not_a_number"))),
    ],
)
def test_the_forms_own_amounts_count_in_the_plans_unit(
    said: str, unit: str, meant: tuple[float | None, str]
) -> None:
    items = PLAN.item("hq_target"), PLAN.item("metric.step"), LINES.item("low"), POSTS.item("output")
    assert {answer_meant(item, said, unit) for item in items} == {meant}
    assert answer_meant(LINES.item("volume"), "1.2万", unit) == (12000, ""), "orders are no amounts of it"
