"""Looking back: what people thought of their targets, and attainment beside it in four quadrants."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from .vocabulary import QuadrantCode

LOWEST_SCORE, HIGHEST_SCORE = 1, 5
TOP_BOX = 4
"""This score or better is agreement."""
SURVEY_FLOOR = 3
"""No setting shows a group of fewer answers than this."""
ATTAINMENT_CUT, AGREEMENT_CUT = 0.90, 0.70
BORDERLINE = 0.02
"""This near to a cut, either side, the side is not to be taken at its word."""

TOLERANCE = 1e-9

_QUADRANTS: dict[tuple[bool, bool], QuadrantCode] = {
    (True, True): "thriving",
    (True, False): "pressed",
    (False, True): "content",
    (False, False): "failing",
}
"""By whether the target was reached, and agreed with."""


@dataclass(frozen=True)
class Opinion:
    """Answers of one group: how many, their mean score, and percent of answers that agree."""

    answers: int
    mean: float
    agreement_pct: float


@dataclass(frozen=True)
class Survey:
    """Opinions by group, in order of the groups' names, and of all together.

    None where showing the figures, or what subtraction would make of them, could tell who said what.
    """

    groups: dict[str, Opinion | None]
    overall: Opinion | None


def summarise(groups: Sequence[str], scores: Sequence[float], minimum: int) -> Survey:
    """The survey's figures from one group name and one score (1 to 5, whole) for each answer.

    Groups under `minimum` (at least 3) are hidden, and so are the next smallest while what is hidden
    is a single group, or fewer than `minimum` answers: subtraction from the whole would disclose it.
    Raise ValueError for unequal lengths and for other scores.
    """
    if len(groups) != len(scores):
        raise ValueError(f"{len(groups)} groups for {len(scores)} scores")
    if strange := {score for score in scores if score not in range(LOWEST_SCORE, HIGHEST_SCORE + 1)}:
        raise ValueError(f"scores are whole numbers from 1 to 5, not {sorted(strange)}")
    answers: dict[str, list[float]] = {}
    for group, score in zip(groups, scores, strict=True):
        answers.setdefault(group, []).append(score)
    minimum = max(minimum, SURVEY_FLOOR)
    hidden = _hidden({group: len(said) for group, said in answers.items()}, minimum)
    return Survey(
        groups={group: None if group in hidden else _opinion(answers[group]) for group in sorted(answers)},
        overall=_opinion(scores) if len(scores) >= minimum else None,
    )


def _hidden(sizes: dict[str, int], minimum: int) -> frozenset[str]:
    """Groups that must not be shown: the small ones, with enough others for them to be lost among."""
    hidden: list[str] = []
    together = 0
    for group in sorted(sizes, key=lambda group: (sizes[group], group)):
        if sizes[group] >= minimum and not 0 < together < minimum:
            break
        hidden.append(group)
        together += sizes[group]
    return frozenset(hidden)


def _opinion(scores: Sequence[float]) -> Opinion:
    """The figures of some answers, at least one."""
    agreeing = sum(score >= TOP_BOX for score in scores)
    return Opinion(len(scores), math.fsum(scores) / len(scores), 100.0 * agreeing / len(scores))


@dataclass(frozen=True)
class Quadrant:
    """Where attainment and agreement put a region; `borderline` when either is near its cut."""

    code: QuadrantCode
    borderline: bool


def quadrant(attainment: float, agreement: float) -> Quadrant:
    """The quadrant of an attainment and an agreement, both shares of 1; each cut itself is on the high side.

    `thriving` is high in both, `pressed` reaches targets it does not stand behind, `content` stands
    behind targets it does not reach, `failing` is low in both. Raise ValueError when one is unknown.
    """
    if math.isnan(attainment) or math.isnan(agreement):
        raise ValueError("no quadrant without both attainment and agreement")
    reached, agreed = attainment >= ATTAINMENT_CUT - TOLERANCE, agreement >= AGREEMENT_CUT - TOLERANCE
    distance = min(abs(attainment - ATTAINMENT_CUT), abs(agreement - AGREEMENT_CUT))
    return Quadrant(_QUADRANTS[reached, agreed], distance <= BORDERLINE + TOLERANCE)


def consensus_days(opened: dt.datetime, confirmed: dt.datetime) -> int:
    """Days from opening the negotiation to the last confirmation, begun days of 24 hours counting whole.

    Both stamps carry their time zone; raise ValueError when one does not or they are out of order.
    """
    if opened.tzinfo is None or confirmed.tzinfo is None:
        raise ValueError("stamps need a time zone")
    if confirmed < opened:
        raise ValueError("confirmed before it was opened")
    return math.ceil((confirmed - opened) / dt.timedelta(days=1))
