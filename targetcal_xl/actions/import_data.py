"""Taking in daily results, history or readings from a file, an address or a database: all, or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources.abc import Traversable

import numpy as np

from ..calibration import Floats, History, Inputs, Key, Plan, Readings, Value
from ..calibration.vocabulary import SourceKind
from ..connect import (
    Actuals,
    DataSource,
    is_due,
    open_source,
    read_actuals,
    read_drivers,
    read_history,
    source_meant,
)
from ..desk import (
    PARTS,
    PAST,
    READ,
    RESULTS,
    Desk,
    Imported,
    Stock,
    imported_results,
    imports,
    plan_of,
    shortest,
    take_stock,
)
from ..figures import Figures, plain
from ..language import listed, text
from ..ledger import Event, dump, reference
from ..outbox import secret
from ..problems import DataProblems, Found, Problem, Refused
from ..telling import DONE, QUIET, Part, Report, Sentence
from ..workbook import entered
from .watching import MissedReport

_VARIABLE = "TARGETCAL_SOURCE_SECRET"
"""Holds the password or token of a source; else the keyring has it."""
_KEYS: Mapping[SourceKind, Key] = {"actuals": RESULTS, "history": PAST, "drivers": READ}
"""What can be taken in, and where the ledger keeps what came of it."""


@dataclass(frozen=True)
class TakenIn:
    """What one source brought."""

    kind: SourceKind
    source: str
    rows: int
    added: int
    changed: int
    total: str
    """What all its values come to, as people read it; empty where they do not add up."""
    remembered: Mapping[str, str] = field(default_factory=dict)
    """Columns that are called there as in an import of before, though nobody said so now."""

    def tell(self, language: str) -> Iterator[Part]:
        """How much came, and what is done with it next."""
        counts = {name: plain(getattr(self, name), language) for name in ("rows", "added", "changed")}
        mark = DONE if self.added or self.changed else QUIET
        total = text("telling.import.total", language, total=self.total) if self.total else ""
        said = text("telling.import.taken", language, source=self.source, total=total, **counts)
        yield Sentence(said, mark)
        if self.remembered:
            called = listed([f"{column}={title}" for column, title in self.remembered.items()], language)
            yield Sentence(text("telling.import.remembered", language, called=called), indented=True)
        yield Sentence(text(f"telling.import.next_{self.kind}", language), indented=True)


@dataclass(frozen=True)
class ImportReport(Report):
    """What an import brought, by source."""

    taken: tuple[TakenIn, ...]
    waiting: int = 0
    """Sources of the plan that are not due yet."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        if self.waiting:
            yield Sentence(text("telling.import.waiting", language, count=self.waiting), QUIET)
        for one in self.taken:
            yield from one.tell(language)


@dataclass(frozen=True)
class ImportWish:
    """What is to be taken in: a source of one kind; where none is named, what the plan says is due.

    A plan that states no sources has that of each kind taken in again which was the last.
    """

    actuals: str = ""
    history: str = ""
    drivers: str = ""
    query: str = ""
    called: Sequence[str] = ()
    """Columns that are called otherwise there: `value=amount`."""

    @property
    def kinds(self) -> dict[SourceKind, str]:
        """The kinds for which a source was named."""
        return {kind: said for kind in _KEYS if (said := getattr(self, kind))}


@dataclass(frozen=True)
class _News:
    """What a source says, before anything of it is recorded."""

    kind: SourceKind
    record: Imported
    entered: Mapping[Key, Value] = field(default_factory=dict)
    remembered: Mapping[str, str] = field(default_factory=dict)


def import_data(desk: Desk, wish: ImportWish) -> ImportReport:
    """Take in what is wished; of the same line and day, period or reading, the later import holds.

    Raise Refused for no source and for several, and where one cannot be reached; DataProblems with
    everything that is wrong with what they say. Nothing is taken in then.
    """
    stock = take_stock(desk)
    wanted = _wanted(stock, wish)
    news = [*_all_news(_Known(stock), wanted)]
    events, documents = list[Event](), list[bytes]()
    last = {key: stock.standing.values.get(key) for key in _KEYS.values()}
    for one in news:
        key, content = _KEYS[one.kind], dump(one.record)
        if last[key] != (new := reference(content)):
            events.append(Event("import", *key, last[key], new))
            documents.append(content)
            last[key] = new
    if events:
        stock.settle(events, documents, {key: value for one in news for key, value in one.entered.items()})
    waiting = 0 if wish.kinds else max(len(stock.plan.sources) - len(wanted), 0)
    return ImportReport(tuple(_told(stock, one) for one in news), waiting)


def take_in_due(desk: Desk, told: Callable[[Report], None]) -> None:
    """Take in what the plan says is due, telling what came of it; what fails is told, and due again."""
    if plan_of(desk).sources:
        try:
            report = import_data(desk, ImportWish())
        except (Refused, DataProblems) as problems:
            told(MissedReport(problems.problems))
        else:
            if report.taken:
                told(report)


def _told(stock: Stock, news: _News) -> TakenIn:
    record, metric = news.record, stock.plan.metric
    adds_up = metric.adds_up and news.kind != "drivers"
    told = Figures(metric, stock.reading.places.language)
    name = DataSource(record.source).name
    total = told.total(record.total) if adds_up else ""
    return TakenIn(news.kind, name, record.rows, record.added, record.changed, total, news.remembered)


@dataclass(frozen=True)
class _Wanted:
    """A kind, where it comes from, how columns are called there, and how they were called before."""

    kind: SourceKind
    source: DataSource
    called: Mapping[str, str]
    remembered: Mapping[str, str] = field(default_factory=dict)


def _wanted(stock: Stock, wish: ImportWish) -> list[_Wanted]:
    """What is to be taken in; raise Refused where that is nothing, or too much at once."""
    kinds = wish.kinds
    if len(kinds) > 1:
        raise Refused([Problem("import_what")])
    if kinds:
        ((kind, said),) = kinds.items()
        source, called = DataSource(said, wish.query), _called(wish.called)
        return [_Wanted(kind, source, called, _remembered(stock, kind, source, called))]
    if wish.query or wish.called:
        raise Refused([Problem("import_what")])
    if stock.plan.sources:
        return [*_due(stock)]
    if not (found := [*_again(stock)]):
        raise Refused([Problem("import_what")])
    return found


def _due(stock: Stock) -> Iterator[_Wanted]:
    """The sources that the plan states whose turn has come."""
    for stated in stock.plan.sources:
        source = source_meant(stated, stock.plan, stock.desk.path.parent)
        before = (one for one in imports(stock.desk.ledger, _KEYS[stated.kind]) if one.on)
        days = [one.on for one in before if DataSource(one.source, one.query) == source]
        last = dt.date.fromisoformat(max(days)) if days else None
        if is_due(stated.when, last, _today(stock)):
            yield _Wanted(stated.kind, source, _called(stated.map))


def _today(stock: Stock) -> dt.date:
    return stock.desk.clock().astimezone().date()


def _again(stock: Stock) -> Iterator[_Wanted]:
    """Where each kind came from last."""
    for kind, key in _KEYS.items():
        for last in list(imports(stock.desk.ledger, key))[-1:]:
            yield _Wanted(kind, DataSource(last.source, last.query), last.called)


def _remembered(
    stock: Stock, kind: SourceKind, source: DataSource, called: Mapping[str, str]
) -> Mapping[str, str]:
    """How the other columns were called in the last import from there, else in the last of its kind."""
    found = [one for one in imports(stock.desk.ledger, _KEYS[kind]) if one.called]
    same = [one for one in found if DataSource(one.source, one.query) == source]
    last = (same or found)[-1:]
    return {column: title for one in last for column, title in one.called.items() if column not in called}


def _called(said: Sequence[str]) -> dict[str, str]:
    """How columns are called; raise Refused for what does not say it."""
    pairs = [one.partition("=") for one in said]
    if odd := [one for one, (column, _, title) in zip(said, pairs, strict=True) if not (column and title)]:
        raise Refused([Problem("import_called", fields={"value": odd[0]})])
    return {column.strip(): title.strip() for column, _, title in pairs}


class _Known:
    """What is known by now: to ledger and book, and from the sources that were read before."""

    def __init__(self, stock: Stock) -> None:
        self.stock = stock
        self._entered: dict[Key, Value] = {}

    @cached_property
    def results(self) -> Floats:
        """All that is known of each line and day, (4, n, D), NaN where nothing is."""
        plan = self.stock.plan
        return _grids(imported_results(self.stock.desk.ledger, plan), plan)

    def typed(self, key: Key) -> Value:
        """What stands in a cell of finance's."""
        return self._entered[key] if key in self._entered else self.stock.typed(key)

    def enter(self, cells: Mapping[Key, Value]) -> None:
        """Cells are to say something else."""
        self._entered |= cells


def _all_news(known: _Known, wanted: Sequence[_Wanted]) -> Iterator[_News]:
    """What all sources say; raise DataProblems with what is wrong with any of them."""
    problems = Found()
    for place, one in enumerate(wanted):
        try:
            yield _news(known, one, (place, len(wanted)))
        except DataProblems as found:
            for problem in found.problems:
                problems.add(problem)
    if problems:
        raise DataProblems([*problems])


def _news(known: _Known, wanted: _Wanted, turn: tuple[int, int]) -> _News:
    """What a source says; a remembered title that it does not have is no longer looked for.

    Of `turn`, its place among so many sources, it is told how far all of them have come.
    """
    (place, every), stock = turn, known.stock
    stock.desk.progress("import", 2 * place, 2 * every)
    content, remembered = open_source(wanted.source, lambda name: secret(_VARIABLE, name)), wanted.remembered
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


def _read_as(known: _Known, wanted: _Wanted, content: Traversable, called: Mapping[str, str]) -> _News:
    """What a source says whose columns are called so."""
    kind, source, stock = wanted.kind, wanted.source, known.stock
    inputs = stock.standing.inputs
    empty = Imported(source.said, source.query, called, 0, 0, 0, 0.0, on=_today(stock).isoformat())
    if kind == "actuals":
        return _News(kind, _results(empty, read_actuals(content, stock.plan, called), known))
    if kind == "history":
        cells = _past(inputs, read_history(content, stock.plan, called, is_whole=False), source.name)
    else:
        cells = _read(inputs, read_drivers(content, stock.plan, 0, called))
    return _typed(known, kind, empty, cells)


def _results(empty: Imported, found: Actuals, known: _Known) -> Imported:
    """What of daily results is new, or other than what was known of the same line and day."""
    now, before = _grids(found, known.stock.plan), known.results
    said, had = (np.isfinite(grid).any(axis=0) for grid in (now, before))
    same = ((now == before) | (np.isnan(now) & np.isnan(before))).all(axis=0)
    known.results = np.where(said, now, before)
    lines, days = np.nonzero(said & ~same)
    value, leads, capacity, volume = (shortest(part[lines, days]) for part in now)
    return replace(
        empty,
        rows=int(said.sum()),
        added=int((said & ~had).sum()),
        changed=int((said & had & ~same).sum()),
        total=float(np.nansum(found.value)),
        days=days.astype(np.float64),
        lines=lines.astype(np.float64),
        value=value,
        leads=leads,
        capacity=capacity,
        volume=volume,
    )


def _grids(results: Actuals | None, plan: Plan) -> Floats:
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
