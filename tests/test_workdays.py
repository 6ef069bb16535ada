"""Working days: holidays and make-up days of any country, the company's own, and how sure they are."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import chinese_calendar
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import Calendar, Period
from targetcal_xl.problems import Problem
from targetcal_xl.workdays import calendar_problems, working_days


def worked(period: Period, calendar: Calendar | None = None) -> set[dt.date]:
    days = working_days(period, calendar).days.tolist()
    return {day for day, is_worked in zip(period.days, days, strict=True) if is_worked}


def year(number: int, calendar: Calendar | None = None) -> set[dt.date]:
    return set().union(*(worked(Period(number, quarter), calendar) for quarter in (1, 2, 3, 4)))


def days(number: int, *said: str) -> set[dt.date]:
    """`0128-0204` and `0208` as days of a year."""
    found = set()
    for part in said:
        first, last = (dt.date(number, int(end[:2]), int(end[2:])) for end in (part[:4], part[-4:]))
        found |= {first + dt.timedelta(k) for k in range((last - first).days + 1)}
    return found


@pytest.mark.parametrize(
    ("number", "free", "made_up"),
    [
        # Notices of the State Council of 25 October 2023, 12 November 2024 and 4 November 2025.
        (
            2024,
            ("0101", "0210-0217", "0404-0406", "0501-0505", "0610", "0915-0917", "1001-1007"),
            ("0204", "0218", "0407", "0428", "0511", "0914", "0929", "1012"),
        ),
        (
            2025,
            ("0101", "0128-0204", "0404-0406", "0501-0505", "0531-0602", "1001-1008"),
            ("0126", "0208", "0427", "0928", "1011"),
        ),
        (
            2026,
            ("0101-0103", "0215-0223", "0404-0406", "0501-0505", "0619-0621", "0925-0927", "1001-1007"),
            ("0104", "0214", "0228", "0509", "0920", "1010"),
        ),
    ],
)
def test_china_works_as_its_notices_say(number: int, free: tuple[str, ...], made_up: tuple[str, ...]) -> None:
    weekdays = {day for day in days(number, "0101-1231") if day.weekday() < 5}
    assert year(number) == (weekdays - days(number, *free)) | days(number, *made_up)
    assert working_days(Period(number, 1)).certainty == "published"


@pytest.mark.parametrize("number", range(2006, 2027))
def test_china_works_as_another_calendar_says(number: int) -> None:
    every = days(number, "0101-1231")
    assert year(number) == {day for day in every if chinese_calendar.is_workday(day)}


def test_a_year_whose_make_up_days_nobody_knows_yet_has_its_usual_holidays_and_says_so() -> None:
    period = Period(2027, 1)
    assert working_days(period).certainty == "moves_unknown"
    assert worked(period).isdisjoint(days(2027, "0101", "0205-0210"))
    assert len(worked(period)) < np.busday_count(period.start, period.end + dt.timedelta(1))


@pytest.mark.parametrize(
    ("country", "day", "is_worked"),
    [
        ("DE", "2025-05-01", False),
        ("DE", "2025-06-19", True),  # Corpus Christi is free in some states only
        ("DE-BY", "2025-06-19", False),
        ("de-by", "2025-06-19", False),
        ("US", "2025-07-04", False),
        ("US", "2021-12-31", False),  # New Year's Day of the year after
        ("US-CA", "2025-03-31", False),  # Cesar Chavez Day
        ("US", "2025-03-31", True),
        ("JP", "2025-05-06", False),  # in lieu of the 4th
        ("GB-SCT", "2025-12-01", False),
        ("GB-ENG", "2025-12-01", True),
        ("SA", "2025-04-04", False),  # a Friday
        ("SA", "2025-04-06", True),  # a Sunday
        ("HU", "2024-08-03", True),  # a Saturday, for the 19th
        ("HU", "2024-08-19", False),
    ],
)
def test_other_countries_and_their_parts_have_days_of_their_own(
    country: str, day: str, is_worked: bool
) -> None:
    date = dt.date.fromisoformat(day)
    period = Period(date.year, (date.month - 1) // 3 + 1)
    assert (date in worked(period, Calendar(country))) is is_worked


@pytest.mark.parametrize(
    ("country", "period", "certainty"),
    [
        ("DE", Period(2031, 1), "published"),
        ("AE", Period(2031, 1), "estimated"),
        ("AE", Period(2031, 4), "published"),  # none of its holidays follow the moon in these months
        ("CN", Period(2060, 2), "moves_unknown"),
        ("HU", Period(2023, 1), "published"),  # moved none, but moved some later
        ("LK", Period(2027, 1), "weekends"),
    ],
)
def test_it_is_said_how_sure_the_days_are(country: str, period: Period, certainty: str) -> None:
    assert working_days(period, Calendar(country)).certainty == certainty


@given(st.sets(st.integers(0, 89)), st.sets(st.integers(0, 89)))
def test_the_company_s_own_days_count_before_its_country_s(work: set[int], closed: set[int]) -> None:
    period = Period(2025, 1)
    own = Calendar(
        "CN",
        tuple(period.days[k] for k in sorted(work - closed)),
        tuple(period.days[k] for k in sorted(closed - work)),
    )
    assert worked(period, own) == (worked(period) | set(own.work)) - set(own.closed)


@given(
    st.sampled_from(["CN", "DE-BY", "US-CA"]),
    st.lists(st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)), unique=True),
    st.integers(0, 20),
)
def test_a_calendar_is_what_its_text_says(country: str, some: list[dt.date], cut: int) -> None:
    calendar = Calendar(country, tuple(sorted(some[:cut])), tuple(sorted(some[cut:])))
    assert Calendar.parse(str(calendar)) == calendar


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("", ""),
        ("+2027-02-06", "+2027-02-06"),
        ("CN 2027-02-06", "2027-02-06"),
        ("CN +2027-2-6", "+2027-2-6"),
    ],
)
def test_what_is_no_calendar_is_named(said: str, part: str) -> None:
    with pytest.raises(ValueError) as caught:
        Calendar.parse(said)
    assert str(caught.value) == part


def test_a_day_that_does_not_exist_is_no_calendar() -> None:
    with pytest.raises(ValueError):
        Calendar.parse("CN +2027-02-30")


@pytest.mark.parametrize(
    ("country", "code", "near"),
    [
        ("China", "calendar_country_near", "CN"),
        ("中国", "calendar_country_near", "CN"),
        ("德国", "calendar_country_near", "DE"),
        ("Germny", "calendar_country_near", "DE"),
        ("CHN", "calendar_country_near", "CN"),
        ("HolidayBase", "calendar_country", ""),
        ("XX", "calendar_country", ""),
        ("?", "calendar_country", ""),
        ("DE-", "calendar_country_near", "DE"),
        ("DE\n", "calendar_country_near", "DE"),
    ],
)
def test_an_unknown_country_is_told_with_those_that_may_be_meant(country: str, code: str, near: str) -> None:
    (problem,) = calendar_problems(Calendar(country), 2025, "here")
    assert problem.code == code
    assert near in str(problem.fields["near"])
    with pytest.raises(ValueError):
        working_days(Period(2025, 1), Calendar(country))


def test_a_part_that_a_country_does_not_have_is_told_with_those_that_it_has() -> None:
    (problem,) = calendar_problems(Calendar("DE-XX"), 2025, "here")
    assert problem.code == "calendar_part"
    assert "DE-BY" in str(problem.fields["known"])


def test_all_that_is_wrong_with_a_calendar_is_told_at_once() -> None:
    day, far = dt.date(2027, 2, 6), dt.date(2072, 2, 5)
    found = calendar_problems(Calendar("XX", (day, day), (day, far)), 2027, "here")
    assert [(problem.code, problem.fields["value"]) for problem in found] == [
        ("calendar_country", "XX"),
        ("calendar_twice", "2027-02-06"),
        ("calendar_far", "2072-02-05"),
    ]
    assert all(isinstance(problem, Problem) and problem.sentence("en") for problem in found)


def test_the_holidays_of_the_world_are_loaded_only_where_days_are_counted() -> None:
    said = "import sys, targetcal_xl.actions, targetcal_xl.functions; print('holidays' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, check=True)
    assert done.stdout.split() == [b"False"]


@pytest.mark.parametrize("locale", ["en_US.UTF-8", "ar_AE.UTF-8", "C"])
def test_how_sure_the_days_are_does_not_hang_on_the_locale(
    locale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(variable, locale)
    working_days.cache_clear()
    assert working_days(Period(2031, 1), Calendar("AE")).certainty == "estimated"
