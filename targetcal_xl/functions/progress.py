"""Worksheet functions for the path to a target, and for results along it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import cast

import numpy as np

from .. import calibration
from ..calibration import Calendar, Floats, Metric, Period, Plan, Resources, Shape, Thresholds
from ..calibration.progress import PRIOR_SIGMA
from ..problems import Problem
from ..workdays import past_rhythm
from .inputs import days_of, period_of
from .meaning import as_rows, kind_meant, side_meant
from .ranges import ErrorValue, Number, Numbers, RangeTable, Text, Texts, Unanswerable, refuse
from .registry import SpilledRows, function

CHINA = str(Calendar())
"""The calendar of who names none."""
_MOST_PAST = 2200
"""So many days back is as far as a rhythm is learned from."""
_EPOCH = dt.date(1899, 12, 30)


@function
def TC_PATH(
    target: Numbers,
    period: Text,
    dates: Numbers | None = None,
    kind: Text = "sum",
    calendar: Text = CHINA,
    past: RangeTable | None = None,
) -> SpilledRows:
    """Where each target should be at the end of each day, or of the dates asked for.

    A row for each target and a column for each date; a single target beside a column of dates gives
    a column.
    """
    when = period_of(period)
    metric = Metric("", "", "", "", kind=kind_meant(kind))
    shares = _shape(when, calendar, past, metric).shares
    path = calibration.target_path(np.nan_to_num(target.ravel()), shares, metric)
    if dates is None:
        return as_rows(path)
    days = (dates.ravel() - (when.start - _EPOCH).days).tolist()
    outside = ErrorValue("#N/A", Problem("udf_date_outside", "dates", {"period": period}))
    rows = [
        ["" if np.isnan(day) else row[int(day)] if 0 <= day < len(row) else outside for day in days]
        for row in path.tolist()
    ]
    upright = len(rows) == 1 and dates.shape[1] == 1
    return [[cell] for cell in rows[0]] if upright else rows


@function
def TC_WARNING(
    period: Text,
    lines: Texts,
    agreed: Numbers,
    actuals: RangeTable,
    as_of: Number | None = None,
    expected: Numbers | None = None,
    sigma: Numbers | None = None,
    milestones: Numbers | None = None,
    direction: Number = 1,
    step: Number = 1.0,
    milestone: Number = 0.90,
    days: Number = 14,
    odds: Number = 0.50,
    kind: Text = "sum",
    calendar: Text = CHINA,
    past: RangeTable | None = None,
) -> SpilledRows:
    """Result, path, attainment, expected final, odds of a miss and whether to warn, a row for each line."""
    when = period_of(period)
    metric = Metric("", "", "", "", direction=side_meant(direction), kind=kind_meant(kind), step=step)
    return _followed(
        when,
        _shape(when, calendar, past, metric),
        lines,
        {"agreed": agreed, "expected": expected, "sigma": sigma},
        actuals,
        as_of,
        [] if milestones is None else milestones[~np.isnan(milestones)].tolist(),
        metric,
        Thresholds(milestone=milestone, warning_days=round(days), warning_odds=odds),
    )


def _followed(
    when: Period,
    shape: Shape,
    lines: Texts,
    sides: dict[str, Floats | None],
    actuals: RangeTable,
    as_of: float | None,
    milestones: Sequence[float],
    metric: Metric,
    thresholds: Thresholds,
) -> SpilledRows:
    for name, given in sides.items():
        if given is not None and given.size != len(lines):
            raise refuse("udf_unequal", name, cells=given.size, other="lines", others=len(lines))
    flat = {name: None if given is None else given.ravel() for name, given in sides.items()}
    agreed = np.nan_to_num(cast(Floats, flat["agreed"]))
    daily, volumes, resources = _daily(actuals, lines, when, as_of)
    expected, sigma = flat["expected"], flat["sigma"]
    begins = (when.start - _EPOCH).days
    progress = calibration.follow_lines(
        agreed,
        daily,
        shape.shares,
        metric,
        thresholds,
        worlds=tuple(shape.worlds(daily)) if metric.adds_up else (),
        milestones=[int(day - begins) + 1 for day in milestones],
        prior=1.0 if expected is None else _share(expected, agreed, metric),
        sigma=PRIOR_SIGMA if sigma is None else sigma,
        volumes=volumes,
        resources=resources if calibration.has_resources(metric) else None,
    )
    columns = [
        progress.actual, progress.path, progress.attainment, progress.expected_final, progress.odds,
    ]  # fmt: skip
    return [
        [*("" if np.isnan(cell) else cell for cell in row), warned]
        for row, warned in zip(np.column_stack(columns).tolist(), progress.warned.tolist(), strict=True)
    ]


def _share(expected: Floats, agreed: Floats, metric: Metric) -> Floats:
    """What was expected, as a share of the target; 1 where there is none."""
    return np.where(agreed > 0, expected / np.maximum(agreed, metric.step), 1.0)


def _shape(when: Period, calendar: str, past: RangeTable | None, metric: Metric) -> Shape:
    """What the days of a period bring, as a plan has it that states nothing of them."""
    worked = days_of(calendar, when)
    if past is None:
        return calibration.period_shape(when.days, worked)
    amounts = ("date", "line", "value") if metric.adds_up else ("date", "line", "volume")
    date, line, amount = past.needed(*amounts)
    numbers = past.numbers([date, amount])
    since = numbers[:, 0] - (when.start - _EPOCH).days
    if late := np.flatnonzero(~((since < 0) & (since > -_MOST_PAST))).tolist():
        problems = (Problem("udf_day_not_past", past.where(k, date), {"period": str(when)}) for k in late)
        raise Unanswerable([ErrorValue("#N/A", problem) for problem in problems])
    codes: dict[str, int] = {}
    rows = [codes.setdefault(code, len(codes)) for code in past.texts(line)]
    days = np.datetime64(when.start) + since.astype("timedelta64[D]")
    known = past_rhythm(days, np.array(rows, np.intp), numbers[:, 1], _days_alone(when, calendar, metric))
    return calibration.period_shape(when.days, worked, known)


def _days_alone(when: Period, calendar: str, metric: Metric) -> Plan:
    """A plan that says whose days count, and nothing more."""
    return Plan("", "", when, metric, 0.0, (), (), calendar=Calendar.parse(calendar))


def _daily(
    table: RangeTable, lines: Texts, when: Period, as_of: float | None
) -> tuple[Floats, Floats | None, Resources | None]:
    """Results (n, days so far) from a table of date, line, value and, where there are, volume, leads and
    capacity."""
    date, line, value = table.needed("date", "line", "value")
    more = [at for code in ("volume", "leads", "capacity") if (at := table.column(code)) is not None]
    numbers = table.numbers([date, value, *more])
    day = numbers[:, 0] - (when.start - _EPOCH).days
    known = {code: k for k, code in enumerate(lines)}
    places = [known.get(code, -1) for code in table.texts(line)]
    errors = [
        ErrorValue("#N/A", Problem("udf_unknown_line", table.where(k, line), {"found": code}))
        for k, code in enumerate(table.texts(line))
        if places[k] < 0
    ]
    errors += [
        ErrorValue("#N/A", Problem("udf_date_outside", table.where(k, date), {"period": str(when)}))
        for k in np.flatnonzero(~((day >= 0) & (day < len(when.days)))).tolist()
    ]
    if errors:
        raise Unanswerable(errors)
    last = day.max(initial=-1) if as_of is None else as_of - (when.start - _EPOCH).days
    length = int(last) + 1
    if not 0 < length <= len(when.days):
        raise refuse("udf_date_outside", "as_of", "#N/A", period=str(when))
    whole = np.full((1 + len(more), len(lines), len(when.days)), np.nan)
    whole[:, places, day.astype(np.intp)] = numbers[:, 1:].T
    seen = whole[:, :, :length]
    told = dict(zip(more, seen[1:], strict=True))
    volumes = told.get(-1 if (at := table.column("volume")) is None else at)
    return seen[0], volumes, _resources(table, told, seen[0].shape)


def _resources(table: RangeTable, shares: dict[int, Floats], shape: tuple[int, ...]) -> Resources | None:
    """The last known shares of leads and people, None when none were ever reported."""
    unknown = np.full(shape, np.nan)
    leads, capacity = (
        shares.get(-1 if at is None else at, unknown) for at in map(table.column, ("leads", "capacity"))
    )
    if np.isnan([leads, capacity]).all():
        return None
    return Resources(_last_known(leads), _last_known(capacity))


def _last_known(shares: Floats) -> Floats:
    """The last number of each row, NaN where there is none."""
    known = np.isfinite(shares)
    last = shares.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return np.where(known.any(axis=1), shares[np.arange(len(shares)), last], np.nan)
