"""A plan folder: plan.toml, history, drivers and past days (.csv or .xlsx) in; all a baseline needs out."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources.abc import Traversable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..calibration import (
    MOST_PERIODS,
    Floats,
    History,
    Indicator,
    Inputs,
    Line,
    Period,
    Plan,
    Readings,
    Rhythm,
)
from ..calibration.metric import IN_PERCENT, is_percent
from ..log import step
from ..problems import DataProblems, Problem
from ..workdays import with_days
from .columns import DRIVER_COLUMNS, HISTORY_COLUMNS
from .past_days import DAYS, read_past_days
from .plan_file import read_plan_file
from .plan_schema import FILE, PlanPlace
from .spelt import normal
from .staffing import staffed
from .stamps import as_pem, certificates_in
from .table_file import TableFile
from .tables import read_table

_LOG = logging.getLogger(__name__)

HISTORY, DRIVERS = "history", "drivers"
ROOTS = "roots.pem"
"""The file with the certificates of those whom a plan trusts."""
_KINDS = (".csv", ".xlsx", ".xlsm")
"""How the names of tables end; the first is looked for where there is none."""
_UNSIZED = ("?", "？")
"""How a one-off event of unknown size is written."""


def plan_files() -> tuple[str, ...]:
    """How the files of a plan may be called; the plan file is the last, as a folder without it is no plan."""
    return (*(f"{name}{kind}" for name in (HISTORY, DRIVERS) for kind in _KINDS), FILE)


def plan_extras() -> tuple[str, ...]:
    """How files may be called that go with a plan, and that no form holds."""
    return (*(f"{DAYS}{kind}" for kind in _KINDS), ROOTS)


@step(_LOG, "read a plan folder")
def read_plan(folder: Traversable, taught: Callable[[Plan], Rhythm | None] | None = None) -> Inputs:
    """Read `plan.toml`, the table `history` and, where there are, `drivers` and `days`: each .csv or .xlsx.

    Where there is a `roots.pem`, its certificates are those that the plan trusts. What past days teach may
    be `taught` from elsewhere.

    Raise DataProblems with every fault of all files, each with its row and column.
    """
    plan = read_plan_file(folder.joinpath(FILE))
    problems: list[Problem] = []
    with _added_to(problems):
        plan = replace(plan, trust=replace(plan.trust, roots=read_roots(folder.joinpath(ROOTS))))
    history, readings, rhythm = None, None, None
    with _added_to(problems):
        history = read_history(table_file(folder, HISTORY), plan)
    with _added_to(problems):
        past = len(history.periods) if history else 0
        readings = read_drivers(table_file(folder, DRIVERS), plan, past)
    with _added_to(problems):
        rhythm = _rhythm(table_file(folder, DAYS), plan, taught)
    if history is not None:
        problems = [*odd_target(plan, history), *problems]
        with _added_to(problems):
            plan = staffed(plan, history)
    if history is None or readings is None or problems:
        raise DataProblems(problems)
    return Inputs(plan, with_days(history, plan), readings, rhythm=rhythm)


def _rhythm(file: Traversable, plan: Plan, taught: Callable[[Plan], Rhythm | None] | None) -> Rhythm | None:
    """What past days teach; raise DataProblems where they stand beside the plan and elsewhere, too."""
    found = taught(plan) if taught else None
    if found and file.is_file():
        raise DataProblems([Problem("days_twice", file.name)])
    return found or read_past_days(file, plan)


@contextmanager
def _added_to(problems: list[Problem]) -> Iterator[None]:
    """Go on after the faults of a file, with them among the problems."""
    try:
        yield
    except DataProblems as found:
        problems += found.problems


def read_roots(source: Traversable) -> tuple[str, ...]:
    """Certificates, each in PEM; none where there is no file. Raise DataProblems for a file that has none."""
    if not source.is_file():
        return ()
    found = certificates_in(source.read_bytes())
    if not found:
        raise DataProblems([Problem("plan_roots", source.name)])
    return tuple(map(as_pem, found))


def odd_target(plan: Plan, history: History) -> Iterator[Problem]:
    """A target that is told in percent where the past is in shares of 1, or the other way round."""
    past = history.values[np.isfinite(history.values)]
    if not len(past) or not (plan.metric.is_share or is_percent(plan.metric.unit)):
        return
    usual, place = float(np.median(past)), PlanPlace("hq_target")
    if past.max() <= 1 < plan.hq_target / IN_PERCENT:
        yield Problem("plan_not_a_share", place, {"value": plan.hq_target})
    elif plan.hq_target <= 1 < usual / IN_PERCENT:
        yield Problem("target_otherwise", place, {"value": plan.hq_target, "known": usual})


def _told_alike(table: TableFile, values: Floats, plan: Plan) -> None:
    """A ratio's values are all shares of 1 or all percentages: what is not as most are is named."""
    if not plan.metric.is_share or not np.isfinite(values).any():
        return
    usual = np.nanmedian(values)
    most = IN_PERCENT if usual <= 1 else plan.most_meant
    least = 1.0 if plan.is_in_percent and usual > IN_PERCENT else 0.0
    with np.errstate(invalid="ignore"):
        table.report_where("csv_not_a_share", values > most, "value")
        table.report_where("csv_not_in_percent", (values > 0) & (values <= least), "value")


def table_file(folder: Traversable, name: str) -> Traversable:
    """The one table of a name; raise DataProblems where there are two."""
    files = [folder.joinpath(f"{name}{kind}") for kind in _KINDS]
    there = [file for file in files if file.is_file()]
    if len(there) > 1:
        fields = {"one": there[0].name, "other": there[1].name}
        raise DataProblems([Problem("csv_both", fields=fields)])
    return (there or files)[0]


def read_history(
    source: Traversable, plan: Plan, called: Mapping[str, str] | None = None, *, is_whole: bool = True
) -> History:
    """Past values from a table with columns line, period, value, one_off.

    The periods run from the first one named to the one before the plan's; what is not named or empty is
    unknown. `one_off` is empty or 0 for none and `?` for a one-off event of unknown size. Columns may be
    `called` otherwise. What is not the whole history may end long before the plan's period.
    """
    return history_in(read_table(source, *HISTORY_COLUMNS, called), plan, is_whole=is_whole)


def history_in(table: TableFile, plan: Plan, *, is_whole: bool = True) -> History:
    """The same of a table that has been read; raise DataProblems with every fault."""
    lines = table.codes("line", _names(plan.lines))
    when = _periods(table, plan.period)
    values = table.numbers("value", low=0, unit=plan.metric.unit)
    one_off = _one_offs(table, values, plan.metric.unit)
    _told_alike(table, values, plan)
    table.unique(("line", "period"))
    _count_periods(table, when, plan.period, is_whole)
    table.done()
    first = int(when.min())
    shape = (len(plan.lines), -first)
    known, events = np.full(shape, np.nan), np.zeros(shape)
    known[lines, when - first] = values
    events[lines, when - first] = one_off
    periods = tuple(plan.period.shift(place) for place in range(first, 0))
    return History(periods, known, events)


def read_drivers(
    source: Traversable, plan: Plan, past: int = 0, called: Mapping[str, str] | None = None
) -> Readings:
    """Indicator readings from a table with columns line, indicator, reference, now; no file: none known.

    A column `period` says when each was read: it counts for the period that lies the driver's lag later,
    and an empty one counts for the plan's. Readings are kept for that and for `past` periods before it.
    An empty `reference` is what `now` was a year before.
    """
    if not source.is_file():
        shape = (len(plan.lines), len(plan.indicators))
        return Readings(np.full(shape, np.nan), np.full(shape, np.nan))
    return readings_in(read_table(source, *DRIVER_COLUMNS, called), plan, past)


def readings_in(table: TableFile, plan: Plan, past: int = 0) -> Readings:
    """The same of a table that has been read; raise DataProblems with every fault."""
    shape = (len(plan.lines), len(plan.indicators))
    lines, items = table.codes("line", _names(plan.lines)), table.codes("indicator", _names(plan.indicators))
    lag = _lags(plan)[items]
    table = _dated(table, plan.period, lag)
    when = _counting(table, plan.period, lag)
    table.report_where(
        "csv_far_past", when < -MOST_PERIODS - plan.period.per_year, "period", period=plan.period
    )
    before, today = table.numbers("reference", low=0), table.numbers("now", low=0)
    table.unique(("line", "period", "indicator"))
    table.done()
    first = min(int(when.min(initial=0)), -past)
    now, reference = (np.full((1 - first, *shape), np.nan) for _ in range(2))
    now[when - first, lines, items], reference[when - first, lines, items] = today, before
    year = plan.period.per_year
    earlier = np.where(np.isnan(reference[year:]), now[:-year], reference[year:])
    reference[year:] = earlier
    if not (when < 0).any():
        return Readings(now[-1], reference[-1])
    return Readings(now[-1], reference[-1], now[-1 - past : -1], reference[-1 - past : -1])


def _names(items: Iterable[Line | Indicator]) -> dict[str, str]:
    return {item.code: item.name for item in items}


def _periods(table: TableFile, plan_period: Period) -> NDArray[np.intp]:
    """How many periods after the plan's each row is, (n,); report all but past ones."""
    when = _places(table, plan_period)
    table.report_where("csv_not_past", when >= 0, "period", period=plan_period)
    return np.asarray(np.nan_to_num(when, nan=-1), dtype=np.intp)


def _lags(plan: Plan) -> NDArray[np.intp]:
    """How many periods after its own a reading of each indicator counts, and 0 for one that is unknown."""
    lags = {driver.code: driver.lag for driver in plan.drivers}
    return np.array([*(lags[item.driver] for item in plan.indicators), 0], dtype=np.intp)


def _dated(table: TableFile, plan_period: Period, lag: NDArray[np.intp]) -> TableFile:
    """The same readings; those without a period get the one that counts for the plan's."""
    own = {each: str(plan_period.shift(-each)) for each in set(lag.tolist())}
    said = table.cells["period"]
    dated = said.where(said != "", pd.Series(lag, said.index).map(own))
    return table.saying("period", dated.tolist())


def _counting(table: TableFile, plan_period: Period, lag: NDArray[np.intp]) -> NDArray[np.intp]:
    """How many periods after the plan's each reading counts, (n,); report those that come too late."""
    when = _places(table, plan_period) + lag
    table.report_where("csv_too_late", when > 0, "period", period=plan_period)
    return np.asarray(np.minimum(np.nan_to_num(when), 0), dtype=np.intp)


def _places(table: TableFile, plan_period: Period) -> Floats:
    """How many periods after the plan's the column says, (n,); report what is no period, NaN here."""
    said = table.cells["period"]
    places = {each: _place(each, plan_period) for each in said.unique()}
    when = said.map(places).to_numpy(dtype=float)
    table.report_where("csv_not_a_period", np.isnan(when), "period")
    return when


def _place(said: str, plan_period: Period) -> float:
    """Periods after the plan's; NaN for text that is no period, or one of another kind (month, quarter)."""
    try:
        period = Period.parse(normal(said))
    except ValueError:
        return math.nan
    if period.per_year != plan_period.per_year:
        return math.nan
    return (period.year - plan_period.year) * period.per_year + period.number - plan_period.number


def _one_offs(table: TableFile, values: Floats, unit: str) -> Floats:
    """Amounts of one-off events, (n,): 0 for none, NaN for `?`; report an event bigger than its value."""
    amounts = table.numbers("one_off", unknown=("", *_UNSIZED), unit=unit)
    table.report_where("csv_one_off_too_big", amounts > values, "one_off")
    return np.where(table.cells["one_off"] == "", 0.0, amounts)


def _count_periods(table: TableFile, when: NDArray[np.intp], plan_period: Period, is_whole: bool) -> None:
    """Report a history that is too short or too long to calibrate from, or ends long before the plan's."""
    periods = -int(when.min(initial=0))
    gap = -int(when.max()) if len(when) else 0
    if not 1 <= periods <= MOST_PERIODS:
        fields: dict[str, object] = {"periods": periods, "fewest": 1, "most": MOST_PERIODS}
        table.problems.add(Problem("csv_history_length", table.file, fields))
    elif is_whole and gap > plan_period.per_year:
        fields = {"newest": plan_period.shift(-gap), "gap": gap, "period": plan_period}
        table.problems.add(Problem("csv_history_gap", table.file, fields))
