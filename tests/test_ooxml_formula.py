"""Formulas that several cells share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator

from targetcal_xl.ooxml.formula import moved

_PIECES = st.sampled_from(
    ["A5", "$B6", "C$7", "$D$8", "SUM(E9:$F10)", "LOG10(G11)", "'Q1 A1'!H12", "区!I13", "J:K", "$L:$M",
     "15:16", '"A1&B2"', "items[A1]", "tc.q1", "TRUE", "1E5", "#REF!", "IF(N14>=0.15,O15,-P16)"]
)  # fmt: skip


@given(st.lists(_PIECES, min_size=1, max_size=4), st.integers(-4, 9), st.integers(0, 9))
def test_references_move_as_openpyxl_moves_them(pieces: list[str], rows: int, columns: int) -> None:
    formula = "+".join(pieces)
    there = Translator("=" + formula, origin="K20").translate_formula(row_delta=rows, col_delta=columns)
    assert moved(formula, rows, columns) == there.removeprefix("=")


@pytest.mark.parametrize(
    ("formula", "there"),
    [("A1048576", "B1"), ("XFD1", "A2"), ("'A1 ''x'!A1", "'A1 ''x'!B2"), ("Q1!A1", "Q1!B2"), ("a1", "B2")],
)
def test_what_runs_over_the_edge_comes_in_again_at_the_other_side(formula: str, there: str) -> None:
    assert moved(formula, 1, 1) == there
