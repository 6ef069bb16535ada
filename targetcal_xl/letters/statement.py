"""What both sides sign, in numbers and names alone, and the code that holds paper against the record."""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import segno
from pydantic_core import to_json

from ..calibration.commitment import Grant, Letter, LineCommitment

_FORMAT = "targetcal:1"
_DIGITS = 40
"""How much of the digest is printed; a check code shows as much of its root."""
_CODE = re.compile(
    rf"{_FORMAT}:(?P<number>[^:\s]+):(?P<head>\d+-[0-9a-f]+):(?P<digest>[0-9a-f]{{{_DIGITS}}})"
)
_PIXELS = 8
"""Width of a square of the code: a picture that prints sharply at any size that a letter gives it."""


@dataclass(frozen=True)
class LetterCode:
    """What a letter's code says: number, check code, and a digest of what was agreed."""

    number: str
    head: str
    digest: str

    def __str__(self) -> str:
        return f"{_FORMAT}:{self.number}:{self.head}:{self.digest}"


def statement(letter: Letter) -> dict[str, Any]:
    """Who agreed on what: names, targets, supports and dates, and none of anybody's own words.

    So it can still be computed from a record whose words were erased. NaN is null.
    """
    return {
        "number": letter.number,
        "replaces": letter.replaces,
        "issued": str(letter.issued),
        "company": letter.company,
        "period": str(letter.period),
        "metric": letter.metric.code,
        "unit": letter.metric.unit,
        "region": letter.region.code,
        "head": letter.region.head.name,
        "superior": letter.region.superior.name,
        "lines": [_line(line) for line in letter.lines],
        "supports": [_support(grant) for grant in letter.grants],
        "checkpoint": letter.chain_head,
    }


def _line(line: LineCommitment) -> dict[str, Any]:
    said = {code: getattr(line.targets, code) for code in ("suggested", "declared", "agreed")}
    return {"name": line.name, **{code: None if math.isnan(value) else value for code, value in said.items()}}


def _support(grant: Grant) -> dict[str, Any]:
    said = {code: getattr(grant, code) for code in ("line", "kind", "quantity", "unit")}
    return {**said, "due": grant.due and str(grant.due)}


def letter_code(letter: Letter) -> LetterCode:
    """The code of a letter."""
    digest = sha256(to_json(statement(letter))).hexdigest()
    return LetterCode(letter.number, letter.chain_head, digest[:_DIGITS])


def read_code(text: str) -> LetterCode | None:
    """The code in a text, as a telephone reads it off paper; None where there is none."""
    found = _CODE.search(text)
    return LetterCode(**found.groupdict()) if found else None


def code_picture(letter: Letter, kind: Literal["png", "svg"] = "png") -> bytes:
    """A letter's code as a QR code (ISO/IEC 18004), in pixels or curves; it survives a loss of 15 %."""
    made = segno.make(str(letter_code(letter)), error="m", micro=False, boost_error=False)
    made.save(out := io.BytesIO(), kind=kind, scale=_PIXELS, border=2)
    return out.getvalue()
