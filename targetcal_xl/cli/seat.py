"""This computer and the person at it, and the desk at which they sit down."""

from __future__ import annotations

import datetime as dt
import getpass
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import buttons
from ..desk import Desk, open_desk, silent
from ..language import text
from ..problems import Problem, Refused
from .console import ERRORS

if TYPE_CHECKING:
    from rich.progress import TaskID

    from ..telling import Report
    from ..workbook import Macros


def me() -> str:
    """The user of this computer."""
    return getpass.getuser()


@dataclass(frozen=True)
class ThisComputer:
    """What a command line has: its language, a terminal for bars, and books to sit down at."""

    language: str
    as_json: bool = False
    """Whether reports are wanted as JSON."""

    def tell(self, report: Report) -> None:
        """Show a report of work that goes on."""
        from .show import show

        show(report, self.as_json)

    def now(self) -> dt.datetime:
        """The time."""
        return dt.datetime.now(dt.UTC)

    def secret(self, name: str) -> str:
        """Ask for the secret of what is called so, unseen; raise Refused where nobody can be asked."""
        if not (sys.stdin.isatty() and ERRORS.is_terminal):
            raise Refused([Problem("key_unasked", name)])
        return getpass.getpass(text("cli.secret", self.language, name=name))

    def ask(self, question: str, default: str) -> str:
        """Ask in a line of its own, and take a line; raise Refused where there is none any more."""
        said = text("cli.ask", self.language, question=question, default=default) if default else question
        ERRORS.print(said, markup=False)
        try:
            return input().strip() or default
        except EOFError as error:
            raise Refused([Problem("init_unanswered")]) from error

    @contextmanager
    def progress(self) -> Iterator[Callable[[str, int, int], None]]:
        """A bar for each kind of long work, while it lasts; none where nobody sees it move."""
        if not ERRORS.is_terminal:
            yield silent
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=ERRORS, transient=True) as bars:
            tasks: dict[str, TaskID] = {}

            def report(what: str, done: int, steps: int) -> None:
                if what not in tasks:
                    said = text(f"actions.progress.{what}", self.language)
                    tasks[what] = bars.add_task(said, total=steps)
                bars.update(tasks[what], completed=done)

            yield report

    @contextmanager
    def desk(
        self, book: Path, who: str, ledger: str, *, create: bool = False, outdated: bool = False
    ) -> Iterator[Desk]:
        """A desk for the person at this computer, now, with a progress bar for long work."""
        with (
            self.progress() as report,
            open_desk(
                book,
                actor=who or me(),
                clock=self.now,
                source=_source(who),
                ledger=ledger or None,
                create=create,
                progress=report,
                macros=_macros,
                outdated=outdated,
            ) as desk,
        ):
            yield desk


def _macros(language: str) -> Macros:
    """Loaded for a book that has some."""
    return buttons.macros(language)


def _source(who: str) -> str:
    """Where a command is given; and by whose account, where somebody else is named as acting."""
    place = f"cli@{socket.gethostname()}"
    return place if who in ("", me()) else f"{place} ({me()})"
