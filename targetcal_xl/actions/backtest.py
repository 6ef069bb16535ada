"""Trying the method on the user's own history, and saying plainly how it did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..calibration import (
    Backtest,
    Floats,
    Judgement,
    Plan,
    Score,
    Standing,
    followed_by,
    judge,
    of_plan,
    try_history,
    with_declared,
)
from ..desk import (
    BACKTEST,
    Desk,
    Tested,
    first_declarations,
    ledger_beside,
    recorded_progress,
    standing_of,
    take_stock,
    verdict,
)
from ..figures import UNKNOWN, percent, plain
from ..language import listed, text
from ..ledger import Event, Ledger, dump, open_ledger, reference
from ..problems import Problem, Refused
from ..telling import Part, Report, Sentence, table


@dataclass(frozen=True)
class BacktestReport(Report):
    """How the method would have done on each past period, and what that comes to."""

    periods: tuple[str, ...]
    judgement: Judgement
    confidence: float
    """What the intervals promised."""

    def verdict(self, language: str) -> str:
        """The judgement in a few plain sentences."""
        return verdict(self.judgement, self.confidence, language)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        if self.periods:
            yield Sentence(text("telling.backtest.periods", language, periods=listed(self.periods, language)))
            columns = ("method", "error", "model_error", "bias", "total_error", "closer", "cells")
            yield table(columns, (_score_row(score, language) for score in self.judgement.scores), language)
        yield from (Sentence(line) for line in self.verdict(language).splitlines())


def _score_row(score: Score, language: str) -> tuple[str, ...]:
    return (
        text(f"calibration.method.{score.method}", language),
        *(percent(share, language, 1) for share in (score.error, score.model_error)),
        percent(score.bias, language, 1, signed=True),
        percent(score.total_error, language, 1),
        UNKNOWN if score.method == "model" else f"{score.closer} / {score.periods}",
        plain(score.cells, language),
    )


def backtest(desk: Desk, earlier: Sequence[Path] = ()) -> BacktestReport:
    """Try the method on the plan's own past; record it, and show it on the sheet of its own.

    The plan's own period is one more once it is over and followed to its end. `earlier` are books of
    earlier plans, whose declared targets are judged too. Refuse those of periods that are not tried.
    """
    stock = take_stock(desk)
    standing, test = stock.standing, try_history(stock.standing.inputs)
    if (actual := _final_results(standing, desk.ledger)) is not None:
        declared = _declared(standing.inputs.plan, desk.ledger)
        test = followed_by(test, of_plan(standing.inputs, standing.baseline, actual, declared))
    for book in earlier:
        test = _with_earlier(test, standing.inputs.plan, book)
    tested = Tested(test, judge(test, standing.inputs.plan.volumes))
    content, old = dump(tested), standing.values.get(BACKTEST)
    if old != reference(content):
        stock.settle([Event("backtest", *BACKTEST, old, reference(content))], [content])
    return BacktestReport(
        periods=tuple(map(str, test.tried)),
        judgement=tested.judgement,
        confidence=stock.plan.thresholds.confidence,
    )


def _final_results(standing: Standing, ledger: Ledger) -> Floats | None:
    """What the plan's own period brought, (n,); None until it has been followed to its last day."""
    followed = recorded_progress(ledger, standing)
    over = followed is not None and followed.as_of >= standing.inputs.plan.period.end
    return followed.progress.actual if followed and over else None


def _declared(plan: Plan, ledger: Ledger) -> Floats:
    """What was first declared for each line of a plan, (n,), by a ledger; NaN where nothing was."""
    first = first_declarations(ledger)
    return np.array([first.get(line.code, np.nan) for line in plan.lines])


def _with_earlier(test: Backtest, plan: Plan, book: Path) -> Backtest:
    """The backtest with what was declared in an earlier book."""
    with open_ledger(ledger_beside(book)) as ledger:
        earlier = standing_of(ledger).inputs.plan
        if earlier.period not in test.periods or earlier.metric.code != plan.metric.code:
            known = test.periods or "–"
            fields = {"period": str(earlier.period), "metric": earlier.metric.name, "known": known}
            raise Refused([Problem("earlier_not_tested", book.name, fields)])
        return with_declared(test, earlier.period, _declared(plan, ledger))
