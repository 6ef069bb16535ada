"""What the method found, in sentences that people read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from .figures import UNKNOWN, Figures, percent, plain
from .language import text

if TYPE_CHECKING:
    from .calibration import Explanation, Inputs, Metric, Post, Rhythm, Step, ValueAdded
    from .calibration.vocabulary import EventsCode, QuestionKind

_MOST_POSTS: Final = 3
"""How many posts are told apart; all others are one number."""
_EVENTS: Mapping[EventsCode, str] = {
    "past": "without_events",
    "trend": "without_events_trend",
    "both": "without_events_both",
}
"""By where the events were: how they are left out."""


def why(explanation: Explanation, metric: Metric, language: str, power: int = 0) -> str:
    """Where a suggestion comes from: one sentence whose numbers add up, with what matters most first.

    Its numbers are in the unit's multiple by this power of ten.
    """
    clauses = _clauses(explanation, Figures(metric, language, power))
    said = text("calibration.why.and", language).join(clauses) + text("calibration.why.end", language)
    cut = [code for code in ("held", "full") if getattr(explanation, code)]
    said += "".join(text(f"calibration.why.{code}", language) for code in cut)
    told = Figures(metric, language, power)
    return said + _capped(explanation, told) + _relieved(explanation, told)


def _relieved(explanation: Explanation, told: Figures) -> str:
    """What the split starts from instead, where the plan limits what the newest results move."""
    if (relief := explanation.relief) is None:
        return ""
    facts = {"asked": told.number(relief.asked), "limit": percent(relief.limit, told.language)}
    return text("calibration.why.relieved", told.language, **facts)


def _capped(explanation: Explanation, told: Figures) -> str:
    """What planned people can bring at the most, who they are, and whether more is suggested."""
    language, capacity = told.language, explanation.capacity
    if capacity is None:
        return ""
    partly = [_partly(post, language) for post in capacity.partly[:_MOST_POSTS]]
    more = math.fsum(post.heads for post in capacity.partly[_MOST_POSTS:])
    counts = {"heads": capacity.heads, "others": more, "vacant": capacity.vacant}
    heads, others, vacant = (
        [text(f"calibration.capacity.{code}", language, heads=plain(count, language))]
        if count or code == "heads"
        else []
        for code, count in counts.items()
    )
    people = text("calibration.capacity.comma", language).join([*heads, *partly, *others, *vacant])
    whose = "region" if capacity.of_region else "line"
    said = text(f"calibration.capacity.{whose}", language, most=told.number(capacity.most), people=people)
    return said + (text(f"calibration.capacity.beyond.{whose}", language) if explanation.beyond else "")


def _partly(post: Post, language: str) -> str:
    """Who is there for a part of the period only, or still learns."""
    said = text("calibration.capacity.some", language, heads=plain(post.heads, language))
    if post.start:
        said += text("calibration.capacity.from", language, day=post.start)
        ramp = {"months": plain(post.ramp, language)}
        said += text("calibration.capacity.ramp", language, **ramp) if post.ramp else ""
    return said + (text("calibration.capacity.until", language, day=post.end) if post.end else "")


def ask(period: object, share: float, language: str, kind: QuestionKind = "line") -> str:
    """What there is to ask about a last value, which is this share away from what was expected."""
    asked = {"line": "question", "common": "question.common", "beside": "question.beside"}[kind]
    way, size = "above" if share > 0 else "below", percent(abs(share), language)
    return text(f"calibration.{asked}.{way}", language, period=period, share=size)


def judged(one: ValueAdded, language: str) -> str:
    """How often departures were closer than the suggestion, and how far too low or high on average."""
    side = "level" if not float(f"{one.short:.3f}") else "low" if one.short > 0 else "high"
    points = plain(100 * abs(one.short), language, 1)
    told = {"count": one.departures, "closer": one.closer, "points": points}
    return text(f"calibration.judgement.{side}", language, **told)


def judged_cells(one: ValueAdded, language: str) -> tuple[str, ...]:
    """The same in a row of a table: how many, how many closer, how far too low, what they were worth."""
    shares = (percent(value, language, 1, signed=True) for value in (one.short, one.added, one.pooled))
    worth = text(f"telling.evaluate.driver.{one.did}", language) if one.did else UNKNOWN
    return str(one.departures), str(one.closer), *shares, worth


def rests_on(rhythm: Rhythm | None, inputs: Inputs, language: str) -> str:
    """What the odds of a miss rest on; `rhythm` is what the days taught, where results came with it."""
    plan, past = inputs.plan, inputs.rhythm
    if not plan.metric.adds_up:
        return text("calibration.rests.level", language)
    if rhythm is None:
        return ""
    if past is not None:
        return text("calibration.rests.past", language, days=past.days, lines=past.lines)
    return text(f"calibration.rests.{'stated' if plan.days.is_stated else 'usual'}", language)


def _clauses(explanation: Explanation, told: Figures) -> Iterator[str]:
    events = explanation.events

    def say(key: str, **fields: object) -> str:
        return text(f"calibration.why.{key}", told.language, **fields)

    yield say(explanation.origin, start=told.number(explanation.start))
    if events:
        happened = _EVENTS[explanation.happened]
        amounts = {"amount": told.signed(events), "left": told.number(explanation.start + events)}
        yield say("without_losses" if _is_loss(explanation, told.metric) else happened, **amounts)
    for side, sign in (("better", told.metric.direction), ("worse", -told.metric.direction)):
        steps = [step for step in explanation.named if step.amount * sign > 0]
        if steps:
            yield say(side, steps=_list(steps, told))
    if explanation.rest:
        yield say("rest", amount=told.signed(explanation.rest))
    yield _suggestion(explanation, told)


def _is_loss(explanation: Explanation, metric: Metric) -> bool:
    """Whether last year's figure lacked something good. Where the events bent the trend no sign tells."""
    return explanation.happened == "past" and explanation.events > 0 and metric.direction > 0


def step_name(step: Step, language: str) -> str:
    """What a step is called within a sentence."""
    return step.name or text(f"calibration.part.{step.code}", language)


def _list(steps: Iterable[Step], told: Figures) -> str:
    """Steps by name with their amounts."""
    said = (f"{step_name(step, told.language)} {told.signed(step.amount)}" for step in steps)
    return text("calibration.why.comma", told.language).join(said)


def _suggestion(explanation: Explanation, told: Figures) -> str:
    """What is suggested, and how it compares with last year's figure where there is one."""
    start, suggested = explanation.start, explanation.suggested
    said = told.told(suggested)
    if explanation.origin != "last_year" or start <= 0:
        return text("calibration.why.suggested", told.language, suggested=said)
    change = percent(suggested / start - 1, told.language, 1, signed=True)
    if suggested == start or change.startswith("0"):
        return text("calibration.why.unchanged", told.language, suggested=said)
    return text("calibration.why.changed", told.language, suggested=said, change=change)
