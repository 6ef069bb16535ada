"""Erasing what somebody said in their own words, when the law asks for it; numbers and decisions stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from functools import cached_property
from hashlib import sha256

from ..calibration import is_same_person, may_erase
from ..calibration.vocabulary import MessageState
from ..desk import (
    FILE,
    AttachedFile,
    Desk,
    Issue,
    Stock,
    find_line,
    find_region,
    finish_erasure,
    parse_attached,
    provenance,
    said,
    take_stock,
    text_faults,
)
from ..exchange import ZIPPED, unzipped
from ..language import is_placeholder, listed, text
from ..ledger import ERASE, ERASED, PARTS, WHOLE, WORDS, Entry, Event, WordsPlace, is_words, load, spelt
from ..outbox import queue, state_event
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, QUESTION, QUIET, Part, Report, Sentence, table
from ..workbook import Wording
from .enclosing import names_in

REASON = "reason"
"""What `field` says where reasons are meant, which belong to no field."""
_COLUMNS = ("number", "region", "row", "field", "part", "words")
_TELLING = 4
"""Characters of words that no message holds by chance."""
_AT_ONCE = 100
"""Places that one entry names, so that a cell of the audit sheet holds them."""


@dataclass(frozen=True)
class GoneWords:
    """Words that go, or have gone: what entry held them, about what, and what they begin with."""

    entry: int
    region: str
    row: str
    field: str
    part: str
    words: str
    """Nothing once they are gone."""


@dataclass(frozen=True)
class EraseReport(Report):
    """What is erased, or would be."""

    erased: bool
    words: tuple[GoneWords, ...]
    kept: tuple[int, ...] = ()
    """Entries whose words are hashed as they are, from before there were commitments: they stay."""
    files: tuple[str, ...] = ()
    """Files outside of book and ledger that may hold the words: somebody has to delete them."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        done = "done" if self.erased else "dry"
        mark = DONE if self.erased else QUESTION
        yield Sentence(text(f"telling.erase.{done}", language, count=len(self.words)), mark)
        yield table(_COLUMNS, (_row(one, language) for one in self.words), language)
        if self.kept:
            numbers = listed(self.kept, language)
            yield Sentence(text("telling.erase.kept", language, numbers=numbers), QUIET)
        if self.files:
            yield Sentence(
                text("telling.erase.files", language, files=listed(self.files, language)), QUESTION
            )
        yield Sentence(text("telling.erase.elsewhere", language))


def _row(one: GoneWords, language: str) -> tuple[str, ...]:
    part = text(f"telling.column.{one.part}", language) if one.part in PARTS else ""
    return str(one.entry), one.region, one.row, one.field, part, one.words


@dataclass(frozen=True)
class Wanted:
    """Whose words, or which: what is named narrows the choice."""

    entries: tuple[int, ...] = ()
    region: str = ""
    line: str = ""
    field: str = ""
    person: str = ""


def erase(desk: Desk, wanted: Wanted, reason: str, yes: bool = False) -> EraseReport:
    """Show what would go; with `yes` let it go from ledger and book, with an entry of who, what and why.

    The same words go wherever entries about the same row, or about the region at once, hold them, and from
    the records of letters and messages; so do seals over them, which could give them away. Raise Refused for
    somebody who negotiates, for what are no words, without a reason, and where nothing is left to erase;
    DataProblems for a reason that cannot be kept.
    """
    stock = take_stock(desk)
    if not may_erase(desk.actor, stock.plan.regions):
        raise Refused([Problem("erase_not_allowed", fields={"actor": desk.actor})])
    if yes and is_placeholder(reason):
        raise Refused([Problem("reason_missing")])
    if faults := list(text_faults("", reason)):
        raise DataProblems(faults)
    search = _Search(stock)
    chosen = search.chosen(wanted)
    if not chosen:
        raise Refused([search.nothing(wanted)])
    places = search.with_copies(chosen)
    report = EraseReport(
        yes,
        tuple(search.told(places, yes)),
        tuple(search.plain(wanted)),
        (*search.letters(places), *_copies(desk)),
    )
    if yes:
        stock.settle([*search.withdrawn(places), *search.events(places, reason)])
        _scrub(desk)
    return report


def _scrub(desk: Desk) -> None:
    """Leave no bytes of what was erased; raise Refused, saying what is recorded, where that fails."""
    last = desk.ledger.last
    try:
        finish_erasure(desk)
    except Refused as refused:
        number = last.number if last else 0
        raise Refused(
            [Problem("ledger_unscrubbed", fields={"number": number}), *refused.problems]
        ) from refused


def _copies(desk: Desk) -> Iterator[str]:
    """What was kept of book and ledger as they were."""
    for path in sorted(desk.path.parent.glob(f"{desk.path.stem}.before-*")):
        yield path.name


class _Search:
    """Words in the ledger, found by what a person names."""

    def __init__(self, stock: Stock) -> None:
        ledger = stock.desk.ledger
        self._stock, self._entries = stock, list(ledger.entries())
        self._spoken, self._erased = ledger.spoken(), ledger.erased()
        documents = {where for where, _ in self._spoken if isinstance(where, str)}
        self._holders: dict[int | str, Entry] = {entry.number: entry for entry in self._entries}
        self._holders |= {str(one.new): one for one in self._entries if one.new in documents}
        self._files = {one.number: file for one in self._entries if (file := _file_of(one))}
        """The files that entries tell of and that are not erased."""
        self._subjects: dict[str, list[str]] = {}

    def chosen(self, wanted: Wanted) -> list[WordsPlace]:
        """The words that are named and can go; raise Refused for what are none."""
        if not (wanted.entries or wanted.person or (wanted.region and wanted.line)):
            raise Refused([Problem("erase_what")])
        if wanted.field and wanted.field not in {*WORDS, REASON}:
            known = sorted({*WORDS, REASON})
            raise Refused([Problem("erase_field", fields={"field": wanted.field, "known": known})])
        if problems := list(self._wordless(wanted)):
            raise Refused(problems)
        named = (self._place(one, part) for one in self._meant(wanted) for part in _parts(one, wanted.field))
        return [place for place in named if place in self._spoken or place[1] == WHOLE]

    def _place(self, entry: Entry, part: str) -> WordsPlace:
        """Where words stand; of a file whose name is hashed as it is only the content can go."""
        file = self._files.get(entry.number)
        if file is None or (entry.number, part) in self._spoken:
            return entry.number, part
        place = file.content, WHOLE
        if place in self._erased:
            return entry.number, part
        self._holders[file.content] = entry
        return place

    def _wordless(self, wanted: Wanted) -> Iterator[Problem]:
        for number in wanted.entries:
            entry = self._holders.get(number)
            if entry is None:
                yield Problem("erase_unknown", fields={"number": number})
            elif not _parts(entry, wanted.field):
                yield Problem("erase_no_words", fields={"number": number})

    def nothing(self, wanted: Wanted) -> Problem:
        """Why nothing can go: words of before cannot, or there are none left."""
        if plain := list(self.plain(wanted)):
            return Problem("erase_before", fields={"numbers": list(plain)})
        return Problem("erase_nothing")

    def plain(self, wanted: Wanted) -> Iterator[int]:
        """Entries whose words are hashed as they are."""
        for entry in self._meant(wanted):
            places = {(entry.number, part) for part in _parts(entry, wanted.field)}
            if places - self._spoken.keys() - self._erased:
                yield entry.number

    def _meant(self, wanted: Wanted) -> Iterator[Entry]:
        """The entries that are named, by number, place or person."""
        plan = self._stock.plan
        region = find_region(plan, wanted.region) if wanted.region else None
        line = find_line(plan, region, wanted.line) if region and wanted.line else None
        for entry in self._entries:
            is_there = region is None or entry.region == region.code
            is_about = line is None or entry.row == line.code
            is_named = not wanted.entries or entry.number in wanted.entries
            is_theirs = not wanted.person or is_same_person(provenance(entry).submitted, wanted.person)
            if is_there and is_about and is_named and is_theirs:
                yield entry

    def with_copies(self, chosen: Sequence[WordsPlace]) -> list[WordsPlace]:
        """The places, and every other that holds the same words about the same row or from the same act.

        So do the records of letters and messages, and seals that were made over the words.
        """
        chosen = [*dict.fromkeys((*chosen, *self._same_files(chosen)))]
        said: dict[tuple[str | None, str], list[Entry]] = {}
        for place in chosen:
            entry = self._holders[place[0]]
            file = self._files.get(entry.number)
            words = file.name if file else self._spoken[place]
            said.setdefault((entry.region, words), []).append(entry)
        sealed = _first_sealed(self._holders[where] for where, _ in chosen)
        copies = (place for place, words in self._spoken.items() if self._is_copy(place, words, said, sealed))
        found = dict.fromkeys((*chosen, *copies))
        sent = (*self._sent(found), *self._mailed(self._hashes(chosen)))
        return [*found, *dict.fromkeys((content, WHOLE) for content in sent)]

    def _hashes(self, places: Iterable[WordsPlace]) -> set[str]:
        """The files among places, by their content."""
        entries = (self._holders[where] for where, _ in places)
        return {self._files[one.number].sha256 for one in entries if one.number in self._files}

    def _same_files(self, chosen: Sequence[WordsPlace]) -> Iterator[WordsPlace]:
        """Every place that tells of the same content as a chosen file: it is kept but once."""
        hashes = self._hashes(chosen)
        for entry in self._entries:
            if (file := self._files.get(entry.number)) and file.sha256 in hashes:
                yield self._place(entry, "new")

    def _mailed(self, hashes: set[str]) -> Iterator[str]:
        """The bytes of messages that enclose such files, by reference."""
        for item in queue(self._stock.desk.ledger) if hashes else ():
            direct = {one.sha256 for one in item.message.attachments}
            zipped = any(one.name.endswith(ZIPPED) for one in item.message.attachments)
            with suppress(Refused):
                if direct & hashes or (zipped and self._zipped(item.content) & hashes):
                    self._holders[item.content] = self._named[item.content]
                    yield item.content

    def _zipped(self, content: str) -> set[str]:
        """The hashes of the files in the zips that a mail encloses."""
        mail = message_from_bytes(self._stock.desk.ledger.document(content))
        parts = (one for one in mail.walk() if str(one.get_filename()).endswith(ZIPPED))
        zips = (held for one in parts if isinstance(held := one.get_payload(decode=True), bytes))
        return {sha256(file).hexdigest() for held in zips for file in unzipped(held)}

    @cached_property
    def _named(self) -> Mapping[str, Entry]:
        return {str(one.new): one for one in self._entries if one.field == "message.content"}

    def _is_copy(
        self,
        place: WordsPlace,
        words: str,
        said: Mapping[tuple[str | None, str], Sequence[Entry]],
        sealed: Mapping[str | None, int],
    ) -> bool:
        holder = self._holders[place[0]]
        if holder.field == "seal":
            return holder.number > sealed.get(holder.region, holder.number)
        if holder.field == "message.record":
            mine = [one for region, one in said if holder.region in (region, None) and len(one) >= _TELLING]
            return any(one in words for one in mine)
        if holder.field == "scenario":
            return any(one == words for _, one in said)
        same = [one for name in (words, *names_in(words)) for one in said.get((holder.region, name), ())]
        if isinstance(place[0], str):
            return any(self._is_about(place[0], int(place[1]), one) for one in same)
        return any(holder.row == one.row or _is_of_one_act(holder, one) for one in same)

    def _is_about(self, document: str, place: int, entry: Entry) -> bool:
        """Whether words in a letter are of the line that an entry is about, as far as both are of one."""
        if document not in self._subjects:
            self._subjects[document] = self._stock.desk.ledger.subjects(document)
        subject, lines = self._subjects[document][place], self._stock.plan.lines_of(str(entry.region))
        name = {line.code: line.name for line in lines}.get(entry.row or "", "")
        return not name or subject not in {line.name for line in lines} or subject == name

    def _sent(self, places: Iterable[WordsPlace]) -> Iterator[str]:
        """The bytes of messages whose records hold such words, by reference."""
        records = {self._holders[where] for where, _ in places if isinstance(where, str)}
        rows = {one.row for one in records if one.field == "message.record"}
        for entry in self._entries:
            if entry.field == "message.content" and entry.row in rows:
                self._holders[str(entry.new)] = entry
                yield str(entry.new)

    def told(self, places: Iterable[WordsPlace], is_gone: bool) -> Iterator[GoneWords]:
        """What stands in places, in words."""
        words = Wording(self._stock.standing)
        for where, part in places:
            entry = self._holders[where]
            yield GoneWords(
                entry=entry.number,
                region=words.region(entry.region) or "",
                row=words.row(entry.region, entry.row, entry.field) or "",
                field=words.field(entry.field),
                part=part if isinstance(where, int) else "",
                words="" if is_gone else said(self._words(where, part)),
            )

    def _words(self, where: int | str, part: str) -> str:
        """What stands in a place: of a file its name."""
        file = self._files.get(self._holders[where].number)
        return file.name if file else self._spoken.get((where, part), "")

    def letters(self, places: Iterable[WordsPlace]) -> Iterator[str]:
        """The files of issued letters that print such words."""
        for where in dict.fromkeys(str(where) for where, _ in places):
            entry = self._holders.get(where)
            if entry and entry.field == "letter.record":
                issue = load(Issue, self._stock.desk.ledger.document(where))
                yield from (name for name, _ in issue.files)

    def withdrawn(self, places: Iterable[WordsPlace]) -> Iterator[Event]:
        """Messages that wait to be sent, and are not to be any more."""
        whole = {str(where) for where, part in places if part == WHOLE}
        for item in queue(self._stock.desk.ledger) if whole else ():
            if item.content in whole and item.state == MessageState.PREPARED:
                yield state_event(item, MessageState.WITHDRAWN)

    def events(self, places: Iterable[WordsPlace], reason: str) -> Iterator[Event]:
        """An entry for each region, and for so many places as a cell of the audit sheet can name."""
        regions: dict[str | None, list[WordsPlace]] = {}
        for place in places:
            regions.setdefault(self._holders[place[0]].region, []).append(place)
        for region, own in regions.items():
            for begin in range(0, len(own), _AT_ONCE):
                some = spelt(own[begin : begin + _AT_ONCE])
                yield Event(ERASE, region, None, ERASED, None, some, reason.strip())


def _file_of(entry: Entry) -> AttachedFile | None:
    """The file that an entry tells of; none where it was erased."""
    with suppress(ValueError):
        return parse_attached(entry.new) if entry.field == FILE else None
    return None


def _parts(entry: Entry, field: str) -> list[str]:
    """The parts of an entry that hold its own words; what it says was before is an earlier entry's."""
    kinds = {"": ("new", "reason"), REASON: ("reason",)}.get(field, ("new",))
    said = {"new": entry.new, "reason": entry.reason}
    is_meant = entry.field != "seal" and field in ("", REASON, entry.field)
    return [part for part in kinds if is_meant and said[part] and is_words(entry.action, entry.field, part)]


def _is_of_one_act(one: Entry, other: Entry) -> bool:
    """Whether what is said of a row was said of the whole region, too, at once."""
    return one.at == other.at and (one.row is None or other.row is None)


def _first_sealed(entries: Iterable[Entry]) -> dict[str | None, int]:
    """By region, the number of the first of these entries that a seal may be over."""
    first: dict[str | None, int] = {}
    for entry in entries:
        if entry.action == "lock":
            first[entry.region] = min(entry.number, first.get(entry.region, entry.number))
    return first
