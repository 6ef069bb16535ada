"""The fields of a letter as people read them: what a template may name, formatted in its language."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence

import numpy as np
from babel.dates import format_date

from ..calibration.commitment import Grant, Letter, LineCommitment, Milestone, Objection, Targets, Turned
from ..calibration.explanation import Explanation, Step
from ..calibration.metric import Metric
from ..calibration.period import Period
from ..calibration.plan import Person, Region, Thresholds
from ..calibration.vocabulary import DecisionKind, SupportKind
from ..figures import Figures, figures, percent, plain
from ..language import record, text
from ..sentences import why

TableRow = Mapping[str, str]
LetterFields = Mapping[str, str | Sequence[TableRow]]
"""Field name -> text, or a list of rows; `docs/letter-fields.md` describes each."""

_CODES = {
    "decision": ("accept", "counter", "return", "change"),
    "kind": ("budget", "headcount", "leads", "training", "product", "other"),
}
UNKNOWN = "—"
_ENDS = tuple(".!?…。！？")
"""What a sentence ends in."""


def fields(letter: Letter, language: str) -> LetterFields:
    """Every field of a letter, formatted in the language."""
    told = figures_of(letter, language)
    return {
        **_head(letter, language),
        "unit": told.unit,
        **_targets(letter.total, told),
        "explanation": _explanation(letter.explanation, told),
        "lines": (lines := [_line(k, line, told) for k, line in enumerate(letter.lines, 1)]),
        "decisions": [line for line in lines if line["reason"]],
        "supports": [_support(k, grant, language) for k, grant in enumerate(letter.grants, 1)],
        "declined": [_support(k, grant, language) for k, grant in enumerate(letter.declined, 1)],
        "objections": [_objection(k, item, letter, told) for k, item in enumerate(letter.objections, 1)],
        "risks": _risks(letter.lines),
        "milestones": [_milestone(one, letter, told) for one in letter.milestones],
        "warning": _warning(letter.thresholds, language),
    }


def specimen() -> Letter:
    """A made-up letter with one of everything, for trying a template out."""
    targets = Targets(210, 220, 195, 245, 180, 215)
    period = Period(2025, 1)
    explanation = Explanation("last_year", 210, (Step("trend", 10),), 220)
    return Letter(
        number="SPECIMEN-V2",
        version=2,
        replaces="SPECIMEN-V1",
        issued=dt.date(2025, 1, 10),
        company="Specimen",
        period=period,
        metric=Metric("specimen", "Specimen", "Specimen", "1"),
        region=Region("S", "Specimen", Person("Head", employee="E-1"), Person("Superior"), Person("HRBP")),
        lines=(LineCommitment("Line", targets, DecisionKind.ACCEPT, "Reason", explanation, risk="Risk"),),
        total=targets,
        history=tuple((period.shift(-k), 200.0 + k) for k in (4, 3, 2, 1)),
        grants=(Grant("Line", SupportKind.BUDGET, "What", 3, "1", period.start, owner="Owner"),),
        objections=(
            Objection("Line", "Basis", "Support", "Risk", True, "Handling", 180, 220, 215, "partly"),
        ),
        chain_head=f"1-{'0' * 40}",
        explanation=explanation,
        declined=(Grant("Line", SupportKind.LEADS, "What else", 2, "1", None, "Why not"),),
        replaced_head=f"1-{'1' * 40}",
        replaced_issued=dt.date(2025, 1, 8),
        milestones=(Milestone(dt.date(2025, 2, 15), 0.4, 86, 77.4), Milestone(period.end, 1, 215, 193.5)),
        thresholds=Thresholds(),
        rests_on="SPECIMEN-V1",
    )


def figures_of(letter: Letter, language: str) -> Figures:
    """How a letter tells its numbers: all in one unit, in which the longest has room."""
    targets = [line.targets for line in letter.lines] + ([letter.total] if letter.total else [])
    return figures(letter.metric, language, (value for one in targets for value in vars(one).values()))


def number(value: float, told: Figures) -> str:
    """A target of a letter."""
    return UNKNOWN if math.isnan(value) else told.number(value)


def period_name(period: Period, language: str) -> str:
    """A period in words: 2025 年第 1 季度, Q1 2025."""
    kind = "quarter" if period.per_year == 4 else "month"
    return text(f"letters.period.{kind}", language, year=period.year, number=period.number)


def _head(letter: Letter, language: str) -> dict[str, str]:
    metric, region = letter.metric, letter.region
    return {
        "number": letter.number,
        "version": str(letter.version),
        "replaces": letter.replaces,
        "replacement": _replacement(letter, language),
        "issued": _date(letter.issued, language),
        "company": letter.company,
        "period": period_name(letter.period, language),
        "period_start": _date(letter.period.start, language),
        "period_end": _date(letter.period.end, language),
        "metric": metric.name,
        "definition": metric.definition,
        "region": region.name,
        "head": region.head.name,
        "employee": region.head.employee or UNKNOWN,
        "rests_on": letter.rests_on,
        "superior": region.superior.name,
        "hrbp": region.hrbp.name,
        "line_count": str(len(letter.lines)),
        "chain_head": letter.chain_head,
    }


def _replacement(letter: Letter, language: str) -> str:
    """What a later version says of the one before; empty for a first one."""
    if not letter.replaces:
        return ""
    then, until = letter.replaced_issued, _date(letter.issued, language)
    said = {"number": letter.replaces, "until": until, "head": letter.replaced_head or UNKNOWN}
    return text("letters.replacement", language, issued=_date(then, language) if then else UNKNOWN, **said)


def _targets(targets: Targets | None, told: Figures) -> dict[str, str]:
    if targets is None:
        return dict.fromkeys(("last_year", "suggested", "declared", "agreed", "gap", "growth"), "")
    return {
        "last_year": number(targets.last_year, told),
        "suggested": number(targets.suggested, told),
        "declared": number(targets.declared, told),
        "agreed": number(targets.agreed, told),
        "gap": _gap(targets.agreed, targets.suggested, told),
        "growth": _change(targets.agreed, targets.last_year, told),
    }


def _line(place: int, line: LineCommitment, told: Figures) -> TableRow:
    low, high = number(line.targets.low, told), number(line.targets.high, told)
    return {
        "no": str(place),
        "name": line.name,
        **_targets(line.targets, told),
        "low": low,
        "high": high,
        "interval": f"{low} – {high}",
        "decision": _choice("decision", "change" if line.turned else line.decision, told.language),
        "reason": _turned(line.turned, told) if line.turned else line.reason,
        "risk": line.risk,
        "explanation": _explanation(line.explanation, told),
    }


def _turned(turned: Turned, told: Figures) -> str:
    """What changed a target in its period, and from when on."""
    numbers = {code: number(getattr(turned, code), told) for code in ("before", "after", "to")}
    trigger = text(f"workbook.change.trigger.{turned.trigger}", told.language)
    said = {"since": _date(turned.since, told.language), "trigger": trigger, "reason": turned.reason}
    return text("letters.turned", told.language, **numbers, **said)


def _explanation(explanation: Explanation | None, told: Figures) -> str:
    return why(explanation, told.metric, told.language, told.power) if explanation else ""


def _support(place: int, grant: Grant, language: str) -> TableRow:
    quantity = "" if grant.quantity is None else plain(grant.quantity, language)
    return {
        "no": str(place),
        "line": grant.line or text("letters.whole_region", language),
        "kind": _choice("kind", grant.kind, language),
        "what": grant.what,
        "quantity": f"{quantity} {grant.unit}".strip() or UNKNOWN,
        "due": _date(grant.due, language) if grant.due else UNKNOWN,
        "reason": grant.reason or UNKNOWN,
        "owner": grant.owner or UNKNOWN,
    }


def _risks(lines: Sequence[LineCommitment]) -> list[TableRow]:
    """What each line's head has named, where anything was."""
    named = [line for line in lines if line.risk]
    return [{"no": str(k), "line": line.name, "risk": line.risk} for k, line in enumerate(named, 1)]


def _milestone(milestone: Milestone, letter: Letter, told: Figures) -> TableRow:
    target, limit = _due(milestone, letter, told)
    share = percent(milestone.share, told.language, 0)
    return {"day": _date(milestone.day, told.language), "share": share, "target": target, "limit": limit}


def _due(milestone: Milestone, letter: Letter, told: Figures) -> tuple[str, str]:
    """What is due by a milestone, and from where on it is missed.

    A mean or ratio is due at its target on any day. What lines come to together hangs on what they will
    weigh, so no number can be told where there are several, nor of a path that turned.
    """
    if letter.metric.adds_up or letter.thresholds is None:
        return number(milestone.target, told), number(milestone.limit, told)
    bound = 1.0 - letter.metric.direction * (1.0 - letter.thresholds.milestone)
    has_turned = any(line.turned for line in letter.lines)
    if len(letter.lines) == 1 and not has_turned:
        agreed = letter.lines[0].targets.agreed
        return number(agreed, told), number(agreed * bound, told)
    due = text(f"letters.milestone.{'turned' if has_turned else 'level'}", told.language)
    return due, text("letters.milestone.limit", told.language, share=percent(bound, told.language))


def _warning(thresholds: Thresholds | None, language: str) -> str:
    """What a warning will mean; nothing in a letter from before it was said."""
    if thresholds is None:
        return ""
    tolerance, odds = 1.0 - thresholds.milestone, thresholds.warning_odds
    shares = {"tolerance": percent(tolerance, language), "odds": percent(odds, language)}
    return text("letters.warning", language, days=thresholds.warning_days, **shares)


def _objection(place: int, objection: Objection, letter: Letter, told: Figures) -> TableRow:
    """The figure that was objected to and its grounds, and what came of it."""
    lines = (line.targets.agreed for line in letter.lines if line.name == objection.line)
    return {
        "no": str(place),
        "line": objection.line,
        "declared": number(objection.declared, told),
        "suggested": number(objection.suggested, told),
        "gap": _gap(objection.declared, objection.suggested, told),
        "agreed": number(next(lines, math.nan), told),
        "basis": objection.basis or UNKNOWN,
        "support": objection.support or UNKNOWN,
        "risk": objection.risk or UNKNOWN,
        "state": text(f"letters.objection.{objection.state}", told.language),
        "handling": _handling(objection, told),
    }


def _handling(objection: Objection, told: Figures) -> str:
    """What the talk about an objection came to and was, and the later declaration that lifted it."""
    note, later = objection.handling.strip(), ""
    if objection.lifted is not None:
        lifted = number(objection.lifted, told)
        later = text("letters.objection.later", told.language, lifted=lifted)
    if not (note and objection.outcome):  # as it stands in letters from before outcomes were said
        return text("letters.objection.noted", told.language, note=note, later=later).strip() or UNKNOWN
    note += "" if note.endswith(_ENDS) else text("letters.objection.end", told.language)
    talk = {"outcome": text(f"workbook.choice.{objection.outcome}", told.language), "note": note}
    return text("letters.objection.talk", told.language, **talk, later=later).strip()


def _choice(field: str, code: str, language: str) -> str:
    """The caption of a code; what is no code of ours stays as it was written."""
    return text(f"letters.{field}.{code}", language) if code in _CODES[field] else code or UNKNOWN


def _date(day: dt.date, language: str) -> str:
    return format_date(day, "long", locale=record(language).locale)


def _gap(value: float, suggested: float, told: Figures) -> str:
    """How far a value is from the suggestion, as a signed percentage of the metric's reference."""
    return _signed(value - suggested, float(told.metric.reference(np.array(suggested))), told)


def _change(value: float, before: float, told: Figures) -> str:
    """A signed percentage of what stood before."""
    return _signed(value - before, before, told)


def _signed(part: float, whole: float, told: Figures) -> str:
    share = part / whole if whole > 0 else math.nan
    return UNKNOWN if math.isnan(share) else percent(share, told.language, 1, signed=True)
