"""The log as a Merkle tree: one entry, or that nothing before it was rewritten, is proved by a short path.

Hashes and proofs are those of RFC 6962, section 2.1 (and 9162, which says how proofs are checked). What a
tree holds are its *nodes*: the roots of all complete subtrees, by level (0 for the leaves) and index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

NodeAt = Callable[[int, int], bytes]
"""The 32 bytes of the complete subtree at a level and index: over leaves `index << level` and following."""

EMPTY = sha256().digest()
"""The root of a tree without leaves."""


def leaf_hash(content: bytes) -> bytes:
    """The node of one leaf."""
    return sha256(b"\0" + content).digest()


def parent_hash(left: bytes, right: bytes) -> bytes:
    """The node above two."""
    return sha256(b"\1" + left + right).digest()


class Frontier:
    """The complete subtrees of a growing tree, largest first: all that its root and its growth need."""

    def __init__(self, size: int = 0, node: NodeAt | None = None) -> None:
        """Those over the first `size` leaves, whose nodes are at hand."""
        self.size = size
        """How many leaves there are."""
        self._peaks: list[bytes] = []
        for level in reversed(range(size.bit_length())):
            if size >> level & 1 and node:
                self._peaks.append(node(level, (size >> level) - 1))

    def copy(self) -> Frontier:
        """One that grows apart."""
        other = Frontier()
        other.size, other._peaks = self.size, [*self._peaks]
        return other

    def add(self, leaf: bytes) -> bytes:
        """Let a leaf, a hash already, follow; the nodes above it that it completes, one after the other."""
        peaks, own, done, size = self._peaks, leaf, b"", self.size
        while size & 1:
            own = sha256(b"\1" + peaks.pop() + own).digest()
            done += own
            size >>= 1
        peaks.append(own)
        self.size += 1
        return done

    @property
    def root(self) -> bytes:
        """The root over all leaves."""
        *lower, last = self._peaks or [EMPTY]
        for left in reversed(lower):
            last = parent_hash(left, last)
        return last


def inclusion(index: int, size: int, node: NodeAt) -> list[bytes]:
    """The path that proves the leaf at `index` (from 0) under the root over `size` leaves.

    Raise ValueError where there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} among {size}")
    return _path(index, 0, size, node)


def consistency(before: int, size: int, node: NodeAt) -> list[bytes]:
    """The path that proves that the first `before` leaves of `size` are still the same.

    Raise ValueError where there are fewer.
    """
    if not 0 <= before <= size:
        raise ValueError(f"{before} leaves are no beginning of {size}")
    return _kept(before, 0, size, node, True) if before else []


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path proves the leaf with this hash at `index` under `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found, steps = index, size - 1, leaf, iter(path)
    for step in steps:
        if not last:
            return False
        if at % 2 or at == last:
            found = parent_hash(step, found)
            while not at % 2 and at:
                at, last = at >> 1, last >> 1
        else:
            found = parent_hash(found, step)
        at, last = at >> 1, last >> 1
    return not last and found == root


def is_consistent(before: int, size: int, path: Sequence[bytes], old: bytes, new: bytes) -> bool:
    """Whether a path proves that the tree under `new` begins with that under `old` (RFC 9162, 2.1.4.2)."""
    if not 0 < before < size:
        return not path and (old == EMPTY if not before else before == size and old == new)
    steps = [*path] if before & (before - 1) else [old, *path]
    if not steps:
        return False
    at, last = before - 1, size - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    was = now = steps[0]
    for step in steps[1:]:
        if not last:
            return False
        if at % 2 or at == last:
            was, now = parent_hash(step, was), parent_hash(step, now)
            while not at % 2 and at:
                at, last = at >> 1, last >> 1
        else:
            now = parent_hash(now, step)
        at, last = at >> 1, last >> 1
    return not last and was == old and now == new


def _over(begin: int, end: int, node: NodeAt) -> bytes:
    """The root over leaves `begin` to `end`, which is excluded; they are a subtree of the RFC's."""
    count = end - begin
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, begin >> level)
    middle = _middle(begin, end)
    return parent_hash(_over(begin, middle, node), _over(middle, end, node))


def _middle(begin: int, end: int) -> int:
    """Where the RFC divides a subtree: as many leaves to the left as the largest power of two below all."""
    return begin + (1 << (end - begin - 1).bit_length() - 1)


def _path(index: int, begin: int, end: int, node: NodeAt) -> list[bytes]:
    if end - begin == 1:
        return []
    middle = _middle(begin, end)
    if index < middle:
        return [*_path(index, begin, middle, node), _over(middle, end, node)]
    return [*_path(index, middle, end, node), _over(begin, middle, node)]


def _kept(before: int, begin: int, end: int, node: NodeAt, is_whole: bool) -> list[bytes]:
    """The RFC's SUBPROOF: `is_whole` while the old root is what the subtree's own would be."""
    if before == end:
        return [] if is_whole else [_over(begin, end, node)]
    middle = _middle(begin, end)
    if before <= middle:
        return [*_kept(before, begin, middle, node, is_whole), _over(middle, end, node)]
    return [*_kept(before, middle, end, node, False), _over(begin, middle, node)]
