"""The superior's word on each line, with a reason; and what it means for the region."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..calibration import Line, Region, Standing, after_decisions, may_act
from ..calibration.vocabulary import DecisionKind, Move, Stage, State, Status
from ..desk import IN_TAB, Desk, Side, Stock, find_line, find_region, take_stock, text_faults
from ..language import listed, record, text
from ..ledger import Event
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, WRONG, Part, Report, Sentence, tell_problems, word
from ..workbook import meant
from .check import broken_seals
from .comment import sound_remarks
from .decisions import Decision, awaiting, decision_problems, typed_decisions, unchosen
from .grants import GRANTS, grant_faults, named_supports, support_events, typed_grants, undecided_supports


@dataclass(frozen=True)
class DecisionReport(Report):
    """What was decided, and where that leaves the region."""

    region: str
    lines: tuple[tuple[str, str], ...]
    """Line name and decision."""
    stage: Stage
    round: int
    awaited: tuple[str, ...]
    """Lines that still wait for a decision."""
    supports: tuple[tuple[str, str], ...] = ()
    """What was said of supports: which, and yes or no."""
    undecided: tuple[str, ...] = ()
    """Supports that the region asks for and nobody has granted or declined yet."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for line, decision in self.lines:
            yield Sentence(f"{line}{record(language).colon}{word(decision, language)}", DONE)
        for support, granted in self.supports:
            yield Sentence(text(f"telling.decide.support_{granted}", language, support=support), DONE)
        state = {"state": word(self.stage, language), "round": self.round}
        yield Sentence(text("telling.decide.state", language, region=self.region, **state))
        if self.awaited:
            yield Sentence(text("telling.decide.awaited", language, lines=listed(self.awaited, language)))
        if self.undecided:
            supports = listed(self.undecided, language)
            yield Sentence(text("telling.decide.undecided", language, supports=supports))


@dataclass(frozen=True)
class DecisionsReport(Report):
    """What was decided in the tabs of several regions, and what could not be taken in."""

    decided: tuple[DecisionReport, ...]
    refused: tuple[tuple[str, tuple[Problem, ...]], ...]
    """Regions whose tab has faults, and these."""

    @property
    def leaves_work(self) -> bool:
        """Whether a tab was refused."""
        return bool(self.refused)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for report in self.decided:
            yield from report.tell(language)
        for name, problems in self.refused:
            yield Sentence(text("telling.decide.refused", language, region=name), WRONG)
            yield from tell_problems(problems, language, indented=True)


def decide_as_said(
    desk: Desk,
    region: str = "",
    kind: str = "",
    counter: float | None = None,
    line: str = "",
    support: str = "",
    *,
    reason: str = "",
    owner: str = "",
    hours: float = 0.0,
) -> DecisionReport | DecisionsReport:
    """Decide on a line, or on a support, or record what is typed in the tab where neither is named.

    A decision is a code, or our word for it in any language, as in a tab. Without a region it is what is
    typed in any tab. Raise Refused where line and support are named, or one of them without its decision or
    its region.
    """
    kind = str(meant(kind, "choice") or "")
    if bool(kind) != bool(line or support) or (line and support):
        raise Refused([Problem("decide_needs_both")])
    if kind and not region:
        raise Refused([Problem("decide_needs_region")])
    if owner and not support:
        raise Refused([Problem("owner_of_nothing")])
    if support:
        return decide_support(desk, region, support, kind, reason=reason, owner=owner, hours=hours)
    if line:
        return decide(desk, region, line, kind, counter=counter, reason=reason, hours=hours)
    return decide_typed(desk, region, hours=hours) if region else decide_tabs(desk, hours=hours)


def decide(
    desk: Desk,
    region: str,
    line: str,
    kind: str,
    *,
    counter: float | None = None,
    reason: str = "",
    hours: float = 0.0,
) -> DecisionReport:
    """Record one decision; refuse anyone but the region's superior."""
    stock = take_stock(desk)
    found = _decidable(stock, region)
    return _record(stock, found, [Decision(find_line(stock.plan, found, line), kind, counter, reason, hours)])


def decide_typed(desk: Desk, region: str, *, hours: float = 0.0) -> DecisionReport:
    """Record the decisions, and what is granted, that the superior has typed in the region's tab.

    On a decided region that is what is granted only. `hours` is for all of them; the entries' source
    says that they were typed in the tab, where nobody can know by whom. Raise Refused when nothing is typed
    or it is not the superior who acts, DataProblems with every fault of what is typed.
    """
    stock = _stock_of_tabs(desk)
    found = _decidable(stock, region, "grant")
    if not _says_something(stock, found):
        raise Refused([Problem("nothing_decided", found.name)])
    return _record(stock, found, _typed(stock, found, hours), sound_remarks(stock, [found])[0])


def decide_tabs(desk: Desk, *, hours: float = 0.0) -> DecisionsReport:
    """Record what this superior has typed in any tab; one region's faults do not hold up another's.

    `hours` is for all of them. Raise Refused when nothing is typed in a tab of theirs.
    """
    stock = _stock_of_tabs(desk)
    theirs = (region for region in stock.plan.regions if _is_theirs(stock, region))
    if not (said := [region for region in theirs if _says_something(stock, region)]):
        raise Refused([Problem("nothing_decided_anywhere", fields={"actor": desk.actor})])
    taken: list[tuple[Region, list[Decision], list[Event]]] = []
    refused: list[tuple[str, tuple[Problem, ...]]] = []
    for region in said:
        try:
            decisions = _typed(stock, _decidable(stock, region.code, "grant"), hours)
            taken.append((region, decisions, _recorded(stock, region, decisions)))
        except (DataProblems, Refused) as faults:
            refused.append((region.name, faults.problems))
        else:
            hours = 0.0 if decisions else hours
    if not taken:
        return DecisionsReport((), tuple(refused))
    written, _ = sound_remarks(stock, [region for region, *_ in taken])
    now = stock.settle([*(event for *_, events in taken for event in events), *written])
    reports = (
        _report(stock, now, region, decisions, _granted_by(events)) for region, decisions, events in taken
    )
    return DecisionsReport(tuple(reports), tuple(refused))


def _stock_of_tabs(desk: Desk) -> Stock:
    """The stock of somebody who acts by what is typed in the book, where nobody can know by whom."""
    return take_stock(replace(desk, source=f"{desk.source}{IN_TAB}"))


def _is_theirs(stock: Stock, region: Region) -> bool:
    """Whether there is something to decide on in the region, and this person may."""
    side = stock.table(region)
    return side.allows("grant") and may_act("grant", stock.desk.actor, region, side.submitter) is None


def _says_something(stock: Stock, region: Region) -> bool:
    """Whether a decision, a part of one or a grant stands in the region's tab that is not recorded yet."""
    said = (typed_decisions(stock, region), typed_grants(stock, region), unchosen(stock, region))
    return any(any(True for _ in each) for each in said)


def _typed(stock: Stock, region: Region, hours: float) -> list[Decision]:
    """The decisions in a region's tab; raise DataProblems where values or reasons alone stand there."""
    decisions = typed_decisions(stock, region, hours)
    if not decisions and not any(typed_grants(stock, region)) and (parts := list(unchosen(stock, region))):
        raise DataProblems(parts)
    return decisions


def decide_support(
    desk: Desk,
    region: str,
    support: str,
    granted: str,
    *,
    reason: str = "",
    owner: str = "",
    hours: float = 0.0,
) -> DecisionReport:
    """Grant or decline a support, until the region is confirmed; refuse anyone but its superior.

    `owner` sees to what is granted; without one it is the superior. `support` is the code of an item, or
    a line whose justification names a support that no item lists: that one can only be declined; or "all"
    for each that nobody has answered. Raise Refused for what is neither yes nor no, for no support of the
    region's, and where what is declined has no reason; DataProblems for texts that no letter can print.
    """
    stock = take_stock(desk)
    found = _decidable(stock, region, "grant")
    place = f"{found.name} / {support}"
    if granted not in GRANTS:
        raise Refused([Problem("grant_unknown", place, {"found": granted})])
    if faults := [*text_faults(place, reason), *text_faults(place, owner)]:
        raise DataProblems(faults)
    rows = named_supports(stock, found, support, granted)
    events = support_events(stock, found, rows, granted, reason, owner.strip())
    if hours:
        events.append(Event("decide", found.code, events[0].row, "hours", None, hours))
    now = stock.settle(events)
    return _report(stock, now, found, [], [(name, granted) for name in rows.values()])


def _decidable(stock: Stock, said: str, move: Move = "decide") -> Region:
    """The region, if this person may decide on it now and it still says what was sealed."""
    region = find_region(stock.plan, said)
    side = stock.table(region)
    if not side.allows(move):
        raise Refused([Problem(f"not_locked_{side.state}", region.name)])
    if code := may_act(move, stock.desk.actor, region, side.submitter):
        fields = {"actor": stock.desk.actor, "superior": region.superior.name}
        raise Refused([Problem(code, region.name, fields)])
    if broken := list(broken_seals(stock, region)):
        raise DataProblems(broken)
    return region


def _record(
    stock: Stock, region: Region, decisions: Sequence[Decision], written: Sequence[Event] = ()
) -> DecisionReport:
    events = _recorded(stock, region, decisions)
    return _report(stock, stock.settle([*events, *written]), region, decisions, _granted_by(events))


def _recorded(stock: Stock, region: Region, decisions: Sequence[Decision]) -> list[Event]:
    """All that decisions, and grants in the tab, mean; raise DataProblems with all their faults."""
    problems = [problem for decision in decisions for problem in decision_problems(stock, region, decision)]
    problems += grant_faults(stock, region)
    if problems:
        raise DataProblems(problems)
    side = stock.table(region)
    events = [event for decision in decisions for event in _events(side, decision)]
    events += typed_grants(stock, region)
    if decisions:
        events += _outcome(side, {decision.line.code: decision.kind for decision in decisions}, stock)
    return events


def _granted_by(events: Sequence[Event]) -> list[tuple[str, str]]:
    """What these say of supports: which, and yes or no."""
    return [(str(event.row), str(event.new)) for event in events if event.field == "granted" and event.new]


def _report(
    stock: Stock,
    standing: Standing,
    region: Region,
    decisions: Sequence[Decision],
    supports: Sequence[tuple[str, str]],
) -> DecisionReport:
    now = Side(standing, region)
    return DecisionReport(
        region.name,
        tuple((decision.line.name, decision.kind) for decision in decisions),
        now.stage,
        now.round,
        tuple(line.name for line in awaiting(now)),
        tuple(supports),
        tuple(undecided_supports(standing, region)),
    )


def _events(side: Side, decision: Decision) -> Iterator[Event]:
    line, reason = decision.line, decision.reason
    counter = decision.counter if decision.kind == DecisionKind.COUNTER else None
    for field, new in (("decision", decision.kind), ("counter", counter), ("decision_reason", reason)):
        if side.of(line.code, field) != new:
            yield Event("decide", line.region, line.code, field, side.of(line.code, field), new, reason)
    if decision.kind == DecisionKind.ACCEPT:
        yield Event(
            "decide", line.region, line.code, "agreed", None, side.number(line.code, "declared"), reason
        )
    if decision.hours:
        yield Event("decide", line.region, line.code, "hours", None, decision.hours)


def _outcome(side: Side, decided: dict[str, str], stock: Stock) -> Iterator[Event]:
    """Events of the region itself, once every line has its decision."""
    region = side.region.code
    outcome = after_decisions({line.code: _decision_on(side, line, decided) for line in side.lines})
    if outcome.state == State.LOCKED:
        return
    yield Event("decide", region, None, "state", side.state, outcome.state)
    if outcome.state == State.OPEN:
        yield Event("decide", region, None, "round", side.round, side.round + 1)
        yield Event("decide", region, None, "status", stock.typed((region, None, "status")), Status.DRAFT)


def _decision_on(side: Side, line: Line, decided: dict[str, str]) -> str | None:
    if side.is_agreed(line.code):
        return DecisionKind.ACCEPT
    return decided.get(line.code) or (str(said) if (said := side.of(line.code, "decision")) else None)
