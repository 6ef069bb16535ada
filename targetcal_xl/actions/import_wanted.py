"""Which sources are to be taken in: what a person names, or what is due."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..calibration import Key, Plan, StatedSource
from ..calibration.vocabulary import SourceKind
from ..connect import DataSource, is_due, source_meant
from ..desk import PAST, READ, RESULTS, Stock, imports
from ..outbox import secret
from ..problems import Problem, Refused

_VARIABLE = "TARGETCAL_SOURCE_SECRET"
"""Holds the password or token of a source; else the keyring has it."""

KEPT_AS: Mapping[SourceKind, Key] = {"actuals": RESULTS, "history": PAST, "drivers": READ}
"""What can be taken in, and where the ledger keeps what came of it."""


@dataclass(frozen=True)
class ImportWish:
    """What is to be taken in: a source of one kind; where none is named, what the plan says is due.

    A plan that states no sources has that of each kind taken in again which was the last.
    """

    actuals: str = ""
    history: str = ""
    drivers: str = ""
    query: str = ""
    called: Sequence[str] = ()
    """Columns that are called otherwise there: `value=amount`."""

    @property
    def kinds(self) -> dict[SourceKind, str]:
        """The kinds for which a source was named."""
        return {kind: said for kind in KEPT_AS if (said := getattr(self, kind))}


@dataclass(frozen=True)
class SourceWanted:
    """A kind, where it comes from, how columns are called there, and how they were called before."""

    kind: SourceKind
    source: DataSource
    called: Mapping[str, str]
    remembered: Mapping[str, str] = field(default_factory=dict)
    only_after: frozenset[DataSource] = frozenset()
    """Where its own turn has not come: the sources of which one has to come in for it to be asked again."""


def sources_wanted(stock: Stock, wish: ImportWish) -> list[SourceWanted]:
    """What is to be taken in; raise Refused where that is nothing, or too much at once."""
    kinds = wish.kinds
    if len(kinds) > 1:
        raise Refused([Problem("import_what")])
    if kinds:
        ((kind, said),) = kinds.items()
        source, called = DataSource(said, wish.query), called_there(wish.called)
        return [SourceWanted(kind, source, called, _remembered(stock, kind, source, called))]
    if wish.query or wish.called:
        raise Refused([Problem("import_what")])
    if stated_now(stock.plan):
        return [*_due(stock)]
    if not (found := [*_again(stock)]):
        raise Refused([Problem("import_what")])
    return found


def stated_now(plan: Plan) -> tuple[StatedSource, ...]:
    """The sources that a plan states which are asked while it runs: past days were taken in when it began."""
    return tuple(one for one in plan.sources if one.kind in KEPT_AS)


def source_secret(name: str) -> str:
    """The password or token of a source, by its name; empty where there is none."""
    return secret(_VARIABLE, name)


def _due(stock: Stock) -> Iterator[SourceWanted]:
    """The sources that the plan states whose turn has come, or which one stated before overtakes.

    A source that failed comes late: those after it that were asked in its turn are asked again, so that of
    several the later holds.
    """
    today, before = _today(stock), list[tuple[StatedSource, DataSource, float]]()
    asked = {kind: _last_asked(stock, key) for kind, key in KEPT_AS.items()}
    for stated in stated_now(stock.plan):
        source = source_meant(stated, stock.plan, stock.desk.path.parent)
        place, last = asked[stated.kind].get(source, (0, None))
        alike = [each for each in before if each[0].kind == stated.kind]
        over = {one: at for each, one, at in alike if at > place and not is_due(each.when, last, today)}
        if is_due(stated.when, last, today) or any(at < math.inf for at in over.values()):
            over, place = {}, math.inf
        if over or place == math.inf:
            yield SourceWanted(stated.kind, source, called_there(stated.map), only_after=frozenset(over))
        before.append((stated, source, place))


def _last_asked(stock: Stock, key: Key) -> Mapping[DataSource, tuple[float, dt.date]]:
    """When each source of a kind was last taken in: its place among all imports of the kind, and the day."""
    return {
        DataSource(one.source, one.query): (place, dt.date.fromisoformat(one.on))
        for place, one in enumerate(imports(stock.desk.ledger, key), 1)
        if one.on
    }


def _today(stock: Stock) -> dt.date:
    return stock.desk.clock().astimezone().date()


def _again(stock: Stock) -> Iterator[SourceWanted]:
    """Where each kind came from last."""
    for kind, key in KEPT_AS.items():
        for last in list(imports(stock.desk.ledger, key))[-1:]:
            yield SourceWanted(kind, DataSource(last.source, last.query), last.called)


def _remembered(
    stock: Stock, kind: SourceKind, source: DataSource, called: Mapping[str, str]
) -> Mapping[str, str]:
    """How the other columns were called in the last import from there, else in the last of its kind."""
    found = [one for one in imports(stock.desk.ledger, KEPT_AS[kind]) if one.called]
    same = [one for one in found if DataSource(one.source, one.query) == source]
    last = (same or found)[-1:]
    return {column: title for one in last for column, title in one.called.items() if column not in called}


def called_there(said: Sequence[str]) -> dict[str, str]:
    """How columns are called; raise Refused for what does not say it."""
    pairs = [one.partition("=") for one in said]
    if odd := [one for one, (column, _, title) in zip(said, pairs, strict=True) if not (column and title)]:
        raise Refused([Problem("import_called", fields={"value": odd[0]})])
    return {column.strip(): title.strip() for column, _, title in pairs}
