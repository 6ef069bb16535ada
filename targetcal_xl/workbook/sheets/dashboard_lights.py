"""Progress at a glance, on the dashboard: red, amber or green for every line, and which way it is going."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from ...calibration.progress import FEWEST_STEPS, too_few
from ...calibration.standing import Value
from ...calibration.vocabulary import Light
from ...figures import typed
from ...ooxml import Cell, column_letters
from ..facts import Facts, Row, as_number, count_of, or_blank, quote, span
from ..places import TablePlace

_TURN = 0.05
"""So far from the pace up to now the last days have to be before a line is said to rise or fall."""
_RISES, _FALLS, _KEEPS = "▲", "▼", "►"
_SHOWN = ("agreed", "actual", "path", "warned", "recent", "as_of")
"""Columns of the progress sheet that this is told from."""


class Running:
    """Writes every line's light and trend, from the figures of the progress sheet."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._close = (1 + facts.plan.thresholds.milestone) / 2

    def line(self, line: str) -> Row:
        """One line: its target, its result, how that is beside the path, and what this means."""
        target, actual = self._told(line, "agreed"), self._told(line, "actual")
        pace = f"${column_letters(self._place.columns['pace'])}${self._place.rows[line]}"
        refs = {code: self._ref(line, code) for code in _SHOWN}
        return {
            **self._facts.names(line),
            "target": Cell(or_blank(target), f'IF(ISNUMBER({refs["agreed"]}),{refs["agreed"]},"")'),
            "actual": Cell(or_blank(actual), f'IF(ISNUMBER({refs["actual"]}),{refs["actual"]},"")'),
            "pace": Cell(or_blank(self._pace(line)), self._pace_formula(refs)),
            "light": Cell(self._word(self._light(line)), self._light_formula(pace, refs)),
            "trend": Cell(self._trend(line), self._trend_formula(pace, refs)),
        }

    def fields(self) -> Row:
        """How many lines are red, amber and green."""
        lights = [self._light(line.code) for line in self._facts.plan.lines]
        column = span(self._place, "light")
        return {
            f"dashboard_{code}": Cell(float(lights.count(code)), count_of(column, quote(self._word(code))))
            for code in Light
        }

    def _told(self, line: str, code: str) -> float | None:
        if code == "agreed":
            return self._facts.in_force[self._facts.lines[line][0]]
        return as_number(self._value(line, code))

    def _value(self, line: str, code: str) -> Value:
        region = self._facts.lines[line][1].region
        return self._facts.standing.value(region, line, f"progress.{code}")

    def _pace(self, line: str) -> float | None:
        """The result beside the path: above 1 is better, whichever way the metric goes."""
        actual, path = self._told(line, "actual"), self._told(line, "path")
        if actual is None or path is None:
            return None
        part, whole = (actual, path) if self._facts.plan.metric.direction > 0 else (path, actual)
        return part / whole if whole > 0 else 1.0

    def _pace_formula(self, refs: dict[str, str]) -> str:
        actual, path = refs["actual"], refs["path"]
        part, whole = (actual, path) if self._facts.plan.metric.direction > 0 else (path, actual)
        return f'IF(COUNT({actual},{path})=2,IF({whole}>0,{part}/{whole},1),"")'

    def _light(self, line: str) -> str:
        pace = self._pace(line)
        if pace is None:
            return ""
        if self._is_too_few(line):
            return "few"
        if self._value(line, "warned") is True or pace < self._facts.plan.thresholds.milestone:
            return "behind"
        return "close" if pace < self._close else "on_path"

    def _is_too_few(self, line: str) -> bool:
        """Whether chance alone still decides a line: its target is a handful, and the period not over."""
        target, day = self._told(line, "agreed"), str(self._value(line, "as_of"))
        few = target is not None and too_few(np.array([target]), self._facts.plan.metric)[0]
        return bool(few) and day < self._facts.plan.period.end.isoformat()

    def _light_formula(self, pace: str, refs: Mapping[str, str]) -> str:
        behind, close, on_path = (quote(self._word(code)) for code in Light)
        yes, milestone = quote(self._facts.caption("yes")), self._facts.plan.thresholds.milestone
        late = f"OR({refs['warned']}={yes},{pace}<{milestone!r})"
        told = f"IF({late},{behind},IF({pace}<{self._close!r},{close},{on_path}))"
        return f'IF(ISNUMBER({pace}),{self._unless_few(refs, quote(self._word("few")), told)},"")'

    def _unless_few(self, refs: Mapping[str, str], few: str, told: str) -> str:
        """What is told of a line, but of one of a handful something else until the period is over."""
        metric, end = self._facts.plan.metric, self._facts.plan.period.end
        if not metric.adds_up:
            return told
        handful, last = typed(FEWEST_STEPS * metric.step), f"DATE({end.year},{end.month},{end.day})"
        return f"IF(AND({refs['agreed']}<{handful},{refs['as_of']}<{last}),{few},{told})"

    def _trend(self, line: str) -> str:
        pace, recent = self._pace(line), self._told(line, "recent")
        if pace is None or recent is None or self._is_too_few(line):
            return ""
        turn = recent - pace
        return _RISES if turn > _TURN else _FALLS if turn < -_TURN else _KEEPS

    def _trend_formula(self, pace: str, refs: Mapping[str, str]) -> str:
        recent = refs["recent"]
        turn = f"{recent}-{pace}"
        said = f'IF({turn}>{_TURN},"{_RISES}",IF({turn}<-{_TURN},"{_FALLS}","{_KEEPS}"))'
        said = self._unless_few(refs, '""', said)
        return f'IF(COUNT({pace},{recent})=2,{said},"")'

    def _word(self, code: str) -> str:
        return self._facts.say(f"light.{code}") if code else ""

    def _ref(self, line: str, code: str) -> str:
        row, column = self._facts.places.spot("progress", "lines", line, code)
        return f"{self._facts.tab('progress')}${column_letters(column)}${row}"

    @cached_property
    def _place(self) -> TablePlace:
        return self._facts.places.table("dashboard", "running")
