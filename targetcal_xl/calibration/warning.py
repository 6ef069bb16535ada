"""Warnings: what is behind one, as far as the data say, and which of them mended by themselves."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from .arrays import Floats
from .progress import Progress
from .vocabulary import CauseCode, WarningState

ONE_DAY: Final = 0.25
"""A day that brought so much of a line's result hangs on one customer, or on few ..."""
ENOUGH_DAYS: Final = 14
"""... once there are so many days to tell from."""
FADED: Final = 0.85
"""The last days went badly when they came to less than this share of how the line went in all."""
MOSTLY: Final = 0.5
"""What a group lacks is mostly one member's when this much is."""
STAYS: Final = 7
"""A line is back when it has not been warned of for so many days; one warned of again before never was."""


@dataclass(frozen=True)
class Cause:
    """What is behind a warning: a shortage at a `share` of its plan, a day or a member that has this share of
    what came or lacks, or how much of their path the last days brought."""

    code: CauseCode
    share: float
    day: dt.date | None = None
    member: str = ""
    """The code of the line or region that the cause is about."""


def line_causes(
    progress: Progress, row: int, daily: Floats, recent: float, start: dt.date, direction: int
) -> tuple[Cause, ...]:
    """What is behind the warning of a line, the likeliest first; `daily` (days,) are its results, in the
    metric's unit, where these add up, else empty."""
    found = [Cause(short.code, short.share) for short in progress.shortages[row]]
    found += _one_day(daily, start)
    pace = _pace(float(progress.actual[row]), float(progress.path[row]), direction)
    if recent < FADED * pace:
        found.append(Cause("lately", recent))
    elif not found:
        found.append(Cause("throughout", pace))
    return tuple(found)


def _pace(actual: float, path: float, direction: int) -> float:
    """What came beside the path of that day: above 1 is always better."""
    part, whole = (actual, path) if direction > 0 else (path, actual)
    return part / whole if whole > 0 else math.nan


def _one_day(daily: Floats, start: dt.date) -> Iterator[Cause]:
    known = np.nan_to_num(daily)
    total = float(known.sum())
    if len(known) < ENOUGH_DAYS or total <= 0:
        return
    best = int(known.argmax())
    if known[best] >= ONE_DAY * total and np.count_nonzero(known) > 1:
        yield Cause("one_day", float(known[best]) / total, start + dt.timedelta(days=best))


def group_causes(lacking: Floats, codes: Sequence[str]) -> tuple[Cause, ...]:
    """What is behind the warning of a group: the member that lacks most, or all of them.

    `lacking` (m,) is what each is expected to lack at the end, in the metric's unit; below 0 it has more.
    """
    short = np.maximum(np.nan_to_num(lacking), 0.0)
    whole = float(short.sum())
    if whole <= 0:
        return ()
    worst = int(short.argmax())
    share = float(short[worst]) / whole
    if share >= MOSTLY:
        return (Cause("member", share, member=codes[worst]),)
    return (Cause("members", float(np.count_nonzero(short)) / len(short)),)


@dataclass(frozen=True)
class SuggestionRule:
    """What a company wants said `when` a warning has a cause, if its share is at most `below`, and who acts:
    the code of a role, or a name."""

    when: CauseCode
    say: str
    who: str = ""
    below: float = math.inf


def rules_for(
    causes: Iterable[Cause], rules: Sequence[SuggestionRule]
) -> Iterator[tuple[Cause, SuggestionRule]]:
    """The rules that fit, by cause."""
    for cause in causes:
        yield from ((cause, rule) for rule in rules if rule.when == cause.code and cause.share <= rule.below)


@dataclass(frozen=True)
class WarningTurn:
    """A warning that began or ended, by the day of the results that showed it; None where nobody noted it."""

    about: tuple[str | None, str | None]
    state: WarningState
    day: dt.date | None


def deviations(turns: Iterable[WarningTurn], last: dt.date | None, end: dt.date) -> tuple[int, int]:
    """How many warnings began, and how many of them ended by themselves and stayed so until the `last` day.

    What is warned of again within STAYS days was never back: that is one and the same.
    """
    by_one: dict[tuple[str | None, str | None], list[WarningTurn]] = {}
    for turn in turns:
        by_one.setdefault(turn.about, []).append(turn)
    began = mended = 0
    for own in by_one.values():
        for place, turn in enumerate(own):
            follows = own[place + 1] if place + 1 < len(own) else None
            if turn.state == WarningState.OPEN:
                again = place > 0 and not _stayed(own[place - 1], turn.day, end)
                began += not again
            else:
                mended += _stayed(turn, follows.day if follows else last, end)
    return began, mended


def _stayed(closed: WarningTurn, until: dt.date | None, end: dt.date) -> bool:
    if closed.day is None or until is None:
        return True
    return until >= end or (until - closed.day).days >= STAYS
