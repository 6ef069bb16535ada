"""The outside world: plan folders, daily results and survey answers."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .actuals import Actuals, read_actuals
    from .plan_folder import read_drivers, read_history, read_plan
    from .plan_tree import infeasible
    from .representatives import read_representatives
    from .stamps import (
        ask_stamp,
        post_stamp_request,
        signers_roots,
        stamp_authority,
        stamped_at,
        trusted_roots,
    )
    from .suggestions import CAUSES, RULE_FIELDS, SUGGESTIONS, read_suggestions
    from .survey import Responses, read_responses
    from .tables import number_told
    from .templates import find_plan, plan_template, plan_templates

__all__ = [
    "CAUSES",
    "RULE_FIELDS",
    "SUGGESTIONS",
    "Actuals",
    "Responses",
    "ask_stamp",
    "find_plan",
    "infeasible",
    "number_told",
    "plan_template",
    "plan_templates",
    "post_stamp_request",
    "read_actuals",
    "read_drivers",
    "read_history",
    "read_plan",
    "read_representatives",
    "read_responses",
    "read_suggestions",
    "signers_roots",
    "stamp_authority",
    "stamped_at",
    "trusted_roots",
]
