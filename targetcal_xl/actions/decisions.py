"""Decisions as somebody said or typed them, and everything that keeps one from counting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..calibration import Line, Region, Value, decision_faults, same_value
from ..calibration.vocabulary import DecisionKind
from ..desk import Side, Stock, formula_faults, said, text_faults, where
from ..language import is_meant, is_placeholder
from ..problems import Problem
from ..workbook import Typed
from .grants import grant_faults

DECISION_FIELDS = ("decision", "counter", "decision_reason")
"""What a superior says of a line."""
_FAULTY = {"decision_unknown": "decision", "reason_missing": "decision_reason"}
"""By fault: the field that it is mended in; all others are mended in the counter value."""


@dataclass(frozen=True)
class Decision:
    """`accept`, `counter` (with a value) or `return`, and why; `hours` is the time it took to talk."""

    line: Line
    kind: str
    counter: Value
    reason: str
    hours: float = 0.0
    in_tab: bool = False
    """Whether it is typed in the region's tab: then its faults have cells."""


def typed_decisions(stock: Stock, region: Region, hours: float = 0.0) -> list[Decision]:
    """The decisions in a region's tab that are not recorded yet; the first has the hours."""
    decisions = [
        Decision(line, str(kind), _typed(stock, line, "counter"), _reason(stock, line), in_tab=True)
        for line in awaiting(stock.table(region))
        if (kind := _typed(stock, line, "decision")) is not None
    ]
    decisions[:1] = [replace(first, hours=hours) for first in decisions[:1]]
    return decisions


def awaiting(side: Side) -> tuple[Line, ...]:
    """Lines of a locked region without a decision in this round."""
    if not side.allows("decide"):
        return ()
    return tuple(
        line for line in side.lines if not side.is_agreed(line.code) and not side.of(line.code, "decision")
    )


def tab_faults(stock: Stock, region: Region) -> Iterator[Problem]:
    """All that keeps what the superior has typed in a region's tab from counting, by cell."""
    if not stock.table(region).allows("grant"):
        return
    for decision in typed_decisions(stock, region):
        yield from decision_problems(stock, region, decision)
    yield from unchosen(stock, region)
    yield from grant_faults(stock, region)


def unchosen(stock: Stock, region: Region) -> Iterator[Problem]:
    """Counter values and reasons that the superior typed beside no decision."""
    for line in awaiting(stock.table(region)):
        if _typed(stock, line, "decision") is None:
            for field in ("counter", "decision_reason"):
                value = _typed(stock, line, field)
                if value is not None and not same_value(value, stock.standing.value(*at(line), field)):
                    place = where(stock, stock.reading.typed[(*at(line), field)])
                    yield Problem("decision_not_chosen", place, {"found": said(value)})


def decision_problems(stock: Stock, region: Region, decision: Decision) -> Iterator[Problem]:
    """Everything that keeps a decision from counting: of a typed one by cell, of another by its line."""
    line, side = decision.line, stock.table(region)
    if side.is_agreed(line.code) or side.of(line.code, "decision"):
        yield Problem("already_decided", _place(stock, region, decision, "decision"))
    if decision.in_tab and (formulas := list(formula_faults(stock, _cells(stock, line)))):
        yield from formulas
        return
    suggested, reason = stock.standing.suggested(line.code), decision.reason
    gives = {"is_reasoned": not is_placeholder(reason), "is_meant": is_meant(reason)}
    for code in decision_faults(decision.kind, decision.counter, stock.plan.metric, suggested, **gives):
        fields = {"found": decision.kind, "counter": decision.counter, "suggested": suggested}
        fields |= {"step": stock.plan.metric.step}
        place = _place(stock, region, decision, _FAULTY.get(code, "counter"))
        yield Problem(f"decision_{code}", place, fields)
    if _is_idle(side, decision):
        idle = {"counter": decision.counter}
        yield Problem("decision_counter_idle", _place(stock, region, decision, "counter"), idle)
    yield from text_faults(_place(stock, region, decision, "decision_reason"), reason)


def _is_idle(side: Side, decision: Decision) -> bool:
    """Whether a value comes with a decision that takes none, and is neither declared nor the last counter."""
    known = (side.of(decision.line.code, field) for field in ("declared", "counter"))
    takes_none = decision.kind in (DecisionKind.ACCEPT, DecisionKind.RETURN) and decision.counter is not None
    return takes_none and not any(same_value(decision.counter, value) for value in known)


def at(line: Line) -> tuple[str, str]:
    """A line's region and code, with which keys begin."""
    return line.region, line.code


def _typed(stock: Stock, line: Line, field: str) -> Value:
    return stock.typed((*at(line), field))


def _reason(stock: Stock, line: Line) -> str:
    return str(_typed(stock, line, "decision_reason") or "")


def _cells(stock: Stock, line: Line) -> Iterator[Typed]:
    """What the superior may have typed of a line."""
    return (
        cell for field in DECISION_FIELDS if (cell := stock.reading.typed.get((*at(line), field))) is not None
    )


def _place(stock: Stock, region: Region, decision: Decision, field: str) -> str:
    """Where a fault is mended: in a cell of the tab, or in what was said of the line."""
    cell = stock.reading.typed.get((*at(decision.line), field)) if decision.in_tab else None
    return where(stock, cell) if cell else f"{region.name} / {decision.line.name}"
