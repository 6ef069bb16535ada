"""The personnel archive: a place that is reached by an address, and what lies in it."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .folders import folder_of
    from .manifest import ArchivedFile, ArchivedLetter, Manifest, manifests
    from .place import Location, parse_place
    from .store import ArchiveStore, open_store

__all__ = [
    "ArchiveStore",
    "ArchivedFile",
    "ArchivedLetter",
    "Location",
    "Manifest",
    "folder_of",
    "manifests",
    "open_store",
    "parse_place",
]
