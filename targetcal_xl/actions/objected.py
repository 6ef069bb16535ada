"""Open objections as an HR business partner is told of them: all of a moment in one message, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from ..calibration import Line, Metric, Person, Region, as_number, deviation
from ..calibration.vocabulary import MessageKind, ObjectionState
from ..desk import Stock
from ..figures import UNKNOWN, Figures, percent
from ..language import text
from ..ledger import Ledger
from ..outbox import on_one_line, queue

_LONGEST_REASON: Final = 120
"""A longer reason is read where it stands; half of one would be nobody's words."""
_SAID: Final = ("declared", "suggested", "basis")
_Told = tuple[str, str, str, str]
"""Channel, name and address of a message, and what the objection in it is told apart by."""


@dataclass(frozen=True)
class Objected:
    """An open objection: what it is told apart by, whose it is, and what was said."""

    about: str
    region: Region
    line: Line
    declared: float | None
    suggested: float | None
    reason: str

    def share(self, metric: Metric) -> float:
        """How far it departs, as a share; worse is negative. 0 where a ledger does not know."""
        if self.declared is None or self.suggested is None:
            return 0.0
        return float(deviation(self.declared, self.suggested, metric))

    def row(self, metric: Metric, language: str) -> str:
        """It in one line of a message."""
        shown = Figures(metric, language)
        said = {"region": self.region.name, "line": self.line.name, "head": self.region.head.name}
        said |= {"declared": shown.number(self.declared), "suggested": shown.number(self.suggested)}
        is_short = len(self.reason) <= _LONGEST_REASON and on_one_line(self.reason) == self.reason
        said["reason"] = self.reason if is_short else text("outbox.objection_long", language)
        return text("outbox.objection", language, off=percent(-self.share(metric), language), **said)


def objected(stock: Stock) -> Mapping[Person, Sequence[Objected]]:
    """By HR business partner every objection that is open, the farthest off first."""
    tables = [stock.table(region) for region in stock.plan.regions]
    open_ones = [(side, line) for side in tables for line in side.objecting]
    times = _openings(stock, {line.code: side.round for side, line in open_ones}) if open_ones else {}
    found = dict[Person, list[Objected]]()
    for side, line in open_ones:
        about = f"{line.code} round {side.round}"
        about += f" again {times[line.code]}" if times[line.code] > 1 else ""
        declared, suggested, reason = (side.of(line.code, f"objection.{code}") for code in _SAID)
        numbers = as_number(declared), as_number(suggested)
        one = Objected(about, side.region, line, *numbers, str(reason or UNKNOWN))
        found.setdefault(side.region.hrbp, []).append(one)
    metric = stock.plan.metric
    return {person: sorted(some, key=lambda one: one.share(metric)) for person, some in found.items()}


def told_before(ledger: Ledger) -> set[_Told]:
    """Who was told of which objections; in older ledgers each has a message of its own."""
    sent = (item.message for item in queue(ledger) if item.message.kind == MessageKind.OBJECTION)
    return {(one.channel, one.name, one.address, about) for one in sent for about in abouts(one.occasion)}


def abouts(occasion: str) -> list[str]:
    """What a message's objections are told apart by."""
    return occasion.split("\n")


def _openings(stock: Stock, now: Mapping[str, int]) -> dict[str, int]:
    """How often each objection was opened in the round that its line is in now, by line code.

    The one that opens now is counted, though no entry says so yet.
    """
    entries = (stock.desk.ledger.entries(field=one) for one in ("round", "objection"))
    rounds, times, last = dict[str, int](), Counter[tuple[str, int]](), dict[str, object]()
    for entry in sorted(chain(*entries), key=lambda entry: entry.number):
        line = entry.row or ""
        if entry.field == "round":
            rounds[line] = int(float(str(entry.new or 0)))
            continue
        last[line] = entry.new
        times[line, rounds.get(line, 1)] += entry.new == ObjectionState.OPEN
    return {
        line: times[line, number] + (last.get(line) != ObjectionState.OPEN) for line, number in now.items()
    }
