"""Whose turn it is in a region's negotiation, and whether that has taken too long."""

from __future__ import annotations

from typing import Final, Literal

from .vocabulary import Light, Role, State

Turn = Literal[Role.HEAD, Role.SUPERIOR, Role.HRBP, "finance"]
"""Who has to act next: one of a region's people, or finance, which locks and confirms."""

SLOW_DAYS: Final = 3.0
"""Whoever has had the turn for so many days is slow."""
LATE_DAYS: Final = 7.0
"""And for so many, late: a judgement, as plans name no deadline."""


def turn(state: str, *, submitted: bool, objects: bool) -> Turn | None:
    """Who has to act next in a region; None once it is confirmed.

    `submitted` is whether its head has finished the tab, `objects` whether an objection waits for an answer.
    """
    if state == State.CONFIRMED:
        return None
    if state == State.LOCKED:
        return Role.HRBP if objects else Role.SUPERIOR
    return "finance" if submitted or state == State.DECIDED else Role.HEAD


def urgency(waited: Turn | None, days: float) -> Light:
    """Green, amber or red: how long somebody has had the turn."""
    if waited is None or days < SLOW_DAYS:
        return Light.ON_PATH
    return Light.BEHIND if days >= LATE_DAYS else Light.CLOSE
