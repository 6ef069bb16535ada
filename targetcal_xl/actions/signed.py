"""Taking in letters that came back signed, in their files or on paper, and saying how each letter stands."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from ..calibration import Region
from ..calibration.vocabulary import Role
from ..desk import (
    FOLDER,
    SCAN,
    SIGN,
    SIGNED,
    AttachedFile,
    Desk,
    Issue,
    LetterQuestion,
    LetterSignature,
    Stock,
    find_region,
    keep_attached,
    letter_questions,
    letters_that_hold,
    read_scan,
    signature_event,
    signed_by,
    take_stock,
)
from ..language import text
from ..ledger import Event
from ..problems import Problem, Refused
from ..telling import DONE, QUIET, Part, Report, Sentence, table, tell_problems
from .letter_files import LetterFile, doubts, issued_letters, last_letter, read_letters
from .sign import find_role, record_signatures

LetterStanding = Literal["unsigned", "half_signed", "signed", "asked"]
"""How a letter stands: nobody has signed, one has, both have; or somebody waits for an answer first."""
_STANDINGS: Final[tuple[LetterStanding, ...]] = get_args(LetterStanding)


@dataclass(frozen=True)
class LetterStand:
    """A letter that is in force, and who has signed it."""

    letter: str
    region: str
    state: LetterStanding
    head: str
    superior: str
    question: str
    person: str = ""
    """The representative whose letter it is; empty where it is the region's."""


@dataclass(frozen=True)
class SignedReport(Report):
    """What was taken in now, how every letter stands, and which files could not be taken in."""

    taken: tuple[LetterSignature, ...]
    letters: tuple[LetterStand, ...]
    refused: tuple[Problem, ...] = ()
    region: str = ""
    """Of whose region every letter is listed; representatives' letters of others are counted."""

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
        listed = [one for one in self.letters if self.region or not one.person or one.question]
        columns = ("letter", "letter_bearer", "letter_stand", "by_head", "by_superior", "asked")
        shown = columns if any(one.question for one in listed) else columns[:-1]
        yield table(shown, (_cells(one, language)[: len(shown)] for one in listed), language)
        for region, counts in self._people().items():
            facts = {state: counts[state] for state in _STANDINGS} | {"count": counts.total()}
            yield Sentence(text("telling.signed.people", language, **facts), QUIET, region)

    def _people(self) -> dict[str, Counter[str]]:
        """By region how letters of representatives stand, where they are counted."""
        found = defaultdict[str, Counter[str]](Counter)
        for one in self.letters if not self.region else ():
            if one.person:
                found[one.region][one.state] += 1
        return found


def _cells(one: LetterStand, language: str) -> tuple[str, ...]:
    state = text(f"telling.signed.{one.state}", language)
    return (one.letter, one.person or one.region, state, one.head, one.superior, one.question)


def signed_as_said(
    desk: Desk,
    files: Sequence[Path],
    paper: Path | None,
    region: str,
    role: str,
    on: dt.date | None,
    by: str,
    reason: str,
    employee: str = "",
) -> SignedReport:
    """Take in signed files, or a scan of what was signed on paper, or say how all letters stand.

    Raise Refused where only half of it is said.
    """
    if paper is None and (employee or role or on or by):
        raise Refused([Problem("signed_paper_needs")])
    if paper is None:
        return take_in_signed(desk, files, reason, region)
    if files or not (region and role and on):
        raise Refused([Problem("signed_paper_needs")])
    return signed_on_paper(desk, paper, region, role, on, by, employee)


def take_in_signed(desk: Desk, files: Sequence[Path], reason: str = "", region: str = "") -> SignedReport:
    """Record the signatures in files that the ledger does not know; what cannot be believed is named.

    A `reason` says why a certificate that names somebody else is theirs. Where a `region` is named, every
    letter of it is listed.
    """
    stock = take_stock(desk)
    meant = find_region(stock.plan, region) if region else None
    found, problems = read_letters(issued_letters(desk.ledger, stock.plan.trust), files)
    before = signed_by(desk.ledger)
    wrong = {one.path: [*_faults(one, before.get(one.letter, {}), reason)] for one in found}
    sound = [one for one in found if not wrong[one.path]]
    record_signatures(stock, sound, reason)
    taken = tuple(_taken(stock, sound, before))
    refused = (*problems, *(p for one in wrong.values() for p in one))
    return SignedReport(taken, stands(stock, meant), refused, meant.name if meant else "")


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
    desk: Desk, scan: Path, region: str, role: str, on: dt.date, by: str = "", employee: str = ""
) -> SignedReport:
    """Record that a letter was signed on paper: by whom and on which day; its scan is kept.

    It is the region's letter, or that of the representative with the number `employee`. `role` is that of
    who signed, or `both`. Raise Refused for what was signed before, or before it was
    issued.
    """
    stock = take_stock(desk)
    file, content = read_scan(scan)
    found = find_region(stock.plan, region)
    issue = last_letter(stock, found, employee)
    roles = (*SIGNED,) if role == "both" else (find_role(role),)
    if problems := [*_paper_faults(stock, issue, roles, on, by)]:
        raise Refused(problems)
    taken = [_on_paper(issue, one, on, by, file) for one in roles]
    values = stock.standing.values
    made = [signature_event(values, found.code, one) for one in taken]
    folder = keep_attached(desk, values.get(FOLDER), [(file, content)])
    key = (found.code, issue.letter.number, SCAN)
    kept = Event(SIGN, *key, values.get(key), str(file))
    stock.settle([*folder, kept, *(event for event, _ in made)], [document for _, document in made])
    return SignedReport(tuple(taken), stands(stock))


def _on_paper(issue: Issue, role: Role, on: dt.date, by: str, file: AttachedFile) -> LetterSignature:
    region = issue.letter.region
    person = region.head if role == Role.HEAD else region.superior
    said = (by or person.name, on.isoformat(), file.name, file.sha256)
    return LetterSignature(issue.letter.number, role, "paper", *said)


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


def stands(stock: Stock, region: Region | None = None) -> tuple[LetterStand, ...]:
    """How every letter that holds stands, or each of a region."""
    known, asked = signed_by(stock.desk.ledger), letter_questions(stock.desk.ledger)
    return tuple(
        _stand(one, known.get(one.letter.number, {}), asked.get(one.letter.number, ()))
        for one in letters_that_hold(stock.desk.ledger)
        if region is None or one.letter.region.code == region.code
    )


def _stand(
    issue: Issue, signed: Mapping[Role, LetterSignature], asked: Iterable[LetterQuestion]
) -> LetterStand:
    letter = issue.letter
    waiting = next((each for each in asked if each.is_open), None)
    state: LetterStanding = "asked" if waiting else _STANDINGS[len(signed)]
    head, superior = (_who(signed.get(role)) for role in SIGNED)
    question = f"{waiting.by} · {waiting.due} · {waiting.text}" if waiting else ""
    person = letter.region.head.name if issue.is_individual else ""
    return LetterStand(letter.number, letter.region.name, state, head, superior, question, person)


def _who(one: LetterSignature | None) -> str:
    return f"{one.signer} · {one.signed_at[:10]}" if one else ""
