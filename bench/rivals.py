"""What others forecast one quarter ahead from the same windows; slow ones are kept in build/rivals."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.panels import Window
from bench.report import Time, stopwatch
from targetcal_xl.calibration import Floats

YEAR = 4
KEPT = Path("build", "rivals")
INSTALL = "make .venv-bench/made, then run with .venv-bench/bin/python"

Method = Callable[[Floats], float]
"""From one series seen to the next value."""


def seasonal_naive(seen: Floats) -> Floats:
    """Last year's same quarter, (m,)."""
    return seen[:, -YEAR]


def naive(seen: Floats) -> Floats:
    """The last quarter, (m,)."""
    return seen[:, -1]


def grown(seen: Floats) -> Floats:
    """Last year's same quarter times the last year over the one before, (m,)."""
    before = seen[:, -2 * YEAR : -YEAR].sum(axis=1)
    growth = np.divide(seen[:, -YEAR:].sum(axis=1), before, out=np.ones(len(seen)), where=before > 0)
    last: Floats = seen[:, -YEAR] * growth
    return last


PLAIN: dict[str, Callable[[Floats], Floats]] = {
    "seasonal naive": seasonal_naive,
    "naive": naive,
    "last year x growth": grown,
}


def slow() -> dict[str, Method]:
    """The methods of statsforecast that are rivals on every series; end with the install line without it."""
    if importlib.util.find_spec("statsforecast") is None:
        sys.exit(f"statsforecast is missing: {INSTALL}")
    from statsforecast.models import AutoCES, AutoETS  # noqa: PLC0415

    return {
        "AutoCES": lambda seen: float(AutoCES(season_length=YEAR).forecast(seen, h=1)["mean"][0]),
        "AutoETS": lambda seen: float(AutoETS(season_length=YEAR).forecast(seen, h=1)["mean"][0]),
        "seasonal Theta": seasonal_theta,
    }


def auto_arima(seen: Floats) -> float:
    """AutoARIMA, which is too slow for every series."""
    from statsforecast.models import AutoARIMA  # noqa: PLC0415

    return float(AutoARIMA(season_length=YEAR).forecast(seen, h=1)["mean"][0])


def seasonal_theta(seen: Floats) -> float:
    """Theta (Assimakopoulos & Nikolopoulos 2000) with classical decomposition, season tested for or not."""
    from statsforecast.models import Theta  # noqa: PLC0415
    from statsmodels.tsa.seasonal import seasonal_decompose  # noqa: PLC0415

    multiplies = bool((seen > 0).all())
    parts = seasonal_decompose(seen, "multiplicative" if multiplies else "additive", period=YEAR)
    season: Floats = np.asarray(parts.seasonal)
    rest = seen / season if multiplies else seen - season
    ahead = float(Theta(season_length=1).forecast(rest, h=1)["mean"][0])
    again = float(season[-YEAR])
    return ahead * again if multiplies else ahead + again


def forecasts(label: str, method: Method, windows: list[Window]) -> tuple[list[Floats], Time]:
    """Forecasts of every window, each (m,), and how long they took when they were made.

    A series on which the method fails gets last year's same quarter.
    """
    kept = KEPT / f"{label}.npz"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with stopwatch() as times:
            made = [np.array([_one(method, row) for row in window.seen]) for window in windows]
        named: dict[str, Any] = {str(k): one for k, one in enumerate(made)}
        np.savez(kept, times=[times[0].wall, times[0].process], **named)
    with np.load(kept) as said:
        wall, process = said["times"]
        return [said[str(k)] for k in range(len(windows))], Time(float(wall), float(process))


def _one(method: Method, seen: Floats) -> float:
    try:
        ahead = method(seen.copy())
    except (ValueError, ZeroDivisionError, FloatingPointError, np.linalg.LinAlgError, RuntimeError):
        return float(seen[-YEAR])
    return ahead if np.isfinite(ahead) else float(seen[-YEAR])
