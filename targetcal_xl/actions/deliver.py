"""Which granted supports came, and when."""

from __future__ import annotations

from importlib.resources.abc import Traversable

from ..calibration import DELIVERED, NOT_DELIVERED, support_items
from ..connect import read_deliveries
from ..desk import Desk, find_file, take_stock
from ..ledger import Event


def take_deliveries(desk: Desk, source: Traversable) -> None:
    """Record which granted supports came, and when; raise DataProblems with every fault of the file."""
    stock = take_stock(desk)
    granted = {
        f"{region.code} {item.row}": item.what
        for region in stock.plan.regions
        for item in support_items(stock.standing, region.code)
        if item.granted == "yes"
    }
    events = []
    for one in read_deliveries(find_file(source), stock.plan, granted):
        old = stock.standing.value(one.region, one.row, DELIVERED)
        new = NOT_DELIVERED if one.day is None else one.day.isoformat()
        if old != new:
            events.append(Event("evaluate", one.region, one.row, DELIVERED, old, new))
    if events:
        stock.settle(events)
