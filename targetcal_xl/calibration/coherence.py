"""Forecasts of lines, regions and the total that add up: each level's own word, weighed by how sure it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arrays import Floats
from .hierarchy import Level, added


def reconcile(
    forecasts: Sequence[Floats], variances: Sequence[Floats], levels: Sequence[Level]
) -> list[Floats]:
    """The coherent forecasts nearest to those given, from the total, (1,), down to the lines, (n,).

    All are in the metric's unit, variances in its square.

    Minimises sum((x - forecast)^2 / variance) over all nodes with every node the sum of its children:
    minimum trace reconciliation with a diagonal covariance (Wickramasuriya, Athanasopoulos & Hyndman
    2019), exactly, by one sweep up and one down the tree (Chou, Willsky & Benveniste 1994). A
    variance of infinity is a node without a word of its own.
    """
    best, spare = [forecasts[-1]], [variances[-1]]
    below: list[tuple[Floats, Floats]] = []
    pairs = zip(forecasts[-2::-1], variances[-2::-1], levels[::-1], strict=True)
    for forecast, variance, level in pairs:
        total, unsure = (added(level, values[0], len(forecast)) for values in (best, spare))
        below.insert(0, (total, unsure))
        trust = np.divide(unsure, unsure + variance, out=np.zeros(len(forecast)), where=unsure > 0)
        said = np.where(trust > 0, forecast, 0.0)
        best.insert(0, total + trust * (said - total))
        spare.insert(0, (1 - trust) * unsure)
    coherent = [best[0]]
    for level, (total, unsure), value, free in zip(levels, below, best[1:], spare[1:], strict=True):
        missing = np.divide(coherent[-1] - total, unsure, out=np.zeros(len(total)), where=unsure > 0)
        coherent.append(value + free * missing[level.parents])
    return coherent
