"""The outside world: plan folders, daily results and survey answers."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .actuals import Actuals, read_actuals
    from .amounts import number_in
    from .decoding import decode
    from .delivered import CameSupport, delivery_told, read_deliveries
    from .draft import DraftRow, PlanDraft, read_draft, read_history_rows
    from .form import DRIVERS, LINES, PLAN, REGIONS, FormItem, FormSheet
    from .form_answers import answer_meant
    from .form_reading import FilledForm, read_form
    from .form_writing import write_form
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
    from .past_days import PastResults, past_days_rhythm, past_results
    from .plan_folder import plan_extras, plan_files, read_drivers, read_history, read_plan
    from .plan_tree import infeasible
    from .representatives import read_representatives
    from .sources import DataSource, open_source
    from .spelt import number_told
    from .staffing import staffed
    from .stamps import (
        as_der,
        ask_stamp,
        post_stamp_request,
        signers_roots,
        stamp_authority,
        stamped_at,
        trusted_roots,
    )
    from .stated import is_due, source_meant
    from .suggestions import CAUSES, RULE_FIELDS, SUGGESTIONS, read_suggestions
    from .survey import SURVEY_COLUMNS, Responses, read_responses, role_words, survey_words
    from .templates import case_names, find_plan, plan_template, plan_templates

__all__ = [
    "CAUSES",
    "DRIVERS",
    "FORMAT",
    "LINES",
    "PLAN",
    "REGIONS",
    "RULE_FIELDS",
    "SUGGESTIONS",
    "SURVEY_COLUMNS",
    "Actuals",
    "CameSupport",
    "DataSource",
    "DraftRow",
    "FilledForm",
    "FormItem",
    "FormSheet",
    "OkrResults",
    "OkrTarget",
    "PastResults",
    "PlanDraft",
    "Responses",
    "answer_meant",
    "as_der",
    "ask_stamp",
    "case_names",
    "decode",
    "delivery_told",
    "find_plan",
    "infeasible",
    "is_due",
    "is_okr_file",
    "number_in",
    "number_told",
    "okr_document",
    "okr_table",
    "open_source",
    "past_days_rhythm",
    "past_results",
    "plan_extras",
    "plan_files",
    "plan_template",
    "plan_templates",
    "post_stamp_request",
    "read_actuals",
    "read_deliveries",
    "read_draft",
    "read_drivers",
    "read_form",
    "read_history",
    "read_history_rows",
    "read_okr_document",
    "read_okr_ids",
    "read_plan",
    "read_representatives",
    "read_responses",
    "read_suggestions",
    "results_table",
    "role_words",
    "signers_roots",
    "source_meant",
    "staffed",
    "stamp_authority",
    "stamped_at",
    "survey_words",
    "trusted_roots",
    "write_form",
]
