"""Where a plan stands, by the ledger: what it was computed from, and the last word on every field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..calibration import PRIOR_SHARE, Baseline, Floats, Inputs, Key, Standing, Value
from ..problems import Problem, Refused
from .chain import reference
from .documents import dump, load
from .draft import Log
from .entry import Event

INPUTS: Key = (None, None, "inputs")
"""The field whose value names the document with the inputs."""

BASELINE: Key = (None, None, "baseline")
"""The field whose value names the document with the baseline, the allotment and the shared risk."""


@dataclass(frozen=True)
class _Suggestions:
    """What was computed from the inputs."""

    baseline: Baseline
    allotment: Floats
    shared: float = PRIOR_SHARE


def groundwork(
    action: str,
    inputs: Inputs,
    baseline: Baseline,
    allotment: Floats,
    shared: float = PRIOR_SHARE,
    *,
    before: Mapping[Key, Value] | None = None,
    reason: str = "",
) -> tuple[list[Event], list[bytes]]:
    """Events and documents that make these the ground of the plan; `before` are the values until now.

    `allotment` (n,) is in the metric's unit. There is no event for what stays as it is.
    """
    before = before or {}
    grounds = {INPUTS: dump(inputs), BASELINE: dump(_Suggestions(baseline, allotment, shared))}
    changed = {key: content for key, content in grounds.items() if before.get(key) != reference(content)}
    events = [
        Event(action, *key, before.get(key), reference(content), reason) for key, content in changed.items()
    ]
    return events, list(changed.values())


def standing(ledger: Log, until: int | None = None) -> Standing:
    """The fold of all entries, or of those up to number `until`.

    Raise Refused, naming the break, unless the whole ledger is as it was recorded, and when it holds no plan.
    """
    ledger.prove()
    values = ledger.values(until)
    if INPUTS not in values or BASELINE not in values:
        raise Refused([Problem("ledger_empty", fields={"place": ledger.place})])
    suggestions = load(_Suggestions, ledger.document(str(values[BASELINE])))
    return Standing(
        load(Inputs, ledger.document(str(values[INPUTS]))),
        suggestions.baseline,
        suggestions.allotment,
        values,
        suggestions.shared,
    )
