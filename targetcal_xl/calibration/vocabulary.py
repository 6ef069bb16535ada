"""Every closed set of codes, once: what may stand in a cell, in an entry of the ledger or in a report."""

from __future__ import annotations

from enum import StrEnum


class Functions(StrEnum):
    """Whether the baseline shows recorded values, or worksheet functions that compute them anew."""

    FROZEN = "frozen"
    LIVE = "live"


class Measure(StrEnum):
    """The four measures of how well a calibration went, and the mean answer."""

    CONSENSUS_DAYS = "consensus_days"
    COORDINATION_HOURS = "coordination_hours"
    ATTAINMENT = "attainment_pct"
    AGREEMENT = "agreement_pct"
    AGREEMENT_MEAN = "agreement_mean"


class Light(StrEnum):
    """What a line's progress is told by: red, amber and green."""

    BEHIND = "behind"
    CLOSE = "close"
    ON_PATH = "on_path"


class QuadrantCode(StrEnum):
    """Attainment by agreement: high in both, reached unwillingly, agreed but not reached, low in both."""

    THRIVING = "thriving"
    PRESSED = "pressed"
    CONTENT = "content"
    FAILING = "failing"


class Role(StrEnum):
    """The people of a region."""

    HEAD = "head"
    DEPUTY = "deputy"
    SUPERIOR = "superior"
    HRBP = "hrbp"


class SupportKind(StrEnum):
    """What a region asks for beside a target."""

    BUDGET = "budget"
    HEADCOUNT = "headcount"
    LEADS = "leads"
    TRAINING = "training"
    PRODUCT = "product"
    OTHER = "other"
