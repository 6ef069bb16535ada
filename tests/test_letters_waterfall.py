"""The picture of the steps is drawn to scale and says what the sentence says."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from targetcal_xl.calibration import Explanation, Metric, Step
from targetcal_xl.letters.waterfall import steps_picture
from tests.support.samples import METRIC

SIZE = (480.0, 90.0)
GREY, BLUE, GREEN, RED = "#B4BEC9", "#7FB0DC", "#6FAF8D", "#D98F6C"
_STEPS = (Step("events", -50.0), Step("trend", 100.0), Step("season", 0.0), Step("leads", -25.0, "线索量"))
_EXPLANATION = Explanation("last_year", 200.0, _STEPS, 225.0)
_DAYS = replace(METRIC, direction=-1, unit="天")


def _image(explanation: Explanation | None, metric: Metric = METRIC) -> np.ndarray:
    png = steps_picture(explanation, metric, "zh-CN", SIZE).png()
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def _box(image: np.ndarray, colour: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a colour."""
    rows, columns = np.nonzero((image == list(bytes.fromhex(colour[1:]))).all(axis=2))
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def test_columns_are_as_high_as_what_they_say_and_stand_where_the_one_before_ends() -> None:
    image = _image(_EXPLANATION)
    start, suggested, trend = (_box(image, colour) for colour in (GREY, BLUE, GREEN))
    unit = (start[3] - start[1]) / 200
    assert suggested[3] - suggested[1] == pytest.approx(225 * unit, abs=2)
    assert trend[3] - trend[1] == pytest.approx(100 * unit, abs=2)
    assert start[3] - trend[3] == pytest.approx(150 * unit, abs=2)
    assert start[0] < trend[0] < suggested[0]


def test_a_step_of_nothing_is_left_out() -> None:
    without = replace(_EXPLANATION, steps=tuple(step for step in _STEPS if step.amount))
    assert np.array_equal(_image(_EXPLANATION), _image(without))


def test_where_less_is_better_a_fall_is_green() -> None:
    fall = Explanation("last_year", 200.0, (Step("trend", -50.0),), 150.0)
    assert _box(_image(fall, _DAYS), GREEN)
    assert _box(_image(fall), RED)


def test_the_same_explanation_is_the_same_picture_and_each_language_has_its_own() -> None:
    first, second, english = (
        steps_picture(_EXPLANATION, METRIC, language, SIZE).png() for language in ("zh-CN", "zh-CN", "en")
    )
    assert first == second != english


def test_nothing_to_explain_is_an_empty_sheet() -> None:
    assert _image(None).min() == 255
    assert _image(None).shape == (270, 1440, 3)


_AMOUNTS = st.floats(-1e12, 1e12, allow_nan=False)


@given(st.lists(_AMOUNTS, max_size=12), _AMOUNTS, _AMOUNTS, st.sampled_from([METRIC, _DAYS]))
@settings(max_examples=30, deadline=None)
def test_any_explanation_can_be_drawn(
    amounts: list[float], start: float, suggested: float, metric: Metric
) -> None:
    steps = tuple(Step(f"d{k}", amount, "很长的驱动因素名称" * 5) for k, amount in enumerate(amounts))
    assert _image(Explanation("partly", start, steps, suggested), metric).shape == (270, 1440, 3)
