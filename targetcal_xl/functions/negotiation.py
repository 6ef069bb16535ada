"""Worksheet functions for what is declared beside a suggestion."""

from __future__ import annotations

import numpy as np

from .. import calibration
from ..calibration import Floats
from ..problems import Problem
from .meaning import metric_meant, together
from .ranges import ErrorValue, Number, Numbers, Text, refuse
from .registry import SpilledRows, function


@function
def TC_DEVIATION(
    declared: Numbers, suggested: Numbers, direction: Number = 1, kind: Text = "sum"
) -> SpilledRows:
    """How much better (negative: worse) than the suggestion, cell by cell."""
    found = _departures(declared, suggested, direction, kind)
    endless = ErrorValue("#DIV/0!", Problem("udf_beside_zero", "suggested"))
    return [
        ["" if np.isnan(cell) else endless if np.isinf(cell) else cell for cell in row]
        for row in found.tolist()
    ]


@function
def TC_OBJECTION(
    declared: Numbers,
    suggested: Numbers,
    threshold: Number = 0.15,
    direction: Number = 1,
    kind: Text = "sum",
) -> SpilledRows:
    """Whether a declaration is so much worse than the suggestion that it is an objection, cell by cell."""
    found = _departures(declared, suggested, direction, kind)
    if not 0 < threshold < 1:
        raise refuse("udf_threshold", "threshold", "#NUM!", found=float(threshold))
    flags = calibration.is_objection(found, threshold)
    return [
        ["" if unknown else flag for flag, unknown in zip(row, blanks, strict=True)]
        for row, blanks in zip(flags.tolist(), np.isnan(found).tolist(), strict=True)
    ]


def _departures(declared: Floats, suggested: Floats, direction: float, kind: str) -> Floats:
    """By the distance that plans of this kind have, unless they say otherwise."""
    one, other = together(declared, suggested, ("declared", "suggested"))
    return calibration.deviation(one, other, metric_meant(direction, kind))
