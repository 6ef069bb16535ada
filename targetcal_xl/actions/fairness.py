"""Whether the targets are as hard for all: nobody is to be given the impossible unnoticed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..calibration import (
    Camp,
    Division,
    Fairness,
    Floats,
    Lean,
    Line,
    Plan,
    Standing,
    as_number,
    fairness_of,
    past_attainment,
    plan_odds,
    try_history,
)
from ..calibration.hierarchy import paths
from ..calibration.vocabulary import Leaning
from ..desk import Desk, Stock, look
from ..figures import UNKNOWN, percent, plain
from ..language import text
from ..telling import DONE, QUIET, WARNING, Part, Report, Sentence, table

_CHANCE = 0.05
"""Regions that differ as much by chance this seldom are called uneven."""


@dataclass(frozen=True)
class JudgedLine:
    """A line's odds and past attainment, as shares, beside its size (in the unit, or what it weighs) and its
    growth, 1 where it is to stay; NaN where nobody knows."""

    region: str
    name: str
    size: float
    growth: float
    odds: float
    attained: float


@dataclass(frozen=True)
class FairnessReport(Report):
    """The verdicts on a plan's targets, and which targets these were: agreed, declared or split."""

    targets: str
    found: Fairness
    names: Mapping[str, str]
    """Of regions and groups, by code."""
    lines: tuple[JudgedLine, ...]
    file: str = ""
    """The sheet that was written, where one was asked for."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield Sentence(text(f"telling.fairness.targets.{self.targets}", language))
        for lean in self.found.leans:
            yield Sentence(verdict(lean, language), _mark(lean.leaning), indented=True)
        for division in self.found.divisions:
            for outcome in division.uneven:
                said, mark = camps_differ(division, outcome, self.names, language)
                yield Sentence(said, mark, indented=True)
            columns = (division.kind, "camp_lines", "median_odds", "median_attained")
            yield table(columns, (self._cells(camp, language) for camp in division.camps), language)
        if self.file:
            yield Sentence(text("telling.fairness.written", language, file=self.file), DONE)

    def _cells(self, camp: Camp, language: str) -> tuple[str, ...]:
        shares = (percent(one, language) for one in (camp.odds, camp.attained))
        return (self.names[camp.code], str(camp.lines), *shares)


def fairness(desk: Desk) -> FairnessReport:
    """Hold odds and past attainment of all lines against size, growth and region; nothing is changed.

    The targets are those in force or agreed on; while a line has none, those declared; while a line has none
    of these, the split of the HQ target. Past attainment is that of what would have been suggested then.
    """
    stock = look(desk)
    standing, plan = stock.standing, stock.plan
    code, targets = targets_now(stock)
    odds, _ = plan_odds(plan, standing.baseline, targets, standing.shared)
    outcomes = {"odds": odds, "attained": past_attainment(try_history(standing.inputs), plan.metric)}
    traits = _traits(standing)
    found = fairness_of(outcomes, traits, _camps(plan))
    return FairnessReport(code, found, _names(plan), tuple(_lines(plan, {**outcomes, **traits})))


def _lines(plan: Plan, known: Mapping[str, Floats]) -> Iterator[JudgedLine]:
    """Every line with what is known of it."""
    columns = [
        known.get(code, np.full(len(plan.lines), np.nan)) for code in ("size", "growth", "odds", "attained")
    ]
    for line, *values in zip(plan.lines, *(column.tolist() for column in columns), strict=True):
        yield JudgedLine(line.region, line.name, *values)


def _camps(plan: Plan) -> dict[str, list[str]]:
    """Each line's region, and where the plan has groups of regions or lines the nearest group above it."""
    camps = {"region": [line.region for line in plan.lines]}
    groups = {group.code for group in plan.groups}
    ways = [[node.code for node in way if node.code in groups] for way in paths(plan)]
    return camps | {"group": [way[-1] if way else "" for way in ways]} if any(ways) else camps


def _names(plan: Plan) -> dict[str, str]:
    groups = {group.code: group.name for group in plan.groups}
    return {"": UNKNOWN, **groups, **{region.code: region.name for region in plan.regions}}


def targets_now(stock: Stock) -> tuple[str, Floats]:
    """Which targets stand furthest, agreed, declared or split, and they themselves, (n,).

    While some lines are not agreed, theirs are those declared, as on the dashboard.
    """
    standing, lines = stock.standing, stock.plan.lines
    settled = [_settled(standing, line) for line in lines]
    declared = [
        as_number(stock.counted.get((line.region, line.code, "declared"))) if target is None else target
        for line, target in zip(lines, settled, strict=True)
    ]
    for code, values in (("agreed", settled), ("declared", declared)):
        if None not in values:
            return code, np.array(values, dtype=float)
    return "allotment", standing.allotment


def _settled(standing: Standing, line: Line) -> float | None:
    agreed = as_number(standing.value(line.region, line.code, "agreed"))
    return standing.in_force(line) if agreed is None else agreed


def _traits(standing: Standing) -> dict[str, Floats]:
    """What lines differ in: size, where the metric knows one, and how much they are to grow."""
    plan, baseline = standing.inputs.plan, standing.baseline
    last = standing.last_year
    growth = np.divide(baseline.expected, last, out=np.full(len(last), np.nan), where=last > 0)
    if plan.metric.adds_up:
        return {"size": baseline.expected, "growth": growth}
    return {"size": np.array(plan.volumes), "growth": growth} if plan.is_weighed else {"growth": growth}


def verdict(lean: Lean, language: str) -> str:
    """What a rank correlation comes to, in words with its number."""
    key = f"telling.fairness.{lean.outcome}.{lean.trait}.{lean.leaning}"
    if lean.leaning == Leaning.UNSURE:
        return text(key, language, count=lean.count)
    said = {code: plain(getattr(lean, code), language, 2) for code in ("correlation", "low", "high")}
    return text(key, language) + text("telling.fairness.number", language, count=lean.count, **said)


def camps_differ(
    division: Division, outcome: str, names: Mapping[str, str], language: str
) -> tuple[str, str]:
    """Whether camps differ in an outcome by more than chance, in words, with the mark that goes with it."""
    key, chance = f"telling.fairness.{division.kind}.{outcome}", division.uneven[outcome]
    if math.isnan(chance):
        return text(f"{key}.unknown", language), QUIET
    known = [(getattr(camp, outcome), names[camp.code]) for camp in division.camps]
    known = [pair for pair in known if not math.isnan(pair[0])]
    code, mark = ("uneven", WARNING) if chance < _CHANCE else ("even", DONE)
    return text(f"{key}.{code}", language, worst=min(known)[1], best=max(known)[1]), mark


def _mark(leaning: Leaning) -> str:
    return {Leaning.UNSURE: QUIET, Leaning.EVEN: DONE}.get(leaning, WARNING)
