"""Whether targets are as hard for all, as a sheet: what the command says, and every line behind it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

from ..calibration import Division, Plan
from ..desk import Desk, find_language, look
from ..language import text
from ..ooxml import write_file
from ..problems import Problem, Refused
from ..workbook import ColumnForm, JudgedPicture, JudgedTable, SheetValue, fairness_book
from .fairness import FairnessReport, camps_differ, fairness, verdict

_LINES: tuple[tuple[str, ColumnForm], ...] = (
    ("region", "words"),
    ("line", "words"),
    ("size", "amount"),
    ("growth", "share"),
    ("odds", "share"),
    ("attained", "share"),
)
_TRAITS, _OUTCOMES = ("size", "growth"), ("odds", "attained")


def fairness_as_said(desk: Desk, out: Path | None, lang: str = "") -> FairnessReport:
    """Judge the targets, and write it down as a workbook of its own, where one is asked for.

    Raise Refused for a name that is no workbook's, and where something lies already.
    """
    if out is not None and out.suffix.lower() != ".xlsx":
        raise Refused([Problem("fairness_form", str(out))])
    if out is not None and out.exists():
        raise Refused([Problem("report_taken", str(out))])
    language, found = find_language(lang) if lang else "", fairness(desk)
    if out is None:
        return found
    standing = look(desk).standing
    sheet = _Sheet(found, standing.inputs.plan, language or standing.language)
    write_file(out, sheet.made())
    return replace(found, file=str(out))


class _Sheet:
    """A report's verdicts, camps and lines as tables."""

    def __init__(self, found: FairnessReport, plan: Plan, language: str) -> None:
        self._found, self._plan, self._language = found, plan, language

    def made(self) -> bytes:
        """The workbook."""
        company, period = self._plan.company, str(self._plan.period)
        metric = {"metric": self._plan.metric.name, "unit": self._plan.metric.unit}
        titles = self._say("title"), self._say("subtitle", company=company, period=period, **metric)
        camps = map(self._camps, self._found.found.divisions)
        tables, pictures = [self._leans(), *camps, self._lines()], [*self._pictures()]
        return fairness_book(self._say("tab"), titles, tables, pictures, self._plan.metric.decimals)

    def _say(self, key: str, **fields: object) -> str:
        return text(f"actions.fairness.{key}", self._language, **fields)

    def _named(self, *columns: tuple[str, ColumnForm]) -> list[tuple[str, ColumnForm]]:
        return [(self._say(f"column.{code}"), form) for code, form in columns]

    def _leans(self) -> JudgedTable:
        """Rank correlations, with what each comes to."""
        columns = self._named(
            *(("outcome", "words"), ("trait", "words"), ("correlation", "rank"), ("from", "rank")),
            *(("to", "rank"), ("lines", "count"), ("verdict", "words")),
        )
        rows: list[tuple[SheetValue, ...]] = [
            (
                *(self._say(f"column.{code}") for code in (one.outcome, one.trait)),
                *(one.correlation, one.low, one.high, float(one.count)),
                verdict(one, self._language),
            )
            for one in self._found.found.leans
        ]
        judged = text(f"telling.fairness.targets.{self._found.targets}", self._language)
        return JudgedTable(self._say("leans"), [judged], columns, rows)

    def _camps(self, division: Division) -> JudgedTable:
        """Camps of a kind, and whether they differ by more than chance."""
        columns = self._named(
            (division.kind, "words"), ("lines", "count"), ("odds", "share"), ("attained", "share")
        )
        names = self._found.names
        rows = [(names[camp.code], float(camp.lines), camp.odds, camp.attained) for camp in division.camps]
        said = [camps_differ(division, outcome, names, self._language)[0] for outcome in division.uneven]
        return JudgedTable(self._say(f"by.{division.kind}"), said, columns, rows)

    def _lines(self) -> JudgedTable:
        rows: list[tuple[SheetValue, ...]] = [
            (self._found.names[one.region], one.name, one.size, one.growth - 1, one.odds, one.attained)
            for one in self._found.lines
        ]
        return JudgedTable(self._say("lines"), [], self._named(*_LINES), rows)

    def _pictures(self) -> Iterator[JudgedPicture]:
        """Each outcome against each trait of which something is known."""
        places = {code: at for at, (code, _) in enumerate(_LINES)}
        for outcome, trait in product(_OUTCOMES, _TRAITS):
            if any(math.isfinite(getattr(one, outcome) * getattr(one, trait)) for one in self._found.lines):
                up, across = (self._say(f"column.{code}") for code in (outcome, trait))
                title = self._say("against", up=up, across=across)
                yield JudgedPicture(title, places[trait], places[outcome])
