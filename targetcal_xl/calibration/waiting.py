"""Whose turn it is in a region's negotiation, and whether that has taken too long."""

from __future__ import annotations

from typing import Final, Literal

from .states import allows
from .vocabulary import Light, Role, Stage

Turn = Literal[Role.HEAD, Role.SUPERIOR, Role.HRBP, "finance"]
"""Who has to act next: one of a region's people, or finance, which locks and confirms."""

SLOW_DAYS: Final = 3.0
"""Whoever has had the turn for so many days is slow."""
LATE_DAYS: Final = 7.0
"""And for so many, late: a judgement, for turns that have no deadline."""


def turn(stage: Stage, *, submitted: bool, objects: bool) -> Turn | None:
    """Who has to act next in a region; None once it is confirmed.

    `submitted` is whether its head has finished the tab, `objects` whether an objection waits for an answer.
    """
    if allows(stage, "change"):
        return None
    if allows(stage, "lock"):
        return "finance" if submitted else Role.HEAD
    if objects:
        return Role.HRBP
    return Role.SUPERIOR if allows(stage, "decide") else "finance"


def urgency(waited: Turn | None, days: float, left: int | None = None, near: int = 0) -> Light:
    """Green, amber or red: how long somebody has had the turn.

    Where so many days are `left` to a deadline, that alone counts: red after it, amber when it is `near`.
    """
    if waited is not None and left is not None:
        return Light.BEHIND if left < 0 else Light.CLOSE if left <= near else Light.ON_PATH
    if waited is None or days < SLOW_DAYS:
        return Light.ON_PATH
    return Light.BEHIND if days >= LATE_DAYS else Light.CLOSE
