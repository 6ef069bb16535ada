"""The odds on the sheets are those that the method tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

import numpy as np
import pytest

from targetcal_xl.calibration import Key, Limits, Standing, Value, plan_odds
from targetcal_xl.workbook import content, entered, region_sheet
from targetcal_xl.workbook.layout import default_places
from tests.support.samples import METRIC, sample_standing, with_values

MORE = replace(sample_standing(), shared=0.35)
LESS = sample_standing(metric=replace(METRIC, direction=-1, kind="mean"))
LINES = MORE.inputs.plan.lines


class Sheets:
    """What the cells show for a standing and what people typed."""

    def __init__(self, standing: Standing, typed: Mapping[Key, Value]) -> None:
        self._places = default_places(standing.inputs, "en")
        self._cells = content(standing, {**entered(standing.inputs), **typed}, self._places)

    def field(self, code: str) -> object:
        sheet, spot = self._places.field(code)
        return self._cells[sheet][spot].value

    def column(self, sheet: str, table: str, code: str) -> list[object]:
        rows = self._places.tables[sheet, table].rows
        return [self._cells[sheet][self._places.spot(sheet, table, row, code)].value for row in rows]

    def formulas(self, sheet: str, table: str, code: str) -> list[str | None]:
        rows = self._places.tables[sheet, table].rows
        return [self._cells[sheet][self._places.spot(sheet, table, row, code)].formula for row in rows]


def declared(standing: Standing, factor: float) -> dict[Key, Value]:
    suggested = standing.baseline.suggested.tolist()
    pairs = zip(standing.inputs.plan.lines, suggested, strict=True)
    return {(line.region, line.code, "declared"): round(value * factor) for line, value in pairs}


@pytest.mark.parametrize("standing", [MORE, LESS])
@pytest.mark.parametrize("factor", [0.97, 1.04])
def test_every_line_and_the_total_have_the_odds_of_the_method(standing: Standing, factor: float) -> None:
    plan, baseline = standing.inputs.plan, standing.baseline
    said = declared(standing, factor)
    sheets = Sheets(standing, said)
    targets = {"allotment": standing.allotment, "suggested": baseline.suggested}
    for code, values in targets.items():
        wanted, _ = plan_odds(plan, baseline, values, standing.shared)
        assert sheets.column("baseline", "baseline", f"odds.{code}") == pytest.approx(wanted, abs=6e-5)
    wanted, together = plan_odds(plan, baseline, np.array(list(said.values()), float), standing.shared)
    assert sheets.column("dashboard", "lines", "odds_declared") == pytest.approx(wanted, abs=6e-5)
    tabs = (sheets.column(region_sheet(region.code), "lines", "odds_declared") for region in plan.regions)
    assert list(chain(*tabs)) == pytest.approx(wanted, abs=6e-5)
    assert sheets.field("odds_declared") == pytest.approx(together, abs=6e-5)
    assert 0.3 < float(str(sheets.field("odds_suggested"))) < 0.7
    assert sheets.field("shared") == standing.shared


def test_declared_and_agreed_totals_have_no_odds_until_every_line_has_its_part() -> None:
    said = declared(MORE, 1.0)
    assert Sheets(MORE, said).field("odds_declared") != ""
    said.popitem()
    sheets = Sheets(MORE, said)
    assert (sheets.field("odds_declared"), sheets.field("odds_agreed")) == ("", "")
    agreed: dict[Key, Value] = {(line.region, line.code, "agreed"): 100.0 for line in LINES}
    assert Sheets(with_values(MORE, agreed), said).field("odds_agreed") != ""


@pytest.mark.parametrize("typed", [None, "about 90", 0.0, True])
def test_what_is_no_target_has_no_odds(typed: Value) -> None:
    line = LINES[0]
    sheets = Sheets(MORE, {(line.region, line.code, "declared"): typed})
    assert sheets.column(region_sheet(line.region), "lines", "odds_declared")[0] == ""


def test_a_split_within_limits_stays_a_value_where_the_rest_is_computed_by_functions() -> None:
    live = with_values(MORE, {(None, None, "functions"): "live"})
    plan = live.inputs.plan
    region = replace(plan.regions[0], limits=Limits(low=10))
    bounded = replace(plan, regions=(region, *plan.regions[1:]))
    for standing, computed in (
        (live, True),
        (replace(live, inputs=replace(live.inputs, plan=bounded)), False),
        (replace(live, inputs=replace(live.inputs, plan=replace(plan, split="pro_rata"))), False),
    ):
        formulas = Sheets(standing, {}).formulas("baseline", "baseline", "allotment")
        assert all((formula is not None) == computed for formula in formulas)
        assert None not in Sheets(standing, {}).formulas("baseline", "baseline", "base")
