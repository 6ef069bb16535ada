"""Numbers of any length stand whole in their places of a letter, apart from their neighbours."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from targetcal_xl.calibration import Letter, Targets
from targetcal_xl.language import LANGUAGES
from targetcal_xl.letters.fields import LetterFields, fields
from tests.support.exploring import explores
from tests.support.letters import BODY, in_our_family, parts_of, render, sample_letter, shipped
from tests.support.office import convert_all

APART = 2.5
"""Points: what is nearer reads as one word."""
NAMED = ("last_year", "suggested", "declared", "agreed", "low", "high")
_FIGURE = re.compile(r"\d[\d.,]*\d|\d")
"""A number of a sentence, whose words may touch it; one that touches it makes another of it."""
Box = tuple[float, float, float, float]


def _money(letter: Letter, factor: float, step: float) -> Letter:
    """A letter about so much money, in a unit that is told in full."""
    metric = replace(letter.metric, unit="元" if step < 1 else "万元", step=step)
    lines = tuple(replace(line, targets=_times(line.targets, factor)) for line in letter.lines)
    milestones = tuple(
        replace(one, target=one.target * factor, limit=one.limit * factor) for one in letter.milestones
    )
    assert letter.total is not None
    total = _times(letter.total, factor)
    return replace(letter, metric=metric, lines=lines, milestones=milestones, total=total)


def _times(targets: Targets, factor: float) -> Targets:
    return Targets(*(value * factor for value in vars(targets).values()))


def _numbers(said: LetterFields, table: str, names: tuple[str, ...]) -> set[str]:
    """The numbers by these names, of the headline and of a table."""
    rows = [said, *said[table]]
    return {str(row[name]) for row in rows for name in names if name in row}


def _words(pdf: bytes) -> list[tuple[str, Box]]:
    """What stands together on the pages, by where its signs were put."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [word for page in document for word in _words_of(page.get_textpage())]


def _words_of(page: pypdfium2.PdfTextPage) -> Iterator[tuple[str, Box]]:
    word, box, line = "", (0.0, 0.0, 0.0, 0.0), 0.0
    for place in range(page.count_chars()):
        sign = chr(pdfium.FPDFText_GetUnicode(page.raw, place))
        left, bottom, right, top = page.get_charbox(place, loose=True)
        base = _baseline(page, place)
        is_beside = word and abs(base - line) < 0.5 and -3 < left - box[2] < APART
        if word and (sign.isspace() or not is_beside):
            yield word, box
            word, box = "", (left, bottom, right, top)
        if not sign.isspace():
            start = box if word else (left, bottom, right, top)
            word, line = word + sign, base
            box = (start[0], min(start[1], bottom), right, max(start[3], top))
    if word:
        yield word, box


def _baseline(page: pypdfium2.PdfTextPage, place: int) -> float:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(page.raw, place, ctypes.byref(x), ctypes.byref(y))
    return y.value


def _overlapping(words: list[tuple[str, Box]]) -> list[tuple[str, str]]:
    """Words with digits that stand on each other, by more than the blank around their signs."""
    found = []
    words = [word for word in words if re.search(r"\d", word[0])]
    for place, (one, (left, bottom, right, top)) in enumerate(words):
        for other, (x0, y0, x1, y1) in words[place + 1 :]:
            if min(right, x1) - max(left, x0) > 0.5 and min(top, y1) - max(bottom, y0) > 0.6 * (top - bottom):
                found.append((one, other))
    return found


def _lost(pdf: bytes, letter: Letter, language: str) -> set[str]:
    """Numbers that stand nowhere by themselves, or in no sentence where they belong to milestones; those of
    the whole stand at the top and below the lines."""
    said, found = fields(letter, language), Counter(word for word, _ in _words(pdf))
    told = {number for word in found for number in _FIGURE.findall(word)}
    twice = {str(said[name]) for name in NAMED if name in said}
    alone = {one for one in _numbers(said, "lines", NAMED) if found[one] < 1 + (one in twice)}
    return alone | (_numbers(said, "milestones", ("target", "limit")) - told)


@pytest.mark.parametrize("language", LANGUAGES)
@given(
    digits=st.floats(2, 12.9),
    step=st.sampled_from((1.0, 0.1, 0.01)),
    lines=st.integers(1, 6),
)
@settings(max_examples=12 if explores() else 3)
@example(digits=9.0, step=1.0, lines=3)
@example(digits=12.99, step=0.01, lines=3)
def test_no_two_numbers_of_a_row_touch(language: str, digits: float, step: float, lines: int) -> None:
    letter = sample_letter(lines)
    assert letter.total is not None
    money = _money(letter, 10**digits / letter.total.suggested, step)
    pdf = render(money, shipped(language), language).pdf
    assert _lost(pdf, money, language) == set()
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            assert _overlapping(list(_words_of(page.get_textpage()))) == []


def test_an_office_program_finds_room_for_thirteen_digits_in_the_word_files_too(tmp_path: Path) -> None:
    """In the font that ours is set in: Arial may not be here, and what stands in for it is wider."""
    letters = {language: _money(sample_letter(3), 2.4e10, 0.01) for language in LANGUAGES}
    for language, letter in letters.items():
        docx = render(letter, shipped(language), language).docx
        (tmp_path / f"{language}.docx").write_bytes(in_our_family(docx))
    written = [tmp_path / f"{language}.docx" for language in LANGUAGES]
    pdfs = convert_all(written, "pdf", tmp_path / "pdf")
    for pdf, (language, letter) in zip(pdfs, letters.items(), strict=True):
        assert _lost(pdf.read_bytes(), letter, language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_stay_as_wide_together_and_as_they_were_where_numbers_fit(language: str) -> None:
    ordinary, long = (
        render(_money(sample_letter(3), factor, 1.0), shipped(language), language).docx
        for factor in (1.0, 2.4e10)
    )
    grids = [_grids(shipped(language).data), _grids(ordinary), _grids(long)]
    assert grids[0] == grids[1] != grids[2]
    assert [sum(grid) for grid in grids[0]] == [sum(grid) for grid in grids[2]]


def _grids(docx: bytes) -> list[list[int]]:
    """The widths of the columns of each table that all letters have."""
    body = parts_of(docx)[BODY].decode()
    grids = re.findall("<w:tblGrid>(.*?)</w:tblGrid>", body)
    found = [[int(width) for width in re.findall(r'w:w="(\d+)"', grid)] for grid in grids]
    return found[:2]
