"""What the suggestions leave for finance to settle: last values and intervals that stand out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..calibration import ALL_LINES, Baseline, Inputs, understaffed
from ..calibration.question import kinds
from ..calibration.vocabulary import QuestionKind
from ..figures import Figures
from ..language import listed, text
from ..problems import MOST_OF_A_KIND
from ..sentences import ask
from ..telling import DONE, QUESTION, WARNING, Part, Sentence


@dataclass(frozen=True)
class Asked:
    """A line whose last value is a share (.24 for 24 %) away from what was expected, and the answer.

    What is asked about all lines names no region and no line.
    """

    region: str
    line: str
    period: str
    share: float
    answer: str
    """`one_off`, `new_level`, `as_is`, or empty while nobody has answered."""
    kind: QuestionKind = "line"


@dataclass(frozen=True)
class ShortOfPeople:
    """A line, after its region, or a region, what its people bring and what is suggested, in its unit."""

    name: str
    brings: float
    suggested: float


def asked(inputs: Inputs, baseline: Baseline) -> tuple[Asked, ...]:
    """Every question, answered or not, in the order of the lines."""
    return tuple(_asked(inputs, baseline))


def held(inputs: Inputs, baseline: Baseline) -> tuple[str, ...]:
    """Every line whose interval was cut off, after its region."""
    plan = inputs.plan
    return tuple(
        f"{plan.region(line.region).name} / {line.name}" for line in plan.lines if line.code in baseline.held
    )


def short_of_people(inputs: Inputs, baseline: Baseline) -> tuple[ShortOfPeople, ...]:
    """Each line and region whose planned people bring far less than is suggested: some may be missing."""
    plan = inputs.plan
    lines = {line.code: f"{plan.region(line.region).name} / {line.name}" for line in plan.lines}
    return tuple(
        ShortOfPeople(lines[code] if kind == "line" else plan.region(code).name, one.brings, one.suggested)
        for one in understaffed(plan, baseline.suggested)
        for kind, code in [one.at]
    )


def tell_short(short: Sequence[ShortOfPeople], told: Figures) -> Iterator[Part]:
    """Whose planned people are far too few, the first dozen by name."""
    for one in short[:MOST_OF_A_KIND]:
        numbers = {"brings": told.total(one.brings), "suggested": told.total(one.suggested)}
        yield Sentence(text("telling.held.people", told.language, **numbers), WARNING, one.name)
    if len(short) > MOST_OF_A_KIND:
        yield Sentence(text("telling.held.more", told.language, count=len(short) - MOST_OF_A_KIND))


def _asked(inputs: Inputs, baseline: Baseline) -> Iterator[Asked]:
    plan = inputs.plan
    lines = {line.code: line for line in plan.lines}
    answers = {(answer.line, answer.period): answer.code for answer in inputs.answers}
    for item, kind in zip(baseline.questions, kinds(baseline.questions), strict=True):
        line = lines.get(item.line)
        names = (plan.region(line.region).name, line.name) if line else ("", "")
        common = answers.get((ALL_LINES, item.period), "")
        answer = answers.get((item.line, item.period), common)
        yield Asked(*names, str(item.period), item.share, answer, kind)


def skipped(inputs: Inputs) -> tuple[str, ...]:
    """Periods before the plan's of which no line has a value."""
    unknown = np.isnan(inputs.history.values).all(axis=0)
    return tuple(str(inputs.history.periods[at]) for at in np.flatnonzero(unknown).tolist())


def tell_open(
    skipped: Sequence[str], questions: Sequence[Asked], held: Sequence[str], language: str
) -> Iterator[Part]:
    """Periods left out, questions that nobody has answered and intervals cut off, for people to read."""
    yield from _tell_skipped(skipped, language)
    yield from _tell_questions([item for item in questions if not item.answer], language)
    yield from _tell_held(held, language)


def _tell_skipped(periods: Sequence[str], language: str) -> Iterator[Part]:
    if periods:
        some = listed(periods[-MOST_OF_A_KIND:], language)
        said = text("telling.questions.skipped", language, count=len(periods), periods=some)
        yield Sentence(said, QUESTION)


def _tell_questions(waiting: Sequence[Asked], language: str) -> Iterator[Part]:
    for item in waiting:
        yield tell_question(item, language)
    if waiting:
        yield Sentence(text("telling.questions.where", language))


def tell_question(item: Asked, language: str) -> Sentence:
    """What is asked, and what was answered."""
    said = ask(item.period, item.share, language, item.kind)
    if item.answer:
        answer = text(f"workbook.choice.{item.answer}", language)
        return Sentence(
            text("telling.questions.answered", language, said=said, answer=answer), DONE, _of(item)
        )
    return Sentence(said, QUESTION, _of(item))


def _of(item: Asked) -> str:
    return f"{item.region} / {item.line}" if item.line else ""


def _tell_held(lines: Sequence[str], language: str) -> Iterator[Part]:
    """The first dozen by name."""
    for name in lines[:MOST_OF_A_KIND]:
        yield Sentence(text("telling.held.line", language), WARNING, name)
    if len(lines) > MOST_OF_A_KIND:
        yield Sentence(text("telling.held.more", language, count=len(lines) - MOST_OF_A_KIND))
