"""Survey answers: read without saying whose they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from targetcal_xl.connect import Responses, read_responses
from targetcal_xl.problems import DataProblems
from tests.support.samples import sample_plan


def read(folder: Path, said: str) -> Responses:
    path = folder / "survey.csv"
    path.write_text(said, "utf-8")
    return read_responses(path, sample_plan())


def faults(folder: Path, said: str) -> list[tuple[str, str]]:
    with pytest.raises(DataProblems) as caught:
        read(folder, said)
    return [(problem.code, problem.where) for problem in caught.value.problems]


def test_answers_are_a_region_and_a_score(tmp_path: Path) -> None:
    assert read(tmp_path, "score,region,note\n5,R1,\n3,R2,\n") == Responses(("R1", "R2"), (5.0, 3.0))


@pytest.mark.parametrize("title", ["姓名", "name", "E-mail", "工号", "submitted at"])
def test_a_column_that_could_tell_who_answered_is_refused_by_name(tmp_path: Path, title: str) -> None:
    found = faults(tmp_path, f"region,{title},score\nR1,x,5\n")
    assert found == [("csv_personal_column", f"survey.csv, row 1, column {title}")]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("R1,0", "csv_out_of_range", "score"),
        ("R1,6", "csv_out_of_range", "score"),
        ("R1,3.5", "csv_not_whole", "score"),
        ("R1,", "csv_empty", "score"),
        ("R1,同意", "csv_not_a_number", "score"),
        ("R7,3", "csv_unknown_code", "region"),
    ],
)
def test_a_fault_is_named_by_row_and_column(tmp_path: Path, row: str, code: str, column: str) -> None:
    assert faults(tmp_path, f"region,score\nR1,5\n{row}\n") == [(code, f"survey.csv, row 3, column {column}")]
