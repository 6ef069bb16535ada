"""What a warning says: how it stands, what is behind it, and what may be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..calibration import Cause, Plan, Progress, Standing, has_resources, hope, sees_to, support_items
from ..calibration.vocabulary import WarningState
from ..figures import Figures, percent
from ..language import text

TAKEN, TAKEN_BY, TAKEN_UNTIL = "warning.taken", "warning.taken_by", "warning.taken_until"
"""Fields of what is warned of: what somebody does about it, who, and until when."""
SINCE = "warning.since"
"""The day of the results that began or ended a warning."""
ROLES = ("head", "superior", "hrbp")


@dataclass(frozen=True)
class Alarm:
    """What stands behind a warning of a line, of a region (no line) or of the whole plan (neither).

    `say` is what the company's own rules say of it, each with who is to act; `overdue` are supports that were
    granted and due before, as region/row.
    """

    region: str | None
    line: str | None
    causes: tuple[Cause, ...]
    say: tuple[tuple[str, str], ...] = ()
    risk_fits: bool = False
    """Whether the risk that the region named speaks of one of the causes."""
    overdue: tuple[str, ...] = ()


def warning_state(standing: Standing, region: str | None, line: str | None, language: str) -> str:
    """How a warning stands, in words: since when it is open, or who does what about it; empty without one."""
    state = standing.value(region, line, "warning")
    if state is None:
        return ""
    said = {
        code: str(standing.value(region, line, code) or "-") for code in (SINCE, TAKEN, TAKEN_BY, TAKEN_UNTIL)
    }
    fields = {"since": said[SINCE], "note": said[TAKEN], "by": said[TAKEN_BY], "until": said[TAKEN_UNTIL]}
    is_taken = state == WarningState.OPEN and standing.value(region, line, TAKEN_BY) is not None
    return text(f"calibration.warned.{'taken' if is_taken else state}", language, **fields)


def reason(alarm: Alarm, standing: Standing, language: str) -> str:
    """What is likeliest behind a warning, in one sentence; empty where nothing can be told."""
    if not alarm.causes:
        return ""
    cause, plan = alarm.causes[0], standing.inputs.plan
    names = plan.line_names if alarm.region else plan.region_names
    member = names.get(cause.member, cause.member)
    fields = {"share": percent(cause.share, language), "day": cause.day, "member": member}
    return text(f"calibration.cause.{cause.code}", language, **fields)


def proposal(alarm: Alarm, ours: str, standing: Standing, language: str) -> str:
    """What may be done, as the company's rules have it or else `ours`; the risk named before; what is due."""
    said = [_whom(alarm, *rule, standing, language) for rule in alarm.say] or [ours]
    if alarm.risk_fits:
        risk = standing.value(alarm.region, alarm.line, "risk")
        said.append(text("calibration.warned.risk", language, risk=risk))
    said += [text("calibration.warned.overdue", language, **due) for due in _due(alarm, standing)]
    return " ".join(filter(None, said))


def _whom(alarm: Alarm, say: str, who: str, standing: Standing, language: str) -> str:
    """A rule's words, with the name of who is to act."""
    if who in ROLES and alarm.region:
        who = getattr(standing.inputs.plan.region(alarm.region), who).name
    elif who in ROLES:
        who = text(f"calibration.warned.{who}", language)
    return text("calibration.warned.who", language, say=say, who=who) if who else say


def _due(alarm: Alarm, standing: Standing) -> Iterator[dict[str, object]]:
    """What was to be there by now, by when, and who sees to it."""
    for place in alarm.overdue:
        region, _, row = place.partition("/")
        for item in support_items(standing, region):
            if item.row == row:
                owner = sees_to(item, standing.inputs.plan.region(region))
                yield {"what": item.what or item.kind, "due": item.due, "owner": owner}


def advice(progress: Progress, row: int, agreed: float, plan: Plan, language: str) -> str:
    """What to do about a warned line, the scarcest first; empty when it is on its path or nothing helps.

    Of a line that would be warned of, were its target not so small, that this is too little to tell.
    """
    metric, hoped = plan.metric, hope(progress, row, agreed, plan)
    if hoped == "few" and progress.odds[row] >= plan.thresholds.warning_odds:
        return text("calibration.suggestion.few", language)
    if not progress.warned[row] or hoped != "open":
        return ""
    if not has_resources(metric):
        told = Figures(metric, language)
        expected = told.total(float(progress.expected_final[row]))
        return text("calibration.suggestion.level", language, expected=expected, agreed=told.number(agreed))
    shares: list[tuple[str, float]] = [(short.code, short.share) for short in progress.shortages[row]]
    shares = shares or [("unexplained", progress.expected_final[row] / agreed if agreed else 0.0)]
    return " ".join(
        text(f"calibration.suggestion.{code}", language, share=percent(share, language))
        for code, share in shares
    )
