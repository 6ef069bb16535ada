"""Worksheet functions give what the commands give, from the very ranges of the workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl import calibration
from targetcal_xl.calibration import Baseline, Floats, Inputs, Metric, Standing, compute_baseline
from targetcal_xl.calibration.fairness import rank_interval
from targetcal_xl.excel.functions import marked
from targetcal_xl.functions import FUNCTIONS, inputs, reasons
from targetcal_xl.functions import definitions as functions
from targetcal_xl.functions.ranges import RangeValue, RangeValues
from targetcal_xl.functions.registry import SpilledRows
from targetcal_xl.language import LANGUAGES, spoken_language, text
from targetcal_xl.workbook import write_book
from targetcal_xl.workdays import plan_shape, with_days, working_days
from tests.support.ranges import book_tables
from tests.support.samples import PERIOD, sample_inputs, sample_plan

SERIAL = dt.date(1899, 12, 30)
HISTORY = [["", "2023Q1", "2023Q2", "2023Q3", "2023Q4", "2024Q1", "2024Q2", "2024Q3", "2024Q4"]]
HISTORY += [["East", *range(90, 98)], ["West", *range(40, 48)]]

DAILY: list[list[object]] = [["date", "line", "value"], [45659.0, "A", 1.0]]
READINGS: list[list[object]] = [
    ["line", "indicator", "now", "reference"],
    ["East", "Leads", 12.0, 10.0],
    ["West", "Leads", 9.0, 10.0],
]
INDICATORS: list[list[object]] = [["code", "name", "driver", "share"], ["leads", "Leads", "Pipeline", 1.0]]
WRONG_WAY: list[list[object]] = [[*INDICATORS[0], "direction"], [*INDICATORS[1], "sideways"]]
DRIVERS: list[list[object]] = [["code", "name", "weight"], ["pipeline", "Pipeline", 0.3]]
DRIVEN = [READINGS, INDICATORS, DRIVERS]
HEADINGS = ("region", "departures", "nearer", "too_low", "added", "pooled", "worth")
CHANGES: list[list[object]] = [["line", "indicator", "now"], ["East", "Leads", 15.0]]

RECORD: list[list[object]] = [["period", "region", "suggested", "declared", "actual"]]
"""East declares a tenth too little in each of six quarters, West knows of half of what will come."""
for _number in range(6):
    _when, _moved = f"{2023 + _number // 4}Q{_number % 4 + 1}", (-1) ** _number
    RECORD += [
        [_when, "East", 100.0, 90.0, 100.0 + 2 * _moved],
        [_when, "West", 200.0, 200.0 + 10 * _moved, 200.0 + 20 * _moved],
    ]


@pytest.fixture(scope="module")
def standing() -> Standing:
    """A plan with one-off events of known and of unknown size, and a driver that lowers its metric."""
    given_inputs = sample_inputs()
    one_off = given_inputs.history.one_off.copy()
    one_off[0, -4], one_off[2, -1] = 12.0, np.nan
    first, *others = given_inputs.plan.drivers
    found = replace(
        given_inputs,
        plan=replace(given_inputs.plan, drivers=(replace(first, direction=-1), *others)),
        history=replace(given_inputs.history, one_off=one_off),
    )
    baseline = compute_baseline(found)
    return Standing(found, baseline, calibration.allot(found.plan, baseline), {})


@pytest.fixture(scope="module")
def tables(standing: Standing, tmp_path_factory: pytest.TempPathFactory) -> dict[str, RangeValues]:
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    write_book(path, standing, "zh-CN", created=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    return book_tables(path, standing.inputs)


def _column(rows: SpilledRows) -> Floats:
    return np.array(rows, dtype=float).ravel()


def _arguments(tables: dict[str, RangeValues]) -> list[object]:
    return [
        str(PERIOD),
        *(tables[name] for name in ("history", "events", "readings", "indicators", "drivers")),
    ]


def test_suggestions_from_the_sheets_are_the_commands(
    standing: Standing, tables: dict[str, RangeValues]
) -> None:
    given = _arguments(tables)
    suggested = functions.TC_BASELINE(*given)
    assert _column(suggested) == pytest.approx(standing.baseline.suggested, abs=0)
    low, high = np.array(functions.TC_INTERVAL(*given), dtype=float).T
    assert low == pytest.approx(standing.baseline.low, rel=1e-12)
    assert high == pytest.approx(standing.baseline.high, rel=1e-12)


def test_the_explanation_adds_up_and_has_headings(standing: Standing, tables: dict[str, RangeValues]) -> None:
    headings, *rows = functions.TC_EXPLAIN(*_arguments(tables))
    assert len(headings) == 3 + len(standing.baseline.parts)
    numbers = np.array([row[1:] for row in rows], dtype=float)
    assert numbers[:, :-1].sum(axis=1) == pytest.approx(numbers[:, -1], abs=1e-9)
    assert numbers[:, -1] == pytest.approx(standing.baseline.expected, rel=1e-12)
    assert [row[0] for row in rows] == [line.code for line in standing.inputs.plan.lines]


def test_columns_and_lines_come_in_the_order_they_are_asked_for(
    standing: Standing, tables: dict[str, RangeValues]
) -> None:
    lines = [line.code for line in standing.inputs.plan.lines]
    asked = (("high", "part.trend", "sigma", "effect.market"),)
    wanted = tuple((code,) for code in (lines[3], "", lines[0]))
    third, blank, first = functions.TC_EXPLAIN(*_arguments(tables), wanted, asked)
    baseline = standing.baseline
    at = baseline.parts.index("trend")
    for row, k in ((third, 3), (first, 0)):
        assert row == pytest.approx(
            [baseline.high[k], baseline.contributions[k, at], baseline.sigma[k], baseline.effects[k, 0]]
        )
    assert blank == [""] * 4


def test_the_split_is_the_commands(standing: Standing, tables: dict[str, RangeValues]) -> None:
    given = _arguments(tables)
    expected = functions.TC_EXPLAIN(*given, None, (("expected",),))
    sigma = functions.TC_EXPLAIN(*given, None, (("sigma",),))
    shares = functions.TC_SPLIT(standing.inputs.plan.hq_target, expected, sigma)
    assert _column(shares) == pytest.approx(standing.allotment, abs=0)


def test_a_table_made_by_hand_needs_no_codes() -> None:
    inputs_by_name = functions.TC_BASELINE("2025Q1", HISTORY)
    moved = [[row[0], *reversed(row[1:])] for row in HISTORY]
    assert functions.TC_BASELINE("2025q1", moved) == inputs_by_name
    assert len(inputs_by_name) == 2


@pytest.mark.parametrize("caption", ["Line", "分解行", "line"])
def test_headings_may_be_captions_of_either_language(caption: str) -> None:
    events = [[caption, "period", "amount"], ["East", "2024Q1", 20.0]]
    less = functions.TC_BASELINE("2025Q1", HISTORY, events)
    assert _column(less)[0] < _column(functions.TC_BASELINE("2025Q1", HISTORY))[0]


def test_every_fault_is_told_at_once_with_its_cell_and_the_error_value() -> None:
    history: list[list[RangeValue]] = [list(row) for row in HISTORY]
    history[1][3], history[2][1] = "many", True
    assert functions.TC_BASELINE("2025Q1", history) == [["#VALUE!"]]
    said = reasons("TC_BASELINE", ["2025Q1", history], "en")
    assert len(said) == 2
    assert said[0].startswith("#VALUE! history R2C4: “many” is not a number")
    events = [["line", "period", "amount"], ["North", "2022Q1", "x"]]
    found = reasons("TC_BASELINE", ["2025Q1", HISTORY, events], "en")
    assert [reason.split(" R")[1].split(":")[0] for reason in found] == ["2C1", "2C2", "2C3"]


def test_faults_of_all_arguments_are_told_together() -> None:
    said = reasons("TC_DEVIATION", [[["much"], ["more"]], [[True]], [[1.0], [1.0]]], "en")
    wheres = ["declared R1C1", "declared R2C1", "suggested R1C1", "direction"]
    assert [reason.removeprefix("#VALUE! ").partition(":")[0] for reason in said] == wheres


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("TC_BASELINE", ["soon", HISTORY], "#VALUE!"),
        ("TC_BASELINE", ["2025M01", HISTORY], "#VALUE!"),
        ("TC_BASELINE", ["2025Q1"], "#VALUE!"),
        ("TC_BASELINE", ["2025Q1", [["a", "b"], ["c", 1.0]]], "#VALUE!"),
        ("TC_BASELINE", ["2025Q1", HISTORY, None, None, None, None, None, -1.0], "#NUM!"),
        ("TC_BASELINE", ["2025Q1", HISTORY, None, None, None, None, [["Nowhere"]]], "#N/A"),
        ("TC_BASELINE", ["2025Q1", [*HISTORY, ["East", *[1.0] * 8]]], "#VALUE!"),
        ("TC_INTERVAL", ["2025Q1", HISTORY, None, None, None, None, None, 1.5], "#NUM!"),
        ("TC_EXPLAIN", ["2025Q1", HISTORY, None, None, None, None, None, "profit"], "#N/A"),
        ("TC_SPLIT", [10.5, [[1.0], [2.0]]], "#NUM!"),
        ("TC_SPLIT", [10.0, [[1.0], [2.0]], [[1.0]]], "#VALUE!"),
        ("TC_SPLIT", [10.0, [[1.0], [2.0]], None, None, None, 1.0, "most"], "#VALUE!"),
        ("TC_DEVIATION", [5.0, 0.0], "#DIV/0!"),
        ("TC_DEVIATION", [5.0, 1.0, 2.0], "#VALUE!"),
        ("TC_DEVIATION", [[[1.0], [2.0]], [[1.0], [2.0], [3.0]]], "#VALUE!"),
        ("TC_PATH", [100.0, "2025Q1", [[1.0]]], "#N/A"),
        ("TC_QUADRANT", [1.0, 1.0, "fr"], "#VALUE!"),
        ("TC_DEVIATION", [1.0, 1.0, 1.0, 1.0], "#VALUE!"),
        ("TC_DEVIATION", [1.0, 1.0, 1.0, "sum", 5.0, 6.0, 7.0], "#VALUE!"),
        ("TC_SPLIT", [10.0, [[1.0], [2.0]], None, None, None, -1.0], "#NUM!"),
        ("TC_ODDS", [[[1.0], [2.0]], [[1.0]], [[1.0], [2.0]], [[1.0], [2.0]]], "#VALUE!"),
        ("TC_ODDS", [1.0, 1.0, 0.5, 2.0, 1.5], "#NUM!"),
        ("TC_FAIRNESS", [[[0.5], [0.6]], [[1.0]]], "#VALUE!"),
        ("TC_OVERASSIGN", [0.0, 1.0, 1.0, 0.5, 2.0, 0.2], "#NUM!"),
        ("TC_OVERASSIGN", [2.0, [[1.0], [None]], *[[[1.0], [1.0]]] * 3, 0.2], "#VALUE!"),
        ("TC_OVERASSIGN", [1.0, 1.0, 1.0, 0.5, 2.0, 20.0], "#NUM!"),
        ("TC_OVERASSIGN", [1.0, 1.0, 1.0, 0.5, 2.0, 0.2, None, None, "mean", [[1.0], [2.0]]], "#VALUE!"),
        ("TC_OVERASSIGN", [1.0, 1.0, 1.0, 0.5, 2.0, 0.2, None, None, "mean", -1.0], "#NUM!"),
        ("TC_OVERASSIGN", [1.0, 1.0, 1.0, 0.5, 2.0, 0.2, None, None, None, None, 1.0], "#NUM!"),
        ("TC_JUDGEMENT", [[RECORD[0], ["soon", "East", 100.0, 90.0, 95.0]]], "#VALUE!"),
        ("TC_JUDGEMENT", [[*RECORD, ["2024M01", "East", 100.0, 90.0, 95.0]]], "#VALUE!"),
        ("TC_JUDGEMENT", [[RECORD[0][:4], *(row[:4] for row in RECORD[1:])]], "#VALUE!"),
        ("TC_CORRECTED", [RECORD, "East", [[1.0], [2.0]], 1.0], "#VALUE!"),
        ("TC_CORRECTED", [RECORD, "East", 1.0, 1.0, 1, "sum", -1.0], "#NUM!"),
        ("TC_PATH", [100.0, [["2025Q1"], ["2025Q2"]]], "#VALUE!"),
        ("TC_DEVIATION", [1.0, 1.0, [["up"]]], "#VALUE!"),
        ("TC_WARNING", ["2025Q1", [["A"]], [[90.0], [80.0]], DAILY], "#VALUE!"),
        ("TC_WARNING", ["2025Q1", [["A"]], [[90.0]], [["date", "line"], [45659.0, "A"]]], "#VALUE!"),
        ("TC_WARNING", ["2025Q1", [["B"]], [[90.0]], DAILY], "#N/A"),
        ("TC_WARNING", ["2025Q1", [["A"]], [[90.0]], DAILY, 1.0], "#N/A"),
        ("TC_WHATIF", ["2025Q1", HISTORY, *DRIVEN, CHANGES, None, [[1.0], [2.0], [3.0]]], "#VALUE!"),
        ("TC_WHATIF", ["2025Q1", HISTORY, *DRIVEN, [[*CHANGES[0]], ["North", "Leads", 5.0]]], "#N/A"),
        ("TC_BASELINE", ["2025Q1", HISTORY, None, READINGS], "#VALUE!"),
        (
            "TC_BASELINE",
            ["2025Q1", HISTORY, None, READINGS, INDICATORS, [["code", "name"], ["p", "P"]]],
            "#VALUE!",
        ),
        ("TC_BASELINE", ["2025Q1", HISTORY, None, READINGS, WRONG_WAY, DRIVERS], "#VALUE!"),
    ],
)
def test_what_cannot_be_answered_is_an_error_value_with_a_reason(
    name: str, arguments: list[object], error: str
) -> None:
    found = {cell for row in getattr(functions, name)(*arguments) for cell in row}
    assert error in found
    for language in LANGUAGES:
        (reason,) = reasons(name, arguments, language)
        assert reason.startswith(error)
        assert "{" not in reason


def test_why_is_a_function_too() -> None:
    assert "2025Q1" in str(functions.TC_WHY("tc_baseline", "soon", HISTORY)[0][0])
    assert functions.TC_WHY("TC_BASELINE", "2025Q1", HISTORY) not in ([], [[""]])
    assert "TC_BASELINE" in str(functions.TC_WHY("TC_NOTHING")[0][0])
    (reason,) = functions.TC_WHY("TC_DEVIATION", 5.0, 0.0)
    assert str(reason[0]).startswith("#DIV/0!")


def test_an_unexpected_error_is_an_error_value_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "deviation", lambda *_: 1 / 0)
    assert functions.TC_DEVIATION(1.0, 1.0) == [["#VALUE!"]]
    assert "ZeroDivisionError" in reasons("TC_DEVIATION", [1.0, 1.0], "en")[0]


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0.1, 1e6)), min_size=1, max_size=5),
    st.sampled_from([1, -1]),
)
def test_deviations_and_objections_are_the_methods(pairs: list[tuple[float, float]], side: int) -> None:
    declared, suggested = zip(*pairs, strict=True)
    given_ranges = [[[cell] for cell in declared], [[cell] for cell in suggested]]
    found = calibration.deviation(declared, suggested, Metric("", "", "", "", 1 if side > 0 else -1))
    assert _column(functions.TC_DEVIATION(*given_ranges, side)).tolist() == found.tolist()
    flags = calibration.is_objection(found, 0.15)
    assert _column(functions.TC_OBJECTION(*given_ranges, 0.15, side)).tolist() == flags.tolist()


def test_an_argument_left_out_before_others_may_come_as_zero() -> None:
    """As it does from LibreOffice."""
    assert functions.TC_OBJECTION(90.0, 100.0, 0.0, 0.0) == functions.TC_OBJECTION(90.0, 100.0)
    zeros = ["2025Q1", HISTORY, *[0.0] * 4, [["West"]]]
    assert functions.TC_BASELINE(*zeros) == [functions.TC_BASELINE("2025Q1", HISTORY)[1]]
    assert functions.TC_DEVIATION(0.0, 100.0) == [[-1.0]]


def test_blank_declarations_deviate_from_nothing() -> None:
    assert functions.TC_DEVIATION([[None], [""], [90.0]], [[100.0]] * 3) == [[""], [""], [-0.1]]
    assert functions.TC_OBJECTION([[None], [80.0]], [[100.0]] * 2) == [[""], [True]]
    assert functions.TC_DEVIATION([[None]], 100.0) == [[""]]


def test_the_path_ends_at_the_target_and_gives_dates_a_column() -> None:
    (days,) = functions.TC_PATH(1200.0, "2025Q1")
    assert len(days) == 90
    assert days[-1] == pytest.approx(1200)
    serials = [[float((dt.date(2025, 2, 28) - SERIAL).days)], [float((dt.date(2025, 3, 31) - SERIAL).days)]]
    column = functions.TC_PATH(1200.0, "2025Q1", serials)
    assert column == [[days[58]], [days[89]]]
    assert functions.TC_PATH([[1200.0], [600.0]], "2025Q1", serials)[1][1] == pytest.approx(600)


def test_the_path_follows_the_calendar_that_the_settings_write() -> None:
    own = calibration.Calendar("DE-BY", closed=(dt.date(2025, 1, 31),))
    weights = calibration.period_weights(working_days(PERIOD, own).days)
    (path,) = functions.TC_PATH(1200.0, "2025Q1", None, "sum", "DE-BY -2025-01-31")
    assert path == pytest.approx(1200 * np.cumsum(weights))
    assert path != functions.TC_PATH(1200.0, "2025Q1")[0]


def test_a_warning_follows_that_calendar_too() -> None:
    actuals = [["date", "line", "value"], [float((PERIOD.start - SERIAL).days + 30), "A", 1.0]]
    given = ("2025Q1", "A", 100.0, actuals, *[None] * 10)
    (german,) = functions.TC_WARNING(*given, "DE")
    assert german[1] == functions.TC_PATH(100.0, "2025Q1", None, "sum", "DE")[0][30]
    assert german[1] != functions.TC_WARNING(*given)[0][1]


@pytest.mark.parametrize(
    ("calendar", "said"),
    [
        ("Germany", "DE"),
        ("DE-XX", "DE-BY"),
        ("DE 1.5.", "1.5."),
        ("CN +2025-02-08 -2025-02-08", "2025-02-08"),
    ],
)
def test_what_is_no_calendar_is_told_in_the_cell_that_asks_why(calendar: str, said: str) -> None:
    given = (1200.0, "2025Q1", None, "sum", calendar)
    assert functions.TC_PATH(*given) == [["#VALUE!"]]
    assert said in str(functions.TC_WHY("TC_PATH", *given)[0][0])


def test_warnings_are_those_of_following(standing: Standing) -> None:
    plan, agreed = standing.inputs.plan, standing.baseline.suggested
    begins = (PERIOD.start - SERIAL).days
    table: list[list[object]] = [["date", "line", "value", "leads"]]
    daily = np.zeros((len(plan.lines), 40))
    for k, line in enumerate(plan.lines):
        for day in range(40):
            daily[k, day] = float((k * 7 + day) % 3)
            table.append([float(begins + day), line.code, daily[k, day], 0.5 + k / 10])
    leads = np.array([0.5 + k / 10 for k in range(len(plan.lines))])
    expected = calibration.follow_lines(
        agreed,
        daily,
        calibration.period_weights(working_days(PERIOD).days),
        plan.metric,
        plan.thresholds,
        milestones=[59, 90],
        prior=standing.baseline.expected / agreed,
        sigma=standing.baseline.sigma,
        resources=calibration.Resources(leads, np.full(len(leads), np.nan)),
        worlds=tuple(plan_shape(standing.inputs).worlds(daily)),
    )
    rows = functions.TC_WARNING(
        "2025Q1",
        [[line.code] for line in plan.lines],
        agreed[:, None].tolist(),
        table,
        None,
        standing.baseline.expected[:, None].tolist(),
        standing.baseline.sigma[:, None].tolist(),
        [[float(begins + 58), float(begins + 89)]],
    )
    codes = ("actual", "path", "attainment", "expected_final", "odds", "warned")
    for column, code in enumerate(codes):
        found = np.array([row[column] for row in rows], dtype=float)
        assert found == pytest.approx(np.asarray(getattr(expected, code), dtype=float)), code
    assert expected.warned.any()


def test_odds_are_the_methods_with_the_total_below(standing: Standing) -> None:
    baseline, plan = standing.baseline, standing.inputs.plan
    each, together = calibration.plan_odds(plan, baseline, baseline.high, 0.3)
    columns = [
        part[:, None].tolist() for part in (baseline.high, baseline.expected, baseline.low, baseline.high)
    ]
    found = functions.TC_ODDS(*columns, plan.thresholds.confidence, 1, 0.3)
    assert _column(found) == pytest.approx([*each, together])


def _beside_asked(standing: Standing) -> list[list[list[float]]]:
    baseline = standing.baseline
    parts = (standing.allotment, baseline.expected, baseline.low, baseline.high)
    return [part[:, None].tolist() for part in parts]


def test_what_is_assigned_beyond_what_is_asked_is_told_as_by_the_command(standing: Standing) -> None:
    baseline, plan, asked = standing.baseline, standing.inputs.plan, 0.9 * standing.allotment.sum()
    rows = range(len(plan.lines))
    one = calibration.assigned(plan, baseline, asked, standing.allotment, 0.3, rows)
    ((given, share, foreseen, followed),) = functions.TC_OVERASSIGN(asked, *_beside_asked(standing), 0.3)
    assert [given, share] == pytest.approx([one.assigned, 1 / 0.9])
    assert [foreseen, followed] == pytest.approx([one.foreseen, one.followed])


def test_the_sum_for_chosen_odds_has_them_and_a_mean_weighs(standing: Standing) -> None:
    aims, *others = _beside_asked(standing)
    asked, tail = float(standing.allotment.mean()), [0.3, None, None, "mean", None]
    wanted = functions.TC_OVERASSIGN(asked, aims, *others, *tail, 0.8)[0][4]
    assert isinstance(wanted, float) and wanted > asked
    shared_out = [[row[0] * wanted / asked] for row in aims]
    _, share, _, followed = functions.TC_OVERASSIGN(asked, shared_out, *others, *tail)[0]
    assert [share, followed] == pytest.approx([wanted / asked, 0.8])
    weights = [[1.0]] * (len(aims) - 1) + [[3.0]]
    weighed = functions.TC_OVERASSIGN(asked, aims, *others, *tail[:4], weights)[0][0]
    assert weighed == pytest.approx(np.average(_column(aims), weights=_column(weights)))


def test_whether_departures_were_right_is_told_by_region() -> None:
    headings, east, west = functions.TC_JUDGEMENT(RECORD)
    assert headings == [text(f"telling.column.{code}", spoken_language()) for code in HEADINGS]
    assert east[:4] == ["East", 6.0, 0.0, pytest.approx(0.1)]
    assert west[:4] == ["West", 6.0, 6.0, pytest.approx(0.0)]
    assert east[-1] == text("telling.evaluate.driver.hurt", spoken_language())
    assert west[-1] == text("telling.evaluate.driver.helped", spoken_language())


def test_periods_are_judged_as_the_command_judges_them_whatever_order_they_stand_in() -> None:
    told = functions.TC_CORRECTED([RECORD[0], *reversed(RECORD[1:])], "East", 100.0, 90.0)
    assert told[0] == pytest.approx(functions.TC_CORRECTED(RECORD, "East", 100.0, 90.0)[0])
    plan = replace(sample_plan(), lines=sample_plan().lines[:2])
    regions = [line.region for line in plan.lines]
    quarters = [np.array([RECORD[k][2:], RECORD[k + 1][2:]], float).T for k in range(1, 13, 2)]
    record = calibration.JudgementRecord()
    for when, rows in zip(range(6), quarters, strict=True):
        later = replace(plan, period=PERIOD.shift(when))
        record = calibration.going_on(record, calibration.departures(later, *rows))
    by_one = calibration.values_added(record, "region")
    alike = [[row[0], regions[k % 2], *row[2:]] for k, row in enumerate(RECORD[1:])]
    found = functions.TC_JUDGEMENT([RECORD[0], *alike])[1:]
    assert [row[0] for row in found] == [one.code for one in by_one]
    assert [row[5] for row in found] == [pytest.approx(one.pooled) for one in by_one]


def test_a_declaration_is_corrected_by_the_habit_of_its_region() -> None:
    ((low,), (same,), (blank,)) = functions.TC_CORRECTED(
        RECORD, [["East"], ["East"], ["West"]], [[100.0]] * 3, [[90.0], [100.0], [None]]
    )
    assert isinstance(low, float) and low > 95
    assert (same, blank) == (100.0, "")
    few = [row for row in RECORD if str(row[0])[:4] in ("peri", "2024")]
    assert functions.TC_CORRECTED(few, "East", 100.0, 90.0) == [[90.0]]


def test_fairness_is_told_by_ranks_and_in_words() -> None:
    size = [[float(k)] for k in range(20)]
    found = functions.TC_FAIRNESS([[1 / (2 + row[0])] for row in size], size)
    *numbers, verdict = found[0]
    assert numbers == [pytest.approx(-1), *rank_interval(-1.0, 20)]
    assert verdict == text("excel.leaning.harder", spoken_language())
    few = functions.TC_FAIRNESS([[0.5], [0.6]], [[1.0], [2.0]])
    assert few == [["", "", "", text("excel.leaning.unsure", spoken_language())]]


def test_what_if_is_the_methods(standing: Standing, tables: dict[str, RangeValues]) -> None:
    plan = standing.inputs.plan
    changes = [["line", "indicator", "now"], [plan.lines[1].code, "heads", 20.0]]
    found = calibration.what_if(
        standing.inputs, {(plan.lines[1].code, "heads"): 20.0}, standing.baseline.suggested
    )
    names = ("history", "readings", "indicators", "drivers")
    headings, *rows = functions.TC_WHATIF(
        str(PERIOD), *(tables[name] for name in names), changes, tables["events"]
    )
    assert len(headings) == 7
    assert [row[2] for row in rows] == found.after.baseline.suggested.tolist()
    assert [row[5:] for row in rows] == [
        [before, after] for before, after in zip(found.before.odds, found.after.odds, strict=True)
    ]
    assert rows[1][2] != rows[1][1]


def test_quadrants_are_named_in_the_language_asked_for() -> None:
    assert functions.TC_QUADRANT([[1.0, 0.5, None]], [[0.9, 0.9, 0.9]], "en") == [
        ["Agreed and reached", "Agreed, not reached", ""]
    ]
    assert functions.TC_QUADRANT(1.0, 0.5, "zh-CN")[0][0] == text("calibration.quadrant.pressed", "zh-CN")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_function_and_argument_has_help_that_a_wizard_can_show(language: str) -> None:
    for offered in FUNCTIONS.values():
        assert 0 < len(offered.help(language)) <= 255
        assert len(offered.arguments) <= 16
        for argument in offered.arguments:
            assert argument.name.isascii()
            assert 0 < len(argument.help(language)) <= 255


def test_excel_gets_every_function_through_xlwings() -> None:
    """What xlwings is told on Windows, where its marks are not empty."""
    told: list[tuple[str, object]] = []

    def remembered(name: str, what: object, body: Callable[..., SpilledRows]) -> Callable[..., SpilledRows]:
        told.append((name, what))
        return body

    def arg(
        name: str, **options: object
    ) -> Callable[[Callable[..., SpilledRows]], Callable[..., SpilledRows]]:
        return partial(remembered, name, options)

    recorder = SimpleNamespace(arg=arg, func=lambda body: remembered("func", body.__name__, body))
    offered = FUNCTIONS["TC_DEVIATION"]
    called = marked(offered, recorder)
    assert [name for name, _ in told] == ["declared", "suggested", "direction", "kind", "func"]
    assert all(options["ndim"] == 2 and options["doc"] for _, options in told[:4])  # type: ignore[index]
    assert told[4] == ("func", "TC_DEVIATION")
    assert called([[90.0]], [[100.0]], None) == [[-0.1]]


def test_dates_from_excel_are_serial_numbers() -> None:
    serial = float((dt.date(2025, 2, 28) - SERIAL).days)
    moment = dt.datetime(2025, 2, 28)
    assert functions.TC_PATH(9.0, "2025Q1", [[moment]]) == functions.TC_PATH(9.0, "2025Q1", [[serial]])


def test_compute_baseline_is_asked_once_for_one_set_of_tables(
    tables: dict[str, RangeValues], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Inputs] = []

    def counted(found: Inputs) -> Baseline:
        asked.append(found)
        return compute_baseline(found)

    monkeypatch.setattr(inputs, "compute_baseline", counted)
    inputs.baseline_of.cache_clear()
    for name in ("expected", "sigma", "low"):
        functions.TC_EXPLAIN(*_arguments(tables), None, ((name,),))
    assert len(asked) == 1


@pytest.mark.parametrize("period", ["2205Q1", "9999Q4", "2036Q1"])
def test_a_period_that_nobody_can_mean_is_refused_before_anything_is_computed(period: str) -> None:
    assert functions.TC_BASELINE(period, HISTORY) == [["#NUM!"]]
    (said,) = reasons("TC_BASELINE", [period, HISTORY], "en")
    assert period in said and "more than 40 periods" in said


def test_a_heading_of_another_age_is_refused_before_anything_is_computed() -> None:
    history = [[*row, extra] for row, extra in zip(HISTORY, ["9999Q1", 1.0, 2.0], strict=True)]
    assert functions.TC_BASELINE("2025Q1", history) == [["#NUM!"]]


def _daily(values: list[list[float]]) -> list[list[object]]:
    """A table of daily results with volumes: line, day of January 2025, value, volume."""
    start = 45658.0
    heads: list[object] = ["date", "line", "value", "volume", "leads"]
    rows: Iterator[list[object]] = (
        [start + day, "A" if line == 0 else "B", value, weight, 0.5] for line, day, value, weight in values
    )
    return [heads, *rows]


def test_a_mean_is_followed_as_a_mean_and_not_added_up() -> None:
    days = [[line, day, 20.0 if line else 31.0, 1.0 + day] for line in (0, 1) for day in range(40)]
    table = _daily(days)
    more = (None, None, None, None, -1.0, 0.5, 0.9, 14.0, 0.5, "mean")
    first, second = functions.TC_WARNING("2025Q1", [["A"], ["B"]], [[20.0], [20.0]], table, *more)
    assert first[:2] == pytest.approx([31.0, 20.0]) and second[0] == pytest.approx(20.0)
    assert first[2] == pytest.approx(20 / 31)
    assert (first[5], second[5]) == (True, False)


def test_people_and_leads_do_not_feed_what_should_be_low() -> None:
    table = _daily([[0, day, 1.0, 1.0] for day in range(20)])
    ((*_, warned),) = functions.TC_WARNING("2025Q1", [["A"]], [[90.0]], table, None, None, None, None, -1.0)
    assert warned in (True, False)


def test_a_mean_is_on_its_target_every_day() -> None:
    assert functions.TC_PATH(20.0, "2025Q1", [[45658.0], [45700.0]], "mean") == [[20.0], [20.0]]


def test_a_mean_is_split_by_what_its_lines_weigh() -> None:
    ((first, second),) = functions.TC_SPLIT(21.0, [[20.0, 30.0]], None, None, None, 0.5, "mean", [[3.0, 1.0]])
    assert isinstance(first, float) and isinstance(second, float)
    assert (3 * first + second) / 4 == pytest.approx(21.0, abs=0.25)
    given = (21.0, [[20.0, 30.0]], 0.0, 0.0, 0.0, 0.5, "mean", [[3.0, 0.0]])
    assert text("problem.udf_volume", spoken_language()) in str(functions.TC_WHY("TC_SPLIT", *given))


def test_a_share_departs_by_what_it_lacks() -> None:
    ((found,),) = functions.TC_DEVIATION(0.8, 0.938, 1.0, "ratio")
    assert found == pytest.approx(-(0.938 - 0.8) / 0.062)
    assert functions.TC_DEVIATION(0.8, 0.938)[0][0] == pytest.approx(-0.138 / 0.938)
    assert functions.TC_OBJECTION(0.92, 0.938, 0.15, 1.0, "ratio") == [[True]]


@pytest.mark.parametrize("word", ["percent", "Percent", "%", "百分比"])
def test_a_percentage_departs_by_what_it_lacks_to_a_hundred(word: str) -> None:
    ((found,),) = functions.TC_DEVIATION(80, 93.8, 1.0, word)
    assert found == pytest.approx(-(93.8 - 80) / 6.2)
    assert functions.TC_OBJECTION(92, 93.8, 0.15, 1.0, word) == [[True]]
    assert functions.TC_OBJECTION(92, 93.8, 0.15, 1.0, "ratio") == [[False]]


@pytest.mark.parametrize("kind", ["mean", "ratio"])
def test_bounds_of_a_mean_are_those_of_its_lines(kind: str) -> None:
    centre, volume = [[0.5], [0.9]], [[10], [90]]
    least = functions.TC_SPLIT(0.7, centre, None, [[0.6], [0.6]], None, 0.01, kind, volume)
    assert np.array(least).min() >= 0.6 and np.average(_column(least), weights=[10, 90]) == pytest.approx(0.7)
    most = functions.TC_SPLIT(0.7, centre, None, None, [[0.68], [0.72]], 0.01, kind, volume)
    assert (np.array(most) <= [[0.68], [0.72]]).all()


@pytest.mark.parametrize("volume", [None, [[10], [90]]])
def test_a_split_share_is_no_more_than_all(volume: list[list[int]] | None) -> None:
    found = functions.TC_SPLIT(0.98, [[0.5], [0.99]], None, None, None, 0.01, "ratio", volume)
    assert np.max(found) <= 1.0
    percent = functions.TC_SPLIT(98, [[50], [99]], None, None, None, 1, "percent", volume)
    assert np.array(percent) == pytest.approx(100 * np.array(found))


def test_nothing_that_is_split_is_less_than_nothing() -> None:
    shares = _column(functions.TC_SPLIT(100, [[50], [0], [-5]]))
    assert not np.signbit(shares).any()


@pytest.mark.parametrize(
    ("name", "arguments", "code", "said"),
    [
        ("TC_OBJECTION", [85, 100, 15], "#NUM!", "15"),
        ("TC_OBJECTION", [85, 100, -1], "#NUM!", "1"),
        ("TC_QUADRANT", [0.95, 80], "#NUM!", "80"),
        ("TC_QUADRANT", [95, 0.8], "#NUM!", "95"),
        ("TC_ODDS", [100, 100, 120, 80], "#NUM!", ""),
        ("TC_BASELINE", ["2026Q1", HISTORY], "#NUM!", "2024Q4"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_nobody_can_mean_has_no_answer_but_a_reason(
    name: str, arguments: list[object], code: str, said: str, language: str
) -> None:
    assert getattr(functions, name)(*arguments) == [[code]]
    (reason,) = reasons(name, arguments, language)
    assert said in reason


def test_a_skipped_year_at_the_most_is_bridged() -> None:
    assert functions.TC_BASELINE("2025Q4", HISTORY) != [["#NUM!"]]


def test_months_count_their_days_where_a_calendar_is_given_and_the_command_agrees() -> None:
    random = np.random.default_rng(4)
    plan = replace(sample_plan((6,)), period=calibration.Period(2025, 3, 12), drivers=(), indicators=())
    periods = tuple(plan.period.shift(k - 36) for k in range(36))
    past = with_days(calibration.History(periods, np.ones((6, 36)), np.zeros((6, 36))), plan)
    values = np.round(300 * np.array(past.worked[:36]) / 21 * random.lognormal(0, 0.03, (6, 36)))
    none = np.empty((6, 0))
    monthly = Inputs(plan, replace(past, values=values), calibration.Readings(none, none))
    rows = [["line", *map(str, periods)], *([f"R1-{k + 1}", *row] for k, row in enumerate(values.tolist()))]
    plain, told = (
        [row[0] for row in functions.TC_BASELINE("2025M03", rows, 0, 0, 0, 0, 0, 1, said)]
        for said in ("", "CN")
    )
    assert told == compute_baseline(monthly).suggested.tolist() != plain
