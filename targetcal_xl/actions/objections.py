"""Declarations far below the suggestion: seen by the HR business partner, never suppressed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..calibration import (
    JUSTIFICATION,
    STANDING_OBJECTIONS,
    Key,
    Line,
    Metric,
    Standing,
    Value,
    as_number,
    deviation,
    is_objection,
    may_act,
    objection_change,
    objection_state,
)
from ..calibration.vocabulary import TALK_OUTCOMES, ObjectionState
from ..desk import Desk, Stock, find_line, find_region, look, take_stock, text_faults
from ..figures import Figures, percent
from ..language import is_placeholder, record, text
from ..ledger import Event, Ledger
from ..problems import DataProblems, Problem, Refused, Words
from ..telling import Part, Report, Sentence, word
from ..workbook import caption, meant
from .check import agrees, fault_of, is_submitted, offered

TALK_FIELDS = ("held", "present", "outcome")
"""What is recorded of a talk, as fields `objection.*` of the line."""


@dataclass(frozen=True)
class Talk:
    """What is recorded of the talk that answers an objection: its day, who took part, what it came to."""

    held: str
    present: str
    outcome: str

    def told(self, language: str) -> str:
        """The record in a sentence."""
        outcome = caption(self.outcome, language)
        return text(
            "telling.objections.talk", language, held=self.held, present=self.present, outcome=outcome
        )


@dataclass(frozen=True)
class ObjectionRow:
    """One objection: the numbers when it was raised, the region's grounds, and what became of it.

    Its state is `submitted` until it is locked, then `open`, `handled` or `lifted`; `lifted` is
    the later declaration that no longer objects.
    """

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
    lifted: float | None = None
    talk: Talk | None = None
    """The talk that answered it; none in ledgers from before it was recorded."""


@dataclass(frozen=True)
class ObjectionsReport(Report):
    """Every objection of the plan, in plan order."""

    objections: tuple[ObjectionRow, ...]
    metric: Metric

    @property
    def open(self) -> tuple[ObjectionRow, ...]:
        """Those that the HR business partner has not answered yet."""
        return tuple(
            item for item in self.objections if item.state in (ObjectionState.SUBMITTED, ObjectionState.OPEN)
        )

    @property
    def leaves_work(self) -> bool:
        """Whether somebody waits for an answer."""
        return bool(self.open)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        if not self.objections:
            yield Sentence(text("telling.objections.none", language))
        told = Figures(self.metric, language)
        for item in self.objections:
            state = text(f"telling.objections.{item.state}", language)
            yield Sentence(state, about=f"{item.region} / {item.line}")
            numbers = {"declared": told.number(item.declared), "suggested": told.number(item.suggested)}
            numbers |= {"off": percent(-item.deviation, language), "hrbp": item.hrbp}
            yield Sentence(text("telling.objections.numbers", language, **numbers), indented=True)
            if item.lifted is not None:
                later = {"lifted": told.number(item.lifted), "declared": numbers["declared"]}
                yield Sentence(text("telling.objections.later", language, **later), indented=True)
            if item.talk:
                yield Sentence(item.talk.told(language), indented=True)
            for code in ("basis", "support", "risk", "handling"):
                if said := getattr(item, code):
                    yield Sentence(f"{word(code, language)}{record(language).colon}{said}", indented=True)


def objections(desk: Desk) -> ObjectionsReport:
    """Who objects to what, why, and what came of it, from the moment a declaration is submitted."""
    stock, handling = look(desk), handled_by_line(desk.ledger)
    rows = (objection_row(stock, line, handling) for line in stock.plan.lines)
    return ObjectionsReport(tuple(row for row in rows if row), stock.plan.metric)


def handled_by_line(ledger: Ledger) -> dict[str, str]:
    """Line code -> what the HR business partner did about its objection."""
    entries = ledger.entries(action="objection", field="objection")
    return {str(entry.row): entry.reason for entry in entries}


def objection_events(
    action: str,
    standing: Standing,
    line: Line,
    declared: float,
    words: Mapping[str, Value] | None = None,
    reason: str = "",
) -> Iterator[Event]:
    """What a declaration that is locked does to a line's objection: it opens one, or lifts it.

    `words` are the grounds, by field, where they are not recorded yet.
    """
    suggested = standing.suggested(line.code)
    objects = _objects(standing, declared, suggested)
    before = standing.value(line.region, line.code, "objection")
    new: dict[str, Value] = {}
    if change := objection_change(before, objects):
        new["objection"] = change
    if change == ObjectionState.OPEN:
        said = words or {code: standing.value(line.region, line.code, code) for code in JUSTIFICATION}
        new |= {f"objection.{code}": value for code, value in said.items()}
        new |= {"objection.declared": declared, "objection.suggested": suggested}
    if before in STANDING_OBJECTIONS or change == ObjectionState.OPEN:
        new["objection.lifted"] = None if objects else declared
    for field, value in new.items():
        old = standing.value(line.region, line.code, field)
        if old != value:
            yield Event(action, line.region, line.code, field, old, value, reason)


def _objects(standing: Standing, declared: float, suggested: float) -> bool:
    plan = standing.inputs.plan
    share = deviation(declared, suggested, plan.metric)
    return bool(is_objection(share, plan.thresholds.objection))


def objection_row(stock: Stock, line: Line, handling: Mapping[str, str]) -> ObjectionRow | None:
    """A line's objection, None where there is none; `handling` is what was done about each, by line code."""
    plan, standing, state = stock.plan, stock.standing, state_of(stock, line)
    if state is None:
        return None
    is_new = state == ObjectionState.SUBMITTED
    known: Mapping[Key, Value] = stock.reading.values if is_new else standing.values
    declared, suggested = _numbers(stock, line, state)
    return ObjectionRow(
        region=plan.region(line.region).name,
        line=line.name,
        hrbp=plan.region(line.region).hrbp.name,
        declared=declared,
        suggested=suggested,
        deviation=float(deviation(declared, suggested, plan.metric)),
        **{code: _grounds(known, line, code) for code in JUSTIFICATION},
        state=state,
        handling=handling.get(line.code, ""),
        hours=_known_number(standing, line, "hours") or 0.0,
        lifted=_known_number(standing, line, "objection.lifted"),
        talk=_talk(standing, line) if state == ObjectionState.HANDLED else None,
    )


def _talk(standing: Standing, line: Line) -> Talk | None:
    said = [standing.value(line.region, line.code, f"objection.{field}") for field in TALK_FIELDS]
    return Talk(*map(str, said)) if None not in said else None


def state_of(stock: Stock, line: Line) -> str | None:
    """Where a line's objection is, by ledger and book; None where there is none."""
    region = stock.plan.region(line.region)
    declared = offered(stock, line)
    cell = stock.reading.typed.get((line.region, line.code, "declared"))
    submitted = (
        stock.table(region).is_open
        and is_submitted(stock, region)
        and isinstance(declared, int | float)
        and (agrees(stock, line) or cell is None or not fault_of(stock, line, cell))
        and _objects(stock.standing, float(declared), stock.standing.suggested(line.code))
    )
    return objection_state(stock.standing.value(line.region, line.code, "objection"), submitted)


def _numbers(stock: Stock, line: Line, state: str) -> tuple[float, float]:
    """What was declared when the objection was raised, and what was suggested then."""
    standing = stock.standing
    if state == ObjectionState.SUBMITTED:
        return float(offered(stock, line) or 0), standing.suggested(line.code)
    fields = (f"objection.{code}" for code in ("declared", "suggested"))
    declared, suggested = (_known_number(standing, line, field) for field in fields)
    return declared or 0.0, suggested or 0.0


def _known_number(standing: Standing, line: Line, field: str) -> float | None:
    return as_number(standing.value(line.region, line.code, field))


def _grounds(known: Mapping[Key, Value], line: Line, field: str) -> str:
    """The words with which an objection was raised; older ledgers have the line's last words only."""
    raised = known.get((line.region, line.code, f"objection.{field}"))
    return str(raised or known.get((line.region, line.code, field)) or "")


def handle_objection(
    desk: Desk,
    region: str,
    line: str,
    *,
    note: str,
    held: dt.date | None = None,
    present: str = "",
    outcome: str = "",
    hours: float = 0.0,
) -> None:
    """Record the talk with which the HR business partner answers an open objection.

    That is the day on which it was `held`, who was `present`, its `outcome` (a code, or our words for it in
    any language) and a note. Raise Refused
    where no objection is open, for anybody else, and where something is missing; DataProblems for a text
    that cannot be kept.
    """
    stock = take_stock(desk)
    found = find_region(stock.plan, region)
    row, outcome = find_line(stock.plan, found, line), str(meant(outcome, "choice") or "")
    state = state_of(stock, row)
    place = f"{found.name} / {row.name}"
    if state != ObjectionState.OPEN:
        raise Refused([Problem(f"objection_{state or 'none'}", place)])
    if code := may_act("answer", desk.actor, found, stock.table(found).submitter):
        raise Refused([Problem(code, place, {"actor": desk.actor, "hrbp": found.hrbp.name})])
    if missing := list(_lacking(stock, place, note, held, present, outcome)):
        raise Refused(missing)
    if problems := [*text_faults(place, note), *text_faults(place, present)]:
        raise DataProblems(problems)
    talk: dict[str, Value] = {"held": str(held), "present": present.strip(), "outcome": outcome}
    events = [
        Event("objection", found.code, row.code, "objection", state, ObjectionState.HANDLED, note),
        *_told(stock.standing, row, talk, note),
    ]
    if hours:
        events.append(Event("objection", found.code, row.code, "hours", None, hours, note))
    stock.settle(events)


def _lacking(
    stock: Stock, place: str, note: str, held: dt.date | None, present: str, outcome: str
) -> Iterator[Problem]:
    """What a record of a talk lacks, or what it cannot say."""
    today = stock.desk.clock().astimezone().date()
    if held is None or held > today:
        yield Problem("talk_held", place, {"found": held or "–", "today": today})
    if not present.strip():
        yield Problem("talk_present", place)
    if outcome not in TALK_OUTCOMES:
        known = [Words(f"workbook.choice.{one}") for one in TALK_OUTCOMES]
        yield Problem("talk_outcome", place, {"found": outcome or "–", "known": known})
    if is_placeholder(note):
        yield Problem("reason_missing", place)


def _told(standing: Standing, line: Line, talk: Mapping[str, Value], note: str) -> Iterator[Event]:
    for field, new in talk.items():
        old = standing.value(line.region, line.code, f"objection.{field}")
        if old != new:
            yield Event("objection", line.region, line.code, f"objection.{field}", old, new, note)
