"""The native formulas of a region's tab: what a declaration is worth and what it still lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from ...calibration.metric import LEAST_SHORTFALL
from ...calibration.negotiation import DECISIONS, FAR, FEW_STEPS, JUSTIFICATION, MEANT
from ...figures import plain, typed
from ...language import LANGUAGES, record
from ...ooxml import column_letters
from ..captions import caption
from ..facts import BESIDE_ZERO, DEVIATION_DIGITS, ROW, Facts, quote, span
from ..places import TablePlace
from ..shapes import region_sheet

_EMPTY_WORDS = ("", *(word for language in LANGUAGES for word in record(language).says_nothing))
EMPTY_WORDS = f"|{'|'.join(_EMPTY_WORDS)}|"
"""What a formula takes for no reason, punctuation apart; the full rule is `is_placeholder`."""

PUNCTUATION = (" ", "　", "-", "—", ".", "。", "…", "/", "_")
"""What a reason may be made of without saying anything, beside line breaks and their like."""

SUPPORT_COLUMNS = ("line", "kind", "what", "quantity", "unit", "due")
SUPPORT_NEEDS = ("kind", "what", "quantity")
"""What a support item needs, once anything is said of it."""

_FLAGS = ("objection", "departs", "same", "unusable")
_TINY = "1/10^9"
"""`TOLERANCE` as no program writes it otherwise."""

BACK = ("counter", "return")
"""Decisions after which a line comes back to its region."""

MOST_NAMED = 30
"""Lines of a region up to which its headline names those that are back; a formula has an end."""


def lacking(facts: Facts, codes: Sequence[str], faults: Sequence[str] = ()) -> str:
    """A sentence that names what is wrong and missing fields; empty when there is neither."""
    head, comma, end = _sentence(facts)
    named = [*faults, *(facts.say(f"column.{code}") for code in codes)]
    return head + comma.join(named) + end if named else ""


def faults_said(facts: Facts, fault: str | None) -> list[str]:
    """What a declared number needs to count, by its fault."""
    say = facts.say
    if fault in ("negative", "not_whole"):
        step = plain(facts.plan.metric.step, facts.language)
        return [say("missing.step", declared=say("column.declared"), step=step)]
    return [say("missing.meant", basis=say("column.basis"))] if fault == "implausible" else []


def submitted(facts: Facts, region: str, tab: str = "") -> str:
    """Whether a region's status says so, in either language; with the tab's name for another sheet."""
    return _says(tab + facts.here("status", region), "submitted")


class Asking:
    """Writes the formulas of one region's tab."""

    def __init__(self, facts: Facts, region: str) -> None:
        self._facts = facts
        self._region = region

    def line(self, code: str) -> Mapping[str, str]:
        """A line's formulas, by column."""
        at = str(self._place.rows[code])
        return {column: formula.replace(ROW, at) for column, formula in self._line.items()}

    @cached_property
    def _line(self) -> Mapping[str, str]:
        """A line's formulas with the row left open."""
        return {
            "deviation": self._deviation(),
            "flag": self._flag(),
            "answered": self._answered(),
            "missing": self._missing(),
        }

    @cached_property
    def _place(self) -> TablePlace:
        return self._facts.places.table(region_sheet(self._region), "lines")

    def _cells(self, *codes: str) -> tuple[str, ...]:
        return tuple(f"${column_letters(self._place.columns[code])}{ROW}" for code in codes)

    def _own(self, code: str) -> str:
        return self._facts.here(code, self._region)

    def _deviation(self) -> str:
        declared, suggested = self._cells("declared", "suggested")
        better = f"({declared}-{suggested})"
        if self._facts.plan.metric.direction < 0:
            better = f"({suggested}-{declared})"
        beside_zero = f"SIGN{better}*{BESIDE_ZERO}"
        share = f"MAX(-{BESIDE_ZERO},MIN({BESIDE_ZERO},{better}/{self._reference(suggested)}))"
        share = share if self._is_shortfall else f"IF({suggested}=0,{beside_zero},{share})"
        return f'IF(ISNUMBER({declared}),ROUND({share},{DEVIATION_DIGITS}),"")'

    @property
    def _is_shortfall(self) -> bool:
        return self._facts.plan.metric.distance == "shortfall"

    def _reference(self, suggested: str) -> str:
        """What a departure is a share of, as `reference` has it."""
        if not self._is_shortfall:
            return f"ABS({suggested})"
        lacking = f"MAX(MIN({suggested},1-{suggested}),{typed(LEAST_SHORTFALL)})"
        return f"IF({suggested}>1,{suggested},{lacking})"

    def _flag(self) -> str:
        (deviation,), threshold = self._cells("deviation"), f"{self._facts.objection:.10g}"
        objects, departs, same, unusable = (quote(self._facts.say(f"flag.{code}")) for code in _FLAGS)
        near = f"IF({deviation}=0,{same},{departs})"
        way = f"IF({deviation}<={_TINY}-{threshold},{objects},{near})"
        faults = f"OR({self._is_off_step()},{self._is_doubtful()})"
        whole = f"IF(AND({self._agrees()}=FALSE,{faults}),{unusable},{way})"
        return f'IF(ISNUMBER({deviation}),{whole},"")'

    def _is_off_step(self) -> str:
        """Whether a declaration is below 0 or no multiple of the step, as `is_multiple` has it."""
        (declared,) = self._cells("declared")
        steps = f"{declared}/{typed(self._facts.plan.metric.step)}"
        off = f"ABS({steps}-ROUND({steps},0))>MAX({_TINY},ABS({steps})/10^14)"
        return f"OR({declared}<0,{off})"

    def _is_doubtful(self) -> str:
        """Whether a declaration is implausible, and the basis does not say that it is meant."""
        declared, suggested, deviation, basis = self._cells("declared", "suggested", "deviation", "basis")
        metric, slack = self._facts.plan.metric, f"(1-{_TINY})"
        few = f"{FEW_STEPS}*{typed(metric.step)}*(1+{_TINY})"
        times = typed(FAR)
        far = [f"{declared}>={times}*{suggested}*{slack}", f"{times}*{declared}*{slack}<={suggested}"]
        if self._is_shortfall:
            far.append(f"{deviation}<={_TINY}-{typed(FAR - 1)}")
        meant = ",".join(f"ISNUMBER(FIND({quote(word)},LOWER(T({basis}))))" for word in MEANT)
        doubtful = f"AND(ABS({declared}-{suggested})>{few},OR({','.join(far)}))"
        if metric.is_share:
            doubtful = f"OR({doubtful},AND({declared}>1+{_TINY},{suggested}<=1))"
        return f"AND({doubtful},OR({meant})=FALSE)"

    def _answered(self) -> str:
        """The superior's last answer in words: the decision, its value, its reason."""
        decision, counter, reason = self._cells("decision", "counter", "decision_reason")
        number = f'IF(ISNUMBER({counter})," "&FIXED({counter},{self._facts.plan.metric.decimals}),"")'
        said = '""'
        for code in reversed(DECISIONS):
            words = quote(self._facts.caption(code)) + (f"&{number}" if code == "counter" else "")
            said = f"IF({_says(decision, code)},{words},{said})"
        why = f'IF({_length(reason)}>0,{quote(self._facts.say("answered.why"))}&{reason},"")'
        return f'IF({_length(decision)}=0,"",{said}&{why})'

    def _missing(self) -> str:
        """The formula of `missing`: each empty reason adds its name to a sentence that is then tidied."""
        head, comma, end = _sentence(self._facts)
        declared, deviation = self._cells("declared", "deviation")
        unusable, doubtful = (
            quote(comma + faults_said(self._facts, fault)[0]) for fault in ("not_whole", "implausible")
        )
        faults = f'IF({self._is_off_step()},{unusable},IF({self._is_doubtful()},{doubtful},""))'
        reasons = "&".join(
            f'IF({self._is_empty(cell)},{quote(comma + self._facts.say(f"column.{code}"))},"")'
            for code, cell in zip(JUSTIFICATION, self._cells(*JUSTIFICATION), strict=True)
        )
        listed = (
            f"SUBSTITUTE({quote(head)}&{faults}&{reasons}&{quote(end)},{quote(head + comma)},{quote(head)})"
        )
        lacks = f'IF({deviation}=0,"",SUBSTITUTE({listed},{quote(head + end)},""))'
        asked = f"IF(ISNUMBER({declared}),{lacks},{quote(lacking(self._facts, ['declared']))})"
        return f'IF({self._agrees()},"",{asked})'

    def _agrees(self) -> str:
        """Whether the region stands by the superior's counter: it says so, or declares that very value."""
        declared, counter, agree = self._cells("declared", "counter", "agree")
        return f"AND(ISNUMBER({counter}),OR({_says(agree, 'yes')},{declared}={counter}))"

    def _is_empty(self, cell: str) -> str:
        known, words = self._facts.field("empty_words"), f"LOWER(CLEAN(T({cell})))"
        for sign in PUNCTUATION:
            words = f'SUBSTITUTE({words},{quote(sign)},"")'
        return f'ISNUMBER(FIND("|"&{words}&"|",{known}))'

    def checks(self) -> str:
        """How many lines, fields and support items are still to complete."""
        supports = self._facts.places.table(region_sheet(self._region), "supports")
        begun = "+".join(_length(span(supports, code)) for code in SUPPORT_COLUMNS)
        whole = "*".join(f"({_length(span(supports, code))}>0)" for code in SUPPORT_NEEDS)
        lines = f"SUMPRODUCT(--(LEN({span(self._place, 'missing')})>0))"
        unnamed = f"IF({_length(self._own('submitter'))}=0,1,0)"
        return f"{lines}+{unnamed}+SUMPRODUCT(--({begun}>0),--({whole}=0))"

    def advice(self) -> str:
        """What the manager is to do next."""
        say, state, checks = self._facts.say, self._own("state"), self._own("checks")
        count, named = f'"&{checks}&"', f'"&{state}&"'
        todo = f'"{say("advice.todo", count=count)}"'
        closed = f'"{say("advice.closed", state=named)}"'
        done, ready = quote(say("advice.submitted")), quote(say("advice.ready"))
        whole = f"IF({submitted(self._facts, self._region)},{done},{ready})"
        here = f"{self._back()}IF({checks}>0,{todo},{whole})"
        return f"IF({state}={quote(self._facts.caption('open'))},{here},{closed})"

    def _back(self) -> str:
        """What the advice begins with in a further round: the lines that are back, and why."""
        lines = self._place.rows.values()
        if len(lines) > MOST_NAMED:
            return self._how_many_back()
        say = self._facts.say
        number = self._own("round")
        head, comma, end = say("advice.back", round=f'"&{number}&"'), say("advice.comma"), say("advice.end")
        listed = "&".join(self._is_back(comma).replace(ROW, str(row)) for row in lines)
        named = f'SUBSTITUTE("{head}"&{listed}&{quote(end)},"{head}"&{quote(comma)},"{head}")'
        return f'IF(N({number})>1,SUBSTITUTE({named},"{head}"&{quote(end)},""),"")&'

    def _how_many_back(self) -> str:
        """The same of more lines than a formula can name."""
        answered, agreed, number = (
            span(self._place, "answered"),
            span(self._place, "agreed"),
            self._own("round"),
        )
        begins = (self._facts.caption(code) for code in BACK)
        back = "+".join(f"(LEFT({answered},{len(words)})={quote(words)})" for words in begins)
        count = f"SUMPRODUCT(--(ISNUMBER({agreed})=FALSE),--(({back})>0))"
        column = self._facts.say("column.answered")
        said = self._facts.say("advice.back_many", round=f'"&{number}&"', count=f'"&{count}&"', column=column)
        return f'IF(AND(N({number})>1,{count}>0),"{said}","")&'

    def _is_back(self, comma: str) -> str:
        """A line's name and its answer, when that line is back."""
        name, answered, agreed = self._cells("name", "answered", "agreed")
        begins = (self._facts.caption(code) for code in BACK)
        back = ",".join(f"LEFT({answered},{len(words)})={quote(words)}" for words in begins)
        before, after = self._facts.say("advice.open"), self._facts.say("advice.close")
        told = "&".join((quote(comma), name, quote(before), answered, quote(after)))
        return f'IF(ISNUMBER({agreed}),"",IF(OR({back}),{told},""))'

    def total(self, code: str) -> str:
        """A column of the lines, together."""
        return self._facts.total_formula(self._place, code)

    def gap(self) -> str:
        """What head office wants beyond the declarations, as a share of them."""
        wanted, declared = self._own("allotment"), self._own("declared")
        return f'IF(N({declared})=0,"",({wanted}-{declared})/{declared})'


def _sentence(facts: Facts) -> tuple[str, str, str]:
    """How a list of missing things begins, goes on and ends."""
    return facts.say("missing.head"), facts.say("missing.comma"), facts.say("missing.end")


def _says(cell: str, code: str) -> str:
    """Whether a cell has a choice's caption, in either language."""
    said = (f"TRIM({cell})={quote(caption(code, language))}" for language in LANGUAGES)
    return f"OR({','.join(said)})"


def _length(cells: str) -> str:
    """How long a text is without blanks and line breaks."""
    return f'LEN(SUBSTITUTE(TRIM(CLEAN({cells})),"　",""))'
