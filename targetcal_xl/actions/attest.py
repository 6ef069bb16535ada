"""Telling anybody, without ledger or book, whether files are what a plan recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic_core import from_json

from ..calibration.vocabulary import Role
from ..connect import as_der, signers_roots, trusted_roots
from ..desk import SIGN, SIGNED, STAMP_FIELD, LetterSignature, Stamp
from ..language import text
from ..ledger import MOMENT, Proof, load, proof_faults, read_proof
from ..letters import printed_text
from ..ooxml import read_file
from ..problems import Problem, Refused
from ..signing import examined, issued_part
from ..telling import (
    DONE,
    OBJECTION,
    QUESTION,
    QUIET,
    WRONG,
    Part,
    Report,
    Sentence,
    table,
    tell_problems,
)
from .attest_records import RecordedFile, recorded_files
from .attest_signatures import JudgedSignatures, RecordedSignature
from .paper import JudgedCode, judge_code, judge_data, letter_after, tell_replaced
from .stamp import HeldStamp, held_stamps

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_COLUMNS = ("number", "at", "actor", "action", "region", "row", "field", "old", "new", "reason")


@dataclass(frozen=True)
class ProofFile:
    """A proof that somebody has; its `problems` are what in it is not proved."""

    name: str
    proof: Proof
    problems: tuple[Problem, ...]
    unheld: int = 0
    """How many time stamps it has that were not looked at, as nobody said whose roots to trust."""
    stamps: tuple[HeldStamp, ...] = ()
    """The time stamps that hold."""
    wrong: tuple[Problem, ...] = ()
    """What is wrong with others."""


@dataclass(frozen=True)
class JudgedFile:
    """Another file: recorded byte for byte, or so but for signatures that were added; carrying a check code
    that is proved; or not spoken of."""

    name: str
    verdict: Literal["recorded", "signed", "coded", "unknown"]
    letter: str = ""
    """The number of the letter that it is; none, where it was handed out to be filled in."""
    entry: int = 0
    """The entry that recorded it."""
    head: str = ""
    """The check code that it carries."""
    by: str = ""
    """The proof that says so."""
    later: str = ""
    """The letter that took its place, by that proof or another of its log."""


@dataclass(frozen=True)
class Agreement:
    """How two proofs stand to each other."""

    one: str
    other: str
    verdict: Literal["agree", "unshown", "apart", "fork"]


@dataclass(frozen=True)
class AttestReport(Report):
    """What files prove, each and together."""

    proofs: tuple[ProofFile, ...]
    files: tuple[JudgedFile, ...]
    agreements: tuple[Agreement, ...]
    signatures: tuple[JudgedSignatures, ...] = ()
    """Those of letters among the files."""
    problems: tuple[Problem, ...] = ()
    """Files that could not be read."""
    codes: tuple[JudgedCode, ...] = ()
    """What was read off paper, and the data of PDFs that are not recorded byte for byte."""
    entries: bool = False
    """Whether all entries are listed that a proof proves, not only those about the files."""

    @property
    def leaves_work(self) -> bool:
        """Whether anything is not proved."""
        told: list[str] = [one.verdict for one in self.files]
        told += [*(one.verdict for one in self.agreements), *(one.verdict for one in self.codes)]
        broken = [problem for one in self.proofs for problem in (*one.problems, *one.wrong)]
        unsigned = {one.verdict for one in self.signatures} - {"valid", "unsigned"}
        return bool(self.problems or broken or unsigned or {*told} - {"recorded", "signed", "agree"})

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield from tell_problems(self.problems, language)
        for file in self.files:
            facts = {"file": file.name, "letter": file.letter, "entry": file.entry}
            code = "handed_out" if file.verdict == "recorded" and not file.letter else file.verdict
            said = text(f"telling.attest.{code}", language, **facts, head=file.head, proof=file.by)
            yield Sentence(said, _MARKS[file.verdict])
            yield from tell_replaced(file.letter, file.later, language)
            for held in self.signatures:
                yield from held.tell(language) if held.name == file.name else ()
        for read in self.codes:
            yield from read.tell(language)
        for pair in self.agreements:
            said = text(f"telling.attest.{pair.verdict}", language, one=pair.one, other=pair.other)
            yield Sentence(said, _MARKS[pair.verdict])
        for one in self.proofs:
            known = [file for file in self.files if file.by == one.name and file.verdict != "coded"]
            yield from _told(one, known, self.entries, language)
        if any(not one.problems for one in self.proofs):
            yield Sentence(text("telling.attest.limits", language))


_MARKS = {"agree": DONE, "recorded": DONE, "signed": DONE, "fork": WRONG, "apart": OBJECTION} | dict.fromkeys(
    ("unshown", "coded", "unknown"), QUESTION
)


def attest(
    paths: Sequence[Path],
    roots: Path | None = None,
    codes: Sequence[str] = (),
    *,
    online: bool = False,
    entries: bool = False,
) -> AttestReport:
    """Judge files by themselves and by the proofs among them, time stamps by the roots that are trusted.

    `codes` were read off letters on paper. Where `online`, those whom certificates name are asked whether
    they were revoked.

    Raise Refused for roots that are none.
    """
    stampers = trusted_roots(roots)
    trusted = list(dict.fromkeys(map(as_der, (*stampers, *signers_roots(roots)))))
    proofs: list[ProofFile] = []
    others: list[tuple[str, bytes]] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            content = read_file(path)
            if content.lstrip().startswith(b"{"):
                proofs.append(_examined(path.name, content, stampers))
            else:
                others.append((path.name, content))
        except Refused as refused:
            problems += refused.problems
    sound = [one for one in proofs if not one.problems]
    agreements = tuple(
        Agreement(a.name, b.name, _verdict(a.proof, b.proof)) for a, b in combinations(sound, 2)
    )
    files = tuple(_judged(name, content, sound) for name, content in others)
    known = [(one.name, one.proof) for one in sound]
    read = [judge_code(code, known) for code in codes]
    read += [*_data(others, files, known)]
    signed = (_signatures(name, content, sound, trusted, online) for name, content in others)
    held = tuple(one for one in signed if one)
    return AttestReport(tuple(proofs), files, agreements, held, tuple(problems), tuple(read), entries)


def _data(
    others: Iterable[tuple[str, bytes]], files: Iterable[JudgedFile], proofs: Sequence[tuple[str, Proof]]
) -> Iterator[JudgedCode]:
    """What the data of PDFs say, whose bytes prove nothing: those that were printed or saved again."""
    for (name, content), file in zip(others, files, strict=True):
        if file.verdict in ("coded", "unknown") and content.startswith(b"%PDF"):
            data = judge_data(name, content, proofs)
            yield from (data,) if data else ()


def _signatures(
    name: str, content: bytes, proofs: Sequence[ProofFile], roots: Sequence[bytes], online: bool
) -> JudgedSignatures | None:
    """What the signatures of a letter's PDF are worth; nothing to say of other files."""
    seen = examined(content, roots, online)
    records = [(one.proof, each) for one in proofs for each in recorded_files(one.proof) if each.head]
    for proof, record in records:
        begun = issued_part(content, record.hashes) if content.startswith(b"%PDF") else None
        if begun and record.letter:
            known = {one.role: one for one in _recorded(proof) if one.letter == record.letter}
            return JudgedSignatures(name, seen, record.letter, len(content) > len(begun), known)
    return JudgedSignatures(name, seen) if seen.signatures or not seen.is_readable else None


def _recorded(proof: Proof) -> Iterator[RecordedSignature]:
    """The signatures that a sound proof tells of."""
    held = proof.contents
    for entry in proof.entries:
        said = entry.columns
        if said["action"] == SIGN and said["field"] in SIGNED.values() and entry.named in held:
            with suppress(Refused, KeyError, TypeError, ValueError):  # a log of somebody's own
                one = load(LetterSignature, held[entry.named])
                yield RecordedSignature(one.letter, Role(one.role), one.way, one.certificate)


def _examined(name: str, content: bytes, roots: tuple[Certificate, ...]) -> ProofFile:
    try:
        proof = read_proof(content)
    except Refused as refused:
        raise Refused([Problem("proof_unreadable", name)]) from refused
    problems = tuple(proof_faults(proof))
    found = () if problems else tuple(_stamps(proof))
    held, wrong = held_stamps(found, roots)
    return ProofFile(name, proof, problems, len(found) - len(held) - len(wrong), held, wrong)


def _stamps(proof: Proof) -> Iterator[Stamp]:
    """The time stamps that a sound proof tells of, on checkpoints that it proves."""
    held, known = proof.contents, [seen.text for seen in proof.checkpoints]
    for entry in proof.entries:
        said = entry.columns
        if (said["action"], said["field"]) == ("stamp", STAMP_FIELD) and entry.named in held:
            with suppress(Refused):  # a log of somebody's own may hold anything
                found = load(Stamp, held[entry.named])
                if all(isinstance(one, str) for one in astuple(found)) and found.checkpoint in known:
                    yield found


def _verdict(one: Proof, other: Proof) -> Literal["agree", "unshown", "apart", "fork"]:
    """Whether two sound proofs are of one log."""
    if one.seen.origin != other.seen.origin:
        return "apart"
    known = [{seen.size: seen.root for seen in proof.checkpoints} for proof in (one, other)]
    common = known[0].keys() & known[1].keys()
    if any(known[0][size] != known[1][size] for size in common):
        return "fork"
    return "agree" if common & {min(one.seen.size, other.seen.size)} else "unshown"


def _judged(name: str, content: bytes, proofs: Sequence[ProofFile]) -> JudgedFile:
    digest, words = sha256(content).hexdigest(), printed_text(content)
    known = [(one, record) for one in proofs for record in recorded_files(one.proof)]
    for by, record in known:
        if digest in record.hashes:
            return _found(name, "recorded", record, by, known)
    for by, record in known if content.startswith(b"%PDF") else ():
        if record.letter and issued_part(content, record.hashes):
            return _found(name, "signed", record, by, known)
    for one in proofs:
        for seen in one.proof.checkpoints:
            if seen.mark in words:
                return JudgedFile(name, "coded", head=seen.mark, by=one.name)
    return JudgedFile(name, "unknown")


def _found(
    name: str,
    verdict: Literal["recorded", "signed"],
    record: RecordedFile,
    by: ProofFile,
    known: Sequence[tuple[ProofFile, RecordedFile]],
) -> JudgedFile:
    same_log = (one for proof, one in known if proof.proof.seen.origin == by.proof.seen.origin)
    later = letter_after(record.letter, ((one.letter, one.replaces) for one in same_log))
    return JudgedFile(name, verdict, record.letter, record.entry, record.head, by.name, later)


def _told(one: ProofFile, files: Sequence[JudgedFile], lists_all: bool, language: str) -> Iterator[Part]:
    """What a proof proves, and of its entries those that are about files; all where that is asked for."""
    if one.problems:
        yield Sentence(text("telling.attest.broken", language, file=one.name), WRONG)
        yield from tell_problems(one.problems, language, indented=True)
        return
    seen, rows = one.proof.seen, [*_rows(one.proof, language)]
    said = {"entries": len(rows), "origin": seen.origin, "head": seen.mark}
    yield Sentence(text("telling.attest.proved", language, file=one.name, **said), DONE)
    about = rows if lists_all else [row for row in rows if any(_is_about(row, file) for file in files)]
    if rows and not lists_all:
        yield Sentence(
            text("telling.attest.entries", language, **_span(rows), about=len(about)), indented=True
        )
    if about:
        yield table(_COLUMNS, about, language)
    yield from (each.said("holds", language) for each in one.stamps)
    yield from tell_problems(one.wrong, language)
    if one.unheld:
        yield Sentence(text("telling.attest.unheld", language, file=one.name, count=one.unheld), QUIET)


def _span(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """The first and the last entry, each with its moment."""
    (first, since, *_), (last, until, *_) = rows[0], rows[-1]
    return {"first": first, "since": since, "last": last, "until": until}


def _is_about(row: Sequence[str], file: JudgedFile) -> bool:
    """Whether an entry, as it is shown, recorded a file or tells of the letter that it is."""
    told = dict(zip(_COLUMNS, row, strict=True))
    is_of_letter = file.letter in (told["row"], told["new"]) if file.letter else False
    return told["number"] == str(file.entry) or is_of_letter


def _rows(proof: Proof, language: str) -> Iterator[list[str]]:
    """What a proof's entries say; of words that are not in it, who erased them, or that they are not."""
    erased, unsaid = proof.erased(language), text("telling.attest.unsaid", language)
    for entry in proof.entries:
        columns = entry.told(lambda place: erased.get(place, unsaid))
        yield [_shown(code, columns[code]) for code in _COLUMNS]


def _shown(code: str, said: str | int | None) -> str:
    """What stands in a column, as people read it; in a log of somebody's own it may be anything."""
    if isinstance(said, str) and code == "at" and MOMENT.fullmatch(said):
        return f"{said[:10]} {said[11:19]}"
    if isinstance(said, str) and code in ("old", "new"):
        with suppress(ValueError):
            value = from_json(said, allow_inf_nan=False)
            return value if isinstance(value, str) else "" if value is None else said
    return "" if said is None else str(said)
