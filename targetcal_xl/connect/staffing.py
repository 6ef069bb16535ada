"""Planned people of a plan: what they bring, and whether that leaves a way to the target."""

from __future__ import annotations

from ..calibration import History, Plan
from ..problems import DataProblems, Problem
from ..workdays import staffed_plan
from .plan_schema import PlanPlace
from .plan_tree import tree_faults


def staffed(plan: Plan, history: History) -> Plan:
    """The plan with what its posts bring.

    Raise DataProblems with each post whose output nobody can tell, else with the limits that leave no way.
    """
    found, unknown = staffed_plan(plan, history)
    problems = [
        Problem("post_output_unknown", PlanPlace("posts", place, "output"), {"found": ""})
        for place in unknown
    ]
    if not problems and found.posts:
        faults = tree_faults(found)
        problems = [Problem(code, PlanPlace(*place), fields) for place, code, fields in faults]
    if problems:
        raise DataProblems(problems)
    return found
