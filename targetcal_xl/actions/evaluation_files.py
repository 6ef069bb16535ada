"""The evaluation as a page and as a report in Word or PDF: what the command says, and no more."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ..desk import Desk, Stock, find_language, look
from ..language import record, text
from ..letters import ReportPart, report_docx, to_pdf
from ..ooxml import write_file
from ..pages import EvaluationPart, Placed, evaluation_page
from ..problems import Problem, Refused, TargetcalError
from ..telling import Sentence
from .dashboard import refuse_place
from .evaluate import evaluate
from .evaluation_told import EvaluateReport, Section

_REPORTS = (".docx", ".pdf")


def evaluate_as_said(desk: Desk, page: Path | None, report: Path | None, lang: str) -> EvaluateReport:
    """Evaluate, and write it down as a page and a report.

    Raise Refused for files that cannot be written there, before anything is recorded.
    """
    language = find_language(lang) if lang else ""
    if page is not None:
        refuse_place(page)
    if report is not None and report.suffix.lower() not in _REPORTS:
        raise Refused([Problem("report_form", str(report))])
    if report is not None and report.exists():
        raise Refused([Problem("report_taken", str(report))])
    found = evaluate(desk)
    if page is None and report is None:
        return found
    try:
        return replace(found, files=tuple(_written(look(desk), found, page, report, language)))
    except TargetcalError as refused:
        raise Refused([Problem("evaluation_not_written"), *refused.problems]) from refused


def _written(
    stock: Stock, found: EvaluateReport, page: Path | None, report: Path | None, language: str
) -> Iterator[str]:
    language = language or stock.standing.language
    if page is not None:
        write_file(page, _page(stock, found, language))
        yield str(page)
    if report is not None:
        write_file(report, _report(stock, found, report.suffix.lower(), language))
        yield str(report)


def _titles(stock: Stock, found: EvaluateReport, language: str) -> tuple[str, str]:
    plan = stock.plan
    said = {"period": str(plan.period), "company": plan.company, "metric": plan.metric.name}
    title = text("telling.evaluate.heading", language, **said)
    return title, text("telling.evaluate.subheading", language, **said, until=found.as_of)


def _page(stock: Stock, found: EvaluateReport, language: str) -> bytes:
    passages = [
        EvaluationPart(one.code, one.title, _rows(one), [_sentence(said, language) for said in one.said])
        for one in found.sections(language)
    ]
    placed = [
        Placed(one.name, one.attainment, one.agreement_pct / 100, one.borderline)
        for one in found.regions
        if one.agreement_pct is not None and not math.isnan(one.attainment)
    ]
    stamp = stock.desk.path.name, stock.checkpoint, stock.desk.clock()
    return evaluation_page(*_titles(stock, found, language), passages, placed, stamp, language).encode()


def _report(stock: Stock, found: EvaluateReport, kind: str, language: str) -> bytes:
    parts = [
        ReportPart(one.title, _rows(one), [_sentence(said, language) for said in one.said])
        for one in found.sections(language)
    ]
    foot = text("telling.evaluate.foot", language, head=stock.checkpoint)
    docx = report_docx(*_titles(stock, found, language), parts, foot, language)
    return docx if kind == ".docx" else to_pdf(docx, stock.desk.clock().date())


def _rows(section: Section) -> list[tuple[str, ...]]:
    return [section.rows.captions, *section.rows.rows] if section.rows else []


def _sentence(said: Sentence, language: str) -> str:
    """A sentence with what it is about."""
    return f"{said.about}{record(language).colon}{said.said}" if said.about else said.said
