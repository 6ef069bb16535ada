"""What imports brought: the ledger keeps each, with what was new in it; together they are the results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from ..calibration import Floats, Key, Plan
from ..calibration.plan import ADDED
from ..connect import Actuals
from ..ledger import Log, load
from .import_keys import RESULTS

NOTHING: Floats = np.empty(0)


@dataclass(frozen=True)
class Imported:
    """An import: where it came from, how much of it was news, and of daily results the news itself.

    `days` count from the period's first and `lines` in plan order, both (k,) as the values are; of values
    that nobody knows there may be one for all.
    """

    source: str
    query: str
    called: Mapping[str, str]
    """How columns are called there, by what they are."""
    rows: int
    added: int
    changed: int
    total: float
    """What all values of the source come to together."""
    days: Floats = field(default_factory=lambda: NOTHING)
    lines: Floats = field(default_factory=lambda: NOTHING)
    value: Floats = field(default_factory=lambda: NOTHING)
    leads: Floats = field(default_factory=lambda: NOTHING)
    capacity: Floats = field(default_factory=lambda: NOTHING)
    volume: Floats = field(default_factory=lambda: NOTHING)
    on: str = field(default="", metadata=ADDED)
    """The day on which it was taken in, as ISO says it; empty where that was not kept yet."""


def imports(ledger: Log, key: Key) -> Iterator[Imported]:
    """The imports of a kind, in the order in which they came."""
    for entry in ledger.entries(action="import", field=key[2]):
        yield load(Imported, ledger.document(str(entry.new)))


def imported_results(ledger: Log, plan: Plan) -> Actuals | None:
    """The daily results that imports have brought, the later before the earlier; None without any."""
    found = list(imports(ledger, RESULTS))
    if not found:
        return None
    length = 1 + int(max(each.days.max(initial=0) for each in found))
    parts = {name: np.full((len(plan.lines), length), np.nan) for name in PARTS}
    for each in found:
        at = each.lines.astype(np.intp), each.days.astype(np.intp)
        for name, whole in parts.items():
            whole[at] = getattr(each, name)
    volume = parts.pop("volume")
    weighed = not plan.metric.adds_up and bool(np.isfinite(volume).any())
    return Actuals(plan.period.days[:length], **parts, volume=volume if weighed else None)


PARTS = ("value", "leads", "capacity", "volume")
"""What is known of a line's day."""


def shortest(values: Floats) -> Floats:
    """The values of a part (k,); the first for all where none is known: a ledger keeps them for ever."""
    return values[:1] if np.isnan(values).all() else values
