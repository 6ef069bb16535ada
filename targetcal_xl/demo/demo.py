"""The worked case from plan to evaluation, played with the actions that everybody uses."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..actions import EvaluateReport, evaluate, judgement, objections, verify
from ..calibration import Line, Standing, gap_pct
from ..connect import plan_template
from ..desk import Desk, OnProgress, find_language, first_declarations, issues, silent, standing_of
from ..figures import plain, spell
from ..language import record, text
from ..ooxml import make_folder
from ..problems import Problem, Refused
from ..telling import Part, Report, Sentence, table
from .lessons import Learned, Lesson, lesson
from .sequel import Sequel
from .story import Story

SUMMARY = "summary.json"
CASE = "saas"
"""The worked case, which is played where no other plan is named."""


@dataclass(frozen=True)
class DemoReport(Report):
    """Where the case was played and what came of it."""

    directory: Path
    seconds: float
    summary: Mapping[str, object]
    files: tuple[str, ...]
    learned: Learned | None = None
    """What more quarters than one taught."""

    def figures(self) -> Iterator[tuple[str, float]]:
        """The figures that are single numbers."""
        for code, value in self.summary.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield code, float(value)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        facts = {"directory": self.directory, "seconds": spell(self.seconds, language, 0)}
        yield Sentence(text("telling.demo.done", language, **facts))
        figures = self.figures()
        rows = [(text(f"telling.demo.{code}", language), plain(value, language)) for code, value in figures]
        yield table(("figure", "value"), rows, language)
        if self.learned:
            yield from self.learned.tell(language)
        for name in self.files:
            yield Sentence(name, indented=True)


def demo(
    directory: Path, language: str, *, progress: OnProgress = silent, plan: str = CASE, quarters: int = 1
) -> DemoReport:
    """Play a shipped plan, as it is told in a language, in a folder that is empty or not there yet; and as
    many quarters after it as make so many, each in a folder of its own.

    Raise Refused for any other folder, and for an unknown language or plan.
    """
    find_language(language)
    folder = plan_template(f"{plan}{record(language).case}")
    if directory.is_dir() and any(directory.iterdir()):
        raise Refused([Problem("folder_not_empty", str(directory))])
    make_folder(directory)
    began = time.monotonic()
    stories = _stories(Story(folder, directory, language), quarters)
    played, whole = 0, sum(len(story.acts) for story in stories)
    for story in stories:
        make_folder(story.directory)
        for act in story.acts:
            story.play(act)
            played += 1
            progress("demo", played, whole)
    with stories[0].desk(stories[0].acts[-1]) as desk:
        figures = summary(desk)
    learned = _learned(stories) if quarters > 1 else None
    if learned:
        figures["quarters"] = learned.as_json()
    written = json.dumps(figures, ensure_ascii=False, indent=2)
    (directory / SUMMARY).write_text(written + "\n", encoding="utf-8")
    return DemoReport(directory, time.monotonic() - began, figures, tuple(_files(directory)), learned)


def _stories(case: Story, quarters: int) -> list[Story]:
    """The case, and the quarters after it, each after the one before."""
    stories = [case]
    for places in range(1, quarters):
        stories.append(Sequel(case, stories[-1], places))
    return stories


def _learned(stories: Sequence[Story]) -> Learned:
    """What all quarters taught, from their books and ledgers."""
    lessons, ended = list[Lesson](), ""
    for story in stories:
        with story.desk(story.acts[-1]) as desk:
            lessons.append(lesson(desk, evaluate(desk), stories[0].inputs.plan, ended))
            found = judgement(desk)
            ended = desk.ledger.checkpoint.mark
    weights = stories[-1].weights
    return Learned(
        tuple(lessons),
        tuple(replace(last, before=first) for last, first in zip(weights, lessons[0].weights, strict=False)),
        tuple((found.names[one.code], one) for one in found.regions),
    )


def _files(directory: Path) -> Iterator[str]:
    """What a person finds there."""
    for path in sorted(directory.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield str(path.relative_to(directory))


def summary(desk: Desk) -> dict[str, object]:
    """The case in figures, each from the ledger or from the action that a user runs."""
    standing, ledger = standing_of(desk.ledger), desk.ledger
    plan, first = standing.inputs.plan, first_declarations(ledger)
    declared = plan.total([first.get(line.code) for line in plan.lines]) or 0.0
    gap = gap_pct(plan.hq_target, declared)
    return {
        "hq_target": _whole(plan.hq_target),
        "declared_total": _whole(declared),
        "gap_pct": None if gap is None else round(gap),
        "suggested": _by_line(standing, standing.baseline.suggested.tolist()),
        "inertial": _by_line(standing, [round(value) for value in standing.baseline.inertial.tolist()]),
        "suggested_total": _whole(plan.total_of(standing.baseline.suggested)),
        **_outcome(evaluate(desk)),
        "objections": [
            {
                "line": item.line,
                "deviation_pct": round(100 * item.deviation),
                "state": item.state,
                "handling": item.handling,
            }
            for item in objections(desk).objections
        ],
        "letters": [name for issue in issues(ledger) for name, _ in issue.files],
        "audit_entries": sum(1 for _ in ledger.entries()),
        "audit_verified": verify(desk).verified,
    }


def _outcome(report: EvaluateReport) -> dict[str, object]:
    measures = report.measures
    return {
        "agreed_total": _whole(report.agreed_total),
        "actual_total": _whole(report.actual_total),
        "attainment_pct": round(report.attainment_pct),
        "inside_intervals": report.inside.count if report.inside else None,
        "inside_due": round(report.inside.due, 1) if report.inside else None,
        "deviations": report.deviations,
        "self_corrected": report.self_corrected,
        "consensus_days": _whole(measures.consensus_days),
        "coordination_hours": _whole(measures.coordination_hours),
        "agreement_pct": _whole(measures.agreement_pct),
        "agreement_mean": round(measures.agreement_mean, 1),
    }


def _by_line(standing: Standing, values: list[float]) -> dict[str, float]:
    lines: tuple[Line, ...] = standing.inputs.plan.lines
    return {line.name: _whole(value) for line, value in zip(lines, values, strict=True)}


def _whole(value: float) -> float:
    """A number without the point where it has no need of one."""
    return int(value) if value == int(value) else value
