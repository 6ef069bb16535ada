"""The plan as pages that stand alone: no request to anywhere, no program but a browser."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .dashboard import Act, Contest, Overviewed, RegionTurn, dashboard_page
    from .evaluation import EvaluationPart, Placed, evaluation_page
    from .page import MOST_BYTES, is_ours
    from .plans import PlanOverview, RegionOverview, plans_page
    from .region import region_page
    from .survey import AskedQuestion, survey_page
    from .verifier import verifier_page

__all__ = [
    "MOST_BYTES",
    "Act",
    "AskedQuestion",
    "Contest",
    "EvaluationPart",
    "Overviewed",
    "Placed",
    "PlanOverview",
    "RegionOverview",
    "RegionTurn",
    "dashboard_page",
    "evaluation_page",
    "is_ours",
    "plans_page",
    "region_page",
    "survey_page",
    "verifier_page",
]
