"""The worksheet functions, in the order of the steps: suggest, split, judge, negotiate, follow, look back.

Whoever uses one from Python calls it with cells, as a spreadsheet does; see `registry.function`. The
names are the ones that formulas have. A function is registered when its module is loaded: so modules are
named such that their order is that of the steps.
"""

from __future__ import annotations

from .baseline import TC_BASELINE, TC_EXPLAIN, TC_INTERVAL, TC_SPLIT
from .judgement import TC_CORRECTED, TC_JUDGEMENT
from .negotiation import TC_DEVIATION, TC_OBJECTION
from .progress import TC_PATH, TC_WARNING
from .prospects import TC_FAIRNESS, TC_ODDS, TC_OVERASSIGN, TC_WHATIF
from .review import TC_QUADRANT, TC_WHY

__all__ = [
    "TC_BASELINE",
    "TC_CORRECTED",
    "TC_DEVIATION",
    "TC_EXPLAIN",
    "TC_FAIRNESS",
    "TC_INTERVAL",
    "TC_JUDGEMENT",
    "TC_OBJECTION",
    "TC_ODDS",
    "TC_OVERASSIGN",
    "TC_PATH",
    "TC_QUADRANT",
    "TC_SPLIT",
    "TC_WARNING",
    "TC_WHATIF",
    "TC_WHY",
]
