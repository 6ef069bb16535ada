"""Closing the negotiation: every line agreed, every objection and support answered, every seal intact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..calibration import (
    Metric,
    Region,
    Standing,
    bounded,
    hq_gap,
    is_tolerable,
    kept,
    side_of,
)
from ..calibration.vocabulary import Stage, State
from ..desk import Desk, Stock, take_stock, typed_faults, typed_remarks
from ..figures import Figures, percent
from ..language import is_placeholder, text
from ..ledger import Event
from ..problems import DataProblems, Problem, Refused
from ..telling import WARNING, Part, Report, Sentence, tell_problems
from .check import broken_seals, unrecorded, unsettled
from .comment import sound_remarks
from .grants import undecided_supports
from .letters_held import unfaithful
from .stamp import StampReport, stamp_if_asked
from .unlock import in_force_events


@dataclass(frozen=True)
class ConfirmReport(Report):
    """What everybody agreed on; where lines do not add up, totals are their weighed means."""

    regions: int
    hq_target: float
    suggested_total: float
    agreed_total: float
    hq_gap: float
    """How far the agreed total is from the HQ target, as a share of that; negative below."""
    metric: Metric
    exceptions: tuple[Problem, ...] = ()
    """What was outside tolerance and limits, and confirmed with a reason."""
    stamp: StampReport | None = None
    unstamped: tuple[Problem, ...] = ()
    """Why there is no time stamp though an authority is named."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        numbers = {"hq": self.hq_target, "suggested": self.suggested_total, "agreed": self.agreed_total}
        shown = {code: Figures(self.metric, language).total(number) for code, number in numbers.items()}
        gap = percent(self.hq_gap, language, 1, signed=True)
        yield Sentence(text("telling.confirm.done", language, regions=self.regions, gap=gap, **shown))
        for exception in self.exceptions:
            said = text(f"telling.confirm.{exception.code}", language, **exception.fields)
            yield Sentence(said, WARNING, exception.where)
        if self.stamp:
            yield from self.stamp.tell(language)
        if self.unstamped:
            yield Sentence(text("telling.stamp.later", language), WARNING)
            yield from tell_problems(self.unstamped, language, indented=True)


def confirm(desk: Desk, reason: str = "") -> ConfirmReport:
    """Confirm all regions at once; raise DataProblems with everything that stands in the way.

    A total off the HQ target by more than the plan tolerates, and a group, region or line outside its
    limits, need a reason. Raise Refused for one that says nothing.
    """
    if reason and is_placeholder(reason):
        raise Refused([Problem("reason_missing")])
    stock = take_stock(desk)
    problems = _obstacles(stock)
    exceptions = [] if problems else list(_exceptions(stock))
    if problems or (exceptions and not reason):
        raise DataProblems([*problems, *exceptions])
    plan, total = stock.plan, _total(stock)
    written, _ = sound_remarks(stock, plan.regions)
    stock.settle([*written, *_events(stock, reason), *summary("confirm", stock.standing, total, reason)])
    stamp, unstamped = stamp_if_asked(desk)
    return ConfirmReport(
        regions=len(plan.regions),
        hq_target=plan.hq_target,
        suggested_total=kept(plan.metric.shown(plan.total_of(stock.standing.baseline.suggested))),
        agreed_total=plan.metric.shown(total),
        hq_gap=hq_gap(plan.hq_target, total),
        metric=plan.metric,
        exceptions=tuple(exceptions),
        stamp=stamp,
        unstamped=unstamped,
    )


def _events(stock: Stock, reason: str) -> Iterator[Event]:
    for region in stock.plan.regions:
        if not stock.table(region).is_confirmed:
            yield Event("confirm", region.code, None, "state", State.DECIDED, State.CONFIRMED, reason)
        yield from in_force_events("confirm", stock, region, reason)


def summary(action: str, standing: Standing, total: float, reason: str) -> Iterator[Event]:
    """What was agreed in all, and how far that is from the HQ target."""
    gap = round(hq_gap(standing.inputs.plan.hq_target, total), 6)
    for field, new in (("agreed_total", total), ("hq_gap", gap)):
        yield Event(action, None, None, field, standing.value(None, None, field), new, reason)


def _agreed(stock: Stock) -> list[float | None]:
    """The agreed target of every line."""
    plan = stock.plan
    return [stock.table(plan.region(line.region)).number(line.code, "agreed") for line in plan.lines]


def _total(stock: Stock) -> float:
    return kept(stock.plan.total(_agreed(stock)) or 0.0)


def _obstacles(stock: Stock) -> list[Problem]:
    problems = [*unsettled(stock), *unfaithful(stock)]
    for region in stock.plan.regions:
        problems += _of_region(stock, region)
    if not problems and all(stock.table(region).is_confirmed for region in stock.plan.regions):
        problems.append(Problem("all_confirmed"))
    return problems


def _of_region(stock: Stock, region: Region) -> Iterator[Problem]:
    side = stock.table(region)
    if not side.allows("confirm"):
        yield Problem(f"not_agreed_{side.state}", region.name, {"round": side.round})
    yield from broken_seals(stock, region)
    yield from unrecorded(stock, region)
    yield from typed_faults(stock, typed_remarks(stock, [region]))
    for line in side.objecting:
        yield Problem("objection_open", f"{region.name} / {line.name}", {"hrbp": region.hrbp.name})
    if side.stage == Stage.ACCEPTED:
        for support in undecided_supports(stock.standing, region):
            fields = {"superior": region.superior.name}
            yield Problem("support_undecided", f"{region.name} / {support}", fields)


def _exceptions(stock: Stock) -> Iterator[Problem]:
    """What is agreed beyond the plan's tolerance and limits."""
    plan, values = stock.plan, _agreed(stock)
    told = Figures(plan.metric, stock.reading.places.language)
    gap = hq_gap(plan.hq_target, _total(stock))
    if not is_tolerable(gap, plan.thresholds.hq_tolerance):
        totals = {"agreed": told.total(_total(stock)), "hq": told.total(plan.hq_target)}
        tolerance = percent(plan.thresholds.hq_tolerance, told.language, 1)
        shares = {"gap": percent(gap, told.language, 1, signed=True), "tolerance": tolerance}
        yield Problem("hq_gap", fields={**totals, **shares})
    for one in bounded(plan):
        agreed, bounds = one.reached(plan, values), plan.bounds(one.node)
        if agreed is not None and (side := side_of(agreed, bounds)) != "within":
            limit = bounds.low if side == "below" else bounds.high
            fields = {"agreed": told.total(agreed), "limit": told.total(limit or 0.0)}
            yield Problem(f"limit_{side}", one.node.name, fields)
