"""Work at a desk that can be done once, or again whenever files change: `--watch` of every command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .command import Here

if TYPE_CHECKING:
    from ..desk import Desk
    from ..telling import Report


def at_desk(
    here: Here,
    seat: tuple[Path, str, str],
    work: Callable[[Desk], Report],
    files: Sequence[Path] = (),
) -> Report:
    """Do the work at the desk of a book, a person and a ledger; with files, again after each change of one.

    Who waits for changes sits at no desk meanwhile, so others can work on the book.
    """

    def sit_down() -> Report:
        book, who, ledger = seat
        with here.desk(book, who, ledger) as desk:
            return work(desk)

    if not files:
        return sit_down()
    from ..actions.watching import watched
    from ..desk import file_changes

    return watched(sit_down, file_changes(files), here.tell)
