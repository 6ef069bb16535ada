"""Starting a plan: suggestions, the split of the HQ target, and a workbook to negotiate in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..calibration import (
    Baseline,
    Floats,
    InfeasibleTotal,
    Inputs,
    Metric,
    allot,
    compute_baseline,
    gap_pct,
    relieved,
    shared_risk,
)
from ..connect import infeasible
from ..desk import (
    PLAIN,
    WITH_MACROS,
    Asked,
    Desk,
    ShortOfPeople,
    asked,
    composed_book,
    find_language,
    held,
    plan_faults,
    short_of_people,
    show_recorded,
    size_faults,
    skipped,
    tell_open,
    tell_short,
)
from ..figures import Figures
from ..language import text
from ..ledger import Event, groundwork
from ..ooxml import laid_beside, put_in_place
from ..problems import DataProblems, Problem, Refused
from ..telling import QUESTION, Part, Report, Sentence
from ..workdays import CalendarNote, calendar_note


@dataclass(frozen=True)
class Heritage:
    """What a plan takes along from one before: weights (drivers,) if any, and what is recorded of it."""

    weights: Floats | None
    events: tuple[Event, ...]
    documents: tuple[bytes, ...]


@dataclass(frozen=True)
class NewReport(Report):
    """What the workbook starts from."""

    regions: int
    lines: int
    periods: int
    hq_target: float
    suggested_total: float
    gap_pct: float | None
    """What HQ wants beyond the suggestions, in percent of their total."""
    questions: tuple[Asked, ...]
    metric: Metric
    calendar: CalendarNote
    held: tuple[str, ...] = ()
    """Regions and lines whose interval was cut off where their history no longer carries it."""
    skipped: tuple[str, ...] = ()
    """Past periods of which no line has a value."""
    short: tuple[ShortOfPeople, ...] = ()
    """Lines and regions whose planned people bring far less than is suggested."""
    taught_by: str = ""
    """The earlier plan whose days taught the rhythm of this one's."""
    taught_days: int = 0

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        counts = {"regions": self.regions, "lines": self.lines, "periods": self.periods}
        yield Sentence(text("telling.new.made", language, **counts))
        told = Figures(self.metric, language)
        totals = {"hq": told.total(self.hq_target), "suggested": told.total(self.suggested_total)}
        yield Sentence(text("telling.new.totals", language, **totals))
        if self.taught_by:
            facts = {"before": self.taught_by, "days": self.taught_days}
            yield Sentence(text("telling.new.taught", language, **facts))
        if said := self.calendar.sentence(language):
            yield Sentence(said, QUESTION)
        yield from tell_short(self.short, told)
        yield from tell_open(self.skipped, self.questions, self.held, language)


def new(desk: Desk, inputs: Inputs, language: str, heritage: Heritage | None = None) -> NewReport:
    """Compute the suggestions, begin the ledger and write the workbook; nothing is ever overwritten.

    Raise Refused where book or ledger are there already, for a name that is no workbook's and an unknown
    language; DataProblems for a plan that no workbook can hold or whose limits leave no way.
    """
    find_language(language)
    if desk.path.suffix.lower() not in (PLAIN, WITH_MACROS):
        raise Refused([Problem("book_suffix", str(desk.path))])
    if desk.path.exists():
        raise Refused([Problem("book_exists", str(desk.path))])
    if desk.ledger.last:
        raise Refused([Problem("ledger_exists", fields={"place": desk.ledger.place})])
    if problems := [*plan_faults(inputs.plan), *size_faults(inputs, language)]:
        raise DataProblems(problems)
    baseline, allotment, shared = suggestions(inputs, heritage.weights if heritage else None)
    events, documents = groundwork("new", inputs, baseline, allotment, shared)
    events.append(Event("new", None, None, "language", None, language))
    if heritage:
        events, documents = [*events, *heritage.events], [*documents, *heritage.documents]
    draft = desk.draft(events, documents)
    with laid_beside(desk.path, composed_book(desk, draft)) as book:
        draft.record()
        show_recorded(draft, desk.path, lambda: put_in_place(book, desk.path))
    suggested = inputs.plan.total_of(baseline.suggested)
    return NewReport(
        regions=len(inputs.plan.regions),
        lines=len(inputs.plan.lines),
        periods=len(inputs.history.periods),
        hq_target=inputs.plan.hq_target,
        suggested_total=inputs.plan.metric.shown(suggested),
        gap_pct=gap_pct(inputs.plan.hq_target, suggested),
        questions=asked(inputs, baseline),
        metric=inputs.plan.metric,
        calendar=calendar_note(inputs.plan),
        held=held(inputs, baseline),
        skipped=skipped(inputs),
        short=short_of_people(inputs, baseline),
    )


def suggestions(inputs: Inputs, weights: Floats | None = None) -> tuple[Baseline, Floats, float]:
    """The baseline, the HQ target split over its lines, and how much of their error is common to all.

    `weights` (drivers,) stand in for the experts'. Raise DataProblems where the limits leave no way to
    split the target.
    """
    baseline = relieved(inputs, compute_baseline(inputs, weights), weights)
    try:
        return baseline, allot(inputs.plan, baseline), shared_risk(inputs, baseline)
    except InfeasibleTotal as refused:
        raise DataProblems(infeasible(inputs.plan, refused)) from refused
