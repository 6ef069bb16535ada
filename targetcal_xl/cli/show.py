"""Reports as people read them, and as JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import singledispatch

from rich import box
from rich.markup import escape
from rich.table import Table

from .. import actions
from ..actions import HIDDEN
from ..language import text
from ..problems import Problem
from .console import ERRORS, OUT
from .options import LANGUAGE, say

Words = str | Table


def show(report: object, as_json: bool) -> None:
    """Print a report: for a person, or as one JSON object."""
    if as_json:
        print(json.dumps(plain(report), ensure_ascii=False, indent=2))
        return
    for part in words(report):
        OUT.print(part)


def show_problems(problems: Iterable[Problem]) -> None:
    """Print problems, one a line."""
    for problem in problems:
        ERRORS.print(f"[red]✗[/red] {escape(problem.sentence(LANGUAGE))}")


def show_wrong_use(message: str) -> None:
    """Say what was wrong about the words of a command, and where to look."""
    ERRORS.print(f"[red]✗[/red] {escape(message)}\n{say('wrong_use')}")


def plain(value: object) -> object:
    """A report as JSON values; problems become their code, place and sentence."""
    if isinstance(value, Problem):
        return {"code": value.code, "where": value.where, "sentence": value.sentence(LANGUAGE)}
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if isinstance(value, float) and math.isnan(value) else value


@singledispatch
def words(report: object) -> Iterator[Words]:
    """A report in sentences and tables."""
    raise TypeError(type(report).__name__)


def _number(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:,.10g}"


def _percent(value: float | None, signed: bool = False) -> str:
    """A share of 1 as a percentage."""
    return "–" if value is None or math.isnan(value) else f"{value:{'+' if signed else ''}.0%}"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> Table:
    """A table with captions from the catalogue; what has only numbers stands to the right."""
    table = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left")
    body = [tuple(row) for row in rows]
    for k, column in enumerate(columns):
        numeric = bool(body) and all(row[k][:1] in "+-–0123456789" for row in body)
        table.add_column(say(f"column.{column}"), justify="right" if numeric else "left", overflow="fold")
    for row in body:
        table.add_row(*map(escape, row))
    return table


def _problems(problems: Iterable[Problem]) -> Iterator[Words]:
    for problem in problems:
        yield f"  [red]✗[/red] {escape(problem.sentence(LANGUAGE))}"


def _caption(code: str) -> str:
    return say(f"word.{code}")


@words.register
def _new(report: actions.NewReport) -> Iterator[Words]:
    yield say("new.made", regions=report.regions, lines=report.lines, periods=report.periods)
    hq, suggested = _number(report.hq_target), _number(report.suggested_total)
    yield say("new.totals", hq=hq, suggested=suggested)


@words.register
def _recalibrated(report: actions.RecalibrateReport) -> Iterator[Words]:
    yield say("recalibrate.inputs", changes=len(report.changes))
    moved = [change for change in report.lines if change.before != change.after]
    if moved:
        columns = ("line", "before", "after")
        yield _table(columns, ((line.line, _number(line.before), _number(line.after)) for line in moved))
    yield say(
        "recalibrate.lines", moved=len(moved), lines=len(report.lines), total=_number(report.suggested_total)
    )


@words.register
def _checked(report: actions.CheckReport) -> Iterator[Words]:
    yield from _problems(report.book)
    for region in report.regions:
        status = _caption("submitted" if region.submitted else "draft") if region.state == "open" else ""
        state = " · ".join(filter(None, (_caption(region.state), say("round", round=region.round), status)))
        mark = "[red]✗[/red]" if region.problems else "[green]✓[/green]"
        yield f"{mark} [bold]{escape(region.region)}[/bold]  {state}"
        yield from _problems(region.problems)
    total = len(report.problems)
    yield say("check.problems", count=total) if total else say("check.clean")


@words.register
def _locked(report: actions.LockReport) -> Iterator[Words]:
    for name in report.locked:
        yield f"[green]✓[/green] {say('lock.locked', region=escape(name))}"
    for name in report.already:
        yield f"· {say('lock.already', region=escape(name))}"
    for name in report.waiting:
        yield f"· {say('lock.waiting', region=escape(name))}"
    for name, problems in report.refused:
        yield f"[red]✗[/red] {say('lock.refused', region=escape(name))}"
        yield from _problems(problems)
    for region, line, deviation in report.objections:
        share = _percent(deviation, True)
        yield f"[yellow]⚑[/yellow] {say('lock.objection', region=region, line=line, deviation=share)}"
    yield say("lock.recorded", cells=report.recorded)


@words.register
def _unlocked(report: actions.UnlockReport) -> Iterator[Words]:
    yield say("unlock.done", region=report.region)


@words.register
def _objections(report: actions.ObjectionsReport) -> Iterator[Words]:
    if not report.objections:
        yield say("objections.none")
    for item in report.objections:
        numbers = {"declared": _number(item.declared), "suggested": _number(item.suggested)}
        share = _percent(item.deviation, True)
        yield f"[bold]{escape(item.region)} / {escape(item.line)}[/bold]  {_caption(item.state)}"
        yield "  " + say("objections.numbers", **numbers, deviation=share, hrbp=escape(item.hrbp))
        for code in ("basis", "support", "risk", "handling"):
            if said := getattr(item, code):
                yield f"  {_caption(code)}: {escape(said)}"


@words.register
def _decided(report: actions.DecisionReport) -> Iterator[Words]:
    for line, decision in report.lines:
        yield f"[green]✓[/green] {escape(line)}: {_caption(decision)}"
    yield say("decide.state", region=report.region, state=_caption(report.state), round=report.round)
    if report.awaited:
        yield say("decide.awaited", lines=escape(", ".join(report.awaited)))


@words.register
def _confirmed(report: actions.ConfirmReport) -> Iterator[Words]:
    numbers = {"hq": report.hq_target, "suggested": report.suggested_total, "agreed": report.agreed_total}
    yield say("confirm.done", regions=report.regions, **{code: _number(n) for code, n in numbers.items()})


@words.register
def _letters(report: actions.LettersReport) -> Iterator[Words]:
    for letter in report.letters:
        key = "letters.issued" if letter.is_new else "letters.kept"
        files = ", ".join(letter.files)
        yield f"[green]✓[/green] {say(key, number=letter.number, region=letter.region, files=files)}"


@words.register
def _followed(report: actions.FollowReport) -> Iterator[Words]:
    totals = {
        "actual": _number(report.actual_total),
        "path": _number(round(report.path_total, 1)),
        "agreed": _number(report.agreed_total),
        "expected": _number(round(report.expected_total, 1)),
    }
    yield say("follow.totals", date=report.as_of, **totals)
    if not report.holidays_known:
        yield say("follow.no_holidays")
    for line in report.warnings:
        share = {"attainment": _percent(line.attainment), "odds": _percent(line.odds)}
        mark = say("follow.new") if line.is_new else ""
        where = f"{escape(line.region)} / {escape(line.line)}"
        yield f"[yellow]⚠[/yellow] [bold]{where}[/bold] {mark} {say('follow.warning', **share)}"
        yield f"  {escape(line.suggestion)}"
    for name in report.mended:
        yield f"[green]✓[/green] {say('follow.mended', line=escape(name))}"
    if not report.warnings:
        yield say("follow.clear")


@words.register
def _surveyed(report: actions.SurveyReport) -> Iterator[Words]:
    rows = [
        (name, _number(opinion.answers), f"{opinion.mean:.1f}", f"{opinion.agreement_pct:.0f} %")
        if opinion
        else (name, say("survey.hidden"), "", "")
        for name, opinion in (*report.groups, (say("survey.overall"), report.overall))
    ]
    yield _table(("region", "answers", "mean", "agreement"), rows)


@words.register
def _evaluated(report: actions.EvaluateReport) -> Iterator[Words]:
    last = report.last_period
    rows = [
        (say(f"measure.{code}"), _number(value), _number(getattr(last, code)) if last else "–")
        for code, value in vars(report.measures).items()
    ]
    yield _table(("measure", "now", "last"), rows)
    columns = ("region", "attainment", "agreement", "quadrant")
    yield _table(columns, map(_quadrant_row, report.regions))
    totals = {"actual": _number(report.actual_total), "agreed": _number(report.agreed_total)}
    yield say("evaluate.attainment", **totals, percent=f"{report.attainment_pct:.0f}")
    yield say("evaluate.deviations", count=report.deviations, corrected=report.self_corrected)


def _quadrant_row(result: actions.RegionResult) -> tuple[str, ...]:
    agreement = "–" if result.agreement_pct is None else f"{result.agreement_pct:.0f}%"
    return result.name, _percent(result.attainment), agreement, _quadrant(result)


def _quadrant(result: actions.RegionResult) -> str:
    if result.quadrant == HIDDEN:
        return say("survey.hidden")
    name = text(f"calibration.quadrant.{result.quadrant}", LANGUAGE)
    return text("calibration.quadrant.borderline", LANGUAGE, name=name) if result.borderline else name


@words.register
def _audited(report: actions.AuditReport) -> Iterator[Words]:
    if report.verified:
        yield f"[green]✓[/green] {say('audit.verified', entries=len(report.entries), head=report.head)}"
    elif report.problems:
        yield from _problems(report.problems)
    else:
        columns = ("number", "at", "actor", "action", "place", "field", "old", "new", "reason")
        yield _table(columns, map(_entry_row, report.entries))


def _entry_row(entry: actions.Entry) -> tuple[str, ...]:
    place = "/".join(code for code in (entry.region, entry.row) if code)
    old, new = ("" if value is None else str(value) for value in (entry.old, entry.new))
    at = entry.at.isoformat(sep=" ", timespec="seconds")
    return str(entry.number), at, entry.actor, entry.action, place, entry.field, old, new, entry.reason


@words.register
def _repaired(report: actions.RepairReport) -> Iterator[Words]:
    if report.rewritten:
        yield say("repair.rewritten", entries=report.caught_up)
    elif report.changed:
        yield say("repair.caught_up", entries=report.caught_up)
    else:
        yield say("repair.nothing")


@words.register
def _examined(report: actions.DoctorReport) -> Iterator[Words]:
    for finding in report.findings:
        yield f"[green]✓[/green] {escape(finding)}"
    yield from _problems(report.problems)


@words.register
def _demonstrated(report: actions.DemoReport) -> Iterator[Words]:
    yield say("demo.done", directory=escape(str(report.directory)), seconds=f"{report.seconds:.0f}")
    rows = [(say(f"demo.{code}"), value) for code, value in report.figures()]
    yield _table(("figure", "value"), rows)
    for name in report.files:
        yield f"  {escape(name)}"
