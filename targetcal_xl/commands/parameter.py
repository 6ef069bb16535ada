"""What an action wants to know: an option of its command and a question of its button in one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args, get_origin

from ..language import text

AskKind = Literal["text", "number", "whole", "date", "region", "line", "person", "file", "folder"]
"""What is asked for; a region or line is named by code or name, a date is ISO text."""

NEEDED: Final = inspect.Parameter.empty
"""The default of what has none."""


@dataclass(frozen=True)
class Ask:
    """One question: the code of its answer, what is asked for, and whether it may stay empty."""

    code: str
    kind: AskKind = "text"
    needed: bool = True
    many: bool = False
    """Whether the action takes a list of them."""

    def question(self, language: str) -> str:
        """The question in words."""
        return text(f"excel.ask.{self.code}", language)


WHO: Final = Ask("who", "person")
"""Who acts, where that is seldom the one at the keyboard."""


@dataclass(frozen=True)
class Given:
    """How something is given on the command line, and what kind of thing it is."""

    flags: str = ""
    """`--region -r`; without any it is an argument in its place."""
    kind: AskKind = "text"
    about: str = ""
    """Which words of the catalogue tell of it, if not those of its name."""
    metavar: str | None = None
    least: float | None = None
    variable: str | None = None
    """The environment variable that stands in for it."""
    names: Callable[[], Sequence[str]] = tuple
    """What there is to choose from, where its words name all of it; looked up when somebody asks for help."""


@dataclass(frozen=True)
class Parameter:
    """Something that an action takes: its name, its type, how it is given, and what holds without it."""

    name: str
    type: object
    given: Given
    default: object = NEEDED

    @property
    def is_needed(self) -> bool:
        """Whether nothing can be done without it."""
        return self.default is NEEDED

    @property
    def ask(self) -> Ask:
        """The question that a button puts."""
        many = any(get_origin(one) is list for one in (self.type, *get_args(self.type)))
        return Ask(self.name, self.given.kind, self.is_needed, many)

    def help(self, language: str) -> str:
        """What the command's help says of it."""
        place = "option" if self.given.flags else "argument"
        known = text("cli.or", language).join(self.given.names())
        return text(f"cli.{place}.{self.given.about or self.name}", language, names=known)


def parameters(function: Callable[..., object]) -> tuple[Parameter, ...]:
    """What a function of the table takes, but for where it works: `Annotated[type, Given(...)]` each."""
    _, *own = inspect.signature(function).parameters.values()
    return tuple(_parameter(one) for one in own)


def _parameter(one: inspect.Parameter) -> Parameter:
    kind, given = get_args(one.annotation)
    return Parameter(one.name, kind, given, one.default)
