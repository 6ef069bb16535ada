"""Quarters after the worked case follow its own numbers by a rule that anybody can work out again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from targetcal_xl.calibration import Floats, Inputs, succeeding
from targetcal_xl.connect import case_names, plan_template, read_actuals, read_plan
from targetcal_xl.demo import demo
from targetcal_xl.demo.parts import LinePart
from targetcal_xl.language import LANGUAGES
from targetcal_xl.telling import Rows, Sentence
from tests.support.commands import Terminal


def _brought(value: Floats, volume: Floats | None, adds_up: bool) -> Floats:
    """What days came to, worked out apart from the program: a sum, or a mean by volumes."""
    if adds_up:
        return np.nansum(value, axis=1)
    weights = np.where(np.isfinite(value), 1.0 if volume is None else volume, 0.0)
    mean: Floats = np.nansum(value * weights, axis=1) / weights.sum(axis=1)
    return mean


def _known(plan: str, places: int) -> tuple[LinePart, Inputs, Floats]:
    """A later quarter's role, the inputs that know how the first ended, and how it ended."""
    folder = plan_template(plan)
    first = read_plan(folder)
    days = read_actuals(folder.joinpath("actuals.csv"), first.plan)
    ended = _brought(days.value, days.volume, first.plan.metric.adds_up)
    inputs = succeeding(first, ended, first.plan.period.shift(max(places, 1)), 1.0, None, None)
    return LinePart(first, days, places), inputs, ended


@pytest.mark.parametrize("plan", case_names())
def test_where_every_line_plays_its_own_part_the_first_quarter_comes_again(plan: str) -> None:
    role, inputs, ended = _known(plan, 0)
    np.testing.assert_allclose(role.results(inputs), ended)
    again = role.actuals(inputs)
    known = np.isfinite(role.days.value)
    slack = role.first.plan.metric.step if role.first.plan.metric.adds_up else 1e-9
    np.testing.assert_allclose(again.value[known], role.days.value[known], rtol=1e-9, atol=slack)
    assert role.hq_target(inputs) == pytest.approx(role.first.plan.hq_target)
    np.testing.assert_allclose(role.readings(role.first)[1], role.first.readings.now)


@pytest.mark.parametrize("places", [1, 2, 3])
@pytest.mark.parametrize("plan", case_names())
def test_a_later_quarters_days_come_to_what_the_rule_says(plan: str, places: int) -> None:
    role, inputs, ended = _known(plan, places)
    metric, first = role.first.plan.metric, role.first.plan.period
    before, now = (
        inputs.history.values[:, inputs.history.periods.index(period.shift(-4))]
        - np.nan_to_num(inputs.history.one_off[:, inputs.history.periods.index(period.shift(-4))])
        for period in (first, first.shift(places))
    )
    count = len(ended)
    wanted = [now[i] * ended[(i + places) % count] / before[(i + places) % count] for i in range(count)]
    days = role.actuals(inputs)
    assert days.dates == tuple(first.shift(places).days)
    came = _brought(days.value, days.volume, metric.adds_up)
    slack = metric.step / 2 + 1e-9 if metric.adds_up else 2e-3 if metric.kind == "ratio" else 1e-9
    np.testing.assert_allclose(came, np.minimum(wanted, 1) if metric.kind == "ratio" else wanted, atol=slack)
    if metric.kind == "ratio":
        assert np.nanmax(days.value) <= 1


def test_quarters_in_a_row_tell_what_was_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = demo(Path("year"), "en", plan="ecommerce", quarters=2)
    quarters = json.loads(Path("year/summary.json").read_text("utf-8"))["quarters"]
    assert [one["period"] for one in quarters] == ["2025Q1", "2025Q2"]
    assert all(one["verified"] and one["goes_on"] for one in quarters)
    assert quarters[0]["rests"] != quarters[1]["rests"] and "past days" in quarters[1]["rests"]
    assert quarters[0]["weights"] != quarters[1]["weights"]
    assert "drivers" in quarters[1]["settings"] and "thresholds" in quarters[1]["settings"]
    assert report.learned is not None
    for change, first, last in zip(
        report.learned.weights, quarters[0]["weights"], quarters[1]["weights"], strict=True
    ):
        assert (change.before, change.after) == pytest.approx((first, last))
    for language in LANGUAGES:
        parts = [*report.tell(language)]
        rows = [row for part in parts if isinstance(part, Rows) for row in part.rows]
        assert {"2025Q1", "2025Q2"} <= {row[0] for row in rows}
        said = [part.about for part in parts if isinstance(part, Sentence)]
        assert {change.driver for change in report.learned.weights} <= {*said}, "each weight has its why"


def test_a_number_of_quarters_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in ("0", "-1", "2.5", "three"):
        refused = Terminal("en")("demo", "there", "--quarters", number)
        assert refused.status == 2 and "--quarters" in refused.err and not Path("there").exists()
