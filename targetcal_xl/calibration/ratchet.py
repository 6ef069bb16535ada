"""The ratchet: how much of a suggestion is the newest period's over-performance, asked for again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from .arrays import Flags, Floats, Indices
from .baseline import Baseline, Inputs, compute_baseline
from .foresight import are_called, look_ahead
from .history import History

RUNS: Final = 64
"""A plan is computed again no more often: of more lines, some that stand far apart are tried together."""


@dataclass(frozen=True)
class Ratchet:
    """What m lines did in the newest period, and what that does to their suggestions; arrays are (m,).

    `rows` are their places in the plan. `reference` is what the periods before led to expect of the newest
    one and `result` what it was without its one-off event, both NaN where nobody knows; `suggested` is what
    is expected now and `without` what would be, had the result been its reference. All but `rows` are in the
    metric's unit. Where nobody knows, `without` is `suggested`.
    """

    rows: Indices
    result: Floats
    reference: Floats
    suggested: Floats
    without: Floats
    meant: Flags
    """Whose newest result somebody called a new level: it stays, whoever made it."""
    direction: int
    """As the metric's: 1 where more is better, -1 where less is."""

    @property
    def surplus(self) -> Floats:
        """How much better the result was than its reference, (m,), in the metric's unit.

        Below 0 where it was worse, 0 where nobody knows.
        """
        return _better(self.result, self.reference, self.direction)

    @property
    def burden(self) -> Floats:
        """How much harder the suggestion is for it, (m,), in the metric's unit; below 0 if it is easier."""
        return np.asarray(self.direction * (self.suggested - self.without))

    @property
    def passed_on(self) -> Floats:
        """How many percent harder the suggestion is for each percent of surplus, (m,); NaN without any.

        It leaves out what time of year it is: both are shares of what they would have been. Of what was
        worse it is how many percent easier for each percent that was lacking.
        """
        usable = (self.surplus != 0) & (self.reference > 0) & (self.without > 0)
        worth = np.where(usable, self.surplus * self.without, 1.0)
        return np.where(usable, self.burden * self.reference / worth, np.nan)

    def asked(self, limit: float) -> Floats:
        """What the split starts from, (m,), in the metric's unit: so that `passed_on` is `limit` at most.

        Either way: were only surpluses held back, whoever withheld effort would be eased at once, and what
        then comes back would be held for a surplus. What is `meant` counts whole.
        """
        over = (np.nan_to_num(self.passed_on) > limit) & ~self.meant
        share = self.surplus / np.where(over, self.reference, 1.0)
        return np.where(over, self.without * (1 + self.direction * limit * share), self.suggested)


def relieved(inputs: Inputs, baseline: Baseline, weights: Floats | None = None) -> Baseline:
    """The baseline of these inputs, whose split hands on no more of the newest results than the plan lets it.

    The suggestions stay what is foreseen: only what the split starts from is moved, in the metric's unit.
    As a ceiling of the line the limit would put all that head office wants beyond the suggestions on those
    that were not better. `weights` (drivers,) replace the plan's elasticities.
    """
    limit = inputs.plan.ratchet_limit
    if limit is None:
        return baseline
    asked = ratchet_of(inputs, range(len(inputs.plan.lines)), weights).asked(limit)
    binds = not np.array_equal(asked, baseline.expected)
    return replace(baseline, asked=tuple(asked.tolist())) if binds else baseline


def ratchet_of(inputs: Inputs, rows: Sequence[int], weights: Floats | None = None) -> Ratchet:
    """Hold these lines' suggestions against those that lines get whose newest result had been as expected.

    `weights` (drivers,) replace the plan's elasticities.

    The ratchet effect is Weitzman's (1980, Bell Journal of Economics 11, 302-308); how much of a surplus
    comes back as a target is what Leone and Rock (2002) and Bouwens and Kroos (2011) measure. The burden is
    the difference of two baselines, one line at a time, since a line moves what is learned of all. In a plan
    of more lines than RUNS those of one run are every RUNS-th. Raise ValueError as
    `compute_baseline`.
    """
    plan, chosen = inputs.plan, np.asarray(rows, dtype=np.intp)
    history = inputs.history.before(plan.period)
    now = compute_baseline(inputs, weights)
    result, reference = _newest(history, inputs)
    without = now.expected.copy()
    moved = chosen[_better(result, reference, plan.metric.direction)[chosen] != 0]
    for first in range(min(RUNS, len(moved))):
        some = moved[first::RUNS]
        values = history.values.copy()
        values[some, -1] += reference[some] - result[some]
        other = replace(inputs, history=replace(history, values=values))
        without[some] = compute_baseline(other, weights).expected[some]
    return Ratchet(
        rows=chosen,
        result=result[chosen],
        reference=reference[chosen],
        suggested=now.expected[chosen],
        without=without[chosen],
        meant=_meant(history, inputs)[chosen],
        direction=plan.metric.direction,
    )


def _newest(history: History, inputs: Inputs) -> tuple[Floats, Floats]:
    """What every line did in the newest period without its event, and what was foreseen of it, (n,)."""
    lines = [line.code for line in inputs.plan.lines]
    foreseen = look_ahead(history, lines, inputs.answers).foreseen
    if not foreseen.shape[1]:
        return np.full(len(lines), np.nan), np.full(len(lines), np.nan)
    return history.values[:, -1] - history.one_off[:, -1], foreseen[:, -1]


def _meant(history: History, inputs: Inputs) -> Flags:
    """Whose newest value somebody called a new level, (n,)."""
    lines = [line.code for line in inputs.plan.lines]
    return are_called(history, lines, inputs.answers, "new_level")[:, -1:].any(axis=1)


def _better(result: Floats, reference: Floats, direction: int) -> Floats:
    return np.nan_to_num(direction * (result - reference))
