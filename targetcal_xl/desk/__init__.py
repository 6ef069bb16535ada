"""Who is at work on what: the desk, its stock, and what is posted to the book."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .anew import PLAIN, WITH_MACROS, composed, has_macros, keep_aside, name_aside
    from .desk import (
        Clock,
        Desk,
        OnProgress,
        chosen_regions,
        find_file,
        find_indicator,
        find_language,
        find_line,
        find_line_anywhere,
        find_region,
        ledger_beside,
        newer,
        older,
        open_desk,
        plan_of,
        silent,
    )
    from .issued import Issue, issues
    from .learning import (
        LEARNING,
        Learning,
        WeightChange,
        chosen,
        learn,
        recorded_learning,
        weight_changes,
        weight_values,
    )
    from .live import open_live_desk
    from .post import applied_number, audit_rows, caught_up, erased_cells, post
    from .printable import cell_faults, plan_faults, text_faults
    from .questions import Asked, asked, held, skipped, tell_open
    from .recalibrated import NUMBER, RESTORED, batches, last_number, recorded, restored, standing_after
    from .records import (
        EVALUATION,
        HIDDEN,
        PROGRESS,
        SURVEY,
        UNKNOWN,
        Evaluated,
        Followed,
        RegionResult,
        Week,
        advice,
        first_declarations,
        recorded_survey,
        standing_of,
    )
    from .seal import seal
    from .secret import has_own_password
    from .side import Side
    from .stock import Stock, keep, look, misfits, show_recorded, take_stock
    from .taken_in import finance_cells, not_taken_in, said, where
    from .tested import BACKTEST, Tested, verdict
    from .watching import changes

__all__ = [
    "BACKTEST",
    "EVALUATION",
    "HIDDEN",
    "LEARNING",
    "NUMBER",
    "PLAIN",
    "PROGRESS",
    "RESTORED",
    "SURVEY",
    "UNKNOWN",
    "WITH_MACROS",
    "Asked",
    "Clock",
    "Desk",
    "Evaluated",
    "Followed",
    "Issue",
    "Learning",
    "OnProgress",
    "RegionResult",
    "Side",
    "Stock",
    "Tested",
    "Week",
    "WeightChange",
    "advice",
    "applied_number",
    "asked",
    "audit_rows",
    "batches",
    "caught_up",
    "cell_faults",
    "changes",
    "chosen",
    "chosen_regions",
    "composed",
    "erased_cells",
    "finance_cells",
    "find_file",
    "find_indicator",
    "find_language",
    "find_line",
    "find_line_anywhere",
    "find_region",
    "first_declarations",
    "has_macros",
    "has_own_password",
    "held",
    "issues",
    "keep",
    "keep_aside",
    "last_number",
    "learn",
    "ledger_beside",
    "look",
    "misfits",
    "name_aside",
    "newer",
    "not_taken_in",
    "older",
    "open_desk",
    "open_live_desk",
    "plan_faults",
    "plan_of",
    "post",
    "recorded",
    "recorded_learning",
    "recorded_survey",
    "restored",
    "said",
    "seal",
    "show_recorded",
    "silent",
    "skipped",
    "standing_after",
    "standing_of",
    "take_stock",
    "tell_open",
    "text_faults",
    "verdict",
    "weight_changes",
    "weight_values",
    "where",
]
