"""Every plan of a folder is found, told as its ledger has it, and stands on one page."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import PlansReport, follow_file, plans
from targetcal_xl.calibration.period import Period
from targetcal_xl.desk import ledger_beside
from targetcal_xl.language import LANGUAGES
from targetcal_xl.pages import MOST_BYTES
from targetcal_xl.problems import Refused
from tests.fixtures import fixtures
from tests.support import desks
from tests.support.browser import NARROW, WIDE, visit
from tests.support.desks import Case
from tests.support.exploring import explores
from tests.support.pages import Page

NOW = dt.datetime(2025, 2, 1, 9, tzinfo=dt.UTC)


def _at(folder: Path, stage: Callable[[Path], Case]) -> Case:
    folder.mkdir(parents=True)
    return stage(folder)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three plans in folders of their own, and files that are none."""
    folder = tmp_path_factory.mktemp("plans")
    _at(folder / "2025Q1" / "customers", desks.locked)
    _at(folder / "2025Q1" / "revenue", desks.confirmed)
    _at(folder / "drafts", desks.fresh)
    _at(folder / ".hidden", desks.fresh)
    (folder / "notes.xlsx").write_bytes(b"no plan")
    shutil.copy(folder / "drafts" / desks.BOOK, folder / "a copy without its ledger.xlsx")
    return folder


def _books(report: PlansReport) -> list[str]:
    return sorted(plan.book for plan in report.plans)


def test_plans_are_books_that_have_their_ledger_beside_them(shelf: Path) -> None:
    report = plans(shelf, NOW)
    found = {plan.book: (plan.state, plan.handed_in, plan.objections) for plan in report.plans}
    assert found == {
        "2025Q1/customers/targets.xlsx": ("negotiated", 2, 1),
        "2025Q1/revenue/targets.xlsx": ("confirmed", 2, 0),
        "drafts/targets.xlsx": ("negotiated", 0, 0),
    }
    assert (report.found, report.problems, report.leaves_work) == (3, (), False)


def test_nothing_is_changed_by_looking(shelf: Path) -> None:
    before = {path: path.read_bytes() for path in shelf.rglob("*") if path.is_file()}
    plans(shelf, NOW)
    assert {path: path.read_bytes() for path in shelf.rglob("*") if path.is_file()} == before


def test_numbers_are_those_of_the_ledger_and_unknown_ones_are_told_as_such(shelf: Path) -> None:
    by_book = {plan.book.split("/")[-2]: plan for plan in plans(shelf, NOW).plans}
    assert (by_book["revenue"].hq, by_book["revenue"].agreed) == (330, 353)
    assert by_book["customers"].agreed is None
    assert [region.agreed for region in by_book["revenue"].regions] == [214, 139]
    assert sum(region.suggested for region in by_book["drafts"].regions) == by_book["drafts"].suggested


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"state": "confirmed"}, ["2025Q1/revenue/targets.xlsx"]),
        ({"find": "DRAFT"}, ["drafts/targets.xlsx"]),
        (
            {"find": "superior1", "state": "negotiated"},
            ["2025Q1/customers/targets.xlsx", "drafts/targets.xlsx"],
        ),
        ({"period": "2025q1", "find": "revenue"}, ["2025Q1/revenue/targets.xlsx"]),
        ({"period": "2024"}, []),
    ],
)
def test_they_are_found_by_name_period_and_state(
    wanted: dict[str, str], found: list[str], shelf: Path
) -> None:
    assert _books(plans(shelf, NOW, **wanted)) == found  # type: ignore[arg-type]


def test_a_plan_that_cannot_be_believed_is_named_and_keeps_none_from_being_listed(tmp_path: Path) -> None:
    _at(tmp_path / "sound", desks.fresh)
    ledger_beside(_at(tmp_path / "broken", desks.fresh).path).write_bytes(b"no ledger")
    report = plans(tmp_path, NOW)
    assert _books(report) == ["sound/targets.xlsx"]
    assert report.problems[0].sentence("en").startswith("broken/targets.xlsx: This plan is not in the list")
    assert len(report.problems) == 2
    assert report.leaves_work


def test_plans_of_every_older_release_are_listed(tmp_path: Path) -> None:
    kept = [one for one in fixtures() if one.language == "en"]
    for one in kept:
        one.unpacked(tmp_path / one.release / one.name.replace("/", "-"))
    report = plans(tmp_path, NOW)
    assert len(report.plans) == len(kept) > 0
    assert report.problems == ()


def test_the_newest_period_comes_first(tmp_path: Path) -> None:
    for name, period in (("a", "2025Q1"), ("b", "2025Q3"), ("c", "2025Q2")):
        inputs = desks.case_inputs()
        plan = replace(inputs.plan, period=Period.parse(period), milestones=())
        (tmp_path / name).mkdir()
        desks.begin(Case(tmp_path / name, replace(inputs, plan=plan)))
    assert [plan.period for plan in plans(tmp_path, NOW).plans] == ["2025Q3", "2025Q2", "2025Q1"]


def test_a_plan_under_way_tells_its_result_and_each_region_what_it_has_attained(tmp_path: Path) -> None:
    case = desks.confirmed(tmp_path)
    path = tmp_path / "days.csv"
    rows = [f"2025-01-{day:02},{line.code},2" for day in range(2, 31, 7) for line in case.inputs.plan.lines]
    path.write_text("\n".join(["date,line,value", *rows]), "utf-8")
    report = case.run(follow_file, path)
    (plan,) = plans(tmp_path, NOW).plans
    assert (plan.state, plan.result) == ("followed", report.actual_total)
    assert plan.warnings == len(report.warnings) > 0
    shares = [region.attainment or 0.0 for region in plan.regions]
    assert min(shares) <= report.actual_total / report.path_total <= max(shares)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_the_same_for_everybody(language: str, shelf: Path, tmp_path: Path) -> None:
    out = tmp_path / "plans.html"
    report = plans(shelf, NOW, out=out, lang=language)
    page = Page(out)
    assert (page.language, len(page.content) <= MOST_BYTES) == (language, True)
    assert set(page.table("plans")) == {plan.book for plan in report.plans}
    assert list(page.cards.values()) == ["2", "0", "1", "0", "0"]
    assert page.looks("plans")["2025Q1/customers/targets.xlsx"] == "close"
    looks = ((NARROW, True), (WIDE, False))
    for width, dark in looks if explores() else looks[LANGUAGES.index(language) :][:1]:
        seen = visit(out, width=width, dark=dark)
        assert (set(seen.asked), seen.errors, seen.faults) == ({out.as_uri()}, (), ())
        assert seen.wide <= width


def test_whoever_types_sees_the_plans_that_have_every_word(shelf: Path, tmp_path: Path) -> None:
    plans(shelf, NOW, out=tmp_path / "plans.html", lang="en")
    script = """(() => {
      const box = document.getElementById("find");
      box.value = "TALKS drafts";
      box.dispatchEvent(new Event("input"));
      const shown = [...document.querySelectorAll(".of-plans tbody tr")].filter(row => !row.hidden);
      return [shown.map(row => row.cells[0].textContent), document.getElementById("left").textContent];
    })()"""
    played = visit(tmp_path / "plans.html", play=script).played
    assert played == [["drafts/targets.xlsx"], "Plans found: 1"]


def test_many_plans_have_room_on_the_page(shelf: Path, tmp_path: Path) -> None:
    from targetcal_xl.pages import plans_page

    found = plans(shelf, NOW).plans
    many = [replace(one, book=f"{k}/{one.book}") for k in range(400) for one in found]
    page = plans_page(many, "many", NOW, "en")
    assert len(page.encode()) <= MOST_BYTES
    assert "more" in page


def test_a_page_is_written_over_nothing_but_a_page(shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text("mine", "utf-8")
    with pytest.raises(Refused) as refused:
        plans(shelf, NOW, out=tmp_path / "mine.html", lang="en")
    assert [problem.code for problem in refused.value.problems] == ["page_taken"]
    assert (tmp_path / "mine.html").read_text("utf-8") == "mine"
