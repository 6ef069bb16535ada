"""What comes back from regions, in whatever form: whose it is, and what it says for every cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Literal

from ..calibration import Key, Region, Value
from ..desk import (
    COMMENT,
    Sent,
    Stock,
    answers_taken,
    applied_number,
    file_seal,
    files_folder,
    finance_cells,
    last_hash,
    sent_items,
    sheet_seal,
)
from ..exchange import (
    ENDING,
    Enclosed,
    PackAnswer,
    PageAnswer,
    ReturnedFile,
    Slip,
    decrypted,
    enclosed_beside,
    enclosed_in,
    is_encrypted,
    pack_content,
    pack_places,
    person_named,
    read_returned,
    shown_cells,
    steady,
    typed_as_meant,
)
from ..formats import BOOK
from ..ledger import parse_mark
from ..ooxml import Cell, Spot, read_file
from ..outbox import ACTION as OUTBOX
from ..problems import DataProblems, Problem, Refused
from ..workbook import ClosedBook, Content, Owner, Places, Typed, read, region_sheet
from .check import changed_cells, says_finished
from .packs import pack_password
from .strays import mislabelled, strays

AnswerForm = Literal["pack", "page", "copy", "tab"]
_SHOWN_NOWHERE = ("split", COMMENT, OUTBOX)
"""What is handed out and written to each other changes no cell that a pack is sealed over."""
OWNERS = (Owner.MANAGER, Owner.SUPERIOR)
"""Those who fill in a region's tab."""


@dataclass(frozen=True)
class Version:
    """What somebody says for a region, beside what it began with."""

    region: Region
    form: AnswerForm
    name: str
    """The file that it came in."""
    sha256: str
    stock: Stock
    """The plan as it stands, with this version's cells in place of the book's."""
    base: Mapping[Key, Value]
    slip: Slip | None = None
    faults: tuple[Problem, ...] = ()
    """Cells of ours that it shows otherwise."""
    beside: tuple[Problem, ...] = ()
    """What stands in it and has no meaning there."""
    since: int = 0
    """The newest entry of the ledger that its reader could know."""
    enclosed: tuple[Enclosed, ...] = ()
    """The files that it brought, or that lie beside it."""
    is_spent: bool = False
    """Whether this very file was taken in before."""
    typed_by: str = ""
    """Whom the file names as who saved it last: no proof of anything."""

    @cached_property
    def cells(self) -> Mapping[Key, Typed]:
        """The cells that people fill on the region's tab, by key."""
        reading = self.stock.reading
        return {cell.key: cell for owner in OWNERS for cell in reading.of_region(self.region.code, owner)}

    @cached_property
    def values(self) -> Mapping[Key, Value]:
        """What it says, by key; None for an empty cell."""
        return {key: cell.value for key, cell in self.cells.items()}

    @property
    def is_submitted(self) -> bool:
        """Whether the head has said that it is finished."""
        return says_finished(self.values.get((self.region.code, None, "status")))


def tab_version(stock: Stock, region: Region) -> Version:
    """What the region's tab in the book itself says."""
    reading = replace(stock.reading, typed=_meant(stock, region.code))
    return Version(region, "tab", stock.desk.path.name, "", replace(stock, reading=reading), {})


def _meant(stock: Stock, region: str) -> dict[Key, Typed]:
    cells = (cell for owner in OWNERS for cell in stock.reading.of_region(region, owner))
    words = stock.reading.messages(region)
    return {cell.key: typed_as_meant(cell, stock.plan) for cell in (*cells, *words)}


class AnswerReader:
    """Reads what came back, beside the plan as it stands and what was sent."""

    def __init__(self, stock: Stock) -> None:
        self._stock = stock

    def versions(self, path: Path, returned: ReturnedFile | None = None) -> Iterator[Version]:
        """What a file says: for one region, or of a copy of the book for all whose tabs say something new.

        `returned` is what others have read of it. Raise Refused or DataProblems, naming why, for a file of
        which nothing counts.
        """
        raw = read_file(path)
        digest = sha256(raw).hexdigest()
        if returned is None or not (returned.answer or returned.problems):
            returned = self._returned(raw, path)
        if returned.problems:
            raise DataProblems(returned.problems)
        if isinstance(answer := returned.answer, PageAnswer):
            version = replace(self._page(path.name, digest, answer), enclosed=(*enclosed_in(path, answer),))
            yield self._with_files(path, version)
        elif answer:
            yield self._with_files(path, self._pack(path.name, digest, answer))
        elif returned.book:
            yield from self._copy(path.name, digest, returned.book)

    def _returned(self, raw: bytes, path: Path) -> ReturnedFile:
        standing = self._stock.standing
        return read_returned(self._decrypted(raw, path.name), path, standing.inputs, standing.language)

    def _with_files(self, path: Path, version: Version) -> Version:
        """What lies beside an answer, by its own name and by the one that it was handed out under."""
        sent = self._sent[version.slip.nonce].file if version.slip else path.name
        names = (path.stem, *(files_folder(name).removesuffix(ENDING) for name in (path.name, sent)))
        return replace(version, enclosed=(*version.enclosed, *enclosed_beside(path, names)))

    def _decrypted(self, raw: bytes, name: str) -> bytes:
        """A file's content, by whichever of the plan's passwords opens it."""
        if not is_encrypted(raw):
            return raw
        try:
            return decrypted(raw, pack_password(), name)
        except Refused as refused:
            if refused.problems[0].code not in ("pack_encrypted", "pack_other_password"):
                raise
            passwords = {pack_password(region.code) for region in self._stock.plan.regions} - {""}
            for password in sorted(passwords):
                with suppress(Refused):
                    return decrypted(raw, password, name)
            raise (Refused([Problem("pack_other_password", name)]) if passwords else refused) from None

    def _page(self, name: str, digest: str, answer: PageAnswer) -> Version:
        stock, slip = self._stock, answer.slip
        region, sent = self._meant(slip, name)
        words = (cell for cell in stock.reading.messages(region.code) if cell.owner is Owner.MANAGER)
        mine = (*stock.reading.of_region(region.code, Owner.MANAGER), *words)
        cells = {cell.key: cell._replace(value=None, has_formula=False) for cell in mine}
        if answer.values.keys() - cells.keys():
            raise DataProblems([Problem("answer_none", name)])
        cells |= {key: cells[key]._replace(value=value) for key, value in answer.values.items()}
        others = stock.reading.of_region(region.code, Owner.SUPERIOR)
        cells = {key: typed_as_meant(cell, stock.plan) for key, cell in cells.items()}
        reading = replace(stock.reading, typed=cells | {cell.key: cell for cell in others})
        own = replace(stock, reading=reading)
        base, is_spent = self._base(region, sent), self._is_spent(slip, digest)
        return Version(region, "page", name, digest, own, base, slip, since=_size(slip), is_spent=is_spent)

    def _pack(self, name: str, digest: str, answer: PackAnswer) -> Version:
        stock, slip, reading = self._stock, answer.slip, answer.reading
        if answer.has_macros:
            raise DataProblems([Problem("pack_macros", name)])
        region, sent = self._meant(slip, name)
        if reading is None or reading.places.problems:
            raise DataProblems(reading.places.problems if reading else [Problem("answer_none", name)])
        own = replace(stock, reading=reading, elsewhere=self._finance)
        shown = self._shown(own, region, sent)
        wanted = shown or self._wanted(own, region)
        faults = () if wanted is shown else self._changed(own, region, wanted)
        beside = [problem for _, problem in strays(own, wanted) if problem.where != answer.at]
        beside += mislabelled(own, "heading_changed")
        # Of a thousand packs at once only what people have typed is kept.
        told = replace(stock, reading=replace(reading, grids={}))
        base, is_spent = self._base(region, sent), self._is_spent(slip, digest)
        version = Version(region, "pack", name, digest, told, base, slip, faults, tuple(beside), _size(slip))
        return replace(version, is_spent=is_spent, typed_by=person_named(answer.saved_by))

    def _base(self, region: Region, sent: Sent) -> Mapping[Key, Value]:
        """What a file began with: what was sent or, where it was taken in and is open again, what it said."""
        if sent.slip.nonce not in self._taken_in or not self._stock.table(region).is_open:
            return sent.values
        number, _ = self._taken_in[sent.slip.nonce]
        status = (region.code, None, "status")
        return {**self._stock.desk.ledger.values(number), status: self._stock.standing.values.get(status)}

    def _is_spent(self, slip: Slip, digest: str) -> bool:
        return slip.nonce in self._taken_in and self._taken_in[slip.nonce][1] == digest

    def _shown(self, own: Stock, region: Region, sent: Sent) -> Content | None:
        """A pack's cells of ours, where they are by their seal what was handed out; None for others."""
        code, places = region_sheet(region.code), self._places(region.code)
        cells = shown_cells(own.reading.grids[code], places, region.code)
        return {code: cells} if file_seal(steady(cells, places, region.code)) == sent.shown else None

    def _changed(self, own: Stock, region: Region, wanted: Content) -> tuple[Problem, ...]:
        """The cells of ours that an open region's pack shows otherwise."""
        if not own.table(region).is_open:
            return ()
        code = region_sheet(region.code)
        sealed = {code: steady(wanted[code], own.reading.places, region.code)}
        return tuple(changed_cells(own, sealed))

    def _wanted(self, own: Stock, region: Region) -> Content:
        """What a pack's cells of ours should hold, computed anew only where something was moved."""
        places, code = own.reading.places, region_sheet(region.code)
        laid_out = self._places(region.code)
        is_moved = any(places.tables.get(key) != place for key, place in laid_out.tables.items())
        is_moved = is_moved or any(places.fields.get(key) != spot for key, spot in laid_out.fields.items())
        return own.wanted if is_moved else {code: self._cells[code]}

    def _meant(self, slip: Slip, name: str) -> tuple[Region, Sent]:
        """Which region a slip is for, and what was sent with it; raise DataProblems unless it counts now."""
        plan = self._stock.plan
        wrong = {
            "answer_other_plan": (slip.plan, plan.code),
            "answer_other_period": (slip.period, str(plan.period)),
        }
        for code, (found, wanted) in wrong.items():
            if found != wanted:
                raise DataProblems([Problem(code, name, {"found": found, "wanted": wanted})])
        region = next((one for one in plan.regions if one.code == slip.region), None)
        if region is None:
            raise DataProblems([Problem("answer_other_region", name, {"found": slip.region})])
        sent = self._sent.get(slip.nonce)
        if sent is None or sent.slip != slip:
            raise DataProblems([self._unknown(slip, name, sent)])
        if slip.format != BOOK.number:
            raise DataProblems([Problem("answer_other_format", name, {"found": slip.format})])
        number = self._stock.table(region).round
        if slip.round != number:
            fields = {"found": slip.round, "wanted": number, "region": region.name}
            raise DataProblems([Problem("answer_other_round", name, fields)])
        is_open = self._stock.table(region).is_open
        if is_open and not self._is_current(sent) and sent.seal != self._seals[region.code]:
            raise DataProblems([Problem("answer_outdated", name, {"region": region.name})])
        return region, sent

    def _unknown(self, slip: Slip, name: str, sent: Sent | None) -> Problem:
        """Why a slip is unknown: of another ledger, of one written anew since, or changed by somebody."""
        if self._stock.desk.ledger.verify([slip.head]):
            return Problem("answer_forked", name, {"head": slip.head})
        return Problem("answer_slip_changed" if sent else "answer_unsent", name)

    @cached_property
    def _finance(self) -> Mapping[Key, Value]:
        """What suggestions are explained by, which no pack has."""
        return {cell.key: cell.value for cell in finance_cells(self._stock)}

    @cached_property
    def _sent(self) -> Mapping[str, Sent]:
        return {sent.slip.nonce: sent for sent in sent_items(self._stock.desk.ledger)}

    @cached_property
    def _taken_in(self) -> Mapping[str, tuple[int, str]]:
        """The last answer that was taken in of whatever was sent: its entry and its file's hash, by nonce."""
        taken = answers_taken(self._stock.desk.ledger)
        return {one.slip.nonce: (number, one.sha256) for number, one in taken if one.slip}

    @cached_property
    def _cells(self) -> Content:
        """What each region would be shown now."""
        stock = self._stock
        codes = [region.code for region in stock.plan.regions]
        return pack_content(stock.standing, stock.reading.values, codes, stock.standing.language)

    @cached_property
    def _seals(self) -> Mapping[str, str]:
        codes = [region.code for region in self._stock.plan.regions]
        return {code: sheet_seal(self._steady(code)) for code in codes}

    def _steady(self, region: str) -> Mapping[Spot, Cell]:
        """What a region's pack was sealed over."""
        return steady(self._cells[region_sheet(region)], self._places(region), region)

    def _places(self, region: str) -> Places:
        """Where everything stands in a region's pack as it is handed out."""
        return pack_places(self._stock.standing.inputs, region, self._stock.standing.language)

    def _is_current(self, sent: Sent) -> bool:
        """Whether nothing was recorded since that could show in what a region was sent."""
        moved = (self._moved.get(region, 0) for region in (None, sent.slip.region))
        return max(moved) <= _size(sent.slip)

    @cached_property
    def _moved(self) -> Mapping[str | None, int]:
        """The newest entry about each region, or about the whole plan, that says more than what was sent."""
        since = min((_size(sent.slip) for sent in self._sent.values()), default=0)
        entries = self._stock.desk.ledger.entries(after=since)
        return {entry.region: entry.number for entry in entries if entry.action not in _SHOWN_NOWHERE}

    def _copy(self, name: str, digest: str, book: ClosedBook) -> Iterator[Version]:
        """What a second version of the whole book says: of every region whose cells say something new."""
        stock = self._stock
        reading = read(book, stock.standing.inputs, stock.standing.language)
        if not reading.places.tabs:
            raise DataProblems([Problem("answer_none_book", name)])
        if problems := reading.places.problems:
            raise DataProblems(problems)
        applied = applied_number(reading)
        entry = next(iter(stock.desk.ledger.entries(after=applied - 1)), None) if applied else None
        if entry is None or entry.hash != last_hash(reading):
            raise DataProblems([Problem("copy_of_another_ledger", name)])
        base = stock.desk.ledger.values(applied)
        own = replace(stock, book=book, reading=reading)
        for region in stock.plan.regions:
            meant = replace(own, reading=replace(reading, typed=_meant(own, region.code)))
            version = Version(region, "copy", name, digest, meant, base, since=applied)
            is_new = any(value != base.get(key) for key, value in version.values.items())
            if is_new or any(cell.value is not None for cell in meant.reading.messages(region.code)):
                yield version


def _size(slip: Slip) -> int:
    """How many entries the ledger had when something was sent."""
    mark = parse_mark(slip.head)
    return mark[0] if mark else 0
