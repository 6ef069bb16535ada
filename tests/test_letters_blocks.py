"""What is kept of a letter's shape is no part of the next: a letter is the same whatever was made before."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from targetcal_xl.calibration import Letter
from targetcal_xl.letters import blocks, moulds, render_word, words
from targetcal_xl.letters import typeset as setter
from tests.support.letters import sample_letter, shipped

KEPT = [
    one
    for module in (blocks, moulds, setter, words)
    for one in vars(module).values()
    if hasattr(one, "cache_clear")
]
_NAMES = st.text("华东大区 Q1-9&<>\"\\'#[]$“”…{}", min_size=1, max_size=60).filter(str.strip)


@st.composite
def _letters(draw: st.DrawFn) -> Letter:
    letter = sample_letter(draw(st.integers(1, 6)), draw(_NAMES), draw(st.integers(0, 3)))
    head = replace(letter.region.head, name=draw(_NAMES))
    return replace(letter, company=draw(_NAMES), region=replace(letter.region, head=head))


@given(st.lists(_letters(), min_size=1, max_size=3), st.sampled_from(["zh-CN", "en"]))
@settings(max_examples=5)
def test_a_letter_is_set_and_read_the_same_after_any_other(batch: list[Letter], language: str) -> None:
    made = [render_word(letter, shipped(language), language) for letter in batch]
    after_others = [(setter.typeset(one.docx, one.curves), words.said(one.docx)) for one in made]
    for one, known in zip(made, after_others, strict=True):
        for kept in KEPT:
            kept.cache_clear()
        assert (setter.typeset(one.docx, one.curves), words.said(one.docx)) == known
