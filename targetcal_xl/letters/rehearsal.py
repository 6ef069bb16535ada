"""A template tried out: sample letters from the shortest to the longest, made and proved as any letter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from ..calibration import Letter, LineCommitment
from ..language import LANGUAGES, text
from ..problems import DataProblems, Problem
from .fields import specimen
from .pdf import SetPages
from .render import ToProve, proved_pdfs, render_word
from .supported import Unsupported
from .template import LetterTemplate

_MANY = 40


class _Sample(NamedTuple):
    letter: Letter
    language: str


@dataclass(frozen=True)
class Rehearsal:
    """How many letters were made, what was wrong with them, and why LibreOffice was needed, if it was."""

    letters: int
    problems: tuple[Problem, ...]
    needed: Unsupported | None


def rehearse(template: LetterTemplate) -> Rehearsal:
    """Make every sample letter in Word and PDF, with charts and proofs, the way that a real one goes."""
    if problems := template.problems():
        return Rehearsal(0, tuple(problems), None)
    samples, words = tuple(_samples()), list[ToProve]()
    refused = list[DataProblems]()
    for sample in samples:
        try:
            made = render_word(sample.letter, template, sample.language)
            words.append(ToProve(made, sample.letter, None))
        except DataProblems as problem:
            refused.append(problem)
    pages = proved_pdfs(words)
    refused += [one for one in pages if isinstance(one, DataProblems)]
    found = {(one.code, one.where, str(one.fields)): one for each in refused for one in each.problems}
    needed = [one.needed for one in pages if isinstance(one, SetPages) and one.needed]
    return Rehearsal(len(samples), tuple(found.values()), needed[-1] if needed else None)


def _samples() -> Iterator[_Sample]:
    """A bare letter, one with one of everything, and one that is long in every way, in each language."""
    for language in LANGUAGES:
        yield _Sample(_bare(specimen()), language)
        name, words = (text(f"letters.sample.{part}", language) for part in ("name", "words"))
        yield _Sample(_long(specimen(), name, words * 4), language)
    yield _Sample(specimen(), LANGUAGES[0])


def _bare(letter: Letter) -> Letter:
    return replace(
        letter, version=1, replaces="", replaced_head="", replaced_issued=None, grants=(), objections=(),
        declined=(), total=None, explanation=None, history=(),
        lines=tuple(replace(line, reason="") for line in letter.lines),
    )  # fmt: skip


def _long(letter: Letter, name: str, words: str) -> Letter:
    """Many lines, long names, long texts, and a list of everything."""
    (line,), (grant,), (objection,), (declined,) = (
        letter.lines,
        letter.grants,
        letter.objections,
        letter.declined,
    )
    said = replace(objection, line=name, basis=words, support=words, risk=words, handling=words)
    return replace(
        letter,
        company=name * 2,
        metric=replace(letter.metric, name=name, definition=words, unit=words[:6].strip()),
        region=replace(letter.region, name=name, head=replace(letter.region.head, name=name)),
        lines=tuple(_line(line, f"{name} {place}", words) for place in range(1, _MANY + 1)),
        grants=(replace(grant, line=name, what=words, unit=name),) * 12,
        declined=(replace(declined, line=name, what=words, reason=words),) * 5,
        objections=(said,) * 5,
    )


def _line(line: LineCommitment, name: str, words: str) -> LineCommitment:
    return replace(line, name=name, reason=words, risk=words)
