"""Taking valid submissions in: recorded cell by cell, sealed, locked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..calibration import (
    DECLINED,
    JUSTIFICATION,
    Key,
    Line,
    Region,
    Value,
    deviation,
    in_words_only,
    is_support,
    settles,
)
from ..calibration.vocabulary import GRANT, ObjectionState, State
from ..desk import Desk, Stock, chosen_regions, handed_in, seal, take_stock
from ..figures import percent
from ..language import is_placeholder, text
from ..ledger import Event
from ..problems import DataProblems, Problem
from ..telling import DONE, OBJECTION, QUESTION, QUIET, WRONG, Part, Report, Sentence, tell_problems
from ..workbook import Owner, region_sheet
from .announce import NOBODY, Announced, announced, announcement
from .check import agrees, counter_of, examine, is_submitted, offered, tampering, unsettled
from .comment import sound_remarks
from .decisions import DECISION_FIELDS
from .objections import objection_events


@dataclass(frozen=True)
class LockReport(Report):
    """What was taken in and what was not."""

    locked: tuple[str, ...]
    already: tuple[str, ...]
    waiting: tuple[str, ...]
    """Regions whose head has not submitted yet."""
    refused: tuple[tuple[str, tuple[Problem, ...]], ...]
    """Submitted regions with problems."""
    objections: tuple[tuple[str, str, float], ...]
    """Region, line and deviation of each declaration that is now an open objection."""
    recorded: int
    """Cells whose change was recorded."""
    in_words_only: tuple[tuple[str, str], ...] = ()
    """Region and line of each support that was asked for in words and is listed as no item."""
    remarks: int = 0
    """Remarks of either side that were taken in from the tabs."""
    announced: Announced = NOBODY
    """Who was told of the objections, and who could not be yet."""

    @property
    def leaves_work(self) -> bool:
        """Whether a submitted region was refused."""
        return bool(self.refused)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for name in self.locked:
            yield Sentence(text("telling.lock.locked", language, region=name), DONE)
        for name in self.already:
            yield Sentence(text("telling.lock.already", language, region=name), QUIET)
        for name in self.waiting:
            yield Sentence(text("telling.lock.waiting", language, region=name), QUIET)
        for name, problems in self.refused:
            yield Sentence(text("telling.lock.refused", language, region=name), WRONG)
            yield from tell_problems(problems, language, indented=True)
        yield from tell_raised(self.objections, language)
        yield from self.announced.tell(language)
        for region, line in self.in_words_only:
            yield Sentence(text("telling.lock.in_words_only", language), QUESTION, f"{region} / {line}")
        if self.remarks:
            yield Sentence(text("telling.lock.remarks", language, count=self.remarks), DONE)
        yield Sentence(text("telling.lock.recorded", language, cells=self.recorded))


def tell_raised(objections: Sequence[tuple[str, str, float]], language: str) -> Iterator[Part]:
    """Each objection that was opened: region, line, and how much worse it is."""
    for region, line, off in objections:
        facts = {"region": region, "line": line, "off": percent(-off, language)}
        yield Sentence(text("telling.lock.objection", language, **facts), OBJECTION)


def lock(desk: Desk, regions: Sequence[str] = ()) -> LockReport:
    """Lock every submitted region without problems; one region's problems do not hold up another's.

    Raise DataProblems where settings were changed that stay, or finance's cells hold what was never taken
    in: suggestions and thresholds would be others than those that the book shows.
    """
    stock = take_stock(desk)
    if problems := unsettled(stock):
        raise DataProblems(problems)
    chosen = chosen_regions(stock.plan, regions)
    faults = tampering(stock, {region_sheet(region.code) for region in chosen})
    locked: list[Region] = []
    refused: list[tuple[str, tuple[Problem, ...]]] = []
    for done, region in enumerate(chosen, 1):
        desk.progress("lock", done, len(chosen))
        if not stock.table(region).is_open or not is_submitted(stock, region):
            continue
        if found := examine(stock, region, faults):
            refused.append((region.name, found))
        else:
            locked.append(region)
    events = [event for region in locked for event in submission(stock, region)]
    news = announcement(stock, events)
    written, _ = sound_remarks(stock, chosen)
    if events or written:
        stock.settle([*events, *written, *news.events], news.documents)
    return LockReport(
        locked=tuple(region.name for region in locked),
        already=tuple(region.name for region in chosen if not stock.table(region).is_open),
        waiting=tuple(region.name for region in chosen if _is_waiting(stock, region)),
        refused=tuple(refused),
        objections=tuple(raised(stock, events)),
        recorded=sum(event.row is not None and not event.field.startswith(OWN_FIELDS) for event in events),
        in_words_only=tuple(in_words_only_now(stock, locked)),
        remarks=len(written),
        announced=announced(desk, news),
    )


OWN_FIELDS = ("objection", "agreed", "round", "granted", DECLINED, *DECISION_FIELDS)
"""Fields of a line or a support item that a lock sets by itself."""


def _is_waiting(stock: Stock, region: Region) -> bool:
    return stock.table(region).is_open and not is_submitted(stock, region)


def submission(stock: Stock, region: Region, typed: str = "") -> list[Event]:
    """Everything that locking a region means; `typed` is who typed its words, where that can be known."""
    values = _said(stock, region)
    lines = [event for line in _declared_lines(stock, region) for event in _line_events(stock, line)]
    settled = {event.row for event in lines if event.field == "agreed"}
    side = stock.table(region)
    agreed = all(side.is_agreed(line.code) or line.code in settled for line in side.lines)
    own: dict[str, Value] = {
        "round": side.round,
        "seal": seal(values),
        "state": State.DECIDED if agreed else State.LOCKED,
    }
    return [
        *_changed_cells(stock, region, values, typed),
        *lines,
        *_asked_anew(stock, region, values),
        *(
            Event("lock", region.code, None, field, side.own(field), new)
            for field, new in own.items()
            if side.own(field) != new
        ),
    ]


def _said(stock: Stock, region: Region) -> dict[Key, Value]:
    """What the region says in every cell; where it agrees to a counter, that is what it declares."""
    values = {cell.key: cell.value for cell in stock.reading.of_region(region.code, Owner.MANAGER)}
    for line in stock.plan.lines_of(region.code):
        if agrees(stock, line):
            values[line.region, line.code, "declared"] = counter_of(stock, line)
    return values


def _changed_cells(stock: Stock, region: Region, values: Mapping[Key, Value], typed: str) -> list[Event]:
    """One event for every cell that says something new, with who submitted and who typed it."""
    known = stock.standing.values
    submitter = str(stock.typed((region.code, None, "submitter")) or "")
    reason = handed_in(submitter, typed, stock.reading.places.language)
    return [
        Event("lock", *key, known.get(key), value, reason)
        for key, value in values.items()
        if known.get(key) != value
    ]


def _asked_anew(stock: Stock, region: Region, values: Mapping[Key, Value]) -> Iterator[Event]:
    """What was granted or declined of a support that is another one now has to be decided anew."""
    known = stock.standing.values
    changed = {
        (key[1], GRANT if is_support(key[2]) else (DECLINED,))
        for key, value in values.items()
        if key[1] is not None and (is_support(key[2]) or key[2] == "support") and known.get(key) != value
    }
    for row, fields in sorted(changed):
        for field in fields:
            if (old := known.get((region.code, row, field))) is not None:
                yield Event("lock", region.code, row, field, old, None)


def _declared_lines(stock: Stock, region: Region) -> Iterator[Line]:
    """The lines that this round is about."""
    side = stock.table(region)
    return (line for line in side.lines if not side.is_agreed(line.code))


def _line_events(stock: Stock, line: Line) -> Iterator[Event]:
    """What a declaration starts: a round, an objection, an agreement, or the wait for a fresh decision."""
    side = stock.table(stock.plan.region(line.region))
    declared = float(offered(stock, line) or 0)
    if side.round != (before := side.number(line.code, "round")):
        yield Event("lock", line.region, line.code, "round", before, side.round)
    words = {code: stock.typed((line.region, line.code, code)) for code in JUSTIFICATION}
    yield from objection_events("lock", stock.standing, line, declared, words)
    if settles(declared, side.number(line.code, "counter"), stock.plan.metric.direction):
        yield Event("lock", line.region, line.code, "agreed", None, declared)
        return
    for field in DECISION_FIELDS:
        if (old := side.of(line.code, field)) is not None:
            yield Event("lock", line.region, line.code, field, old, None)


def in_words_only_now(stock: Stock, regions: Sequence[Region]) -> Iterator[tuple[str, str]]:
    """Supports that no item lists, by what these regions have said now."""
    said = dict(stock.standing.values)
    for region in regions:
        said |= _said(stock, region)
    now = replace(stock.standing, values=said)
    for region in regions:
        for line, _, declined in in_words_only(now, region.code, is_placeholder):
            if not declined:
                yield region.name, line.name


def raised(stock: Stock, events: Sequence[Event]) -> Iterator[tuple[str, str, float]]:
    """Region, line and deviation of each objection that these events open."""
    lines = {line.code: line for line in stock.plan.lines}
    for event in events:
        if event.field == "objection" and event.new == ObjectionState.OPEN:
            line = lines[str(event.row)]
            suggested = stock.standing.suggested(line.code)
            share = deviation(float(offered(stock, line) or 0), suggested, stock.plan.metric)
            yield stock.plan.region(line.region).name, line.name, float(share)
