"""Whether a plan has room in one workbook, asked before one is begun."""

from __future__ import annotations

from collections.abc import Iterator

from ..calibration import Inputs
from ..ooxml import limits
from ..problems import Problem
from ..workbook import default_places

_MOST_CELLS = limits.MOST_CELLS * 6 // 10
"""Of a new book; the audit sheet grows by a sixth of them each round."""


def size_faults(inputs: Inputs, language: str) -> Iterator[Problem]:
    """A problem for a plan that fills more cells than one workbook holds with all its rounds."""
    plan = inputs.plan
    cells = sum(sheet.cells for sheet in default_places(inputs, language).sheets.values())
    if cells > _MOST_CELLS:
        said = {"regions": len(plan.regions), "lines": len(plan.lines), "cells": cells}
        yield Problem("plan_too_large", fields={**said, "most": _MOST_CELLS})
