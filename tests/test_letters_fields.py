"""The fields of a letter, as people of either language read them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import Grant, Letter, LineCommitment, Metric, Objection, Period, Targets
from targetcal_xl.calibration.commitment import Turned
from targetcal_xl.figures import Figures
from targetcal_xl.language import LANGUAGES
from targetcal_xl.letters import fields
from targetcal_xl.letters.fields import UNKNOWN, number, period_name, specimen
from tests.support.letters import sample_letter
from tests.support.samples import METRIC

TARGETS = Targets(1000, 1200, 1100.4, 1300, 900, 1250)


def _rows(said: Mapping[str, object], name: str) -> Sequence[Mapping[str, str]]:
    rows = said[name]
    assert isinstance(rows, Sequence)
    return rows


@pytest.mark.parametrize(
    ("value", "step", "said"),
    [
        (1234567.0, 1.0, "1,234,567"),
        (0.5, 0.01, "0.50"),
        (1234.5, 0.1, "1,234.5"),
        (1000, 10.0, "1,000"),
        (-3.0, 1.0, "−3"),
        (-0.4, 1.0, "0"),
        (math.nan, 1.0, UNKNOWN),
    ],
)
def test_numbers_have_the_decimals_of_their_metric(value: float, step: float, said: str) -> None:
    assert number(value, Figures(replace(METRIC, step=step), "en")) == said


@given(st.integers(-(10**12), 10**12))
def test_a_number_can_be_read_back(value: int) -> None:
    assert int(number(float(value), Figures(METRIC, "en")).replace(",", "").replace("−", "-")) == value


def test_periods_and_dates_are_in_words() -> None:
    english, chinese = fields(sample_letter(), "en"), fields(sample_letter(), "zh-CN")
    assert (english["period"], chinese["period"]) == ("Q1 2025", "2025 年第 1 季度")
    assert (english["issued"], chinese["issued"]) == ("13 January 2025", "2025年1月13日")
    assert (english["period_start"], english["period_end"]) == ("1 January 2025", "31 March 2025")
    assert period_name(Period(2025, 3, 12), "en") != period_name(Period(2025, 3), "en")


def test_targets_are_told_with_what_they_differ_by() -> None:
    letter = replace(sample_letter(1), lines=(LineCommitment("一组", TARGETS),), total=TARGETS)
    said = fields(letter, "en")
    (line,) = _rows(said, "lines")
    assert (line["last_year"], line["suggested"], line["declared"], line["agreed"]) == (
        "1,000", "1,200", "900", "1,250",
    )  # fmt: skip
    assert (line["gap"], line["growth"], line["interval"]) == ("+4.2%", "+25.0%", "1,100 – 1,300")
    assert (said["agreed"], said["gap"]) == ("1,250", "+4.2%")


@pytest.mark.parametrize("unknown", [0.0, math.nan])
def test_a_change_from_nothing_is_not_a_number(unknown: float) -> None:
    targets = replace(TARGETS, last_year=unknown)
    said = fields(replace(sample_letter(1), total=targets), "en")
    assert said["growth"] == UNKNOWN


def _due(letter: Letter, language: str) -> list[tuple[str, str]]:
    return [(row["target"], row["limit"]) for row in _rows(fields(letter, language), "milestones")]


def _means(lines: int, direction: Literal[1, -1] = 1) -> Letter:
    """What a region promises of a mean, which nobody can tell of all its lines."""
    plain = sample_letter(lines)
    milestones = tuple(replace(one, target=math.nan, limit=math.nan) for one in plain.milestones)
    metric = replace(plain.metric, kind="mean", direction=direction, step=0.1)
    return replace(plain, metric=metric, milestones=milestones, total=None)


def test_a_mean_of_one_line_is_due_at_its_target_on_every_milestone() -> None:
    assert _due(_means(1), "en") == [("95.0", "85.5"), ("95.0", "85.5")]
    assert _due(_means(1, -1), "zh-CN") == [("95.0", "104.5"), ("95.0", "104.5")]


def test_of_means_of_several_lines_each_is_due_at_its_own() -> None:
    said = ("each line's agreed target (over all days so far)", "110% of it")
    assert _due(_means(3, -1), "en") == [said, said]
    said = ("各分解行的最终确认值（按期初至当日累计计算）", "其 90%")
    assert _due(_means(3), "zh-CN") == [said, said]


@pytest.mark.parametrize("lines", [1, 3])
def test_of_a_mean_that_was_changed_in_its_period_the_path_is_due(lines: int) -> None:
    letter = _means(lines)
    turned = replace(letter.lines[0], turned=Turned(dt.date(2025, 2, 1), 90, 95, 92, "territory", "新规"))
    ((due, _), *_) = _due(replace(letter, lines=(turned, *letter.lines[1:])), "en")
    assert due == "each line's path (over all days so far)"


def test_totals_are_empty_where_lines_do_not_add_up() -> None:
    said = fields(replace(sample_letter(), total=None), "en")
    assert {said[name] for name in ("last_year", "suggested", "declared", "agreed", "gap", "growth")} == {""}


def test_decisions_are_the_lines_with_a_reason() -> None:
    said = fields(sample_letter(4), "zh-CN")
    assert [row["name"] for row in _rows(said, "decisions")] == ["华东1组", "华东4组"]
    assert [row["decision"] for row in _rows(said, "decisions")] == ["同意申报值", "经协商一致"]


def test_what_is_no_code_of_ours_stays_as_it_was_written() -> None:
    letter = replace(sample_letter(1), grants=(Grant("", "顾问", "驻场", None, "", None),))
    (support,) = _rows(fields(letter, "en"), "supports")
    assert support["kind"] == "顾问"
    assert (support["quantity"], support["due"]) == (UNKNOWN, UNKNOWN)
    assert support["line"] == "Whole region"


def test_supports_have_their_quantity_with_its_unit() -> None:
    grants = (Grant("一组", "budget", "投放", 12500.5, "元", dt.date(2025, 2, 1)),)
    (support,) = _rows(fields(replace(sample_letter(1), grants=grants), "zh-CN"), "supports")
    assert (support["kind"], support["quantity"], support["due"]) == ("预算", "12,500.5 元", "2025年2月1日")


def test_objections_say_whether_they_were_handled() -> None:
    objections = (Objection("一组", "依据", "", "", True, "已谈"), Objection("二组", "", "", "", False))
    first, second = _rows(fields(replace(sample_letter(1), objections=objections), "en"), "objections")
    assert (first["state"], first["handling"], first["support"]) == ("Handled", "已谈", UNKNOWN)
    assert (second["state"], second["handling"]) == ("Open", UNKNOWN)


@pytest.mark.parametrize(
    ("language", "outcome", "note", "handling"),
    [
        (
            "en",
            "upheld",
            "Counter explained",
            "Upheld: Counter explained. Declared 95 later, which no longer objects.",
        ),
        (
            "en",
            "partly",
            "Why not more?",
            "Upheld in part: Why not more? Declared 95 later, which no longer objects.",
        ),
        ("zh-CN", "target_kept", "已说明理由", "维持建议目标：已说明理由。之后改报 95，不再构成异议。"),
        ("en", "", "As issued", "As issued Declared 95 later, which no longer objects."),
    ],
)
def test_an_objection_tells_the_outcome_of_its_talk_in_sentences_of_their_own(
    language: str, outcome: str, note: str, handling: str
) -> None:
    objection = Objection("一组", "依据", "", "", True, note, 60, 100, 95, outcome)
    (row,) = _rows(fields(replace(sample_letter(1), objections=(objection,)), language), "objections")
    assert row["handling"] == handling, "without an outcome as in letters that were issued before"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_specimen_has_one_of_everything(language: str) -> None:
    said = fields(specimen(), language)
    assert all(value for value in said.values())
    assert {name for name, value in said.items() if not isinstance(value, str)} == {
        "lines", "decisions", "supports", "declined", "objections", "risks", "milestones",
    }  # fmt: skip


def test_a_metric_may_be_a_ratio() -> None:
    ratio = Metric("rate", "满意度", "评分", "分", kind="ratio", step=0.1)
    letter = replace(sample_letter(1), metric=ratio, total=None, history=())
    assert _rows(fields(letter, "zh-CN"), "lines")[0]["agreed"] == "95.0"
