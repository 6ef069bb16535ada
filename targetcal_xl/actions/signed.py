"""Taking in letters that came back signed, in their files or on paper, and saying how each letter stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from ..calibration.vocabulary import Role
from ..desk import (
    SIGNED,
    Desk,
    Issue,
    LetterSignature,
    Stock,
    find_region,
    issues,
    letter_questions,
    signature_event,
    signed_by,
    take_stock,
)
from ..language import text
from ..ooxml import read_file
from ..problems import Problem, Refused
from ..telling import DONE, QUIET, Part, Report, Sentence, table, tell_problems
from .letter_files import LetterFile, doubts, issued_letters, last_letter, read_letters
from .sign import find_role, record_signatures

LetterStanding = Literal["unsigned", "half_signed", "signed", "asked"]
"""How a letter stands: nobody has signed, one has, both have; or somebody waits for an answer first."""


@dataclass(frozen=True)
class LetterStand:
    """A letter that is in force, and who has signed it."""

    letter: str
    region: str
    state: LetterStanding
    head: str
    superior: str
    question: str


@dataclass(frozen=True)
class SignedReport(Report):
    """What was taken in now, how every letter stands, and which files could not be taken in."""

    taken: tuple[LetterSignature, ...]
    letters: tuple[LetterStand, ...]
    refused: tuple[Problem, ...] = ()

    @property
    def leaves_work(self) -> bool:
        """Whether a file could not be taken in."""
        return bool(self.refused)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for one in self.taken:
            said = {"signer": one.signer, "role": text(f"telling.sign.{one.role}", language)}
            code = f"telling.signed.{one.way}"
            yield Sentence(text(code, language, **said, file=one.file), DONE, one.letter)
        yield from tell_problems(self.refused, language)
        if not self.letters:
            yield Sentence(text("telling.signed.nothing", language), QUIET)
        columns = ("letter", "region", "letter_stand", "by_head", "by_superior", "asked")
        rows = (_cells(one, language) for one in self.letters)
        yield table(columns, rows, language)


def _cells(one: LetterStand, language: str) -> tuple[str, ...]:
    state = text(f"telling.signed.{one.state}", language)
    return (one.letter, one.region, state, one.head, one.superior, one.question)


def signed_as_said(
    desk: Desk,
    files: Sequence[Path],
    paper: Path | None,
    region: str,
    role: str,
    on: dt.date | None,
    by: str,
    reason: str,
) -> SignedReport:
    """Take in signed files, or a scan of what was signed on paper, or say how all letters stand.

    Raise Refused where only half of it is said.
    """
    if paper is None and (region or role or on or by):
        raise Refused([Problem("signed_paper_needs")])
    if paper is None:
        return take_in_signed(desk, files, reason)
    if files or not (region and role and on):
        raise Refused([Problem("signed_paper_needs")])
    return signed_on_paper(desk, paper, region, role, on, by)


def take_in_signed(desk: Desk, files: Sequence[Path], reason: str = "") -> SignedReport:
    """Record the signatures in files that the ledger does not know; what cannot be believed is named.

    A `reason` says why a certificate that names somebody else is theirs.
    """
    stock = take_stock(desk)
    found, problems = read_letters(issued_letters(desk.ledger), files)
    before = signed_by(desk.ledger)
    wrong = {one.path: [*_faults(one, before.get(one.letter, {}), reason)] for one in found}
    sound = [one for one in found if not wrong[one.path]]
    record_signatures(stock, sound, reason)
    taken = tuple(_taken(stock, sound, before))
    return SignedReport(taken, stands(stock), (*problems, *(p for one in wrong.values() for p in one)))


def _faults(file: LetterFile, known: Mapping[Role, LetterSignature], reason: str) -> Iterator[Problem]:
    yield from doubts(file, known, reason)
    if not file.seen.signatures:
        yield Problem("signed_unsigned", file.path.name, {"letter": file.letter})


def _taken(
    stock: Stock, files: Iterable[LetterFile], before: Mapping[str, Mapping[Role, LetterSignature]]
) -> Iterator[LetterSignature]:
    """What the ledger knows of these letters now and did not know before."""
    now = signed_by(stock.desk.ledger)
    for file in files:
        had = before.get(file.letter, {})
        yield from (one for role, one in now.get(file.letter, {}).items() if role not in had)


def signed_on_paper(
    desk: Desk, scan: Path, region: str, role: str, on: dt.date, by: str = ""
) -> SignedReport:
    """Record that a letter was signed on paper: by whom, on which day, and the hash of its scan.

    `role` is that of who signed, or `both`. Raise Refused for what was signed before, or before it was
    issued.
    """
    stock, content = take_stock(desk), read_file(scan)
    found = find_region(stock.plan, region)
    issue = last_letter(stock, found)
    roles = (*SIGNED,) if role == "both" else (find_role(role),)
    if problems := [*_paper_faults(stock, issue, roles, on, by)]:
        raise Refused(problems)
    taken = [_on_paper(issue, one, on, by, scan.name, content) for one in roles]
    made = [signature_event(stock.standing.values, found.code, one) for one in taken]
    stock.settle([event for event, _ in made], [document for _, document in made])
    return SignedReport(tuple(taken), stands(stock))


def _on_paper(issue: Issue, role: Role, on: dt.date, by: str, file: str, content: bytes) -> LetterSignature:
    region = issue.letter.region
    person = region.head if role == Role.HEAD else region.superior
    digest = sha256(content).hexdigest()
    return LetterSignature(
        issue.letter.number, role, "paper", by or person.name, on.isoformat(), file, digest
    )


def _paper_faults(
    stock: Stock, issue: Issue, roles: Sequence[Role], on: dt.date, by: str
) -> Iterator[Problem]:
    known, number = signed_by(stock.desk.ledger).get(issue.letter.number, {}), issue.letter.number
    for role in roles:
        if role in known:
            said = {"signer": known[role].signer, "at": known[role].signed_at}
            yield Problem("signed_already", number, said)
    if on < issue.letter.issued or on > stock.desk.clock().astimezone().date():
        yield Problem("signed_when", number, {"issued": issue.letter.issued})
    if by and len(roles) > 1:
        yield Problem("signed_paper_needs")


def stands(stock: Stock) -> tuple[LetterStand, ...]:
    """How every letter in force stands."""
    last = {one.letter.region.code: one for one in issues(stock.desk.ledger)}
    known, asked = signed_by(stock.desk.ledger), letter_questions(stock.desk.ledger)
    found = list[LetterStand]()
    for one in last.values():
        number = one.letter.number
        signed = known.get(number, {})
        waiting = next((each for each in asked.get(number, []) if each.is_open), None)
        state: LetterStanding = "asked" if waiting else ("unsigned", "half_signed", "signed")[len(signed)]
        who = [_who(signed.get(role)) for role in SIGNED]
        question = f"{waiting.by}, {waiting.due}: {waiting.text}" if waiting else ""
        found.append(LetterStand(number, one.letter.region.name, state, who[0], who[1], question))
    return tuple(found)


def _who(one: LetterSignature | None) -> str:
    return f"{one.signer}, {one.signed_at[:10]}" if one else ""
