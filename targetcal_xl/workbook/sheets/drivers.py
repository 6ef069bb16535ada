"""The drivers: what every line's indicators read, then and now, and what that signals."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from ...calibration.drivers import SIGNAL_LIMIT
from ...calibration.plan import Plan
from ...ooxml import Cell
from ..facts import Facts
from ..formulas import NOTHING, Expression, Values, and_, count, expressed, if_, ln_ratio, picked, tanh
from ..part import Columns, SheetPart
from ..shapes import Column, Owner, Sheet, Table
from .columns import NAME, REGION, numbered, stacked


def sheet(plan: Plan) -> Sheet:
    """A row for each line's reading of each indicator."""
    columns = (
        REGION,
        NAME,
        Column("indicator", Owner.LABEL, width=16),
        Column("driver", Owner.LABEL, width=16),
        Column("unit", Owner.LABEL, width=8),
        Column("reference", Owner.FINANCE, "decimal", 14),
        Column("now", Owner.FINANCE, "decimal", 14),
        Column("change", Owner.FORMULA, "percent", 12),
        Column("signal", Owner.FORMULA, "percent", 12),
    )
    rows = tuple(reading_row(line.code, item.code) for line in plan.lines for item in plan.indicators)
    table = Table("readings", columns, rows, prefix="reading.")
    return Sheet("drivers", (), stacked(5, table, *_posts(plan)), filtered="readings", colour="input")


def _posts(plan: Plan) -> tuple[Table, ...]:
    """Planned people, in plans that tell of them: where they work stays, all else is finance's."""
    columns = (
        Column("post_at", Owner.LABEL, width=14),
        Column("name", Owner.FINANCE, width=16),
        Column("heads", Owner.FINANCE, "decimal", 16),
        Column("start", Owner.FINANCE, "date", 16),
        Column("ramp", Owner.FINANCE, "decimal", 8),
        Column("end", Owner.FINANCE, "date", 14),
        Column("output", Owner.FINANCE, "decimal", 14),
        Column("counted", Owner.TOOL, "decimal", 12),
        Column("brings", Owner.TOOL, "amount", 12),
    )
    return (Table("posts", columns, post_rows(plan), prefix="post."),) if plan.posts else ()


def post_rows(plan: Plan) -> tuple[str, ...]:
    """The row codes of a plan's posts."""
    return numbered("P", len(plan.posts))


def reading_row(line: str, indicator: str) -> str:
    """The row code of a line's reading of an indicator."""
    return f"{line}/{indicator}"


class ReadingsSheet:
    """The rows of the readings: a line's indicators, then those of the next."""

    def __init__(self, facts: Facts) -> None:
        self._facts, self._table = facts, facts.table("drivers", "readings")
        plan = facts.plan
        self._rows = [(line, item) for line in plan.lines for item in plan.indicators]

    def parts(self) -> Iterator[SheetPart]:
        """What stands on the sheet."""
        yield SheetPart("drivers", {"readings": self._columns, "posts": self._posts})

    def _posts(self) -> Columns:
        """Where planned people work, how many full heads they are, and what they can bring."""
        plan = self._facts.plan
        return {
            "post_at": [Cell(name) for name in plan.post_places],
            "counted": [Cell(post.counted) for post in plan.posts],
            "brings": [Cell(post.brings) for post in plan.posts],
        }

    def _columns(self) -> Columns:
        facts, drivers = self._facts, {driver.code: driver.name for driver in self._facts.plan.drivers}
        return {
            "region": [facts.names(line.code)["region"] for line, _ in self._rows],
            "name": [facts.names(line.code)["name"] for line, _ in self._rows],
            "indicator": [Cell(item.name) for _, item in self._rows],
            "driver": [Cell(drivers.get(item.driver)) for _, item in self._rows],
            "unit": [Cell(item.unit or None) for _, item in self._rows],
            "change": self._change,
            "signal": self._signal,
        }

    @property
    def _change(self) -> Expression:
        """How far a reading has moved."""
        reference, now = self._side("reference"), self._side("now")
        moved = if_(reference > 0, now / reference - 1, NOTHING)
        return if_(count(reference, now).equals(2), moved, NOTHING)

    @cached_property
    def _signal(self) -> Expression:
        """A soft-clipped log change in the indicator's direction, 0 where a reading is unknown."""
        x, y, most = self._side("reference"), self._side("now"), SIGNAL_LIMIT
        at_zero = if_(and_(x.equals(0), y > 0), most, if_(and_(x > 0, y.equals(0)), -most, 0))
        soft = if_(and_(x > 0, y > 0), most * tanh(ln_ratio(y, x) / most), at_zero)
        known = if_(count(x, y) < 2, 0, soft)
        return picked([item.direction > 0 for _, item in self._rows], known, expressed(-1) * known)

    @property
    def signals(self) -> Values:
        """What every indicator signals, (lines, indicators)."""
        plan = self._facts.plan
        return self._signal.values.reshape(len(plan.lines), len(plan.indicators))

    def _side(self, code: str) -> Expression:
        keys = ((None, reading_row(line.code, item.code), f"reading.{code}") for line, item in self._rows)
        return self._facts.own(self._table, code, self._facts.typed_in(keys))
