"""The outside world: plan folders, daily results and survey answers."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .actuals import Actuals, read_actuals
    from .draft import DraftRow, PlanDraft, read_draft, read_history_rows
    from .form import DRIVERS, LINES, PLAN, REGIONS, FormItem, FormSheet
    from .form_reading import FilledForm, answer_meant, read_form
    from .form_writing import write_form
    from .plan_folder import plan_files, read_drivers, read_history, read_plan
    from .plan_tree import infeasible
    from .representatives import read_representatives
    from .stamps import (
        as_der,
        ask_stamp,
        post_stamp_request,
        signers_roots,
        stamp_authority,
        stamped_at,
        trusted_roots,
    )
    from .survey import Responses, read_responses
    from .tables import number_told
    from .templates import case_names, find_plan, plan_template, plan_templates

__all__ = [
    "DRIVERS",
    "LINES",
    "PLAN",
    "REGIONS",
    "Actuals",
    "DraftRow",
    "FilledForm",
    "FormItem",
    "FormSheet",
    "PlanDraft",
    "Responses",
    "answer_meant",
    "as_der",
    "ask_stamp",
    "case_names",
    "find_plan",
    "infeasible",
    "number_told",
    "plan_files",
    "plan_template",
    "plan_templates",
    "post_stamp_request",
    "read_actuals",
    "read_draft",
    "read_drivers",
    "read_form",
    "read_history",
    "read_history_rows",
    "read_plan",
    "read_representatives",
    "read_responses",
    "signers_roots",
    "stamp_authority",
    "stamped_at",
    "trusted_roots",
    "write_form",
]
