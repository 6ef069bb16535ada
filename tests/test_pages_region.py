"""A region's page in a real browser: it computes what the tab does, and its answer comes back as given."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import comment, decide, lock, new, verify
from targetcal_xl.calibration import Key, Standing, Value
from targetcal_xl.desk import remarks
from targetcal_xl.desk.records import standing_of
from targetcal_xl.exchange import Slip, read_answer
from targetcal_xl.language import LANGUAGES, text
from targetcal_xl.pages import MOST_BYTES, region_page
from targetcal_xl.workbook import ShownSheet, region_sheet, show_sheets
from tests.support import desks
from tests.support.browser import EVERYBODY, NARROW, WIDE, visit
from tests.support.desks import REASONS, Case
from tests.support.exploring import explores
from tests.support.packs import handed, refusals, taken
from tests.support.samples import sample_inputs

_FILL = """(async sets => {
  const found = [];
  document.getElementById('more').click();
  for (const typed of sets) {
    for (const [id, value] of Object.entries(typed)) {
      const field = document.getElementById(id);
      field.value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }
    const shows = Object.fromEntries([...document.querySelectorAll('[data-shows]')].map(
      one => [one.dataset.shows, one.textContent]));
    found.push({ shows, file: await targetcal.file(false).text() });
  }
  return found;
})(%s)"""
_TARGETS = (
    "",
    "85",
    "84",
    "60",
    "255",
    "300",
    "８５",
    "1,200",
    "0.9万",
    "85.5",
    "-1",
    "viele",
    "1,2",
    "220 ",
    "1e3",
)
_WORDS = ("", "无", "n/a", "在手商机", "I confirm", "确认无误", "- -", "<b>\"'&")


def _standing(case: Case) -> Standing:
    with case.desk() as desk:
        return standing_of(desk.ledger)


def _slip(case: Case, region: str = "R1", turn: int = 1) -> Slip:
    plan = case.inputs.plan
    return Slip(plan.code, str(plan.period), region, turn, 2, "a-word-of-its-own", "f" * 64)


def _page(
    case: Case, language: str = "", region: str = "R1", turn: int = 1, standing: Standing | None = None
) -> Path:
    out = case.folder / f"page-{language}.html"
    page = region_page(
        standing or _standing(case), case.reading().values, _slip(case, region, turn), language
    )
    out.write_text(page, "utf-8")
    return out


def _filled(page: Path, *sets: Mapping[str, str]) -> list[dict[str, object]]:
    seen = visit(page, width=NARROW, play=_FILL % json.dumps(sets), axe=False)
    assert seen.errors == ()
    return list(seen.played)


def _answered(found: Mapping[str, object]) -> dict[Key, Value]:
    return read_answer(str(found["file"]).encode(), "answer.json").values


def _shows(sheet: ShownSheet, spot: str) -> str:
    row, column = map(int, spot.split(","))
    kinds = {code: sheet.kind(code) for code in ("deviation", "flag", "odds_declared", "missing", "answered")}
    at = {sheet.spot("lines", one, code)[1]: code for one in sheet.rows("lines") for code in kinds}
    fields = {
        sheet.field_spot(code): code
        for code in ("advice", "checks", "allotment", "suggested", "declared", "gap_pct")
    }
    code = fields.get((row, column)) or at[column]
    said = sheet.at((row, column), sheet.kind(code)).said
    return "" if said == "–" else said


def test_a_page_shows_a_lines_thread_and_takes_a_remark_also_where_all_is_agreed(tmp_path: Path) -> None:
    case = desks.locked(tmp_path)
    case.run(comment, "R1", "R1-1", "<b>why?</b>\n第二行", by="superior1")
    case.run(comment, "R2", "R2-1", "not for others", by="superior2")
    case.run(decide, "R1", "R1-2", "accept", reason="依据充分", by="superior1")
    case.run(decide, "R1", "R1-1", "return", reason="部分商机已流失", by="superior1")
    case.type({("R1", "R1-1", "region_says"): "half a sentence"})
    page = _page(case, turn=2)
    said = page.read_text("utf-8")
    assert "superior1：&lt;b&gt;why?&lt;/b&gt;\n第二行</p>" in said
    assert "not for others" not in said
    [found] = _filled(page, {"R1-2-region_says": "thanks"})
    values = _answered(found)
    assert values["R1", "R1-1", "region_says"] == "half a sentence"
    assert values["R1", "R1-2", "region_says"] == "thanks"
    assert ("R1", "R1-2", "superior_says") not in values


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_shows_what_the_tab_shows_for_whatever_is_typed(language: str, tmp_path: Path) -> None:
    case, chance = desks.submitted(tmp_path), random.Random(language)
    standing, sets = _standing(case), []
    others = {key: value for key, value in case.typed().items() if key[0] != "R1" or "." in key[2]}
    for _ in range(40 if explores() else 15):
        typed = {f"{line}-declared": chance.choice(_TARGETS) for line in ("R1-1", "R1-2")}
        typed |= {f"R1-1-{code}": chance.choice(_WORDS) for code in REASONS}
        typed |= {"S01-what": chance.choice(_WORDS), "S01-kind": chance.choice(["", "budget"])}
        sets.append({**typed, "-submitter": chance.choice(_WORDS)})
    for typed, found in zip(sets, _filled(_page(case, language), *sets), strict=True):
        code = region_sheet("R1")
        sheet = show_sheets(standing, {**others, **_answered(found)}, language, (code,))[code]
        ready, there = (text(key, language) for key in ("pages.region.ready", "workbook.advice.ready"))
        shows = found["shows"]
        assert isinstance(shows, dict)
        differing = {
            at: said for at, said in shows.items() if said.replace(ready, there) != _shows(sheet, at)
        }
        assert differing == {}, typed


_TYPED: Mapping[str, Value] = {"２２０": 220.0, "1,200": 1200.0, "1.2万": 12000.0, " 85 ": 85.0, "−5": -5.0,
                               "1,2": "1,2", "many": "many"}  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "meant"),
    [
        ("家", {**_TYPED, "220 家": 220.0, "1.2万家": 12000.0}),
        ("万元", {**_TYPED, "1.2万": 1.2, "0.3 亿": 3000.0, "7": 7.0}),
        ("万元", {"7万元": 7.0, "12,000元": 1.2, "1.2万 元": 1.2}),
        ("paying customers", {**_TYPED, "220 paying customers": 220.0}),
        ("％", {**_TYPED, "84.5%": 84.5, "84.5％": 84.5, "84.5": 84.5}),
    ],
)
def test_numbers_are_taken_as_people_type_them(unit: str, meant: Mapping[str, Value], tmp_path: Path) -> None:
    case = desks.fresh(tmp_path)
    standing = _standing(case)
    plan = standing.inputs.plan
    other = replace(plan, metric=replace(plan.metric, unit=unit))
    now = replace(standing, inputs=replace(standing.inputs, plan=other))
    sets = [{"R1-1-declared": typed} for typed in meant]
    found = [_answered(one)["R1", "R1-1", "declared"] for one in _filled(_page(case, standing=now), *sets)]
    assert found == [*meant.values()]


def test_an_answer_carries_what_its_reader_saw_and_all_that_was_typed(tmp_path: Path) -> None:
    case = desks.submitted(tmp_path)
    case.type(
        {
            ("R1", "R1-1", "attachment"): "plan.pdf",
            ("R1", "S01", "kind"): "budget",
            ("R1", "S01", "due"): "2025-02-01",
        }
    )
    (found,) = _filled(_page(case), {"R1-1-comment": "两行\n字", "S01-quantity": "3"})
    answer = read_answer(str(found["file"]).encode(), "answer.json")
    assert answer.slip == _slip(case)
    before = {
        key: value
        for key, value in case.typed().items()
        if key[0] == "R1" and key[2] not in ("status", "submitted_on") and "." not in key[2]
    }
    wanted = {**before, ("R1", "R1-1", "comment"): "两行\n字", ("R1", "S01", "quantity"): 3.0}
    assert answer.values == {**wanted, ("R1", None, "status"): "draft"}


_ATTACH = """(async () => {
  const chosen = (name, said) => new File([said], name), field = id => document.getElementById(id);
  const bag = new DataTransfer(), note = field('R1-1-attachment');
  for (const said of ['one', 'two', 'one']) bag.items.add(chosen('image.txt', said));
  field('R1-1-files').files = bag.files;
  field('R1-1-files').dispatchEvent(new Event('change'));
  for (let k = 0; k < 200 && field('R1-1-files').value; k++) await new Promise(go => setTimeout(go, 25));
  await targetcal.attach([chosen('left.txt', 'three')], note);
  note.value = note.value.replace('; left.txt', '');
  note.dispatchEvent(new Event('input', { bubbles: true }));
  await targetcal.attach([{ name: 'film.txt', size: 3e7 }], note);
  return { note: note.value, told: field('told').textContent, file: await targetcal.file(true).text() };
})()"""


def test_files_chosen_on_the_page_come_back_in_its_answer_and_are_attached(tmp_path: Path) -> None:
    case = desks.submitted(tmp_path)
    page = handed(case, html=True)
    seen = visit(page, width=NARROW, play=_ATTACH, axe=False)
    assert seen.errors == ()
    assert seen.played["note"] == "image.txt; image (2).txt"
    assert seen.played["told"] == text("pages.script.full", "zh-CN", file="film.txt", most=20)
    (tmp_path / "R1.answer.json").write_text(str(seen.played["file"]), "utf-8")
    report = taken(case, tmp_path / "R1.answer.json")
    assert (refusals(report), report.files) == ([], 2)
    with case.desk() as desk:
        files = [one.file for one in remarks(desk.ledger, "R1") if one.file]
    assert [(one.name, one.size) for one in files] == [("image.txt", 3), ("image (2).txt", 3)]
    assert case.run(verify).verified
    assert taken(case, tmp_path / "R1.answer.json").files == 0


_SUBMIT = "document.getElementById('submit').click(); document.getElementById('told').textContent"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_complete_is_not_submitted(language: str, tmp_path: Path) -> None:
    seen = visit(_page(desks.fresh(tmp_path), language), play=_SUBMIT, axe=False)
    assert seen.played == text("pages.script.left", language, count=3)
    assert (seen.wide, seen.errors) == (WIDE, ())


def test_a_finished_answer_is_submitted_with_the_day(tmp_path: Path) -> None:
    script = f"(async()=>{{ {_SUBMIT}; return await targetcal.file(true).text() }})()"
    seen = visit(_page(desks.submitted(tmp_path)), play=script, axe=False)
    values = read_answer(str(seen.played).encode(), "answer.json").values
    assert values["R1", None, "status"] == "submitted"
    assert len(str(values["R1", None, "submitted_on"])) == 10


def test_in_a_further_round_only_what_is_back_is_asked_and_the_counter_can_be_agreed_to(
    tmp_path: Path,
) -> None:
    case = desks.submitted(tmp_path)
    case.run(lock)
    desks.decline(case, "R1-1")
    case.run(decide, "R1", "R1-1", "counter", counter=90.0, reason="依据不足", by="superior1")
    case.run(decide, "R1", "R1-2", "accept", reason="依据充分", by="superior1")
    page = _page(case, turn=2)
    assert "R1-2-declared" not in page.read_text("utf-8")
    (found,) = _filled(page, {"R1-1-agree": "yes"})
    values = _answered(found)
    assert values["R1", "R1-1", "agree"] == "yes"
    assert values["R1", "R1-2", "declared"] == case.typed()["R1", "R1-2", "declared"]
    assert "依据不足" in str(found["shows"])


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _page(desks.submitted(tmp_path_factory.mktemp("page")), request.param)


@pytest.mark.parametrize(("page", "width", "dark"), EVERYBODY, indirect=["page"])
def test_the_page_is_for_everybody_and_asks_nobody(width: int, dark: bool, page: Path) -> None:
    seen = visit(page, width=width, dark=dark)
    assert set(seen.asked) == {page.as_uri()}
    assert (seen.errors, seen.faults) == ((), ())
    assert seen.wide <= width


def test_a_page_knows_its_own_region_only(tmp_path: Path) -> None:
    case = desks.locked(tmp_path)
    said = _page(case).read_text("utf-8")
    other = case.inputs.plan.region("R2")
    names = [other.name, other.head.name, *(line.name for line in case.inputs.plan.lines_of("R2")), "R2"]
    assert [name for name in names if name in said] == []


def test_nothing_that_people_wrote_ends_the_script(tmp_path: Path) -> None:
    evil = '</script><!--<script>alert(1)//"'
    inputs = desks.case_inputs()
    lines = tuple(replace(line, name=f"{k}{evil}") for k, line in enumerate(inputs.plan.lines))
    case = Case(tmp_path, replace(inputs, plan=replace(inputs.plan, lines=lines)))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "en")
    case.type({("R1", "R1-1", "basis"): f"{evil}\u2028"})
    (found,) = _filled(_page(case), {"R1-1-declared": "85"})
    assert _answered(found)["R1", "R1-1", "basis"] == f"{evil}\u2028"


def test_a_region_of_many_lines_is_small_enough_for_a_telephone(tmp_path: Path) -> None:
    case = Case(tmp_path, sample_inputs((40, 1)))
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    assert len(_page(case).read_bytes()) <= MOST_BYTES
