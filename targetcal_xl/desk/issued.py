"""Letters that were issued: what they say, and the files that said it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..calibration import Letter
from ..ledger import Log, load

INDIVIDUAL = "letter.individual"
"""The field of a region whose document holds the letters of its representatives."""


@dataclass(frozen=True)
class Issue:
    """One issued letter with the name and SHA-256 of each of its files."""

    letter: Letter
    issued_at: str
    files: tuple[tuple[str, str], ...]


def issues(ledger: Log) -> Iterator[Issue]:
    """Every letter that was issued, in order, with all files that were made of it by now."""
    found: dict[str, Issue] = {}
    for entry in ledger.entries(action="letters", field="letter.record"):
        issue = load(Issue, ledger.document(str(entry.new)))
        found[issue.letter.number] = issue
    yield from found.values()


@dataclass(frozen=True)
class Individual:
    """The letters of a region's representatives, as one entry records them: the newest of each."""

    issues: tuple[Issue, ...]


def individual_issues(ledger: Log) -> dict[str, Individual]:
    """Region code -> the letters of its representatives in force."""
    found = ((entry.region, str(entry.new)) for entry in ledger.entries(action="letters", field=INDIVIDUAL))
    return {str(region): load(Individual, ledger.document(name)) for region, name in dict(found).items()}
