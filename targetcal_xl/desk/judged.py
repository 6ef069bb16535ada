"""Whether departures from suggestions were right, of all periods that are over, and what is declared now."""

from __future__ import annotations

import math

import numpy as np

from ..calibration import (
    CorrectedDeclaration,
    Correction,
    JudgementRecord,
    Standing,
    as_number,
    departures,
    going_on,
    opinions,
)
from ..ledger import Log
from .habits import past_judgement
from .records import first_declarations, recorded_progress
from .stock import Stock


def judgement_record(ledger: Log, standing: Standing) -> JudgementRecord:
    """The departures of past periods, and those of the plan's once it was followed to its last day."""
    past, plan = past_judgement(ledger, standing.values), standing.inputs.plan
    followed = recorded_progress(ledger, standing)
    if followed is None or followed.as_of < plan.period.end:
        return past
    first = first_declarations(ledger)
    declared = np.array([first.get(line.code, math.nan) for line in plan.lines])
    came = followed.progress.actual
    return going_on(past, departures(plan, standing.baseline.suggested, declared, came))


def opinions_now(stock: Stock, habit: Correction) -> tuple[CorrectedDeclaration, ...]:
    """What stands in the tabs as declared and departs, with what it would be without habits."""
    standing, plan = stock.standing, stock.plan
    typed = [as_number(stock.typed((line.region, line.code, "declared"))) for line in plan.lines]
    declared = np.array([math.nan if one is None else one for one in typed])
    return opinions(plan, habit, standing.baseline.suggested, declared, standing.inputs.history.values)
