"""Typst markup without its texts: made once for a shape, filled in for each letter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from .blocks import pieces_of, woven
from .font import text_width
from .styles import is_sans
from .supported import Unsupported

_LATIN, _WIDE = re.compile("[A-Za-z]"), re.compile("[\u2e80-\U0003ffff]")
"""Chinese quotes and dashes are as wide as a character, also between Latin letters unless told otherwise."""
_NARROW = re.compile("[^\\s\u2000-\u206f\u2e80-\U0003ffff]")
_SIGN, _OPENS, _CLOSES = (
    r"[^\s\u2e80-\U0003ffff]",
    r"[(\[{“‘«（〔「『【《〈]",
    r"[)\]}”’»!?;:,./）〕」』】》〉，。、；：！？]",
)
_PACKED = re.compile(rf"(?:{_OPENS} *)*{_SIGN}+(?:(?: *{_CLOSES}|(?<={_OPENS}) +){_SIGN}*)*")
"""What no line parts: a word, and behind or before brackets and stops the next one too, blank or not.

Unicode's line breaking (UAX 14, LB13 to LB15).
"""
_SHARED = re.compile("\x01([^\x02]*)\x02")
"""A function that a whole letter shares. XML has no such characters, so no text can pass for one."""


class Mould(NamedTuple):
    """Markup in pieces, between which texts go; and the functions that it uses, by their names."""

    pieces: tuple[str, ...]
    slots: tuple[tuple[str, ...], ...]
    functions: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, markup: str) -> Mould:
        """The mould of a block's markup, whose texts are slots."""
        functions = {_named(made): made for made in _SHARED.findall(markup)}
        pieces, slots = pieces_of(_SHARED.sub(lambda found: _named(found[1]), markup))
        return cls(pieces, slots, tuple(functions.items()))

    def filled(self, texts: Sequence[str]) -> str:
        """The markup with its texts; raise Unsupported for one that our font cannot stand in for."""
        return woven(self.pieces, [argument(texts[int(number)], *known) for number, *known in self.slots])


def shared(function: str) -> str:
    """A function that is defined once in a letter, however often it is used."""
    return f"\x01{function}\x02"


@lru_cache(1 << 10)
def _named(function: str) -> str:
    return f"f{blake2b(function.encode(), digest_size=6).hexdigest()}"


def quoted(text: str) -> str:
    """A Typst string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@lru_cache(1 << 12)
def argument(text: str, *known: str) -> str:
    """Text as a string, which Typst takes as it is; words that are longer than a line may break anywhere.

    An empty box lets them, and leaves no character behind when the text is copied. `known`: the families of
    its Latin and of its Chinese letters, whether it is bold, and the length of a line in em; raise
    Unsupported where our font cannot stand in the place of a family.
    """
    if not known:
        return quoted(text)
    *families, bold, room = known
    is_latin, is_wide = bool(_NARROW.search(text)), bool(_WIDE.search(text))
    needed = (family for family, is_needed in zip(families, (is_latin, is_wide), strict=True) if is_needed)
    if (lacking := next((family for family in needed if not is_sans(family)), None)) is not None:
        raise Unsupported(f"font {lacking}")
    narrow = 'features: ("pwid",), ' if _LATIN.search(text) and not _WIDE.search(text) else ""
    return narrow + _breakable(text, bool(bold), float(room))


def _breakable(text: str, bold: bool, room: float) -> str:
    """Text as a string whose words that are longer than so many em may break at each sign."""
    pieces, done = [], 0
    for word in _PACKED.finditer(text):
        if _is_longer(word[0], bold, room):
            before = [quoted(text[done : word.start()])] if word.start() > done else []
            pieces += [*before, f"{quoted(word[0])}.clusters().join(box())"]
            done = word.end()
    return " + ".join([*pieces, quoted(text[done:])] if done < len(text) or not pieces else pieces)


def _is_longer(word: str, bold: bool, room: float) -> bool:
    """Whether a word is longer than so many em, in which at least as many of its signs have room."""
    return len(word) > room and text_width(word, bold) > room
