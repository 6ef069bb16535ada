"""Whole quarters of every kind of metric: from a plan folder to the evaluation, by turns in both languages.

Delivery days are a mean that is better when lower, weighed by orders; satisfaction is a ratio, weighed by
answers, and a margin one in percent, weighed by revenue; revenue is a sum in yuan by the hundred million.
"""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from targetcal_xl.actions import (
    backtest,
    check,
    confirm,
    decide,
    decide_support,
    evaluate,
    follow,
    handle_objection,
    issue_letters,
    lock,
    new,
    objections,
    recalibrate,
    survey,
    verify,
    whatif,
)
from targetcal_xl.calibration import Floats
from targetcal_xl.connect import Responses, read_actuals, read_plan
from targetcal_xl.desk.records import standing_of
from targetcal_xl.language import LANGUAGES
from targetcal_xl.telling import Report, Rows, Sentence
from tests.support.desks import TALK, Case
from tests.support.exploring import explores, few
from tests.support.recalculated import differences
from tests.support.temporary import kept_folder
from tests.support.xllint import lint

_ENDS = {
    "days": (21.0, 0.5, -1, "mean", "days"),
    "csat": (0.93, 0.001, 1, "ratio", ""),
    "gmv": (3.6e9, 1e4, 1, "sum", "yuan"),
    "margin": (93.0, 0.1, 1, "ratio", "%"),
}
"""HQ target, step, direction, kind and unit by metric."""
_LEVELS = {
    "days": (28.0, 31.0, 13.0, 17.0),
    "csat": (0.905, 0.94, 0.92, 0.955),
    "margin": (90.5, 94.0, 92.0, 95.5),
    "gmv": (1.2e9, 1.1e9, 5e8, 6e8),
}
_VOLUMES = (1200, 300, 40, 5000)
_LINES = ("N1", "N2", "S1", "S2")
_PERIODS = [f"{year}Q{quarter}" for year in (2024, 2025, 2026) for quarter in (1, 2, 3, 4)][:-1]


@dataclass(frozen=True)
class Quarter:
    """A case of one metric, the books kept of it, and what was said on the way."""

    case: Case
    metric: str
    books: list[Path]
    said: list[str]
    daily: Floats
    volumes: Floats
    agreed: Floats

    @property
    def name(self) -> str:
        """Its metric and language."""
        return f"{self.metric} {self.case.language}"

    @property
    def is_weighed(self) -> bool:
        """Whether its lines are weighed by their volumes."""
        return self.metric != "gmv"

    def together(self, values: Floats, weights: Floats) -> float:
        """An oracle of our own: the weighed mean, or the sum."""
        return float(np.average(values, weights=weights) if self.is_weighed else values.sum())


def _plan_folder(folder: Path, metric: str) -> Path:
    hq, step, direction, kind, unit = _ENDS[metric]
    lines = "\n".join(
        f'  {{ code = "{code}", name = "Line {code}", region = "{code[0]}", volume = {volume} }},'
        for code, volume in zip(_LINES, _VOLUMES, strict=True)
    )
    people = 'head = { name = "head%s" }\nsuperior = { name = "superior%s" }\nhrbp = { name = "hrbp%s" }'
    regions = "\n".join(
        f'[[regions]]\ncode = "{code}"\nname = "Region {code}"\n{people % (code, code, code)}'
        for code in "NS"
    )
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text(
        f'code = "{metric}-2026Q4"\ncompany = "Northwind"\nperiod = "2026Q4"\nhq_target = {hq!r}\n'
        f"milestones = [2026-11-30, 2026-12-31]\nlines = [\n{lines}\n]\n"
        f'[metric]\ncode = "{metric}"\nname = "Metric {metric}"\ndefinition = "As the books say."\n'
        f'unit = "{unit}"\ndirection = {direction}\nkind = "{kind}"\nstep = {step!r}\n{regions}\n'
        "[thresholds]\nhq_tolerance = 0.001\n"
        '[[drivers]]\ncode = "load"\nname = "Load"\nweight = 0.3\n'
        'indicators = [{ code = "orders", name = "Open orders", share = 1.0 }]\n',
        "utf-8",
    )
    random = np.random.default_rng(5)
    rows = [
        f"{code},{period},{level * random.normal(1, 0.01):.6g}"
        for code, level in zip(_LINES, _LEVELS[metric], strict=True)
        for period in _PERIODS
    ]
    (folder / "history.csv").write_text("line,period,value\n" + "\n".join(rows) + "\n", "utf-8")
    readings = [f"{code},orders,{640},{now}" for code, now in zip(_LINES, (655, 575, 706, 640), strict=True)]
    header = "line,indicator,reference,now\n"
    (folder / "drivers.csv").write_text(header + "\n".join(readings) + "\n", "utf-8")
    return folder


def _results(case: Case, agreed: Floats, folder: Path) -> tuple[Path, Floats, Floats]:
    """Daily results of working days about what was agreed, the first line far worse, with their volumes.

    Those have shifted from the plan's.
    """
    random, metric = np.random.default_rng(6), case.inputs.plan.metric
    days = [day for day in case.inputs.plan.period.days if day.weekday() < 5]
    worse = np.array([1 - 0.2 * metric.direction, 1.0, 1.0, 1.0])[:, None]
    share = 1.0 if not metric.adds_up else 1 / len(days)
    daily = np.round(agreed[:, None] * worse * share * random.normal(1, 0.01, (4, len(days))), 6)
    shifted = np.array(_VOLUMES) * np.array([0.3, 2.0, 8.0, 1.0])
    volumes = np.round(random.uniform(0.5, 1.5, daily.shape) * shifted[:, None] / 20 + 1)
    rows = [
        f"{day},{code},{float(daily[row, k])!r},{float(volumes[row, k])!r},0.9"
        for row, code in enumerate(_LINES)
        for k, day in enumerate(days)
    ]
    path = folder / "actuals.csv"
    path.write_text("date,line,value,volume,leads\n" + "\n".join(rows) + "\n", "utf-8")
    return path, daily, volumes


def _say(quarter: list[str], report: Report, language: str) -> None:
    for part in report.tell(language):
        if isinstance(part, Sentence):
            quarter.append(part.said)
        elif isinstance(part, Rows):
            quarter += [cell for row in part.rows for cell in row]


def _negotiate(case: Case, targets: Floats) -> None:
    given = {code: float(value) for code, value in zip(_LINES, targets, strict=True)}
    case.declare("N", N1=given["N1"], N2=given["N2"])
    case.declare("S", S1=given["S1"], S2=given["S2"])
    assert case.run(check).problems == ()
    case.run(lock)
    for one in case.run(objections).open:
        case.run(
            handle_objection, one.region, one.line, **TALK, note="Talked it over", by=f"hrbp{one.line[-2]}"
        )
    for code in _LINES:
        case.run(decide_support, code[0], code, "no", reason="No headcount left", by=f"superior{code[0]}")
        case.run(decide, code[0], code, "accept", reason="Grounds hold", by=f"superior{code[0]}")


def _declared(case: Case) -> Floats:
    """Each line a step better or worse than suggested."""
    step = case.inputs.plan.metric.step
    with case.desk() as desk:
        suggested = standing_of(desk.ledger).baseline.suggested
    return np.round(suggested + step * np.array([1, -1, 2, 1]), 9)


def _keep(quarter: Quarter, stage: str, folder: Path) -> None:
    case = quarter.case
    assert case.run(verify).problems == (), stage
    quarter.books.append(Path(shutil.copy(case.path, folder / f"{quarter.name} {len(quarter.books)}.xlsx")))


_ALL = [(metric, language) for metric in _ENDS for language in LANGUAGES]


_PLAYED = [(metric, LANGUAGES[number % 2]) for number, metric in enumerate(_ENDS)]
"""Every metric in one language, so that both occur; `make explore` plays it in both."""


@pytest.fixture(
    params=few([pytest.param(one, id="-".join(one)) for one in _ALL], {"-".join(one) for one in _PLAYED})
)
def quarter(request: pytest.FixtureRequest) -> Quarter:
    """The quarter of one metric, in one language, played to its end."""
    return _once(*request.param)


@cache
def _once(metric: str, language: str) -> Quarter:
    """A quarter, played by the first that asks for it."""
    return _played(metric, language, kept_folder("quarter"))


def _played(metric: str, language: str, folder: Path) -> Quarter:
    inputs = read_plan(_plan_folder(folder / "plan", metric))
    case, said = Case(folder / "plan", inputs, language=language), list[str]()
    with case.desk(create=True) as desk:
        _say(said, new(desk, inputs, language), language)
    targets = _declared(case)
    _negotiate(case, targets)
    _say(said, case.run(whatif, [("N1", "orders", "+10%")]), language)
    _say(said, case.run(recalibrate, "Looked at again"), language)
    _say(said, case.run(confirm, "Agreed below what head office wants"), language)
    path, daily, volumes = _results(case, targets, folder)
    quarter = Quarter(case, metric, [], said, daily, volumes, targets)
    _keep(quarter, "confirmed", folder)
    case.run(issue_letters, folder / "letters", "docx")
    actuals = read_actuals(path, inputs.plan)
    _say(said, case.run(follow, actuals, dt.date(2026, 11, 20)), language)
    _keep(quarter, "followed", folder)
    _say(said, case.run(follow, actuals, inputs.plan.period.end), language)
    case.run(survey, Responses(("N",) * 6 + ("S",) * 6, (5.0, 4, 4, 5, 4, 3, 4, 4, 5, 5, 4, 4)))
    _say(said, case.run(evaluate), language)
    _say(said, case.run(backtest), language)
    _keep(quarter, "evaluated", folder)
    return quarter


def test_the_quarter_ends_with_a_clean_audit_and_sheets_that_excel_would_not_repair(quarter: Quarter) -> None:
    assert quarter.case.run(verify).problems == ()
    assert {path.name: faults for path in quarter.books if (faults := lint(path))} == {}


def test_totals_go_by_what_every_line_weighs(quarter: Quarter) -> None:
    report = quarter.case.run(evaluate)
    weights = np.array(_VOLUMES, float)
    if quarter.is_weighed:
        days = quarter.volumes.sum(axis=1)
        results = (quarter.daily * quarter.volumes).sum(axis=1) / days
    else:
        days, results = weights, quarter.daily.sum(axis=1)
    decimals = quarter.case.inputs.plan.metric.decimals + 1
    wanted = quarter.together(quarter.agreed, days), quarter.together(results, days)
    assert (report.agreed_total, report.actual_total) == pytest.approx(wanted, abs=0.51 * 10**-decimals)
    turned = quarter.metric == "days"
    share = wanted[0] / wanted[1] if turned else wanted[1] / wanted[0]
    assert report.attainment_pct == pytest.approx(100 * share)
    assert report.attainment_pct < 100
    for region, rows in (("N", slice(0, 2)), ("S", slice(2, 4))):
        target = quarter.together(quarter.agreed[rows], days[rows])
        result = quarter.together(results[rows], days[rows])
        (one,) = (one for one in report.regions if one.region == region)
        assert one.attainment == pytest.approx(target / result if turned else result / target)
    assert min(one.attainment for one in report.regions) * 100 <= report.attainment_pct
    assert report.attainment_pct <= max(one.attainment for one in report.regions) * 100
    reading = quarter.case.reading()
    sheet, spot = reading.places.field("progress_attainment")
    assert reading.grids[sheet][spot].value == pytest.approx(report.attainment_pct / 100)
    agreed = reading.places.field("progress_agreed")[1]
    assert reading.grids[sheet][agreed].value == pytest.approx(wanted[0])


def test_the_line_far_off_is_warned_of_by_name(quarter: Quarter) -> None:
    opened = [entry for entry in quarter.case.entries(field="warning") if entry.new == "open"]
    assert {entry.row for entry in opened if entry.row} == {"N1"}
    assert {entry.region for entry in opened} <= {"N", None}


def test_no_sum_of_means_is_said_or_shown_anywhere(quarter: Quarter) -> None:
    """Every number that people read of a mean is of a mean's size; so is every total on a sheet."""
    if not quarter.is_weighed:
        return
    top = max(_LEVELS[quarter.metric])
    sums = {
        round(float(sum(values)), 6) for values in (quarter.agreed, quarter.agreed[:2], quarter.agreed[2:])
    }
    for said in quarter.said:
        assert not any(f"{number:,.10g}" in said for number in sums), said
    values = quarter.case.reading()
    for code in ("dashboard_suggested", "dashboard_declared", "dashboard_agreed", "progress_actual"):
        sheet, spot = values.places.field(code)
        shown = values.grids[sheet][spot].value
        assert isinstance(shown, float) and shown < top * 1.3, code
    for region in "NS":
        sheet, spot = values.places.field("agreed", region)
        assert values.grids[sheet][spot].value == pytest.approx(
            quarter.case.inputs.plan.total_of(quarter.agreed, [0, 1] if region == "N" else [2, 3])
        )


def _so_far(folder: Path, language: str, said: str) -> tuple[Case, list[str]]:
    """The delivery days agreed as suggested, and what `follow` tells of these results."""
    inputs = read_plan(_plan_folder(folder / "plan", "days"))
    case, told = Case(folder / "plan", inputs, language=language), list[str]()
    with case.desk(create=True) as desk:
        new(desk, inputs, language)
    _negotiate(case, _declared(case))
    case.run(confirm, "Agreed below what head office wants")
    path = folder / "actuals.csv"
    path.write_text(said, "utf-8")
    _say(told, case.run(follow, read_actuals(path, inputs.plan), dt.date(2026, 11, 20)), language)
    return case, told


def test_a_day_and_a_line_without_a_mean_count_for_nothing_and_are_told(tmp_path: Path) -> None:
    case, said = _so_far(tmp_path, "en", "date,line,value\n2026-10-15,N1,31\n2026-10-15,N2,28\n")
    assert any(line.startswith("2026-11-20: 30.40 of ") for line in said), said
    assert "2 lines have no result in the file yet: Line S1, Line S2" in said
    assert not any("without sales" in line or "sold nothing" in line for line in said)
    reading = case.reading()
    assert reading.places.spot("progress", "lines", "S1", "actual") not in reading.grids["progress"]
    case.run(survey, Responses(("N",) * 6 + ("S",) * 6, (5.0,) * 12))
    results = {one.region: one.quadrant for one in case.run(evaluate).regions}
    assert results["S"] == "unknown" and results["N"] != "unknown"
    assert case.run(verify).problems == ()


def test_an_interval_is_told_with_the_decimals_of_its_metric(quarter: Quarter) -> None:
    intervals = [said for said in quarter.said if " – " in said]
    assert intervals
    for said in intervals:
        low, high = said.split(" – ")
        assert low != high and ("." in low) == quarter.is_weighed


def test_libreoffice_computes_every_sheet_of_all_quarters_as_it_stands() -> None:
    """The last book of a quarter holds most of all; those on the way there are looked at of some."""
    ends = [_once(*played).books[-1] for played in (_ALL if explores() else _PLAYED)]
    ways = [book for played in _PLAYED[: 3 if explores() else 1] for book in _once(*played).books[:-1]]
    assert differences(ends + ways) == []
