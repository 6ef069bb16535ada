"""What those who are to sign a letter ask about it first, and what is answered."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..ledger import Entry, Log

ASK, ANSWER = "ask", "answer"
"""The actions of their entries."""
QUESTION: Final = "letter.question"
QUESTION_DUE: Final = "letter.question_due"
REPLY: Final = "letter.reply"
"""The fields of a letter that hold the question, by when it is to be answered, and the answer."""


@dataclass(frozen=True)
class LetterQuestion:
    """A question about a letter; open until it is answered."""

    letter: str
    region: str
    by: str
    at: dt.datetime
    due: dt.date
    text: str
    answer: str = ""
    answered_by: str = ""
    answered_at: dt.datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody waits for the answer."""
        return self.answered_at is None


def letter_questions(ledger: Log) -> Mapping[str, list[LetterQuestion]]:
    """By the letter's number its questions, in order; at most the last one is open."""
    found: defaultdict[str, list[LetterQuestion]] = defaultdict(list)
    dues = {(one.row, one.at): str(one.new) for one in ledger.entries(action=ASK, field=QUESTION_DUE)}
    for entry in ledger.entries(action=ASK, field=QUESTION):
        letter, due = str(entry.row), dt.date.fromisoformat(dues[entry.row, entry.at])
        asked = LetterQuestion(letter, str(entry.region), entry.actor, entry.at, due, str(entry.new))
        found[letter].append(asked)
    for number, entry in _numbered(ledger):
        asked = found[str(entry.row)][number]
        done = {"answered_by": entry.actor, "answered_at": entry.at}
        found[str(entry.row)][number] = replace(asked, answer=str(entry.new), **done)  # type: ignore[arg-type]
    return found


def _numbered(ledger: Log) -> Iterator[tuple[int, Entry]]:
    """The answers, each with the place of its question among those of the letter."""
    times: defaultdict[str, int] = defaultdict(int)
    for entry in ledger.entries(action=ANSWER, field=REPLY):
        yield times[str(entry.row)], entry
        times[str(entry.row)] += 1


def open_question(ledger: Log, letter: str) -> LetterQuestion | None:
    """What is asked about a letter and not answered yet."""
    asked = letter_questions(ledger).get(letter, [])
    return asked[-1] if asked and asked[-1].is_open else None
