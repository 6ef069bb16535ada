"""Scenarios: what finance's cells might hold, kept by name, seen side by side, and one of them adopted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..calibration import Key, Metric, Standing, Value, plan_odds, same_value, total_interval
from ..desk import Desk, Stock, finance_cells, keep, recorded, standing_of, take_stock, text_faults
from ..figures import Figures, percent
from ..language import is_placeholder, text
from ..ledger import Log, dump, load
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, Part, Report, Rows, Sentence
from .recalibrate import RecalibrateReport, settled, supposed, taken_from

FIELD = "scenario"
"""The field of a scenario, which is a row of the plan; its value names the document with the cells."""

LONGEST = 40
"""Characters of a name."""


@dataclass(frozen=True)
class HeldCell:
    """One of finance's cells, and what it holds."""

    region: str | None
    row: str | None
    field: str
    value: Value

    @property
    def key(self) -> Key:
        """Its address."""
        return self.region, self.row, self.field


@dataclass(frozen=True)
class Scenario:
    """Everything that finance's cells hold in a scenario."""

    cells: tuple[HeldCell, ...]

    @property
    def values(self) -> dict[Key, Value]:
        """What each of its cells holds."""
        return {cell.key: cell.value for cell in self.cells}


@dataclass(frozen=True)
class Prospect:
    """What comes of a scenario: totals, and each region's share of head office's target."""

    name: str
    """Empty for the plan as it stands."""
    changes: int
    """Cells that hold something else than the plan's."""
    hq_target: float
    suggested: float
    low: float
    high: float
    odds: float
    """That head office's target is reached."""
    regions: tuple[tuple[str, float, float], ...]
    """Name, suggested and allotted of each region."""


@dataclass(frozen=True)
class ScenarioReport(Report):
    """The plan as it stands, and beside it every scenario."""

    kept: str
    """The one that was kept now."""
    seen: tuple[Prospect, ...]
    metric: Metric

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        if self.kept:
            differs = any(one.changes for one in self.seen if one.name == self.kept)
            key = "telling.scenario.kept" if differs else "telling.scenario.kept_alike"
            yield Sentence(text(key, language, name=self.kept), DONE)
        if len(self.seen) == 1:
            yield Sentence(text("telling.scenario.none", language))
            return
        yield Rows(tuple(self._captions(language)), tuple(map(tuple, self._rows(language))))
        yield Sentence(text("telling.scenario.how", language))

    def _captions(self, language: str) -> Iterator[str]:
        yield ""
        for one in self.seen:
            yield one.name or text("telling.scenario.plan", language)

    def _rows(self, language: str) -> Iterator[Sequence[str]]:
        """A row for each figure, and two for each region."""
        told = Figures(self.metric, language)

        def row(code: str, say: Sequence[str], **fields: object) -> list[str]:
            return [text(f"telling.scenario.{code}", language, **fields), *say]

        yield row("changes", [str(one.changes) for one in self.seen])
        yield row("hq", [told.total(one.hq_target) for one in self.seen])
        yield row("suggested", [told.total(one.suggested) for one in self.seen])
        yield row("interval", [told.interval(one.low, one.high) for one in self.seen])
        yield row("odds", [percent(one.odds, language) for one in self.seen])
        for place, (region, *_) in enumerate(self.seen[0].regions):
            beside = [one.regions[place] for one in self.seen]
            yield row(
                "region_suggested", [told.total(suggested) for _, suggested, _ in beside], region=region
            )
            yield row("region_hq", [told.total(allotted) for *_, allotted in beside], region=region)


def scenarios(desk: Desk) -> ScenarioReport:
    """The plan as it stands beside every scenario that was kept.

    Raise DataProblems where limits leave a scenario no way to split its target.
    """
    return _beside(take_stock(desk))


def keep_scenario(desk: Desk, name: str) -> ScenarioReport:
    """Keep what finance's cells hold now under a name, anew where there is one of it; nothing else changes.

    Raise Refused for no name or a long one, DataProblems with every fault of the cells.
    """
    stock, named = take_stock(desk), _name(name)
    cells = taken_from(stock)
    supposed(stock, cells)
    held = Scenario(tuple(HeldCell(*key, value) for key, value in sorted(cells.items(), key=_order)))
    keep(stock, "scenario", (None, named, FIELD), dump(held))
    return replace(_beside(take_stock(desk)), kept=named)


def adopt_scenario(desk: Desk, name: str, reason: str) -> RecalibrateReport:
    """Recalibrate with what a scenario holds; finance's cells show it from now on.

    Raise Refused without a reason or for a name that none has, DataProblems where the cells hold what is
    neither the plan's nor a scenario's, which would be lost.
    """
    if is_placeholder(reason):
        raise Refused([Problem("reason_missing")])
    stock = take_stock(desk)
    known = dict(_kept(desk.ledger, stock.standing))
    if name.strip() not in known:
        names = [*known] or "–"
        raise Refused([Problem("scenario_unknown", fields={"said": name.strip(), "known": names})])
    typed = taken_from(stock)
    if not any(_same(typed, held) for held in (*known.values(), _taken_in(stock))):
        raise Refused([Problem("scenario_unkept")])
    cells = known[name.strip()]
    after, learning = supposed(stock, cells)
    return settled(stock, cells, after, f"{name.strip()}: {reason}", [dump(learning)])


def _name(said: str) -> str:
    name = said.strip()
    if not name or len(name) > LONGEST:
        raise Refused([Problem("scenario_name", fields={"said": name[:LONGEST], "most": LONGEST})])
    if problems := list(text_faults(name, name)):
        raise DataProblems(problems)
    return name


def _order(cell: tuple[Key, Value]) -> tuple[str, ...]:
    return tuple(code or "" for code in cell[0])


def _kept(ledger: Log, standing: Standing) -> Iterator[tuple[str, dict[Key, Value]]]:
    """Every scenario by its name, in the order of names."""
    for (_, row, field), named in sorted(standing.values.items(), key=lambda one: one[0][1] or ""):
        if field == FIELD and row:
            yield row, load(Scenario, ledger.document(str(named))).values


def _taken_in(stock: Stock) -> dict[Key, Value]:
    """What finance's cells hold of the plan as it stands."""
    return recorded(stock.standing, [cell.key for cell in finance_cells(stock)])


def _same(one: Mapping[Key, Value], other: Mapping[Key, Value]) -> bool:
    return not _changes(one, other)


def _changes(one: Mapping[Key, Value], other: Mapping[Key, Value]) -> int:
    """How many cells hold something else."""
    return sum(not same_value(one.get(key), other.get(key)) for key in {*one, *other})


def _beside(stock: Stock) -> ScenarioReport:
    now, plan = standing_of(stock.desk.ledger), stock.plan
    taken_in = _taken_in(stock)
    seen = [_seen("", 0, now)]
    for name, cells in _kept(stock.desk.ledger, now):
        after, _ = supposed(stock, cells)
        seen.append(_seen(name, _changes(cells, taken_in), after))
    return ScenarioReport("", tuple(seen), plan.metric)


def _seen(name: str, changes: int, standing: Standing) -> Prospect:
    plan, baseline = standing.inputs.plan, standing.baseline
    low, high = total_interval(plan, baseline, standing.shared)
    _, odds = plan_odds(plan, baseline, standing.allotment, standing.shared)
    return Prospect(
        name=name,
        changes=changes,
        hq_target=plan.hq_target,
        suggested=plan.metric.shown(plan.total_of(baseline.suggested)),
        low=low,
        high=high,
        odds=odds,
        regions=tuple(_of_regions(standing)),
    )


def _of_regions(standing: Standing) -> Iterator[tuple[str, float, float]]:
    """Name, suggested and allotted of each region."""
    plan = standing.inputs.plan
    for region in plan.regions:
        rows = [standing.row_of[line.code] for line in plan.lines_of(region.code)]
        suggested, allotted = (
            plan.total_of(values, rows) for values in (standing.baseline.suggested, standing.allotment)
        )
        yield region.name, suggested, allotted
