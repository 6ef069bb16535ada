"""Daily results: days, gaps, resources, and faults by row."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from targetcal_xl.calibration.vocabulary import MetricKind, MissingDays
from targetcal_xl.connect import Actuals, read_actuals
from targetcal_xl.problems import DataProblems
from tests.support.samples import METRIC, sample_plan

PLAN = sample_plan()


def read(folder: Path, said: str) -> Actuals:
    path = folder / "actuals.csv"
    path.write_text(said, "utf-8")
    return read_actuals(path, PLAN)


def test_days_run_from_the_first_of_the_period_to_the_last_one_reported(tmp_path: Path) -> None:
    found = read(tmp_path, "date,line,value\n2025/1/3,R1-1,4\n2025-01-02,R2-1,7\n")
    assert found.dates == tuple(dt.date(2025, 1, day) for day in (1, 2, 3))
    assert found.value.shape == found.leads.shape == found.capacity.shape == (9, 3)
    assert (found.value[0, 2], found.value[3, 1]) == (4, 7)
    assert np.isfinite(found.value).sum() == 2
    assert found.resources is None


def test_what_was_known_on_a_day_has_nothing_of_later_days(tmp_path: Path) -> None:
    rows = "2025-01-01,R1-1,1,90%,\n2025-01-02,R1-1,2,0.8,1\n2025-01-03,R1-1,3,,\n"
    found = read(tmp_path, "date,line,value,leads,capacity\n" + rows)
    assert found.until(dt.date(2025, 1, 1)).value[0].tolist() == [1]
    for day, leads, capacity in ((1, 0.9, np.nan), (2, 0.8, 1.0), (3, 0.8, 1.0)):
        known = found.until(dt.date(2025, 1, day)).resources
        assert known is not None
        np.testing.assert_array_equal([known.leads[0], known.capacity[0]], [leads, capacity])
        assert np.isnan(known.leads[1:]).all()
    assert found.until(dt.date(2024, 12, 31)).dates == ()


def test_a_workbook_with_real_dates_reads_like_the_csv(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["date", "line", "value"])
    book.active.append([dt.datetime(2025, 1, 2), "R1-1", 5])
    book.save(tmp_path / "actuals.xlsx")
    sheet = read_actuals(tmp_path / "actuals.xlsx", PLAN)
    np.testing.assert_array_equal(sheet.value, read(tmp_path, "date,line,value\n2025-01-02,R1-1,5\n").value)


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("2025-04-01,R1-1,1,", "csv_date_outside", "date"),
        ("2025-02-30,R1-1,1,", "csv_not_a_date", "date"),
        (",R1-1,1,", "csv_not_a_date", "date"),
        ("2025-01-02,R9-1,1,", "csv_unknown_code_hint", "line"),
        ("2025-01-02,R1-1,1,-0.5", "csv_negative", "leads"),
        ("2025-01-02,R1-1,1,95", "csv_share", "leads"),
        ("2025-01-02,R1-1,1e300,", "csv_absurd", "value"),
        ("2025-01-02,R1-1,1e-9,", "csv_absurd", "value"),
        ("3025-01-02,R1-1,1,", "csv_date_outside", "date"),
        ("2025-01-02,R1-1,1,low", "csv_not_a_number", "leads"),
        ("2025-01-01,R1-1,1,", "csv_duplicate", "line"),
    ],
)
def test_a_fault_is_named_by_row_and_column(tmp_path: Path, row: str, code: str, column: str) -> None:
    with pytest.raises(DataProblems) as caught:
        read(tmp_path, f"date,line,value,leads\n2025-01-01,R1-1,1,\n{row}\n")
    found = [(problem.code, problem.where) for problem in caught.value.problems]
    assert found == [(code, f"actuals.csv, row 3, column {column}")]


def test_a_file_without_rows_knows_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, "date,line,value\n")
    assert found.dates == ()
    assert found.resources is None


def test_returns_and_cancellations_count_where_the_metric_adds_up(tmp_path: Path) -> None:
    found = read(tmp_path, "date,line,value\n2025-01-02,R1-1,5\n2025-01-03,R1-1,-2\n")
    assert np.nansum(found.value) == 3


@pytest.mark.parametrize("kind", ["mean", "ratio"])
def test_a_mean_and_a_ratio_have_no_negative_days(tmp_path: Path, kind: MetricKind) -> None:
    path = tmp_path / "actuals.csv"
    path.write_text("date,line,value\n2025-01-02,R1-1,-1\n", "utf-8")
    with pytest.raises(DataProblems) as caught:
        read_actuals(path, sample_plan(metric=replace(METRIC, kind=kind)))
    assert [problem.code for problem in caught.value.problems] == ["csv_negative"]


@pytest.mark.parametrize(("target", "refused"), [(0.93, True), (1.2, False)])
def test_a_share_of_1_has_no_days_in_percent(tmp_path: Path, target: float, refused: bool) -> None:
    path, plan = tmp_path / "actuals.csv", sample_plan(metric=replace(METRIC, kind="ratio"))
    path.write_text("date,line,value\n2025-01-02,R1-1,94.6\n2025-01-03,R1-1,94.6%\n", "utf-8")
    plan = replace(plan, hq_target=target)
    if not refused:
        assert read_actuals(path, plan).value[0, 1] == 94.6
        return
    with pytest.raises(DataProblems) as caught:
        read_actuals(path, plan)
    assert [(problem.code, problem.where) for problem in caught.value.problems] == [
        ("csv_not_a_share", "actuals.csv, row 2, column value")
    ]


def test_days_of_a_plan_in_percent_are_no_shares_of_1(tmp_path: Path) -> None:
    path, metric = tmp_path / "actuals.csv", replace(METRIC, kind="ratio", unit="%", whole=100.0)
    plan = replace(sample_plan(metric=metric), hq_target=93.0)
    path.write_text("date,line,value\n2025-01-02,R1-1,0.4\n2025-01-03,R1-1,94.6%\n", "utf-8")
    assert read_actuals(path, plan).value[0, 1:].tolist() == [0.4, 94.6]
    path.write_text("date,line,value\n2025-01-02,R1-1,0.94\n2025-01-03,R1-1,0\n", "utf-8")
    with pytest.raises(DataProblems) as caught:
        read_actuals(path, plan)
    assert [(problem.code, problem.where) for problem in caught.value.problems] == [
        ("csv_not_in_percent", "actuals.csv, row 2, column value")
    ]


SPARSE = "date,line,value\n2025-01-02,R1-1,4\n2025-01-05,R2-1,7\n"


def test_a_day_that_is_not_in_the_file_is_a_day_without_sales(tmp_path: Path) -> None:
    known = read(tmp_path, SPARSE).as_reported(PLAN, dt.date(2025, 1, 8))
    assert known.dates == PLAN.period.days[:8]
    assert np.isfinite(known.value).all()
    assert known.value.sum() == 11
    assert known.resources is None


def test_a_plan_may_say_that_a_missing_day_is_unknown(tmp_path: Path) -> None:
    plan = replace(PLAN, missing_days="unknown")
    known = read(tmp_path, SPARSE).as_reported(plan, dt.date(2025, 1, 8))
    assert known.dates == PLAN.period.days[:5]
    assert np.isfinite(known.value).sum() == 2


@pytest.mark.parametrize("missing", ["zero", "unknown"])
def test_on_the_last_day_every_day_is_past(tmp_path: Path, missing: MissingDays) -> None:
    known = read(tmp_path, SPARSE).as_reported(replace(PLAN, missing_days=missing), PLAN.period.end)
    assert known.dates == PLAN.period.days


def test_a_file_without_results_reports_nothing_for_any_day(tmp_path: Path) -> None:
    assert read(tmp_path, "date,line,value\n").as_reported(PLAN, PLAN.period.end).dates == ()


def _of(folder: Path, kind: MetricKind, said: str) -> Actuals:
    path = folder / "actuals.csv"
    path.write_text(said, "utf-8")
    return read_actuals(path, replace(PLAN, metric=replace(METRIC, kind=kind)))


@pytest.mark.parametrize("title", ["volume", "Orders", "业务量", "分母"])
def test_a_day_of_a_mean_says_what_it_rests_on(tmp_path: Path, title: str) -> None:
    said = f"date,line,value,{title}\n2025-01-02,R1-1,20,30\n2025-01-03,R2-1,24,10\n"
    found = _of(tmp_path, "mean", said)
    assert found.volume is not None
    assert (found.volume[0, 1], found.volume[3, 2]) == (30, 10)
    known = found.as_reported(replace(PLAN, metric=replace(METRIC, kind="mean")), dt.date(2025, 1, 2))
    assert known.volume is not None and known.volume.shape == known.value.shape == (9, 2)
    assert np.isfinite(known.value).sum() == 1, "a day without orders is no day of 0"
    assert _of(tmp_path, "sum", said).volume is None


def test_a_value_without_the_volume_that_others_have_is_refused_by_row(tmp_path: Path) -> None:
    with pytest.raises(DataProblems) as caught:
        _of(tmp_path, "ratio", "date,line,value,volume\n2025-01-02,R1-1,0.9,30\n2025-01-03,R2-1,0.8,\n")
    assert [(one.code, one.where) for one in caught.value.problems] == [
        ("csv_no_volume", "actuals.csv, row 3, column volume")
    ]
