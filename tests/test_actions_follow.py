"""`follow` warns once when a line leaves its path, and says once that it is back."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targetcal_xl.actions import confirm, decide, follow, lock, new, verify
from targetcal_xl.calibration import cumulative_path, period_weights
from targetcal_xl.connect import Actuals
from targetcal_xl.problems import DataProblems, Refused
from targetcal_xl.telling import Sentence
from targetcal_xl.workdays import working_days
from tests.support.desks import RESERVE, Case, confirmed, decided, decline, told
from tests.support.recalculated import differences
from tests.support.samples import METRIC, sample_inputs

DAYS = {"early": dt.date(2025, 2, 7), "later": dt.date(2025, 2, 14), "late": dt.date(2025, 3, 14)}
AGREED = np.array([84.0, 130.0, 139.0])


def _actuals(case: Case, day: dt.date, *shares: float) -> Actuals:
    """Results up to a day, line by line a share of what the path asks for."""
    period = case.inputs.plan.period
    dates = tuple(date for date in period.days if date <= day)
    path = cumulative_path(AGREED, period_weights(working_days(period).days))
    daily = np.diff(path, axis=1, prepend=0)[:, : len(dates)] * np.array(shares)[:, None]
    unknown = np.full_like(daily, np.nan)
    return Actuals(dates, daily, unknown, unknown)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """84, 130 and 139 have been agreed and confirmed."""
    return confirmed(tmp_path)


def _episodes(case: Case) -> list[tuple[str | None, object]]:
    """Of lines; their regions have their own."""
    return [(entry.row, entry.new) for entry in case.entries(field="warning") if entry.row]


def test_on_its_path_nothing_is_warned_of(case: Case) -> None:
    report = case.run(follow, _actuals(case, DAYS["early"], 1, 1, 1))
    assert (report.warnings, report.mended) == ((), ())
    assert report.as_of == DAYS["early"]
    assert report.actual_total == pytest.approx(report.path_total)
    assert report.agreed_total == AGREED.sum()
    assert case.run(verify).problems == ()


def test_a_warning_opens_and_closes_once(case: Case) -> None:
    first = case.run(follow, _actuals(case, DAYS["early"], 0.4, 1, 1))
    assert [(one.line, one.is_new) for one in first.warnings] == [("华东1组", True)]
    again = case.run(follow, _actuals(case, DAYS["later"], 0.4, 1, 1))
    assert [(one.line, one.is_new) for one in again.warnings] == [("华东1组", False)]
    back = case.run(follow, _actuals(case, DAYS["late"], 1, 1, 1))
    assert (back.warnings, back.mended) == ((), ("华东1组", "华东大区", "整个计划"))
    assert _episodes(case) == [("R1-1", "open"), ("R1-1", "closed")]


def test_what_is_warned_of_names_the_day_that_its_odds_are_of(case: Case) -> None:
    on, late = dt.date(2025, 2, 14), dt.date(2025, 3, 24)

    def said(day: dt.date, share: float) -> str:
        report = case.run(follow, _actuals(case, day, share), day)
        return " ".join(part.said for part in report.tell("en") if isinstance(part, Sentence))

    assert "more than 10% behind the path on 2025-02-28" in said(on, 0.5)
    assert "behind the path on" not in said(on, 1.1)
    assert "behind the path on 2025-03-31" in said(late, 0.8)


def test_following_the_same_day_twice_records_nothing_new(case: Case) -> None:
    actuals = _actuals(case, DAYS["early"], 0.4, 1, 1)
    case.run(follow, actuals)
    before, book = case.entries(), case.path.read_bytes()
    report = case.run(follow, actuals)
    assert [one.is_new for one in report.warnings] == [False]
    assert case.entries() == before
    assert case.path.read_bytes() == book


def test_the_book_shows_where_each_line_stands(case: Case) -> None:
    report = case.run(follow, _actuals(case, DAYS["early"], 0.4, 1, 1))
    reading = case.reading()

    def cell(row: str, column: str) -> object:
        spot = reading.places.spot("progress", "lines", row, column)
        return reading.grids["progress"][spot].value if spot in reading.grids["progress"] else None

    assert [cell(line, "warned") for line in ("R1-1", "R1-2", "R2-1")] == ["是", "否", "否"]
    assert cell("R1-1", "suggestion") == report.warnings[0].suggestion
    assert cell("R1-2", "suggestion") is None
    assert cell("R1-1", "odds") == report.warnings[0].odds >= 0.5
    assert case.run(verify).problems == ()


def _dashboard(case: Case) -> dict[str, dict[str, object]]:
    reading = case.reading()
    place = reading.places.table("dashboard", "running")
    grid = reading.grids["dashboard"]
    return {
        row: {code: grid[at, column].value for code, column in place.columns.items() if (at, column) in grid}
        for row, at in place.rows.items()
    }


def test_the_dashboard_shows_red_amber_and_green_and_which_way_each_line_goes(case: Case) -> None:
    before = _dashboard(case)
    assert {str(row.get("light", "")) + str(row.get("trend", "")) for row in before.values()} == {""}
    actuals = _actuals(case, DAYS["late"], 0.4, 0.93, 1)
    actuals.value[1, -14:] *= 0.5
    actuals.value[2, -14:] *= 1.3
    case.run(follow, actuals)
    lines = _dashboard(case)
    assert [lines[row]["light"] for row in ("R1-1", "R1-2", "R2-1")] == ["● 落后", "● 落后", "● 正常"]
    assert [lines[row]["trend"] for row in ("R1-1", "R1-2", "R2-1")] == ["►", "▼", "▲"]
    reading = case.reading()
    counts = [
        reading.grids["dashboard"][reading.places.field(f"dashboard_{code}")[1]].value
        for code in ("behind", "close", "on_path")
    ]
    assert counts == [2, 0, 1]
    case.run(follow, _actuals(case, DAYS["late"], 1, 0.93, 1))
    assert _dashboard(case)["R1-2"]["light"] == "● 关注"
    assert case.run(verify).problems == ()


def _of_a_handful(folder: Path) -> Case:
    """A plan agreed as suggested, of which R1-1 has fewer than ten steps of the metric."""
    case = Case(folder, sample_inputs((2, 1), metric=replace(METRIC, step=10.0)))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    lines = [line.code for line in case.inputs.plan.lines]
    case.declare("R1", R1_1=case.suggested(lines[0]), R1_2=case.suggested(lines[1]))
    case.declare("R2", R2_1=case.suggested(lines[2]))
    case.run(lock)
    for line in lines:
        decline(case, line)
        case.run(decide, line[:2], line, "accept", reason="依据充分", by=f"superior{line[1]}")
    case.run(confirm, RESERVE)
    return case


def test_a_handful_has_no_light_until_the_period_is_over(tmp_path: Path) -> None:
    case = _of_a_handful(tmp_path)
    assert case.suggested("R1-1") < 100 < case.suggested("R1-2")
    targets = np.array([case.suggested(line.code) for line in case.inputs.plan.lines])
    days = case.inputs.plan.period.days
    daily = np.repeat(0.4 * targets[:, None] / len(days), len(days), axis=1)
    unknown = np.full_like(daily, np.nan)
    results = Actuals(days, daily, unknown, unknown)
    case.run(follow, results, DAYS["early"])
    lines, books = _dashboard(case), [Path(shutil.copy(case.path, tmp_path / "early.xlsx"))]
    assert (lines["R1-1"]["light"], lines["R1-1"].get("trend") or "") == ("○ 量少难判", "")
    assert lines["R1-2"]["light"] == "● 落后"
    case.run(follow, results, case.inputs.plan.period.end)
    assert _dashboard(case)["R1-1"]["light"] == "● 落后"
    books.append(Path(shutil.copy(case.path, tmp_path / "over.xlsx")))
    assert differences(books) == []
    assert case.run(verify).problems == ()


def test_results_after_the_day_are_not_known_yet(case: Case) -> None:
    whole = _actuals(case, DAYS["late"], 1, 1, 1)
    report = case.run(follow, whole, DAYS["early"])
    assert report.as_of == DAYS["early"]
    assert report.actual_total == pytest.approx(report.path_total)


def test_a_plan_that_is_not_confirmed_is_not_followed(tmp_path: Path) -> None:
    case = decided(tmp_path)
    with pytest.raises(Refused) as refused:
        case.run(follow, _actuals(case, DAYS["early"], 1, 1, 1))
    assert told(refused.value.problems) == [("not_confirmed", "")]


@pytest.mark.parametrize("day", [dt.date(2024, 12, 31), dt.date(2025, 4, 1)])
def test_a_day_outside_the_period_is_refused(case: Case, day: dt.date) -> None:
    with pytest.raises(Refused) as refused:
        case.run(follow, _actuals(case, DAYS["early"], 1, 1, 1), day)
    assert told(refused.value.problems) == [("date_outside", str(day))]
    assert str(case.inputs.plan.period.end) in refused.value.problems[0].sentence("en")


def test_without_results_there_is_nothing_to_follow(case: Case) -> None:
    nothing = np.empty((3, 0))
    with pytest.raises(DataProblems) as problems:
        case.run(follow, Actuals((), nothing, nothing, nothing))
    assert [problem.code for problem in problems.value.problems] == ["no_actuals"]


def _sparse(case: Case, share: float) -> Actuals:
    """A whole period as a CRM exports it: one row for each whole customer, and none for days without."""
    days = case.inputs.plan.period.days
    value = np.full((3, len(days)), np.nan)
    for row, agreed in enumerate(AGREED):
        value[row, np.linspace(3, len(days) - 4, round(agreed * share)).astype(int)] = 1.0
    unknown = np.full_like(value, np.nan)
    reported = max(np.flatnonzero(np.isfinite(value).any(axis=0))) + 1
    return Actuals(days[:reported], value[:, :reported], unknown[:, :reported], unknown[:, :reported])


def test_after_the_last_day_the_expected_result_is_the_result(case: Case) -> None:
    report = case.run(follow, _sparse(case, 0.8), case.inputs.plan.period.end)
    assert report.expected_total == report.actual_total < report.agreed_total
    assert {warned.odds for warned in report.warnings} == {1.0}
    assert {(warned.hope, warned.suggestion) for warned in report.warnings} == {("over", "")}
    said = [part.said for part in report.tell("en") if isinstance(part, Sentence)]
    warned = (*report.warnings, *report.groups)
    assert sum("ended with an attainment" in one for one in said) == len(warned)
    assert not any("odds of a miss" in one or "Expected to end" in one for one in said)


def test_of_a_line_that_is_lost_only_that_is_said(case: Case) -> None:
    report = case.run(follow, _actuals(case, dt.date(2025, 3, 28), 0.3, 1, 1))
    assert [(warned.hope, warned.suggestion) for warned in report.warnings] == [("lost", "")]
    said = [part.said for part in report.tell("en") if isinstance(part, Sentence)]
    assert any("out of reach" in one for one in said) and "" not in said
    assert case.run(verify).problems == ()


def test_a_line_that_the_results_do_not_name_is_said_to_have_sold_nothing(case: Case) -> None:
    actuals = _actuals(case, DAYS["early"], 1, 1, 1)
    actuals.value[2] = np.nan
    report = case.run(follow, actuals, DAYS["later"])
    assert report.silent == (case.inputs.plan.lines[2].name,)
    assert report.reported_until == DAYS["early"]
    said = [part.said for part in report.tell("en") if isinstance(part, Sentence)]
    assert any("No line has a result after 2025-02-07" in one for one in said)
    assert any("1 line is not in the file" in one for one in said)


@pytest.mark.parametrize(("hour", "is_to_come"), [(9, True), (10, False)])
def test_results_of_a_day_that_has_not_begun_anywhere_are_asked_about(
    case: Case, hour: int, is_to_come: bool
) -> None:
    """It begins at ten in the morning before, UTC."""
    case.clock.now = dt.datetime.combine(DAYS["early"], dt.time(hour - 1, 30), dt.UTC) - dt.timedelta(days=1)
    report = case.run(follow, _actuals(case, DAYS["early"], 1, 1, 1))
    assert report.is_to_come == is_to_come
    said = [part.said for part in report.tell("en") if isinstance(part, Sentence)]
    assert any("is still to come" in one for one in said) == is_to_come
