"""Taking valid submissions in: recorded cell by cell, sealed, locked; and handing them back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..calibration import Line, Region, Value, deviation, is_objection, is_placeholder, settles
from ..ledger import Event
from ..problems import Problem, Refused
from ..workbook import Owner, region_sheet
from .check import examine, is_submitted, tampering
from .desk import Desk, chosen_regions, find_region
from .seal import seal
from .stock import Stock, take_stock

DECISION_FIELDS = ("decision", "counter", "decision_reason")


@dataclass(frozen=True)
class LockReport:
    """What was taken in and what was not."""

    locked: tuple[str, ...]
    already: tuple[str, ...]
    waiting: tuple[str, ...]
    """Regions whose manager has not submitted yet."""
    refused: tuple[tuple[str, tuple[Problem, ...]], ...]
    """Submitted regions with problems."""
    objections: tuple[tuple[str, str, float], ...]
    """Region, line and deviation of each declaration that is now an open objection."""
    recorded: int
    """Cells whose change was recorded."""


def lock(desk: Desk, regions: Sequence[str] = ()) -> LockReport:
    """Lock every submitted region without problems; one region's problems do not hold up another's."""
    stock = take_stock(desk)
    chosen = chosen_regions(stock.plan, regions)
    faults = tampering(stock, {region_sheet(region.code) for region in chosen})
    locked: list[Region] = []
    refused: list[tuple[str, tuple[Problem, ...]]] = []
    for done, region in enumerate(chosen, 1):
        desk.progress("lock", done, len(chosen))
        if stock.table(region).state != "open" or not is_submitted(stock, region):
            continue
        problems = examine(stock, region, faults)
        if problems:
            refused.append((region.name, problems))
        else:
            locked.append(region)
    events = [event for region in locked for event in _submission(stock, region)]
    if events:
        stock.settle(events)
    return LockReport(
        locked=tuple(region.name for region in locked),
        already=tuple(region.name for region in chosen if stock.table(region).state != "open"),
        waiting=tuple(region.name for region in chosen if _is_waiting(stock, region)),
        refused=tuple(refused),
        objections=tuple(_raised(stock, events)),
        recorded=sum(event.row is not None and not event.field.startswith(_OWN) for event in events),
    )


_OWN = ("objection", "agreed", "round", *DECISION_FIELDS)
"""Fields of a line that a lock sets by itself."""


def _is_waiting(stock: Stock, region: Region) -> bool:
    return stock.table(region).state == "open" and not is_submitted(stock, region)


def _submission(stock: Stock, region: Region) -> list[Event]:
    """Everything that locking a region means."""
    changed = _changed_cells(stock, region)
    lines = [event for line in _declared_lines(stock, region) for event in _line_events(stock, line)]
    settled = {event.row for event in lines if event.field == "agreed"}
    side = stock.table(region)
    agreed = all(side.is_agreed(line.code) or line.code in settled for line in side.lines)
    values = {cell.key: cell.value for cell in stock.reading.of_region(region.code, Owner.MANAGER)}
    own: dict[str, Value] = {
        "round": side.round,
        "seal": seal(values),
        "state": "decided" if agreed else "locked",
    }
    return [
        *changed,
        *lines,
        *(
            Event("lock", region.code, None, field, side.own(field), new)
            for field, new in own.items()
            if side.own(field) != new
        ),
    ]


def _changed_cells(stock: Stock, region: Region) -> list[Event]:
    """One event for every cell that says something new."""
    known = stock.standing.values
    return [
        Event("lock", *cell.key, known.get(cell.key), cell.value)
        for cell in stock.reading.of_region(region.code, Owner.MANAGER)
        if known.get(cell.key) != cell.value
    ]


def _declared_lines(stock: Stock, region: Region) -> Iterator[Line]:
    """The lines that this round is about."""
    side = stock.table(region)
    return (line for line in side.lines if not side.is_agreed(line.code))


def _line_events(stock: Stock, line: Line) -> Iterator[Event]:
    """What a declaration starts: a round, an objection, an agreement, or the wait for a fresh decision."""
    side = stock.table(stock.plan.region(line.region))
    declared = float(stock.typed((line.region, line.code, "declared")) or 0)
    if side.round != (before := side.number(line.code, "round")):
        yield Event("lock", line.region, line.code, "round", before, side.round)
    yield from _objection(stock, line, declared)
    if settles(declared, side.number(line.code, "counter"), stock.plan.metric.direction):
        yield Event("lock", line.region, line.code, "agreed", None, declared)
        return
    for field in DECISION_FIELDS:
        if (old := side.of(line.code, field)) is not None:
            yield Event("lock", line.region, line.code, field, old, None)


def _objection(stock: Stock, line: Line, declared: float) -> Iterator[Event]:
    """An objection opens at the threshold and is lifted by a declaration that no longer objects."""
    before = stock.standing.value(line.region, line.code, "objection")
    if _objects(stock, line, declared):
        if before is None or before == "lifted":
            yield Event("lock", line.region, line.code, "objection", before, "open")
            beside = {"declared": declared, "suggested": stock.standing.suggested(line.code)}
            for code, value in beside.items():
                old = stock.standing.value(line.region, line.code, f"objection.{code}")
                yield Event("lock", line.region, line.code, f"objection.{code}", old, value)
    elif before == "open":
        yield Event("lock", line.region, line.code, "objection", before, "lifted")


def _objects(stock: Stock, line: Line, declared: float) -> bool:
    return bool(is_objection(_deviation(stock, line, declared), stock.plan.thresholds.objection))


def _deviation(stock: Stock, line: Line, declared: float) -> float:
    suggested = stock.standing.suggested(line.code)
    return float(deviation(declared, suggested, stock.plan.metric.direction))


def _raised(stock: Stock, events: Sequence[Event]) -> Iterator[tuple[str, str, float]]:
    lines = {line.code: line for line in stock.plan.lines}
    for event in events:
        if event.field == "objection" and event.new == "open":
            line = lines[str(event.row)]
            declared = float(stock.typed((line.region, line.code, "declared")) or 0)
            region = stock.plan.region(line.region).name
            yield region, line.name, _deviation(stock, line, declared)


@dataclass(frozen=True)
class UnlockReport:
    """The region that was handed back."""

    region: str


def unlock(desk: Desk, region: str, reason: str) -> UnlockReport:
    """Hand a locked, decided or confirmed region back, with a reason.

    Its decisions and agreed values are taken back; what the manager typed stays.
    """
    if is_placeholder(reason):
        raise Refused([Problem("reason_missing")])
    stock = take_stock(desk)
    found = find_region(stock.plan, region)
    side = stock.table(found)
    if side.state == "open":
        raise Refused([Problem("region_open", found.name)])
    status = stock.typed((found.code, None, "status"))
    events = [
        Event("unlock", found.code, None, "state", side.state, "open", reason),
        Event("unlock", found.code, None, "status", status, "draft", reason),
        *(
            Event("unlock", found.code, line.code, field, old, None, reason)
            for line in side.lines
            for field in ("agreed", *DECISION_FIELDS)
            if (old := side.of(line.code, field)) is not None
        ),
    ]
    stock.settle(events)
    return UnlockReport(found.name)
