"""What was collected, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..language import text
from ..problems import Problem
from ..telling import DONE, QUESTION, QUIET, WRONG, Part, Report, Sentence, tell_problems
from .announce import NOBODY, Announced
from .lock import tell_raised


@dataclass(frozen=True)
class FileProblems:
    """A file, or a region, of which nothing was taken in, and why."""

    name: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class CollectReport(Report):
    """What was taken in, from where, and what was not."""

    locked: tuple[tuple[str, str], ...]
    """Region, and the file that its declaration came in."""
    merged: tuple[tuple[str, str, int], ...]
    """Region, file and cells of drafts that another version of the book brought."""
    already: tuple[tuple[str, str], ...]
    """Region and file of what had been taken in before."""
    waiting: tuple[tuple[str, str], ...]
    """Region and file, or nothing, of what is not submitted yet."""
    refused: tuple[FileProblems, ...]
    notes: tuple[FileProblems, ...]
    """What stands in a file that was taken in and has no meaning there."""
    objections: tuple[tuple[str, str, float], ...]
    recorded: int
    remarks: int = 0
    """What people wrote to the other side."""
    left: tuple[tuple[str, str], ...] = ()
    """Region and file of what is of another region than was asked for."""
    files: int = 0
    """Files that came beside answers and are attached now."""
    awaited: tuple[FileProblems, ...] = ()
    """Files that answers name and that did not come, or that came and are not named."""
    announced: Announced = NOBODY
    """Who was told of the objections, and who could not be yet."""
    passed_over: tuple[tuple[str, str], ...] = ()
    """Region and file of drafts whose region has submitted by another one."""
    spent: tuple[tuple[str, str], ...] = ()
    """Region and file of what was taken in before, where the region is open again."""

    @property
    def leaves_work(self) -> bool:
        """Whether anything was refused."""
        return bool(self.refused)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for code, told, mark in (("locked", self.locked, DONE), ("already", self.already, QUIET)):
            for region, file in told:
                yield Sentence(text(f"telling.collect.{code}", language, file=file), mark, region)
        for region, file, cells in self.merged:
            yield Sentence(text("telling.collect.merged", language, file=file, cells=cells), DONE, region)
        for region, file in self.waiting:
            code = "waiting" if file else "waiting_tab"
            yield Sentence(text(f"telling.collect.{code}", language, file=file), QUIET, region)
        for code, told in (("passed_over", self.passed_over), ("spent", self.spent)):
            for region, file in told:
                yield Sentence(text(f"telling.collect.{code}", language, file=file), QUIET, region)
        for region, file in self.left:
            yield Sentence(text("telling.collect.left", language, file=file), QUIET, region)
        for one in self.refused:
            yield Sentence(text("telling.collect.refused", language), WRONG, one.name)
            faults = (
                replace(fault, where="") if fault.where == one.name else fault for fault in one.problems
            )
            yield from tell_problems(faults, language, indented=True)
        for one in self.notes:
            yield Sentence(text("telling.collect.beside", language), QUESTION, one.name)
            yield from tell_problems(one.problems, language, indented=True)
        for one in self.awaited:
            yield Sentence(text("telling.collect.enclosed", language), QUESTION, one.name)
            yield from tell_problems(one.problems, language, indented=True)
        yield from tell_raised(self.objections, language)
        yield from self.announced.tell(language)
        if self.remarks:
            yield Sentence(text("telling.lock.remarks", language, count=self.remarks), DONE)
        if self.files:
            yield Sentence(text("telling.collect.files", language, count=self.files), DONE)
        yield Sentence(text("telling.lock.recorded", language, cells=self.recorded))
