"""What both sides write to each other, line by line, as the ledger has it and as tabs show it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from ..calibration import Key, Plan, Value
from ..figures import typed
from ..language import text
from ..ledger import ERASE, WHOLE, Entry, Log, erased_by
from ..workbook import Typed, room_for_files
from .provenance import provenance

COMMENT = "comment"
"""The action of everything that is written in a thread."""
TEXT, FILE = "thread.text", "thread.file"
"""The fields of a line that a remark and an attached file are recorded as."""
FOLDER: Key = (None, None, "files")
"""Where attached files are kept, as seen from the workbook."""
_MOST_SHOWN = 8_000
"""How much of a thread a cell shows."""
_SPELLED = re.compile(r"sha256:([0-9a-f]{64}) (\d+) (.+)", re.DOTALL)


@dataclass(frozen=True)
class AttachedFile:
    """A file that was attached: what it is called, its size in bytes, and the hash of its content."""

    name: str
    size: int
    sha256: str

    @property
    def stored(self) -> str:
        """What it is called where it is kept: by its content, with an ending that programs know."""
        return f"{self.sha256}{PurePath(self.name).suffix.lower()}"

    @property
    def content(self) -> str:
        """What an entry names that lets go of its content alone."""
        return f"file:{self.sha256}"

    def __str__(self) -> str:
        """As the ledger holds it."""
        return f"sha256:{self.sha256} {self.size} {self.name}"


def parse_attached(said: Value) -> AttachedFile:
    """The file that an entry tells of; raise ValueError for anything else."""
    match = _SPELLED.fullmatch(str(said))
    if match is None:
        raise ValueError(f"no attached file: {said!r}")
    return AttachedFile(match[3], int(match[2]), match[1])


@dataclass(frozen=True)
class Remark:
    """One thing in a line's thread: words, or a file. Who wrote it may be another than who recorded it."""

    number: int
    """Of its entry in the ledger."""
    at: dt.datetime
    region: str
    line: str
    by: str
    recorded_by: str
    text: str
    file: AttachedFile | None = None

    def told(self, language: str) -> str:
        """What was written, or the name of the file."""
        return text("workbook.thread.file", language, file=self.file.name) if self.file else self.text


def remarks(log: Log, region: str | None = None, line: str | None = None) -> Iterator[Remark]:
    """What was written about the plan's lines, or of those of a region, or of one; oldest first.

    Of a file that was erased there are only the words that say so.
    """
    gone = cache(lambda: erased_by(log.entries(action=ERASE), log.language))
    for entry in log.entries(region=region, action=COMMENT):
        if entry.field in (TEXT, FILE) and entry.region and entry.row and line in (None, entry.row):
            words, file = str(entry.new), _file_of(entry)
            if file and (mark := gone().get((file.content, WHOLE))):
                words, file = f"{file.name} {mark}", None
            by = provenance(entry).submitted
            words = "" if file else words
            yield Remark(entry.number, entry.at, entry.region, entry.row, by, entry.actor, words, file)


def _file_of(entry: Entry) -> AttachedFile | None:
    """The file that an entry tells of, if any and if it was not erased with its name."""
    if entry.field == FILE:
        with suppress(ValueError):
            return parse_attached(entry.new)
    return None


def thread_fields(log: Log, plan: Plan, folder: Value, language: str) -> Iterator[tuple[Key, Value]]:
    """What regions' tabs show of the threads: each line's in words, and the attached files; newest first."""
    lines: dict[tuple[str, str], list[Remark]] = {}
    files: dict[str, list[Remark]] = {}
    for one in reversed([*remarks(log)]):
        lines.setdefault((one.region, one.line), []).append(one)
        if one.file:
            files.setdefault(one.region, []).append(one)
    for key, thread in lines.items():
        yield (*key, "thread"), _told(thread, language)
    for region, attached in files.items():
        for number, one in enumerate(attached[: room_for_files(plan, region)], 1):
            yield from _file_fields(one, f"F{number:02d}", str(folder))


def _told(thread: Iterable[Remark], language: str) -> str:
    """A thread in words, as far as a cell has room for it."""
    shown: list[str] = []
    left = 0
    for one in thread:
        when = f"{one.at:%Y-%m-%d %H:%M}"
        words = text("workbook.thread.says", language, at=when, by=one.by, said=one.told(language))
        if left or sum(map(len, shown)) + len(words) > _MOST_SHOWN:
            left += 1
        else:
            shown.append(words)
    return "\n".join([*shown, *([text("workbook.thread.earlier", language, count=left)] if left else [])])


def _file_fields(one: Remark, row: str, folder: str) -> Iterator[tuple[Key, Value]]:
    if one.file is None:
        return
    fields: dict[str, Value] = {
        "line": one.line,
        "at": one.at.isoformat(timespec="seconds"),
        "by": one.by,
        "file": one.file.name,
        "target": f"{folder}/{one.file.stored}",
        "kilobytes": float(-(-one.file.size // 1000)),
    }
    yield from (((one.region, row, f"file.{code}"), value) for code, value in fields.items())


def words_of(cell: Typed) -> str:
    """What a cell says in which somebody writes, as text, whatever its program took it for."""
    return (typed(cell.value) if isinstance(cell.value, float) else str(cell.value or "")).strip()
