"""What nobody expected of a newest period is asked beside the line, and the answer is finance's."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import openpyxl
import pytest

from targetcal_xl.actions import (
    RecalibrateReport,
    answer_surprise,
    go_back,
    new,
    recalibrate,
    surprise,
    verify,
)
from targetcal_xl.calibration import (
    ALL_LINES,
    ANSWERS,
    Answer,
    AnswerCode,
    Inputs,
    Key,
    Period,
    Question,
    Standing,
)
from targetcal_xl.calibration.vocabulary import QuestionKind
from targetcal_xl.desk.questions import asked, held
from targetcal_xl.language import LANGUAGES, text
from targetcal_xl.ledger import standing
from targetcal_xl.problems import MOST_OF_A_KIND, DataProblems, Refused
from targetcal_xl.sentences import ask
from targetcal_xl.telling import Sentence
from targetcal_xl.workbook import content, entered, open_book, read, write_book
from targetcal_xl.workbook.captions import caption
from targetcal_xl.workbook.layout import default_places
from tests.support.clock import Clock
from tests.support.desks import Case, fresh, told
from tests.support.samples import METRIC, sample_inputs, sample_standing

NEWEST = Period(2024, 4)
CELL: Key = ("R1", "R1-2", "history.answer")


def _asking() -> Standing:
    """A plan of which two lines are asked about, one of them answered."""
    plain = sample_standing((2, 1))
    asked = (Question("R1-2", NEWEST, 0.24), Question("R2-1", NEWEST, -0.3))
    inputs = replace(plain.inputs, answers=(Answer("R2-1", NEWEST, "one_off"),))
    return replace(plain, inputs=inputs, baseline=replace(plain.baseline, questions=asked))


def test_a_question_says_which_way_and_how_far() -> None:
    assert ask("2024Q4", 0.244, "zh-CN") == "2024Q4 比预期高 24%：是一次性，还是新水平？"
    assert ask("2024Q4", -0.3, "en") == "2024Q4 is 30% below expectation: one-off or new level?"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_question_stands_beside_its_line_and_nowhere_else(language: str) -> None:
    standing = _asking()
    places = default_places(standing.inputs, language)
    cells = content(standing, entered(standing.inputs), places)["history"]
    shown = {
        line: cells[places.spot("history", "history", line, "question")].value
        for line in ("R1-1", "R1-2", "R2-1")
    }
    above, below = (ask(NEWEST, share, language) for share in (0.24, -0.3))
    assert shown == {"R1-1": None, "R1-2": above, "R2-1": below}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_is_chosen_from_three_and_is_read_back(language: str, tmp_path: Path) -> None:
    standing, path = _asking(), tmp_path / "book.xlsx"
    write_book(path, standing, language, created=Clock().now)
    places = default_places(standing.inputs, language)
    spot = places.spot("history", "history", "R2-1", "answer")
    page = openpyxl.load_workbook(path)[places.tabs["history"]]
    assert page.cell(*spot).value == caption("one_off", language)
    assert not page.cell(*spot).protection.locked
    [rule] = [
        rule for rule in page.data_validations.dataValidation if page.cell(*spot).coordinate in rule.sqref
    ]
    assert rule.formula1 == f'"{",".join(caption(code, language) for code in ANSWERS)}"'
    assert read(open_book(path), standing.inputs, "zh-CN").values == entered(standing.inputs)


def test_a_question_without_an_answer_stands_out(tmp_path: Path) -> None:
    standing, path = _asking(), tmp_path / "book.xlsx"
    write_book(path, standing, "en", created=Clock().now)
    places = default_places(standing.inputs, "en")
    page = openpyxl.load_workbook(path)[places.tabs["history"]]
    for column in ("question", "answer"):
        at = page.cell(*places.spot("history", "history", "R1-1", column)).coordinate
        assert [area for area in page.conditional_formatting if at in area]


def _answers(case: Case) -> tuple[Answer, ...]:
    with case.desk() as desk:
        return standing(desk.ledger).inputs.answers


def test_an_answer_is_an_audited_input_of_the_next_recalibration(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    case.type({CELL: "one_off"})
    case.run(recalibrate, "与区域核实")
    newest = case.inputs.history.periods[-1]
    assert _answers(case) == (Answer("R1-2", newest, "one_off"),)
    [entry] = [entry for entry in case.entries("recalibrate") if entry.key == CELL]
    assert (entry.old, entry.new, entry.reason) == (None, "one_off", "与区域核实")
    assert case.run(verify).problems == ()
    case.run(go_back, 0, "核实有误")
    assert _answers(case) == ()
    assert CELL not in case.typed()


def test_an_answer_that_is_none_of_these_is_named_by_its_cell(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    case.type({CELL: "也许"})
    with pytest.raises(DataProblems) as refused:
        case.run(recalibrate)
    assert told(refused.value.problems) == [("choice_unknown", case.where(CELL))]


def test_whoever_recalibrates_is_told_what_is_asked_and_what_was_answered() -> None:
    standing = _asking()
    told = asked(standing.inputs, standing.baseline)
    assert [(item.line, item.period, item.share, item.answer) for item in told] == [
        ("华南2组", "2024Q4", 0.24, ""),
        ("华南1组", "2024Q4", -0.3, "one_off"),
    ]
    report = RecalibrateReport((), (), 0.0, (), told, METRIC)
    said = [part.said for part in report.tell("zh-CN") if isinstance(part, Sentence)]
    assert said[-2:] == [ask("2024Q4", 0.24, "zh-CN"), text("telling.questions.where", "zh-CN")]


def test_whoever_recalibrates_is_told_of_intervals_that_were_cut_off() -> None:
    standing = replace(_asking(), baseline=replace(_asking().baseline, held=("R2-1",)))
    names = held(standing.inputs, standing.baseline)
    assert names == ("华南大区 / 华南1组",)
    parts = [
        part
        for part in RecalibrateReport((), (), 0.0, (), (), METRIC, names).tell("en")
        if isinstance(part, Sentence)
    ]
    assert (parts[-1].about, parts[-1].said) == (names[0], text("telling.held.line", "en"))
    many = [str(number) for number in range(20)]
    parts = [
        part
        for part in RecalibrateReport((), (), 0.0, (), (), METRIC, tuple(many)).tell("en")
        if isinstance(part, Sentence)
    ]
    assert sum(part.about in many for part in parts) == MOST_OF_A_KIND
    assert parts[-1].said == text("telling.held.more", "en", count=20 - MOST_OF_A_KIND)


def test_the_last_value_that_there_is_is_asked_about_and_answered_from_the_sheet(tmp_path: Path) -> None:
    inputs = _surprising()
    values = inputs.history.values.copy()
    values[0, -2:] = values[0, -2] * 2, np.nan
    case = Case(tmp_path, replace(inputs, history=replace(inputs.history, values=values)))
    with case.desk(create=True) as desk:
        [item] = new(desk, case.inputs, "zh-CN").questions
    assert (item.line, item.period, item.answer) == ("华东1组", "2024Q3", "")
    before = case.suggested("R1-1")
    case.type({("R1", "R1-1", "history.answer"): "one_off"})
    [item] = case.run(recalibrate, "与区域核实").questions
    assert (item.period, item.answer) == ("2024Q3", "one_off")
    assert case.suggested("R1-1") < before
    assert case.run(verify).problems == ()


def _surprising() -> Inputs:
    """Three lines, of which the first doubles in the last quarter."""
    inputs = sample_inputs((2, 1))
    values = inputs.history.values.copy()
    values[0, -1] *= 2
    history = replace(inputs.history, values=values, one_off=np.zeros_like(values))
    return replace(inputs, history=history)


def test_a_surprise_is_asked_from_the_first_day_and_its_answer_moves_the_suggestion(tmp_path: Path) -> None:
    case = Case(tmp_path, _surprising())
    with case.desk(create=True) as desk:
        [item] = new(desk, case.inputs, "zh-CN").questions
    assert (item.line, item.period, item.answer) == ("华东1组", "2024Q4", "")
    assert item.share > 0.3
    suggested = {}
    for code in ("one_off", "new_level"):
        case.type({("R1", "R1-1", "history.answer"): code})
        [item] = case.run(recalibrate, "与区域核实").questions
        assert item.answer == code
        suggested[code] = case.suggested("R1-1")
    assert suggested["new_level"] > suggested["one_off"]
    assert case.run(verify).problems == ()


@pytest.fixture(scope="module")
def shaken_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of six lines, all of which lost a third in the last quarter."""
    inputs = sample_inputs((4, 2))
    values = inputs.history.values.copy()
    values[0, -1] -= 15  # the event of the sample
    values[:, -1] *= 2 / 3
    history = replace(inputs.history, values=np.round(values), one_off=np.zeros_like(values))
    case = Case(tmp_path_factory.mktemp("shaken"), replace(inputs, history=history))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "en")
    return case.folder


def _shaken(source: Path, folder: Path) -> Case:
    shutil.copytree(source, folder, dirs_exist_ok=True)
    return Case(folder, sample_inputs((4, 2)))


COMMON: Key = (None, None, "common_answer")


def test_what_shook_all_lines_stands_above_them_and_is_answered_in_one_cell(
    shaken_folder: Path, tmp_path: Path
) -> None:
    case = _shaken(shaken_folder, tmp_path)
    before = sum(case.suggested(line.code) for line in case.inputs.plan.lines)
    [common] = case.run(surprise).questions
    assert (common.kind, common.line, common.answer) == ("common", "", "")
    assert common.share == pytest.approx(-1 / 3, abs=0.08)
    case.type({COMMON: "one_off"})
    [answered] = case.run(recalibrate, "lockdown").questions
    assert answered.answer == "one_off"
    assert sum(case.suggested(line.code) for line in case.inputs.plan.lines) > 1.2 * before
    assert _answers(case) == (Answer(ALL_LINES, NEWEST, "one_off"),)
    assert case.run(verify).problems == ()


def test_the_command_answers_for_all_lines_and_leaves_out_those_that_are_named(
    shaken_folder: Path, tmp_path: Path
) -> None:
    case = _shaken(shaken_folder, tmp_path)
    before = case.suggested("R2-1")
    case.run(answer_surprise, "one_off", reason="lockdown")
    assert case.typed()[COMMON] == "one_off"
    case.run(answer_surprise, "as_is", ["R2-1"], reason="stayed open")
    assert case.typed()["R2", "R2-1", "history.answer"] == "as_is"
    assert set(_answers(case)) == {Answer(ALL_LINES, NEWEST, "one_off"), Answer("R2-1", NEWEST, "as_is")}
    assert case.suggested("R2-1") < 1.1 * before < case.suggested("R2-2")
    assert {entry.reason for entry in case.entries("recalibrate") if entry.key == COMMON} == {"lockdown"}
    assert case.run(verify).problems == ()


@pytest.mark.parametrize(
    "said, codes",
    [
        (("one_off", (), ""), ["reason_missing"]),
        (("as_is", (), "stayed open"), ["surprise_of_lines"]),
        (("one_off", ("nowhere",), "stayed open"), ["line_unknown_anywhere"]),
    ],
)
def test_an_answer_that_says_nothing_is_refused(
    shaken_folder: Path, said: tuple[AnswerCode, tuple[str, ...], str], codes: list[str]
) -> None:
    case = Case(shaken_folder, sample_inputs((4, 2)))
    before = case.path.read_bytes()
    with pytest.raises(Refused) as refused:
        case.run(answer_surprise, *said)
    assert [problem.code for problem in refused.value.problems] == codes
    assert case.path.read_bytes() == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_questions_are_told_apart(language: str) -> None:
    said = {ask(NEWEST, -0.3, language, kind) for kind in get_args(QuestionKind)}
    assert len(said) == 3


def test_a_plan_that_nothing_surprises_says_so(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    report = case.run(surprise)
    [part] = report.tell("en")
    assert isinstance(part, Sentence) and part.said == text("telling.surprise.none", "en")
