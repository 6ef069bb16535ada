"""The plan of a later period, as far as the one before it can say: what came, what was read, who and how."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from .arrays import Floats
from .baseline import Inputs
from .drivers import Readings
from .history import History
from .period import Period
from .plan import Measures, Plan
from .rhythm import Rhythm


def succeeding(
    inputs: Inputs,
    results: Floats,
    period: Period,
    hq_target: float,
    measures: Measures | None,
    rhythm: Rhythm | None,
) -> Inputs:
    """The inputs of a later period's plan.

    `results` (n,), in the metric's unit, are what the old plan's period brought, NaN where nobody knows:
    they become history. What was read of drivers becomes past readings; nothing is read of the new period
    yet. Settings, people, answers and what days taught carry on, milestones as many days after the start.
    Raise ValueError for a period that is not later, or of another kind.
    """
    old = inputs.plan
    if period.per_year != old.period.per_year or period.start <= old.period.start:
        raise ValueError(f"{period} does not follow {old.period}")
    history = _with_results(inputs.history.before(period), old.period, results)
    return Inputs(
        _plan(old, period, hq_target, measures),
        history,
        _readings(inputs, history, period),
        inputs.answers,
        rhythm or inputs.rhythm,
    )


def _with_results(history: History, period: Period, results: Floats) -> History:
    """The history with what a period brought, where that is known."""
    values, place = history.values.copy(), history.periods.index(period)
    values[:, place] = np.where(np.isfinite(results), results, values[:, place])
    return replace(history, values=values)


def _plan(old: Plan, period: Period, hq_target: float, measures: Measures | None) -> Plan:
    days = [period.start + (day - old.period.start) for day in old.milestones]
    return replace(
        old,
        code=_code(old, period),
        period=period,
        hq_target=hq_target,
        last_period=measures,
        milestones=tuple(dict.fromkeys(min(day, period.end) for day in days)),
        deadlines=(),
        days=replace(old.days, shares=_shares(old, period)),
    )


def _code(old: Plan, period: Period) -> str:
    """The old code with the new period in it: in place of the old one, or before."""
    named = str(old.period)
    return old.code.replace(named, str(period)) if named in old.code else f"{period}-{old.code}"


def _shares(old: Plan, period: Period) -> tuple[tuple[dt.date, float], ...]:
    moved = {
        min(period.start + (day - old.period.start), period.end): share for day, share in old.days.shares
    }
    return tuple(moved.items())


def _readings(inputs: Inputs, history: History, period: Period) -> Readings:
    """Past readings with those of the old plan's period; of the new one what was a year before is known."""
    old, lines, indicators = inputs.readings, len(inputs.plan.lines), len(inputs.plan.indicators)
    whole = np.full((2, len(history.periods), lines, indicators), np.nan)
    for kept, past in zip(whole, (old.past_now, old.past_reference), strict=True):
        if past is not None:
            kept[: len(past)] = past[: len(kept)]
    place = history.periods.index(inputs.plan.period)
    whole[0, place], whole[1, place] = old.now, old.reference
    year_before = period.shift(-period.per_year)
    known = year_before in history.periods
    reference = whole[0, history.periods.index(year_before)] if known else np.full_like(old.now, np.nan)
    return Readings(np.full_like(old.now, np.nan), reference.copy(), whole[0], whole[1])
