"""Everything people read, in Chinese and English, from gettext catalogues."""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from string import Formatter

from babel import Locale
from babel.messages.pofile import read_po

__all__ = ["LANGUAGES", "catalogue", "spoken_language", "territories", "text"]

LANGUAGES = ("zh-CN", "en")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every key of a language; a key's first part names the file it stands in."""
    keys: dict[str, str] = {}
    for part in sorted(files(__name__).joinpath(language).iterdir(), key=lambda file: file.name):
        with part.open("rb") as file:
            keys |= {str(message.id): str(message.string) for message in read_po(file) if message.id}
    return keys


def text(key: str, language: str, /, **fields: object) -> str:
    """The text of a key with its `{fields}` filled in; raise KeyError for an unknown key.

    `{count:line|lines}` is the first of the two for a count of one, else the second.
    """
    said = catalogue(language)[key]
    return _COUNTING.vformat(said, (), fields) if "|" in said else said.format(**fields)


class _Counting(Formatter):
    """Fields as ever, and words that agree with a number."""

    def format_field(self, value: object, format_spec: str) -> str:
        """A field, or the word that goes with it."""
        one, parted, many = format_spec.partition("|")
        if not parted:
            return str(super().format_field(value, format_spec))
        return one if str(value) in ("1", "1.0", "-1") else many


_COUNTING = _Counting()


@cache
def territories(language: str) -> dict[str, str]:
    """What a language calls the countries of the world, by their codes."""
    return dict(Locale.parse(language, sep="-").territories)


def spoken_language() -> str:
    """The language of messages: TARGETCAL_LANG, else Chinese in a Chinese locale, else English."""
    said = os.environ.get("TARGETCAL_LANG", "")
    if said in LANGUAGES:
        return said
    locale = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "zh-CN" if locale.startswith("zh") else "en"
