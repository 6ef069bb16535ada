"""What is wrong with what is stored beside the chain: words, documents, and what was to be erased."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ..problems import Problem
from .chain import is_reference, reference
from .erasure import ERASE, WHOLE
from .forgetting import committed_since, erased_places
from .passages import Passage, passage_faults
from .reading import LedgerReading
from .rows import log_size
from .store import Row, Transaction
from .words import WordCheck


def noting(rows: Iterable[Row], reached: list[tuple[int, str]]) -> Iterator[Row]:
    """The rows, while number and hash of the last one are put where they are looked for."""
    for row in rows:
        reached[0] = row[0], row[-1]
        yield row


def document_breaks(transaction: Transaction, proven: Collection[str] = ()) -> Iterator[Problem]:
    """Documents whose content does not give their name, and references to documents that are gone.

    Those that are `proven` are not hashed again.
    """
    stored = set()
    for name, content in transaction.rows("SELECT reference, content FROM document"):
        stored.add(name)
        if name not in proven and (not isinstance(content, bytes) or reference(content) != name):
            yield Problem("ledger_document_altered", fields={"document": name})
    lost = sorted(_named(transaction) - stored)
    erased = erased_places(transaction) if lost else set()
    for name in [name for name in lost if (name, WHOLE) not in erased]:
        yield Problem("ledger_document_missing", fields={"document": name})


def _named(transaction: Transaction) -> set[str]:
    """Every reference in the entries."""
    likely = transaction.rows("SELECT new FROM entry WHERE new LIKE ?", '"sha256:%')
    return {new[1:-1] for [new] in likely if is_reference(new[1:-1])}


def word_breaks(reading: LedgerReading, check: WordCheck) -> Iterator[Problem]:
    """Words that are others than were said, that are gone unerased, or whose entries are gone."""
    yield from check.wrong
    if not reading.has_words:
        return
    transaction = reading.transaction
    erased = erased_places(transaction) if check.gone else set()
    since = committed_since(transaction) if check.gone else 0
    lost = {number: None for number, part in check.gone if (number, part) not in erased and number > since}
    yield from (Problem("ledger_words_missing", fields={"number": number}) for number in lost)
    stray = "SELECT number FROM word WHERE number > ? ORDER BY number"
    if found := transaction.first(stray, log_size(transaction)):
        yield Problem("ledger_cut", fields={"number": found[0]})
    yield from _passage_breaks(reading)


def _passage_breaks(reading: LedgerReading) -> Iterator[Problem]:
    """Documents in which people's words are others than were said, or gone unerased."""
    held: dict[str, list[Passage]] = {}
    for name, *passage in reading.transaction.rows("SELECT reference, place, salt, words FROM passage"):
        held.setdefault(name, []).append((*passage,))
    for name, passages in held.items():
        found = reading.transaction.first("SELECT content FROM document WHERE reference = ?", name)
        if found and isinstance(found[0], bytes) and reference(found[0]) == name:
            for place in passage_faults(found[0], passages):
                if not reading.mark((name, str(place))):
                    yield Problem("ledger_document_altered", fields={"document": name})


def unfinished_erasures(reading: LedgerReading) -> Iterator[Problem]:
    """An erasure that was cut short, so that bytes of what was said may still be there."""
    if number := unscrubbed(reading):
        yield Problem("ledger_unscrubbed", fields={"number": number})


def unscrubbed(reading: LedgerReading) -> int:
    """The number of the last erasure if it is not scrubbed; else 0."""
    if not reading.has_words:
        return 0
    transaction = reading.transaction
    last = transaction.first("SELECT number FROM entry WHERE action = ? ORDER BY number DESC", ERASE)
    done = transaction.first("SELECT number FROM scrubbed ORDER BY number DESC")
    return last[0] if last and last[0] > (done[0] if done else 0) else 0
