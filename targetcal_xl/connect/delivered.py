"""Which of the supports that were granted came, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Final

import numpy as np

from ..calibration import NOT_DELIVERED, Plan
from .spelt import date_told
from .tables import read_table

_NEVER: Final = frozenset(("no", "否"))
_UNKNOWN: Final = frozenset(("unknown", "未知"))


@dataclass(frozen=True)
class CameSupport:
    """A support item of a region by its row, and what is said of it."""

    region: str
    row: str
    said: str | None
    """The day on which it came, as ISO text; NOT_DELIVERED; None where nobody knows yet."""


def delivery_told(said: str) -> str | None:
    """A day, that it never came (`no`), or that nobody knows (`unknown`); else raise ValueError."""
    word = said.strip().casefold()
    if word in _UNKNOWN:
        return None
    if word in _NEVER:
        return NOT_DELIVERED
    if (day := date_told(said)) is None:
        raise ValueError(said)
    return day.isoformat()


def read_deliveries(source: Traversable, plan: Plan, granted: Mapping[str, str]) -> tuple[CameSupport, ...]:
    """Read columns region, support and delivered (a day, `no` or `unknown`) from .csv or .xlsx.

    `granted` are the supports that may be spoken of, `<region> <row>` -> what they are; where the day is left
    empty, nothing is said of one. Raise DataProblems with every fault.
    """
    table = read_table(source, ("region", "support", "delivered"))
    regions = table.codes("region", {region.code: region.name for region in plan.regions})
    told = table.cells["delivered"].tolist()
    words = [said.casefold() in _NEVER | _UNKNOWN | {""} for said in told]
    blank = table.cells["delivered"].mask(np.array(words, dtype=bool), plan.period.start.isoformat())
    table.saying("delivered", blank.tolist()).dates("delivered")
    codes = [plan.regions[at].code for at in regions.tolist()]
    rows = table.cells["support"].tolist()
    known = np.array(
        [f"{region} {row}" in granted for region, row in zip(codes, rows, strict=True)], dtype=bool
    )
    table.report_where("csv_no_support", ~known & (regions >= 0), "support")
    table.unique(("region", "support"))
    table.done()
    return tuple(
        CameSupport(region, row, delivery_told(said))
        for region, row, said in zip(codes, rows, told, strict=True)
        if said
    )
