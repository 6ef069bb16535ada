"""What the program has to know of a language beside its words: one record, which lies with its catalogue."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_HERE = Path(__file__).parent
_FILE = "language.toml"


@dataclass(frozen=True)
class Shortened:
    """A number format of cells that shows a number shorter: in ten to `power`, with a sign behind."""

    code: str
    places: int
    power: int
    sign: str
    begins: float = 0.0
    """The number from which a picture uses it."""


@dataclass(frozen=True)
class Language:
    """A language, as the file `language.toml` beside its catalogue describes it."""

    code: str
    order: int
    """Its place among all; the first is the one that the worked case is played in."""
    locale: str
    """What Babel calls it: dates are written its way."""
    spoken_in: tuple[str, ...]
    """How the locales of computers begin on which people are spoken to in it."""
    office: str
    """What LibreOffice calls it."""
    font: str
    """The font of workbooks."""
    case: str
    """How the names of worked cases end that are told in it."""
    scales: tuple[int, ...]
    """Powers of ten that large numbers are counted in."""
    multiples: tuple[tuple[str, int], ...]
    """What powers of ten are called, in 万元 and 1.2万, or in million users."""
    thousands: str
    """What stands between thousands."""
    point: str
    """What stands before decimals."""
    comma: str
    """What stands between the items of a list."""
    colon: str
    """What stands between a place, or a name, and what is said of it."""
    days: tuple[str, ...]
    """How people write a day beside 2025-01-31, as patterns with year, month and day in groups."""
    meant: str
    """What somebody writes among the reasons for an implausible number; in small letters."""
    says_nothing: tuple[str, ...]
    """Words that give no reason, the commonest, which formulas know too; in small letters, without blanks."""
    says_nothing_either: tuple[str, ...]
    """More of them, for which a formula has no room."""
    cells: tuple[Shortened, ...]
    """Formats of cells in a larger unit, the largest first."""
    pictures: tuple[Shortened, ...]
    """Formats of pictures, the largest first."""


def record(code: str) -> Language:
    """The record of a language; raise KeyError for one that is not there."""
    return _RECORDS[code]


def _read(folder: Path) -> Language:
    said = tomllib.loads((folder / _FILE).read_text("utf-8"))
    return Language(code=folder.name, **{name: _settled(value) for name, value in said.items()})


def _settled(value: Any) -> Any:
    """Lists as tuples, tables as the formats that they describe."""
    if isinstance(value, list):
        return tuple(map(_settled, value))
    return Shortened(**value) if isinstance(value, dict) else value


def _records() -> Mapping[str, Language]:
    found = sorted(map(_read, (file.parent for file in _HERE.glob(f"*/{_FILE}"))), key=lambda one: one.order)
    return {one.code: one for one in found}


_RECORDS: Final = _records()

LANGUAGES: Final = tuple(_RECORDS)
"""The codes of all languages, in their order."""
