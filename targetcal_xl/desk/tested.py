"""What a backtest came to, kept in the ledger whole and shown in the book by field and in words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ..calibration import Backtest, Judgement, Key, Plan, Score, Value, line_errors, period_totals
from ..figures import percent
from ..language import text

BACKTEST: Key = (None, None, "backtest")

_SHOWN = ("model", "inertial", "last_year", "declared")
"""Methods that stand in the pictures and by line."""


@dataclass(frozen=True)
class Tested:
    """A backtest and its judgement."""

    test: Backtest
    judgement: Judgement


def backtest_fields(tested: Tested, plan: Plan, language: str) -> Iterator[tuple[Key, Value]]:
    """Everything that the sheet of the backtest shows."""
    yield (None, None, "verdict"), verdict(tested.judgement, plan.thresholds.confidence, language)
    for score in tested.judgement.scores:
        for code, value in vars(score).items():
            if code != "method" and (score.method, code) != ("model", "closer"):
                yield (None, score.method, f"tested.{code}"), _known(value)
    yield from _periods(tested.test, plan)
    for method in _SHOWN:
        errors = line_errors(tested.test, method).tolist()
        for line, error in zip(plan.lines, errors, strict=True):
            yield (line.region, line.code, f"tested.line.{method}"), _known(error)


def _periods(test: Backtest, plan: Plan) -> Iterator[tuple[Key, Value]]:
    sides = {"actual": test.actual} | {method: test.forecasts[method] for method in _SHOWN}
    totals = {code: period_totals(test, values, plan).tolist() for code, values in sides.items()}
    for place, period in enumerate(test.periods):
        row = f"P{place + 1:02d}"
        yield (None, row, "tested.period.period"), str(period)
        for code, values in totals.items():
            yield (None, row, f"tested.period.{code}"), _known(values[place])


def verdict(judged: Judgement, confidence: float, language: str) -> str:
    """The judgement in a few plain sentences, also when it is bad; the intervals promised `confidence`."""
    scores = {score.method: score for score in judged.scores}

    def say(key: str, **fields: object) -> str:
        return text(f"actions.backtest.{key}", language, **fields)

    if judged.verdict == "too_little":
        return say("too_little", periods=scores["model"].periods if scores else 0)
    rival, name = scores[judged.rival], text(f"calibration.method.{judged.rival}", language)
    told = [
        say(judged.verdict, rival=name),
        say("figures", **_figures(scores["model"], rival, name, language)),
    ]
    told += [
        say("coin", closer=rival.closer, periods=rival.periods, chance=_chance(judged.chance, language)),
        say(
            "coverage", coverage=percent(judged.coverage, language), confidence=percent(confidence, language)
        ),
    ]
    if declared := scores.get("declared"):
        told.append(say("declared", **_figures(declared, declared, "", language)))
    return "\n".join([*told, say("few", periods=rival.periods)])


def _chance(share: float, language: str) -> str:
    """Odds that are rare and not none."""
    said = percent(share, language)
    return text("actions.backtest.rarely", language) if share > 0 and said == percent(0.0, language) else said


def _figures(model: Score, rival: Score, name: str, language: str) -> dict[str, object]:
    return {
        "periods": model.periods,
        "cells": model.cells,
        "model": percent(model.model_error, language, 1),
        "name": name,
        "rival": percent(rival.error, language, 1),
    }


def _known(value: float) -> Value:
    return None if math.isnan(value) else float(value)
