"""Sitting down at a workbook that somebody has open: every action runs there as on a file."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from ..language import text
from ..workbook import LiveBook, at_work, path_of
from .desk import Clock, Desk, OnProgress, open_desk
from .secret import sheet_password

if TYPE_CHECKING:
    import xlwings as xw


@contextmanager
def open_live_desk(
    book: xw.Book,
    *,
    actor: str,
    clock: Clock,
    source: str,
    language: str,
    ledger: str | None = None,
    chance: Callable[[int], bytes] = secrets.token_bytes,
) -> Iterator[Desk]:
    """`open_desk` at a workbook that Excel or LibreOffice has open, its status bar in a language.

    What an action records is recorded first; then the open workbook is changed and saved by its program.
    """
    with (
        open_desk(
            path_of(book), actor=actor, clock=clock, source=source, ledger=ledger, chance=chance
        ) as desk,
        at_work(book, sheet_password(desk.ledger)) as live,
    ):
        say = _on_status_bar(live, language)
        yield replace(desk, opening=live.reread, progress=say, aside=nullcontext)


def _on_status_bar(live: LiveBook, language: str) -> OnProgress:
    def say(what: str, done: int, steps: int) -> None:
        doing = text(f"actions.progress.{what}", language)
        live.say(text("actions.progress.so_far", language, doing=doing, done=done, steps=steps))

    return say
