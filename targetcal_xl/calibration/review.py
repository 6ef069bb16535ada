"""A period in retrospect: what suggestion, judgement, drivers, warnings and supports were worth."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from .arrays import Flags, Floats
from .plan import Plan
from .standing import Standing
from .supports import granted_supports

EVEN: Final = 0.01
"""A difference of errors smaller than this share of the results is none."""

Episode = tuple[dt.date, dt.date | None]
"""From when to when a warning stood; None while it does."""


@dataclass(frozen=True)
class Worth:
    """How far forecasts of some lines were off, as a share of what came; None where nobody forecast.

    The mean absolute error over the mean result, lines weighed as in a total: "weighted MAPE".
    """

    code: str
    name: str
    lines: int
    suggested: float
    declared: float | None
    agreed: float

    @property
    def region_added(self) -> float | None:
        """What the region's judgement took off the suggestion's error: forecast value added.

        Fildes, Goodwin, Lawrence and Nikolopoulos (2009), International Journal of Forecasting 25, 3-23.
        """
        return None if self.declared is None else self.suggested - self.declared

    @property
    def talk_added(self) -> float | None:
        """What the negotiation took off the error of what was declared."""
        return None if self.declared is None else self.declared - self.agreed


@dataclass(frozen=True)
class DriverWorth:
    """What a driver moved suggestions by, together, and what that took off their error."""

    name: str
    moved: float
    added: float

    @property
    def misled(self) -> bool:
        """Whether suggestions would have been nearer without it."""
        return self.added < -EVEN


@dataclass(frozen=True)
class Foretold:
    """Lines by what warnings said of them and what came, at the end of the period.

    `few` are those whose targets are too small to be warned of.
    """

    in_time: int
    """Missed, and a warning stood on the day that is as long before the end as the plan says."""
    late: int
    """Missed, and warned of only after that day, and before the last."""
    unwarned: int
    """Missed without a warning."""
    averted: int
    """Warned of, and not missed: the warning was false, or it helped."""
    quiet: int
    """Neither."""
    few: int

    @property
    def missed(self) -> int:
        """Lines that were missed and could be warned of."""
        return self.in_time + self.late + self.unwarned


@dataclass(frozen=True)
class SupportsCame:
    """What became of supports that were granted."""

    granted: int = 0
    in_time: int = 0
    late: int = 0
    never: int = 0

    @property
    def untold(self) -> int:
        """Those of which nobody has said anything."""
        return self.granted - self.in_time - self.late - self.never


@dataclass(frozen=True)
class Review:
    """A period that is over."""

    whole: Worth
    regions: tuple[Worth, ...]
    bias: float
    """How far all suggestions together were above what came, as a share of it."""
    drivers: tuple[DriverWorth, ...]
    foretold: Foretold
    supports: SupportsCame


def review(
    standing: Standing,
    actual: Floats,
    agreed: Floats,
    declared: Floats,
    reached: Flags,
    few: Flags,
    warned: Mapping[str, Sequence[Episode]],
) -> Review:
    """Look back on the lines' results, (n,): NaN where there is none, which counts for nothing.

    `declared` is what was declared first, NaN where nothing was; `reached` says which lines came to the
    milestone's share of their path, `few` which are too small to tell, `warned` when lines were warned of.
    """
    plan, baseline = standing.inputs.plan, standing.baseline
    off = _Errors(plan, actual)
    drivers = (
        DriverWorth(
            driver.name,
            off.net(baseline.contributions[:, column]),
            off.of(baseline.expected - baseline.contributions[:, column]) - off.of(baseline.expected),
        )
        for driver in plan.drivers
        for column in [baseline.parts.index(driver.code)]
    )
    of_region = {
        region.code: [row for row, line in enumerate(plan.lines) if line.region == region.code]
        for region in plan.regions
    }
    forecasts = baseline.suggested, declared, agreed
    return Review(
        whole=off.worth("", "", range(len(plan.lines)), forecasts),
        regions=tuple(off.worth(one.code, one.name, of_region[one.code], forecasts) for one in plan.regions),
        bias=off.bias(baseline.suggested),
        drivers=tuple(drivers),
        foretold=_foretold(plan, reached, few, warned),
        supports=_supports(standing),
    )


@dataclass(frozen=True)
class _Errors:
    """Errors of forecasts beside results."""

    plan: Plan
    actual: Floats

    def of(self, forecast: Floats, rows: Sequence[int] | None = None) -> float:
        """The weighted mean absolute error over the results, of all lines or some; NaN without any."""
        places = [*(range(len(self.actual)) if rows is None else rows)]
        return weighted_error(np.array(self.plan.volumes)[places], self.actual[places], forecast[places])

    def bias(self, forecast: Floats) -> float:
        """How far they were above, together, as a share of what came."""
        known = np.isfinite(self.actual)
        came = self.net(self.actual)
        return self.net(np.where(known, forecast, 0.0)) / came - 1 if came else math.nan

    def net(self, amounts: Floats) -> float:
        """Amounts of lines with a result together, each in proportion to what it is in the total."""
        shares = self.plan.shares(range(len(self.actual)))
        return math.fsum((shares * amounts)[np.isfinite(self.actual) & np.isfinite(amounts)])

    def worth(
        self, code: str, name: str, rows: Sequence[int], forecasts: tuple[Floats, Floats, Floats]
    ) -> Worth:
        suggested, declared, agreed = forecasts
        is_said = bool(np.isfinite(declared[[*rows]]).all())
        known = int(np.isfinite(self.actual[[*rows]]).sum())
        own = self.of(declared, rows) if is_said else None
        return Worth(code, name, known, self.of(suggested, rows), own, self.of(agreed, rows))


def weighted_error(weights: Floats, actual: Floats, forecast: Floats) -> float:
    """The weighted mean absolute error, as a share of results, over lines, (n,), of which both are known."""
    known = np.isfinite(actual) & np.isfinite(forecast)
    whole = math.fsum((weights * np.abs(actual))[known])
    missed = math.fsum((weights * np.abs(actual - forecast))[known])
    return missed / whole if whole > 0 else math.nan


def what_it_did(added: float) -> Literal["helped", "hurt", "even"]:
    """Whether what took so much off an error, as a share of the results, helped, hurt or did neither."""
    return "helped" if added > EVEN else "hurt" if added < -EVEN else "even"


def _foretold(plan: Plan, reached: Flags, few: Flags, warned: Mapping[str, Sequence[Episode]]) -> Foretold:
    last = plan.period.end - dt.timedelta(days=plan.thresholds.warning_days)
    counts = dict.fromkeys(("in_time", "late", "unwarned", "averted", "quiet", "few"), 0)
    for line, is_reached, is_few in zip(plan.lines, reached.tolist(), few.tolist(), strict=True):
        own = warned.get(line.code, ())
        if is_few:
            counts["few"] += 1
        elif is_reached:
            counts["averted" if own else "quiet"] += 1
        else:
            counts[_heard(own, last, plan.period.end)] += 1
    return Foretold(**counts)


def _heard(own: Sequence[Episode], last: dt.date, end: dt.date) -> str:
    """When a line that was missed was warned of: what is said on the last day is no warning."""
    if any(since <= last and (until is None or until > last) for since, until in own):
        return "in_time"
    return "late" if any(last < since < end for since, _ in own) else "unwarned"


def _supports(standing: Standing) -> SupportsCame:
    """What became of each granted item by the end of the period."""
    plan = standing.inputs.plan
    granted = [item for region in plan.regions for item in granted_supports(standing, region.code)]
    states = Counter(item.state(plan.period.end) for item in granted)
    return SupportsCame(len(granted), states["in_time"], states["late"], states["never"])
