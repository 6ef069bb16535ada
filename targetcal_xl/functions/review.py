"""Worksheet functions that look back, and the one that says why another has no answer."""

from __future__ import annotations

import numpy as np

from .. import calibration
from ..calibration.metric import IN_PERCENT
from ..language import LANGUAGES, spoken_language, text
from .meaning import together
from .ranges import Cells, Numbers, Text, refuse
from .registry import SpilledRows, function, reasons


@function
def TC_QUADRANT(attainment: Numbers, agreement: Numbers, language: Text = "") -> SpilledRows:
    """The quadrant of each attainment and agreement, both shares of 1, by its name."""
    spoken = language or spoken_language()
    if spoken not in LANGUAGES:
        raise refuse("udf_language", "language", found=language, known=LANGUAGES)
    for name, given, top in (("attainment", attainment, IN_PERCENT), ("agreement", agreement, 1.0)):
        if (largest := float(np.nanmax(given, initial=0.0))) > top:
            raise refuse("udf_in_percent", name, "#NUM!", found=largest)
    one, other = together(attainment, agreement, ("attainment", "agreement"))
    return [
        ["" if np.isnan([x, y]).any() else _quadrant(x, y, spoken) for x, y in zip(row, beside, strict=True)]
        for row, beside in zip(one.tolist(), other.tolist(), strict=True)
    ]


def _quadrant(attainment: float, agreement: float, language: str) -> str:
    found = calibration.quadrant(attainment, agreement)
    name = text(f"calibration.quadrant.{found.code}", language)
    return text("calibration.quadrant.borderline", language, name=name) if found.borderline else name


@function
def TC_WHY(
    function: Text,
    a: Cells = (),
    b: Cells = (),
    c: Cells = (),
    d: Cells = (),
    e: Cells = (),
    f: Cells = (),
    g: Cells = (),
    h: Cells = (),
    i: Cells = (),
    j: Cells = (),
    k: Cells = (),
    m: Cells = (),
    n: Cells = (),
    o: Cells = (),
    p: Cells = (),
) -> SpilledRows:
    """Why a function shows an error value for these arguments: every reason, a row each."""
    cells: tuple[Cells, ...] = (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p)
    given = max((at for at, grid in enumerate(cells, 1) if grid), default=0)
    language = spoken_language()
    found = reasons(function.strip().upper(), [grid or None for grid in cells[:given]], language)
    return [[reason] for reason in found] or [[text("excel.no_reason", language)]]
