"""The outside world: plan folders, daily results, OKR documents and survey answers."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .actuals import Actuals, read_actuals
    from .delivered import Delivery, read_deliveries
    from .okr import (
        FORMAT,
        OkrResults,
        OkrTarget,
        is_okr_file,
        okr_document,
        okr_table,
        read_okr_document,
        read_okr_ids,
        results_table,
    )
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
    from .survey import SURVEY_COLUMNS, Responses, read_responses, role_words, survey_words
    from .tables import decode, number_told
    from .templates import find_plan, plan_template, plan_templates

__all__ = [
    "FORMAT",
    "SURVEY_COLUMNS",
    "Actuals",
    "Delivery",
    "OkrResults",
    "OkrTarget",
    "Responses",
    "ask_stamp",
    "decode",
    "find_plan",
    "infeasible",
    "is_okr_file",
    "number_told",
    "okr_document",
    "okr_table",
    "plan_template",
    "plan_templates",
    "post_stamp_request",
    "read_actuals",
    "read_deliveries",
    "read_drivers",
    "read_history",
    "read_okr_document",
    "read_okr_ids",
    "read_plan",
    "read_representatives",
    "read_responses",
    "results_table",
    "role_words",
    "signers_roots",
    "stamp_authority",
    "stamped_at",
    "survey_words",
    "trusted_roots",
]
