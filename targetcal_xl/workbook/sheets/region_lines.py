"""The lines of a region's tab: what a declaration is worth, what it lacks, and the superior's answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, reduce
from operator import mul

import numpy as np

from ...calibration.metric import LEAST_SHORTFALL
from ...calibration.negotiation import FAR, FEW_STEPS
from ...calibration.standing import as_number
from ...calibration.vocabulary import JUSTIFICATION, OBJECTIONS, DecisionKind
from ...figures import plain
from ...language import LANGUAGES, MEANT, record
from ...ooxml import Cell
from ..facts import Facts, column_of, optional
from ..formulas import (
    FALSE,
    NOTHING,
    Expression,
    abs_,
    added,
    and_,
    by_content,
    cell_at,
    clean,
    expressed,
    find,
    fixed,
    how_many,
    if_,
    is_number,
    joined,
    length,
    lower,
    max_,
    min_,
    number,
    or_,
    round_,
    says,
    sign,
    substitute,
    text_or_none,
    trim,
)
from ..part import Columns
from ..shapes import Kind, region_sheet

_EMPTY_WORDS = ("", *(word for language in LANGUAGES for word in record(language).says_nothing))
EMPTY_WORDS = f"|{'|'.join(_EMPTY_WORDS)}|"
"""What a formula takes for no reason, punctuation apart; the full rule is `is_placeholder`."""

PUNCTUATION = (" ", "　", "-", "—", ".", "。", "…", "/", "_")
"""What a reason may be made of without saying anything, beside line breaks and their like."""

BESIDE_ZERO = 9.99
"""The largest deviation that is shown, also beside a suggestion of 0, where the true one is infinite."""

_DEVIATION_DIGITS = 13
"""Decimals that deviations keep: what differs from the suggestion by what floats lose is the same."""

_TINY = expressed(1) / expressed(10) ** 9
"""`TOLERANCE` as no program writes it otherwise."""

SUPPORT_COLUMNS = ("line", "kind", "what", "quantity", "unit", "due")
SUPPORT_NEEDS = ("kind", "what", "quantity")
"""What a support item needs, once anything is said of it."""

_KINDS: dict[str, Kind] = {"decision": "choice", "agree": "choice"}


class Declarations:
    """What a region's tab tells of what people typed there: each rule once, as a formula with what it gives.

    It holds for whatever is recorded of the region, while the suggestions and the typed cells stay.
    """

    def __init__(self, facts: Facts, region: str) -> None:
        self._facts, self._metric = facts, facts.plan.metric
        self._region, self.places = region, facts.lines_of[region]
        self.codes = [facts.plan.lines[k].code for k in self.places]
        self.table = facts.table(region_sheet(region), "lines")

    def holds(self, facts: Facts) -> bool:
        """Whether the tab says the same, and the same of it counts, in other facts of these suggestions."""
        typed, others = (one.typed_by_region.get(self._region) for one in (self._facts, facts))
        return typed == others and self._targets(self._facts) == self._targets(facts)

    def _targets(self, facts: Facts) -> list[float | None]:
        return [facts.declared[k] for k in self.places]

    def columns(self) -> Columns:
        """What the columns tell."""
        return {
            "deviation": self.deviation,
            "flag": self.flag,
            "answered": self.answered,
            "missing": self.missing,
        }

    def own(self, code: str, values: Sequence[object]) -> Expression:
        """A column in its own row."""
        found = np.empty(len(values), object)
        found[:] = values
        return self._facts.own(self.table, code, found)

    def across(self, code: str, column: Expression, tab: str = "") -> Expression:
        """One of the columns from the first line to the last."""
        return self._facts.across(self.table, code, column.values, tab)

    @cached_property
    def name(self) -> Expression:
        """What a line is called."""
        return self.own("name", [self._facts.plan.lines[k].name for k in self.places])

    @cached_property
    def suggested(self) -> Expression:
        """The model's figure."""
        values = self._facts.figures["suggested"]
        return self._facts.own(self.table, "suggested", optional(values[k] for k in self.places))

    @cached_property
    def declared(self) -> Expression:
        """What the manager typed as a target."""
        return self._typed("declared")

    @cached_property
    def counted(self) -> Expression:
        """The target that counts: what was typed, or what was recorded once it is sealed."""
        return self._facts.own(self.table, column_of("declared"), optional(self._targets(self._facts)))

    @cached_property
    def deviation(self) -> Expression:
        """How much better or worse a declaration is than the suggestion, as `deviation` has it."""
        declared, suggested = self.counted, self.suggested
        better = declared - suggested if self._metric.direction > 0 else suggested - declared
        share = max_(-BESIDE_ZERO, min_(BESIDE_ZERO, better / self._reference))
        if not self._is_shortfall:
            share = if_(suggested.equals(0), sign(better) * BESIDE_ZERO, share)
        return if_(is_number(declared), round_(share, _DEVIATION_DIGITS), NOTHING)

    def corrected(self, slope: float, lift: float, comma: str) -> Expression:
        """A line's name and what its declaration would be without its region's habit, behind a comma.

        `slope` and `lift` are those of `Correction`. Nothing where the declaration does not depart.
        """
        deviation, departed = self.cell("deviation", self.deviation), self.declared - self.suggested
        kept = self.suggested + departed * number(1 + slope, f"{1 + slope:.6g}")
        whole = self._facts.target(kept + self._reference * number(lift, f"{lift:.6g}"))
        departs = and_(is_number(deviation), deviation.equals(0).equals(FALSE))
        told = expressed(comma) & self.name & " " & fixed(whole, self._metric.decimals)
        return if_(departs, told, NOTHING)

    @property
    def _is_shortfall(self) -> bool:
        return self._metric.distance == "shortfall"

    @property
    def _reference(self) -> Expression:
        """What a departure is a share of, as `metric.reference` has it."""
        suggested = self.suggested
        if not self._is_shortfall:
            return abs_(suggested)
        whole = self._metric.whole
        lacking = max_(min_(suggested, whole - suggested), LEAST_SHORTFALL * whole)
        return if_(suggested > whole, suggested, lacking)

    @cached_property
    def flag(self) -> Expression:
        """Whether a line is an objection, departs, or is as suggested; nothing until it is declared.

        First of all, whether a declaration that is sealed was typed over.
        """
        deviation, threshold = self.cell("deviation", self.deviation), self._facts.objection
        near = if_(deviation.equals(0), self.flag_said("same"), self.flag_said("departs"))
        objects = deviation <= _TINY - number(threshold, f"{threshold:.10g}")
        way = if_(objects, self.flag_said("objection"), near)
        is_unusable = and_(self._agrees.equals(FALSE), or_(self._is_off_step, self._is_doubtful))
        said = if_(is_number(deviation), if_(is_unusable, self.flag_said("unusable"), way), NOTHING)
        is_typed_over = and_(is_number(self.counted), self.declared.equals(self.counted).equals(FALSE))
        return if_(is_typed_over, self.flag_said("typed_over"), said)

    def flag_said(self, code: str) -> str:
        """What a flag is called."""
        return self._facts.say(f"flag.{code}")

    @cached_property
    def _is_off_step(self) -> Expression:
        """Whether a declaration is below 0 or no multiple of the step, as `is_multiple` has it."""
        steps = self.declared / self._metric.step
        off = abs_(steps - round_(steps, 0)) > max_(_TINY, abs_(steps) / expressed(10) ** 14)
        return or_(self.declared < 0, off)

    @cached_property
    def _is_doubtful(self) -> Expression:
        """Whether a declaration is implausible, and the basis does not say that it is meant."""
        declared, suggested, slack = self.declared, self.suggested, 1 - _TINY
        few = expressed(FEW_STEPS) * self._metric.step * (1 + _TINY)
        far = [declared >= FAR * suggested * slack, FAR * declared * slack <= suggested]
        if self._is_shortfall:
            far.append(self.cell("deviation", self.deviation) <= _TINY - (FAR - 1))
        doubtful = and_(abs_(declared - suggested) > few, or_(*far))
        if self._metric.is_share:
            whole = self._metric.whole
            doubtful = or_(doubtful, and_(declared > whole * (1 + _TINY), suggested <= whole))
        basis = lower(text_or_none(self._typed("basis")))
        return and_(doubtful, or_(*(is_number(find(word, basis)) for word in MEANT)).equals(FALSE))

    @cached_property
    def answered(self) -> Expression:
        """The superior's last answer in words: the decision, its value, its reason."""
        decision, counter, reason = map(self._typed, ("decision", "counter", "decision_reason"))
        value = if_(is_number(counter), expressed(" ") & fixed(counter, self._metric.decimals), NOTHING)
        said = NOTHING
        for code in reversed(DecisionKind):
            words = expressed(self._facts.caption(code))
            words = words & value if code == DecisionKind.COUNTER else words
            said = if_(says(decision, self._facts.captions(code)), words, said)
        why = if_(filled(reason) > 0, expressed(self._facts.say("answered.why")) & reason, NOTHING)
        return if_(filled(decision).equals(0), NOTHING, said & why)

    @cached_property
    def missing(self) -> Expression:
        """What a line still lacks: each empty reason adds its name to a sentence that is then tidied."""
        head, comma, end = (self._facts.say(f"missing.{part}") for part in ("head", "comma", "end"))
        reasons = (
            if_(self._is_empty(code), comma + self._facts.say(f"column.{code}"), NOTHING)
            for code in JUSTIFICATION
        )
        listed = joined([expressed(head), self._faults(comma), *reasons, expressed(end)])
        named = substitute(substitute(listed, head + comma, head), head + end, "")
        lacks = if_(self.cell("deviation", self.deviation).equals(0), NOTHING, named)
        undeclared = head + self._facts.say("column.declared") + end
        return if_(self._agrees, NOTHING, if_(is_number(self.declared), lacks, undeclared))

    def _faults(self, comma: str) -> Expression:
        """What a declared number needs to count."""
        say = self._facts.say
        step = plain(self._metric.step, self._facts.language)
        unusable = say("missing.step", declared=say("column.declared"), step=step)
        doubtful = say("missing.meant", basis=say("column.basis"))
        doubt = if_(self._is_doubtful, comma + doubtful, NOTHING)
        return if_(self._is_off_step, comma + unusable, doubt)

    @cached_property
    def _agrees(self) -> Expression:
        """Whether the region stands by the superior's counter: it says so, or declares that very value."""
        counter, agree = self._typed("counter"), self._typed("agree")
        said = says(agree, self._facts.captions("yes"))
        return and_(is_number(counter), or_(said, self.declared.equals(counter)))

    def _is_empty(self, code: str) -> Expression:
        """Whether a reason says nothing."""
        return says_nothing(self._typed(code), self._empty_words)

    @property
    def _empty_words(self) -> Expression:
        """The words that say nothing: the settings have them, or the formula itself without these."""
        if "settings" not in self._facts.places.sheets:
            return expressed(EMPTY_WORDS)
        return cell_at(self._facts.field("empty_words"), EMPTY_WORDS)

    @cached_property
    def begun(self) -> Expression:
        """How many support items are begun and not complete, and the name of who submits."""
        cells = {code: self._supports(code) for code in SUPPORT_COLUMNS}
        is_begun = added(filled(column) for column in cells.values()) > 0
        is_whole = reduce(mul, (filled(cells[code]) > 0 for code in SUPPORT_NEEDS))
        unnamed = if_(filled(self._submitter).equals(0), 1, 0)
        return unnamed + how_many(is_begun, is_whole.equals(0))

    def _supports(self, code: str) -> Expression:
        place = self._facts.table(region_sheet(self._region), "supports")
        values = self._facts.typed_in((self._region, row, code) for row in place.rows)
        return self._facts.across(place, code, values)

    @property
    def _submitter(self) -> Expression:
        (value,) = self._facts.typed_in([(self._region, None, "submitter")])
        return cell_at(self._facts.here("submitter", self._region), value)

    def _typed(self, code: str) -> Expression:
        """What people typed in a column."""
        values = self._facts.typed_in(self._keys(code), _KINDS.get(code, "text"))
        return self._facts.own(self.table, code, values)

    def cell(self, code: str, column: Expression) -> Expression:
        """A column that another formula points to."""
        return self._facts.own(self.table, code, column.values)

    def _keys(self, code: str) -> list[tuple[str, str, str]]:
        return [(self._region, line, code) for line in self.codes]


class RegionLines:
    """The lines of a region as its tab shows them: what is recorded of them, and what is declared."""

    def __init__(self, facts: Facts, region: str, declared: Declarations) -> None:
        self._facts, self._region, self.declared = facts, region, declared

    def columns(self) -> Columns:
        """Everything in the table that people do not type, but the odds and the threads."""
        facts, places = self._facts, self.declared.places
        figures = {code: [Cell(values[k]) for k in places] for code, values in facts.figures.items()}
        return {
            "name": [Cell(facts.plan.lines[k].name) for k in places],
            **figures,
            **facts.volumes(places),
            **self.declared.columns(),
            "declared_counted": self._counted,
            "round": [Cell(as_number(facts.standing.value(*key)) or 1.0) for key in self._keys("round")],
            "objection": [Cell(said) for said in self.objections],
        }

    @property
    def _counted(self) -> list[Cell | None]:
        """What was recorded of lines that are sealed, and a look at what is typed of the others."""
        declared, table = self.declared, self.declared.table
        live = if_(is_number(declared.declared), declared.declared, NOTHING)
        cells = live.cells([table.rows.get(code) for code in declared.codes])
        held = zip(declared.places, cells, strict=True)
        return [Cell(self._facts.declared[k]) if self._facts.sealed[k] else cell for k, cell in held]

    @property
    def threads(self) -> Columns:
        """What both sides wrote to each other."""
        return {"thread": [self._facts.told(key, "long") for key in self._keys("thread")]}

    def figure(self, code: str) -> Expression:
        """A figure of the tool's, or what was declared beside it."""
        values = optional(self._facts.compared[code][k] for k in self.declared.places)
        return self._facts.own(self.declared.table, column_of(code), values)

    @cached_property
    def objections(self) -> list[str | None]:
        """Where a line's objection is, in words, once it has been locked."""
        say, value = self._facts.say, self._facts.standing.value
        states = (value(*key) for key in self._keys("objection"))
        return [say(f"objection.{state}") if state in OBJECTIONS else None for state in states]

    def _keys(self, code: str) -> list[tuple[str, str, str]]:
        return [(self._region, line, code) for line in self.declared.codes]


def filled(cells: Expression) -> Expression:
    """How long a text is without blanks and line breaks."""
    return by_content(cells, _filled)


def _filled(cell: Expression) -> Expression:
    return length(substitute(trim(clean(cell)), "　", ""))


def says_nothing(reason: Expression, empty_words: Expression) -> Expression:
    """Whether a reason is one of the words that say nothing, punctuation apart."""
    return by_content(reason, _says_nothing, empty_words.written, str(empty_words.values[()]))


def _says_nothing(cell: Expression, at: str | None, empty_words: str) -> Expression:
    words = lower(clean(text_or_none(cell)))
    for mark in PUNCTUATION:
        words = substitute(words, mark, "")
    return is_number(find(expressed("|") & words & "|", cell_at(at, empty_words)))
