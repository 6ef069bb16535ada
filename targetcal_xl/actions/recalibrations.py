"""The recalibrations so far, by number, and the way back to any of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..calibration import Key, Metric, Standing, Value
from ..ledger import Entry, Ledger, standing
from ..problems import Problem, Refused
from ..workbook import entered
from .desk import Desk

NUMBER: Key = (None, None, "recalibration")
"""The field that counts recalibrations: 1 for the first, and 0 for the start of the plan."""

RESTORED: Key = (None, None, "recalibration.restored")
"""The field that names the recalibration that was gone back to."""

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
class RecalibrationsReport:
    """Every recalibration, the start of the plan first."""

    recalibrations: tuple[Recalibration, ...]


def recalibrations(desk: Desk) -> RecalibrationsReport:
    """List what `go_back` may name."""
    standing(desk.ledger)
    return RecalibrationsReport(tuple(_told(desk.ledger)))


def standing_after(ledger: Ledger, number: int) -> Standing:
    """Where the plan stood after a recalibration; raise Refused, naming those there are."""
    ends = {count: entries[-1].number for count, entries in _batches(ledger)}
    if number not in ends:
        raise Refused([Problem("recalibration_unknown", fields={"said": number, "last": max(ends)})])
    return standing(ledger, ends[number])


def last_number(standing: Standing) -> int:
    """The number of the last recalibration; 0 before the first."""
    return _number(standing.values, NUMBER) or 0


def recorded(standing: Standing, keys: Iterable[Key]) -> dict[Key, Value]:
    """What finance's cells held when they were last taken in; no key for an empty one."""
    first, last = entered(standing.inputs), standing.values
    cells = {key: last[key] if key in last else first.get(key) for key in keys}
    return {key: value for key, value in cells.items() if value is not None}


def _told(ledger: Ledger) -> Iterator[Recalibration]:
    for number, entries in _batches(ledger):
        last, said = entries[-1], {entry.key: entry.new for entry in entries}
        then = standing(ledger, last.number)
        yield Recalibration(
            number=number,
            at=last.at,
            actor=last.actor,
            reason=last.reason,
            changes=sum(map(_is_change, entries)) if number else 0,
            restored=_number(said, RESTORED),
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


def _batches(ledger: Ledger) -> Iterator[tuple[int, list[Entry]]]:
    """The entries of the start, and of each recalibration up to the one that counts it."""
    yield 0, list(ledger.entries(action="new"))
    batch: list[Entry] = []
    for entry in ledger.entries(action="recalibrate"):
        batch.append(entry)
        if entry.key == NUMBER:
            yield int(float(str(entry.new))), batch
            batch = []


def _number(said: Mapping[Key, Value], key: Key) -> int | None:
    value = said.get(key)
    return None if value is None else int(float(str(value)))
