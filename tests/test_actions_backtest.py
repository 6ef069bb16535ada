"""`backtest` tries the method on the book's own history and says plainly how it did."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targetcal_xl.actions import backtest, follow, new, repair, verify
from targetcal_xl.calibration import Period, judge, try_history
from targetcal_xl.calibration.vocabulary import Verdict
from targetcal_xl.cli.app import app, told
from targetcal_xl.connect import Actuals
from targetcal_xl.desk.tested import verdict
from targetcal_xl.language import LANGUAGES
from targetcal_xl.problems import Refused
from targetcal_xl.workbook import open_book, read
from tests.support.desks import Case, confirmed, fresh, locked
from tests.support.samples import sample_inputs
from tests.support.validator import sound

PERIOD = Period(2025, 1)


def shown(case: Case, table: str, column: str) -> list[object]:
    """A column of the backtest's sheet, from the book."""
    reading = read(open_book(case.path), case.inputs, "zh-CN")
    rows = reading.places.tables["backtest", table].rows
    spots = [reading.places.spot("backtest", table, row, column) for row in rows]
    return [cell.value if (cell := reading.grids["backtest"].get(spot)) else None for spot in spots]


def said(case: Case) -> str:
    """The verdict, from the book."""
    reading = read(open_book(case.path), case.inputs, "zh-CN")
    sheet, spot = reading.places.field("verdict")
    return str(reading.grids[sheet][spot].value)


def test_a_new_book_says_how_to_get_a_verdict(tmp_path: Path) -> None:
    assert "targetcal backtest" in said(fresh(tmp_path))


def test_a_period_that_nobody_kept_is_not_said_to_have_been_tried(tmp_path: Path) -> None:
    inputs = sample_inputs((2, 1))
    values = inputs.history.values.copy()
    values[:, -2] = np.nan
    case = Case(tmp_path, replace(inputs, history=replace(inputs.history, values=values)))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    periods = case.run(backtest).periods
    assert str(inputs.history.periods[-1]) in periods and str(inputs.history.periods[-2]) not in periods


def test_the_sheet_tells_what_the_method_finds(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    report = case.run(backtest)
    test = try_history(case.inputs)
    assert report.judgement == judge(test)
    assert report.periods == tuple(map(str, test.periods)) == tuple(shown(case, "periods", "period"))[:7]
    wanted = {score.method: score.error for score in report.judgement.scores}
    methods = ("model", "coherent", "inertial", "last_year", "declared")
    assert shown(case, "methods", "error") == [wanted.get(method) for method in methods]
    assert shown(case, "periods", "actual")[:7] == pytest.approx(test.actual.sum(axis=0))
    assert shown(case, "periods", "model")[:7] == pytest.approx(test.forecasts["model"].sum(axis=0))
    assert said(case) == report.verdict("zh-CN")
    assert case.run(verify).problems == () and sound(case.path)


def test_doing_it_again_changes_nothing_and_a_lost_book_gets_it_back(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    first = case.run(backtest)
    entries, book = case.entries(), case.path.read_bytes()
    assert case.run(backtest) == first
    assert (case.entries(), case.path.read_bytes()) == (entries, book)
    case.path.unlink()
    case.run(repair)
    assert said(case) == first.verdict("zh-CN")


def followed(folder: Path, until: dt.date) -> Case:
    """A confirmed plan whose results are 10 % above what was agreed, followed to a day."""
    case = confirmed(folder)
    plan = case.inputs.plan
    days = tuple(day for day in plan.period.days if day <= until)
    agreed = np.array([case.value(line.region, line.code, "agreed") for line in plan.lines], float)
    value = np.tile(agreed[:, None] * 1.1 / len(plan.period.days), len(days))
    unknown = np.full_like(value, np.nan)
    case.run(follow, Actuals(days, value, unknown, unknown))
    return case


def test_the_plan_s_own_period_is_one_more_once_it_is_over(tmp_path: Path) -> None:
    end = PERIOD.end
    early, late = tmp_path / "early", tmp_path / "late"
    for folder in (early, late):
        folder.mkdir()
    assert followed(early, end - dt.timedelta(days=1)).run(backtest).periods[-1] == "2024Q4"
    case = followed(late, end)
    report = case.run(backtest)
    assert report.periods[-1] == "2025Q1"
    scores = {score.method: score for score in report.judgement.scores}
    assert (scores["declared"].periods, scores["declared"].cells) == (1, 3)
    assert shown(case, "periods", "declared")[-1] == sum(
        float(str(entry.new)) for entry in case.entries("lock", "declared")
    )
    assert "申报" in report.verdict("zh-CN")


def test_earlier_books_tell_what_was_declared_then(tmp_path: Path) -> None:
    earlier, now = tmp_path / "earlier", tmp_path / "now"
    for folder in (earlier, now):
        folder.mkdir()
    before = locked(earlier)
    inputs = sample_inputs((2, 1), 16)
    later = replace(inputs.plan, period=Period(2025, 2), milestones=())
    history = replace(inputs.history, periods=tuple(later.period.shift(k - 16) for k in range(16)))
    case = Case(now, replace(inputs, plan=later, history=history))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "en")
    report = case.run(backtest, [before.path])
    assert report.periods[-1] == "2025Q1"
    declared = [float(str(entry.new)) for entry in before.entries("lock", "declared")]
    assert shown(case, "periods", "declared")[-2:] == [sum(declared), None]
    assert "What the regions declared" in report.verdict("en")


def test_a_book_of_a_period_that_is_not_tried_is_refused_by_name(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    other = tmp_path / "other.xlsx"
    shutil.copy(case.path.with_name("targets.ledger.sqlite"), other.with_name("other.ledger.sqlite"))
    with pytest.raises(Refused) as caught:
        case.run(backtest, [other])
    [problem] = caught.value.problems
    assert (problem.code, problem.where) == ("earlier_not_tested", "other.xlsx")
    assert "2025Q1" in problem.sentence("en") and "2024Q4" in problem.sentence("zh-CN")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["better", "even", "worse"])
def test_the_words_fit_the_verdict_in_both_languages(code: Verdict, language: str) -> None:
    inputs = sample_inputs()
    judged = replace(judge(try_history(inputs)), verdict=code)
    first = verdict(judged, inputs.plan.thresholds.confidence, language).splitlines()[0]
    words = {
        "better": ("更准", "more accurate than"),
        "even": ("并不比", "no more accurate"),
        "worse": ("不如", "less accurate"),
    }
    assert words[code][LANGUAGES.index(language)] in first


def test_a_short_history_gets_no_verdict(tmp_path: Path) -> None:
    case = Case(tmp_path, sample_inputs((2, 1), 6))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "en")
    report = case.run(backtest)
    assert report.verdict("en").startswith("There is no verdict: 1 past period can")
    assert sound(case.path)


def test_the_command_tells_it_as_a_table_and_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = fresh(tmp_path)
    assert told(lambda: app(("backtest", str(case.path)), standalone_mode=False)) == 0
    assert "2024Q4" in capsys.readouterr().out
    assert told(lambda: app(("backtest", str(case.path), "--json"), standalone_mode=False)) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["judgement"]["verdict"] in ("better", "even", "worse")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_chance_is_said_to_be_none(language: str) -> None:
    judged = judge(try_history(sample_inputs((2, 1))))
    assert judged.verdict != "too_little"
    rare = verdict(replace(judged, chance=1 / 256), 0.8, language)
    assert "1%" in rare and " 0%" not in rare and "为 0%" not in rare
    assert "13%" in verdict(replace(judged, chance=1 / 8), 0.8, language)
