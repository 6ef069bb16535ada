"""The history: past periods, what is asked about the last one, and one-off events."""

from __future__ import annotations

from collections.abc import Iterator

from ...calibration.baseline import Inputs
from ...calibration.question import ALL_LINES
from ...calibration.vocabulary import ANSWERS, COMMON_ANSWERS
from ...ooxml import Cell
from ..colours import Painter
from ..facts import Facts
from ..looks import WARNING_PALE
from ..part import Columns, Fields, SheetPart
from ..shapes import Column, Field, Owner, Sheet, Table
from .columns import NAME, REGION, numbered, of_lines, stacked

EVENTS = 20
"""One-off events that a new history sheet has room for, at least."""


def sheet(inputs: Inputs) -> Sheet:
    """Past periods of every line, and the one-off events in them."""
    plan, periods = inputs.plan, tuple(str(period) for period in inputs.history.periods)
    past = tuple(Column(period, Owner.FINANCE, "number") for period in periods)
    asked = (
        Column("question", Owner.TOOL, "long", 52),
        Column("answer", Owner.FINANCE, "choice", 12, choices=ANSWERS),
    )
    common = (
        Field("common_question", Owner.TOOL, "long", (6, 2), span=7),
        Field("common_answer", Owner.FINANCE, "choice", (6, 9), COMMON_ANSWERS, span=2),
    )
    events = (
        Column("line", Owner.FINANCE, "line", 14, choices=tuple(line.code for line in plan.lines)),
        Column("period", Owner.FINANCE, "choice", 16, choices=periods),
        Column("amount", Owner.FINANCE, "number"),
        Column("note", Owner.FINANCE, "long", span=5),
    )
    known = int((inputs.history.one_off != 0).sum())
    return Sheet(
        "history",
        common,
        stacked(
            9,
            of_lines("history", (REGION, NAME, *past, *asked), plan, "history."),
            Table("events", events, numbered("E", max(EVENTS, known)), growing=True, prefix="event."),
        ),
        filtered="history",
        colour="input",
    )


def parts(facts: Facts) -> Iterator[SheetPart]:
    """What there is to ask about all lines, every line's names, and what there is to ask about its last
    value."""

    def lines() -> Columns:
        asked = [Cell(facts.questions.get(line.code)) for line in facts.plan.lines]
        return {**facts.named_lines, "question": asked}

    def common() -> Fields:
        return {"common_question": Cell(facts.questions.get(ALL_LINES))}

    yield SheetPart("history", {"history": lines}, common)


def colour(painter: Painter) -> None:
    """A question that waits for its answer, its own or that of all lines, stands out."""
    table = painter.sheet.table("history")
    question, answer = (painter.first(table, code) for code in ("question", "answer"))
    asked, common = (painter.field(code) for code in ("common_question", "common_answer"))
    waits = f"AND(LEN({question})>0,LEN({answer})=0,LEN({common})=0)"
    for code in ("question", "answer"):
        painter.when(table, code, waits, painter.looks.changed(bg_color=WARNING_PALE))
    shaken = {"type": "formula", "criteria": f"=AND(LEN({asked})>0,LEN({common})=0)"}
    for code in ("common_question", "common_answer"):
        painter.at(painter.sheet.spot(code), shaken, painter.looks.changed(bg_color=WARNING_PALE))
