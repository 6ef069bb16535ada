"""A question in a thread of its own, as a server may never end its answer."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import Final, Protocol

from ...problems import DataProblems, Problem
from .named import DataSource

_LONGEST = 900.0
"""After so many seconds an answer is given up that has not ended: others wait for it."""
_FAREWELL = 5.0
"""For so many seconds one that was told to stop is waited for."""
ASKING: Final = "asks a source"
"""What a thread is called that does."""


class SourceQuestion(Protocol):
    """Something that is asked of a server."""

    def said(self) -> bytes:
        """The answer as a table in text."""

    def stop(self) -> None:
        """Tell that nobody waits for the answer any more."""


def in_time(source: DataSource, question: SourceQuestion) -> bytes:
    """The answer to a question, if it ends before others can wait no longer.

    Who answers too late is told to stop where there is a way; to one that says nothing at all nobody listens
    any more. Raise DataProblems then.
    """
    asked = _Asked(question)
    asked.start()
    try:
        asked.join(_LONGEST)
    finally:
        if is_late := asked.is_alive():
            with suppress(Exception):
                question.stop()
            asked.join(_FAREWELL)
    if is_late:
        raise DataProblems([_too_slow(source)])
    return asked.answer.result()


class _Asked(threading.Thread):
    """A question, apart from who waits for the answer."""

    def __init__(self, question: SourceQuestion) -> None:
        super().__init__(name=ASKING, daemon=True)
        self.answer = Future[bytes]()
        self._question = question

    def run(self) -> None:
        """Ask, and keep what is said or why nothing is."""
        try:
            self.answer.set_result(self._question.said())
        except BaseException as error:
            self.answer.set_exception(error)


def _too_slow(source: DataSource) -> Problem:
    return Problem("source_slow", source.name, {"minutes": round(_LONGEST / 60)})
