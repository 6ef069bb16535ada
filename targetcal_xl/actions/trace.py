"""The trace of one line: who said what about it, when, from what to what, why, and in which round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ..calibration import Line, Value
from ..desk import Desk, find_line, find_line_anywhere, find_region, standing_of
from ..language import text
from ..ledger import BASELINE, Entry, Ledger, standing
from ..telling import Part, Report, Sentence, table
from .audit import WHO, row_of, told

COLUMNS = ("number", "at", "round", *WHO, "action", "row", "field", "old", "new", "reason")

REGION_FIELDS = ("status", "submitter", "state", "round")
"""What is said of a region as a whole that concerns each of its lines."""


@dataclass(frozen=True)
class Traced:
    """One entry of a line's trace, with the round of the region that it belongs to."""

    round: int
    entry: Entry
    said: Mapping[str, Value]
    """The same as the audit sheet prints it, in words of the plan's language, with whose words it holds."""


@dataclass(frozen=True)
class TraceReport(Report):
    """Everything that was recorded about one line, in order."""

    region: str
    line: str
    steps: tuple[Traced, ...]
    head: str
    """The ledger's checkpoint."""
    """The hash of the ledger's newest entry: the trace is complete up to there."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        fields = {"region": self.region, "line": self.line, "count": len(self.steps), "head": self.head}
        yield Sentence(text("telling.trace.about", language, **fields))
        rows = (row_of(step.entry, {**step.said, "round": step.round}, COLUMNS) for step in self.steps)
        yield table(COLUMNS, rows, language)


def trace(desk: Desk, line: str, region: str = "") -> TraceReport:
    """Everything that was recorded about a line: of itself, its suggestion, its supports, its region's state.

    Raise Refused for names that the plan has not, or that several lines have, and for a broken ledger.
    """
    now = standing_of(desk.ledger)
    plan = now.inputs.plan
    meant = find_line(plan, find_region(plan, region), line) if region else find_line_anywhere(plan, line)
    entries = [*_concerning(desk.ledger, meant)]
    said = told(now, (entry for _, entry in entries))
    steps = tuple(Traced(number, entry, row) for (number, entry), row in zip(entries, said, strict=True))
    return TraceReport(plan.region(meant.region).name, meant.name, steps, desk.ledger.checkpoint.mark)


def _concerning(ledger: Ledger, line: Line) -> Iterator[tuple[int, Entry]]:
    """The entries about a line, each with the round that its region was in then."""
    entries, number = [*ledger.entries()], 1
    rows = {line.code, *_items(entries, line)}
    for entry in entries:
        if entry.key == BASELINE and entry.old is None:
            yield number, _first_suggestion(ledger, entry, line)
        elif entry.region == line.region and (entry.row in rows or _is_of_region(entry)):
            yield number, entry
        if entry.key == (line.region, None, "round"):
            number = int(float(str(entry.new)))


def _first_suggestion(ledger: Ledger, entry: Entry, line: Line) -> Entry:
    """What a plan began with; later suggestions have entries of their own."""
    suggested = standing(ledger, entry.number).suggested(line.code)
    return replace(entry, region=line.region, row=line.code, field="suggested", new=suggested)


def _items(entries: Iterable[Entry], line: Line) -> Iterator[str]:
    """The support items that have ever been for a line."""
    for entry in entries:
        if (entry.region, entry.field, entry.new) == (line.region, "line", line.code) and entry.row:
            yield entry.row


def _is_of_region(entry: Entry) -> bool:
    return entry.row is None and entry.field in REGION_FIELDS
