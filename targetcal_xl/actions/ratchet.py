"""How much of the suggestions is last period's over-performance, asked for again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..calibration import Metric, Plan, Ratchet, ratchet_of
from ..desk import Desk, find_region, look
from ..figures import UNKNOWN, Figures, percent
from ..language import text
from ..telling import DONE, QUIET, Part, Report, Sentence, table


@dataclass(frozen=True)
class RatchetReport(Report):
    """What the newest period's results do to the suggestions of a plan, or of one region."""

    period: str
    """The newest period; empty where there is no history."""
    found: Ratchet
    names: tuple[str, ...]
    """Of the lines, as in `found`."""
    burden: float
    """How much harder the suggestions are together, in the unit: a sum, or a mean weighed by volumes."""
    suggested: float
    """What is suggested together, likewise."""
    metric: Metric

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and a table."""
        told, found = Figures(self.metric, language), self.found
        known = int(np.isfinite(found.result - found.reference).sum())
        if not known:
            yield Sentence(text("telling.ratchet.unknown", language), QUIET)
            return
        better = np.flatnonzero(found.surplus > 0)
        said = {"period": self.period, "known": known, "count": len(better)}
        if not len(better):
            yield Sentence(text("telling.ratchet.none", language, **said), DONE)
            return
        amounts = {"burden": told.total(self.burden), "suggested": told.total(self.suggested)}
        yield Sentence(text("telling.ratchet.total", language, **said, **amounts))
        columns = ("line", "foreseen_then", "result", "suggested", "burden", "passed_on")
        order = sorted(better.tolist(), key=lambda k: -abs(float(found.burden[k])))
        yield table(columns, (self._row(k, told) for k in order), language)
        yield Sentence(text("telling.ratchet.meaning", language))

    def _row(self, k: int, told: Figures) -> tuple[str, ...]:
        found = self.found
        share = float(found.passed_on[k])
        return (
            self.names[k],
            *(told.total(float(values[k])) for values in (found.reference, found.result, found.suggested)),
            told.signed(float(found.suggested[k] - found.without[k])),
            UNKNOWN if np.isnan(share) else percent(share / 100, told.language, 2),
        )


def ratchet(desk: Desk, region: str = "") -> RatchetReport:
    """Tell how much of the suggestions, or of one region's, is a result that was better than foreseen.

    Nothing is changed.
    """
    standing = look(desk).standing
    plan, history = standing.inputs.plan, standing.inputs.history.before(standing.inputs.plan.period)
    rows = _rows(plan, region)
    found = ratchet_of(standing.inputs, rows)
    together = plan.shares(rows)
    return RatchetReport(
        period=str(history.periods[-1]) if history.periods else "",
        found=found,
        names=tuple(plan.lines[row].name for row in rows),
        burden=float(found.burden @ together),
        suggested=plan.total_of(standing.baseline.suggested, rows),
        metric=plan.metric,
    )


def _rows(plan: Plan, region: str) -> list[int]:
    code = find_region(plan, region).code if region else ""
    return [row for row, line in enumerate(plan.lines) if code in ("", line.region)]
