"""Handing every region its own: a workbook, or a page for a telephone, that its head fills in."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from ..calibration import Region, Value
from ..desk import SENT, Desk, Sent, Stock, chosen_regions, sent_items, sheet_seal, take_stock
from ..exchange import Slip, decrypted, encrypted, pack_bytes, pack_content, pack_places, steady
from ..formats import BOOK
from ..language import text
from ..ledger import Event, dump, reference
from ..letters.file_names import file_name
from ..ooxml import clear_leftovers, laid_beside, make_folder, put_in_place, read_file
from ..pages import region_page
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, QUIET, Part, Report, Sentence, tell_problems, word
from ..workbook import Content, Owner, region_sheet
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

    @property
    def leaves_work(self) -> bool:
        """Whether a file could not be written as another one stands there."""
        return any(one.outcome == "in_the_way" for one in self.files)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for one in self.files:
            if one.outcome == "in_the_way":
                yield from tell_problems([Problem("pack_in_the_way", one.file)], language)
                continue
            said = text(f"telling.split.{one.outcome}", language, file=one.file)
            yield Sentence(said, DONE if one.outcome == "written" else QUIET, one.region)
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
    contents = [_locked(content, sent) if encrypt else content for sent, content in made]
    make_folder(out)
    with ExitStack() as stack:
        laid: list[tuple[Path, Path]] = []
        files = []
        for (sent, plain), content in zip(made, contents, strict=True):
            path, password = out / sent.file, pack_password(sent.slip.region) if encrypt else ""
            outcome = _outcome(path, plain, password)
            if outcome == "written":
                laid.append((stack.enter_context(laid_beside(path, content)), path))
            files.append(PackFile(stock.plan.region(sent.slip.region).name, sent.file, outcome))
        if events := [event for sent, _ in made if (event := maker.event(sent))]:
            stock.settle(events, [dump(sent) for sent, _ in made])
        _put(laid)
    closed = [(one.name, stock.table(one).stage) for one in chosen if not stock.table(one).is_open]
    return SplitReport(str(out), tuple(files), tuple(closed))


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
        name = f"{self._stock.plan.period}-{region.name}-{number}"
        file = file_name(name, "html" if self._kind == "page" else "xlsx")
        return Sent(slip, self._kind, file, hashlib.sha256(content).hexdigest(), at, seal, typed), content

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
        return pack_content(stock.standing, stock.reading.values, codes, stock.standing.language)

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
