"""Words and numbers beside the values of every kind of metric: true of that one, and readable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from targetcal_xl.calibration.metric import Metric
from targetcal_xl.calibration.vocabulary import KINDS, MetricKind
from targetcal_xl.language import LANGUAGES, text
from targetcal_xl.workbook import write_book
from targetcal_xl.workbook.labels import hint, titles
from targetcal_xl.workbook.layout import default_places
from targetcal_xl.workbook.sheets.guide import ROLES, guide_lines
from targetcal_xl.workbook.widths import form_of
from tests.support.clock import Clock
from tests.support.office import convert_all
from tests.support.samples import METRIC, sample_inputs, sample_standing


def _metric(**changes: object) -> Metric:
    return replace(METRIC, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", ["", " "])
def test_a_metric_without_a_unit_has_no_empty_brackets(unit: str, language: str) -> None:
    places = default_places(sample_inputs(metric=_metric(unit=unit)), language)
    said = [
        words
        for code in ("dashboard", "history", "region:R1")
        for words in titles(places.sheets[code], places)
    ]
    assert any(METRIC.name in words for words in said)
    assert not any(empty in words for words in said for empty in ("()", "（）", "( )", "（ ）"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_metric_s_unit_stands_beside_its_name(language: str) -> None:
    places = default_places(sample_inputs(), language)
    assert any(METRIC.unit in words for words in titles(places.sheets["history"], places))


@pytest.mark.parametrize("step", [0.0005, 0.001, 0.1, 0.5, 1.0, 10.0, 1e4])
def test_the_smallest_step_shows_all_its_digits(step: float, tmp_path: Path) -> None:
    standing, path = sample_standing((2, 1), metric=_metric(step=step)), tmp_path / "book.xlsx"
    write_book(path, standing, "en", created=Clock().now)
    places = default_places(standing.inputs, "en")
    _, (row, column) = places.field("step")
    cell = openpyxl.load_workbook(path)[places.sheet_name("settings")].cell(row, column)
    form = form_of(standing.inputs, "number", "en")
    assert cell.number_format == form.code
    assert float(form.told(step).rstrip("kM").replace(",", "")) * 10.0**form.power == pytest.approx(step)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("direction", [1, -1])
def test_the_guide_says_what_holds_for_the_metric(kind: MetricKind, direction: int, language: str) -> None:
    """Neither a direction that is not its own, nor a threshold that finance may change."""
    metric = _metric(kind=kind, direction=direction, step=0.001)
    places = default_places(sample_inputs(metric=metric), language)
    said = " ".join(words for line in guide_lines(places) for words in line.texts.values())
    for wrong in ("15 %", "15%", "or more below", "whole number", "低于建议值", "整数，"):
        assert wrong not in said
    assert "0.001" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_threshold_of_a_share_is_told_for_small_and_large_ones(language: str) -> None:
    places = default_places(sample_inputs(metric=_metric(kind="ratio", distance="shortfall")), language)
    (field,) = (each for each in places.sheets["settings"].fields if each.code == "objection")
    said = hint(field, places)
    assert ("if that is less" if language == "en" else "两者取小") in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_role_s_guide_is_one_printed_page_that_names_the_company(language: str, tmp_path: Path) -> None:
    standing, path = sample_standing((2, 1)), tmp_path / "book.xlsx"
    plan = replace(standing.inputs.plan, company="Harbour & Pike")
    write_book(
        path, replace(standing, inputs=replace(standing.inputs, plan=plan)), language, created=Clock().now
    )
    (printed,) = convert_all([path], "pdf", seconds=300)
    with pypdfium2.PdfDocument(printed) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    titles_of_roles = [text(f"workbook.guide.{role}", language) for role in ROLES]
    for page, title in zip(pages, titles_of_roles, strict=False):
        assert title in page.splitlines()
    assert text("workbook.title.dashboard", language, period="2025Q1") in pages[len(ROLES)]
    assert all("Harbour & Pike · 2025Q1" in page for page in pages)
