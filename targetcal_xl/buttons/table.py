"""The buttons: ribbon, sheet buttons, macros and menus are all made from this one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .. import actions
from ..connect import read_actuals, read_responses
from ..desk import Desk
from ..language import text
from .answers import Answers, Ask

Group = Literal["finance", "hr"]


@dataclass(frozen=True)
class Button:
    """Something a person does with the plan open: what is asked first, and the action that is run."""

    code: str
    group: Group
    image: str
    """A picture of Office's own, by its name there (imageMso)."""
    action: Callable[[Desk, Answers], object]
    """Runs on a desk with the answers, and gives the report to tell."""
    asks: tuple[Ask, ...] = ()

    def caption(self, language: str) -> str:
        """The words on the button."""
        return text(f"excel.button.{self.code}", language)

    def tip(self, language: str) -> str:
        """What the button does, in a sentence."""
        return text(f"excel.tip.{self.code}", language)


def button(code: str) -> Button:
    """The button with this code; raise KeyError when there is none."""
    return _BY_CODE[code]


def _recalibrate(desk: Desk, said: Answers) -> object:
    return actions.recalibrate(desk, said.words("reason"))


def _go_back(desk: Desk, said: Answers) -> object:
    if not said.words("back_to"):
        return actions.recalibrations(desk)
    return actions.go_back(desk, int(said.number("back_to")), said.words("reason"))


def _backtest(desk: Desk, _said: Answers) -> object:
    return actions.backtest(desk, ())


def _check(desk: Desk, said: Answers) -> object:
    return actions.check(desk, said.several("region"))


def _lock(desk: Desk, said: Answers) -> object:
    return actions.lock(desk, said.several("region"))


def _unlock(desk: Desk, said: Answers) -> object:
    return actions.unlock(desk, said.words("region"), said.words("reason"))


def _decide(desk: Desk, said: Answers) -> object:
    return actions.decide_typed(desk, said.words("region"), hours=said.number("hours"))


def _support(desk: Desk, said: Answers) -> object:
    region, support, granted = (said.words(code) for code in ("region", "support", "granted"))
    return actions.decide_support(desk, region, support, granted, reason=said.words("reason"))


def _confirm(desk: Desk, said: Answers) -> object:
    return actions.confirm(desk, said.words("reason"))


def _follow(desk: Desk, said: Answers) -> object:
    results = read_actuals(said.path("actuals", desk.path), actions.plan_of(desk))
    return actions.follow(desk, results, said.date("as_of"))


def _verify(desk: Desk, said: Answers) -> object:
    return actions.verify(desk, said.several("head"))


def _live(desk: Desk, _said: Answers) -> object:
    return actions.switch_functions(desk, "live")


def _frozen(desk: Desk, _said: Answers) -> object:
    return actions.switch_functions(desk, "frozen")


def _repair(desk: Desk, _said: Answers) -> object:
    return actions.repair(desk)


def _objections(desk: Desk, _said: Answers) -> object:
    return actions.objections(desk)


def _handle(desk: Desk, said: Answers) -> object:
    region, line, note = (said.words(code) for code in ("region", "line", "note"))
    actions.handle_objection(desk, region, line, note=note, hours=said.number("hours"))
    return actions.objections(desk)


def _letters(desk: Desk, said: Answers) -> object:
    return actions.issue_letters(desk, said.path("out", desk.path), "both", None)


def _survey(desk: Desk, said: Answers) -> object:
    answers = read_responses(said.path("responses", desk.path), actions.plan_of(desk))
    return actions.survey(desk, answers)


def _evaluate(desk: Desk, _said: Answers) -> object:
    return actions.evaluate(desk)


_REGION, _ANY_REGION = Ask("region", "region"), Ask("region", "region", needed=False)
_REASON, _ANY_REASON = Ask("reason"), Ask("reason", needed=False)
_HOURS = Ask("hours", "number", needed=False)
_WHO = Ask("who", "person")

BUTTONS = (
    Button("recalibrate", "finance", "CalculateNow", _recalibrate, (_ANY_REASON,)),
    Button(
        "go_back",
        "finance",
        "RecurrenceEdit",
        _go_back,
        (Ask("back_to", "whole", needed=False), _ANY_REASON),
    ),
    Button("backtest", "finance", "ChartTrendline", _backtest),
    Button("check", "finance", "Spelling", _check, (_ANY_REGION,)),
    Button("lock", "finance", "Lock", _lock, (_ANY_REGION,)),
    Button("unlock", "finance", "Undo", _unlock, (_REGION, _REASON)),
    Button("decide", "finance", "AcceptInvitation", _decide, (_REGION, _WHO, _HOURS)),
    Button(
        "support",
        "finance",
        "TraceRemoveAllArrows",
        _support,
        (_REGION, Ask("support"), Ask("granted"), _ANY_REASON, _WHO),
    ),
    Button("confirm", "finance", "SignatureLineInsert", _confirm, (_ANY_REASON,)),
    Button(
        "follow",
        "finance",
        "ChartTypeLineInsertGallery",
        _follow,
        (Ask("actuals", "file"), Ask("as_of", "date", needed=False)),
    ),
    Button("verify", "finance", "FindDialog", _verify, (Ask("head", needed=False),)),
    Button("repair", "finance", "Refresh", _repair),
    Button("live", "finance", "RefreshAll", _live),
    Button("frozen", "finance", "PasteValues", _frozen),
    Button("objections", "hr", "Info", _objections),
    Button(
        "handle", "hr", "ReviewNewComment", _handle, (_REGION, Ask("line", "line"), Ask("note"), _WHO, _HOURS)
    ),
    Button("letters", "hr", "FilePrint", _letters, (Ask("out", "folder"),)),
    Button("survey", "hr", "FileOpen", _survey, (Ask("responses", "file"),)),
    Button("evaluate", "hr", "ChartTypeColumnInsertGallery", _evaluate),
)
"""Every button, in the order of a plan's life."""

_BY_CODE = {each.code: each for each in BUTTONS}
