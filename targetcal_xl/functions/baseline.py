"""Worksheet functions that suggest targets, explain them, and split a total."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from .. import calibration
from ..calibration import Baseline, Floats, InfeasibleTotal, Level, Metric
from ..calibration.baseline import PARTS
from ..language import spoken_language, text
from ..problems import Problem
from .inputs import Lines, baseline_of
from .meaning import as_rows, kind_meant, whole_meant
from .ranges import ErrorValue, Number, Numbers, RangeTable, RangeValue, Text, Texts, refuse
from .registry import SpilledRows, function

_FIGURES = ("last_year", "base", "expected", "suggested", "low", "high", "sigma", "stretch", "inertial")
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
    calendar: Text = "",
) -> SpilledRows:
    """Suggested targets, a row for each line."""
    tables = (events, readings, indicators, drivers)
    known, found = baseline_of(period, history, *tables, step, calendar=calendar)
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
    calendar: Text = "",
) -> SpilledRows:
    """Both ends of the interval around the suggestion, a row for each line."""
    tables = (events, readings, indicators, drivers)
    known, found = baseline_of(period, history, *tables, confidence=confidence, calendar=calendar)
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
    calendar: Text = "",
) -> SpilledRows:
    """What each suggestion is made of: the columns asked for, or else the way there with headings."""
    tables = (events, readings, indicators, drivers)
    known, found = baseline_of(period, history, *tables, step, confidence, calendar)
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
    weights = None if volume is None or kind_meant(kind) == "sum" else volume.ravel()
    if weights is None and kind_meant(kind) != "sum":
        total = float(Metric("", "", "", "", step=step).to_step(np.array(total * centre.size)))
    if weights is not None and not (weights > 0).all():
        raise refuse("udf_volume", "volume", "#NUM!")
    least = np.zeros(centre.size) if low is None else np.nan_to_num(low.ravel())
    most = np.full(centre.size, np.inf) if high is None else np.where(np.isnan(high), np.inf, high).ravel()
    whole = whole_meant(kind)
    if kind_meant(kind) == "ratio" and total <= whole * (1 if weights is not None else centre.size):
        most = np.minimum(most, whole)
    weight = 1.0 if weights is None else weights
    limits = calibration.flat(centre.size, least * weight, most * weight)
    each = np.ones(centre.size) if sigma is None else sigma.ravel()
    return as_rows(_shared_out(total, centre.ravel(), each, limits, step, weights).reshape(centre.shape))


def _shared_out(
    total: float, centre: Floats, sigma: Floats, limits: Level, step: float, weights: Floats | None
) -> Floats:
    try:
        if weights is None:
            return calibration.split_sum(total, centre, sigma, [limits], step)
        return calibration.split_mean(total, centre, sigma, [limits], weights, step)
    except InfeasibleTotal as error:
        whole = 1.0 if weights is None else float(weights.sum())
        fields = {"total": float(total), "lowest": error.least / whole, "highest": error.most / whole}
        raise refuse("udf_infeasible", "total", "#NUM!", step=float(step), **fields) from error
