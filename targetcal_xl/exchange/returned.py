"""What a file that came back holds, read before anybody judges it: whoever knows the plan's inputs can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..calibration import Inputs
from ..problems import Problem
from ..workbook import ClosedBook, Reading, book_from
from .answer import PageAnswer, read_answer
from .pack import find_slips, read_pack
from .slip import Slip


@dataclass(frozen=True)
class PackAnswer:
    """What somebody filled into a pack."""

    slip: Slip
    at: str
    """The cell in which the slip stands."""
    has_macros: bool
    saved_by: str
    reading: Reading | None
    """None where it is of another plan, or brings a program along: such a pack counts for nothing."""


@dataclass(frozen=True)
class ReturnedFile:
    """A file that came back, as it was read: an answer, any other workbook, or why it is neither."""

    name: str
    answer: PageAnswer | PackAnswer | None = None
    book: ClosedBook | None = None
    """A workbook that is no pack."""
    problems: tuple[Problem, ...] = ()


def read_returned(content: bytes, path: Path, inputs: Inputs, language: str) -> ReturnedFile:
    """What a file says; raise Refused or DataProblems where it cannot be read."""
    if content.lstrip()[:1] == b"{":
        return ReturnedFile(path.name, read_answer(content, path.name))
    book = book_from(content, path)
    slips = [*find_slips(book)]
    if not slips:
        return ReturnedFile(path.name, book=book)
    if several := _several([one for one, _ in slips], inputs):
        return ReturnedFile(path.name, problems=(Problem("answer_several", path.name, {"regions": several}),))
    slip, at = slips[0]
    is_ours = _is_of(slip, inputs) and not book.has_macros
    reading = read_pack(book, slip, inputs, language).reading if is_ours else None
    return ReturnedFile(path.name, PackAnswer(slip, at, book.has_macros, book.saved_by, reading))


def _several(slips: Sequence[Slip], inputs: Inputs) -> list[str]:
    """The names of the regions whose packs stand in one file; none where all are of one."""
    meant = {slip.region for slip in slips}
    return [region.name for region in inputs.plan.regions if region.code in meant] if len(meant) > 1 else []


def _is_of(slip: Slip, inputs: Inputs) -> bool:
    plan = inputs.plan
    is_region = any(region.code == slip.region for region in plan.regions)
    return is_region and (slip.plan, slip.period) == (plan.code, str(plan.period))
