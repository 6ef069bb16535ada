"""In which formats books and ledgers are written.

A number rises with every release whose books or ledgers the one before could not go on with, or the other
way round. What a release wrote stays among the tests' fixtures, and `upgrade` brings it here.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import __version__


@dataclass(frozen=True)
class Format:
    """A number that only rises, and the version that wrote in it: what an older program asks for."""

    number: int
    program: str


UNMARKED = Format(1, "0.1.0")
"""What carries no mark: release 0.1.0 and all before it wrote none."""
BOOK = Format(9, __version__)
"""What this program writes books in."""
LEDGER = Format(4, __version__)
"""What this program writes ledgers in."""
TREE = 3
"""The ledger's format since which it keeps the nodes of its Merkle tree."""
COMMITTED = 4
"""The ledger's format since which people's words are committed and can be erased."""
SINCE = {"region_says": 3, "superior_says": 3, "owner": 4, "common_answer": 5}
"""The book's format since which people have a cell for a field; others have been there from the start."""
