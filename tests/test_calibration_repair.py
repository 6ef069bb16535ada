from __future__ import annotations

import numpy as np
import pytest

from targetcal_xl.calibration import Cleaned, Floats
from targetcal_xl.calibration.arrays import Flags
from targetcal_xl.calibration.repair import repair

T = 12


def _series(lines: int = 8) -> Floats:
    """Logs with level, growth, season and a little noise."""
    random, t = np.random.default_rng(5), np.arange(T)
    return (
        random.normal(4, 1, (lines, 1))
        + 0.01 * t
        + 0.2 * np.sin(t * np.pi / 2)
        + random.normal(0, 0.03, (lines, T))
    )


def _repaired(logs: Floats, known: Flags | None = None, trusted: Flags | None = None) -> Floats:
    known = np.ones(logs.shape, bool) if known is None else known
    trusted = np.zeros(logs.shape, bool) if trusted is None else trusted
    return repair(Cleaned(np.exp(logs), logs, np.zeros(len(logs)), known), 4, trusted)


def test_an_ordinary_history_is_left_as_it_is() -> None:
    assert np.array_equal(_repaired(_series()), _series())


def test_a_value_that_fits_nowhere_is_drawn_in_and_nothing_else_is() -> None:
    logs = _series()
    logs[2, 6] += 0.8
    repaired, others = _repaired(logs), np.ones(logs.shape, bool)
    others[2, 6] = False
    assert repaired[2, 6] == pytest.approx(_series()[2, 6], abs=0.2)
    assert np.array_equal(repaired[others], logs[others])


def test_the_newest_value_is_never_drawn_in() -> None:
    logs = _series()
    logs[2, -1] += 0.8
    assert np.array_equal(_repaired(logs), logs)


def test_a_value_that_somebody_vouched_for_is_left_alone() -> None:
    logs = _series()
    logs[2, 6] += 0.8
    trusted = np.zeros(logs.shape, bool)
    trusted[2, 6] = True
    assert np.array_equal(_repaired(logs, trusted=trusted), logs)


@pytest.mark.parametrize("gap", [0, 5, 11])
def test_a_gap_is_filled_with_what_season_and_level_let_expect(gap: int) -> None:
    logs = _series()
    known = np.ones(logs.shape, bool)
    known[3, gap] = False
    holed = logs.copy()
    holed[3, gap] = logs[3].mean()
    assert _repaired(holed, known)[3, gap] == pytest.approx(logs[3, gap], abs=0.15)


def test_what_stood_in_a_gap_does_not_matter_where_the_kind_of_line_is_clear() -> None:
    logs = _series()
    known = np.ones(logs.shape, bool)
    known[3, 7] = False
    one, other = logs.copy(), logs.copy()
    other[3, 7] += 0.01
    assert _repaired(one, known) == pytest.approx(_repaired(other, known), abs=1e-9)


@pytest.mark.parametrize("length", [0, 1, 2, 6])
def test_short_histories_are_believed(length: int) -> None:
    logs = _series()[:, :length]
    if length > 3:
        logs[0, 2] += 3
    assert np.array_equal(_repaired(logs), logs)
