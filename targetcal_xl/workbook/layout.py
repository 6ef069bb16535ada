"""What stands in a workbook: its sheets, tables, columns and fields, by code."""

from __future__ import annotations

from dataclasses import replace

from ..calibration.backtest import METHODS, ORIGINS
from ..calibration.baseline import PARTS, Inputs
from ..calibration.limits import bounded
from ..calibration.negotiation import DECISIONS, STATES
from ..calibration.plan import WEIGHTS, Plan
from ..calibration.question import ANSWERS
from .shapes import Column, Field, Kind, Owner, Sheet, Table

SUPPORTS = 10
"""Support items that a region's tab has room for, when it has no more lines than that."""

EVENTS = 20
"""One-off events that a new history sheet has room for, at least."""

FUNCTIONS = ("frozen", "live")
"""Whether the baseline shows recorded values, or worksheet functions that compute them anew."""

MEASURES = ("consensus_days", "coordination_hours", "attainment_pct", "agreement_pct", "agreement_mean")
"""Row codes of the four measures and of the mean answer: the fields of `Measures`."""

LIGHTS = ("behind", "close", "on_path")
"""What a line's progress is told by: red, amber and green."""

QUADRANTS = ("thriving", "pressed", "content", "failing")
"""Codes of the attainment and agreement quadrants."""


def layout(inputs: Inputs) -> tuple[Sheet, ...]:
    """Every sheet of a plan's workbook, in tab order."""
    plan = inputs.plan
    return (
        Sheet("guide"),
        _dashboard(plan),
        _settings(plan),
        _history(inputs),
        _drivers(plan),
        _baseline(plan),
        *(_region(plan, region.code) for region in plan.regions),
        _progress(plan),
        _evaluation(plan),
        _backtest(inputs),
        _letters(),
        _audit(),
    )


def region_sheet(region: str) -> str:
    """The code of a region's own sheet."""
    return f"region:{region}"


def name_of(code: str, region: str | None = None) -> str:
    """The defined name of a field: `tc.hq_target`, `tc.HD.status`; codes of regions are words."""
    return f"tc.{code}" if region is None else f"tc.{region}.{code}"


def _stacked(start: int, *tables: Table) -> tuple[Table, ...]:
    """Tables one below the other, each with room for a section title above its captions."""
    placed, top = [], start
    for table in tables:
        placed.append(replace(table, top=top))
        top = placed[-1].bottom + 4
    return tuple(placed)


def _of_lines(code: str, columns: tuple[Column, ...], plan: Plan, prefix: str) -> Table:
    region_of = {line.code: line.region for line in plan.lines}
    return Table(code, columns, tuple(region_of), prefix=prefix, region_of=region_of)


def _of_regions(code: str, columns: tuple[Column, ...], plan: Plan, prefix: str) -> Table:
    rows = tuple(region.code for region in plan.regions)
    return Table(code, columns, rows, prefix=prefix, of_regions=True)


_REGION = Column("region", Owner.LABEL, width=14)
_NAME = Column("name", Owner.LABEL, width=16)


_Setting = tuple[str, Owner, Kind, tuple[str, ...]]
"""A setting's code, who types it, what it is, and its choices."""


def _calendar(plan: Plan) -> tuple[_Setting, ...]:
    """Whose days are counted, where the plan says it."""
    return (("calendar", Owner.FINANCE, "days", ()),) if plan.calendar else ()


def _settings(plan: Plan) -> Sheet:
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
        ("kind", Owner.TOOL, "choice", ("sum", "mean", "ratio")),
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
    return Sheet("settings", fields, _stacked(5 + len(fields), *_setting_tables(plan)))


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
        _of_regions("regions", people, plan, "region."),
        Table("drivers", drivers, tuple(item.code for item in plan.drivers), prefix="driver."),
        Table("indicators", indicators, tuple(item.code for item in plan.indicators), prefix="indicator."),
        Table("milestones", (Column("date", finance, "date"),), _numbered("M", 6), prefix="milestone."),
        Table(
            "last_period",
            (Column("name", Owner.LABEL, span=2), Column("last", finance, "decimal")),
            MEASURES,
            prefix="last_period.",
        ),
        *_limits(plan, ("parent", "low", "high", "locked"), "limit."),
    )


def _limits(plan: Plan, codes: tuple[str, ...], prefix: str) -> tuple[Table, ...]:
    """The table of groups and of what has limits; none where there is neither."""
    kinds: dict[str, Kind] = {"parent": "text", "locked": "flag", "side": "choice"}
    columns = (_NAME, *(Column(code, Owner.TOOL, kinds.get(code, "number")) for code in codes))
    rows = tuple(one.code for one in bounded(plan))
    return (Table("limits", columns, rows, prefix=prefix),) if rows else ()


def _numbered(letter: str, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{k:02d}" for k in range(1, count + 1))


def _history(inputs: Inputs) -> Sheet:
    plan, periods = inputs.plan, tuple(str(period) for period in inputs.history.periods)
    past = tuple(Column(period, Owner.FINANCE, "number") for period in periods)
    asked = (
        Column("question", Owner.TOOL, "long", 52),
        Column("answer", Owner.FINANCE, "choice", 12, choices=ANSWERS),
    )
    events = (
        Column("line", Owner.FINANCE, "line", 14, choices=tuple(line.code for line in plan.lines)),
        Column("period", Owner.FINANCE, "choice", 16, choices=periods),
        Column("amount", Owner.FINANCE, "number"),
        Column("note", Owner.FINANCE, "long", span=5),
    )
    known = int((inputs.history.one_off != 0).sum())
    return Sheet(
        "history",
        (),
        _stacked(
            5,
            _of_lines("history", (_REGION, _NAME, *past, *asked), plan, "history."),
            Table("events", events, _numbered("E", max(EVENTS, known)), growing=True, prefix="event."),
        ),
    )


def _drivers(plan: Plan) -> Sheet:
    columns = (
        _REGION,
        _NAME,
        Column("indicator", Owner.LABEL, width=16),
        Column("driver", Owner.LABEL, width=16),
        Column("unit", Owner.LABEL, width=8),
        Column("reference", Owner.FINANCE, "decimal", 14),
        Column("now", Owner.FINANCE, "decimal", 14),
        Column("change", Owner.FORMULA, "percent", 12),
        Column("signal", Owner.FORMULA, "percent", 12),
    )
    rows = tuple(reading_row(line.code, item.code) for line in plan.lines for item in plan.indicators)
    return Sheet("drivers", (), _stacked(5, Table("readings", columns, rows, prefix="reading.")))


def reading_row(line: str, indicator: str) -> str:
    """The row code of a line's reading of an indicator."""
    return f"{line}/{indicator}"


def _baseline(plan: Plan) -> Sheet:
    def number(code: str, owner: Owner, kind: Kind = "number", width: float = 10) -> Column:
        return Column(code, owner, kind, width)

    tool, formula = Owner.TOOL, Owner.FORMULA
    drivers = [driver.code for driver in plan.drivers]
    columns = (
        _REGION,
        _NAME,
        number("last_year", tool),
        *(number(f"part.{part}", tool, "amount") for part in PARTS),
        number("base", tool, "amount"),
        *(number(f"signal.{driver}", formula, "percent") for driver in drivers),
        number("raw", formula, "percent"),
        *(number(f"effect.{driver}", formula, "percent") for driver in drivers),
        number("total", formula, "percent"),
        number("expected", formula, "amount"),
        number("log_mean", formula, "amount"),
        *(number(f"part.{driver}", formula, "amount") for driver in drivers),
        number("sum", formula, "amount"),
        number("suggested", formula),
        number("at_old_weights", tool, width=12),
        number("low", tool),
        number("high", tool),
        number("inertial", tool),
        number("allotment", tool),
        *_volume(plan),
        number("spread", formula, "percent"),
        *(number(f"odds.{code}", formula, "percent") for code in ("allotment", "suggested")),
    )
    return Sheet("baseline", (), _stacked(5, _of_lines("baseline", columns, plan, "baseline.")))


def _region(plan: Plan, region: str) -> Sheet:
    lines = tuple(line.code for line in plan.lines_of(region))
    tables = _stacked(
        8,
        Table("lines", (*_LINE_COLUMNS, *_volume(plan)), lines, region=region),
        Table("supports", _support_columns(lines), _numbered("S", max(SUPPORTS, len(lines))), region=region),
        Table("why", _why_columns(plan), lines, region=region, prefix="why."),
        Table("steps", _STEP_COLUMNS, _steps(plan), region=region, prefix="step.", hidden=True),
    )
    return Sheet(region_sheet(region), _REGION_FIELDS, tables, region)


_REGION_FIELDS = (
    Field("advice", Owner.FORMULA, "long", (4, 2), span=11),
    Field("status", Owner.MANAGER, "choice", (6, 2), ("draft", "submitted")),
    Field("submitter", Owner.MANAGER, "text", (6, 3), span=2),
    Field("submitted_on", Owner.MANAGER, "date", (6, 5)),
    Field("state", Owner.TOOL, "choice", (6, 6), STATES, span=2),
    Field("round", Owner.TOOL, "count", (6, 8)),
    Field("checks", Owner.FORMULA, "count", (6, 9)),
    Field("allotment", Owner.FORMULA, "number", (6, 10)),
    Field("suggested", Owner.FORMULA, "number", (6, 11)),
    Field("declared", Owner.FORMULA, "number", (6, 12)),
    Field("gap_pct", Owner.FORMULA, "percent", (6, 13)),
    Field("agreed", Owner.FORMULA, "number", (6, 14), span=2),
)

_LINE_COLUMNS = (
    # What a region works with, as wide together as a small screen.
    Column("name", Owner.LABEL, width=13),
    Column("suggested", Owner.TOOL, "number", 11),
    Column("declared", Owner.MANAGER, "number", 9),
    Column("answered", Owner.FORMULA, "long", 16),
    Column("agree", Owner.MANAGER, "choice", 7, ("yes",)),
    Column("deviation", Owner.FORMULA, "percent", 8),
    Column("flag", Owner.FORMULA, "choice", 8),
    Column("missing", Owner.FORMULA, "long", 15),
    Column("basis", Owner.MANAGER, "long", 24),
    Column("support", Owner.MANAGER, "long", 24),
    Column("risk", Owner.MANAGER, "long", 24),
    # What the superior answers, then what is seldom needed.
    Column("decision", Owner.SUPERIOR, "choice", 11, DECISIONS),
    Column("counter", Owner.SUPERIOR, "number", 10),
    Column("decision_reason", Owner.SUPERIOR, "long", 28),
    Column("agreed", Owner.TOOL, "number", 10),
    Column("round", Owner.TOOL, "count", 7),
    Column("objection", Owner.TOOL, "text", 11),
    Column("last_year", Owner.TOOL, "number", 10),
    Column("low", Owner.TOOL, "number", 9),
    Column("high", Owner.TOOL, "number", 9),
    Column("allotment", Owner.TOOL, "number", 10),
    Column("odds_declared", Owner.FORMULA, "percent", 10),
    Column("comment", Owner.MANAGER, "long", 20),
    Column("attachment", Owner.MANAGER, "link", 16),
)


def _support_columns(lines: tuple[str, ...]) -> tuple[Column, ...]:
    kinds = ("budget", "headcount", "leads", "training", "product", "other")
    return (
        Column("line", Owner.MANAGER, "line", choices=lines),
        Column("kind", Owner.MANAGER, "choice", choices=kinds),
        Column("what", Owner.MANAGER, "long", span=3),
        Column("quantity", Owner.MANAGER, "decimal", span=2),
        Column("unit", Owner.MANAGER),
        Column("due", Owner.MANAGER, "date"),
        Column("granted", Owner.SUPERIOR, "choice", choices=("yes", "no")),
    )


def _why_columns(plan: Plan) -> tuple[Column, ...]:
    """Last year's value, what each part adds, and the sum: the baseline sheet's row, and in words."""
    numbers = (
        Column("last_year", Owner.FORMULA, "number"),
        *(Column(f"part.{part}", Owner.FORMULA, "amount") for part in _parts(plan)),
        Column("sum", Owner.FORMULA, "amount"),
    )
    reach = max(2, 10 - len(numbers))  # to the end of the reasons above, or further
    return (_NAME, *numbers, Column("why", Owner.TOOL, "long", span=reach), *_volume(plan))


def _volume(plan: Plan) -> tuple[Column, ...]:
    """What the lines weigh in a total, where they do not weigh the same."""
    return (Column("volume", Owner.TOOL, "count", 10),) if plan.is_weighed else ()


def _parts(plan: Plan) -> tuple[str, ...]:
    return (*PARTS, *(driver.code for driver in plan.drivers))


_STEP_COLUMNS = (
    _NAME,
    *(Column(code, Owner.FORMULA, "amount") for code in ("contribution", "whole", "foot", "rise", "fall")),
)


def _steps(plan: Plan) -> tuple[str, ...]:
    """Rows of a region's way from last year's figure to its suggestion."""
    return ("last_year", *(f"part.{part}" for part in _parts(plan)), "rounding", "suggested")


_RUNNING_COLUMNS = (
    _REGION,
    _NAME,
    *(Column(code, Owner.FORMULA, "number", 10) for code in ("target", "actual")),
    Column("pace", Owner.FORMULA, "percent", 10),
    Column("light", Owner.FORMULA, "choice", 10),
    Column("trend", Owner.FORMULA, "choice", 10),
)


def _dashboard(plan: Plan) -> Sheet:
    def formula(code: str, kind: Kind, width: float = 10) -> Column:
        return Column(code, Owner.FORMULA, kind, width)

    regions = (
        _NAME,
        formula("state", "choice", 14),
        formula("submitted", "choice"),
        *(formula(code, "count") for code in ("lines", "filled", "missing", "objections")),
        *(formula(code, "number") for code in ("allotment", "suggested", "declared")),
        formula("gap_pct", "percent"),
        formula("agreed", "number"),
        Column("in_force", Owner.TOOL, "number", 10),
    )
    lines = (
        _REGION,
        _NAME,
        *(formula(code, "number") for code in ("last_year", "allotment", "suggested", "declared")),
        formula("deviation", "percent"),
        formula("flag", "choice"),
        formula("agreed", "number"),
        Column("in_force", Owner.TOOL, "number", 10),
        formula("odds_hq", "percent"),
        formula("odds_declared", "percent"),
        *_volume(plan),
    )
    tables = _stacked(
        30,
        _of_regions("regions", regions, plan, "dashboard."),
        _of_lines("running", _RUNNING_COLUMNS, plan, "dashboard.run."),
        *_limits(plan, ("low", "high", "allotment", "agreed", "side"), "dashboard.limit."),
        _of_lines("lines", lines, plan, "dashboard.line."),
    )
    return Sheet("dashboard", _dashboard_fields(), tables)


def _dashboard_fields() -> tuple[Field, ...]:
    """Two rows of cards: the figures, and how likely each is."""
    kinds: tuple[tuple[str, Kind], ...] = (
        ("dashboard_suggested", "number"),
        ("dashboard_declared", "number"),
        ("dashboard_agreed", "number"),
        ("dashboard_gap_pct", "percent"),
        ("dashboard_submitted", "text"),
        ("dashboard_missing", "count"),
        ("dashboard_objections", "count"),
    )
    odds = ("odds_hq", "odds_suggested", "odds_declared", "odds_agreed")
    return (
        Field("dashboard_hq", Owner.TOOL, "number", (6, 2)),
        *(Field(code, Owner.FORMULA, kind, (6, 3 + k)) for k, (code, kind) in enumerate(kinds)),
        *(Field(code, Owner.FORMULA, "percent", (9, 2 + k)) for k, code in enumerate(odds)),
        Field("total_spread", Owner.FORMULA, "percent", (9, 6)),
        Field("shared", Owner.TOOL, "percent", (9, 7)),
        Field("dashboard_hq_gap", Owner.FORMULA, "percent", (9, 8)),
        Field("dashboard_inside", Owner.TOOL, "text", (9, 9), span=2),
        *(Field(f"dashboard_{code}", Owner.FORMULA, "count", (9, 11 + k)) for k, code in enumerate(LIGHTS)),
    )


def _progress(plan: Plan) -> Sheet:
    tool = Owner.TOOL
    weekly = (
        Column("date", tool, "date"),
        Column("path", tool, "number"),
        Column("actual", tool, "number"),
    )
    lines = (
        _REGION,
        _NAME,
        Column("agreed", tool, "number", 11),
        Column("as_of", tool, "date", 12),
        Column("actual", tool, "number", 11),
        Column("path", tool, "number", 11),
        Column("attainment", tool, "percent", 10),
        Column("recent", tool, "percent", 10),
        Column("expected_final", tool, "number", 11),
        Column("odds", tool, "percent", 11),
        Column("warned", tool, "flag", 9),
        Column("suggestion", tool, "long", 60),
        *_volume(plan),
    )
    weeks = _numbered("W", -(-len(plan.period.days) // 7))
    fields = (
        Field("progress_agreed", Owner.FORMULA, "number", (6, 2)),
        Field("progress_actual", Owner.FORMULA, "number", (6, 3)),
        Field("progress_attainment", Owner.FORMULA, "percent", (6, 4)),
        Field("progress_warned", Owner.FORMULA, "count", (6, 5)),
    )
    tables = (
        *_stacked(9, Table("weekly", weekly, weeks, prefix="weekly.")),
        *_stacked(28, _of_lines("lines", lines, plan, "progress.")),
    )
    return Sheet("progress", fields, tables)


def _evaluation(plan: Plan) -> Sheet:
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
        Column("quadrant", tool, "choice", 20, QUADRANTS),
        Column("borderline", tool, "flag", 11),
    )
    fields = (
        Field("attainment_cut", tool, "percent", (6, 2)),
        Field("agreement_cut", tool, "percent", (6, 3)),
        Field("inside", tool, "count", (6, 4)),
        Field("inside_of", tool, "count", (6, 5)),
        Field("inside_due", tool, "decimal", (6, 6)),
    )
    tables = _stacked(
        9,
        Table("measures", measures, MEASURES, prefix="measure."),
        _of_regions("regions", regions, plan, "evaluation."),
    )
    return Sheet("evaluation", fields, tables)


def _backtest(inputs: Inputs) -> Sheet:
    tool, history = Owner.TOOL, inputs.history
    methods = (
        Column("name", Owner.LABEL, width=26),
        *(Column(code, tool, "percent", 12) for code in ("error", "model_error", "bias", "total_error")),
        *(Column(code, tool, "count", 12) for code in ("closer", "periods", "cells")),
    )
    compared = ("model", "inertial", "last_year", "declared")
    periods = (
        Column("period", tool, width=26),
        *(Column(code, tool, "number", 12) for code in ("actual", *compared)),
    )
    lines = (_REGION, _NAME, *(Column(code, tool, "percent", 12) for code in compared))
    tried = min(ORIGINS, max(len(history.periods) - history.per_year - 1, 0))
    tables = _stacked(
        9,
        Table("methods", methods, METHODS, prefix="tested."),
        Table("periods", periods, _numbered("P", tried + 1), prefix="tested.period."),
        _of_lines("lines", lines, inputs.plan, "tested.line."),
    )
    return Sheet("backtest", (Field("verdict", tool, "long", (6, 2), span=12),), tables)


def _letters() -> Sheet:
    columns = (
        Column("number", Owner.TOOL, width=20),
        Column("region", Owner.TOOL, width=14),
        Column("version", Owner.TOOL, "count", 8),
        Column("file", Owner.TOOL, "link", 28),
        Column("sha256", Owner.TOOL, "link", 36),
        Column("issued_at", Owner.TOOL, "stamp", 26),
        Column("signed", Owner.TOOL, "flag", 9),
        Column("replaces", Owner.TOOL, width=20),
    )
    return Sheet("letters", (), _stacked(5, Table("letters", columns, growing=True, prefix="letter.")))


def _audit() -> Sheet:
    widths = {"actor": 12, "source": 9, "action": 14, "region": 14, "row": 14, "field": 26}
    columns = (
        Column("number", Owner.TOOL, "count", 8),
        Column("at", Owner.TOOL, "stamp", 25),
        *(Column(code, Owner.TOOL, "text", width) for code, width in widths.items()),
        *(Column(code, Owner.TOOL, "long", 26) for code in ("old", "new", "reason")),
        Column("hash", Owner.TOOL, "text", 24),
    )
    return Sheet("audit", (), _stacked(5, Table("audit", columns, growing=True, prefix="audit.")))
