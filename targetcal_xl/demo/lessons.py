"""What quarters in a row taught: each as it stood at its end, and what the next one did with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from ..actions import EvaluateReport, WeightChange, verify
from ..actions.recalibrate import faded
from ..calibration import Floats, Inputs, Plan, Standing, ValueAdded
from ..desk import Desk, recorded_progress, standing_of
from ..figures import percent, spell
from ..language import listed, text
from ..sentences import judged, rests_on
from ..telling import DONE, QUESTION, WARNING, Part, Sentence, table
from ..workbook import weights_used
from ..workdays import plan_shape, working_days

_KEPT = ("regions", "lines", "metric", "drivers", "thresholds", "calendar", "triggers", "notices")
"""Settings of a plan that the next one takes over as they are."""
_TENTH = 10
_AGREES = 0.005
"""A weight that moves by less reads the same."""


@dataclass(frozen=True)
class Lesson:
    """A quarter at its end. Shares are of 1; `last_days` is what the period's last tenth was expected to
    bring, `idle_day` a day off beside a working day, both None where results do not add up over days."""

    period: str
    book: str
    attainment_pct: float
    inside: int | None
    inside_due: float | None
    width: float
    """The middle one of the lines' intervals, as a share of the suggestion."""
    last_days: float | None
    idle_day: float | None
    rests: str
    weights: tuple[float, ...]
    """The drivers' elasticities that the suggestions were made with."""
    settings: tuple[str, ...]
    """Settings that are as they were in the first quarter."""
    goes_on: bool
    """Whether the ledger begins with the checkpoint of the one before, as that stands now."""
    verified: bool


@dataclass(frozen=True)
class Learned:
    """What was learned from the first of some quarters to the last."""

    lessons: tuple[Lesson, ...]
    weights: tuple[WeightChange, ...]
    """Every driver's weight as the first quarter had it (`before`) and as the last has it."""
    judged: tuple[tuple[str, ValueAdded], ...]
    """Regions by name, with what became of their departures from suggestions in all quarters."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield Sentence(text("telling.demo.learned", language, quarters=len(self.lessons)))
        columns = ("period", "attainment", "inside", "width", "last_days", "idle_day")
        yield table(columns, (_row(lesson, language) for lesson in self.lessons), language)
        yield Sentence(self.lessons[-1].rests)
        yield from self._weights(language)
        for name, verdict in self.judged:
            yield Sentence(judged(verdict, language), about=name)
        kept = [text(f"telling.demo.kept.{code}", language) for code in self.lessons[-1].settings]
        yield Sentence(text("telling.demo.kept", language, settings=listed(kept, language)), DONE)
        sound = all(lesson.verified and lesson.goes_on for lesson in self.lessons)
        said = text(f"telling.demo.{'chained' if sound else 'unchained'}", language)
        yield Sentence(said, DONE if sound else WARNING)

    def _weights(self, language: str) -> Iterator[Part]:
        if not self.weights:
            return
        columns = ("driver", "then", "now", "standard_error", "expert_share")
        yield table(columns, (_weight(change, language) for change in self.weights), language)
        for change in self.weights:
            yield Sentence(_why(change, len(self.lessons) - 1, language), QUESTION, change.driver)

    def as_json(self) -> list[dict[str, object]]:
        """The same for a file."""
        return [asdict(lesson) for lesson in self.lessons]


def _row(lesson: Lesson, language: str) -> tuple[str, ...]:
    inside, due = lesson.inside, lesson.inside_due
    shares = lesson.width, lesson.last_days, lesson.idle_day
    return (
        lesson.period,
        percent(lesson.attainment_pct / 100, language),
        "" if inside is None or due is None else f"{inside} ({spell(due, language, 1)})",
        *("" if share is None else percent(share, language) for share in shares),
    )


def _weight(change: WeightChange, language: str) -> tuple[str, ...]:
    numbers = (spell(number, language, 2) for number in (change.before, change.after, change.error))
    return change.driver, *numbers, percent(change.expert_share, language)


def _why(change: WeightChange, closed: int, language: str) -> str:
    """Why a weight is what it is now, in a sentence."""
    if gone := faded(change, language):
        return gone
    said = {code: spell(getattr(change, code), language, 2) for code in ("before", "after")}
    moved = abs(change.after) - abs(change.before)
    kind = "same" if abs(moved) < _AGREES else "more" if moved > 0 else "less"
    share = percent(change.expert_share, language)
    return text(f"telling.demo.why.{kind}", language, closed=closed, share=share, **said)


def lesson(desk: Desk, report: EvaluateReport, first: Plan, ended: str) -> Lesson:
    """A quarter that was evaluated, as its book and ledger have it; `ended` is the mark of the ledger before,
    empty for the first quarter, which goes on from nothing."""
    standing = standing_of(desk.ledger)
    plan, baseline = standing.inputs.plan, standing.baseline
    width = (baseline.high - baseline.low) / np.where(baseline.suggested > 0, baseline.suggested, np.nan)
    last_days, idle_day = _rhythm(standing.inputs)
    followed = recorded_progress(desk.ledger, standing)
    return Lesson(
        period=str(plan.period),
        book=desk.path.name,
        attainment_pct=round(report.attainment_pct, 1),
        inside=report.inside.count if report.inside else None,
        inside_due=round(report.inside.due, 1) if report.inside else None,
        width=float(np.nanmedian(width)),
        last_days=last_days,
        idle_day=idle_day,
        rests=rests_on(followed.rhythm if followed else None, standing.inputs, standing.language),
        weights=tuple(weights_used(standing)),
        settings=tuple(code for code in _KEPT if getattr(plan, code) == getattr(first, code)),
        goes_on=_named_before(standing) == ended,
        verified=verify(desk).verified,
    )


def _named_before(standing: Standing) -> str:
    """The mark of the ledger that a plan says it goes on from; empty where it says none."""
    return str(standing.value(None, None, "plan.before") or "").rpartition(" ")[2]


def _rhythm(inputs: Inputs) -> tuple[float | None, float | None]:
    """What the last tenth of the days usually bring, and a day off beside a working day, as shares of 1."""
    plan = inputs.plan
    if not plan.metric.adds_up:
        return None, None
    shares: Floats = plan_shape(inputs).shares
    worked = working_days(plan.period, plan.calendar).days
    idle = float(shares[~worked].mean() / shares[worked].mean()) if not worked.all() else None
    return float(shares[-(len(shares) // _TENTH) :].sum()), idle
