"""Words that give no reason are known in every language, and so is what says that a number is meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.calibration import Value
from targetcal_xl.language import is_meant, is_placeholder

SAYING_NOTHING = [
    *(
        "",
        " ",
        "\u3000\u3000",
        "\u200b\ufeff",
        "\n\t",
        "---",
        "...",
        "。。。",
        "/",
        "——",
        "？？",
        "😀",
        "123",
        "1e5",
    ),
    *(
        "无",
        "OK",
        "ok, yes.",
        "好的，可以。",
        "无。",
        "暂无",
        "暂 无",
        "没有",
        "同上",
        "待定",
        "（待定）",
        "暂无（待定）",
        "无\u200b",
        "不适用",
    ),
    *("n/a", "N/A", "NA", "ｎ／ａ", "none", "None.", "nil", "NULL", "tbd", "T.B.D.", "test"),
    *("x", "xxx", "XxX", "aaaaaa", "哈哈哈", "好"),
]
SAYING_SOMETHING = [
    *("竞品在华东降价 20%，两家大客户转投", "无锡展会延期到四月", "没有额外预算，市场活动减少一半"),
    *(
        "No budget for the second exhibition",
        "Need 2 pre-sales engineers by 1 March",
        "nano-coating plant closed",
    ),
    *("暂无风险；但 HC 冻结", "加人", "测试环境不足", "= 220 & <rest>"),
]


@pytest.mark.parametrize("words", [*SAYING_NOTHING, None, 0, 12.5, True])
def test_words_that_say_nothing_are_no_reason(words: Value) -> None:
    assert is_placeholder(words)


@pytest.mark.parametrize("words", SAYING_SOMETHING)
def test_a_short_but_real_reason_counts(words: str) -> None:
    assert not is_placeholder(words)


WORDS = ["budget", "展会", "renewal", "竞品降价", "pipeline", "招聘", "the", "no", "无", "n/a", "Ω", "客户池"]


@given(st.lists(st.sampled_from(WORDS), min_size=4, unique=True), st.sampled_from([" ", "，", "\n", " - "]))
def test_a_sentence_is_never_a_placeholder(words: list[str], between: str) -> None:
    assert not is_placeholder(between.join(words))


DECORATION = st.text(st.characters(categories=["P", "Z", "Nd", "Cf"]), max_size=20)


@given(DECORATION, st.sampled_from(["", "无", "暂无", "TBD", "n/a", "xxx"]), DECORATION)
def test_no_decoration_makes_a_placeholder_a_reason(before: str, words: str, after: str) -> None:
    assert is_placeholder(before + words + after)


@pytest.mark.parametrize("said", ["确认无误：新增大客户", "I confirm this"])
def test_it_is_meant_where_the_reason_says_so_in_any_language(said: str) -> None:
    assert is_meant(said)
    assert not is_meant("new customers")
