"""Looking back: what people thought of their targets, and attainment beside it in four quadrants."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from statistics import NormalDist
from typing import Final

from .disclosure import showable
from .plan import ADDED
from .vocabulary import COMMITMENT_ITEMS, QuadrantCode

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


CONFIDENCE: Final = 0.95
"""Level of the intervals of what people answered."""


@dataclass(frozen=True)
class Opinion:
    """Answers of one group: how many, their mean score, and percent of answers that agree."""

    answers: int
    mean: float
    agreement_pct: float
    spread: float | None = field(default=None, metadata=ADDED)
    """Standard deviation of the scores, over answers - 1."""
    commitment: float | None = field(default=None, metadata=ADDED)
    """Mean of the scale of four items, where it was asked."""
    commitment_spread: float | None = field(default=None, metadata=ADDED)

    @property
    def agreement_interval(self) -> tuple[float, float]:
        """Where the share that agrees would lie among many such people: Wilson's score interval, shares of 1.

        Wilson (1927), JASA 22, 209-212: (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n).
        """
        n, share, z = self.answers, self.agreement_pct / 100, _Z
        middle, whole = share + z * z / (2 * n), 1 + z * z / n
        reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return max((middle - reach) / whole, 0.0), min((middle + reach) / whole, 1.0)

    @property
    def mean_interval(self) -> tuple[float, float] | None:
        """Where the mean would: mean +- t sqrt(s^2/n), with n - 1 degrees of freedom, within the scale."""
        return _mean_interval(self.mean, self.spread, self.answers)

    @property
    def commitment_interval(self) -> tuple[float, float] | None:
        """The same of the scale."""
        return _mean_interval(self.commitment, self.commitment_spread, self.answers)


@dataclass(frozen=True)
class Survey:
    """Opinions by group, in order of the groups' names, and of all together.

    None where showing the figures, or what subtraction would make of them, could tell who said what.
    """

    groups: dict[str, Opinion | None]
    overall: Opinion | None
    roles: dict[str, Opinion | None] = field(default_factory=dict, metadata=ADDED)
    """By what people do, where that was asked."""
    table: dict[str, dict[str, Opinion | None]] = field(default_factory=dict, metadata=ADDED)
    """By group and role."""
    reliability: float | None = field(default=None, metadata=ADDED)
    """Cronbach's alpha of the scale's items, over all answers."""


def summarise(
    groups: Sequence[str],
    scores: Sequence[float],
    minimum: int,
    roles: Sequence[str] = (),
    items: Sequence[Sequence[float]] = (),
) -> Survey:
    """The survey's figures from one group name and one score (1 to 5, whole) for each answer.

    `roles` says of each answer what its writer does, `items` (answers, 4) what was answered on the scale.
    What is shown, all of it together, tells nothing of fewer than `minimum` (at least 3) answers. Raise
    ValueError for unequal lengths and for other scores.
    """
    told = roles or [""] * len(scores)
    if len({len(groups), len(scores), len(told), len(items or scores)}) > 1:
        raise ValueError(f"{len(groups)} groups for {len(scores)} scores")
    if strange := {s for s in (*scores, *chain(*items)) if s not in range(LOWEST_SCORE, HIGHEST_SCORE + 1)}:
        raise ValueError(f"scores are whole numbers from 1 to 5, not {sorted(strange)}")
    answers: dict[tuple[str, str], list[int]] = {}
    for at, cell in enumerate(zip(groups, told, strict=True)):
        answers.setdefault(cell, []).append(at)
    return _Summary(scores, items, answers, max(minimum, SURVEY_FLOOR)).survey(bool(roles))


_Cell = tuple[str, str]
"""Group and role: the finest that is known of an answer."""
_Code = tuple[str | None, str | None]
"""The same, or None for all of them."""


def _is_in(cell: _Cell, code: _Code) -> bool:
    return all(own in (None, said) for said, own in zip(cell, code, strict=True))


@dataclass(frozen=True)
class _Summary:
    """What may be told of answers, whose places are known by group and role."""

    scores: Sequence[float]
    items: Sequence[Sequence[float]]
    answers: Mapping[_Cell, list[int]]
    minimum: int

    def survey(self, by_role: bool) -> Survey:
        """All together, then groups, then roles, then each by each: what is told first is wanted the most."""
        names, roles = ({cell[part]: None for cell in sorted(self.answers)} for part in (0, 1))
        wanted = [
            *self._wanted([(None, None)]),
            *self._wanted((name, None) for name in names),
            *(self._wanted((None, role) for role in roles) if by_role else ()),
            *(self._wanted(self.answers) if by_role else ()),
        ]
        sizes = {cell: len(places) for cell, places in self.answers.items()}
        shown = showable(sizes, wanted, self.minimum)
        told = {code: self._opinion(cells) if code in shown else None for code, cells in wanted}
        return Survey(
            groups={name: told[name, None] for name in sorted(names)},
            overall=told[None, None],
            roles={role: told[None, role] for role in sorted(roles)} if by_role else {},
            table={name: self._row(name, told) for name in names} if by_role else {},
            reliability=_alpha(self.items) if self.items and (None, None) in shown else None,
        )

    def _row(self, group: str, told: Mapping[_Code, Opinion | None]) -> dict[str, Opinion | None]:
        return {role: told[group, role] for one, role in sorted(self.answers) if one == group}

    def _wanted(self, codes: Iterable[_Code]) -> list[tuple[_Code, frozenset[_Cell]]]:
        """Groups with their cells, the largest first: the small ones hide among each other."""
        found = [(code, frozenset(c for c in self.answers if _is_in(c, code))) for code in codes]
        return sorted(found, key=lambda one: (self._size(one[1]), str(one[0])), reverse=True)

    def _size(self, cells: Iterable[_Cell]) -> int:
        return sum(len(self.answers[cell]) for cell in cells)

    def _opinion(self, cells: Iterable[_Cell]) -> Opinion:
        """The figures of some answers, at least one."""
        places = sorted(at for cell in cells for at in self.answers[cell])
        scores = [self.scores[at] for at in places]
        scale = [math.fsum(self.items[at]) / len(COMMITMENT_ITEMS) for at in places] if self.items else []
        return Opinion(
            answers=len(scores),
            mean=_mean(scores),
            agreement_pct=100.0 * sum(score >= TOP_BOX for score in scores) / len(scores),
            spread=_spread(scores),
            commitment=_mean(scale) if scale else None,
            commitment_spread=_spread(scale) if scale else None,
        )


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _spread(values: Sequence[float]) -> float | None:
    """The standard deviation; None of a single value."""
    if len(values) < 2:
        return None
    mean = _mean(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _alpha(items: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha (1951): how far the items measure one thing; None where all answers are alike."""
    columns = [_spread(column) or 0.0 for column in zip(*items, strict=True)]
    whole = (_spread([math.fsum(row) for row in items]) or 0.0) ** 2
    if whole == 0:
        return None
    return len(columns) / (len(columns) - 1) * (1 - math.fsum(s * s for s in columns) / whole)


def _mean_interval(mean: float | None, spread: float | None, answers: int) -> tuple[float, float] | None:
    if mean is None or spread is None:
        return None
    reach = _t(answers - 1) * spread / math.sqrt(answers)
    return max(mean - reach, float(LOWEST_SCORE)), min(mean + reach, float(HIGHEST_SCORE))


_Z: Final = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


def _t(freedom: int) -> float:
    """Student's quantile at the same level: Fisher and Cornish (1960), Technometrics 2, 209-225.

    Off by less than 0.1 % from 4 degrees of freedom on, by 3 % at 2.
    """
    z, n = _Z, freedom
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * n**4)
    )


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
