"""Supports: what a region asks for, item by item or in words only, and what the superior said of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .plan import Line, Region
from .standing import Standing, Value
from .vocabulary import SupportState

SaysNothing = Callable[[Value], bool]
"""Whether words give no reason, and name nothing: a matter of languages, which the method does not know."""

DECLINED = "support_declined"
"""The field of a line whose value is the superior's reason for declining a support that is no item."""

DELIVERED, NOT_DELIVERED = "delivered", "no"
"""The field of a support item that says when it came, and what it says where it never will."""

_ASKED = ("line", "kind", "what", "quantity", "unit", "due")


@dataclass(frozen=True)
class Item:
    """One support item; `line` is a code, empty for the whole region; `granted` is yes, no or empty."""

    row: str
    line: str
    kind: str
    what: str
    quantity: float | None
    unit: str
    due: dt.date | None
    granted: str = ""
    reason: str = ""
    """Why it was granted or declined, where that was said."""
    owner: str = ""
    """Who sees to it, where that was said."""
    came: str = ""
    """The day on which it came, as ISO text, or NOT_DELIVERED; empty until somebody says so."""

    def state(self, today: dt.date) -> SupportState:
        """What became of it, where it was granted."""
        if self.came == NOT_DELIVERED:
            return "never"
        if day := _date(self.came):
            return "late" if self.due is not None and day > self.due else "in_time"
        return "past_due" if self.due is not None and self.due < today else "awaited"


def sees_to(item: Item, region: Region) -> str:
    """Who sees to a support that was granted: the superior, where nobody else does."""
    return item.owner or region.superior.name


def support_items(standing: Standing, region: str) -> tuple[Item, ...]:
    """The items of a region that ask for anything, in the order of their rows."""
    rows = standing.rows.get(region, ())
    return tuple(_item(standing, region, row) for row in rows if _asks(standing, region, row))


def granted_supports(standing: Standing, region: str) -> tuple[Item, ...]:
    """The items of a region that were granted, in the order of their rows."""
    return tuple(item for item in support_items(standing, region) if item.granted == "yes")


def _asks(standing: Standing, region: str, row: str) -> bool:
    return any(standing.value(region, row, field) is not None for field in _ASKED)


def _item(standing: Standing, region: str, row: str) -> Item:
    def words(field: str) -> str:
        return _words(standing.value(region, row, field))

    quantity = standing.value(region, row, "quantity")
    return Item(
        row=row,
        line=words("line"),
        kind=words("kind"),
        what=words("what"),
        quantity=float(quantity) if isinstance(quantity, int | float) else None,
        unit=words("unit"),
        due=_date(words("due")),
        granted=words("granted"),
        reason=words("granted_reason"),
        owner=words("owner"),
        came=words(DELIVERED),
    )


def _date(said: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        return None


def in_words_only(
    standing: Standing, region: str, says_nothing: SaysNothing
) -> Iterator[tuple[Line, str, str]]:
    """Lines whose justification names a support that no item of theirs, or of the whole region, lists.

    Each with these words and the reason for which the superior declined them, empty until then.
    """
    listed = {item.line for item in support_items(standing, region)}
    for line in standing.inputs.plan.lines_of(region):
        words = standing.value(region, line.code, "support")
        if not says_nothing(words) and not listed & {"", line.code}:
            yield line, _words(words), _words(standing.value(region, line.code, DECLINED))


def _words(value: Value) -> str:
    return "" if value is None else str(value)
