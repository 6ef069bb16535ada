"""A new plan whose days have the rhythm of past ones: an earlier plan's, or those of a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from ..calibration import Inputs, Plan, Rhythm
from ..connect import (
    DataSource,
    PastResults,
    open_source,
    past_days_rhythm,
    past_results,
    read_plan,
    source_meant,
)
from ..desk import (
    DAYS_PAST,
    PLAIN,
    WITH_MACROS,
    Desk,
    Imported,
    ledger_beside,
    recorded_progress,
    standing_of,
)
from ..language import listed
from ..ledger import Event, dump, open_ledger, reference
from ..problems import DataProblems, Problem, Refused
from .import_wanted import called_there, source_secret
from .new import Heritage, NewReport, new

TAUGHT = "plan.days"
"""The field that says whose days taught the rhythm: a plan's code, and its ledger's checkpoint then."""


@dataclass(frozen=True)
class DaysWish:
    """Whose days are to teach: the book of an earlier plan, or a source; else what the plan itself states."""

    said: str = ""
    query: str = ""
    called: Sequence[str] = ()
    """Columns that are called otherwise there: `value=amount`."""

    @property
    def book(self) -> Path | None:
        """The earlier plan's book, where one is meant: a workbook with a ledger beside it."""
        path = Path(self.said)
        is_book = path.suffix.lower() in (PLAIN, WITH_MACROS) and ledger_beside(path).exists()
        return path if is_book else None


def new_plan(desk: Desk, folder: Traversable, language: str, wish: DaysWish) -> NewReport:
    """Begin the plan of a folder as `new` does, with the rhythm that past days teach, where any are named.

    Raise DataProblems with every fault of the folder and of all sources of past days; Refused as `new_taught`
    does, and for a question or columns of no source.
    """
    if (wish.book or not wish.said) and (wish.query or wish.called):
        raise Refused([Problem("days_what")])
    if wish.book:
        return new_taught(desk, read_plan(folder), language, wish.book)
    asked = _DaysAsked(desk, wish)
    inputs = read_plan(folder, asked.rhythm)
    report = new(desk, inputs, language, asked.heritage)
    days = inputs.rhythm.days if inputs.rhythm and asked.records else 0
    return replace(report, taught_by=listed(asked.names, language), taught_days=days)


class _DaysAsked:
    """Sources that are asked for past days, and what came of it."""

    def __init__(self, desk: Desk, wish: DaysWish) -> None:
        self.records: list[Imported] = []
        self._desk, self._wish = desk, wish

    @property
    def names(self) -> list[str]:
        """What the sources are called that answered."""
        return [DataSource(one.source).name for one in self.records]

    @property
    def heritage(self) -> Heritage | None:
        """An entry for each source, with its document."""
        last, events, documents = None, list[Event](), [*map(dump, self.records)]
        for content in documents:
            events.append(Event("import", *DAYS_PAST, last, reference(content)))
            last = reference(content)
        return Heritage(None, tuple(events), tuple(documents)) if events else None

    def rhythm(self, plan: Plan) -> Rhythm | None:
        """What their days teach; None where there are none. Raise DataProblems with the faults of all."""
        wanted, problems, found = [*self._wanted(plan)], list[Problem](), list[PastResults]()
        for place, (source, called) in enumerate(wanted):
            self._desk.progress("import", place, len(wanted))
            try:
                found.append(past_results(open_source(source, source_secret), plan, called))
            except (Refused, DataProblems) as refused:
                problems += refused.problems
            else:
                self.records.append(self._record(source, called, found[-1]))
        self._desk.progress("import", len(wanted), len(wanted))
        if problems:
            raise DataProblems(problems)
        rhythm = past_days_rhythm(found, plan) if found else None
        if found and rhythm is None:
            raise DataProblems([Problem("days_teach_nothing", name) for name in self.names])
        return rhythm

    def _wanted(self, plan: Plan) -> Iterator[tuple[DataSource, Mapping[str, str]]]:
        if self._wish.said:
            yield DataSource(self._wish.said, self._wish.query), called_there(self._wish.called)
            return
        for one in plan.sources:
            if one.kind == "days":
                yield source_meant(one, plan, self._desk.path.parent), called_there(one.map)

    def _record(self, source: DataSource, called: Mapping[str, str], found: PastResults) -> Imported:
        rows, total = len(found.days), float(np.nansum(found.amounts))
        today = self._desk.clock().astimezone().date().isoformat()
        return Imported(source.said, source.query, called, rows, rows, 0, total, on=today)


def new_taught(desk: Desk, inputs: Inputs, language: str, book: Path) -> NewReport:
    """Begin a plan as `new` does, with the rhythm that the days of an earlier plan taught; that is only read.

    Raise Refused where the plan has past days of its own, and where the book's plan was not followed, does
    not lie before, or is of another metric or kind of period.
    """
    if inputs.rhythm is not None:
        raise Refused([Problem("days_twice", book.name)])
    with open_ledger(ledger_beside(book)) as ledger:
        standing = standing_of(ledger)
        before, followed = standing.inputs.plan, recorded_progress(ledger, standing)
        mark = ledger.checkpoint.mark
    plan = inputs.plan
    strange = before.metric.code != plan.metric.code or before.period.per_year != plan.period.per_year
    if strange or before.period.start >= plan.period.start:
        fields = {"metric": before.metric.name, "period": str(before.period)}
        raise Refused([Problem("days_of_other", book.name, fields)])
    if followed is None or followed.rhythm is None:
        raise Refused([Problem("days_not_learned", book.name)])
    event = Event("new", None, None, TAUGHT, None, f"{before.code} {mark}")
    report = new(desk, replace(inputs, rhythm=followed.rhythm), language, Heritage(None, (event,), ()))
    return replace(report, taught_by=before.code, taught_days=followed.rhythm.days)
