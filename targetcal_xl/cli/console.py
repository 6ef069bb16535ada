"""Where words go: results to standard output, progress and problems to standard error."""

from __future__ import annotations

import codecs
import io
import os
import sys

from rich.console import Console

OUT = Console(highlight=False, soft_wrap=True)
ERRORS = Console(stderr=True, highlight=False, soft_wrap=True)

_STAND_INS = {"✓": "+", "✗": "x", "⚑": "!", "⚠": "!", "…": "...", "∞": "inf", **dict.fromkeys("·–—−", "-")}
"""What is shown for a sign that a console has none for; anything else becomes `?`."""
_REPLACED = "targetcal.stand-in"


def name_files_freely() -> None:
    """Start again in UTF-8 where files could not be called after regions, as letters are.

    So it is in the locale C with Python's own remedy (PEP 540) switched off, and in Western ones.
    """
    try:
        "大区".encode(sys.getfilesystemencoding())
    except UnicodeEncodeError:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606


def speak_anyway() -> None:
    """Let no sign end a command: those that the encoding of a console or a file lacks are replaced.

    Consoles of Chinese and Western Windows (GBK, cp1252), schedulers and redirected output have no ✓.
    """
    codecs.register_error(_REPLACED, _stand_in)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_REPLACED)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    said = error.object[error.start : error.end]
    return "".join(_STAND_INS.get(sign, "?") for sign in said), error.end


def speaks_unicode() -> bool:
    """Whether every sign can be written to standard output."""
    return sys.stdout is None or (sys.stdout.encoding or "").lower().startswith("utf")
