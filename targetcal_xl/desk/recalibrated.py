"""Recalibrations in the ledger: their numbers, and where the plan stood after each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..calibration import Key, Standing, Value
from ..ledger import Entry, Ledger, standing
from ..problems import Problem, Refused
from ..workbook import entered

NUMBER: Key = (None, None, "recalibration")
"""The field that counts recalibrations: 1 for the first, and 0 for the start of the plan."""

RESTORED: Key = (None, None, "recalibration.restored")
"""The field that names the recalibration that was gone back to."""


def standing_after(ledger: Ledger, number: int) -> Standing:
    """Where the plan stood after a recalibration; raise Refused, naming those there are."""
    ends = {count: entries[-1].number for count, entries in batches(ledger)}
    if number not in ends:
        raise Refused([Problem("recalibration_unknown", fields={"said": number, "last": max(ends)})])
    return standing(ledger, ends[number])


def last_number(standing: Standing) -> int:
    """The number of the last recalibration; 0 before the first."""
    return _number(standing.values, NUMBER) or 0


def recorded(standing: Standing, keys: Iterable[Key]) -> dict[Key, Value]:
    """What finance's cells held when they were last taken in; no key for an empty one."""
    first, last = entered(standing.inputs), standing.values
    cells = {key: last[key] if key in last else first.get(key) for key in keys}
    return {key: value for key, value in cells.items() if value is not None}


def batches(ledger: Ledger) -> Iterator[tuple[int, list[Entry]]]:
    """The entries of the start, and of each recalibration up to the one that counts it."""
    yield 0, list(ledger.entries(action="new"))
    batch: list[Entry] = []
    for entry in ledger.entries(action="recalibrate"):
        batch.append(entry)
        if entry.key == NUMBER:
            yield int(float(str(entry.new))), batch
            batch = []


def restored(said: Mapping[Key, Value]) -> int | None:
    """The recalibration that entries went back to, None where they went back to none."""
    return _number(said, RESTORED)


def _number(said: Mapping[Key, Value], key: Key) -> int | None:
    value = said.get(key)
    return None if value is None else int(float(str(value)))
