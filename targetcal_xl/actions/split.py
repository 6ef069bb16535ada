"""Handing every region its own: a workbook, or a page for a telephone, that its head fills in."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from ..calibration import Key, Plan, Region, Value
from ..desk import (
    FOLDER,
    SENT,
    Desk,
    Sent,
    Stock,
    chosen_regions,
    file_seal,
    files_folder,
    handed_files,
    kept_file,
    sent_items,
    sheet_seal,
    take_stock,
)
from ..exchange import (
    Slip,
    decrypted,
    encrypted,
    pack_bytes,
    pack_content,
    pack_places,
    shown_cells,
    steady,
)
from ..formats import BOOK
from ..language import text
from ..ledger import Event, dump, reference
from ..letters.file_names import file_name
from ..ooxml import clear_leftovers, laid_beside, make_folder, put_in_place, read_file
from ..pages import region_page
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, QUIET, WARNING, Part, Report, Sentence, tell_problems, word
from ..workbook import Content, Owner, Places, book_from, region_sheet
from .check import unsettled
from .packs import pack_password

PackOutcome = Literal["written", "there", "in_the_way"]


@dataclass(frozen=True)
class PackFile:
    """What a region was handed; `in_the_way` is another file of that name, which stays."""

    region: str
    file: str
    outcome: PackOutcome


@dataclass(frozen=True)
class SplitReport(Report):
    """The files that were written, and the regions that have nothing to fill in."""

    folder: str
    files: tuple[PackFile, ...]
    closed: tuple[tuple[str, str], ...]
    """Region and stage."""
    enclosed: tuple[PackFile, ...] = ()
    """The attached files that lie beside packs."""
    lost: tuple[Problem, ...] = ()
    """Attached files that did not go along: they are gone, or may not go without the pack's password."""

    @property
    def leaves_work(self) -> bool:
        """Whether a file could not be written as another one stands there."""
        return any(one.outcome == "in_the_way" for one in (*self.files, *self.enclosed))

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for one in self.files:
            if one.outcome != "in_the_way":
                said = text(f"telling.split.{one.outcome}", language, file=one.file)
                yield Sentence(said, DONE if one.outcome == "written" else QUIET, one.region)
        for region, count in Counter(one.region for one in self.enclosed).items():
            yield Sentence(text("telling.split.enclosed", language, count=count), QUIET, region)
        for one in (*self.files, *self.enclosed):
            if one.outcome == "in_the_way":
                yield from tell_problems([Problem("pack_in_the_way", one.file)], language)
        for problem in self.lost:
            yield Sentence(problem.sentence(language), WARNING)
        for region, state in self.closed:
            yield Sentence(text("telling.split.closed", language, state=word(state, language)), QUIET, region)
        if any(one.outcome != "in_the_way" for one in self.files):
            yield Sentence(text("telling.split.next", language, folder=self.folder))


def split_book(
    desk: Desk,
    out: Path,
    regions: Sequence[str] = (),
    *,
    html: bool = False,
    encrypt: bool = False,
    nonce: Callable[[], str] = lambda: secrets.token_hex(16),
) -> SplitReport:
    """Write a pack, or with `html` a page, for every region that is open; `encrypt` those with passwords.

    What was handed out before, and would be the same, is written again with the same bytes. Raise
    DataProblems where finance's cells hold what was not taken in, Refused for a password that is missing.
    """
    stock = take_stock(desk)
    if problems := unsettled(stock):
        raise DataProblems(problems)
    if html and encrypt:
        raise Refused([Problem("page_not_encrypted")])
    chosen = chosen_regions(stock.plan, regions)
    opened = [region for region in chosen if stock.table(region).is_open]
    maker = _Maker(stock, "page" if html else "pack", nonce, opened)
    made = [maker.made(region) for region in opened]
    with ExitStack() as stack:
        counter, lost = _Counter(stock.plan, out, stack, encrypt), list[Problem]()
        files = [counter.lay_pack(sent, content) for sent, content in made]
        enclosed = [
            counter.lay(sent, file, content)
            for sent, _ in made
            for file, content in _enclosed(stock, sent, encrypt, lost)
        ]
        if events := [event for sent, _ in made if (event := maker.event(sent))]:
            stock.settle(events, [dump(sent) for sent, _ in made])
        _put(counter.laid)
    closed = [(one.name, stock.table(one).stage) for one in chosen if not stock.table(one).is_open]
    return SplitReport(str(out), tuple(files), tuple(closed), tuple(enclosed), tuple(lost))


def _enclosed(stock: Stock, sent: Sent, encrypt: bool, lost: list[Problem]) -> Iterator[tuple[str, bytes]]:
    """The attached files that lie beside a region's pack, by place; why others do not is added to `lost`."""
    files = handed_files(stock.desk.ledger, sent.slip.region) if sent.kind == "pack" else {}
    if files and encrypt:
        lost.append(Problem("enclosed_unencrypted", sent.file))
        return
    for name, file in files.items():
        try:
            yield (
                f"{files_folder(sent.file)}/{name}",
                kept_file(stock.desk, stock.standing.values.get(FOLDER), file),
            )
        except Refused as refused:
            lost += refused.problems


class _Counter:
    """Where what is handed out is laid ready, to take its place all together."""

    def __init__(self, plan: Plan, out: Path, stack: ExitStack, encrypt: bool) -> None:
        self._plan, self._out, self._stack, self._encrypt = plan, out, stack, encrypt
        self.laid: list[tuple[Path, Path]] = []

    def lay_pack(self, sent: Sent, plain: bytes) -> PackFile:
        """Lay a region's file ready, with a password where one is wanted."""
        if not self._encrypt:
            return self.lay(sent, sent.file, plain)
        return self.lay(sent, sent.file, _locked(plain, sent), plain, pack_password(sent.slip.region))

    def lay(
        self, sent: Sent, file: str, content: bytes, plain: bytes | None = None, password: str = ""
    ) -> PackFile:
        """Lay a file ready unless one is there; `plain` is what it is without its password."""
        path = self._out / file
        make_folder(path.parent)
        outcome = _outcome(path, content if plain is None else plain, password)
        if outcome == "written":
            self.laid.append((self._stack.enter_context(laid_beside(path, content)), path))
        return PackFile(self._plan.region(sent.slip.region).name, file, outcome)


class _Maker:
    """Makes what is handed out, and knows what was handed out before."""

    def __init__(
        self,
        stock: Stock,
        kind: Literal["pack", "page"],
        nonce: Callable[[], str],
        regions: Sequence[Region],
    ) -> None:
        self._stock, self._kind, self._nonce, self._regions = stock, kind, nonce, regions
        self._at = stock.desk.clock()
        self._head = stock.checkpoint

    def made(self, region: Region) -> tuple[Sent, bytes]:
        """What a region is handed, and its bytes."""
        sheet_cells = self._cells[region_sheet(region.code)]
        typed = tuple(sorted(self._typed(region), key=str))
        places = pack_places(self._stock.standing.inputs, region.code, self._stock.standing.language)
        seal = sheet_seal(steady(sheet_cells, places, region.code))
        number = self._stock.table(region).round
        before = self._before.get(region.code)
        same = before and (before.slip.round, before.seal, before.typed) == (number, seal, typed)
        slip, at = (before.slip, before.made_at) if before and same else (self._slip(region, number), "")
        at = at or self._at.isoformat()
        content = self._content(slip, dt.datetime.fromisoformat(at))
        told = self._file(region), hashlib.sha256(content).hexdigest(), at, seal, typed
        shown = self._shown(content, places, region) if self._kind == "pack" else ""
        return Sent(slip, self._kind, *told, shown), content

    @staticmethod
    def _shown(content: bytes, places: Places, region: Region) -> str:
        """The seal of what a pack shows to whoever opens it."""
        book = book_from(content, Path("pack.xlsx"))
        cells = shown_cells(book.grid(book.sheets[0]), places, region.code)
        return file_seal(steady(cells, places, region.code))

    def event(self, sent: Sent) -> Event | None:
        """What is recorded of it; nothing where it was before."""
        key = (sent.slip.region, None, SENT[self._kind])
        if sent == self._before.get(sent.slip.region):
            return None
        return Event("split", *key, self._stock.standing.values.get(key), reference(dump(sent)))

    def _slip(self, region: Region, number: int) -> Slip:
        plan = self._stock.plan
        nonce = self._nonce()
        return Slip(plan.code, str(plan.period), region.code, number, BOOK.number, nonce, self._head)

    def _content(self, slip: Slip, at: dt.datetime) -> bytes:
        stock, language = self._stock, self._stock.standing.language
        if self._kind == "page":
            return region_page(stock.standing, stock.reading.values, slip, language).encode()
        side = stock.table(stock.plan.region(slip.region))
        mine = stock.reading.of_region(slip.region, Owner.MANAGER)
        closed = [cell.key for cell in mine if not side.is_free(cell.key, Owner.MANAGER)]
        inputs = stock.standing.inputs
        return pack_bytes(inputs, language, slip, self._cells, stock.reading.values, closed, at)

    def _typed(self, region: Region) -> Iterator[tuple[str | None, str, Value]]:
        for cell in self._stock.reading.of_region(region.code, Owner.MANAGER):
            if cell.value is not None:
                yield cell.key[1], cell.key[2], cell.value

    @cached_property
    def _cells(self) -> Content:
        stock = self._stock
        codes = [region.code for region in self._regions]
        linked = {**stock.standing.values, **dict(self._links(codes))}
        standing = replace(stock.standing, values=linked)
        return pack_content(standing, stock.reading.values, codes, stock.standing.language)

    def _links(self, codes: Iterable[str]) -> Iterator[tuple[Key, Value]]:
        """Where a pack's links to attached files lead: to the folder beside it."""
        values = self._stock.standing.values
        for code in codes:
            folder = files_folder(self._file(self._stock.plan.region(code)))
            files = handed_files(self._stock.desk.ledger, code).items()
            names = {(file.stored, file.name): name for name, file in files}
            for key in [key for key in values if key[0] == code and key[2] == "file.target"]:
                stored, shown = str(values[key]).rpartition("/")[2], str(values[*key[:2], "file.file"])
                yield key, f"{folder}/{names[stored, shown]}"

    def _file(self, region: Region) -> str:
        """What a region's file is called."""
        name = f"{self._stock.plan.period}-{region.name}-{self._stock.table(region).round}"
        return file_name(name, "html" if self._kind == "page" else "xlsx")

    @cached_property
    def _before(self) -> Mapping[str, Sent]:
        """The last of its kind that each region was handed."""
        found = sent_items(self._stock.desk.ledger)
        return {sent.slip.region: sent for sent in found if sent.kind == self._kind}


def _locked(content: bytes, sent: Sent) -> bytes:
    if not (password := pack_password(sent.slip.region)):
        raise Refused([Problem("pack_no_password", sent.file)])
    return encrypted(content, password, sent.file)


def _outcome(path: Path, plain: bytes, password: str) -> PackOutcome:
    """Whether a file is to be written; one that holds something else may be somebody's work, and stays."""
    clear_leftovers(path)
    if not path.exists():
        return "written"
    return "there" if decrypted(read_file(path), password, path.name) == plain else "in_the_way"


def _put(laid: Iterable[tuple[Path, Path]]) -> None:
    """Let files that lie ready take their places; raise Refused, saying what is recorded, where it fails."""
    try:
        for new, path in laid:
            put_in_place(new, path)
    except Refused as refused:
        raise Refused([Problem("packs_not_written"), *refused.problems]) from refused
