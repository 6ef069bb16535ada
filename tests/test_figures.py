"""Figures look the same wherever they are told: by the metric's step, in one unit, without dust."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.figures import Figures, figures, percent, plain, rounded, spell, typed
from targetcal_xl.language import LANGUAGES
from tests.support.samples import METRIC

_YUAN = replace(METRIC, unit="元", step=10000.0)
_STEPS = st.sampled_from([1e-6, 0.001, 0.01, 0.5, 1.0, 7.0, 25.0, 100.0, 10000.0, 1e6])
_LARGE = st.floats(-1e12, 1e12)


def _read(said: str) -> Decimal:
    return Decimal(said.replace(",", "").replace("−", "-"))


@pytest.mark.parametrize(
    ("language", "step", "largest", "said"),
    [
        ("zh-CN", 1e4, 3.6e9, "360,000 万元"),
        ("en", 1e4, 3.6e9, "3,600.00 million 元"),
        ("en", 1e4, 9.9e7, "99,000 thousand 元"),
        ("zh-CN", 1e6, 9.9e13, "990,000.00 亿元"),
        ("zh-CN", 1e4, 120000, "120,000 元"),
        ("zh-CN", 1.0, 3.6e9, "3,600,000,000 元"),
    ],
)
def test_large_targets_are_told_in_a_larger_unit_of_the_language_where_that_is_exact(
    language: str, step: float, largest: float, said: str
) -> None:
    assert figures(replace(_YUAN, step=step), language, [largest, step]).told(largest) == said


@given(
    _STEPS, st.integers(0, 10**9), st.sampled_from(LANGUAGES), st.sampled_from(["元", "万元", "customers"])
)
def test_no_target_loses_a_digit_by_its_unit(step: float, steps: int, language: str, unit: str) -> None:
    target = round(steps * step, 9)
    told = figures(replace(METRIC, step=step, unit=unit), language, [target, step])
    assert _read(told.number(target)).scaleb(told.power) == Decimal(f"{target:.15g}")


@given(_STEPS, _LARGE, st.sampled_from(LANGUAGES))
def test_numbers_are_rounded_half_up_with_the_decimals_of_the_step(
    step: float, value: float, language: str
) -> None:
    metric = replace(METRIC, step=step)
    place = Decimal(1).scaleb(-metric.decimals)
    wanted = Decimal(f"{value:.15g}").quantize(place, ROUND_HALF_UP)
    assert _read(Figures(metric, language).number(value)) == wanted


@given(_LARGE, st.sampled_from(LANGUAGES))
def test_no_number_is_scientific_or_has_the_dust_of_arithmetic(value: float, language: str) -> None:
    for said in (plain(value, language), typed(value), Figures(METRIC, language).number(value)):
        assert re.fullmatch(r"[−-]?[\d,]+(\.\d+)?", said)
    assert plain(round(value, 3) + 1e-13, language) == plain(round(value, 3), language)


@given(st.floats(-0.0004, 0.0004), st.sampled_from(LANGUAGES))
def test_what_is_rounded_to_nothing_has_no_sign(share: float, language: str) -> None:
    assert percent(share, language, 1, signed=True) == "0.0%"
    assert Figures(METRIC, language).signed(share) == "0"


@given(st.lists(st.floats(1, 1e12), min_size=1, max_size=8), st.sampled_from(LANGUAGES))
def test_the_numbers_of_a_picture_share_a_unit_and_are_short(values: list[float], language: str) -> None:
    said = rounded(values, Figures(METRIC, language))
    units = {re.sub(r"[\d,.]", "", one) for one in said}
    assert len(units) == 1
    assert all(len(one) <= 9 for one in said)


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=8), st.sampled_from(LANGUAGES))
def test_a_difference_in_a_picture_has_a_sign_unless_nothing_is_left_of_it(
    values: list[float], language: str
) -> None:
    whole, *differences = rounded([1e12, *values], Figures(METRIC, language), range(1, 9))
    assert whole[0].isdecimal()
    for value, said in zip(values, differences, strict=True):
        is_nothing = not re.search("[1-9]", said)
        assert said[0] == "0" if is_nothing else said[0] == ("+" if value > 0 else "−")


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 6))
def test_every_finite_number_can_be_told(value: float, decimals: int) -> None:
    said = spell(value, "en", decimals).replace(",", "").replace("−", "-")
    off = abs(Decimal(said or 0) - Decimal(value))
    assert off <= max(abs(Decimal(value)) * Decimal("1e-14"), Decimal(10) ** -decimals)
