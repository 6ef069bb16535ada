"""Progress at a glance, on the dashboard: red, amber or green for every line, and which way it is going."""

from __future__ import annotations

from functools import cached_property

from ...calibration.progress import FEWEST_STEPS
from ...calibration.vocabulary import Light
from ..captions import shown
from ..facts import Facts, optional
from ..formulas import (
    NOTHING,
    Expression,
    Values,
    and_,
    count,
    expressed,
    how_many,
    if_,
    is_number,
    number,
    or_,
)
from ..part import Columns, Fields
from ..shapes import Kind

_TURN = 0.05
"""So far from the pace up to now the last days have to be before a line is said to rise or fall."""
_RISES, _FALLS, _KEEPS = "▲", "▼", "►"
_KINDS: dict[str, Kind] = {"warned": "flag", "as_of": "date"}


class Lights:
    """Every line's light and trend, from the figures of the progress sheet."""

    def __init__(self, facts: Facts) -> None:
        self._facts, self._table = facts, facts.table("dashboard", "running")

    def columns(self) -> Columns:
        """Each line: its target, its result, how that is beside the path, and what this means."""
        agreed, actual = self._told("agreed"), self._told("actual")
        names = self._facts.named_lines
        return {
            **{code: names[code] for code in ("region", "name")},
            "target": if_(is_number(agreed), agreed, NOTHING),
            "actual": if_(is_number(actual), actual, NOTHING),
            "pace": self._pace,
            "light": self._light,
            "trend": self._trend,
        }

    def fields(self) -> Fields:
        """How many lines are red, amber and green."""
        lights = self._facts.across(self._table, "light", self._light.values)
        return {f"dashboard_{code}": how_many(lights.equals(self._word(code))) for code in Light}

    @cached_property
    def _pace(self) -> Expression:
        """The result beside the path: above 1 is better, whichever way the metric goes."""
        actual, path = self._told("actual"), self._told("path")
        part, whole = (actual, path) if self._facts.plan.metric.direction > 0 else (path, actual)
        return if_(count(actual, path).equals(2), if_(whole > 0, part / whole, 1), NOTHING)

    @property
    def _own_pace(self) -> Expression:
        return self._facts.own(self._table, "pace", self._pace.values, "$")

    @cached_property
    def _light(self) -> Expression:
        """Red when a line is warned of or below the milestone's share of the path, amber half way on."""
        behind, close, on_path = map(self._word, Light)
        pace, milestone = self._own_pace, self._facts.plan.thresholds.milestone
        half_way = (1 + milestone) / 2
        warned = self._told("warned").equals(self._facts.caption("yes"))
        is_late = or_(warned, pace < number(milestone, repr(milestone)))
        else_ = if_(pace < number(half_way, repr(half_way)), close, on_path)
        told = self._unless_few(expressed(self._word("few")), if_(is_late, behind, else_))
        return if_(is_number(pace), told, NOTHING)

    @property
    def _trend(self) -> Expression:
        """Which way the last days point, beside all so far."""
        pace, recent = self._own_pace, self._told("recent")
        turn = recent - pace
        said = if_(turn > _TURN, _RISES, if_(turn < -_TURN, _FALLS, _KEEPS))
        return if_(count(pace, recent).equals(2), self._unless_few(NOTHING, said), NOTHING)

    def _unless_few(self, few: Expression, told: Expression) -> Expression:
        """What is told of a line, but of one of a handful something else until the period is over."""
        metric, end = self._facts.plan.metric, self._facts.plan.period.end
        if not metric.adds_up:
            return told
        last = float(shown(end.isoformat(), "date", self._facts.language) or 0)
        over = number(last, f"DATE({end.year},{end.month},{end.day})")
        is_few = and_(self._told("agreed") < FEWEST_STEPS * metric.step, self._told("as_of") < over)
        return if_(is_few, few, told)

    def _word(self, code: str) -> str:
        return self._facts.say(f"light.{code}")

    def _told(self, code: str) -> Expression:
        """A column of the progress sheet."""
        lines = self._facts.plan.lines
        refs = self._facts.each_at("progress", "lines", (line.code for line in lines), code)
        return self._facts.elsewhere(refs, self._values(code))

    def _values(self, code: str) -> Values:
        if code == "agreed":
            return optional(self._facts.in_force)
        keys = ((line.region, line.code, f"progress.{code}") for line in self._facts.plan.lines)
        return self._facts.recorded(keys, _KINDS.get(code, "number"))
