"""Where a region is in its negotiation, what may happen there, and who may do it: all rules, once.

The table in `docs/design.md` is this one in words, and a test holds it against this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from .vocabulary import Move, Role, Stage, State

Actor = Literal[Role.HEAD, Role.DEPUTY, Role.SUPERIOR, Role.HRBP, "finance"]
"""Who does something: one of a region's people, or finance, which is whoever runs the program."""


@dataclass(frozen=True)
class Transition:
    """Something that may happen to a region: by whom, in which stages, and where that leads."""

    move: Move
    actors: tuple[Actor, ...]
    before: tuple[Stage, ...]
    after: tuple[Stage, ...]


OPEN_STAGES: Final = (Stage.DRAFT, Stage.RETURNED)
"""The stages in which a region's head may type."""
_WAITING: Final = (Stage.SUBMITTED, Stage.OBJECTED)
_LOCKED: Final = (*_WAITING, Stage.DECIDED)
_FINAL: Final = (Stage.CONFIRMED, Stage.CHANGED)
_UNCONFIRMED: Final = (*OPEN_STAGES, *_LOCKED, Stage.ACCEPTED)

MACHINE: Final[tuple[Transition, ...]] = (
    Transition("lock", ("finance",), OPEN_STAGES, (*_WAITING, Stage.ACCEPTED)),
    Transition("withdraw", (Role.HEAD, Role.DEPUTY), _WAITING, OPEN_STAGES),
    Transition("answer", (Role.HRBP,), _UNCONFIRMED, _UNCONFIRMED),
    Transition(
        "decide",
        (Role.SUPERIOR,),
        _LOCKED,
        (Stage.OBJECTED, Stage.DECIDED, Stage.RETURNED, Stage.ACCEPTED),
    ),
    Transition("grant", (Role.SUPERIOR,), (*_LOCKED, Stage.ACCEPTED), (*_LOCKED, Stage.ACCEPTED)),
    Transition("unlock", ("finance",), (*_LOCKED, Stage.ACCEPTED, *_FINAL), (Stage.DRAFT,)),
    Transition("confirm", ("finance",), (Stage.ACCEPTED, *_FINAL), (Stage.CONFIRMED,)),
    Transition("letters", ("finance",), _FINAL, _FINAL),
    Transition("change", ("finance",), _FINAL, _FINAL),
    Transition("approve", (Role.SUPERIOR, Role.HRBP), _FINAL, _FINAL),
)
"""Every rule. `answer` and `approve` want something that waits, `confirm` no objection that is open."""

_KNOWN: Final = {one.move: one for one in MACHINE}


def allows(stage: Stage, move: Move) -> bool:
    """Whether this may happen to a region where it is."""
    return stage in _KNOWN[move].before


def actors_of(move: Move) -> tuple[Actor, ...]:
    """Who may do this."""
    return _KNOWN[move].actors


def stage_of(state: State, *, objects: bool, decided: bool, returned: bool, changed: bool) -> Stage:
    """The stage of a region, from the state that is recorded and what is recorded of its lines.

    `objects` is whether an objection is open, `decided` whether a line was decided on since the region
    was locked, `returned` whether a line waits with a counter or was returned, `changed` whether a
    confirmed target was changed.
    """
    if state == State.OPEN:
        return Stage.RETURNED if returned else Stage.DRAFT
    if state == State.LOCKED and objects:
        return Stage.OBJECTED
    if state == State.LOCKED:
        return Stage.DECIDED if decided else Stage.SUBMITTED
    if state == State.DECIDED:
        return Stage.ACCEPTED
    return Stage.CHANGED if changed else Stage.CONFIRMED
