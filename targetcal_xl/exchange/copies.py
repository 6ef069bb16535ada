"""Names that synchronised folders and mail programs give to a second version of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_SECOND = re.compile(
    r"""
    \s*\((?:\d+|.*conflict.*|.*冲突.*|.*副本.*|case\ conflict.*)\)   # (1), (Chen's conflicted copy)
    | \s*-\s*(?:copy|副本|复制|冲突).*                               # - Copy, - 副本
    | [-_.](?:.*conflict.*|.*冲突.*)                                 # _conflict-20250102, .sync-conflict-...
    | -[A-Za-z0-9][\w.-]*(?:-\d+)?                                   # -CHEN-LAPTOP, as OneDrive has it
    """,
    re.VERBOSE | re.IGNORECASE,
)


def copies_beside(book: Path) -> Iterator[Path]:
    """The files beside a workbook that are named as second versions of it, in the order of their names."""
    for path in sorted(book.parent.iterdir()):
        rest = path.stem.removeprefix(book.stem)
        is_named = path.stem.startswith(book.stem) and path.suffix.lower() == book.suffix.lower()
        if is_named and rest and path.is_file() and _SECOND.fullmatch(rest):
            yield path
