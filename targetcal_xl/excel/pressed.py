"""What a macro calls: the button's action on the workbook that the macro stands in."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import socket
from pathlib import Path

import xlwings

from .buttons import button
from .press import press


def pressed(code: str, language: str, answers: str) -> None:
    """Run a button's action on the calling workbook and show what came of it.

    `answers` is what VBA makes of them: `code=HEX,` for each, the digits of UTF-16.
    """
    book = xlwings.Book.caller()
    message = press(
        code,
        Path(book.fullname),
        typed_in_hex(answers),
        language,
        actor=os.environ.get("TARGETCAL_USER") or getpass.getuser(),
        clock=lambda: dt.datetime.now(dt.UTC),
        source=f"excel@{socket.gethostname()}",
        ledger=os.environ.get("TARGETCAL_LEDGER") or None,
    )
    book.app.alert(message, button(code).caption(language))


def typed_in_hex(answers: str) -> dict[str, str]:
    """The answers that VBA wrote in hexadecimal, by code."""
    pairs = (answer.partition("=") for answer in answers.split(",") if answer)
    return {code: bytes.fromhex(digits).decode("utf-16-be", "replace") for code, _, digits in pairs}
