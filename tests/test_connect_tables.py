"""Tables as people keep them: encodings, numbers, and every fault with its row."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.connect import read_table
from targetcal_xl.connect.tables import nearest, number
from targetcal_xl.problems import DataProblems

PLAIN_TEXT = st.text(st.characters(codec="gb18030", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12)


def write(folder: Path, said: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(said if isinstance(said, bytes) else said.encode())
    return path


def faults(caught: pytest.ExceptionInfo[DataProblems]) -> list[tuple[str, str]]:
    return [(problem.code, problem.where) for problem in caught.value.problems]


@given(
    rows=st.lists(st.tuples(PLAIN_TEXT, PLAIN_TEXT, PLAIN_TEXT), max_size=8),
    order=st.permutations(["line", "period", "value"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
)
def test_a_table_reads_the_same_in_any_column_order_and_encoding(
    rows: list[tuple[str, str, str]], order: list[str], encoding: str
) -> None:
    frame = pd.DataFrame(rows, columns=["line", "period", "value"], dtype=str)
    said = frame[order].to_csv(index=False).encode(encoding)
    if encoding == "gb18030" and _reads_as_utf8(said):
        return  # a few GB18030 texts are valid UTF-8 too: nobody could tell
    found = read_table(_Named("table.csv", said), ["line", "period", "value"]).cells
    expected = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    assert found.to_numpy().tolist() == expected


def _reads_as_utf8(said: bytes) -> bool:
    try:
        return not said.isascii() and bool(said.decode())
    except UnicodeDecodeError:
        return False


class _Named(type(Path())):  # type: ignore[misc]
    """A file that is only its name and content."""
