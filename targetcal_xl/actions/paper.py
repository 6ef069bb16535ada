"""A letter on paper, held against the record by the code that is printed on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from ..calibration import Letter
from ..desk import INDIVIDUAL, RECORD, REPRESENTATIVE, Individual, Issue
from ..figures import plain
from ..language import text
from ..ledger import Proof, load
from ..letters import attached_code, letter_code, read_code
from ..problems import Refused
from ..telling import DONE, OBJECTION, QUESTION, QUIET, WRONG, Part, Sentence, table


@dataclass(frozen=True)
class JudgedCode:
    """A printed code: of the letter that was recorded, of another under its number, of none, or no code."""

    code: str
    verdict: Literal["recorded", "differs", "unknown", "unread"]
    letter: str = ""
    entry: int = 0
    """The entry that recorded it."""
    agreed: tuple[tuple[str, float], ...] = ()
    """What was recorded as agreed, by line: for the eye to compare with the paper."""
    by: str = ""
    """The proof that says so."""
    file: str = ""
    """The PDF whose data it is the code of; none for what was read off paper."""
    later: str = ""
    """The letter that took its place, by that proof or another of its log."""

    def tell(self, language: str) -> Iterator[Part]:
        """What the code says, and where it is recorded the numbers that have to stand on the paper."""
        said = {"code": self.code, "letter": self.letter, "entry": self.entry, "proof": self.by}
        if self.file:
            attached = text("telling.attest.attached", language, file=self.file, letter=self.letter)
            yield Sentence(attached, QUIET)
        yield Sentence(text(f"telling.attest.code_{self.verdict}", language, **said), _MARKS[self.verdict])
        yield from tell_replaced(self.letter, self.later, language)
        if self.agreed:
            rows = [(line, plain(value, language)) for line, value in self.agreed]
            yield table(("line", "agreed"), rows, language)


_MARKS = {"recorded": DONE, "differs": WRONG, "unknown": QUESTION, "unread": QUESTION}


def letter_after(number: str, letters: Iterable[tuple[str, str]]) -> str:
    """The letter that took its place, of the letters (number, replaces) of its log; empty without one."""
    return next((later for later, replaces in letters if number and replaces == number), "")


def tell_replaced(letter: str, later: str, language: str) -> Iterator[Sentence]:
    """That another letter took its place, if one did."""
    if later:
        yield Sentence(text("telling.attest.replaced", language, letter=letter, later=later), OBJECTION)


def judge_data(name: str, pdf: bytes, proofs: Sequence[tuple[str, Proof]]) -> JudgedCode | None:
    """The same with the code of what a PDF's data say was agreed; None where it has none."""
    code = attached_code(pdf)
    return replace(judge_code(str(code), proofs), file=name) if code else None


def judge_code(said: str, proofs: Sequence[tuple[str, Proof]]) -> JudgedCode:
    """Hold a code against the letters that sound proofs, each with its name, tell of."""
    code = read_code(said)
    if code is None:
        return JudgedCode(said, "unread")
    known = [(name, proof.seen.origin, *told) for name, proof in proofs for told in _letters(proof)]
    for name, origin, entry, letter in known:
        if letter.number == code.number:
            same = letter_code(letter) == code
            agreed = tuple((line.name, line.targets.agreed) for line in letter.lines)
            verdict: Literal["recorded", "differs"] = "recorded" if same else "differs"
            later = letter_after(
                code.number, ((one.number, one.replaces) for _, log, _, one in known if log == origin)
            )
            return JudgedCode(str(code), verdict, code.number, entry, agreed, name, later=later)
    return JudgedCode(str(code), "unknown", code.number)


def _letters(proof: Proof) -> Iterator[tuple[int, Letter]]:
    """The letters that a sound proof tells of, each with its entry."""
    held = proof.contents
    for entry in proof.entries:
        said = entry.columns
        if said["action"] == "letters" and entry.named in held:
            with suppress(Refused, ValueError, TypeError, KeyError):  # a log of somebody's own
                for issue in _issues(said["field"], held[entry.named]):
                    yield said["number"], issue.letter


def _issues(field: str, content: bytes) -> tuple[Issue, ...]:
    if field == INDIVIDUAL:
        return load(Individual, content).issues
    return (load(Issue, content),) if field in (RECORD, REPRESENTATIVE) else ()
