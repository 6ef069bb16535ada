"""How the method would have done on the plan's own history, beside simpler ways to set a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import comb
from typing import Final

import numpy as np

from .arrays import Flags, Floats
from .baseline import Baseline, Inputs, compute_baseline
from .coherence import reconcile
from .drivers import Readings
from .foresight import BACK, look_ahead
from .hierarchy import Level, added, hierarchy
from .history import History, last_year
from .odds import shared_error, spread
from .period import Period
from .plan import Line, Plan
from .vocabulary import Verdict

METHODS: Final = ("model", "coherent", "inertial", "last_year", "declared")
"""The method; the same reconciled with regions and total; last year, grown; last year; the regions."""
RIVALS: Final = ("inertial", "last_year")
"""What the method has to beat to be worth its trouble."""
ORIGINS: Final = 8
"""Past periods that are tried at most."""
FEWEST: Final = 3
"""With fewer past periods there is no verdict."""
MARGIN: Final = 0.05
"""A difference smaller than this share of the rival's error is none."""


@dataclass(frozen=True)
class Backtest:
    """Past periods forecast again, each from what was known on its eve; arrays are (n, k), oldest first.

    `forecasts` has an array for each of METHODS, NaN where it had no word; `actual` is what happened,
    one-off events and all, NaN where unknown. `low` and `high` are the model's interval.
    """

    periods: tuple[Period, ...]
    actual: Floats
    forecasts: Mapping[str, Floats]
    low: Floats
    high: Floats

    @property
    def comparable(self) -> Flags:
        """The cells that happened and that model and rivals all have a word on, (n, k)."""
        words = [self.actual, *(self.forecasts[method] for method in ("model", *RIVALS))]
        return np.asarray(np.isfinite(words).all(axis=0))

    @property
    def tried(self) -> tuple[Period, ...]:
        """The periods of which any result is known."""
        known = np.asarray(np.isfinite(self.actual).any(axis=0))
        return tuple(period for period, any_known in zip(self.periods, known, strict=True) if any_known)


@dataclass(frozen=True)
class Score:
    """How far a method was off, as shares of what happened, over `cells` values in `periods` periods.

    `error` is the sum of absolute errors (WAPE) and `model_error` the model's on the same values,
    `bias` the sum of signed ones, `total_error` the mean absolute error of all lines together. In
    `closer` of the periods the model was closer.
    """

    method: str
    error: float
    model_error: float
    bias: float
    total_error: float
    closer: int
    periods: int
    cells: int


@dataclass(frozen=True)
class Judgement:
    """The scores, and what they come to.

    `rival` is the better of the rivals. `chance` is how often a coin would be closer in as many
    periods as the model was (sign test); `coverage` the share of values that lay in the interval.
    """

    verdict: Verdict
    rival: str
    scores: tuple[Score, ...]
    chance: float
    coverage: float


def try_history(inputs: Inputs, origins: int = ORIGINS) -> Backtest:
    """Forecast the last periods of the history again, by rolling origins (Tashman 2000).

    Each from what was known on its eve, a year and a period at least. The readings of drivers are
    known for the plan's own period only, so the model goes by history alone.
    """
    history, (eves, models) = inputs.history, _models(inputs, origins)
    first, year, lines = len(history.periods) - len(models), history.per_year, len(inputs.plan.lines)
    found = {
        "model": _columns([model.expected for model in models], lines),
        "coherent": _columns([_coherent(*pair) for pair in zip(eves, models, strict=True)], lines),
        "declared": np.full((lines, len(models)), np.nan),
    }
    if models:
        values = history.values
        past, latest, before = (values[:, first - back : -back] for back in (year, 1, year + 1))
        grown = np.isfinite(latest) & (before > 0)
        growth = np.where(grown, latest, 1.0) / np.where(grown, before, 1.0)
        found |= {"last_year": past, "inertial": past * growth}
    return Backtest(
        periods=history.periods[first:],
        actual=history.values[:, first:],
        forecasts={method: found.get(method, found["declared"]) for method in METHODS},
        low=_columns([model.low for model in models], lines),
        high=_columns([model.high for model in models], lines),
    )


def of_plan(inputs: Inputs, baseline: Baseline, actual: Floats, declared: Floats) -> Backtest:
    """The plan's own period once it is over, drivers and all, as a backtest of one period.

    `actual` and `declared`, each (n,), are in the metric's unit, NaN where nobody knows.
    """
    known = np.isfinite(last_year(inputs.history.before(inputs.plan.period)))
    words = {
        "model": baseline.expected,
        "inertial": np.where(known, baseline.inertial, np.nan),
        "last_year": np.where(known, baseline.last_year, np.nan),
        "declared": declared,
    }
    none = np.full(len(actual), np.nan)
    return Backtest(
        periods=(inputs.plan.period,),
        actual=actual[:, None],
        forecasts={method: words.get(method, none)[:, None] for method in METHODS},
        low=baseline.low[:, None],
        high=baseline.high[:, None],
    )


def followed_by(test: Backtest, later: Backtest) -> Backtest:
    """Both in a row."""
    both = {method: np.hstack([test.forecasts[method], later.forecasts[method]]) for method in METHODS}
    sides = (np.hstack([getattr(test, code), getattr(later, code)]) for code in ("actual", "low", "high"))
    actual, low, high = sides
    return Backtest((*test.periods, *later.periods), actual, both, low, high)


def with_declared(test: Backtest, period: Period, declared: Floats) -> Backtest:
    """The same with what was declared for one of its periods, (n,) in the metric's unit.

    Raise ValueError for another period."""
    known = test.forecasts["declared"].copy()
    known[:, test.periods.index(period)] = declared
    return replace(test, forecasts={**test.forecasts, "declared": known})


def shared_risk(inputs: Inputs, baseline: Baseline) -> float:
    """How much of the lines' error is common to all, by how far past periods were foreseen wrongly.

    Those that `try_history` would try count, and the last BACK in any case.
    """
    history, lines = inputs.history.before(inputs.plan.period), [line.code for line in inputs.plan.lines]
    back = max(BACK, min(ORIGINS, len(history.periods) - history.per_year - 1))
    found = look_ahead(history, lines, inputs.answers, back)
    wider = spread(baseline, inputs.plan.thresholds.confidence) / found.sigma
    return shared_error(found.errors, found.sigmas * wider[:, None], baseline.expected * inputs.plan.volumes)


def judge(test: Backtest, volumes: Sequence[float] | None = None) -> Judgement:
    """Score every method on the cells that are comparable, and say what that comes to.

    Lines of a mean or ratio count by their `volumes`.
    """
    weights = np.ones(len(test.actual)) if volumes is None else np.array(volumes)
    cells = test.comparable
    scores = {
        method: _score(test, method, cells & np.isfinite(test.forecasts[method]), weights[:, None])
        for method in METHODS
    }
    rival = min(RIVALS, key=lambda method: scores[method].error)
    inside = ((test.low <= test.actual) & (test.actual <= test.high))[cells]
    closer, periods = scores[rival].closer, scores[rival].periods
    return Judgement(
        verdict=_verdict(scores["model"], scores[rival]),
        rival=rival,
        scores=tuple(score for score in scores.values() if score.cells),
        chance=sum(comb(periods, k) for k in range(closer, periods + 1)) / 2**periods,
        coverage=float(inside.mean()) if inside.size else float("nan"),
    )


def line_errors(test: Backtest, method: str) -> Floats:
    """The sum of each line's absolute errors as a share of what happened, (n,); NaN where nothing did."""
    cells = test.comparable & np.isfinite(test.forecasts[method])
    errors = np.where(cells, np.abs(test.forecasts[method] - test.actual), 0.0).sum(axis=1)
    happened = np.where(cells, np.abs(test.actual), 0.0).sum(axis=1)
    return np.where(happened > 0, errors / np.where(happened > 0, happened, 1.0), np.nan)


def period_totals(test: Backtest, values: Floats, plan: Plan) -> Floats:
    """Values (n, k) in the metric's unit by period, (k,), over its comparable lines; NaN where some lack."""
    rows = (np.flatnonzero(cells).tolist() for cells in test.comparable.T)
    return np.array([plan.total_of(column, own) for column, own in zip(values.T, rows, strict=True)])


def _models(inputs: Inputs, origins: int) -> tuple[list[Inputs], list[Baseline]]:
    """What was known on the eve of each of the last periods, and what the method makes of it."""
    history = inputs.history
    first = max(history.per_year + 1, len(history.periods) - origins)
    unknown = np.full_like(inputs.readings.now, np.nan)
    eves = [
        replace(
            inputs,
            plan=replace(inputs.plan, period=period),
            history=history.before(period),
            readings=Readings(unknown, unknown),
        )
        for period in history.periods[first:]
    ]
    return eves, [compute_baseline(eve) for eve in eves]


def _columns(found: list[Floats], lines: int) -> Floats:
    columns = np.full((lines, len(found)), np.nan)
    for column, values in enumerate(found):
        columns[:, column] = values
    return columns


def _coherent(inputs: Inputs, lines: Baseline) -> Floats:
    """The model's word on lines, groups, regions and total, reconciled: the lines' part of it, (n,)."""
    if not inputs.plan.metric.adds_up:
        return lines.expected
    levels, models = hierarchy(inputs.plan), [lines]
    for depth in range(len(levels) - 1, -1, -1):
        nodes = len(levels[depth - 1].low) if depth else 1
        inputs = _gathered(inputs, levels[depth], nodes)
        models.insert(0, compute_baseline(inputs))
    variances = [(model.sigma * model.expected) ** 2 for model in models]
    return reconcile([model.expected for model in models], variances, levels)[-1]


def _gathered(inputs: Inputs, level: Level, nodes: int) -> Inputs:
    """The inputs of the level above: sums of the children, unknown where one of them is."""
    values, one_off = (
        np.array([added(level, column, nodes) for column in side.T]).reshape(-1, nodes).T
        for side in (inputs.history.values, inputs.history.one_off)
    )
    lines = tuple(Line(str(node), str(node), inputs.plan.regions[0].code) for node in range(nodes))
    unknown = np.full((nodes, inputs.readings.now.shape[1]), np.nan)
    return replace(
        inputs,
        plan=replace(inputs.plan, lines=lines),
        history=History(inputs.history.periods, values, one_off),
        readings=Readings(unknown, unknown),
    )


def _score(test: Backtest, method: str, cells: Flags, weights: Floats) -> Score:
    happened = np.where(cells, test.actual, 0.0) * weights
    errors = np.where(cells, test.forecasts[method], 0.0) * weights - happened
    model = np.where(cells, test.forecasts["model"], 0.0) * weights - happened
    by_period, tried = happened.sum(axis=0), cells.any(axis=0)
    whole, together = np.abs(happened).sum(), tried & (by_period > 0)
    share = 1 / whole if whole > 0 else float("nan")
    off = np.abs(errors.sum(axis=0)[together] / by_period[together])
    return Score(
        method=method,
        error=float(np.abs(errors).sum() * share),
        model_error=float(np.abs(model).sum() * share),
        bias=float(errors.sum() * share),
        total_error=float(off.mean()) if off.size else float("nan"),
        closer=int((np.abs(model).sum(axis=0) < np.abs(errors).sum(axis=0))[tried].sum()),
        periods=int(tried.sum()),
        cells=int(cells.sum()),
    )


def _verdict(model: Score, rival: Score) -> Verdict:
    """The model is better when its error is, by the margin, and it was closer more often than not."""
    if model.periods < FEWEST or not model.error >= 0:
        return "too_little"
    if model.error >= (1 + MARGIN) * rival.error:
        return "worse" if model.error > rival.error else "even"
    if model.error <= (1 - MARGIN) * rival.error and 2 * rival.closer > rival.periods:
        return "better"
    return "even"
