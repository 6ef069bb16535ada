"""Acknowledging a warning: who does what about it, and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ..calibration.vocabulary import WarningState
from ..desk import (
    TAKEN,
    TAKEN_BY,
    TAKEN_UNTIL,
    Desk,
    Stock,
    find_line_anywhere,
    find_region,
    take_stock,
    text_faults,
)
from ..language import is_placeholder, text
from ..ledger import Event
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, Part, Report, Sentence
from .alarms import About

ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True)
class AcknowledgeReport(Report):
    """What somebody does about a warning."""

    about: str
    """The line or region by name; empty for the whole plan."""
    by: str
    said: str
    until: dt.date

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        about = self.about or text("telling.follow.whole", language)
        said = text("telling.acknowledge.done", language, by=self.by, said=self.said, until=self.until)
        yield Sentence(said, DONE, about)


def acknowledge(
    desk: Desk, words: str, until: dt.date, *, region: str = "", line: str = ""
) -> AcknowledgeReport:
    """Say what is done about the warning of a line, of a region or, without either, of the whole plan.

    Raise Refused where nothing is warned of, without words, and for a day that has passed; DataProblems for
    words that no book can hold.
    """
    stock = take_stock(desk)
    name, about = _meant(stock, region, line)
    if problems := [*_acknowledge_faults(stock, name, about, words, until)]:
        raise Refused(problems)
    if faults := [*text_faults(name, words)]:
        raise DataProblems(faults)
    said = {TAKEN: words.strip(), TAKEN_BY: desk.actor, TAKEN_UNTIL: until.isoformat()}
    old = {field: stock.standing.value(*about, field) for field in said}
    stock.settle([Event(ACKNOWLEDGE, *about, field, old[field], said[field]) for field in said])
    return AcknowledgeReport(name, desk.actor, words.strip(), until)


def _meant(stock: Stock, region: str, line: str) -> tuple[str, About]:
    """What is meant, by name and by codes."""
    if line:
        found = find_line_anywhere(stock.plan, line)
        return found.name, (found.region, found.code)
    if region:
        its = find_region(stock.plan, region)
        return its.name, (its.code, None)
    return "", (None, None)


def _acknowledge_faults(
    stock: Stock, name: str, about: About, words: str, until: dt.date
) -> Iterator[Problem]:
    if stock.standing.value(*about, "warning") != WarningState.OPEN:
        yield Problem("acknowledge_nothing", name)
    if is_placeholder(words):
        yield Problem("acknowledge_words", name)
    if until < stock.desk.clock().astimezone().date():
        yield Problem("acknowledge_until", name, {"until": until})
