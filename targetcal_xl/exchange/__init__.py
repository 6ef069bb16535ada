"""What goes out to regions and comes back: slips, packs, answers, and second versions of the same cells."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .answer import MOST_ANSWER, MOST_ENCLOSED, PageAnswer, enclosed_in, mac, read_answer
    from .copies import copies_beside
    from .enclosed import ENDING, ZIPPED, Enclosed, enclosed_beside, same_name, unzipped, zip_of
    from .encryption import decrypted, encrypted, is_encrypted
    from .merging import merge
    from .pack import Pack, find_slip, pack_bytes, pack_content, pack_places, read_pack, shown_cells, steady
    from .returned import PackAnswer, ReturnedFile, read_returned
    from .slip import Slip, slip_text
    from .spelling import power_of, typed_as_meant, units_behind
    from .typist import person_named

__all__ = [
    "ENDING",
    "MOST_ANSWER",
    "MOST_ENCLOSED",
    "ZIPPED",
    "Enclosed",
    "Pack",
    "PackAnswer",
    "PageAnswer",
    "ReturnedFile",
    "Slip",
    "copies_beside",
    "decrypted",
    "enclosed_beside",
    "enclosed_in",
    "encrypted",
    "find_slip",
    "is_encrypted",
    "mac",
    "merge",
    "pack_bytes",
    "pack_content",
    "pack_places",
    "person_named",
    "power_of",
    "read_answer",
    "read_pack",
    "read_returned",
    "same_name",
    "shown_cells",
    "slip_text",
    "steady",
    "typed_as_meant",
    "units_behind",
    "unzipped",
    "zip_of",
]
