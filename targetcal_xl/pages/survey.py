"""The survey's questionnaire as a page: what it saves says nothing of who answered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ..language import text
from .page import inert, part, rendered


@dataclass(frozen=True)
class AskedQuestion:
    """A question: the column that its answer goes into, and what may be chosen, with what is held of it."""

    column: str
    question: str
    choices: Sequence[tuple[str, str]]
    """What is held, and what is shown."""
    is_scale: bool = False
    """Whether choices stand beside each other, from little to much."""


def survey_page(title: str, lines: Sequence[str], questions: Sequence[AskedQuestion], language: str) -> str:
    """The page; it asks nobody anything and loads nothing."""
    words = {"missing": text("pages.survey.missing", language)}
    words["saved"] = text("pages.survey.saved", language, file="{file}")
    told = json.dumps({"columns": [one.column for one in questions], "words": words}, ensure_ascii=False)
    script = inert(f"const TOLD = {told};") + part("survey.js")
    return rendered("survey.html", language, script, title=title, lines=lines, questions=questions)
