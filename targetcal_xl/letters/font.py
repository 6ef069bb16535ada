"""The one font of letters: where it is, and what it can show."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..calibration import composed
from ..problems import Problem, Refused

if TYPE_CHECKING:
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.ttLib import TTFont
    from PIL import ImageFont

FAMILY = "Noto Sans CJK SC"
WHEEL = "manimgx-fonts-cjk==2026.9.26.post1"
"""The wheel of another project that the font comes in, pinned in setup.cfg: a later may hold another file."""
_PACKAGE, _FILE, _SIZE = "manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc", 32_682_580
_SHA256 = "d3d8256cdec8dbcb3552284bc6b20c734dd60c2ee9df83b5758e34807c4bac32"
ASCENT, DESCENT, UNITS = 1.16, 0.288, 1000
"""How far the font reaches above and below its baseline, in em, and units of an em."""
_LAYOUT = "\n\r\t"
_INKLESS = frozenset("\u034f\u115f\u1160\u2028\u2029\u2800\u3164\uffa0\ufffc")
"""Fillers, blanks and separators that pass for letters or signs."""
_MOST = 12
UNUSUAL = re.compile("[^\n\r\t -~\u4e00-\u9fa5，。、；：？！（）《》“”‘’…—·％]")
"""What few texts have beside what the font has: whoever types none of it need not wait for its tables."""


@cache
def font_file() -> Path:
    """The file that letters are set in; raise Refused where it is gone or another that might print boxes."""
    path = _known_file()
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != _SHA256:
            raise _refusal("font_other", path)
    return path


def _known_file() -> Path:
    """The same by its name and size only, which is enough to ask what it can show, and takes no time."""
    from importlib.resources import files

    try:
        path = Path(str(files(_PACKAGE))) / _FILE
    except ModuleNotFoundError as error:
        raise _refusal("font_missing", Path(_FILE)) from error
    if not path.is_file():
        raise _refusal("font_missing", path)
    if path.stat().st_size != _SIZE:
        raise _refusal("font_other", path)
    return path


def _refusal(code: str, path: Path) -> Refused:
    return Refused([Problem(code, str(path), {"wheel": WHEEL})])


@cache
def drawing_font(size: float, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The font for drawing with Pillow, in pixels."""
    from PIL import ImageFont

    path, index = font_file(), _face()[1]
    font = ImageFont.truetype(str(path), size, index, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([_weight(bold)])
    return font


def text_width(text: str, bold: bool = False) -> float:
    """How long a text is, in em."""
    return sum(_advance(sign, bold) for sign in text) / UNITS


def outline(sign: str, bold: bool, at: float) -> str:
    """The curves of a sign that begins at `at`, as a path of SVG in units of the font, upwards."""
    from fontTools.pens.svgPathPen import SVGPathPen
    from fontTools.pens.transformPen import TransformPen

    pen = SVGPathPen(None, ntos=lambda number: str(round(number)))
    _curves(sign, bold).replay(TransformPen(pen, (1, 0, 0, 1, at, 0)))
    return str(pen.getCommands())


@cache
def _advance(sign: str, bold: bool) -> float:
    return float(_drawn(sign, bold).width)


@cache
def _curves(sign: str, bold: bool) -> RecordingPen:
    from fontTools.pens.recordingPen import RecordingPen

    pen = RecordingPen()
    _drawn(sign, bold).draw(pen)
    return pen


def _drawn(sign: str, bold: bool) -> Any:
    """A sign as the font draws it; one that it has not got, as that."""
    shapes = _shapes(bold)
    return shapes[_tables().getBestCmap().get(ord(sign), ".notdef")]


@cache
def _shapes(bold: bool) -> Any:
    return _tables().getGlyphSet(location={"wght": _weight(bold)})


@cache
def _tables() -> TTFont:
    from fontTools.ttLib import TTFont

    return TTFont(font_file(), fontNumber=_face()[1], lazy=True)


def _weight(bold: bool) -> int:
    return 700 if bold else 400


def unprinted(text: str) -> list[str]:
    """The characters of a text that a letter cannot show, by number; each once, a dozen at most.

    Line breaks and tabs are layout; any other control or formatting character, and what has no ink, is
    refused like a glyph that the font has not got.
    """
    unusual = {*UNUSUAL.findall(composed(text))}
    return [_name(sign) for sign in sorted(unusual - _glyphs())[:_MOST]] if unusual else []


def unprintable(texts: Iterable[str]) -> list[Problem]:
    """A `letter_glyph` problem for every text with characters that a letter cannot show."""
    different = dict.fromkeys(texts)
    if not unprinted("\n".join(different)):
        return []
    return [
        Problem("letter_glyph", _short(text), {"characters": signs})
        for text in different
        if (signs := unprinted(text))
    ]


@cache
def _glyphs() -> frozenset[str]:
    from fontTools.ttLib import TTFont

    path, index = _face()
    with TTFont(path, fontNumber=index, lazy=True) as font:
        shown = frozenset(map(chr, font.getBestCmap())) - _INKLESS
    return frozenset(sign for sign in shown if unicodedata.category(sign)[0] != "C") | frozenset(_LAYOUT)


@cache
def _face() -> tuple[Path, int]:
    """The file and the index in it of the family that we use."""
    from fontTools.ttLib import TTCollection

    path = _known_file()
    with TTCollection(path, lazy=True) as collection:
        names = [font["name"].getDebugName(1) for font in collection.fonts]
    return path, names.index(FAMILY)


def _short(text: str) -> str:
    shown = "".join(character if character in _glyphs() - set(_LAYOUT) else "□" for character in text)
    return shown if len(shown) <= 40 else shown[:39] + "…"


def _name(character: str) -> str:
    """`U+1F600 😀`; invisible characters by number only."""
    code = f"U+{ord(character):04X}"
    return f"{code} {character}" if character.isprintable() else code


@lru_cache(64)
def draws_boxes(data: bytes) -> bool:
    """Whether a font in a PDF, cut down to what is printed of it, has a second copy of the box that stands
    for what it lacks; so is one that is no TrueType, of which it cannot be told."""
    from fontTools.ttLib import TTLibError
    from fontTools.ttLib.sfnt import SFNTReader

    try:
        tables = SFNTReader(io.BytesIO(data))
        is_long, places, outlines = tables["head"][51], tables["loca"], tables["glyf"]
    except (TTLibError, KeyError, IndexError):
        return True
    ends = [at * (2 - is_long) for (at,) in struct.iter_unpack(">L" if is_long else ">H", places)]
    first, *others = [outlines[start:end] for start, end in pairwise(ends)]
    return first in others
