"""The register of letters: what was issued, and what became of each, as the ledger has it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ..calibration import Key, Value
from ..calibration.vocabulary import LetterState
from ..language import text
from ..ledger import Entry, Event, Log, load
from .issued import INDIVIDUAL, RECORD, REPRESENTATIVE, Issue, issues
from .signatures import LetterSignature

_COLUMNS: Final = {
    LetterState.DRAFTED: "mailed",
    LetterState.MAILED: "mailed",
    LetterState.BOUNCED: "mailed",
    LetterState.QUESTION: "questions",
    LetterState.REPLY: "questions",
    LetterState.SIGNED_HEAD: "signed_by",
    LetterState.SIGNED_SUPERIOR: "signed_by",
    LetterState.ARCHIVED: "archived",
    LetterState.DELETED: "archived",
    LetterState.WITHDRAWN: "replaced_by",
}
"""What may become of a letter, and the column of the register that tells it."""
_BOTH: Final = frozenset({LetterState.SIGNED_HEAD, LetterState.SIGNED_SUPERIOR})
LIFE: Final = frozenset({RECORD, REPRESENTATIVE, INDIVIDUAL, *(f"letter.{state}" for state in _COLUMNS)})
"""The fields that the register is made of: what becomes of a letter is an entry with its number as row."""
CHANGING: Final = ("letter_state", "file", "sha256", "signed", *sorted({*_COLUMNS.values()}))
"""The columns of a letter that may say something else later."""


@dataclass(frozen=True)
class Happening:
    """Something that became of a letter: when, and to whom or where."""

    at: dt.datetime
    state: LetterState
    said: str

    def told(self, language: str) -> str:
        """Its line in the register."""
        fields = {"at": self.at.isoformat(" ", "minutes"), "said": self.said}
        return text(f"workbook.letter.told.{self.state}", language, **fields)


def happened(
    action: str, values: Mapping[Key, Value], region: str, number: str, state: LetterState, said: str
) -> Event:
    """The entry by which the ledger learns what became of a letter; `values` are the last words until now."""
    key = (region, number, f"letter.{state}")
    return Event(action, *key, values.get(key), said)


def happenings(ledger: Log) -> Mapping[str, list[Happening]]:
    """By the letter's number what became of it, in order."""
    found = defaultdict[str, list[tuple[int, Happening]]](list)
    for state in _COLUMNS:
        for entry in ledger.entries(field=f"letter.{state}"):
            told = Happening(entry.at, state, _said(ledger, entry, state))
            found[str(entry.row)].append((entry.number, told))
    return {number: [told for _, told in sorted(some, key=_first)] for number, some in found.items()}


def _said(ledger: Log, entry: Entry, state: LetterState) -> str:
    """To whom or where it went, or who signed or asked; never somebody's own words, which may be erased."""
    if state in _BOTH:
        return load(LetterSignature, ledger.document(str(entry.new))).signer
    return entry.actor if _COLUMNS[state] == "questions" else str(entry.new)


def _first(numbered: tuple[int, Happening]) -> int:
    return numbered[0]


def register_rows(
    ledger: Log, language: str, regions: Container[str | None] | None = None
) -> Iterator[dict[str, Value]]:
    """The register's lines, in order; where `regions` are given, of their letters, and what those replace."""
    lives, issued = happenings(ledger), [*issues(ledger)]
    later = {issue.letter.replaces: issue.letter for issue in issued}
    for issue in issued:
        number, then = issue.letter.number, later.get(issue.letter.number)
        meant = {issue.letter.region.code, *((then.region.code,) if then else ())}
        if regions is None or any(code in regions for code in meant):
            yield _row(issue, lives.get(number, ()), then.number if then else None, language)


def _row(issue: Issue, life: Iterable[Happening], later: str | None, language: str) -> dict[str, Value]:
    state, told, seen = LetterState.ISSUED, defaultdict[str, list[str]](list), set[LetterState]()
    for one in life:
        state = one.state
        seen.add(state)
        told[_COLUMNS[one.state]].append(one.told(language))
    return {
        "number": issue.letter.number,
        "region": issue.letter.region.name,
        "version": issue.letter.version,
        "letter_state": text(f"workbook.letter.state.{_state(state, seen, later)}", language),
        "file": "\n".join(name for name, _ in issue.files),
        "sha256": "\n".join(digest for _, digest in issue.files),
        "issued_at": issue.issued_at,
        "signed": seen >= _BOTH,
        "replaces": issue.letter.replaces or None,
        **{column: "\n".join(told[column]) or None for column in _COLUMNS.values()},
        **({"replaced_by": later} if later else {}),
    }


def _state(last: LetterState, seen: Container[LetterState], later: str | None) -> str:
    """What became of a letter last, in one word; once the second has signed, that both have."""
    if later:
        return LetterState.SUPERSEDED
    if LetterState.WITHDRAWN in seen:
        return LetterState.WITHDRAWN
    return "signed" if last in _BOTH and all(one in seen for one in _BOTH) else last
