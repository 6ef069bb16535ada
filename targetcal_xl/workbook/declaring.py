"""A region's tab: what its manager sees, and what native formulas say about what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from ..calibration.negotiation import JUSTIFICATION
from ..calibration.standing import Value
from ..language import LANGUAGES
from .book import Cell
from .captions import caption
from .cells import column_letters
from .facts import BESIDE_ZERO, Facts, Row, as_number, or_blank, quote, span
from .layout import region_sheet
from .places import TablePlace

_EMPTY_WORDS = (
    *("", "无", "暂无", "没有", "空", "略", "待定", "待补充", "同上", "不适用", "测试"),
    *("na", "no", "none", "nil", "nothing", "null", "tbd", "tba", "todo", "test", "ditto"),
)
EMPTY_WORDS = f"|{'|'.join(_EMPTY_WORDS)}|"
"""What a formula takes for no reason, punctuation apart; the full rule is `is_placeholder`."""

_PUNCTUATION = (" ", "　", "-", "—", ".", "。", "…", "/", "_")
_FLAGS = ("objection", "departs", "same")
_SUPPORT_COLUMNS = ("line", "kind", "what", "quantity", "unit", "due")
_SUPPORT_NEEDS = ("kind", "what", "quantity")


def looks_empty(value: Value) -> bool:
    """What the sheet's own formula makes of a reason."""
    words = value.lower() if isinstance(value, str) else ""
    for sign in _PUNCTUATION:
        words = words.replace(sign, "")
    return f"|{words}|" in EMPTY_WORDS


class Declaration:
    """Writes what is not people's own on one region's tab: its lines and its fields."""

    def __init__(self, facts: Facts, region: str) -> None:
        self._facts = facts
        self._region = region
        self._lines = [facts.lines[line.code][0] for line in facts.plan.lines_of(region)]

    def line(self, code: str) -> Row:
        """One line: the model's figures, and how the declaration compares with them."""
        k, line = self._facts.lines[code]
        at, baseline = self._place.rows[code], self._facts.standing.baseline
        return {
            "name": Cell(line.name),
            "last_year": Cell(float(baseline.last_year[k])),
            "suggested": Cell(float(baseline.suggested[k])),
            "low": Cell(float(baseline.low[k])),
            "high": Cell(float(baseline.high[k])),
            "allotment": Cell(float(self._facts.standing.allotment[k])),
            "deviation": Cell(or_blank(self._facts.deviations[k]), self._deviation(at)),
            "flag": Cell(self.flag(k), self._flag(at)),
            "missing": Cell(self.missing(k), self._missing(at)),
            "agreed": Cell(self._facts.agreed[k]),
            "round": Cell(as_number(self._facts.standing.value(line.region, code, "round")) or 1.0),
        }

    def fields(self) -> Mapping[str, Cell]:
        """The tab's own fields: where it stands, what is to do, and its totals."""
        facts, own = self._facts, self._facts.standing.value
        baseline = facts.standing.baseline
        return {
            "state": Cell(facts.caption(self.state)),
            "round": Cell(as_number(own(self._region, None, "round")) or 1.0),
            "checks": Cell(float(self.checks), self._checks()),
            "advice": Cell(self._advised(), self._advice()),
            "allotment": self._total("allotment", facts.standing.allotment.tolist()),
            "suggested": self._total("suggested", baseline.suggested.tolist()),
            "declared": self._total("declared", facts.declared),
            "gap_pct": self._gap(),
            "agreed": self._total("agreed", facts.agreed),
        }

    @property
    def state(self) -> str:
        """The region's state; open until the ledger says otherwise."""
        return str(self._facts.standing.value(self._region, None, "state") or "open")

    @property
    def is_submitted(self) -> bool:
        """Whether the manager set the status to submitted."""
        return self._facts.typed.get((self._region, None, "status")) == "submitted"

    def total(self, values: Sequence[float | None]) -> float | None:
        """This region's part of a list over all lines, together."""
        return self._facts.total(values[k] for k in self._lines)

    def flag(self, k: int) -> str:
        """Whether a line is an objection, departs, or is as suggested; nothing until it is declared."""
        deviation = self._facts.deviations[k]
        if deviation is None:
            return ""
        if deviation <= 1e-9 - self._facts.objection:
            return self._facts.say("flag.objection")
        return self._facts.say("flag.same" if deviation == 0 else "flag.departs")

    def count_lines(self) -> int:
        """How many lines the region has."""
        return len(self._lines)

    def count_objections(self) -> int:
        """How many lines are objections."""
        return sum(self.flag(k) == self._facts.say("flag.objection") for k in self._lines)

    def count_declared(self) -> int:
        """How many lines have a number declared."""
        return sum(self._facts.declared[k] is not None for k in self._lines)

    def missing(self, k: int) -> str:
        """What a line still lacks, in words."""
        facts, line = self._facts, self._facts.plan.lines[k]
        if facts.declared[k] is None:
            return self._lacking(["declared"])
        if facts.deviations[k] == 0:
            return ""
        said = {code: facts.typed.get((line.region, line.code, code)) for code in JUSTIFICATION}
        return self._lacking([code for code, words in said.items() if looks_empty(words)])

    @cached_property
    def checks(self) -> int:
        """How many lines, fields and support items are still to complete."""
        lines = sum(bool(self.missing(k)) for k in self._lines)
        submitter = self._facts.typed.get((self._region, None, "submitter"))
        return lines + (not str(submitter or "").strip(" ")) + self._unfinished_supports()

    def _unfinished_supports(self) -> int:
        typed = self._facts.typed
        rows = self._supports.rows
        items = [{code: typed.get((self._region, row, code)) for code in _SUPPORT_COLUMNS} for row in rows]
        begun = [item for item in items if any(_filled(value) for value in item.values())]
        return sum(not all(_filled(item[code]) for code in _SUPPORT_NEEDS) for item in begun)

    @cached_property
    def _place(self) -> TablePlace:
        return self._facts.places.table(region_sheet(self._region), "lines")

    @cached_property
    def _letters(self) -> Mapping[str, str]:
        return {code: f"${column_letters(at)}" for code, at in self._place.columns.items()}

    @cached_property
    def _supports(self) -> TablePlace:
        return self._facts.places.table(region_sheet(self._region), "supports")

    def _deviation(self, at: int) -> str:
        declared, suggested = self._cells(at, "declared", "suggested")
        better = f"({declared}-{suggested})"
        if self._facts.plan.metric.direction < 0:
            better = f"({suggested}-{declared})"
        beside_zero = f"SIGN{better}*{BESIDE_ZERO}"
        return f'IF(ISNUMBER({declared}),IF({suggested}=0,{beside_zero},{better}/ABS({suggested})),"")'

    def _flag(self, at: int) -> str:
        (deviation,), threshold = self._cells(at, "deviation"), self._facts.field("objection")
        objects, departs, same = (quote(self._facts.say(f"flag.{code}")) for code in _FLAGS)
        near = f"IF({deviation}=0,{same},{departs})"
        return f'IF(ISNUMBER({deviation}),IF({deviation}<=0.000000001-{threshold},{objects},{near}),"")'

    def _lacking(self, codes: list[str]) -> str:
        head, comma, end = self._sentence
        return head + comma.join(self._facts.say(f"column.{code}") for code in codes) + end if codes else ""

    def _missing(self, at: int) -> str:
        """The formula of `missing`: each empty reason adds its name to a sentence that is then tidied."""
        head, comma, end = self._sentence
        declared, deviation = self._cells(at, "declared", "deviation")
        reasons = "&".join(
            f'IF({self._is_empty(cell)},{quote(comma + self._facts.say(f"column.{code}"))},"")'
            for code, cell in zip(JUSTIFICATION, self._cells(at, *JUSTIFICATION), strict=True)
        )
        listed = f"SUBSTITUTE({quote(head)}&{reasons}&{quote(end)},{quote(head + comma)},{quote(head)})"
        lacking = f'IF({deviation}=0,"",SUBSTITUTE({listed},{quote(head + end)},""))'
        return f"IF(ISNUMBER({declared}),{lacking},{quote(self._lacking(['declared']))})"

    def _is_empty(self, cell: str) -> str:
        words = f"LOWER(T({cell}))"
        for sign in _PUNCTUATION:
            words = f'SUBSTITUTE({words},{quote(sign)},"")'
        return f'ISNUMBER(FIND("|"&{words}&"|",{self._empty_words}))'

    @cached_property
    def _empty_words(self) -> str:
        return self._facts.field("empty_words")

    @cached_property
    def _sentence(self) -> tuple[str, str, str]:
        """How a list of missing things begins, goes on and ends."""
        say = self._facts.say
        return say("missing.head"), say("missing.comma"), say("missing.end")

    def _checks(self) -> str:
        begun = "+".join(f"LEN(TRIM({span(self._supports, code)}))" for code in _SUPPORT_COLUMNS)
        whole = "*".join(f"(LEN(TRIM({span(self._supports, code)}))>0)" for code in _SUPPORT_NEEDS)
        return "+".join(
            (
                f"SUMPRODUCT(--(LEN({span(self._place, 'missing')})>0))",
                f"IF(LEN(TRIM({self._own('submitter')}))=0,1,0)",
                f"SUMPRODUCT(--({begun}>0),--({whole}=0))",
            )
        )

    def _advised(self) -> str:
        say, state = self._facts.say, self._facts.caption(self.state)
        if self.state != "open":
            return say("advice.closed", state=state)
        if self.checks:
            return say("advice.todo", count=self.checks)
        return say("advice.submitted" if self.is_submitted else "advice.ready")

    def _advice(self) -> str:
        say, state, checks = self._facts.say, self._own("state"), self._own("checks")
        count, named = f'"&{checks}&"', f'"&{state}&"'
        todo = f'"{say("advice.todo", count=count)}"'
        closed = f'"{say("advice.closed", state=named)}"'
        whole = f"IF({self.submitted()},{quote(say('advice.submitted'))},{quote(say('advice.ready'))})"
        return f"IF({state}={quote(self._facts.caption('open'))},IF({checks}>0,{todo},{whole}),{closed})"

    def submitted(self, where: str = "") -> str:
        """The formula of `is_submitted`, for this tab or with its name in front for another."""
        status = where + self._own("status")
        said = (f"{status}={quote(caption('submitted', language))}" for language in LANGUAGES)
        return f"OR({','.join(said)})"

    def _total(self, code: str, values: Sequence[float | None]) -> Cell:
        return Cell(or_blank(self.total(values)), self._facts.total_formula(span(self._place, code)))

    def _gap(self) -> Cell:
        """What head office wants beyond the declarations, as a share of them."""
        wanted, declared = self._own("allotment"), self._own("declared")
        formula = f'IF(N({declared})=0,"",({wanted}-{declared})/{declared})'
        return Cell(or_blank(self.gap), formula)

    @property
    def gap(self) -> float | None:
        """The gap to the region's allotment as a share of its declarations."""
        wanted = self.total(self._facts.standing.allotment.tolist())
        declared = self.total(self._facts.declared)
        return (wanted - declared) / declared if declared and wanted is not None else None

    def _cells(self, at: int, *codes: str) -> tuple[str, ...]:
        return tuple(f"{self._letters[code]}{at}" for code in codes)

    def _own(self, code: str) -> str:
        return self._facts.here(code, self._region)


def _filled(value: Value) -> bool:
    return value is not None and bool(str(value).strip())
