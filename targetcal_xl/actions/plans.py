"""Every plan of a folder: how far it has come, its numbers, and what waits; as a list, or on one page."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..calibration import Standing, allows, as_number, beside, reached
from ..calibration.vocabulary import ObjectionState, PlanState, Stage, WarningState
from ..desk import (
    EVALUATION,
    PROGRESS,
    Followed,
    find_language,
    ledger_beside,
    newer,
    recorded_progress,
    standing_of,
)
from ..figures import UNKNOWN, Figures
from ..formats import BOOK
from ..language import text
from ..ledger import open_ledger
from ..ooxml import write_file
from ..pages import PlanOverview, RegionOverview, plans_page
from ..problems import Problem, Refused
from ..telling import DONE, QUIET, Part, Report, Sentence, table, tell_problems
from .dashboard import refuse_place

_BOOKS = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class PlansReport(Report):
    """The plans that were found and wanted, the newest period first, and those that could not be read."""

    plans: tuple[PlanOverview, ...]
    found: int
    """How many plans there are, wanted or not."""
    page: str
    problems: tuple[Problem, ...]

    @property
    def leaves_work(self) -> bool:
        """Whether a plan could not be read."""
        return bool(self.problems)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield from tell_problems(self.problems, language)
        counts = {"count": len(self.plans), "found": self.found}
        yield Sentence(text("telling.plans.found", language, **counts), DONE if self.plans else QUIET)
        if self.page:
            yield Sentence(text("telling.plans.written", language, page=self.page), DONE)
        if self.plans:
            columns = ("plan_book", "plan_period", "plan_metric", "plan_state", "hq", "agreed", "plan_waits")
            yield table(columns, (_cells(plan, language) for plan in self.plans), language)


def _cells(plan: PlanOverview, language: str) -> tuple[str, ...]:
    shown = Figures(plan.metric, language)
    state = text(f"calibration.plan_state.{plan.state}", language)
    if plan.state == PlanState.NEGOTIATED:
        state += f" {plan.handed_in}/{len(plan.regions)}"
    waits = [
        text(f"telling.plans.{code}", language, count=count)
        for code, count in (("objections", plan.objections), ("warnings", plan.warnings))
        if count
    ]
    numbers = (shown.number(plan.hq), UNKNOWN if plan.agreed is None else shown.total(plan.agreed))
    return (plan.book, plan.period, plan.metric.name, state, *numbers, "\n".join(waits))


def plans(
    folder: Path,
    now: dt.datetime,
    *,
    find: str = "",
    period: str = "",
    state: str = "",
    out: Path | None = None,
    lang: str = "",
) -> PlansReport:
    """Look at every plan in a folder and below it that has its ledger beside it, changing none.

    `find` is part of a name: of book, company, metric, region or person; `period` is one (`2025Q2`), or a
    year. With `out` the wanted ones stand on a page. Raise Refused where there is no such folder, or the page
    cannot be written there.
    """
    if not folder.is_dir():
        raise Refused([Problem("folder_missing", str(folder))])
    if out:
        refuse_place(out)
    seen, problems = _seen(folder)
    wanted = [one for one in seen if _is_wanted(one, find, period, state)]
    wanted.sort(key=lambda one: (one.last_day, one.book), reverse=True)
    if out:
        write_file(out, plans_page(wanted, folder.resolve().name, now, find_language(lang)).encode())
    return PlansReport(tuple(wanted), len(seen), str(out) if out else "", tuple(problems))


def _seen(folder: Path) -> tuple[list[PlanOverview], list[Problem]]:
    seen, problems = list[PlanOverview](), list[Problem]()
    for book in books_in(folder):
        name = book.relative_to(folder).as_posix()
        try:
            seen.append(_overview(book, name))
        except Refused as refused:
            problems += [Problem("plan_unreadable", name), *refused.problems]
    return seen, problems


def books_in(folder: Path) -> Iterator[Path]:
    """Every workbook in a folder or below it that has a ledger beside it, by name; hidden ones are none."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if path.suffix.lower() in _BOOKS and not hidden and ledger_beside(path).is_file():
            yield path


def _overview(book: Path, name: str) -> PlanOverview:
    """What a plan's ledger says; raise Refused where it cannot be believed, or a newer program wrote it."""
    with open_ledger(ledger_beside(book)) as ledger:
        if ledger.formats["book"].number > BOOK.number:
            raise Refused([newer(book, ledger.formats["book"])])
        standing, last = standing_of(ledger), ledger.last
        followed = recorded_progress(ledger, standing)
    plan = standing.inputs.plan
    return PlanOverview(
        book=name,
        code=plan.code,
        company=plan.company,
        period=str(plan.period),
        last_day=plan.period.end,
        metric=plan.metric,
        state=_state(standing),
        regions=tuple(_regions(standing, followed)),
        handed_in=sum(not allows(stage, "lock") for stage in standing.stages.values()),
        objections=_count(standing, "objection", ObjectionState.OPEN),
        warnings=_count(standing, "warning", WarningState.OPEN),
        hq=plan.hq_target,
        suggested=plan.total_of(standing.baseline.suggested),
        agreed=_agreed(standing, None),
        result=as_number(standing.value(None, None, "progress.actual")),
        changed=last.at if last else None,
    )


def _state(standing: Standing) -> PlanState:
    if EVALUATION in standing.values:
        return PlanState.EVALUATED
    if PROGRESS in standing.values:
        return PlanState.FOLLOWED
    stages = set(standing.stages.values())
    if stages <= {Stage.CONFIRMED, Stage.CHANGED}:
        return PlanState.CONFIRMED
    accepted = {Stage.ACCEPTED, Stage.CONFIRMED, Stage.CHANGED}
    return PlanState.ACCEPTED if stages <= accepted else PlanState.NEGOTIATED


def _count(standing: Standing, field: str, value: str) -> int:
    """Of how many lines a field says so."""
    lines = standing.inputs.plan.lines
    return Counter(standing.value(line.region, line.code, field) for line in lines)[value]


def _agreed(standing: Standing, region: str | None) -> float | None:
    """What a region's lines, or all, have agreed on together; None while one has not."""
    plan = standing.inputs.plan
    rows = [k for k, line in enumerate(plan.lines) if region in (None, line.region)]
    values = [as_number(standing.value(line.region, line.code, "agreed")) for line in plan.lines]
    known = [
        standing.in_force(line) if value is None else value
        for line, value in zip(plan.lines, values, strict=True)
    ]
    return None if any(known[k] is None for k in rows) else plan.total(known, rows)


def _regions(standing: Standing, followed: Followed | None) -> Iterator[RegionOverview]:
    plan = standing.inputs.plan
    for region in plan.regions:
        rows = [k for k, line in enumerate(plan.lines) if line.region == region.code]
        people = (region.head, region.superior, region.hrbp)
        yield RegionOverview(
            name=region.name,
            people=tuple(one.name for one in people),
            stage=standing.stages[region.code],
            suggested=plan.total_of(standing.baseline.suggested, rows),
            agreed=_agreed(standing, region.code),
            attainment=_attainment(standing, followed, region.code, rows),
        )


def _attainment(standing: Standing, followed: Followed | None, region: str, rows: list[int]) -> float | None:
    """How much a region has reached: of its targets once evaluated, before that of what was due so far."""
    ended = as_number(standing.value(region, None, "evaluation.attainment"))
    if ended is not None or followed is None:
        return ended
    plan, progress = standing.inputs.plan, followed.progress
    actual = reached(plan, progress.volumes, progress.actual, rows)
    due = beside(plan, progress.volumes, progress.actual, progress.path, rows)
    share = plan.metric.attained(actual, due)
    return None if math.isnan(share) else share


def _is_wanted(plan: PlanOverview, find: str, period: str, state: str) -> bool:
    names = [plan.book, plan.code, plan.company, plan.metric.name]
    for region in plan.regions:
        names += [region.name, *region.people]
    return (
        any(find.strip().casefold() in name.casefold() for name in names)
        and plan.period.startswith(period.strip().upper())
        and state in ("", plan.state)
    )
