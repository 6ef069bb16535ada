"""Files that come back beside an answer: what its attachment cells name, and what becomes of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from ..desk import (
    COMMENT,
    FILE,
    MOST_BYTES,
    AttachedFile,
    Remark,
    attached_faults,
    attached_file,
    handed_in,
    remarks,
    room_faults,
    where,
)
from ..exchange import ENDING, ZIPPED, Enclosed, same_name
from ..ledger import Event
from ..problems import Problem, Refused
from ..workbook import Typed
from .answers import Version

_BETWEEN = re.compile(r"[\n;；]")
_BEFORE = re.compile(rf".*{re.escape(ENDING)}[\\/]", re.DOTALL)
"""The folder, where somebody named it too."""
_A_NAME = re.compile(r"[^\\/:*?\"<>|]+\.(?:pdf|png|jpe?g|docx|xlsx|pptx|txt|csv|eml)", re.IGNORECASE)
"""What can only be meant as the name of a file; a link is none."""


@dataclass(frozen=True)
class NewFile:
    """A file that an answer brings, and the line that names it."""

    line: str
    file: AttachedFile
    enclosed: Enclosed

    def content(self) -> bytes:
        """What is in it; raise Refused where that is not what it was when it was examined."""
        content = self.enclosed.read()
        if attached_file(self.file.name, content) != self.file:
            raise Refused([Problem("file_changed_meanwhile", self.file.name)])
        return content


def names_in(said: object) -> Iterator[str]:
    """The names that an attachment cell may hold: one a line, or with semicolons between."""
    for one in _BETWEEN.split(str(said or "")):
        if name := _BEFORE.sub("", one.strip()):
            yield name


class Enclosures:
    """What lies beside an answer, held against what its cells name and what is known already."""

    def __init__(self, version: Version) -> None:
        self._version, self._region = version, version.region
        stock = version.stock
        self._log, self._plan = stock.desk.ledger, stock.plan
        self.faults: list[Problem] = []
        """Why nothing of the answer counts."""
        self.notes: list[Problem] = []
        """Files that are named and did not come, or came and are not named."""
        self.new: list[NewFile] = []
        named: set[str] = set()
        for cell in self._cells:
            for name in names_in(cell.value):
                named.add(same_name(name))
                self._meet(cell, name)
        self._look_for_unnamed(named)
        more = (one.file for one in self.new)
        self.faults += room_faults(self._log, self._plan, self._region, more) if self.new else ()

    @cached_property
    def _cells(self) -> list[Typed]:
        """The cells that name files; nothing lies beside a tab of the book itself."""
        cells = self._version.cells.items() if self._version.slip else ()
        return [cell for key, cell in cells if key[2] == "attachment" and cell.value]

    @cached_property
    def _known(self) -> list[Remark]:
        """The files that the region's lines have already."""
        return [one for one in remarks(self._log, self._region.code) if one.file]

    def _meet(self, cell: Typed, name: str) -> None:
        """Take up the file of a name, unless the line has it already."""
        line, place = str(cell.key[1]), where(self._version.stock, cell)
        meant = [one for one in self._version.enclosed if same_name(one.name) == same_name(name)]
        held = {file: one for one in meant if (file := self._examined(one))}
        mine = {one.file.sha256 for one in self._known if one.file and one.line == line}
        news = {file: one for file, one in held.items() if file.sha256 not in mine}
        if len(news) > 1:
            self.faults.append(Problem("enclosed_twice", place, {"file": name}))
        elif news:
            [(file, one)] = news.items()
            new = NewFile(line, file, one)
            self.new += [new] if new not in self.new else []
        elif not meant and not self._has(line, name) and _A_NAME.fullmatch(name):
            fields = {"file": name, "place": self._places}
            self.notes.append(Problem("enclosed_missing", place, fields))

    def _examined(self, one: Enclosed) -> AttachedFile | None:
        """A file that may be attached; of any other it is said why not."""
        if one.size > MOST_BYTES:
            self._tell(Problem("attached_too_big", one.name, {"most": MOST_BYTES // 1_000_000}))
            return None
        try:
            content = one.read()
        except Refused as refused:
            self._tell(*refused.problems)
            return None
        found = list(attached_faults(one.name, content))
        self._tell(*found)
        return None if found else attached_file(one.name, content)

    def _tell(self, *problems: Problem) -> None:
        self.faults += (one for one in problems if one not in self.faults)

    def _has(self, line: str, name: str) -> bool:
        names = (one.file.name for one in self._known if one.file and one.line == line)
        return any(same_name(name) == same_name(one) for one in names)

    def _look_for_unnamed(self, named: Iterable[str]) -> None:
        """What came and no cell names; what the region was handed itself is no news."""
        for one in self._version.enclosed:
            known = (known.file.sha256 for known in self._known if known.file)
            if same_name(one.name) not in named and self._hash(one) not in known:
                self.notes.append(Problem("enclosed_unnamed", one.name))

    @staticmethod
    def _hash(one: Enclosed) -> str:
        """The hash of a file's content; empty for what is too large, or cannot be read."""
        with suppress(Refused):
            return attached_file(one.name, one.read()).sha256 if one.size <= MOST_BYTES else ""
        return ""

    @property
    def _places(self) -> str:
        return PurePath(self._version.name).stem + ZIPPED

    def events(self) -> Iterator[Event]:
        """What is recorded of the files that are new."""
        version = self._version
        signed = str(version.stock.typed((self._region.code, None, "submitter")) or "").strip()
        reason = handed_in(signed, version.typed_by, version.stock.standing.language)
        for one in self.new:
            yield Event(COMMENT, self._region.code, one.line, FILE, None, str(one.file), reason)
