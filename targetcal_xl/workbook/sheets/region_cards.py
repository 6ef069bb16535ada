"""The cards of a region's tab: where it stands, what is to do next, and its totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from ...calibration.standing import as_number
from ...calibration.states import OPEN_STAGES
from ...calibration.vocabulary import STANDING_OBJECTIONS, Stage, Status
from ...ooxml import Cell
from ..facts import TOTALS, Facts, column_of
from ..formulas import (
    FALSE,
    NOTHING,
    Expression,
    added,
    and_,
    cell_at,
    expressed,
    grouped,
    how_many,
    if_,
    is_number,
    joined,
    left,
    length,
    number_or_0,
    or_,
    says,
    substitute,
    sum_product,
)
from ..part import Fields
from ..shapes import region_sheet
from .region_lines import Declarations, RegionLines

BACK = ("counter", "return")
"""Decisions after which a line comes back to its region."""

MOST_NAMED = 30
"""Lines of a region up to which its headline names those that are back; a formula has an end."""

MOST_CORRECTED = 20
"""Lines of a region up to which its headline says what declarations would be without habits, likewise."""


class Cards:
    """The fields of one region's tab."""

    def __init__(self, facts: Facts, region: str, declared: Declarations) -> None:
        self._facts, self.region, self.declared = facts, region, declared
        self.lines = RegionLines(facts, region, declared)

    def fields(self) -> Fields:
        """The cards that people do not type."""
        return {
            "state": Cell(self._facts.caption(self._stage)),
            "round": Cell(self._round),
            "checks": self.checks,
            "advice": self.advice,
            "gap_pct": self.gap,
            **{code: self.total(code) for code in TOTALS},
        }

    @property
    def _stage(self) -> Stage:
        """Where the region is."""
        return self._facts.standing.stages[self.region]

    @property
    def _round(self) -> float:
        return as_number(self._facts.standing.value(self.region, None, "round")) or 1.0

    @cached_property
    def state(self) -> Expression:
        """The region's state, from any sheet."""
        return cell_at(self._facts.field("state", self.region), self._facts.caption(self._stage))

    def is_open(self, state: Expression) -> Expression:
        """Whether the region's head may type."""
        return or_(*(state.equals(self._facts.caption(stage)) for stage in OPEN_STAGES))

    @property
    def _state_here(self) -> Expression:
        return cell_at(self._facts.here("state", self.region), self._facts.caption(self._stage))

    @cached_property
    def checks(self) -> Expression:
        """How many lines, fields and support items are still to complete, where the head may type."""
        missing = self.declared.across("missing", self.declared.missing)
        agreed = self.declared.across("agreed", self.lines.figure("agreed"))
        lines = how_many(length(missing) > 0, is_number(agreed).equals(FALSE))
        return if_(self.is_open(self._state_here), lines + self.declared.begun, 0)

    def is_submitted(self, tab: str = "") -> Expression:
        """Whether the status says so, in any language; with the tab's name for another sheet."""
        here = self._facts.here("status", self.region)
        (status,) = self._facts.typed_in([(self.region, None, "status")], "choice")
        return says(cell_at(here and tab + here, status), self._facts.captions(Status.SUBMITTED))

    def _here(self, code: str, of: Expression) -> Expression:
        """A field that another one of the tab points to."""
        return Expression(self._facts.here(code, self.region), of.values)

    @cached_property
    def advice(self) -> Expression:
        """What the manager is to do next."""
        say, sentence = self._facts.say, self._facts.sentence
        state, checks = self._state_here, self._here("checks", self.checks)
        todo, closed = sentence("advice.todo", count=checks), sentence("advice.closed", state=state)
        whole = if_(self.is_submitted(), say("advice.submitted"), say("advice.ready"))
        here = self._back & if_(checks > 0, todo, whole)
        told = if_(self.is_open(state), here, closed)
        for more in (*self._record, *self._corrected):
            told = told & more
        return told

    @property
    def _record(self) -> Iterator[Expression]:
        """What became of the region's departures in earlier periods; nothing without a record of them."""
        if said := self._facts.standing.value(self.region, None, "judgement.record"):
            yield expressed(self._facts.say("advice.record", said=said))

    @property
    def _corrected(self) -> Iterator[Expression]:
        """What the declarations would be without the habit that the record shows, line by line."""
        value, rows = self._facts.standing.value, self.declared.table.rows
        slope, lift = (as_number(value(self.region, None, f"judgement.{code}")) for code in ("slope", "lift"))
        if (slope or lift) and len(rows) <= MOST_CORRECTED:
            told = self.declared.corrected(slope or 0.0, lift or 0.0, self._facts.say("advice.comma"))
            yield self._listed(expressed(self._facts.say("advice.corrected")), self._in_rows(told))

    @property
    def _back(self) -> Expression:
        """What the advice begins with in a further round: the lines that are back, and why."""
        count = len(self.declared.table.rows)
        return self._how_many_back if count > MOST_NAMED else self._which_are_back

    @property
    def _number(self) -> Expression:
        return cell_at(self._facts.here("round", self.region), self._round)

    @property
    def _which_are_back(self) -> Expression:
        comma = self._facts.say("advice.comma")
        head = self._facts.sentence("advice.back", round=self._number)
        named = self._listed(head, self._in_rows(self._is_back(comma)))
        return if_(number_or_0(self._number) > 1, named, NOTHING)

    def _in_rows(self, column: Expression) -> Iterator[Expression]:
        """A column of the lines, one after the other as they stand on the tab."""
        places = {line: k for k, line in enumerate(self.declared.codes)}
        return (column.in_row(places[line], at) for line, at in self.declared.table.rows.items())

    def _listed(self, head: Expression, items: Iterable[Expression]) -> Expression:
        """Items, each behind a comma, as a sentence; nothing where none says anything."""
        comma, end = self._facts.say("advice.comma"), self._facts.say("advice.end")
        listed = substitute(head & joined(items) & end, head & comma, head)
        return substitute(listed, head & end, "")

    def _is_back(self, comma: str) -> Expression:
        """A line's name and its answer, when that line is back."""
        say, lines = self._facts.say, self.declared
        answered = lines.cell("answered", lines.answered)
        named = expressed(comma) & lines.name & say("advice.open") & answered & say("advice.close")
        back = if_(or_(*self._begins(answered)), named, NOTHING)
        return if_(is_number(self.lines.figure("agreed")), NOTHING, back)

    @property
    def _how_many_back(self) -> Expression:
        """The same of more lines than a formula can name."""
        answered = self.declared.across("answered", self.declared.answered)
        agreed = self.declared.across("agreed", self.lines.figure("agreed"))
        is_back = grouped(added(self._begins(answered))) > 0
        count = how_many(is_number(agreed).equals(FALSE), is_back)
        column = self._facts.say("column.answered")
        said = self._facts.sentence("advice.back_many", round=self._number, count=count, column=column)
        return if_(and_(number_or_0(self._number) > 1, count > 0), said, NOTHING)

    def _begins(self, answered: Expression) -> list[Expression]:
        """Whether an answer begins with a decision after which the line is back."""
        return [left(answered, len(words)).equals(words) for words in map(self._facts.caption, BACK)]

    def total(self, code: str) -> Expression:
        """A column of the lines, together."""
        values = self.lines.figure(code).values
        return self._facts.totalled(self.declared.table, column_of(code), values, self.declared.places)

    @cached_property
    def gap(self) -> Expression:
        """What head office wants beyond the declarations, as a share of them."""
        wanted, declared = (self._here(code, self.total(code)) for code in ("allotment", "declared"))
        return if_(number_or_0(declared).equals(0), NOTHING, (wanted - declared) / declared)

    def objections(self) -> Expression:
        """Objections that stand, and those of a declaration that is submitted and not locked yet."""
        say, tab = self._facts.say, self._facts.tab(region_sheet(self.region)) or ""
        known = self.declared.across("objection", self.declared.own("objection", self.lines.objections), tab)
        flag = self.declared.across("flag", self.declared.flag, tab)
        stands = added(known.equals(say(f"objection.{state}")) for state in STANDING_OBJECTIONS)
        comes = flag.equals(self.declared.flag_said("objection")) * grouped(stands).equals(0)
        waits = and_(self.is_open(self.state), self.is_submitted(tab))
        return sum_product(stands) + if_(waits, sum_product(comes), 0)
