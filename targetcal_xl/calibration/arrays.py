"""The arrays that the method computes with: each says its own kind of value."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

Floats = Annotated[NDArray[np.float64], np.dtype(np.float64)]
"""An array that says its own kind of value: what an alias of numpy's is made of differs by version."""
Flags = Annotated[NDArray[np.bool_], np.dtype(np.bool_)]
Indices = NDArray[np.intp]
"""Where something stands in another array."""


def quotient(part: Floats, whole: Floats, otherwise: float = math.nan) -> Floats:
    """Elementwise quotient of arrays of any shape and any unit, `otherwise` where the whole is 0."""
    found: Floats = np.divide(part, whole, out=np.full(np.shape(part), otherwise), where=whole != 0)
    return found
