"""The dashboard as a page: it says what the workbook's says, to everybody, and asks nobody for anything."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from targetcal_xl.actions import (
    DashboardReport,
    dashboard,
    decide,
    handle_objection,
    lock,
    new,
    overassign,
    watched,
)
from targetcal_xl.desk import file_changes
from targetcal_xl.language import LANGUAGES, text
from targetcal_xl.pages import MOST_BYTES
from targetcal_xl.problems import Refused
from targetcal_xl.telling import Sentence
from tests.support import desks
from tests.support.desks import TALK, Case
from tests.support.exploring import few
from tests.support.pages import Page
from tests.support.samples import sample_inputs
from tests.support.worked import worked

_MEANT = "在手商机与试用转化"


def _written(case: Case, language: str = "") -> Page:
    out = case.folder / "page.html"
    case.run(dashboard, out, language)
    return Page(out)


def _sheet(path: Path, language: str = "zh-CN") -> Worksheet:
    title = text("workbook.sheet.dashboard", language)
    found = openpyxl.load_workbook(path, data_only=True)[title]
    assert isinstance(found, Worksheet)
    return found


def _captions(sheet: Worksheet, table: str) -> dict[str, dict[str, object]]:
    """The rows of a table as the file keeps them: cached values by caption."""
    rows = list(sheet.iter_rows(values_only=True))
    top = next(k for k, row in enumerate(rows) if row[0] == f"#{table}")
    found: dict[str, dict[str, object]] = {}
    for row in rows[top + 2 :]:
        if row[0] is None:
            break
        values = {str(name): value for name, value in zip(rows[top + 1][1:], row[1:], strict=True) if name}
        found[str(row[0])] = values
    return found


def _same(said: str, held: object) -> bool:
    """Whether a page says what a cell holds, to the digits that it shows."""
    if held in (None, ""):
        return said == "–"
    if isinstance(held, bool) or not isinstance(held, int | float):
        return said == str(held)
    shown = said.replace(",", "").replace("−", "-")
    unit, number = (100, shown[:-1]) if shown.endswith("%") else (1, shown)
    half = 0.5 * 10.0 ** -len(number.partition(".")[2])
    return abs(float(number) - unit * float(held)) <= half * (1 + 1e-9)


def _agree(page: Page, sheet: Worksheet) -> None:
    """What page and sheet both show is the same: cards, regions and lines."""
    cells = {cell.value: cell for row in sheet.iter_rows(1, 12) for cell in row if cell.value is not None}
    for label, said in page.cards.items():
        under = cells[label]
        assert _same(said, sheet.cell(under.row + 1, under.column).value), label
    regions = {
        str(row["名称" if "名称" in row else "Name"]): row for row in _captions(sheet, "regions").values()
    }
    _rows_agree(page.table("regions"), regions, 10)
    lines = {
        f"{region} / {name}": row
        for row in _captions(sheet, "lines").values()
        for region, name in [tuple(row.values())[:2]]
    }
    _rows_agree(page.table("lines"), lines, 10)


def _rows_agree(
    page: Mapping[str, Mapping[str, str]], sheet: Mapping[str, Mapping[str, object]], least: int
) -> None:
    assert page.keys() == sheet.keys()
    for name, row in page.items():
        both = row.keys() & sheet[name].keys()
        assert len(both) >= least
        assert {caption for caption in both if not _same(row[caption], sheet[name][caption])} == set(), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_the_worked_case_says_what_the_workbook_does(
    language: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    worked(language, tmp_path_factory).copy(tmp_path / "case")
    case = Case(tmp_path / "case", desks.case_inputs(), language=language)
    page = _written(case)
    _agree(page, _sheet(case.path, language))
    first, *_, last = page.numbers("waterfall")
    assert (first, last) == ("1,200", "1,180")
    assert page.language == language


@pytest.mark.parametrize(
    "stage", [desks.fresh, desks.submitted, desks.locked, desks.decided, desks.confirmed]
)
def test_the_page_says_what_the_sheet_does_at_every_stage(stage: object, tmp_path: Path) -> None:
    assert callable(stage)
    case = stage(tmp_path)
    case.recalculate()
    _agree(_written(case), _sheet(case.path))


def test_a_mean_by_weights_and_a_large_unit_say_what_the_sheet_does(tmp_path: Path) -> None:
    inputs = sample_inputs((2, 2))
    metric = replace(inputs.plan.metric, kind="mean", direction=-1, step=0.1, unit="天")
    lines = tuple(replace(line, volume=100.0 * (k + 1)) for k, line in enumerate(inputs.plan.lines))
    case = Case(
        tmp_path, replace(inputs, plan=replace(inputs.plan, metric=metric, lines=lines, hq_target=95.5))
    )
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    case.declare("R1", R1_1=case.suggested("R1-1"), R1_2=120.5)
    _agree(_written(case), _sheet(case.path))


def test_whose_turn_it_is_and_for_how_long(tmp_path: Path) -> None:
    case = desks.locked(tmp_path)
    case.clock.advance(days=4)
    waits, since = text("pages.waits", "zh-CN"), text("pages.since", "zh-CN")
    page = _written(case)
    rows = page.table("regions")
    assert rows["华东大区"][waits] == "superior1（上级）决策"
    assert rows["华南大区"][waits] == "hrbp2（HRBP）答复异议"
    assert {row[since] for row in rows.values()} == {"4 天"}
    assert page.looks("regions") == {"华东大区": "close", "华南大区": "close"}
    case.run(handle_objection, "R2", "R2-1", **TALK, note="与负责人面谈，渠道缺人", by="hrbp2")
    page = _written(case)
    assert page.table("regions")["华南大区"][waits] == "superior2（上级）决策"
    assert page.table("regions")["华南大区"][since] == text("pages.today", "zh-CN")
    assert list(page.table("late")) == ["superior1（上级）决策"]
    case.clock.advance(days=3)
    assert _written(case).looks("late")["superior1（上级）决策"] == "light behind"


def test_a_tab_that_was_handed_in_waits_for_finance_since_its_day(tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    case.clock.now = dt.datetime(2025, 1, 9, 12, tzinfo=dt.UTC)
    case.declare("R1", R1_1=case.suggested("R1-1"), R1_2=case.suggested("R1-2"))
    rows = _written(case).table("regions")
    waits, since = text("pages.waits", "zh-CN"), text("pages.since", "zh-CN")
    assert (rows["华东大区"][waits], rows["华东大区"][since]) == ("财务锁定或确认", "2 天")
    assert rows["华南大区"][waits] == "head2（负责人）提交"


def test_where_there_is_a_deadline_it_alone_says_who_is_late(tmp_path: Path) -> None:
    inputs = desks.case_inputs()
    deadlines = (dt.date(2025, 1, 20),)
    case = Case(tmp_path, replace(inputs, plan=replace(inputs.plan, deadlines=deadlines)))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    since, found = text("pages.since", "zh-CN"), []
    for day in (16, 17, 20, 22):
        case.clock.now = dt.datetime(2025, 1, day, 1, tzinfo=dt.UTC)
        page = _written(case)
        found.append((page.looks("regions")["华东大区"], page.table("regions")["华东大区"][since]))
    assert [look for look, _ in found] == ["on_path", "close", "close", "behind"]
    assert [said.split("，")[1] for _, said in found] == [
        "距截止 4 天",
        "距截止 3 天",
        "距截止 0 天",
        "逾期 2 天",
    ]


@pytest.mark.parametrize("day", ["soon", "2031-01-01", 45000.0])
def test_a_day_that_is_none_or_is_to_come_makes_nobody_late(day: object, tmp_path: Path) -> None:
    case = desks.submitted(tmp_path)
    case.type({("R1", None, "submitted_on"): day})  # type: ignore[dict-item]
    assert set(_written(case).looks("regions").values()) == {"on_path"}


def test_an_objection_shows_with_its_age_until_it_is_answered(tmp_path: Path) -> None:
    case = desks.locked(tmp_path)
    case.clock.advance(days=9)
    age = text("pages.objection.since", "zh-CN")
    (row,) = _written(case).table("objections").values()
    assert row[age] == "9 天" and _MEANT in row[text("pages.objection.grounds", "zh-CN")]
    assert set(_written(case).looks("objections").values()) == {"behind"}
    case.run(handle_objection, "R2", "R2-1", **TALK, note="与负责人面谈，渠道缺人", by="hrbp2")
    (row,) = _written(case).table("objections").values()
    talk = "2025-01-06 面谈，参加人：负责人、HRBP；结果："
    handling = row[text("pages.objection.handling", "zh-CN")]
    assert row[age] == "" and handling.startswith(talk) and handling.endswith("与负责人面谈，渠道缺人")


def test_what_happened_last_stands_first_with_who_did_it_and_why(tmp_path: Path) -> None:
    case = desks.locked(tmp_path)
    desks.decline(case, "R1-1")
    case.run(decide, "R1", "R1-1", "accept", reason="依据充分", by="superior1")
    acts = _written(case).acts
    assert "superior1 作出决策 华东大区" in acts[0] and "依据充分" in acts[0]
    assert "林静 新建计划" in acts[-1]


def test_every_action_that_records_has_its_words(tmp_path: Path) -> None:
    actions = {entry.action for entry in desks.confirmed(tmp_path).entries()}
    for language in LANGUAGES:
        assert [text(f"pages.did.{action}", language) for action in actions]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_can_be_in_another_language_than_the_book(language: str, tmp_path: Path) -> None:
    page = _written(desks.locked(tmp_path), language)
    assert page.language == language
    assert text("workbook.field.dashboard_hq", language) in page.cards
    assert text("workbook.choice.submitted", language) in page.text


def test_nothing_that_people_wrote_is_taken_for_markup(tmp_path: Path) -> None:
    evil = '</style></title><script>document.title="mine"</script>"\\'
    inputs = desks.case_inputs()
    lines = tuple(replace(line, name=f"{evil}{k}") for k, line in enumerate(inputs.plan.lines))
    case = Case(tmp_path, replace(inputs, plan=replace(inputs.plan, lines=lines, company=evil)))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "en")
    page = _written(case)
    assert page.content.count(b"<script") == 0 and page.content.count(b"</style>") == page.content.count(
        b"<style>"
    )
    assert any(evil in name for name in page.table("lines"))


@pytest.mark.parametrize(
    ("regions", "most"),
    few([pytest.param(60, MOST_BYTES, id="large"), pytest.param(5, 40_000, id="small")], {"small"}),
)
def test_a_page_of_a_large_plan_stays_small_and_says_what_is_left_out(
    regions: int, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan that is large for what a page may have; `make explore` writes one of 720 lines."""
    monkeypatch.setattr("targetcal_xl.pages.dashboard.MOST_BYTES", most)
    case = Case(tmp_path, sample_inputs([12] * regions))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    page = _written(case)
    assert len(page.content) <= most
    shown = len(page.table("lines"))
    assert 0 < shown < 12 * regions
    assert text("pages.more", "zh-CN", count=12 * regions - shown) in page.text


def test_book_and_ledger_stay_as_they_are(tmp_path: Path) -> None:
    case = desks.locked(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.name[0] != "."}
    _written(case)
    assert {path: path.read_bytes() for path in before} == before


def test_a_book_that_shows_something_else_than_the_ledger_is_noted_on_the_page(tmp_path: Path) -> None:
    case = desks.submitted(tmp_path)
    old = case.path.read_bytes()
    case.run(lock)
    case.path.write_bytes(old)
    report = case.run(dashboard, tmp_path / "page.html")
    assert [problem.code for problem in report.notes] == ["book_behind"]
    assert report.notes[0].sentence("zh-CN") in Page(tmp_path / "page.html").text


@pytest.mark.parametrize(
    ("name", "code"),
    [("page.txt", "page_not_html"), ("targets.xlsx", "page_not_html"), ("mine.html", "page_taken")],
)
def test_nothing_but_a_page_of_ours_is_written_over(name: str, code: str, tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    (tmp_path / "mine.html").write_text("<!doctype html><title>Mine</title>", "utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(Refused) as refused:
        case.run(dashboard, tmp_path / name)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_watched_page_follows_what_is_typed(tmp_path: Path) -> None:
    case, stop = desks.fresh(tmp_path), threading.Event()
    seen: list[str] = []

    def told(report: object) -> None:
        label = text("workbook.field.dashboard_submitted", "zh-CN")
        seen.append(Page(tmp_path / "page.html").cards[label] if isinstance(report, DashboardReport) else "?")
        if len(seen) == 1:
            threading.Thread(target=case.declare, args=("R1",), kwargs={"R1_1": 85, "R1_2": 130}).start()
        elif seen[-1] == "1 / 2":
            stop.set()

    def work() -> DashboardReport:
        return case.run(dashboard, tmp_path / "page.html", renews=True)

    ended = watched(work, file_changes([case.path, tmp_path / "targets.ledger.sqlite"], stop), told)
    assert (seen[0], seen[-1]) == ("0 / 2", "1 / 2")
    assert ended.done == len(seen) and ended.missed == 0


def test_what_keeps_a_page_from_being_renewed_is_told_and_tried_again(tmp_path: Path) -> None:
    case, out = desks.fresh(tmp_path), tmp_path / "page.html"
    whole = case.path.read_bytes()

    def saves() -> Iterator[None]:
        case.path.write_bytes(whole[:1000])
        yield
        case.path.write_bytes(whole)
        yield
        raise KeyboardInterrupt

    told: list[object] = []
    ended = watched(lambda: case.run(dashboard, out), saves(), told.append)
    assert (ended.done, ended.missed) == (2, 1)
    assert [type(one).__name__ for one in told] == ["DashboardReport", "MissedReport", "DashboardReport"]


@pytest.fixture
def heeding_interrupts() -> Iterator[None]:
    """A build server may run the tests in the background, where interrupts are ignored, by children too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeding_interrupts")
def test_ctrl_c_ends_the_watching_without_a_fault(tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    words = ["dashboard", case.book, "-o", "page.html", "--watch"]
    line = [sys.executable, "-m", "targetcal_xl", *words]
    environment = os.environ | {"TARGETCAL_LANG": "en"}
    with subprocess.Popen(
        line,
        stdout=PIPE,
        stderr=PIPE,
        encoding="utf-8",
        cwd=tmp_path,
        env=environment,
    ) as watching:
        assert watching.stdout is not None
        begun = watching.stdout.readline() + watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        told, faults = watching.communicate(timeout=60)
    assert begun.startswith("✓ Written: page.html")
    assert (watching.returncode, faults) == (0, "")
    assert told.splitlines()[-1].startswith("✓ Ended: done ")


def test_the_page_says_how_far_targets_exceed_head_office_s_with_the_odds(tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    found = case.run(overassign)
    page = _written(case, "en")
    [said] = [
        one.said
        for one in found.tell("en")
        if isinstance(one, Sentence) and "HQ’s target is reached:" in one.said
    ]
    assert said in page.text
