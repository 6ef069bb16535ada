"""Letters held against what was agreed, and their files against what was issued."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from ..calibration import Letter, Value, same_value
from ..desk import Issue, Stock, in_force_letters, issues, letters_that_hold
from ..figures import Figures
from ..ledger import Entry, Log
from ..problems import Problem
from .letter_files import is_issued, issued_letters

FOLDER: Final = "letters"
"""Where letters lie beside their book, unless somebody says otherwise."""
_TARGET: Final = "in_force"


def unfaithful(stock: Stock) -> Iterator[Problem]:
    """Lines of letters in force that did not say what was agreed when they were issued."""
    targets: dict[str, dict[str | None, Value]] = defaultdict(dict)
    letters = {issue.letter.number: issue.letter for issue in in_force_letters(stock.desk.ledger).values()}
    for entry in _agreed_and_issued(stock.desk.ledger):
        if entry.field == _TARGET:
            targets[str(entry.region)][entry.row] = entry.new
        elif letter := letters.get(str(entry.new)):
            yield from _differences(stock, letter, targets[letter.region.code], "letter_unfaithful")


def _agreed_and_issued(ledger: Log) -> list[Entry]:
    """What came into force, and the letters that were issued, as one followed the other."""
    found = (*ledger.entries(field=_TARGET), *ledger.entries(action="letters", field="letter"))
    return sorted(found, key=lambda entry: entry.number)


def outdated(stock: Stock) -> Iterator[Problem]:
    """Lines of letters in force that no longer say what is, and representatives' that rest on such."""
    for issue in in_force_letters(stock.desk.ledger).values():
        yield from lines_outdated(stock, issue)
    known = issued_letters(stock.desk.ledger)
    resting = [one for one in letters_that_hold(stock.desk.ledger) if known.over(one)]
    for region, count in Counter(one.letter.region.name for one in resting).items():
        yield Problem("individual_outdated", region, {"count": count})


def lines_outdated(stock: Stock, issue: Issue) -> Iterator[Problem]:
    """Lines of a letter that no longer say what is in force."""
    lines = stock.plan.lines_of(issue.letter.region.code)
    now: dict[str | None, Value] = {line.code: stock.standing.in_force(line) for line in lines}
    yield from _differences(stock, issue.letter, now, "letter_outdated")


def _differences(
    stock: Stock, letter: Letter, targets: Mapping[str | None, Value], code: str
) -> Iterator[Problem]:
    """The lines of a letter that say something else than these targets, by line code."""
    told = Figures(letter.metric, stock.standing.language)
    codes = {line.name: line.code for line in stock.plan.lines_of(letter.region.code)}
    for line in letter.lines:
        target = targets.get(codes.get(line.name))
        if target is not None and not same_value(target, line.targets.agreed):
            said = {"letter": letter.number, "said": told.number(line.targets.agreed)}
            where = f"{letter.region.name} / {line.name}"
            yield Problem(code, where, {**said, "agreed": told.number(float(target))})


def changed_files(stock: Stock) -> Iterator[Problem]:
    """Files of issued letters, where letters lie, that are not what was issued."""
    place = stock.desk.path.parent / FOLDER
    for issue in issues(stock.desk.ledger):
        for name, digest in issue.files:
            path = place / name
            if path.is_file() and not is_issued(path.read_bytes(), digest):
                yield Problem("letter_file_changed", str(path), {"letter": issue.letter.number})
