"""What groups have in common, and how far each may be believed beside all.

Empirical Bayes by moments: DerSimonian and Laird (1986), Controlled Clinical Trials 7, 177-188.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from .arrays import Floats


def pool(values: Mapping[str, Floats]) -> dict[str, float]:
    """The mean of each group, (k,) values of any unit, drawn towards that of all; NaN where there is none.

    One variance holds within all groups.
    """
    known = [own for own in values.values() if len(own)]
    if not known:
        return dict.fromkeys(values, math.nan)
    sizes, middle = np.array([len(own) for own in known]), float(np.concatenate(known).mean())
    within, between = _variances(known, sizes, middle)
    return {
        code: middle + _trust(within, between, len(own)) * (float(own.mean()) - middle)
        if len(own)
        else middle
        for code, own in values.items()
    }


def _variances(known: Sequence[Floats], sizes: Floats, middle: float) -> tuple[float, float]:
    """Within groups, and between their true means; the latter is 0 where nothing tells both apart."""
    free, room = float(sizes.sum()) - len(known), sizes.sum() - (sizes**2).sum() / sizes.sum()
    if free < 1 or room <= 0:
        return 1.0, 0.0
    within = sum(float(((own - own.mean()) ** 2).sum()) for own in known) / free
    apart = sum(len(own) * (float(own.mean()) - middle) ** 2 for own in known)
    return within, max(0.0, float((apart - (len(known) - 1) * within) / room))


def _trust(within: float, between: float, count: int) -> float:
    return between / (between + within / count) if between > 0 else 0.0
