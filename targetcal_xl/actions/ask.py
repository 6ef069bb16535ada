"""Acknowledge or ask: who is to sign a letter may ask back first, and is answered on the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ..calibration import Region
from ..desk import (
    ANSWER,
    ASK,
    QUESTION,
    QUESTION_DUE,
    REPLY,
    Desk,
    Issue,
    Stock,
    find_region,
    open_question,
    signed_by,
    take_stock,
    text_faults,
)
from ..language import is_placeholder, text
from ..ledger import Event
from ..problems import DataProblems, Problem, Refused
from ..telling import DONE, Part, Report, Sentence
from ..telling import QUESTION as OPEN
from .letter_files import last_letter


@dataclass(frozen=True)
class LetterQuestionReport(Report):
    """A question about a letter, or its answer."""

    letter: str
    region: str
    by: str
    said: str
    due: dt.date | None
    """By when it is to be answered; none where this is the answer."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        code = "telling.ask.asked" if self.due else "telling.ask.answered"
        said = text(code, language, by=self.by, said=self.said, due=self.due)
        yield Sentence(said, OPEN if self.due else DONE, self.letter)


def ask(desk: Desk, region: str, words: str, until: dt.date, employee: str = "") -> LetterQuestionReport:
    """Ask about a letter that is to be signed, before signing it; it is to be answered by a day.

    The letter is the region's, or that of the representative with the number `employee`.

    Raise Refused for anybody but those who sign and their deputy, for a day that has passed, and where a
    question waits already, or both have signed.
    """
    stock = take_stock(desk)
    found = find_region(stock.plan, region)
    issue = last_letter(stock, found, employee)
    letter = issue.letter.number
    if problems := [*_ask_faults(stock, found, issue, until)]:
        raise Refused(problems)
    _refuse_words(found, words, says_nothing=is_placeholder(words))
    values = stock.standing.values
    said = {QUESTION: words.strip(), QUESTION_DUE: until.isoformat()}
    keys = {field: (found.code, letter, field) for field in said}
    stock.settle([Event(ASK, *keys[field], values.get(keys[field]), said[field]) for field in said])
    return LetterQuestionReport(letter, found.name, desk.actor, words.strip(), until)


def answer(desk: Desk, region: str, words: str, employee: str = "") -> LetterQuestionReport:
    """Answer what is asked about a region's letter, or about that of a representative.

    Raise Refused where nothing is asked, and for who has asked.
    """
    stock = take_stock(desk)
    found = find_region(stock.plan, region)
    letter = last_letter(stock, found, employee).letter.number
    asked = open_question(desk.ledger, letter)
    if asked is None:
        raise Refused([Problem("answer_nothing", found.name, {"letter": letter})])
    if asked.by == desk.actor:
        raise Refused([Problem("answer_own", found.name, {"actor": desk.actor})])
    _refuse_words(found, words, says_nothing=not words.strip())
    key = (found.code, letter, REPLY)
    stock.settle([Event(ANSWER, *key, stock.standing.values.get(key), words.strip())])
    return LetterQuestionReport(letter, found.name, desk.actor, words.strip(), None)


def _ask_faults(stock: Stock, region: Region, issue: Issue, until: dt.date) -> Iterator[Problem]:
    actor, ledger, letter, signs = stock.desk.actor, stock.desk.ledger, issue.letter, issue.letter.region
    deputies = () if issue.is_individual else (region.deputy,)
    if actor not in {one.name for one in (signs.head, signs.superior, *deputies)}:
        said = {"actor": actor, "head": signs.head.name, "superior": signs.superior.name}
        yield Problem("ask_who", region.name, said)
    if until < stock.desk.clock().astimezone().date():
        yield Problem("ask_until", region.name, {"until": until})
    if asked := open_question(ledger, letter.number):
        yield Problem("ask_waiting", region.name, {"by": asked.by, "due": asked.due})
    if len(signed_by(ledger).get(letter.number, {})) > 1:
        yield Problem("ask_signed", region.name, {"letter": letter.number})


def _refuse_words(region: Region, words: str, says_nothing: bool) -> None:
    """A question has to say something; to many a question a "no" is the whole answer."""
    if says_nothing:
        raise Refused([Problem("ask_words", region.name)])
    if faults := [*text_faults(region.name, words)]:
        raise DataProblems(faults)
