"""Text for VBA, which is kept in ASCII: our own of `xl`, and words in any script."""

from __future__ import annotations

from importlib.resources import files


def our_text(name: str) -> str:
    """A file of `xl`."""
    return files("targetcal_xl.xl").joinpath(name).read_text("utf-8")


def vba_words(said: str) -> str:
    """A text as VBA's `Words` reads it: a line of ASCII, what is not ASCII as `\\uXXXX` in UTF-16."""
    halves = said.replace("\n", " ").encode("utf-16-be").hex()
    units = (int(halves[at : at + 4], 16) for at in range(0, len(halves), 4))
    return "".join(chr(unit) if unit < 0x80 else f"\\u{unit:04X}" for unit in units)


def quoted(said: str) -> str:
    """A VBA literal."""
    return '"' + said.replace('"', '""') + '"'
