"""The evaluation: the measures of a calibration, and each region's quadrant."""

from __future__ import annotations

from ...calibration.plan import Plan
from ...calibration.vocabulary import Measure, QuadrantCode
from ..shapes import Column, Field, Owner, Sheet, Table
from .columns import of_regions, stacked


def sheet(plan: Plan) -> Sheet:
    """The measures, and the regions in their quadrants."""
    tool = Owner.TOOL
    measures = (
        Column("name", Owner.LABEL, width=18),
        Column("now", tool, "decimal", 11),
        Column("last", tool, "decimal", 11),
        Column("change", Owner.FORMULA, "decimal", 11),
    )
    regions = (
        Column("name", Owner.LABEL, width=18),
        Column("attainment", tool, "percent", 12),
        Column("agreement_pct", tool, "percent", 11),
        Column("mean", tool, "decimal", 11),
        Column("n", tool, "count", 9),
        Column("quadrant", tool, "choice", 20, tuple(QuadrantCode)),
        Column("borderline", tool, "flag", 11),
    )
    fields = (
        Field("attainment_cut", tool, "percent", (6, 2)),
        Field("agreement_cut", tool, "percent", (6, 3)),
        Field("inside", tool, "count", (6, 4)),
        Field("inside_of", tool, "count", (6, 5)),
        Field("inside_due", tool, "decimal", (6, 6)),
    )
    tables = stacked(
        9,
        Table("measures", measures, tuple(Measure), prefix="measure."),
        of_regions("regions", regions, plan, "evaluation."),
    )
    return Sheet("evaluation", fields, tables)
