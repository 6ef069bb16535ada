"""A plan in which some are asked for more than others says so, and changes nothing by saying it."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from targetcal_xl.actions import FairnessReport, fairness
from targetcal_xl.actions.fairness import verdict
from targetcal_xl.actions.fairness_sheet import fairness_as_said
from targetcal_xl.calibration.plan import Group
from targetcal_xl.calibration.vocabulary import Leaning
from targetcal_xl.connect import find_plan, read_plan
from targetcal_xl.language import LANGUAGES
from targetcal_xl.problems import Refused
from targetcal_xl.telling import Rows, Sentence
from tests.support import desks
from tests.support.desks import Case
from tests.support.xllint import lint


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Twelve lines of three regions, of which nobody has declared anything."""
    made = Case(tmp_path_factory.mktemp("fairness"), read_plan(find_plan("saas")))
    desks.begin(made)
    return made


def _leans(report: FairnessReport, outcome: str) -> dict[str, Leaning]:
    return {one.trait: one.leaning for one in report.found.leans if one.outcome == outcome}


def _declared(case: Case, share: float) -> FairnessReport:
    """The verdict where the larger half of the lines is asked for so much beside its suggestion."""
    lines = sorted(case.inputs.plan.lines, key=lambda line: case.suggested(line.code))
    large = {line.code for line in lines[len(lines) // 2 :]}
    case.type(
        {
            (line.region, line.code, "declared"): round(
                case.suggested(line.code) * (share if line.code in large else 2 - share)
            )
            for line in lines
        }
    )
    return case.run(fairness)


def test_the_split_is_judged_until_everybody_has_declared(case: Case) -> None:
    report = case.run(fairness)
    assert report.targets == "allotment"
    assert _leans(report, "odds") == {"size": Leaning.EVEN, "growth": Leaning.EVEN}


def test_targets_that_are_hard_for_the_large_are_called_so_and_the_other_way_round(case: Case) -> None:
    before = case.entries()
    hard, easy = _declared(case, 1.4), _declared(case, 0.6)
    assert (hard.targets, _leans(hard, "odds")["size"]) == ("declared", Leaning.HARDER)
    assert _leans(easy, "odds")["size"] == Leaning.EASIER
    assert case.entries() == before


def test_the_sheet_holds_verdicts_camps_and_every_line_with_pictures_of_them(
    case: Case, tmp_path: Path
) -> None:
    for language in LANGUAGES:
        out = tmp_path / f"{language}.xlsx"
        report = case.run(fairness_as_said, out, language)
        [sheet] = openpyxl.load_workbook(out).worksheets
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        lean, first = report.found.leans[0], report.lines[0]
        [told] = [row for row in rows if row[6] == verdict(lean, language)]
        assert told[2:6] == pytest.approx([lean.correlation, lean.low, lean.high, lean.count])
        camp = report.found.divisions[0].camps[0]
        [told] = [row for row in rows if row[0] == report.names[camp.code] and row[1] == camp.lines]
        assert told[2:4] == pytest.approx([camp.odds, camp.attained])
        names = [line.name for line in case.inputs.plan.lines]
        held = [row for row, cells in enumerate(rows, 1) if cells[1] in names]
        assert [rows[row - 1][1] for row in held] == names
        shown = [first.size, first.growth - 1, first.odds, first.attained]
        assert rows[held[0] - 1][2:6] == pytest.approx(shown)
        assert sheet.cell(held[0], 3).number_format == "#,##0"
        drawn = zipfile.ZipFile(out).read("xl/charts/chart1.xml").decode()
        assert f"$C${held[0]}:$C${held[-1]}" in drawn and f"$E${held[0]}:$E${held[-1]}" in drawn
        assert not lint(out)


def test_a_sheet_is_refused_where_something_lies_and_by_another_name(case: Case, tmp_path: Path) -> None:
    (tmp_path / "there.xlsx").write_bytes(b"mine")
    for name, code in (("there.xlsx", "report_taken"), ("fair.pdf", "fairness_form")):
        with pytest.raises(Refused) as refused:
            case.run(fairness_as_said, tmp_path / name)
        assert [problem.code for problem in refused.value.problems] == [code]
    assert (tmp_path / "there.xlsx").read_bytes() == b"mine"
    assert case.run(fairness_as_said, None).file == ""


def test_a_region_that_is_asked_for_the_impossible_is_named(case: Case) -> None:
    first = case.inputs.plan.regions[0].code
    case.type(
        {
            (line.region, line.code, "declared"): round(
                case.suggested(line.code) * (1.8 if line.region == first else 0.9)
            )
            for line in case.inputs.plan.lines
        }
    )
    told = [part.said for part in case.run(fairness).tell("en") if isinstance(part, Sentence)]
    assert any("Odds differ between regions by more than chance: worst in 华东大区" in said for said in told)


def test_groups_are_compared_where_the_plan_has_some(tmp_path: Path) -> None:
    inputs = desks.case_inputs()
    regions = tuple(replace(one, group="coast" if one.code == "R1" else "") for one in inputs.plan.regions)
    plan = replace(inputs.plan, regions=regions, groups=(Group("coast", "沿海"),))
    case = Case(tmp_path, replace(inputs, plan=plan))
    desks.begin(case)
    region, group = case.run(fairness).found.divisions
    assert ([camp.code for camp in region.camps], [camp.code for camp in group.camps]) == (
        ["R1", "R2"],
        ["coast", ""],
    )


def test_what_is_agreed_is_judged_once_it_is(tmp_path: Path) -> None:
    assert desks.confirmed(tmp_path).run(fairness).targets == "agreed"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_can_be_told(language: str, case: Case) -> None:
    report = _declared(case, 1.4)
    every = [replace(one, leaning=leaning) for one in report.found.leans for leaning in Leaning]
    chances = [{"odds": chance, "attained": chance} for chance in (0.01, 0.5, float("nan"))]
    (division,) = report.found.divisions
    for kind in ("region", "group"):
        for chance in chances:
            other = replace(division, kind=kind, uneven=chance)
            told = replace(report, found=replace(report.found, leans=tuple(every), divisions=(other,)))
            parts = list(told.tell(language))
            assert sum(isinstance(part, Rows) for part in parts) == 1
            assert len(parts) == 1 + len(every) + 2 + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_question_that_too_few_lines_answer_is_named(language: str, tmp_path: Path) -> None:
    told = [part for part in desks.fresh(tmp_path).run(fairness).tell(language) if isinstance(part, Sentence)]
    unsure = [part.said for part in told if part.indented]
    assert len(unsure) == 6
    assert len(set(unsure)) == len(unsure)
