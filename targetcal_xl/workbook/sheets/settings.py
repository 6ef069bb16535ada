"""The settings: what belongs to the plan and stays, what finance may change, what the program tells."""

from __future__ import annotations

from ...calibration.metric import KINDS
from ...calibration.plan import WEIGHTS, Plan
from ...calibration.vocabulary import Measure
from ..shapes import Column, Field, Kind, Owner, Sheet, Table
from .columns import limits_table, numbered, of_regions, stacked

_Setting = tuple[str, Owner, Kind, tuple[str, ...]]
"""A setting's code, who types it, what it is, and its choices."""


def _calendar(plan: Plan) -> tuple[_Setting, ...]:
    """Whose days are counted, where the plan says it."""
    return (("calendar", Owner.FINANCE, "days", ()),) if plan.calendar else ()


def sheet(plan: Plan) -> Sheet:
    """What belongs to the plan and stays, then what finance may change, then what the program tells."""
    kinds: tuple[_Setting, ...] = (
        ("company", Owner.TOOL, "text", ()),
        ("plan", Owner.TOOL, "text", ()),
        ("period", Owner.TOOL, "text", ()),
        ("metric", Owner.TOOL, "text", ()),
        ("metric_name", Owner.TOOL, "text", ()),
        ("metric_definition", Owner.TOOL, "long", ()),
        ("unit", Owner.TOOL, "text", ()),
        ("direction", Owner.TOOL, "choice", ("higher", "lower")),
        ("kind", Owner.TOOL, "choice", KINDS),
        ("step", Owner.TOOL, "number", ()),
        ("hq_target", Owner.FINANCE, "number", ()),
        ("hq_tolerance", Owner.FINANCE, "percent", ()),
        ("objection", Owner.FINANCE, "percent", ()),
        ("confidence", Owner.FINANCE, "percent", ()),
        ("milestone", Owner.FINANCE, "percent", ()),
        ("warning_days", Owner.FINANCE, "count", ()),
        ("warning_odds", Owner.FINANCE, "percent", ()),
        ("survey_minimum", Owner.FINANCE, "count", ()),
        ("weights", Owner.FINANCE, "choice", WEIGHTS),
        *_calendar(plan),
        ("empty_words", Owner.TOOL, "long", ()),
        ("language", Owner.TOOL, "text", ()),
        ("functions", Owner.TOOL, "choice", ()),
    )
    fields = tuple(
        Field(code, owner, kind, (4 + k, 3), choices, span=2, card=False)
        for k, (code, owner, kind, choices) in enumerate(kinds)
    )
    return Sheet("settings", fields, stacked(5 + len(fields), *_setting_tables(plan)))


def _setting_tables(plan: Plan) -> tuple[Table, ...]:
    finance = Owner.FINANCE
    roles = ("head", "deputy", "superior", "hrbp")
    mails = (
        column
        for role in roles
        for column in (Column(role, finance, width=16), Column(f"{role}_mail", finance, width=26))
    )
    people = (Column("name", Owner.LABEL, width=28), *mails)
    drivers = (
        Column("name", Owner.LABEL),
        Column("weight", finance, "decimal"),
        Column("direction", Owner.TOOL, "choice", 22, ("raises", "lowers")),
        Column("before", Owner.TOOL, "decimal"),
        Column("used", Owner.TOOL, "decimal"),
        Column("standard_error", Owner.TOOL, "decimal"),
        Column("evidence", Owner.TOOL, "long", span=2),
    )
    indicators = (
        Column("name", finance),
        Column("driver", finance, "choice", choices=tuple(driver.code for driver in plan.drivers)),
        Column("share", finance, "percent"),
        Column("unit", finance),
        Column("direction", finance, "effect", 22, ("raises_driver", "lowers_driver")),
    )
    return (
        of_regions("regions", people, plan, "region."),
        Table("drivers", drivers, tuple(item.code for item in plan.drivers), prefix="driver."),
        Table("indicators", indicators, tuple(item.code for item in plan.indicators), prefix="indicator."),
        Table("milestones", (Column("date", finance, "date"),), numbered("M", 6), prefix="milestone."),
        Table(
            "last_period",
            (Column("name", Owner.LABEL, span=2), Column("last", finance, "decimal")),
            tuple(Measure),
            prefix="last_period.",
        ),
        *limits_table(plan, ("parent", "low", "high", "locked"), "limit."),
    )
