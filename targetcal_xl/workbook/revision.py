"""The inputs that finance's cells amount to, where they can be made of them."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import numpy as np

from ..calibration import (
    ALL_LINES,
    ANSWERS,
    COMMON_ANSWERS,
    WEIGHTS,
    Answer,
    Calendar,
    Driver,
    Floats,
    History,
    Indicator,
    Inputs,
    Key,
    Measures,
    Period,
    Person,
    Plan,
    Post,
    Readings,
    Region,
    Thresholds,
    Value,
    WeightsCode,
)
from ..calibration.plan import LONGEST_RAMP, MAIL, MOST_HEADS, SHARES_ADD_UP, STRONGEST
from ..calibration.values import LARGEST, is_amount
from ..calibration.vocabulary import DIRECTIONS, Role
from ..ooxml import ERRORS
from ..workdays import calendar_problems, staffed_plan, with_days
from .finance import MEASURE_BOUNDS, UNKNOWN_AMOUNT, answer_key, asked_periods, measure_key
from .sheets.drivers import post_rows, reading_row

Kept = TypeVar("Kept")


class Unusable(Exception):
    """A cell of finance's that no inputs can be made of; `code` is that of a problem."""

    def __init__(self, key: Key, code: str) -> None:
        super().__init__(code)
        self.key, self.code = key, code


def revised(inputs: Inputs, cells: Mapping[Key, Value]) -> tuple[Inputs, list[Unusable]]:
    """The inputs that finance's cells amount to, and the cells that none can be made of.

    Codes, names, periods, lines, limits and the metric stay as they are: those make another plan.
    """
    entry = _Entry(cells)
    plan = _plan(inputs.plan, entry)
    history = with_days(_revised_history(inputs, entry), plan)
    plan, unknown = staffed_plan(plan, history)
    for place in unknown:
        entry.refuse((None, post_rows(plan)[place], "post.output"), "post_output_unknown")
    readings, answers = _revised_readings(inputs, entry), tuple(_revised_answers(inputs, entry))
    return Inputs(plan, history, readings, answers, inputs.rhythm), entry.faults


class _Entry:
    """Reads cells by key, and remembers those that cannot be read."""

    def __init__(self, cells: Mapping[Key, Value]) -> None:
        self._cells = cells
        self.faults: list[Unusable] = []

    def words(self, key: Key, otherwise: str = "") -> str:
        value = self._cells.get(key)
        return otherwise if value is None else str(value)

    def name(self, key: Key, otherwise: str) -> str:
        """Words that must not be empty, and are neither a number nor an error."""
        value = self._cells.get(key)
        if not self.words(key).strip():
            return self._refused(key, "name_missing", otherwise)
        if not isinstance(value, str) or value in ERRORS:
            return self._refused(key, "name_unreadable", otherwise)
        return value.strip()

    def mail(self, key: Key) -> str:
        """A mail address, or nothing."""
        said = self.words(key).strip()
        return said if not said or re.fullmatch(MAIL, said) else self._refused(key, "mail_unreadable", "")

    def number(self, key: Key, otherwise: float, low: float = -math.inf, high: float = math.inf) -> float:
        """A number within bounds."""
        value = self._cells.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self._refused(key, "number_unreadable", otherwise)
        return float(value) if low <= value <= high else self._refused(key, "number_outside", otherwise)

    def amount(self, key: Key, otherwise: float, low: float = -math.inf, high: float = math.inf) -> float:
        """A number within bounds that somebody may mean."""
        value = self.number(key, otherwise, low, high)
        is_fine = math.isnan(value) or is_amount(value)
        return value if is_fine else self._refused(key, "number_outside", otherwise)

    def count(self, key: Key, otherwise: int, low: float, high: float = LARGEST) -> int:
        """A whole number within bounds."""
        value = self.number(key, otherwise, low, high)
        return int(value) if value == int(value) else self._refused(key, "number_not_whole", otherwise)

    def perhaps(self, key: Key, low: float = -math.inf, high: float = math.inf) -> float:
        """A number within bounds, or NaN for an empty cell."""
        return math.nan if self._cells.get(key) is None else self.amount(key, math.nan, low, high)

    def one_of(self, key: Key, choices: Mapping[str, object], otherwise: str) -> str:
        value = self._cells.get(key)
        return str(value) if value in choices else self._refused(key, "choice_unknown", otherwise)

    def date(self, key: Key) -> dt.date | None:
        said = self.words(key)
        try:
            return dt.date.fromisoformat(said) if said else None
        except ValueError:
            return self._refused(key, "date_unreadable", None)

    def rows(self, field: str) -> list[str]:
        """Codes of the rows in which a field is filled."""
        return sorted(str(row) for _, row, code in self._cells if code == field)

    def refuse(self, key: Key, code: str) -> None:
        """Remember a cell that cannot be used, once."""
        if all(fault.key != key for fault in self.faults):
            self.faults.append(Unusable(key, code))

    def _refused(self, key: Key, code: str, otherwise: Kept) -> Kept:
        self.refuse(key, code)
        return otherwise


def _plan(plan: Plan, entry: _Entry) -> Plan:
    directions = {name: number for number, name in DIRECTIONS.items()}
    indicators = tuple(_indicator(item, plan, entry, directions) for item in plan.indicators)
    _check_shares(plan, indicators, entry)
    return replace(
        plan,
        hq_target=entry.number((None, None, "hq_target"), plan.hq_target, plan.least_meant, plan.most_meant),
        thresholds=_thresholds(plan.thresholds, entry),
        regions=tuple(_region(region, entry) for region in plan.regions),
        drivers=tuple(_driver(driver, entry) for driver in plan.drivers),
        indicators=indicators,
        milestones=tuple(sorted(_milestones(plan, entry))),
        weights=_weights(plan, entry),
        calendar=plan.calendar and _calendar(plan.calendar, plan.period, entry),
        last_period=_last_period(entry),
        posts=tuple(_post(post, row, entry) for post, row in zip(plan.posts, post_rows(plan), strict=True)),
    )


def _post(known: Post, row: str, entry: _Entry) -> Post:
    """A post as somebody typed it; where it works stays."""

    def key(code: str) -> Key:
        return None, row, f"post.{code}"

    start, end = entry.date(key("start")), entry.date(key("end"))
    if start and end and end < start:
        entry.refuse(key("end"), "post_days")
    output = entry.perhaps(key("output"), 0)
    return replace(
        known,
        name=entry.words(key("name")).strip(),
        heads=entry.number(key("heads"), known.heads, 0, MOST_HEADS),
        start=start,
        end=end,
        ramp=entry.number(key("ramp"), known.ramp, 0, LONGEST_RAMP),
        output=None if math.isnan(output) else output,
    )


def _last_period(entry: _Entry) -> Measures | None:
    """Last period's measures, as far as somebody knows them."""
    said = {code: entry.perhaps(measure_key(code), *bounds) for code, bounds in MEASURE_BOUNDS.items()}
    if all(math.isnan(value) for value in said.values()):
        return None
    attainment = said.pop("attainment_pct")
    return Measures(**said, attainment_pct=None if math.isnan(attainment) else attainment)


def _milestones(plan: Plan, entry: _Entry) -> Iterator[dt.date]:
    for row in entry.rows("milestone.date"):
        key = None, row, "milestone.date"
        if date := entry.date(key):
            if not plan.period.start <= date <= plan.period.end:
                entry.refuse(key, "milestone_outside")
            yield date


def _check_shares(plan: Plan, indicators: tuple[Indicator, ...], entry: _Entry) -> None:
    """The shares of each driver's indicators add up to 1."""
    for driver in plan.drivers:
        own = [item for item in indicators if item.driver == driver.code]
        if own and abs(math.fsum(item.share for item in own) - 1) > SHARES_ADD_UP:
            for item in own:
                entry.refuse((None, item.code, "indicator.share"), "shares_off")
        elif not own:
            entry.refuse((None, driver.code, "driver.weight"), "driver_unmeasured")


def _weights(plan: Plan, entry: _Entry) -> WeightsCode:
    said = entry.one_of((None, None, "weights"), dict.fromkeys(WEIGHTS), plan.weights)
    return "fixed" if said == "fixed" else "learned"


def _calendar(known: Calendar, period: Period, entry: _Entry) -> Calendar:
    """The calendar that somebody typed; as it was where it is none of this plan's."""
    key = None, None, "calendar"
    said = entry.words(key)
    with suppress(ValueError):
        found = Calendar.parse(said)
        if found == known or not calendar_problems(found, period.year, ""):
            return found
    entry.refuse(key, "calendar_unreadable")
    return known


def _thresholds(known: Thresholds, entry: _Entry) -> Thresholds:
    shares = ("objection", "confidence", "milestone", "warning_odds")
    said = {code: entry.number((None, None, code), getattr(known, code), 0.001, 0.999) for code in shares}
    days = entry.count((None, None, "warning_days"), known.warning_days, 1, 60)
    minimum = entry.count((None, None, "survey_minimum"), known.survey_minimum, 3)
    tolerance = entry.number((None, None, "hq_tolerance"), known.hq_tolerance, 0, 0.999)
    return Thresholds(**said, warning_days=days, survey_minimum=minimum, hq_tolerance=tolerance)


def _region(region: Region, entry: _Entry) -> Region:
    def person(role: str, known: Person) -> Person:
        key = region.code, None, f"region.{role}"
        is_nobody = role == Role.DEPUTY and not entry.words(key).strip()
        name = "" if is_nobody else entry.name(key, known.name)
        mail = entry.mail((region.code, None, f"region.{role}_mail"))
        return replace(known, mail=mail) if name == known.name else Person(name, mail)

    now = replace(
        region,
        head=person(Role.HEAD, region.head),
        deputy=person(Role.DEPUTY, region.deputy),
        superior=person(Role.SUPERIOR, region.superior),
        hrbp=person(Role.HRBP, region.hrbp),
    )
    for role, known in ((Role.HEAD, now.head), (Role.DEPUTY, now.deputy)):
        if known.name and known.name == now.superior.name:
            entry.refuse((region.code, None, f"region.{role}"), "same_person")
    return now


def _driver(driver: Driver, entry: _Entry) -> Driver:
    key = None, driver.code, "driver.weight"
    return replace(driver, weight=entry.number(key, driver.weight, 0, STRONGEST))


def _indicator(item: Indicator, plan: Plan, entry: _Entry, directions: Mapping[str, int]) -> Indicator:
    drivers = {driver.code: driver for driver in plan.drivers}
    way = entry.one_of((None, item.code, "indicator.direction"), directions, DIRECTIONS[item.direction])
    return Indicator(
        code=item.code,
        name=entry.name((None, item.code, "indicator.name"), item.name),
        driver=entry.one_of((None, item.code, "indicator.driver"), drivers, item.driver),
        share=entry.number((None, item.code, "indicator.share"), item.share, 0, 1),
        unit=entry.words((None, item.code, "indicator.unit")),
        direction=directions[way],
    )


def _revised_history(inputs: Inputs, entry: _Entry) -> History:
    periods = inputs.history.periods
    values = [
        [_past(entry, (line.region, line.code, f"history.{period}"), inputs.plan) for period in periods]
        for line in inputs.plan.lines
    ]
    one_off = np.zeros((len(inputs.plan.lines), len(periods)))
    lines = {line.code: row for row, line in enumerate(inputs.plan.lines)}
    columns = {str(period): column for column, period in enumerate(periods)}
    for row in entry.rows("event.line"):
        line = entry.one_of((None, row, "event.line"), lines, "")
        period = entry.one_of((None, row, "event.period"), columns, "")
        if line and period:
            key, at = (None, row, "event.amount"), (lines[line], columns[period])
            one_off[at] = _amount(entry, key)
            if one_off[at] > values[at[0]][at[1]]:
                entry.refuse(key, "event_too_big")
    return History(periods, np.array(values).reshape(one_off.shape), one_off)


def _past(entry: _Entry, key: Key, plan: Plan) -> float:
    """A past value; in percent there are no shares of 1, as a cell may make of 94% what shows numbers."""
    value = entry.perhaps(key, 0, plan.most_meant)
    if plan.is_in_percent and 0 < value <= 1:
        entry.refuse(key, "number_outside")
    return value


def _amount(entry: _Entry, key: Key) -> float:
    return math.nan if entry.words(key).strip() in ("", UNKNOWN_AMOUNT, "？") else entry.amount(key, 0.0)


def _revised_answers(inputs: Inputs, entry: _Entry) -> Iterator[Answer]:
    """Answers about earlier periods as they are, and those about last values from their cells."""
    asked = asked_periods(inputs)
    yield from (answer for answer in inputs.answers if answer.period != asked.get(answer.line))
    places = {ALL_LINES: COMMON_ANSWERS} | {line.code: ANSWERS for line in inputs.plan.lines}
    regions = {line.code: line.region for line in inputs.plan.lines}
    for line, choices in places.items():
        key = answer_key(regions.get(line), line)
        said = entry.words(key) and entry.one_of(key, dict.fromkeys(choices), "")
        yield from (Answer(line, asked[line], code) for code in choices if asked and code == said)


def _revised_readings(inputs: Inputs, entry: _Entry) -> Readings:
    def side(code: str) -> Floats:
        rows = [
            [
                entry.perhaps((None, reading_row(line.code, item.code), f"reading.{code}"), low=0)
                for item in inputs.plan.indicators
            ]
            for line in inputs.plan.lines
        ]
        return np.array(rows, dtype=np.float64).reshape(len(inputs.plan.lines), len(inputs.plan.indicators))

    return replace(inputs.readings, now=side("now"), reference=side("reference"))
