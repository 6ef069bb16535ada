"""A region's steps lead from last year's figure to its suggestion, and so do the columns that show them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from targetcal_xl.calibration import Metric, Standing, compute_baseline
from targetcal_xl.language import LANGUAGES, text
from targetcal_xl.workbook import content, entered, region_sheet, write_book
from targetcal_xl.workbook.layout import default_places
from tests.support.books import parts_of
from tests.support.clock import Clock
from tests.support.samples import METRIC, sample_inputs, sample_standing

_DAYS = replace(METRIC, direction=-1, kind="mean", step=0.1, unit="天")
_SHEET = region_sheet("R1")


def _standing(unknown: tuple[int, ...] = (), metric: Metric = METRIC) -> Standing:
    inputs = sample_inputs((3, 2), 12, metric)
    values = inputs.history.values.copy()
    values[list(unknown), -4] = np.nan
    inputs = replace(inputs, history=replace(inputs.history, values=values))
    return Standing(inputs, compute_baseline(inputs), np.zeros(5))


def _steps(standing: Standing, language: str = "en") -> dict[str, dict[str, object]]:
    """Every step's cells, by column."""
    places = default_places(standing.inputs, language)
    cells = content(standing, entered(standing.inputs), places)[_SHEET]
    place = places.table(_SHEET, "steps")
    return {
        row: {code: cells[at, column].value for code, column in place.columns.items()}
        for row, at in place.rows.items()
    }


def _amounts(steps: dict[str, dict[str, object]], column: str = "contribution") -> list[float]:
    return [float(str(step[column])) for step in steps.values()]


@pytest.mark.parametrize("unknown", [(), (1,), (0, 1, 2)])
@pytest.mark.parametrize("metric", [METRIC, _DAYS])
def test_the_steps_of_a_region_add_up_to_its_suggestion(metric: Metric, unknown: tuple[int, ...]) -> None:
    standing = _standing(unknown, metric)
    *way, suggested = _amounts(_steps(standing))
    own = standing.baseline.suggested[:3]
    assert sum(way) == pytest.approx(suggested, abs=1e-8)
    assert suggested == pytest.approx(own.sum() if metric is METRIC else own.mean())


def test_a_column_stands_where_the_one_before_it_ends() -> None:
    steps = _steps(_standing())
    reached = 0.0
    for row, step in steps.items():
        foot, rise, fall, whole = (float(str(step[code])) for code in ("foot", "rise", "fall", "whole"))
        if row in ("last_year", "suggested"):
            assert (foot, rise, fall) == (0, 0, 0)
            reached = whole
            continue
        begins, ends = (foot + fall, foot) if fall else (foot, foot + rise)
        assert begins == pytest.approx(reached)
        assert whole == 0 and min(rise, fall) == 0
        reached = ends
    assert reached == pytest.approx(float(str(steps["suggested"]["whole"])))


def test_no_step_bears_the_level_of_a_line_without_last_year() -> None:
    known, unknown = _steps(_standing()), _steps(_standing((1,)))
    assert abs(float(str(unknown["part.season"]["contribution"]))) < 20
    assert float(str(unknown["last_year"]["contribution"])) == pytest.approx(
        float(str(known["last_year"]["contribution"])), rel=0.2
    )
    assert known["last_year"]["name"] == text("workbook.column.last_year", "en")
    assert unknown["last_year"]["name"] == text("workbook.step.estimated", "en")


def test_last_year_stands_empty_where_it_is_unknown() -> None:
    standing = _standing((1,))
    places = default_places(standing.inputs, "en")
    cells = content(standing, entered(standing.inputs), places)
    for sheet, table in ((_SHEET, "lines"), (_SHEET, "why")):
        shown = [
            cells[sheet][places.spot(sheet, table, line, "last_year")].value for line in ("R1-1", "R1-2")
        ]
        assert isinstance(shown[0], float) and shown[1] in (None, "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_is_explained_in_words(language: str) -> None:
    standing = sample_standing((3, 2))
    places = default_places(standing.inputs, language)
    cells = content(standing, entered(standing.inputs), places)[_SHEET]
    for k, line in enumerate(standing.inputs.plan.lines_of("R1")):
        said = str(cells[places.spot(_SHEET, "why", line.code, "why")].value)
        assert f"{standing.baseline.suggested[k]:.0f} {METRIC.unit}" in said
        assert f"{standing.baseline.last_year[k]:.0f}" in said


@pytest.mark.parametrize(("metric", "better"), [(METRIC, "rise"), (_DAYS, "fall")])
def test_what_makes_a_target_better_is_green(metric: Metric, better: str, tmp_path: Path) -> None:
    standing = _standing(metric=metric)
    write_book(tmp_path / "book.xlsx", standing, "en", created=Clock().now)
    charts = [data.decode() for name, data in parts_of(tmp_path / "book.xlsx").items() if "/charts/" in name]
    [stacked, *_] = [chart for chart in charts if '<c:grouping val="stacked"/>' in chart]
    place = default_places(standing.inputs, "en").table(_SHEET, "steps")
    colours = {
        column: colour
        for column, colour in re.findall(
            r"<c:ser>.*?<c:f>'?[^!<]*!\$([A-Z])\$.*?(?:srgbClr val=\"(\w+)\"|<a:noFill/>).*?</c:ser>", stacked
        )
        if colour
    }
    letter = {code: chr(64 + place.columns[code]) for code in ("rise", "fall")}
    assert colours[letter[better]] == "8CCBA3"
    assert colours[letter["fall" if better == "rise" else "rise"]] == "F4B183"


def test_the_picture_begins_near_its_values_and_draws_from_rows_that_nobody_sees(tmp_path: Path) -> None:
    standing = _standing()
    write_book(tmp_path / "book.xlsx", standing, "en", created=Clock().now)
    charts = [data.decode() for name, data in parts_of(tmp_path / "book.xlsx").items() if "/charts/" in name]
    [stacked, *_] = [chart for chart in charts if '<c:grouping val="stacked"/>' in chart]
    steps = _steps(standing)
    reached = float(str(steps["suggested"]["whole"]))
    [begins] = re.findall(r'<c:min val="([^"]+)"/>', stacked)
    assert 0.4 * reached < float(begins) < reached
    assert '<c:plotVisOnly val="1"/>' not in stacked
    page = openpyxl.load_workbook(tmp_path / "book.xlsx")[default_places(standing.inputs, "en").tabs[_SHEET]]
    place = default_places(standing.inputs, "en").table(_SHEET, "steps")
    assert all(page.row_dimensions[row].hidden for row in (place.head, *place.rows.values()))
    assert not page.row_dimensions[default_places(standing.inputs, "en").table(_SHEET, "why").head].hidden
