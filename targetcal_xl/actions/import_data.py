"""Taking in daily results, history or readings from a file, an address or a database: all, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources.abc import Traversable

import numpy as np

from ..calibration import Floats, History, Inputs, Key, Plan, Readings, Value
from ..calibration.vocabulary import SourceKind
from ..connect import Actuals, DataSource, open_source, read_actuals, read_drivers, read_history
from ..desk import PARTS, Desk, Imported, Stock, imported_results, plan_of, shortest, take_stock
from ..figures import Figures
from ..ledger import Event, dump, reference
from ..problems import DataProblems, Found, Problem, Refused
from ..telling import Report
from ..workbook import entered
from .import_told import ImportReport, SourceMissed, TakenIn
from .import_wanted import KEPT_AS, ImportWish, SourceWanted, source_secret, sources_wanted, stated_now
from .watching import MissedReport


@dataclass(frozen=True)
class _News:
    """What a source says, before anything of it is recorded."""

    kind: SourceKind
    record: Imported
    entered: Mapping[Key, Value] = field(default_factory=dict)
    remembered: Mapping[str, str] = field(default_factory=dict)


def import_data(desk: Desk, wish: ImportWish) -> ImportReport:
    """Take in what is wished; of the same line and day, period or reading, the later import holds.

    Each source is taken in wholly or not at all. Raise Refused where several are named or none is known,
    and where the one that is named cannot be reached; DataProblems with everything that is wrong with what
    it says. Of those that the plan states, and of those of before, one that fails holds up no other: it is
    reported as missed, and due again.
    """
    stock = take_stock(desk)
    wanted, missed = sources_wanted(stock, wish), list[SourceMissed]()
    news = [*_all_news(_Known(stock), wanted, None if wish.kinds else missed)]
    if worth := _worth_recording(stock, news):
        entered = {key: value for one in worth for key, value in one.entered.items()}
        stock.settle(*_recorded(stock, worth), entered)
    waiting = 0 if wish.kinds else max(len(stated_now(stock.plan)) - len(news) - len(missed), 0)
    return ImportReport(tuple(_told(stock, one) for one in news), waiting, tuple(missed))


def _worth_recording(stock: Stock, news: Sequence[_News]) -> list[_News]:
    """The news of each kind, unless its last imports said the same word for word, and its cells do."""
    same = set[SourceKind]()
    for kind, key in KEPT_AS.items():
        found = [one for one in news if one.kind == kind]
        entered = {key: value for one in found for key, value in one.entered.items()}
        entries = stock.desk.ledger.entries(action="import", field=key[2])
        last = [entry.new for entry in entries][-len(found) :]
        is_typed = all(stock.typed(cell) == value for cell, value in entered.items())
        if is_typed and last == [reference(dump(one.record)) for one in found]:
            same.add(kind)
    return [one for one in news if one.kind not in same]


def _recorded(stock: Stock, news: Sequence[_News]) -> tuple[list[Event], list[bytes]]:
    """An entry for each source, with its document."""
    events, documents = list[Event](), [dump(one.record) for one in news]
    last = {key: stock.standing.values.get(key) for key in KEPT_AS.values()}
    for one, content in zip(news, documents, strict=True):
        key = KEPT_AS[one.kind]
        events.append(Event("import", *key, last[key], reference(content)))
        last[key] = reference(content)
    return events, documents


def take_in_due(desk: Desk, told: Callable[[Report], None]) -> None:
    """Take in what the plan says is due, telling what came of it; what fails is told, and due again."""
    if stated_now(plan_of(desk)):
        try:
            report = import_data(desk, ImportWish())
        except (Refused, DataProblems) as problems:
            told(MissedReport(problems.problems))
        else:
            if report.taken or report.missed:
                told(report)


def _told(stock: Stock, news: _News) -> TakenIn:
    record, metric = news.record, stock.plan.metric
    adds_up = metric.adds_up and news.kind != "drivers"
    told = Figures(metric, stock.reading.places.language)
    name = DataSource(record.source).name
    total = told.total(record.total) if adds_up else ""
    return TakenIn(news.kind, name, record.rows, record.added, record.changed, total, news.remembered)


class _Known:
    """What is known by now: to ledger and book, and from the sources that were read before."""

    def __init__(self, stock: Stock) -> None:
        self.stock = stock
        self._entered: dict[Key, Value] = {}

    @cached_property
    def results(self) -> Floats:
        """All that is known of each line and day, (4, n, D), NaN where nothing is."""
        plan = self.stock.plan
        return results_grids(imported_results(self.stock.desk.ledger, plan), plan)

    def news(self, empty: Imported, found: Actuals) -> Imported:
        """What of daily results is news; from then on it is known."""
        plan, before = self.stock.plan, self.results
        now = results_grids(found, plan)
        self.results = np.where(np.isfinite(now).any(axis=0), now, before)
        return results_news(empty, found.value, now, before)

    def typed(self, key: Key) -> Value:
        """What stands in a cell of finance's."""
        return self._entered[key] if key in self._entered else self.stock.typed(key)

    def enter(self, cells: Mapping[Key, Value]) -> None:
        """Cells are to say something else."""
        self._entered |= cells


def _all_news(
    known: _Known, wanted: Sequence[SourceWanted], missed: list[SourceMissed] | None
) -> Iterator[_News]:
    """What the sources say; one that fails is noted as missed, or raised where nothing is to be missed."""
    came = set[DataSource]()
    for place, one in enumerate(wanted):
        if one.only_after and not one.only_after & came:
            continue
        try:
            yield _news(known, one, (place, len(wanted)))
        except (Refused, DataProblems) as found:
            if missed is None:
                raise
            missed.append(SourceMissed(one.source.name, found.problems))
        else:
            came.add(one.source)


def _news(known: _Known, wanted: SourceWanted, turn: tuple[int, int]) -> _News:
    """What a source says; a remembered title that it does not have is no longer looked for.

    Of `turn`, its place among so many sources, it is told how far all of them have come.
    """
    (place, every), stock = turn, known.stock
    stock.desk.progress("import", 2 * place, 2 * every)
    content, remembered = open_source(wanted.source, source_secret), wanted.remembered
    stock.desk.progress("import", 2 * place + 1, 2 * every)
    while True:
        try:
            news = _read_as(known, wanted, content, {**remembered, **wanted.called})
            stock.desk.progress("import", 2 * place + 2, 2 * every)
            return replace(news, remembered=remembered)
        except DataProblems as found:
            missing = _missing(found.problems)
            if not missing & remembered.keys():
                raise
            remembered = {name: title for name, title in remembered.items() if name not in missing}


def _missing(problems: Sequence[Problem]) -> set[str]:
    """The columns that a source was found not to have."""
    named = (one.fields["missing"] for one in problems if one.code == "csv_missing_column")
    return {str(name) for names in named if isinstance(names, list) for name in names}


def _read_as(known: _Known, wanted: SourceWanted, content: Traversable, called: Mapping[str, str]) -> _News:
    """What a source says whose columns are called so."""
    kind, source, stock = wanted.kind, wanted.source, known.stock
    inputs = stock.standing.inputs
    empty = Imported(
        source.said, source.query, called, 0, 0, 0, 0.0, on=stock.desk.clock().astimezone().date().isoformat()
    )
    if kind == "actuals":
        return _News(kind, known.news(empty, read_actuals(content, stock.plan, called)))
    if kind == "history":
        cells = _past(inputs, read_history(content, stock.plan, called, is_whole=False), source.name)
    else:
        cells = _read(inputs, read_drivers(content, stock.plan, 0, called))
    return _typed(known, kind, empty, cells)


def results_news(empty: Imported, value: Floats, now: Floats, before: Floats) -> Imported:
    """What of daily results is new, or other than what was known `before` of the same line and day.

    `now` and `before` are (4, n, D), results first; the total is that of all that is said now.
    """
    said, had = (np.isfinite(grid).any(axis=0) for grid in (now, before))
    same = ((now == before) | (np.isnan(now) & np.isnan(before))).all(axis=0)
    lines, days = np.nonzero(said & ~same)
    value, leads, capacity, volume = (shortest(part[lines, days]) for part in now)
    return replace(
        empty,
        rows=int(said.sum()),
        added=int((said & ~had).sum()),
        changed=int((said & had & ~same).sum()),
        total=float(np.nansum(now[0])),
        days=days.astype(np.float64),
        lines=lines.astype(np.float64),
        value=value,
        leads=leads,
        capacity=capacity,
        volume=volume,
    )


def results_grids(results: Actuals | None, plan: Plan) -> Floats:
    """What results say of each line and day, (4, n, D), NaN where they say nothing."""
    whole = np.full((len(PARTS), len(plan.lines), len(plan.period.days)), np.nan)
    if results is not None:
        for place, name in enumerate(PARTS):
            part = getattr(results, name)
            if part is not None:
                whole[place, :, : part.shape[1]] = part
    return whole


def _past(inputs: Inputs, found: History, name: str) -> dict[Key, Value]:
    """The cells of a history; raise DataProblems for what the book has no cell for."""
    known, problems = set(inputs.history.periods), Found()
    for period, values in zip(found.periods, found.values.T, strict=True):
        if period not in known and np.isfinite(values).any():
            problems.add(Problem("import_period", name, {"value": str(period)}))
    for row, column in np.argwhere(found.one_off != 0).tolist():
        fields = {"line": inputs.plan.lines[row].name, "period": str(found.periods[column])}
        problems.add(Problem("import_one_off", name, fields))
    if problems:
        raise DataProblems([*problems])
    return {
        (line.region, line.code, f"history.{period}"): value
        for line, values in zip(inputs.plan.lines, found.values.tolist(), strict=True)
        for period, value in zip(found.periods, values, strict=True)
        if np.isfinite(value)
    }


def _read(inputs: Inputs, found: Readings) -> dict[Key, Value]:
    """The cells of readings that are known."""
    return {
        key: value for key, value in entered(replace(inputs, readings=found)).items() if "reading." in key[2]
    }


def _typed(known: _Known, kind: SourceKind, empty: Imported, cells: Mapping[Key, Value]) -> _News:
    """What becomes of finance's cells, as a person would type it: `recalibrate` takes it from there."""
    before = {key: known.typed(key) for key in cells}
    news = {key: value for key, value in cells.items() if before[key] != value}
    known.enter(news)
    added = sum(before[key] is None for key in news)
    total = float(sum(value for value in cells.values() if isinstance(value, int | float)))
    record = replace(empty, rows=len(cells), added=added, changed=len(news) - added, total=total)
    return _News(kind, record, news)
