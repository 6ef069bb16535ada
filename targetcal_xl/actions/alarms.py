"""What stands behind warnings: regions and the whole beside lines, causes, risks named, supports due."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..calibration import (
    Cause,
    Floats,
    Plan,
    Progress,
    Standing,
    SuggestionRule,
    World,
    follow_lines,
    granted_supports,
    group_causes,
    hope,
    line_causes,
    rules_for,
    total_spread,
)
from ..calibration.arrays import Flags
from ..calibration.vocabulary import WarningState
from ..desk import Alarm, Followed
from ..figures import Figures, percent
from ..language import LANGUAGES, find, text

if TYPE_CHECKING:
    from ..connect import Actuals

About = tuple[str | None, str | None]
"""What a warning is about: region and line, a region alone, or neither: the whole plan."""


SUREST_SIGMA = 0.05
"""No region, nor the whole, is foreseen more surely than this before its days have spoken: a judgement."""


def still_warned(standing: Standing, abouts: Sequence[About]) -> Flags:
    """Which of them, (abouts,), are warned of until now."""
    return np.array([standing.value(*about, "warning") == WarningState.OPEN for about in abouts])


def name_of(plan: Plan, about: About, language: str) -> str:
    """A line, a region or the whole, by name."""
    region, line = about
    if line is not None:
        return plan.line_names[line]
    return plan.region_names[region] if region else text("telling.follow.whole", language)


def abouts_of(plan: Plan) -> tuple[list[About], list[About]]:
    """What may be warned of: the lines, and the regions with the whole."""
    return [(line.region, line.code) for line in plan.lines], [
        (code, None) for code, _ in plan.groups_of_lines
    ]


def group_progress(
    standing: Standing,
    known: Actuals,
    lines: tuple[Floats, Floats],
    shares: Floats,
    worlds: Sequence[World],
    milestones: Sequence[int],
) -> Progress:
    """How the regions and the whole stand, in this order; `lines` are targets (n,) and paths (n, D)."""
    plan, baseline, agreed, path = standing.inputs.plan, standing.baseline, *lines
    groups = [rows for _, rows in plan.groups_of_lines]
    weights = np.array(plan.volumes)
    targets = np.array([plan.shares(rows) @ agreed[rows] for rows in groups])
    foreseen = np.array([plan.shares(rows) @ baseline.expected[rows] for rows in groups])
    centre = baseline.expected * weights
    sigmas = [total_spread(centre[rows], baseline.sigma[rows], standing.shared) for rows in groups]
    daily, volumes = _together(plan, known, groups)
    return follow_lines(
        targets,
        daily,
        shares,
        plan.metric,
        plan.thresholds,
        path=np.array([plan.shares(rows) @ path[rows] for rows in groups]),
        worlds=worlds,
        still=still_warned(standing, abouts_of(plan)[1]),
        volumes=volumes,
        milestones=milestones,
        prior=np.where(targets > 0, foreseen / np.maximum(targets, plan.metric.step), 1.0),
        sigma=np.maximum(sigmas, SUREST_SIGMA),
    )


def _together(plan: Plan, known: Actuals, groups: Sequence[list[int]]) -> tuple[Floats, Floats | None]:
    """The days of each group, and of a mean or ratio what they rest on."""
    heard = np.isfinite(known.value)
    values = np.where(heard, known.value, 0.0)
    weight = np.ones_like(values) if plan.metric.adds_up else np.array(plan.volumes)[:, None] * heard
    if not plan.metric.adds_up and known.volume is not None:
        weight = np.where(heard, np.nan_to_num(known.volume), 0.0)
    amounts = np.array([(values[rows] * weight[rows]).sum(axis=0) for rows in groups])
    some = np.array([heard[rows].any(axis=0) for rows in groups])
    if plan.metric.adds_up:
        return np.where(some, amounts, np.nan), None
    volumes = np.array([weight[rows].sum(axis=0) for rows in groups])
    means = np.divide(amounts, volumes, out=np.full_like(amounts, np.nan), where=volumes > 0)
    return means, volumes


def alarms(
    standing: Standing, followed: Followed, known: Actuals, agreed: Floats, rules: Sequence[SuggestionRule]
) -> Iterator[Alarm]:
    """What there is to say of all that is warned of and can be helped: lines, then groups; targets (n,)."""
    plan, progress, groups = standing.inputs.plan, followed.progress, followed.groups
    for row in np.flatnonzero(progress.warned).tolist():
        hoped = hope(progress, row, float(agreed[row]), plan)
        if hoped == "open":
            line, daily = plan.lines[row], known.value[row] if plan.metric.adds_up else np.empty(0)
            causes = line_causes(
                progress, row, daily, followed.recent[row], plan.period.start, plan.metric.direction
            )
            yield _alarm(
                standing, followed.as_of, (line.region, line.code), causes, rules, (progress, row, agreed)
            )
    targets = np.array([plan.shares(rows) @ agreed[rows] for _, rows in plan.groups_of_lines])
    for place, (code, rows) in enumerate(plan.groups_of_lines):
        if groups is not None and groups.warned[place] and followed.as_of < plan.period.end:
            causes = _group_causes(plan, code, rows, agreed, progress)
            yield _alarm(standing, followed.as_of, (code, None), causes, rules, (groups, place, targets))


def _group_causes(
    plan: Plan, code: str | None, rows: list[int], agreed: Floats, progress: Progress
) -> tuple[Cause, ...]:
    """Which line of a region, or region of the whole, lacks most."""
    weights = np.array(plan.volumes)
    lacking = plan.metric.direction * (agreed - progress.expected_final) * weights
    if code is not None:
        return group_causes(lacking[rows], [plan.lines[row].code for row in rows])
    regions = [(one, own) for one, own in plan.groups_of_lines if one is not None]
    sums = np.array([float(np.nansum(lacking[own])) for _, own in regions])
    return group_causes(sums, [one for one, _ in regions])


def _alarm(
    standing: Standing,
    today: dt.date,
    about: About,
    causes: tuple[Cause, ...],
    rules: Sequence[SuggestionRule],
    seen: tuple[Progress, int, Floats],
) -> Alarm:
    plan, (progress, row, targets) = standing.inputs.plan, seen
    told = Figures(plan.metric, standing.language)
    expected = float(progress.expected_final[row])
    fields = {
        "line": plan.line_names.get(about[1] or "", ""),
        "region": plan.region_names.get(about[0] or "", ""),
        "odds": percent(float(progress.odds[row]), standing.language),
        "expected": "-" if math.isnan(expected) else told.total(expected),
        "agreed": told.total(float(targets[row])),
    }
    said = tuple(_filled(cause, rule, fields, standing.language) for cause, rule in rules_for(causes, rules))
    return Alarm(
        region=about[0],
        line=about[1],
        causes=causes,
        say=said,
        risk_fits=_fits(standing.value(*about, "risk"), causes) if about[1] else False,
        overdue=tuple(_overdue(standing, about, today)),
    )


def _filled(cause: Cause, rule: SuggestionRule, fields: Mapping[str, str], language: str) -> tuple[str, str]:
    share = {"share": percent(cause.share, language), "day": cause.day.isoformat() if cause.day else ""}
    return rule.say.format_map({**fields, **share}), rule.who


def _fits(risk: object, causes: Sequence[Cause]) -> bool:
    """Whether a risk in the region's own words speaks of one of the causes, in any of our languages."""
    said = str(risk or "").casefold()
    words = (
        (find(f"calibration.cause.words.{cause.code}", language) or "").split(" | ")
        for language in LANGUAGES
        for cause in causes
    )
    return bool(said) and any(word and word in said for some in words for word in some)


def _overdue(standing: Standing, about: About, today: dt.date) -> Iterator[str]:
    """Supports granted to a line, its region or, for the whole, anybody: due before, and not come."""
    regions = [about[0]] if about[0] else [region.code for region in standing.inputs.plan.regions]
    for region in regions:
        for item in granted_supports(standing, region):
            is_its = about[1] is None or item.line in ("", about[1])
            is_due = item.due is not None and item.due < today
            if is_its and is_due and item.state(today) in ("past_due", "never"):
                yield f"{region}/{item.row}"
