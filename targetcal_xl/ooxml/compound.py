"""Compound files: a tree of storages and streams in one file, as [MS-CFB] version 3 has it."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Union

Tree = Mapping[str, Union[bytes, "Tree"]]
"""Streams are bytes, storages are trees."""

_SECTOR, _MINI_SECTOR, _MINI_LIMIT = 512, 64, 4096
_FREE, _END, _OF_FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_ENTRY = struct.Struct("<64sHBBIII36xIQ")
_IN_FAT_SECTOR, _IN_HEADER = _SECTOR // 4, 109


@dataclass
class _Node:
    """A directory entry; `left`, `right` and `child` are numbers of entries (section 2.6)."""

    name: str
    kind: int
    data: bytes = b""
    left: int = _FREE
    right: int = _FREE
    child: int = _FREE
    is_black: bool = True
    start: int = 0

    def packed(self) -> bytes:
        """The entry's 128 bytes; no times, no class, so that equal trees are equal files."""
        name = self.name.encode("utf-16-le") + b"\0\0"
        links = (self.left, self.right, self.child)
        return _ENTRY.pack(name, len(name), self.kind, self.is_black, *links, self.start, len(self.data))


@dataclass
class _Chains:
    """Sectors of one size, and the table that chains them (section 2.3)."""

    size: int
    table: list[int] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)

    def put(self, data: bytes, fill: bytes = b"\0") -> int:
        """Add a chain of sectors; the number of its first, or of none when there is nothing to hold."""
        if not data:
            return _END
        start, count = len(self.table), -(-len(data) // self.size)
        self.table += [*range(start + 1, start + count), _END]
        self.data += data.ljust(count * self.size, fill)
        return start


def compound_file(tree: Tree) -> bytes:
    """The file for a tree; equal trees give equal bytes. Raise ValueError for more than 6.8 MB."""
    nodes = _directory(tree)
    sectors, mini = _Chains(_SECTOR), _Chains(_MINI_SECTOR)
    for node in nodes:
        if node.kind == _STREAM:
            node.start = (mini if len(node.data) < _MINI_LIMIT else sectors).put(node.data)
    root = nodes[0]
    root.data = bytes(mini.data)
    root.start = sectors.put(root.data)
    mini_table = struct.pack(f"<{len(mini.table)}I", *mini.table)
    mini_start = sectors.put(mini_table, b"\xff")
    unused = _ENTRY.pack(b"", 0, 0, 0, _FREE, _FREE, _FREE, 0, 0)
    packed = b"".join(node.packed() for node in nodes)
    directory = sectors.put(packed + unused * (-len(nodes) % (_SECTOR // _ENTRY.size)))
    fat = _allocation(sectors.table)
    mini_count = -(-len(mini_table) // _SECTOR)
    header = _header(len(sectors.table), len(fat) // _IN_FAT_SECTOR, directory, mini_start, mini_count)
    return header + bytes(sectors.data) + struct.pack(f"<{len(fat)}I", *fat)


def _directory(tree: Tree) -> list[_Node]:
    """Every entry, the root first; names in a storage form a balanced tree."""
    nodes = [_Node("Root Entry", _ROOT)]

    def add(children: Tree) -> int:
        numbers = []
        for name in sorted(children, key=_order):
            child = children[name]
            numbers.append(len(nodes))
            if isinstance(child, bytes):
                nodes.append(_Node(name, _STREAM, child))
            else:
                nodes.append(storage := _Node(name, _STORAGE))
                storage.child = add(child)
        top = _balance(nodes, numbers, len(numbers).bit_length() - 1)
        if top != _FREE:
            nodes[top].is_black = True
        return top

    nodes[0].child = add(tree)
    return nodes


def _order(name: str) -> tuple[int, str]:
    """How names of a storage are sorted: by length, then letter (section 2.6.4)."""
    return len(name.encode("utf-16-le")), name.upper()


def _balance(nodes: Sequence[_Node], numbers: Sequence[int], depth: int) -> int:
    """Link entries to a tree that is black but for its deepest level; the top's number."""
    if not numbers:
        return _FREE
    middle = len(numbers) // 2
    top = nodes[numbers[middle]]
    top.left = _balance(nodes, numbers[:middle], depth - 1)
    top.right = _balance(nodes, numbers[middle + 1 :], depth - 1)
    top.is_black = depth > 0
    return numbers[middle]


def _allocation(table: Sequence[int]) -> list[int]:
    """The table of all sectors, its own at the end included (section 2.3)."""
    count = 0
    while count * _IN_FAT_SECTOR < len(table) + count:
        count += 1
    if count > _IN_HEADER:
        raise ValueError("more than a compound file holds without a second table")
    fat = [*table, *[_OF_FAT] * count]
    return fat + [_FREE] * (count * _IN_FAT_SECTOR - len(fat))


def _header(fat_start: int, fat_count: int, directory: int, mini_start: int, mini_count: int) -> bytes:
    """The first 512 bytes (section 2.2)."""
    fat = [*range(fat_start, fat_start + fat_count), *[_FREE] * (_IN_HEADER - fat_count)]
    fixed = struct.pack("<8s16xHHHHH10x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6)
    places = (fat_count, directory, 0, _MINI_LIMIT, mini_start, mini_count, _END, 0)
    return fixed + struct.pack("<8I", *places) + struct.pack(f"<{_IN_HEADER}I", *fat)
