"""The form for Excel asks for all of a plan, is read as it was meant, and faults are told cell by cell."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook
from pydantic import BaseModel

from targetcal_xl.connect import (
    PlanDraft,
    plan_template,
    read_draft,
    read_form,
    read_plan,
    write_form,
)
from targetcal_xl.connect.form import INDICATORS, INSIDE, PLAN, SHEETS, FormSheet
from targetcal_xl.connect.plan_file import plan_meant
from targetcal_xl.connect.plan_schema import PlanWords
from targetcal_xl.language import LANGUAGES, find, text
from targetcal_xl.problems import DataProblems
from tests.support.resave import SAVERS

_FULL = """
code = "Q-1"
company = "Example Ltd"
period = "2025Q1"
hq_target = 1_200
milestones = [2025-02-28, 2025-03-31]
deadlines = [2025-01-08, 2025-01-15]
split = "pro_rata"
weights = "fixed"
missing_days = "unknown"
triggers = ["staff", "market"]
lines = [
    { code = "HD-JS", name = "Jiangsu", region = "HD", group = "S", low = 10, high = 900.5 },
    { code = "HD-ZJ", name = "Zhejiang", region = "HD", group = "S", volume = 2.5 },
    { code = "HD-AH", name = "Jiangsu", region = "HN", locked = 100 },
]
groups = [{ code = "S", name = "South", parent = "HD", high = 2000 }, { code = "ALL", name = "All" }]

[metric]
code = "new_customers"
name = "New paying customers"
definition = "First payment received in the quarter."
unit = ""
direction = -1
kind = "sum"
step = 0.5
distance = "value"

[[regions]]
code = "HD"
name = "East"
group = "ALL"
low = 1
head = { name = "Gu Mingyuan", mail = "gu@example.com", robot = "sales", employee = "0010" }
superior = { name = "Chen Li", mail = "chen@example.com" }
hrbp = { name = "Zhou Ning", employee = "A-1.2" }
deputy = { name = "Xu Ning" }

[[regions]]
code = "HN"
name = "1200"
head = { name = "Li Hua", mail = "" }
superior = { name = "Chen Li" }
hrbp = { name = "Zhou Ning" }

[thresholds]
objection = 0.2
confidence = 0.9
milestone = 0.8
warning_days = 10
warning_odds = 0.6
survey_minimum = 6
hq_tolerance = 0.05

[notices]
before = []
after = [2]
escalate = 3
digest = [{ name = "Lin Jing", mail = "lin@example.com", robot = "sales", employee = "7" }]

[letters]
copies = []
folder = "{region}/{employee}"
keep_years = 10

[days]
idle = 0.2
period_end = 3
month_end = 1.5
shares = [{ day = 2025-01-31, share = 0.25 }, { day = 2025-02-28, share = 0.6 }]

[trust]
stamps = "https://stamps.example.com/tsa"

[last_period]
consensus_days = 7
coordination_hours = 42.5
agreement_pct = 58
agreement_mean = 3.1
attainment_pct = 66

[[robots]]
code = "sales"
kind = "feishu"

[[sources]]
kind = "actuals"
address = "postgresql://bi@db.example.com/sales"
query = "select * from results"
map = ["value=amount", "line=area"]
when = "weekly"

[calendar]
country = "DE-BY"
work = ["2025-03-01"]
closed = [2025-01-27]

[[drivers]]
code = "market"
name = "Market activity"
weight = 0.4
direction = -1
lag = 1
indicators = [
    { code = "search", name = "Search index", share = 0.6, unit = "points", direction = -1 },
    { code = "shows", name = "Trade shows", share = 0.4, direction = "raises" },
]
"""
_HISTORY = (
    "line,period,value,one_off,note\nHD-JS,2024Q4,210,?,a note\nHD-ZJ,2024Q4,90,,\nHD-AH,2024Q4,80,5,\n"
)
_DRIVERS = "line,indicator,reference,now,period\nHD-JS,search,10,12,2024Q4\nHD-ZJ,shows,3,,2024Q3\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan that says all that a plan can say."""
    made = tmp_path_factory.mktemp("plan")
    for name, said in {"plan.toml": _FULL, "history.csv": _HISTORY, "drivers.csv": _DRIVERS}.items():
        (made / name).write_text(said, "utf-8")
    return made


def _leaves(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every word of a plan file that is no table of others."""
    for name, found in model.model_fields.items():
        inner = [
            one for one in _kinds(found.annotation) if isinstance(one, type) and issubclass(one, BaseModel)
        ]
        for one in inner:
            yield from _leaves(one, (*path, name))
        if not inner:
            yield (*path, name)


def _kinds(kind: Any) -> Iterator[Any]:
    yield kind
    for part in get_args(kind):
        yield from _kinds(part)


def test_the_form_asks_for_every_word_of_a_plan_file() -> None:
    asked = {item.path for item in PLAN.items}
    asked |= {(sheet.code, *item.path) for sheet in SHEETS if sheet.is_table for item in sheet.items}
    asked |= {("drivers", "indicators", *item.path) for item in INDICATORS.items}
    within = [sheet for sheet in SHEETS if sheet.code in INSIDE]
    asked |= {(*INSIDE[sheet.code], *item.path) for sheet in within for item in sheet.items}
    assert set(_leaves(PlanWords)) - asked == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.code)
def test_no_caption_means_two_things_in_any_language(sheet: FormSheet) -> None:
    told = {(one, sheet.caption(item, one)): item.code for one in LANGUAGES for item in sheet.items}
    assert {caption: sheet.meant(caption[1]) for caption in told} == {
        caption: sheet.item(code) for caption, code in told.items()
    }
    sections = [
        text(f"connect.form.section.{one.begins}", at) for one in PLAN.items if one.begins for at in LANGUAGES
    ]
    assert [title for title in sections if PLAN.meant(title)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_of_the_first_sheet_is_explained(language: str) -> None:
    assert [item.code for item in PLAN.items if not PLAN.help(item, language)] == []
    assert [key for key in _helps() if len(find(key, language) or "") > 255] == []


def _helps() -> Iterator[str]:
    for sheet in SHEETS:
        yield from (f"connect.form.help.{sheet.code}.{item.code}" for item in sheet.items)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_that_says_everything_comes_back_from_the_form(
    folder: Path, language: str, tmp_path: Path
) -> None:
    draft = read_draft(folder)
    found = read_form(write_form(language, draft), "plan.xlsx")
    for name, content in found.draft.files.items():
        (tmp_path / name).write_bytes(content)
    before, after = read_plan(folder), read_plan(tmp_path)
    assert after.plan == before.plan == found.inputs.plan
    assert (found.draft.history, found.draft.readings) == (draft.history, draft.readings)
    for one, other in ((after, before), (found.inputs, before)):
        assert np.array_equal(one.history.one_off, other.history.one_off, equal_nan=True)
        assert np.array_equal(one.readings.reference, other.readings.reference, equal_nan=True)
        assert np.array_equal(one.readings.now, other.readings.now, equal_nan=True)


@given(kept=st.sets(st.sampled_from(
    ["milestones", "deadlines", "split", "weights", "missing_days", "triggers", "groups", "thresholds",
     "notices", "letters", "last_period", "robots", "calendar", "drivers"]
)), language=st.sampled_from(LANGUAGES))  # fmt: skip
@settings(max_examples=8)
def test_what_a_plan_leaves_out_stays_left_out(folder: Path, kept: set[str], language: str) -> None:
    draft = read_draft(folder)
    needed = {"code", "company", "period", "hq_target", "metric", "regions", "lines"}
    words = {name: said for name, said in draft.words.items() if name in needed | kept}
    words = _without(words, kept)
    found = read_form(write_form(language, PlanDraft(words, draft.history)), "plan.xlsx")
    assert found.inputs.plan == plan_meant(words)


def _without(words: Mapping[str, Any], kept: set[str]) -> dict[str, Any]:
    """The words without what points to tables that are left out."""
    gone = {"group"} if "groups" not in kept else set()
    gone |= {"robot"} if "robots" not in kept else set()

    def walked(said: Any) -> Any:
        if isinstance(said, dict):
            return {name: walked(one) for name, one in said.items() if name not in gone}
        return [walked(one) for one in said] if isinstance(said, list) else said

    found: dict[str, Any] = walked(words)
    return found


@pytest.mark.parametrize("saver", ["LibreOffice", "openpyxl", "SheetJS"])
def test_a_form_that_another_program_has_saved_says_the_same(
    saver: str, folder: Path, tmp_path: Path
) -> None:
    draft = read_draft(folder)
    made, saved = tmp_path / "form.xlsx", tmp_path / "saved.xlsx"
    made.write_bytes(write_form("zh-CN", draft))
    SAVERS[saver](made, saved)
    found = read_form(saved.read_bytes(), "saved.xlsx")
    assert found.inputs.plan == read_plan(folder).plan
    assert (found.draft.history, found.draft.readings) == (draft.history, draft.readings)


def _edited(content: bytes, edit: Callable[[Workbook], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    edit(book)
    said = io.BytesIO()
    book.save(said)
    return said.getvalue()


def _typed(cells: Mapping[str, object], language: str = "en", template: str = "saas-en") -> bytes:
    """The form of a shipped plan, with other things in some cells."""

    def edit(book: Workbook) -> None:
        for place, value in cells.items():
            tab, _, cell = place.partition("!")
            book[tab][cell] = value

    return _edited(write_form(language, read_draft(plan_template(template))), edit)


def test_numbers_and_days_are_taken_as_people_type_them() -> None:
    content = _typed(
        {"计划!B9": "１,２００",
         "计划!B41": "20%", "计划!B23": "2025/1/8，2025年1月15日", "历史!C5": "0.013万",
         "大区!C5": " 顾明远 ", "计划!B17": "Higher is better", "分解行!B5": "hd", "历史!A5": "HD-HD"},
        "zh-CN", "saas",
    )  # fmt: skip
    found = read_form(content, "plan.xlsx").inputs
    assert (found.plan.hq_target, found.plan.thresholds.objection) == (1200, 0.2)
    assert [str(day) for day in found.plan.deadlines] == ["2025-01-08", "2025-01-15"]
    assert found.history.values[0, 0] == 130
    assert found.plan.region("HD").head.name == "顾明远"


@pytest.mark.parametrize("is_text", [False, True])
def test_percentages_are_taken_as_they_are_seen(is_text: bool) -> None:
    """Whoever types 93.5% in a spreadsheet leaves 0.935 in a cell that shows it so, or else the text."""

    def in_percent(book: Workbook) -> None:
        plan, history = book["Plan"], book["History"]
        plan["B14"], plan["B9"], plan["B18"] = "%", 0.935, 0.001
        cells = [plan["B9"], plan["B18"], *(row[2] for row in history.iter_rows(min_row=5) if row[2].value)]
        for cell in cells:
            cell.number_format = "@" if is_text else "0.0%"
            cell.value = f"{float(str(cell.value)):.1%}" if is_text else cell.value

    shipped = read_plan(plan_template("service-en"))
    content = _edited(write_form("en", read_draft(plan_template("service-en"))), in_percent)
    found = read_form(content, "plan.xlsx").inputs
    assert (found.plan.hq_target, found.plan.metric.step, found.plan.metric.whole) == (93.5, 0.1, 100)
    assert found.history.values == pytest.approx(100 * shipped.history.values, nan_ok=True, abs=0.05)


def test_codes_need_not_be_given_and_things_are_named_by_their_names() -> None:
    """Codes of regions, lines, drivers and indicators are taken out; history still finds its lines."""

    def forget(book: Workbook) -> None:
        for tab, column in (("Regions", "B"), ("Lines", "C"), ("Drivers", "B"), ("Indicators", "F")):
            for row in range(5, 40):
                book[tab][f"{column}{row}"] = None

    shipped = read_plan(plan_template("saas-en"))
    content = _edited(write_form("en", read_draft(plan_template("saas-en"))), forget)
    found = read_form(content, "plan.xlsx").inputs
    assert [region.code for region in found.plan.regions] == ["R1", "R2", "R3"]
    assert [line.code for line in found.plan.lines][:5] == ["R1-1", "R1-2", "R1-3", "R1-4", "R2-1"]
    assert [one.code for one in found.plan.indicators] == ["D1-1", "D1-2", "D2-1", "D2-2", "D3-1", "D3-2"]
    assert np.array_equal(found.history.values, shipped.history.values)
    assert np.array_equal(found.readings.now, shipped.readings.now)


def _faults(content: bytes) -> set[tuple[str, str]]:
    with pytest.raises(DataProblems) as caught:
        read_form(content, "plan.xlsx")
    return {(problem.code, problem.where) for problem in caught.value.problems}


_WRONG: Mapping[str, tuple[object, str]] = {
    "Plan!B7 (Company)": (None, "plan_missing"),
    "Plan!B8 (Period)": ("2025Q7", "form_period"),
    "Plan!B9 (HQ target)": ("many", "csv_not_a_number"),
    "Plan!B16 (How lines combine)": ("Product", "form_choice"),
    "Plan!B24 (Milestones)": ("2025-01-31, 31.2.", "csv_not_a_date"),
    "Plan!B41 (Objection from)": (1.5, "plan_too_big"),
    "Plan!B44 (Days of warning)": (2.5, "plan_number"),
    "Regions!D5 (Head: mail)": ("gu at example", "plan_pattern"),
    "Regions!E6 (Superior: name)": (None, "plan_missing"),
    "Lines!A7 (Line)": (None, "plan_missing"),
    "Lines!B9 (Region)": ("Mars", "form_unknown"),
    "Drivers!C5 (Weight)": ("=1/0", "csv_formula_without_value"),
    "Indicators!B6 (Driver)": ("weather", "form_unknown"),
    "Indicators!C7 (Share)": (-1, "plan_too_small"),
}


@pytest.mark.parametrize("place", _WRONG)
def test_a_fault_is_told_with_its_cell(place: str) -> None:
    value, code = _WRONG[place]
    found = _faults(_typed({place.split(maxsplit=1)[0]: value}))
    assert (code, f"plan.xlsx, {place}") in found
    assert [code for code, where in found if where == f"plan.xlsx, {place}"] == [code], "and once"


def test_all_faults_of_all_sheets_are_told_at_once() -> None:
    """But for the period: without one no history can be read."""
    wrong = {place: found for place, found in _WRONG.items() if "Period" not in place}
    tables: dict[str, object] = {"History!A6": "Atlantis", "History!C7": "x", "Readings!D5": -3}
    found = _faults(_typed({**{place.split()[0]: said for place, (said, _) in wrong.items()}, **tables}))
    assert {(code, f"plan.xlsx, {place}") for place, (_, code) in wrong.items()} <= found
    assert {
        ("form_unknown", "plan.xlsx, History, row 6, column Line (A6)"),
        ("csv_not_a_number", "plan.xlsx, History, row 7, column Value (C7)"),
        ("csv_negative", "plan.xlsx, Readings, row 5, column Now (D5)"),
    } <= found


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_form_asks_for_what_is_needed_and_for_nothing_else(language: str) -> None:
    with pytest.raises(DataProblems) as caught:
        read_form(write_form(language), "plan.xlsx")
    assert [problem.code for problem in caught.value.problems] == [
        *["plan_missing"] * 5,
        *["form_too_few"] * 2,
    ]
    assert all(problem.sentence(language) for problem in caught.value.problems)


def test_sheets_and_columns_of_ones_own_are_left_alone_and_needed_ones_are_missed() -> None:
    def add(book: Workbook) -> None:
        book.create_sheet("Thoughts")["A1"] = "whatever"
        book["Regions"]["Z4"], book["Regions"]["Z5"] = "Mood", "good"

    content = _typed({})
    assert read_form(_edited(content, add), "x").inputs.plan == read_form(content, "x").inputs.plan
    renamed = _edited(content, lambda book: setattr(book["History"], "title", "Old numbers"))
    assert _faults(renamed) == {("form_sheets", "plan.xlsx")}
    assert _faults(b"PK\x03\x04 no book") == {("csv_not_a_workbook", "plan.xlsx")}


def test_what_holds_without_an_answer_reads_as_one_would_type_it() -> None:
    page = openpyxl.load_workbook(io.BytesIO(write_form("en")))["Plan"]
    held = {asked: otherwise for asked, _, _, otherwise, *_ in page.values if asked and otherwise}
    assert (held["Step"], held["Objection from"]) == ("1", "0.15")
    assert [told for told in held.values() if str(told).endswith(".0")] == []


def test_choices_and_help_lie_in_the_cells() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_form("en")))
    rules = {str(rule.sqref): rule for rule in book["Plan"].data_validations.dataValidation}
    assert rules["B16"].formula1 == '"Sum,Mean,Ratio"' and "numerator" in rules["B16"].prompt
    lines = {str(rule.sqref): rule for rule in book["Lines"].data_validations.dataValidation}
    assert lines["B5:B2004"].formula1 == "'Regions'!$A$5:$A$204"
    assert all(rule.promptTitle for sheet in book for rule in sheet.data_validations.dataValidation)
