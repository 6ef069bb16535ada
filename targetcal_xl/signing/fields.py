"""Where signatures go on a letter: beside the marks of its template, up to what is printed around."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Final, NamedTuple

from ..calibration.vocabulary import SIGNATURE_MARKS, Role
from ..problems import Problem, Refused

FIELD_NAMES: Final[Mapping[str, Role]] = {mark.strip("[]"): role for role, mark in SIGNATURE_MARKS.items()}
"""What the fields are called in the file, and whose signature each is for."""

_WIDEST, _TALLEST = 190.0, 52.0
_LEAST_WIDTH, _LEAST_HEIGHT = 60.0, 14.0
_LABEL = 70.0
"""How far left of a mark what belongs to its cell begins."""
_GAP = 3.0
"""Points that stay free to what is printed around."""
_SCALE = 2
"""Pixels a point, where lines and pictures are looked for."""
_PALEST = 240
"""What is lighter than this, of 255, is paper."""
_LINE = 0.5
"""The share of a row of pixels that only a line fills."""
_TINY = 3.0
"""Points: what is set smaller than this is a mark, not somebody's text that reads like one."""


class Corners(NamedTuple):
    """A rectangle on a page, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def whole(self) -> Corners:
        """The largest rectangle in whole points inside it."""
        return Corners(ceil(self.left), ceil(self.bottom), floor(self.right), floor(self.top))


@dataclass(frozen=True)
class SignatureField:
    """A place to sign: whose it is, on which page, from 0, and where there."""

    role: Role
    page: int
    box: Corners

    @property
    def name(self) -> str:
        """What it is called in the file."""
        return next(name for name, role in FIELD_NAMES.items() if role == self.role)


def signature_fields(pdf: bytes) -> tuple[SignatureField, ...]:
    """The places to sign of a letter, found by its marks; raise Refused where one is missing or unclear."""
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(pdf) as document:
            found = list(_marks(document))
            wrong = [role for role in SIGNATURE_MARKS if sum(one.role == role for one in found) != 1]
            if not wrong:
                return tuple(SignatureField(one.role, one.page, _room(document, one)) for one in found)
    except pypdfium2.PdfiumError as error:
        raise Refused([Problem("sign_unreadable")]) from error
    raise Refused([Problem("sign_no_place", fields={"mark": SIGNATURE_MARKS[role]}) for role in wrong])


class _Mark(NamedTuple):
    role: Role
    page: int
    box: Corners


def _marks(document: Any) -> Iterator[_Mark]:
    """The marks of all pages; texts of letters that only read like one are larger."""
    for number, page in enumerate(document):
        text = page.get_textpage()
        for role, mark in SIGNATURE_MARKS.items():
            search = text.search(mark, match_case=True)
            while place := search.get_next():
                box = _around([text.get_charbox(place[0] + k) for k in range(place[1])])
                if box.top - box.bottom < _TINY:
                    yield _Mark(role, number, box)


def _around(boxes: Sequence[tuple[float, float, float, float]]) -> Corners:
    left, bottom, right, top = zip(*boxes, strict=True)
    return Corners(min(left), min(bottom), max(right), max(top))


def _room(document: Any, mark: _Mark) -> Corners:
    """What is free from a mark to the right and below; raise Refused where that is too little to sign in."""
    text = document[mark.page].get_textpage()
    others = [Corners(*text.get_rect(k)) for k in range(text.count_rects())]
    printed = [box for box in others if box.top - box.bottom >= _TINY]
    right = min([*_edges(document[mark.page], mark, printed), mark.box.left + _WIDEST])
    top = mark.box.top + _TINY
    below = [box.top for box in printed if _is_below(box, mark.box, right)]
    bottom = max([top - _TALLEST, *(edge + _GAP for edge in below)])
    free = _unprinted(document[mark.page], Corners(mark.box.left, bottom, right, top))
    if free.right - free.left < _LEAST_WIDTH or free.top - free.bottom < _LEAST_HEIGHT:
        raise Refused([Problem("sign_no_room", fields={"mark": SIGNATURE_MARKS[mark.role]})])
    return free.whole


def _unprinted(page: Any, room: Corners) -> Corners:
    """What of a room no line or picture stands in: above the first line across, left of what comes first."""
    bitmap = page.render(scale=_SCALE, grayscale=True)
    picture, high = bitmap.to_numpy().reshape(bitmap.height, bitmap.width), bitmap.height
    rows = slice(high - round(room.top * _SCALE), high - round(room.bottom * _SCALE))
    ink = picture[rows, round(room.left * _SCALE) : round(room.right * _SCALE)] < _PALEST
    across = ink.mean(axis=1) > _LINE
    down = int(across.argmax()) if across.any() else len(ink)
    columns = ink[:down].any(axis=0)
    bottom = room.top - down / _SCALE + _GAP if down < len(ink) else room.bottom
    right = room.left + int(columns.argmax()) / _SCALE - _GAP if columns.any() else room.right
    return Corners(room.left, bottom, right, room.top)


def _edges(page: Any, mark: _Mark, printed: Sequence[Corners]) -> Iterator[float]:
    """Where what is to the right of a mark begins: other text at its height, and the margin."""
    yield max([box.right for box in printed], default=page.get_width()) - _GAP
    for box in printed:
        if (
            box.left > mark.box.right
            and box.bottom < mark.box.top + _GAP
            and box.top > mark.box.top - _TALLEST
        ):
            yield box.left - _GAP


def _is_below(box: Corners, mark: Corners, right: float) -> bool:
    return box.top < mark.bottom and box.right > mark.left - _LABEL and box.left < right
