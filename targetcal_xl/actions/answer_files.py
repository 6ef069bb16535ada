"""The files in which answers may have come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..exchange import ENDING, copies_beside
from ..problems import Problem, Refused

_ENDINGS = (".xlsx", ".xlsm", ".json", ".xls", ".xlsb", ".ods", ".et")
"""Files of a folder that are looked at: also those that can only be refused by name."""

_MOST_FILES = 20_000


def answer_files(book: Path, paths: Sequence[Path]) -> Iterator[Path]:
    """The files to look at, once each: those named, those in folders, and the book's second versions.

    Raise Refused for a path where nothing is.
    """
    seen = {book.resolve()}
    for path in [*paths, *copies_beside(book)]:
        if not path.exists():
            raise Refused([Problem("file_missing", str(path))])
        for one in _in_folder(path) if path.is_dir() else [path]:
            if one.resolve() not in seen:
                seen.add(one.resolve())
                yield one


def _in_folder(folder: Path) -> list[Path]:
    """The files of a folder that may be answers; programs' own, which are hidden, are none."""
    files = (one for one in folder.rglob("*") if one.suffix.lower() in _ENDINGS and one.is_file())
    found = sorted(
        one for one in files if not one.name.startswith((".", "~$")) and not _is_enclosed(one, folder)
    )
    if len(found) > _MOST_FILES:
        raise Refused([Problem("folder_too_full", str(folder), {"most": _MOST_FILES})])
    return found


def _is_enclosed(path: Path, folder: Path) -> bool:
    """Whether a file lies beside an answer, to go with it."""
    return any(part.endswith(ENDING) for part in path.relative_to(folder).parts[:-1])
