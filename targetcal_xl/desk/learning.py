"""What recalibrating learned about the drivers' weights, and what that does to every line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..calibration import Floats, Inputs, Key, Plan, Relearned, Standing, Value, compute_baseline, relearn
from ..figures import percent
from ..language import text
from ..ledger import Log, dump, load, reference
from ..workbook import weights_used

LEARNING: Key = (None, None, "learning")
"""The field whose value names the document with what was learned last."""


@dataclass(frozen=True)
class Learning:
    """The weights learned, those used until then (drivers,), and what these would suggest now (n,)."""

    relearned: Relearned
    before: Floats
    suggested: Floats


@dataclass(frozen=True)
class WeightChange:
    """A driver's weight: the expert's, the one used until now, the one used from now on, and its error.

    `expert_share` is how much of what was learned still is the expert's word.
    """

    driver: str
    expert: float
    before: float
    after: float
    error: float
    expert_share: float


def learn(inputs: Inputs, standing: Standing, last: Learning | None) -> Learning:
    """Learn from the closed periods of these inputs; `last` is what was learned before that.

    Where that changes no weight, the weights before the last change stay those to compare with.
    """
    used, found = np.array(weights_used(standing), dtype=np.float64), relearn(inputs)
    new = chosen(Learning(found, used, used), inputs.plan)
    before = last.before if last and np.array_equal(new, used) else used
    return Learning(found, before, compute_baseline(inputs, before).suggested)


def chosen(learning: Learning, plan: Plan) -> Floats:
    """The weights to use, (drivers,): those learned, or the experts' where the plan keeps these."""
    return learning.relearned.weights if plan.weights == "learned" else learning.relearned.prior


def weight_values(learning: Learning, plan: Plan) -> dict[Key, Value]:
    """What is recorded of the weights; nothing of one that is the expert's own."""
    pairs = zip(plan.drivers, chosen(learning, plan).tolist(), strict=True)
    used: dict[Key, Value] = {
        (None, driver.code, "driver.used"): None if weight == driver.weight else weight
        for driver, weight in pairs
    }
    return used | {LEARNING: reference(dump(learning)) if learning.relearned.readings else None}


def weight_changes(learning: Learning, plan: Plan) -> tuple[WeightChange, ...]:
    """Every driver's weight, old and new; none where there was nothing to learn from and nothing changed."""
    new, found = chosen(learning, plan), learning.relearned
    if not found.readings and np.array_equal(new, learning.before):
        return ()
    columns = (learning.before, new, found.error, found.prior_share)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(
        WeightChange(driver.name, driver.weight, *row) for driver, row in zip(plan.drivers, rows, strict=True)
    )


def recorded_learning(ledger: Log, standing: Standing) -> Learning | None:
    """What was learned last; None where nothing was."""
    named = standing.values.get(LEARNING)
    return load(Learning, ledger.document(str(named))) if named else None


def learning_fields(learning: Learning, plan: Plan, language: str) -> Iterator[tuple[Key, Value]]:
    """What the book shows of it, by field."""
    found = learning.relearned
    for row, driver in enumerate(plan.drivers):
        said = text(
            "calibration.weights.evidence",
            language,
            quarters=found.quarters,
            readings=found.readings,
            lines=found.lines,
            share=percent(float(found.prior_share[row]), language),
        )
        fields: dict[str, Value] = {
            "before": float(learning.before[row]),
            "standard_error": float(found.error[row]),
            "evidence": said,
        }
        yield from (((None, driver.code, f"driver.{code}"), value) for code, value in fields.items())
    for line, suggested in zip(plan.lines, learning.suggested.tolist(), strict=True):
        yield (line.region, line.code, "baseline.at_old_weights"), suggested
