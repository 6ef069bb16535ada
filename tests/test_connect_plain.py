"""Plain tables that are read many rows at once say what they say row by row."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from targetcal_xl.connect.plain import TableRows, plain_table
from targetcal_xl.connect.tables import read_table

PIECES = st.sampled_from(
    [
        "a",
        "1",
        "-2.5",
        "NA",
        "",
        " ",
        "\t",
        "\u3000",
        "\u2028",
        "\x1c",
        "#",
        "'",
        "\\",
        "\ufeff",
        ",",
        ",",
        ",",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "，",
        "日",
        "n/a",
        "None",
        "1e5",
        "0x1",
    ]
)


def row_by_row(said: str, separator: str, above: int, width: int) -> dict[int, list[str]] | None:
    """The same as a plain reader of CSV has it; None where a cell is beyond the titles."""
    rows = [*enumerate(csv.reader(io.StringIO(said, newline=""), delimiter=separator), start=1)][above:]
    if any(cell for _, cells in rows for cell in cells[width:]):
        return None
    told = {row: [*(cell.strip() for cell in cells), *[""] * width][:width] for row, cells in rows}
    return {row: told[row] for row, cells in rows if any(cell.strip() for cell in cells)}


def rows_in(found: TableRows) -> dict[int, list[str]]:
    columns = [words.whole.tolist() for _, words in sorted(found.columns.items())]
    return dict(zip(found.rows.tolist(), map(list, zip(*columns, strict=True)), strict=True))


def test_a_row_that_only_unwanted_columns_fill_counts_and_keeps_its_number() -> None:
    found = plain_table("a,b\n1,x\n ,y\n , \n2,\n", ",", 1, (2, [0]))
    assert found is not None and rows_in(found) == {2: ["1"], 3: [""], 5: ["2"]}


@given(st.lists(PIECES, max_size=40).map("".join), st.integers(1, 4), st.integers(0, 2))
@example("\ufeff", 1, 0)
@example("1,2\n1,2,,9\n", 2, 0)
@example("1,2,,9\n", 2, 0)
@example("1,2,,,\n", 2, 0)
@example("1,2\n\n \n3\n", 2, 0)
@example("a,b\n1,2\n\n", 2, 1)
def test_a_table_read_at_once_is_the_one_read_row_by_row_or_none(said: str, width: int, above: int) -> None:
    found, expected = (
        plain_table(said, ",", above, (width, range(width))),
        row_by_row(said, ",", above, width),
    )
    if found is not None:
        assert rows_in(found) == expected


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_usual_tables_are_read_at_once(separator: str) -> None:
    said = separator.join(["2025-01-06", "R1-1", " 3 "]) + "\n"
    found = plain_table(said * 3, separator, 1, (3, range(3)))
    assert found is not None and rows_in(found) == {row: ["2025-01-06", "R1-1", "3"] for row in (2, 3)}


def test_quotes_anywhere_change_nothing_in_what_a_table_says(tmp_path: Path) -> None:
    rows = "".join(f"2025-01-06,R{row},{row}\n" for row in range(50))
    plain, quoted = tmp_path / "plain.csv", tmp_path / "quoted.csv"
    plain.write_text("date,line,value\n\n" + rows, "utf-8")
    quoted.write_text('"date",line,value\n\n' + rows, "utf-8")
    columns = ["date", "line", "value", "leads"]
    one, other = (read_table(path, columns[:3], columns[3:]).cells for path in (plain, quoted))
    pd.testing.assert_frame_equal(one, other)
