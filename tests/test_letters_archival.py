"""A letter's PDF is made to be kept: tagged, PDF/A-3, its data inside, and always the same bytes."""

from __future__ import annotations

import io
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from targetcal_xl.letters import EmbeddedFile, office_pdf
from targetcal_xl.letters.pdf import ToSet, set_pdfs
from targetcal_xl.letters.steady import steadied
from tests.support.letters import pdf_text, sample_files, sample_letter, with_paragraph

DAY = sample_letter().issued
ATTACHED = EmbeddedFile("letter.json", '{"目标": 1}'.encode(), "数据")
WAYS = ("built-in", "office")


@cache
def _docx(way: str) -> bytes:
    """A letter that goes to PDF this way."""
    leaning = "<w:r><w:rPr><w:i/></w:rPr><w:t>lean</w:t></w:r>"
    return sample_files().docx if way == "built-in" else with_paragraph(leaning, sample_files().docx)


@cache
def _pdfs() -> dict[str, list[bytes]]:
    """Two of each way, made in one run, the later ones after others."""
    made = set_pdfs([ToSet(_docx(way), DAY, {}, ATTACHED) for way in WAYS * 2])
    pdfs = [one.pdf for one in made if not isinstance(one, Exception)]
    return {way: pdfs[place::2] for place, way in enumerate(WAYS)}


def _tags(node: Any) -> Iterator[str]:
    """The kinds of a PDF's structure elements."""
    if isinstance(node, pikepdf.Array):
        for one in node:
            yield from _tags(one)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield str(node.S)
        yield from _tags(node.get("/K"))


@pytest.mark.parametrize("way", WAYS)
def test_whoever_hears_a_letter_read_knows_headings_paragraphs_and_tables(way: str) -> None:
    with pikepdf.open(io.BytesIO(_pdfs()[way][0])) as pdf:
        tags = Counter(_tags(pdf.Root.StructTreeRoot.K))
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang).startswith("zh")
    assert tags["/Table"] >= 5
    assert tags["/TR"] > 10
    assert tags["/Figure"] >= 2
    if way == "built-in":
        assert (tags["/H1"], tags["/H2"] >= 4, tags["/P"] > 50, tags["/TH"] > 10) == (1, True, True, True)


@pytest.mark.parametrize("way", WAYS)
def test_it_says_that_it_is_made_for_archives_and_of_the_day_of_issue(way: str) -> None:
    with pikepdf.open(io.BytesIO(_pdfs()[way][0])) as pdf, pdf.open_metadata() as about:
        assert about["pdfaid:part"] == "3"
        assert about["pdfaid:conformance"] == {"built-in": "U", "office": "B"}[way]
        assert about["xmp:CreateDate"] == "2025-01-13T12:00:00+00:00"
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20250113120000")
        assert not pdf.is_encrypted


@pytest.mark.parametrize("way", WAYS)
def test_a_machine_finds_the_data_of_what_it_says_inside(way: str) -> None:
    with pikepdf.open(io.BytesIO(_pdfs()[way][0])) as pdf:
        assert pdf.attachments["letter.json"].get_file().read_bytes() == ATTACHED.content
        (file,) = pdf.Root.AF
        assert str(file.AFRelationship) == "/Data"
        assert str(file.EF.F.Subtype) == "/application/json"


@pytest.mark.parametrize("way", WAYS)
def test_the_same_letter_is_the_same_pdf_wherever_it_stands_in_a_run(way: str) -> None:
    first, second = _pdfs()[way]
    assert first == second
    assert "华东大区" in pdf_text(first).replace(" ", "")


def test_a_font_under_another_number_draws_the_same_page() -> None:
    raw = office_pdf(_docx("office"))
    assert pdf_text(steadied(raw, DAY)) == pdf_text(raw)
    drawn = []
    for pdf in (raw, steadied(raw, DAY)):
        with pypdfium2.PdfDocument(pdf) as document:
            drawn.append(document[0].render(scale=1).to_numpy().tobytes())
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("way", WAYS)
def test_poppler_finds_no_fault_with_it(way: str, tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(_pdfs()[way][0])
    for program in ("pdfinfo", "pdftotext", "pdfsig"):
        found = subprocess.run([program, "letter.pdf"], cwd=tmp_path, check=False, capture_output=True)
        assert (program, found.stderr) == (program, b"")
    told = subprocess.run(["pdfinfo", "letter.pdf"], cwd=tmp_path, check=True, capture_output=True)
    assert re.search(rb"Tagged: +yes", told.stdout)
