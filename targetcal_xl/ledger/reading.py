"""What people read in a ledger: entries and documents with their words, or a mark where these were erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..formats import COMMITTED, Format
from ..language import LANGUAGES
from ..problems import Problem, Refused
from .bundle import ProvenWords
from .chain import COLUMNS, canonical, parse, reference
from .entry import Entry
from .erasure import WHOLE, WordsPlace, lost, mark, places_in
from .forgetting import erasures
from .rows import SPOKEN, UNSPOKEN, entry_of
from .store import Row, Transaction
from .words import PARTS, missing, spoken

_WORDS = """
SELECT old_salt, old_words, new_salt, new_words, reason_salt, reason_words FROM word WHERE number = ?
"""


@dataclass(frozen=True)
class LedgerReading:
    """A transaction in which entries and documents are read as people see them."""

    transaction: Transaction
    form: Format
    """The format that the ledger is written in."""
    marks: dict[WordsPlace, str]
    """The marks of erasures, as far as they were looked up."""

    @property
    def has_words(self) -> bool:
        """Whether words stand beside entries: in older ledgers they stand in them."""
        return self.form.number >= COMMITTED

    @property
    def entries(self) -> str:
        """The query for entries as they are read."""
        return SPOKEN if self.has_words else UNSPOKEN

    def rows(self, after: int | None = None) -> Iterator[Row]:
        """The stored entries after a number, or all, whatever their numbers are, and their words."""
        if after:
            query = f"{self.entries} WHERE entry.number > ? ORDER BY entry.number"
            return self.transaction.rows(query, after)
        return self.transaction.rows(f"{self.entries} ORDER BY entry.number")

    def told(self, row: Row) -> Entry:
        """The entry that was stored so."""
        return entry_of(self.columns(row))

    def columns(self, row: Row) -> list[Any]:
        """An entry's columns with its words; a mark stands where they were erased."""
        columns = spoken(row)
        for part in missing(row):
            said = self.mark((row[0], part))
            if part != "reason":
                columns[COLUMNS.index(part)] = canonical(said or lost(plan_language(self.transaction)))
            elif said:  # what older programs recorded as a reason may look like anything
                columns[COLUMNS.index(part)] = said
        return columns

    def mark(self, place: WordsPlace) -> str | None:
        """What is seen in place of words that were erased; None where no entry says so."""
        if place not in self.marks:
            language = plan_language(self.transaction)
            for number, at, actor, new in erasures(self.transaction):
                said = mark(number, dt.datetime.fromisoformat(at), actor, language)
                self.marks.update(dict.fromkeys(places_in(parse(new)), said))
        return self.marks.get(place)

    def words(self, number: int) -> Iterator[ProvenWords]:
        """The words of an entry that are still there."""
        if not self.has_words:
            return
        row = self.transaction.first(_WORDS, number) or ()
        for part, salt, words in zip(PARTS, row[::2], row[1::2], strict=False):
            if words is not None:
                yield ProvenWords(part, salt.hex(), words)

    def content(self, named: str) -> bytes:
        """A document as it is stored; raise Refused where it is missing, was altered or erased as a whole."""
        found = self.transaction.first("SELECT content FROM document WHERE reference = ?", named)
        if found is None and self.mark((named, WHOLE)):
            raise Refused([Problem("ledger_document_erased", fields={"document": named})])
        if found is None:
            raise Refused([Problem("ledger_document_missing", fields={"document": named})])
        [content] = found
        if not isinstance(content, bytes) or reference(content) != named:
            raise Refused([Problem("ledger_document_altered", fields={"document": named})])
        return content

    def passages(self, named: str) -> list[tuple[int, bytes, str | None]]:
        """Place, salt and words of what people said in a document; salt and words are None once erased."""
        if not self.has_words:
            return []
        query = "SELECT place, salt, words FROM passage WHERE reference = ? ORDER BY place"
        return [*self.transaction.rows(query, named)]


def plan_language(transaction: Transaction) -> str:
    """The language of the plan, by its first entries."""
    found = transaction.first("SELECT new FROM entry WHERE field = ? ORDER BY number", "language")
    said = str(parse(found[0])) if found else ""
    return said if said in LANGUAGES else LANGUAGES[0]
