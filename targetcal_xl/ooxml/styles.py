"""Cell formats: copies that differ in the `locked` flag alone."""

from __future__ import annotations

from functools import cached_property

from .splice import Edit, Element, attribute_edit, insertion, outline, splice

_BEFORE_FORMATS = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs")


class Styles:
    """The styles part; formats are only ever added at the end, so that every index keeps its meaning."""

    def __init__(self, data: bytes, part: str) -> None:
        self._data = data
        self._known: dict[tuple[int, bool], int] = {}
        self._root = outline(data, part)
        self._table = self._root.child("cellXfs")
        held = self._table.all("xf") if self._table else []
        self._written = len(held)
        self._formats = [data[xf.start : xf.end] for xf in held] or [f"<{self._root.prefix}xf/>".encode()]

    @cached_property
    def _indices(self) -> dict[bytes, int]:
        return {xf: index for index, xf in reversed(list(enumerate(self._formats)))}

    def locking(self, index: int, locked: bool) -> int:
        """The index of a format like the given one whose cells are locked, or are not.

        A format that the table does not have looks like the first, which is what programs show.
        """
        if (index, locked) not in self._known:
            held = self._formats[index if index < len(self._formats) else 0]
            wanted = _locking(held, locked)
            if wanted == held:
                return index
            found = self._indices.setdefault(wanted, len(self._formats))
            if found == len(self._formats):
                self._formats.append(wanted)
            self._known[index, locked] = found
        return self._known[index, locked]

    @property
    def data(self) -> bytes:
        """The part with the added formats."""
        if len(self._formats) == max(self._written, 1):
            return self._data
        return splice(self._data, self._edits(b"".join(self._formats[self._written :])))

    def _edits(self, added: bytes) -> list[Edit]:
        """What puts formats at the end of their table, which may be empty or missing."""
        table, count = self._table, str(len(self._formats))
        if table is not None and not table.empty:
            return [attribute_edit(table, count=count), insertion(table, table.close, added)]
        tag = f"{self._root.prefix}cellXfs"
        new = f'<{tag} count="{count}">'.encode() + added + f"</{tag}>".encode()
        if table is not None:
            return [(table.start, table.end, new)]
        before = [child.end for child in self._root.children if child.name in _BEFORE_FORMATS]
        return [insertion(self._root, max(before, default=self._root.inside), new)]


def _locking(xf: bytes, locked: bool) -> bytes:
    """A format with the flag set; itself where it says so already (unsaid means locked)."""
    root, flag = outline(xf, "xf"), str(int(locked))
    held = root.child("protection")
    said = held.attributes.get("locked", "1") if held else "1"
    if (said in ("1", "true")) == locked:
        return xf
    changed = splice(xf, [_protection(root, held, flag)])
    return splice(changed, [attribute_edit(outline(changed, "xf"), applyProtection="1")])


def _protection(root: Element, held: Element | None, flag: str) -> Edit:
    if held is not None:
        return attribute_edit(held, locked=flag)
    alignment = root.child("alignment")
    new = f'<{root.prefix}protection locked="{flag}"/>'.encode()
    return insertion(root, alignment.end if alignment else root.inside, new)


NO_STYLES = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill>'
    b'<fill><patternFill patternType="gray125"/></fill></fills>'
    b'<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    b'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    b'<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    b'<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
"""The styles of a workbook that has none: one format, which programs show without it, too."""
