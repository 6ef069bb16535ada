"""Objectives and key results as files: a document for programs, a table for people, and what comes back.

`templates/okr.schema.json` is the document's schema, for whoever writes the other side.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources.abc import Traversable
from typing import Any, Final

from ..calibration import KeyResult, Metric, Objective, Plan, keyed
from ..calibration.vocabulary import DIRECTIONS
from ..problems import DataProblems, Problem
from .actuals import Actuals
from .table_file import TableFile
from .tables import read_table

FORMAT: Final = "targetcal-okr/1"
_BEGINS: Final = f'{{\n "format": "{FORMAT}",'
_NUMBERS: Final = ("start", "target", "current", "progress", "odds")
_COLUMNS: Final = ("period", "as_of", "objective", "objective_name", "key_result", "key_result_name")
_TABLE: Final = (*_COLUMNS, *_NUMBERS, "status", "unit")
_RESULTS: Final = ("date", "line", "value", "leads", "capacity", "volume")
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""With these a spreadsheet takes a text for a formula."""
OKR_KINDS: Final = ("objective", "key_result")


def okr_document(plan: Plan, found: Sequence[Objective], as_of: dt.date | None) -> str:
    """The document in JSON: the same for the same figures."""
    said = {
        "format": FORMAT,
        "plan": plan.code,
        "company": plan.company,
        "period": {
            "code": str(plan.period),
            "start": plan.period.start.isoformat(),
            "end": plan.period.end.isoformat(),
        },
        "metric": _metric(plan.metric),
        "as_of": as_of.isoformat() if as_of else None,
        "objectives": [
            {**asdict(one.result), "key_results": [asdict(each) for each in one.key_results]} for one in found
        ],
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _metric(metric: Metric) -> Mapping[str, str]:
    said = {code: str(getattr(metric, code)) for code in ("code", "name", "definition", "unit", "kind")}
    return {**said, "better": DIRECTIONS[metric.direction]}


def okr_table(plan: Plan, found: Sequence[Objective], as_of: dt.date | None) -> bytes:
    """The same as a table, a row for each objective and for each of its key results, for any spreadsheet."""
    told = io.StringIO(newline="")
    writer = csv.DictWriter(told, _TABLE, lineterminator="\r\n")
    writer.writeheader()
    for one in found:
        about = {"period": str(plan.period), "as_of": as_of or "", "unit": _harmless(plan.metric.unit)}
        about |= {"objective": _harmless(one.result.code), "objective_name": _harmless(one.result.name)}
        writer.writerow({**about, **_figures(one.result)})
        for each in one.key_results:
            named = {"key_result": _harmless(each.code), "key_result_name": _harmless(each.name)}
            writer.writerow({**about, **named, **_figures(each)})
    return told.getvalue().encode("utf-8-sig")


def _figures(result: KeyResult) -> Mapping[str, object]:
    figures = {code: getattr(result, code) for code in _NUMBERS}
    return {
        **{code: "" if value is None else value for code, value in figures.items()},
        "status": result.status,
    }


def _harmless(said: str) -> str:
    return f"'{said}" if said.startswith(_FORMULAS) else said


def is_okr_file(content: bytes) -> bool:
    """Whether a file is one of these, which a new one may replace."""
    said = content.removeprefix(b"\xef\xbb\xbf")
    return said.startswith((_BEGINS.encode(), ",".join(_TABLE).encode()))


@dataclass(frozen=True)
class OkrTarget:
    """What a plan's line, region or whole is called in an OKR system, and in which OKR it stands."""

    code: str
    target: str
    kind: str
    okr: str = ""


def read_okr_ids(source: Traversable, plan: Plan) -> tuple[OkrTarget, ...]:
    """Read columns code and okr_id, and where there are okr_kind and okr, from .csv or .xlsx.

    The code is a line's, a region's or the plan's. Lines are key results unless it is said otherwise. Raise
    DataProblems with every fault.
    """
    table = read_table(source, ("code", "okr_id"), ("okr_kind", "okr"))
    known = keyed(plan)
    places = table.codes("code", known)
    _said(table, "okr_id")
    kinds = table.cells["okr_kind"]
    odd = ~kinds.isin(["", *OKR_KINDS]).to_numpy(dtype=bool)
    table.report_where("csv_okr_kind", odd, "okr_kind", known=[*OKR_KINDS])
    table.unique(("okr_id",))
    table.done()
    codes, lines = list(known), {line.code for line in plan.lines}
    named = [codes[at] for at in places.tolist()]
    usual = (OKR_KINDS[code in lines] for code in named)
    told = [said or kind for said, kind in zip(kinds, usual, strict=True)]
    rows = zip(named, table.cells["okr_id"], told, table.cells["okr"], strict=True)
    return tuple(OkrTarget(*row) for row in rows)


def _said(table: TableFile, column: str) -> None:
    empty = (table.cells[column] == "").to_numpy(dtype=bool)
    table.report_where("csv_empty", empty, column)
    odd = ~table.cells[column].str.fullmatch(r"[\w.-]*").to_numpy(dtype=bool)
    table.report_where("csv_okr_id", odd & ~empty, column)


@dataclass(frozen=True)
class OkrResults:
    """What an OKR system says of a plan's lines: days, or how far each had come on one."""

    as_of: dt.date | None
    current: Mapping[str, float]
    """Line code -> its result up to that day."""
    days: tuple[Mapping[str, object], ...] = ()
    """Rows of the results that `follow` takes; where there are any, they say it all."""
    within: Mapping[str, float] = field(default_factory=dict)
    """How far off a line may be told: what is nearer than that to what is known is nothing new."""


def read_okr_document(said: str, plan: Plan) -> OkrResults:
    """What a document that came back says of the plan's lines; raise DataProblems for another."""
    try:
        told = json.loads(said)
        if told["format"] != FORMAT or told["plan"] != plan.code:
            raise ValueError
        days = tuple(_day(row) for row in told.get("results", ()))
        current = dict(_current(told["objectives"], plan))
        as_of = None if told.get("as_of") is None else dt.date.fromisoformat(told["as_of"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise DataProblems([Problem("okr_strange", fields={"format": FORMAT, "plan": plan.code})]) from error
    return OkrResults(as_of, current, days)


def _day(row: Mapping[str, Any]) -> Mapping[str, object]:
    """One day of a line: only columns that results have, and only texts and numbers."""
    told = {column: row[column] for column in _RESULTS if row.get(column) is not None}
    if not {"date", "line", "value"} <= told.keys() or any(isinstance(v, list | dict) for v in told.values()):
        raise ValueError
    return told


def _current(objectives: Iterable[Mapping[str, Any]], plan: Plan) -> Iterator[tuple[str, float]]:
    lines = {line.code for line in plan.lines}
    for one in (each for objective in objectives for each in objective["key_results"]):
        value = one.get("current")
        if one["code"] in lines and value is not None:
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise ValueError
            yield one["code"], float(value)


def results_table(plan: Plan, told: OkrResults, before: Actuals | None) -> str:
    """Results as `follow` takes them: the days that were told, or those before and, on that day, what is new.

    Raise DataProblems where a mean or ratio, or no day, is told of in one number.
    """
    if told.days:
        return _written(told.days)
    if not plan.metric.adds_up:
        raise DataProblems([Problem("okr_one_number")])
    if told.as_of is None or told.as_of not in plan.period.days:
        raise DataProblems([Problem("okr_no_day", fields={"period": str(plan.period)})])
    rows = {(row["date"], row["line"]): row for row in _known_rows(plan, before)} if before else {}
    came = dict.fromkeys(told.current, 0.0)
    for (day, line), row in rows.items():
        if line in came and day <= told.as_of:
            came[line] += row.get("value", 0.0)
    for line, value in told.current.items():
        new = round(value - came[line], 9)
        if abs(new) > told.within.get(line, 0.0):
            row = rows.setdefault((told.as_of, line), {"date": told.as_of, "line": line})
            row["value"] = round(row.get("value", 0.0) + new, 9)
    return _written(rows[key] for key in sorted(rows, key=lambda key: key[0]))


def _known_rows(plan: Plan, before: Actuals) -> Iterator[dict[str, Any]]:
    """What is known of every day and line."""
    columns = {"value": before.value, "leads": before.leads, "capacity": before.capacity}
    for at, day in enumerate(before.dates):
        for row, line in enumerate(plan.lines):
            said = {code: float(part[row, at]) for code, part in columns.items()}
            if known := {code: value for code, value in said.items() if math.isfinite(value)}:
                yield {"date": day, "line": line.code, **known}


def _written(rows: Iterable[Mapping[str, object]]) -> str:
    told = io.StringIO(newline="")
    given = list(rows)
    columns = [column for column in _RESULTS if any(column in row for row in given)]
    writer = csv.DictWriter(told, columns or _RESULTS[:3], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(given)
    return told.getvalue()
