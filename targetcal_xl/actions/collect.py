"""Taking in what came back: packs, pages' answers, copies of the book, and the book's own tabs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from ..calibration import Key, Region, Value, same_value
from ..desk import (
    COMMENT,
    FILE,
    FOLDER,
    TEXT,
    Answered,
    Desk,
    Stock,
    chosen_regions,
    keep_attached,
    read_by_hands,
    remark_events,
    said,
    take_stock,
    typed_faults,
    typed_remarks,
    where,
)
from ..exchange import ReturnedFile, merge
from ..language import listed
from ..ledger import Cosigned, Entry, Event, cosign, dump, reference, values_digest
from ..problems import DataProblems, Problem, Refused
from ..workbook import Owner, Reading, Typed, region_sheet
from .announce import announced, announcement
from .answer_files import answer_files
from .answers import AnswerReader, Version, tab_version
from .check import examine, says_finished, tampering, unsettled
from .collect_told import CollectReport, FileProblems
from .enclosing import Enclosures, NewFile
from .lock import raised, submission


@dataclass
class _Taken:
    """What is to be recorded and entered, so far."""

    events: list[Event] = field(default_factory=list)
    documents: list[bytes] = field(default_factory=list)
    entered: dict[Key, Value] = field(default_factory=dict)
    locked: list[tuple[str, str]] = field(default_factory=list)
    merged: list[tuple[str, str, int]] = field(default_factory=list)
    already: list[tuple[str, str]] = field(default_factory=list)
    waiting: list[tuple[str, str]] = field(default_factory=list)
    passed_over: list[tuple[str, str]] = field(default_factory=list)
    spent: list[tuple[str, str]] = field(default_factory=list)
    refused: list[FileProblems] = field(default_factory=list)
    notes: list[FileProblems] = field(default_factory=list)
    objections: list[tuple[str, str, float]] = field(default_factory=list)
    files: list[NewFile] = field(default_factory=list)
    awaited: list[FileProblems] = field(default_factory=list)


def collect(
    desk: Desk, paths: Sequence[Path] = (), regions: Sequence[str] = (), executor: str = ""
) -> CollectReport:
    """Take in files, folders, copies beside the book and the book's own tabs: each whole or not at all.

    What is taken in counts as locked. Collecting it again changes nothing. `executor` says who reads the
    files: nobody else, processes of this computer (`local`), or a Dask cluster by its address. Raise
    DataProblems where finance's cells hold what was not taken in, Refused for a path that is not there.
    """
    stock = take_stock(desk)
    if problems := unsettled(stock):
        raise DataProblems(problems)
    chosen, taken = chosen_regions(stock.plan, regions), _Taken()
    versions = _versions(stock, list(answer_files(desk.path, paths)), taken, executor)
    faults = cache(lambda: tampering(stock, {region_sheet(region.code) for region in chosen}))
    known = cache(lambda: _remarks(stock))
    for done, region in enumerate(chosen, 1):
        desk.progress("collect", done, len(chosen))
        _Table(stock, region, versions.get(region.code, []), faults, known, taken).settle()
    elsewhere = (one for some in versions.values() for one in some if one.region not in chosen)
    left = tuple((one.region.name, one.name) for one in elsewhere)
    return replace(_settled(stock, taken), left=left)


def _settled(stock: Stock, taken: _Taken) -> CollectReport:
    """Record and show what was taken in, tell whom it concerns, and report."""
    news, place = announcement(stock, taken.events), stock.standing.values.get(FOLDER)
    if taken.events or taken.entered:
        files = ((one.file, one.content()) for one in taken.files)
        kept = keep_attached(stock.desk, place, files)
        documents = [*taken.documents, *news.documents]
        stock.settle([*kept, *taken.events, *news.events], documents, taken.entered)
    return CollectReport(
        locked=tuple(taken.locked),
        merged=tuple(taken.merged),
        already=tuple(taken.already),
        waiting=tuple(taken.waiting),
        passed_over=tuple(taken.passed_over),
        spent=tuple(taken.spent),
        refused=tuple(taken.refused),
        notes=tuple(taken.notes),
        objections=tuple(taken.objections),
        recorded=sum(_is_cell(event) for event in taken.events),
        remarks=sum((event.action, event.field) == (COMMENT, TEXT) for event in taken.events),
        files=sum((event.action, event.field) == (COMMENT, FILE) for event in taken.events),
        awaited=tuple(taken.awaited),
        announced=announced(stock.desk, news),
    )


def _remarks(stock: Stock) -> Mapping[str | None, list[Entry]]:
    """What people have written to the other side, by region: read once for all of them."""
    found = defaultdict[str | None, list[Entry]](list)
    for entry in stock.desk.ledger.entries(action=COMMENT):
        found[entry.region].append(entry)
    return found


_Words = tuple[str | None, Value, str]
"""A line, what was written about it, and by whom."""


def _words(event: Event | Entry) -> _Words:
    return event.row, event.new, event.reason


def _is_cell(event: Event) -> bool:
    """Whether an event is what a person's cell says."""
    return event.action != COMMENT and event.new is not None and event.row is not None


def _versions(
    stock: Stock, files: Sequence[Path], taken: _Taken, executor: str
) -> Mapping[str, list[Version]]:
    """What each region's files say; those of which nothing counts are told of."""
    reader = AnswerReader(stock)
    found: dict[str, list[Version]] = {}
    for done, (path, returned) in enumerate(zip(files, _returned(stock, files, executor), strict=True), 1):
        stock.desk.progress("read", done, len(files))
        try:
            versions = list(reader.versions(path, returned))
        except (Refused, DataProblems) as refused:
            taken.refused.append(FileProblems(path.name, refused.problems))
            continue
        for version in versions:
            found.setdefault(version.region.code, []).append(version)
    return found


def _returned(stock: Stock, files: Sequence[Path], executor: str) -> Iterator[ReturnedFile | None]:
    """What others have read of each file; nothing where nobody else reads."""
    if not executor:
        return iter([None] * len(files))
    standing = stock.standing
    return read_by_hands(executor, stock.desk.path, files, standing.inputs, standing.language)


class _Table:
    """One region's table: all versions of it, brought together or refused."""

    def __init__(
        self,
        stock: Stock,
        region: Region,
        versions: Sequence[Version],
        faults: Callable[[], Sequence[Problem]],
        known: Callable[[], Mapping[str | None, list[Entry]]],
        taken: _Taken,
    ) -> None:
        self._stock, self._region, self._taken = stock, region, taken
        self._faults, self._known = faults, known
        self._tab = tab_version(stock, region)
        self._versions = versions
        self._side = stock.table(region)

    def settle(self) -> None:
        """Take in what the versions say together."""
        self._hear()
        late = [one for one in self._versions if self._is_late(one)]
        for version in late:
            self._tell_late(version)
        spent = [one for one in self._versions if one.is_spent and one not in late]
        self._taken.spent += [(self._region.name, one.name) for one in spent]
        versions = [one for one in self._versions if one not in (*late, *spent)]
        answers = self._finished([one for one in versions if one.form != "copy"])
        if answers is None:
            return
        copies = [one for one in versions if one.form == "copy"]
        values, sources = self._tab.values, []
        for version in (*copies, *answers):
            if sealed := self._after_seal(version):
                recorded = self._stock.standing.values
                self._refuse(version, self._differing(sealed, recorded, version, "answer_late"))
                return
            keys = [key for key in self._tab.values if self._is_open(key)]
            both = merge(keys, version.base, values, version.values)
            if both.contested:
                self._refuse(version, self._differing(both.contested, values, version))
                return
            if any(not same_value(both.values[key], values[key]) for key in keys):
                sources.append(version)
            elif version.form == "copy":
                self._taken.already.append((self._region.name, version.name))
            values = {**values, **both.values}
        self._take(values, answers[0] if answers else None, sources)

    def _hear(self) -> None:
        """Take in what people wrote to the other side, whatever becomes of the rest; each remark once."""
        heard: set[_Words] = set()
        for version in (self._tab, *self._versions):
            known, faults = heard | self._recorded(version), list[Problem]()
            for cell in self._written(version):
                [event] = remark_events(version.stock, [cell])
                if _words(event) in known:
                    continue
                if found := [*typed_faults(version.stock, [cell])]:
                    faults += found
                else:
                    heard.add(_words(event))
                    self._taken.events.append(event)
            if faults and version.form != "tab" and (self._is_late(version) or not version.is_submitted):
                self._refuse(version, faults)

    def _recorded(self, version: Version) -> set[_Words]:
        """What was taken in since a file was sent; the cells of the book itself are emptied then."""
        if version.form == "tab":
            return set()
        entries = self._known().get(self._region.code, [])
        return {_words(entry) for entry in entries if entry.number > version.since}

    def _written(self, version: Version) -> list[Typed]:
        """The cells in which a version's people wrote; what a region is handed speaks for its head alone."""
        is_whole = version.form in ("tab", "copy")
        cells = typed_remarks(version.stock, [self._region])
        return [cell for cell in cells if is_whole or cell.owner is Owner.MANAGER]

    def _is_open(self, key: Key) -> bool:
        return self._side.is_free(key, self._tab.cells[key].owner)

    def _after_seal(self, version: Version) -> list[Key]:
        """Cells that a version changed, and of which something else counts by now."""
        recorded = self._stock.standing.values
        return [
            key
            for key, value in version.values.items()
            if not self._is_open(key)
            and not same_value(value, version.base.get(key))
            and not same_value(value, recorded.get(key))
        ]

    def _is_late(self, version: Version) -> bool:
        """Whether a version has nothing to say any more: the head's word is sealed."""
        return version.form != "copy" and not self._side.is_open

    def _tell_late(self, version: Version) -> None:
        """An answer after the region was locked: the same again, or another one."""
        recorded = self._stock.standing.values
        other = [
            key
            for key, cell in version.cells.items()
            if cell.owner is Owner.MANAGER and not same_value(cell.value, recorded.get(key))
        ]
        if not other:
            self._taken.already.append((self._region.name, version.name))
            self._take_late_files(version)
        elif not version.is_submitted:
            self._taken.passed_over.append((self._region.name, version.name))
        else:
            self._refuse(version, self._differing(other, recorded, version, "answer_late"))

    def _take_late_files(self, version: Version) -> None:
        """Take in what an answer names and what has come since, as long as its region is not confirmed."""
        found = Enclosures(version)
        closed = [Problem("thread_closed", version.name, {"region": self._region.name})]
        if problems := found.faults or (closed if found.new and self._side.is_confirmed else []):
            self._refuse(version, problems)
            return
        self._attach(found, version)

    def _attach(self, found: Enclosures, version: Version) -> None:
        self._taken.events += found.events()
        self._taken.files += found.new
        if found.notes and not self._side.is_confirmed:
            self._taken.awaited.append(FileProblems(version.name, tuple(found.notes)))

    def _finished(self, answers: Sequence[Version]) -> list[Version] | None:
        """The answer that counts, if any; None where there are two that differ, which is told."""
        done = [one for one in answers if one.is_submitted]
        drafts = self._taken.passed_over if done else self._taken.waiting
        drafts += [(self._region.name, one.name) for one in answers if not one.is_submitted]
        for other in done[1:]:
            first = done[0]
            keys = [key for key in first.values if not same_value(first.values[key], other.values.get(key))]
            if keys:
                self._refuse(other, self._differing(keys, first.values, other, "answer_two", first.name))
                return None
            self._taken.already.append((self._region.name, other.name))
        return done[:1]

    def _differing(
        self,
        keys: Sequence[Key],
        ours: Mapping[Key, Value],
        version: Version,
        code: str = "answer_contested",
        other: str = "",
    ) -> list[Problem]:
        """Each cell of which two versions say something else."""
        return [
            Problem(
                code,
                where(version.stock, version.cells[key]),
                {
                    "ours": said(ours.get(key)),
                    "theirs": said(version.values.get(key)),
                    "other": other or self._stock.desk.path.name,
                },
            )
            for key in keys
        ]

    def _refuse(self, version: Version | None, problems: Sequence[Problem]) -> None:
        name = f"{self._region.name} · {version.name}" if version else self._region.name
        self._taken.refused.append(FileProblems(name, tuple(problems)))

    def _take(self, values: Mapping[Key, Value], answer: Version | None, sources: Sequence[Version]) -> None:
        """Lock what is submitted; else keep what another version of the book brought as a draft."""
        told = answer or self._tab
        status = values.get((self._region.code, None, "status"))
        if self._side.is_open and says_finished(status):
            self._lock(values, told, sources)
            return
        if self._side.is_open and not self._versions:
            self._taken.waiting.append((self._region.name, ""))
        for version in sources:
            new = self._news(values)
            self._taken.entered.update(new)
            self._taken.merged.append((self._region.name, version.name, len(new)))

    def _news(self, values: Mapping[Key, Value]) -> dict[Key, Value]:
        """What the book's tab does not say as it is meant."""
        found = self._stock.reading.typed
        return {key: value for key, value in values.items() if key in found and found[key].value != value}

    def _lock(self, values: Mapping[Key, Value], told: Version, sources: Sequence[Version]) -> None:
        own = replace(told.stock, reading=_saying(told.stock.reading, self._region.code, values))
        faults = told.faults if told.form == "pack" else self._faults()
        enclosed = Enclosures(told)
        if problems := [*examine(own, self._region, faults), *enclosed.faults]:
            self._refuse(told if told.form != "tab" else None, problems)
            return
        events = submission(own, self._region, told.typed_by)
        self._attach(enclosed, told)
        record = dump(self._answered(values, told))
        key = (self._region.code, None, "answer.record")
        old = self._stock.standing.values.get(key)
        if told.form != "tab" and old != reference(record):
            events.append(Event("lock", *key, old, reference(record)))
            self._taken.documents.append(record)
        self._taken.events += events
        self._taken.entered.update(self._news(values))
        self._taken.objections += raised(own, events)
        files = listed(dict.fromkeys(one.name for one in (*sources, told)), self._stock.standing.language)
        self._taken.locked.append((self._region.name, files))
        if told.beside:
            self._taken.notes.append(FileProblems(told.name, told.beside))

    def _answered(self, values: Mapping[Key, Value], told: Version) -> Answered:
        slip = told.slip
        if slip is None:
            return Answered(told.form, told.name, told.sha256, None, "")
        own = {key: value for key, value in values.items() if value is not None}
        stands = Cosigned(slip.plan, slip.region, slip.round, slip.head, values_digest(own))
        return Answered(told.form, told.name, told.sha256, slip, cosign(slip.nonce, stands))


def _saying(reading: Reading, region: str, values: Mapping[Key, Value]) -> Reading:
    """A reading in which a region's cells say this."""

    def now(key: Key, cell: Typed) -> Typed:
        same = key not in values or same_value(cell.value, values[key])
        return cell if same else cell._replace(value=values[key], has_formula=False)

    return replace(reading, typed={key: now(key, cell) for key, cell in reading.typed.items()})
