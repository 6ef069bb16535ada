"""Working with the plan open: buttons that run the actions, and worksheet functions that compute."""

from __future__ import annotations

from . import functions
from .answers import Answers, Ask
from .buttons import BUTTONS, Button, button
from .caller import press_in, pressed
from .macros import macros
from .press import press
from .registry import FUNCTIONS, Argument, Function, computed, reasons

__all__ = [
    "BUTTONS",
    "FUNCTIONS",
    "Answers",
    "Argument",
    "Ask",
    "Button",
    "Function",
    "button",
    "computed",
    "functions",
    "macros",
    "press",
    "press_in",
    "pressed",
    "reasons",
]
