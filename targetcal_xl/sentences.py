"""What the method found, in sentences that people read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .calibration import Explanation, Metric, Step
from .calibration.explanation import EventsCode
from .language import text

_EVENTS: Mapping[EventsCode, tuple[str, str]] = {
    "past": ("without_events", "without_losses"),
    "trend": ("without_events_trend", "without_losses_trend"),
    "both": ("without_events_both", "without_losses_both"),
}
"""By where the events were: how gains are left out, and how losses are."""


def why(explanation: Explanation, metric: Metric, language: str) -> str:
    """Where a suggestion comes from: one sentence whose numbers add up, with what matters most first."""
    clauses = _clauses(explanation, metric, language)
    said = text("calibration.why.and", language).join(clauses) + text("calibration.why.end", language)
    return said + text("calibration.why.held", language) if explanation.held else said


def ask(period: object, share: float, language: str) -> str:
    """What there is to ask about a line's last value, which is this share away from what was expected."""
    way = "above" if share > 0 else "below"
    return text(f"calibration.question.{way}", language, period=period, share=f"{abs(share):.0%}")


def _clauses(explanation: Explanation, metric: Metric, language: str) -> Iterator[str]:
    events = explanation.events

    def say(key: str, **fields: object) -> str:
        return text(f"calibration.why.{key}", language, **fields)

    yield say(explanation.origin, start=_plain(explanation.start, metric))
    if events:
        amounts = {"amount": signed(events, metric), "left": _plain(explanation.start + events, metric)}
        yield say(_EVENTS[explanation.happened][events > 0], **amounts)
    for side, sign in (("better", metric.direction), ("worse", -metric.direction)):
        steps = [step for step in explanation.named if step.amount * sign > 0]
        if steps:
            yield say(side, steps=_list(steps, metric, language))
    if explanation.rest:
        yield say("rest", amount=signed(explanation.rest, metric))
    yield _suggestion(explanation, metric, language)


def step_name(step: Step, language: str) -> str:
    """What a step is called within a sentence."""
    return step.name or text(f"calibration.part.{step.code}", language)


def _list(steps: Iterable[Step], metric: Metric, language: str) -> str:
    """Steps by name with their amounts."""
    said = (f"{step_name(step, language)} {signed(step.amount, metric)}" for step in steps)
    return text("calibration.why.comma", language).join(said)


def _suggestion(explanation: Explanation, metric: Metric, language: str) -> str:
    """What is suggested, and how it compares with last year's figure where there is one."""
    start, suggested = explanation.start, explanation.suggested
    said = f"{_plain(suggested, metric)} {metric.unit}".strip()
    if explanation.origin != "last_year" or start <= 0:
        return text("calibration.why.suggested", language, suggested=said)
    if suggested == start:
        return text("calibration.why.unchanged", language, suggested=said)
    change = f"{suggested / start - 1:+.1%}".replace("-", "−")
    return text("calibration.why.changed", language, suggested=said, change=change)


def _plain(value: float, metric: Metric) -> str:
    return f"{value:,.{metric.decimals}f}".replace("-", "−")


def signed(value: float, metric: Metric) -> str:
    """A difference in the metric's unit, with its sign."""
    return f"{value:+,.{metric.decimals}f}".replace("-", "−")
