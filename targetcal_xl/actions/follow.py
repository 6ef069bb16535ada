"""Following the period: where each line stands, and a warning before a milestone is missed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable

import numpy as np

from ..calibration import (
    Floats,
    Metric,
    Plan,
    Progress,
    Shape,
    Standing,
    World,
    beside,
    due_so_far,
    episodes,
    follow_lines,
    has_resources,
    hope,
    learn_rhythm,
    path_in_force,
    reached,
    recent_pace,
    so_far,
)
from ..calibration.vocabulary import Hope, WarningState
from ..connect import SUGGESTIONS, Actuals, read_actuals, read_suggestions
from ..desk import (
    PROGRESS,
    SINCE,
    TAKEN,
    TAKEN_BY,
    TAKEN_UNTIL,
    Desk,
    Followed,
    Stock,
    Week,
    find_file,
    imported_results,
    plan_of,
    take_stock,
)
from ..figures import Figures, percent
from ..language import listed, text
from ..ledger import Event, dump, reference
from ..problems import MOST_OF_A_KIND, DataProblems, Problem, Refused
from ..sentences import rests_on
from ..telling import DONE, QUESTION, QUIET, WARNING, Part, Report, Sentence
from ..workdays import CalendarNote, calendar_note, plan_shape
from .alarms import About, abouts_of, alarms, group_progress, name_of, still_warned

_QUIET_DAYS = 7
"""After so many days without a result of any line somebody should ask why."""
_WARNINGS = {"open": "warning", "few": "warning", "over": "ended", "lost": "lost"}
"""What is said of a warned line, by what can be done for it."""
_EARLIEST_ZONE = dt.timedelta(hours=14)
"""How far the clocks of the Line Islands, where every day begins, are ahead."""


@dataclass(frozen=True)
class Warned:
    """A line, a region or the whole that is likely to miss its path; empty names stand for all of them."""

    region: str
    line: str
    odds: float
    attainment: float
    expected_final: float
    agreed: float
    suggestion: str
    is_new: bool
    hope: Hope = "open"
    reason: str = ""

    def tell(self, language: str) -> Iterator[Part]:
        """What is likely, and what may be done about it."""
        share = {"attainment": percent(self.attainment, language), "odds": percent(self.odds, language)}
        said = text(f"telling.follow.{_WARNINGS[self.hope]}", language, **share)
        new = [text("telling.follow.new", language)] if self.is_new and self.hope == "open" else []
        whole = text("telling.follow.whole", language)
        about = f"{self.region} / {self.line}" if self.line else self.region or whole
        yield Sentence(" ".join([*new, said]), WARNING, about)
        yield from (Sentence(each, indented=True) for each in (self.reason, self.suggestion) if each)


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
    looked_to: dt.date
    """The day that the odds are of, which is as far ahead as the plan warns."""
    behind: float
    """The share of the path by which a line is behind that has missed it."""
    reopened: tuple[str, ...] = ()
    """Regions that are negotiated anew: their targets of before are in force until then."""
    counts_missing: bool = True
    """Whether a day without a result is one without sales."""
    is_to_come: bool = False
    """Whether that day has not come yet, wherever on Earth one is: a slip in a date, most likely."""
    groups: tuple[Warned, ...] = ()
    """Regions that are warned of, and the whole."""
    rests: str = ""
    """What the odds rest on."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        totals = {code: getattr(self, f"{code}_total") for code in ("actual", "path", "agreed", "expected")}
        shown = {code: Figures(self.metric, language).total(total) for code, total in totals.items()}
        yield Sentence(text("telling.follow.totals", language, date=self.as_of, **shown))
        yield from self._cautions(language)
        for warned in (*self.groups, *self.warnings):
            yield from warned.tell(language)
        for name in self.mended:
            yield Sentence(text("telling.follow.mended", language, line=name), DONE)
        if not self.warnings and not self.groups:
            yield Sentence(text("telling.follow.clear", language))
        if any(warned.hope == "open" for warned in (*self.groups, *self.warnings)):
            said = {"day": self.looked_to, "behind": percent(self.behind, language)}
            yield Sentence(text("telling.follow.looked_to", language, **said), QUIET)
        if self.rests:
            yield Sentence(self.rests, QUIET)

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
    shape = plan_shape(stock.standing.inputs)
    known = _known_days(stock.plan, actuals, as_of)
    followed = _followed(stock, shape, known, agreed, as_of)
    opened, closed = _episodes(stock, followed)
    stock = _record(stock, followed, opened, closed)
    return _report(stock, followed, actuals, agreed, (opened, closed))


def _report(
    stock: Stock,
    followed: Followed,
    actuals: Actuals,
    agreed: Floats,
    turns: tuple[Set[About], Set[About]],
) -> FollowReport:
    """What is told of it; `turns` are the warnings that began and ended."""
    progress, as_of, (opened, closed) = followed.progress, followed.as_of, turns
    language, thresholds = stock.standing.language, stock.plan.thresholds
    shown, told = stock.plan.metric.shown, (stock.plan, progress.volumes, progress.actual)
    return FollowReport(
        as_of=as_of,
        actual_total=shown(reached(*told)),
        path_total=beside(*told, progress.path),
        agreed_total=shown(beside(*told, agreed)),
        expected_total=reached(stock.plan, progress.volumes, progress.expected_final),
        warnings=tuple(_warned(stock, progress, agreed, opened)),
        mended=tuple(name_of(stock.plan, about, language) for about in _in_order(stock.plan, closed)),
        calendar=calendar_note(stock.plan),
        reported_until=actuals.until(as_of).dates[-1],
        silent=tuple(_silent(stock.plan, actuals.until(as_of))),
        reopened=tuple(region.name for region in stock.plan.regions if not stock.table(region).is_confirmed),
        counts_missing=stock.plan.counts_missing,
        metric=stock.plan.metric,
        is_to_come=as_of > (stock.desk.clock().astimezone(dt.UTC) + _EARLIEST_ZONE).date(),
        groups=tuple(_warned_groups(stock, followed, agreed, opened)),
        rests=rests_on(followed.rhythm, stock.standing.inputs, language),
        looked_to=min(as_of + dt.timedelta(thresholds.warning_days), stock.plan.period.end),
        behind=1 - thresholds.milestone,
    )


def _record(stock: Stock, followed: Followed, opened: Set[About], closed: Set[About]) -> Stock:
    """What is news: how the plan stands, and warnings that begin and end. Give back the stock with it."""
    content, old = dump(followed), stock.standing.values.get(PROGRESS)
    events = [*_turns(stock, opened, followed.as_of), *_turns(stock, closed, followed.as_of)]
    if old != reference(content):
        events.append(Event("follow", *PROGRESS, old, reference(content)))
    if not events:
        return stock
    return replace(stock, standing=stock.settle(events, [content]))


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


def _followed(stock: Stock, shape: Shape, known: Actuals, agreed: Floats, as_of: dt.date) -> Followed:
    """How lines, regions and the whole stand, and what stands behind the warnings."""
    standing, plan = stock.standing, stock.plan
    path = path_in_force(standing, agreed, shape.shares)
    worlds = tuple(shape.worlds(known.value)) if plan.metric.adds_up else ()
    milestones = [(day - plan.period.start).days + 1 for day in plan.milestones]
    followed = Followed(
        as_of,
        _progress(stock, agreed, path, shape.shares, worlds, known, milestones),
        *_course(plan, path, known),
        groups=group_progress(standing, known, (agreed, path), shape.shares, worlds, milestones),
        rhythm=learn_rhythm([shape.past(known.value)], shape.rhythm) if plan.metric.adds_up else None,
    )
    rules = read_suggestions(stock.desk.path.with_name(SUGGESTIONS))
    return replace(followed, alarms=tuple(alarms(standing, followed, known, agreed, rules)))


def _progress(
    stock: Stock,
    agreed: Floats,
    path: Floats,
    shares: Floats,
    worlds: Sequence[World],
    known: Actuals,
    milestones: Sequence[int],
) -> Progress:
    plan, baseline = stock.plan, stock.standing.baseline
    return follow_lines(
        agreed,
        known.value,
        shares,
        plan.metric,
        plan.thresholds,
        path=path,
        worlds=worlds,
        still=still_warned(stock.standing, abouts_of(plan)[0]),
        volumes=known.volume,
        milestones=milestones,
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


def _episodes(stock: Stock, followed: Followed) -> tuple[frozenset[About], frozenset[About]]:
    """What a warning of begins and ends with this check."""
    lines, groups = abouts_of(stock.plan)
    flags = [*followed.progress.warned, *(followed.groups.warned if followed.groups else ())]
    warned = {about for about, flag in zip((*lines, *groups), flags, strict=True) if flag}
    still = still_warned(stock.standing, (*lines, *groups))
    still_open = {about for about, flag in zip((*lines, *groups), still, strict=True) if flag}
    return episodes(still_open, warned)


def _in_order(plan: Plan, abouts: Set[About]) -> Iterator[About]:
    lines, groups = abouts_of(plan)
    yield from (about for about in (*lines, *groups) if about in abouts)


def _turns(stock: Stock, abouts: Set[About], day: dt.date) -> Iterator[Event]:
    """Warnings that begin or end on a day of results; what somebody did about the last one is over."""
    standing = stock.standing
    for about in _in_order(stock.plan, abouts):
        old = standing.value(*about, "warning")
        new = WarningState.CLOSED if old == WarningState.OPEN else WarningState.OPEN
        yield Event("follow", *about, "warning", old, new)
        yield Event("follow", *about, SINCE, standing.value(*about, SINCE), day.isoformat())
        for field in (TAKEN, TAKEN_BY, TAKEN_UNTIL):
            if (said := standing.value(*about, field)) is not None and new == WarningState.OPEN:
                yield Event("follow", *about, field, said, None)


def _warned(stock: Stock, progress: Progress, agreed: Floats, opened: Set[About]) -> Iterator[Warned]:
    for row, line in enumerate(stock.plan.lines):
        if progress.warned[row]:
            about = line.region, line.code
            yield Warned(
                region=stock.plan.region(line.region).name,
                line=line.name,
                odds=float(progress.odds[row]),
                attainment=float(progress.attainment[row]),
                expected_final=float(progress.expected_final[row]),
                agreed=float(agreed[row]),
                hope=hope(progress, row, float(agreed[row]), stock.plan),
                is_new=about in opened,
                **_said(stock, about),
            )


def _warned_groups(stock: Stock, followed: Followed, agreed: Floats, opened: Set[About]) -> Iterator[Warned]:
    """Regions and the whole that are warned of."""
    plan, groups = stock.plan, followed.groups
    for row, (region, rows) in enumerate(plan.groups_of_lines):
        if groups is not None and groups.warned[row]:
            yield Warned(
                region=plan.region(region).name if region else "",
                line="",
                odds=float(groups.odds[row]),
                attainment=float(groups.attainment[row]),
                expected_final=float(groups.expected_final[row]),
                agreed=stock.plan.total_of(agreed, rows),
                hope="over" if followed.as_of >= plan.period.end else "open",
                is_new=(region, None) in opened,
                **_said(stock, (region, None)),
            )


def _said(stock: Stock, about: About) -> dict[str, str]:
    """What is behind a warning and what may be done, as the book shows it."""
    columns = {"reason": "cause", "suggestion": "suggestion"}
    values = {code: stock.standing.value(*about, f"progress.{column}") for code, column in columns.items()}
    return {code: str(value or "") for code, value in values.items()}
