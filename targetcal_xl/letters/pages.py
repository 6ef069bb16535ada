"""The pages of a PDF as their reader sees them: which signs stand where, and which cannot be read."""

from __future__ import annotations

import ctypes
import operator
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

_SCALE = 1.5
"""Pixels per point: enough to see a thin stroke of a small sign."""
_INK = 24
"""How much darker or lighter than without it a sign makes its place, of 255, so that it can be seen."""
_LEAST = 3.0
"""Points: what is smaller is not read."""
_SHARED, _SHARED_BY_NEIGHBOURS = 0.35, 0.75
"""The share of a sign's box that another one may cover: letters in italics lean over each other."""
_PIXEL = 1 / _SCALE
_DEEPEST = 12


class Sign(NamedTuple):
    """A sign on a page, in which place of its text, and its box in points: left, bottom, right, top."""

    sign: str
    place: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class Page:
    """What can be read on a page, in the order in which it was set, and what stands over other text."""

    text: str
    overprinted: str


def read_pages(pdf: bytes) -> list[Page]:
    """Every page of a PDF."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [_read(page) for page in document]


def _read(page: Any) -> Page:
    seen = _seen(list(_signs(page)), _ink(page), page.get_mediabox())
    over = _overprinted(seen)
    return Page("".join(sign.sign for sign in seen), "".join(sign.sign for sign in seen if sign in over))


def _signs(page: Any) -> Iterator[Sign]:
    """The signs of a page that are no white space."""
    text, boxes = page.get_textpage(), _Boxes()
    raw, box_of, code_of, is_generated = text.raw, boxes.of, *_ASKED
    half = ""
    for place in range(text.count_chars()):
        code = code_of(raw, place)
        if code in _HIGH:  # beyond 16 bits a sign comes in two halves
            half = chr(code)
            continue
        sign, half = _whole(half, chr(code)), ""
        if sign.isspace() or sign == "\0" or is_generated(raw, place) == 1:
            continue
        if (box := box_of(raw, place)) is not None:
            yield Sign(sign, place, *box)


_ASKED = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_IsGenerated
_HIGH = range(0xD800, 0xDC00)


def _whole(half: str, sign: str) -> str:
    return (half + sign).encode("utf-16", "surrogatepass").decode("utf-16", "replace") if half else sign


class _Boxes:
    """Asks for boxes of signs, in the same memory each time."""

    def __init__(self) -> None:
        self._sides = tuple(ctypes.c_double() for _ in range(4))
        self._there = tuple(map(ctypes.byref, self._sides))
        self._tall = pdfium.FS_RECTF()

    def of(self, text: Any, place: int) -> tuple[float, float, float, float] | None:
        """A sign's box; None for one that is too small to be read."""
        _BOX(text, place, *self._there)
        left, right, bottom, top = (side.value for side in self._sides)
        if top - bottom < _LEAST and right - left < _LEAST and self._is_small(text, place):
            return None
        return left, bottom, right, top

    def _is_small(self, text: Any, place: int) -> bool:
        """Whether a sign of little ink is in small letters: a full stop is little in any."""
        tall = self._tall
        pdfium.FPDFText_GetLooseCharBox(text, place, tall)
        return bool(tall.top - tall.bottom < _LEAST and tall.right - tall.left < _LEAST)


_BOX = pdfium.FPDFText_GetCharBox


def _ink(page: Any) -> NDArray[np.bool_]:
    """Where the page's text makes its picture differ: nowhere where it is hidden, covered or unseen."""
    shown = _picture(page)
    for item in page.get_objects((pdfium.FPDF_PAGEOBJ_TEXT,), max_depth=_DEEPEST):
        pdfium.FPDFTextObj_SetTextRenderMode(item.raw, pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)
    bare = _picture(page)
    apart: NDArray[np.bool_] = np.maximum(shown, bare) - np.minimum(shown, bare) >= _INK
    return apart


def _picture(page: Any) -> NDArray[np.uint8]:
    bitmap = page.render(scale=_SCALE, grayscale=True)
    grey: NDArray[np.uint8] = bitmap.to_numpy().reshape(bitmap.height, bitmap.width)
    return grey


def _seen(signs: list[Sign], ink: NDArray[np.bool_], paper: tuple[float, ...]) -> list[Sign]:
    """The signs that are on the paper, and make a difference there."""
    if not signs:
        return []
    x0, y0, x1, y1 = paper
    left, bottom, right, top = np.array([sign[2:] for sign in signs]).T
    inside = (left >= x0 - 1) & (bottom >= y0 - 1) & (right <= x1 + 1) & (top <= y1 + 1)
    edges = (y1 - top - _PIXEL, y1 - bottom + 2 * _PIXEL, left - x0 - _PIXEL, right - x0 + 2 * _PIXEL)
    pixels = np.stack([np.maximum(edge * _SCALE, 0).astype(int) for edge in edges], axis=1).tolist()
    return [
        sign
        for sign, is_inside, (above, below, start, end) in zip(signs, inside.tolist(), pixels, strict=True)
        if is_inside and ink[above:below, start:end].any()
    ]


def _overprinted(signs: list[Sign]) -> set[Sign]:
    """Signs that others stand on; the same sign struck twice is bold."""
    letters = sorted((one for one in signs if unicodedata.category(one.sign)[0] != "M"), key=_BY_LEFT)
    if not letters:
        return set()
    left, bottom, right, top = np.array([sign[2:] for sign in letters]).T
    found: set[Sign] = set()
    for step in range(1, len(letters)):
        near = left[step:] < right[:-step]
        if not near.any():
            break
        near &= (bottom[step:] < top[:-step]) & (bottom[:-step] < top[step:])
        pairs = ((letters[at], letters[at + step]) for at in np.flatnonzero(near).tolist())
        found |= {sign for pair in pairs if _collide(*pair) for sign in pair}
    return found


_BY_LEFT = operator.attrgetter("left")


def _collide(one: Sign, other: Sign) -> bool:
    """Whether two signs stand on one another; a ligature is one sign that is read as two."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.top, other.top) - max(one.bottom, other.bottom)
    if across <= 0 or down <= 0 or one.sign == other.sign:
        return False
    if one[2:] == other[2:] and abs(one.place - other.place) <= 2:
        return False
    areas = [(box.right - box.left) * (box.top - box.bottom) for box in (one, other)]
    shared = _SHARED_BY_NEIGHBOURS if abs(one.place - other.place) == 1 else _SHARED
    return across * down > shared * min(areas)
