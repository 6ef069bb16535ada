"""`survey` and `evaluate` look back, and never show what would tell who said what."""

from __future__ import annotations

import datetime as dt
import html
import math
from pathlib import Path

import docx
import numpy as np
import pypdfium2
import pytest

from targetcal_xl.actions import evaluate, follow, recalibrate, repair, survey, verify
from targetcal_xl.actions.evaluate import coordination_hours
from targetcal_xl.actions.evaluation_files import evaluate_as_said
from targetcal_xl.actions.evaluation_told import Section
from targetcal_xl.actions.supports import supports
from targetcal_xl.calibration import Measures, Standing
from targetcal_xl.connect import Actuals, Responses
from targetcal_xl.desk import HIDDEN
from targetcal_xl.desk.records import standing_of
from targetcal_xl.language import LANGUAGES, text
from targetcal_xl.ledger import Event
from targetcal_xl.problems import DataProblems, Refused
from targetcal_xl.telling import Rows, Sentence
from tests.support.browser import NARROW, WIDE, visit
from tests.support.desks import Case, confirmed, decided, fresh, locked, told


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """84 + 130 and 139 have been agreed and confirmed."""
    return confirmed(tmp_path)


def _answers(**scores: list[int]) -> Responses:
    groups = tuple(region for region, said in scores.items() for _ in said)
    return Responses(groups, tuple(float(score) for said in scores.values() for score in said))


BOTH = _answers(R1=[5, 5, 4, 4, 5, 4], R2=[1, 2, 4, 2, 3])


def _standing(case: Case) -> Standing:
    with case.desk() as desk:
        return standing_of(desk.ledger)


def _results(case: Case, *totals: float) -> None:
    """The whole period's results: a total for each line, on its last day."""
    days = tuple(case.inputs.plan.period.days)
    value = np.zeros((3, len(days)))
    value[:, -1] = totals
    unknown = np.full_like(value, np.nan)
    case.run(follow, Actuals(days, value, unknown, unknown))


def test_opinions_are_recorded_by_region_and_answers_are_not(case: Case) -> None:
    report = case.run(survey, BOTH)
    assert [name for name, _ in report.groups] == ["华东大区", "华南大区"]
    first = dict(report.groups)["华东大区"]
    assert first is not None
    assert (first.answers, first.mean, first.agreement_pct) == (6, 4.5, 100)
    [entry] = case.entries("survey")
    assert str(entry.new).startswith("sha256:")
    before = case.entries()
    case.run(survey, BOTH)
    assert case.entries() == before


def test_a_small_group_is_hidden_and_so_is_what_would_give_it_away(case: Case) -> None:
    report = case.run(survey, _answers(R1=[5, 5, 4, 4, 5, 4], R2=[1, 2, 1, 2]))
    assert [opinion for _, opinion in report.groups] == [None, None]
    assert report.overall is not None
    assert report.overall.answers == 10


def test_hidden_opinions_have_no_quadrant_in_report_and_book(case: Case) -> None:
    _results(case, 84, 130, 100)
    case.run(survey, _answers(R1=[5, 5, 4, 4, 5, 4], R2=[1, 2, 1, 2]))
    report = case.run(evaluate)
    assert {(one.quadrant, one.mean, one.answers) for one in report.regions} == {(HIDDEN, None, None)}
    reading = case.reading()
    columns = ("agreement_pct", "mean", "n", "quadrant")
    spots = [reading.places.spot("evaluation", "regions", row, c) for row in ("R1", "R2") for c in columns]
    assert not any(spot in reading.grids["evaluation"] for spot in spots)


def test_an_evaluation_puts_attainment_beside_agreement(case: Case) -> None:
    _results(case, 84, 130, 100)
    case.run(survey, BOTH)
    report = case.run(evaluate)
    assert report.attainment_pct == pytest.approx(100 * 314 / 353)
    assert (report.actual_total, report.agreed_total) == (314, 353)
    assert [one.quadrant for one in report.regions] == ["thriving", "failing"]
    assert [one.attainment for one in report.regions] == pytest.approx([1, 100 / 139])
    assert report.last_period == case.inputs.plan.last_period
    assert case.run(verify).problems == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_evaluation_before_the_end_says_that_it_is_early(case: Case, language: str) -> None:
    days = tuple(case.inputs.plan.period.days)

    def said(count: int) -> str:
        value = np.full((3, count), 1.0)
        unknown = np.full_like(value, np.nan)
        case.run(follow, Actuals(days[:count], value, unknown, unknown))
        return " ".join(part.said for part in case.run(evaluate).tell(language) if isinstance(part, Sentence))

    case.run(survey, BOTH)
    assert str(days[39]) in said(40) and str(days[-1]) in said(40)
    assert str(days[-1]) not in said(len(days))


def test_the_four_measures_come_from_the_ledger(case: Case) -> None:
    _results(case, 84, 130, 100)
    case.run(survey, BOTH)
    measures = case.run(evaluate).measures
    assert measures.coordination_hours == 2 + 0.5 + 0.5 + 1
    assert measures.agreement_mean == pytest.approx((27 + 12) / 11)
    assert measures.agreement_pct == pytest.approx(100 * 7 / 11)
    assert measures.consensus_days == 1, "opened and confirmed on one day"
    assert measures.attainment_pct == pytest.approx(100 * 314 / 353)


def test_hours_that_nobody_counted_are_not_none_at_all(tmp_path: Path) -> None:
    with locked(tmp_path).desk() as desk:
        assert math.isnan(coordination_hours(desk.ledger))


def test_results_are_counted_against_their_intervals_once_they_are_all_there(case: Case) -> None:
    baseline = _standing(case).baseline
    days = tuple(day for day in case.inputs.plan.period.days if day <= dt.date(2025, 2, 7))
    nothing = np.zeros((3, len(days)))
    unknown = np.full_like(nothing, np.nan)
    case.run(follow, Actuals(days, nothing, unknown, unknown))
    case.run(survey, BOTH)
    assert case.run(evaluate).inside is None
    low, _, high = baseline.low[0], baseline.low[1], baseline.high[2]
    _results(case, float(np.ceil(low)), 0, float(np.floor(high)))
    fell = case.run(evaluate).inside
    assert fell is not None and (fell.count, fell.of) == (2, 3) and fell.due == pytest.approx(2.4)
    reading = case.reading()
    shown = {
        code: reading.grids[sheet][reading.places.field(code)[1]].value
        for sheet, code in (
            ("evaluation", "inside"),
            ("evaluation", "inside_of"),
            ("evaluation", "inside_due"),
            ("dashboard", "dashboard_inside"),
        )
    }
    assert list(shown.values()) == [2, 3, pytest.approx(2.4), "2 / 3（2.4）"]
    assert case.run(verify).problems == ()


def test_last_period_s_measures_are_typed_in_the_settings_and_count_once_recalibrated(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    case.type(
        {
            (None, "attainment_pct", "last_period.last"): 66.0,
            (None, "agreement_pct", "last_period.last"): None,
        }
    )
    assert _standing(case).inputs.plan.last_period == Measures(7, 42, 58, 3.1)
    case.run(recalibrate, "补录上一周期达成率")
    last = _standing(case).inputs.plan.last_period
    assert last is not None and last.attainment_pct == 66 and np.isnan(last.agreement_pct)
    assert case.run(verify).problems == ()
    case.type({(None, "agreement_mean", "last_period.last"): 7.0})
    with pytest.raises(DataProblems) as refused:
        case.run(recalibrate)
    assert told(refused.value.problems) == [
        ("number_outside", case.where((None, "agreement_mean", "last_period.last")))
    ]


def test_warnings_and_those_that_mended_are_counted(case: Case) -> None:
    days = tuple(day for day in case.inputs.plan.period.days if day <= dt.date(2025, 2, 7))
    nothing = np.zeros((3, len(days)))
    unknown = np.full_like(nothing, np.nan)
    case.run(follow, Actuals(days, nothing, unknown, unknown))
    _results(case, 84, 130, 40)
    case.run(survey, BOTH)
    report = case.run(evaluate)
    assert (report.deviations, report.self_corrected) == (3, 2)


def test_an_evaluation_needs_progress(case: Case) -> None:
    with pytest.raises(DataProblems) as problems:
        case.run(evaluate)
    assert told(problems.value.problems) == [("no_progress", "")]
    assert case.entries("evaluate") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nobody_was_asked_all_but_opinions_is_told(case: Case, language: str) -> None:
    _results(case, 84, 130, 40)
    report = case.run(evaluate)
    assert math.isnan(report.measures.agreement_pct) and math.isnan(report.measures.agreement_mean)
    assert [one.quadrant for one in report.regions] == ["unknown"] * 2
    said = [*report.tell(language)]
    assert any("targetcal survey" in part.said for part in said if isinstance(part, Sentence))
    rows = [row for part in said if isinstance(part, Rows) for row in part.rows]
    assert not any("unknown" in cell for row in rows for cell in row)
    assert case.run(verify).verified
    case.run(survey, BOTH)
    assert case.run(evaluate).is_surveyed


def test_a_plan_that_is_not_confirmed_any_more_is_not_evaluated(tmp_path: Path) -> None:
    case = decided(tmp_path)
    with pytest.raises((Refused, DataProblems)) as refused:
        case.run(evaluate)
    assert "no_progress" in [problem.code for problem in refused.value.problems]
    assert case.entries("evaluate") == []


# What everything was worth


def _warned_late(case: Case) -> None:
    """R2-1 is far behind at the end of February, and then the period is over."""
    days = tuple(case.inputs.plan.period.days)
    value = np.zeros((3, len(days)))
    value[:, -1] = (84, 130, 60)
    value[:2, :60] = 2
    unknown = np.full_like(value, np.nan)
    for count in (60, len(days)):
        known = value[:, :count]
        case.run(follow, Actuals(days[:count], known, unknown[:, :count], unknown[:, :count]))


@pytest.fixture(scope="module")
def over(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A plan whose period is over, with answers and one support that was granted."""
    case = confirmed(tmp_path_factory.mktemp("over") / "plan")
    _warned_late(case)
    case.run(survey, BOTH)
    return case


def test_the_period_is_looked_back_on_once_it_is_over(over: Case) -> None:
    review = over.run(evaluate).review
    assert review is not None and review.foretold.in_time == 1 and review.foretold.missed == 1
    assert [one.name for one in review.regions] == ["华东大区", "华南大区"]
    south = review.regions[1]
    assert south.declared is not None and south.agreed == south.declared, "it was accepted as declared"
    assert south.region_added is not None and south.region_added > 0.3, (
        "the region was nearer than the suggestion"
    )
    assert len(review.drivers) == len(over.inputs.plan.drivers)


def test_nothing_is_looked_back_on_before(case: Case) -> None:
    days = tuple(case.inputs.plan.period.days)
    value = np.full((3, 40), 1.0)
    unknown = np.full_like(value, np.nan)
    case.run(follow, Actuals(days[:40], value, unknown, unknown))
    case.run(survey, BOTH)
    assert case.run(evaluate).review is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_word_and_pdf_say_what_the_command_says(over: Case, tmp_path: Path, language: str) -> None:
    files = [tmp_path / name for name in ("e.html", "e.docx", "e.pdf")]
    report = over.run(evaluate_as_said, files[0], files[1], language)
    assert report.files == tuple(map(str, files[:2]))
    over.run(evaluate_as_said, None, files[2], language)
    told = [cell for section in report.sections(language) for cell in _words(section)]
    document = docx.Document(str(files[1]))
    in_word = [one.text for one in document.paragraphs]
    in_word += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    page = html.unescape(files[0].read_text("utf-8"))
    with pypdfium2.PdfDocument(files[2]) as pdf:
        printed = "".join(pdf[at].get_textpage().get_text_bounded() for at in range(len(pdf)))
    printed = "".join(printed.split())
    for said in told:
        assert any(said in one for one in in_word) and said in page, said
        assert "".join(said.split()) in printed, said
    assert text("calibration.meaning.thriving", language) in page and "{{" not in "".join(in_word)


def _words(section: Section) -> list[str]:
    rows = (section.rows.captions, *section.rows.rows) if section.rows else ()
    return [
        section.title,
        *(one.said for one in section.said),
        *(cell for row in rows for cell in row if cell),
    ]


@pytest.mark.parametrize(("width", "dark"), [(NARROW, True), (WIDE, False)])
def test_the_page_is_for_everybody_and_asks_nobody(
    over: Case, tmp_path: Path, width: int, dark: bool
) -> None:
    page = tmp_path / "page.html"
    over.run(evaluate_as_said, page, None, "en")
    seen = visit(page, width=width, dark=dark)
    assert (seen.faults, seen.errors, set(seen.asked)) == ((), (), {page.as_uri()}) and seen.wide <= width


def test_equal_reports_are_equal_bytes_and_nothing_is_written_over(over: Case, tmp_path: Path) -> None:
    for name in ("a.docx", "b.docx"):
        over.run(evaluate_as_said, None, tmp_path / name, "en")
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()
    for name, code in (("a.docx", "report_taken"), ("a.txt", "report_form")):
        with pytest.raises(Refused) as found:
            over.run(evaluate_as_said, None, tmp_path / name, "en")
        assert told(found.value.problems) == [(code, str(tmp_path / name))]


def test_what_came_of_supports_is_taken_in_once(over: Case, tmp_path: Path) -> None:
    granted = {("R1", "S01", "what"): "two people", ("R1", "S01", "due"): "2025-01-02"}
    with over.desk() as desk:
        draft = [Event("decide", *key, None, value) for key, value in granted.items()]
        draft.append(Event("decide", "R1", "S01", "granted", None, "yes"))
        desk.ledger.record(draft, at=over.clock(), actor="superior1", source="test")
    over.run(repair)
    table = tmp_path / "delivered.csv"
    table.write_text("region,support,delivered\nR1,S01,2025-01-05\n", "utf-8")
    taken = [over.run(supports, "", "", "", table).taken for _ in range(2)]
    assert [one and (one.rows, one.new) for one in taken] == [(1, 1), (1, 0)]
    report = over.run(evaluate)
    assert report.review is not None and vars(report.review.supports) == {
        **{"granted": 1, "in_time": 0},
        **{"late": 1, "never": 0},
    }
    assert [entry.new for entry in over.entries("supports", "delivered")] == ["2025-01-05"]
    table.write_text("region,support,delivered\nR1,S09,no\nR7,S01,x\n", "utf-8")
    with pytest.raises(DataProblems) as found:
        over.run(supports, "", "", "", table)
    assert {code for code, _ in told(found.value.problems)} == {
        "csv_no_support",
        "csv_unknown_code",
        "csv_not_a_date",
    }
