"""Where a letter lies in the archive: the plan's pattern, filled in."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from ..calibration import Letter

_ODD: Final = re.compile(r"[^\w.()-]+")
_LONGEST: Final = 60


def folder_of(pattern: str, letter: Letter, plan: str) -> str:
    """The folder of a letter, by its region's head, or the region's code where no number is known."""
    head = letter.region.head
    fields = {"employee": head.employee or letter.region.code, "name": head.name, "plan": plan}
    fields |= {"region": letter.region.code, "period": str(letter.period), "company": letter.company}
    for code, said in fields.items():
        pattern = pattern.replace(f"{{{code}}}", _plain(said))
    return pattern


def _plain(said: str) -> str:
    """A name of a folder on every system: no separators, no signs that mean something, no way up."""
    plain = _ODD.sub("_", unicodedata.normalize("NFC", said)).strip("._ ")
    return plain[:_LONGEST] or "_"
