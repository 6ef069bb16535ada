"""Recalibrating: what finance changed in the book becomes new suggestions and a new split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..calibration import Baseline, Inputs, Key, Standing, Value
from ..ledger import Event, groundwork
from ..problems import DataProblems, Problem
from ..workbook import Owner, Reading, cell_name, entered, revised
from .check import unkept
from .desk import Desk
from .new import suggestions
from .stock import take_stock


@dataclass(frozen=True)
class Change:
    """An input that finance has changed."""

    where: str
    old: Value
    new: Value


@dataclass(frozen=True)
class LineChange:
    """What a recalibration does to a line's suggestion."""

    region: str
    line: str
    before: float
    after: float


@dataclass(frozen=True)
class RecalibrateReport:
    """What changed and what that changed."""

    changes: tuple[Change, ...]
    lines: tuple[LineChange, ...]
    suggested_total: float


def recalibrate(desk: Desk, reason: str = "") -> RecalibrateReport:
    """Read finance's cells, renew suggestions and split, and record every change with its reason."""
    stock = take_stock(desk)
    cells = [cell for cell in stock.reading.typed.values() if cell.owner is Owner.FINANCE]
    if problems := list(unkept(stock, cells)):
        raise DataProblems(problems)
    typed = {cell.key: cell.value for cell in cells if cell.value is not None}
    inputs, faults = revised(stock.standing.inputs, typed)
    if faults:
        raise DataProblems(
            [
                Problem(fault.code, _where(stock.reading, fault.key), _found(typed, fault.key))
                for fault in faults
            ]
        )
    known = entered(stock.standing.inputs)
    changed = {
        key: (known.get(key), typed.get(key))
        for key in {**known, **typed}
        if key in stock.reading.typed and known.get(key) != typed.get(key)
    }
    before, (baseline, allotment, shared) = stock.standing.baseline, suggestions(inputs)
    ground, documents = groundwork(
        "recalibrate", inputs, baseline, allotment, shared, before=stock.standing.values, reason=reason
    )
    events = [
        *(Event("recalibrate", *key, old, new, reason) for key, (old, new) in changed.items()),
        *_moved(stock.standing, inputs, baseline, reason),
        *ground,
    ]
    if events:
        stock.settle(events, documents)
    return RecalibrateReport(
        changes=tuple(Change(_where(stock.reading, key), old, new) for key, (old, new) in changed.items()),
        lines=tuple(_lines(inputs, before, baseline)),
        suggested_total=float(baseline.suggested.sum()),
    )


def _found(typed: Mapping[Key, Value], key: Key) -> dict[str, object]:
    return {"found": typed.get(key, "")}


def _where(reading: Reading, key: Key) -> str:
    cell = reading.typed.get(key)
    return (
        f"{reading.places.tabs[cell.sheet]}!{cell_name(cell.spot)}" if cell else "/".join(filter(None, key))
    )


def _moved(standing: Standing, inputs: Inputs, baseline: Baseline, reason: str) -> list[Event]:
    """One event for every suggestion that is another number now."""
    old, new = standing.baseline.suggested.tolist(), baseline.suggested.tolist()
    return [
        Event("recalibrate", line.region, line.code, "suggested", before, after, reason)
        for line, before, after in zip(inputs.plan.lines, old, new, strict=True)
        if before != after
    ]


def _lines(inputs: Inputs, before: Baseline, after: Baseline) -> list[LineChange]:
    names = {region.code: region.name for region in inputs.plan.regions}
    pairs = zip(inputs.plan.lines, before.suggested.tolist(), after.suggested.tolist(), strict=True)
    return [LineChange(names[line.region], line.name, old, new) for line, old, new in pairs]
