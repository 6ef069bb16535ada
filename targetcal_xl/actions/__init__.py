"""What people do: one module for each, run alike by commands, buttons and menus."""

from __future__ import annotations

from ..calibration import Score
from ..ledger import Entry
from .audit import AuditReport, RepairReport, audit, repair, verify
from .backtest import BacktestReport, backtest
from .check import CheckReport, RegionCheck, check
from .confirm import ConfirmReport, confirm
from .decide import DecisionReport, decide, decide_typed
from .demo import DemoReport, demo
from .desk import Clock, Desk, Progress, ledger_beside, open_desk, plan_of, silent
from .doctor import DoctorReport, doctor, examine_template
from .evaluate import EvaluateReport, SurveyReport, evaluate, survey
from .follow import FollowReport, follow
from .functions import FunctionsReport, State, switch_functions
from .issue_letters import LettersReport, issue_letters
from .live import open_live_desk
from .lock import LockReport, UnlockReport, lock, unlock
from .new import NewReport, new
from .objections import ObjectionsReport, handle_objection, objections
from .recalibrate import RecalibrateReport, recalibrate
from .records import HIDDEN, RegionResult
from .whatif import Moved, WhatIfReport, whatif

__all__ = [
    "HIDDEN",
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
    "RegionCheck",
    "RegionResult",
    "RepairReport",
    "Score",
    "State",
    "SurveyReport",
    "UnlockReport",
    "WhatIfReport",
    "audit",
    "backtest",
    "check",
    "confirm",
    "decide",
    "decide_typed",
    "demo",
    "doctor",
    "evaluate",
    "examine_template",
    "follow",
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
    "repair",
    "silent",
    "survey",
    "switch_functions",
    "unlock",
    "verify",
    "whatif",
]
