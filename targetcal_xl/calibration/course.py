"""A target that changes while its period runs: from a day on only, for as much of the period as is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .arrays import Floats
from .metric import Metric


@dataclass(frozen=True)
class Course:
    """What a line is to bring: the target that was confirmed, and what changed it since."""

    confirmed: float
    turns: tuple[tuple[dt.date, float], ...] = ()
    """Days from which the path leads to another target for the whole period, each with that."""

    @property
    def target(self) -> float:
        """The target that is in force."""
        return self.turns[-1][1] if self.turns else self.confirmed

    def turned(self, day: dt.date, target: float) -> Course:
        """The same with another turn, in the place of one of that day and of all later ones."""
        return Course(self.confirmed, (*(turn for turn in self.turns if turn[0] < day), (day, target)))

    def __str__(self) -> str:
        """As the ledger keeps it: `100; 2025-02-15 111`."""
        return "; ".join([f"{self.confirmed:.15g}", *(f"{day} {target:.15g}" for day, target in self.turns)])


def parse_course(text: str) -> Course:
    """The course of its text; raise ValueError for any other."""
    confirmed, *turns = text.split("; ")
    pairs = [turn.split(" ") for turn in turns]
    return Course(
        float(confirmed), tuple((dt.date.fromisoformat(day), float(target)) for day, target in pairs)
    )


def course_path(course: Course, days: Sequence[dt.date], day_weights: Floats, metric: Metric) -> Floats:
    """Where a line should be at the end of each of its D days, (D,); the last day is the target.

    What is behind a turn stays as it was; the days left share what is left, by their weights (D,). A mean
    or ratio gets another level from then on, such that all days together come to the target.
    """
    share = np.cumsum(day_weights) / np.sum(day_weights)
    amount: Floats = course.confirmed * share
    for day, target in course.turns:
        first = days.index(day)
        done, behind = (amount[first - 1], share[first - 1]) if first else (0.0, 0.0)
        amount[first:] = done + (target - done) * (share[first:] - behind) / (1.0 - behind)
    return amount if metric.adds_up else amount / share


def pro_rata(
    course: Course, day: dt.date, target: float, days: Sequence[dt.date], day_weights: Floats, metric: Metric
) -> float:
    """The target for the whole period if `target` holds from a day on, in whole steps of the metric.

    Up to then the path stays; of the new target counts the share of the path that is still ahead, by the
    weights (D,) of the period's days.
    """
    first = days.index(day)
    if not first:
        return _whole(target, metric)
    behind = float(np.sum(day_weights[:first]) / np.sum(day_weights))
    path = float(course_path(course, days, day_weights, metric)[first - 1])
    done = path if metric.adds_up else path * behind
    return _whole(done + target * (1.0 - behind), metric)


def _whole(target: float, metric: Metric) -> float:
    return float(metric.to_step(np.array(target)))
