"""Letters of representatives: one each, made of a table of people, resting on their region's letter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from ..calibration import Letter, Line, Region, Representative, individual, shortfalls
from ..calibration.vocabulary import LetterState
from ..connect import read_representatives
from ..desk import (
    REPRESENTATIVE,
    Desk,
    Issue,
    Stock,
    bearer_key,
    happened,
    in_force_letters,
    last_letters,
    take_stock,
    text_faults,
    withdrawn_letters,
)
from ..figures import Figures
from ..ledger import Event, dump, reference
from ..problems import DataProblems, Found, Problem
from .issue_letters import LettersReport, issue_letters
from .letter_making import (
    DueLetter,
    LetterFolder,
    LetterFormat,
    LetterRun,
    WrittenLetter,
    letter_template,
    ordered,
    says_the_same,
)
from .letters_held import FOLDER

_AT_ONCE: Final = 200
"""So many letters are recorded together: what a run that is stopped has to make again is less."""


def letters_as_said(
    desk: Desk,
    out: Path | None,
    form: LetterFormat,
    template: Path | None,
    executor: str,
    people: Path | None,
) -> LettersReport:
    """Issue the letters of representatives where their table is named, else those of regions.

    They go where `mail` and `archive` look for them, unless another folder is named.
    """
    folder = out or desk.path.parent / FOLDER
    if people:
        return issue_individual(desk, folder, people, form, template, executor)
    return issue_letters(desk, folder, form, template, executor)


def issue_individual(
    desk: Desk,
    out: Path,
    people: Path,
    form: LetterFormat = "both",
    template: Path | None = None,
    executor: str = "",
) -> LettersReport:
    """Issue a letter to each representative of a table; they are recorded as they are ready.

    So a run that was stopped goes on with those that it had not come to. Who had a letter for a line of the
    table and is not in it any more has it withdrawn. Raise DataProblems with everything that is wrong about
    the table, or where a letter cannot be made.
    """
    stock = take_stock(desk)
    before, gone = last_letters(desk.ledger), withdrawn_letters(desk.ledger)
    table = read_representatives(people, stock.plan, known_numbers(before))
    whole = {code: issue.letter for code, issue in in_force_letters(desk.ledger).items()}
    if problems := list(Found(_faults(stock, table, whole))):
        raise DataProblems(problems)
    language = stock.reading.places.language
    model = letter_template(template, language, "representative")
    run = LetterRun(LetterFolder(form, out), model, language, executor)
    carried = _carried(stock, table, whole, before)
    due = [_due(stock, one, gone, run.folder) for one in carried]
    made = run.issue(desk, due, lambda told: _record(desk, told), _AT_ONCE)
    over = [*_no_more(stock, table, before, gone)]
    _withdraw(desk, over, people.name)
    notes = tuple(_uncarried(stock, table, before, gone))
    return LettersReport(made.letters, made.left, tuple(map(_told_withdrawn, over)), notes)


def known_numbers(letters: Mapping[str, Issue]) -> list[str]:
    """The numbers of employees as they stand in letters."""
    return [issue.letter.region.head.employee for issue in letters.values()]


def _lines(stock: Stock) -> dict[str, Line]:
    return {line.code: line for line in stock.plan.lines}


def _by_region(stock: Stock, table: Sequence[Representative]) -> dict[Region, list[Representative]]:
    lines, found = _lines(stock), defaultdict[str, list[Representative]](list)
    for one in table:
        found[lines[one.line].region].append(one)
    return {region: found[region.code] for region in stock.plan.regions if region.code in found}


def _faults(stock: Stock, table: Sequence[Representative], whole: Mapping[str, Letter]) -> Iterator[Problem]:
    """Regions without a letter, names that cannot be printed, and lines that are not carried whole."""
    told = Figures(stock.plan.metric, stock.reading.places.language)
    for region, own in _by_region(stock, table).items():
        if region.code not in whole:
            yield Problem("individual_before_region", region.name)
            continue
        agreed = _agreed(stock, region, whole[region.code])
        for line, carried, due in shortfalls(agreed, own, stock.plan.metric):
            fields = {"carried": told.number(carried), "agreed": told.number(due)}
            yield Problem("individual_short", _lines(stock)[line].name, fields)
    for one in table:
        yield from text_faults(f"{one.employee} {one.name}", one.name)


def _agreed(stock: Stock, region: Region, letter: Letter) -> dict[str, float]:
    """What a region's letter says of each line, by code."""
    lines = stock.plan.lines_of(region.code)
    return {line.code: said.targets.agreed for line, said in zip(lines, letter.lines, strict=True)}


@dataclass(frozen=True)
class _Carried:
    """What somebody carries: a part of a line, and what letters there are of it."""

    by: Representative
    line: str
    whole: Letter
    last: Issue | None


def _carried(
    stock: Stock,
    table: Sequence[Representative],
    whole: Mapping[str, Letter],
    before: Mapping[str, Issue],
) -> Iterator[_Carried]:
    lines = _lines(stock)
    for region, own in _by_region(stock, table).items():
        for one in own:
            last = before.get(bearer_key(one.employee))
            yield _Carried(one, lines[one.line].name, whole[region.code], last)


def _due(stock: Stock, one: _Carried, gone: Container[str], folder: LetterFolder) -> DueLetter:
    """The letter that is due: the last one where it holds and says the same, or else the next version."""
    last = one.last
    letter = individual(
        one.whole,
        one.by,
        one.line,
        replaced=last.letter if last else None,
        issued=stock.desk.clock().date(),
        chain_head=stock.checkpoint,
    )
    if last and last.letter.number not in gone and says_the_same(letter, last.letter):
        return ordered(last.letter, last, folder)
    return ordered(letter, None, folder)


def _record(desk: Desk, told: Sequence[WrittenLetter]) -> None:
    """New letters, and new files of old ones, each as an entry of its own, which proves it alone."""
    if told:
        stock = take_stock(desk)
        documents = [dump(one.issue) for one in told]
        stock.settle([*map(partial(_entry, stock), told, documents)], documents)


def _entry(stock: Stock, one: WrittenLetter, content: bytes) -> Event:
    key = (one.issue.letter.region.code, one.issue.letter.number, REPRESENTATIVE)
    return Event("letters", *key, stock.standing.values.get(key), reference(content))


def _no_more(
    stock: Stock, table: Sequence[Representative], before: Mapping[str, Issue], gone: Container[str]
) -> Iterator[Issue]:
    """The letters of those who carry none of the table's lines any more."""
    known = _lines(stock)
    lines = {known[one.line].name for one in table}
    there = {bearer_key(one.employee) for one in table}
    for bearer, issue in before.items():
        if bearer not in there and issue.letter.number not in gone and issue.letter.lines[0].name in lines:
            yield issue


def _uncarried(
    stock: Stock, table: Sequence[Representative], before: Mapping[str, Issue], gone: Container[str]
) -> Iterator[Problem]:
    """Lines of the table's regions that have letters of representatives, and nobody in the table."""
    lines, named = stock.plan.lines, {one.line for one in table}
    regions = {line.region for line in lines if line.code in named}
    there = {bearer_key(one.employee) for one in table}
    held = Counter(
        (one.letter.region.code, one.letter.lines[0].name)
        for bearer, one in before.items()
        if bearer not in there and one.letter.number not in gone
    )
    for line in lines:
        if line.region in regions and line.code not in named and (count := held[line.region, line.name]):
            yield Problem("individual_uncarried", line.name, {"count": count})


def _withdraw(desk: Desk, letters: Sequence[Issue], table: str) -> None:
    """Have the ledger say that letters do not hold any more, as a table knows nobody who carries them."""
    if letters:
        stock = take_stock(desk)
        stock.settle([_withdrawal(stock, one.letter, table) for one in letters])


def _told_withdrawn(issue: Issue) -> Problem:
    said = {"letter": issue.letter.number, "region": issue.letter.region.name}
    return Problem("individual_withdrawn", issue.letter.region.head.name, said)


def _withdrawal(stock: Stock, letter: Letter, table: str) -> Event:
    values, code = stock.standing.values, letter.region.code
    return happened("letters", values, code, letter.number, LetterState.WITHDRAWN, table)
