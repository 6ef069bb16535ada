"""Sentences say in both languages what the method found, in numbers that can be added up by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import ROUNDING, Explanation, Metric, Origin, Step
from targetcal_xl.calibration.vocabulary import EventsCode
from targetcal_xl.language import LANGUAGES
from targetcal_xl.sentences import why
from tests.support.samples import METRIC

_NAMES = {"events": "", "trend": "", "season": "", "market": "Market {0}", "heads": "人数", ROUNDING: ""}


def _explanation(
    start: int, amounts: list[int], origin: Origin = "last_year", unit: float = 1.0
) -> Explanation:
    steps = tuple(
        Step(code, amount * unit, _NAMES[code]) for code, amount in zip(_NAMES, amounts, strict=True)
    )
    suggested = (start + sum(amounts)) * unit
    return Explanation(origin, start * unit, steps, suggested)


def _said(explanation: Explanation, language: str = "en", metric: Metric = METRIC) -> str:
    return why(explanation, metric, language)


def test_a_chinese_reader_is_told_the_way_to_the_suggestion() -> None:
    said = _said(_explanation(210, [-30, 25, -2, 12, 5, 0]), "zh-CN")
    assert said == (
        "去年同期 210；剔除一次性事件 −30，常态为 180；有利因素：趋势 +25、Market {0} +12、人数 +5；"
        "不利因素：季节 −2；建议 220 家（较去年同期 +4.8%）。"
    )


def test_an_english_reader_is_told_the_same() -> None:
    said = _said(_explanation(1210, [-30, 25, -2, 12, 5, 0]))
    assert said == (
        "Same period last year 1,210; one-off events taken out −30, which leaves 1,180; "
        "in favour: trend +25, Market {0} +12, 人数 +5; against: season −2; "
        "suggested: 1,220 家 (+0.8% on last year)."
    )


def test_where_less_is_better_a_fall_is_in_favour() -> None:
    days = replace(METRIC, direction=-1, kind="mean", step=0.1, unit="days")
    said = _said(_explanation(60, [0, -4, 1, -2, 0, 0], unit=0.1), metric=days)
    assert "in favour: trend −0.4, Market {0} −0.2" in said
    assert "against: season +0.1" in said
    assert said.endswith("suggested: 5.5 days (−8.3% on last year).")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("origin", ["partly", "history", "panel"])
def test_without_last_year_there_is_no_comparison_with_it(origin: Origin, language: str) -> None:
    said = _said(_explanation(100, [0, 5, 0, 0, 0, 0], origin), language)
    assert "%" not in said and "105" in said and "100" in said


def test_a_suggestion_that_is_last_year_s_figure_says_so() -> None:
    assert "the same as last year" in _said(_explanation(100, [0, 0, 0, 0, 0, 0]))
    assert "与去年同期持平" in _said(_explanation(100, [-5, 5, 0, 0, 0, 0]), "zh-CN")


def test_losses_that_will_not_come_again_are_made_good() -> None:
    assert "one-off losses made good +20, which makes 120" in _said(_explanation(100, [20, 0, 0, 0, 0, 0]))


@pytest.mark.parametrize("happened", ["past", "trend", "both"])
@pytest.mark.parametrize("direction", [1, -1])
def test_a_loss_is_what_last_year_lacked_of_something_good(
    happened: EventsCode, direction: Literal[1, -1]
) -> None:
    """No sign tells whether what bent a trend was a gain or a loss, nor is a complaint less one."""
    explanation = replace(_explanation(100, [20, 0, 0, 0, 0, 0]), happened=happened)
    metric, is_loss = replace(METRIC, direction=direction), happened == "past" and direction > 0
    assert ("loss" in _said(explanation, metric=metric)) == is_loss
    assert ("损失" in _said(explanation, "zh-CN", metric)) == is_loss
    assert "+20" in _said(explanation, metric=metric)


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        ("past", "one-off events taken out −30, which leaves 180"),
        ("trend", "one-off events of other periods left out −30, which would otherwise have bent the trend"),
        ("both", "one-off events of last year's period and of others taken out −30"),
    ],
)
def test_a_reader_is_told_where_the_events_were(happened: EventsCode, said: str) -> None:
    explanation = replace(_explanation(210, [-30, 25, -2, 12, 5, 0]), happened=happened)
    assert f"Same period last year 210; {said}; in favour: trend +25" in _said(explanation)


def test_a_cut_off_interval_is_told_with_its_reason() -> None:
    explanation = replace(_explanation(210, [0, 25, -2, 12, 5, 0]), held=True)
    assert _said(explanation).endswith(
        "last year). The interval is cut off where this history no longer carries it: "
        "it is too short or too uneven for a wider one."
    )
    assert _said(explanation, "zh-CN").endswith("。历史太短或波动太大，撑不起更宽的区间，故区间在此截断。")


def test_a_suggestion_that_stops_at_all_of_a_share_says_so() -> None:
    explanation = replace(_explanation(967, [0, 44, 16, 0, 0, -27], unit=0.001), full=True)
    share = replace(METRIC, kind="ratio", step=0.001, unit="")
    assert _said(explanation, metric=share).endswith(
        "A share is 1 at the most: what would be beyond it is not suggested."
    )
    assert _said(explanation, "zh-CN", share).endswith("。比率最多为 1，超出部分不计入建议。")


_SMALL = st.integers(-500, 500)


@given(
    st.integers(0, 5000),
    st.lists(_SMALL, min_size=6, max_size=6),
    st.sampled_from(["last_year", "partly", "history", "panel"]),
    st.sampled_from(["past", "trend", "both"]),
    st.sampled_from(LANGUAGES),
    st.sampled_from([METRIC, replace(METRIC, step=0.1), replace(METRIC, step=0.01, direction=-1)]),
)
def test_the_numbers_of_a_sentence_add_up(
    start: int, amounts: list[int], origin: Origin, happened: EventsCode, language: str, metric: Metric
) -> None:
    told = replace(metric, unit="")
    explanation = replace(_explanation(start, amounts, origin, metric.step), happened=happened)
    said = _said(explanation, language, told).replace("Market {0}", "M")
    said = re.sub(r"[（(][^)）]*[)）]|(常态为|leaves|makes) [^;；]*", "", said)
    begun, *between = re.split("[;；]", said)
    signed = [number for clause in between[:-1] for number in re.findall(r"[+−][\d,.]*\d", clause)]
    total = _number(re.findall(r"[−\d][\d,.]*", begun)[-1]) + sum(map(_number, signed))
    assert total == pytest.approx(_number(re.findall(r"−?\d[\d,.]*", between[-1])[0]), abs=metric.step / 100)


def _number(said: str) -> float:
    return float(said.replace("−", "-").replace(",", "").rstrip("."))
