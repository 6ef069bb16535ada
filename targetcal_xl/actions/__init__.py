"""What people do: one module for each, run alike by commands, buttons and menus."""

from __future__ import annotations

from ..calibration import Score
from ..ledger import Entry
from .audit import AuditReport, audit
from .backtest import BacktestReport, backtest
from .check import CheckReport, RegionCheck, check
from .confirm import ConfirmReport, confirm
from .decide import DecisionReport, decide, decide_support, decide_typed
from .demo import DemoReport, demo
from .desk import Clock, Desk, Progress, ledger_beside, open_desk, plan_of, silent
from .doctor import DoctorReport, doctor, examine_template
from .evaluate import EvaluateReport, SurveyReport, evaluate, survey
from .follow import FollowReport, follow
from .functions import FunctionsReport, State, switch_functions
from .issue_letters import LettersReport, issue_letters
from .learning import WeightChange
from .live import open_live_desk
from .lock import LockReport, UnlockReport, lock, unlock
from .new import NewReport, new
from .objections import ObjectionsReport, handle_objection, objections
from .questions import Asked
from .recalibrate import RecalibrateReport, go_back, recalibrate
from .recalibrations import Recalibration, RecalibrationsReport, recalibrations
from .records import HIDDEN, UNKNOWN, RegionResult
from .repair import RepairReport, repair
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
    "DemoReport",
    "Desk",
    "DoctorReport",
    "Entry",
    "EvaluateReport",
    "FollowReport",
    "FunctionsReport",
    "LettersReport",
    "LockReport",
    "Moved",
    "NewReport",
    "ObjectionsReport",
    "Progress",
    "RecalibrateReport",
    "Recalibration",
    "RecalibrationsReport",
    "RegionCheck",
    "RegionResult",
    "RepairReport",
    "Score",
    "State",
    "SurveyReport",
    "UnlockReport",
    "WeightChange",
    "WhatIfReport",
    "audit",
    "backtest",
    "check",
    "confirm",
    "decide",
    "decide_support",
    "decide_typed",
    "demo",
    "doctor",
    "evaluate",
    "examine_template",
    "follow",
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
    "switch_functions",
    "unlock",
    "verify",
    "whatif",
]
