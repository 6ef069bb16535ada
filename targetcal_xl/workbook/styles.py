"""Cell formats: copies that differ in the `locked` flag alone."""

from __future__ import annotations

from functools import cached_property

from .cells import damaged
from .splice import attribute_edit, insertion, outline, splice


class Styles:
    """The styles part; formats are only ever added at the end, so that every index keeps its meaning."""

    def __init__(self, data: bytes, part: str) -> None:
        self._data, self._part = data, part
        self._known: dict[tuple[int, bool], int] = {}
        table = outline(data, part).child("cellXfs")
        if table is None:
            raise damaged(part, "cellXfs")
        self._table = table
        self._formats = [data[xf.start : xf.end] for xf in table.children]

    @cached_property
    def _indices(self) -> dict[bytes, int]:
        return {xf: index for index, xf in reversed(list(enumerate(self._formats)))}

    def locking(self, index: int, locked: bool) -> int:
        """The index of a format like the given one whose cells are locked, or are not."""
        if (index, locked) not in self._known:
            if index >= len(self._formats):
                raise damaged(self._part, f"xf {index}")
            wanted = _locking(self._formats[index], locked)
            found = self._indices.setdefault(wanted, len(self._formats))
            if found == len(self._formats):
                self._formats.append(wanted)
            self._known[index, locked] = found
        return self._known[index, locked]

    @property
    def data(self) -> bytes:
        """The part with the added formats."""
        added = self._formats[len(self._table.children) :]
        if not added:
            return self._data
        count = attribute_edit(self._data, self._table, "count", str(len(self._formats)))
        return splice(self._data, [count, insertion(self._table, self._table.close, b"".join(added))])


def _locking(xf: bytes, locked: bool) -> bytes:
    """A format with the flag set; itself where it says so already (unsaid means locked)."""
    root, flag = outline(xf, "xf"), str(int(locked))
    held = root.child("protection")
    said = held.attributes.get("locked", "1") if held else "1"
    if (said in ("1", "true")) == locked:
        return xf
    alignment = root.child("alignment")
    at = alignment.end if alignment else root.inside
    new = f'<{root.prefix}protection locked="{flag}"/>'.encode()
    edit = attribute_edit(xf, held, "locked", flag) if held else insertion(root, at, new)
    changed = splice(xf, [edit])
    return splice(changed, [attribute_edit(changed, outline(changed, "xf"), "applyProtection", "1")])
