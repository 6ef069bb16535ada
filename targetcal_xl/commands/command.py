"""Commands and buttons as records, and the table that they are entered in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from ..language import text
from .parameter import WHO, Ask, Parameter, parameters

if TYPE_CHECKING:
    # Nothing that works is loaded before it is wanted.
    from ..desk import Desk, OnProgress
    from ..telling import Report

Group = Literal["finance", "hr"]
Run = TypeVar("Run", bound=Callable[..., "Report"])


class Here(Protocol):
    """This computer, and who is at it: what a command works with that sits at no desk, or not at once."""

    @property
    def language(self) -> str:
        """The language that the person reads."""

    def tell(self, report: Report) -> None:
        """Shows a report of work that goes on."""

    def now(self) -> dt.datetime:
        """The time."""

    def secret(self, name: str) -> str:
        """Asks the person for the secret of what is called so; raise Refused where nobody can be asked."""

    def ask(self, question: str, default: str) -> str:
        """Asks the person; an empty answer is the default. Raise Refused where nobody answers."""

    def progress(self) -> AbstractContextManager[OnProgress]:
        """Shows how far long work is, while it lasts."""

    def desk(
        self, book: Path, who: str, ledger: str, *, create: bool = False, outdated: bool = False
    ) -> AbstractContextManager[Desk]:
        """Sits the person, or who is named, down at a book; `create` begins its ledger.

        `outdated` takes a book of an older release.
        """


@dataclass(frozen=True)
class Command:
    """Something that is done with one line in a terminal."""

    name: str
    examples: tuple[str, ...]
    run: Callable[..., Report]
    """Takes the desk, or `Here`, and the parameters by name."""
    at_desk: bool

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """What it takes, in order."""
        return parameters(self.run)

    def help(self, language: str) -> str:
        """What it does, in a sentence."""
        return text(f"cli.help.{self.name}", language)


@dataclass(frozen=True)
class Button:
    """Something that is done with the plan open: what is asked first, and what is run."""

    code: str
    group: Group
    image: str
    """A picture of Office's own, by its name there (imageMso)."""
    run: Callable[..., Report]
    """Takes the desk, and by name the answers and what is settled."""
    asks: tuple[Ask, ...]
    settled: dict[str, object]
    """What the button stands for, so that nobody is asked."""

    @property
    def taken(self) -> tuple[Ask, ...]:
        """The questions whose answers the function takes: who acts, the desk knows."""
        return tuple(ask for ask in self.asks if ask != WHO)

    def caption(self, language: str) -> str:
        """The words on the button."""
        return text(f"excel.button.{self.code}", language)

    def tip(self, language: str) -> str:
        """What the button does, in a sentence."""
        return text(f"excel.tip.{self.code}", language)


@dataclass
class CommandTable:
    """What people can do, in the order of a plan's life; functions are entered by decorating them."""

    commands: list[Command] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    def command(self, *examples: str) -> Callable[[Run], Run]:
        """Enter a function as a command, called what its examples call it.

        It works at a desk where its first parameter is the `desk`, else `here`.
        """

        def enter(run: Run) -> Run:
            at_desk = next(iter(run.__annotations__)) == "desk"
            self.commands.append(Command(examples[0].split()[1], examples, run, at_desk))
            return run

        return enter

    def button(
        self, code: str, group: Group, image: str, *asks: str, **settled: object
    ) -> Callable[[Run], Run]:
        """Enter a function as a button that asks for these of its parameters, and for `who` acts."""

        def enter(run: Run) -> Run:
            known = {one.name: one.ask for one in parameters(run)} | {WHO.code: WHO}
            questions = tuple(known[name] for name in asks)
            self.buttons.append(Button(code, group, image, run, questions, settled))
            return run

        return enter
