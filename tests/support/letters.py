"""Letters of any length, and small Word templates to try things on."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pypdfium2

from targetcal_xl.calibration import (
    Explanation,
    Grant,
    Letter,
    LineCommitment,
    Milestone,
    Objection,
    Step,
    Targets,
)
from targetcal_xl.letters import LetterTemplate, render_pdf, render_word
from targetcal_xl.letters.font import FAMILY
from tests.support.samples import PERIOD, sample_plan

BODY = "word/document.xml"
LONG = "在手商机转化率高于去年同期，但两家大客户推迟签约；需要增加一名售前顾问，并把试用期延长至三十天。" * 3
HEAD = "128-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"
_KINDS = ("budget", "headcount", "leads", "training", "product", "other")


@dataclass(frozen=True)
class LetterFiles:
    """A letter as Word and as PDF."""

    docx: bytes
    pdf: bytes


def render(letter: Letter, template: LetterTemplate, language: str) -> LetterFiles:
    """Both files of a letter, proved."""
    made = render_word(letter, template, language)
    return LetterFiles(made.docx, render_pdf(made, letter))


def sample_letter(lines: int = 3, reason: str = "在手商机转化率高于去年", others: int = 2) -> Letter:
    """A region's letter with so many lines, and `others` supports and objections."""
    plan = sample_plan((1,))
    names = [f"华东{k}组" for k in range(1, lines + 1)]
    committed = tuple(_committed(k, name, reason) for k, name in enumerate(names))
    total = Targets(*map(sum, zip(*(vars(line.targets).values() for line in committed), strict=True)))
    return Letter(
        number="2025Q1-R1-V1",
        version=1,
        replaces="",
        issued=dt.date(2025, 1, 13),
        company=plan.company,
        period=PERIOD,
        metric=plan.metric,
        region=plan.regions[0],
        lines=committed,
        total=total,
        history=tuple((PERIOD.shift(-k), 90.0 * lines + k) for k in range(8, 0, -1)),
        grants=tuple(_granted(k, names[k % lines]) for k in range(others)),
        objections=tuple(
            Objection(names[k % lines], reason, "增加一名售前", "大客户推迟签约", k % 2 == 0, "已面谈")
            for k in range(others)
        ),
        chain_head=HEAD,
        explanation=_explained(total),
        declined=tuple(
            Grant(names[k % lines], "leads", f"未批准的第 {k + 1} 项", k + 1.0, "条", None, "本季没有额度")
            for k in range(others)
        ),
        milestones=(
            Milestone(dt.date(2025, 2, 14), 0.42, total.agreed * 0.42, total.agreed * 0.378),
            Milestone(PERIOD.end, 1.0, total.agreed, total.agreed * 0.9),
        ),
        thresholds=plan.thresholds,
    )


def _granted(k: int, line: str) -> Grant:
    due = dt.date(2025, 2, 1 + k)
    return Grant(line, _KINDS[k % 6], f"第 {k + 1} 项支持", k + 1.0, "万元", due, owner="李颖")


def _committed(k: int, name: str, reason: str) -> LineCommitment:
    suggested = 100.0 + 7 * k
    targets = Targets(suggested - 9, suggested, suggested - 20, suggested + 22, suggested - 15, suggested - 5)
    decision, why = ("accept", "counter")[k % 2], reason if k % 3 == 0 else ""
    risk = "" if k % 2 else "大客户推迟签约"
    return LineCommitment(name, targets, decision, why, _explained(targets), risk=risk)


def _explained(targets: Targets) -> Explanation:
    """From last year to the suggestion, by an event, growth, and a driver that slows it."""
    growth = targets.suggested - targets.last_year + 12.0
    steps = (Step("events", -8.0), Step("trend", growth), Step("leads", -4.0, "线索量"))
    return Explanation("last_year", targets.last_year, steps, targets.suggested)


@cache
def shipped(language: str = "zh-CN") -> LetterTemplate:
    """The template of a language."""
    return LetterTemplate.shipped(language)


@cache
def sample_files(language: str = "zh-CN", lines: int = 3) -> LetterFiles:
    """The files of `sample_letter`."""
    return render(sample_letter(lines), shipped(language), language)


def parts_of(docx: bytes) -> dict[str, bytes]:
    """Part name -> content."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    """The Word file of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return out.getvalue()


def in_our_family(docx: bytes) -> bytes:
    """The same in the font that ours is set in: the one it names may not be installed here."""
    parts = parts_of(docx)
    styles = parts["word/styles.xml"].decode()
    named = re.sub('"(Arial|Microsoft YaHei)"', f'"{FAMILY}"', styles)
    assert named != styles
    return packed(parts | {"word/styles.xml": named.encode()})


def changed(old: str, new: str, part: str = BODY, docx: bytes | None = None) -> bytes:
    """A Word file, the Chinese template when not given, with the first `old` in a part replaced."""
    parts = parts_of(docx or shipped().data)
    before = parts[part].decode()
    assert old in before, f"no {old} in {part}"
    return packed(parts | {part: before.replace(old, new, 1).encode()})


def with_paragraph(words: str, docx: bytes | None = None) -> bytes:
    """The same with one more paragraph at its top; `words` may be runs in XML."""
    runs = words if words.startswith("<w:") else f"<w:r><w:t>{words}</w:t></w:r>"
    return changed("<w:body>", f"<w:body><w:p>{runs}</w:p>", docx=docx)


def word_text(docx: bytes, part: str = BODY) -> str:
    """All text of a part, with Word's breaks and tabs as characters, by rules of its own."""
    xml = parts_of(docx)[part].decode()
    xml = re.sub(r"<w:tab/>", "<w:t>\t</w:t>", re.sub(r"<w:br/>", "<w:t>\n</w:t>", xml))
    said = "".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", xml))
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        said = said.replace(entity, sign)
    return said


def pdf_text(pdf: bytes) -> str:
    """All text of a PDF."""
    with pypdfium2.PdfDocument(pdf) as document:
        return "".join(page.get_textpage().get_text_bounded() for page in document)


def page_count(pdf: bytes) -> int:
    """How many pages a PDF has."""
    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)
