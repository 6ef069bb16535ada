"""`survey` asks without names, takes in what comes back in any form, and keeps nothing but figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from targetcal_xl.actions import survey, survey_file, write_questionnaire
from targetcal_xl.actions.survey import SurveyReport, survey_as_said
from targetcal_xl.calibration import Survey
from targetcal_xl.calibration.vocabulary import COMMITMENT_ITEMS
from targetcal_xl.connect import Responses, survey_words
from targetcal_xl.desk import recorded_survey
from targetcal_xl.language import LANGUAGES, text
from targetcal_xl.problems import DataProblems, TargetcalError
from targetcal_xl.telling import Rows
from tests.support.browser import NARROW, WIDE, visit
from tests.support.desks import Case, confirmed


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return confirmed(tmp_path / "plan")


def _recorded(case: Case) -> Survey | None:
    with case.desk() as desk:
        return recorded_survey(desk.ledger)


def _codes(found: pytest.ExceptionInfo[TargetcalError]) -> list[str]:
    return [problem.code for problem in found.value.problems]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sheet_that_was_filled_in_is_read_again(case: Case, language: str) -> None:
    form, answers = case.folder / "form.xlsx", case.folder / "answers"
    case.run(write_questionnaire, form, language, scaled=True)
    answers.mkdir()
    for at in range(12):
        book = load_workbook(form)
        sheet = book.worksheets[0]
        lists = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
        for cell in sheet[7]:
            assert not cell.protection.locked and cell.coordinate in lists
            column = lists[cell.coordinate].partition("!")[2].replace("$", "")
            choices = [row[0].value for row in book["lists"][column]]
            cell.value = choices[at % len(choices)]
        book.properties.creator = f"somebody {at}"
        book.save(answers / f"{at}.xlsx")
    report = case.run(survey_file, answers)
    assert report.overall and report.overall.answers == 12 and report.overall.commitment is not None
    assert [name for name, _ in report.groups] == ["华东大区", "华南大区"]
    assert "somebody" not in repr(_recorded(case))


def test_a_questionnaire_says_nothing_of_who_made_it(case: Case) -> None:
    made = []
    for name in ("a.xlsx", "b.xlsx"):
        case.run(write_questionnaire, case.folder / name, "en")
        made.append((case.folder / name).read_bytes())
    assert made[0] == made[1]
    said = load_workbook(case.folder / "a.xlsx").properties
    assert not said.creator and not said.lastModifiedBy and said.created.year == 2000


def test_a_page_saves_answers_that_are_read_again(case: Case) -> None:
    page = case.folder / "survey.html"
    case.run(write_questionnaire, page, "en", scaled=True)
    play = """(async () => {
        const files = []; URL.createObjectURL = file => { files.push(file); return "#"; };
        const save = document.getElementById("save"); save.click();
        const missing = document.getElementById("told").textContent;
        for (const one of document.querySelectorAll("select")) one.selectedIndex = 1;
        for (const one of document.querySelectorAll("input[value='4']")) one.checked = true;
        save.click();
        return [missing, files.length, files[0].name, await files[0].text()];
    })()"""
    seen = visit(page, width=NARROW, dark=True, play=play)
    assert (seen.faults, seen.errors, {one.rstrip("#") for one in seen.asked}) == (
        (),
        (),
        {page.as_uri()},
    ) and seen.wide <= NARROW
    by_day = visit(page, width=WIDE)
    assert (by_day.faults, by_day.errors) == ((), ()) and by_day.wide <= WIDE
    missing, count, name, said = seen.played
    assert missing == text("pages.survey.missing", "en") and count == 1 and name.startswith("answer-")
    answers = case.folder / "answers"
    answers.mkdir()
    for at in range(5):
        (answers / f"{at}.csv").write_text(said, "utf-8")
    report = case.run(survey_file, answers)
    assert report.overall and (report.overall.answers, report.overall.mean) == (5, 4)
    assert report.overall.commitment == 4 and dict(report.roles)["manager"] is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_form_tool_calls_its_columns_is_understood(case: Case, language: str) -> None:
    titles = [survey_words(column, language) for column in ("region", "score", *COMMITMENT_ITEMS)]
    rows = [f"R1,{k},4,4,5,3" for k in (3, 4, 5, 4, 4)]
    separator = "\t"
    said = "\n".join([separator.join(titles), *(row.replace(",", separator) for row in rows)])
    (case.folder / "answers.csv").write_text(said, "utf-8")
    report = case.run(survey_file, case.folder / "answers.csv")
    assert report.overall and (report.overall.mean, report.overall.commitment) == (4, 4)


def test_all_files_that_cannot_be_read_are_named_and_none_is_taken_in(case: Case) -> None:
    answers = case.folder / "answers"
    answers.mkdir()
    (answers / "a.csv").write_text("region,score\nR1,4\n", "utf-8")
    (answers / "b.csv").write_text("region,score\nR1,9\n", "utf-8")
    (answers / "c.csv").write_text("region,score,name\nR1,3,me\n", "utf-8")
    with pytest.raises(DataProblems) as found:
        case.run(survey_file, answers)
    assert _codes(found) == ["csv_out_of_range", "csv_personal_column"] and _recorded(case) is None
    (answers / "b.csv").write_text("region,score,role\nR1,4,staff\n", "utf-8")
    (answers / "c.csv").unlink()
    with pytest.raises(DataProblems) as found:
        case.run(survey_file, answers)
    assert _codes(found) == ["survey_mixed"]


def test_a_scale_that_was_answered_in_part_is_refused_by_place(case: Case) -> None:
    (case.folder / "answers.csv").write_text("region,score,kut1,kut2\nR1,4,3,\n", "utf-8")
    with pytest.raises(DataProblems) as found:
        case.run(survey_file, case.folder / "answers.csv")
    assert set(_codes(found)) == {"csv_empty"}


def _answers(**sizes: int) -> Responses:
    groups = tuple(region for region, size in sizes.items() for _ in range(size))
    return Responses(groups, (4.0,) * len(groups))


def test_two_surveys_that_differ_by_a_few_are_not_both_recorded(case: Case) -> None:
    """What was shown before, less what is shown now, would be the answers of three people."""
    case.run(survey, _answers(R1=6, R2=7))
    before = case.entries()
    with pytest.raises(TargetcalError) as found:
        case.run(survey, _answers(R1=6, R2=10))
    assert _codes(found) == ["survey_near"] and case.entries() == before
    case.run(survey, _answers(R1=6, R2=10), "the first file was last year's")
    assert [entry.reason for entry in case.entries("survey")] == ["", "the first file was last year's"]
    case.run(survey, _answers(R1=20, R2=20))
    assert case.run(survey, _answers(R1=20, R2=20)).overall is not None


def test_the_report_tells_intervals_roles_and_what_is_hidden(case: Case) -> None:
    groups, roles = ("R1",) * 12 + ("R2",) * 6, ("staff",) * 6 + ("manager",) * 6 + ("staff",) * 6
    report = case.run(survey, Responses(groups, (5.0, 4.0, 3.0) * 6, roles, ((4.0, 4.0, 5.0, 3.0),) * 18))
    for language in LANGUAGES:
        [rows] = [part for part in report.tell(language) if isinstance(part, Rows)]
        assert len(rows.captions) == 5 and rows.rows[0][3].startswith("67") and "–" in rows.rows[0][2]
        assert len(rows.rows) == 2 + 1 + 2 + 3
    assert isinstance(report, SurveyReport)


def test_nothing_is_written_over_and_one_thing_is_asked_for(case: Case) -> None:
    (case.folder / "survey.html").write_text("mine", "utf-8")
    for name, code in (("survey.html", "survey_form_taken"), ("survey.pdf", "survey_form")):
        with pytest.raises(TargetcalError) as found:
            case.run(write_questionnaire, case.folder / name)
        assert _codes(found) == [code]
    for responses, form in ((None, None), (case.folder, case.folder / "a.html")):
        with pytest.raises(TargetcalError) as found:
            case.run(survey_as_said, responses, form, "", "", scaled=False)
        assert _codes(found) == ["survey_what"]
    (case.folder / "empty").mkdir()
    with pytest.raises(TargetcalError) as found:
        case.run(survey_file, case.folder / "empty")
    assert _codes(found) == ["survey_no_files"]
