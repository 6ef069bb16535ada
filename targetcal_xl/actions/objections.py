"""Declarations far below the suggestion: seen by the HR business partner, never suppressed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..calibration import Line, Standing, Value, deviation, is_placeholder
from ..ledger import Event, Ledger
from ..problems import Problem, Refused
from .desk import Desk, find_line, find_region
from .records import standing_of
from .stock import take_stock


@dataclass(frozen=True)
class Objection:
    """One objection: the numbers when it was raised, the region's grounds, and what became of it."""

    region: str
    line: str
    hrbp: str
    declared: float
    suggested: float
    deviation: float
    basis: str
    support: str
    risk: str
    state: str
    handling: str
    hours: float


@dataclass(frozen=True)
class ObjectionsReport:
    """Every objection of the plan, in plan order."""

    objections: tuple[Objection, ...]

    @property
    def open(self) -> tuple[Objection, ...]:
        """Those that the HR business partner has not answered yet."""
        return tuple(item for item in self.objections if item.state == "open")


def objections(desk: Desk) -> ObjectionsReport:
    """Who objects to what, why, and what came of it."""
    standing = standing_of(desk.ledger)
    return ObjectionsReport(tuple(_objections(standing, handled_by_line(desk.ledger))))


def handled_by_line(ledger: Ledger) -> dict[str, str]:
    """Line code -> what the HR business partner did about its objection."""
    entries = ledger.entries(action="objection", field="objection")
    return {str(entry.row): entry.reason for entry in entries}


def _objections(standing: Standing, handling: dict[str, str]) -> Iterator[Objection]:
    plan = standing.inputs.plan
    for line in plan.lines:
        state = standing.value(line.region, line.code, "objection")
        if state is None:
            continue
        declared, suggested = (
            _number(standing, line, f"objection.{code}") for code in ("declared", "suggested")
        )
        yield Objection(
            region=plan.region(line.region).name,
            line=line.name,
            hrbp=plan.region(line.region).hrbp.name,
            declared=declared,
            suggested=suggested,
            deviation=float(deviation(declared, suggested, plan.metric.direction)),
            basis=_words(standing, line, "basis"),
            support=_words(standing, line, "support"),
            risk=_words(standing, line, "risk"),
            state=str(state),
            handling=handling.get(line.code, ""),
            hours=_number(standing, line, "hours"),
        )


def _number(standing: Standing, line: Line, field: str) -> float:
    value: Value = standing.value(line.region, line.code, field)
    return float(value) if isinstance(value, int | float) else 0.0


def _words(standing: Standing, line: Line, field: str) -> str:
    return str(standing.value(line.region, line.code, field) or "")


def handle_objection(desk: Desk, region: str, line: str, *, note: str, hours: float = 0.0) -> None:
    """Record what the HR business partner did about an open objection."""
    stock = take_stock(desk)
    found = find_region(stock.plan, region)
    row = find_line(stock.plan, found, line)
    state = stock.standing.value(found.code, row.code, "objection")
    place = f"{found.name} / {row.name}"
    if state != "open":
        raise Refused([Problem("objection_not_open", place)])
    if desk.actor not in (found.hrbp.name, found.hrbp.mail):
        raise Refused([Problem("not_hrbp", place, {"actor": desk.actor, "hrbp": found.hrbp.name})])
    if is_placeholder(note):
        raise Refused([Problem("reason_missing", place)])
    events = [Event("objection", found.code, row.code, "objection", state, "handled", note)]
    if hours:
        events.append(Event("objection", found.code, row.code, "hours", None, hours, note))
    stock.settle(events)
