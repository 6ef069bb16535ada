"""What happened: append-only, hash-chained, in SQLite or PostgreSQL."""

from ..doors import on_demand

with on_demand(__name__):
    from .bundle import MOMENT, Proof, proof_faults, read_proof
    from .chain import GENESIS, fault, plain_head, reference
    from .checkpoint import Checkpoint, parse_checkpoint, parse_mark
    from .cosign import Cosigned, cosign, is_cosigned, values_digest
    from .documents import dump, load
    from .draft import Draft, Log
    from .entry import Entry, Event
    from .erasure import ERASE, ERASED, WHOLE, WordsPlace, erased_by, places_in, spelt
    from .fold import BASELINE, groundwork, standing
    from .ledger import Ledger, open_ledger
    from .words import PARTS, WORDS, is_words

__all__ = [
    "BASELINE",
    "ERASE",
    "ERASED",
    "GENESIS",
    "MOMENT",
    "PARTS",
    "WHOLE",
    "WORDS",
    "Checkpoint",
    "Cosigned",
    "Draft",
    "Entry",
    "Event",
    "Ledger",
    "Log",
    "Proof",
    "WordsPlace",
    "cosign",
    "dump",
    "erased_by",
    "fault",
    "groundwork",
    "is_cosigned",
    "is_words",
    "load",
    "open_ledger",
    "parse_checkpoint",
    "parse_mark",
    "places_in",
    "plain_head",
    "proof_faults",
    "read_proof",
    "reference",
    "spelt",
    "standing",
    "values_digest",
]
