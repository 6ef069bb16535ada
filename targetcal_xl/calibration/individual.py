"""Letters of representatives: each carries a part of a line's target, as its region's letter holds it."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .commitment import Letter, LineCommitment, Milestone, Targets
from .metric import Metric
from .plan import Person


@dataclass(frozen=True)
class Representative:
    """Somebody who carries a part of a line; `target` is in the metric's unit."""

    employee: str
    """The number by which the company knows them."""
    name: str
    line: str
    """The line's code."""
    target: float
    mail: str = ""
    """Where their letter is mailed to; it stands in no letter."""


def shortfalls(
    agreed: Mapping[str, float], people: Sequence[Representative], metric: Metric
) -> Iterator[tuple[str, float, float]]:
    """Line, what its representatives carry and what was agreed, where that is not carried.

    `agreed` is by line code. More than agreed may be given out of what should be high, less of what should
    be low; means and ratios do not add, so nothing is said of theirs.
    """
    carried = defaultdict[str, float](float)
    for one in people:
        carried[one.line] += one.target
    for line, total in carried.items() if metric.adds_up else ():
        if metric.direction * (total - agreed[line]) < -metric.step / 2:
            yield line, total, agreed[line]


def individual(
    whole: Letter,
    person: Representative,
    line: str,
    *,
    replaced: Letter | None,
    issued: dt.date,
    chain_head: str,
) -> Letter:
    """A representative's letter, which rests on their region's; `line` is the name of theirs.

    They sign as the head of what they carry, and the region's head as their superior.
    """
    version = replaced.version + 1 if replaced else 1
    region, nobody = whole.region, math.nan
    targets = Targets(nobody, nobody, nobody, nobody, nobody, person.target)
    stem = whole.number.rpartition("-V")[0]
    return replace(
        whole,
        number=f"{stem}-{person.employee}-V{version}",
        version=version,
        replaces=replaced.number if replaced else "",
        replaced_head=replaced.chain_head if replaced else "",
        replaced_issued=replaced.issued if replaced else None,
        issued=issued,
        chain_head=chain_head,
        region=replace(region, head=Person(person.name, employee=person.employee), superior=region.head),
        lines=(LineCommitment(line, targets),),
        total=None,
        history=(),
        grants=(),
        declined=(),
        objections=(),
        explanation=None,
        milestones=tuple(_milestone(one, person.target, whole) for one in whole.milestones),
        rests_on=whole.number,
    )


def _milestone(one: Milestone, target: float, whole: Letter) -> Milestone:
    """The same day of a path to their own target."""
    if not whole.metric.adds_up or whole.thresholds is None:
        return one
    due = target * one.share
    return replace(one, target=due, limit=due * (one.limit / one.target if one.target else math.nan))
