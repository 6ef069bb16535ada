"""`check` finds every problem, each with its cell, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from targetcal_xl.actions import check, lock
from targetcal_xl.calibration import Key, Value
from targetcal_xl.language import LANGUAGES
from targetcal_xl.ooxml import Cell
from targetcal_xl.problems import Refused
from targetcal_xl.workbook import open_book
from tests.support import desks
from tests.support.desks import FINANCE, Case, Said, delete_tab, fresh, locked, rename_tab, submitted, told

LINE: Key = ("R1", "R1-1", "declared")
ITEM: Said = {
    ("R1", "S01", "kind"): "budget",
    ("R1", "S01", "what"): "展会费用",
    ("R1", "S01", "quantity"): 3.0,
}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """Two regions whose submissions are in order."""
    return submitted(tmp_path)


def _found(case: Case, key: Key, value: Value | Cell) -> list[tuple[str, str]]:
    case.type({key: value})
    return case.problems()


def test_a_book_in_order_has_no_problems(case: Case) -> None:
    report = case.run(check)
    assert report.problems == ()
    assert [(region.region, region.stage, region.handed_in) for region in report.regions] == [
        ("华东大区", "draft", True),
        ("华南大区", "draft", True),
    ]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "declared_missing"),
        ("  ", "declared_missing"),
        ("约 90 家", "declared_text"),
        ("90", "declared_text"),
        (True, "declared_text"),
        (-1.0, "declared_negative"),
        (90.5, "declared_not_whole"),
        (Cell(84.0, "40+44"), "declared_formula"),
    ],
)
def test_what_cannot_be_a_target_is_named_by_its_cell(case: Case, value: Value | Cell, code: str) -> None:
    assert _found(case, LINE, value) == [(code, case.where(LINE))]


@pytest.mark.parametrize(
    ("words", "kind"),
    [(None, "missing"), ("   ", "missing"), ("无", "placeholder"), ("---", "placeholder")],
)
def test_a_departure_must_be_justified_in_three_fields(case: Case, words: str | None, kind: str) -> None:
    case.type({("R1", "R1-1", field): words for field in desks.REASONS})
    named = {(f"{field}_{kind}", case.where(("R1", "R1-1", field))) for field in desks.REASONS}
    found = case.problems()
    assert set(found) == named and len(found) == len(named)


def test_a_reason_that_is_computed_is_no_reason(case: Case) -> None:
    key = ("R1", "R1-1", "basis")
    assert _found(case, key, Cell("在手商机", '"在手"&"商机"')) == [("text_formula", case.where(key))]


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (("R1", None, "status"), "submitted"),
        (("R1", None, "submitter"), "head1"),
        (("R1", None, "submitted_on"), "2025-01-07"),
        (("R1", "R1-2", "basis"), "在手商机"),
        (("R1", "R1-1", "comment"), "补充"),
        (("R1", "R1-1", "attachment"), "附件"),
    ],
)
def test_nothing_that_is_computed_is_sealed(case: Case, key: Key, shown: str) -> None:
    cell = desks.filled(case.reading(), key, shown)
    assert _found(case, key, Cell(cell.value, "A1")) == [("text_formula", case.where(key))]


@pytest.mark.parametrize("said", ["月底", True, -5.0, 1e9])
def test_the_day_of_a_submission_is_a_day(case: Case, said: Value) -> None:
    key = ("R1", None, "submitted_on")
    assert _found(case, key, Cell(said)) == [("date_unreadable", case.where(key))]


def test_who_takes_the_suggestion_need_not_say_why(case: Case) -> None:
    case.type({("R1", "R1-2", field): None for field in desks.REASONS})
    assert case.problems() == []


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        (("R1", None, "status"), "基本好了", "choice_unknown"),
        (("R1", None, "submitter"), None, "submitter_missing"),
        (("R1", None, "submitter"), "无", "submitter_missing"),
    ],
)
def test_the_header_says_who_submitted_what(case: Case, key: Key, value: Value, code: str) -> None:
    assert _found(case, key, value) == [(code, case.where(key))]


def test_a_support_item_is_whole_or_not_there(case: Case) -> None:
    for field in ("kind", "what", "quantity"):
        key = ("R1", "S01", field)
        case.type(ITEM)
        assert case.problems() == []
        assert _found(case, key, None) == [(f"support_{field}_missing", case.where(key))]


def test_a_unit_alone_begins_a_support_item(case: Case) -> None:
    found = dict(_found(case, ("R1", "S01", "unit"), "万元"))
    assert set(found) == {f"support_{field}_missing" for field in ("kind", "what", "quantity")}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("what", "待定", "support_what_missing"),
        ("quantity", "若干", "number_unreadable"),
        ("quantity", Cell(3.0, "1+2"), "text_formula"),
        ("due", "二月底", "date_unreadable"),
        ("due", -4.0, "date_unreadable"),
    ],
)
def test_a_support_item_says_what_how_much_and_by_when(
    case: Case, field: str, value: Value | Cell, code: str
) -> None:
    case.type(ITEM)
    key = ("R1", "S01", field)
    assert _found(case, key, value) == [(code, case.where(key))]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (("R1", "R1-1", "suggested"), 60.0),
        (("R1", "R1-2", "last_year"), "不详"),
        (("R1", "R1-1", "allotment"), None),
        (("R1", "R1-1", "name"), "华南一组"),
        (("R1", "R1-1", "agreed"), 1.0),
        (("R1", None, "state"), "locked"),
        (("R1", "R1-1", "suggested"), Cell(85.0, "80+5")),
    ],
)
def test_a_changed_read_only_cell_is_found(case: Case, key: Key, value: Value | Cell) -> None:
    problems = dict(_found(case, key, value))
    assert problems["readonly_changed"] == case.where(key)


def test_what_stood_in_a_read_only_cell_is_said(case: Case) -> None:
    case.type({("R1", "R1-1", "suggested"): 60.0})
    problem = next(p for p in case.run(check).problems if p.code == "readonly_changed")
    assert problem.fields == {"expected": "85", "found": "60"}


@pytest.mark.parametrize(
    ("code", "value"),
    [("deviation", 0.0), ("flag", "一致"), ("missing", None), ("deviation", Cell(0.0, "0"))],
)
def test_an_overwritten_formula_is_found(case: Case, code: str, value: Value | Cell) -> None:
    key = ("R1", "R1-1", code)
    assert _found(case, key, value) == [("formula_overwritten", case.where(key))]


def test_a_changed_dashboard_belongs_to_the_book_and_to_no_region(case: Case) -> None:
    key = (None, None, "dashboard_hq")
    case.type({key: 1.0})
    report = case.run(check)
    assert told(report.book) == [("readonly_changed", case.where(key))]
    assert [region.problems for region in report.regions] == [(), ()]
    assert case.run(check, ["华东大区"]).problems == ()


def _mark(case: Case, row: int, code: str | None) -> None:
    """Change the hidden code of a row of the first region's tab."""
    book = open_book(case.path)
    book.set("华东大区", {(row, 1): Cell(code)})
    book.save()


def _row(case: Case, line: str) -> int:
    return case.reading().places.table("region:R1", "lines").rows[line]


def test_a_deleted_row_is_found(case: Case) -> None:
    _mark(case, _row(case, "R1-2"), None)
    problem = next(p for p in case.run(check).problems if p.code == "row_missing")
    assert problem.where == "华东大区"
    assert problem.fields == {"row": "R1-2"}


def test_a_row_that_stands_twice_is_found(case: Case) -> None:
    row = _row(case, "R1-2") + 1
    _mark(case, row, "R1-1")
    assert ("row_twice", f"华东大区!A{row}") in case.problems()


def test_a_row_whose_code_was_exchanged_says_another_line(case: Case) -> None:
    first, second = _row(case, "R1-1"), _row(case, "R1-2")
    _mark(case, first, "R1-2")
    _mark(case, second, "R1-1")
    assert ("readonly_changed", f"华东大区!B{second}") in case.problems()


def test_a_deleted_tab_is_named_with_what_mends_it(case: Case) -> None:
    delete_tab(case.path, "华东大区")
    assert [code for code, _ in case.problems()] == ["sheet_missing", "book_needs_repair"]


def test_a_renamed_tab_is_found_by_its_code(case: Case) -> None:
    rename_tab(case.path, "华东大区", "East 1")
    assert case.problems() == []
    assert case.run(lock).locked == ("华东大区", "华南大区")


def test_every_problem_is_found_at_once(case: Case) -> None:
    wrong: Said = {
        ("R1", "R1-1", "declared"): "很多",
        ("R1", "R1-2", "declared"): 131.0,
        ("R1", "R1-2", "risk"): "无",
        ("R1", None, "submitter"): None,
        ("R1", "S02", "kind"): "leads",
        ("R1", "R1-2", "low"): 0.0,
        ("R2", "R2-1", "declared"): -5.0,
        ("R2", "R2-1", "missing"): "",
    }
    case.type(wrong)
    found = case.problems()
    by_tab = [place.partition("!")[0] for _, place in found]
    assert by_tab == sorted(by_tab), "in tab order"
    assert sorted(code for code, _ in found) == [
        "declared_negative",
        "declared_text",
        "formula_overwritten",
        "readonly_changed",
        "risk_placeholder",
        "submitter_missing",
        "support_quantity_missing",
        "support_what_missing",
    ]


def test_every_problem_has_a_sentence_in_both_languages(case: Case) -> None:
    case.type({LINE: "很多", ("R1", "R1-2", "declared"): 131.0, ("R1", "R1-2", "risk"): "无"})
    case.type({("R1", "S01", "due"): "月底", ("R1", "R1-1", "low"): 0.0, ("R1", "R1-1", "flag"): "好"})
    problems = case.run(check).problems
    assert len(problems) > 5
    for problem in problems:
        sentences = {problem.sentence(language) for language in LANGUAGES}
        assert len(sentences) == 2
        assert all(sentence.startswith(problem.where) for sentence in sentences)


def test_checking_changes_nothing(case: Case) -> None:
    case.type({LINE: "很多"})
    before = {path.name: path.read_bytes() for path in case.folder.iterdir()}
    case.run(check)
    assert {path.name: path.read_bytes() for path in case.folder.iterdir()} == before


def test_an_unfinished_tab_says_what_is_still_to_do(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    report = case.run(check)
    assert {problem.code for problem in report.problems} == {"declared_missing"}
    assert not any(region.handed_in for region in report.regions)


def test_only_the_chosen_regions_are_looked_at(case: Case) -> None:
    case.type({LINE: None, ("R2", "R2-1", "declared"): None})
    assert [region.region for region in case.run(check, ["R2"]).regions] == ["华南大区"]
    assert told(case.run(check, ["华南大区"]).problems) == [
        ("declared_missing", case.where(("R2", "R2-1", "declared")))
    ]


def test_an_unknown_region_is_refused_with_the_known_ones(case: Case) -> None:
    with pytest.raises(Refused) as refused:
        case.run(check, ["华东"])
    assert told(refused.value.problems) == [("region_unknown", "")]
    assert "华东大区 (R1)" in str(refused.value.problems[0].fields["known"])


def test_a_missing_book_and_a_nameless_actor_are_refused(case: Case) -> None:
    with pytest.raises(Refused, match=r".") as refused:
        case.run(check, by="  ")
    assert refused.value.problems[0].code == "actor_missing"
    case.path.unlink()
    with pytest.raises(Refused) as refused:
        case.run(check, by=FINANCE)
    assert refused.value.problems[0].code == "book_missing"


def test_a_book_that_knows_more_than_the_ledger_is_not_its_own(case: Case, tmp_path: Path) -> None:
    case.path.write_bytes(locked(tmp_path / "other").path.read_bytes())
    assert case.problems() == [("book_of_another_ledger", desks.BOOK)]


def test_everything_that_a_line_lacks_is_said_at_once(case: Case) -> None:
    """A number off the step, and all three reasons that it needs."""
    case.type({("R1", "R1-1", field): None for field in desks.REASONS})
    case.type({("R1", "R1-1", "declared"): 60.25})
    codes = {code for code, _ in case.problems()}
    assert codes == {"declared_not_whole", "basis_missing", "support_missing", "risk_missing"}


def test_ten_times_the_suggestion_has_to_be_meant(case: Case) -> None:
    key = ("R1", "R1-1", "declared")
    case.type({key: 10 * case.suggested("R1-1")})
    assert [problem for problem in case.problems() if problem[0].startswith("declared")] == [
        ("declared_implausible", case.where(key))
    ]
    case.type({("R1", "R1-1", "basis"): "并入新公司，确认无误"})
    assert case.problems() == []


def test_a_large_number_is_told_in_full(tmp_path: Path) -> None:
    case = desks.submitted(tmp_path)
    case.type({("R1", "R1-1", "declared"): 1100330000.5})
    (said,) = (p.sentence("en") for p in case.run(check).problems if p.code == "declared_not_whole")
    assert "1,100,330,000.5" in said
