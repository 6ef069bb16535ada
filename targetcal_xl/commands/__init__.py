"""What people can do with a plan, named once: commands, buttons and menus are all made from this table."""

from __future__ import annotations

from .command import Button, Command, CommandTable, Group, Here
from .parameter import Ask, AskKind, Given, Parameter
from .table import BUTTONS, COMMANDS, button

__all__ = [
    "BUTTONS",
    "COMMANDS",
    "Ask",
    "AskKind",
    "Button",
    "Command",
    "CommandTable",
    "Given",
    "Group",
    "Here",
    "Parameter",
    "button",
]
