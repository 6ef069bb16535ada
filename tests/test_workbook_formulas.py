"""A formula and its cached value come from one description: LibreOffice computes what we compute."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter.worksheet import Worksheet

from targetcal_xl.actions import new
from targetcal_xl.calibration import (
    Inputs,
    Key,
    Readings,
    Standing,
    Value,
    compute_baseline,
    declaration_fault,
    deviation,
    effects,
    is_objection,
    odds,
    signals,
    spread,
)
from targetcal_xl.language import is_meant, text
from targetcal_xl.ooxml import Cell, Scalar
from targetcal_xl.workbook import content, entered, formulas, region_sheet
from targetcal_xl.workbook.formulas import ROW, Expression, expressed, if_
from targetcal_xl.workbook.layout import default_places
from tests.support.desks import Case
from tests.support.office import recomputed
from tests.support.recalculated import differences
from tests.support.samples import METRIC, sample_inputs, sample_standing

_CELLS: tuple[Scalar, ...] = (
    *(None, 0.0, -2.5, 3.0, 1e6, 0.5, 1.005, 2.675, 1 / 3),
    *("abc", " ABC ", "  a  b ", "确认无误", "a\nb", 'say "x"', "　", "12", "无"),
)
_ONE = "ABC"
"""The columns of cells; formulas stand after them."""
_ROWS = 40
_COLUMNS = {
    letter: [random.Random(f"{letter}{row}").choice(_CELLS) for row in range(_ROWS)] for letter in _ONE
}


def _cell(letter: str) -> Expression:
    values = np.empty(_ROWS, object)
    values[:] = _COLUMNS[letter]
    return Expression(f"${letter}{ROW}", values)


def _column(letter: str) -> Expression:
    return Expression(f"${letter}$1:${letter}${_ROWS}", _cell(letter).values)


class _Some:
    """Expressions made up at random, none of which is an error."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def number(self, depth: int) -> Expression:
        if not depth:
            chosen = self._random.choice(_ONE)
            constant = expressed(self._random.choice([0.0, 1.0, -1.5, 0.15, 100.0]))
            return self._random.choice([formulas.number_or_0(_cell(chosen)), constant])
        x, y = self.number(depth - 1), self.number(depth - 1)
        return self._random.choice(self._numbers(x, y, depth))()

    def _numbers(self, x: Expression, y: Expression, depth: int) -> list[Callable[[], Expression]]:
        positive, small = formulas.abs_(x) + 1, x / (formulas.abs_(x) + 2)
        makers: list[Callable[[], Expression]] = [
            lambda: x + y,
            lambda: x - y,
            lambda: x - (y - 1),
            lambda: x * (y + 1),
            lambda: 2 * x / positive,
            lambda: x / (positive / 3),
            lambda: -x + y,
            lambda: -(1 - x),
            lambda: small**2,
            lambda: formulas.exp(small) + formulas.ln(positive),
            lambda: formulas.ln_ratio(positive, positive + 1) + formulas.tanh(small),
            lambda: formulas.sqrt(positive) * formulas.sign(x),
            lambda: formulas.int_(x) + formulas.round_(small * 10, 3),
            lambda: formulas.max_(x, y) - formulas.min_(x, y, 0),
            lambda: formulas.normal_share(small) + formulas.normal_quantile(formulas.abs_(small) / 2 + 0.25),
            lambda: formulas.count(_cell("A"), _cell("B")) + formulas.length(self.text(depth - 1)),
            lambda: if_(self.truth(depth - 1), x, y),
            lambda: formulas.sum_(_column("A")) + formulas.average(_column("B")),
            lambda: formulas.sum_product(_column("A"), _column("C")) / formulas.rows(_column("A")),
            lambda: formulas.counted(_column("C")) - formulas.how_many(_column("A").equals("abc")),
        ]
        return makers

    def text(self, depth: int) -> Expression:
        if not depth:
            chosen = _cell(self._random.choice(_ONE))
            return self._random.choice([formulas.text_or_none(chosen), expressed('a "b" 无')])
        one, other = self.text(depth - 1), self.text(depth - 1)
        makers: list[Callable[[], Expression]] = [
            lambda: one & other,
            lambda: one & formulas.round_(self.number(depth - 1), 2),
            lambda: formulas.lower(one),
            lambda: formulas.trim(formulas.clean(one)),
            lambda: formulas.substitute(one, "a", "-"),
            lambda: formulas.left(one, 2),
            lambda: if_(self.truth(depth - 1), one, other),
        ]
        return self._random.choice(makers)()

    def truth(self, depth: int) -> Expression:
        cell, other = _cell(self._random.choice(_ONE)), _cell(self._random.choice(_ONE))
        if not depth:
            return self._random.choice([formulas.is_number(cell), cell.equals(other), cell.equals(0)])
        x, y = self.number(depth - 1), self.number(depth - 1)
        makers: list[Callable[[], Expression]] = [
            lambda: x <= y,
            lambda: x > y,
            lambda: formulas.and_(x < 1, self.truth(depth - 1)),
            lambda: formulas.or_(x >= y, self.truth(depth - 1).equals(formulas.FALSE)),
            lambda: formulas.is_number(formulas.find("a", self.text(depth - 1))),
            lambda: formulas.says(cell, ["ABC", "无"]),
            lambda: self.text(depth - 1).equals(self.text(depth - 1)),
        ]
        return self._random.choice(makers)()


def _put(page: Worksheet, row: int, column: int, value: Scalar) -> None:
    if isinstance(value, str):
        page.write_string(row, column, value)
    elif value is not None:
        page.write_number(row, column, value)


def _computed(path: Path, made: Sequence[Expression]) -> list[list[Scalar]]:
    """What LibreOffice makes of each expression, in every row."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for at, letter in enumerate(_ONE):
            for row, value in enumerate(_COLUMNS[letter]):
                if value is not None:
                    page.write(row, at, value) if not isinstance(value, str) else page.write_string(
                        row, at, value
                    )
        for across, one in enumerate(made, len(_ONE)):
            for row, cell in enumerate(one.cells(range(1, _ROWS + 1))):
                assert cell is not None
                page.write_formula(row, across, f"={cell.formula}", None, 0)
    (again,) = recomputed([path])
    page = openpyxl.load_workbook(again, data_only=True).active
    first = len(_ONE) + 1
    return [
        [page.cell(row, at).value for row in range(1, _ROWS + 1)] for at in range(first, first + len(made))
    ]


def _alike(ours: Scalar, theirs: Scalar) -> bool:
    if isinstance(ours, bool) or isinstance(theirs, bool) or isinstance(ours, str):
        return (ours or "") == (theirs or "")
    return theirs == pytest.approx(ours, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("kind", ["number", "text", "truth"])
def test_libreoffice_computes_what_an_expression_gives(kind: str, tmp_path: Path) -> None:
    some = _Some(20250101)
    made = [getattr(some, kind)(depth) for depth in (1, 2, 3) for _ in range(60)]
    for one, theirs in zip(made, _computed(tmp_path / "made.xlsx", made), strict=True):
        ours = one.told if one.values.ndim else one.told * _ROWS
        wrong = [row for row in range(_ROWS) if not _alike(ours[row], theirs[row])]
        assert not wrong, (one.written, [(ours[row], theirs[row]) for row in wrong])


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_numbers_are_rounded_half_away_from_nothing(value: float, digits: int) -> None:
    (rounded,) = formulas.round_(value, digits).told
    assert abs(float(str(rounded)) - value) <= 0.5 * 10.0**-digits * (1 + 1e-6) + 1e-9
    assert formulas.round_(-value, digits).told == [pytest.approx(-float(str(rounded)))]


@pytest.mark.parametrize(("value", "digits", "shown"), [(2.5, 0, 3.0), (-2.5, 0, -3.0), (1.005, 2, 1.01)])
def test_a_half_is_rounded_as_it_is_typed(value: float, digits: int, shown: float) -> None:
    assert formulas.round_(value, digits).told == [shown]


def test_a_formula_that_would_point_to_what_is_lost_is_none() -> None:
    lost = Expression(None, np.zeros(2))
    some = Expression(("A1", None), np.zeros(2))
    assert [*(lost + 1).cells([1, 2])] == [None, None]
    assert [*(some + 1).cells([1, 2])] == [Cell(1.0, "A1+1"), None]
    assert [*expressed(1).cells([1, None])] == [Cell(1.0, "1"), None]


def test_brackets_stand_only_where_they_change_something() -> None:
    a, b, c = (Expression(letter, np.zeros(1)) for letter in "abc")
    assert (a + (b - c)).written == "a+b-c"
    assert (a - (b - c)).written == "a-(b-c)"
    assert (a * (b / c)).written == "a*b/c"
    assert (a / (b * c)).written == "a/(b*c)"
    assert ((a + b) * c <= a & b).written == "(a+b)*c<=a&b"
    assert ((a <= b) * (c > a)).written == "(a<=b)*(c>a)"
    assert formulas.one_or_0(a <= b).written == "--(a<=b)"


_READING = st.one_of(st.floats(1e-3, 1e6), st.sampled_from([0.0, None, -5.0]))


def _shown(standing: Standing, typed: Mapping[Key, Value], sheet: str, table: str) -> dict[str, list[Value]]:
    """The columns of a table as our cells show them."""
    places = default_places(standing.inputs, "en")
    cells, place = (
        content(standing, {**entered(standing.inputs), **typed}, places),
        places.table(sheet, table),
    )
    return {
        code: [cells[sheet][row, at].value for row in place.rows.values() if (row, at) in cells[sheet]]
        for code, at in place.columns.items()
    }


_STANDING = sample_standing((3, 2))


@given(st.lists(_READING, min_size=50, max_size=50))
def test_the_sheet_s_way_to_a_suggestion_is_the_method_s(said: list[float | None]) -> None:
    plan, items = _STANDING.inputs.plan, _STANDING.inputs.plan.indicators
    rows = [f"{line.code}/{item.code}" for line in plan.lines for item in items]
    sides = {"now": said[:25], "reference": said[25:]}
    typed: dict[Key, Value] = {
        (None, row, f"reading.{side}"): value
        for side, values in sides.items()
        for row, value in zip(rows, values, strict=True)
    }
    shown = _shown(_STANDING, typed, "baseline", "baseline")
    now, then = (np.array(values, np.float64).reshape(5, 5) for values in sides.values())
    moved = signals(Readings(now, then), plan)
    worth = effects(moved, np.array([driver.weight for driver in plan.drivers]))
    expected = _STANDING.baseline.base * np.exp(worth.sum(axis=1))
    past = _STANDING.inputs.history.values
    for k, driver in enumerate(plan.drivers):
        assert shown[f"signal.{driver.code}"] == pytest.approx(moved[:, k].tolist(), abs=1e-12)
        assert shown[f"effect.{driver.code}"] == pytest.approx(worth[:, k].tolist(), abs=1e-12)
    assert shown["expected"] == pytest.approx(expected.tolist())
    assert shown["sum"] == pytest.approx(expected.tolist())
    assert shown["suggested"] == pytest.approx(plan.metric.target(expected, past).tolist())


_OF_KINDS = {
    "counts": METRIC,
    "complaints": replace(METRIC, direction=-1),
    "satisfaction": replace(METRIC, kind="ratio", step=0.001, distance="shortfall"),
    "churn": replace(METRIC, kind="ratio", step=0.0001, direction=-1),
    "margin": replace(METRIC, kind="ratio", step=0.1, distance="shortfall", unit="%", whole=100.0),
}


def _inputs(kind: str) -> Inputs:
    """A plan of this kind; shares lie between 0 and their whole."""
    inputs = sample_inputs((3, 2), metric=(metric := _OF_KINDS[kind]))
    if not metric.is_share:
        return inputs
    values = metric.whole * np.clip(inputs.history.values / 400, 0.01, 0.99)
    history = replace(inputs.history, values=values, one_off=np.zeros_like(values))
    return replace(inputs, history=history, plan=replace(inputs.plan, hq_target=0.4 * metric.whole))


_STANDINGS = {
    kind: Standing(inputs, compute_baseline(inputs), np.ones(5))
    for kind in _OF_KINDS
    if (inputs := _inputs(kind))
}


@given(
    st.sampled_from([*_OF_KINDS]),
    st.floats(-0.5, 4),
    st.sampled_from([None, "because", "I confirm: two hospitals"]),
)
def test_the_tab_s_rules_are_the_method_s(kind: str, factor: float, basis: str | None) -> None:
    standing, metric = _STANDINGS[kind], _OF_KINDS[kind]
    model = float(standing.baseline.suggested[0])
    declared = round(model * factor / metric.step) * metric.step
    typed: dict[Key, Value] = {("R1", "R1-1", "declared"): declared, ("R1", "R1-1", "basis"): basis}
    shown = {
        code: one[0] for code, one in _shown(standing, typed, region_sheet("R1"), "lines").items() if one
    }
    away = float(deviation(declared, model, metric))
    fault = declaration_fault(declared, False, metric, model, is_meant(basis))
    assert shown["deviation"] == pytest.approx(np.clip(away, -9.99, 9.99), abs=1e-12)
    assert (shown["flag"] == text("workbook.flag.unusable", "en")) == (fault is not None)
    objects = bool(is_objection(away, standing.inputs.plan.thresholds.objection)) and not fault
    assert (shown["flag"] == text("workbook.flag.objection", "en")) == objects
    baseline, level = standing.baseline, standing.inputs.plan.thresholds.confidence
    wide = spread(baseline, level)[:1]
    likely = odds(np.array([declared]), baseline.expected[:1], wide, metric.direction)[0]
    if declared > 0:
        assert shown["odds_declared"] == pytest.approx(likely, abs=6e-5)


_WILD: tuple[tuple[Scalar, ...], ...] = (
    # declared, counter, decision, its reason, agree, basis
    (None, 0.0, "counter", 5.0, None, None),
    (0.0, None, "accept", 0.5, "yes", "无"),
    ("ninety", 0.0, "return", " \n ", None, 7.0),
    (99.0, 100.0, "COUNTER", "x", "YES", 1e6),
    (100.0, 100.0, "counter", "", None, "　"),
    (1e6, None, " accept ", "很多", None, "I CONFIRM"),
)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_libreoffice_reads_what_people_should_not_have_typed_as_we_do(language: str, tmp_path: Path) -> None:
    """Also an empty declaration beside a counter of 0, which are equal; no TRUE, a number in LibreOffice."""
    case = Case(tmp_path, sample_inputs((len(_WILD), 1)), language=language)
    with case.desk(create=True) as desk:
        new(desk, case.inputs, language)
    codes = ("declared", "counter", "decision", "decision_reason", "agree", "basis")
    case.type(
        {
            ("R1", f"R1-{k}", code): Cell(value)
            for k, said in enumerate(_WILD, 1)
            for code, value in zip(codes, said, strict=True)
        }
    )
    assert differences([case.path]) == []
