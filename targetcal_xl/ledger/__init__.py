"""What happened: append-only, hash-chained, in SQLite or PostgreSQL."""

from .chain import GENESIS, fault, reference
from .documents import dump, load
from .entry import Entry, Event
from .fold import groundwork, standing
from .ledger import Ledger, open_ledger

__all__ = [
    "GENESIS",
    "Entry",
    "Event",
    "Ledger",
    "dump",
    "fault",
    "groundwork",
    "load",
    "open_ledger",
    "reference",
    "standing",
]
