"""From the tables of a workbook to what the method takes; every fault named by its cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from ..calibration import (
    MOST_PERIODS,
    Baseline,
    Calendar,
    Driver,
    FarAway,
    Floats,
    History,
    Indicator,
    Inputs,
    Line,
    Metric,
    Period,
    Plan,
    Readings,
    Thresholds,
    compute_baseline,
    consecutive,
)
from ..calibration.arrays import Flags
from ..language import LANGUAGES, text
from ..problems import Problem
from ..workdays import calendar_problems, with_days, working_days
from .ranges import ErrorValue, RangeTable, Unanswerable, is_blank, refuse, said

UNKNOWN_AMOUNTS = ("", "?", "？")
"""What stands for the size of a one-off event that nobody knows."""


@dataclass(frozen=True)
class Lines:
    """The lines of a history, by every name that another table may call them."""

    codes: tuple[str, ...]
    known: Mapping[str, int]

    def find(self, names: Iterable[str]) -> list[int]:
        """The places of lines by their names, -1 where there is no such line."""
        return [self.known.get(name, -1) for name in names]


def period_of(said_period: str) -> Period:
    """The period that a text names; raise Unanswerable for any other text."""
    try:
        return Period.parse(said_period)
    except ValueError as error:
        raise refuse("udf_not_a_period", "period", found=said_period) from error


def days_of(said_calendar: str, period: Period) -> Flags:
    """Which days (D,) of a period are worked by the calendar that a text means."""
    return working_days(period, calendar_of(said_calendar, period)).days


def calendar_of(said_calendar: str, period: Period) -> Calendar:
    """The calendar that a text means, as the settings write it.

    Raise Unanswerable with everything that is wrong with the text.
    """
    try:
        calendar = Calendar.parse(said_calendar)
    except ValueError as error:
        raise refuse("udf_not_a_calendar", "calendar", found=str(error)) from error
    if problems := calendar_problems(calendar, period.year, "calendar"):
        raise Unanswerable(ErrorValue("#VALUE!", problem) for problem in problems)
    return calendar


def lines_of(history: RangeTable) -> Lines:
    """The lines of a history: by code or, where the range begins with names, by name.

    Raise Unanswerable for lines that stand twice.
    """
    at = history.column("line") or 0
    codes = history.texts(at)
    known = {code: k for k, code in enumerate(codes)}
    if doubled := [k for k, code in enumerate(codes) if known[code] != k]:
        raise Unanswerable(
            ErrorValue("#VALUE!", Problem("udf_line_twice", history.where(k, at), {"line": codes[k]}))
            for k in doubled
        )
    name = history.column("name")
    if name is not None:
        names = history.texts(name)
        often = Counter(names)
        for k, (code, called) in enumerate(zip(codes, names, strict=True)):
            known.setdefault(called if often[called] == 1 else f"{called} ({code})", k)
    return Lines(tuple(codes), known)


@lru_cache(maxsize=8)
def baseline_of(
    period: str,
    history: RangeTable,
    events: RangeTable | None = None,
    readings: RangeTable | None = None,
    indicators: RangeTable | None = None,
    drivers: RangeTable | None = None,
    step: float = 1.0,
    confidence: float = 0.80,
    calendar: str = "",
) -> tuple[Lines, Baseline]:
    """The suggestions for every line of a history, as the command computes them.

    Functions that explain one baseline differently share the work: the last few are remembered.
    """
    lines, inputs = inputs_of(
        period, history, events, readings, indicators, drivers, step, confidence, calendar
    )
    return lines, computed_from(inputs, period)


def computed_from(inputs: Inputs, period: str) -> Baseline:
    """The baseline; raise Unanswerable where the history counts in other periods, or ends too far away."""
    try:
        found = compute_baseline(inputs)
    except FarAway as error:
        raise refuse("udf_far_away", "period", "#NUM!", found=period, most=MOST_PERIODS) from error
    except ValueError as error:
        raise refuse("udf_other_periods", "period", found=period) from error
    newest = inputs.history.periods[-1]
    if newest.shift(newest.per_year) < inputs.plan.period:
        raise refuse("udf_history_gap", "period", "#NUM!", found=period, newest=newest)
    return found


def inputs_of(
    period: str,
    history: RangeTable,
    events: RangeTable | None,
    readings: RangeTable | None,
    indicators: RangeTable | None,
    drivers: RangeTable | None,
    step: float,
    confidence: float,
    calendar: str = "",
) -> tuple[Lines, Inputs]:
    """The lines of a history and all that their suggestions are computed from; days count by a calendar."""
    if step <= 0:
        raise refuse("udf_step", "step", "#NUM!", found=float(step))
    if not 0 < confidence < 1:
        raise refuse("udf_confidence", "confidence", "#NUM!", found=float(confidence))
    lines, when = lines_of(history), period_of(period)
    plan = _plan(when, lines, _drivers(drivers), _indicators(indicators), step, confidence)
    past = _history(history, events, lines)
    if calendar:
        past = with_days(past, replace(plan, calendar=calendar_of(calendar, when)))
    return lines, Inputs(plan, past, _readings(readings, plan, lines))


def _plan(
    when: Period,
    lines: Lines,
    drivers: tuple[Driver, ...],
    indicators: tuple[Indicator, ...],
    step: float,
    confidence: float,
) -> Plan:
    return Plan(
        code=str(when),
        company="",
        period=when,
        metric=Metric("", "", "", "", step=step),
        hq_target=0.0,
        regions=(),
        lines=tuple(Line(code, code, "") for code in lines.codes),
        drivers=drivers,
        indicators=indicators,
        thresholds=Thresholds(confidence=confidence),
    )


def _drivers(table: RangeTable | None) -> tuple[Driver, ...]:
    """Drivers by code or, in a table without codes, by name; the weight used comes before the one given."""
    if table is None:
        return ()
    (name,) = table.needed("name")
    weights = [at for code in ("used", "weight") if (at := table.column(code)) is not None]
    if not weights:
        table.needed("weight")
    numbers = table.numbers(weights)
    first = np.where(np.isnan(numbers[:, 0]), numbers[:, -1], numbers[:, 0])
    codes = table.texts(0 if table.is_coded else name)
    rows = zip(codes, table.texts(name), np.nan_to_num(first).tolist(), _directions(table), strict=True)
    return tuple(Driver(code, called, weight, way) for code, called, weight, way in rows)


def _indicators(table: RangeTable | None) -> tuple[Indicator, ...]:
    """Indicators by code or, in a table without codes, by name."""
    if table is None:
        return ()
    name, driver, share = table.needed("name", "driver", "share")
    shares = np.nan_to_num(table.numbers([share])[:, 0]).tolist()
    codes = table.texts(0 if table.is_coded else name)
    rows = zip(codes, table.texts(name), table.texts(driver), shares, _directions(table), strict=True)
    return tuple(
        Indicator(code, called, owner, part, direction=way) for code, called, owner, part, way in rows
    )


_WAYS: tuple[tuple[tuple[str, ...], Literal[1, -1]], ...] = (
    (("higher", "raises", "raises_driver"), 1),
    (("lower", "lowers", "lowers_driver"), -1),
)


def _directions(table: RangeTable) -> list[Literal[1, -1]]:
    """What more of each row's does, up where there is no such column."""
    at = table.column("direction")
    if at is None:
        return [1] * len(table.body)
    return [_direction(table, row, at, better) for row, better in enumerate(table.texts(at))]


def _direction(table: RangeTable, row: int, column: int, better: str) -> Literal[1, -1]:
    """1 where more raises what it is about, or nothing is said."""
    words: dict[str, Literal[1, -1]] = {"": 1, "1": 1, "-1": -1}
    for codes, side in _WAYS:
        words |= dict.fromkeys(codes, side)
        captions = (text(f"workbook.choice.{code}", language) for code in codes for language in LANGUAGES)
        words |= {said.casefold(): side for said in captions}
    if better.casefold() not in words:
        raise refuse("udf_direction", table.where(row, column), found=better)
    return words[better.casefold()]


def _history(table: RangeTable, events: RangeTable | None, lines: Lines) -> History:
    """Past values by period, with the one-off events among them."""
    columns: dict[Period, int] = {}
    for at, heading in enumerate(table.headings):
        with suppress(ValueError):
            columns[Period.parse(heading)] = at
    if not columns or len({when.per_year for when in columns}) != 1:
        raise refuse("udf_no_periods", table.argument)
    try:
        periods = consecutive(min(columns), max(columns).shift(1))
    except FarAway as error:
        fields = {"found": max(columns), "most": MOST_PERIODS}
        raise refuse("udf_far_away", table.argument, "#NUM!", **fields) from error
    values = np.full((len(lines.codes), len(periods)), np.nan)
    there = [k for k, when in enumerate(periods) if when in columns]
    values[:, there] = table.numbers([columns[periods[k]] for k in there])
    one_off = np.zeros(values.shape)
    if events is not None:
        _place_events(one_off, events, lines, {str(when): k for k, when in enumerate(periods)})
    return History(periods, values, one_off)


def _place_events(one_off: Floats, table: RangeTable, lines: Lines, periods: Mapping[str, int]) -> None:
    line, period, amount = table.needed("line", "period", "amount")
    errors: list[ErrorValue] = []
    for k, (_, row) in enumerate(table.body):
        if is_blank(row[line]) and is_blank(row[period]):
            continue
        at, when = lines.known.get(said(row[line]), -1), periods.get(said(row[period]).upper(), -1)
        if at < 0:
            errors.append(_unknown_line(table, k, line))
        if when < 0:
            fields = {"found": said(row[period])}
            errors.append(ErrorValue("#N/A", Problem("udf_unknown_period", table.where(k, period), fields)))
        size = row[amount]
        if said(size) in UNKNOWN_AMOUNTS:
            size = np.nan
        if not isinstance(size, float):
            where = table.where(k, amount)
            errors.append(
                ErrorValue("#VALUE!", Problem("udf_not_a_number", where, {"found": said(row[amount])}))
            )
        elif at >= 0 and when >= 0:
            one_off[at, when] = size
    if errors:
        raise Unanswerable(errors)


def _unknown_line(table: RangeTable, row: int, column: int) -> ErrorValue:
    fields = {"found": said(table.body[row][1][column])}
    return ErrorValue("#N/A", Problem("udf_unknown_line", table.where(row, column), fields))


def _readings(table: RangeTable | None, plan: Plan, lines: Lines) -> Readings:
    shape = len(lines.codes), len(plan.indicators)
    now, reference = np.full(shape, np.nan), np.full(shape, np.nan)
    if table is not None:
        if not (plan.drivers and plan.indicators):
            raise refuse("udf_no_indicators", table.argument)
        sides = table.numbers(table.needed("now", "reference"))
        at, item = readings_meant(table, plan, lines)
        now[at, item], reference[at, item] = sides[:, 0], sides[:, 1]
    return Readings(now, reference)


def readings_meant(table: RangeTable, plan: Plan, lines: Lines) -> tuple[list[int], list[int]]:
    """Which line and which indicator each row of the readings is about.

    Raise Unanswerable with every line and indicator that nobody knows.
    """
    (column,) = table.needed("indicator")
    items = {name: k for k, item in enumerate(plan.indicators) for name in (item.code, item.name)}
    line, keys, names = table.column("line") or 0, table.texts(0), table.texts(column)
    if table.is_coded:
        split = [key.rpartition("/") for key in keys]
        found = [(lines.known.get(code, -1), items.get(item, -1)) for code, _, item in split]
    else:
        named = zip(table.texts(line), names, strict=True)
        found = [(lines.known.get(code, -1), items.get(item, -1)) for code, item in named]
    errors = [_unknown_line(table, k, line) for k, (at, _) in enumerate(found) if at < 0]
    errors += [
        ErrorValue("#N/A", Problem("udf_unknown_indicator", table.where(k, column), {"found": names[k]}))
        for k, (_, item) in enumerate(found)
        if item < 0
    ]
    if errors:
        raise Unanswerable(errors)
    return [at for at, _ in found], [item for _, item in found]
