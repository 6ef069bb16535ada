"""A region's tab, as its manager sees it: on a small screen, and in a further round."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from targetcal_xl.actions import decide, decide_typed, handle_objection, lock, new
from targetcal_xl.calibration import Inputs, Key, Metric, Value, compute_baseline
from targetcal_xl.desk.records import standing_of
from targetcal_xl.language import LANGUAGES, text
from targetcal_xl.ooxml import Cell
from targetcal_xl.ooxml.cells import column_letters
from targetcal_xl.workbook import content, write_book
from targetcal_xl.workbook.captions import caption
from targetcal_xl.workbook.layout import default_places
from targetcal_xl.workbook.shapes import region_sheet
from targetcal_xl.workbook.sheets.region_cards import MOST_NAMED
from tests.support.books import as_openpyxl
from tests.support.clock import Clock
from tests.support.desks import TALK, Case, decline, locked, submitted
from tests.support.exploring import few
from tests.support.office import recomputed
from tests.support.recalculated import differences
from tests.support.samples import METRIC, sample_inputs, sample_standing

SCREEN, DIGIT = 1366 - 99, 7.8
"""Pixels between row numbers and side bar in LibreOffice's window, and of a digit that it measures by."""
NEEDED = (
    *("name", "suggested", "declared", "answered", "agree", "deviation", "flag", "missing"),
    *("basis", "support", "risk"),
)


@pytest.fixture
def back(tmp_path: Path) -> Case:
    """The second round: R1-1 has been accepted, R1-2 countered and R2-1 returned."""
    case = locked(tmp_path)
    for line in ("R1-1", "R1-2", "R2-1"):
        decline(case, line)
    case.run(handle_objection, "R2", "R2-1", **TALK, note="已面谈", by="hrbp2")
    case.run(decide, "R1", "R1-1", "accept", reason="依据充分", by="superior1")
    case.run(decide, "R1", "R1-2", "counter", counter=150.0, reason="二月有渠道大会", by="superior1")
    case.run(decide, "R2", "R2-1", "return", reason="请说明幅度", by="superior2")
    return case


def _shown(case: Case, region: str, field: str, line: str | None = None) -> Value:
    reading, sheet = case.reading(), region_sheet(region)
    places = reading.places
    spot = places.spot(sheet, "lines", line, field) if line else places.field(field, region)[1]
    return reading.grids[sheet][spot].value


def test_every_tab_opens_with_the_cursor_in_sight_and_where_its_manager_begins(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    for page in as_openpyxl(case.path):
        at = page[page.sheet_view.selection[-1].activeCell]
        assert not page.row_dimensions[at.row].hidden, page.title
        assert not page.column_dimensions[at.column_letter].hidden, page.title
    tab = as_openpyxl(case.path)[case.reading().places.tabs[region_sheet("R1")]]
    declared = case.reading().places.spot(region_sheet("R1"), "lines", "R1-1", "declared")
    assert tab.sheet_view.selection[-1].activeCell == tab.cell(*declared).coordinate


@pytest.mark.parametrize(("size", "step"), [(1.0, 1.0), (1e6, 1e4), (0.001, 0.001)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_manager_works_with_stands_on_a_small_screen(
    language: str, size: float, step: float, tmp_path: Path
) -> None:
    plain = sample_standing((2, 1))
    history = replace(plain.inputs.history, values=plain.inputs.history.values * size)
    metric = replace(plain.inputs.plan.metric, step=step)
    plan = replace(plain.inputs.plan, metric=metric, hq_target=plain.inputs.plan.hq_target * size)
    inputs = replace(plain.inputs, history=history, plan=plan)
    allotment, baseline = plain.allotment * size, compute_baseline(inputs)
    standing = replace(plain, inputs=inputs, baseline=baseline, allotment=allotment)
    write_book(path := tmp_path / "book.xlsx", standing, language, created=Clock().now)
    places = default_places(inputs, language)
    sheet = places.sheets[region_sheet("R1")]
    lines = sheet.table("lines")
    assert tuple(column.code for column in lines.columns[: len(NEEDED)]) == NEEDED
    last = lines.spots[NEEDED[-1]]
    page = as_openpyxl(path)[places.tabs[sheet.code]]
    widths = {
        at: group.width for group in page.column_dimensions.values() for at in range(group.min, group.max + 1)
    }
    assert DIGIT * sum(widths[at] for at in range(2, last + 1)) <= SCREEN
    shown = {field.code: field.spot[1] for field in sheet.fields}
    assert all(shown[code] <= last for code in ("advice", "status", "submitter", "checks", "declared"))


def test_a_further_round_says_which_lines_are_back_and_why(back: Case) -> None:
    back.recalculate()
    assert str(_shown(back, "R1", "advice")).startswith(
        "第 2 轮，退回重填：华南2组（另提数值 150：二月有渠道大会）。"
    )
    assert "请说明幅度" in str(_shown(back, "R2", "advice"))
    assert [_shown(back, region, "answered", line) for region, line in (("R1", "R1-1"), ("R2", "R2-1"))] == [
        "同意：依据充分",
        "退回：请说明幅度",
    ]
    assert differences([back.path]) == []


def test_a_first_round_has_no_answers_and_no_lines_that_are_back(tmp_path: Path) -> None:
    case = submitted(tmp_path)
    assert {_shown(case, "R1", "answered", line) for line in ("R1-1", "R1-2")} == {""}
    assert _shown(case, "R1", "advice") == text("workbook.advice.submitted", "zh-CN")


ANSWERS: list[tuple[str | None, float | str | None, str | None]] = [
    ("counter", 12.0, "渠道收缩"),
    (caption("counter", "en") + " ", 1234567.0, None),
    ("退回", None, " \n "),
    ("accept", 3.0, "同意"),
    ("maybe", 7.0, "没有这个选项"),
    (None, 8.0, "没有决策的理由"),
    ("counter", "十二", "数值写成了文字"),
    ("counter", 12.5, None),
    ("counter", -1234.5, None),
]


def test_every_answer_reads_as_libreoffice_computes_it(tmp_path: Path) -> None:
    """Also one in the other language, and what is no answer."""
    case = Case(tmp_path, sample_inputs((len(ANSWERS), 1)))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    codes = ("decision", "counter", "decision_reason")
    case.type(
        {
            ("R1", f"R1-{k}", code): Cell(value)
            for k, said in enumerate(ANSWERS, 1)
            for code, value in zip(codes, said, strict=True)
        }
    )
    assert differences([case.path]) == []
    assert [_shown(case, "R1", "answered", f"R1-{k}") for k in range(1, len(ANSWERS) + 1)] == [
        "另提数值 12：渠道收缩",
        "另提数值 1,234,567",
        "退回",
        "同意：同意",
        "：没有这个选项",
        "",
        "另提数值：数值写成了文字",
        "另提数值 13",
        "另提数值 -1,235",
    ]


_OF_KINDS = {
    "counts": METRIC,
    "complaints": replace(METRIC, direction=-1),
    "days": replace(METRIC, kind="mean", direction=-1, step=0.5),
    "satisfaction": replace(METRIC, kind="ratio", step=0.001, distance="shortfall"),
    "churn": replace(METRIC, kind="ratio", step=0.0001, direction=-1),
    "margin": replace(METRIC, kind="ratio", step=0.1, distance="shortfall", unit="%", whole=100.0),
}
_EDGES: tuple[Callable[[float, float, float], float], ...] = (
    lambda s, step, whole: s,
    lambda s, step, whole: s * (1 + 1e-15),
    lambda s, step, whole: s * 0.85,
    lambda s, step, whole: s * 1.15,
    lambda s, step, whole: whole - (whole - s) * 1.15,
    lambda s, step, whole: 3 * s,
    lambda s, step, whole: 3 * s - step,
    lambda s, step, whole: s / 3,
    lambda s, step, whole: s / 3 + step,
    lambda s, step, whole: whole - 3 * (whole - s),
    lambda s, step, whole: 0.0,
    lambda s, step, whole: -step,
    lambda s, step, whole: s + step / 3,
    lambda s, step, whole: whole,
    lambda s, step, whole: whole + step,
    lambda s, step, whole: s + 5 * step,
    lambda s, step, whole: s + 6 * step,
    lambda s, step, whole: 100 * s,
)

_OFF_STEP = (_EDGES[1], _EDGES[12])


def _inputs_of(metric: Metric) -> Inputs:
    """A plan with a line for each edge; shares are of the size that their distance is made for."""
    inputs = sample_inputs((len(_EDGES), 1), metric=metric)
    if not metric.is_share:
        return inputs
    first, last = (0.85, 0.999) if metric.distance == "shortfall" else (0.01, 0.2)
    level = metric.whole * np.linspace(first, last, len(inputs.plan.lines))
    values = np.repeat(level[:, None], len(inputs.history.periods), axis=1)
    history = replace(inputs.history, values=values, one_off=np.zeros_like(values))
    return replace(inputs, history=history, plan=replace(inputs.plan, hq_target=float(level.mean())))


def _at_the_edges(metric: Metric, folder: Path) -> tuple[Case, dict[str, float]]:
    """A book in which each line declares one edge, on the step where the edge is not about that."""
    case, declared = Case(folder, _inputs_of(metric), language="en"), dict[str, float]()
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "en")
        suggested = standing_of(desk.ledger).baseline.suggested.tolist()
    for k, (edge, model) in enumerate(zip(_EDGES, suggested[:-1], strict=True), 1):
        value = edge(model, metric.step, metric.whole)
        on_step = round(round(value / metric.step) * metric.step, 9)
        declared[f"R1-{k}"] = value if edge in _OFF_STEP else on_step
    case.type({("R1", line, "declared"): Cell(value) for line, value in declared.items()})
    return case, declared


@pytest.mark.parametrize("kind", few(_OF_KINDS, {"counts", "satisfaction"}))
def test_tab_check_and_libreoffice_say_the_same_of_every_edge(kind: str, tmp_path: Path) -> None:
    case, declared = _at_the_edges(_OF_KINDS[kind], tmp_path)
    assert differences([case.path]) == []
    found = {where: code for code, where in case.problems() if code.startswith("declared_")}
    for line in declared:
        fault = found.get(case.where(("R1", line, "declared")))
        flag = _shown(case, "R1", "flag", line)
        assert (flag == "Check it") == (fault is not None), (line, flag, fault)


@pytest.mark.parametrize("kind", few(_OF_KINDS, {"days", "margin"}))
def test_what_check_refuses_cannot_be_typed(kind: str, tmp_path: Path) -> None:
    """The rule of the cell, computed by LibreOffice in a book of its own."""
    case, declared = _at_the_edges(_OF_KINDS[kind], tmp_path)
    found = {where for code, where in case.problems() if code.startswith("declared_")}
    page = openpyxl.load_workbook(case.path)[case.reading().places.tabs["region:R1"]]
    (rule,) = (
        one.formula1
        for one in page.data_validations.dataValidation
        if one.type == "custom" and str(one.sqref).startswith("D")
    )
    assert len(rule) <= 255
    book = openpyxl.Workbook()
    for row, (line, value) in enumerate(declared.items(), 10):
        book.active[f"C{row}"], book.active[f"D{row}"] = case.suggested(line), value
        book.active[f"Z{row}"] = "=" + re.sub(r"\b([A-Z])10\b", rf"\g<1>{row}", rule)
    book.save(tmp_path / "rule.xlsx")
    (computed,) = recomputed([tmp_path / "rule.xlsx"])
    taken = openpyxl.load_workbook(computed, data_only=True).active
    for row, line in enumerate(declared, 10):
        assert taken[f"Z{row}"].value is (case.where(("R1", line, "declared")) not in found), line


def test_a_headline_of_many_lines_does_without_their_names(tmp_path: Path) -> None:
    """A formula has 8,192 signs at most."""
    standing = sample_standing((MOST_NAMED, MOST_NAMED + 1))
    places = default_places(standing.inputs, "en")
    cells = content(standing, {}, places)
    formulas = [
        str(cells[region_sheet(region)][places.field("advice", region)[1]].formula) for region in ("R1", "R2")
    ]
    assert all(len(formula) < 8192 for formula in formulas)
    assert "back to you: " in formulas[0] and "R2-1" not in formulas[1]


@pytest.mark.parametrize("language", few(LANGUAGES, {"zh-CN"}))
def test_a_headline_of_many_lines_says_how_many_are_back(language: str, tmp_path: Path) -> None:
    case = Case(tmp_path, sample_inputs((MOST_NAMED + 1, 1)), language=language)
    with case.desk(create=True) as desk:
        new(desk, case.inputs, language)
    lines = [f"R1-{k}" for k in range(1, MOST_NAMED + 2)]
    said: dict[Key, Value | Cell] = {("R1", line, "declared"): case.suggested(line) for line in lines}
    case.type(said | {("R1", None, "status"): "submitted", ("R1", None, "submitter"): "head1"})
    case.run(lock, ["R1"])
    said = {}
    for k, line in enumerate(lines):
        said |= {("R1", line, "decision"): "accept" if k > 2 else "return"}
        said |= {("R1", line, "decision_reason"): "请补充客户清单"}
    case.type(said)
    case.run(decide_typed, "R1", by="superior1")
    headline = str(_shown(case, "R1", "advice"))
    assert "3" in headline and text("workbook.column.answered", language) in headline
    assert differences([case.path]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_that_is_agreed_looks_closed(language: str, tmp_path: Path) -> None:
    standing, path = sample_standing((2, 1)), tmp_path / "book.xlsx"
    write_book(path, standing, language, created=Clock().now)
    places = default_places(standing.inputs, language)
    sheet = region_sheet("R1")
    page = as_openpyxl(path)[places.tabs[sheet]]
    agreed = column_letters(places.spot(sheet, "lines", "R1-1", "agreed")[1])
    for code in ("declared", "agree", "basis", "comment"):
        row, column = places.spot(sheet, "lines", "R1-1", code)
        at = page.cell(row, column).coordinate
        rules = [rule for area in page.conditional_formatting if at in area for rule in area.rules]
        closing = [rule for rule in rules if rule.formula == [f"ISNUMBER(${agreed}{row})"]]
        assert [rule.stopIfTrue for rule in closing] == [True]
