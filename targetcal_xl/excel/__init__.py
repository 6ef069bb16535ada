"""Working with the plan open: the buttons that run the same actions as the commands."""

from __future__ import annotations

from .answers import Answers, Ask
from .buttons import BUTTONS, Button, button
from .macros import macros
from .press import press
from .pressed import pressed

__all__ = ["BUTTONS", "Answers", "Ask", "Button", "button", "macros", "press", "pressed"]
