"""The personnel archive: a place that is reached by an address, and what lies in it."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .folders import folder_of
    from .manifest import ArchivedFile, ArchivedLetter, Manifest, manifests
    from .place import Place, parse_place
    from .store import Store, open_store

__all__ = [
    "ArchivedFile",
    "ArchivedLetter",
    "Manifest",
    "Place",
    "Store",
    "folder_of",
    "manifests",
    "open_store",
    "parse_place",
]
