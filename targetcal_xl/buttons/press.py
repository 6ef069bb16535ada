"""Pressing a button: the action is run, and what came of it is told in words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import singledispatch

from .. import log
from ..commands import BUTTONS, button
from ..desk import Desk
from ..language import text
from ..problems import DataProblems, TargetcalError
from ..telling import Part, Rows, Sentence, tell_problems
from .answers import Answers

_LOG = logging.getLogger(__name__)

Sit = Callable[[str], AbstractContextManager[Desk]]
"""Sits somebody down at the book, by name."""
MOST_LINES = 40
"""What fits a message box on a small screen."""


def press(code: str, typed: Mapping[str, str], language: str, actor: str, sit: Sit) -> str:
    """Run a button's action at a desk and say what came of it; problems are told, never raised.

    `typed` are the answers to the button's questions, by code. Who is named there as `who` acts,
    else `actor`. Raise KeyError for a button that is not there.
    """
    pressed, said = button(code), Answers(typed)
    log.heed()
    _LOG.info("button %s", log.one_of(code, {each.code for each in BUTTONS}))
    try:
        if problems := list(said.problems(pressed.asks, language)):
            raise DataProblems(problems)
        with sit(said.words("who") or actor) as desk:
            report = pressed.run(desk, **said.values(pressed.taken, desk.path), **pressed.settled)
        return in_words(list(report.tell(language)), language)
    except TargetcalError as found:
        _LOG.info("refused: %s", log.codes(found.problems))
        return in_words(list(tell_problems(found.problems, language)), language)
    except Exception as error:
        return in_words(list(tell_problems([log.unexpected(error)], language)), language)


def in_words(parts: Sequence[Part], language: str) -> str:
    """Parts of a report as the lines of a message box; what does not fit is counted."""
    lines = [line for part in parts for line in _lines(part)]
    if (rest := len(lines) - MOST_LINES) > 0:
        lines = [*lines[:MOST_LINES], text("excel.more", language, count=rest)]
    return "\n".join(lines)


@singledispatch
def _lines(part: Part) -> Iterator[str]:
    """A part of a report, line by line."""
    raise TypeError(type(part).__name__)


@_lines.register
def _sentence(part: Sentence) -> Iterator[str]:
    words = " ".join(filter(None, (part.mark, part.about, part.said)))
    yield f"    {words}" if part.indented else words


@_lines.register
def _rows(part: Rows) -> Iterator[str]:
    yield "   ".join(part.captions)
    yield from ("   ".join(filter(None, row)) for row in part.rows)
