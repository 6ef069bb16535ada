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
    from .ask import LetterQuestionReport, answer, ask
    from .attest import AttestReport, attest
    from .audit import AuditReport, audit
    from .backtest import BacktestReport, backtest
    from .carry_on import NextReport, Succession, begin_next, close
    from .change import ChangeReport, answer_change, ask_change, changes
    from .check import CheckReport, RegionCheck, check
    from .collect import collect
    from .collect_told import CollectReport
    from .comment import CommentReport, ThreadsReport, comment, comment_as_said, take_in_remarks, threads
    from .confirm import ConfirmReport, confirm
    from .dashboard import DashboardReport, dashboard
    from .decide import (
        DecisionReport,
        DecisionsReport,
        decide,
        decide_as_said,
        decide_support,
        decide_tabs,
        decide_typed,
    )
    from .doctor import DoctorReport, doctor, examine_template
    from .erase import EraseReport, Wanted, erase
    from .evaluate import evaluate
    from .evaluation_told import EvaluateReport
    from .fairness import FairnessReport, fairness
    from .follow import FollowReport, follow, follow_file
    from .issue_letters import LettersReport, issue_letters
    from .judgement import JudgementReport, judgement
    from .lock import LockReport, lock
    from .new import NewReport, new
    from .objections import ObjectionsReport, handle_objection, objections
    from .okr import OkrReport, OkrResultsReport, okr, okr_results
    from .overassign import OverassignReport, overassign
    from .plans import PlansReport, plans
    from .proof import ProofReport, proof
    from .ratchet import LineBurden, RatchetReport, ratchet
    from .recalibrate import RecalibrateReport, go_back, recalibrate
    from .recalibrations import Recalibration, RecalibrationsReport, recalibrations
    from .repair import RepairReport, repair
    from .scenario import ScenarioReport, adopt_scenario, keep_scenario, scenarios
    from .sign import SignReport, Wish, sign, sign_alone
    from .signed import SignedReport, signed_as_said, signed_on_paper, take_in_signed
    from .split import SplitReport, split_book
    from .stamp import HeldStamp, StampReport, stamp
    from .surprise import SurpriseReport, answer_surprise, surprise
    from .survey import QuestionnaireReport, SurveyReport, survey, survey_file, write_questionnaire
    from .switch_functions import FunctionsReport, FunctionsState, switch_functions
    from .trace import TraceReport, trace
    from .unlock import UnlockReport, unlock
    from .upgrade import UpgradeReport, upgrade
    from .verifier import VerifierReport, verifier
    from .verify import verify
    from .watching import MissedReport, WatchedReport, watched
    from .whatif import Moved, WhatIfReport, whatif
    from .withdraw import WithdrawReport, withdraw

__all__ = [
    "HIDDEN",
    "UNKNOWN",
    "Asked",
    "AttestReport",
    "AuditReport",
    "BacktestReport",
    "ChangeReport",
    "CheckReport",
    "Clock",
    "CollectReport",
    "CommentReport",
    "ConfirmReport",
    "DashboardReport",
    "DecisionReport",
    "DecisionsReport",
    "Desk",
    "DoctorReport",
    "Entry",
    "EraseReport",
    "EvaluateReport",
    "FairnessReport",
    "FollowReport",
    "FunctionsReport",
    "FunctionsState",
    "HeldStamp",
    "JudgementReport",
    "LetterQuestionReport",
    "LettersReport",
    "LineBurden",
    "LockReport",
    "MissedReport",
    "Moved",
    "NewReport",
    "NextReport",
    "ObjectionsReport",
    "OkrReport",
    "OkrResultsReport",
    "OnProgress",
    "OverassignReport",
    "PlansReport",
    "ProofReport",
    "QuestionnaireReport",
    "RatchetReport",
    "RecalibrateReport",
    "Recalibration",
    "RecalibrationsReport",
    "RegionCheck",
    "RegionResult",
    "RepairReport",
    "ScenarioReport",
    "Score",
    "SignReport",
    "SignedReport",
    "SplitReport",
    "StampReport",
    "Succession",
    "SurpriseReport",
    "SurveyReport",
    "ThreadsReport",
    "TraceReport",
    "UnlockReport",
    "UpgradeReport",
    "VerifierReport",
    "Wanted",
    "WatchedReport",
    "WeightChange",
    "WhatIfReport",
    "Wish",
    "WithdrawReport",
    "adopt_scenario",
    "answer",
    "answer_change",
    "answer_surprise",
    "ask",
    "ask_change",
    "attest",
    "audit",
    "backtest",
    "begin_next",
    "changes",
    "check",
    "close",
    "collect",
    "comment",
    "comment_as_said",
    "confirm",
    "dashboard",
    "decide",
    "decide_as_said",
    "decide_support",
    "decide_tabs",
    "decide_typed",
    "doctor",
    "erase",
    "evaluate",
    "examine_template",
    "fairness",
    "follow",
    "follow_file",
    "go_back",
    "handle_objection",
    "issue_letters",
    "judgement",
    "keep_scenario",
    "ledger_beside",
    "lock",
    "new",
    "objections",
    "okr",
    "okr_results",
    "open_desk",
    "open_live_desk",
    "overassign",
    "plan_of",
    "plans",
    "proof",
    "ratchet",
    "recalibrate",
    "recalibrations",
    "repair",
    "scenarios",
    "sign",
    "sign_alone",
    "signed_as_said",
    "signed_on_paper",
    "silent",
    "split_book",
    "stamp",
    "surprise",
    "survey",
    "survey_file",
    "switch_functions",
    "take_in_remarks",
    "take_in_signed",
    "threads",
    "trace",
    "unlock",
    "upgrade",
    "verifier",
    "verify",
    "watched",
    "whatif",
    "withdraw",
    "write_questionnaire",
]
