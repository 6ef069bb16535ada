"""What history alone lets expect of the next period, in the metric's unit and taken apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from .arrays import Flags, Floats
from .history import Cleaned, History, clean, last_year
from .projection import Projection, project
from .question import ALL_LINES, Answer
from .repair import repair
from .vocabulary import AnswerCode
from .workload import in_days

BACK: Final = 4
"""So many of the last periods are foreseen again, to learn how far that was off."""
FARTHEST: Final = 1.0
"""No line is foreseen further than this log beyond its lowest and its highest value ..."""
FARTHEST_END: Final = 2.0
"""... and no interval ends further than this beyond them: seven times as much, or a seventh."""
LARGEST_SIGMA: Final = 2.0
"""Nobody can do anything with an interval of more than some hundredfold."""
UNTRIED_SIGMA: Final = 0.35
"""Standard deviation of the log error where nothing could be tried out."""


@dataclass(frozen=True)
class Foresight:
    """One period ahead without drivers; arrays (n,) but the last three.

    `base` is what is expected, and `ordinary` what last year's same period would have been without its
    one-off event (0 where unknown), both in the unit. `offset` is added before a logarithm is taken:
    0 but for lines with zeros. `growth` and `season` are logs: how far the level moves from last year's
    period (or from the first) to the next, and how far the next one stands from its level. `sigma`
    is the standard deviation of the log error. `least` and `most` are what the history can carry, in the
    unit: nothing beyond them can be told from it. `foreseen` (n, k) is what the periods before each of the
    last ones let expect of it, in the unit; `errors` and `sigmas` (n, k) are those of these periods, in logs;
    errors that nobody knows are NaN.
    """

    base: Floats
    ordinary: Floats
    offset: Floats
    growth: Floats
    season: Floats
    sigma: Floats
    least: Floats
    most: Floats
    foreseen: Floats
    errors: Floats
    sigmas: Floats


def look_ahead(
    history: History, lines: Sequence[str], answers: Sequence[Answer] = (), back: int = BACK
) -> Foresight:
    """Foresee the period after the history of these lines, and again the `back` ones before it."""
    one_offs = are_called(history, lines, answers, "one_off")
    cleaned = clean(replace(history, one_off=np.where(one_offs, np.nan, history.one_off)))
    alive: Flags = np.greater(cleaned.values.max(axis=1, initial=0.0), 0.0)
    if not alive.any():
        return _nothing(len(lines))
    part = Cleaned(*(getattr(cleaned, field.name)[alive] for field in fields(Cleaned)))
    new_levels = are_called(history, lines, answers, "new_level")[alive]
    days = in_days(part.logs, history)
    part = replace(part, logs=part.logs - days[:-1])
    found = _of_living(part, history.per_year, last_year(history)[alive], (new_levels, days), back)
    return _of_all(found, alive, cleaned.known.sum(axis=1) > 0)


def stir(history: History, lines: Sequence[str], answers: Sequence[Answer], without: Foresight) -> Foresight:
    """The foresight of lines with one-off events as if these belonged to the history; the others' as it is.

    The event of last year's own period stays out: the figure is told without it in any case.
    """
    others = np.arange(len(history.periods)) != len(history.periods) - history.per_year
    left_in = eventful(history, lines, answers) & others
    rows = left_in.any(axis=1)
    if not rows.any():
        return without
    periods = {period for period, other in zip(history.periods, others.tolist(), strict=True) if other}
    counted = [
        replace(answer, code="as_is") if answer.code == "one_off" and answer.period in periods else answer
        for answer in answers
    ]
    found = look_ahead(replace(history, one_off=np.where(left_in, 0.0, history.one_off)), lines, counted)
    moved = ("base", "ordinary", "offset", "growth")
    return replace(
        without, **{name: np.where(rows, getattr(found, name), getattr(without, name)) for name in moved}
    )


def eventful(history: History, lines: Sequence[str], answers: Sequence[Answer]) -> Flags:
    """Which values, (n, T), hold a one-off event, by its amount or by what somebody answered."""
    called = are_called(history, lines, answers, "one_off")
    return np.asarray(((history.one_off != 0) | called) & np.isfinite(history.values))


def are_called(history: History, lines: Sequence[str], answers: Sequence[Answer], code: AnswerCode) -> Flags:
    """Which values, (n, T), somebody has called that; answers about others are passed over.

    What was said of all lines in a period holds for those of which nothing else was said.
    """
    row_of = {line: row for row, line in enumerate(lines)}
    column_of = {period: column for column, period in enumerate(history.periods)}
    called = np.zeros(history.values.shape, bool)
    for answer in sorted(answers, key=lambda answer: answer.line != ALL_LINES):
        if answer.period in column_of and (answer.line in row_of or answer.line == ALL_LINES):
            rows = row_of.get(answer.line, slice(None))
            called[rows, column_of[answer.period]] = answer.code == code
    return called


def _of_living(
    cleaned: Cleaned, per_year: int, past: Floats, beside: tuple[Flags, Floats], back: int
) -> Foresight:
    """The foresight of lines of which something above zero is known; `past` is last year's figure.

    Beside the history stand which values are new levels, and the logs of `in_days`, which it is without.
    """
    new_levels, days = beside
    logs, lift = _lifted(repair(cleaned, per_year, new_levels), cleaned.known, new_levels, per_year)
    low, high = _seen(logs, cleaned.known)
    ahead = _sober(project(logs, cleaned.known, per_year, back), low, high)
    known = cleaned.known[:, logs.shape[1] - ahead.errors.shape[1] :]
    year = -min(per_year, logs.shape[1])
    return Foresight(
        base=_in_unit(ahead.logs + days[-1], cleaned.offset),
        ordinary=np.where(np.isfinite(past), cleaned.values[:, year], 0.0),
        offset=cleaned.offset,
        growth=ahead.logs - ahead.season - (ahead.level - lift[:, year]),
        season=ahead.season + days[-1],
        sigma=ahead.sigma,
        least=_in_unit(low - FARTHEST_END, cleaned.offset),
        most=_in_unit(high + FARTHEST_END, cleaned.offset),
        foreseen=_foreseen(logs + days[:-1], lift, ahead, cleaned.offset),
        errors=np.where(known, ahead.errors, np.nan),
        sigmas=ahead.sigmas,
    )


def _seen(logs: Floats, known: Flags) -> tuple[Floats, Floats]:
    """The lowest and the highest log of every line, (n,), of those that were not filled in."""
    return np.where(known, logs, np.inf).min(axis=1), np.where(known, logs, -np.inf).max(axis=1)


def _sober(ahead: Projection, low: Floats, high: Floats) -> Projection:
    """The same, not far beyond all that a line has been, and not endlessly unsure."""
    logs = np.clip(ahead.logs, low - FARTHEST, high + FARTHEST)
    return replace(ahead, logs=logs, sigma=np.minimum(ahead.sigma, LARGEST_SIGMA))


def _lifted(logs: Floats, known: Flags, new_levels: Flags, per_year: int) -> tuple[Floats, Floats]:
    """The logs, and how much was added to them, (n, T): before a new level, what it came up by.

    What history says of growth, season and noise stays as it is; only the level is the new one.
    """
    lifted = logs.copy()
    for column in np.flatnonzero(new_levels.any(axis=0)):
        end = column + 1
        errors = project(lifted[:, :end], known[:, :end], per_year, back=1).errors
        if errors.size:
            jump = np.where(new_levels[:, column] & known[:, column], errors[:, -1], 0.0)
            lifted[:, :column] += jump[:, None]
    return lifted, lifted - logs


def _foreseen(logs: Floats, lift: Floats, ahead: Projection, offset: Floats) -> Floats:
    """What was foreseen of the last values, (n, k), each before anybody called it a new level."""
    first = logs.shape[1] - ahead.errors.shape[1]
    return _in_unit(logs[:, first:] - ahead.errors - lift[:, first - 1 : -1], offset[:, None])


def _in_unit(logs: Floats, offset: Floats) -> Floats:
    value: Floats = np.maximum(np.exp(logs) - offset, 0.0)
    return value


def _nothing(lines: int) -> Foresight:
    """The foresight when nothing but zeros is known of any line."""
    none, untried, untold = np.zeros(lines), np.full(lines, UNTRIED_SIGMA), np.empty((lines, 0))
    return Foresight(
        base=none,
        ordinary=none,
        offset=none,
        growth=none,
        season=none,
        sigma=untried,
        least=none,
        most=none,
        foreseen=untold,
        errors=untold,
        sigmas=untold,
    )


def _of_all(found: Foresight, alive: Flags, seen: Flags) -> Foresight:
    """The foresight with the lines of nothing but zeros, and those of which nothing is known.

    The latter get the panel's median, and are off by as much as the lines differ.
    """
    sizes = np.log(found.base[found.base > 0])
    spread = max(float(sizes.std()) if len(sizes) else 0.0, UNTRIED_SIGMA)
    sigma = float(np.median(found.sigma))
    untried = min(math.hypot(sigma, spread), LARGEST_SIGMA)

    def all_lines(values: Floats, otherwise: float | Floats) -> Floats:
        whole = np.empty((len(alive), *values.shape[1:]))
        whole[alive], whole[~alive] = values, otherwise
        return whole

    return Foresight(
        base=all_lines(found.base, np.where(seen, 0.0, np.median(found.base))[~alive]),
        ordinary=all_lines(found.ordinary, 0.0),
        offset=all_lines(found.offset, 0.0),
        growth=all_lines(found.growth, 0.0),
        season=all_lines(found.season, 0.0),
        sigma=all_lines(found.sigma, np.where(seen, sigma, untried)[~alive]),
        least=all_lines(found.least, np.where(seen, 0.0, found.least.min())[~alive]),
        most=all_lines(found.most, np.where(seen, 0.0, found.most.max())[~alive]),
        foreseen=all_lines(found.foreseen, np.nan),
        errors=all_lines(found.errors, np.nan),
        sigmas=all_lines(found.sigmas, 1.0),
    )
