"""The formulas of a region's tab as JavaScript: they come to what the sheet's come to, whatever is typed."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import new
from targetcal_xl.calibration import Inputs, Key, Standing, Value
from targetcal_xl.calibration.vocabulary import JUSTIFICATION, DecisionKind, State
from targetcal_xl.desk.records import standing_of
from targetcal_xl.language import LANGUAGES
from targetcal_xl.ooxml import Scalar, Spot
from targetcal_xl.workbook import Places, Program, content, region_sheet, show_sheets, shown
from targetcal_xl.workbook.formulas import (
    Expression,
    abs_,
    and_,
    as_javascript,
    cell_at,
    clean,
    count,
    exp,
    find,
    fixed,
    if_,
    int_,
    is_number,
    left,
    length,
    ln,
    lower,
    max_,
    min_,
    normal_share,
    number_or_0,
    or_,
    round_,
    sign,
    sqrt,
    substitute,
    text_or_none,
    trim,
)
from targetcal_xl.workbook.layout import default_places
from tests.support import node
from tests.support.desks import Case
from tests.support.exploring import few
from tests.support.samples import sample_inputs

_TIMES = 60
_WORDS = (
    None, "", "无", "n/a", " - — ", "。。。", "none", "NONE.", "在手商机", "I confirm it", "确认无误",
    "两 行\n字", "　", "<b>&\"'", 7.0, 0.1, 1e15, 123456789.25, True, "=1+1", "5",
)  # fmt: skip


def _numbers(chance: random.Random, suggested: float) -> Scalar:
    near = [
        suggested,
        suggested - 1,
        suggested * 0.85,
        suggested * 3,
        suggested / 3,
        suggested + 0.5,
        0.0,
        -3.0,
    ]
    odd = [None, "", "220", "many", True, 1e9, suggested + 1e-10, 0.1 + 0.2]
    return chance.choice([*near, *odd, round(chance.uniform(0, 2 * suggested), chance.choice([0, 1, 5]))])


def _typed(inputs: Inputs, suggested: list[float], chance: random.Random) -> Iterator[tuple[Key, Scalar]]:
    """What somebody might have typed on the first region's tab."""
    region = inputs.plan.regions[0].code
    for line, value in zip(inputs.plan.lines_of(region), suggested, strict=False):
        yield (region, line.code, "declared"), _numbers(chance, value)
        yield (region, line.code, "counter"), chance.choice([None, None, value, _numbers(chance, value)])
        yield (region, line.code, "decision"), chance.choice([None, "maybe", *DecisionKind])
        yield (region, line.code, "agree"), chance.choice([None, "yes", "no"])
        for code in (*JUSTIFICATION, "decision_reason", "comment"):
            yield (region, line.code, code), chance.choice(_WORDS)
    for row in ("S01", "S02", "S10"):
        for code in ("line", "kind", "what", "quantity", "unit", "due"):
            yield (region, row, code), chance.choice(_WORDS)
    yield (region, None, "status"), chance.choice([None, "draft", "submitted", " submitted "])
    yield (region, None, "submitter"), chance.choice(_WORDS)


_KINDS = {
    "sums": {},
    "low is better, in steps of 0.1, weighed": {"kind": "mean", "direction": -1, "step": 0.1, "unit": "天"},
    "a share of 1": {"kind": "ratio", "step": 0.01, "distance": "shortfall", "unit": ""},
    "percent": {"kind": "ratio", "step": 0.1, "distance": "shortfall", "unit": "%", "whole": 100.0},
}


def _inputs(kind: str) -> Inputs:
    inputs = sample_inputs((3, 1))
    changes = dict(_KINDS[kind])
    metric = replace(inputs.plan.metric, **changes)  # type: ignore[arg-type]
    scale = metric.whole / 400 if metric.is_share else 1.0
    lines = tuple(replace(line, volume=100.0 * (k + 1)) for k, line in enumerate(inputs.plan.lines))
    plan = replace(inputs.plan, metric=metric, lines=lines, hq_target=inputs.plan.hq_target * scale)
    history = replace(
        inputs.history, values=inputs.history.values * scale, one_off=inputs.history.one_off * scale
    )
    return replace(inputs, plan=plan, history=history)


def _standing(inputs: Inputs, folder: Path, language: str, round_: int) -> Standing:
    case = Case(folder, inputs, language=language)
    with case.desk(create=True) as desk:
        new(desk, inputs, language)
        standing = standing_of(desk.ledger)
    state: dict[Key, Value] = {("R1", None, "round"): round_, ("R1", None, "state"): State.OPEN}
    return replace(standing, values={**standing.values, **state})


@pytest.mark.parametrize(
    ("kind", "language"),
    few(
        [pytest.param(kind, code, id=f"{kind}-{code}") for kind in _KINDS for code in LANGUAGES],
        {"sums-zh-CN", "low is better, in steps of 0.1, weighed-en", "a share of 1-zh-CN", "percent-en"},
    ),
)
def test_a_page_computes_what_the_sheet_does(kind: str, language: str, tmp_path: Path) -> None:
    inputs, chance = _inputs(kind), random.Random(f"{kind}{language}")
    standing = _standing(inputs, tmp_path, language, 2)
    places, code = default_places(inputs, language), region_sheet("R1")
    sets = [dict(_typed(inputs, standing.baseline.suggested.tolist(), chance)) for _ in range(_TIMES)]
    sheets = show_sheets(standing, {}, language, (code, "settings", "baseline"))
    program = sheets[code].program(sheets)
    found = node.computed(program, [_cells(typed, places, language) for typed in sets])
    assert len(program.formulas) > 30
    for typed, told in zip(sets, found, strict=True):
        wanted = content(standing, typed, places, {code})[code]
        differing = {
            spot: (told[spot], wanted[spot].value)
            for spot in told
            if not _same(told[spot], wanted[spot].value)
        }
        assert differing == {}, typed


def _cells(typed: dict[Key, Value], places: Places, language: str) -> dict[Spot, Scalar]:
    kinds = {"status": "choice", "decision": "choice", "agree": "choice"}
    return {
        places.find(key)[1]: value if key[2] not in kinds else shown(value, "choice", language)
        for key, value in typed.items()
    }


def _same(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-9)
    return one == other


_SCALARS: tuple[Scalar, ...] = (
    None, 0.0, 1.0, -1.0, 2.5, -2.5, 0.5, 1.005, 2.675, 0.285, 1e15, 1e-7, 123456.789, -0.04, 1e20, 3.3,
    "", " two  words ", "Two", "two", "TWO\x07s", "wo", "5", "　宽", "a$&b", True, False,
)  # fmt: skip


def _operations(a: Expression, b: Expression) -> dict[str, Expression]:
    """Everything that formulas are made of, on two cells."""
    two = {"+": a + b, "-": a - b, "*": a * b, "/": a / b, "&": a & b, "=": a.equals(b)}
    two |= {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "^2": a**2, "neg": -a}
    of_numbers = (abs_, sign, int_, exp, ln, sqrt, normal_share)
    of_texts = (lower, trim, clean)
    one = {f"number {k}": function(a) for k, function in enumerate(of_numbers)}
    one |= {f"text {k}": function(a) for k, function in enumerate(of_texts)}
    one |= {f"round {k}": round_(a, k) for k in (0, 1, 2, 4)} | {f"fixed {k}": fixed(a, k) for k in (0, 2)}
    one |= {"N": number_or_0(a), "T": text_or_none(a), "LEN": length(a), "LEFT": left(a, 3)}
    one |= {"ISNUMBER": is_number(a), "SUBSTITUTE": substitute(a, "wo", "$&"), "COUNT": count(a, b)}
    two |= {"FIND": find(a, b), "MAX": max_(a, b), "MIN": min_(a, b), "IF": if_(is_number(a), a, b)}
    return {**two, **one, "AND": and_(is_number(a), a > b), "OR": or_(a > b, is_number(b))}


def test_every_sign_and_function_does_on_a_page_what_it_does_on_a_sheet() -> None:
    pairs = [(one, other) for one in _SCALARS for other in _SCALARS]
    held, formulas, wanted = dict[Spot, Scalar](), dict[Spot, str](), dict[Spot, tuple[str, object]]()
    for row, (one, other) in enumerate(pairs, 1):
        held |= {(row, 1): one, (row, 2): other}
        cells = cell_at(f"$A${row}", one), cell_at(f"$B${row}", other)
        for column, (name, operation) in enumerate(_operations(*cells).items(), 3):
            formulas[row, column] = as_javascript(str(operation.written), row, lambda tab, spot: None)
            wanted[row, column] = f"{name} of {one!r} and {other!r}", operation.told[0]
    (found,) = node.computed(Program(held, formulas), [{}])
    assert {told for spot, (told, value) in wanted.items() if not _same(found[spot], value)} == set()


@pytest.mark.parametrize(
    ("formula", "printed"),
    [
        ("1+2*3", "add(1,mul(2,3))"),
        ("-$C10^2", "pow(neg(at(r,3)),2)"),
        ('"say ""yes"""&A$3', 'cat("say \\"yes\\"",at(3,1))'),
        ("SUM($C$1:$C11)", "SUM(over(1,3,r+1,3))"),
        ("IF(TRUE,'My tab''s'!$B$2,1e-9)", 'IF(true,"there",1e-9)'),
        ("1-2-3<=4", "le(sub(sub(1,2),3),4)"),
    ],
)
def test_a_formula_is_printed_as_spreadsheets_read_it(formula: str, printed: str) -> None:
    assert (
        as_javascript(formula, 10, lambda tab, spot: "there" if (tab, spot) == ("My tab's", (2, 2)) else None)
        == printed
    )


@pytest.mark.parametrize("formula", ["1+", "NOW()", "(1", "1)", "{1,2}", "alert(1)", "$A$1 $B$2", '"open'])
def test_what_is_no_formula_of_ours_is_not_printed(formula: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        as_javascript(formula, 1, lambda tab, spot: None)
