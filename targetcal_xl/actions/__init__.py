"""What people do: one module for each, run alike by commands, buttons and menus."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from ..calibration import Score
    from ..desk import (
        HIDDEN,
        UNKNOWN,
        Asked,
        Clock,
        Desk,
        OnProgress,
        RegionResult,
        WeightChange,
        ledger_beside,
        open_desk,
        open_live_desk,
        plan_of,
        silent,
    )
    from ..ledger import Entry
    from .audit import AuditReport, audit
    from .backtest import BacktestReport, backtest
    from .check import CheckReport, RegionCheck, check
    from .confirm import ConfirmReport, confirm
    from .decide import DecisionReport, decide, decide_as_said, decide_support, decide_typed
    from .doctor import DoctorReport, doctor, examine_template
    from .evaluate import EvaluateReport, evaluate
    from .follow import FollowReport, follow, follow_file
    from .issue_letters import LettersReport, issue_letters
    from .lock import LockReport, lock
    from .new import NewReport, new
    from .objections import ObjectionsReport, handle_objection, objections
    from .recalibrate import RecalibrateReport, go_back, recalibrate
    from .recalibrations import Recalibration, RecalibrationsReport, recalibrations
    from .repair import RepairReport, repair
    from .survey import SurveyReport, survey, survey_file
    from .switch_functions import FunctionsReport, FunctionsState, switch_functions
    from .trace import TraceReport, trace
    from .unlock import UnlockReport, unlock
    from .upgrade import UpgradeReport, upgrade
    from .verify import verify
    from .whatif import Moved, WhatIfReport, whatif

__all__ = [
    "HIDDEN",
    "UNKNOWN",
    "Asked",
    "AuditReport",
    "BacktestReport",
    "CheckReport",
    "Clock",
    "ConfirmReport",
    "DecisionReport",
    "Desk",
    "DoctorReport",
    "Entry",
    "EvaluateReport",
    "FollowReport",
    "FunctionsReport",
    "FunctionsState",
    "LettersReport",
    "LockReport",
    "Moved",
    "NewReport",
    "ObjectionsReport",
    "OnProgress",
    "RecalibrateReport",
    "Recalibration",
    "RecalibrationsReport",
    "RegionCheck",
    "RegionResult",
    "RepairReport",
    "Score",
    "SurveyReport",
    "TraceReport",
    "UnlockReport",
    "UpgradeReport",
    "WeightChange",
    "WhatIfReport",
    "audit",
    "backtest",
    "check",
    "confirm",
    "decide",
    "decide_as_said",
    "decide_support",
    "decide_typed",
    "doctor",
    "evaluate",
    "examine_template",
    "follow",
    "follow_file",
    "go_back",
    "handle_objection",
    "issue_letters",
    "ledger_beside",
    "lock",
    "new",
    "objections",
    "open_desk",
    "open_live_desk",
    "plan_of",
    "recalibrate",
    "recalibrations",
    "repair",
    "silent",
    "survey",
    "survey_file",
    "switch_functions",
    "trace",
    "unlock",
    "upgrade",
    "verify",
    "whatif",
]
