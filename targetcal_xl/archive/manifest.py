"""What lies in an archive, as files beside it: a table for the personnel system, and JSON for programs."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Final

_NAME: Final = "manifest-"
_COLUMNS: Final = (
    "employee",
    "name",
    "region",
    "plan",
    "period",
    "number",
    "version",
    "kind",
    "path",
    "sha256",
)
_COLUMNS_AFTER: Final = ("size", "archived_at", "keep_until")
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""With these a spreadsheet takes a text for a formula."""


@dataclass(frozen=True)
class ArchivedFile:
    """A file in the archive: what it is, where it lies, and what is in it."""

    kind: str
    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class ArchivedLetter:
    """A letter as it lies in an archive, with whatever belongs to it."""

    place: str
    number: str
    version: int
    employee: str
    name: str
    region: str
    plan: str
    period: str
    archived_at: str
    keep_until: dt.date | None
    files: tuple[ArchivedFile, ...]

    def rows(self) -> Iterator[Mapping[str, str | int]]:
        """A line of the manifest for each file."""
        said = {**asdict(self), "keep_until": self.keep_until.isoformat() if self.keep_until else ""}
        for file in self.files:
            row = {**said, **asdict(file)}
            yield {column: row[column] for column in (*_COLUMNS, *_COLUMNS_AFTER)}


@dataclass(frozen=True)
class Manifest:
    """The files that tell what lies in an archive of a plan's letters."""

    csv: str
    json: str

    @staticmethod
    def of(plan: str) -> Manifest:
        """Their names for a plan: several plans may share an archive."""
        return Manifest(f"{_NAME}{plan}.csv", f"{_NAME}{plan}.json")

    @staticmethod
    def is_one(path: str) -> bool:
        """Whether this is a manifest, of any plan."""
        return "/" not in path and path.startswith(_NAME) and path.endswith((".csv", ".json"))

    @staticmethod
    def paths(content: bytes) -> set[str]:
        """What a manifest in JSON tells of; nothing where it is none."""
        try:
            return {str(row["path"]) for row in json.loads(content)["files"]}
        except (ValueError, TypeError, KeyError, RecursionError):
            return set()


def manifests(plan: str, letters: Iterable[ArchivedLetter]) -> dict[str, bytes]:
    """The manifests of a plan by name: the same for the same letters."""
    rows = [row for letter in letters for row in letter.rows()]
    names = Manifest.of(plan)
    told = json.dumps({"plan": plan, "files": rows}, ensure_ascii=False, indent=1)
    return {names.csv: _table(rows), names.json: f"{told}\n".encode()}


def _table(rows: Iterable[Mapping[str, str | int]]) -> bytes:
    """A table that spreadsheets open as it is meant: UTF-8 with its mark, and no formulas."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, (*_COLUMNS, *_COLUMNS_AFTER), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({column: _harmless(value) for column, value in row.items()} for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _harmless(value: str | int) -> str | int:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
