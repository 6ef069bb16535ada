"""Every sheet on paper, as LibreOffice prints it in whatever fonts are here: whole, each page as meant."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from targetcal_xl.language import LANGUAGES
from targetcal_xl.workbook import write_book
from targetcal_xl.workbook.layout import default_places
from tests.support.office import convert_all
from tests.support.samples import scaled_standing

_STANDING = scaled_standing(3.6e9, 1e4, "sum")
_AT = dt.datetime(2025, 1, 6, tzinfo=dt.UTC)
_TOTAL = {"zh-CN": "360000.0万", "en": "3,600.00M"}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A book with wide numbers in each language."""
    folder = tmp_path_factory.mktemp("printing")
    books = {language: folder / f"{language}.xlsx" for language in LANGUAGES}
    for language, path in books.items():
        write_book(path, _STANDING, language, created=_AT)
    return books


@pytest.fixture(scope="module")
def papers(books: dict[str, Path]) -> dict[str, Path]:
    """The same as PDF."""
    return dict(zip(books, convert_all([*books.values()], "pdf"), strict=True))


@pytest.fixture(scope="module")
def printed(papers: dict[str, Path]) -> dict[str, list[str]]:
    """What stands on each page, without blanks."""
    pages = {}
    for language, path in papers.items():
        with pypdfium2.PdfDocument(path) as document:
            pages[language] = [_tight(page.get_textpage().get_text_range()) for page in document]
    return pages


def _tight(said: object) -> str:
    return "".join(str(said).split())


def _of(tab: str, pages: list[str]) -> list[str]:
    """The pages of a tab, which their footers name."""
    return [page for page in pages if re.search(rf"·2025Q1{re.escape(_tight(tab))}\d+/{len(pages)}", page)]


def _groups(page: Worksheet, captions: int) -> Iterator[set[str]]:
    """The captions in a row, by the page that their columns are meant for."""
    areas = [area.rpartition("!")[2].replace("$", "") for area in page.print_area.split(",")]
    ends = {int(one.id) for one in page.col_breaks.brk}
    for left, _, right, _ in map(range_boundaries, areas):
        for first, last in pairwise([left - 1, *sorted(end for end in ends if left <= end < right), right]):
            cells = (page.cell(captions, at).value for at in range(first + 1, last + 1))
            yield {_tight(said) for said in cells if said}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_is_printed_as_hashes(printed: dict[str, list[str]], language: str) -> None:
    said = "".join(printed[language])
    assert _TOTAL[language] in said
    assert "##" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_stand_on_the_pages_that_are_meant_for_them(
    books: dict[str, Path], printed: dict[str, list[str]], language: str
) -> None:
    places, book = default_places(_STANDING.inputs, language), openpyxl.load_workbook(books[language])
    for code, sheet in places.sheets.items():
        page, found = book[places.tabs[code]], _of(places.tabs[code], printed[language])
        tables = [table for table in sheet.tables if not table.hidden]
        for table in tables if page.print_area else ():
            for group in _groups(page, table.top + 1):
                assert any(all(said in one for said in group) for one in found), (code, table.code, group)


_LEAST = 6.9
"""Points of the smallest letters that are read: seven, as programs round it."""


def _smallest(page: pypdfium2.PdfPage) -> float:
    """The size of a page's smallest letters, in points."""
    words = page.get_textpage()
    signs = (at for at in range(words.count_chars()) if words.get_text_range(at, 1).strip())
    return float(min(pypdfium2.raw.FPDFText_GetFontSize(words, at) for at in signs))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_happened_is_printed_large_enough(papers: dict[str, Path], language: str) -> None:
    tab = default_places(_STANDING.inputs, language).tabs["audit"]
    with pypdfium2.PdfDocument(papers[language]) as document:
        pages = {_tight(page.get_textpage().get_text_range()): _smallest(page) for page in document}
    assert min(pages[page] for page in _of(tab, [*pages])) >= _LEAST


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_stands_on_one_page(
    books: dict[str, Path], printed: dict[str, list[str]], language: str
) -> None:
    with zipfile.ZipFile(books[language]) as package:
        charts = [package.read(name).decode() for name in package.namelist() if "/charts/chart" in name]
    titles = [
        _tight("".join(re.findall("<a:t>(.*?)</a:t>", chart.partition("</c:title>")[0]))) for chart in charts
    ]
    assert len(titles) == 7 + 2 * len(_STANDING.inputs.plan.regions)
    guide = _of(default_places(_STANDING.inputs, language).tabs["guide"], printed[language])
    pages = [page for page in printed[language] if page not in guide]
    assert {title: sum(title in page for page in pages) for title in titles} == {
        title: titles.count(title) for title in titles
    }


def test_a_company_whose_name_begins_with_a_figure_stands_whole_at_the_foot(tmp_path: Path) -> None:
    plan = replace(_STANDING.inputs.plan, company="3M & Söhne")
    standing = replace(_STANDING, inputs=replace(_STANDING.inputs, plan=plan))
    write_book(tmp_path / "book.xlsx", standing, "en", created=_AT)
    foot = openpyxl.load_workbook(tmp_path / "book.xlsx").worksheets[0].oddFooter.left
    assert (foot.text.strip(), foot.size) == (f"3M && Söhne · {plan.period}", 10)
