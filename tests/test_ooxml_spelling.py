"""Formulas are compared by what they say, not by how a program spells them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.ooxml.spelling import same_formula

_NAMES = st.sampled_from(["SUM", "IF", "CONCAT", "NORM.DIST", "SUMPRODUCT"])
_LITERALS = st.floats(1e-12, 1e12).map(lambda number: f"{number:.15g}")
_TEXTS = st.text("aA $'!1,;=()#@\n", max_size=4).map(lambda said: '"' + said + '"')
_PLACES = st.sampled_from(
    ["A1", "$B$2", "C3:D4", "East!A1", "'My tab'!$A$1:$B$9", "'a''b'!C1", "大区!D4", "tc.level"]
)
_ATOMS = _LITERALS | _TEXTS | _PLACES | st.sampled_from(["TRUE", "FALSE", "#N/A", "{1,2;3,4}"])
_FORMULAS = st.recursive(
    _ATOMS,
    lambda inner: (
        st.builds("({}{}{})".format, inner, st.sampled_from(["+", "-", "*", "<=", "&", "^"]), inner)
        | st.builds("{}({},{})".format, _NAMES, inner, inner)
        | st.builds("-{}".format, inner)
        | st.builds("{}%".format, inner)
    ),
    max_leaves=8,
)


def _spelt(formula: str, by: int) -> str:
    """A formula as another program writes it: numbers, case, spaces, quotes, prefixes, truth, `=`."""
    pieces = re.split(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')""", formula)
    return "=" * (by % 2) + "".join(
        piece if k % 2 and not piece.startswith("'") else _piece(piece, by) for k, piece in enumerate(pieces)
    )


def _piece(said: str, by: int) -> str:
    if said.startswith("'"):
        return said
    said = re.sub(r"(?<!e)([,+*^&(])", r"\1 " if by % 2 else r"\1", said)
    said = re.sub(r"(?<![\w.$])\d+(\.\d+)?(e[+-]\d+)?(?![\w.!])", lambda found: _number(found[0], by), said)
    said = re.sub(r"\b(SUM|CONCAT|NORM\.DIST)\(", rf"{'_xlfn.' * (by % 3)}{'_xlws.' * (by % 2)}\1(", said)
    said = re.sub(r"\b(TRUE|FALSE)\b", r"\1()" if by % 2 else r"\1", said)
    said = said.replace("East!", "'East'!" if by % 3 else "East!")
    return said.lower() if by % 4 == 3 and "#" not in said else said


def _number(said: str, by: int) -> str:
    spellings = (f"{float(said):.17g}", f"{float(said):.14E}", repr(float(said)), said)
    return spellings[by % 4]


@given(_FORMULAS, st.integers(0, 11))
def test_a_formula_in_another_spelling_says_the_same(formula: str, by: int) -> None:
    assert same_formula(formula, _spelt(formula, by))
    assert same_formula(_spelt(formula, by), formula)


@given(_FORMULAS, st.data())
def test_a_formula_with_one_piece_exchanged_says_something_else(formula: str, data: st.DataObject) -> None:
    pieces = re.findall(r"""\"(?:[^"]|"")*"|'(?:[^']|'')*'|[\w.$#/]+|.""", formula, re.DOTALL)
    at = data.draw(st.integers(0, len(pieces) - 1))
    old = pieces[at]
    others = [
        f'"{old[1:-1]} "' if old.startswith('"') else f"{old}x",
        f'"{old[1:-1].swapcase()}x"' if old.startswith('"') else "Z99",
        {"+": "-", "-": "+", "*": "/", "&": "+", ",": ";", "^": "*"}.get(old, "9.5"),
    ]
    new = data.draw(st.sampled_from(others))
    assert not same_formula(formula, "".join([*pieces[:at], new, *pieces[at + 1 :]]))


@given(st.text("ABsum1.e+-\"'$!:(){},; #@=_x%[]\n", max_size=25), st.text("A1\"'(){ ,", max_size=12))
def test_what_nobody_can_read_is_compared_without_a_fault(one: str, other: str) -> None:
    assert same_formula(one, one)
    assert same_formula(one, other) == same_formula(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IF(A1<=0.000000001-B1,1,0)", "IF(A1<=1e-9-B1,1,0)"),
        ("A1*0.1", "A1*0.10000000000000001"),
        ("A1*12000", "A1*12e+3"),
        ("A1*12000", "A1*1.2E4"),
        ("SUM(A1:B2)", "sum( $A$1:$B$2 )"),
        ("_xlfn._xlws.SORT(A1:A3)", "SORT(@A1:A3)"),
        ("IF(A1,TRUE,FALSE)", "IF(a1, true(), False( ))"),
        ("'East'!A1+'a''b'!A1", "East!A1+'A''B'!a1"),
        ("SUM(A1:B2 B1:C3)", "SUM(A1:B2  B1:C3)"),
    ],
)
def test_spelling_never_makes_another_formula(one: str, other: str) -> None:
    assert same_formula(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('A1&"a b"', 'A1&"ab"'),
        ('A1&"TRUE()"', 'A1&"TRUE"'),
        ('A1&"a"', 'A1&"A"'),
        ('A1&"$A$1"', 'A1&"A1"'),
        ("SUM(A1:B2 B1:C3)", "SUM(A1:B2,B1:C3)"),
        ("A1", '"A1"'),
        ("TRUE", '"TRUE"'),
        ("1", '"1"'),
        ("-A1", "A1"),
        ("+A1", "A1"),
        ("A1%", "A1"),
        ("SUM(A1)", "(A1)"),
        ("A1*0.1", "A1*0.100000000000001"),
        ("1e-13", "2e-13"),
        ("1e999", "1e998"),
        ("inf", "infinity"),
        ("1_0", "10"),
        ("'ß'!A1", "'SS'!A1"),
        ("A1", ""),
    ],
)
def test_formulas_that_say_different_things_are_different(one: str, other: str) -> None:
    assert not same_formula(one, other)
