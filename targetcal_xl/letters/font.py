"""The one font of letters: where it is, and what it can show."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from ..calibration import composed
from ..problems import Problem

if TYPE_CHECKING:
    from PIL import ImageFont

FAMILY = "Noto Sans CJK SC"
_LAYOUT = "\n\r\t"
_INKLESS = frozenset("\u034f\u115f\u1160\u2028\u2029\u2800\u3164\uffa0\ufffc")
"""Fillers, blanks and separators that pass for letters or signs."""
_MOST = 12
COMMON = frozenset(map(chr, (*range(0x20, 0x7F), *range(0x4E00, 0x9FA6)))) | frozenset(
    "，。、；：？！（）《》“”‘’…—·％"
)
"""What most texts are made of, and the font has: whoever types nothing else need not wait for its tables."""


def font_files() -> tuple[Path, ...]:
    """The font files that letters are set in, from the font wheel."""
    return tuple(sorted(Path(str(files("manimgx_fonts_cjk"))).glob("*.ttc")))


@cache
def drawing_font(size: float, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The font for drawing with Pillow, in pixels."""
    from PIL import ImageFont

    path, index = _face()
    font = ImageFont.truetype(str(path), size, index=index)
    font.set_variation_by_axes([700 if bold else 400])
    return font


def unprinted(text: str) -> list[str]:
    """The characters of a text that a letter cannot show, by number; each once, a dozen at most.

    Line breaks and tabs are layout; any other control or formatting character, and what has no ink, is
    refused like a glyph that the font has not got.
    """
    unusual = set(composed(text)) - COMMON
    return [_name(sign) for sign in sorted(unusual - _glyphs())[:_MOST]] if unusual else []


def unprintable(texts: Iterable[str]) -> list[Problem]:
    """A `letter_glyph` problem for every text with characters that a letter cannot show."""
    return [
        Problem("letter_glyph", _short(text), {"characters": ", ".join(signs)})
        for text in dict.fromkeys(texts)
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

    for path in font_files():
        with TTCollection(path, lazy=True) as collection:
            names = [font["name"].getDebugName(1) for font in collection.fonts]
        if FAMILY in names:
            return path, names.index(FAMILY)
    raise FileNotFoundError(FAMILY)


def _short(text: str) -> str:
    shown = "".join(character if character in _glyphs() - set(_LAYOUT) else "□" for character in text)
    return shown if len(shown) <= 40 else shown[:39] + "…"


def _name(character: str) -> str:
    """`U+1F600 😀`; invisible characters by number only."""
    code = f"U+{ord(character):04X}"
    return f"{code} {character}" if character.isprintable() else code
