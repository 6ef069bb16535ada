"""One rule says when two values are the same."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import Value, same_value
from targetcal_xl.calibration.values import kept

_NUMBERS = st.floats(-1e300, 1e300) | st.integers(-(10**15), 10**15)
_VALUES = st.none() | st.booleans() | _NUMBERS | st.text(max_size=3)


@given(_NUMBERS)
def test_a_number_kept_to_15_digits_is_the_same_number(number: float) -> None:
    assert same_value(number, float(f"{number:.15g}"))
    assert same_value(float(f"{number:.15g}"), number)


@given(st.floats(1e-2, 1e15), st.floats(1e-9, 1e-3))
def test_a_number_that_differs_in_its_ninth_digit_is_another(number: float, share: float) -> None:
    assert not same_value(number, number * (1 + share))


@given(st.integers(-(10**16), 10**16).map(float), st.sampled_from([None, 1, 0.25, 10]))
def test_a_whole_number_is_kept_to_its_15_digits_whatever_the_step(number: float, step: float | None) -> None:
    whole = number if not step else round(number / step) * step
    assert kept(whole, step) == float(f"{whole:.15g}")


@given(_VALUES, _VALUES)
def test_the_order_does_not_matter_and_every_value_is_itself(a: Value, b: Value) -> None:
    assert same_value(a, a)
    assert same_value(a, b) == same_value(b, a)


def test_what_was_typed_and_what_libreoffice_kept_of_it_are_the_same() -> None:
    assert same_value(99.999999999999986, 100)
    assert same_value(0.1 + 0.2, 0.3)
    assert same_value(0.3 - 0.1 - 0.2, 0)


@pytest.mark.parametrize(
    ("a", "b"),
    [(True, 1), (False, 0), (True, False), (True, 1.0), (None, ""), (None, 0), ("1", 1), ("a", "A")],
)  # fmt: skip
def test_truth_numbers_texts_and_nothing_are_never_one_another(a: Value, b: Value) -> None:
    assert not same_value(a, b)
    assert not same_value(b, a)


def test_numbers_that_no_cell_holds_are_compared_without_a_fault() -> None:
    assert same_value(10**400, 10**400)
    assert not same_value(10**400, 1.0)
    assert not same_value(math.nan, math.nan)
    assert not same_value(math.inf, 1e308)
