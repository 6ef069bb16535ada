"""Pages of letters and reports as small pictures: what a person sees at a glance, kept to be compared."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

from targetcal_xl.calibration import Letter, Targets
from targetcal_xl.letters import ReportPart, render_pdf, render_word, report_docx, to_pdf
from tests.support.letters import LONG, sample_letter, shipped

PAGES = Path(__file__).parent / "pages"
_SCALE = 0.4
"""Pixels per point: lines of text are grey stripes, and a picture has some kilobytes."""
_CELL = 3
"""Pixels that are compared together, which evens out how a program smooths edges."""
_LEVELS = 16
_SAID = {
    "zh-CN": ["谁的判断更接近结果？", "建议值偏差", "最终目标偏差"],
    "en": ["Whose judgement helped?", "Suggestion off", "Declaration off"],
}


def letters() -> Iterator[tuple[str, str, Letter]]:
    """The kept letters: a name, a language, and what is in it; each has something that others have not."""
    for language in ("zh-CN", "en"):
        yield f"one-line.{language}", language, sample_letter(1, others=0)
        yield f"long.{language}", language, _long(sample_letter(40, LONG, others=12))
        yield f"money.{language}", language, _in_millions(sample_letter(3))
    yield "rare.zh-CN", "zh-CN", _rare(sample_letter(2, others=1))


def documents() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The names of kept letters and reports, and what makes the PDF of each."""
    for name, language, letter in letters():
        yield name, partial(_letter, language, letter)
    for language in _SAID:
        yield f"report.{language}", partial(_report, language)


def _letter(language: str, letter: Letter) -> bytes:
    return render_pdf(render_word(letter, shipped(language), language), letter)


def _report(language: str) -> bytes:
    """Tables of short and long words, in narrow columns and wide ones, and a table that goes on overleaf."""
    said, rows = _SAID[language], [["S1", "1.5%", "-12.8%", "7"], ["S2", "", "5.5%", "8"]]
    judged = [[*said, "n"], *([said[0] * 3, *row[1:3], row[3]] for row in rows)]
    many = [[said[1], said[2]], *([f"{said[0]} {n}", f"{n}%"] for n in range(60))]
    parts = [
        ReportPart(said[0], judged, said * 2),
        ReportPart(said[1], [], said),
        ReportPart(said[2], many, said),
    ]
    return to_pdf(report_docx(said[0], said[1], parts, said[2], language), dt.date(2025, 4, 1))


def pages(pdf: bytes) -> list[NDArray[np.uint8]]:
    """The first and the last page of a document, grey."""
    with pypdfium2.PdfDocument(pdf) as document:
        shown = [document[place] for place in sorted({0, len(document) - 1})]
        return [one.render(scale=_SCALE, grayscale=True).to_numpy().squeeze() for one in shown]


def kept(page: NDArray[np.uint8]) -> bytes:
    """A page as it is kept, in few greys."""
    grey = Image.fromarray(page // (256 // _LEVELS) * 17).quantize(_LEVELS)
    grey.save(out := io.BytesIO(), "PNG", optimize=True)
    return out.getvalue()


def apart(page: NDArray[np.uint8], png: bytes) -> float:
    """How far a page is from the kept one where they differ most, of 1; 1 where their sizes differ."""
    with Image.open(io.BytesIO(png)) as picture:
        other = np.asarray(picture.convert("L"))
    if page.shape != other.shape:
        return 1.0
    ours, theirs = (_pooled(one) for one in (page // (256 // _LEVELS) * 17, other))
    return float(np.abs(ours - theirs).max() / 255)


def _pooled(page: NDArray[np.uint8]) -> NDArray[np.float64]:
    height, width = (side // _CELL * _CELL for side in page.shape)
    cells = page[:height, :width].reshape(height // _CELL, _CELL, width // _CELL, _CELL)
    return cells.mean(axis=(1, 3))


def _long(letter: Letter) -> Letter:
    named = (
        replace(line, name=f"{line.name}：大客户与渠道合作伙伴联合拓展及存量续约专项小组")
        for line in letter.lines
    )
    return replace(letter, lines=tuple(named))


def _in_millions(letter: Letter) -> Letter:
    """Money of nine digits."""
    lines = tuple(replace(line, targets=_larger(line.targets)) for line in letter.lines)
    return replace(letter, lines=lines, total=None, explanation=None, milestones=())


def _larger(targets: Targets) -> Targets:
    return Targets(*(value * 1_000_000 for value in vars(targets).values()))


def _rare(letter: Letter) -> Letter:
    head = replace(letter.region.head, name="𠮷田㐂䶮")
    return replace(letter, company="鱻𡃁（Ⅳ）℃—…公司", region=replace(letter.region, head=head))
