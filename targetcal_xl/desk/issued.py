"""Letters that were issued, to regions and to representatives: what they say, and the files that said it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..calibration import Letter
from ..ledger import Log, load

RECORD: Final = "letter.record"
"""The field of a region whose documents hold its letters."""
REPRESENTATIVE: Final = "letter.representative"
"""The field, by the letter's number, whose document holds a representative's letter."""
INDIVIDUAL: Final = "letter.individual"
"""The field of a region whose document holds letters of representatives, as release 0.5.0 recorded them."""
WITHDRAWN: Final = "letter.withdrawn"
"""The field, by the letter's number, that says why nobody takes the place of whom it was issued to."""


@dataclass(frozen=True)
class Issue:
    """One issued letter with the name and SHA-256 of each of its files."""

    letter: Letter
    issued_at: str
    files: tuple[tuple[str, str], ...]

    @property
    def is_individual(self) -> bool:
        """Whether this is a representative's letter, which rests on their region's."""
        return bool(self.letter.rests_on)

    @property
    def bearer(self) -> str:
        """Whose letter it is: the region's code, or the number of an employee, as files are told apart."""
        region = self.letter.region
        return bearer_key(region.head.employee) if self.is_individual else region.code


@dataclass(frozen=True)
class Individual:
    """Letters of a region's representatives, as one entry of release 0.5.0 records them."""

    issues: tuple[Issue, ...]


def bearer_key(employee: str) -> str:
    """What numbers of employees are told apart by: where files are, E1 and e1 are one name."""
    return employee.casefold()


def issues(ledger: Log) -> Iterator[Issue]:
    """Every letter that was issued, in order, with all files that were made of it by now."""
    found: dict[str, Issue] = {}
    for entry in ledger.entries(action="letters"):
        if entry.field in (RECORD, REPRESENTATIVE):
            issue = load(Issue, ledger.document(str(entry.new)))
            found[issue.letter.number] = issue
        elif entry.field == INDIVIDUAL:
            held = load(Individual, ledger.document(str(entry.new))).issues
            found |= {issue.letter.number: issue for issue in held}
    yield from found.values()


def last_letters(ledger: Log) -> dict[str, Issue]:
    """By `bearer` of representatives the last letter of each, be it withdrawn or not."""
    return {issue.bearer: issue for issue in issues(ledger) if issue.is_individual}


def withdrawn_letters(ledger: Log) -> frozenset[str]:
    """The numbers of letters whose bearers are no representatives any more."""
    return frozenset(str(entry.row) for entry in ledger.entries(action="letters", field=WITHDRAWN))


def in_force_letters(ledger: Log) -> dict[str, Issue]:
    """By region the letter that replaces all others."""
    return {issue.bearer: issue for issue in issues(ledger) if not issue.is_individual}


def letters_that_hold(ledger: Log) -> list[Issue]:
    """All letters that were neither replaced nor withdrawn, in the order in which they were issued."""
    known, gone = [*issues(ledger)], withdrawn_letters(ledger)
    over = {issue.letter.replaces for issue in known} | gone
    return [issue for issue in known if issue.letter.number not in over]
