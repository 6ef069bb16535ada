"""A button pressed in an open workbook: its action runs there, and a message box tells what came of it."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import socket
from collections.abc import Mapping
from contextlib import AbstractContextManager

import xlwings

from ..commands import button
from ..desk import Desk, open_live_desk
from .press import press


def pressed(code: str, language: str, answers: str) -> None:
    """What a macro calls: run the action on the workbook it stands in and show what came of it.

    `answers` is what VBA makes of them: `code=HEX,` for each, the digits of UTF-16.
    """
    book = xlwings.Book.caller()
    message = press_in(book, code, typed_in_hex(answers), language, "excel")
    book.app.alert(message, button(code).caption(language))


def press_in(book: xlwings.Book, code: str, typed: Mapping[str, str], language: str, program: str) -> str:
    """Run a button's action on a workbook that a program has open, for who is at this computer, now."""

    def sit(actor: str) -> AbstractContextManager[Desk]:
        return open_live_desk(
            book,
            actor=actor,
            clock=lambda: dt.datetime.now(dt.UTC),
            source=f"{program}@{socket.gethostname()}",
            language=language,
            ledger=os.environ.get("TARGETCAL_LEDGER") or None,
        )

    actor = os.environ.get("TARGETCAL_USER") or getpass.getuser()
    return press(code, typed, language, actor, sit)


def typed_in_hex(answers: str) -> dict[str, str]:
    """The answers that VBA wrote in hexadecimal, by code."""
    pairs = (answer.partition("=") for answer in answers.split(",") if answer)
    return {code: bytes.fromhex(digits).decode("utf-16-be", "replace") for code, _, digits in pairs}
