"""Tables as people keep them: encodings, numbers, and every fault with its row."""

from __future__ import annotations

import datetime as dt
import errno
import math
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.connect.names import nearest
from targetcal_xl.connect.spelt import number_told
from targetcal_xl.connect.tables import read_table
from targetcal_xl.problems import DataProblems

CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
KNOWN = {"HD-JS": "江苏", "HD-ZJ": "浙江"}


def write(folder: Path, said: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(said if isinstance(said, bytes) else said.encode())
    return path


def faults(caught: pytest.ExceptionInfo[DataProblems]) -> list[tuple[str, str]]:
    return [(problem.code, problem.where) for problem in caught.value.problems]


def test_a_table_that_may_not_be_read_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, open_ = write(tmp_path, "line,value\nHD-JS,1\n"), Path.open

    def refuse(one: Path, *how: Any, **options: Any) -> Any:
        if one == path:
            raise PermissionError(errno.EACCES, "Permission denied")
        return open_(one, *how, **options)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataProblems) as caught:
        read_table(path, ["line", "value"])
    assert faults(caught) == [("file_unreadable", "table.csv")]
    assert "Permission denied" in caught.value.problems[0].sentence("en")


@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), max_size=8),
    order=st.permutations(["line", "period", "value"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_a_table_written_by_pandas_reads_the_same_in_any_column_order(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    order: list[str],
    encoding: str,
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    pd.DataFrame(rows, columns=["line", "period", "value"], dtype=str)[order].to_csv(
        path, index=False, encoding=encoding
    )
    found = read_table(path, ["line", "period", "value"]).cells
    expected = {
        row: [cell.strip() for cell in cells]
        for row, cells in enumerate(rows, start=2)
        if any(cell.strip() for cell in cells)
    }
    assert dict(zip(found.index, found.to_numpy().tolist(), strict=True)) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_chinese_text_reads_the_same_in_every_encoding_that_chinese_excel_writes(
    tmp_path: Path, encoding: str
) -> None:
    path = write(tmp_path, "line,note\nHD,含一次性政策补贴\n".encode(encoding))
    assert read_table(path, ["line", "note"]).cells["note"].tolist() == ["含一次性政策补贴"]


@pytest.mark.parametrize(
    "said", ["line\n华东\n".encode("utf-16-le"), b"\xff\xfel", b"line\n\xff\xff\n", b"a\0b"]
)
def test_another_encoding_is_named_as_the_fault(tmp_path: Path, said: bytes) -> None:
    with pytest.raises(DataProblems) as caught:
        read_table(write(tmp_path, said), ["line"])
    assert faults(caught) == [("csv_encoding", "table.csv")]


def test_the_first_sheet_of_a_workbook_reads_like_the_same_csv(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["date", "value", "leads"],
        [dt.date(2025, 1, 31), 12, 0.5],
        [None, None, None],
        ["x", "1,200", 1],
    ):
        book.active.append(row)
    book.save(tmp_path / "table.xlsx")
    columns = ["date", "value", "leads"]
    sheet = read_table(tmp_path / "table.xlsx", columns).cells
    same = write(tmp_path, 'date,value,leads\n2025-01-31,12,0.5\n,,\nx,"1,200",1\n')
    pd.testing.assert_frame_equal(sheet, read_table(same, columns).cells)


def test_a_damaged_workbook_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataProblems) as caught:
        read_table(write(tmp_path, b"PK\x03\x04 not really", "table.xlsx"), ["line"])
    assert faults(caught) == [("csv_not_a_workbook", "table.xlsx")]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("", ("csv_nothing", "table.csv")),
        ("lane,value\nA,1\n", ("csv_missing_column", "table.csv, row 1")),
        ("line,value,LINE\nA,1,B\n", ("csv_column_twice", "table.csv, row 1")),
        ("line,value\nA,1\nB,1,200\n", ("csv_row_too_long", "table.csv, row 3")),
        ('line,value\nA,"1\n', ("csv_broken", "table.csv")),
    ],
)
def test_a_table_that_cannot_be_read_says_where(tmp_path: Path, said: str, fault: tuple[str, str]) -> None:
    with pytest.raises(DataProblems) as caught:
        read_table(write(tmp_path, said), ["line"], ["value"])
    assert faults(caught) == [fault]


def test_a_column_that_is_missing_is_told_by_its_name_in_the_readers_language_too(tmp_path: Path) -> None:
    with pytest.raises(DataProblems) as caught:
        read_table(write(tmp_path, "lane,one_off\nA,1\n"), ["line"], ["one_off"])
    (problem,) = caught.value.problems
    assert "缺少列：line（分解行）。" in problem.sentence("zh-CN")
    assert "line、one_off" not in problem.sentence("zh-CN")
    assert "line, one_off; " in problem.sentence("en")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataProblems) as caught:
        read_table(tmp_path / "history.csv", ["line"])
    assert faults(caught) == [("csv_missing_file", "history.csv")]


def test_short_rows_and_empty_cells_beyond_the_titles_are_forgiven(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "line,value,,\nA\n,,,\nB,2,,\n"), ["line", "value"])
    assert table.others == ()
    assert table.cells.to_numpy().tolist() == [["A", ""], ["B", "2"]]


@given(st.floats(-1e12, 1e12, allow_subnormal=False))
def test_a_number_survives_its_usual_spellings(value: float) -> None:
    rounded = float(f"{value:.4f}")
    assert number_told(f"{value:,.4f}") == number_told(f"{value:.4f}") == rounded
    assert (
        number_told(f"  {value:.4f}".translate(str.maketrans("0123456789.", "０１２３４５６７８９．")))
        == rounded
    )
    assert number_told(f"{value:.4f}%") == pytest.approx(rounded / 100)


@pytest.mark.parametrize(
    "said", ["", "无", "1,20", "12,34,567", "inf", "nan", "1e999", "0x10", "1_000", "--1", "(5)", "%"]
)
def test_what_is_no_number_is_not_guessed_at(said: str) -> None:
    assert math.isnan(number_told(said))


def test_numbers_report_each_bad_cell_by_row(tmp_path: Path) -> None:
    said = ["8", "x", "", "-1", "12", '"1,200"', "inf"]
    table = read_table(
        write(tmp_path, "value,line\n" + "".join(f"{each},A\n" for each in said)), ["value", "line"]
    )
    found = table.numbers("value", 0, 10, unknown=())
    np.testing.assert_array_equal(found, [8, np.nan, np.nan, -1, 12, 1200, np.nan])
    assert [(problem.code, problem.where) for problem in table.problems] == [
        ("csv_empty", "table.csv, row 4, column value"),
        ("csv_not_a_number", "table.csv, row 3, column value"),
        ("csv_not_a_number", "table.csv, row 8, column value"),
        ("csv_out_of_range", "table.csv, row 5, column value"),
        ("csv_out_of_range", "table.csv, row 6, column value"),
        ("csv_out_of_range", "table.csv, row 7, column value"),
    ]


@pytest.mark.parametrize(
    ("said", "meant"),
    [("江苏", "江苏 (HD-JS)"), ("hd-js", "HD-JS"), ("ＨＤ－ＪＳ", "HD-JS"), ("HD-ZI", "HD-ZJ"), ("?", None)],
)
def test_a_code_is_suggested_for_a_code_and_a_name_with_its_code_for_a_name(
    said: str, meant: str | None
) -> None:
    assert nearest(said, KNOWN) == meant


def test_names_are_alike_for_suggestions_as_they_are_for_codes() -> None:
    assert nearest("ABCD", {"0-1": "ＡＢＣ"}) == "ＡＢＣ (0-1)"


@pytest.mark.parametrize(
    "said", ["2025-01-31", "2025/1/31", "2025.01.31", "31.01.2025", "2025年1月31日", "２０２５－０１－３１"]
)
def test_a_date_reads_in_the_usual_spellings(tmp_path: Path, said: str) -> None:
    table = read_table(write(tmp_path, f"date\n{said}\n"), ["date"])
    assert table.dates("date").tolist() == [dt.date(2025, 1, 31)]
    assert not table.problems


def test_every_repeated_row_names_the_first(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "line,period\nA,1\nA,2\nA,1\nA,1\n"), ["line", "period"])
    table.unique(["line", "period"])
    assert [(problem.where, problem.fields["first"]) for problem in table.problems] == [
        ("table.csv, row 4, column period", 2),
        ("table.csv, row 5, column period", 2),
    ]


COLUMNS = ["line", "period", "value"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "；", "，"])
@pytest.mark.parametrize(
    "titles", [["line", "period", "value"], ["行", "期间", "数值"], ["Line", "quarter", "Result"]]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_any_separator_and_titles_in_either_language_read_the_same(
    tmp_path: Path, separator: str, titles: list[str], encoding: str
) -> None:
    said = "\r\n".join(separator.join(row) for row in (titles, ["A", "2024Q4", "1.5"], ["B", "2024Q4", ""]))
    table = read_table(write(tmp_path, said.encode(encoding)), COLUMNS)
    assert table.cells.to_numpy().tolist() == [["A", "2024Q4", "1.5"], ["B", "2024Q4", ""]]
    assert table.others == ()


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"'])
def test_excel_s_own_line_names_the_separator_and_counts_for_none(tmp_path: Path, line: str) -> None:
    table = read_table(write(tmp_path, f"{line}\r\nline;value\r\nA,B;5\r\nC;x\r\n"), ["line", "value"])
    assert table.cells["line"].tolist() == ["A,B", "C"]
    table.numbers("value")
    assert [problem.where for problem in table.problems] == ["table.csv, row 3, column value"]


def test_a_comma_that_may_be_decimal_or_part_thousands_is_not_guessed_at(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "line;value\nA;1,200\nB;1,5\nC;1200.5\n"), ["line", "value"])
    table.numbers("value")
    assert [(problem.code, problem.where) for problem in table.problems] == [
        ("csv_not_a_number", "table.csv, row 3, column value"),
        ("csv_comma", "table.csv, row 2, column value"),
    ]


def test_words_above_the_titles_are_passed_over(tmp_path: Path) -> None:
    said = "2024 年数据,,\n单位：家,,\n,,\n行,期间,数值\nA,2024Q4,x\n"
    table = read_table(write(tmp_path, said), COLUMNS)
    table.numbers("value")
    assert [problem.where for problem in table.problems] == ["table.csv, row 5, column 数值"], (
        "as the file has it"
    )


def test_an_unknown_word_is_told_once_with_how_many_rows_say_it(tmp_path: Path) -> None:
    said = (
        "line,value\n"
        + "Atlantis,1\nJiangsu,1\n" * 40
        + "Jiansu,2\n"
        + "".join(f"Q{n},1\n" for n in range(20))
    )
    table = read_table(write(tmp_path, said), ["line", "value"])
    assert (table.codes("line", {"JS": "Jiangsu"}) < 0).sum() == 61
    told = {problem.fields.get("value"): problem.sentence("en") for problem in table.problems}
    assert told["Atlantis"].startswith("table.csv, row 2 and 39 more rows, column line: ")
    assert "did you mean Jiangsu (JS)" in told["Jiansu"] and told["Jiansu"].startswith(
        "table.csv, row 82, column line: "
    )
    assert [*told][-2:] == ["Q10", None], "twelve words, and how many more there are"
    assert [one.fields["count"] for one in table.problems if one.code == "more_of_a_kind"] == [9]


def test_a_title_in_both_languages_is_there_twice(tmp_path: Path) -> None:
    with pytest.raises(DataProblems) as caught:
        read_table(write(tmp_path, "line,value,数值\nA,1,2\n"), ["line", "value"])
    assert faults(caught) == [("csv_column_twice", "table.csv, row 1")]


@pytest.mark.parametrize("said", ["1e300", "-1e16", "1e-9", "9" * 400])
def test_no_amount_that_nobody_can_mean_is_let_in(tmp_path: Path, said: str) -> None:
    table = read_table(write(tmp_path, f"line,value\nA,{said}\n"), ["line", "value"])
    table.numbers("value", low=0)
    assert [problem.code for problem in table.problems] in (["csv_absurd"], ["csv_not_a_number"])


def test_of_a_flood_of_faults_a_dozen_of_each_kind_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    rows = "".join(f"Z{k},{k % 3 or 'x'}\n" for k in range(3000)) + "A,1\n" * 500
    table = read_table(write(tmp_path, "line,value\n" + rows), ["line", "value"])
    table.codes("line", {"A": "A"})
    table.numbers("value")
    table.unique(["line"])
    told = list(table.problems)
    counted = {
        problem.where: int(str(problem.fields["count"]))
        for problem in told
        if problem.code == "more_of_a_kind"
    }
    assert len(told) <= 4 * 13
    assert sum(problem.code == "csv_not_a_number" for problem in told) == 12
    assert {1000 - 12, 499 - 12} <= set(counted.values())
    assert (
        sum(counted.values()) + sum(problem.code != "more_of_a_kind" for problem in told) == 3000 + 1000 + 499
    )


def test_a_file_of_more_than_we_read_is_refused_before_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("targetcal_xl.connect.decoding.MOST_BYTES", 1000)
    with pytest.raises(DataProblems) as caught:
        read_table(write(tmp_path, "line\n" + "A\n" * 1000), ["line"])
    assert faults(caught) == [("csv_too_big", "table.csv")]


@pytest.mark.parametrize("name", ["table.csv", "table.xls", "table.xlsx"])
@pytest.mark.parametrize(
    "said", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"PK\x03\x04", b"PK\x03\x04" + b"\xff" * 99]
)
def test_what_is_no_readable_workbook_is_named_whatever_it_is_called(
    tmp_path: Path, name: str, said: bytes
) -> None:
    with pytest.raises(DataProblems) as caught:
        read_table(write(tmp_path, said, name), ["line"])
    assert faults(caught) == [("csv_not_a_workbook", name)]


@given(st.binary(max_size=300))
def test_no_bytes_show_anything_but_a_sentence(tmp_path_factory: pytest.TempPathFactory, said: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.csv"
    for content in (said, b"line,value\n" + said, b"PK\x03\x04" + said):
        path.write_bytes(content)
        try:
            table = read_table(path, ["line", "value"])
        except DataProblems as caught:
            assert caught.problems
        else:
            table.numbers("value")
            table.unique(["line"])
