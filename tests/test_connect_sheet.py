"""Workbooks where a table is wanted: a cell is its value or is refused by name, none is blank by mistake."""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.connect import read_actuals, read_history, read_plan, read_responses
from targetcal_xl.connect.sheet import MOST_UNPACKED, NotASheet, TooBig, read_sheet
from targetcal_xl.connect.tables import read_table
from targetcal_xl.problems import DataProblems
from tests.support.samples import sample_plan

PLAN = sample_plan()
SHEET = "xl/worksheets/sheet1.xml"
Rows = Sequence[Sequence[Any]]


def workbook(rows: Rows, change: Callable[[Any], None] = lambda sheet: None) -> bytes:
    """A workbook that openpyxl wrote, whose first sheet has these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    change(book.active)
    book.save(out := io.BytesIO())
    return out.getvalue()


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The package with one part changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {part: package.read(part) for part in package.namelist()}
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as package:
        for part, said in parts.items():
            package.writestr(part, change(said) if part == name else said)
    return out.getvalue()


def put(folder: Path, content: bytes, name: str = "table.xlsx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def faults(caught: pytest.ExceptionInfo[DataProblems]) -> list[tuple[str, str]]:
    return [(problem.code, problem.where) for problem in caught.value.problems]


HEAD = ["date", "line", "value", "leads"]
FIRST = dt.date(2025, 1, 2)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("#N/A", "csv_error_value"),
        ("#DIV/0!", "csv_error_value"),
        ("#REF!", "csv_error_value"),
        ("=5+2", "csv_formula_without_value"),
        (True, "csv_not_a_number"),
        (dt.date(2025, 1, 5), "csv_not_a_number"),
        ("5 个", "csv_not_a_number"),
    ],
)
@pytest.mark.parametrize("column", [2, 3])
def test_what_is_no_number_is_refused_with_its_cell(
    tmp_path: Path, said: Any, code: str, column: int
) -> None:
    row = [FIRST, "R1-1", 5, 0.9]
    row[column] = said
    path = put(tmp_path, workbook([HEAD, [FIRST, "R1-2", 5, 1], row]))
    with pytest.raises(DataProblems) as caught:
        read_actuals(path, PLAN)
    assert faults(caught) == [(code, f"table.xlsx, row 3, column {HEAD[column]} ({'ABCD'[column]}3)")]


@pytest.mark.parametrize("column", [0, 1])
def test_an_error_in_a_key_is_told_once(tmp_path: Path, column: int) -> None:
    row: list[Any] = [FIRST, "R1-1", 5]
    row[column] = "#N/A"
    with pytest.raises(DataProblems) as caught:
        read_actuals(put(tmp_path, workbook([HEAD[:3], row])), PLAN)
    assert [code for code, _ in faults(caught)] == ["csv_error_value"]


def test_columns_that_nobody_asked_for_may_say_anything(tmp_path: Path) -> None:
    rows: Rows = [
        [*HEAD, "comment"],
        [FIRST, "R1-1", 5, 1, "#N/A"],
        [dt.date(2025, 1, 3), "R1-1", 1, 1, "=A1"],
    ]
    assert read_actuals(put(tmp_path, workbook(rows)), PLAN).value[0, 2] == 1


def test_a_formula_that_was_computed_is_its_value(tmp_path: Path) -> None:
    content = workbook([HEAD[:3], [FIRST, "R1-1", "=5+2"]])
    content = with_part(content, SHEET, lambda said: re.sub(rb"<v ?/>|<v></v>", b"<v>7</v>", said))
    assert read_actuals(put(tmp_path, content), PLAN).value[0, 1] == 7


def test_a_formula_that_comes_to_no_text_is_empty(tmp_path: Path) -> None:
    content = workbook([["line", "note"], ["A", '=""']])
    written = b'<c r="B2" t="str"><f>""</f><v></v></c>'
    content = with_part(content, SHEET, lambda said: re.sub(rb'<c r="B2".*?</c>', written, said))
    assert read_table(put(tmp_path, content), ["line", "note"]).cells["note"].tolist() == [""]


@given(
    st.lists(
        st.one_of(
            st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15),
            st.integers(-(10**9), 10**9),
            st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)),
            st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=9)
            .map(str.strip)
            .filter(lambda said: said and said[0] not in "=#" and not said.isspace()),
            st.booleans(),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_every_value_reads_as_openpyxl_reads_it(values: list[Any]) -> None:
    content = workbook([values])
    (row,) = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    found = read_sheet(content).rows[1]
    assert len(found) == len(row)
    for said, meant in zip(found, row, strict=True):
        if isinstance(meant, bool | str):
            assert said == (str(meant).upper() if isinstance(meant, bool) else meant)
        elif isinstance(meant, dt.datetime):
            assert said == meant.date().isoformat()
        else:
            assert float(said) == meant


def test_dates_count_from_1904_where_the_book_says_so(tmp_path: Path) -> None:
    content = workbook([["date"], [dt.date(2025, 1, 31)]])
    old = with_part(
        content, "xl/workbook.xml", lambda said: said.replace(b"<workbookPr/>", b'<workbookPr date1904="1"/>')
    )
    (day,) = read_table(put(tmp_path, old), ["date"]).dates("date").tolist()
    assert day == openpyxl.load_workbook(io.BytesIO(old)).active["A2"].value.date() > dt.date(2029, 1, 1)


@pytest.mark.parametrize("title", ["分解行", "行", "line", "Line", "ＬＩＮＥ"])
def test_a_merged_code_holds_for_all_its_rows(tmp_path: Path, title: str) -> None:
    head: Rows = [["2025 年一季度", None, None], ["日期", title, "数值"]]
    rows: Rows = [*head, [dt.date(2025, 1, 2), "R1-1", 4], [dt.date(2025, 1, 3), None, 5]]

    def merge(sheet: Any) -> None:
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("B3:B4")

    assert read_actuals(put(tmp_path, workbook(rows, merge)), PLAN).value[0, 1:].tolist() == [4, 5]


def test_a_merged_number_is_nobody_s(tmp_path: Path) -> None:
    rows: Rows = [HEAD[:3], [FIRST, "R1-1", 4], [dt.date(2025, 1, 3), "R1-1", None]]
    content = workbook(rows, lambda sheet: sheet.merge_cells("C2:C3"))
    with pytest.raises(DataProblems) as caught:
        read_actuals(put(tmp_path, content), PLAN)
    assert faults(caught) == [("csv_merged", "table.xlsx, row 3, column value (C3)")]


def test_history_drivers_and_answers_may_be_sheets_too(tmp_path: Path) -> None:
    history: Rows = [
        ["分解行", "期间", "数值", "一次性"],
        ["R1-1", "2024Q3", 80, None],
        ["R1-1", "2024Q4", 90, "?"],
    ]
    found = read_history(put(tmp_path, workbook(history), "history.xlsx"), PLAN)
    assert found.values[0].tolist() == [80, 90]
    answers: Rows = [["大区", "评分"], ["R1", 4], ["R2", 5]]
    assert read_responses(put(tmp_path, workbook(answers)), PLAN).scores == (4, 5)


def test_a_plan_folder_may_hold_sheets_but_not_both(tmp_path: Path, plan_folder: Path) -> None:
    said = (plan_folder / "history.csv").read_text("utf-8").splitlines()
    (plan_folder / "history.xlsx").write_bytes(workbook([line.split(",") for line in said]))
    with pytest.raises(DataProblems) as caught:
        read_plan(plan_folder)
    assert [code for code, _ in faults(caught)] == ["csv_both"]
    (plan_folder / "history.csv").rename(tmp_path / "elsewhere.csv")
    sheet = read_plan(plan_folder)
    (plan_folder / "history.xlsx").unlink()
    (tmp_path / "elsewhere.csv").rename(plan_folder / "history.csv")
    assert (sheet.history.values == read_plan(plan_folder).history.values).all()


@pytest.fixture
def plan_folder(tmp_path: Path) -> Path:
    """A small plan as a person keeps it."""
    people = '{ name = "A" }', '{ name = "B" }', '{ name = "C" }'
    head, superior, hrbp = people
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "plan.toml").write_text(
        'code = "P"\ncompany = "C"\nperiod = "2025Q1"\nhq_target = 100\n'
        + "lines = ["
        + ", ".join(f'{{ code = "L{k}", name = "N{k}", region = "R" }}' for k in range(3))
        + ']\n[metric]\ncode = "m"\nname = "M"\ndefinition = "D"\nunit = "u"\n'
        + f'[[regions]]\ncode = "R"\nname = "R"\nhead = {head}\nsuperior = {superior}\nhrbp = {hrbp}\n',
        "utf-8",
    )
    rows = "".join(f"L{k},2024Q{quarter},{10 * k + quarter}\n" for k in range(3) for quarter in range(1, 5))
    (tmp_path / "plan" / "history.csv").write_text("line,period,value\n" + rows, "utf-8")
    return tmp_path / "plan"


def cells(xml: bytes) -> Callable[[bytes], bytes]:
    """A change that puts these rows in place of all."""
    return lambda said: re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>" + xml + b"</sheetData>", said)


@pytest.mark.parametrize(
    "xml",
    [
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        b'<row r="0"><c r="A0"><v>1</v></c></row>',
        b'<row r="1_0"><c r="A10"><v>1</v></c></row>',
        b'<row r="1"><c r="1A"><v>1</v></c></row>',
    ],
)
def test_what_programs_would_read_differently_is_no_sheet(xml: bytes) -> None:
    with pytest.raises(NotASheet):
        read_sheet(with_part(workbook([["line"]]), SHEET, cells(xml)))


CLEAR = b'<row r="1"><c t="str"><v>line</v></c><c t="str"><v>value</v></c></row>'


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="B2"><v>5</v></c><c r="B2"><v>50</v></c>',
        b'<c r="B2"><v>5</v></c><c r="B2"/>',
        b'<c r="B5"><v>5</v></c>',
        b'<c r="B2"><v>5</v><v>6</v></c>',
        b'<c r="B2"><f>1</f><f>2</f><v>6</v></c>',
        b'<c r="B2" t="s"><v>99</v></c>',
        b'<c r="B2" t="s"><v>-1</v></c>',
        b'<c r="B2" s="-1"><v>5</v></c>',
        b'<c r="B2" s="1"><v>1e12</v></c>',
        *(
            f'<c r="B2"><v>{said}</v></c>'.encode()
            for said in ("many", "2_20", "２２０", "0x5", "5,5", "nan", "1e400", "Infinity")
        ),
    ],
)
def test_what_programs_would_read_differently_is_refused_by_its_cell(tmp_path: Path, cell: bytes) -> None:
    rows = CLEAR + b'<row r="2"><c r="A2" t="str"><v>A</v></c>' + cell + b"</row>"
    content = with_part(workbook([["line"], [dt.date(2025, 1, 1)]]), SHEET, cells(rows))
    table = read_table(put(tmp_path, content), ["line", "value"])
    table.numbers("value")
    assert [(one.code, one.where) for one in table.problems] == [
        ("csv_cell_unclear", "table.xlsx, row 2, column value (B2)")
    ]


def test_a_title_that_stands_twice_is_refused_by_its_cell(tmp_path: Path) -> None:
    twice = CLEAR.replace(b"<c t", b'<c r="A1" t="str"><v>value</v></c><c r="A1" t', 1)
    content = with_part(workbook([["line"]]), SHEET, cells(twice))
    table = read_table(put(tmp_path, content), ["line", "value"])
    assert [one.where for one in table.problems] == ["table.xlsx, row 1, column line (A1)"]


def test_a_phonetic_guide_is_no_part_of_a_text() -> None:
    guided = (
        '<row r="1"><c t="inlineStr"><is><t>华东</t><rPh sb="0" eb="2"><t>huadong</t></rPh></is></c></row>'
    )
    assert read_sheet(with_part(workbook([["line"]]), SHEET, cells(guided.encode()))).rows == {1: ["华东"]}


@pytest.mark.parametrize(("merged", "filled"), [("A:A", 2), ("A2:A3", 3), ("2:3", 3), ("A2:ZZ3", 3)])
def test_whole_rows_and_columns_may_be_merged(merged: str, filled: int) -> None:
    content = workbook([["line", "note"], ["A", None], [None, "b"]], lambda sheet: sheet.merge_cells("A2:A3"))
    found = read_sheet(with_part(content, SHEET, lambda said: said.replace(b"A2:A3", merged.encode())))
    assert found.rows[filled][0] == ("line" if filled == 2 else "A")


def test_parts_are_found_by_their_relationships_in_any_case() -> None:
    content = workbook([["line"], ["A"]])
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(out := io.BytesIO(), "w") as package:
        for name, said in parts.items():
            package.writestr(name.replace("sheet1", "Sheet1").replace("workbook.xml", "WorkBook.xml"), said)
    assert read_sheet(out.getvalue()).rows == {1: ["line"], 2: ["A"]}


def before(said: bytes) -> Callable[[bytes], bytes]:
    """A change that puts something between a part's first line and its content."""
    return lambda part: re.sub(rb"(<\?xml.*?\?>)?", rb"\g<0>" + said, part, count=1)


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"])
def test_a_document_type_or_a_flood_is_refused_before_it_is_read(part: str) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    content = with_part(
        workbook([["line"], ["A"]]),
        part,
        lambda said: re.sub(rb"(<\?xml.*?\?>)?", rb"\g<0>" + bomb, said, count=1),
    )
    if part == SHEET:
        with pytest.raises(NotASheet):
            read_sheet(content)
    zeros = with_part(workbook([["line"]]), part, lambda said: b" " * (MOST_UNPACKED + 1))
    assert len(zeros) < 1_000_000
    with pytest.raises(TooBig):
        read_sheet(zeros)


def test_a_sheet_of_more_cells_than_we_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("targetcal_xl.connect.sheet.MOST_CELLS", 50)
    with pytest.raises(TooBig):
        read_sheet(workbook([[1] * 10] * 6))
    with pytest.raises(TooBig):
        read_sheet(workbook([["x"], [None] * 30 + ["y"]], lambda sheet: sheet.merge_cells("A1:Z26")))


def test_a_stray_cell_far_away_costs_nothing() -> None:
    content = workbook([["line"], ["A"]], lambda sheet: sheet.cell(1_048_576, 16_384, "here"))
    assert read_sheet(content).rows == {1: ["line"], 2: ["A"]}


def test_no_damage_to_a_file_shows_anything_but_a_sentence(tmp_path: Path) -> None:
    chance = random.Random(20250101)
    sound = workbook([HEAD, *([FIRST + dt.timedelta(days=k), "R1-1", k, 0.9] for k in range(30))])
    refused = 0
    for _ in range(300):
        broken = bytearray(sound)
        for _ in range(chance.randint(1, 8)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        if chance.random() < 0.2:
            del broken[chance.randrange(len(broken)) :]
        try:
            read_actuals(put(tmp_path, bytes(broken)), PLAN)
        except DataProblems:
            refused += 1
    assert refused > 100


def test_no_damage_to_a_part_shows_anything_but_a_sentence(tmp_path: Path) -> None:
    chance = random.Random(20250102)
    sound = workbook([HEAD, *([FIRST + dt.timedelta(days=k), "R1-1", k, 0.9] for k in range(5))])
    odd = [b"", b"<", b"9" * 40, b"\0", b'"', b"</c>", b"-1"]
    names = zipfile.ZipFile(io.BytesIO(sound)).namelist()

    def damage(said: bytes) -> bytes:
        broken = bytearray(said)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(broken))
            broken[at : at + chance.randint(0, 6)] = chance.choice(odd)
        return bytes(broken)

    for _ in range(400):
        broken = with_part(sound, chance.choice(names), damage)
        try:
            read_actuals(put(tmp_path, broken), PLAN)
        except DataProblems as caught:
            assert caught.problems


def test_texts_that_stand_in_a_table_of_their_own_are_read_from_it() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.write_row(0, 0, ["线路", "R1-1", "线路", " 两端 空白 "])
        sheet.write_rich_string(1, 0, "一半", bold, "加粗", "的字")
    rows = read_sheet(out.getvalue()).rows
    assert rows == {1: ["线路", "R1-1", "线路", " 两端 空白 "], 2: ["一半加粗的字"]}
