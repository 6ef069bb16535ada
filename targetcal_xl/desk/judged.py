"""What is known of heads' judgement: departures of past periods, and those of a plan that is over."""

from __future__ import annotations

import math

import numpy as np

from ..calibration import JudgementRecord, Key, Standing, departures, going_on
from ..ledger import Log, load
from .records import first_declarations, recorded_progress

JUDGEMENT: Key = (None, None, "judgement")
"""The field whose value names the document with the departures of periods before the plan's."""


def past_judgement(ledger: Log, standing: Standing) -> JudgementRecord:
    """The departures of periods before the plan's.

    A plan that goes on from none, or from one of a version that kept no record, brings none along.
    """
    named = standing.values.get(JUDGEMENT)
    return load(JudgementRecord, ledger.document(str(named))) if named else JudgementRecord()


def judgement_record(ledger: Log, standing: Standing) -> JudgementRecord:
    """The departures of past periods, and those of the plan's once it was followed to its last day."""
    past, plan = past_judgement(ledger, standing), standing.inputs.plan
    followed = recorded_progress(ledger, standing)
    if followed is None or followed.as_of < plan.period.end:
        return past
    first = first_declarations(ledger)
    declared = np.array([first.get(line.code, math.nan) for line in plan.lines])
    came = followed.progress.actual
    return going_on(past, departures(plan, standing.baseline.suggested, declared, came))
