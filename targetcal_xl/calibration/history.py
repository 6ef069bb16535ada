"""What really happened: past values of every line, and the one-off events among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .period import Period

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """Past values of n lines over T consecutive periods, oldest first.

    `values` (n, T), in the metric's unit, NaN where unknown. `one_off` (n, T) is the known amount
    of a one-off event inside the value: 0 where there was none, NaN where its size is unknown.
    """

    periods: tuple[Period, ...]
    values: Floats
    one_off: Floats
