"""Commitment letters: composed, rendered, proved and issued once; a correction is a new version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..calibration import Letter, Region, compose
from ..desk import RECORD, Desk, Issue, Stock, in_force_letters, take_stock
from ..language import is_placeholder, listed, text
from ..ledger import Event, dump, reference
from ..problems import DataProblems, Problem
from ..telling import DONE, Part, Report, Sentence, noted
from ..workdays import plan_shape
from .check import broken_seals
from .letter_making import (
    DueLetter,
    LetterFiles,
    LetterFolder,
    LetterFormat,
    LetterRun,
    WrittenLetter,
    letter_template,
    ordered,
    says_the_same,
)
from .objections import handled_by_line


@dataclass(frozen=True)
class LettersReport(Report):
    """The letters of regions, or of representatives."""

    letters: tuple[LetterFiles, ...]
    left: tuple[Problem, ...] = ()
    """Files of letters that hold which are not there and could not be made again."""
    withdrawn: tuple[Problem, ...] = ()
    """Letters that hold no more, as their representatives have left the table."""
    notes: tuple[Problem, ...] = ()
    """Lines that nobody in the table carries."""

    @property
    def leaves_work(self) -> bool:
        """Whether a file is missing, or nobody carries a line any more."""
        return bool(self.left or self.notes)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for letter in self.letters:
            if not letter.person:
                outcome, files = "issued" if letter.is_new else "kept", listed(letter.files, language)
                facts = {"number": letter.number, "region": letter.region, "files": files}
                yield Sentence(text(f"telling.letters.{outcome}", language, **facts), DONE)
        for region, (new, kept) in self._people().items():
            said = text("telling.individual.issued", language, region=region, new=new, kept=kept)
            yield Sentence(said, DONE)
        yield from noted(self.withdrawn, text("telling.individual.withdrawn", language), language)
        yield from noted(self.notes, text("telling.individual.notes", language), language)
        yield from noted(self.left, text("telling.letters.left", language), language)

    def _people(self) -> dict[str, tuple[int, int]]:
        """By region how many letters of representatives are new, and how many were issued before."""
        counts = Counter((one.region, one.is_new) for one in self.letters if one.person)
        return {region: (counts[region, True], counts[region, False]) for region, _ in counts}


def issue_letters(
    desk: Desk, out: Path, form: LetterFormat = "both", template: Path | None = None, executor: str = ""
) -> LettersReport:
    """Issue the letter of every confirmed region; what was issued before is written again, unchanged.

    `executor` says who makes them, see `workshop`. What would come out differently than it was issued, as a
    letter of an older release, stays as it is and is named. Raise DataProblems where a region is not
    confirmed yet, and where a letter that is due cannot be made.
    """
    stock = take_stock(desk)
    if problems := list(_obstacles(stock)):
        raise DataProblems(problems)
    language = stock.reading.places.language
    run = LetterRun(LetterFolder(form, out), letter_template(template, language), language, executor)
    earlier = in_force_letters(desk.ledger)
    due = _due(stock, earlier, run.folder)
    made = run.issue(desk, due, lambda told: _record(stock, told, earlier))
    return LettersReport(made.letters, made.left)


def _obstacles(stock: Stock) -> Iterator[Problem]:
    for region in stock.plan.regions:
        if not stock.table(region).allows("letters"):
            yield Problem("region_not_confirmed", region.name)
        yield from broken_seals(stock, region)


def _letter(
    stock: Stock, region: Region, last: Issue | None, handling: dict[str, str]
) -> tuple[Letter, bool]:
    """The letter that is due: the last one, when it still says what was agreed, or else the next version."""
    letter = _next(stock, region, last, handling)
    if last and says_the_same(_as_known(letter, last.letter), last.letter):
        return last.letter, False
    return letter, True


def _erased(stock: Stock) -> set[str | None]:
    """The regions whose last letter nobody can write again, as words of it were erased."""
    gone = {where for where, _ in stock.desk.ledger.erased()}
    values = stock.standing.values.items()
    return {region for (region, _, field), value in values if field == RECORD and value in gone}


def _next(stock: Stock, region: Region, last: Issue | None, handling: dict[str, str]) -> Letter:
    """The next version of a region's letter."""
    return compose(
        stock.standing,
        region.code,
        replaced=last.letter if last else None,
        issued=stock.desk.clock().date(),
        chain_head=stock.checkpoint,
        handling=handling,
        day_weights=plan_shape(stock.standing.inputs).shares,
        says_nothing=is_placeholder,
    )


def _as_known(letter: Letter, last: Letter) -> Letter:
    """What a letter said in the release that issued the last one: a new program alone asks for no new letter.

    Up to 0.4.0 there were neither risks nor milestones, up to 0.6.0 no outcomes of talks.
    """
    if not any(one.outcome for one in last.objections):
        letter = replace(letter, objections=tuple(replace(one, outcome="") for one in letter.objections))
    if last.thresholds:
        return letter
    lines = tuple(replace(line, risk="") for line in letter.lines)
    grants = tuple(replace(grant, owner="") for grant in letter.grants)
    return replace(letter, lines=lines, grants=grants, milestones=(), thresholds=None)


def _due(stock: Stock, earlier: Mapping[str, Issue], folder: LetterFolder) -> list[DueLetter]:
    """The letters of all regions."""
    handling, erased = handled_by_line(stock.desk.ledger), _erased(stock)
    due = []
    for region in stock.plan.regions:
        last = earlier.get(region.code)
        letter, is_new = _letter(stock, region, last, handling)
        if last and region.code in erased and not folder.are_lying(last):
            letter, is_new = _next(stock, region, last, handling), True
        due.append(ordered(letter, None if is_new else last, folder))
    return due


def _record(stock: Stock, told: list[WrittenLetter], earlier: Mapping[str, Issue]) -> None:
    """New letters, and new files of old ones, go to the ledger while their files lie ready."""
    events, documents = [], []
    recorded = {key: value for key, value in stock.standing.values.items() if key[2] == RECORD}
    for one in told:
        region, content = one.issue.letter.region.code, dump(one.issue)
        if one.before is None:
            last = earlier.get(region)
            old = last.letter.number if last else None
            events.append(Event("letters", region, None, "letter", old, one.issue.letter.number))
        before = recorded[region, None, RECORD] if one.before else None
        events.append(Event("letters", region, None, RECORD, before, reference(content)))
        documents.append(content)
    if events:
        stock.settle(events, documents)
