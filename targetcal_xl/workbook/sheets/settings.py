"""The settings: what belongs to the plan and stays, what finance may change, what the program tells."""

from __future__ import annotations

from collections.abc import Iterator

from ...calibration.plan import Plan
from ...calibration.vocabulary import DIRECTIONS, EFFECTS, KINDS, WEIGHTS, Functions, Measure, Role
from ...ooxml import Cell
from ..captions import shown
from ..facts import Facts
from ..finance import fixed
from ..part import Columns, Fields, SheetPart
from ..shapes import Column, Field, Kind, Owner, Sheet, Table
from .baseline import weights_used
from .baseline_live import is_live
from .columns import limits_table, numbered, of_regions, stacked
from .limits import Reached
from .region_lines import EMPTY_WORDS

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
        ("direction", Owner.TOOL, "choice", tuple(DIRECTIONS.values())),
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
    return Sheet("settings", fields, stacked(5 + len(fields), *_setting_tables(plan)), colour="input")


def _setting_tables(plan: Plan) -> tuple[Table, ...]:
    finance = Owner.FINANCE
    mails = (
        column
        for role in Role
        for column in (Column(role, finance, width=16), Column(f"{role}_mail", finance, width=26))
    )
    people = (Column("name", Owner.LABEL, width=28), *mails)
    drivers = (
        Column("name", Owner.LABEL),
        Column("weight", finance, "decimal"),
        Column("direction", Owner.TOOL, "choice", 22, tuple(EFFECTS.values())),
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
        Table("drivers", drivers, tuple(item.code for item in plan.drivers), prefix="driver.", height=34),
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


class Settings:
    """What the program says among the settings."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def parts(self) -> Iterator[SheetPart]:
        """What stands on the sheet that is nobody's to type."""
        facts = self._facts
        names = {"name": [Cell(name) for name in facts.region_names.values()]}
        measures = {"name": [Cell(facts.caption(code)) for code in Measure]}
        tables = {
            "regions": lambda: names,
            "drivers": self._drivers,
            "limits": Reached(facts).settings,
            "last_period": lambda: measures,
        }
        yield SheetPart("settings", tables, self._fields)

    def _fields(self) -> Fields:
        """What belongs to the plan, and what the program says of the book."""
        facts, choices = self._facts, ("direction", "kind")
        state = facts.caption(Functions.LIVE if is_live(facts) else Functions.FROZEN)
        plan = {
            code: Cell(shown(value, "choice" if code in choices else "text", facts.language))
            for code, value in fixed(facts.plan).items()
        }
        told = {"empty_words": EMPTY_WORDS, "language": facts.language, "functions": state}
        return plan | {code: Cell(said) for code, said in told.items()}

    def _drivers(self) -> Columns:
        """Which way each driver works, its weight in use and the one before, and what it was learned from."""
        facts, drivers = self._facts, self._facts.plan.drivers
        kinds: dict[str, Kind] = {"before": "decimal", "standard_error": "decimal", "evidence": "long"}
        told = {
            code: [facts.told((None, driver.code, f"driver.{code}"), kind) for driver in drivers]
            for code, kind in kinds.items()
        }
        return {
            **told,
            "name": [Cell(driver.name) for driver in drivers],
            "used": [Cell(weight) for weight in weights_used(facts.standing)],
            "direction": [Cell(facts.caption(EFFECTS[driver.direction])) for driver in drivers],
        }
