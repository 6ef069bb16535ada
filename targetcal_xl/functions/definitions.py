"""The worksheet functions, in the order of the steps: suggest, split, negotiate, follow, look back.

Whoever uses one from Python calls it with cells, as a spreadsheet does; see `registry.function`. The
names are the ones that formulas have.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, cast

import numpy as np

from .. import calibration
from ..calibration import (
    Baseline,
    Calendar,
    Floats,
    InfeasibleTotal,
    Level,
    Metric,
    MetricKind,
    Period,
    Plan,
    Resources,
    Thresholds,
)
from ..calibration.arrays import Flags
from ..calibration.baseline import PARTS
from ..calibration.metric import IN_PERCENT, usual_distance
from ..calibration.odds import log_spread
from ..calibration.progress import PRIOR_SIGMA
from ..calibration.vocabulary import KINDS
from ..language import LANGUAGES, spoken_language, text
from ..problems import Problem
from .inputs import Lines, baseline_of, computed_from, days_of, inputs_of, period_of, readings_meant
from .ranges import (
    Cells,
    ErrorValue,
    Number,
    Numbers,
    RangeTable,
    RangeValue,
    Text,
    Texts,
    Unanswerable,
    refuse,
)
from .registry import SpilledRows, function, reasons

CHINA = str(Calendar())
"""The calendar of who names none."""
_EPOCH = dt.date(1899, 12, 30)
_FIGURES = ("last_year", "base", "expected", "suggested", "low", "high", "sigma", "inertial")
"""Columns of a baseline that are one number for each line."""


@function
def TC_BASELINE(
    period: Text,
    history: RangeTable,
    events: RangeTable | None = None,
    readings: RangeTable | None = None,
    indicators: RangeTable | None = None,
    drivers: RangeTable | None = None,
    lines: Texts | None = None,
    step: Number = 1.0,
) -> SpilledRows:
    """Suggested targets, a row for each line."""
    known, found = baseline_of(period, history, events, readings, indicators, drivers, step)
    return _by_line(known, [found.suggested], lines)


@function
def TC_INTERVAL(
    period: Text,
    history: RangeTable,
    events: RangeTable | None = None,
    readings: RangeTable | None = None,
    indicators: RangeTable | None = None,
    drivers: RangeTable | None = None,
    lines: Texts | None = None,
    confidence: Number = 0.80,
) -> SpilledRows:
    """Both ends of the interval around the suggestion, a row for each line."""
    known, found = baseline_of(period, history, events, readings, indicators, drivers, confidence=confidence)
    return _by_line(known, [found.low, found.high], lines)


@function
def TC_EXPLAIN(
    period: Text,
    history: RangeTable,
    events: RangeTable | None = None,
    readings: RangeTable | None = None,
    indicators: RangeTable | None = None,
    drivers: RangeTable | None = None,
    lines: Texts | None = None,
    columns: Texts | None = None,
    step: Number = 1.0,
    confidence: Number = 0.80,
) -> SpilledRows:
    """What each suggestion is made of: the columns asked for, or else the way there with headings."""
    known, found = baseline_of(period, history, events, readings, indicators, drivers, step, confidence)
    if columns is not None:
        return _by_line(known, [_figure(found, code) for code in columns], lines)
    steps = ["last_year", *(f"part.{part}" for part in found.parts), "expected"]
    codes = known.codes if lines is None else lines
    rows = _by_line(known, [_figure(found, code) for code in steps], lines)
    headings = [_heading(code, drivers) for code in ("line", *steps)]
    return [headings, *([code, *row] for code, row in zip(codes, rows, strict=True))]


def _figure(found: Baseline, code: str) -> Floats:
    """A column of a baseline by its code on the baseline sheet, (n,)."""
    if code in _FIGURES:
        return cast(Floats, getattr(found, code))
    kind, _, part = code.partition(".")
    drivers = found.parts[len(PARTS) :]
    if kind == "part" and part in found.parts:
        return found.contributions[:, found.parts.index(part)]
    if kind in ("signal", "effect") and part in drivers:
        return cast(Floats, getattr(found, f"{kind}s"))[:, drivers.index(part)]
    raise refuse("udf_unknown_figure", "columns", "#N/A", found=code)


def _heading(code: str, drivers: RangeTable | None) -> str:
    """The caption of a column of the explanation; a driver's is its name."""
    if code == "line" or code in _FIGURES or code[5:] in PARTS:
        return text(f"workbook.column.{code}", spoken_language())
    if drivers is None:
        return code[5:]
    (name,) = drivers.needed("name")
    codes = drivers.texts(0 if drivers.is_coded else name)
    return drivers.texts(name)[codes.index(code[5:])]


def _by_line(known: Lines, columns: Sequence[Floats], wanted: Texts | None) -> SpilledRows:
    """Figures (n,) side by side in the order of the history, or of the lines asked for; blank for blank."""
    rows: list[list[RangeValue]] = np.column_stack(columns).tolist() if columns else []
    if wanted is None:
        return rows
    empty: list[RangeValue] = [""] * len(columns)
    places = known.find(wanted)
    return [
        rows[at] if at >= 0 else empty if not line else _all(len(columns), "#N/A", "udf_unknown_line", line)
        for at, line in zip(places, wanted, strict=True)
    ]


def _all(width: int, error: str, code: str, found: str) -> list[ErrorValue]:
    return [ErrorValue(error, Problem(code, "lines", {"found": found}))] * width


@function
def TC_SPLIT(
    total: Number,
    centre: Numbers,
    sigma: Numbers | None = None,
    low: Numbers | None = None,
    high: Numbers | None = None,
    step: Number = 1.0,
    kind: Text = "sum",
    volume: Numbers | None = None,
) -> SpilledRows:
    """A total over lines with the same odds for each, in the shape of `centre`.

    Of a mean or ratio the total is a mean, weighed by `volume` where that is given.
    """
    if step <= 0:
        raise refuse("udf_step", "step", "#NUM!", found=float(step))
    sides = {"sigma": sigma, "low": low, "high": high, "volume": volume}
    for name, given in sides.items():
        if given is not None and given.size != centre.size:
            raise refuse("udf_unequal", name, cells=given.size, other="centre", others=centre.size)
    weights = None if volume is None or _kind(kind) == "sum" else volume.ravel()
    if weights is None and _kind(kind) != "sum":
        total = float(Metric("", "", "", "", step=step).to_step(np.array(total * centre.size)))
    if weights is not None and not (weights > 0).all():
        raise refuse("udf_volume", "volume", "#NUM!")
    least = np.zeros(centre.size) if low is None else np.nan_to_num(low.ravel())
    most = np.full(centre.size, np.inf) if high is None else np.where(np.isnan(high), np.inf, high).ravel()
    if _kind(kind) == "ratio" and total <= (1 if weights is not None else centre.size):
        most = np.minimum(most, 1.0)
    whole = 1.0 if weights is None else weights
    limits = calibration.flat(centre.size, least * whole, most * whole)
    each = np.ones(centre.size) if sigma is None else sigma.ravel()
    return _rows(_shared_out(total, centre.ravel(), each, limits, step, weights).reshape(centre.shape))


def _shared_out(
    total: float, centre: Floats, sigma: Floats, limits: Level, step: float, weights: Floats | None
) -> Floats:
    try:
        if weights is None:
            return calibration.split(total, centre, sigma, [limits], step)
        return calibration.split_mean(total, centre, sigma, [limits], weights, step)
    except InfeasibleTotal as error:
        whole = 1.0 if weights is None else float(weights.sum())
        fields = {"total": float(total), "lowest": error.least / whole, "highest": error.most / whole}
        raise refuse("udf_infeasible", "total", "#NUM!", step=float(step), **fields) from error


def _rows(block: Floats) -> SpilledRows:
    rows: list[list[RangeValue]] = block.tolist()
    return rows


def _kind(word: str) -> MetricKind:
    """How a metric adds up, by code or caption."""
    for code in KINDS:
        captions = (text(f"workbook.choice.{code}", language) for language in LANGUAGES)
        if word.casefold() in (code, *map(str.casefold, captions)):
            return code
    raise refuse("udf_kind", "kind", found=word)


@function
def TC_DEVIATION(
    declared: Numbers, suggested: Numbers, direction: Number = 1, kind: Text = "sum"
) -> SpilledRows:
    """How much better (negative: worse) than the suggestion, cell by cell."""
    found = _departures(declared, suggested, direction, kind)
    endless = ErrorValue("#DIV/0!", Problem("udf_beside_zero", "suggested"))
    return [
        ["" if np.isnan(cell) else endless if np.isinf(cell) else cell for cell in row]
        for row in found.tolist()
    ]


@function
def TC_OBJECTION(
    declared: Numbers,
    suggested: Numbers,
    threshold: Number = 0.15,
    direction: Number = 1,
    kind: Text = "sum",
) -> SpilledRows:
    """Whether a declaration is so much worse than the suggestion that it is an objection, cell by cell."""
    found = _departures(declared, suggested, direction, kind)
    if not 0 < threshold < 1:
        raise refuse("udf_threshold", "threshold", "#NUM!", found=float(threshold))
    flags = calibration.is_objection(found, threshold)
    return [
        ["" if unknown else flag for flag, unknown in zip(row, blanks, strict=True)]
        for row, blanks in zip(flags.tolist(), np.isnan(found).tolist(), strict=True)
    ]


def _departures(declared: Floats, suggested: Floats, direction: float, kind: str) -> Floats:
    """By the distance that plans of this kind have, unless they say otherwise."""
    side = _side(direction)
    one, other = _together(declared, suggested, ("declared", "suggested"))
    return calibration.deviation(one, other, side, usual_distance(_kind(kind), side))


def _side(direction: float) -> Literal[1, -1]:
    if direction not in (1, -1):
        raise refuse("udf_direction", "direction", found=float(direction))
    return 1 if direction == 1 else -1


def _together(one: Floats, other: Floats, names: tuple[str, str]) -> tuple[Floats, Floats]:
    """Two blocks of one shape, a single cell standing for a whole block."""
    if one.shape != other.shape and 1 not in (one.size, other.size):
        raise refuse("udf_unequal", names[0], cells=one.size, other=names[1], others=other.size)
    single = one if other.size == 1 else other if one.size == 1 else None
    shape = one.shape if single is None or other.size == 1 else other.shape
    return np.broadcast_to(one, shape), np.broadcast_to(other, shape)


@function
def TC_PATH(
    target: Numbers,
    period: Text,
    dates: Numbers | None = None,
    kind: Text = "sum",
    calendar: Text = CHINA,
) -> SpilledRows:
    """Where each target should be at the end of each day, or of the dates asked for.

    A row for each target and a column for each date; a single target beside a column of dates gives
    a column.
    """
    when = period_of(period)
    weights = calibration.period_weights(days_of(calendar, when))
    path = calibration.target_path(
        np.nan_to_num(target.ravel()), weights, Metric("", "", "", "", kind=_kind(kind))
    )
    if dates is None:
        return _rows(path)
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
) -> SpilledRows:
    """Result, path, attainment, expected final, odds of a miss and whether to warn, a row for each line."""
    when = period_of(period)
    return _followed(
        when,
        days_of(calendar, when),
        lines,
        {"agreed": agreed, "expected": expected, "sigma": sigma},
        actuals,
        as_of,
        [] if milestones is None else milestones[~np.isnan(milestones)].tolist(),
        Metric("", "", "", "", direction=_side(direction), kind=_kind(kind), step=step),
        Thresholds(milestone=milestone, warning_days=round(days), warning_odds=odds),
    )


def _followed(
    when: Period,
    working: Flags,
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
        calibration.period_weights(working),
        metric,
        thresholds,
        milestones=[int(day - begins) + 1 for day in milestones],
        prior=1.0
        if expected is None
        else np.where(agreed > 0, expected / np.maximum(agreed, metric.step), 1.0),
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


@function
def TC_ODDS(
    target: Numbers,
    expected: Numbers,
    low: Numbers,
    high: Numbers,
    confidence: Number = 0.80,
    direction: Number = 1,
    shared: Number | None = None,
) -> SpilledRows:
    """The odds that each target is reached or bettered; with `shared` a last row for all together."""
    for name, given in (("expected", expected), ("low", low), ("high", high)):
        if given.size != target.size:
            raise refuse("udf_unequal", name, cells=given.size, other="target", others=target.size)
    if not 0 < confidence < 1:
        raise refuse("udf_confidence", "confidence", "#NUM!", found=float(confidence))
    side, aims, centre = _side(direction), target.ravel(), np.nan_to_num(expected.ravel())
    ends = np.nan_to_num(low.ravel()), np.nan_to_num(high.ravel())
    if (ends[0] > ends[1]).any():
        raise refuse("udf_turned", "low", "#NUM!")
    wide = log_spread(centre, *ends, confidence)
    found = calibration.odds(aims, centre, wide, side).tolist()
    if shared is not None:
        found.append(calibration.total_odds(aims, centre, wide, side, shared))
    return [["" if np.isnan(share) else share] for share in found]


@function
def TC_WHATIF(
    period: Text,
    history: RangeTable,
    readings: RangeTable,
    indicators: RangeTable,
    drivers: RangeTable,
    changes: RangeTable,
    events: RangeTable | None = None,
    target: Numbers | None = None,
    step: Number = 1.0,
    confidence: Number = 0.80,
    direction: Number = 1,
) -> SpilledRows:
    """Suggestion, interval and odds with other readings, beside what they are, with headings.

    The odds are those of `target`, and of the suggestion as it is where none is given.
    """
    known, inputs = inputs_of(period, history, events, readings, indicators, drivers, step, confidence)
    inputs = replace(inputs, plan=_aimed(inputs.plan, _side(direction)))
    before = computed_from(inputs, period)
    aims = before.suggested if target is None else target.ravel()
    if aims.size != len(known.codes):
        raise refuse("udf_unequal", "target", cells=aims.size, other="history", others=len(known.codes))
    found = calibration.what_if(inputs, _changes(changes, inputs.plan, known), aims)
    now, then = found.before, found.after
    columns = [
        now.baseline.suggested, then.baseline.suggested, then.baseline.low, then.baseline.high,
        now.odds, then.odds,
    ]  # fmt: skip
    codes = ("line", "before", "after", "low", "high", "odds_before", "odds_after")
    headings = [text(f"excel.heading.{code}", spoken_language()) for code in codes]
    rows = zip(known.codes, np.column_stack(columns).tolist(), strict=True)
    return [headings, *([code, *("" if np.isnan(cell) else cell for cell in row)] for code, row in rows)]


def _aimed(plan: Plan, direction: Literal[1, -1]) -> Plan:
    return replace(plan, metric=replace(plan.metric, direction=direction))


def _changes(table: RangeTable, plan: Plan, lines: Lines) -> dict[tuple[str, str], float]:
    """(line, indicator) -> its other reading."""
    (now,) = table.needed("now")
    at, items = readings_meant(table, plan, lines)
    numbers = table.numbers([now])[:, 0].tolist()
    if wrong := [k for k, number in enumerate(numbers) if not 0 <= number < np.inf]:
        raise Unanswerable(
            ErrorValue("#VALUE!", Problem("udf_reading", table.where(k, now), {"found": numbers[k]}))
            for k in wrong
        )
    keys = ((lines.codes[line], plan.indicators[item].code) for line, item in zip(at, items, strict=True))
    return dict(zip(keys, numbers, strict=True))


@function
def TC_QUADRANT(attainment: Numbers, agreement: Numbers, language: Text = "") -> SpilledRows:
    """The quadrant of each attainment and agreement, both shares of 1, by its name."""
    spoken = language or spoken_language()
    if spoken not in LANGUAGES:
        raise refuse("udf_language", "language", found=language, known=", ".join(LANGUAGES))
    for name, given, top in (("attainment", attainment, IN_PERCENT), ("agreement", agreement, 1.0)):
        if (largest := float(np.nanmax(given, initial=0.0))) > top:
            raise refuse("udf_in_percent", name, "#NUM!", found=largest)
    one, other = _together(attainment, agreement, ("attainment", "agreement"))
    return [
        ["" if np.isnan([x, y]).any() else _quadrant(x, y, spoken) for x, y in zip(row, beside, strict=True)]
        for row, beside in zip(one.tolist(), other.tolist(), strict=True)
    ]


def _quadrant(attainment: float, agreement: float, language: str) -> str:
    found = calibration.quadrant(attainment, agreement)
    name = text(f"calibration.quadrant.{found.code}", language)
    return text("calibration.quadrant.borderline", language, name=name) if found.borderline else name


@function
def TC_WHY(
    function: Text,
    a: Cells = (),
    b: Cells = (),
    c: Cells = (),
    d: Cells = (),
    e: Cells = (),
    f: Cells = (),
    g: Cells = (),
    h: Cells = (),
    i: Cells = (),
    j: Cells = (),
    k: Cells = (),
    m: Cells = (),
    n: Cells = (),
    o: Cells = (),
    p: Cells = (),
) -> SpilledRows:
    """Why a function shows an error value for these arguments: every reason, a row each."""
    cells: tuple[Cells, ...] = (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p)
    given = max((at for at, grid in enumerate(cells, 1) if grid), default=0)
    language = spoken_language()
    found = reasons(function.strip().upper(), [grid or None for grid in cells[:given]], language)
    return [[reason] for reason in found] or [[text("excel.no_reason", language)]]
