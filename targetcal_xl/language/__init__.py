"""Everything people read, from gettext catalogues: a folder for each language, with its record."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from string import Formatter

from .reasons import MEANT, is_meant, is_placeholder
from .record import LANGUAGES, Language, Shortened, record

__all__ = [
    "FALLBACK",
    "LANGUAGES",
    "MEANT",
    "Language",
    "Shortened",
    "catalogue",
    "currencies",
    "find",
    "is_meant",
    "is_placeholder",
    "listed",
    "record",
    "spoken_language",
    "territories",
    "text",
]

_HERE = Path(__file__).parent
FALLBACK = "en"
"""What is spoken where nobody's language is known."""

_ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"(?:\n|\Z))+)', re.MULTILINE)
"""A message of a catalogue. Babel, which reads every kind of them, takes longer to load than we to start."""


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every key of a language."""
    parts = sorted(file.stem for file in _HERE.joinpath(language).glob("*.po"))
    return {key: said for part in parts for key, said in _part(language, part).items()}


@cache
def find(key: str, language: str) -> str | None:
    """The text of a key as the catalogue has it, None where it has none.

    A key's first part names the file it stands in, and no other is read; problems stand in all of them.
    """
    part = _part(language, key.partition(".")[0])
    return part.get(key) if part else catalogue(language).get(key)


@cache
def _part(language: str, name: str) -> dict[str, str]:
    """A file of the catalogue; nothing where there is none of this name."""
    path = _HERE / language / f"{name}.po"
    if not path.is_file():
        return {}
    entries = _ENTRY.findall(path.read_text("utf-8"))
    return {key: _unquoted(said) for quoted, said in entries if (key := _unquoted(quoted))}


def _unquoted(said: str) -> str:
    """The text of quoted lines, whose escapes are those of JSON; most are one line without any."""
    if "\\" not in said and said.count("\n") < 2:
        return said.strip()[1:-1]
    return "".join(map(json.loads, said.splitlines()))


def text(key: str, language: str, /, **fields: object) -> str:
    """The text of a key with its `{fields}` filled in; raise KeyError for an unknown key.

    `{count:line|lines}` is the first of the two for a count of one, else the second. The blank that sets off
    a number from Chinese goes where a Chinese word stands in its place.
    """
    said = find(key, language)
    if said is None:
        raise KeyError(key)
    said = _BESIDE_FIELD.sub(lambda found: _closed_up(found, fields), said)
    return _COUNTING.vformat(said, (), fields) if "|" in said else said.format(**fields)


_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
"""A sign of Chinese, beside which Chinese has no blank."""
_BESIDE_FIELD = re.compile(rf"(?P<before>{_WIDE} )?\{{(?P<field>\w+)\}}(?P<after> (?={_WIDE}))?")
"""A field, with the blanks that part it from Chinese."""
_STARTS_WIDE, _ENDS_WIDE = re.compile(_WIDE), re.compile(rf".*{_WIDE}\Z", re.DOTALL)


def _closed_up(found: re.Match[str], fields: Mapping[str, object]) -> str:
    """A field without the blanks between two signs of Chinese."""
    before, name, after = (found[part] or "" for part in ("before", "field", "after"))
    said = str(fields.get(name, "")) if before or after else ""
    if _STARTS_WIDE.match(said):
        before = before.rstrip()
    if _ENDS_WIDE.match(said):
        after = ""
    return f"{before}{{{name}}}{after}"


class _Counting(Formatter):
    """Fields as ever, and words that agree with a number."""

    def format_field(self, value: object, format_spec: str) -> str:
        """A field, or the word that goes with it."""
        one, parted, many = format_spec.partition("|")
        if not parted:
            return str(super().format_field(value, format_spec))
        return one if str(value) in ("1", "1.0", "-1") else many


_COUNTING = _Counting()


def listed(items: Iterable[object], language: str) -> str:
    """Several things one after the other, as a language lists them."""
    return record(language).comma.join(map(str, items))


@cache
def territories(language: str) -> dict[str, str]:
    """What a language calls the countries of the world, by their codes."""
    from babel import Locale

    return dict(Locale.parse(record(language).locale).territories)


@cache
def currencies(language: str) -> dict[str, tuple[str, ...]]:
    """What a language calls the currencies of the world, with their signs, by their codes."""
    from babel import Locale

    locale = Locale.parse(record(language).locale)
    signs = locale.currency_symbols
    return {code: (name, signs.get(code, code)) for code, name in locale.currencies.items()}


def spoken_language() -> str:
    """The language of messages: TARGETCAL_LANG, else that of the computer's locale, else English."""
    said = os.environ.get("TARGETCAL_LANG", "")
    if said in LANGUAGES:
        return said
    locale = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return next((code for code in LANGUAGES if locale.startswith(record(code).spoken_in)), FALLBACK)
