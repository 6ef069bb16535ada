"""Writing to the other side about a line, taking in what is written in the tabs, and reading it all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from ..calibration import Line, Plan, Region
from ..desk import (
    COMMENT,
    FILE,
    FOLDER,
    TEXT,
    AttachedContent,
    Desk,
    Remark,
    Stock,
    chosen_regions,
    find_line,
    find_line_anywhere,
    find_region,
    keep_attached,
    read_attached,
    remark_events,
    remarks,
    room_faults,
    take_stock,
    text_problems,
    typed_faults,
    typed_remarks,
)
from ..language import text
from ..ledger import Event
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, QUIET, Part, Report, Sentence, tell_problems


@dataclass(frozen=True)
class CommentReport(Report):
    """What was written or taken in now, and what waits in a tab as it cannot be."""

    remarks: tuple[Remark, ...]
    """With the names of regions and lines."""
    refused: tuple[Problem, ...] = ()

    @property
    def leaves_work(self) -> bool:
        """Whether something could not be taken in."""
        return bool(self.refused)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for one in self.remarks:
            said = text("telling.comment.recorded", language, by=one.by, said=one.told(language))
            yield Sentence(said, DONE, f"{one.region} / {one.line}")
        yield from tell_problems(self.refused, language)
        if not self.remarks and not self.refused:
            yield Sentence(text("telling.comment.nothing", language), QUIET)


@dataclass(frozen=True)
class ThreadsReport(Report):
    """Everything that both sides wrote to each other, in order."""

    remarks: tuple[Remark, ...]
    """With the names of regions and lines."""
    waiting: int
    """How many cells of tabs hold what was not taken in yet."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for place, thread in groupby(sorted(self.remarks, key=_place), _place):
            yield Sentence("", about=" / ".join(place))
            for one in thread:
                yield Sentence(_told(one, language), indented=True)
        if not self.remarks:
            yield Sentence(text("telling.comment.none", language), QUIET)
        if self.waiting:
            yield Sentence(text("telling.comment.waiting", language, count=self.waiting))


def _place(one: Remark) -> tuple[str, str]:
    return one.region, one.line


def _told(one: Remark, language: str) -> str:
    """When it was written, by whom, and who recorded it where that is somebody else."""
    by = {"by": one.by, "actor": one.recorded_by}
    code = "telling.comment.by_both" if one.by != one.recorded_by else "telling.comment.by"
    at = f"{one.at:%Y-%m-%d %H:%M}"
    return text(code, language, at=at, said=one.told(language), **by)


def _named(plan: Plan, found: Iterable[Remark]) -> tuple[Remark, ...]:
    """The same by the names of regions and lines."""
    lines = {line.code: line.name for line in plan.lines}
    return tuple(replace(one, region=plan.region(one.region).name, line=lines[one.line]) for one in found)


def comment_as_said(
    desk: Desk, region: str = "", line: str = "", words: str = "", files: Sequence[Path] = ()
) -> CommentReport:
    """Write about a line, or take in what is written in the tabs where nothing is said.

    Raise Refused where only half of it is said.
    """
    if not (line or words or files):
        return take_in_remarks(desk, [region] if region else [])
    if not (region and line and (words or files)):
        raise Refused([Problem("comment_needs_all")])
    return comment(desk, region, line, words, files)


def comment(desk: Desk, region: str, line: str, words: str = "", files: Sequence[Path] = ()) -> CommentReport:
    """Write about a line, in one's own name, and attach files.

    Raise Refused once the region is confirmed, DataProblems for words that are no remark and for files that
    may not be attached.
    """
    stock = take_stock(desk)
    found = find_region(stock.plan, region)
    meant = find_line(stock.plan, found, line)
    if stock.table(found).is_confirmed:
        raise Refused([Problem("thread_closed", found.name, {"region": found.name})])
    said = words.strip()
    problems = list(text_problems(f"{found.name} / {meant.name}", said)) if words else []
    contents = _attachable(stock, found, files, problems)
    folder = keep_attached(desk, stock.standing.values.get(FOLDER), contents)
    events = [Event(COMMENT, found.code, meant.code, TEXT, None, said)] if said else []
    events += [Event(COMMENT, found.code, meant.code, FILE, None, str(file)) for file, _ in contents]
    return _settled(stock, [*folder, *events])


def _attachable(
    stock: Stock, region: Region, files: Sequence[Path], problems: list[Problem]
) -> AttachedContent:
    """The files' contents; raise DataProblems with all problems, those known already among them."""
    try:
        contents = read_attached(files)
    except DataProblems as found:
        raise DataProblems([*problems, *found.problems]) from found
    more = [file for file, _ in contents]
    problems += room_faults(stock.desk.ledger, stock.plan, region, more)
    if problems:
        raise DataProblems(problems)
    return contents


def take_in_remarks(desk: Desk, regions: Sequence[str] = ()) -> CommentReport:
    """Take in what both sides wrote in the tabs; what cannot be stays there and is named."""
    stock = take_stock(desk)
    found, refused = sound_remarks(stock, chosen_regions(stock.plan, regions))
    return _settled(stock, found, refused)


def sound_remarks(stock: Stock, regions: Sequence[Region]) -> tuple[list[Event], tuple[Problem, ...]]:
    """What is recorded of what is written in these regions' tabs, and what speaks against the rest."""
    cells = typed_remarks(stock, regions)
    faults = {cell.key: [*typed_faults(stock, [cell])] for cell in cells}
    sound = [cell for cell in cells if not faults[cell.key]]
    return remark_events(stock, sound), tuple(one for found in faults.values() for one in found)


def _settled(stock: Stock, events: Sequence[Event], refused: tuple[Problem, ...] = ()) -> CommentReport:
    before = stock.desk.ledger.last
    if events:
        stock.settle(events)
    new = before.number if before else 0
    written = (one for one in remarks(stock.desk.ledger) if one.number > new)
    return CommentReport(_named(stock.plan, written), refused)


def threads(desk: Desk, region: str = "", line: str = "") -> ThreadsReport:
    """What both sides wrote to each other, of all lines or of those that are named; changes nothing."""
    stock = take_stock(desk)
    found = find_region(stock.plan, region) if region else None
    meant = _line(stock.plan, region, line) if line else None
    chosen = [found] if found else [stock.plan.region(meant.region)] if meant else [*stock.plan.regions]
    code = meant.code if meant else None
    listed = [one for each in chosen for one in remarks(stock.desk.ledger, each.code, code)]
    waiting = [cell for cell in typed_remarks(stock, chosen) if code in (None, cell.key[1])]
    in_order = sorted(listed, key=lambda one: one.number)
    return ThreadsReport(_named(stock.plan, in_order), len(waiting))


def _line(plan: Plan, region: str, line: str) -> Line:
    return find_line(plan, find_region(plan, region), line) if region else find_line_anywhere(plan, line)
