"""A Word file that HR edits, and the letters it becomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal

from ..language import FALLBACK
from ..problems import DataProblems, Problem
from .compiled import CompiledTemplate, Picture, Rendered
from .fields import LetterFields, fields, specimen
from .font import unprintable
from .house import house_copy, texts
from .package import parse_xml, parts_of
from .placed import BODY, picture_sizes
from .placeholders import unfilled
from .sandbox import LetterEnvironment

LetterKind = Literal["commitment", "representative"]
"""Whose letters the shipped templates are for: a region's, or one of its representatives'."""


class LetterTemplate:
    """A letter template in Word with docxtpl's syntax; `docs/letter-fields.md` lists its fields."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @classmethod
    def shipped(cls, language: str, kind: LetterKind = "commitment") -> LetterTemplate:
        """The template that comes with the package."""
        letters = files("targetcal_xl.templates").joinpath("letters")
        return cls(letters.joinpath(f"{kind}.{language}.docx").read_bytes())

    def problems(self) -> list[Problem]:
        """Everything that keeps the template from becoming a letter, found by making one."""
        try:
            self.render(fields(specimen(), FALLBACK), {}, specimen().issued)
        except DataProblems as refused:
            return list(refused.problems)
        return []

    @cached_property
    def picture_sizes(self) -> Mapping[str, tuple[float, float]]:
        """Width and height in points of each placeholder picture; raise DataProblems for a wrong number."""
        return picture_sizes(parse_xml(self._parts[BODY]))

    def render(self, context: LetterFields, pictures: Mapping[str, Picture], issued: dt.date) -> Rendered:
        """Fill the template in; the same input gives the same bytes.

        Raise DataProblems for a template that is unsafe, names unknown fields or lacks a signature
        mark or a picture, and for texts with characters that a letter cannot show.
        """
        if found := [*self._unfilled, *unprintable(_texts(context))]:
            raise DataProblems(found)
        return self._compiled.fill(context, pictures, issued)

    @cached_property
    def _compiled(self) -> CompiledTemplate:
        return CompiledTemplate(self._parts, LetterEnvironment(_known()))

    @cached_property
    def _parts(self) -> Mapping[str, bytes]:
        """What of the template leaves the house."""
        return parts_of(house_copy(self.data))

    @cached_property
    def _unfilled(self) -> list[Problem]:
        """What looks like a field to a reader, and is none."""
        found = (one for part in texts(self._parts) for one in unfilled(part, _known()))
        return list({one.fields["said"]: one for one in found}.values())


@cache
def _known() -> LetterFields:
    """Every field that a letter may have."""
    return fields(specimen(), FALLBACK)


def _texts(context: LetterFields) -> Iterator[str]:
    for value in context.values():
        rows = [{"": value}] if isinstance(value, str) else value
        yield from (text for row in rows for text in row.values())
