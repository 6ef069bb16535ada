"""A region's tab: what its manager sees, and what the sheet says about what was typed."""

from __future__ import annotations

from functools import cached_property

from ...calibration.baseline import PARTS
from ...calibration.negotiation import (
    DECISIONS,
    JUSTIFICATION,
    OBJECTIONS,
    STATES,
    declaration_fault,
    objection_state,
)
from ...calibration.plan import Plan
from ...calibration.standing import Value
from ...figures import MINUS, spell
from ...ooxml import Cell
from ..facts import TOTALS, Facts, Row, as_number, or_blank
from ..shapes import Column, Field, Owner, Sheet, Table, region_sheet
from .columns import NAME, numbered, stacked, volume_column
from .region_formulas import (
    BACK,
    EMPTY_WORDS,
    MOST_NAMED,
    PUNCTUATION,
    SUPPORT_COLUMNS,
    SUPPORT_NEEDS,
    Asking,
    faults_said,
    lacking,
)

SUPPORTS = 10
"""Support items that a region's tab has room for, when it has no more lines than that."""


def sheet(plan: Plan, region: str) -> Sheet:
    """One region's tab: its cards, lines, support items, and where its suggestions come from."""
    lines = tuple(line.code for line in plan.lines_of(region))
    tables = stacked(
        8,
        Table("lines", (*_LINE_COLUMNS, *volume_column(plan)), lines, region=region),
        Table("supports", _support_columns(lines), numbered("S", max(SUPPORTS, len(lines))), region=region),
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
    return (NAME, *numbers, Column("why", Owner.TOOL, "long", span=reach), *volume_column(plan))


def _parts(plan: Plan) -> tuple[str, ...]:
    return (*PARTS, *(driver.code for driver in plan.drivers))


_STEP_COLUMNS = (
    NAME,
    *(Column(code, Owner.FORMULA, "amount") for code in ("contribution", "whole", "foot", "rise", "fall")),
)


def _steps(plan: Plan) -> tuple[str, ...]:
    """Rows of a region's way from last year's figure to its suggestion."""
    return ("last_year", *(f"part.{part}" for part in _parts(plan)), "rounding", "suggested")


_UNSAID = str.maketrans("", "", "".join(map(chr, range(32))) + "".join(PUNCTUATION))
"""What the formula takes out of a reason: control characters, by CLEAN, and punctuation."""


def looks_empty(value: Value) -> bool:
    """What the sheet's own formula makes of a reason."""
    words = value.lower().translate(_UNSAID) if isinstance(value, str) else ""
    return f"|{words}|" in EMPTY_WORDS


class Declaration:
    """Writes what is not people's own on one region's tab: its lines and its fields."""

    def __init__(self, facts: Facts, region: str) -> None:
        self._facts = facts
        self._region = region
        self._lines = facts.lines_of[region]
        self._asking = Asking(facts, region)

    def line(self, code: str) -> Row:
        """One line: the model's figures, and how the declaration compares with them."""
        k, line = self._facts.lines[code]
        asked = self._asking.line(code)
        return {
            "name": Cell(line.name),
            **{figure: Cell(values[k]) for figure, values in self._facts.figures.items()},
            **self._facts.volume(code),
            "deviation": Cell(or_blank(self._facts.deviations[k]), asked["deviation"]),
            "flag": Cell(self.flag(k), asked["flag"]),
            "answered": Cell(self.answered(k), asked["answered"]),
            "missing": Cell(self.missing(k), asked["missing"]),
            "round": Cell(as_number(self._facts.standing.value(line.region, code, "round")) or 1.0),
            "objection": Cell(self._objection_said(k)),
        }

    def fields(self) -> Row:
        """The tab's own fields: where it stands, what is to do, and its totals."""
        asking, rounds = self._asking, self._facts.standing.value(self._region, None, "round")
        totals = {code: Cell(or_blank(self.total(code)), asking.total(code)) for code in TOTALS}
        return {
            "state": Cell(self._facts.caption(self.state)),
            "round": Cell(as_number(rounds) or 1.0),
            "checks": Cell(float(self.checks), asking.checks()),
            "advice": Cell(self._advice(), asking.advice()),
            "gap_pct": Cell(or_blank(self.gap), asking.gap()),
            **totals,
        }

    @property
    def state(self) -> str:
        """The region's state; open until the ledger says otherwise."""
        return str(self._facts.standing.value(self._region, None, "state") or "open")

    @property
    def is_submitted(self) -> bool:
        """Whether the manager set the status to submitted."""
        return self._facts.typed.get((self._region, None, "status")) == "submitted"

    def total(self, code: str) -> float | None:
        """This region's part of a column, together."""
        return self._facts.total(self._facts.compared[code], self._lines)

    @property
    def gap(self) -> float | None:
        """What head office wants beyond the declarations, as a share of them."""
        wanted, declared = self.total("allotment"), self.total("declared")
        return (wanted - declared) / declared if declared and wanted is not None else None

    def flag(self, k: int) -> str:
        """Whether a line is an objection, departs, or is as suggested; nothing until it is declared."""
        deviation = self._facts.deviations[k]
        if deviation is None:
            return ""
        if self._fault(k):
            return self._facts.say("flag.unusable")
        if deviation <= 1e-9 - self._facts.objection:
            return self._facts.say("flag.objection")
        return self._facts.say("flag.same" if deviation == 0 else "flag.departs")

    def count_lines(self) -> int:
        """How many lines the region has."""
        return len(self._lines)

    def count_objections(self) -> int:
        """How many objections there are, from the moment a declaration is submitted until it is lifted."""
        states = [self._objection(k) for k in self._lines]
        return sum(state is not None and state != "lifted" for state in states)

    def _objection(self, k: int) -> str | None:
        """Where a line's objection is, by what the region says now."""
        objects = self.flag(k) == self._facts.say("flag.objection")
        submitted = self.state == "open" and self.is_submitted
        return objection_state(self._recorded(k), submitted and objects)

    def _recorded(self, k: int) -> Value:
        line = self._facts.plan.lines[k]
        return self._facts.standing.value(line.region, line.code, "objection")

    def _objection_said(self, k: int) -> str | None:
        """Where a line's objection is once it has been locked."""
        state = self._recorded(k)
        return self._facts.say(f"objection.{state}") if state in OBJECTIONS else None

    def count_declared(self) -> int:
        """How many lines have a number declared."""
        return sum(self._facts.declared[k] is not None for k in self._lines)

    def missing(self, k: int) -> str:
        """What a line still lacks, in words."""
        facts, line = self._facts, self._facts.plan.lines[k]
        if self._agrees(k):
            return ""
        if facts.declared[k] is None:
            return lacking(facts, ["declared"])
        if facts.deviations[k] == 0:
            return ""
        said = {code: facts.typed.get((line.region, line.code, code)) for code in JUSTIFICATION}
        faults = faults_said(facts, self._fault(k))
        return lacking(facts, [code for code, words in said.items() if looks_empty(words)], faults)

    def _fault(self, k: int) -> str | None:
        """Why a declared number cannot count, None where it can."""
        facts, line = self._facts, self._facts.plan.lines[k]
        if self._agrees(k):
            return None
        suggested = float(facts.standing.baseline.suggested[k])
        basis = facts.typed.get((line.region, line.code, "basis"))
        return declaration_fault(facts.declared[k], False, facts.plan.metric, suggested, basis)

    def answered(self, k: int) -> str:
        """The superior's last answer about a line, in words."""
        facts, line = self._facts, self._facts.plan.lines[k]
        decision = facts.typed.get((line.region, line.code, "decision"))
        if not _filled(decision):
            return ""
        said = facts.caption(decision) if decision in DECISIONS else ""
        counter = facts.number(line.region, line.code, "counter")
        if decision == "counter" and counter is not None:
            told = spell(counter, facts.language, facts.plan.metric.decimals)
            said += " " + told.replace(MINUS, "-")
        reason = facts.typed.get((line.region, line.code, "decision_reason"))
        return said + (facts.say("answered.why") + str(reason) if _filled(reason) else "")

    def _back(self) -> str:
        """What the advice begins with in a further round: the lines that are back, and why."""
        say, number = self._facts.say, as_number(self._facts.standing.value(self._region, None, "round"))
        back = [k for k in self._lines if self._is_back(k)]
        if not back or (number or 1) <= 1:
            return ""
        if len(self._lines) > MOST_NAMED:
            facts = {"count": len(back), "column": say("column.answered")}
            return say("advice.back_many", round=f"{number:.0f}", **facts)
        named = (
            self._facts.plan.lines[k].name + say("advice.open") + self.answered(k) + say("advice.close")
            for k in back
        )
        return say("advice.back", round=f"{number:.0f}") + say("advice.comma").join(named) + say("advice.end")

    def _is_back(self, k: int) -> bool:
        line = self._facts.plan.lines[k]
        decision = self._facts.typed.get((line.region, line.code, "decision"))
        return self._facts.agreed[k] is None and decision in BACK

    def _agrees(self, k: int) -> bool:
        """Whether the region stands by the superior's counter, as the formula sees it."""
        line = self._facts.plan.lines[k]
        counter = self._facts.number(line.region, line.code, "counter")
        said = self._facts.typed.get((line.region, line.code, "agree")) == "yes"
        return counter is not None and (said or self._facts.declared[k] == counter)

    @cached_property
    def checks(self) -> int:
        """How many lines, fields and support items are still to complete."""
        lines = sum(bool(self.missing(k)) for k in self._lines)
        submitter = self._facts.typed.get((self._region, None, "submitter"))
        return lines + (not _filled(submitter)) + self._unfinished_supports()

    def _unfinished_supports(self) -> int:
        typed = self._facts.typed
        rows = self._facts.places.table(region_sheet(self._region), "supports").rows
        items = [{code: typed.get((self._region, row, code)) for code in SUPPORT_COLUMNS} for row in rows]
        begun = [item for item in items if any(_filled(value) for value in item.values())]
        return sum(not all(_filled(item[code]) for code in SUPPORT_NEEDS) for item in begun)

    def _advice(self) -> str:
        say, state = self._facts.say, self._facts.caption(self.state)
        if self.state != "open":
            return say("advice.closed", state=state)
        if self.checks:
            return self._back() + say("advice.todo", count=self.checks)
        return self._back() + say("advice.submitted" if self.is_submitted else "advice.ready")


def _filled(value: Value) -> bool:
    return value is not None and bool(str(value).strip())
