"""The covering texts that letters are mailed with: the house's own, from a file beside the book, or ours."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..language import LANGUAGES, find
from ..ooxml import write_file
from ..problems import DataProblems, Problem, Refused

FIELDS: Final = ("person", "head", "region", "company", "period", "metric", "number", "replaces", "files")
"""What may stand in braces in a covering text."""
SIGNED_TEXT: Final = "letter_signed"
"""What a letter goes with whose receiver has signed it already."""
KINDS: Final = ("letter", "letter_copy", "letter_personal", SIGNED_TEXT)
_PARTS: Final = ("subject", "body")
_ENDING: Final = ".mail.toml"
_BRACED: Final = re.compile(r"\{([^{}]*)\}")
_LONGEST: Final = 20_000


@dataclass(frozen=True)
class CoveringText:
    """A subject and a body with fields in braces."""

    subject: str
    body: str

    def filled(self, fields: Mapping[str, str]) -> tuple[str, str]:
        """Subject and body with what the fields stand for; nothing of that is read again."""
        subject, body = (
            _BRACED.sub(lambda found: fields[found[1]], part) for part in (self.subject, self.body)
        )
        return subject, body


def texts_path(book: Path) -> Path:
    """Where a book's covering texts stand."""
    return book.with_name(book.stem + _ENDING)


def covering_texts(book: Path, language: str) -> Mapping[str, CoveringText]:
    """By kind what letters are mailed with in a language; raise DataProblems with all that is amiss."""
    path = texts_path(book)
    own = _read(path) if path.is_file() else {}
    said = {kind: {part: _ours(kind, part, language) for part in _PARTS} for kind in KINDS}
    for kind, part, words in _own(own, language):
        said[kind][part] = words
    return {kind: CoveringText(**parts) for kind, parts in said.items()}


def write_texts(book: Path) -> Path:
    """Write our texts, in every language, for the house to edit; raise Refused where a file is there."""
    path = texts_path(book)
    if path.exists():
        raise Refused([Problem("mail_texts_there", path.name)])
    write_file(path, _file().encode())
    return path


def _ours(kind: str, part: str, language: str) -> str:
    return find(f"outbox.{kind}.{part}", language) or ""


def _file() -> str:
    """All texts as a file that says what may be written in it."""
    parts = [f"# {' '.join(f'{{{code}}}' for code in FIELDS)}\n"]
    for language in LANGUAGES:
        for kind in KINDS:
            subject, body = (_ours(kind, part, language) for part in _PARTS)
            parts.append(f'[{language}.{kind}]\nsubject = "{subject}"\nbody = """\n{body}\n"""\n')
    return "\n".join(parts)


def _read(path: Path) -> Mapping[str, object]:
    try:
        said = tomllib.loads(path.read_text("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise DataProblems([Problem("mail_texts_syntax", path.name, {"said": str(error)})]) from error
    if problems := [
        Problem(code, f"{path.name}, {place}", {"value": value, "known": [f"{{{one}}}" for one in FIELDS]})
        for code, place, value in _faults(said, ())
    ]:
        raise DataProblems(problems)
    return said


_LEVELS: Final = (LANGUAGES, KINDS, _PARTS)


def _faults(said: object, place: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Tables and keys that nobody knows, what is no text, and fields that nobody knows, with their places."""
    where = ".".join(place)
    if len(place) == len(_LEVELS):
        yield from ((code, where, value) for code, value in _text_faults(said, place[-1]))
    elif not isinstance(said, dict):
        yield "mail_texts_shape", where, str(said)[:40]
    else:
        for key, value in said.items():
            if key in _LEVELS[len(place)]:
                yield from _faults(value, (*place, key))
            else:
                yield "mail_texts_key", ".".join((*place, str(key))), str(key)


def _text_faults(said: object, part: str) -> Iterator[tuple[str, str]]:
    if not isinstance(said, str) or not said.strip() or len(said) > _LONGEST:
        yield "mail_texts_shape", str(said)[:40]
        return
    yield from (("mail_texts_field", f"{{{code}}}") for code in _BRACED.findall(said) if code not in FIELDS)
    if {"{", "}"} & set(_BRACED.sub("", said)):
        yield "mail_texts_brace", part
    if part == "subject" and len(said.splitlines()) > 1:
        yield "mail_texts_lines", part


def _own(said: Mapping[str, object], language: str) -> Iterator[tuple[str, str, str]]:
    """The house's own texts in a language."""
    kinds = said.get(language)
    for kind, parts in kinds.items() if isinstance(kinds, dict) else ():
        for part, words in parts.items():
            yield kind, part, words.strip()
