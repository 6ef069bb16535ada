"""A plan's own calendar: from plan.toml through settings, ledger and path to what people are told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targetcal_xl.actions import follow, new, recalibrate, repair, verify
from targetcal_xl.calibration import Calendar, Inputs, Key, Period, cumulative_path, period_weights
from targetcal_xl.connect import Actuals
from targetcal_xl.desk import take_stock
from targetcal_xl.ledger import dump, load
from targetcal_xl.problems import DataProblems
from targetcal_xl.telling import Report, Sentence
from tests.support.desks import Case, play
from tests.support.samples import sample_inputs

OWN = Calendar("DE-BY", closed=(dt.date(2025, 1, 31),))
CELL: Key = (None, None, "calendar")


def _inputs(calendar: Calendar | None, period: Period | None = None) -> Inputs:
    inputs = sample_inputs((2, 1))
    plan = replace(inputs.plan, calendar=calendar)
    if period:
        later = tuple(past.shift(4 * (period.year - 2025)) for past in inputs.history.periods)
        inputs = replace(inputs, history=replace(inputs.history, periods=later))
        plan = replace(plan, period=period, milestones=())
    return replace(inputs, plan=plan)


def _until(case: Case, day: dt.date) -> Actuals:
    dates = tuple(each for each in case.inputs.plan.period.days if each <= day)
    unknown = np.full((3, len(dates)), np.nan)
    return Actuals(dates, np.ones((3, len(dates))), unknown, unknown)


def _told(report: Report, language: str) -> str:
    return "\n".join(part.said for part in report.tell(language) if isinstance(part, Sentence))


def test_the_path_counts_the_days_of_the_plan_s_calendar(tmp_path: Path) -> None:
    case = Case(tmp_path, _inputs(OWN))
    assert [*play(case)][-1] == "confirmed"
    report = case.run(follow, _until(case, dt.date(2025, 2, 28)))
    free = {dt.date(2025, 1, 1), dt.date(2025, 1, 6), *OWN.closed}  # New Year, Epiphany, our own
    worked = np.array([day.weekday() < 5 and day not in free for day in case.inputs.plan.period.days])
    path = cumulative_path(np.array([report.agreed_total]), period_weights(worked))
    assert report.path_total == pytest.approx(path[0, 58])
    assert case.run(verify).problems == ()


def test_settings_show_the_calendar_and_what_is_typed_there_counts_once_recalibrated(tmp_path: Path) -> None:
    case = Case(tmp_path, _inputs(OWN))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    assert case.reading().typed[CELL].value == "DE-BY -2025-01-31"
    case.type({CELL: "DE-BY -2025-01-31 +2025-03-01"})
    case.run(recalibrate, "补一个工作日")
    with case.desk() as desk:
        assert take_stock(desk).plan.calendar == replace(OWN, work=(dt.date(2025, 3, 1),))
    assert [entry.new for entry in case.entries("recalibrate") if entry.key == CELL] == [
        "DE-BY +2025-03-01 -2025-01-31"
    ]
    assert case.run(verify).problems == ()
    case.path.unlink()
    with case.desk() as desk:
        repair(desk)
    assert case.run(verify).problems == ()


@pytest.mark.parametrize("typed", ["Bayern", "DE-XX", "DE 31.1.2025", "DE +2025-01-31 -2025-01-31", 45000.0])
def test_what_is_no_calendar_is_refused_by_its_cell_and_nothing_changes(tmp_path: Path, typed: str) -> None:
    case = Case(tmp_path, _inputs(OWN))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    case.type({CELL: typed})
    before = case.entries()
    with pytest.raises(DataProblems) as caught:
        case.run(recalibrate, "改日历")
    (problem,) = caught.value.problems
    assert problem.code == "calendar_unreadable"
    assert problem.where
    assert case.entries() == before


def test_a_plan_that_names_no_calendar_is_kept_and_shown_as_before_and_is_china_s(tmp_path: Path) -> None:
    inputs = _inputs(None)
    assert b"calendar" not in dump(inputs)
    assert load(Inputs, dump(inputs)).plan.calendar is None
    case = Case(tmp_path, inputs)
    with case.desk(create=True) as desk:
        report = new(desk, inputs, "zh-CN")
    assert (report.calendar.country, report.calendar.certainty) == ("CN", "published")
    assert CELL not in case.reading().typed


def test_the_ledger_keeps_a_calendar_to_the_day() -> None:
    inputs = _inputs(OWN)
    assert load(Inputs, dump(inputs)).plan.calendar == OWN


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_year_whose_moved_days_are_not_known_is_told_with_its_country(
    tmp_path: Path, language: str
) -> None:
    case = Case(tmp_path, _inputs(None, Period(2027, 1)))
    with case.desk(create=True) as desk:
        report = new(desk, case.inputs, language)
    said = _told(report, language)
    assert "2027" in said
    assert {"zh-CN": "中国", "en": "China"}[language] in said


def test_following_says_it_too(tmp_path: Path) -> None:
    case = Case(tmp_path, _inputs(Calendar("LK"), Period(2027, 1)))
    assert [*play(case)][-1] == "confirmed"
    report = case.run(follow, _until(case, dt.date(2027, 1, 31)))
    assert report.calendar.certainty == "weekends"
    assert "Sri Lanka" in _told(report, "en")
