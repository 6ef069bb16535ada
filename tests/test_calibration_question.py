"""The newest value is asked about when it stands away, and the answer is what the suggestion starts from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targetcal_xl.calibration import (
    ALL_LINES,
    Answer,
    AnswerCode,
    Baseline,
    Inputs,
    Question,
    compute_baseline,
)
from targetcal_xl.calibration.question import kinds
from tests.support.samples import PERIOD, sample_inputs

NEWEST = PERIOD.shift(-1)


def _jumped(factor: float, row: int = 4) -> Inputs:
    """Ordinary lines, of which one has just been so many times its usual self."""
    inputs = sample_inputs((12,))
    values = inputs.history.values.copy()
    values[0, -1] -= 15  # the event of the sample
    values[row, -1] *= factor
    return replace(inputs, history=replace(inputs.history, values=values, one_off=np.zeros_like(values)))


def _answered(inputs: Inputs, code: AnswerCode, row: int = 4) -> Baseline:
    answer = Answer(inputs.plan.lines[row].code, NEWEST, code)
    return compute_baseline(replace(inputs, answers=(answer,)))


@pytest.mark.parametrize("factor", [0.6, 1.5])
def test_a_jump_is_asked_about_with_its_size(factor: float) -> None:
    (question,) = compute_baseline(_jumped(factor)).questions
    assert (question.line, question.period) == ("R1-5", NEWEST)
    assert question.share == pytest.approx(factor - 1, abs=0.12)


def test_ordinary_values_and_known_events_raise_no_question() -> None:
    inputs = _jumped(1.5)
    one_off = np.zeros_like(inputs.history.values)
    one_off[4, -1] = inputs.history.values[4, -1] / 3
    assert compute_baseline(_jumped(1.0)).questions == ()
    for amount in (one_off, np.where(one_off > 0, np.nan, 0.0)):
        known = replace(inputs, history=replace(inputs.history, one_off=amount))
        assert compute_baseline(known).questions == ()


@pytest.mark.parametrize("code", ["one_off", "new_level"])
def test_an_answered_question_stays_to_be_seen(code: AnswerCode) -> None:
    before = compute_baseline(_jumped(1.5)).questions
    (after,) = _answered(_jumped(1.5), code).questions
    assert after.line == before[0].line and after.share == pytest.approx(before[0].share, abs=0.05)


@given(st.sampled_from([0.5, 0.7, 1.4, 1.8]))
def test_the_answer_decides_where_the_suggestion_starts(factor: float) -> None:
    plain = compute_baseline(_jumped(1.0)).base[4]
    unanswered = compute_baseline(_jumped(factor)).base[4]
    one_off, new_level = (_answered(_jumped(factor), code).base[4] for code in ("one_off", "new_level"))
    assert one_off == pytest.approx(plain, rel=0.06)
    assert new_level == pytest.approx(plain * factor, rel=0.08)
    assert min(one_off, new_level) < unanswered < max(one_off, new_level)


def test_a_new_level_shows_as_growth_and_the_sum_still_holds() -> None:
    jumped = _answered(_jumped(1.5), "new_level")
    ordinary = compute_baseline(_jumped(1.0))
    assert jumped.growth[4] - ordinary.growth[4] == pytest.approx(np.log(1.5), abs=0.08)
    total = jumped.last_year + jumped.contributions.sum(axis=1)
    assert total == pytest.approx(jumped.expected, abs=1e-9)


def test_an_answer_of_an_earlier_quarter_still_counts() -> None:
    inputs = sample_inputs((12,))
    values = inputs.history.values.copy()
    values[0, -1] -= 15
    values[4, -2:] *= 1.5
    history = replace(inputs.history, values=values, one_off=np.zeros_like(values))
    answer = Answer("R1-5", PERIOD.shift(-2), "new_level")
    found = compute_baseline(replace(inputs, history=history, answers=(answer,)))
    assert found.base[4] == pytest.approx(1.5 * compute_baseline(_jumped(1.0)).base[4], rel=0.08)
    assert found.questions == ()


def test_answers_about_others_are_passed_over() -> None:
    inputs = _jumped(1.5)
    strange = (Answer("nobody", NEWEST, "one_off"), Answer("R1-1", PERIOD.shift(9), "new_level"))
    assert compute_baseline(replace(inputs, answers=strange)).questions == (
        Question("R1-5", NEWEST, compute_baseline(inputs).questions[0].share),
    )


@pytest.mark.parametrize("gap", [1, 2, 3, 6])
def test_the_last_value_that_there_is_is_asked_about_however_long_ago(gap: int) -> None:
    inputs = sample_inputs((12,), periods=12 + gap)
    values = inputs.history.values.copy()
    values[0, -1] -= 15
    values[4, -gap - 1] *= 1.6
    values[4, -gap:] = np.nan
    history = replace(inputs.history, values=values, one_off=np.zeros_like(values))
    found = compute_baseline(replace(inputs, history=history))
    (question,) = found.questions
    assert (question.line, question.period) == ("R1-5", PERIOD.shift(-gap - 1))
    answer = Answer("R1-5", question.period, "one_off")
    settled = compute_baseline(replace(inputs, history=history, answers=(answer,)))
    assert settled.base[4] < found.base[4]
    assert [asked.period for asked in settled.questions] == [question.period]


def test_a_short_history_is_not_asked_about() -> None:
    inputs = sample_inputs((12,), periods=5)
    values = inputs.history.values.copy()
    values[4, -1] *= 3
    assert compute_baseline(replace(inputs, history=replace(inputs.history, values=values))).questions == ()


def _shaken(share: float, lines: int = 12, unequal: float = 0.0) -> Inputs:
    """Ordinary lines that the newest quarter has hit together, one a little harder than the next."""
    inputs = sample_inputs((lines,))
    values = inputs.history.values.copy()
    values[0, -1] -= 15  # the event of the sample
    values[:, -1] *= share ** (1 + unequal * np.linspace(-1, 1, lines))
    return replace(inputs, history=replace(inputs.history, values=values, one_off=np.zeros_like(values)))


@pytest.mark.parametrize("share", [0.6, 0.75, 1.4])
@pytest.mark.parametrize("unequal", [0.0, 0.2])
def test_what_shook_all_lines_is_asked_about_once(share: float, unequal: float) -> None:
    (common,) = compute_baseline(_shaken(share, unequal=unequal)).questions
    assert (common.line, common.period) == (ALL_LINES, NEWEST)
    assert common.share == pytest.approx(share - 1, abs=0.12)


def test_a_line_that_went_its_own_way_is_asked_about_beside_the_others() -> None:
    inputs = _shaken(0.7)
    inputs.history.values[4, -1] *= 2.0
    common, beside = compute_baseline(inputs).questions
    assert (common.line, beside.line) == (ALL_LINES, "R1-5")
    assert common.share == pytest.approx(-0.3, abs=0.12)
    assert beside.share == pytest.approx(1.0, abs=0.25)
    assert kinds([common, beside]) == ["common", "beside"]


def test_two_lines_have_nothing_in_common() -> None:
    assert all(asked.line for asked in compute_baseline(_shaken(0.5, lines=2)).questions)


@pytest.mark.parametrize("code", ["one_off", "new_level"])
def test_one_answer_for_all_is_that_answer_for_every_line(code: AnswerCode) -> None:
    inputs = _shaken(0.7)
    once = compute_baseline(replace(inputs, answers=(Answer(ALL_LINES, NEWEST, code),)))
    each = tuple(Answer(line.code, NEWEST, code) for line in inputs.plan.lines)
    singly = compute_baseline(replace(inputs, answers=each))
    np.testing.assert_array_equal(once.base, singly.base)
    assert [asked.line for asked in once.questions] == [ALL_LINES]


def test_a_line_with_an_answer_of_its_own_is_left_out_of_what_is_said_of_all() -> None:
    inputs = _shaken(0.7)
    common, plain = Answer(ALL_LINES, NEWEST, "one_off"), compute_baseline(inputs)
    own = Answer("R1-5", NEWEST, "as_is")
    answered = compute_baseline(replace(inputs, answers=(common,)))
    for order in ((common, own), (own, common)):
        found = compute_baseline(replace(inputs, answers=order))
        assert found.base[4] < 0.9 * answered.base[4]
        assert np.delete(found.base, 4) == pytest.approx(np.delete(answered.base, 4), rel=0.02)
    assert answered.base.sum() > 1.15 * plain.base.sum()


def test_contributions_still_add_up_when_all_lines_were_answered_once() -> None:
    inputs = _shaken(0.7)
    inputs.history.one_off[2, -1] = 5.0
    answers = (Answer(ALL_LINES, NEWEST, "new_level"), Answer("R1-5", NEWEST, "one_off"))
    found = compute_baseline(replace(inputs, answers=answers))
    np.testing.assert_allclose(found.last_year + found.contributions.sum(axis=1), found.expected, rtol=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_ordinary_quarters_of_many_lines_are_seldom_asked_about(seed: int) -> None:
    random = np.random.default_rng(seed)
    inputs = sample_inputs((100,))
    season = 1 + 0.2 * np.sin(np.arange(12) * np.pi / 2)
    values = random.lognormal(5, 1, (100, 1)) * season * random.lognormal(0, 0.1, (100, 12))
    history = replace(inputs.history, values=values, one_off=np.zeros_like(values))
    asked = compute_baseline(replace(inputs, history=history)).questions
    assert len(asked) <= 7
    assert all(one.line for one in asked)
