"""Following the period: where each line stands, and a warning before a milestone is missed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable

import numpy as np

from ..calibration import (
    Floats,
    Metric,
    Plan,
    Progress,
    Standing,
    beside,
    due_so_far,
    episodes,
    follow_lines,
    has_resources,
    hope,
    path_in_force,
    period_weights,
    reached,
    recent_pace,
    so_far,
)
from ..calibration.vocabulary import Hope, WarningState
from ..connect import Actuals, read_actuals
from ..desk import (
    PROGRESS,
    Desk,
    Followed,
    Stock,
    Week,
    advice,
    find_file,
    imported_results,
    plan_of,
    take_stock,
)
from ..figures import Figures, percent
from ..language import listed, text
from ..ledger import Event, dump, reference
from ..problems import MOST_OF_A_KIND, DataProblems, Problem, Refused
from ..telling import DONE, QUESTION, WARNING, Part, Report, Sentence
from ..workdays import CalendarNote, calendar_note, working_days

_QUIET_DAYS = 7
"""After so many days without a result of any line somebody should ask why."""
_WARNINGS = {"open": "warning", "few": "warning", "over": "ended", "lost": "lost"}
"""What is said of a warned line, by what can be done for it."""
_EARLIEST_ZONE = dt.timedelta(hours=14)
"""How far the clocks of the Line Islands, where every day begins, are ahead."""


@dataclass(frozen=True)
class Warned:
    """A line that is likely to miss its path."""

    region: str
    line: str
    odds: float
    attainment: float
    expected_final: float
    agreed: float
    suggestion: str
    is_new: bool
    hope: Hope = "open"

    def tell(self, language: str) -> Iterator[Part]:
        """What is likely, and what may be done about it."""
        share = {"attainment": percent(self.attainment, language), "odds": percent(self.odds, language)}
        said = text(f"telling.follow.{_WARNINGS[self.hope]}", language, **share)
        new = [text("telling.follow.new", language)] if self.is_new and self.hope == "open" else []
        yield Sentence(" ".join([*new, said]), WARNING, f"{self.region} / {self.line}")
        if self.suggestion:
            yield Sentence(self.suggestion, indented=True)


@dataclass(frozen=True)
class FollowReport(Report):
    """How the plan stood on a day."""

    as_of: dt.date
    actual_total: float
    path_total: float
    agreed_total: float
    expected_total: float
    warnings: tuple[Warned, ...]
    mended: tuple[str, ...]
    """Lines that were warned at an earlier check and no longer are."""
    calendar: CalendarNote
    reported_until: dt.date
    """The last day up to then that the results reach."""
    silent: tuple[str, ...]
    """Lines without any result; where a missing day counts, taken to have sold nothing."""
    metric: Metric
    reopened: tuple[str, ...] = ()
    """Regions that are negotiated anew: their targets of before are in force until then."""
    counts_missing: bool = True
    """Whether a day without a result is one without sales."""
    is_to_come: bool = False
    """Whether that day has not come yet, wherever on Earth one is: a slip in a date, most likely."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        totals = {code: getattr(self, f"{code}_total") for code in ("actual", "path", "agreed", "expected")}
        shown = {code: Figures(self.metric, language).total(total) for code, total in totals.items()}
        yield Sentence(text("telling.follow.totals", language, date=self.as_of, **shown))
        yield from self._cautions(language)
        for line in self.warnings:
            yield from line.tell(language)
        for name in self.mended:
            yield Sentence(text("telling.follow.mended", language, line=name), DONE)
        if not self.warnings:
            yield Sentence(text("telling.follow.clear", language))

    def _cautions(self, language: str) -> Iterator[Part]:
        """What to bear in mind beside the totals."""
        if self.is_to_come:
            yield Sentence(text("telling.follow.to_come", language, date=self.as_of), QUESTION)
        if self.reopened:
            yield Sentence(text("telling.follow.reopened", language, regions=listed(self.reopened, language)))
        if said := self.calendar.sentence(language):
            yield Sentence(said, QUESTION)
        if (self.as_of - self.reported_until).days >= _QUIET_DAYS:
            quiet = "quiet" if self.counts_missing else "quiet_unknown"
            yield Sentence(text(f"telling.follow.{quiet}", language, date=self.reported_until), QUESTION)
        if self.silent:
            silent = "silent" if self.counts_missing else "silent_unknown"
            some = {"count": len(self.silent), "lines": listed(self.silent[:MOST_OF_A_KIND], language)}
            yield Sentence(text(f"telling.follow.{silent}", language, **some), QUESTION)


def follow_file(desk: Desk, path: Traversable | None, as_of: dt.date | None = None) -> FollowReport:
    """Follow the period by a file of daily results, else by what was imported.

    Raise Refused when there is neither, DataProblems with every fault of the file.
    """
    if path is None:
        return follow(desk, _imported(desk), as_of)
    return follow(desk, read_actuals(find_file(path), plan_of(desk)), as_of)


def _imported(desk: Desk) -> Actuals:
    found = imported_results(desk.ledger, plan_of(desk))
    if found is None:
        raise Refused([Problem("nothing_imported")])
    return found


def follow(desk: Desk, actuals: Actuals, as_of: dt.date | None = None) -> FollowReport:
    """Compare results with the path; record and show warnings that begin and end.

    Without a day it is the last one with results.
    """
    stock = take_stock(desk)
    as_of = as_of or max(actuals.dates, default=stock.plan.period.start)
    agreed = agreed_targets(stock.standing)
    calendar = working_days(stock.plan.period, stock.plan.calendar)
    weights = period_weights(calendar.days)
    known = _known_days(stock.plan, actuals, as_of)
    path = path_in_force(stock.standing, agreed, weights)
    progress = _progress(stock, agreed, path, weights, known)
    followed = Followed(as_of, progress, *_course(stock.plan, path, known))
    opened, closed = _episodes(stock, progress)
    _record(stock, followed, opened, closed)
    shown, told = stock.plan.metric.shown, (stock.plan, progress.volumes, progress.actual)
    return FollowReport(
        as_of=as_of,
        actual_total=shown(reached(*told)),
        path_total=beside(*told, progress.path),
        agreed_total=shown(beside(*told, agreed)),
        expected_total=reached(stock.plan, progress.volumes, progress.expected_final),
        warnings=tuple(_warned(stock, progress, agreed, opened)),
        mended=tuple(line.name for line in stock.plan.lines if line.code in closed),
        calendar=calendar_note(stock.plan),
        reported_until=actuals.until(as_of).dates[-1],
        silent=tuple(_silent(stock.plan, actuals.until(as_of))),
        reopened=tuple(region.name for region in stock.plan.regions if not stock.table(region).is_confirmed),
        counts_missing=stock.plan.counts_missing,
        metric=stock.plan.metric,
        is_to_come=as_of > (desk.clock().astimezone(dt.UTC) + _EARLIEST_ZONE).date(),
    )


def _record(stock: Stock, followed: Followed, opened: frozenset[str], closed: frozenset[str]) -> None:
    """What is news: how the plan stands, and warnings that begin and end."""
    content, old = dump(followed), stock.standing.values.get(PROGRESS)
    events = [*_warnings(stock, opened, WarningState.OPEN), *_warnings(stock, closed, WarningState.CLOSED)]
    if old != reference(content):
        events.append(Event("follow", *PROGRESS, old, reference(content)))
    if events:
        stock.settle(events, [content])


def agreed_targets(standing: Standing) -> Floats:
    """The target of every line that is in force, (n,); raise Refused when not every line has one."""
    targets = [standing.in_force(line) for line in standing.inputs.plan.lines]
    known = [target for target in targets if target is not None]
    if len(known) < len(targets):
        raise Refused([Problem("not_confirmed")])
    return np.array(known)


def _known_days(plan: Plan, actuals: Actuals, as_of: dt.date) -> Actuals:
    """Results up to the day; raise DataProblems when the day or the results lie elsewhere."""
    if not plan.period.start <= as_of <= plan.period.end:
        fields = {"period": str(plan.period), "first": str(plan.period.start), "last": str(plan.period.end)}
        raise Refused([Problem("date_outside", str(as_of), fields)])
    known = actuals.as_reported(plan, as_of)
    if not known.dates:
        raise DataProblems([Problem("no_actuals", str(as_of))])
    return known


def _silent(plan: Plan, actuals: Actuals) -> Iterator[str]:
    """Lines that no row of the results names."""
    for row, line in enumerate(plan.lines):
        if np.isnan(actuals.value[row]).all():
            yield line.name


def _progress(stock: Stock, agreed: Floats, path: Floats, weights: Floats, known: Actuals) -> Progress:
    plan, baseline = stock.plan, stock.standing.baseline
    return follow_lines(
        agreed,
        known.value,
        weights,
        plan.metric,
        plan.thresholds,
        path=path,
        volumes=known.volume,
        milestones=[(day - plan.period.start).days + 1 for day in plan.milestones],
        prior=np.where(agreed > 0, baseline.expected / np.maximum(agreed, plan.metric.step), 1.0),
        sigma=baseline.sigma,
        resources=known.resources if has_resources(plan.metric) else None,
    )


def _course(plan: Plan, path: Floats, known: Actuals) -> tuple[tuple[Week, ...], tuple[float, ...]]:
    """Path and results of all lines at the end of each week and of the period, and each line's last days."""
    days, told = plan.period.days, len(known.dates)
    ends = [min(first + 6, len(days) - 1) for first in range(0, len(days), 7)]
    weeks = tuple(_week(plan, known, days[end], path[:, end], end < told) for end in ends)
    return weeks, tuple(recent_pace(known.value, known.volume, path, plan.metric).tolist())


def _week(plan: Plan, known: Actuals, end: dt.date, path: Floats, is_over: bool) -> Week:
    """Path and results of all lines at the end of a week, weighed by what its days have brought so far."""
    then = known.until(end) if is_over else known
    due = due_so_far(then.value, then.volume, path, plan)
    return Week(end, due, so_far(then.value, then.volume, plan) if is_over else float("nan"))


def _episodes(stock: Stock, progress: Progress) -> tuple[frozenset[str], frozenset[str]]:
    """Lines whose warning begins and ends with this check."""
    still_open = {
        line.code
        for line in stock.plan.lines
        if stock.standing.value(line.region, line.code, "warning") == WarningState.OPEN
    }
    warned = {line.code for line, flag in zip(stock.plan.lines, progress.warned, strict=True) if flag}
    return episodes(still_open, warned)


def _warnings(stock: Stock, lines: frozenset[str], new: str) -> Iterator[Event]:
    for line in stock.plan.lines:
        if line.code in lines:
            old = stock.standing.value(line.region, line.code, "warning")
            yield Event("follow", line.region, line.code, "warning", old, new)


def _warned(stock: Stock, progress: Progress, agreed: Floats, opened: frozenset[str]) -> Iterator[Warned]:
    for row, line in enumerate(stock.plan.lines):
        if progress.warned[row]:
            yield Warned(
                region=stock.plan.region(line.region).name,
                line=line.name,
                odds=float(progress.odds[row]),
                attainment=float(progress.attainment[row]),
                expected_final=float(progress.expected_final[row]),
                agreed=float(agreed[row]),
                suggestion=advice(
                    progress, row, float(agreed[row]), stock.plan, stock.reading.places.language
                ),
                hope=hope(progress, row, float(agreed[row]), stock.plan),
                is_new=line.code in opened,
            )
