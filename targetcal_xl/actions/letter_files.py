"""Files that letters come in, known by what was issued, whatever was added behind that."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ..calibration import NO_TRUST, Person, Region, Trust
from ..calibration.vocabulary import Role
from ..connect import as_der, trusted_roots
from ..desk import (
    Issue,
    LetterSignature,
    Stock,
    bearer_key,
    issues,
    letters_that_hold,
    withdrawn_letters,
)
from ..ledger import Log
from ..letters.file_names import file_name
from ..ooxml import read_file
from ..outbox import Attachment
from ..problems import Problem, Refused
from ..signing import SeenSignature, SignedFile, examined, issued_part

_LETTERS, _WHOLE = re.compile(r"[^\W\d_]+"), re.compile(r"[^\W_]+")
"""The parts of a name, without the numbers that certificates put beside them, and with."""


@dataclass(frozen=True)
class LetterFile:
    """A letter's PDF with the letter that it is, and the signatures in it."""

    path: Path
    content: bytes
    issue: Issue
    seen: SignedFile

    @property
    def letter(self) -> str:
        """The letter's number."""
        return self.issue.letter.number

    @property
    def region(self) -> Region:
        """Whose letter it is."""
        return self.issue.letter.region

    def signature(self, role: Role) -> SeenSignature | None:
        """The signature in a role's place."""
        return next((one for one in self.seen.signatures if one.role == role), None)

    def person(self, role: Role) -> Person:
        """Who is to sign in a role's place, by the letter itself."""
        return self.region.head if role == Role.HEAD else self.region.superior

    def record(self, one: SeenSignature) -> LetterSignature:
        """What the ledger is to know of a signature in it."""
        role = Role(str(one.role))
        return LetterSignature(
            letter=self.letter,
            role=role,
            way="file",
            signer=one.signer,
            signed_at=one.signed_at.isoformat() if one.signed_at else "",
            file=self.path.name,
            sha256=sha256(self.content).hexdigest(),
            certificate=one.certificate,
            issuer=one.issuer,
            stamped_at=one.stamped_at.isoformat() if one.stamped_at else "",
        )


@dataclass(frozen=True)
class Issued:
    """All letters of a plan, by the SHA-256 of each of their files."""

    by_file: Mapping[str, Issue]
    replaced: Mapping[str, str]
    """Letters that another replaces, with that one's number."""
    withdrawn: Container[str] = ()
    """Letters whose representatives there are no more."""
    roots: Sequence[bytes] = ()
    """The certificates that the plan trusts, in DER; none where it names none."""

    def read(self, path: Path) -> LetterFile:
        """The letter in a file; raise Refused for none, an altered one, and one that does not hold."""
        content = read_file(path)
        begun = issued_part(content, self.by_file.keys())
        if begun is None:
            raise Refused([Problem("sign_not_issued", path.name)])
        found = LetterFile(
            path, content, self.by_file[sha256(begun).hexdigest()], examined(content, self.roots)
        )
        if found.seen.is_altered or (len(content) > len(begun) and not found.seen.signatures):
            raise Refused([Problem("sign_altered", path.name, {"letter": found.letter})])
        if problem := self.over(found.issue):
            raise Refused([replace(problem, where=path.name)])
        if strange := [one for one in found.seen.signatures if self.roots and not one.is_trusted]:
            said = {"signer": strange[0].signer, "issuer": strange[0].issuer}
            raise Refused([Problem("sign_untrusted", path.name, {"letter": found.letter, **said})])
        return found

    def over(self, issue: Issue) -> Problem | None:
        """Why a letter does not hold any more, or rests on one that does not; None where it holds."""
        number, said = issue.letter.number, {"letter": issue.letter.number, "rests": issue.letter.rests_on}
        if later := self.replaced.get(number):
            return Problem("sign_replaced", number, {**said, "later": later})
        if number in self.withdrawn:
            return Problem("sign_withdrawn", number, said)
        later = self.replaced.get(issue.letter.rests_on, "")
        return Problem("sign_rests", number, {**said, "later": later}) if later else None


def is_issued(content: bytes, digest: str) -> bool:
    """Whether a file is what was issued, by its SHA-256 in hex, as it was or signed since."""
    if sha256(content).hexdigest() == digest:
        return True
    return issued_part(content, {digest}) is not None and bool(signatures_alone(content))


LetterOnShelf = tuple[Attachment, bytes]
"""A file of a letter, and what is in it."""


class SignedOnShelf(NamedTuple):
    """A signed version of a letter that lies there, and in whose places it is signed."""

    file: LetterOnShelf
    roles: Container[Role | None]


class LetterShelf:
    """Folders where letters lie, of which the first that has a file counts."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        found = {path.name: path for folder in reversed(folders) for path in folder.glob("*.pdf")}
        self._pdfs, self._names = found, sorted(found)

    def place(self, name: str) -> Path:
        """Where a file lies, or is to be put."""
        places = [folder / name for folder in self._folders]
        return next((path for path in places if path.is_file()), places[0])

    def signed(self, issue: Issue) -> list[SignedOnShelf]:
        """The signed PDFs of a letter, each what was issued and signatures, no more; the longest is last."""
        name = file_name(issue.letter.number, "pdf")
        digest = dict(issue.files).get(name, "")
        lying = ((each, self._pdfs[each].read_bytes()) for each in self._beginning(name.removesuffix(".pdf")))
        read = ((Attachment(each, sha256(content).hexdigest()), content) for each, content in lying)
        found = (_signed_since(file, digest) for file in read if file[0].sha256 != digest)
        return sorted((one for one in found if one), key=lambda one: len(one.file[1]))

    def _beginning(self, stem: str) -> Iterator[str]:
        """The names of what may be versions of a file."""
        for name in islice(self._names, bisect_left(self._names, stem), None):
            if not name.startswith(stem):
                return
            if name.startswith((f"{stem}.", f"{stem}-")):
                yield name


def _signed_since(file: LetterOnShelf, digest: str) -> SignedOnShelf | None:
    """A file that is what was issued, by its SHA-256 in hex, and signatures; None for any other."""
    added = signatures_alone(file[1]) if issued_part(file[1], {digest}) is not None else ()
    return SignedOnShelf(file, {one.role for one in added}) if added else None


def signatures_alone(content: bytes) -> tuple[SeenSignature, ...]:
    """The signatures in a file; none where anything else was done to it."""
    seen = examined(content)
    return () if seen.is_altered else seen.signatures


def roots_of(trust: Trust) -> list[bytes]:
    """The certificates that a plan trusts, in DER; none where it names none."""
    return [*map(as_der, trusted_roots(trust=trust))] if trust.roots else []


def issued_letters(ledger: Log, trust: Trust = NO_TRUST) -> Issued:
    """Every letter that was issued; signatures on them are held against whom the plan trusts."""
    known = [*issues(ledger)]
    by_file = {digest: one for one in known for _, digest in one.files}
    replaced = {one.letter.replaces: one.letter.number for one in known if one.letter.replaces}
    return Issued(by_file, replaced, withdrawn_letters(ledger), roots_of(trust))


def last_letter(stock: Stock, region: Region, employee: str = "") -> Issue:
    """The letter of a region that holds, or of one of its representatives, by the employee's number.

    Raise Refused where there is none.
    """
    bearer = bearer_key(employee) if employee else region.code
    for one in letters_that_hold(stock.desk.ledger):
        if (one.letter.region.code, one.bearer, one.is_individual) == (region.code, bearer, bool(employee)):
            return one
    if employee:
        raise Refused([Problem("letter_none_of", region.name, {"employee": employee})])
    raise Refused([Problem("letter_none", region.name)])


def read_letters(issued: Issued, paths: Iterable[Path]) -> tuple[list[LetterFile], list[Problem]]:
    """The letters in files, each once, and what is wrong with others."""
    found, problems = list[LetterFile](), list[Problem]()
    for path in dict.fromkeys(paths):
        try:
            found.append(issued.read(path))
        except Refused as refused:
            problems += refused.problems
    return found, [*problems, *_twice(found)]


def _twice(found: Iterable[LetterFile]) -> Iterator[Problem]:
    seen: dict[str, Path] = {}
    for one in found:
        if other := seen.get(one.letter):
            yield Problem("sign_twice", one.path.name, {"letter": one.letter, "other": other.name})
        seen[one.letter] = one.path


def doubts(file: LetterFile, known: Mapping[Role, LetterSignature], reason: str) -> Iterator[Problem]:
    """Why signatures in a file are not to be believed: another's than recorded, or of somebody else.

    A `reason` says why a certificate that names somebody else is theirs; what is recorded needs none.
    """
    for one in file.seen.signatures:
        role = Role(str(one.role))
        person, said = file.person(role), {"letter": file.letter, "signer": one.signer}
        if role in known:
            if known[role].certificate != one.certificate:
                yield Problem("sign_other_hand", file.path.name, {**said, "recorded": known[role].signer})
        elif not (reason or is_named(one.signer, one.mails, person)):
            yield Problem("sign_stranger", file.path.name, {**said, "person": person.name})


def is_named(signer: str, mails: Iterable[str], person: Person) -> bool:
    """Whether a certificate names a person: by all parts of the name, or by the mail address."""
    by_mail = bool(person.mail) and person.mail.casefold() in {one.casefold() for one in mails}
    wanted, said = set(_WHOLE.findall(person.name.casefold())), signer.casefold()
    return by_mail or (bool(wanted) and wanted <= {*_WHOLE.findall(said), *_LETTERS.findall(said)})
