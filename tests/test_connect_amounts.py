"""Amounts that name their currency: one currency is a number, two are told of once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.connect.amounts import amount_told, is_strange, number_in
from targetcal_xl.connect.draft import rows_of
from targetcal_xl.connect.form import PLAN
from targetcal_xl.connect.form_answers import answer_meant
from targetcal_xl.connect.plain import distinct
from targetcal_xl.connect.table_file import TableFile
from targetcal_xl.connect.tables import read_table
from targetcal_xl.exchange import typed_as_meant
from targetcal_xl.problems import DataProblems
from targetcal_xl.workbook import Owner, Typed
from tests.support.samples import sample_plan


def table(folder: Path, cells: list[str]) -> TableFile:
    path = folder / "crm.csv"
    path.write_text("value\tline\n" + "".join(f"{cell}\tA\n" for cell in cells), "utf-8")
    return read_table(path, ["value", "line"])


CODES = st.sampled_from(["CNY", "USD", "EUR", "JPY", "GBP", "HKD", "INR", "KRW", "BRL"])
LOCALES = st.sampled_from(["en_US", "en_GB", "zh_CN", "ja_JP", "en_CA", "zh_HK"])


@given(st.integers(-(10**9), 10**9), CODES, LOCALES)
def test_an_amount_reads_as_offices_of_the_world_write_it(cents: int, code: str, locale: str) -> None:
    value = cents / 100
    written = format_currency(value, code, "¤#,##0.00;-¤#,##0.00", locale=locale, currency_digits=False)
    found = amount_told(written)
    assert found is not None and found.value == value
    assert code in found.currencies


@pytest.mark.parametrize(
    ("said", "value", "code"),
    [
        ("￥１，２００", 1200, "CNY"),
        ("1.2万元", 12000, "CNY"),
        ("3亿 美元", 3e8, "USD"),
        ("RMB 5", 5, "CNY"),
        ("-€3.50", -3.5, "EUR"),
        ("€-3.50", -3.5, "EUR"),
        ("1 200 EUR", 1200, "EUR"),
        ("US$5 USD", 5, "USD"),
        ("5円", 5, "JPY"),
    ],
)
def test_an_amount_has_its_currency_before_or_behind(said: str, value: float, code: str) -> None:
    found = amount_told(said)
    assert found is not None and found.value == value and code in found.currencies


@pytest.mark.parametrize(
    "said",
    [
        "",
        "5",
        "¥",
        "EUR",
        "5 kg",
        "3M",
        "$3M",
        "5k",
        "5 all",
        "3天",
        "--$5",
        "-$-5",
        "$5%",
        "€5 USD",
        "$1,20",
    ],
)
def test_what_names_no_one_currency_is_no_amount(said: str) -> None:
    assert amount_told(said) is None


def test_one_currency_in_all_cells_is_the_number(tmp_path: Path) -> None:
    found = table(tmp_path, ["￥1,200", "1.5万元", "", "CNY 3", "0"])
    np.testing.assert_array_equal(found.numbers("value"), [1200, 15000, np.nan, 3, 0])
    found.done()


def test_several_currencies_are_one_problem_that_shows_a_line_of_each(tmp_path: Path) -> None:
    found = table(tmp_path, ["￥1,200", "$30", "￥7", "EUR 5", "-", *["$4"] * 50])
    found.numbers("value")
    codes = [problem.code for problem in found.problems]
    assert codes == ["csv_currencies", "csv_not_a_number"]
    told = {language: next(iter(found.problems)).sentence(language) for language in ("en", "zh-CN")}
    assert "crm.csv, column value: " in told["en"]
    assert "¥ (row 2: ￥1,200), $ (row 3: $30), EUR (row 5: EUR 5)" in told["en"]
    assert "¥（第 2 行：￥1,200）、$（第 3 行：$30）、EUR（第 5 行：EUR 5）" in told["zh-CN"]


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        (["￥5", "CNY 5", "5元"], None),
        (["JPY 5", "￥5"], None),
        (["$5", "HK$5"], None),
        (["￥5", "CNY 5", "JPY 5"], ["CNY", "JPY"]),
        (["US$5", "HK$5"], ["USD", "HKD"]),
        (["€5", "7"], ["EUR", "no currency"]),
        (["€5", "0"], None),
    ],
)
def test_signs_that_may_mean_the_same_are_one_and_no_currency_is_none_of_them(
    cells: list[str], names: list[str] | None, tmp_path: Path
) -> None:
    found = table(tmp_path, cells)
    found.numbers("value")
    told = "; ".join(problem.sentence("en") for problem in found.problems)
    assert bool(told) == bool(names) and all(f"{name} (row " in told for name in names or ())
    assert told.count(" (row ") == len(names or ())


def test_a_sheet_with_two_currencies_says_so_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["value"], ["€3"], [4], ["$5"]):
        book.active.append(row)
    book.save(tmp_path / "crm.xlsx")
    found = read_table(tmp_path / "crm.xlsx", ["value"])
    found.numbers("value")
    (problem,) = found.problems
    assert "EUR (row 2: €3), $ (row 4: $5), no currency (row 3: 4)" in problem.sentence("en")


@pytest.mark.parametrize(
    ("unit", "said", "value"),
    [
        ("元", "1.2万元", 12000.0),
        ("万元", "1.2万元", 1.2),
        ("万元", "￥12,000", 1.2),
        ("yuan", "CNY 5", 5.0),
        ("家", "￥5", 5.0),
        ("", "$5", 5.0),
        ("元", "1.2万", 12000.0),
        ("万元", "1.2万", 1.2),
        ("万元", "-3,000", -3000.0),
        ("万户", "3千", 0.3),
        ("亿元", "500 万", 0.05),
        ("千克", "1.2万", 12000.0),
        ("", "1.2万", 12000.0),
        ("k$", "$1,200", 1.2),
        ("K USD", "1200 USD", 1.2),
        ("$000s", "$1,200", 1.2),
        ("HK$ m", "HK$1,200,000", 1.2),
        ("bn EUR", "€600000000", 0.6),
        ("US$ thousand", "US$1,200", 1.2),
        ("thousands of dollars", "$1,200", 1.2),
        ("thousand users", "1.2万", 12.0),
        ("k$", "1.2万", 12.0),
        ("百万美元", "$1,200,000", 1.2),
        ("kWh", "1.2万", 12000.0),
        ("faults per million", "1.2万", 12000.0),
        ("faults / thousand", "1.2万", 12000.0),
        ("MB", "1.2万", 12000.0),
        ("KRW", "KRW 5", 5.0),
        ("thousandths", "1.2万", 12000.0),
    ],
)
def test_an_amount_counts_in_the_unit_of_the_plan(tmp_path: Path, unit: str, said: str, value: float) -> None:
    read = table(tmp_path, [said])
    assert read.numbers("value", unit=unit).tolist() == [value]
    read.done()


def test_another_currency_than_that_of_a_multiple_is_strange(tmp_path: Path) -> None:
    read = table(tmp_path, ["€30", "€40"])
    read.numbers("value", unit="k$")
    assert [problem.code for problem in read.problems] == ["csv_other_currency"]


@given(
    st.sampled_from(["元", "万元", "亿元", "家", "千克", "万户", "k$", "USD m", ""]),
    st.integers(-9999, 9999),
    st.sampled_from(["", "千", "万", "百万", "亿", " 万", "%"]),
)
def test_a_declared_cell_counts_as_a_table_does(unit: str, value: int, power: str) -> None:
    said = f"{value / 10}{power}"
    read = TableFile("crm.csv", np.array([2]), {"value": distinct([said])})
    assert read.numbers("value", unit=unit).tolist() == [number_in(said, unit)]


def test_rows_of_a_draft_leave_a_multiple_to_who_knows_its_unit(tmp_path: Path) -> None:
    assert [row["value"] for row in rows_of(table(tmp_path, ["1.2万", "１２", "1,200"]))] == [
        "1.2万",
        "12",
        "1200",
    ]


def test_a_number_with_its_whole_unit_is_that_number() -> None:
    assert [number_in(said, "万元") for said in ("1.2万元", "1.2 万元", "1.2万")] == [1.2] * 3
    assert [number_in(said, "元") for said in ("1.2万元", "1.2万", "12000元")] == [12000] * 3


@pytest.mark.parametrize(
    ("said", "unit", "value"),
    [
        ("2.6天", "天", 2.6),
        ("2.6 天", "天", 2.6),
        ("3 days", "days", 3.0),
        ("１２家", "家", 12.0),
        ("12,000户", "万户", 1.2),
        ("1.2万户", "户", 12_000.0),
        ("94%", "%", 94.0),
        ("0.5元", "万元", 5e-5),
        ("12万元", "元", 120_000.0),
        ("6万", "十万元", 0.6),
    ],
)
def test_form_pack_and_table_read_a_number_with_its_unit_alike(
    tmp_path: Path, said: str, unit: str, value: float
) -> None:
    plan = sample_plan((1,))
    plan = replace(plan, metric=replace(plan.metric, unit=unit, step=1e-6))
    assert answer_meant(PLAN.item("hq_target"), said, unit) == (pytest.approx(value), "")
    cell = Typed(("R1", "L1", "declared"), Owner.MANAGER, "number", "R1", (1, 1), said, False)
    assert typed_as_meant(cell, plan).value == pytest.approx(value)
    read = table(tmp_path, [said])
    assert read.numbers("value", unit=unit).tolist() == pytest.approx([value])
    read.done()


@pytest.mark.parametrize(
    ("said", "unit"), [("12户", "家"), ("2.6 kg", "天"), ("5家天", "天"), ("3 days", "")]
)
def test_a_number_of_another_unit_is_refused_by_all(tmp_path: Path, said: str, unit: str) -> None:
    plan = sample_plan((1,))
    plan = replace(plan, metric=replace(plan.metric, unit=unit))
    assert answer_meant(PLAN.item("hq_target"), said, unit) == (None, "csv_not_a_number")
    cell = Typed(("R1", "L1", "declared"), Owner.MANAGER, "number", "R1", (1, 1), said, False)
    assert typed_as_meant(cell, plan).value == said
    read = table(tmp_path, [said])
    read.numbers("value", unit=unit)
    assert [problem.code for problem in read.problems] == ["csv_not_a_number"]


@pytest.mark.parametrize(("said", "unit"), [("5元", "家"), ("$5", "万元"), ("5 EUR", "k$")])
def test_an_amount_in_another_currency_is_strange_to_a_unit(said: str, unit: str) -> None:
    assert is_strange(said, unit)
    assert np.isnan(number_in(said, unit))


def test_a_column_in_another_currency_than_the_plans_is_told_of_once(tmp_path: Path) -> None:
    read = table(tmp_path, ["$30", "$40"])
    read.numbers("value", unit="万元")
    with pytest.raises(DataProblems) as found:
        read.done()
    (problem,) = found.value.problems
    assert problem.code == "csv_other_currency"
    assert "$ (row 2: $30)" in problem.sentence("en") and "万元" in problem.sentence("en")
