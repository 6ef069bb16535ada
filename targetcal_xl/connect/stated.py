"""Sources that a plan states: what is wrong with them, and what they mean in its period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from ..calibration import Plan, StatedSource
from ..calibration.vocabulary import SourceTurn
from .columns import COLUMNS_OF
from .plan_tree import Fault
from .sources import DataSource


def source_faults(plan: Plan) -> Iterator[Fault]:
    """Addresses with a secret in them, questions and turns missing or idle, columns that nobody asks for."""
    for at, one in enumerate(plan.sources):
        source = source_meant(one, plan)
        if source.holds_secret:
            yield ("sources", at, "address"), "source_password", {"name": source.secret_name}
        elif source.is_database != bool(one.query):
            yield ("sources", at, "query"), "plan_source_query" if one.query else "source_query", {}
        if one.kind == "days" and one.when != StatedSource.when:
            yield ("sources", at, "when"), "plan_source_when", {}
        known = [*chain(*COLUMNS_OF[one.kind])]
        for said in one.map:
            column, _, title = said.partition("=")
            if column.strip() not in known or not title.strip():
                fields = {"value": said, "known": known}
                yield ("sources", at, "map"), "plan_source_map", fields


def source_meant(source: StatedSource, plan: Plan, folder: Path = Path()) -> DataSource:
    """The source with the plan's period in it, where it says `<period>`, `<start>` or `<end>`.

    A file without a whole path lies in the folder.
    """
    named = {"period": plan.period, "start": plan.period.start, "end": plan.period.end}
    address, query = source.address, source.query
    for name, value in named.items():
        address, query = (said.replace(f"<{name}>", str(value)) for said in (address, query))
    meant = DataSource(address, query)
    return meant if meant.scheme else DataSource(str(folder / address), query)


def is_due(when: SourceTurn, last: dt.date | None, today: dt.date) -> bool:
    """Whether a source is to be asked that was last taken in on a day, or never."""
    return last is None or when == "always" or _TURNS[when](last) != _TURNS[when](today)


_TURNS: Mapping[SourceTurn, Callable[[dt.date], object]] = {
    "daily": lambda day: day,
    "weekly": lambda day: day.isocalendar()[:2],
    "monthly": lambda day: (day.year, day.month),
}
"""What two days have in common that are of one turn."""
