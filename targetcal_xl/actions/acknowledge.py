"""Acknowledging a warning: who does what about it, and until when; and the house's own suggestions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ..calibration import is_placeholder
from ..calibration.vocabulary import WarningState
from ..connect import CAUSES, RULE_FIELDS, SUGGESTIONS, read_suggestions
from ..desk import (
    TAKEN,
    TAKEN_BY,
    TAKEN_UNTIL,
    Desk,
    Stock,
    find_line_anywhere,
    find_region,
    look,
    take_stock,
    text_faults,
)
from ..language import find, listed, text
from ..ledger import Event
from ..ooxml import write_file
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, Part, Report, Sentence, table
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

    Raise Refused where nothing is warned of, without words, and for a day that has passed.
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


@dataclass(frozen=True)
class SuggestionsReport(Report):
    """The house's own suggestions: cause, from which share on, words, and who acts."""

    file: str
    rules: tuple[tuple[str, str, str], ...]
    written: bool = False
    """Whether the file was written now, for the house to edit."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        code = "written" if self.written else "found" if self.rules else "none"
        yield Sentence(text(f"telling.suggestions.{code}", language, file=self.file), DONE)
        if self.rules:
            yield table(("cause", "suggestion", "acts"), self.rules, language)


def suggestions(desk: Desk, *, write: bool = False) -> SuggestionsReport:
    """Check and list the rules beside the book, or write ours there for the house to edit.

    Raise Refused where a file is there that would be overwritten, DataProblems with every fault of one.
    """
    path, language = desk.path.with_name(SUGGESTIONS), look(desk).standing.language
    if write:
        if path.exists():
            raise Refused([Problem("suggestions_there", path.name)])
        write_file(path, _ours(language).encode())
    rules = ((rule.when, rule.say, rule.who) for rule in read_suggestions(path))
    return SuggestionsReport(path.name, tuple(rules), write)


def _ours(language: str) -> str:
    """Our suggestions as a file that says what may be written in it."""
    head = text(
        "calibration.suggestion.file",
        language,
        causes=listed(CAUSES, language),
        fields=listed((f"{{{field}}}" for field in RULE_FIELDS), language),
    )
    parts = ["".join(f"# {line}\n" for line in head.splitlines())]
    for cause in CAUSES:
        said = find(f"calibration.suggestion.{_OURS.get(cause, cause)}", language)
        parts.append(f'[[rules]]\nwhen = "{cause}"\nsay = "{said}"\nwho = "{_ACTS[cause]}"\n')
    return "\n".join(parts)


_OURS = {"lately": "level", "throughout": "level", "member": "group", "members": "group"}
"""Causes of which we say the same as of others."""
_ACTS = {cause: "superior" if cause in ("capacity", "member", "members") else "head" for cause in CAUSES}
"""Who is to act, where the house does not say."""
