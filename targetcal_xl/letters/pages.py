"""The pages of a PDF as their reader sees them: which signs stand where, and which cannot be read."""

from __future__ import annotations

import ctypes
import unicodedata
from collections import defaultdict
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
_CELL = 24.0
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
    signs = list(_signs(page))
    seen = list(_seen(signs, _ink(page), page.get_mediabox()))
    over = _overprinted(seen)
    return Page("".join(sign.sign for sign in seen), "".join(sign.sign for sign in seen if sign in over))


def _signs(page: Any) -> Iterator[Sign]:
    """The signs of a page that are no white space."""
    text, boxes = page.get_textpage(), _Boxes()
    half = ""
    for place in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text.raw, place)
        if code in _HIGH:  # beyond 16 bits a sign comes in two halves
            half = chr(code)
            continue
        sign, half = _whole(half, chr(code)), ""
        if sign.isspace() or sign == "\0" or pdfium.FPDFText_IsGenerated(text.raw, place) == 1:
            continue
        if (box := boxes.of(text.raw, place)) is not None:
            yield Sign(sign, place, *box)


_HIGH = range(0xD800, 0xDC00)


def _whole(half: str, sign: str) -> str:
    return (half + sign).encode("utf-16", "surrogatepass").decode("utf-16", "replace") if half else sign


class _Boxes:
    """Asks for boxes of signs, in the same memory each time."""

    def __init__(self) -> None:
        self._sides = tuple(ctypes.c_double() for _ in range(4))
        self._tall = pdfium.FS_RECTF()

    def of(self, text: Any, place: int) -> tuple[float, float, float, float] | None:
        """A sign's box; None for one that is too small to be read."""
        tall = self._tall
        pdfium.FPDFText_GetLooseCharBox(text, place, tall)
        if tall.top - tall.bottom < _LEAST and tall.right - tall.left < _LEAST:
            return None
        left, right, bottom, top = self._sides
        pdfium.FPDFText_GetCharBox(text, place, left, right, bottom, top)
        return left.value, bottom.value, right.value, top.value


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


def _seen(signs: list[Sign], ink: NDArray[np.bool_], paper: tuple[float, ...]) -> Iterator[Sign]:
    """The signs that are on the paper, and make a difference there."""
    x0, y0, x1, y1 = paper
    for sign in signs:
        if sign.left < x0 - 1 or sign.bottom < y0 - 1 or sign.right > x1 + 1 or sign.top > y1 + 1:
            continue
        rows = slice(max(int((y1 - sign.top) * _SCALE) - 1, 0), int((y1 - sign.bottom) * _SCALE) + 2)
        columns = slice(max(int((sign.left - x0) * _SCALE) - 1, 0), int((sign.right - x0) * _SCALE) + 2)
        if ink[rows, columns].any():
            yield sign


def _overprinted(signs: list[Sign]) -> set[Sign]:
    """Signs that others stand on; the same sign struck twice is bold."""
    near: defaultdict[tuple[int, int], list[Sign]] = defaultdict(list)
    for sign in signs:
        if unicodedata.category(sign.sign)[0] != "M":
            for column in range(int(sign.left // _CELL), int(sign.right // _CELL) + 1):
                for row in range(int(sign.bottom // _CELL), int(sign.top // _CELL) + 1):
                    near[column, row].append(sign)
    pairs = ((one, other) for cell in near.values() for k, one in enumerate(cell) for other in cell[:k])
    return {sign for pair in pairs if _collide(*pair) for sign in pair}


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
