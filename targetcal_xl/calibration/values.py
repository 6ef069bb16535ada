"""When two values are the same: the one rule for seals, proofs and cells."""

from __future__ import annotations

import math
from typing import TypeGuard

from .standing import Value

_TOLERANCE = 1e-12
"""Programs keep 15 significant digits of what they compute or save; three more are left for their sums."""

SMALLEST, LARGEST = 1e-6, 1e15
"""Amounts that somebody may mean; 0 is one, too."""

STEP_TOLERANCE, STEP_DIGITS = 1e-9, 1e-14
"""By what share of a step, or of the number of steps, floats miss a whole number of them."""

_WHOLE, _EXACT = (None, 1), 1e15
"""Steps, and numbers below, whose whole numbers are kept as they are: most of what people type."""


def same_value(a: Value, b: Value) -> bool:
    """Whether two values mean the same: numbers to twelve digits, all else exactly.

    TRUE is not 1 and nothing is not an empty text: somebody who exchanges them has changed a cell.
    """
    is_text = isinstance(a, str) and isinstance(b, str)
    if (is_text or type(a) is type(b)) and a == b:
        return True
    return _is_number(a) and _is_number(b) and _is_close(a, b)


def _is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_close(a: float, b: float) -> bool:
    """Whether they differ by less than what saving and adding up may; one too big for a cell does not."""
    try:
        return math.isclose(a, b, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    except OverflowError:
        return False


def is_amount(number: float) -> bool:
    """Whether a number is an amount that somebody may mean."""
    return number == 0 or SMALLEST <= abs(number) <= LARGEST


def kept(number: float, step: float | None = None) -> float:
    """A number as it is recorded and compared from then on, however many digits a program has kept of it.

    A whole number of steps where it is one as far as floats can tell, else its 15 significant digits.
    """
    if not math.isfinite(number) or (step in _WHOLE and 0 < abs(number) < _EXACT and number % 1 == 0):
        return number
    if step and math.isfinite(number / step) and is_multiple(number, step):
        number = round(number / step) * step
    digits = float(f"{number:.15g}")
    return digits if math.isfinite(digits) else number


def is_multiple(number: float, step: float) -> bool:
    """Whether a number is a whole number of steps, as far as floats can tell."""
    steps = number / step
    return abs(steps - round(steps)) <= max(STEP_TOLERANCE, STEP_DIGITS * abs(steps))
