"""Working with the plan open: the table of buttons, and the macros, ribbon and questions made from it."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from ..commands import BUTTONS, Ask, Button, button
    from .answers import Answers
    from .caller import press_in, pressed
    from .macros import macros
    from .press import press

__all__ = [
    "BUTTONS",
    "Answers",
    "Ask",
    "Button",
    "button",
    "macros",
    "press",
    "press_in",
    "pressed",
]
