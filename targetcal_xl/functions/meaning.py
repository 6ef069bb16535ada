"""What a word, a sign or two blocks among the arguments of a function mean."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..calibration import Floats, Metric, MetricKind
from ..calibration.metric import PERCENT, usual_distance
from ..calibration.vocabulary import KINDS
from ..language import LANGUAGES, text
from .ranges import RangeValue, refuse
from .registry import SpilledRows


def as_rows(block: Floats) -> SpilledRows:
    """A block, (rows, columns), as cells."""
    rows: list[list[RangeValue]] = block.tolist()
    return rows


def kind_meant(word: str) -> MetricKind:
    """How a metric adds up, by code or caption; raise Unanswerable for any other word."""
    if whole_meant(word) > 1:
        return "ratio"
    for code in KINDS:
        captions = (text(f"workbook.choice.{code}", language) for language in LANGUAGES)
        if word.casefold() in (code, *map(str.casefold, captions)):
            return code
    raise refuse("udf_kind", "kind", found=word)


def whole_meant(word: str) -> float:
    """What values of a kind are parts of: 100 where the word says that a ratio is told in percent, else 1."""
    captions = (text("excel.kind.percent", language) for language in LANGUAGES)
    return PERCENT if word.casefold() in ("percent", "%", *captions) else 1.0


def side_meant(direction: float) -> Literal[1, -1]:
    """Whether more is better; raise Unanswerable for what is neither 1 nor -1."""
    if direction not in (1, -1):
        raise refuse("udf_direction", "direction", found=float(direction))
    return 1 if direction == 1 else -1


def metric_meant(direction: float, kind: str, step: float = 1.0) -> Metric:
    """A metric of that kind, with the distance that plans of it have, unless they say otherwise."""
    side, code = side_meant(direction), kind_meant(kind)
    return Metric("", "", "", "", side, code, step, usual_distance(code, side), whole_meant(kind))


def together(one: Floats, other: Floats, names: tuple[str, str]) -> tuple[Floats, Floats]:
    """Two blocks, of any shape, in one shape: a single cell stands for a whole block.

    Raise Unanswerable where they have not as many cells.
    """
    if one.shape != other.shape and 1 not in (one.size, other.size):
        raise refuse("udf_unequal", names[0], cells=one.size, other=names[1], others=other.size)
    single = one if other.size == 1 else other if one.size == 1 else None
    shape = one.shape if single is None or other.size == 1 else other.shape
    return np.broadcast_to(one, shape), np.broadcast_to(other, shape)
