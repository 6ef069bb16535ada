"""Recalibrating: what finance changed in the book becomes new suggestions, and there is a way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..calibration import (
    Baseline,
    Key,
    Metric,
    Plan,
    Standing,
    Value,
    allows,
    same_value,
)
from ..desk import (
    LEARNING,
    NUMBER,
    RESTORED,
    Asked,
    Desk,
    Learning,
    ShortOfPeople,
    Stock,
    WeightChange,
    asked,
    chosen,
    finance_cells,
    held,
    last_number,
    learn,
    not_taken_in,
    recorded,
    recorded_learning,
    short_of_people,
    skipped,
    standing_after,
    take_stock,
    tell_open,
    tell_short,
    weight_changes,
    weight_values,
    where,
)
from ..figures import Figures, percent, spell
from ..language import is_placeholder, text
from ..ledger import Event, dump, groundwork, reference
from ..problems import DataProblems, Problem, Refused
from ..telling import QUESTION, Part, Report, Sentence, table
from ..workbook import revised
from .announce import NOBODY, Announced, Announcement, announced, announcement
from .check import fixed_changed, unkept
from .lock import raised, tell_raised
from .new import suggestions
from .objections import objection_events

_WEIGHTS = ("driver", "expert", "before", "after", "standard_error", "expert_share")
"""Columns of what was learned."""
_FADED = 0.25
"""A weight of less than this share of the experts' is explained."""


@dataclass(frozen=True)
class Change:
    """An input that has another value now."""

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
class RecalibrateReport(Report):
    """What changed and what that changed."""

    changes: tuple[Change, ...]
    lines: tuple[LineChange, ...]
    suggested_total: float
    weights: tuple[WeightChange, ...]
    """Every driver's weight, when the closed periods had something to say of them."""
    questions: tuple[Asked, ...]
    metric: Metric
    held: tuple[str, ...] = ()
    """Regions and lines whose interval was cut off where their history no longer carries it."""
    skipped: tuple[str, ...] = ()
    """Past periods of which no line has a value."""
    short: tuple[ShortOfPeople, ...] = ()
    """Lines and regions whose planned people bring far less than is suggested."""
    objections: tuple[tuple[str, str, float], ...] = ()
    """Region, line and deviation of each locked declaration that is an objection now."""
    announced: Announced = NOBODY
    """Who was told of the objections, and who could not be yet."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield Sentence(text("telling.recalibrate.inputs", language, changes=len(self.changes)))
        moved, told = [one for one in self.lines if one.before != one.after], Figures(self.metric, language)
        if moved:
            rows = ((line.line, told.number(line.before), told.number(line.after)) for line in moved)
            yield table(("line", "before", "after"), rows, language)
        yield from tell_weights(self.weights, language)
        counts = {"moved": len(moved), "lines": len(self.lines), "total": told.total(self.suggested_total)}
        yield Sentence(text("telling.recalibrate.lines", language, **counts))
        yield from tell_raised(self.objections, language)
        yield from self.announced.tell(language)
        yield from tell_short(self.short, told)
        yield from tell_open(self.skipped, self.questions, self.held, language)


def tell_weights(weights: Sequence[WeightChange], language: str) -> Iterator[Part]:
    """Every driver's weight, and in words why one has come to next to nothing."""
    if weights:
        yield table(_WEIGHTS, (_weight_row(weight, language) for weight in weights), language)
    for one in weights:
        if said := faded(one, language):
            yield Sentence(said, QUESTION, one.driver)


def faded(weight: WeightChange, language: str) -> str:
    """Why a weight has come to next to nothing; nothing of one that has not."""
    if abs(weight.after) >= _FADED * abs(weight.expert):
        return ""
    said = {code: spell(getattr(weight, code), language, 2) for code in ("expert", "after", "error")}
    return text("telling.recalibrate.faded", language, **said)


def _weight_row(weight: WeightChange, language: str) -> tuple[str, ...]:
    numbers = (weight.expert, weight.before, weight.after, weight.error)
    told = (spell(number, language, 2) for number in numbers)
    return weight.driver, *told, percent(weight.expert_share, language)


def recalibrate(desk: Desk, reason: str = "") -> RecalibrateReport:
    """Read finance's cells, relearn weights, renew suggestions and split, and record all with its reason.

    Raise DataProblems with every fault of what is typed, and where limits leave no way to split the target.
    """
    stock = take_stock(desk)
    typed = taken_from(stock)
    after, learning = supposed(stock, typed)
    report = settled(stock, typed, after, reason, [dump(learning)])
    return replace(report, weights=weight_changes(learning, after.inputs.plan))


def taken_from(stock: Stock) -> dict[Key, Value]:
    """What finance's cells hold; raise DataProblems with every cell that cannot be kept."""
    cells = finance_cells(stock)
    if problems := [*fixed_changed(stock), *unkept(stock, cells)]:
        raise DataProblems(problems)
    return {cell.key: cell.value for cell in cells if cell.value is not None}


def supposed(stock: Stock, cells: Mapping[Key, Value]) -> tuple[Standing, Learning]:
    """Where the plan would stand if finance's cells held this, and what was learned of the weights.

    Raise DataProblems with every fault of the cells, and where limits leave no way to split the target.
    """
    inputs, faults = revised(stock.standing.inputs, cells)
    if faults:
        places = {cell.key: where(stock, cell) for cell in finance_cells(stock)}
        raise DataProblems(
            [
                Problem(fault.code, places.get(fault.key, ""), {"found": cells.get(fault.key, "")})
                for fault in faults
            ]
        )
    learning = learn(inputs, stock.standing, recorded_learning(stock.desk.ledger, stock.standing))
    baseline, allotment, shared = suggestions(inputs, chosen(learning, inputs.plan))
    return Standing(inputs, baseline, allotment, weight_values(learning, inputs.plan), shared), learning


def go_back(desk: Desk, number: int, reason: str) -> RecalibrateReport:
    """Restore inputs, weights and suggestions as an earlier recalibration left them, 0 being the start.

    That is one more recalibration: nothing is taken out of the ledger. Raise Refused without a reason
    or for a number there is not, and DataProblems for cells that changed and were not taken in since.
    """
    if is_placeholder(reason):
        raise Refused([Problem("reason_missing")])
    stock = take_stock(desk)
    then = standing_after(desk.ledger, number)
    if problems := list(not_taken_in(stock)):
        raise DataProblems(problems)
    cells = recorded(then, [cell.key for cell in finance_cells(stock)])
    return settled(stock, cells, then, reason, restored=number)


def settled(
    stock: Stock,
    cells: Mapping[Key, Value],
    after: Standing,
    reason: str,
    more: Sequence[bytes] = (),
    restored: int | None = None,
) -> RecalibrateReport:
    """Record what changes when finance's cells hold this and the plan stands so, and show it in the book.

    `more` are documents that the values of the plan refer to.
    """
    before, places = stock.standing, {cell.key: where(stock, cell) for cell in finance_cells(stock)}
    known, plan = recorded(before, places), after.inputs.plan
    changed = {
        key: (known.get(key), cells.get(key))
        for key in places
        if not same_value(known.get(key), cells.get(key))
    }
    said = [Event("recalibrate", *key, old, new, reason) for key, (old, new) in changed.items()]
    entered = {key: cells.get(key) for key in places if not same_value(stock.typed(key), cells.get(key))}
    opened, news = _record(stock, said, after, reason, more, restored, entered)
    return RecalibrateReport(
        changes=tuple(Change(places[key], old, new) for key, (old, new) in changed.items()),
        lines=tuple(_lines(plan, before.baseline, after.baseline)),
        suggested_total=plan.metric.shown(plan.total_of(after.baseline.suggested)),
        weights=(),
        questions=asked(after.inputs, after.baseline),
        metric=plan.metric,
        held=held(after.inputs, after.baseline),
        skipped=skipped(after.inputs),
        short=short_of_people(after.inputs, after.baseline),
        objections=opened,
        announced=announced(stock.desk, news),
    )


def _record(
    stock: Stock,
    said: Sequence[Event],
    after: Standing,
    reason: str,
    more: Sequence[bytes],
    restored: int | None,
    entered: Mapping[Key, Value],
) -> tuple[tuple[tuple[str, str, float], ...], Announcement]:
    """What finance said and what came of it, as one recalibration; nothing where nothing changes.

    Give back the objections that it opens, and what is said of them.
    """
    before, ground = stock.standing, (after.inputs, after.baseline, after.allotment, after.shared)
    events, documents = groundwork("recalibrate", *ground, before=before.values, reason=reason)
    moved = _moved(before.inputs.plan, before.baseline, after.baseline, reason)
    objected = [*_reconsidered(before, after, reason)]
    events = [*said, *moved, *_reweighed(before, after, reason), *events, *objected]
    news = announcement(stock, objected)
    if events:
        named = {event.new for event in events}
        documents += [document for document in more if reference(document) in named]
        counted = _counted(before, reason, restored)
        stock.settle([*events, *counted, *news.events], [*documents, *news.documents], entered)
    elif entered:
        stock.settle([], entered=entered)
    now = replace(stock, standing=replace(after, values=before.values))
    return tuple(raised(now, objected)), news


def _moved(plan: Plan, before: Baseline, after: Baseline, reason: str) -> list[Event]:
    """One event for every suggestion that is another number now."""
    pairs = zip(plan.lines, before.suggested.tolist(), after.suggested.tolist(), strict=True)
    return [
        Event("recalibrate", line.region, line.code, "suggested", old, new, reason)
        for line, old, new in pairs
        if old != new
    ]


def _reconsidered(before: Standing, after: Standing, reason: str) -> Iterator[Event]:
    """What new suggestions or another threshold make of the objections to what is locked already."""
    for line in after.inputs.plan.lines:
        declared = before.value(line.region, line.code, "declared")
        if allows(before.stages[line.region], "grant") and isinstance(declared, int | float):
            now = replace(after, values=before.values)
            yield from objection_events("recalibrate", now, line, float(declared), reason=reason)


def _reweighed(before: Standing, after: Standing, reason: str) -> Iterator[Event]:
    """One event for every weight that is another now, and for what was learned of them."""
    for key in (*((None, driver.code, "driver.used") for driver in before.inputs.plan.drivers), LEARNING):
        old, new = before.values.get(key), after.values.get(key)
        if old != new:
            yield Event("recalibrate", *key, old, new, reason)


def _counted(before: Standing, reason: str, restored: int | None) -> Iterator[Event]:
    """What ends a recalibration: the one it went back to, and its own number."""
    if restored is not None:
        yield Event("recalibrate", *RESTORED, before.values.get(RESTORED), restored, reason)
    last = last_number(before)
    yield Event("recalibrate", *NUMBER, last or None, last + 1, reason)


def _lines(plan: Plan, before: Baseline, after: Baseline) -> Sequence[LineChange]:
    names = {region.code: region.name for region in plan.regions}
    pairs = zip(plan.lines, before.suggested.tolist(), after.suggested.tolist(), strict=True)
    return [LineChange(names[line.region], line.name, old, new) for line, old, new in pairs]
