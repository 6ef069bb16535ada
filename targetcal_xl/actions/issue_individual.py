"""Letters of representatives: one each, made of a table of people, resting on their region's letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..calibration import Letter, Line, Region, Representative, individual, shortfalls
from ..connect import read_representatives
from ..desk import (
    INDIVIDUAL,
    Desk,
    Individual,
    Issue,
    Stock,
    in_force_letters,
    individual_issues,
    take_stock,
    text_faults,
)
from ..figures import Figures
from ..language import text
from ..ledger import Event, dump, reference
from ..problems import DataProblems, Found, Problem
from ..telling import DONE, Part, Report, Sentence
from .issue_letters import issue_letters
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


@dataclass(frozen=True)
class IndividualReport(Report):
    """By region how many letters of representatives are new, and how many were issued before."""

    regions: tuple[tuple[str, int, int], ...]

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for region, new, kept in self.regions:
            yield Sentence(
                text("telling.individual.issued", language, region=region, new=new, kept=kept), DONE
            )


def letters_as_said(
    desk: Desk, out: Path, form: LetterFormat, template: Path | None, executor: str, people: Path | None
) -> Report:
    """Issue the letters of representatives where their table is named, else those of regions."""
    if people:
        return issue_individual(desk, out, people, form, template, executor)
    return issue_letters(desk, out, form, template, executor)


def issue_individual(
    desk: Desk,
    out: Path,
    people: Path,
    form: LetterFormat = "both",
    template: Path | None = None,
    executor: str = "",
) -> IndividualReport:
    """Issue a letter to each representative of a table; regions are recorded one by one, as they are ready.

    So a run that was stopped goes on with the regions that it had not come to. Raise DataProblems with
    everything that is wrong about the table, or where a letter would come out differently than it was issued.
    """
    stock = take_stock(desk)
    table = read_representatives(people, stock.plan)
    whole = {code: issue.letter for code, issue in in_force_letters(desk.ledger).items()}
    if problems := list(Found(_faults(stock, table, whole))):
        raise DataProblems(problems)
    language = stock.reading.places.language
    model = letter_template(template, language, "representative")
    run = LetterRun(LetterFolder(form, out), model, language, executor)
    earlier, told = individual_issues(desk.ledger), list[tuple[str, int, int]]()
    for region, own in _by_region(stock, table).items():
        before = earlier.get(region.code, Individual(()))
        issued = _issue(desk, region, own, whole[region.code], before, run)
        told.append((region.name, sum(issued), len(issued) - sum(issued)))
    return IndividualReport(tuple(told))


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


def _issue(
    desk: Desk,
    region: Region,
    own: Sequence[Representative],
    whole: Letter,
    before: Individual,
    run: LetterRun,
) -> list[bool]:
    """Issue the letters of a region's representatives, and whether each is new."""
    stock = take_stock(desk)
    known = {issue.letter.region.head.employee: issue for issue in before.issues}
    due = [_due(stock, whole, one, known.get(one.employee), run.folder) for one in own]

    def record(told: list[WrittenLetter]) -> None:
        """The region's letters in force, with what is new of them, in the place of those before."""
        newest = known | {one.issue.letter.region.head.employee: one.issue for one in told}
        content = dump(Individual(tuple(newest[number] for number in sorted(newest))))
        old = stock.standing.value(region.code, None, INDIVIDUAL)
        if told:
            event = Event("letters", region.code, None, INDIVIDUAL, old, reference(content))
            stock.settle([event], [content])

    return [one.is_new for one in run.issue(desk, due, record)]


def _due(
    stock: Stock, whole: Letter, one: Representative, last: Issue | None, folder: LetterFolder
) -> DueLetter:
    """The letter that is due: the last one where it says the same, or else the next version."""
    letter = individual(
        whole,
        one,
        _lines(stock)[one.line].name,
        replaced=last.letter if last else None,
        issued=stock.desk.clock().date(),
        chain_head=stock.checkpoint,
    )
    if last and says_the_same(letter, last.letter):
        return ordered(last.letter, last, folder)
    return ordered(letter, None, folder)
