"""What happened: append-only, hash-chained, in SQLite or PostgreSQL."""

from ..doors import on_demand

with on_demand(__name__):
    from .chain import GENESIS, fault, plain_head, reference
    from .documents import dump, load
    from .draft import Draft, Log
    from .entry import Entry, Event
    from .fold import BASELINE, groundwork, standing
    from .ledger import Ledger, open_ledger

__all__ = [
    "BASELINE",
    "GENESIS",
    "Draft",
    "Entry",
    "Event",
    "Ledger",
    "Log",
    "dump",
    "fault",
    "groundwork",
    "load",
    "open_ledger",
    "plain_head",
    "reference",
    "standing",
]
