"""A new plan that takes the rhythm of its days from the ledger of an earlier one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..calibration import Inputs
from ..desk import Desk, ledger_beside, recorded_progress, standing_of
from ..ledger import Event, open_ledger
from ..problems import Problem, Refused
from .new import Heritage, NewReport, new

TAUGHT = "plan.days"
"""The field that says whose days taught the rhythm: a plan's code, and its ledger's checkpoint then."""


def new_taught(desk: Desk, inputs: Inputs, language: str, book: Path) -> NewReport:
    """Begin a plan as `new` does, with the rhythm that the days of an earlier plan taught; that is only read.

    Raise Refused where the plan has past days of its own, and where the book's plan was not followed, does
    not lie before, or is of another metric or kind of period.
    """
    if inputs.rhythm is not None:
        raise Refused([Problem("days_twice", book.name)])
    with open_ledger(ledger_beside(book)) as ledger:
        standing = standing_of(ledger)
        before, followed = standing.inputs.plan, recorded_progress(ledger, standing)
        mark = ledger.checkpoint.mark
    plan = inputs.plan
    strange = before.metric.code != plan.metric.code or before.period.per_year != plan.period.per_year
    if strange or before.period.start >= plan.period.start:
        fields = {"metric": before.metric.name, "period": str(before.period)}
        raise Refused([Problem("days_of_other", book.name, fields)])
    if followed is None or followed.rhythm is None:
        raise Refused([Problem("days_not_learned", book.name)])
    event = Event("new", None, None, TAUGHT, None, f"{before.code} {mark}")
    report = new(desk, replace(inputs, rhythm=followed.rhythm), language, Heritage(None, (event,), ()))
    return replace(report, taught_by=before.code, taught_days=followed.rhythm.days)
