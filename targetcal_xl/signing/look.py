"""What a signature looks like on the page: a few words, beside a picture of somebody's hand if wanted."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from ..problems import Problem, Refused

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

_SCALE: Final = 4
"""Pixels a point: as sharp as letters are printed."""
_LARGEST: Final = 9.0
_INK, _PALE = "#1F3864", "white"
_MOST_PIXELS: Final = 40_000_000

Fonts = Callable[[float], "FreeTypeFont"]
"""The font of letters in a size."""


def drawn_look(
    width: float, height: float, lines: Sequence[str], fonts: Fonts, picture: bytes | None
) -> Image:
    """A picture of words as large as there is room for them, on the right of somebody's picture.

    Raise Refused for a picture that is none.
    """
    from PIL import Image, ImageDraw

    across, down = round(width * _SCALE), round(height * _SCALE)
    look = Image.new("RGB", (across, down), _PALE)
    left = _placed(look, picture) if picture else 0
    font = _fitting(lines, fonts, across - left, down)
    draw, step = ImageDraw.Draw(look), down / len(lines)
    for number, line in enumerate(lines):
        draw.text((left, (number + 0.5) * step), line, _INK, font, anchor="lm")
    return look


def _fitting(lines: Sequence[str], fonts: Fonts, across: int, down: int) -> FreeTypeFont:
    """The font in the largest size in which every line has room."""
    size = float(min(_LARGEST * _SCALE, down // (len(lines) * 1.25)))
    while (widest := max(fonts(size).getlength(line) for line in lines)) > across and size > 1:
        size = max(1.0, min(size - 1, size * across // widest))
    return fonts(size)


def _placed(look: Image, picture: bytes) -> int:
    """Put a picture at the left, in at most half of the room; where it ends."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(picture), formats=("PNG",)) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise Refused([Problem("sign_picture")])
            hand = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused([Problem("sign_picture")]) from error
    shrink = min(look.width / 2 / hand.width, look.height / hand.height)
    small = hand.resize((max(1, round(hand.width * shrink)), max(1, round(hand.height * shrink))))
    look.paste(small, (0, (look.height - small.height) // 2), small)
    return small.width + 2 * _SCALE
