"""How much of the suggestions is last period's over-performance, asked for again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..calibration import Metric, Plan, Ratchet, ratchet_of
from ..desk import Desk, find_region, look
from ..figures import UNKNOWN, Figures, percent
from ..language import text
from ..telling import DONE, QUIET, Part, Report, Sentence, table
from ..workbook import weights_used


@dataclass(frozen=True)
class LineBurden:
    """What a line's newest result does to its suggestion, in the metric's unit; None where nobody knows."""

    line: str
    foreseen: float | None
    result: float | None
    suggested: float
    moved: float
    """How far the suggestion is from what it would be, had the result been as foreseen."""
    surplus: float
    """How much better the result was; 0 where it was not."""
    burden: float
    passed_on: float | None
    """How many percent harder the suggestion is for each percent of surplus."""
    asked: float
    """What the split starts from: the suggestion, or less where the plan's limit binds."""


@dataclass(frozen=True)
class RatchetReport(Report):
    """What the newest period's results do to the suggestions of a plan, or of one region."""

    period: str
    """The newest period; empty where there is no history."""
    lines: tuple[LineBurden, ...]
    burden: float
    """How much harder the suggestions are together, in the unit: a sum, or a mean weighed by volumes."""
    suggested: float
    """What is suggested together, likewise."""
    metric: Metric
    limit: float | None = None
    """How many percent harder the split may be for each percent of surplus, where the plan says so."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and a table."""
        told = Figures(self.metric, language)
        known = sum(None not in (line.foreseen, line.result) for line in self.lines)
        if not known:
            yield Sentence(text("telling.ratchet.unknown", language), QUIET)
            return
        better = sorted((line for line in self.lines if line.surplus > 0), key=lambda line: -abs(line.burden))
        said = {"period": self.period, "known": known, "count": len(better)}
        if not better:
            yield Sentence(text("telling.ratchet.none", language, **said), DONE)
            return
        amounts = {"burden": told.total(self.burden), "suggested": told.total(self.suggested)}
        yield Sentence(text("telling.ratchet.total", language, **said, **amounts))
        limited = () if self.limit is None else ("split_from",)
        columns = ("line", "foreseen_then", "result", "suggested", "burden", "passed_on", *limited)
        yield table(columns, (_row(line, told, self.limit) for line in better), language)
        yield Sentence(text("telling.ratchet.meaning", language))
        if self.limit is not None:
            held = sum(line.asked != line.suggested for line in better)
            share = percent(self.limit / 100, language, 2)
            yield Sentence(text("telling.ratchet.limited", language, count=held, limit=share))


def _row(line: LineBurden, told: Figures, limit: float | None) -> tuple[str, ...]:
    return (
        line.line,
        *(told.total(value) for value in (line.foreseen, line.result, line.suggested)),
        told.signed(line.moved),
        UNKNOWN if line.passed_on is None else percent(line.passed_on / 100, told.language, 2),
        *(() if limit is None else (told.total(line.asked),)),
    )


def ratchet(desk: Desk, region: str = "") -> RatchetReport:
    """Tell how much of the suggestions, or of one region's, is a result that was better than foreseen.

    Nothing is changed.
    """
    standing = look(desk).standing
    plan, history = standing.inputs.plan, standing.inputs.history.before(standing.inputs.plan.period)
    rows = _rows(plan, region)
    found = ratchet_of(standing.inputs, rows, np.array(weights_used(standing), dtype=np.float64))
    together = plan.shares(rows)
    return RatchetReport(
        period=str(history.periods[-1]) if history.periods else "",
        lines=tuple(_burdens(found, [plan.lines[row].name for row in rows], plan.ratchet_limit)),
        burden=float(found.burden @ together),
        suggested=plan.total_of(standing.baseline.suggested, rows),
        metric=plan.metric,
        limit=plan.ratchet_limit,
    )


def _burdens(found: Ratchet, names: Sequence[str], limit: float | None) -> Iterator[LineBurden]:
    asked = found.suggested if limit is None else found.asked(limit)
    for k, name in enumerate(names):
        yield LineBurden(
            line=name,
            foreseen=_known(found.reference[k]),
            result=_known(found.result[k]),
            suggested=float(found.suggested[k]),
            moved=float(found.suggested[k] - found.without[k]),
            surplus=float(found.surplus[k]),
            burden=float(found.burden[k]),
            passed_on=_known(found.passed_on[k]),
            asked=float(asked[k]),
        )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _rows(plan: Plan, region: str) -> list[int]:
    code = find_region(plan, region).code if region else ""
    return [row for row, line in enumerate(plan.lines) if code in ("", line.region)]
