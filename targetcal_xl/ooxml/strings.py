"""Shared strings that no cell refers to any more: programs leave them out when they save, and so can we."""

from __future__ import annotations

from collections.abc import Container

from .splice import feed, guarded, outline, splice


def strings_used(data: bytes, part: str) -> set[int]:
    """The places of the shared strings that a worksheet's cells show."""
    used = set[int]()
    shared, pieces = False, list[str]()

    def start(tag: str, marks: dict[str, str]) -> None:
        nonlocal shared
        if _local(tag) == "c":
            shared = marks.get("t") == "s"
        pieces.clear()

    def end(tag: str) -> None:
        if shared and _local(tag) == "v" and (said := "".join(pieces).strip()).isdecimal():
            used.add(int(said))

    parser = guarded(part)
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = pieces.append
    feed(parser, data, part)
    return used


def blanked(data: bytes, part: str, used: Container[int]) -> bytes:
    """The shared strings with nothing in those that are not used; all keep their places."""
    items = outline(data, part, 2).all("si")
    return splice(
        data,
        [
            (item.inside, item.close, f"<{item.prefix}t/>".encode())
            for place, item in enumerate(items)
            if place not in used and not item.empty
        ],
    )


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]
