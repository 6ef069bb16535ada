"""The table: all stories of a plan's life, in their order.

A story has a function for each command or button, which hands what a person said to one action. An action is
loaded when it runs, so that `--help` and a menu cost next to nothing. Annotations are no texts there: options
and questions are made from them.
"""

from itertools import chain

from . import afterwards, commitment, evidence, negotiation, planning, post, upkeep
from .command import Button, Command

_STORIES = (
    planning.TABLE,
    negotiation.TABLE,
    commitment.TABLE,
    afterwards.TABLE,
    post.TABLE,
    evidence.TABLE,
    upkeep.TABLE,
)

COMMANDS: tuple[Command, ...] = tuple(chain.from_iterable(one.commands for one in _STORIES))
"""Every command, in the order of a plan's life."""

BUTTONS: tuple[Button, ...] = tuple(
    sorted(chain.from_iterable(one.buttons for one in _STORIES), key=lambda one: one.group)
)
"""Every button: those of finance, then those of HR, each in the order of a plan's life."""


def button(code: str) -> Button:
    """The button with this code; raise KeyError when there is none."""
    return {one.code: one for one in BUTTONS}[code]
