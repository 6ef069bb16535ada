"""The recalibrations so far, by number, and the way back to any of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ..calibration import Metric, Standing
from ..desk import NUMBER, RESTORED, Desk, batches, restored
from ..figures import Figures
from ..language import text
from ..ledger import Entry, Ledger, standing
from ..telling import Part, Report, moment, table

_RESULTS = ("suggested", "inputs", "baseline", "learning", NUMBER[2], RESTORED[2])
"""Fields of what a recalibration leads to, beside those of what it was made for."""


@dataclass(frozen=True)
class Recalibration:
    """One recalibration: when, by whom and why, how many cells had changed, and what came of it."""

    number: int
    at: dt.datetime
    actor: str
    reason: str
    changes: int
    restored: int | None
    """The earlier one that it went back to."""
    suggested_total: float
    entry: int
    """Number of its last ledger entry."""
    metric: Metric


@dataclass(frozen=True)
class RecalibrationsReport(Report):
    """Every recalibration, the start of the plan first."""

    recalibrations: tuple[Recalibration, ...]

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        columns = ("number", "at", "actor", "changes", "suggested", "reason")
        yield table(columns, (_recalibration_row(item, language) for item in self.recalibrations), language)


def _recalibration_row(item: Recalibration, language: str) -> tuple[str, ...]:
    told = Figures(item.metric, language)
    reason = item.reason if item.number else text("telling.recalibrate.start", language)
    if item.restored is not None:
        reason = text("telling.recalibrate.restored", language, number=item.restored, reason=reason)
    number, total = str(item.number), told.total(item.suggested_total)
    return number, moment(item.at), item.actor, str(item.changes), total, reason


def recalibrations(desk: Desk) -> RecalibrationsReport:
    """List what `go_back` may name."""
    standing(desk.ledger)
    return RecalibrationsReport(tuple(_told(desk.ledger)))


def _told(ledger: Ledger) -> Iterator[Recalibration]:
    for number, entries in batches(ledger):
        last, said = entries[-1], {entry.key: entry.new for entry in entries}
        then = standing(ledger, last.number)
        yield Recalibration(
            number=number,
            at=last.at,
            actor=last.actor,
            reason=last.reason,
            changes=sum(map(_is_change, entries)) if number else 0,
            restored=restored(said),
            suggested_total=_suggested(then),
            entry=last.number,
            metric=then.inputs.plan.metric,
        )


def _suggested(then: Standing) -> float:
    plan = then.inputs.plan
    return plan.metric.shown(plan.total_of(then.baseline.suggested))


def _is_change(entry: Entry) -> bool:
    """Whether an entry is what finance changed, and not what came of it."""
    of_objection = entry.row is not None and entry.field.startswith("objection")
    return entry.field not in _RESULTS and not of_objection
