"""A region's tab as a page for a telephone: its numbers, why, the same checks, and an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property

from ..calibration import Explanation, Key, Line, Standing, Value, explain
from ..calibration.vocabulary import JUSTIFICATION, Status
from ..exchange import MOST_ENCLOSED, Slip, power_of, units_behind
from ..figures import UNKNOWN, figures, rounded
from ..language import text
from ..problems import DataProblems, Problem
from ..sentences import step_name, why
from ..workbook import (
    LONGEST_REMARK,
    Owner,
    Program,
    ShownCell,
    ShownColumn,
    ShownSheet,
    line_captions,
    region_sheet,
    show_sheets,
    shown,
)
from .drawing import Drawing, Pillar, waterfall
from .page import MOST_BYTES, inert, part, rendered

_FIGURES = ("last_year", "suggested", "low", "high", "allotment", "round", "objection")
_LIVE = ("deviation", "flag", "odds_declared")
_CARDS = ("allotment", "suggested", "declared", "gap_pct", "checks")
_NEEDED = re.compile(r"(?:at|over)\((r(?:[+-]\d+)?|\d+),(\d+)(?:,(r(?:[+-]\d+)?|\d+),(\d+))?\)")


@dataclass(frozen=True)
class _Input:
    """Something to be typed: where it stands on the sheet, whose value it is, and what it is now."""

    at: str
    row: str
    field: str
    kind: str
    label: str
    value: str
    choices: tuple[tuple[str, str, str], ...] = ()
    """Code, caption on the page, and caption on the sheet."""
    most: int = 4_000
    """The longest text."""


@dataclass(frozen=True)
class _Output:
    """Something that is computed: where it stands, how its number is told, and what it says now."""

    at: str
    label: str
    said: str
    form: str
    """How its number is told: decimals, the power of ten it is in, and the sign behind."""


@dataclass(frozen=True)
class _Line:
    """A line's part of the page."""

    code: str
    name: str
    figures: tuple[tuple[str, str], ...]
    outputs: tuple[_Output, ...]
    missing: _Output
    answered: _Output
    inputs: tuple[_Input, ...]
    agreed: str
    why: str
    thread: tuple[str, str]
    """What both sides wrote to each other, newest on top: what that is called, and the words."""
    remark: _Input
    """Where the region writes to the superior."""


def region_page(standing: Standing, typed: Mapping[Key, Value], slip: Slip, language: str = "") -> str:
    """The page of the slip's region, in the book's language or another.

    Of many lines it does not say where each suggestion comes from. Raise DataProblems for more than fits.
    """
    spoken = language or standing.language
    for explains in (True, False):
        page = _RegionPage(standing, typed, slip, spoken, explains)
        told = rendered("region.html", spoken, page.script(), **page.data())
        if len(told.encode()) <= MOST_BYTES:
            return told
    raise DataProblems([Problem("page_too_large", page.name, {"most": MOST_BYTES // 1000})])


class _RegionPage:
    """Makes what the template tells, and the program that the page runs."""

    def __init__(
        self, standing: Standing, typed: Mapping[Key, Value], slip: Slip, language: str, explains: bool
    ) -> None:
        self._explains, self.name = explains, standing.inputs.plan.region(slip.region).name
        self._standing, self._typed, self._slip, self._language = standing, typed, slip, language
        self._plan = standing.inputs.plan
        self._region, self._code = self._plan.region(slip.region), region_sheet(slip.region)
        self._sheets = show_sheets(standing, typed, language, (self._code, "settings", "baseline"))
        self._sheet: ShownSheet = self._sheets[self._code]
        self._lines = self._plan.lines_of(slip.region)

    def data(self) -> dict[str, object]:
        """Every part of the page."""
        metric = self._plan.metric
        return {
            "titles": (self._sheet.titles[0], f"{metric.name}{self._say('colon')}{metric.definition}"),
            "slip": self._slip,
            "region": self._region,
            "advice": self._output("advice", self._sheet.field_spot("advice")),
            "cards": [self._output(code, self._sheet.field_spot(code)) for code in _CARDS],
            "lines": self._shown_lines,
            "item": self._item("S01"),
            "items_title": self._sheet.section("supports"),
            "submitter": self._input(None, "submitter", self._sheet.field_spot("submitter"), "text"),
            "status_at": _at(self._sheet.field_spot("status")),
            "day_at": _at(self._sheet.field_spot("submitted_on")),
            "pictures": self._pictures(),
        }

    def script(self) -> str:
        """What the page runs: the sheet's formulas, a seal for the answer, and what people see."""
        program = self._pruned(self._sheet.program(self._sheets))
        held = {_at(spot): value for spot, value in program.held.items()} | self._typed_cells()
        texts = sorted(set(program.formulas.values()))
        number = {said: k for k, said in enumerate(texts)}
        formulas = {_at(spot): number[said] for spot, said in program.formulas.items()}
        facts = {"file": "{file}", "count": "{count}", "most": MOST_ENCLOSED // 1_000_000}
        words = {code: self._say(f"script.{code}", **facts) for code in ("saved", "left", "full")}
        data: dict[str, object] = {
            "slip": asdict(self._slip),
            "held": held,
            "formulas": formulas,
            "words": words,
            "most": MOST_ENCLOSED,
            "power": power_of(self._plan.metric.unit),
            "units": units_behind(self._plan.metric.unit),
        }
        data["carried"] = [[row, code, value] for (_, row, code), value in self._carried()]
        data["items"] = self._items()
        words["ready_there"] = text("workbook.advice.ready", self._language)
        words["ready"] = self._say("region.ready")
        data["submitted"] = shown(Status.SUBMITTED, "choice", self._language)
        data["draft"] = shown(Status.DRAFT, "choice", self._language)
        printed = ",\n".join(f"(at,over)=>r=>{said}" for said in texts)
        told = f"const TOLD={json.dumps(data, ensure_ascii=False)};\nconst PRINTED=[{printed}];\n"
        return part("sheet.js") + part("sha256.js") + inert(told) + part("region.js")

    def _pruned(self, program: Program) -> Program:
        """What the page shows, and all that it is computed from."""
        wanted = [self._sheet.field_spot(code) for code in (*_CARDS, "advice")]
        columns = (*_LIVE, "missing", "answered")
        wanted += [self._sheet.spot("lines", line.code, code) for line in self._lines for code in columns]
        found: set[tuple[int, int]] = set()
        while wanted:
            spot = wanted.pop()
            if spot not in found:
                found.add(spot)
                wanted += _needs(program.formulas.get(spot, ""), spot[0])
        return Program(
            {spot: value for spot, value in program.held.items() if spot in found},
            {spot: said for spot, said in program.formulas.items() if spot in found},
        )

    def _typed_cells(self) -> dict[str, Value]:
        """What people's cells hold now, as they hold it."""
        found: dict[str, Value] = {}
        for (region, row, code), value in self._typed.items():
            if region == self._slip.region and (cell := self._sheet.person(row, code)):
                found[_at(cell.spot)] = self._held(value, cell.column)
        return found

    def _carried(self) -> Iterator[tuple[Key, Value]]:
        """What the region has typed and the page does not ask for: it goes back as it came."""
        asked = {(line.code, one.field) for line in self._shown_lines for one in (*line.inputs, line.remark)}
        for key, value in self._typed.items():
            region, row, code = key
            is_here = region == self._slip.region and row in self._rows and (row, code) not in asked
            if is_here and (cell := self._sheet.person(row, code)) and cell.column.owner is Owner.MANAGER:
                yield key, value

    def _held(self, value: Value, column: ShownColumn) -> Value:
        if column.kind == "line":
            return line_captions(self._plan, [line.code for line in self._lines]).get(str(value), value)
        return shown(value, column.kind, self._language)

    def _say(self, key: str, **fields: object) -> str:
        return text(f"pages.{key}", self._language, **fields)

    # Parts

    def _output(self, code: str, spot: tuple[int, int], label: str = "") -> _Output:
        cell = self._sheet.at(spot, self._sheet.kind(code))
        form = self._sheet.form(cell.kind)
        name = label or self._sheet.label(code)
        told = f"{form.places},{form.power},{form.sign}" if form else ""
        return _Output(_at(spot), name, "" if cell.said == UNKNOWN else cell.said, told)

    @cached_property
    def _rows(self) -> frozenset[str]:
        """The lines' codes: support items are all asked for."""
        return frozenset(line.code for line in self._lines)

    @cached_property
    def _shown_lines(self) -> list[_Line]:
        rows = self._sheet.rows("lines")
        return [self._line(line, rows[line.code]) for line in self._lines]

    def _line(self, line: Line, shown_cells: Mapping[str, ShownCell]) -> _Line:
        code = line.code
        agreed = shown_cells["agreed"]

        def output(column: str) -> _Output:
            spot = self._sheet.spot("lines", code, column)
            return self._output(column, spot, self._sheet.caption("lines", column))

        told = ((self._sheet.caption("lines", one), shown_cells[one].said) for one in _FIGURES)
        return _Line(
            code=code,
            name=line.name,
            figures=tuple((label, said) for label, said in told if said != UNKNOWN),
            outputs=tuple(map(output, _LIVE)),
            missing=output("missing"),
            answered=output("answered"),
            inputs=() if agreed.number is not None else tuple(self._line_inputs(code)),
            agreed=agreed.said if agreed.number is not None else "",
            why=self._why([self._standing.row_of[code]]) if self._explains else "",
            thread=(self._sheet.caption("lines", "thread"), str(shown_cells["thread"].value or "")),
            remark=replace(self._line_input(code, "region_says", "long"), most=LONGEST_REMARK),
        )

    def _line_inputs(self, line: str) -> Iterator[_Input]:
        counter = self._standing.value(self._slip.region, line, "counter")
        agree = () if counter is None else ("agree",)
        for code in ("declared", *agree, *JUSTIFICATION, "comment", "attachment"):
            yield self._line_input(line, code)

    def _line_input(self, line: str, code: str, kind: str = "") -> _Input:
        return self._input(line, code, self._sheet.spot("lines", line, code), kind)

    def _items(self) -> list[object]:
        """Where each item stands, and what has been said of it, by field."""
        rows = {row: self._sheet.spot("supports", row, "what")[0] for row in self._sheet.rows("supports")}
        return [
            [row, at, {one.field: one.value for one in self._item(row) if one.value}]
            for row, at in rows.items()
        ]

    def _item(self, row: str) -> list[_Input]:
        """What is asked of a support item."""
        columns = [
            code
            for code in self._sheet.columns("supports")
            if self._sheet.owner("supports", code) is Owner.MANAGER
        ]
        return [self._input(row, code, self._sheet.spot("supports", row, code)) for code in columns]

    def _input(self, row: str | None, code: str, spot: tuple[int, int], kind: str = "") -> _Input:
        if (cell := self._sheet.person(row, code)) is None:
            raise KeyError(code)
        value = self._typed.get((self._slip.region, row, code))
        return _Input(
            at=_at(spot),
            row=row or "",
            field=code,
            kind=kind or cell.column.kind,
            label=cell.caption,
            value="" if value is None else f"{value:g}" if isinstance(value, float) else str(value),
            choices=tuple(self._choices(cell.column)),
        )

    def _choices(self, column: ShownColumn) -> Iterator[tuple[str, str, str]]:
        if column.kind == "line":
            for code, name in line_captions(self._plan, column.choices).items():
                yield code, name, name
            return
        for code in column.choices:
            said = str(shown(code, "choice", self._language))
            yield code, said, said

    def _why(self, rows: Sequence[int]) -> str:
        told = figures(self._plan.metric, self._language)
        return why(explain(self._standing, rows), self._plan.metric, self._language, told.power)

    def _pictures(self) -> list[Drawing]:
        """From last year's figure to the suggestion, of all lines together."""
        rows = [self._standing.row_of[line.code] for line in self._lines]
        explained = explain(self._standing, rows)
        title = text("workbook.chart.steps", self._language)
        return [waterfall("steps", title, self._why(rows), list(self._pillars(explained)))]

    def _pillars(self, explained: Explanation) -> Iterator[Pillar]:
        steps = [step for step in explained.steps if step.amount]
        told = figures(self._plan.metric, self._language)
        values = [explained.start, *(step.amount for step in steps), explained.suggested]
        said = rounded(values, told, range(1, len(values) - 1))
        origin = "last_year" if explained.origin == "last_year" else "level"
        yield Pillar(text(f"letters.chart.{origin}", self._language), 0.0, explained.start, said[0], "hq")
        reached = explained.start
        for step, number in zip(steps, said[1:], strict=False):
            look = "better" if step.amount * self._plan.metric.direction > 0 else "worse"
            yield Pillar(step_name(step, self._language), reached, reached + step.amount, number, look)
            reached += step.amount
        name = text("letters.chart.suggested", self._language)
        yield Pillar(name, 0.0, explained.suggested, said[-1], "suggested")


def _at(spot: tuple[int, int]) -> str:
    return f"{spot[0]},{spot[1]}"


def _needs(printed: str, row: int) -> Iterator[tuple[int, int]]:
    """The cells that a printed formula of a row looks at."""

    def at(said: str) -> int:
        return row + int(said[1:] or 0) if said.startswith("r") else int(said)

    for first, column, last, last_column in _NEEDED.findall(printed):
        rows = range(at(first), at(last or first) + 1)
        yield from ((r, c) for r in rows for c in range(int(column), int(last_column or column) + 1))
