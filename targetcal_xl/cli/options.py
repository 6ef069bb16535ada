"""Options that commands share, and the desk they sit down at."""

from __future__ import annotations

import datetime as dt
import getpass
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from ..buttons import macros
from ..desk import Desk, open_desk
from ..language import spoken_language, text
from .console import ERRORS

LANGUAGE = spoken_language()


def say(key: str, **fields: object) -> str:
    """A text of the command line in the language of this computer."""
    return text(f"cli.{key}", LANGUAGE, **fields)


def me() -> str:
    """The user of this computer."""
    return getpass.getuser()


Book = Annotated[Path, typer.Argument(help=say("argument.book"), metavar="BOOK")]
Who = Annotated[str, typer.Option("--as", envvar="TARGETCAL_USER", help=say("option.as"), metavar="NAME")]
LedgerAt = Annotated[str, typer.Option("--ledger", envvar="TARGETCAL_LEDGER", help=say("option.ledger"))]
Json = Annotated[bool, typer.Option("--json", help=say("option.json"))]
Regions = Annotated[list[str] | None, typer.Option("--region", "-r", help=say("option.regions"))]
OneRegion = Annotated[str, typer.Option("--region", "-r", help=say("option.region"))]
OneLine = Annotated[str, typer.Option("--line", "-l", help=say("option.line"))]
Reason = Annotated[str, typer.Option("--reason", help=say("option.reason"))]
Hours = Annotated[float, typer.Option("--hours", min=0, help=say("option.hours"))]
Language = Annotated[str, typer.Option("--lang", help=say("option.lang"))]


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each kind of long work, while it lasts; none where nobody sees it move."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=ERRORS, transient=True, disable=not ERRORS.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, steps: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(text(f"actions.progress.{what}", LANGUAGE), total=steps)
            bars.update(tasks[what], completed=done)

        yield report


def _source(who: str) -> str:
    """Where a command is given; and by whose account, where somebody else is named as acting."""
    place = f"cli@{socket.gethostname()}"
    return place if who in ("", me()) else f"{place} ({me()})"


@contextmanager
def at_desk(
    book: Path, who: str, ledger: str, *, create: bool = False, outdated: bool = False
) -> Iterator[Desk]:
    """A desk for the person at this computer, now, with a progress bar for long work."""
    with (
        progress_bars() as report,
        open_desk(
            book,
            actor=who or me(),
            clock=lambda: dt.datetime.now(dt.UTC),
            source=_source(who),
            ledger=ledger or None,
            create=create,
            progress=report,
            macros=macros,
            outdated=outdated,
        ) as desk,
    ):
        yield desk
