"""What the newest period surprises with, and what somebody says of it for all lines or for some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..calibration import ALL_LINES, COMMON_ANSWERS, AnswerCode
from ..desk import Asked, Desk, Stock, asked, find_line_anywhere, standing_of, take_stock, tell_question
from ..language import is_placeholder, text
from ..ledger import dump
from ..problems import Problem, Refused
from ..telling import DONE, Part, Report, Sentence
from ..workbook import answer_key
from .recalibrate import RecalibrateReport, settled, supposed, taken_from


@dataclass(frozen=True)
class SurpriseReport(Report):
    """What is asked about last values: what all lines have in common first, then the lines beside it."""

    questions: tuple[Asked, ...]

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences."""
        for item in self.questions:
            yield tell_question(item, language)
        if not self.questions:
            yield Sentence(text("telling.surprise.none", language), DONE)


def surprise(desk: Desk) -> SurpriseReport:
    """Everything that is asked about last values, answered or not."""
    standing = standing_of(desk.ledger)
    return SurpriseReport(asked(standing.inputs, standing.baseline))


def answer_surprise(
    desk: Desk, answer: AnswerCode, lines: Sequence[str] = (), reason: str = ""
) -> RecalibrateReport:
    """Recalibrate with one answer about the newest values of these lines, or of all; its cells show it.

    What finance's other cells hold is taken in as well, as it is by every recalibration. Raise Refused
    without a reason, for an answer that all lines cannot have, or where there are no values, and as
    `recalibrate`.
    """
    if is_placeholder(reason):
        raise Refused([Problem("reason_missing")])
    stock = take_stock(desk)
    if not stock.standing.inputs.history.periods:
        raise Refused([Problem("surprise_without_history")])
    if not lines and answer not in COMMON_ANSWERS:
        raise Refused([Problem("surprise_of_lines", fields={"found": answer})])
    cells = taken_from(stock) | dict.fromkeys(_keys(stock, lines), answer)
    after, learning = supposed(stock, cells)
    return settled(stock, cells, after, reason, [dump(learning)])


def _keys(stock: Stock, lines: Sequence[str]) -> Iterator[tuple[str | None, str | None, str]]:
    """The cells of the answer: those of the lines, or the one for all."""
    if not lines:
        yield answer_key(None, ALL_LINES)
    for said in lines:
        line = find_line_anywhere(stock.plan, said)
        yield answer_key(line.region, line.code)
