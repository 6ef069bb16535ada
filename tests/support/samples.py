"""Small made-up plans, the same every time: what tests calibrate, negotiate and print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from targetcal_xl.calibration.alignment import allot
from targetcal_xl.calibration.baseline import Inputs, compute_baseline
from targetcal_xl.calibration.drivers import Readings
from targetcal_xl.calibration.history import History
from targetcal_xl.calibration.metric import Metric
from targetcal_xl.calibration.period import Period
from targetcal_xl.calibration.plan import Driver, Indicator, Line, Measures, Person, Plan, Region
from targetcal_xl.calibration.standing import Key, Standing, Value
from targetcal_xl.calibration.vocabulary import MetricKind

PERIOD = Period(2025, 1)
METRIC = Metric("new_customers", "新增付费客户数", "本季度首次付费的客户数，试用不计入。", "家")
DRIVERS = (
    Driver("market", "市场活跃度", 0.4),
    Driver("pipeline", "客户池健康度", 0.5),
    Driver("resources", "资源投入", 0.3),
)
INDICATORS = (
    Indicator("search", "搜索指数", "market", 0.6),
    Indicator("events", "展会场次", "market", 0.4, "场"),
    Indicator("leads", "MQL 数", "pipeline", 0.7, "条"),
    Indicator("cycle", "成交周期", "pipeline", 0.3, "天", -1),
    Indicator("heads", "销售人数", "resources", 1.0, "人"),
)
_NAMES = ("华东", "华南", "华北", "西南", "西北", "华中", "东北", "江浙", "闽赣", "两湖", "川渝", "云贵")


def sample_plan(lines_per_region: Sequence[int] = (3, 2, 4), metric: Metric = METRIC) -> Plan:
    """A quarter's plan with regions R1.. and lines R1-1.. named after parts of China."""
    regions = tuple(_region(number) for number in range(1, len(lines_per_region) + 1))
    lines = tuple(
        Line(f"{region.code}-{k + 1}", _line_name(number, k), region.code)
        for number, (region, count) in enumerate(zip(regions, lines_per_region, strict=True))
        for k in range(count)
    )
    return Plan(
        code="2025Q1-new-customers",
        company="星河云软件有限公司",
        period=PERIOD,
        metric=metric,
        hq_target=round(110.0 * len(lines)) * metric.step,
        regions=regions,
        lines=lines,
        drivers=DRIVERS,
        indicators=INDICATORS,
        milestones=(dt.date(2025, 2, 28), dt.date(2025, 3, 31)),
        last_period=Measures(7, 42, 58, 3.1),
    )


def sample_inputs(
    lines_per_region: Sequence[int] = (3, 2, 4), periods: int = 12, metric: Metric = METRIC
) -> Inputs:
    """A plan with a history that grows and has seasons, one event, and readings with a gap."""
    plan = sample_plan(lines_per_region, metric)
    n, k = len(plan.lines), len(plan.indicators)
    random = np.random.default_rng(20250101)
    level = np.linspace(60, 160, n)[:, None]
    t = np.arange(periods)[None, :]
    values = np.round(
        level * 1.02**t * (1 + 0.1 * np.sin(t * np.pi / 2)) * random.uniform(0.95, 1.05, (n, periods))
    )
    one_off = np.zeros((n, periods))
    one_off[0, -1] = 15.0
    values[0, -1] += 15.0
    reference = np.round(random.uniform(20, 400, (n, k)), 1)
    now = np.round(reference * random.uniform(0.8, 1.25, (n, k)), 1)
    now[-1, 0] = np.nan
    past = tuple(PERIOD.shift(step - periods) for step in range(periods))
    return Inputs(plan, History(past, values, one_off), Readings(now, reference))


def sample_standing(
    lines_per_region: Sequence[int] = (3, 2, 4),
    periods: int = 12,
    values: Mapping[Key, Value] | None = None,
    metric: Metric = METRIC,
) -> Standing:
    """A fresh standing over `sample_inputs`: suggestions made, nothing declared but `values`."""
    inputs = sample_inputs(lines_per_region, periods, metric)
    baseline = compute_baseline(inputs)
    share = baseline.expected / baseline.expected.sum()
    allotment = np.floor(share * inputs.plan.hq_target)
    allotment[0] += inputs.plan.hq_target - allotment.sum()
    return Standing(inputs, baseline, allotment, dict(values or {}))


def scaled_standing(size: float, step: float, kind: MetricKind) -> Standing:
    """The sample's plan with figures of another size."""
    inputs = sample_inputs()
    metric = replace(inputs.plan.metric, step=step, kind=kind)
    values = np.round(inputs.history.values / np.nanmax(inputs.history.values) * size, 6)
    plan = replace(inputs.plan, metric=metric, hq_target=max(step, round(size / step) * step))
    history = replace(inputs.history, values=values, one_off=np.zeros_like(values))
    inputs = replace(inputs, plan=plan, history=history)
    baseline = compute_baseline(inputs)
    return Standing(inputs, baseline, allot(plan, baseline), {})


def with_values(standing: Standing, values: Mapping[Key, Value]) -> Standing:
    """The same standing after these last words."""
    return replace(standing, values={**standing.values, **values})


def _region(number: int) -> Region:
    def person(role: str) -> Person:
        return Person(f"{role}{number}", f"{role}{number}@example.com")

    name = _NAMES[(number - 1) % len(_NAMES)] + "大区" + (str(number) if number > len(_NAMES) else "")
    return Region(f"R{number}", name, person("head"), person("superior"), person("hrbp"))


def _line_name(region: int, k: int) -> str:
    return f"{_NAMES[(region + k) % len(_NAMES)]}{k + 1}组"
