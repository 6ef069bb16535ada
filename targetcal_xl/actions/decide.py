"""The superior's word on each line, with a reason; and what it means for the region."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..calibration import Line, Region, after_decisions, decision_faults, may_decide
from ..ledger import Event
from ..problems import DataProblems, Problem, Refused
from ..workbook import Owner
from .check import damage
from .desk import Desk, find_line, find_region
from .stock import Stock, take_stock
from .table import Table


@dataclass(frozen=True)
class Decision:
    """`accept`, `counter` (with a value) or `return`, and why; `hours` is the time it took to talk."""

    line: Line
    kind: str
    counter: float | None
    reason: str
    hours: float = 0.0


@dataclass(frozen=True)
class DecisionReport:
    """What was decided, and where that leaves the region."""

    region: str
    lines: tuple[tuple[str, str], ...]
    """Line name and decision."""
    state: str
    round: int
    awaited: tuple[str, ...]
    """Lines that still wait for a decision."""


def decide(
    desk: Desk,
    region: str,
    line: str,
    kind: str,
    *,
    counter: float | None = None,
    reason: str = "",
    hours: float = 0.0,
) -> DecisionReport:
    """Record one decision; refuse anyone but the region's superior."""
    stock = take_stock(desk)
    found = _decidable(stock, region)
    return _record(stock, found, [Decision(find_line(stock.plan, found, line), kind, counter, reason, hours)])


def decide_typed(desk: Desk, region: str, *, hours: float = 0.0) -> DecisionReport:
    """Record the decisions that the superior has typed in the region's tab; `hours` is for all of them."""
    stock = take_stock(desk)
    found = _decidable(stock, region)
    decisions = [
        Decision(
            line, str(kind), _number(stock, line), str(stock.typed((*_at(line), "decision_reason")) or "")
        )
        for line in _awaiting(stock.table(found))
        if (kind := stock.typed((*_at(line), "decision"))) is not None
    ]
    if not decisions:
        raise Refused([Problem("nothing_decided", found.name)])
    return _record(stock, found, [replace(decisions[0], hours=hours), *decisions[1:]])


def _at(line: Line) -> tuple[str, str]:
    return line.region, line.code


def _number(stock: Stock, line: Line) -> float | None:
    value = stock.typed((*_at(line), "counter"))
    return float(value) if isinstance(value, int | float) else None


def _decidable(stock: Stock, said: str) -> Region:
    """The region, if this person may decide on it now and it still says what was sealed."""
    region = find_region(stock.plan, said)
    side = stock.table(region)
    if side.state != "locked":
        raise Refused([Problem(f"not_locked_{side.state}", region.name)])
    if code := may_decide(stock.desk.actor, region, side.submitter):
        fields = {"actor": stock.desk.actor, "superior": region.superior.name}
        raise Refused([Problem(code, region.name, fields)])
    if broken := damage(stock, region):
        raise DataProblems(broken)
    return region


def _awaiting(side: Table) -> tuple[Line, ...]:
    """Lines of a locked region without a decision in this round."""
    return tuple(
        line for line in side.lines if not side.is_agreed(line.code) and not side.of(line.code, "decision")
    )


def _record(stock: Stock, region: Region, decisions: Sequence[Decision]) -> DecisionReport:
    problems = [problem for decision in decisions for problem in _faults(stock, region, decision)]
    if problems:
        raise DataProblems(problems)
    side = stock.table(region)
    events = [event for decision in decisions for event in _events(side, decision)]
    events += _granted(stock, region)
    events += _outcome(side, {decision.line.code: decision.kind for decision in decisions}, stock)
    now = Table(stock.settle(events), region)
    return DecisionReport(
        region.name,
        tuple((decision.line.name, decision.kind) for decision in decisions),
        now.state,
        now.round,
        tuple(line.name for line in _awaiting(now)) if now.state == "locked" else (),
    )


def _faults(stock: Stock, region: Region, decision: Decision) -> Iterator[Problem]:
    line, side = decision.line, stock.table(region)
    place = f"{region.name} / {line.name}"
    if side.is_agreed(line.code) or side.of(line.code, "decision"):
        yield Problem("already_decided", place)
    for code in decision_faults(decision.kind, decision.counter, decision.reason, stock.plan.metric):
        yield Problem(f"decision_{code}", place, {"found": decision.kind})


def _events(side: Table, decision: Decision) -> Iterator[Event]:
    line, reason = decision.line, decision.reason
    counter = decision.counter if decision.kind == "counter" else None
    for field, new in (("decision", decision.kind), ("counter", counter), ("decision_reason", reason)):
        if side.of(line.code, field) != new:
            yield Event("decide", line.region, line.code, field, side.of(line.code, field), new, reason)
    if decision.kind == "accept":
        yield Event(
            "decide", line.region, line.code, "agreed", None, side.number(line.code, "declared"), reason
        )
    if decision.hours:
        yield Event("decide", line.region, line.code, "hours", None, decision.hours)


def _granted(stock: Stock, region: Region) -> Iterator[Event]:
    """Supports that the superior has granted or refused in the tab since the last decision."""
    for cell in stock.reading.of_region(region.code, Owner.SUPERIOR):
        old = stock.standing.values.get(cell.key)
        if cell.key[2] == "granted" and cell.value != old:
            yield Event("decide", *cell.key, old, cell.value)


def _outcome(side: Table, decided: dict[str, str], stock: Stock) -> Iterator[Event]:
    """Events of the region itself, once every line has its decision."""
    region = side.region.code
    outcome = after_decisions({line.code: _decision_on(side, line, decided) for line in side.lines})
    if outcome.state == "locked":
        return
    yield Event("decide", region, None, "state", side.state, outcome.state)
    if outcome.state == "open":
        yield Event("decide", region, None, "round", side.round, side.round + 1)
        yield Event("decide", region, None, "status", stock.typed((region, None, "status")), "draft")


def _decision_on(side: Table, line: Line, decided: dict[str, str]) -> str | None:
    if side.is_agreed(line.code):
        return "accept"
    return decided.get(line.code) or (str(said) if (said := side.of(line.code, "decision")) else None)
