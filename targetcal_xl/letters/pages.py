"""The pages of a PDF as their reader sees them: which signs stand where, and which cannot be read."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import starmap
from typing import Any, NamedTuple

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from .font import draws_boxes

_SCALE = 1.5
"""Pixels per point: enough to see a thin stroke of a small sign."""
_INK = 24
"""How much darker or lighter than without it a sign makes its place, of 255, so that it can be seen."""
_LEAST, _SMALLEST = 3.0, 2.5
"""Points: a sign with less ink either way may be small, and is not read if its font's size is smaller."""
_SHARED, _SHARED_BY_NEIGHBOURS = 0.35, 0.75
"""The share of a sign's box that another one may cover: letters in italics lean over each other."""
_PIXEL = 1 / _SCALE
_DEEPEST = 12
_LEVEL = 1.0
"""Points by which the heights of pieces of text in one line may differ."""
_DOUBLE = ctypes.sizeof(ctypes.c_double)


class _Signs(NamedTuple):
    """Signs of a page in the order of its text; the place of each in it, and its box (signs, 4) in points:
    left, right, bottom, top."""

    said: list[str]
    places: NDArray[np.int_]
    boxes: NDArray[np.float64]

    def where(self, chosen: NDArray[np.bool_]) -> _Signs:
        """Those of them that are chosen."""
        at = np.flatnonzero(chosen)
        return _Signs([self.said[place] for place in at.tolist()], self.places[at], self.boxes[at])


@dataclass(frozen=True)
class Page:
    """What can be read on a page, in the order in which it was set, what stands over other text, and signs
    for private use that may be printed as boxes, with the names of their fonts."""

    text: str
    overprinted: str
    symbols: tuple[tuple[str, str], ...] = ()


def read_pages(pdf: bytes) -> list[Page]:
    """Every page of a PDF."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [_read(page) for page in document]


def _read(page: Any) -> Page:
    items = list(_texts(pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject, page.raw))
    text = page.get_textpage()
    signs = _signs(text, _lines(items))
    seen = signs.where(_is_seen(signs.boxes, _ink(page, items), page.get_mediabox()))
    over = "".join(seen.said[at] for at in _overprinted(seen))
    return Page("".join(seen.said), over, tuple(_symbols(text, seen)))


def _symbols(text: Any, signs: _Signs) -> Iterator[tuple[str, str]]:
    """The signs for private use that may be boxes, and the names of their fonts."""
    for place, sign in zip(signs.places.tolist(), signs.said, strict=True):
        if unicodedata.category(sign) == "Co":
            font = pdfium.FPDFTextObj_GetFont(pdfium.FPDFText_GetTextObject(text, place))
            if draws_boxes(_font_file(font)):
                yield sign, _font_name(font)


def _font_file(font: Any) -> bytes:
    length = ctypes.c_ulong()
    pdfium.FPDFFont_GetFontData(font, None, 0, length)
    data = (ctypes.c_uint8 * length.value)()
    pdfium.FPDFFont_GetFontData(font, data, length, length)
    return bytes(data)


def _font_name(font: Any) -> str:
    """Its name, without the mark of what is cut down to what is printed of it."""
    name = ctypes.create_string_buffer(pdfium.FPDFFont_GetBaseFontName(font, None, 0))
    pdfium.FPDFFont_GetBaseFontName(font, name, len(name))
    return name.value.decode("utf-8", "replace").rpartition("+")[2]


def _texts(count: Any, item_of: Any, holder: Any, depth: int = 0) -> Iterator[Any]:
    """The pieces of text of a page and of the forms on it, in the order in which they were set."""
    for place in range(count(holder)):
        item = item_of(holder, place)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            yield item
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            yield from _texts(pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject, item, depth + 1)


def _lines(items: Iterable[Any]) -> dict[int, int]:
    """Address of a piece of text -> the number of its line: pieces set in turn at one height share it."""
    found: dict[int, int] = {}
    line, height, matrix = 0, 0.0, pdfium.FS_MATRIX()
    for item in items:
        pdfium.FPDFPageObj_GetMatrix(item, matrix)
        line += abs(matrix.f - height) > _LEVEL
        height = matrix.f
        found[_address(item)] = line
    return found


def _signs(text: Any, lines: Mapping[int, int]) -> _Signs:
    """The signs of a page that are large enough to be read; white space is none, and all that pdfium adds.

    Line after line as they were set: pdfium mixes lines at whose ends a sign, as dashes in a row are one, is
    wider than they are high.
    """
    found = sorted(_spelled(text), key=_line_of(text, lines))
    places = np.array([place for place, _ in found], dtype=int)
    signs = _Signs([sign for _, sign in found], places, _boxes(text, places))
    left, right, bottom, top = signs.boxes.T
    little = np.flatnonzero((right - left < _LEAST) & (top - bottom < _LEAST))
    is_read = np.ones(len(places), bool)
    is_read[little] = [not _is_small(text, place) for place in places[little].tolist()]
    return signs.where(is_read)


def _spelled(text: Any) -> Iterator[tuple[int, str]]:
    """The signs of a page that are no white space, and their places."""
    address, half = _address(text.raw), ""
    for place in range(text.count_chars()):
        sign = chr(_CODE(address, place))
        if "\ud800" <= sign < "\udc00":  # beyond 16 bits a sign comes in two halves
            half = sign
            continue
        if half:
            sign, half = _joined(half, sign), ""
        if sign != "\0" and not sign.isspace():
            yield place, sign


def _line_of(text: Any, lines: Mapping[int, int]) -> Callable[[tuple[int, str]], int]:
    """What tells the line of a sign in a place of the page's text."""
    address = _address(text.raw)
    return lambda found: lines.get(_ITEM(address, found[0]), 0)


def _joined(half: str, rest: str) -> str:
    return (half + rest).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _boxes(text: Any, places: NDArray[np.int_]) -> NDArray[np.float64]:
    """The boxes of the signs in these places."""
    boxes = np.zeros((len(places), 4))
    address, at = _address(text.raw), boxes.ctypes.data
    for place in places.tolist():
        _BOX(address, place, at, at + _DOUBLE, at + 2 * _DOUBLE, at + 3 * _DOUBLE)
        at += 4 * _DOUBLE
    return boxes


def _is_small(text: Any, place: int) -> bool:
    """Whether a sign of little ink is of a small size: a full stop is little in any."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text, place, matrix)
    size = pdfium.FPDFText_GetFontSize(text, place)
    return bool(size * max(abs(matrix.b), abs(matrix.d)) < _SMALLEST)


def _address(handle: Any) -> int:
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def _fast(function: Any, result: Any, *kinds: Any) -> Callable[..., int]:
    """A function of pdfium that takes addresses as numbers: it is asked for each sign."""
    return ctypes.CFUNCTYPE(result, *kinds)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_CODE = _fast(pdfium.FPDFText_GetUnicode, ctypes.c_uint, ctypes.c_void_p, ctypes.c_int)
_ITEM = _fast(pdfium.FPDFText_GetTextObject, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_int)
_BOX = _fast(pdfium.FPDFText_GetCharBox, ctypes.c_int, ctypes.c_void_p, ctypes.c_int, *[ctypes.c_void_p] * 4)


def _ink(page: Any, items: Iterable[Any]) -> NDArray[np.bool_]:
    """Where the page's text makes its picture differ: nowhere where it is hidden, covered or unseen."""
    shown = _picture(page)
    for item in items:
        pdfium.FPDFTextObj_SetTextRenderMode(item, pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)
    bare = _picture(page)
    darkest = np.minimum(shown, bare)
    np.maximum(shown, bare, out=shown)
    np.subtract(shown, darkest, out=shown)
    return shown >= _INK


def _picture(page: Any) -> NDArray[np.uint8]:
    bitmap = page.render(scale=_SCALE, grayscale=True)
    grey: NDArray[np.uint8] = bitmap.to_numpy().reshape(bitmap.height, bitmap.width)
    return grey


def _is_seen(
    boxes: NDArray[np.float64], ink: NDArray[np.bool_], paper: tuple[float, ...]
) -> NDArray[np.bool_]:
    """Whether each sign is on the paper, and makes a difference there."""
    x0, y0, x1, y1 = paper
    left, right, bottom, top = boxes.T
    inside = (left >= x0 - 1) & (bottom >= y0 - 1) & (right <= x1 + 1) & (top <= y1 + 1)
    edges = (y1 - top - _PIXEL, y1 - bottom + 2 * _PIXEL, left - x0 - _PIXEL, right - x0 + 2 * _PIXEL)
    most = np.array(ink.shape).repeat(2)
    pixels = np.clip(np.stack(edges, axis=1) * _SCALE, 0, most).astype(int)
    touched = _Inked(ink)
    inked = np.fromiter(starmap(touched.anywhere, pixels.tolist()), bool, len(boxes))
    seen: NDArray[np.bool_] = inside & inked
    return seen


class _Inked:
    """Pixels with ink as a row of bytes, in which one is found faster than in an array."""

    def __init__(self, ink: NDArray[np.bool_]) -> None:
        self._width, self._all = ink.shape[1], ink.tobytes()

    def anywhere(self, above: int, below: int, start: int, end: int) -> bool:
        """Whether there is ink in a box."""
        rows, find = range(above * self._width, below * self._width, self._width), self._all.find
        return any(find(1, row + start, row + end) >= 0 for row in rows)


def _overprinted(signs: _Signs) -> list[int]:
    """Signs that others stand on; the same sign struck twice is bold."""
    order = np.argsort(signs.boxes[:, 0], kind="stable")
    left, right, bottom, top = signs.boxes[order].T
    found: set[int] = set()
    for step in range(1, len(order)):
        near = left[step:] < right[:-step]
        if not near.any():
            break
        near &= (bottom[step:] < top[:-step]) & (bottom[:-step] < top[step:])
        for at in np.flatnonzero(near).tolist():
            one, other = int(order[at]), int(order[at + step])
            if _collide(signs, one, other):
                found |= {one, other}
    return sorted(found)


def _collide(signs: _Signs, one: int, other: int) -> bool:
    """Whether two signs stand on one another; a ligature is one sign that is read as two, and a mark stands
    on its letter."""
    said = signs.said[one], signs.said[other]
    if said[0] == said[1] or any(unicodedata.category(sign)[0] == "M" for sign in said):
        return False
    boxes, apart = signs.boxes[[one, other]], abs(int(signs.places[one] - signs.places[other]))
    if apart <= 2 and (boxes[0] == boxes[1]).all():
        return False
    across, down = (boxes[:, side + 1].min() - boxes[:, side].max() for side in (0, 2))
    least = ((boxes[:, 1] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 2])).min()
    shared = _SHARED_BY_NEIGHBOURS if apart == 1 else _SHARED
    return bool(across > 0 and down > 0 and across * down > shared * least)
