"""Survey answers, which must not say whose they are."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.resources.abc import Traversable

import numpy as np

from ..calibration import Plan
from ..calibration.agreement import HIGHEST_SCORE, LOWEST_SCORE
from ..log import step
from .tables import read_table

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Responses:
    """Anonymous answers: the region code and the score (1 to 5) of each."""

    groups: tuple[str, ...]
    scores: tuple[float, ...]


@step(_LOG, "read survey answers")
def read_responses(source: Traversable, plan: Plan) -> Responses:
    """Read columns region, score (and a note, which is not kept) from .csv or .xlsx.

    Raise DataProblems with every fault; any other column could tell who answered and is refused by name.
    """
    table = read_table(source, ("region", "score"), ("note",))
    for title in table.others:
        table.report("csv_personal_column", 1, title)
    regions = table.codes("region", {region.code: region.name for region in plan.regions})
    scores = table.numbers("score", LOWEST_SCORE, HIGHEST_SCORE, unknown=())
    table.report_where("csv_not_whole", scores > np.floor(scores), "score")
    table.done()
    return Responses(tuple(plan.regions[place].code for place in regions), tuple(scores.tolist()))
