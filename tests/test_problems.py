"""Problems in any number: each kind is told, none floods."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.cli.show import plain
from targetcal_xl.problems import MOST_OF_A_KIND, Found, Place, Problem
from targetcal_xl.telling import tell_problems

CODES = ("not_confirmed", "no_actuals", "csv_empty")


@given(st.lists(st.sampled_from(CODES), max_size=80))
def test_a_dozen_of_each_kind_are_kept_in_order_and_the_rest_are_counted(codes: list[str]) -> None:
    found = list(Found(Problem(code, str(k)) for k, code in enumerate(codes)))
    kept = [problem for problem in found if problem.code != "more_of_a_kind"]
    assert [int(problem.where) for problem in kept] == sorted(int(problem.where) for problem in kept)
    times = Counter(codes)
    assert Counter(problem.code for problem in kept) == {
        code: min(count, MOST_OF_A_KIND) for code, count in times.items()
    }
    rest = [problem.fields["count"] for problem in found if problem.code == "more_of_a_kind"]
    assert Counter(rest) == Counter(
        count - MOST_OF_A_KIND for count in times.values() if count > MOST_OF_A_KIND
    )
    assert list(Found(found)) == found


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_hundred_thousand_problems_are_a_dozen_lines_and_a_number(language: str) -> None:
    many = [Problem("csv_empty", f"history.csv, row {k}, column value") for k in range(2, 100_002)]
    said = [sentence.said for sentence in tell_problems(many, language)]
    assert len(said) == MOST_OF_A_KIND + 1
    assert "99988" in said[-1] and "row 13" in said[-1]
    assert len(json.dumps(plain({"problems": many}))) < 10_000


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "answers.csv, row 3, column score: There is no line “R7”: did you mean R1, R2?"),
        ("zh-CN", "answers.csv 第 3 行“score”列：没有分解行“R7”，是否指：R1、R2？"),
    ],
)
def test_places_and_lists_are_told_as_a_language_tells_them(language: str, sentence: str) -> None:
    where = Place("connect.place.cell", {"file": "answers.csv", "row": 3, "column": "score"})
    problem = Problem("line_unknown_anywhere", where, {"said": "R7", "known": ("R1", "R2")})
    assert problem.sentence(language) == sentence


def test_a_place_in_words_is_a_text_like_any_other() -> None:
    where = Place("connect.place.row", {"file": "answers.csv", "row": 3})
    assert where == "answers.csv, row 3" and json.dumps(where) == '"answers.csv, row 3"'
