"""Working with the plan open: the buttons that run the same actions as the commands."""

from __future__ import annotations

from .answers import Answers, Ask
from .buttons import BUTTONS, Button, button
from .press import press

__all__ = ["BUTTONS", "Answers", "Ask", "Button", "button", "press"]
