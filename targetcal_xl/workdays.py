"""Which days people work: a country's calendar with its holidays and make-up days, and the company's own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from .calibration import (
    Calendar,
    FarAway,
    Floats,
    History,
    Inputs,
    PastDays,
    Period,
    Plan,
    Rhythm,
    Shape,
    consecutive,
    learn_rhythm,
    period_of,
    period_shape,
    usual_rhythm,
    with_capacity,
)
from .calibration.workload import MONTHS
from .language import LANGUAGES, territories, text
from .problems import Problem

if TYPE_CHECKING:
    from holidays import HolidayBase

_COUNTRY = re.compile("[A-Za-z]{2}(-.+)?")

Certainty = Literal["published", "moves_unknown", "estimated", "weekends"]
"""How sure a period's days are: all is published, or the days that the country moves are not known, or
holidays are foreseen from the moon, or no holidays of that year are known at all."""

_LONG = 20
"""A country that has moved no day to or from a weekend for so many years does so no more."""


@dataclass(frozen=True)
class WorkingDays:
    """Whether each day of a period (D,) is worked, and how sure that is."""

    days: NDArray[np.bool_]
    certainty: Certainty


@dataclass(frozen=True)
class CalendarNote:
    """Whose days a plan counts, in which year, and how sure they are."""

    country: str
    year: int
    certainty: Certainty

    def sentence(self, language: str) -> str:
        """What of the plan's working days is not sure; nothing where all is."""
        if self.certainty == "published":
            return ""
        code, _, part = self.country.partition("-")
        name = territories(language).get(code.upper(), code)
        place = f"{name} ({part})" if part else name
        return text(f"telling.calendar.{self.certainty}", language, country=place, year=self.year)


def calendar_note(plan: Plan) -> CalendarNote:
    """What is to be said of a plan's calendar."""
    country = (plan.calendar or Calendar()).country
    return CalendarNote(country, plan.period.year, working_days(plan.period, plan.calendar).certainty)


@lru_cache(maxsize=64)
def working_days(period: Period, calendar: Calendar | None = None) -> WorkingDays:
    """The working days of a period; a plan that names no calendar is China's.

    Raise ValueError for a country that nobody knows (`calendar_problems` says which are meant).
    """
    own = calendar or Calendar()
    official = _official(own.country, [period.year])
    worked = [
        day in own.work or (official.is_working_day(day) and day not in own.closed) for day in period.days
    ]
    days = np.array(worked)
    days.flags.writeable = False
    return WorkingDays(days, _certainty(official, own.country, period))


def plan_shape(inputs: Inputs) -> Shape:
    """What the days of a plan's period bring: as the plan states it, as past days taught, or as is usual."""
    plan = inputs.plan
    worked = working_days(plan.period, plan.calendar).days
    return period_shape(plan.period.days, worked, inputs.rhythm, plan.days)


def past_rhythm(
    days: NDArray[np.datetime64], lines: NDArray[np.intp], amounts: Floats, plan: Plan
) -> Rhythm | None:
    """What past results teach of a plan's days; None where there are none.

    Each result, (m,), has its day and the number of its line. From the first day to the last, one without a
    result is what the plan takes a missing day for.
    """
    if not np.isfinite(amounts).any():
        return None
    first, last = days.min(), days.max()
    dates = [day.item() for day in np.arange(first, last + np.timedelta64(1, "D"))]
    whole = np.full((int(lines.max()) + 1, len(dates)), 0.0 if plan.counts_missing else np.nan)
    at, known = (days - first).astype(np.intp), np.isfinite(amounts)
    whole[lines[known], at[known]] = amounts[known]
    return learn_rhythm(list(_periods_past(whole, dates, plan)), usual_rhythm(plan.days))


def _periods_past(whole: Floats, dates: Sequence[dt.date], plan: Plan) -> Iterator[PastDays]:
    """Results, (n, dates), by period; of days before the first nothing is known."""
    for period, days in groupby(dates, lambda day: period_of(day, plan.period.per_year)):
        own = list(days)
        since, until = (period.days.index(day) for day in (own[0], own[-1]))
        results = np.full((len(whole), until + 1), np.nan)
        begin = (own[0] - dates[0]).days
        results[:, since:] = whole[:, begin : begin + len(own)]
        worked = working_days(period, plan.calendar).days
        yield period_shape(period.days, worked).past(results)


def with_days(history: History, plan: Plan) -> History:
    """The history with the days worked in each of its months and up to the plan's, where results add up.

    Nothing else has them: quarters are all but equally long, and a mean or ratio is none of its days.
    """
    first, end = (history.periods[0] if history.periods else plan.period), plan.period
    told = plan.metric.adds_up and first.per_year == end.per_year == MONTHS
    with suppress(FarAway):
        months = [*consecutive(first, end), end] if told else []
        worked = tuple(int(working_days(month, plan.calendar).days.sum()) for month in months)
        return replace(history, worked=worked)
    return history


def staffed_plan(plan: Plan, history: History) -> tuple[Plan, tuple[int, ...]]:
    """The plan with what its posts bring by its calendar, and the places of those nobody can tell it of."""
    if not plan.posts:
        return plan, ()
    return with_capacity(plan, history, lambda period: working_days(period, plan.calendar).days)


def calendar_problems(calendar: Calendar, year: int, where: str) -> list[Problem]:
    """Everything that is wrong with a calendar of a plan for that year."""
    return [
        *_country_problems(calendar.country, where),
        *(
            Problem(f"calendar_{code}", where, {"value": str(day), "year": year})
            for code, day in calendar.faults(year)
        ),
    ]


def _official(country: str, years: Iterable[int] = ()) -> HolidayBase:
    """The calendar of a country or a part of it; raise ValueError where there is none."""
    # This knows every country of the world, and is only loaded where days are counted.
    from holidays import country_holidays

    code, _, part = country.partition("-")
    try:
        if not _COUNTRY.fullmatch(country):
            raise NotImplementedError(country)
        whole = country_holidays(code.upper())
        spelt = {name.casefold(): name for name in whole.subdivisions}
        own = spelt[part.casefold()] if part else None
        # In the country's own language: else names follow the locale, and what marks a guess does not.
        return country_holidays(code.upper(), subdiv=own, years=years, language=whole.default_language)
    except (NotImplementedError, KeyError) as error:
        raise ValueError(country) from error


def _certainty(official: HolidayBase, country: str, period: Period) -> Certainty:
    if not official.start_year <= period.year <= official.end_year:
        return "weekends"
    if not _moves_are_known(country, period.year):
        return "moves_unknown"
    estimated = str(getattr(official, "estimated_label", "") or "").replace("%s", "").strip(" ()（）")
    names = (str(official.get(day, "")) for day in period.days)
    return "estimated" if estimated and any(estimated in name for name in names) else "published"


def _moves_are_known(country: str, year: int) -> bool:
    """Whether a country moves no working days to weekends, or has said which it moves in that year."""
    moved = {day.year for day in _official(country, range(year - _LONG, year + 2)).weekend_workdays}
    return not moved or year <= max(moved)


def _country_problems(country: str, where: str) -> Iterator[Problem]:
    if _is_known(country):
        return
    code, _, part = country.partition("-")
    if part and _is_known(code):
        known = [f"{code.upper()}-{name}" for name in _official(code).subdivisions]
        fields = {"value": country, "known": known or code.upper()}
        yield Problem("calendar_part", where, fields)
    else:
        near = [*_near(code)]
        code = "calendar_country_near" if near else "calendar_country"
        yield Problem(code, where, {"value": country, "near": near})


def _is_known(country: str) -> bool:
    try:
        _official(country)
    except ValueError:
        return False
    return True


def _near(said: str) -> list[str]:
    """The countries that may be meant: by name in a language of ours, or by a code nearly theirs."""
    names: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for code, name in territories(language).items():
            if _is_known(code):
                names.setdefault(name.casefold(), []).append(code)
                names.setdefault(code.casefold(), []).append(code)
    found = get_close_matches(said.casefold(), names, n=4)
    return list(dict.fromkeys(code for name in found for code in names[name]))
