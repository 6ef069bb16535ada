"""How much of the suggestions is last period's over-performance, asked for again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
    """How much better the result was; below 0 where it was worse."""
    burden: float
    passed_on: float | None
    """How many percent harder the suggestion is for each percent of surplus, or easier for each lacking."""
    asked: float
    """What the split starts from: the suggestion, or another value where the plan's limit binds."""

    @property
    def is_held(self) -> bool:
        """Whether the plan's limit binds."""
        return self.asked != self.suggested


@dataclass(frozen=True)
class RatchetReport(Report):
    """What the newest period's results do to the suggestions of a plan, or of one region."""

    period: str
    """The newest period; empty where there is no history."""
    lines: tuple[LineBurden, ...]
    burden: float
    """How much harder those of lines with a surplus are together, in the unit: a sum, or a mean weighed by
    volumes."""
    suggested: float
    """What is suggested together, likewise."""
    metric: Metric
    limit: float | None = None
    """How many percent the split may move for each percent of surplus, either way, where the plan says so."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and a table."""
        told = Figures(self.metric, language)
        known = sum(None not in (line.foreseen, line.result) for line in self.lines)
        if not known:
            yield Sentence(text("telling.ratchet.unknown", language), QUIET)
            return
        yield from self._of_better(told, known)
        if self.limit is not None:
            yield from self._of_held(told, self.limit)

    def _of_better(self, told: Figures, known: int) -> Iterator[Part]:
        better, language = [line for line in self.lines if line.surplus > 0], told.language
        said = {"period": self.period, "known": known, "count": len(better)}
        if not better:
            yield Sentence(text("telling.ratchet.none", language, **said), DONE)
            return
        amounts = {"burden": told.total(self.burden), "suggested": told.total(self.suggested)}
        yield Sentence(text("telling.ratchet.total", language, **said, **amounts))
        yield table(_COLUMNS, (_row(line, told) for line in _largest_first(better)), language)
        yield Sentence(text("telling.ratchet.meaning", language))

    def _of_held(self, told: Figures, limit: float) -> Iterator[Part]:
        held, language = [line for line in self.lines if line.is_held], told.language
        share = percent(limit / 100, language, 2)
        yield Sentence(text("telling.ratchet.limited", language, count=len(held), limit=share))
        if held:
            rows = ((*_row(line, told), told.total(line.asked)) for line in _largest_first(held))
            yield table((*_COLUMNS, "split_from"), rows, language)


_COLUMNS = ("line", "foreseen_then", "result", "suggested", "burden", "passed_on")


def _largest_first(lines: Iterable[LineBurden]) -> list[LineBurden]:
    return sorted(lines, key=lambda line: -abs(line.burden))


def _row(line: LineBurden, told: Figures) -> tuple[str, ...]:
    return (
        line.line,
        *(told.total(value) for value in (line.foreseen, line.result, line.suggested)),
        told.signed(line.moved),
        UNKNOWN if line.passed_on is None else percent(line.passed_on / 100, told.language, 2),
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
        burden=float(np.where(found.surplus > 0, found.burden, 0.0) @ together),
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
