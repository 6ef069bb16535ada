"""What earlier plans taught of heads' judgement: the record that `next` hands on, and what tabs say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from ..calibration import (
    Correction,
    JudgementRecord,
    Key,
    Standing,
    Value,
    ValueAdded,
    correction,
    values_added,
)
from ..ledger import Log, load
from ..sentences import judged

JUDGEMENT: Key = (None, None, "judgement")
"""The field whose value names the document with the departures of periods before the plan's."""


def past_judgement(ledger: Log, values: Mapping[Key, Value]) -> JudgementRecord:
    """The departures of periods before the plan's.

    A plan that goes on from none, or from one of a version that kept no record, brings none along.
    """
    named = values.get(JUDGEMENT)
    return load(JudgementRecord, ledger.document(str(named))) if named else JudgementRecord()


def judgement_fields(ledger: Log, standing: Standing) -> Iterator[tuple[Key, Value]]:
    """What a region's tab says of its record, and what it corrects declarations by; nothing without one."""
    if JUDGEMENT not in standing.values:
        return
    regions, habit = _learned(ledger.document(str(standing.values[JUDGEMENT])))
    for one in regions:
        yield (one.code, None, "judgement.record"), judged(one, standing.language)
        yield (one.code, None, "judgement.slope"), habit.slope
        yield (one.code, None, "judgement.lift"), habit.lift(one.code)


@lru_cache(2)
def _learned(content: bytes) -> tuple[tuple[ValueAdded, ...], Correction]:
    """What a record comes to: it stays as it is while a plan runs, and every action asks."""
    record = load(JudgementRecord, content)
    return values_added(record, "region"), correction(record)
