"""The fields of a letter as people read them: what a template may name, formatted in its language."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence

from babel.dates import format_date

from ..calibration.commitment import Grant, Letter, LineCommitment, Objection, Targets
from ..calibration.explanation import Explanation, Step
from ..calibration.metric import Metric
from ..calibration.period import Period
from ..calibration.plan import Person, Region
from ..language import text
from ..sentences import why

Row = Mapping[str, str]
Fields = Mapping[str, str | Sequence[Row]]
"""Field name -> text, or a list of rows; `docs/letter-fields.md` describes each."""

_LOCALES = {"zh-CN": "zh_CN", "en": "en_GB"}
_CODES = {
    "decision": ("accept", "counter", "return"),
    "kind": ("budget", "headcount", "leads", "training", "product", "other"),
}
UNKNOWN = "—"


def fields(letter: Letter, language: str) -> Fields:
    """Every field of a letter, formatted in the language."""
    return {
        **_head(letter, language),
        **_targets(letter.total, letter.metric),
        "explanation": _explanation(letter.explanation, letter.metric, language),
        "lines": (lines := [_line(k, line, letter, language) for k, line in enumerate(letter.lines, 1)]),
        "decisions": [line for line in lines if line["reason"]],
        "supports": [_support(k, grant, language) for k, grant in enumerate(letter.grants, 1)],
        "declined": [_support(k, grant, language) for k, grant in enumerate(letter.declined, 1)],
        "objections": [_objection(k, item, letter, language) for k, item in enumerate(letter.objections, 1)],
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
        region=Region("S", "Specimen", Person("Head"), Person("Superior"), Person("HRBP")),
        lines=(LineCommitment("Line", targets, "accept", "Reason", explanation),),
        total=targets,
        history=tuple((period.shift(-k), 200.0 + k) for k in (4, 3, 2, 1)),
        grants=(Grant("Line", "budget", "What", 3, "1", period.start),),
        objections=(Objection("Line", "Basis", "Support", "Risk", True, "Handling", 180, 220, 215),),
        chain_head="0" * 64,
        explanation=explanation,
        declined=(Grant("Line", "leads", "What else", 2, "1", None, "Why not"),),
        replaced_head="1" * 64,
        replaced_issued=dt.date(2025, 1, 8),
    )


def number(value: float, metric: Metric) -> str:
    """A value of the metric with thousands separators and the decimals of its step."""
    return UNKNOWN if math.isnan(value) else f"{value:,.{metric.decimals}f}"


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
        "unit": metric.unit,
        "region": region.name,
        "head": region.head.name,
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


def _targets(targets: Targets | None, metric: Metric) -> dict[str, str]:
    if targets is None:
        return dict.fromkeys(("last_year", "suggested", "declared", "agreed", "gap", "growth"), "")
    return {
        "last_year": number(targets.last_year, metric),
        "suggested": number(targets.suggested, metric),
        "declared": number(targets.declared, metric),
        "agreed": number(targets.agreed, metric),
        "gap": _change(targets.agreed, targets.suggested),
        "growth": _change(targets.agreed, targets.last_year),
    }


def _line(place: int, line: LineCommitment, letter: Letter, language: str) -> Row:
    low, high = number(line.targets.low, letter.metric), number(line.targets.high, letter.metric)
    return {
        "no": str(place),
        "name": line.name,
        **_targets(line.targets, letter.metric),
        "low": low,
        "high": high,
        "interval": f"{low} – {high}",
        "decision": _choice("decision", line.decision, language),
        "reason": line.reason,
        "explanation": _explanation(line.explanation, letter.metric, language),
    }


def _explanation(explanation: Explanation | None, metric: Metric, language: str) -> str:
    return why(explanation, metric, language) if explanation else ""


def _support(place: int, grant: Grant, language: str) -> Row:
    quantity = "" if grant.quantity is None else f"{grant.quantity:,.10g}"
    return {
        "no": str(place),
        "line": grant.line or text("letters.whole_region", language),
        "kind": _choice("kind", grant.kind, language),
        "what": grant.what,
        "quantity": f"{quantity} {grant.unit}".strip() or UNKNOWN,
        "due": _date(grant.due, language) if grant.due else UNKNOWN,
        "reason": grant.reason or UNKNOWN,
    }


def _objection(place: int, objection: Objection, letter: Letter, language: str) -> Row:
    """The figure that was objected to and its grounds, and what came of it."""
    lines = (line.targets.agreed for line in letter.lines if line.name == objection.line)
    return {
        "no": str(place),
        "line": objection.line,
        "declared": number(objection.declared, letter.metric),
        "suggested": number(objection.suggested, letter.metric),
        "gap": _change(objection.declared, objection.suggested),
        "agreed": number(next(lines, math.nan), letter.metric),
        "basis": objection.basis or UNKNOWN,
        "support": objection.support or UNKNOWN,
        "risk": objection.risk or UNKNOWN,
        "state": text(f"letters.objection.{objection.state}", language),
        "handling": _handling(objection, letter.metric, language),
    }


def _handling(objection: Objection, metric: Metric, language: str) -> str:
    """What was done about an objection, and the later declaration that lifted it."""
    said = [objection.handling] if objection.handling else []
    if objection.lifted is not None:
        said.append(text("letters.objection.later", language, lifted=number(objection.lifted, metric)))
    return " ".join(said) or UNKNOWN


def _choice(field: str, code: str, language: str) -> str:
    """The caption of a code; what is no code of ours stays as it was written."""
    return text(f"letters.{field}.{code}", language) if code in _CODES[field] else code or UNKNOWN


def _date(day: dt.date, language: str) -> str:
    return format_date(day, "long", locale=_LOCALES[language])


def _change(value: float, reference: float) -> str:
    """A signed percentage of the reference."""
    change = (value - reference) / reference if reference else math.nan
    said = UNKNOWN if math.isnan(change) else f"{change:+.1%}"
    return said[1:] if said in ("+0.0%", "-0.0%") else said
