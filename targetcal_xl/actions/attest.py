"""Telling anybody, without ledger or book, whether files are what a plan recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Literal

from ..desk import Issue
from ..language import text
from ..ledger import Proof, load, proof_faults, read_proof
from ..letters import printed_text
from ..ooxml import read_file
from ..problems import Problem, Refused
from ..telling import DONE, OBJECTION, QUESTION, WRONG, Part, Report, Sentence, table, tell_problems

_COLUMNS = ("number", "at", "actor", "action", "region", "row", "field", "old", "new", "reason")


@dataclass(frozen=True)
class ProofFile:
    """A proof that somebody has; its `problems` are what in it is not proved."""

    name: str
    proof: Proof
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class JudgedFile:
    """Another file: recorded byte for byte, carrying a check code that is proved, or not spoken of."""

    name: str
    verdict: Literal["recorded", "coded", "unknown"]
    letter: str = ""
    """The number of the letter that it is."""
    entry: int = 0
    """The entry that recorded it."""
    head: str = ""
    """The check code that it carries."""
    by: str = ""
    """The proof that says so."""


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
    problems: tuple[Problem, ...] = ()
    """Files that could not be read."""

    @property
    def leaves_work(self) -> bool:
        """Whether anything is not proved."""
        told = [*(one.verdict for one in self.files), *(one.verdict for one in self.agreements)]
        broken = [problem for one in self.proofs for problem in one.problems]
        return bool(self.problems or broken or {*told} - {"recorded", "agree"})

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield from tell_problems(self.problems, language)
        for one in self.proofs:
            yield from _told(one, language)
        for pair in self.agreements:
            said = text(f"telling.attest.{pair.verdict}", language, one=pair.one, other=pair.other)
            yield Sentence(said, _MARKS[pair.verdict])
        for file in self.files:
            facts = {"file": file.name, "letter": file.letter, "entry": file.entry}
            said = text(f"telling.attest.{file.verdict}", language, **facts, head=file.head, proof=file.by)
            yield Sentence(said, _MARKS[file.verdict])
        if any(not one.problems for one in self.proofs):
            yield Sentence(text("telling.attest.limits", language))


_MARKS = {"agree": DONE, "recorded": DONE, "fork": WRONG, "apart": OBJECTION} | dict.fromkeys(
    ("unshown", "coded", "unknown"), QUESTION
)


def attest(paths: Sequence[Path]) -> AttestReport:
    """Judge files by themselves and by the proofs among them."""
    proofs: list[ProofFile] = []
    others: list[tuple[str, bytes]] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            content = read_file(path)
            if content.lstrip().startswith(b"{"):
                proofs.append(_examined(path.name, content))
            else:
                others.append((path.name, content))
        except Refused as refused:
            problems += refused.problems
    sound = [one for one in proofs if not one.problems]
    agreements = tuple(
        Agreement(a.name, b.name, _verdict(a.proof, b.proof)) for a, b in combinations(sound, 2)
    )
    files = tuple(_judged(name, content, sound) for name, content in others)
    return AttestReport(tuple(proofs), files, agreements, tuple(problems))


def _examined(name: str, content: bytes) -> ProofFile:
    try:
        proof = read_proof(content)
    except Refused as refused:
        raise Refused([Problem("proof_unreadable", name)]) from refused
    return ProofFile(name, proof, tuple(proof_faults(proof)))


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
    for one in proofs:
        for number, issue in _issued(one.proof):
            if digest in dict(issue.files).values():
                said = issue.letter
                return JudgedFile(name, "recorded", said.number, number, said.chain_head, one.name)
    for one in proofs:
        for seen in one.proof.checkpoints:
            if seen.mark in words:
                return JudgedFile(name, "coded", head=seen.mark, by=one.name)
    return JudgedFile(name, "unknown")


def _issued(proof: Proof) -> Iterator[tuple[int, Issue]]:
    """The letters that a sound proof tells of, each with the number of its entry."""
    held = proof.contents
    for entry in proof.entries:
        columns = entry.columns
        name = str(columns["new"]).strip('"')
        if (columns["action"], columns["field"]) == ("letters", "letter.record") and name in held:
            with suppress(Refused):  # a log of somebody's own may hold anything
                yield columns["number"], load(Issue, held[name])


def _told(one: ProofFile, language: str) -> Iterator[Part]:
    if one.problems:
        yield Sentence(text("telling.attest.broken", language, file=one.name), WRONG)
        yield from tell_problems(one.problems, language, indented=True)
        return
    seen = one.proof.seen
    said = {"entries": len(one.proof.entries), "origin": seen.origin, "head": seen.mark}
    yield Sentence(text("telling.attest.proved", language, file=one.name, **said), DONE)
    yield table(_COLUMNS, _rows(one.proof, language), language)


def _rows(proof: Proof, language: str) -> Iterator[list[str]]:
    """What a proof's entries say; of words that are not in it, who erased them, or that they are not."""
    erased, unsaid = proof.erased(language), text("telling.attest.unsaid", language)
    for entry in proof.entries:
        columns = entry.told(lambda place: erased.get(place, unsaid))
        yield [str(columns[code] or "") for code in _COLUMNS]
