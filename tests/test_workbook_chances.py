"""The odds on the sheets are those that the method tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

import numpy as np
import pytest

from targetcal_xl.calibration import Floats, Key, Limits, Standing, Value, assigned, plan_odds
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


WEIGHED = replace(
    LESS,
    inputs=replace(
        LESS.inputs,
        plan=replace(
            LESS.inputs.plan,
            lines=tuple(replace(line, volume=float(k)) for k, line in enumerate(LESS.inputs.plan.lines, 1)),
        ),
    ),
)


@pytest.mark.parametrize("standing", [MORE, LESS, WEIGHED])
def test_the_dashboard_tells_of_all_and_of_each_region_what_is_assigned_and_the_odds_of_what_is_asked(
    standing: Standing,
) -> None:
    standing = _asking(standing, standing.baseline.suggested)
    plan, said = standing.inputs.plan, declared(standing, 1.01)
    first, targets = plan.lines[0], np.array([*said.values()], float)
    targets[0] += 2
    settled = with_values(standing, {(first.region, first.code, "agreed"): targets[0]})
    sheets = Sheets(settled, said)
    columns = [
        sheets.column("dashboard", "regions", code) for code in ("assigned_share", "odds_hq", "odds_followed")
    ]
    told = {region.code: row for region, *row in zip(plan.regions, *columns, strict=True)}
    for region, row in told.items():
        rows = [k for k, line in enumerate(plan.lines) if line.region == region]
        asked = plan.total_of(standing.allotment, rows)
        found = assigned(plan, standing.baseline, asked, targets, standing.shared, rows)
        assert row == pytest.approx([found.share, found.foreseen, found.followed], abs=6e-5)
    found = assigned(
        plan, standing.baseline, plan.hq_target, targets, standing.shared, range(len(plan.lines))
    )
    whole = [sheets.field(code) for code in ("assigned_share", "odds_followed")]
    assert whole == pytest.approx([found.share, found.followed], abs=6e-5)
    assert all(0.02 < odds < 0.98 for odds in (found.foreseen, found.followed))


def _asking(standing: Standing, wanted: Floats) -> Standing:
    """Head office wants of every line what is wanted, and together as much as they come to."""
    plan = standing.inputs.plan
    asks = replace(plan, hq_target=plan.total_of(wanted))
    return replace(standing, inputs=replace(standing.inputs, plan=asks), allotment=wanted)


def test_nothing_is_assigned_until_every_line_has_a_target() -> None:
    said = declared(MORE, 1.0)
    (region, _, _), _ = said.popitem()
    sheets = Sheets(MORE, said)
    assert (sheets.field("assigned_share"), sheets.field("odds_followed")) == ("", "")
    shares = dict(zip((one.code for one in MORE.inputs.plan.regions), _shares(sheets), strict=True))
    assert shares.pop(str(region)) == "" and "" not in shares.values()


def _shares(sheets: Sheets) -> list[object]:
    return sheets.column("dashboard", "regions", "assigned_share")


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
