"""What both sides sign, in numbers and names alone, and the code that holds paper against the record."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
import segno
from numpy.typing import NDArray
from pydantic_core import to_json

from ..calibration.commitment import Grant, Letter, LineCommitment
from .canvas import indexed_png

_FORMAT = "targetcal:1"
_DIGITS = 40
"""How much of the digest is printed; a check code shows as much of its root."""
_CODE = re.compile(
    rf"{_FORMAT}:(?P<number>[^:\s]+):(?P<head>\d+-[0-9a-f]+):(?P<digest>[0-9a-f]{{{_DIGITS}}})"
)
_PIXELS, _QUIET = 8, 2
"""Width of a square of the code: a picture that prints sharply at any size that a letter gives it; and how
many squares stay white around it."""
_MASK = 2
"""Which of eight patterns is laid over the code. Readers take any; to weigh all takes five times as long as
the code itself, and digits of a digest look alike under each."""


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
    return code_of(statement(letter))


def code_of(agreed: Mapping[str, Any]) -> LetterCode:
    """The code of a statement, as it goes along in a PDF, too; raise KeyError for what is none."""
    digest = sha256(to_json(agreed)).hexdigest()
    return LetterCode(str(agreed["number"]), str(agreed["checkpoint"]), digest[:_DIGITS])


def read_code(text: str) -> LetterCode | None:
    """The code in a text, as a telephone reads it off paper; None where there is none."""
    found = _CODE.search(text)
    return LetterCode(**found.groupdict()) if found else None


class CodePicture(NamedTuple):
    """A code in pixels and in curves."""

    png: bytes
    svg: bytes


def code_picture(letter: Letter) -> CodePicture:
    """A letter's code as a QR code (ISO/IEC 18004); it survives a loss of 15 %."""
    code = segno.make(str(letter_code(letter)), error="m", micro=False, boost_error=False, mask=_MASK)
    squares = np.pad(np.array(code.matrix, np.uint8), _QUIET)
    pixels = squares.repeat(_PIXELS, axis=0).repeat(_PIXELS, axis=1)
    return CodePicture(indexed_png(pixels, [(255, 255, 255), (0, 0, 0)]), _in_curves(squares))


def _in_curves(squares: NDArray[np.uint8]) -> bytes:
    """The dark squares as one path, those beside each other as one box."""
    side = len(squares)
    edges = np.diff(squares.astype(int), prepend=0, append=0)
    begins, ends = np.argwhere(edges > 0), np.argwhere(edges < 0)[:, 1]
    pieces = zip(begins.tolist(), (ends - begins[:, 1]).tolist(), strict=True)
    boxes = "".join(f"M{left} {top}h{wide}v1h-{wide}z" for (top, left), wide in pieces)
    head = f'width="{side}" height="{side}" viewBox="0 0 {side} {side}"'
    paper = f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {head}>{paper}<path d="{boxes}"/></svg>'.encode()
