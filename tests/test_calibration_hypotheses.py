"""Every hypothesis says what an independent state space model of the same kind says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.tsa.statespace.sarimax import SARIMAX
from statsmodels.tsa.statespace.structural import UnobservedComponents

from targetcal_xl.calibration import Floats
from targetcal_xl.calibration.hypotheses import HYPOTHESES, Hypothesis, beliefs, operators

LENGTH = 12
WALK = np.cumsum(np.random.default_rng(7).normal(0, 1, LENGTH + 1)) + 5


def _place(hypothesis: Hypothesis) -> int:
    return HYPOTHESES.index(hypothesis)


def _ahead(place: int, seen: Floats) -> float:
    return float(seen[0] + operators(len(seen), 4).ahead[place] @ (seen - seen[0]))


def _density(place: int, seen: Floats) -> float:
    """Log density of all values after the first, with a noise variance of 1."""
    does = operators(len(seen), 4)
    errors, spread = (does.whitening[place] @ (seen - seen[0]))[1:], does.spread[place, 1:-1]
    return float(stats.norm.logpdf(errors).sum() - np.log(spread).sum())


def test_what_is_believed_beforehand_adds_up() -> None:
    assert len(HYPOTHESES) == len(set(HYPOTHESES))
    for length in (1, 4, 6, 8, 40):
        for believed in beliefs(length, 4):
            assert believed.sum() == pytest.approx(1) and len(believed) == len(HYPOTHESES)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_wandering_level_is_the_local_level_model(share: float) -> None:
    place, seen = _place(Hypothesis(share, 0.0, 1.0, 0.0, 1.0)), WALK[:-1]
    model = UnobservedComponents(seen, "local level", use_exact_diffuse=True)
    smoothed = model.smooth([1 - share, share])
    assert _ahead(place, seen) == pytest.approx(float(smoothed.forecast(1)[0]), abs=1e-4)
    assert _density(place, seen) == pytest.approx(smoothed.llf_obs[1:].sum(), abs=1e-4)


def test_growth_with_momentum_is_an_autoregression_of_the_changes() -> None:
    place, seen = _place(Hypothesis(1.0, 0.6, 0.6, 0.0, 1.0)), WALK[:-1]
    changes = SARIMAX(np.diff(seen), order=(1, 0, 0), measurement_error=True)
    found = changes.smooth([0.6, 1.0, 0.36 * (1 - 0.6**2)])
    assert _ahead(place, seen) == pytest.approx(seen[-1] + float(found.forecast(1)[0]), abs=1e-4)
    assert _density(place, seen) == pytest.approx(found.llf, abs=1e-4)


def test_steady_growth_and_a_season_are_a_bayesian_regression() -> None:
    place, seen = _place(Hypothesis(0.0, 0.2, 1.0, 4.0, 1.0)), WALK[:-1]
    steps = np.arange(LENGTH + 1)
    dummies = (np.eye(4) - 0.25)[steps % 4]
    design = np.column_stack([np.ones(LENGTH + 1), steps, dummies])
    trust = np.diag([1e-9, 0.2**-2.0, *[4.0**-2.0] * 4])
    past = design[:-1]
    weights = np.linalg.solve(past.T @ past + trust, past.T @ seen)
    assert _ahead(place, seen) == pytest.approx(design[-1] @ weights, abs=1e-4)
    season = operators(LENGTH, 4).season[place] @ (seen - seen[0])
    assert season == pytest.approx(dummies[-1] @ weights[2:], abs=1e-4)
    level = seen[0] + operators(LENGTH, 4).level[place] @ (seen - seen[0])
    assert level == pytest.approx(weights[0] + weights[1] * (LENGTH - 4), abs=1e-4)


@pytest.mark.parametrize(("length", "per_year"), [(1, 4), (2, 4), (7, 4), (40, 4), (30, 12)])
def test_what_is_added_to_all_values_is_added_to_the_forecast(length: int, per_year: int) -> None:
    does = operators(length, per_year)
    assert does.ahead.sum(axis=1) == pytest.approx(1, abs=5e-4)
    assert does.season.sum(axis=1) == pytest.approx(0, abs=5e-4)


def test_a_season_is_believed_sooner_in_the_first_year_and_evenly_from_the_second_on() -> None:
    has_none = np.array([said.season == 0.0 for said in HYPOTHESES])
    shares = [float(beliefs(length, 12)[0][has_none].sum()) for length in (1, 12, 15, 18, 24, 36)]
    assert shares == sorted(shares)
    assert shares[0] == pytest.approx(0.05) == shares[1]
    assert shares[-1] == pytest.approx(0.2) == shares[-2]
