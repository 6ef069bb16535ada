"""Which of the supports that were granted came, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

import numpy as np

from ..calibration import Plan
from .tables import read_table


@dataclass(frozen=True)
class CameSupport:
    """A support item of a region by its row, and the day on which it came; None where it never did."""

    region: str
    row: str
    day: dt.date | None


def read_deliveries(source: Traversable, plan: Plan, granted: Mapping[str, str]) -> tuple[CameSupport, ...]:
    """Read columns region, support and delivered (a day, or `no`) from .csv or .xlsx.

    `granted` are the supports that may be spoken of, `<region> <row>` -> what they are. Raise DataProblems
    with every fault.
    """
    table = read_table(source, ("region", "support", "delivered"))
    regions = table.codes("region", {region.code: region.name for region in plan.regions})
    never = table.cells["delivered"].str.casefold().isin(["no", "否"]).to_numpy(dtype=bool)
    said = table.cells["delivered"].mask(never, plan.period.start.isoformat())
    days = table.saying("delivered", said.tolist()).dates("delivered")
    codes = [plan.regions[at].code for at in regions.tolist()]
    rows = table.cells["support"].tolist()
    known = np.array(
        [f"{region} {row}" in granted for region, row in zip(codes, rows, strict=True)], dtype=bool
    )
    table.report_where("csv_no_support", ~known & (regions >= 0), "support")
    table.unique(("region", "support"))
    table.done()
    told = zip(codes, rows, never.tolist(), days.tolist(), strict=True)
    return tuple(CameSupport(region, row, None if is_never else day) for region, row, is_never, day in told)
