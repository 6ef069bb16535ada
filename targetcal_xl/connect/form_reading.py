"""Reading a form that somebody filled in: the plan that it means, or all that is wrong, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from ..calibration import (
    MOST_PERIODS,
    Driver,
    History,
    Indicator,
    Inputs,
    Line,
    Metric,
    Period,
    Plan,
    Readings,
)
from ..calibration.metric import usual_whole
from ..problems import DataProblems, Problem, Words
from .columns import DRIVER_COLUMNS, HISTORY_COLUMNS
from .decoding import too_big
from .draft import NOTE, DraftRow, PlanDraft, rows_of
from .form import (
    DRIVERS,
    HISTORY,
    INDICATORS,
    INSIDE,
    LINES,
    NUMBERED,
    PLAN,
    READINGS,
    SHEETS,
    FormItem,
    FormSheet,
)
from .form_answers import SheetAnswers, answers_in, unit_in
from .names import like
from .plan_file import plan_meant
from .plan_folder import history_in, odd_target, readings_in
from .plan_schema import PlanPlace
from .sheet import Grid, NotASheet, TooBig, read_sheets
from .staffing import staffed
from .table_file import TableFile
from .tables import table_in

_HERE: Final = {
    "plan_text": "form_text",
    "plan_period": "form_period",
    "plan_robot_unknown": "form_robot_unknown",
    "plan_too_few": "form_too_few",
    "csv_unknown_code": "form_unknown",
}
"""Faults whose remedy is another one in a form than in files."""

_Path = tuple[int | str, ...]


@dataclass(frozen=True)
class FilledForm:
    """What a form means: as a folder says it, and as a baseline needs it."""

    draft: PlanDraft
    inputs: Inputs


def read_form(content: bytes, file: str) -> FilledForm:
    """The plan that a filled form means; raise DataProblems with everything that is wrong with it."""
    form, problems = _Filled(file, _grids(content, file)).read()
    if form is None or problems:
        raise DataProblems(problems)
    return form


def _grids(content: bytes, file: str) -> Mapping[str, tuple[str, Grid]]:
    """The sheets of the form, by code, with what their tabs are called."""
    try:
        tabs = read_sheets(content)
    except NotASheet as error:
        raise DataProblems([Problem("csv_not_a_workbook", file)]) from error
    except TooBig as error:
        raise DataProblems([too_big(file)]) from error
    found = {sheet.code: (tab, grid) for sheet in SHEETS for tab, grid in tabs.items() if sheet.is_meant(tab)}
    missing = [sheet for sheet in SHEETS if sheet.needed and sheet.code not in found]
    fields = {"sheets": [Words(f"connect.form.sheet.{sheet.code}") for sheet in missing]}
    if missing:
        raise DataProblems([Problem("form_sheets", file, fields)])
    return found


class _Filled:
    """A form, sheet by sheet, that becomes a plan."""

    def __init__(self, file: str, grids: Mapping[str, tuple[str, Grid]]) -> None:
        self._file, self._grids = file, grids
        unit = unit_in(grids[PLAN.code][1])
        self._sheets = {
            sheet.code: answers_in(file, *grids.get(sheet.code, ("", Grid())), sheet, unit)
            for sheet in SHEETS
            if sheet not in (HISTORY, READINGS)
        }
        self._number()
        self._refer()

    def read(self) -> tuple[FilledForm | None, list[Problem]]:
        """What the form means, as far as it means something, and everything that is wrong with it."""
        words = self._words()
        problems = [problem for sheet in self._sheets.values() for problem in sheet.problems]
        plan: Plan | None = None
        try:
            plan = plan_meant(words)
        except DataProblems as found:
            problems += self.told_here(found.problems)
        tables = _Tables(self, plan or _outline(words))
        problems += tables.problems
        if plan is not None and tables.history is not None:
            try:
                plan = staffed(plan, tables.history)
            except DataProblems as found:
                problems += self.told_here(found.problems)
        if plan is None or tables.history is None or tables.readings is None:
            return None, problems
        draft = PlanDraft(words, *tables.rows)
        return FilledForm(draft, Inputs(plan, tables.history, tables.readings)), problems

    def _number(self) -> None:
        """Give a code to each row that has none: by what it is of, where it is of something."""
        for sheet, begins in NUMBERED.items():
            rows = self._sheets[sheet].rows
            taken = {str(row["code"]).casefold() for row in rows if "code" in row}
            for row in rows:
                if "code" not in row:
                    row["code"] = _free(begins or self._above(sheet, row), taken)

    def _above(self, sheet: str, row: Mapping[str, object]) -> str:
        """How the code of a row begins that is of another one: R1- in region R1."""
        above = {"lines": "region", "indicators": "driver"}[sheet]
        of = {"lines": "regions", "indicators": "drivers"}[sheet]
        said = str(row.get(above, ""))
        return f"{self._known(of).get(like(said), sheet[0].upper())}-"

    def _known(self, code: str) -> Mapping[str, str]:
        """What may be meant by codes, or names that only one has -> codes."""
        rows = [row for row in self._sheets[code].rows if "code" in row]
        named = [(like(str(row["name"])), str(row["code"])) for row in rows if "name" in row]
        times = Counter(name for name, _ in named)
        meant = {name: one for name, one in named if times[name] == 1}
        return meant | {like(str(row["code"])): str(row["code"]) for row in rows}

    def _refer(self) -> None:
        """Let what other sheets name be named by its code, as in a plan file; report what is not there."""
        for sheet in SHEETS:
            if sheet.code in self._sheets:
                for item in sheet.items:
                    self._refer_by(self._sheets[sheet.code], item)

    def _refer_by(self, sheet: SheetAnswers, item: FormItem) -> None:
        known = {name: code for of in item.of.split() for name, code in self._known(of).items()}
        for at, row in enumerate(sheet.rows if item.of else ()):
            said = str(row.get(item.code, ""))
            if like(said) in known:
                row[item.code] = known[like(said)]
            elif said or item.code == "driver":
                # An indicator of no driver has no place in a plan file where it could be missed.
                sheet.report("form_unknown" if said else "csv_empty", at, item.code, value=said)

    def _words(self) -> dict[str, Any]:
        """The words of the plan file."""
        words = _nested(next(iter(self._sheets[PLAN.code].rows), {}))
        for sheet in SHEETS:
            if sheet.is_table and sheet not in (HISTORY, READINGS, INDICATORS) and sheet.code not in INSIDE:
                rows = [_nested(row) for row in self._sheets[sheet.code].rows]
                words |= {sheet.code: rows} if rows or sheet.needed else {}
        for code, (table, name) in INSIDE.items():
            if rows := [_nested(row) for row in self._sheets[code].rows]:
                words.setdefault(table, {})[name] = rows
        for driver in words.get(DRIVERS.code, []):
            driver["indicators"] = [_nested(row) for _, row in self._behind(str(driver["code"]))]
        words.setdefault("code", words.get("period", PLAN.code))
        metric = words.setdefault("metric", {})
        metric.setdefault("unit", "")
        metric.setdefault("code", "metric")
        return words

    def _behind(self, driver: str) -> list[tuple[int, dict[str, object]]]:
        """The indicators of a driver, with their rows on the sheet; of a single one the share is 1."""
        rows = enumerate(self._sheets[INDICATORS.code].rows)
        found = [(at, {**row}) for at, row in rows if row.get("driver") == driver]
        for _, row in found:
            del row["driver"]
            if len(found) == 1:
                row.setdefault("share", 1)
        return found

    def told_here(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """Faults of the plan, where they were typed; but for what could not be read there."""
        for problem in problems:
            path = problem.where.path if isinstance(problem.where, PlanPlace) else ()
            sheet, row, code = self._spot(path)
            if (row, code) not in sheet.refused:
                fields = {**problem.fields, "key": sheet.captions.get(code, code)}
                where = sheet.place(row, code)
                yield Problem(_HERE.get(problem.code, problem.code), where, fields)

    def _spot(self, path: _Path) -> tuple[SheetAnswers, int | None, str]:
        """The sheet, row and item that a path of the plan file stands for."""
        whole = self._sheets[PLAN.code]
        names = tuple(part for part in path if isinstance(part, str))
        places = [part for part in path if isinstance(part, int)]
        for code, within in INSIDE.items():
            if path[:2] == within:
                return self._sheets[code], places[0] if places else None, ".".join(names[2:])
        if path[:1] == (DRIVERS.code,) and "indicators" in path and len(places) > 1:
            driver = str(self._sheets[DRIVERS.code].rows[places[0]]["code"])
            return self._sheets[INDICATORS.code], self._behind(driver)[places[1]][0], ".".join(names[2:])
        if path and path[0] in self._sheets:
            return self._sheets[str(path[0])], places[0] if places else None, ".".join(names[1:])
        return whole, 0, ".".join(names)

    def table(self, sheet: FormSheet, columns: tuple[Sequence[str], Sequence[str]]) -> TableFile:
        """A sheet as a table, with codes where names stand; one that is not there has no rows."""
        needed, more = columns
        tab, grid = self._grids.get(sheet.code, ("", Grid({1: [*needed]})))
        table = table_in(f"{self._file}, {tab}", grid, needed, (*more, *NOTE))
        for item in sheet.items:
            if item.of:
                table = table.saying(item.code, self._coded(table.cells[item.code], item.of).tolist())
        return table

    def _coded(self, column: pd.Series[str], of: str) -> pd.Series[str]:
        known = self._known(of)
        return column.map({each: known.get(like(each), each) for each in column.unique()})


class _Tables:
    """History and readings of a form, as far as what is known of its plan lets them be read."""

    def __init__(self, form: _Filled, plan: Plan | None) -> None:
        self._form = form
        self.history: History | None = None
        self.readings: Readings | None = None
        self.rows: list[tuple[DraftRow, ...]] = []
        self.problems: list[Problem] = []
        if plan is None:
            return
        for read in (self._read_history, self._read_readings):
            try:
                self.rows.append(read(plan))
            except DataProblems as found:
                self.problems += [replace(one, code=_HERE.get(one.code, one.code)) for one in found.problems]

    def _read_history(self, plan: Plan) -> tuple[DraftRow, ...]:
        table = self._form.table(HISTORY, HISTORY_COLUMNS)
        self.history = history_in(table, plan)
        self.problems += self._form.told_here(odd_target(plan, self.history))
        return rows_of(table)

    def _read_readings(self, plan: Plan) -> tuple[DraftRow, ...]:
        past = len(self.history.periods) if self.history else MOST_PERIODS
        table = self._form.table(READINGS, DRIVER_COLUMNS)
        self.readings = readings_in(table, plan, past)
        return rows_of(table)


def _free(begins: str, taken: set[str]) -> str:
    """The first code that begins so and that nothing has yet, which it is from now on."""
    number = next(n for n in range(1, len(taken) + 2) if f"{begins}{n}".casefold() not in taken)
    taken.add(f"{begins}{number}".casefold())
    return f"{begins}{number}"


def _nested(row: Mapping[str, object]) -> dict[str, Any]:
    """`{"head.name": ...}` as tables in tables."""
    found: dict[str, Any] = {}
    for code, value in row.items():
        *tables, name = code.split(".")
        inner = found
        for table in tables:
            inner = inner.setdefault(table, {})
        inner[name] = value
    return found


def _outline(words: Mapping[str, Any]) -> Plan | None:
    """As much of a faulty plan as its tables are read by; None where not even that is there."""
    try:
        period = Period.parse(str(words["period"]))
        drivers, target = words.get(DRIVERS.code, []), float(words.get("hq_target", 1.0))
        kind, unit = words["metric"].get("kind", Metric.kind), words["metric"].get("unit", "")
        return Plan(
            code="",
            company="",
            period=period,
            metric=Metric("", "", "", unit, kind=kind, whole=usual_whole(kind, unit, target)),
            hq_target=target,
            regions=(),
            lines=tuple(Line(row["code"], "", "") for row in words[LINES.code]),
            drivers=tuple(Driver(one["code"], "", 0.0, lag=int(one.get("lag", 0))) for one in drivers),
            indicators=tuple(
                Indicator(row["code"], "", one["code"], 1.0) for one in drivers for row in one["indicators"]
            ),
        )
    except (ValueError, KeyError):
        return None
